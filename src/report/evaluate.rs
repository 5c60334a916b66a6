//! Findings against labels: precision, recall and F1 per rule, category and format.
//!
//! `cli evaluate` reads a truth file and scans the labelled documents; this file scores one against the other. It opens
//! no document and prints nothing.
//!
//! A document's findings of one rule are a set of distinct values, compared without case and punctuation: how often a
//! value is repeated says nothing about a detector. A found value counts as right when a label of the same rule, or of
//! one of the same family (a postcode inside an address, an account inside a pair), equals it, holds it or is held by
//! it. Rules that no label names cannot be judged, except in documents labelled as holding nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::model::{Category, Level};

/// One line of a truth file (JSON Lines; unknown keys are errors).
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// The file, relative to the folder that is evaluated, `/` between folders.
    pub path: String,
    /// Names of the parts inside it, outermost first.
    #[serde(default)]
    pub parts: Vec<String>,
    /// The rule whose value is planted.
    pub rule: Option<String>,
    /// The value as written.
    pub value: Option<String>,
    /// The category the document holds.
    pub category: Option<String>,
    /// With `category`: the label speaks of the whole document.
    #[serde(default)]
    pub document: bool,
    /// The document holds no personal data at all.
    #[serde(default)]
    pub none: bool,
}

/// What was found in the labelled documents.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The file, written as the labels write it.
    pub path: String,
    /// Names of the parts inside it.
    pub parts: Vec<String>,
    /// The rule.
    pub rule: String,
    /// Its category.
    pub category: String,
    /// How sure.
    pub level: Level,
    /// The value as read. It leaves this module in [`Miss`] only, masked by the caller unless it is to be revealed.
    pub value: String,
    /// Where, for people.
    pub location: String,
}

/// Why a truth file cannot be used.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum TruthError {
    /// A line that is not a label.
    #[error(
        "line {line}: {problem}; each line is an object with `path` and `rule` + `value`, `category` + `document`, or `none`"
    )]
    Line {
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong with it, without its text.
        problem: String,
    },
    /// A line whose path, rule, category or value cannot be meant.
    #[error("line {line}: {problem}")]
    Meaning {
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong with it and what to do, without its text.
        problem: &'static str,
    },
    /// A file without labels.
    #[error(
        "no labels in it; write one JSON object a line, such as {{\"path\": \"a.txt\", \"none\": true}}"
    )]
    Empty,
}

/// Reads the labels of a truth file. `known` tells which ids are rules'.
///
/// # Errors
/// The first line that is not a label, by number.
pub fn read_truth(bytes: &[u8], known: impl Fn(&str) -> bool) -> Result<Vec<Label>, TruthError> {
    let text = std::str::from_utf8(bytes).map_err(|e| TruthError::Meaning {
        line: 1 + memchr::memchr_iter(b'\n', &bytes[..e.valid_up_to()]).count(),
        problem: "not UTF-8: save the file as UTF-8",
    })?;
    let text = text.trim_start_matches('\u{feff}');
    let mut labels = Vec::new();
    // By document: whether it is labelled as holding nothing.
    let mut empty: BTreeMap<(String, Vec<String>), bool> = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let wrong = |problem: &str| TruthError::Line {
            line: index + 1,
            problem: problem.into(),
        };
        let label: Label = serde_json::from_str(line).map_err(|e| {
            // serde's message may quote the line; only its kind and place are kept.
            wrong(&format!(
                "not a label (column {}, {:?} error)",
                e.column(),
                e.classify()
            ))
        })?;
        match (
            &label.rule,
            &label.value,
            &label.category,
            label.document,
            label.none,
        ) {
            (Some(_), Some(_), None, false, false)
            | (None, None, Some(_), true, false)
            | (None, None, None, false, true) => {}
            _ => return Err(wrong("it mixes kinds of label or leaves one half out")),
        }
        let meant = |problem| {
            Err(TruthError::Meaning {
                line: index + 1,
                problem,
            })
        };
        if label.path.trim().is_empty() {
            return meant("the path is empty: write that of the file, below the folder");
        }
        if label.rule.as_deref().is_some_and(|id| !known(id)) {
            return meant("no rule has this id: `domesday rules` lists them");
        }
        if let Some(category) = &label.category
            && Category::from_id(category).is_none()
        {
            return meant("there is no such category: `domesday rules` lists them");
        }
        if label.value.as_deref().is_some_and(|v| v.trim().is_empty()) {
            return meant("the value is empty: write it as it stands in the document");
        }
        let document = (label.path.clone(), label.parts.clone());
        if *empty.entry(document).or_insert(label.none) != label.none {
            return meant(
                "its document has other labels and one that it holds nothing: take one of them out",
            );
        }
        labels.push(label);
    }
    if labels.is_empty() {
        Err(TruthError::Empty)
    } else {
        Ok(labels)
    }
}

