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

/// A text in one piece, and the same text in windows of any size, give the same findings.
#[test]
fn where_a_text_is_cut_changes_nothing() {
    use domesday::{
        detect::Scratch,
        model::{Finding, Segment, limits::OVERLAP, segment::Layout},
    };
    let detector = detector();
    let mut scratch = Scratch::default();
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below as u64) as usize
    };
    // Values with and without words for them, packed closely, so that every cut falls on or near one.
    let pieces: Vec<String> = detector
        .rules()
        .iter()
        .flat_map(|r| {
            r.matches
                .iter()
                .map(|m| m.text.clone())
                .chain(r.misses.iter().map(|m| m.text.clone()))
        })
        .collect();
    let mut text = String::new();
    while text.len() < 6 * OVERLAP {
        text.push_str(&pieces[random(pieces.len())]);
        text.push_str([" ", "\n", ", ", ". ", "\n\n"][random(5)]);
    }
    let run = |scratch: &mut Scratch, window: usize| -> Vec<Finding> {
        let mut out = Vec::new();
        let mut document = detector.open("register.txt");
        let (mut start, mut repeats, mut line) = (0, 0, 1);
        loop {
            let mut end = (start + window).min(text.len());
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            let more = end < text.len();
            let layout = Layout::Lines { first: line };
            let segment = Segment {
                text: &text[start..end],
                repeats,
                more,
                offset: start as u64,
                layout: &layout,
            };
            detector.segment(&mut document, scratch, &segment, &mut |f| out.push(f));
            if !more {
                break;
            }
            let mut next = end - OVERLAP;
            while !text.is_char_boundary(next) {
                next -= 1;
            }
            line += text[start..next].matches('\n').count() as u64;
            repeats = end - next;
            start = next;
        }
        detector.close(document, &mut |f| out.push(f));
        out
    };
    let whole = run(&mut scratch, usize::MAX / 2);
    assert!(whole.len() > 500, "{} findings", whole.len());
    for _ in 0..40 {
        let window = OVERLAP + 1 + random(2 * OVERLAP);
        let cut = run(&mut scratch, window);
        for (n, (a, b)) in whole.iter().zip(&cut).enumerate() {
            assert_eq!(
                a,
                b,
                "finding {n} of {}, windows of {window}",
                detector.rule(a.rule).id
            );
        }
        assert_eq!(whole.len(), cut.len(), "windows of {window}");
    }
}
