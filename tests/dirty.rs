//! Values as word processors, web pages and scanners spoil them, for every rule of identifiers: each example of every rule
//! file is spoilt in every way, and must be found still, as the same value and as surely.
#![allow(clippy::unwrap_used)]

use domesday::{
    detect::{Detector, RuleSet, Scratch},
    model::{Finding, Level, Segment, segment::Layout},
};

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

fn bare(value: &str) -> String {
    value
        .chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xff01 + 0x21).unwrap(),
            c => c,
        })
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_uppercase)
        .collect()
}

/// A way to spoil a value; `None` where it has nothing to spoil.
type Spoil = fn(&str) -> Option<String>;

fn replaced(value: &str, from: char, to: &str) -> Option<String> {
    value.contains(from).then(|| value.replace(from, to))
}

/// Between the characters in the middle of the value.
fn inserted(value: &str, what: char) -> Option<String> {
    let middle = value.char_indices().nth(value.chars().count() / 2)?.0;
    (middle > 0).then(|| format!("{}{what}{}", &value[..middle], &value[middle..]))
}

const WAYS: &[(&str, Spoil)] = &[
    ("no-break space", |v| replaced(v, ' ', "\u{a0}")),
    ("thin space", |v| replaced(v, ' ', "\u{2009}")),
    ("narrow no-break space", |v| replaced(v, ' ', "\u{202f}")),
    ("figure space", |v| replaced(v, ' ', "\u{2007}")),
    ("ideographic space", |v| replaced(v, ' ', "\u{3000}")),
    ("hyphen", |v| replaced(v, '-', "\u{2010}")),
    ("no-break hyphen", |v| replaced(v, '-', "\u{2011}")),
    ("figure dash", |v| replaced(v, '-', "\u{2012}")),
    ("en dash", |v| replaced(v, '-', "\u{2013}")),
    ("em dash", |v| replaced(v, '-', "\u{2014}")),
    ("minus", |v| replaced(v, '-', "\u{2212}")),
    ("full-width hyphen", |v| replaced(v, '-', "\u{ff0d}")),
    ("zero-width space", |v| inserted(v, '\u{200b}')),
    ("zero-width joiner", |v| inserted(v, '\u{200d}')),
    ("word joiner", |v| inserted(v, '\u{2060}')),
    ("byte order mark", |v| inserted(v, '\u{feff}')),
    ("soft hyphen", |v| inserted(v, '\u{ad}')),
    ("full-width", |v| {
        let wide: String = v
            .chars()
            .map(|c| match c {
                '0'..='9' | 'A'..='Z' | 'a'..='z' => {
                    char::from_u32(u32::from(c) - 0x21 + 0xff01).unwrap()
                }
                c => c,
            })
            .collect();
        (wide != v).then_some(wide)
    }),
];

