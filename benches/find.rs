//! Looking one person up in a large inventory: how long the answer takes, by what is known of the person.
//!
//! `cargo bench --bench find` writes 1,000,000 synthetic findings and asks; `DOMESDAY_BENCH_FINDINGS=10000000` says how
//! many, `DOMESDAY_BENCH_DIR` where, `DOMESDAY_BENCH_KEEP=FILE` keeps the inventory and takes it as it is when it is there.
//! A document is about four people, each with name, birth date, National Insurance number, e-mail address and postcode in
//! lines one after the other; everybody is in two documents. Surnames are as uneven as those of a country (the n-th most
//! frequent 1/n as frequent as the first): one person in a hundred is a Smith, and there are hundreds of each common
//! full name. With `--test` a few thousand findings, to see that it runs.

#![allow(clippy::print_stdout)]

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use domesday::{
    detect::{Facts, RuleSet},
    find::{Expand, Person, search},
    inventory::{
        Gather, Inventory, Key, RuleInfo, Writer,
        names::Sex,
        record::{
            Access, Batch, ContentRecord, DocumentRecord, RawPath, RootId, RunEnd, RunStart,
            RunTotals, Stamp,
        },
    },
    model::{
        Anchor, Category, Confidence, Evidence, Finding, Location, Outcome, PartChain, RuleIx,
        Sensitive, Status,
    },
};

const RULES: &[(&str, Category, bool)] = &[
    ("person-name", Category::Name, true),
    ("date-of-birth", Category::Demographic, false),
    ("nino", Category::NationalId, false),
    ("email-address", Category::Contact, false),
    ("postcode", Category::Contact, false),
];

const PEOPLE: u64 = 4;

