//! How much of the words of real documents comes out, beside what another program reads in them.
//!
//! `cargo run --release --example recall [FOLDER]` reads `FOLDER/tika/FORMAT/*` (default `../shared/samples`, or
//! `DOMESDAY_SAMPLES`) and compares with `FOLDER/reference/NAME.txt` as bags of words: recall counts members inside,
//! precision the document alone. `--format docx` looks at one folder, `--below 0.9` lists the words missing from files under
//! that recall, `--text FILE` prints what is read of one file, `--outcomes` lists how every document ended.
//!
//! Files under 0.9 whose reference was looked at and found wrong stand in `tests/recall/reference.tsv` with why; the column
//! `right` is the recall without them, and those that nobody explained are named in any case.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use domesday::{
    extract::{Flow, Head, Options, Reader, Source, Visitor},
    model::{Outcome, Segment},
};

/// Files whose reference is wrong, and why.
const WRONG: &str = include_str!("recall/reference.tsv");

/// Under this a file is looked at.
const POOR: f64 = 0.9;

fn explained(name: &str) -> Option<&'static str> {
    WRONG
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .find(|(file, _)| *file == name)
        .map(|(_, why)| why)
}

/// Gathers text and outcomes of one file.
#[derive(Default)]
struct Collect {
    depth: usize,
    own: String,
    inner: String,
    open: Vec<String>,
    outcomes: Vec<(usize, String, Outcome)>,
    show: bool,
}

impl Visitor for Collect {
    fn open(&mut self, head: &Head<'_>) -> Flow {
        self.depth += 1;
        self.open.push(format!("{} [{}]", head.name, head.format));
        if self.show {
            println!("--- open {} as {}", head.name, head.format);
        }
        Flow::Continue
    }

    fn segment(&mut self, segment: &Segment<'_>) -> Flow {
        let text = &segment.text[segment.repeats..];
        if self.show {
            show(segment);
        }
        let to = if self.depth == 1 {
            &mut self.own
        } else {
            &mut self.inner
        };
        to.push_str(text);
        to.push('\n');
        Flow::Continue
    }

    fn close(&mut self, outcome: Outcome) {
        if self.show {
            println!("--- close: {outcome}");
        }
        let name = self.open.pop().unwrap_or_default();
        self.depth -= 1;
        self.outcomes.push((self.depth, name, outcome));
    }
}

/// Prints a segment line by line with the place and label of each line's first byte.
fn show(segment: &Segment<'_>) {
    let mut at = 0;
    for line in segment.text.split_inclusive('\n') {
        let label = segment
            .label(at)
            .map(|l| format!(" <{l}>"))
            .unwrap_or_default();
        println!("{}{label}: {}", segment.anchor(at), line.trim_end());
        at += line.len();
    }
}

fn words(text: &str) -> HashMap<String, u32> {
    let mut bag = HashMap::new();
    for word in text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
    {
        *bag.entry(word.to_lowercase()).or_insert(0) += 1;
    }
    bag
}

fn total(bag: &HashMap<String, u32>) -> u32 {
    bag.values().sum()
}

fn common(a: &HashMap<String, u32>, b: &HashMap<String, u32>) -> u32 {
    a.iter()
        .map(|(w, n)| (*n).min(b.get(w).copied().unwrap_or(0)))
        .sum()
}

fn read(reader: &Reader, path: &Path, show: bool) -> Collect {
    let mut collect = Collect {
        show,
        ..Collect::default()
    };
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    match fs::File::open(path).and_then(Source::file) {
        Ok(source) => reader.read(source, &name, &mut collect),
        Err(error) => eprintln!("{name}: {error}"),
    }
    collect
}

