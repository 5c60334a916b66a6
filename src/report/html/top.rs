//! The few of very many documents that the table has room for: those with most, held without all of them.

use std::cmp::Reverse;

use crate::{inventory::Held, report::risk::Risk};

/// Risk, findings, hints; of those that are equal the one that was met first.
type Key = (u64, u64, u64, Reverse<i64>);

/// Keeps so many.
pub(super) struct Top {
    most: usize,
    kept: Vec<(Key, Risk, Held)>,
    /// What lies below it goes.
    floor: Option<Key>,
    left_out: u64,
}

impl Top {
    pub(super) fn new(most: usize) -> Top {
        Top {
            most,
            kept: Vec::new(),
            floor: None,
            left_out: 0,
        }
    }

    pub(super) fn push(&mut self, risk: Risk, held: Held) {
        // Scores are never negative, and so in the order of their bits.
        let score = match held.categories.is_empty() {
            true => 0,
            false => risk.score().to_bits(),
        };
        let key = (score, held.findings(), held.hints, Reverse(held.document.0));
        if self.floor.is_some_and(|floor| key < floor) {
            self.left_out += 1;
            return;
        }
        self.kept.push((key, risk, held));
        if self.kept.len() >= self.most.max(1) * 2 {
            self.cut(self.most);
        }
    }

    fn cut(&mut self, most: usize) {
        if self.kept.len() > most && most > 0 {
            self.kept
                .select_nth_unstable_by(most - 1, |a, b| b.0.cmp(&a.0));
            self.floor = Some(self.kept[most - 1].0);
        }
        self.left_out += self.kept.len().saturating_sub(most) as u64;
        self.kept.truncate(most);
    }

    /// How many are kept now.
    pub(super) fn len(&self) -> usize {
        self.kept.len().min(self.most)
    }

    /// At most so many of them, those with most first, and how many were left out.
    pub(super) fn into_list(mut self, most: usize) -> (Vec<(Risk, Held)>, u64) {
        self.cut(most.min(self.most));
        self.kept.sort_unstable_by_key(|kept| Reverse(kept.0));
        let list = self.kept.into_iter().map(|(_, risk, held)| (risk, held));
        (list.collect(), self.left_out)
    }
}
