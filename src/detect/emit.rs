//! Claims that stand become findings: value, normal form, place, evidence.

use std::sync::Arc;

use super::{
    candidate::{Candidate, Word},
    detector::{Detector, DocumentState},
    matched::repair,
    normalise::Normalised,
    people::Distinct,
    place::Cells,
    resolve::Won,
    validators::{self, Check, Kind},
};
use crate::model::{
    Also, Anchor, Confidence, Evidence, Finding, Level, Location, RuleIx, Segment, Sensitive,
    Status, segment::Layout,
};

/// Findings tied to nobody that are held to the end of a document; more are of low confidence at once.
const MOST_HELD: usize = 1024;

/// What OCR takes from the confidence of a value that no check confirms.
const RECOGNISED: u8 = 10;

impl Detector {
    /// Hands out a finding, or holds it back until it is known what the document is.
    pub(crate) fn hand_out(
        &self,
        mut finding: Finding,
        tentative: bool,
        document: &mut DocumentState,
        out: &mut dyn FnMut(Finding),
    ) {
        if tentative {
            if document.held.len() < MOST_HELD {
                document.held.push(finding);
                return;
            }
            finding.confidence = Level::Low.confidence();
        }
        let rule = finding.rule.0;
        // Who saved a file last is not whom it is about: a policy with an author is no file on a person.
        let about = !matches!(finding.location.anchor, Anchor::Meta(_));
        if about
            && self.people[usize::from(rule)]
            && finding.status == Status::Live
            && finding.confidence.level() >= Level::Medium
            && self.rules[usize::from(rule)].by.is_some()
        {
            document
                .named
                .add(&finding.location.anchor, finding.normal.expose());
        } else if about
            && self.people[usize::from(rule)]
            && finding.status == Status::Live
            && finding.confidence.level() >= Level::Medium
        {
            let at = match document.people.iter().position(|(r, _)| *r == rule) {
                Some(at) => at,
                None => {
                    document.people.push((rule, Distinct::default()));
                    document.people.len() - 1
                }
            };
            document.people[at].1.add(finding.normal.expose());
        }
        if self.rules[usize::from(rule)].unfold {
            self.unfold(&finding, out);
        }
        out(finding);
    }

    /// Hands out what a value holds inside, as findings of the rules of their kinds at the same place.
    fn unfold(&self, finding: &Finding, out: &mut dyn FnMut(Finding)) {
        let rule = &self.rules[usize::from(finding.rule.0)];
        let mut checks: Vec<&Check> = rule.patterns.iter().filter_map(|p| p.check).collect();
        checks.dedup_by_key(|check| check.name);
        for check in checks {
            for inner in (check.inner)(finding.value.expose(), &self.facts) {
                let Some(ix) = self.rules.iter().position(|r| *r.id == *inner.what) else {
                    continue;
                };
                out(Finding {
                    rule: RuleIx(ix as u16),
                    category: self.rules[ix].category,
                    value: Sensitive::new(inner.value.as_str()),
                    normal: Sensitive::new(inner.value),
                    also: Vec::new(),
                    ..finding.clone()
                });
            }
        }
    }

    /// The finding that a claim makes.
    pub(crate) fn finding(
        &self,
        claim: &Candidate,
        text: Normalised<'_>,
        places: &mut Places<'_>,
    ) -> Finding {
        let normalised = claim.value.0 as usize..claim.value.1 as usize;
        let span = text.original_span(normalised.clone());
        let mut shown = String::from_utf8_lossy(&text.text[normalised]);
        let pattern = claim.pattern.map(|p| &self.patterns[usize::from(p)]);
        let misread = pattern.is_some_and(|p| p.misread);
        if misread && let Some(repaired) = repair(&shown) {
            shown = repaired.into();
        }
        let check = pattern.and_then(|p| p.check);
        let normal = match check {
            Some(check) => (check.normal)(&shown, &self.facts),
            None => validators::compact(&shown, &self.facts),
        };
        let rule = RuleIx(claim.rule);
        let anchor = places.anchor(span.start);
        let confidence = match (&anchor, claim.kind) {
            // A letter misread would have failed the check; without one, OCR may have made it up.
            (Anchor::Recognised(_), kind) if kind != Kind::Pass => {
                claim.confidence().saturating_sub(RECOGNISED)
            }
            _ => claim.confidence(),
        };
        Finding {
            rule,
            category: self.rule(rule).category,
            location: Location {
                anchor,
                offset: places.segment.offset + span.start as u64,
                length: (span.end - span.start) as u32,
            },
            value: Sensitive::new(&places.segment.text[span]),
            normal: Sensitive::new(normal),
            confidence: Confidence(confidence),
            status: claim.status,
            evidence: Evidence {
                checked: match claim.kind {
                    Kind::Pass => Some(true),
                    Kind::Fail => Some(false),
                    _ => None,
                },
                label: claim.label.map(|w| self.word(w)),
                context: claim.context.map(|w| self.word(w)),
                against: claim.against.map(|w| self.word(w)),
                near_person: claim.near_person,
                corroborated: claim.corroborated,
                repaired: misread,
                negated: claim.negated,
            },
            also: Vec::new(),
        }
    }

    fn word(&self, word: Word) -> Arc<str> {
        match word {
            Word::Context(phrase) => self.context.phrase(phrase).text.clone(),
            Word::Label(phrase) => self.labels.phrase(phrase).text.clone(),
            Word::Term(index) => match &self.proposer {
                Some(proposer) => proposer.word(index),
                None => Arc::from(""),
            },
        }
    }
}

/// Names the rules that lost.
pub(crate) fn also(finding: &mut Finding, cluster: &[Candidate], won: &Won) {
    finding.also.clear();
    finding.also.extend(won.also.iter().flatten().map(|&loser| {
        let claim = &cluster[loser as usize];
        Also {
            rule: RuleIx(claim.rule),
            confidence: Confidence(claim.confidence()),
        }
    }));
}

/// Anchors in ascending order: lines are counted once and rows read once, not from the start for each finding.
pub(crate) struct Places<'a> {
    segment: &'a Segment<'a>,
    at: usize,
    line: u64,
    cells: Option<Cells<'a>>,
}

impl<'a> Places<'a> {
    pub fn new(segment: &'a Segment<'a>) -> Places<'a> {
        let (line, cells) = match segment.layout {
            Layout::Lines { first } => (*first, None),
            Layout::Table(table) => (0, Some(Cells::new(table, segment.text))),
            Layout::Marked { .. } => (0, None),
        };
        Places {
            segment,
            at: 0,
            line,
            cells,
        }
    }

    pub fn anchor(&mut self, byte: usize) -> Anchor {
        if let Some(cells) = &mut self.cells
            && let Some(cell) = cells.at(byte)
        {
            return Anchor::Cell {
                sheet: cells.sheet(),
                row: cells.row_number(),
                column: cell.column + 1,
            };
        }
        if !matches!(self.segment.layout, Layout::Lines { .. }) || byte < self.at {
            return self.segment.anchor(byte);
        }
        let passed = &self.segment.text.as_bytes()[self.at..byte];
        self.line += memchr::memchr_iter(b'\n', passed).count() as u64;
        self.at = byte;
        Anchor::Line(self.line)
    }
}