/// Rules whose values may lie in one another.
const FAMILIES: &[&[&str]] = &[
    &["sort-code", "bank-account", "bank-pair", "iban"],
    &["postcode", "postal-address"],
    &["nhs-number", "chi-number", "hc-number"],
    &["passport-number", "mrz"],
];

fn family(a: &str, b: &str) -> bool {
    a == b || FAMILIES.iter().any(|f| f.contains(&a) && f.contains(&b))
}

/// Counts and the three figures of one line of the tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Score {
    /// Found and labelled.
    pub right: usize,
    /// Found, not labelled.
    pub false_alarms: usize,
    /// Labelled, not found.
    pub missed: usize,
}

impl Score {
    /// Share of what was found that is right; 1 when nothing was found.
    pub fn precision(&self) -> f64 {
        ratio(self.right, self.right + self.false_alarms)
    }

    /// Share of what is labelled that was found; 1 when nothing is labelled.
    pub fn recall(&self) -> f64 {
        ratio(self.right, self.right + self.missed)
    }

    /// Harmonic mean of the two.
    pub fn f1(&self) -> f64 {
        let (p, r) = (self.precision(), self.recall());
        if p + r == 0.0 {
            0.0
        } else {
            2.0 * p * r / (p + r)
        }
    }

    fn add(&mut self, other: Score) {
        self.right += other.right;
        self.false_alarms += other.false_alarms;
        self.missed += other.missed;
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        1.0
    } else {
        part as f64 / whole as f64
    }
}

/// One miss or false alarm, for the list that people work through.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Miss {
    /// The rule, or the category of a document label.
    pub what: String,
    /// The file and its parts.
    pub document: String,
    /// Where in it; empty for a missed label.
    pub location: String,
    /// The value as labelled or read; empty for a document label.
    pub value: String,
}

/// The result.
#[derive(Clone, Debug, Default)]
pub struct Evaluation {
    /// Per rule that the labels name.
    pub rules: BTreeMap<String, Score>,
    /// Per category labelled for whole documents.
    pub categories: BTreeMap<String, Score>,
    /// Per format, all judged rules together.
    pub formats: BTreeMap<String, Score>,
    /// Findings in documents labelled as holding nothing, by rule.
    pub in_empty: BTreeMap<String, usize>,
    /// Rules that found something and that no label names, with the number of values.
    pub unjudged: BTreeMap<String, usize>,
    /// Labels that were not found.
    pub misses: Vec<Miss>,
    /// Findings without a label.
    pub false_alarms: Vec<Miss>,
    /// Documents labelled, and labelled as holding nothing.
    pub documents: (usize, usize),
}

type DocumentKey = (String, Vec<String>);

