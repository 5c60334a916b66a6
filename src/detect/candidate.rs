//! A claim on a stretch of text by one rule, before it is decided which claim stands.

use super::validators::Kind;
use crate::model::{Level, Status};

/// Index of a phrase in one of the detector's tables of words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Word {
    /// Of the context words.
    Context(u16),
    /// Of the labels.
    Label(u16),
    /// Of the names and word lists.
    Term(u32),
}

/// A claim. Positions are bytes of the normalised text.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub start: u32,
    pub end: u32,
    /// The value inside, when the match holds words around it.
    pub value: (u32, u32),
    pub rule: u16,
    /// The pattern that matched; `None` for names and terms.
    pub pattern: Option<u16>,
    pub level: Level,
    pub status: Status,
    pub kind: Kind,
    /// How near the support is.
    pub support: Nearness,
    pub label: Option<Word>,
    pub context: Option<Word>,
    pub against: Option<Word>,
    pub near_person: bool,
    pub corroborated: bool,
    pub negated: bool,
    /// It stands alone, tied to nobody: what the document is decides how sure it is.
    pub tentative: bool,
    /// It lies inside another value and does not contest it: the name in an e-mail address.
    pub apart: bool,
}

/// How near the word is that speaks for a value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Nearness {
    /// There is none.
    None,
    /// In reach.
    Near,
    /// Its label.
    Attached,
}

impl Candidate {
    /// A claim on a stretch that is the value itself, with nothing said for or against it yet.
    pub fn new(rule: u16, start: usize, end: usize, level: Level) -> Candidate {
        Candidate {
            start: start as u32,
            end: end as u32,
            value: (start as u32, end as u32),
            rule,
            pattern: None,
            level,
            status: Status::Live,
            kind: Kind::Shape,
            support: Nearness::None,
            label: None,
            context: None,
            against: None,
            near_person: false,
            corroborated: false,
            negated: false,
            tentative: false,
            apart: false,
        }
    }

    /// Whether it is the same claim, whatever support it has found since.
    pub fn same(&self, other: &Candidate) -> bool {
        (self.start, self.end, self.rule, self.pattern)
            == (other.start, other.end, other.rule, other.pattern)
    }

    /// The number behind the level: within a level, a label weighs more than a word nearby, and a check that holds more
    /// than one that is not there.
    pub fn confidence(&self) -> u8 {
        let mut sure = i16::from(self.level.confidence().0);
        sure += match self.support {
            Nearness::Attached => 4,
            Nearness::Near => 2,
            Nearness::None => 0,
        };
        if self.kind == Kind::Pass {
            sure += 3;
        }
        if self.corroborated || self.near_person {
            sure += 1;
        }
        if self.against.is_some() {
            sure -= 5;
        }
        sure.clamp(1, 99) as u8
    }
}
