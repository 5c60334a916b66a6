//! How fast the engine is, beside what it is to be measured against.
//!
//! ```text
//! cargo bench --bench engine                 # everything, a table per text
//! cargo bench --bench engine -- --quick      # small texts, few rounds: does it run?
//! cargo bench --bench engine -- --fast       # the engine and the sum alone, for tuning
//! cargo bench --bench engine -- --report     # how each pattern is looked for, instead
//! cargo bench --bench engine -- --mib 32 --rounds 9 --text prose --seldom
//! ```
//!
//! All ways are timed in turn, round after round, in one run, in processor time (where the system tells it), so that a
//! noisy machine is noisy for all of them; each figure is the median of its rounds. What counts are the ratios: "of sum"
//! is the share of the speed of merely adding up the bytes of the same text in the same run. The ways marked `*` take the
//! first 2 MiB of the text only, because they are slow.
//!
//! The patterns are those of `rules/` (without those that only a column's name makes sense of), the terms all that the
//! rules look for, or with `--seldom` ten thousand taken from the prose itself, words it has now and then. The texts:
//! *prose* is manuals and documentation of this machine (repeated sentences where there is none), *rows* is an export in
//! which every cell has a format of its own (nothing can be predicted), *columns* one in which every column has (what
//! real exports look like), *letters* is sentences with an identifier after each.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::{
    hint::black_box,
    io::Read as _,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use domesday::detect::{
    RuleSet,
    engine::{Cursors, Engine, Isa, PatternSpec, Scratch, TermSpec, Until, Visit},
    specs, term_specs,
};

#[path = "engine/texts.rs"]
mod texts;

/// Counts, and accepts everything: the cost of the engine alone.
#[derive(Default)]
struct Count {
    patterns: u64,
    terms: u64,
}

impl Visit for Count {
    fn pattern(&mut self, _: u16, _: usize, _: usize) -> bool {
        self.patterns += 1;
        true
    }
    fn term(&mut self, _: u32, _: usize, _: usize) {
        self.terms += 1;
    }
}

struct Options {
    mib: usize,
    rounds: usize,
    report: bool,
    fast: bool,
    seldom: bool,
    text: Option<String>,
}

fn options() -> Options {
    let mut options = Options {
        mib: 16,
        rounds: 5,
        report: false,
        fast: false,
        seldom: false,
        text: None,
    };
    let mut args = std::env::args().skip(1);
    let number = |arg: Option<String>| arg.and_then(|n| n.parse().ok()).expect("a number");
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--quick" => (options.mib, options.rounds) = (1, 2),
            "--mib" => options.mib = number(args.next()),
            "--rounds" => options.rounds = number(args.next()),
            "--report" => options.report = true,
            "--fast" => options.fast = true,
            "--seldom" => options.seldom = true,
            "--text" => options.text = args.next(),
            // What `cargo bench` adds.
            "--bench" => {}
            other => panic!("{other}? see the head of benches/engine.rs"),
        }
    }
    options
}

fn main() {
    let options = options();
    let rules = RuleSet::builtin().unwrap();
    let all = specs(rules.rules()).into_iter();
    // Those that only the name of a column makes sense of are looked for in few texts.
    let always = rules.rules().iter().flat_map(|rule| &rule.patterns);
    let patterns: Vec<_> = all
        .zip(always)
        .filter(|(_, pattern)| !pattern.label_only)
        .map(|(spec, _)| spec)
        .collect();
    let length = options.mib << 20;
    let prose = texts::prose(length);
    let terms: Vec<TermSpec> = if options.seldom {
        let seldom = texts::terms(&prose, 10_000).into_iter();
        seldom
            .map(|text| TermSpec {
                text,
                capital: false,
            })
            .collect()
    } else {
        term_specs(rules.rules()).unwrap()
    };
    println!(
        "{}; {:?}; {} patterns, {} terms",
        cpu(),
        Isa::available(),
        patterns.len(),
        terms.len(),
    );
    if options.report {
        return report(&patterns);
    }
    // By the clock: it is done by two threads.
    let mut loads: Vec<f64> = (0..5)
        .map(|_| {
            let started = Instant::now();
            black_box(Engine::new(&patterns, &terms).unwrap());
            started.elapsed().as_secs_f64()
        })
        .collect();
    loads.sort_by(f64::total_cmp);
    println!("load: {:.1} ms at best", loads[0] * 1e3);
    for (name, text) in [
        ("prose", prose),
        ("letters", texts::letters(length)),
        ("columns", texts::rows(length, false)),
        ("rows", texts::rows(length, true)),
    ] {
        if options.text.as_deref().is_none_or(|only| only == name) {
            table(name, &text, &patterns, &terms, &options);
        }
    }
}

