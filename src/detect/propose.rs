//! The seam for what is no pattern: names and word lists propose claims beside the rules' patterns, from the terms that
//! the engine found, the text around them, and the claims there are (an identifier in the same row says "a person").
//! Everything proposed is resolved with the rest, so another judge (a learned model) can stand here as well.

use std::{ops::Range, sync::Arc};

use super::{
    candidate::Candidate,
    engine::TermSpec,
    names::{Found, Introduced},
    normalise::Normalised,
    terms::Fields,
};
use crate::model::Segment;

/// How far around a claim a proposer may look, in bytes of normalised text: what is near the end of a window of a long
/// text is judged with the next, when this much after it is known too.
pub(crate) const LOOK: usize = 1024;

/// A term of the word lists in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TermHit {
    /// Its place in [`Propose::terms`].
    pub term: u32,
    pub start: u32,
    pub end: u32,
}

/// Proposes claims.
pub(crate) trait Propose: Send + Sync {
    /// The terms that the engine is to look for; their order numbers [`TermHit::term`].
    fn terms(&self) -> Vec<TermSpec>;

    /// Adds claims whose start lies in `sight.starts`, in any order; may add support (`near_person`) to claims of
    /// `claims` that start there. `scratch` is the thread's, and empty at first.
    fn propose(
        &self,
        sight: &Sight<'_>,
        memory: &mut Memory,
        scratch: &mut Proposals,
        claims: &mut Vec<Candidate>,
    );

    /// The word of an evidence that [`Word::Term`](super::candidate::Word) names.
    fn word(&self, index: u32) -> Arc<str>;

    /// A hash of everything that decides about its proposals but the rule files (its word lists).
    fn fingerprint(&self) -> [u8; 32];
}

/// Memory for proposers, one per thread; what it holds is theirs.
#[derive(Default)]
pub(crate) struct Proposals {
    /// Names in the window, by position.
    pub names: Vec<Found>,
    /// Those that were weighed, before they come to the others.
    pub weighed: Vec<Found>,
    /// What may be a name, and supports nothing.
    pub hints: Vec<Found>,
    /// Where values stand that are one person's each, ascending.
    pub identities: Vec<u32>,
    /// Where e-mail addresses stand, by position.
    pub mailboxes: Vec<(u32, u32)>,
    /// What names of columns and fields say.
    pub fields: Fields,
}

/// What proposers remember of a document.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    /// Words of policies, leaflets and forms.
    pub general: u32,
    /// It is a letter to somebody by name: `you` is that person from there on.
    pub letter: bool,
    /// Words of the names it has introduced.
    pub introduced: Introduced,
}

/// What a proposer sees: one segment. Positions are bytes of the normalised text.
pub(crate) struct Sight<'a> {
    pub text: Normalised<'a>,
    pub segment: &'a Segment<'a>,
    /// Terms in `starts` and [`LOOK`] around, by start.
    pub terms: &'a [TermHit],
    /// Claims of patterns that came before the ones still open.
    pub behind: &'a [Candidate],
    /// Where claims may start.
    pub starts: Range<usize>,
}

impl Sight<'_> {
    /// The row or line around a byte.
    pub fn record(&self, at: usize) -> Range<usize> {
        let record = self.segment.record(self.text.original_start(at));
        self.text.from_original(record.start)..self.text.from_original(record.end)
    }
}
