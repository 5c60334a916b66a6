//! The whole detector on prose and on dense rows, beside the engine alone on the same text in the same run.
//!
//! The share of the second that the first reaches is what context, labels, checks and resolution leave of the engine's
//! speed. Prose is what `/usr/share/doc` holds (or built text without it); rows are invented people from a seed.
#![allow(missing_docs, clippy::unwrap_used)]

use std::{fmt::Write as _, fs, path::Path, sync::LazyLock};

use divan::{Bencher, counter::BytesCount};
use domesday::{
    detect::{
        Detector, Facts, Rule, RuleSet, Scratch,
        engine::{self, Cursors, Engine, PatternSpec, Visit},
    },
    model::{Category, Class, Segment, Table, limits::SEGMENT, segment::Layout},
};

fn main() {
    divan::main();
}

/// So much text is scanned in one go.
const SIZE: usize = SEGMENT - 1024;

static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::builtin().unwrap());

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let specs: Vec<_> = RuleSet::builtin()
        .unwrap()
        .rules()
        .iter()
        .flat_map(|rule| &rule.patterns)
        .map(|pattern| PatternSpec {
            name: String::new(),
            regex: pattern.regex.clone(),
            seldom: false,
        })
        .collect();
    Engine::new(&specs, &[]).unwrap()
});

static PROSE: LazyLock<String> = LazyLock::new(|| {
    let mut text = String::new();
    gather(Path::new("/usr/share/doc"), &mut text);
    while text.len() < SIZE {
        text.push_str(
            "The visit went well and the family was told what would happen next; notes were kept. ",
        );
    }
    text.truncate(text.floor_char_boundary(SIZE));
    text
});

fn gather(folder: &Path, text: &mut String) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut paths: Vec<_> = entries.flatten().map(|e| e.path()).collect();
    paths.sort();
    for path in paths {
        if text.len() > SIZE {
            return;
        }
        if path.is_dir() {
            gather(&path, text);
        } else if let Ok(more) = fs::read_to_string(&path) {
            text.push_str(&more);
        }
    }
}

const HEADINGS: &[&str] = &[
    "Client ID",
    "Name",
    "DOB",
    "NHS Number",
    "NI No",
    "Address",
    "Postcode",
    "Tel",
    "Email",
    "Sort code",
    "Account",
    "Start date",
    "Amount",
];

static ROWS: LazyLock<(String, Vec<u32>)> = LazyLock::new(|| {
    let mut seed = 7_u64;
    let mut r = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) % below
    };
    let names = [
        "Okafor", "Hall", "Shah", "Nowak", "Price", "Osei", "Kaur", "Byrne",
    ];
    let (mut text, mut rows) = (String::new(), Vec::new());
    while text.len() < SIZE {
        rows.push(text.len() as u32);
        let name = names[r(8) as usize];
        writeln!(
            text,
            "{},{name} {},{:02}/{:02}/{},9{:02} {:03} {:04},QQ{:06}{},{} {name} Street,M{} {}AE,07700 900{:03},{}{}@example.com,{:02}-{:02}-{:02},{:08},{:02}/{:02}/20{:02},{}.{:02}",
            100_000 + r(900_000), r(100), 1 + r(28), 1 + r(12), 1930 + r(70), r(100), r(1000), r(10_000), r(1_000_000),
            (b'A' + r(4) as u8) as char, 1 + r(200), 1 + r(40), r(10), r(1000), name.to_lowercase(), r(1000), r(100),
            r(100), r(100), r(100_000_000), 1 + r(28), 1 + r(12), 10 + r(16), r(5000), r(100),
        )
        .unwrap();
    }
    (text, rows)
});

struct Count(usize);

impl Visit for Count {
    fn pattern(&mut self, _: u16, _: usize, _: usize) -> bool {
        self.0 += 1;
        true
    }
    fn term(&mut self, _: u32, _: usize, _: usize) {
        self.0 += 1;
    }
}

