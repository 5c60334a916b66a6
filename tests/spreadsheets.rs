//! Side by side: this project's readers of xlsx, xls and ods, and calamine, on one file a process, so that what aborts,
//! hangs or takes all memory takes nothing else with it. `tests/spreadsheets.py` calls it on folders of files and on
//! damaged copies of them, and adds up. It prints one line of JSON: how it ended, the words that came out, seconds.
//!
//! `cargo run --release --example spreadsheets -- ours|calamine FILE`
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

use std::{collections::BTreeMap, fs::File, io::Cursor, path::Path, time::Instant};

use calamine::{Data, Reader as _, open_workbook_auto_from_rs};
use domesday::{
    extract::{Flow, Head, Options, Reader, Scratch, Source, Visitor},
    model::{Outcome, Segment},
};

#[derive(Default)]
struct Words {
    text: String,
    outcome: Option<String>,
}

impl Visitor for Words {
    fn open(&mut self, _: &Head<'_>) -> Flow {
        Flow::Continue
    }

    fn segment(&mut self, segment: &Segment<'_>) -> Flow {
        self.text.push_str(&segment.text[segment.repeats..]);
        self.text.push('\n');
        Flow::Continue
    }

    fn close(&mut self, outcome: Outcome) {
        self.outcome = Some(outcome.kind.id().to_owned());
    }
}

fn ours(path: &Path) -> (String, String) {
    let mut words = Words::default();
    let name = path.file_name().unwrap().to_string_lossy();
    let source = Source::file(File::open(path).unwrap()).unwrap();
    Reader::new(Options::default()).read_with(&mut Scratch::default(), source, &name, &mut words);
    (words.outcome.unwrap_or_default(), words.text)
}

/// As a program that takes calamine would: every sheet, every cell, formulas' values, comments where it offers them.
fn theirs(path: &Path) -> (String, String) {
    let bytes = std::fs::read(path).unwrap();
    let mut book = match open_workbook_auto_from_rs(Cursor::new(bytes)) {
        Ok(book) => book,
        Err(_) => return ("refused".to_owned(), String::new()),
    };
    let mut text = String::new();
    let mut outcome = "read";
    for name in book.sheet_names() {
        text.push_str(&name);
        text.push('\n');
        match book.worksheet_range(&name) {
            Ok(range) => {
                for row in range.rows() {
                    for cell in row {
                        match cell {
                            Data::Empty => {}
                            other => text.push_str(&other.to_string()),
                        }
                        text.push('\t');
                    }
                    text.push('\n');
                }
            }
            Err(_) => outcome = "partial",
        }
    }
    for (name, formula) in book.defined_names() {
        text.push_str(&format!("{name} {formula}\n"));
    }
    (outcome.to_owned(), text)
}

/// Words of two characters and more, with how often they stand.
fn bag(text: &str) -> BTreeMap<String, u32> {
    let mut bag = BTreeMap::new();
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        if word.chars().nth(1).is_some() {
            *bag.entry(word.to_lowercase()).or_default() += 1;
        }
    }
    bag
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, which, file] = &arguments[..] else {
        panic!("ours|calamine FILE");
    };
    let started = Instant::now();
    let (outcome, text) = match which.as_str() {
        "ours" => ours(Path::new(file)),
        _ => theirs(Path::new(file)),
    };
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{}",
        serde_json::json!({"outcome": outcome, "seconds": seconds, "bytes": text.len(), "words": bag(&text)})
    );
}
