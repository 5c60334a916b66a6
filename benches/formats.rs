//! Megabytes per second of each format, on real files in one run: extraction alone, extraction with detection, and for PDF
//! `pdftotext` on the same files. `cargo bench --bench formats [FORMAT...]`
//!
//! The files are those of `DOMESDAY_SAMPLES` (default `../shared/samples`), or else the cases of `corpus/`, which are small.
//! Each figure is the best of three passes over all files of the format, from a warm page cache, on one thread. Bytes are
//! those of the files as they lie on the disk; members inside count for nothing of their own.
#![allow(missing_docs, clippy::print_stdout)]

use std::{
    fs::{self, File},
    hint::black_box,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use domesday::{
    detect::{Detector, DocumentSummary},
    extract::{Flow, Head, Options, Reader, Scratch, Source, Visitor},
    model::{Finding, Outcome, Segment},
    scan::document::{Desk, Notes, study},
};

const PASSES: usize = 3;

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

fn files(folder: &Path) -> Vec<(PathBuf, u64)> {
    let mut files: Vec<(PathBuf, u64)> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.is_file() && p.extension().is_none_or(|e| e != "expect"))
        .filter_map(|p| fs::metadata(&p).ok().map(|m| (p, m.len())))
        .collect();
    files.sort();
    files
}

/// The best of some passes, in seconds.
fn best(mut pass: impl FnMut()) -> f64 {
    pass();
    (0..PASSES)
        .map(|_| {
            let start = Instant::now();
            pass();
            start.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min)
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn open(path: &Path) -> Option<Source<'static>> {
    File::open(path).and_then(Source::file).ok()
}

fn main() {
    let chosen: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with("--"))
        .collect();
    let samples = std::env::var_os("DOMESDAY_SAMPLES")
        .map_or(PathBuf::from("../shared/samples"), PathBuf::from)
        .join("tika");
    let top = if samples.is_dir() {
        samples
    } else {
        PathBuf::from("corpus")
    };
    println!("files of {}", top.display());
    let mut folders: Vec<PathBuf> = fs::read_dir(&top)
        .into_iter()
        .flatten()
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.is_dir() && (chosen.is_empty() || chosen.contains(&name(p))))
        .collect();
    folders.sort();
    let reader = Reader::new(Options::default());
    let detector = Detector::builtin().expect("the built-in rules are sound");
    println!(
        "{:8} {:>5} {:>9} {:>12} {:>14} {:>12}",
        "format", "files", "MB", "extract MB/s", "and detect MB/s", "pdftotext"
    );
    for folder in folders {
        let files = files(&folder);
        let bytes: u64 = files.iter().map(|f| f.1).sum();
        if bytes < 10_000 {
            continue;
        }
        let megabytes = bytes as f64 / 1e6;
        let mut scratch = Scratch::default();
        let extracted = best(|| {
            for (path, _) in &files {
                let mut count = Count::default();
                if let Some(source) = open(path) {
                    reader.read_with(&mut scratch, source, &name(path), &mut count);
                }
                black_box(count.0);
            }
        });
        let mut desk = Desk::default();
        let detected = best(|| {
            for (path, _) in &files {
                if let Some(source) = open(path) {
                    study(
                        &reader,
                        &detector,
                        &mut desk,
                        source,
                        &name(path),
                        &mut Ignore,
                    );
                }
            }
        });
        let id = name(&folder);
        let other = (id == "pdf" && runs("pdftotext")).then(|| {
            best(|| {
                for (path, _) in &files {
                    let _ = Command::new("pdftotext")
                        .arg(path)
                        .arg("-")
                        .stdout(Stdio::null())
                        .stderr(Stdio::null())
                        .status();
                }
            })
        });
        println!(
            "{id:8} {:5} {megabytes:9.2} {:12.1} {:14.1} {:>12}",
            files.len(),
            megabytes / extracted,
            megabytes / detected,
            other.map_or(String::new(), |s| format!("{:.1}", megabytes / s)),
        );
    }
}

fn runs(program: &str) -> bool {
    Command::new(program)
        .arg("-v")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok()
}

/// Wants to know nothing.
struct Ignore;

impl Notes for Ignore {
    fn open(&mut self, _: &Head<'_>) {}

    fn finding(&mut self, finding: &Finding) {
        black_box(finding);
    }

    fn close(&mut self, outcome: Outcome, summary: DocumentSummary) {
        black_box((outcome, summary));
    }

    fn read(&mut self, _: usize) -> Flow {
        Flow::Continue
    }
}
