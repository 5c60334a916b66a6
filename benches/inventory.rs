//! The inventory at size: findings written a second, bytes a finding, reports and look-ups over all of them.
//!
//! `cargo bench --bench inventory` writes 1,000,000 synthetic findings; `DOMESDAY_BENCH_FINDINGS=10000000` says how many,
//! `DOMESDAY_BENCH_DIR` where. A document has twenty findings of seven rules, of people drawn from a population a tenth as
//! large as the findings, so that values repeat over documents as they do on a share. One in twenty is a copy, one in ten
//! can be read by everyone, one in fifty is locked; a second run finds one in two hundred gone, moved or new. Prints one
//! line a figure. With `--test` a few thousand findings, to see that it runs.
//!
//! Last the page of the report is opened in Chromium, where it is installed, and searched, sorted and turned over: at a
//! million findings it has its 50,000 rows.
//!
//! `DOMESDAY_BENCH_KEEP=FILE` keeps the inventory, and takes it as it is when it is there; `-- look-ups`, `reports`, `export`
//! or `page` runs one part alone.

#![allow(clippy::print_stdout)]

#[path = "../tests/browser/driver.rs"]
#[allow(dead_code)] // the tests use all of it
mod driver;

use std::{
    hint::black_box,
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use domesday::{
    config::Config,
    detect::{Facts, RuleSet},
    find::{Person, find},
    inventory::{
        Gather, Inventory, InventoryError, Key, Known, LookupEntry, RuleInfo, Writer, log_lookup,
        record::{
            Access, Batch, ContentRecord, DocumentRecord, RawPath, RootId, RunEnd, RunStart,
            RunTotals, Stamp,
        },
    },
    model::{
        Anchor, Category, Confidence, Evidence, Finding, Location, Outcome, OutcomeKind, PartChain,
        RuleIx, Sensitive, Status,
    },
    report,
};

/// Rule, category, whether names, and how many a document has.
const RULES: &[(&str, Category, bool, u64)] = &[
    ("person-name", Category::Name, true, 6),
    ("email-address", Category::Contact, false, 4),
    ("phone-number", Category::Contact, false, 3),
    ("postcode", Category::Contact, false, 3),
    ("date-of-birth", Category::Demographic, false, 2),
    ("nino", Category::NationalId, false, 1),
    ("health-condition", Category::Health, false, 1),
];

const PER_DOCUMENT: u64 = 20;

/// A small generator of numbers without pattern (SplitMix64, Steele, Lea and Flood 2014).
fn mix(n: u64) -> u64 {
    let mut z = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn value(rule: usize, person: u64) -> String {
    match rule {
        0 => format!(
            "Forename{} Surname{}",
            mix(person) % 2_000,
            mix(person + 1) % 20_000
        ),
        1 => format!("person{person}@example.org"),
        2 => format!("07700{:06}", person % 1_000_000),
        3 => format!("ZZ{} {}ZZ", mix(person) % 100, mix(person + 2) % 10),
        4 => format!(
            "19{:02}-{:02}-{:02}",
            person % 90 + 10,
            person % 12 + 1,
            person % 28 + 1
        ),
        5 => format!("QQ{:06}C", person % 1_000_000),
        _ => format!("condition {}", person % 400),
    }
}

fn document(gather: &mut Gather, root: RootId, n: u64, people: u64) -> DocumentRecord {
    gather.open(PartChain::default(), "text", 1, Some(4_000));
    let mut line = 0;
    for (index, (_, category, _, count)) in RULES.iter().enumerate() {
        for i in 0..*count {
            line += 1;
            let text = value(index, mix(n * 64 + i) % people);
            gather.finding(&Finding {
                rule: RuleIx(index as u16),
                category: *category,
                location: Location {
                    anchor: Anchor::Line(line),
                    offset: line * 80,
                    length: text.len() as u32,
                },
                value: Sensitive::new(text.as_str()),
                normal: Sensitive::new(text),
                confidence: Confidence(if i % 3 == 0 { 65 } else { 90 }),
                status: Status::Live,
                evidence: Evidence {
                    context: Some("for the bench".into()),
                    ..Evidence::default()
                },
                also: Vec::new(),
            });
        }
    }
    gather.close(Outcome::read(), 6);
    let (parts, name) = gather.finish();
    let locked = n % 50 == 7;
    let copy = is_copy(n);
    let outcome = match locked {
        true => Outcome::new(OutcomeKind::Encrypted, "password needed"),
        false => Outcome::read(),
    };
    // A copy has the bytes of the one before it.
    let bytes = n - u64::from(copy);
    let mut digest = [0; 32];
    for (i, eight) in digest.as_chunks_mut::<8>().0.iter_mut().enumerate() {
        *eight = mix(bytes * 4 + i as u64).to_le_bytes();
    }
    DocumentRecord {
        root,
        path: RawPath::new(path(n)),
        stamp: Some(stamp(n)),
        access: Access {
            owner: "owner".into(),
            group: "staff".into(),
            mode: Some(if n % 10 == 3 { 0o644 } else { 0o640 }),
            ..Access::default()
        },
        outcome,
        content: (!locked).then_some(ContentRecord {
            digest,
            size: 4_000,
            rules: [1; 32],
            ticket: 0,
            parts: (!copy).then_some(parts),
        }),
        name,
    }
}

fn is_copy(n: u64) -> bool {
    n % 20 == 9
}

fn path(n: u64) -> String {
    format!(
        "department {}/team {}/document {n}.txt",
        n / 5_000,
        n / 100 % 50
    )
}

fn stamp(n: u64) -> Stamp {
    Stamp {
        size: 4_000,
        mtime: 1_700_000_000_000_000_000 + n as i64,
        ctime: 1_700_000_000_000_000_000 + n as i64,
        inode: n,
        device: 1,
        links: 1,
    }
}

/// Time on the clock and on the processor: on a shared machine the second says what the work costs.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Took {
    wall: Duration,
    processor: Duration,
}

impl std::ops::AddAssign for Took {
    fn add_assign(&mut self, other: Took) {
        self.wall += other.wall;
        self.processor += other.processor;
    }
}

fn told(what: &str, took: Took, count: u64, unit: &str) {
    let rate = |time: Duration| count as f64 / time.as_secs_f64().max(1e-9);
    println!(
        "{what:<36} {:>9.1} ms {:>12.0} {unit}/s | processor {:>9.1} ms {:>12.0} {unit}/s",
        took.wall.as_secs_f64() * 1e3,
        rate(took.wall),
        took.processor.as_secs_f64() * 1e3,
        rate(took.processor),
    );
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Took) {
    let (start, before) = (Instant::now(), processor());
    let value = black_box(work());
    let took = Took {
        wall: start.elapsed(),
        processor: processor().saturating_sub(before),
    };
    (value, took)
}

/// Time this thread has had on a processor; nothing where the system does not tell.
fn processor() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|n| n.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}

