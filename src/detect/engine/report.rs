//! How each pattern is looked for, for `rules check`: a pattern that costs much says so here.

use regex_syntax::hir::Hir;

use super::PatternSpec;
use super::plan::Choice;
use super::verify::Verify;

/// Which way a pattern goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lane {
    /// Its shape says all: what the bitmaps find is a match.
    Exact,
    /// Its shape finds candidates, and an automaton decides.
    Shaped,
    /// Its shape finds candidates, and the general regex engine decides, because the automaton would be too large.
    General,
    /// No shape narrows it down: its regex runs alone over the whole text. Why is said in the report.
    Slow(&'static str),
}

/// How one pattern is looked for.
#[derive(Clone, PartialEq, Debug)]
pub struct PatternReport {
    /// Whose it is.
    pub name: String,
    /// Which way it goes.
    pub lane: Lane,
    /// How many bytes from the start of a match its shape looks at.
    pub depth: usize,
    /// Candidates in a thousand bytes of sentences, by a small sample.
    pub in_prose: f64,
    /// Candidates in a thousand bytes of rows, by a small sample.
    pub in_rows: f64,
    /// The most bytes it may match.
    pub max_length: usize,
}

pub(super) fn report(
    patterns: &[PatternSpec],
    hirs: &[Hir],
    choices: &[Option<Choice>],
    verify: &[Option<Verify>],
) -> Vec<PatternReport> {
    let all = patterns.iter().zip(hirs).zip(choices.iter().zip(verify));
    all.map(|((pattern, hir), (choice, verify))| {
        let lane = match verify {
            None => {
                Lane::Slow("it may begin almost anywhere: let it begin with what is seldom met")
            }
            Some(Verify::Length(_)) => Lane::Exact,
            Some(Verify::Table(_)) => Lane::Shaped,
            Some(Verify::General(_)) => Lane::General,
        };
        let density = choice.map_or([1.0; 2], |choice| choice.density);
        PatternReport {
            name: pattern.name.clone(),
            lane,
            depth: choice.map_or(0, |choice| choice.depth),
            in_prose: density[0] * 1e3,
            in_rows: density[1] * 1e3,
            max_length: hir.properties().maximum_len().unwrap_or(0),
        }
    })
    .collect()
}