/// One way to go through a text.
type Way<'a> = (String, Box<dyn FnMut() -> u64 + 'a>);

fn table(name: &str, text: &[u8], patterns: &[PatternSpec], terms: &[TermSpec], options: &Options) {
    let file = std::env::temp_dir().join(format!("domesday-bench-{}-{name}", std::process::id()));
    std::fs::write(&file, text).unwrap();
    let mut ways: Vec<Way<'_>> = vec![
        ("sum of the buffer".into(), Box::new(|| sum(text))),
        (
            "read and sum the file".into(),
            Box::new(|| read_and_sum(&file)),
        ),
    ];
    for isa in Isa::available() {
        if isa == Isa::Plain && options.fast {
            continue;
        }
        let engine = |patterns: &[PatternSpec], terms: &[TermSpec]| {
            Engine::with_isa(patterns, terms, isa).unwrap()
        };
        for until in [Until::Classes, Until::Shapes] {
            let both = engine(patterns, terms);
            let mut scratch = Scratch::new();
            let way = move || both.measure(text, until, &mut scratch) as u64;
            ways.push((format!("{isa:?}: {until:?} alone"), Box::new(way)));
        }
        for (what, patterns, terms, piece) in [
            ("identifiers", patterns, &[][..], text.len()),
            ("terms", &[][..], terms, text.len()),
            ("both", patterns, terms, text.len()),
            ("both, 2 KB texts", patterns, terms, 2048),
        ] {
            let way = scan(engine(patterns, terms), text, piece);
            ways.push((format!("{isa:?}: {what}"), way));
        }
    }
    let part = &text[..text.len().min(2 << 20)];
    if !options.fast {
        let regexes = patterns.iter().map(|p| {
            let mut builder = regex::bytes::RegexBuilder::new(&p.regex);
            builder.unicode(false).build().unwrap()
        });
        let regexes: Vec<_> = regexes.collect();
        let count = move || {
            let counts = regexes.iter().map(|r| r.find_iter(part).count() as u64);
            counts.sum()
        };
        ways.push(("* separate regexes".into(), Box::new(count)));
        let words = terms.iter().map(|term| &term.text);
        let dfa = aho_corasick::AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(aho_corasick::AhoCorasickKind::DFA))
            .build(words)
            .unwrap();
        let count = move || dfa.find_overlapping_iter(part).count() as u64;
        ways.push(("* Aho-Corasick".into(), Box::new(count)));
        if rg_takes(patterns) {
            ways.push((
                "rg -o, one alternation".into(),
                Box::new(|| ripgrep(&file, patterns)),
            ));
        }
    }
    let mut times = vec![Vec::new(); ways.len()];
    let mut counts = vec![0; ways.len()];
    for round in 0..=options.rounds {
        for (i, (_, way)) in ways.iter_mut().enumerate() {
            let started = Clock::now();
            counts[i] = black_box(way());
            // The first round warms up.
            if round > 0 {
                times[i].push(started.elapsed());
            }
        }
    }
    println!("\n{name}, {:.1} MB", text.len() as f64 / 1e6);
    println!("{:<28} {:>10} {:>9} {:>10}", "", "MB/s", "of sum", "found");
    let (mut all, mut slow) = (0.0, 0.0);
    for (i, (way, _)) in ways.iter().enumerate() {
        times[i].sort_by(f64::total_cmp);
        let partly = way.starts_with('*');
        let bytes = if partly { part.len() } else { text.len() };
        let speed = bytes as f64 / times[i][times[i].len() / 2] / 1e6;
        if i == 0 {
            all = speed;
        }
        if partly {
            slow += 1.0 / speed;
        }
        let share = 100.0 * speed / all;
        println!("{way:<28} {speed:>10.1} {share:>8.2}% {:>10}", counts[i]);
    }
    if slow > 0.0 {
        let (speed, share) = (1.0 / slow, 100.0 / slow / all);
        println!(
            "{:<28} {speed:>10.1} {share:>8.2}%",
            "regexes, then Aho-Corasick"
        );
    }
    std::fs::remove_file(&file).unwrap();
}

/// Processor time of this thread and of the programs it ran; the time of day where the system does not tell.
enum Clock {
    Processor(f64),
    Day(Instant),
}