/// Letters and digits only, in lower case: how two spellings of a value are compared.
fn bare(value: &str) -> String {
    value
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn meet(a: &str, b: &str) -> bool {
    !a.is_empty() && !b.is_empty() && (a == b || a.contains(b) || b.contains(a))
}

fn format_of(key: &DocumentKey) -> String {
    let name = key.1.last().unwrap_or(&key.0);
    name.rsplit_once('.')
        .map_or("none".into(), |(_, e)| e.to_lowercase())
}

fn shown(key: &DocumentKey) -> String {
    let mut out = key.0.clone();
    for part in &key.1 {
        out.push_str(" › ");
        out.push_str(part);
    }
    out
}

/// Scores what was found, counting findings of `least` level or above.
pub fn evaluate(labels: &[Label], found: &[Found], least: Level) -> Evaluation {
    let mut out = Evaluation::default();
    let judged: BTreeSet<&str> = labels.iter().filter_map(|l| l.rule.as_deref()).collect();
    let judged_categories: BTreeSet<&str> = labels
        .iter()
        .filter_map(|l| l.category.as_deref())
        .collect();

    let mut planted: BTreeMap<DocumentKey, BTreeMap<(String, String), String>> = BTreeMap::new();
    let mut held: BTreeMap<DocumentKey, BTreeSet<String>> = BTreeMap::new();
    let mut empty: BTreeSet<DocumentKey> = BTreeSet::new();
    for label in labels {
        let key = (label.path.clone(), label.parts.clone());
        planted.entry(key.clone()).or_default();
        if let (Some(rule), Some(value)) = (&label.rule, &label.value) {
            planted
                .entry(key.clone())
                .or_default()
                .insert((rule.clone(), bare(value)), value.clone());
        }
        if let Some(category) = &label.category {
            held.entry(key.clone())
                .or_default()
                .insert(category.clone());
        }
        if label.none {
            empty.insert(key);
        }
    }
    out.documents = (planted.len(), empty.len());

    let mut seen: BTreeMap<DocumentKey, BTreeMap<(String, String), &Found>> = BTreeMap::new();
    let mut seen_categories: BTreeMap<DocumentKey, BTreeSet<&str>> = BTreeMap::new();
    for f in found.iter().filter(|f| f.level >= least) {
        let key = (f.path.clone(), f.parts.clone());
        seen.entry(key.clone())
            .or_default()
            .entry((f.rule.clone(), bare(&f.value)))
            .or_insert(f);
        seen_categories.entry(key).or_default().insert(&f.category);
    }

    for (key, labelled) in &planted {
        let nothing = BTreeMap::new();
        let here = seen.get(key).unwrap_or(&nothing);
        for ((rule, value), written) in labelled {
            let hit = here.keys().any(|(r, v)| family(r, rule) && meet(v, value));
            let score = Score {
                right: hit as usize,
                missed: !hit as usize,
                false_alarms: 0,
            };
            out.rules.entry(rule.clone()).or_default().add(score);
            out.formats.entry(format_of(key)).or_default().add(score);
            if !hit {
                out.misses.push(Miss {
                    what: rule.clone(),
                    document: shown(key),
                    location: String::new(),
                    value: written.clone(),
                });
            }
        }
        for ((rule, value), finding) in here {
            let named = labelled.keys().any(|(r, v)| {
                family(r, rule) && meet(v, value)
                    // Whose mailbox an address is, is in the address that is labelled.
                    || rule == "person-name" && r == "email-address" && v.contains(value.as_str())
            });
            if named {
                continue;
            }
            if empty.contains(key) {
                *out.in_empty.entry(rule.clone()).or_default() += 1;
            }
            if !judged.contains(rule.as_str()) {
                *out.unjudged.entry(rule.clone()).or_default() += 1;
                if !empty.contains(key) {
                    continue;
                }
            } else {
                let score = Score {
                    false_alarms: 1,
                    ..Score::default()
                };
                out.rules.entry(rule.clone()).or_default().add(score);
                out.formats.entry(format_of(key)).or_default().add(score);
            }
            out.false_alarms.push(Miss {
                what: rule.clone(),
                document: shown(key),
                location: finding.location.clone(),
                value: finding.value.clone(),
            });
        }
        let none = BTreeSet::new();
        let holds = held.get(key).unwrap_or(&none);
        let nobody = BTreeSet::new();
        let shows = seen_categories.get(key).unwrap_or(&nobody);
        for &category in &judged_categories {
            let score = match (holds.contains(category), shows.contains(category)) {
                (true, true) => Score {
                    right: 1,
                    ..Score::default()
                },
                (true, false) => Score {
                    missed: 1,
                    ..Score::default()
                },
                // A labelled document is taken at its word: what it is not said to hold is not in it.
                (false, true) => Score {
                    false_alarms: 1,
                    ..Score::default()
                },
                (false, false) => continue,
            };
            let miss = |location: &str| Miss {
                what: category.into(),
                document: shown(key),
                location: location.into(),
                value: String::new(),
            };
            if score.missed > 0 {
                out.misses.push(miss(""));
            } else if score.false_alarms > 0 {
                out.false_alarms.push(miss("document"));
            }
            out.categories
                .entry(category.into())
                .or_default()
                .add(score);
        }
    }
    out.misses.sort();
    out.false_alarms.sort();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rule: &str, value: &str, level: Level) -> Found {
        Found {
            path: "a.txt".into(),
            parts: vec![],
            rule: rule.into(),
            category: "national-id".into(),
            level,
            value: value.into(),
            location: "line 1".into(),
        }
    }

    #[test]
    fn values_are_compared_without_case_and_punctuation_and_families_hold_one_another() {
        let labels = read_truth(
            br#"{"path":"a.txt","rule":"nino","value":"QQ 12 34 56 C"}
               {"path":"a.txt","rule":"sort-code","value":"08-99-99"}
               {"path":"a.txt","rule":"nino","value":"QQ 99 99 99 A"}"#,
            |_| true,
        )
        .expect("three labels");
        let result = evaluate(
            &labels,
            &[
                found("nino", "qq123456c", Level::High),
                found("bank-pair", "08-99-99 66374958", Level::Medium),
                found("nino", "QQ 00 00 00 D", Level::Medium),
                found("age", "84", Level::High),
                found("nino", "QQ 99 99 99 A", Level::Low),
            ],
            Level::Medium,
        );
        assert_eq!(
            result.rules["nino"],
            Score {
                right: 1,
                false_alarms: 1,
                missed: 1
            }
        );
        assert_eq!(
            result.rules["sort-code"],
            Score {
                right: 1,
                false_alarms: 0,
                missed: 0
            }
        );
        assert_eq!(result.unjudged["age"], 1);
        assert_eq!((result.misses.len(), result.false_alarms.len()), (1, 1));
    }

    #[test]
    fn any_finding_in_a_document_that_holds_nothing_is_a_false_alarm() {
        let labels = read_truth(br#"{"path":"a.txt","none":true}"#, |_| true).expect("a label");
        let result = evaluate(&labels, &[found("age", "84", Level::High)], Level::Medium);
        assert_eq!(result.in_empty["age"], 1);
        assert_eq!(result.false_alarms.len(), 1);
    }

    #[test]
    fn a_wrong_line_is_named_by_number_and_not_quoted() {
        let error = read_truth(
            b"{\"path\":\"a\",\"none\":true}\n{\"secret\":\"QQ123456C\"}",
            |_| true,
        )
        .expect_err("the second line is no label");
        assert!(
            matches!(&error, TruthError::Line { line: 2, .. }),
            "{error}"
        );
        assert!(!error.to_string().contains("QQ123456C"));
    }

    #[test]
    fn what_cannot_be_meant_is_named_by_line_with_a_cure_and_not_quoted() {
        let good = r#"{"path":"a","rule":"nino","value":"QQ123456C"}"#;
        for (line, cure) in [
            (
                r#"{"path":"a","rule":"nnio","value":"QQ123456C"}"#,
                "`domesday rules` lists",
            ),
            (
                r#"{"path":"a","category":"helth","document":true}"#,
                "`domesday rules` lists",
            ),
            (r#"{"path":"a","rule":"nino","value":" "}"#, "as it stands"),
            (
                r#"{"path":"","rule":"nino","value":"QQ123456C"}"#,
                "below the folder",
            ),
            (r#"{"path":"a","none":true}"#, "take one of them out"),
        ] {
            let error = read_truth(format!("{good}\r\n\n{line}\n").as_bytes(), |id| {
                id == "nino"
            })
            .expect_err(line)
            .to_string();
            assert!(
                error.starts_with("line 3: ") && error.contains(cure),
                "{error}"
            );
            assert!(
                !error.contains("QQ123456C") && !error.contains("helth"),
                "{error}"
            );
        }
        let error = read_truth(b"\n{\"path\":\"\xff\"}", |_| true).expect_err("no UTF-8");
        assert_eq!(
            error.to_string(),
            "line 2: not UTF-8: save the file as UTF-8"
        );
        // Windows' editors put a mark before the first line.
        let labels = read_truth(format!("\u{feff}{good}\n").as_bytes(), |_| true);
        assert_eq!(labels.expect("a label").len(), 1);
    }
}
