//! Which documents agree most with what was asked, and how likely that makes them the person's.
//!
//! The simple form: kinds of identifier that agree are counted, those in one record (a row, a line) before those spread
//! over a register of many people, where a birth date here and a postcode there say nothing.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

use serde::Serialize;

use super::{Hit, How, Reason, Record, identity::Strength};

/// People in a document up to which agreement anywhere in it counts as agreement on one of them: a letter about a
/// patient names a doctor and a daughter.
const FEW_PEOPLE: u64 = 3;

/// How likely a document is about the person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Band {
    /// Somebody who shares a name, a postcode or a birth date may be meant.
    Possible,
    /// Two kinds of identifier agree on one person.
    Probable,
    /// A number that one person alone has agrees.
    Certain,
}

impl Band {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Band::Possible => "possible",
            Band::Probable => "probable",
            Band::Certain => "certain",
        }
    }
}

/// Kinds that agree on one person of a part, at best.
pub(super) fn together(
    kinds: &HashSet<&str>,
    records: &HashMap<Record, HashSet<&str>>,
    people: u64,
) -> usize {
    if people <= FEW_PEOPLE {
        return kinds.len();
    }
    records.values().map(HashSet::len).max().unwrap_or(1).max(1)
}

/// The band of a mention with these reasons.
pub(super) fn band(reasons: &[Reason], together: usize) -> Band {
    let strong = reasons
        .iter()
        .any(|r| r.strength == Strength::One && r.how == How::Exact);
    match (strong, together) {
        (true, _) => Band::Certain,
        (false, 2..) => Band::Probable,
        _ => Band::Possible,
    }
}

/// Puts the documents that agree most first.
pub(super) fn rank(hits: &mut [Hit]) {
    for hit in hits.iter_mut() {
        for mention in &mut hit.mentions {
            mention
                .reasons
                .sort_by_key(|r| (Reverse((r.strength, r.how, r.confidence)), r.kind.clone()));
        }
        hit.mentions.sort_by_key(|m| Reverse(m.band));
    }
    hits.sort_by_cached_key(|hit| {
        let kinds: HashSet<&str> = hit.reasons().map(|r| r.kind.as_str()).collect();
        let count: u64 = hit.reasons().map(|r| r.count).sum();
        let how = hit.reasons().map(|r| r.how).max();
        Reverse((
            hit.band,
            kinds.len(),
            how,
            // The fewer people a document is about, the more of it is about this one.
            Reverse(hit.people),
            count,
            Reverse(hit.places.first().map(|p| p.path.clone())),
        ))
    });
}