impl Clock {
    fn now() -> Clock {
        match Clock::spent() {
            Some(seconds) => Clock::Processor(seconds),
            None => Clock::Day(Instant::now()),
        }
    }

    fn elapsed(&self) -> f64 {
        match self {
            Clock::Processor(seconds) => Clock::spent().map_or(0.0, |now| now - seconds),
            Clock::Day(instant) => instant.elapsed().as_secs_f64(),
        }
    }

    #[cfg(unix)]
    fn spent() -> Option<f64> {
        let own = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        let own = own.tv_sec as f64 + own.tv_nsec as f64 / 1e9;
        // Children's time, in hundredths of a second.
        let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
        let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
        let children: f64 =
            fields.get(13)?.parse::<f64>().ok()? + fields.get(14)?.parse::<f64>().ok()?;
        Some(own + children / 100.0)
    }

    #[cfg(not(unix))]
    fn spent() -> Option<f64> {
        None
    }
}

fn scan<'a>(engine: Engine, text: &'a [u8], piece: usize) -> Box<dyn FnMut() -> u64 + 'a> {
    let mut scratch = Scratch::new();
    let mut cursors = Cursors::new();
    Box::new(move || {
        let mut count = Count::default();
        for piece in text.chunks(piece) {
            cursors.clear();
            let starts = 0..piece.len();
            engine.scan(piece, starts, &mut cursors, &mut scratch, &mut count);
        }
        count.patterns + count.terms
    })
}

fn sum(text: &[u8]) -> u64 {
    let words = text.as_chunks::<8>().0.iter();
    words.fold(0, |sum, word| sum.wrapping_add(u64::from_le_bytes(*word)))
}

fn read_and_sum(file: &Path) -> u64 {
    let mut file = std::fs::File::open(file).unwrap();
    let mut buffer = vec![0; 256 << 10];
    let mut all = 0u64;
    loop {
        match file.read(&mut buffer).unwrap() {
            0 => return all,
            n => all = all.wrapping_add(sum(&buffer[..n])),
        }
    }
}

/// The identifiers as one alternation. ripgrep knows neither half boundaries nor a group's name twice, and refuses to
/// escape what need not be.
fn alternation(patterns: &[PatternSpec]) -> String {
    let plain = |regex: &str| {
        let regex = regex.replace(r"\b{start-half}", r"\b");
        regex
            .replace(r"\b{end-half}", r"\b")
            .replace("(?<value>", "(?:")
            .replace(r"\'", "'")
    };
    let all: Vec<_> = patterns
        .iter()
        .map(|p| format!("(?:{})", plain(&p.regex)))
        .collect();
    format!("(?-u){}", all.join("|"))
}

fn rg(patterns: &[PatternSpec], file: &Path) -> std::io::Result<std::process::ExitStatus> {
    Command::new("rg")
        .args(["-j1", "-a", "-o", "--no-config", "--no-filename", "-N"])
        .args([
            "--dfa-size-limit=1G",
            "--regex-size-limit=1G",
            "--multiline",
            "-e",
        ])
        .arg(alternation(patterns))
        .arg(file)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
}

/// Whether `rg` is there and takes the patterns; it is said when it does not.
fn rg_takes(patterns: &[PatternSpec]) -> bool {
    match rg(patterns, Path::new("/dev/null")).map(|status| status.code()) {
        Ok(Some(0 | 1)) => true,
        Ok(_) => {
            println!("rg does not take the patterns as one alternation: passed over");
            false
        }
        Err(_) => false,
    }
}

fn ripgrep(file: &Path, patterns: &[PatternSpec]) -> u64 {
    let status = rg(patterns, file).unwrap();
    assert!(status.code().is_some_and(|code| code < 2), "rg failed");
    0
}

fn report(patterns: &[PatternSpec]) {
    let engine = Engine::new(patterns, &[]).unwrap();
    println!(
        "{:<24} {:>9} {:>8} {:>8} {:>6}  lane (candidates in a thousand bytes)",
        "", "depth", "prose", "rows", "length"
    );
    let (classes, operations) = engine.size();
    println!("{classes} classes, {operations} operations");
    for p in engine.report() {
        println!(
            "{:<24} {:>9} {:>8.2} {:>8.2} {:>6}  {:?}",
            p.name, p.depth, p.in_prose, p.in_rows, p.max_length, p.lane
        );
    }
}

fn cpu() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    name.map_or("unknown processor".into(), |n| {
        n.trim_matches([' ', '\t', ':']).into()
    })
}