/// Writes the inventory: one run over everything, and another that finds little changed.
fn write(file: &Path, key: &Key, findings: u64, documents: u64, people: u64) {
    let rules: Vec<RuleInfo> = RULES
        .iter()
        .map(|(id, _, names, _)| RuleInfo {
            id: (*id).into(),
            kind: (*id).into(),
            names: *names,
        })
        .collect();
    let mut gather = Gather::new(key.clone(), rules.into(), true);
    let mut writer = Writer::open(file, key, "bench").expect("a new inventory");
    let start = RunStart {
        version: "bench".into(),
        rules: [1; 32],
        options: "{}".into(),
        ..RunStart::default()
    };
    writer.start(&start).expect("a run");
    let root = writer.root(Path::new("/share")).expect("a root");

    let (mut gathering, mut writing) = (Took::default(), Took::default());
    for from in (0..documents).step_by(256) {
        let (batch, took) = timed(|| Batch {
            documents: (from..(from + 256).min(documents))
                .map(|n| document(&mut gather, root, n, people))
                .collect(),
            ..Batch::default()
        });
        gathering += took;
        writing += timed(|| writer.commit(&batch).expect("a commit")).1;
    }
    told("gather (hash, mask, pack)", gathering, findings, "findings");
    told(
        "write, batches of 256 documents",
        writing,
        findings,
        "findings",
    );
    told("  the same, as documents", writing, documents, "documents");
    end(&mut writer, root, documents);

    // The next night: one document in two hundred is gone, one is at another place, one is new.
    let mut known = Known::open(file).expect("the inventory");
    writer.start(&start).expect("a run");
    let (mut seen, mut news) = (Vec::new(), Vec::new());
    let (_, took) = timed(|| {
        for n in 0..documents {
            let found = known.find(root, &RawPath::new(path(n))).expect("a look");
            let found = found.and_then(|d| d.settled(&stamp(n), &[1; 32], |_| Some(1)));
            match (n % 200, found) {
                (17, _) => {}
                (117, _) => {
                    let mut moved = document(&mut gather, root, n, people);
                    moved.path = RawPath::new(format!("moved/document {n}.txt"));
                    news.push(moved);
                }
                (_, Some(found)) => seen.push(found),
                (_, None) => panic!("document {n} is known"),
            }
            if n % 200 == 18 {
                news.push(document(&mut gather, root, documents + n, people));
            }
        }
    });
    told(
        "unchanged documents recognised",
        took,
        documents,
        "documents",
    );
    let (_, took) = timed(|| {
        let batch = Batch {
            documents: news,
            seen,
            ..Batch::default()
        };
        writer.commit(&batch).expect("a commit");
    });
    told("the second run's news", took, documents / 100, "documents");
    end(&mut writer, root, documents);
}

