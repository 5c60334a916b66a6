//! Bytes per second of extraction, by format, from a warm page cache, beside the physical reference of the same run:
//! reading the same file and validating it as UTF-8. `cargo bench --bench extract`

use std::{
    fs::File,
    io::{Read, Write},
    path::PathBuf,
    sync::LazyLock,
};

use divan::{Bencher, black_box, counter::BytesCount};
use domesday::{
    extract::{Flow, Head, Options, Reader, Scratch, Source, Visitor},
    model::{Outcome, Segment},
};

fn main() {
    divan::main();
}

const MIB: usize = 1 << 20;

struct Files {
    _folder: tempfile::TempDir,
    folder: PathBuf,
}

/// A seeded generator, so that every run reads the same.
struct Seed(u64);

impl Seed {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % below
    }
}

const WORDS: &[&str] = &[
    "the",
    "of",
    "and",
    "to",
    "in",
    "a",
    "is",
    "that",
    "for",
    "it",
    "council",
    "resident",
    "review",
    "meeting",
    "garden",
    "address",
    "support",
    "because",
    "Tuesday",
    "morning",
    "report",
    "follow",
    "visit",
    "their",
    "been",
    "with",
    "letter",
    "café",
    "application",
    "signed",
    "between",
    "number",
    "house",
    "street",
    "after",
    "thank",
];

static FILES: LazyLock<Files> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().to_owned();
    let mut seed = Seed(0x5eed);
    let mut prose = String::new();
    while prose.len() < 128 * MIB {
        for _ in 0..8 + seed.next(8) {
            prose.push_str(WORDS[seed.next(WORDS.len())]);
            prose.push(' ');
        }
        prose.push_str(".\n");
    }
    let mut rows = String::from("Name,Date of birth,NI number,Phone,Note\n");
    let (mut json, mut xml, mut html) = (
        String::from("["),
        String::from("<staff>"),
        String::from("<html><body><table>"),
    );
    while rows.len() < 64 * MIB {
        let word = |seed: &mut Seed| WORDS[seed.next(WORDS.len())];
        let (name, note) = (word(&mut seed), word(&mut seed));
        let (born, phone) = (1930 + seed.next(80), seed.next(1000));
        rows.push_str(&format!(
            "\"{name}, {note}\",{born}-03-02,QQ123456C,07700 900{phone:03},{note} {note}\n"
        ));
        json.push_str(&format!(
            "{{\"name\":\"{name}\",\"born\":\"{born}-03-02\",\"phone\":\"07700 900{phone:03}\"}},\n"
        ));
        xml.push_str(&format!(
            "<person><name>{name}</name><born>{born}-03-02</born><note>{note}</note></person>\n"
        ));
        html.push_str(&format!("<tr><td class=\"a\">{name}</td><td>{born}-03-02</td><td>{note} &amp; {note}</td></tr>\n"));
    }
    json.push_str("{}]");
    let (latin, _, _) = encoding_rs::WINDOWS_1252.encode(&prose[..64 * MIB / 2]);
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(&prose.as_bytes()[..32 * MIB])
        .expect("in memory");
    let gz = gz.finish().expect("in memory");
    for (name, data) in [
        ("prose.txt", prose.as_bytes()),
        ("latin.txt", &latin),
        ("rows.csv", rows.as_bytes()),
        ("people.json", json.as_bytes()),
        ("people.xml", xml.as_bytes()),
        ("people.html", html.as_bytes()),
        ("prose.txt.gz", &gz),
    ] {
        std::fs::write(path.join(name), data).expect("written");
    }
    let pieces = prose.as_bytes().chunks(2000).map(|piece| {
        let start = piece.iter().position(u8::is_ascii_alphabetic).unwrap_or(0);
        let end = piece.iter().rposition(u8::is_ascii_alphabetic).unwrap_or(0);
        &piece[start..=end]
    });
    for (i, piece) in pieces.take(5000).enumerate() {
        std::fs::write(path.join(format!("small-{i}.txt")), piece).expect("written");
    }
    Files {
        _folder: folder,
        folder: path,
    }
});

/// Touches every segment as little as can be.
#[derive(Default)]
struct Count(u64);

impl Visitor for Count {
    fn open(&mut self, _: &Head<'_>) -> Flow {
        Flow::Continue
    }

    fn segment(&mut self, segment: &Segment<'_>) -> Flow {
        self.0 += black_box(segment.text).len() as u64;
        Flow::Continue
    }

    fn close(&mut self, _: Outcome) {}
}

fn open(name: &str) -> (File, usize) {
    let file = File::open(FILES.folder.join(name)).expect("written before");
    let size = file.metadata().expect("has a size").len() as usize;
    (file, size)
}

/// The reference: blocks of a file into one buffer, each validated as UTF-8.
#[divan::bench(args = ["prose.txt", "rows.csv"], sample_count = 7)]
fn read_and_validate(bencher: Bencher<'_, '_>, name: &str) {
    let (_, size) = open(name);
    let mut buffer = vec![0; 512 << 10];
    bencher.counter(BytesCount::new(size)).bench_local(|| {
        let (mut file, _) = open(name);
        let mut valid = 0;
        loop {
            let n = file.read(&mut buffer).expect("reads");
            if n == 0 {
                break;
            }
            valid += usize::from(simdutf8::basic::from_utf8(&buffer[..n]).is_ok());
        }
        valid
    });
}

/// Extraction into a visitor that does nothing.
#[divan::bench(
    args = ["prose.txt", "latin.txt", "rows.csv", "people.json", "people.xml", "people.html", "prose.txt.gz"],
    sample_count = 7
)]
fn extract(bencher: Bencher<'_, '_>, name: &str) {
    let (_, size) = open(name);
    let reader = Reader::new(Options::default());
    let mut scratch = Scratch::default();
    bencher.counter(BytesCount::new(size)).bench_local(|| {
        let mut count = Count::default();
        let source = Source::file(open(name).0).expect("has metadata");
        reader.read_with(&mut scratch, source, name, &mut count);
        assert!(count.0 > 0);
        count.0
    });
}

/// 5000 files of 2 KB: opened and read, and the same extracted.
#[divan::bench(args = [false, true], sample_count = 7)]
fn small_files(bencher: Bencher<'_, '_>, extracted: bool) {
    open("prose.txt");
    let names: Vec<PathBuf> = (0..5000)
        .map(|i| FILES.folder.join(format!("small-{i}.txt")))
        .collect();
    let bytes: u64 = names
        .iter()
        .filter_map(|n| n.metadata().ok())
        .map(|m| m.len())
        .sum();
    let reader = Reader::new(Options::default());
    let mut scratch = Scratch::default();
    let mut buffer = vec![0; 64 << 10];
    bencher.counter(BytesCount::new(bytes)).bench_local(|| {
        let mut all = 0;
        for name in &names {
            let mut file = File::open(name).expect("written before");
            if extracted {
                let mut count = Count::default();
                let source = Source::file(file).expect("has metadata");
                reader.read_with(&mut scratch, source, "small.txt", &mut count);
                all += count.0;
            } else {
                all += file.read(&mut buffer).expect("reads") as u64;
            }
        }
        all
    });
}
