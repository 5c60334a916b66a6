//! The computed examples of the detection specification, as the rule files carry them, against the specification's own
//! file when it lies beside the repository; and what a changed character does to a checked value.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{collections::BTreeMap, env, fs, path::PathBuf};

use domesday::{
    detect::{Detector, Scratch, rule::Rule},
    model::{Finding, Segment, Status, segment::Layout},
};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    detectors: BTreeMap<String, Vectors>,
}

#[derive(Deserialize)]
struct Vectors {
    positives: Vec<Positive>,
    negatives: Vec<String>,
}

#[derive(Deserialize)]
struct Positive {
    text: String,
    level: String,
    example: bool,
}

/// One line of `tests/deviations.toml`: a vector that comes out otherwise, and why.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Deviation {
    detector: String,
    text: String,
    because: String,
}

#[derive(Deserialize)]
struct Deviations {
    #[serde(default)]
    deviation: Vec<Deviation>,
}

fn deviations() -> Vec<Deviation> {
    toml::from_str::<Deviations>(include_str!("deviations.toml"))
        .unwrap()
        .deviation
}

fn vectors() -> Option<File> {
    let path = match env::var_os("DOMESDAY_VECTORS") {
        Some(path) => PathBuf::from(path),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/detection-vectors.json"),
    };
    let text = fs::read_to_string(path).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

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

#[test]
fn the_vectors_come_out_at_their_level() {
    let Some(file) = vectors() else {
        println!(
            "passed over: no detection-vectors.json beside the repository, nor in DOMESDAY_VECTORS"
        );
        return;
    };
    let detector = Detector::builtin().unwrap();
    let mut scratch = Scratch::default();
    let deviations = deviations();
    let mut excused = vec![false; deviations.len()];
    let mut wrong = Vec::new();
    let mut tried = 0;
    let mut fail = |id: &str, text: &str, said: String| match deviations
        .iter()
        .position(|d| d.detector == id && d.text == text)
    {
        Some(at) => excused[at] = true,
        None => wrong.push(format!("{id}: {text:?}: {said}")),
    };
    for (id, vectors) in &file.detectors {
        let Some(ix) = detector.rules().iter().position(|r| *r.id == **id) else {
            continue;
        };
        let rule = &detector.rules()[ix];
        for positive in &vectors.positives {
            tried += 1;
            let findings = find(&detector, &mut scratch, &positive.text);
            let right = findings.iter().any(|f| {
                usize::from(f.rule.0) == ix
                    && f.confidence.level().name() == positive.level
                    && (f.status == Status::Example) == positive.example
            });
            if !right {
                let got: Vec<_> = findings
                    .iter()
                    .map(|f| {
                        format!(
                            "{} {}",
                            detector.rule(f.rule).id,
                            f.confidence.level().name()
                        )
                    })
                    .collect();
                fail(
                    id,
                    &positive.text,
                    format!("wanted {}, got {got:?}", positive.level),
                );
            } else if !carried(rule, &positive.text) {
                fail(
                    id,
                    &positive.text,
                    "not carried into the rule file".to_owned(),
                );
            }
        }
        for text in &vectors.negatives {
            tried += 1;
            let found = find(&detector, &mut scratch, text);
            if let Some(f) = found.iter().find(|f| usize::from(f.rule.0) == ix) {
                fail(
                    id,
                    text,
                    format!("wanted nothing, got {}", f.confidence.level().name()),
                );
            }
        }
    }
    println!("{tried} vectors tried");
    assert!(
        wrong.is_empty(),
        "{} of {tried}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    for (deviation, excused) in deviations.iter().zip(excused) {
        assert!(
            excused,
            "{}: {:?} comes out right; take it off the list",
            deviation.detector, deviation.text
        );
        assert!(!deviation.because.trim().is_empty());
    }
}

/// Rules of identifiers keep the vectors as their own examples; those of names and word lists keep theirs apart.
fn carried(rule: &Rule, text: &str) -> bool {
    rule.patterns.is_empty() || rule.matches.iter().any(|m| m.text == text)
}

/// Share of one-character changes that a check must refuse; what a change of digits cannot show is left out.
///
/// A digit changed for another is seen always by modulo 11 and Luhn with one weight per place, by modulo 97 always too.
#[test]
fn a_changed_digit_is_seen_by_the_check() {
    let detector = Detector::builtin().unwrap();
    let mut scratch = Scratch::default();
    for (id, least) in [
        ("nhs-number", 1.0),
        ("hc-number", 1.0),
        // Two remainders share a check digit, twice.
        ("utr", 0.9),
        ("uln", 1.0),
        ("iban", 1.0),
        // Sixteen digits and a security code may pass as nineteen.
        ("payment-card", 0.98),
        ("upn", 0.95),
        // Two moduli are in use.
        ("vat-number", 0.9),
        ("mrz", 0.9),
        ("device-imei", 1.0),
        // Numbers of both check digits, modulo 11 before 2026 and Luhn since, and a date.
        ("chi-number", 0.85),
        ("mpan", 0.9),
    ] {
        let Some(rule) = detector.rules().iter().find(|r| &*r.id == id) else {
            continue;
        };
        let (mut changed, mut seen) = (0, 0);
        for example in &rule.matches {
            let found = find(&detector, &mut scratch, &example.text);
            if !found.iter().any(|f| {
                *detector.rule(f.rule).id == *id
                    && f.value.expose() == example.find
                    && f.evidence.checked == Some(true)
            }) {
                continue;
            }
            let at = example.text.find(&example.find).unwrap();
            for (offset, c) in example
                .find
                .char_indices()
                .filter(|(_, c)| c.is_ascii_digit())
            {
                for digit in ('0'..='9').filter(|d| *d != c) {
                    let mut text = example.text.clone();
                    text.replace_range(at + offset..at + offset + 1, &digit.to_string());
                    changed += 1;
                    let passes = find(&detector, &mut scratch, &text).iter().any(|f| {
                        *detector.rule(f.rule).id == *id && f.evidence.checked == Some(true)
                    });
                    seen += usize::from(!passes);
                }
            }
        }
        assert!(changed > 100, "{id}: {changed} changes tried");
        let share = seen as f64 / changed as f64;
        assert!(
            share >= least,
            "{id}: {share:.3} of {changed} changes are seen, not {least}"
        );
    }
}

/// One character of any kind changed never makes a finding surer than it was.
#[test]
fn a_changed_character_makes_nothing_surer() {
    let detector = Detector::builtin().unwrap();
    let mut scratch = Scratch::default();
    for (ix, rule) in detector.rules().iter().enumerate() {
        for example in rule.matches.iter().filter(|m| !m.example) {
            let at = example.text.find(&example.find).unwrap();
            for (offset, c) in example
                .find
                .char_indices()
                .filter(|(_, c)| c.is_ascii_alphanumeric())
            {
                let mut text = example.text.clone();
                text.replace_range(at + offset..at + offset + c.len_utf8(), "#");
                // What is found of this rule may be a part of the value, but nothing over the hole.
                for f in find(&detector, &mut scratch, &text) {
                    let hole = (at + offset) as u64;
                    let over = f.location.offset <= hole
                        && hole < f.location.offset + u64::from(f.location.length);
                    assert!(
                        !(usize::from(f.rule.0) == ix && over && f.evidence.checked == Some(true)),
                        "{}: {text:?}",
                        rule.id
                    );
                }
            }
        }
    }
}
