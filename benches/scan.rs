//! The whole way, from folders to an inventory on a warm tree, beside the walk alone, the engine alone and the detector
//! alone, on one thread and on two; and how long the rules take to load.
//!
//! Trees made from a seed in the temporary folder: many small files, where what counts is the cost of a document, as many
//! bytes in documents of 2 KB, few large ones, and a single one. `DOMESDAY_BENCH_FILES` sets the number of small ones.
//! `sum` adds up the bytes of the same texts: ratios to it in one run mean more than megabytes a second.
#![allow(missing_docs, clippy::unwrap_used)]

use std::{
    fmt::Write as _,
    fs,
    hint::black_box,
    io::Read,
    path::Path,
    sync::{
        LazyLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use divan::{
    Bencher,
    counter::{BytesCount, ItemsCount},
};
use domesday::{
    detect::{
        Detector, Scratch,
        engine::{self, Cursors, Visit},
    },
    inventory::{Key, record::RawPath},
    model::{Segment, segment::Layout},
    scan::{
        Reading,
        job::{Job, Order, Report},
        pipeline,
    },
    walk::{Exclusions, Kind, Opener, Options, Walk, roots},
};
use tempfile::TempDir;

fn main() {
    divan::main();
}

/// Threads of the walk.
const WALKERS: usize = 2;

static FILES: LazyLock<usize> =
    LazyLock::new(|| std::env::var("DOMESDAY_BENCH_FILES").map_or(20_000, |n| n.parse().unwrap()));

/// Of about 280 bytes, a hundred a folder; one in ten with an identifier.
static SMALL: LazyLock<TempDir> = LazyLock::new(|| {
    let tree = tempfile::tempdir().unwrap();
    for n in 0..*FILES {
        let folder = tree
            .path()
            .join(format!("team{:03}/f{:02}", n / 1000, n / 100 % 10));
        if n % 100 == 0 {
            fs::create_dir_all(&folder).unwrap();
        }
        let mut text = format!("Note {n}. The visit went well and was written up. ").repeat(5);
        if n % 10 == 0 {
            write!(text, "NI number AB{:06}C", n % 1_000_000).unwrap();
        }
        fs::write(folder.join(format!("note {n}.txt")), text).unwrap();
    }
    tree
});

/// Sixteen texts of four MiB: prose with an identifier every few kilobytes.
static LARGE: LazyLock<TempDir> = LazyLock::new(|| {
    let tree = tempfile::tempdir().unwrap();
    for n in 0..16 {
        fs::write(tree.path().join(format!("{n}.txt")), prose(n, 4 << 20)).unwrap();
    }
    tree
});

/// Eight MiB in documents of two KB.
static NOTES: LazyLock<TempDir> = LazyLock::new(|| {
    let tree = tempfile::tempdir().unwrap();
    for n in 0..4096 {
        let folder = tree.path().join(format!("f{:02}", n / 100));
        if n % 100 == 0 {
            fs::create_dir_all(&folder).unwrap();
        }
        fs::write(folder.join(format!("{n}.txt")), prose(n, 2000)).unwrap();
    }
    tree
});

/// One text of sixty-four MiB.
static SINGLE: LazyLock<TempDir> = LazyLock::new(|| {
    let tree = tempfile::tempdir().unwrap();
    fs::write(tree.path().join("all.txt"), prose(16, 64 << 20)).unwrap();
    tree
});

fn prose(seed: usize, length: usize) -> String {
    const WORDS: &[&str] = &[
        "the", "visit", "went", "well", "and", "report", "of", "week", "was", "sent", "to",
        "house", "for", "meeting", "on", "budget", "plan", "with", "team", "after", "lunch",
        "about", "heating", "in", "new", "building",
    ];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ seed as u64;
    let mut text = String::with_capacity(length + 64);
    let mut count = 0_u64;
    while text.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        text.push_str(WORDS[(state % WORDS.len() as u64) as usize]);
        count += 1;
        text.push(if count.is_multiple_of(12) { '\n' } else { ' ' });
        if count.is_multiple_of(600) {
            writeln!(text, "NI number AB{:06}C.", state % 1_000_000).unwrap();
        }
    }
    text
}

fn walk(tree: &Path, each: impl Fn(&Path) + Sync) -> u64 {
    let roots = roots(&[tree]).unwrap();
    let exclusions = Exclusions::new(&roots, &[]).unwrap();
    let (options, opener) = (Options::default(), Opener::default());
    let seen = AtomicU64::new(0);
    Walk::new(&roots, &exclusions, &options, &opener).run(WALKERS, &AtomicBool::new(false), || {
        |listing| {
            for entry in &listing.entries {
                if entry.kind == Kind::File {
                    seen.fetch_add(1, Ordering::Relaxed);
                    each(&roots[0].path.join(listing.path(entry)));
                }
            }
            true
        }
    });
    seen.into_inner()
}

fn scan(tree: &Path, inventory: &Path, threads: usize) -> u64 {
    let job = Job {
        inventory: RawPath::new(inventory),
        key: Key::from_text("5a".repeat(32).as_bytes(), "bench")
            .unwrap()
            .to_text(),
        roots: vec![RawPath::new(tree)],
        reading: Reading {
            rules: Default::default(),
            passwords: Vec::new(),
            memory: 1 << 30,
            deadline: 60,
            temporary: None,
            ocr: None,
        },
        names: Vec::new(),
        exclude: Vec::new(),
        other_file_systems: false,
        snapshots: false,
        threads,
        max_rate: None,
        previews: true,
        again: false,
        host: "bench".to_owned(),
        user: "bench".to_owned(),
        pid: 0,
        since: String::new(),
        suspects: Vec::new(),
        sandbox: false,
        faults: Vec::new(),
    };
    let (orders_in, orders) = crossbeam_channel::unbounded();
    let done = AtomicU64::new(0);
    pipeline::run(&job, orders, &|report| match report {
        Report::Ended(ended) => done.store(ended.walked, Ordering::Relaxed),
        Report::Failed(failure) => panic!("{}", failure.message),
        // Nothing is read alone, so the scan may close, as its supervisor would say.
        Report::Alone { .. } => orders_in.send(Order::Close).unwrap(),
        _ => {}
    });
    done.into_inner()
}

#[divan::bench(sample_count = 10)]
fn small_walk(bencher: Bencher<'_, '_>) {
    let tree = SMALL.path();
    bencher
        .counter(ItemsCount::new(*FILES))
        .bench(|| assert_eq!(walk(tree, |_| {}), *FILES as u64));
}

#[divan::bench(sample_count = 10)]
fn small_walk_open_read(bencher: Bencher<'_, '_>) {
    let tree = SMALL.path();
    bencher.counter(ItemsCount::new(*FILES)).bench(|| {
        walk(tree, |path| {
            let mut buffer = [0; 4096];
            let mut file = fs::File::open(path).unwrap();
            black_box(file.read(&mut buffer).unwrap());
        })
    });
}

#[divan::bench(args = [1, 2], sample_count = 3, sample_size = 1)]
fn small_scan(bencher: Bencher<'_, '_>, threads: usize) {
    let tree = SMALL.path();
    bencher
        .counter(ItemsCount::new(*FILES))
        .with_inputs(|| tempfile::tempdir().unwrap())
        .bench_values(|out| {
            assert_eq!(scan(tree, &out.path().join("d.db"), threads), *FILES as u64);
        });
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn small_scan_unchanged(bencher: Bencher<'_, '_>) {
    let tree = SMALL.path();
    let out = tempfile::tempdir().unwrap();
    let inventory = out.path().join("d.db");
    scan(tree, &inventory, 2);
    bencher
        .counter(ItemsCount::new(*FILES))
        .bench(|| scan(tree, &inventory, 2));
}

/// The texts of a tree, in memory.
fn texts(tree: &Path) -> Vec<String> {
    let mut paths = Vec::new();
    let found = std::sync::Mutex::new(&mut paths);
    walk(tree, |path| found.lock().unwrap().push(path.to_path_buf()));
    paths.sort();
    paths
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect()
}

fn tree(name: &str) -> &'static Path {
    match name {
        "notes" => NOTES.path(),
        "single" => SINGLE.path(),
        _ => LARGE.path(),
    }
}

fn bytes(texts: &[String]) -> BytesCount {
    BytesCount::new(texts.iter().map(String::len).sum::<usize>())
}

/// The reference: the bytes added up, eight at a time.
#[divan::bench(args = ["notes", "large"], sample_count = 7)]
fn sum(bencher: Bencher<'_, '_>, name: &str) {
    let texts = texts(tree(name));
    bencher.counter(bytes(&texts)).bench_local(|| {
        let mut sum = 0_u64;
        for text in &texts {
            for eight in text.as_bytes().as_chunks::<8>().0 {
                sum = sum.wrapping_add(u64::from_le_bytes(*eight));
            }
        }
        sum
    });
}

/// Takes every match and does nothing with it.
struct Count(u64);

impl Visit for Count {
    fn pattern(&mut self, _: u16, _: usize, _: usize) -> bool {
        self.0 += 1;
        true
    }

    fn term(&mut self, _: u32, _: usize, _: usize) {
        self.0 += 1;
    }
}

/// All rules and terms, one thread, no document around them.
#[divan::bench(args = ["notes", "large"], sample_count = 3)]
fn engine_alone(bencher: Bencher<'_, '_>, name: &str) {
    let detector = Detector::builtin().unwrap();
    let texts = texts(tree(name));
    let (mut cursors, mut scratch) = (Cursors::new(), engine::Scratch::new());
    bencher.counter(bytes(&texts)).bench_local(|| {
        let mut count = Count(0);
        for text in &texts {
            for piece in text.as_bytes().chunks(1 << 19) {
                cursors.clear();
                let engine = detector.engine();
                engine.scan(
                    piece,
                    0..piece.len(),
                    &mut cursors,
                    &mut scratch,
                    &mut count,
                );
            }
        }
        assert!(count.0 > 0);
    });
}

/// Engine, context, names, judgement: one thread, texts in memory.
#[divan::bench(args = ["notes", "large"], sample_count = 3)]
fn detector_alone(bencher: Bencher<'_, '_>, name: &str) {
    let detector = Detector::builtin().unwrap();
    let texts = texts(tree(name));
    let mut scratch = Scratch::default();
    bencher.counter(bytes(&texts)).bench_local(|| {
        let mut found = 0_u64;
        for text in &texts {
            let mut document = detector.open("x.txt");
            for (first, piece) in (1..).zip(text.as_bytes().chunks(1 << 19)) {
                let text = std::str::from_utf8(piece).unwrap();
                let segment = Segment {
                    text,
                    repeats: 0,
                    more: false,
                    offset: 0,
                    layout: &Layout::Lines { first },
                };
                detector.segment(&mut document, &mut scratch, &segment, &mut |_| found += 1);
            }
            detector.close(document, &mut |_| found += 1);
        }
        // Sentences without a person in them hold nothing.
        black_box(found);
    });
}

/// From files to a closed inventory, rules loaded on the way.
#[divan::bench(args = [("notes", 1), ("notes", 2), ("large", 1), ("large", 2), ("single", 1), ("single", 2)], sample_count = 3, sample_size = 1)]
fn whole_scan(bencher: Bencher<'_, '_>, (name, threads): (&str, usize)) {
    let tree = tree(name);
    let texts = texts(tree);
    bencher
        .counter(bytes(&texts))
        .with_inputs(|| tempfile::tempdir().unwrap())
        .bench_values(|out| {
            let walked = scan(tree, &out.path().join("d.db"), threads);
            assert_eq!(walked, texts.len() as u64);
        });
}

/// What every start of a scan pays before its first document.
#[divan::bench(sample_count = 10)]
fn rules_loaded() -> Detector {
    Detector::builtin().unwrap()
}
