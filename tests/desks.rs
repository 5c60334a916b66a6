//! How well the rules do on documents in the styles of many desks (`corpus/desks.py`), which the rules were not made on:
//! first names in care notes, forms as tables, odd headings, dumps, chats, threads of mail, capitals throughout.
#![allow(clippy::unwrap_used)]

use std::{path::Path, process::Command};

use serde_json::Value;

/// Rules with a check digit or a structure of their own.
const CHECKED: &[&str] = &[
    "nino",
    "nhs-number",
    "payment-card",
    "dbs-certificate",
    "passport-number",
    "sort-code",
    "bank-account",
    "vehicle-registration",
    "email-address",
    "phone-number",
    "postcode",
    "date-of-birth",
];

fn evaluate(part: &str) -> Value {
    let desks = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/desks");
    let out = Command::new(env!("CARGO_BIN_EXE_domesday"))
        .args(["evaluate", "--json"])
        .arg(desks.join(format!("{part}.truth.jsonl")))
        .arg(desks.join(part))
        .output()
        .unwrap();
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    serde_json::from_slice(&out.stdout).unwrap()
}

fn at_least(score: &Value, name: &str, precision: f64, recall: f64) {
    let of = |key: &str| score[key].as_f64().unwrap();
    assert!(
        of("precision") >= precision && of("recall") >= recall,
        "{name}: {score}"
    );
}

#[test]
fn the_targets_are_met_in_both_parts() {
    for part in ["one", "two"] {
        let said = evaluate(part);
        assert_eq!(said["absent"].as_array().unwrap().len(), 0);
        let rules = said["rules"].as_object().unwrap();
        for (rule, score) in rules {
            match rule.as_str() {
                checked if CHECKED.contains(&checked) => at_least(score, rule, 0.98, 0.98),
                "person-name" => at_least(score, rule, 0.95, 0.93),
                "postal-address" => at_least(score, rule, 0.92, 0.92),
                _ => at_least(score, rule, 0.95, 0.95),
            }
        }
        assert!(rules.contains_key("person-name") && rules.contains_key("nino"));
        for (category, score) in said["categories"].as_object().unwrap() {
            at_least(score, category, 0.92, 0.95);
        }
        assert!(said["categories"].as_object().unwrap().len() >= 4);
    }
}
