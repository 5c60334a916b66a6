//! Takes the engine's matches and decides on the spot which may stand, because a rejected match lets the search go on.

use std::ops::Range;

use super::{
    candidate::Nearness,
    detector::Detector,
    engine::Visit,
    guard::{Edge, edge},
    normalise::Normalised,
    propose::TermHit,
    validators::{Kind, Verdict},
};
use crate::model::Label;

/// A match whose guard and check let it stand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    pub start: u32,
    pub end: u32,
    pub value: (u32, u32),
    pub pattern: u16,
    /// The least support it needs: it breaks over a line, touches other digits, or has letters for digits.
    pub needs: Nearness,
    pub verdict: Verdict,
}

/// The digits that somebody meant, when one to three letters stand among more digits; `None` when none does, or too many.
pub(crate) fn repair(text: &str) -> Option<String> {
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if letters == 0 || letters > 3 || digits < 2 * letters {
        return None;
    }
    let meant = |c| match c {
        'O' | 'o' => '0',
        'I' | 'l' => '1',
        'Z' => '2',
        'S' => '5',
        'G' => '6',
        'B' => '8',
        other => other,
    };
    Some(text.chars().map(meant).collect())
}

/// Where a text has names of columns or fields, which alone speak for the values of some patterns.
#[derive(Clone, Copy)]
pub(crate) enum Names<'a> {
    /// Nowhere.
    None,
    /// In most places.
    All,
    /// In these stretches of the original text, in ascending order.
    Of(&'a [Label]),
}

/// Takes the engine's matches: guards and checks them on the spot, because a rejected match lets the search go on.
pub(crate) struct Matched<'a> {
    pub detector: &'a Detector,
    pub text: Normalised<'a>,
    /// The byte between cells, in a table.
    pub delimiter: Option<u8>,
    /// Where it has names.
    pub named: Names<'a>,
    /// The last stretch without names that was asked about.
    pub unnamed: Range<usize>,
    pub hits: &'a mut Vec<Hit>,
    pub terms: &'a mut Vec<TermHit>,
}

impl Visit for Matched<'_> {
    /// What only a heading or a field name makes a value is not looked for where there is none: in a stretch without
    /// names every match would be passed over.
    fn wants_seldom(&self, starts: Range<usize>) -> bool {
        match self.named {
            Names::None => false,
            Names::All => true,
            Names::Of(labels) => {
                let from = self.text.original_start(starts.start);
                let to = self.text.original_start(starts.end);
                let next = labels.partition_point(|l| l.end as usize <= from);
                labels.get(next).is_some_and(|l| l.at as usize <= to)
            }
        }
    }

    fn pattern(&mut self, pattern: u16, start: usize, end: usize) -> bool {
        let compiled = &self.detector.patterns[usize::from(pattern)];
        if compiled.label_only {
            // Passed over as if it were taken: any number may be such a value, and none is without a name.
            match self.named {
                Names::All => {}
                Names::None => return true,
                Names::Of(_) if self.unnamed.start <= start && end <= self.unnamed.end => {
                    return true;
                }
                Names::Of(labels) => {
                    let from = self.text.original_start(start);
                    let next = labels.partition_point(|l| l.end as usize <= from);
                    if labels.get(next).is_none_or(|l| l.at as usize > from) {
                        let before = next.checked_sub(1).map_or(0, |n| labels[n].end as usize);
                        let after = labels
                            .get(next)
                            .map_or(self.text.original.len(), |l| l.at as usize);
                        self.unnamed =
                            self.text.from_original(before)..self.text.from_original(after);
                        // One that runs into a name: the search goes on before that.
                        return end <= self.unnamed.end;
                    }
                }
            }
        }
        let edge = edge(compiled.guard, self.text.text, start, end, self.delimiter);
        if edge == Edge::Inside {
            return false;
        }
        let matched = &self.text.text[start..end];
        let value = match &compiled.value {
            None => 0..matched.len(),
            Some(regex) => match regex.captures(matched).and_then(|c| c.name("value")) {
                Some(value) => value.range(),
                None => return false,
            },
        };
        let breaks = match compiled.wraps {
            true => memchr::memchr_iter(b'\n', &matched[value.clone()]).count(),
            false => 0,
        };
        if breaks > 1 {
            return false;
        }
        let placeholders = &self.detector.rules[usize::from(compiled.rule)].placeholders;
        if placeholders
            .iter()
            .any(|p| p.as_bytes().eq_ignore_ascii_case(&matched[value.clone()]))
        {
            return false;
        }
        let mut verdict = Verdict::SHAPE;
        if let Some(check) = compiled.check {
            let Ok(text) = std::str::from_utf8(&matched[value.clone()]) else {
                return false;
            };
            let facts = &self.detector.facts;
            verdict = if compiled.misread {
                match repair(text).map(|repaired| (check.verdict)(&repaired, facts)) {
                    Some(verdict) if verdict.kind == Kind::Pass => verdict,
                    _ => return false,
                }
            } else {
                (check.verdict)(text, facts)
            };
        }
        let levels = &compiled.levels;
        match verdict.kind {
            Kind::Reject => return false,
            Kind::Fail if levels.fail.is_none() && levels.fail_context.is_none() => return false,
            _ => {}
        }
        let needs = if compiled.misread {
            Nearness::Attached
        } else if breaks == 1 || edge == Edge::Shared {
            Nearness::Near
        } else {
            Nearness::None
        };
        self.hits.push(Hit {
            start: start as u32,
            end: end as u32,
            value: ((start + value.start) as u32, (start + value.end) as u32),
            pattern,
            needs,
            verdict,
        });
        true
    }

    fn term(&mut self, term: u32, start: usize, end: usize) {
        self.terms.push(TermHit {
            term,
            start: start as u32,
            end: end as u32,
        });
    }
}