fn end(writer: &mut Writer, root: RootId, documents: u64) {
    let totals = RunTotals {
        walked: documents,
        ..RunTotals::default()
    };
    let (_, took) = timed(|| {
        writer.root_walked(root).expect("the end of the root");
        writer
            .finish(RunEnd::Complete, &totals)
            .expect("the end of the run")
    });
    told(
        "finish (index of hashes, totals)",
        took,
        documents,
        "documents",
    );
}

/// Where reports go: counts, and notes when the first thousand bytes came.
struct Sink {
    started: Instant,
    first: Option<Duration>,
    bytes: u64,
}

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes += bytes.len() as u64;
        if self.bytes >= 1_000 && self.first.is_none() {
            self.first = Some(self.started.elapsed());
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

type Write<'a> =
    &'a dyn Fn(&Inventory, &report::Options, &mut dyn io::Write) -> Result<(), report::ReportError>;

fn reports(file: &Path) {
    let config: Config = toml::from_str(
        "[[retention]]\nname = \"old departments\"\nkeep = \"6 years\"\npaths = [\"department 1*\"]\n\
         [[retention]]\nname = \"health\"\nkeep = \"1 year\"\ncategories = [\"health\"]\npaths = [\"department 2*\"]\n",
    )
    .expect("a configuration");
    let options = report::Options {
        config: Arc::new(config),
        ..report::Options::default()
    };
    println!(
        "\n{:<36} {:>12} {:>12} {:>10} {:>12}",
        "report, opened anew", "first 1 kB", "whole", "MB", "processor"
    );
    let one = |name: &str, write: Write<'_>| {
        let mut sink = Sink {
            started: Instant::now(),
            first: None,
            bytes: 0,
        };
        let (_, took) = timed(|| {
            let inventory = Inventory::open(file).expect("the inventory");
            write(&inventory, &options, &mut sink).expect("a report")
        });
        println!(
            "{name:<36} {:>9.1} ms {:>9.1} ms {:>10.1} {:>9.1} ms",
            sink.first.unwrap_or(took.wall).as_secs_f64() * 1e3,
            took.wall.as_secs_f64() * 1e3,
            sink.bytes as f64 / 1e6,
            took.processor.as_secs_f64() * 1e3,
        );
    };
    for report in report::REPORTS {
        // A workbook is written once a month, and the driver of `columns` reads nothing.
        if report.name() != "columns" {
            one(report.name(), &|inventory, options, out| {
                report.write(inventory, options, out)
            });
        }
    }
    for table in report::table::TABLES {
        if let Some(write) = report::rows_of(table.name(), "csv") {
            one(&format!("{} --format csv", table.name()), &write);
        }
    }
    println!();
}

/// The page in a browser: milliseconds from the act until the page stands again.
fn page(file: &Path, folder: &Path) {
    let Some(browser) = driver::Browser::start() else {
        println!("passed over: chromium and chromium-driver are not installed");
        return;
    };
    let page = folder.join("page.html");
    let inventory = Inventory::open(file).expect("the inventory");
    let mut out = io::BufWriter::new(std::fs::File::create(&page).expect("a file"));
    report::find("html")
        .expect("the report")
        .write(&inventory, &report::Options::default(), &mut out)
        .expect("a page");
    drop(out);
    println!(
        "page of {:.1} MB in a browser",
        std::fs::metadata(&page).expect("the page").len() as f64 / 1e6
    );
    browser.open(&page);
    let opened = browser.run(
        "const n = performance.getEntriesByType('navigation')[0];
         return [n.domContentLoadedEventEnd, n.loadEventEnd, document.getElementById('count').textContent,
                 document.querySelectorAll('*').length, performance.memory ? performance.memory.usedJSHeapSize / 1e6 : 0]",
    );
    println!("  opened: {opened} (script done, loaded, rows, elements, MB of heap)");
    // What is typed waits 60 ms for the next letter.
    let typed = |words: &str| {
        format!(
            "const s = document.getElementById('search'), c = document.getElementById('count'); s.value = {words:?};
             const t = performance.now(); s.dispatchEvent(new Event('input', {{bubbles: true}}));
             new MutationObserver((_, o) => {{ o.disconnect(); document.body.offsetHeight; done(performance.now() - t); }})
                 .observe(c, {{childList: true, characterData: true, subtree: true}});"
        )
    };
    let column = |n: usize| {
        format!(
            "const t = performance.now(); document.querySelectorAll('#table thead button')[{n}].click();
             document.body.offsetHeight; done(performance.now() - t)"
        )
    };
    let turned = |what: &str| {
        format!(
            "const b = [...document.querySelectorAll('#pages button')].find(b => b.textContent === {what:?});
             const t = performance.now(); if (b) b.click(); document.body.offsetHeight; done(performance.now() - t)"
        )
    };
    for (act, script) in [
        ("search for a letter", typed("t")),
        ("search for two words", typed("team 3")),
        ("search for what is not there", typed("qqqq")),
        ("search for nothing", typed("")),
        ("sort by path", column(0)),
        ("sort by findings", column(2)),
        ("sort the other way", column(2)),
        ("sort by date", column(9)),
        ("last page", turned("Last")),
        ("previous page", turned("Previous")),
        (
            "open a document",
            "const t = performance.now(); document.querySelector('#table tbody button').click();
             document.body.offsetHeight; done(performance.now() - t)"
                .to_owned(),
        ),
    ] {
        let took = browser.wait(&script).as_f64().unwrap_or(f64::NAN);
        println!("  {act:<32} {took:>8.1} ms");
    }
}

