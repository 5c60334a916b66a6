//! The whole way, from folders to an inventory on a warm tree, beside what it is made of: summing the bytes, the engine
//! alone, the detector alone, the walk alone; on one thread and on two.
//!
//! ```text
//! cargo bench --bench scan                       # every tree
//! cargo bench --bench scan -- --tree prose       # one of: prose, single, notes, rows, small
//! cargo bench --bench scan -- --at FOLDER        # a tree of your own
//! cargo bench --bench scan -- --mib 64 --files 200000 --rounds 5
//! cargo bench --bench scan -- --test             # small trees, one round: does it run?
//! ```
//!
//! All ways go in turn, round after round, in one run; each figure is the median of its rounds. *By the clock* is what a
//! user waits. *Per core* is bytes by processor time of all threads together, which a busy machine disturbs less: its
//! ratio to the engine says what is lost between bytes and stored findings. A scan loads all rules each time; what that
//! takes is measured beside it, told in the first line, and taken off in the ratios (not in the speeds).
//!
//! The trees, made in the temporary folder: *prose* is documentation of this machine in texts of 2 MiB (repeated sentences
//! where there is none), *single* the same in one file, *notes* the same in documents of 2 KB, *rows* an export of people
//! in one file, *small* notes of some 280 bytes, a hundred a folder, one in ten with an identifier.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

use std::{
    fmt::Write as _,
    fs,
    hint::black_box,
    io::Read,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Instant,
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

#[path = "engine/texts.rs"]
#[allow(dead_code)]
mod texts;

/// Threads of the walk.
const WALKERS: usize = 2;

struct Asked {
    mib: usize,
    files: usize,
    rounds: usize,
    tree: Option<String>,
    at: Option<PathBuf>,
}

fn asked() -> Asked {
    let mut asked = Asked {
        mib: 32,
        files: 20_000,
        rounds: 3,
        tree: None,
        at: None,
    };
    let mut args = std::env::args().skip(1);
    let number = |arg: Option<String>| arg.and_then(|n| n.parse().ok()).expect("a number");
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--test" => (asked.mib, asked.files, asked.rounds) = (1, 200, 1),
            "--mib" => asked.mib = number(args.next()),
            "--files" => asked.files = number(args.next()),
            "--rounds" => asked.rounds = number(args.next()),
            "--tree" => asked.tree = args.next(),
            "--at" => asked.at = args.next().map(PathBuf::from),
            // What `cargo bench` adds.
            "--bench" => {}
            other => panic!("{other}? see the head of benches/scan.rs"),
        }
    }
    asked
}

fn main() {
    let asked = asked();
    let load = timed(asked.rounds.max(5), || {
        black_box(Detector::builtin().unwrap());
        1
    });
    println!(
        "rules loaded in {:.1} ms by the clock, {:.1} ms of processor time",
        load.clock * 1e3,
        load.processor * 1e3
    );
    if let Some(folder) = &asked.at {
        return table(&folder.to_string_lossy(), folder, &asked, &load);
    }
    for name in ["prose", "single", "notes", "rows", "small"] {
        if asked.tree.as_deref().is_none_or(|only| only == name) {
            let tree = tempfile::tempdir().unwrap();
            make(name, tree.path(), &asked);
            table(name, tree.path(), &asked, &load);
        }
    }
}

fn make(name: &str, tree: &Path, asked: &Asked) {
    let length = asked.mib << 20;
    match name {
        "prose" => pieces(tree, &texts::prose(length), 2 << 20),
        "single" => fs::write(tree.join("all.txt"), texts::prose(length)).unwrap(),
        "notes" => pieces(tree, &texts::prose(length.min(8 << 20)), 2000),
        "rows" => fs::write(
            tree.join("people.csv"),
            texts::rows(length.min(8 << 20), false),
        )
        .unwrap(),
        _ => small(tree, asked.files),
    }
}