fn engine_alone(bencher: Bencher, text: &str) {
    let engine = &*ENGINE;
    let mut scratch = engine::Scratch::new();
    bencher.counter(BytesCount::of_str(text)).bench_local(|| {
        let mut count = Count(0);
        engine.scan(
            text.as_bytes(),
            0..text.len(),
            &mut Cursors::new(),
            &mut scratch,
            &mut count,
        );
        count.0
    });
}

fn detector(bencher: Bencher, text: &str, layout: &Layout) {
    whole(bencher, &DETECTOR, text, layout);
}

fn whole(bencher: Bencher, detector: &Detector, text: &str, layout: &Layout) {
    let mut scratch = Scratch::default();
    bencher.counter(BytesCount::of_str(text)).bench_local(|| {
        let segment = Segment {
            text,
            repeats: 0,
            more: false,
            offset: 0,
            layout,
        };
        let mut found = 0;
        let mut document = detector.open("register.csv");
        detector.segment(&mut document, &mut scratch, &segment, &mut |_| found += 1);
        detector.close(document, &mut |_| found += 1);
        found
    });
}

#[divan::bench]
fn prose_engine(bencher: Bencher) {
    engine_alone(bencher, &PROSE);
}

#[divan::bench]
fn prose_detector(bencher: Bencher) {
    detector(bencher, &PROSE, &Layout::Lines { first: 1 });
}

#[divan::bench]
fn rows_engine(bencher: Bencher) {
    engine_alone(bencher, &ROWS.0);
}

#[divan::bench]
fn rows_detector_as_lines(bencher: Bencher) {
    detector(bencher, &ROWS.0, &Layout::Lines { first: 1 });
}

fn table() -> Layout {
    Layout::Table(Table {
        name: "".into(),
        delimiter: b',',
        quoted: true,
        rows: ROWS.1.clone(),
        row_numbers: Vec::new(),
        first_row: 2,
        headings: HEADINGS.iter().map(|h| (*h).into()).collect(),
    })
}

#[divan::bench]
fn rows_detector_as_table(bencher: Bencher) {
    detector(bencher, &ROWS.0, &table());
}

/// Families of rules: what has a pattern, names of people, and words by what the law makes of them.
const FAMILIES: &[&str] = &[
    "identifiers",
    "names",
    "special category",
    "offences and safeguarding",
    "employment and incidents",
    "whole",
];

fn family(rule: &Rule) -> &'static str {
    match (rule.category.class(), rule.category) {
        _ if rule.by.is_some() => "names",
        _ if rule.terms.is_empty() => "identifiers",
        (Class::Special, _) => "special category",
        (Class::Criminal, _) | (_, Category::ChildSafeguarding) => "offences and safeguarding",
        _ => "employment and incidents",
    }
}

/// The rules of one family alone.
fn of_family(wanted: &str) -> Detector {
    let all = RuleSet::builtin().unwrap();
    let others: Vec<String> = all
        .rules()
        .iter()
        .filter(|rule| wanted != "whole" && family(rule) != wanted)
        .map(|rule| rule.id.to_string())
        .collect();
    Detector::new(all.without(&others).unwrap(), Facts::now()).unwrap()
}

/// What each family costs on prose, and that the whole costs little more than the identifiers.
#[divan::bench(args = FAMILIES)]
fn families_on_prose(bencher: Bencher, family: &str) {
    whole(
        bencher,
        &of_family(family),
        &PROSE,
        &Layout::Lines { first: 1 },
    );
}

/// The same on rows of people, which are nothing but findings.
#[divan::bench(args = FAMILIES)]
fn families_on_rows(bencher: Bencher, family: &str) {
    whole(bencher, &of_family(family), &ROWS.0, &table());
}

/// A document of two kilobytes, of which most shares are made.
#[divan::bench]
fn small_documents(bencher: Bencher) {
    let text = &PROSE[..PROSE.floor_char_boundary(2048)];
    detector(bencher, text, &Layout::Lines { first: 1 });
}

#[divan::bench]
fn small_engine(bencher: Bencher) {
    engine_alone(bencher, &PROSE[..PROSE.floor_char_boundary(2048)]);
}

/// From nothing to the first document.
#[divan::bench(sample_count = 10)]
fn compile_all_rules() -> Detector {
    Detector::builtin().unwrap()
}