/// Look-ups of people, and what their log costs.
fn look_ups(file: &Path, key: &Key, people: u64) {
    let inventory = Inventory::open(file).expect("the inventory");
    let ((), took) = timed(|| {
        for _ in 0..20 {
            log_lookup(file, &LookupEntry::default()).expect("an entry in the log");
        }
    });
    told("entries in the log of look-ups", took, 20, "entries");

    let rules = RuleSet::builtin().expect("the rules");
    let facts = Facts::on(jiff::civil::date(2026, 6, 15));
    for (what, with_name) in [
        ("look-up by two identifiers", false),
        ("the same and a name", true),
    ] {
        let mut times: Vec<Took> = (0..100)
            .map(|n| {
                let person = mix(n) % people;
                let asked = Person {
                    names: if with_name {
                        vec![Sensitive::new(value(0, person))]
                    } else {
                        Vec::new()
                    },
                    identifiers: vec![
                        ("nino".into(), Sensitive::new(value(5, person))),
                        ("email".into(), Sensitive::new(value(1, person))),
                    ],
                    ..Person::default()
                };
                let (answer, took) = timed(|| {
                    find(
                        &inventory,
                        key,
                        rules.rules(),
                        &facts,
                        &asked,
                        LookupEntry::default(),
                        1_000,
                    )
                });
                black_box(answer.expect("an answer"));
                took
            })
            .collect();
        times.sort();
        println!(
            "{what:<36} {:>9.1} ms median, {:.1} ms worst of 100 | processor {:.1} ms median",
            times[50].wall.as_secs_f64() * 1e3,
            times[99].wall.as_secs_f64() * 1e3,
            times[50].processor.as_secs_f64() * 1e3,
        );
    }
}

/// Every finding, one by one.
fn export(file: &Path) {
    let inventory = Inventory::open(file).expect("the inventory");
    let mut count = 0_u64;
    let (_, took) = timed(|| {
        inventory.findings::<InventoryError>(domesday::model::Level::Low, |_| {
            count += 1;
            Ok(())
        })
    });
    told("every finding, for an export", took, count, "findings");
}

fn main() {
    let findings: u64 = std::env::var("DOMESDAY_BENCH_FINDINGS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(if std::env::args().any(|a| a == "--test") {
            5_000
        } else {
            1_000_000
        });
    let base =
        std::env::var_os("DOMESDAY_BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let dir = tempfile::tempdir_in(base).expect("a folder to bench in");
    let kept = std::env::var_os("DOMESDAY_BENCH_KEEP").map(PathBuf::from);
    let file = kept.unwrap_or_else(|| dir.path().join("domesday.db"));
    let documents = (findings / PER_DOCUMENT).max(1);
    let people = (findings / 10).max(10);
    println!("{findings} findings in {documents} documents, of {people} people");

    let key = Key::from_text("5a".repeat(32).as_bytes(), "the bench").expect("a key");
    if !file.exists() {
        write(&file, &key, findings, documents, people);
    }
    let size = std::fs::metadata(&file).expect("the file").len();
    println!(
        "{:<36} {:>9.1} MB {:>12.1} bytes/finding",
        "size",
        size as f64 / 1e6,
        size as f64 / findings as f64
    );
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with('-'))
        .collect();
    for (part, run) in [
        ("look-ups", &(|| look_ups(&file, &key, people)) as &dyn Fn()),
        ("reports", &|| reports(&file)),
        ("export", &|| export(&file)),
        ("page", &|| page(&file, dir.path())),
    ] {
        if wanted.is_empty() || wanted.iter().any(|w| part.contains(w.as_str())) {
            run();
        }
    }
}