/// Texts of about so many bytes, cut at line ends.
fn pieces(tree: &Path, text: &[u8], length: usize) {
    let mut rest = text;
    for n in 0.. {
        if rest.is_empty() {
            return;
        }
        let folder = tree.join(format!("f{:03}", n / 100));
        if n % 100 == 0 {
            fs::create_dir_all(&folder).unwrap();
        }
        let from = length.min(rest.len());
        let end = memchr::memchr(b'\n', &rest[from..]).map_or(rest.len(), |at| from + at + 1);
        fs::write(folder.join(format!("{n}.txt")), &rest[..end]).unwrap();
        rest = &rest[end..];
    }
}

fn small(tree: &Path, files: usize) {
    for n in 0..files {
        let folder = tree.join(format!("team{:03}/f{:02}", n / 1000, n / 100 % 10));
        if n % 100 == 0 {
            fs::create_dir_all(&folder).unwrap();
        }
        let mut text = format!("Note {n}. The visit went well and was written up. ").repeat(5);
        if n % 10 == 0 {
            write!(text, "NI number AB{:06}C", n % 1_000_000).unwrap();
        }
        fs::write(folder.join(format!("note {n}.txt")), text).unwrap();
    }
}

/// What one way took, in seconds; the median of its rounds.
#[derive(Clone, Copy, Default)]
struct Took {
    clock: f64,
    processor: f64,
}

/// Processor time of all threads so far; the time of day where the system does not tell.
fn processor() -> f64 {
    #[cfg(unix)]
    {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
    }
    #[cfg(not(unix))]
    {
        static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
        START.elapsed().as_secs_f64()
    }
}

fn once(way: &mut dyn FnMut() -> u64) -> (Took, u64) {
    let (clock, before) = (Instant::now(), processor());
    let count = black_box(way());
    let took = Took {
        clock: clock.elapsed().as_secs_f64(),
        processor: processor() - before,
    };
    (took, count)
}

fn median(rounds: &[Took]) -> Took {
    let middle = |of: fn(&Took) -> f64| {
        let mut all: Vec<f64> = rounds.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    Took {
        clock: middle(|t| t.clock),
        processor: middle(|t| t.processor),
    }
}

fn timed(rounds: usize, mut way: impl FnMut() -> u64) -> Took {
    let all: Vec<Took> = (0..rounds).map(|_| once(&mut way).0).collect();
    median(&all)
}

type Way<'a> = (&'static str, Box<dyn FnMut() -> u64 + 'a>);

fn table(name: &str, tree: &Path, asked: &Asked, load: &Took) {
    let texts = read_all(tree);
    let bytes: usize = texts.iter().map(Vec::len).sum();
    let files = texts.len();
    let detector = Detector::builtin().unwrap();
    let mut ways: Vec<Way<'_>> = vec![
        ("sum of the texts", Box::new(|| sum(&texts))),
        ("engine", Box::new(|| engine_alone(&detector, &texts))),
        ("detector", Box::new(|| detector_alone(&detector, &texts))),
        ("walk", Box::new(|| walk(tree, |_| {}))),
        ("walk, open, read", Box::new(|| walk(tree, read))),
    ];
    for threads in [1, 2] {
        ways.push((
            ["scan, 1 thread", "scan, 2 threads"][threads - 1],
            Box::new(move || {
                let out = tempfile::tempdir().unwrap();
                scan(tree, &out.path().join("d.db"), threads)
            }),
        ));
    }
    let mut rounds = vec![Vec::new(); ways.len()];
    for round in 0..=asked.rounds {
        for (i, (way, run)) in ways.iter_mut().enumerate() {
            let (took, count) = once(run);
            if way.starts_with("scan") {
                assert_eq!(count, files as u64, "{way}: every file has its outcome");
            }
            // The first round warms up.
            if round > 0 {
                rounds[i].push(took);
            }
        }
    }
    let took: Vec<Took> = rounds.iter().map(|rounds| median(rounds)).collect();
    let of = |way: &str| took[ways.iter().position(|w| w.0 == way).expect("a way")];
    let mb = bytes as f64 / 1e6;
    println!("\n{name}: {files} files, {mb:.1} MB");
    println!(
        "{:<18} {:>9} {:>10} {:>12} {:>14} {:>10}",
        "", "ms", "MB/s", "documents/s", "MB/s per core", "of engine"
    );
    for ((way, _), took) in ways.iter().zip(&took) {
        let scans = way.starts_with("scan");
        let start = if scans { load.processor } else { 0.0 };
        let share = of("engine").processor / (took.processor - start).max(1e-9);
        let share = match way.starts_with("walk") {
            true => String::new(),
            false => format!("{:.1} %", 100.0 * share),
        };
        println!(
            "{way:<18} {:>9.1} {:>10.1} {:>12.0} {:>14.1} {share:>10}",
            took.clock * 1e3,
            mb / took.clock,
            files as f64 / took.clock,
            mb / took.processor,
        );
    }
    let (one, two) = (of("scan, 1 thread"), of("scan, 2 threads"));
    let without = |took: Took| (took.clock - load.clock).max(1e-9);
    println!(
        "second thread: {:.2} times as fast by the clock, {:.2} without loading the rules",
        one.clock / two.clock,
        without(one) / without(two)
    );
    println!(
        "documents a second: {:.0} % of the walk, {:.0} % of walking, opening and reading",
        100.0 * of("walk").clock / two.clock,
        100.0 * of("walk, open, read").clock / two.clock
    );
}

