//! How each pattern is looked for, for `rules check`: a pattern that costs much says so here.

use super::plan::Choice;

/// Which way a pattern goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lane {
    /// Its shape finds candidates, and the automaton of all patterns decides.
    Shaped,
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
    /// How many bytes from the start of a match its shape looks at, at most.
    pub depth: usize,
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
    pub choice: Option<Choice>,
}

pub(super) fn report(facts: &[Facts]) -> Vec<PatternReport> {
    let each = facts.iter().map(|facts| {
        let slow = "it may begin almost anywhere: let it begin with what is seldom met";
        let density = facts.choice.map_or([1.0; 2], |choice| choice.density);
        PatternReport {
            name: facts.name.clone(),
            lane: facts.choice.map_or(Lane::Slow(slow), |_| Lane::Shaped),
            depth: facts.choice.map_or(0, |choice| choice.depth),
            in_prose: density[0] * 1e3,
            in_rows: density[1] * 1e3,
            max_length: facts.max_length,
        }
    });
    each.collect()
}
