//! Every case of `corpus/`, damaged: cut at many points, bits flipped, stretches swapped and repeated, sizes set to their
//! largest, members of packages damaged inside. Whatever comes of it, every document opened is closed with one outcome, no
//! parser panics, and memory stays under the budget.
//!
//! What is tried follows from a seed. `DOMESDAY_MUTATIONS=1000 cargo test --release --test mutation` tries more of it,
//! `DOMESDAY_SEED=7` others; a failure names the case, the seed and the round that show it again.

#![allow(clippy::unwrap_used)]

#[path = "fuzz/src/mutate.rs"]
mod mutate;

use std::{
    fs,
    path::{Path, PathBuf},
};

use domesday::{
    extract::{Flow, Head, Options, Reader, Source, Visitor},
    model::{Outcome, OutcomeKind, Segment},
};
use mutate::{Random, mutate, mutate_inside};

/// Checks the order of what it hears.
#[derive(Default)]
struct Witness {
    open: usize,
    opened: usize,
    outcomes: Vec<Outcome>,
}

impl Visitor for Witness {
    fn open(&mut self, _: &Head<'_>) -> Flow {
        self.open += 1;
        self.opened += 1;
        Flow::Continue
    }

    fn segment(&mut self, segment: &Segment<'_>) -> Flow {
        assert!(self.open > 0 && segment.text.len() <= domesday::model::limits::SEGMENT);
        for at in [
            0,
            segment.text.len() / 2,
            segment.text.len().saturating_sub(1),
        ] {
            let _ = (segment.anchor(at), segment.label(at), segment.record(at));
        }
        Flow::Continue
    }

    fn close(&mut self, outcome: Outcome) {
        self.open -= 1;
        self.outcomes.push(outcome);
    }
}

fn cases() -> Vec<PathBuf> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut cases: Vec<PathBuf> = fs::read_dir(top)
        .unwrap()
        .flatten()
        .filter(|folder| folder.path().is_dir())
        .flat_map(|folder| fs::read_dir(folder.path()).unwrap().flatten())
        .filter(|file| file.path().extension().is_some_and(|e| e == "expect"))
        .map(|file| file.path().with_extension(""))
        .collect();
    assert!(cases.len() > 60, "the corpus is there");
    // Documents of other hands, where somebody has some: `DOMESDAY_SEEDS=FOLDER` puts them in place of the cases.
    if let Some(folder) = std::env::var_os("DOMESDAY_SEEDS") {
        cases = fs::read_dir(folder)
            .unwrap()
            .flatten()
            .map(|file| file.path())
            .filter(|path| path.is_file())
            .collect();
    }
    cases.sort();
    cases
}

fn number(name: &str, or: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(or)
}

/// Memory of the documents in flight; the process itself takes some too.
const BUDGET: u64 = 256 << 20;

#[test]
fn damage_ends_in_one_outcome_and_never_in_a_panic() {
    let mut options = Options::default();
    options.limits.memory = BUDGET;
    let reader = Reader::new(options);
    let (rounds, seed) = (number("DOMESDAY_MUTATIONS", 60), number("DOMESDAY_SEED", 1));
    let mut failed = Vec::new();
    for path in cases() {
        let bytes = fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut tried = |damaged: &[u8], how: &str| {
            let mut witness = Witness::default();
            reader.read(Source::bytes(damaged), &name, &mut witness);
            let crashed = witness
                .outcomes
                .iter()
                .find(|o| o.kind == OutcomeKind::Crashed)
                .map(Outcome::to_string);
            if witness.open != 0 || witness.opened != witness.outcomes.len() || crashed.is_some() {
                failed.push(format!("{}, {how}: {crashed:?}", path.display()));
            }
        };
        for i in 0..32 {
            let cut = bytes.len() * i / 32;
            tried(&bytes[..cut], &format!("cut at {cut}"));
        }
        for round in 0..rounds {
            let mut random = Random::new(seed << 32 | round);
            tried(
                &mutate(&bytes, &mut random),
                &format!("seed {seed}, round {round}"),
            );
            if let Some(damaged) = mutate_inside(&bytes, &mut random) {
                tried(&damaged, &format!("seed {seed}, round {round}, inside"));
            }
        }
    }
    assert!(
        failed.is_empty(),
        "{} failed:\n{}",
        failed.len(),
        failed.join("\n")
    );
    if let Some(peak) = peak() {
        assert!(
            peak < 3 * BUDGET,
            "peak resident memory of {} MiB",
            peak >> 20
        );
    }
}

/// The largest resident memory of this process so far, in bytes, where the system tells.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? << 10)
}