fn walk(tree: &Path, each: impl Fn(&Path) + Sync) -> u64 {
    let roots = roots(&[tree]).unwrap().there;
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

fn read(path: &Path) {
    let mut buffer = [0; 64 << 10];
    let mut file = fs::File::open(path).unwrap();
    while file.read(&mut buffer).unwrap() > 0 {
        black_box(&buffer);
    }
}

/// The texts of a tree, in memory.
fn read_all(tree: &Path) -> Vec<Vec<u8>> {
    let paths = Mutex::new(Vec::new());
    walk(tree, |path| paths.lock().unwrap().push(path.to_path_buf()));
    let mut paths = paths.into_inner().unwrap();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// The reference: the bytes added up, eight at a time.
fn sum(texts: &[Vec<u8>]) -> u64 {
    let words = texts.iter().flat_map(|text| text.as_chunks::<8>().0);
    words.fold(0, |sum, word| sum.wrapping_add(u64::from_le_bytes(*word)))
}

/// Takes every match and does nothing with it.
struct Count(u64);

impl Visit for Count {
    fn pattern(&mut self, _: u16, _: usize, _: usize) -> bool {
        self.0 += 1;
        true
    }

    fn wants_seldom(&self, _: std::ops::Range<usize>) -> bool {
        false
    }

    fn term(&mut self, _: u32, _: usize, _: usize) {
        self.0 += 1;
    }
}

/// All rules and terms, one thread, no document around them; without the patterns that only the name of a column or
/// field makes sense of, since the scan looks for them under such names only.
fn engine_alone(detector: &Detector, texts: &[Vec<u8>]) -> u64 {
    let (mut cursors, mut scratch) = (Cursors::new(), engine::Scratch::new());
    let mut count = Count(0);
    for text in texts {
        for piece in text.chunks(1 << 20) {
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
    count.0
}

/// Engine, context, names, judgement: one thread, texts in memory, as if all were lines.
fn detector_alone(detector: &Detector, texts: &[Vec<u8>]) -> u64 {
    let mut scratch = Scratch::default();
    let mut found = 0_u64;
    for text in texts {
        let mut document = detector.open("x.txt");
        let text = String::from_utf8_lossy(text);
        let mut rest = &*text;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.floor_char_boundary(1 << 20));
            let segment = Segment {
                text: piece,
                repeats: 0,
                more: false,
                offset: 0,
                layout: &Layout::Lines { first: 1 },
            };
            detector.segment(&mut document, &mut scratch, &segment, &mut |_| found += 1);
            rest = after;
        }
        detector.close(document, &mut |_| found += 1);
    }
    found
}

/// From files to a closed inventory, rules loaded on the way.
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
