//! How each pattern is looked for, for `rules check`: a pattern that costs much says so here.

use super::plan::Choice;
use super::verify::Verify;

/// Which way a pattern goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lane {
    /// Its shape says all: what the bitmaps find is a match.
    Exact,
    /// Its shape finds candidates, and an automaton decides.
    Shaped,
    /// Its shape finds candidates, and a slow automaton decides, because the fast one would be too large.
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
    /// How many bytes from the start of a match its shape looks at: in sentences, in rows.
    pub depth: [usize; 2],
    /// Candidates in a thousand bytes of sentences, by a small sample.
    pub in_prose: f64,
    /// Candidates in a thousand bytes of rows, by a small sample.
    pub in_rows: f64,
    /// The most bytes it may match.
    pub max_length: usize,
}

/// What the report says of a pattern, besides how its matches are made sure of.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    pub name: String,
    pub max_length: usize,
    pub choice: Option<[Choice; 2]>,
}

pub(super) fn report(facts: &[Facts], verify: &[Option<Verify>]) -> Vec<PatternReport> {
    let all = facts.iter().zip(verify);
    all.map(|(facts, verify)| {
        let choice = facts.choice;
        let lane = match (verify, &choice) {
            (Some(verify), Some([_, rows])) => match verify.length() {
                Some(_) if rows.shape.exact => Lane::Exact,
                _ if verify.is_large() => Lane::General,
                _ => Lane::Shaped,
            },
            _ => Lane::Slow("it may begin almost anywhere: let it begin with what is seldom met"),
        };
        let prose = choice.map_or(1.0, |[prose, _]| prose.density[0]);
        let rows = choice.map_or(1.0, |[_, rows]| rows.density[1]);
        PatternReport {
            name: facts.name.clone(),
            lane,
            depth: choice.map_or([0; 2], |choice| choice.map(|c| c.depth)),
            in_prose: prose * 1e3,
            in_rows: rows * 1e3,
            max_length: facts.max_length,
        }
    })
    .collect()
}