#[test]
fn every_identifier_is_found_however_it_is_spoilt() {
    let detector = Detector::builtin().unwrap();
    let mut scratch = Scratch::default();
    let mut wrong = Vec::new();
    let mut tried = 0;
    for rule in RuleSet::builtin().unwrap().rules() {
        if rule.patterns.is_empty() {
            continue;
        }
        for example in &rule.matches {
            let at = example.text.find(&example.find).unwrap();
            for (name, spoil) in WAYS {
                let Some(spoilt) = spoil(&example.find) else {
                    continue;
                };
                let text = format!(
                    "{}{spoilt}{}",
                    &example.text[..at],
                    &example.text[at + example.find.len()..]
                );
                tried += 1;
                let found = find(&detector, &mut scratch, &text);
                let right = found.iter().any(|f| {
                    detector.rule(f.rule).id == rule.id
                        && bare(f.value.expose()) == bare(&example.find)
                        && f.confidence.level() >= example.level
                });
                if !right {
                    wrong.push(format!("{}, {name}: {text:?}", rule.id));
                }
            }
        }
    }
    assert!(tried > 2000, "{tried}");
    assert!(
        wrong.is_empty(),
        "{} of {tried}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// A number written in groups may be cut at a group by the end of the line, under a word for it.
#[test]
fn numbers_in_groups_are_found_across_the_end_of_a_line() {
    let detector = Detector::builtin().unwrap();
    let mut scratch = Scratch::default();
    let mut wrong = Vec::new();
    let mut tried = 0;
    for rule in RuleSet::builtin().unwrap().rules() {
        if !rule.patterns.iter().any(|p| p.wraps) {
            continue;
        }
        // Without a word for it, a line that ends in a number and one that begins with one are two.
        let worded = |text: &str, find: &str| !text.starts_with(find) && !text.contains('\n');
        for example in rule.matches.iter().filter(|m| m.level == Level::High) {
            if !worded(&example.text, &example.find) {
                continue;
            }
            let spaces: Vec<usize> = example.find.match_indices(' ').map(|(n, _)| n).collect();
            let at = example.text.find(&example.find).unwrap();
            for space in spaces {
                let at = at + space;
                let text = format!("{}\n{}", &example.text[..at], &example.text[at + 1..]);
                tried += 1;
                let found = find(&detector, &mut scratch, &text);
                if !found.iter().any(|f| {
                    // What may be left out at either end may be lost.
                    detector.rule(f.rule).id == rule.id
                        && bare(&example.find).contains(&bare(f.value.expose()))
                }) {
                    wrong.push(format!("{}: {text:?}", rule.id));
                }
            }
        }
    }
    assert!(tried > 20, "{tried}");
    assert!(
        wrong.is_empty(),
        "{} of {tried}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Letters that scanners of paper read for digits: found right below the label, and less surely than the digits.
#[test]
fn letters_read_for_digits_are_found_less_surely() {
    let detector = Detector::builtin().unwrap();
    let mut scratch = Scratch::default();
    let mut tried = 0;
    for (rule, text) in [
        ("nhs-number", "NHS No: 943 476 5919"),
        ("chi-number", "CHI: 0101011237"),
        ("hc-number", "H&C number: 320 000 0007"),
        ("utr", "UTR: 1955839661"),
        ("payment-card", "Card number: 4000 0566 5566 5556"),
    ] {
        for (digit, letter) in [
            ('0', 'O'),
            ('1', 'I'),
            ('1', 'l'),
            ('5', 'S'),
            ('8', 'B'),
            ('6', 'G'),
        ] {
            let start = text.find(": ").unwrap() + 2;
            // The first digit may be what tells one kind of number from another.
            let Some(at) = text[start + 1..].find(digit).map(|n| n + start + 1) else {
                continue;
            };
            let spoilt = format!("{}{letter}{}", &text[..at], &text[at + 1..]);
            let found = find(&detector, &mut scratch, &spoilt);
            tried += 1;
            assert!(
                found
                    .iter()
                    .any(|f| *detector.rule(f.rule).id == *rule
                        && f.confidence.level() <= Level::Medium),
                "{rule}: {spoilt}"
            );
        }
    }
    assert!(tried > 15, "{tried}");
}

/// Ligatures and accents in words of the lists.
#[test]
fn ligatures_and_accents_hide_no_word() {
    let detector = Detector::builtin().unwrap();
    let mut scratch = Scratch::default();
    for (text, rule) in [
        ("Mrs Okafor has \u{fb01}bromyalgia", "health-condition"),
        (
            "Mr Hall was dismissed after a cocaine con\u{fb01}scation; he was convicted of the\u{fb05}",
            "offence-conviction",
        ),
        ("Mrs Okafor has demen\u{ad}tia", "health-condition"),
        ("Mrs Okafor has d\u{e9}mentia", "health-condition"),
        ("Mrs O\u{2019}Brien rang", "person-name"),
        ("Dear Zo\u{eb},", "person-name"),
        ("Dear Zoe\u{308},", "person-name"),
    ] {
        let text = text.replace("the\u{fb05}", "theft");
        let found = find(&detector, &mut scratch, &text);
        assert!(
            found.iter().any(
                |f| *detector.rule(f.rule).id == *rule && f.confidence.level() >= Level::Medium
            ),
            "{text}"
        );
    }
}