/// A small generator of numbers without pattern (SplitMix64, Steele, Lea and Flood 2014).
fn mix(n: u64) -> u64 {
    let mut z = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

const FORENAMES: &[&str] = &[
    "john",
    "margaret",
    "david",
    "susan",
    "michael",
    "patricia",
    "peter",
    "christine",
    "paul",
    "jean",
    "andrew",
    "linda",
    "mark",
    "sarah",
    "james",
    "karen",
    "robert",
    "helen",
    "stephen",
    "julie",
    "william",
    "ann",
    "richard",
    "elizabeth",
    "thomas",
    "mary",
    "ian",
    "jane",
    "kevin",
    "alison",
    "brian",
    "janet",
    "anthony",
    "carol",
    "christopher",
    "jacqueline",
    "alan",
    "barbara",
    "philip",
    "sandra",
];

const SURNAMES: &[&str] = &[
    "smith", "jones", "williams", "taylor", "brown", "davies", "evans", "wilson", "thomas",
    "roberts", "johnson", "lewis", "walker", "robinson", "wood", "thompson", "white", "watson",
    "jackson", "wright",
];

/// Syllables of surnames that are not of the commonest.
const SYLLABLES: &[&str] = &[
    "bar", "cor", "den", "fel", "gar", "hol", "kin", "lam", "mor", "nor", "pem", "ros", "stan",
    "tre", "wal", "yar",
];

/// The rank of a person's surname: the n-th is 1/n as frequent as the first, of thirty thousand.
fn rank(person: u64) -> u64 {
    let spread = (30_000_f64).ln();
    let at = (mix(person * 7 + 1) % 1_000_000) as f64 / 1e6;
    (at * spread).exp() as u64 - 1
}

fn surname(person: u64) -> String {
    let rank = rank(person);
    if let Some(name) = SURNAMES.get(rank as usize) {
        return (*name).to_owned();
    }
    let n = rank as usize;
    let syllable = |shift: u32| SYLLABLES[(n >> shift) % SYLLABLES.len()];
    format!(
        "{}{}{}{}",
        syllable(8),
        syllable(4),
        syllable(0),
        syllable(12)
    )
}

fn value(rule: usize, person: u64) -> String {
    let forename = FORENAMES[mix(person * 7 + 2) as usize % FORENAMES.len()];
    match rule {
        0 => format!("{forename} {}", surname(person)),
        1 => format!(
            "{}-{:02}-{:02}",
            1925 + mix(person * 7 + 3) % 90,
            mix(person * 7 + 4) % 12 + 1,
            mix(person * 7 + 5) % 28 + 1
        ),
        2 => format!(
            "{}{:06}{}",
            ["AB", "CE", "EH", "GJ", "HK", "JL", "KM", "LN"][(person / 4_000_000) as usize % 8],
            person % 1_000_000,
            ["A", "B", "C", "D"][(person / 1_000_000) as usize % 4]
        ),
        3 => format!("{forename}.{}{person}@example.org", surname(person)),
        // Twenty thousand postcodes, as many as a county has.
        _ => {
            let letters = b"ABDEFGHJLN";
            let n = mix(person * 7 + 6);
            let letter = |at: u64| char::from(letters[(n / at % 10) as usize]);
            format!(
                "LS{} {}{}{}",
                n % 20 + 1,
                n / 20 % 10,
                letter(200),
                letter(2_000)
            )
        }
    }
}

/// A document in the middle of the share whose person the looks are for.
fn document(gather: &mut Gather, root: RootId, n: u64, people: u64) -> DocumentRecord {
    gather.open(PartChain::default(), "text", 1, Some(2_000));
    let mut line = 0;
    for i in 0..PEOPLE {
        let person = (n * PEOPLE + i) % people;
        for (index, (_, category, _)) in RULES.iter().enumerate() {
            line += 1;
            let text = value(index, person);
            gather.finding(&Finding {
                rule: RuleIx(index as u16),
                category: *category,
                location: Location {
                    anchor: Anchor::Line(line),
                    offset: line * 30,
                    length: text.len() as u32,
                },
                value: Sensitive::new(text.as_str()),
                normal: Sensitive::new(text),
                confidence: Confidence(90),
                status: Status::Live,
                evidence: Evidence::default(),
                also: Vec::new(),
            });
        }
    }
    gather.close(Outcome::read(), PEOPLE);
    let (parts, name) = gather.finish();
    let mut digest = [0; 32];
    digest[..8].copy_from_slice(&mix(n).to_le_bytes());
    digest[8..16].copy_from_slice(&n.to_le_bytes());
    DocumentRecord {
        root,
        path: RawPath::new(format!("folder {}/document {n}.txt", n % 500)),
        stamp: Some(Stamp {
            size: 2_000,
            mtime: 1_750_000_000_000_000_000 + n as i64,
            ctime: 1_750_000_000_000_000_000,
            device: 1,
            inode: n,
            links: 1,
        }),
        outcome: Outcome::read(),
        content: Some(ContentRecord {
            digest,
            size: 2_000,
            rules: [1; 32],
            ticket: 0,
            parts: Some(parts),
        }),
        name,
        access: Access::default(),
    }
}

fn write(file: &Path, key: &Key, documents: u64, people: u64) {
    let rules: Vec<RuleInfo> = (RULES.iter())
        .map(|(id, _, names)| RuleInfo {
            id: (*id).into(),
            kind: (*id).into(),
            names: *names,
        })
        .collect();
    let mut gather = Gather::new(key.clone(), rules.into(), true);
    let mut writer = Writer::open(file, key, "bench").expect("a new inventory");
    writer
        .start(&RunStart {
            version: "bench".into(),
            rules: [1; 32],
            options: "{}".into(),
            ..RunStart::default()
        })
        .expect("a run");
    let root = writer.root(Path::new("/share")).expect("a root");
    for from in (0..documents).step_by(256) {
        let batch = Batch {
            documents: (from..(from + 256).min(documents))
                .map(|n| document(&mut gather, root, n, people))
                .collect(),
            ..Batch::default()
        };
        writer.commit(&batch).expect("a commit");
    }
    writer.root_walked(root).expect("the end of the root");
    let totals = RunTotals {
        walked: documents,
        ..RunTotals::default()
    };
    writer.finish(RunEnd::Complete, &totals).expect("the end");
}

/// What is told of a person: which of the five, and whether by another form of the name.
const ASKED: &[(&str, &[usize])] = &[
    ("name, birth date, NI, e-mail, postcode", &[0, 1, 2, 3, 4]),
    ("name and birth date", &[0, 1]),
    ("name alone", &[0]),
    ("NI number alone", &[2]),
    ("birth date and postcode", &[1, 4]),
];

const WORDS: &[&str] = &["name", "born", "nino", "email", "postcode"];

fn asked(person: u64, of: &[usize]) -> Person {
    let mut asked = Person {
        sex: Sex::Unsaid,
        expand: Expand::None,
        ..Person::default()
    };
    for &rule in of {
        let value = Sensitive::new(value(rule, person));
        match rule {
            0 => asked.names.push(value),
            _ => asked.identifiers.push((WORDS[rule].to_owned(), value)),
        }
    }
    asked
}

fn main() {
    let test = std::env::args().any(|argument| argument == "--test");
    let findings: u64 = (std::env::var("DOMESDAY_BENCH_FINDINGS").ok())
        .and_then(|n| n.parse().ok())
        .unwrap_or(if test { 4_000 } else { 1_000_000 });
    let base =
        std::env::var_os("DOMESDAY_BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let dir = tempfile::tempdir_in(base).expect("a folder to bench in");
    let kept = std::env::var_os("DOMESDAY_BENCH_KEEP").map(PathBuf::from);
    let file = kept.unwrap_or_else(|| dir.path().join("domesday.db"));
    let documents = (findings / (PEOPLE * RULES.len() as u64)).max(1);
    let people = (documents * PEOPLE / 2).max(1);
    let key = Key::from_text("5a".repeat(32).as_bytes(), "the bench").expect("a key");
    println!("{findings} findings in {documents} documents, of {people} people");
    if !file.exists() {
        let before = Instant::now();
        write(&file, &key, documents, people);
        println!("written in {:.0} s", before.elapsed().as_secs_f64());
    }
    let inventory = Inventory::open(&file).expect("the inventory");
    let rules = RuleSet::builtin().expect("the rules");
    let facts = Facts::on(jiff::civil::date(2026, 6, 15));
    let looks = if test { 3 } else { 50 };
    let smiths: Vec<u64> = (0..people).filter(|n| rank(*n) == 0).take(looks).collect();
    let anybody: Vec<u64> = (0..looks as u64).map(|n| mix(n) % people).collect();
    println!(
        "{:<42} {:>10} {:>10} {:>10} {:>8}",
        "", "median ms", "95 % ms", "worst ms", "found"
    );
    for (whom, who) in [("anybody", &anybody), ("a Smith", &smiths)] {
        for (what, of) in ASKED {
            let (mut times, mut found) = (Vec::<Duration>::new(), 0);
            for &person in who {
                let person_asked = asked(person, of);
                let before = Instant::now();
                let answer = search(&inventory, &key, rules.rules(), &facts, &person_asked, 50)
                    .expect("an answer");
                times.push(before.elapsed());
                found += usize::from(!answer.hits.is_empty());
            }
            times.sort();
            let Some(worst) = times.last() else { continue };
            let ms = |time: &Duration| time.as_secs_f64() * 1e3;
            println!(
                "{:<42} {:>10.1} {:>10.1} {:>10.1} {:>4} of {}",
                format!("{whom}: {what}"),
                ms(&times[times.len() / 2]),
                ms(&times[times.len() * 95 / 100]),
                ms(worst),
                found,
                times.len()
            );
        }
    }
}
