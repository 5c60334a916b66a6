//! Which documents this process has met in its run: a few bits each, so that a million unchanged ones cost the database
//! nothing.
//!
//! A run that died and goes on walks everything again. What was recorded before it died counts only when it is met again:
//! in the time between, documents vanish too.

use std::collections::BTreeMap;

use crate::{inventory::record::Seen, model::OutcomeKind};

/// The documents met, and how those without a row of this run count.
#[derive(Default)]
pub(super) struct Met {
    met: Bits,
    counted: Bits,
    pub(super) counts: BTreeMap<OutcomeKind, u64>,
    /// How many of them were there before this run.
    pub(super) known: u64,
    /// How many have a row of this run.
    pub(super) recorded: u64,
}

impl Met {
    /// One that was met and left as it was.
    pub(super) fn seen(&mut self, seen: Seen) {
        self.known += u64::from(self.met.set(seen.document.0));
        if self.counted.set(seen.document.0) {
            *self.counts.entry(seen.outcome).or_default() += 1;
        }
    }

    /// One that was met and recorded; whether it was there before.
    pub(super) fn recorded(&mut self, document: i64, known: bool) {
        let new = self.met.set(document);
        self.known += u64::from(new && known);
        self.recorded += 1;
    }

    /// Whether it was met at all.
    pub(super) fn contains(&self, document: i64) -> bool {
        self.met.get(document)
    }

    /// Whether it is in the counts.
    pub(super) fn counted(&self, document: i64) -> bool {
        self.counted.get(document)
    }
}

#[derive(Default)]
struct Bits(Vec<u64>);

impl Bits {
    /// Sets a bit; whether it was not set before. Numbers of documents are never negative.
    fn set(&mut self, number: i64) -> bool {
        let Ok(number) = usize::try_from(number) else {
            return false;
        };
        let (word, bit) = (number / 64, 1 << (number % 64));
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        let new = self.0[word] & bit == 0;
        self.0[word] |= bit;
        new
    }

    fn get(&self, number: i64) -> bool {
        usize::try_from(number)
            .ok()
            .and_then(|number| Some(self.0.get(number / 64)? & (1 << (number % 64)) != 0))
            .unwrap_or(false)
    }
}
