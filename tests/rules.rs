//! Every built-in rule does on its own examples what its file says, through the whole detector.
#![allow(clippy::unwrap_used)]

use domesday::detect::{Detector, RuleSet, check, rule};

fn detector() -> Detector {
    Detector::builtin().unwrap()
}

#[test]
fn examples_come_out_as_the_rule_files_say() {
    let mut wrong = Vec::new();
    for report in check(&detector()) {
        for failure in report.failures {
            wrong.push(format!(
                "{}: {:?}: wanted {}, got {}",
                report.rule, failure.text, failure.wanted, failure.got
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} examples:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_rule_has_its_examples_and_says_why() {
    for rule in RuleSet::builtin().unwrap().rules() {
        assert!(rule.matches.len() >= rule::LEAST_MATCHES, "{}", rule.id);
        assert!(rule.misses.len() >= rule::LEAST_MISSES, "{}", rule.id);
        assert!(!rule.why.trim().is_empty(), "{}", rule.id);
        for other in &rule.yields_to {
            assert_ne!(**other, *rule.id);
        }
    }
}
