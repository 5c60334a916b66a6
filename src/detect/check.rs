//! Every rule against its own examples, through the whole detector: `domesday rules check` prints the answer, and the
//! tests demand that it is clean.

use std::{path::PathBuf, sync::Arc};

use serde::Serialize;

use super::{Detector, Scratch, engine::Lane};
use crate::model::{Finding, Segment, Status, segment::Layout};

/// How one rule did.
#[derive(Clone, Debug, Serialize)]
pub struct RuleReport {
    /// Its id.
    pub rule: Arc<str>,
    /// Its file.
    pub file: PathBuf,
    /// Patterns that the engine cannot look for quickly, and why: each costs the whole scan.
    pub slow: Vec<String>,
    /// Examples that were tried.
    pub examples: usize,
    /// Those that came out otherwise than the rule file says.
    pub failures: Vec<ExampleReport>,
}

/// An example that came out otherwise. Examples hold no personal data, so their text may be shown.
#[derive(Clone, Debug, Serialize)]
pub struct ExampleReport {
    /// The line of the example in the rule's file, from 1.
    pub line: usize,
    /// The example's text.
    pub text: String,
    /// What the rule file says.
    pub wanted: String,
    /// What came out.
    pub got: String,
}

/// Runs the examples of every rule of a detector.
pub fn check(detector: &Detector) -> Vec<RuleReport> {
    let mut scratch = Scratch::default();
    let mut lanes = detector.engine().report().into_iter();
    detector
        .rules()
        .iter()
        .map(|rule| {
            let slow = lanes
                .by_ref()
                .take(rule.patterns.len())
                .filter_map(|pattern| match pattern.lane {
                    Lane::Shaped => None,
                    Lane::Slow(why) => Some(format!("{}: {why}", pattern.name)),
                })
                .collect();
            let mut failures = Vec::new();
            for example in &rule.matches {
                let findings = find(detector, &mut scratch, &example.text);
                let of_rule: Vec<_> = findings
                    .iter()
                    .filter(|f| id(detector, f) == &*rule.id)
                    .collect();
                let right = of_rule.iter().any(|f| {
                    f.value.expose() == example.find
                        && f.confidence.level() == example.level
                        && (f.status == Status::Example) == example.example
                });
                if !right {
                    failures.push(ExampleReport {
                        line: example.line,
                        text: example.text.clone(),
                        wanted: format!(
                            "\"{}\" {}{}",
                            example.find,
                            example.level.name(),
                            if example.example { ", an example" } else { "" }
                        ),
                        got: describe(detector, &findings),
                    });
                }
            }
            for example in &rule.misses {
                let findings = find(detector, &mut scratch, &example.text);
                if findings.iter().any(|f| id(detector, f) == &*rule.id) {
                    failures.push(ExampleReport {
                        line: example.line,
                        text: example.text.clone(),
                        wanted: format!("nothing, because {}", example.because),
                        got: describe(detector, &findings),
                    });
                }
            }
            RuleReport {
                rule: rule.id.clone(),
                file: rule.file(),
                slow,
                examples: rule.matches.len() + rule.misses.len(),
                failures,
            }
        })
        .collect()
}

/// What the detector finds in a short text by itself.
fn find(detector: &Detector, scratch: &mut Scratch, text: &str) -> Vec<Finding> {
    let layout = Layout::Lines { first: 1 };
    let segment = Segment {
        text,
        repeats: 0,
        more: false,
        offset: 0,
        layout: &layout,
    };
    let mut findings = Vec::new();
    let mut document = detector.open("");
    detector.segment(&mut document, scratch, &segment, &mut |f| findings.push(f));
    detector.close(document, &mut |f| findings.push(f));
    findings
}

fn id<'d>(detector: &'d Detector, finding: &Finding) -> &'d str {
    &detector.rule(finding.rule).id
}

fn describe(detector: &Detector, findings: &[Finding]) -> String {
    if findings.is_empty() {
        return "nothing".to_owned();
    }
    let all: Vec<_> = findings
        .iter()
        .map(|f| {
            let also: Vec<_> = f
                .also
                .iter()
                .map(|a| {
                    format!(
                        "{} {}",
                        detector.rule(a.rule).id,
                        a.confidence.level().name()
                    )
                })
                .collect();
            let also = match also.is_empty() {
                true => String::new(),
                false => format!(" (also {})", also.join(", ")),
            };
            format!(
                "{} \"{}\" {}{}{also}",
                id(detector, f),
                f.value.expose(),
                f.confidence.level().name(),
                if f.status == Status::Example {
                    ", an example"
                } else {
                    ""
                }
            )
        })
        .collect();
    all.join("; ")
}