fn main() {
    let mut folder = std::env::var_os("DOMESDAY_SAMPLES")
        .map_or(PathBuf::from("../shared/samples"), PathBuf::from);
    let (mut only, mut below, mut outcomes, mut text) = (None, 0.0, false, None);
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--format" => only = args.next(),
            "--below" => below = args.next().and_then(|n| n.parse().ok()).unwrap_or(0.9),
            "--outcomes" => outcomes = true,
            "--text" => text = args.next(),
            _ => folder = arg.into(),
        }
    }
    let reader = Reader::new(Options::default());
    if let Some(file) = text {
        read(&reader, Path::new(&file), true);
        return;
    }
    let Ok(formats) = fs::read_dir(folder.join("tika")) else {
        println!("no samples at {}: passed over", folder.display());
        return;
    };
    let mut formats: Vec<PathBuf> = formats.flatten().map(|e| e.path()).collect();
    formats.sort();
    println!(
        "{:8} {:>5} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}",
        "format", "files", "micro", "right", "mean", "median", "precis.", "MB/s"
    );
    for format in formats {
        let id = format
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if only.as_ref().is_some_and(|o| *o != id) {
            continue;
        }
        let mut files: Vec<PathBuf> = fs::read_dir(&format)
            .into_iter()
            .flatten()
            .flatten()
            .map(|e| e.path())
            .collect();
        files.sort();
        let (mut recalls, mut precisions, mut found, mut wanted) = (Vec::new(), Vec::new(), 0, 0);
        let (mut found_right, mut wanted_right) = (0, 0);
        let (mut bytes, mut seconds) = (0, 0.0);
        let mut ends: BTreeMap<String, u32> = BTreeMap::new();
        for path in files {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let start = Instant::now();
            let collect = read(&reader, &path, false);
            let took = start.elapsed().as_secs_f64();
            seconds += took;
            bytes += fs::metadata(&path).map_or(0, |m| m.len());
            if took > 2.0 {
                println!("    {name}: {took:.1} s");
            }
            if outcomes {
                for (depth, name, outcome) in &collect.outcomes {
                    println!("    {}{name}: {outcome}", "  ".repeat(*depth));
                }
            }
            if let Some((.., last)) = collect.outcomes.last() {
                *ends.entry(last.kind.title().to_owned()).or_insert(0) += 1;
            }
            let Ok(reference) = fs::read(folder.join("reference").join(format!("{name}.txt")))
            else {
                continue;
            };
            let reference = words(&String::from_utf8_lossy(&reference));
            if total(&reference) == 0 {
                continue;
            }
            let own = words(&collect.own);
            let all = words(&format!("{}\n{}", collect.own, collect.inner));
            let hit = common(&reference, &all);
            let recall = f64::from(hit) / f64::from(total(&reference));
            found += hit;
            wanted += total(&reference);
            recalls.push(recall);
            let why = explained(&name).filter(|_| recall < POOR);
            match why {
                Some(why) if below > 0.0 => println!("    {name}: {why}"),
                Some(_) => {}
                None => {
                    found_right += hit;
                    wanted_right += total(&reference);
                    if recall < POOR {
                        println!("    {name}: {recall:.3}, unexplained");
                    }
                }
            }
            if total(&own) > 0 {
                precisions.push(f64::from(common(&own, &reference)) / f64::from(total(&own)));
            }
            if recall < below {
                let mut missing: Vec<_> = reference
                    .iter()
                    .filter_map(|(w, n)| {
                        let gap = n.saturating_sub(all.get(w).copied().unwrap_or(0));
                        (gap > 0).then(|| format!("{w}×{gap}"))
                    })
                    .collect();
                missing.sort();
                missing.truncate(40);
                let end = collect
                    .outcomes
                    .last()
                    .map_or(String::new(), |o| o.2.to_string());
                println!(
                    "    {recall:.3} of {:5} {name} ({end}): {}",
                    total(&reference),
                    missing.join(" ")
                );
            }
        }
        let mean = |v: &[f64]| {
            if v.is_empty() {
                f64::NAN
            } else {
                v.iter().sum::<f64>() / v.len() as f64
            }
        };
        recalls.sort_by(f64::total_cmp);
        let median = recalls.get(recalls.len() / 2).copied().unwrap_or(f64::NAN);
        let ends: Vec<String> = ends.iter().map(|(k, n)| format!("{k} {n}")).collect();
        println!(
            "{id:8} {:5} {:8.4} {:8.4} {:8.4} {median:8.4} {:8.4} {:8.1}  {}",
            recalls.len(),
            f64::from(found) / f64::from(wanted.max(1)),
            f64::from(found_right) / f64::from(wanted_right.max(1)),
            mean(&recalls),
            mean(&precisions),
            bytes as f64 / 1e6 / seconds,
            ends.join(", "),
        );
    }
}
