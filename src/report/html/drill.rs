//! The drill-downs: of a document its parts, rules, places and evidence, for as many of the riskiest as the page has room
//! for.
//!
//! Words that come back in thousands of findings are written once, and an id is left to be put together by the script:
//! what a page may weigh goes to documents.

use std::{collections::HashMap, sync::Arc};

use serde::Serialize;

use crate::{
    inventory::{FindingRow, Held, Inventory, Marks, Reviews, Verdict},
    model::{Evidence, Level, Status},
    report::{ReportError, text},
};

/// Findings told per rule and part.
const FINDINGS: usize = 5;

/// Bytes of text that the drill-downs may take: what a browser opens from a share without a person waiting.
const BYTES: usize = 8 << 20;

/// What a document holds.
pub(super) type Drill = Vec<Rule>;

/// What one rule found in a part.
#[derive(Serialize)]
pub(super) struct Rule(
    /// Part, in words; empty for the file itself.
    Arc<str>,
    /// What ids of its findings begin with.
    Arc<str>,
    /// Rule, word.
    u32,
    /// High, medium, low.
    [u64; 3],
    Vec<Finding>,
);

/// A finding: where, level, preview, why (word), number.
#[derive(Serialize)]
struct Finding(String, u8, String, u32, u64);

/// Words written once.
#[derive(Default)]
pub(super) struct Words {
    list: Vec<String>,
    index: HashMap<String, u32>,
}

impl Words {
    fn number(&mut self, word: &str) -> u32 {
        if let Some(&at) = self.index.get(word) {
            return at;
        }
        let at = self.list.len() as u32;
        self.list.push(word.to_owned());
        self.index.insert(word.to_owned(), at);
        at
    }

    /// All of them, by number.
    pub(super) fn into_list(self) -> Vec<String> {
        self.list
    }
}

/// Fills in drill-downs, riskiest documents first, as long as the page has room.
pub(super) struct Drills<'i> {
    inventory: &'i Inventory,
    marks: Marks,
    reviews: Reviews,
    bytes: usize,
    pub(super) words: Words,
    pub(super) documents: usize,
}

impl<'i> Drills<'i> {
    pub(super) fn new(inventory: &'i Inventory) -> Result<Drills<'i>, ReportError> {
        Ok(Drills {
            inventory,
            marks: inventory.marks()?,
            reviews: inventory.reviewed()?,
            bytes: 0,
            words: Words::default(),
            documents: 0,
        })
    }

    pub(super) fn of(&mut self, held: &Held) -> Result<Drill, ReportError> {
        let mut drill = Drill::new();
        if self.bytes > BYTES {
            return Ok(drill);
        }
        self.documents += 1;
        // It may have gone since it was counted.
        let Some(place) = self.inventory.place(held.document)? else {
            return Ok(drill);
        };
        for part in self.inventory.parts(&place)? {
            if part.rules.is_empty() {
                continue;
            }
            let within: Arc<str> = match part.in_name {
                true => "in its name".into(),
                false => text::terminal(&part.chain.to_string()).into(),
            };
            let mut base: Option<Arc<str>> = None;
            let mut by_rule = self.inventory.shown(&part)?;
            for rule in &part.rules {
                let base = base.get_or_insert_with(|| part.base_of(&place, rule).into());
                // The surest, in the order of their places.
                let mut shown = by_rule.remove(&rule.rule).unwrap_or_default();
                shown.sort_by_key(|f| std::cmp::Reverse(f.confidence.level()));
                shown.truncate(FINDINGS);
                let mut findings = Vec::with_capacity(shown.len());
                for finding in shown {
                    let level = finding.confidence.level();
                    let mut why = why(finding.status, &finding.evidence);
                    let mut row = FindingRow {
                        id: part.id_of(&place, rule, finding.number),
                        place: &place,
                        part: &part,
                        rule,
                        finding,
                    };
                    if let Some(verdict) = self.reviews.of_row(&row) {
                        let said = match verdict {
                            Verdict::FalsePositive => "marked as a false positive",
                            Verdict::Accepted => "accepted",
                        };
                        why = match why.is_empty() {
                            true => said.to_owned(),
                            false => format!("{said}; {why}"),
                        };
                    }
                    let told = Finding(
                        text::terminal(&row.finding.anchor.to_string()).into_owned(),
                        level_number(level),
                        text::terminal(&std::mem::take(&mut row.finding.preview)).into_owned(),
                        self.words.number(&why),
                        row.finding.number,
                    );
                    self.bytes += 16 + told.0.len() + told.2.len();
                    findings.push(told);
                }
                let [low, medium, high] = self.marks.left(held.document.0, &part, rule);
                self.bytes += 30 + within.len() + base.len();
                drill.push(Rule(
                    within.clone(),
                    base.clone(),
                    self.words.number(&rule.rule),
                    [high, medium, low],
                    findings,
                ));
            }
        }
        Ok(drill)
    }
}

/// Levels as the page numbers them.
pub(super) const LEVELS: [Level; 3] = [Level::Low, Level::Medium, Level::High];

fn level_number(level: Level) -> u8 {
    LEVELS.iter().position(|known| *known == level).unwrap_or(0) as u8
}

/// Whose it is, where it is nobody's, and the evidence, in words.
fn why(status: Status, evidence: &Evidence) -> String {
    let words = [
        match status {
            Status::Live => None,
            Status::Example => Some("an example".to_owned()),
            Status::Organisation => Some("an organisation's".to_owned()),
            Status::PublicRegister => Some("in a public register".to_owned()),
        },
        evidence.checked.map(|ok| {
            if ok {
                "check passed".to_owned()
            } else {
                "check failed".to_owned()
            }
        }),
        evidence.label.as_ref().map(|w| format!("label “{w}”")),
        evidence.context.as_ref().map(|w| format!("near “{w}”")),
        evidence.against.as_ref().map(|w| format!("against: “{w}”")),
        evidence.near_person.then(|| "near a person".to_owned()),
    ];
    let words: Vec<_> = words.into_iter().flatten().collect();
    text::terminal(&words.join(", ")).into_owned()
}
