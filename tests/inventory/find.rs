//! A person looked up through the blind index.

use domesday::{
    detect::{Facts, RuleSet, rule::Rule},
    find::{Answer, Band, How, Person, Who, find},
    inventory::{Inventory, LookupEntry, record::DocumentRecord},
    model::{Anchor, Finding, Sensitive},
};

use crate::support::*;

fn rules() -> Vec<Rule> {
    RuleSet::builtin().unwrap().rules().to_vec()
}

fn facts() -> Facts {
    Facts::on(jiff::civil::date(2026, 6, 15))
}

fn ask(desk: &Desk, names: &[&str], identifiers: &[(&str, &str)]) -> Answer {
    let person = Person {
        names: names.iter().map(|n| Sensitive::new(*n)).collect(),
        identifiers: identifiers
            .iter()
            .map(|(kind, value)| ((*kind).to_owned(), Sensitive::new(*value)))
            .collect(),
        ..Person::default()
    };
    let by = LookupEntry {
        user: "responder".into(),
        host: "desk".into(),
        purpose: "SAR 7".into(),
        ..LookupEntry::default()
    };
    let inventory = Inventory::open(&desk.path).unwrap();
    find(&inventory, &key(), &rules(), &facts(), &person, by, 100).unwrap()
}

/// Path and band of each hit.
fn told(answer: &Answer) -> Vec<(String, Band)> {
    answer
        .hits
        .iter()
        .map(|hit| (hit.places[0].path.display(), hit.band))
        .collect()
}

fn cell(rule: &str, value: &str, row: u64, column: u32) -> Finding {
    let mut finding = finding(rule, value, row);
    finding.location.anchor = Anchor::Cell {
        sheet: "Staff".into(),
        row,
        column,
    };
    finding
}

fn share() -> Desk {
    let desk = Desk::new();
    desk.scanned(|root| {
        let mut register = document(root, "register.csv", "register", &[]);
        let mut gather = gather();
        gather.open(Default::default(), "csv", 1, None);
        for row in 2..200 {
            gather.finding(&cell("person-name", &format!("Forename{row}"), row, 1));
            gather.finding(&cell(
                "person-name",
                &format!("Surname{}", row % 50),
                row,
                2,
            ));
            gather.finding(&cell(
                "date-of-birth",
                &format!("19{:02}-01-02", row % 90 + 10),
                row,
                3,
            ));
        }
        gather.close(domesday::model::Outcome::read(), 198);
        register.content.as_mut().unwrap().parts = Some(gather.finish().0);
        vec![
            register,
            document(
                root,
                "letter.txt",
                "letter",
                &[
                    finding("person-name", "Mrs Ada M Example", 1),
                    finding("nino", "QQ123456C", 9),
                    finding("date-of-birth", "1951-03-02", 9),
                ],
            ),
            document(
                root,
                "namesake.txt",
                "namesake",
                &[
                    finding("person-name", "EXAMPLE, Ada", 1),
                    finding("date-of-birth", "1980-07-07", 1),
                ],
            ),
            document(
                root,
                "initial.txt",
                "initial",
                &[finding("person-name", "A. Example", 1)],
            ),
            document(
                root,
                "other.txt",
                "other",
                &[finding("person-name", "Bob Example", 1)],
            ),
            copy(root, "archive/letter.txt", "letter"),
        ]
    });
    desk
}

#[test]
fn a_number_is_found_however_it_is_written_with_its_place_and_copies() {
    let desk = share();
    for written in ["QQ123456C", "qq 12 34 56 c", " QQ-12-34-56-C "] {
        let answer = ask(&desk, &[], &[("nino", written)]);
        assert_eq!(
            told(&answer),
            [("/share/letter.txt".into(), Band::Certain)],
            "{written}"
        );
        let hit = &answer.hits[0];
        assert_eq!(hit.places.len(), 2, "the copy is told");
        assert_eq!(hit.mentions[0].reasons[0].locations, [Anchor::Line(9)]);
        assert_eq!(hit.mentions[0].reasons[0].how, How::Exact);
    }
    let near = ask(&desk, &[], &[("nino", "QQ123457C")]);
    assert!(near.hits.is_empty(), "{near:?}");
}

#[test]
fn a_name_is_found_in_any_order_with_titles_and_initials_best_first() {
    let desk = share();
    for name in [
        "Ada Example",
        "Example, Ada",
        "ADA EXAMPLE",
        "Miss Ada Example",
    ] {
        let answer = ask(&desk, &[name], &[]);
        let paths: Vec<_> = told(&answer).into_iter().map(|(path, _)| path).collect();
        assert_eq!(
            paths,
            [
                "/share/letter.txt",
                "/share/namesake.txt",
                "/share/initial.txt"
            ],
            "{name}"
        );
        assert_eq!(answer.hits[1].mentions[0].reasons[0].how, How::Exact);
        assert_eq!(answer.hits[2].mentions[0].reasons[0].how, How::Partly);
        assert!(
            answer.hits.iter().all(|hit| hit.band == Band::Possible),
            "a name alone is never more than possible"
        );
    }
}

#[test]
fn a_birth_date_tells_the_person_from_a_namesake() {
    let desk = share();
    let answer = ask(&desk, &["Ada Example"], &[("born", "2 March 1951")]);
    assert_eq!(
        told(&answer),
        [
            ("/share/letter.txt".into(), Band::Certain),
            ("/share/initial.txt".into(), Band::Possible),
        ]
    );
    let [namesake] = &answer.confusable[..] else {
        panic!("one namesake: {:?}", answer.confusable);
    };
    assert_eq!(namesake.who, Who::Namesake);
    assert_eq!(namesake.places[0].path.display(), "/share/namesake.txt");
    assert_eq!(answer.kinds, ["born", "name"]);
}

#[test]
fn in_a_register_only_what_stands_in_one_row_counts_together() {
    let desk = share();
    // Row 20: Forename20 Surname20, born 1930-01-02. The same surname is also in rows 70, 120 and 170.
    let answer = ask(&desk, &["Forename20 Surname20"], &[("born", "1930-01-02")]);
    assert_eq!(
        told(&answer),
        [("/share/register.csv".into(), Band::Certain)]
    );
    let row = answer.hits[0]
        .reasons()
        .find(|r| r.how == How::Row)
        .unwrap();
    let mut cells: Vec<String> = row.locations.iter().map(ToString::to_string).collect();
    cells.sort();
    assert_eq!(cells, ["Staff!A20", "Staff!B20"]);
    // Another row's birth date says nothing for it; the row's own says that it is somebody else.
    let answer = ask(&desk, &["Forename20 Surname20"], &[("born", "1941-06-07")]);
    assert!(answer.hits.is_empty(), "{:?}", told(&answer));
    assert_eq!(answer.confusable[0].who, Who::Namesake);
    // Forename and surname of two rows are nobody.
    assert!(ask(&desk, &["Forename20 Surname21"], &[]).hits.is_empty());
}

#[test]
fn what_is_wrong_with_a_question_is_said_without_its_value() {
    let desk = share();
    let answer = ask(
        &desk,
        &["Example"],
        &[("nino", "BG123456A"), ("no-such-rule", "x"), ("email", " ")],
    );
    assert_eq!(answer.warnings.len(), 4, "{:?}", answer.warnings);
    let text = answer.warnings.join("\n");
    for (part, value) in [
        ("nino", "BG123456A"),
        ("no-such-rule", "\"x\""),
        ("email", "Example"),
    ] {
        assert!(text.contains(part) && !text.contains(value), "{text}");
    }
}

#[test]
fn every_look_up_is_logged_with_kinds_and_numbers_and_no_value() {
    let desk = share();
    ask(&desk, &["Ada Example"], &[("nino", "QQ 12 34 56 C")]);
    let db = rusqlite::Connection::open(&desk.path).unwrap();
    let logged: (String, String, String, i64) = db
        .query_row("SELECT user, kinds, purpose, hits FROM lookup", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .unwrap();
    assert_eq!(
        logged,
        (
            "responder".into(),
            "[\"name\",\"nino\"]".into(),
            "SAR 7".into(),
            3
        )
    );
}

#[test]
fn a_value_beyond_every_cap_is_found_at_its_place() {
    let desk = Desk::new();
    desk.scanned(|root| {
        let findings: Vec<_> = (0..5_000)
            .map(|n| finding("email-address", &format!("p{n}@example.com"), n))
            .collect();
        let big: Vec<DocumentRecord> = vec![document(root, "big.csv", "big", &findings)];
        big
    });
    for n in [0, 99, 100, 101, 4_999] {
        let answer = ask(&desk, &[], &[("email", &format!("P{n}@Example.com"))]);
        assert_eq!(answer.hits.len(), 1, "{n}");
        assert_eq!(
            answer.hits[0].mentions[0].reasons[0].locations,
            [Anchor::Line(n)]
        );
    }
}

#[test]
fn another_key_finds_nothing_and_says_why() {
    let desk = share();
    let inventory = Inventory::open(&desk.path).unwrap();
    let person = Person {
        identifiers: vec![("nino".into(), Sensitive::new("QQ123456C"))],
        ..Person::default()
    };
    let error = find(
        &inventory,
        &domesday::inventory::Key::random().unwrap(),
        &rules(),
        &facts(),
        &person,
        LookupEntry::default(),
        10,
    )
    .unwrap_err()
    .to_string();
    assert!(error.contains("the key is not the one"), "{error}");
}

/// What the detector stores and what a look-up asks for must be one form: each rule's own examples, found by the text as
/// it stands in the document.
#[test]
fn every_rules_examples_are_found_by_the_value_as_written() {
    use domesday::{
        detect::{Detector, Scratch},
        inventory::{Gather, RuleInfo, Writer, record::Batch},
        model::{Layout, Outcome, PartChain, Segment},
    };
    let detector = Detector::new(RuleSet::builtin().unwrap(), facts()).unwrap();
    let desk = Desk::new();
    let infos: Vec<RuleInfo> = detector
        .rules()
        .iter()
        .map(|rule| RuleInfo {
            id: rule.id.clone(),
            kind: rule.id.clone(),
            names: rule.by.as_deref() == Some("names"),
        })
        .collect();
    let mut gather = Gather::new(key(), infos.into(), true);
    let mut scratch = Scratch::default();
    let mut writer = Writer::open(&desk.path, &key(), "t").unwrap();
    writer.start(&start([1; 32])).unwrap();
    let root = writer.root(std::path::Path::new("/share")).unwrap();
    let (mut batch, mut asked) = (Batch::default(), Vec::new());
    for rule in detector.rules() {
        for (n, example) in rule.matches.iter().enumerate() {
            let name = format!("{}-{n}.txt", rule.id);
            let mut findings: Vec<Finding> = Vec::new();
            let mut state = detector.open(&name);
            let layout = Layout::Lines { first: 1 };
            let segment = Segment {
                text: &example.text,
                repeats: 0,
                more: false,
                offset: 0,
                layout: &layout,
            };
            detector.segment(&mut state, &mut scratch, &segment, &mut |f| {
                findings.push(f)
            });
            detector.close(state, &mut |f| findings.push(f));
            gather.open(PartChain::default(), "text", 1, None);
            for finding in &findings {
                gather.finding(finding);
                if finding.evidence.repaired {
                    // Nobody asks for a number by the letters a scanner misread in it.
                    continue;
                }
                let id = detector.rule(finding.rule).id.to_string();
                asked.push((name.clone(), id, finding.value.expose().to_owned()));
            }
            gather.close(Outcome::read(), 1);
            let mut record = document(root, &name, &name, &[]);
            record.content.as_mut().unwrap().parts = Some(gather.finish().0);
            batch.documents.push(record);
        }
    }
    writer.commit(&batch).unwrap();
    drop(writer);
    assert!(asked.len() > 200, "{}", asked.len());
    let rules = detector.rules();
    let inventory = Inventory::open(&desk.path).unwrap();
    let mut lost = Vec::new();
    for (name, rule, value) in &asked {
        let person = Person {
            identifiers: vec![(rule.clone(), Sensitive::new(value.as_str()))],
            ..Person::default()
        };
        let by = LookupEntry::default();
        let answer = find(&inventory, &key(), rules, &facts(), &person, by, 1000).unwrap();
        let there = format!("/share/{name}");
        if !answer
            .hits
            .iter()
            .any(|hit| hit.places.iter().any(|p| p.path.display() == there))
        {
            // These are invented examples of the rules; a real value is never printed.
            lost.push(format!("{rule}: {value:?} in {name}"));
        }
    }
    assert!(
        lost.is_empty(),
        "{} of {} lost:\n{}",
        lost.len(),
        asked.len(),
        lost.join("\n")
    );
}

#[test]
fn a_relative_is_told_apart_and_a_number_beside_the_person_leads_on() {
    use domesday::find::{Expand, search};
    let desk = Desk::new();
    desk.scanned(|root| {
        vec![
            document(
                root,
                "hr/letter.txt",
                "letter",
                &[
                    finding("person-name", "Mrs Margaret Okafor", 1),
                    finding("date-of-birth", "1951-03-02", 2),
                    finding("nino", "QQ123456C", 3),
                ],
            ),
            document(
                root,
                "pay/run.txt",
                "run",
                &[finding("nino", "QQ123456C", 4)],
            ),
            document(
                root,
                "pay/nickname.txt",
                "nickname",
                &[finding("person-name", "OKAFOR, Peggy", 1)],
            ),
            document(
                root,
                "pay/slip.txt",
                "slip",
                &[finding("person-name", "Margaret Okafro", 1)],
            ),
            document(
                root,
                "hr/husband.txt",
                "husband",
                &[
                    finding("person-name", "Mr John Okafor", 1),
                    finding("date-of-birth", "1951-03-02", 2),
                ],
            ),
        ]
    });
    let inventory = Inventory::open(&desk.path).unwrap();
    let mut person = Person {
        names: vec![Sensitive::new("Margaret Okafor")],
        identifiers: vec![("born".into(), Sensitive::new("2/3/1951"))],
        ..Person::default()
    };
    let ask =
        |person: &Person| search(&inventory, &key(), &rules(), &facts(), person, 100).unwrap();
    let answer = ask(&person);
    assert_eq!(
        told(&answer),
        [
            ("/share/hr/letter.txt".into(), Band::Certain),
            ("/share/pay/nickname.txt".into(), Band::Possible),
            ("/share/pay/slip.txt".into(), Band::Possible),
        ]
    );
    let apart: Vec<_> = answer
        .confusable
        .iter()
        .map(|c| (c.who, c.places[0].path.display()))
        .collect();
    assert_eq!(apart, [(Who::Relative, "/share/hr/husband.txt".to_owned())]);
    // The number in the letter is on offer, masked, and leads to the pay run when it is taken.
    let [offer] = &answer.offers[..] else {
        panic!("one number on offer: {:?}", answer.offers);
    };
    assert!(!offer.preview.contains("123456") && offer.id.starts_with("nino-"));
    person.expand = Expand::These(vec![offer.id.clone()]);
    let wider = ask(&person);
    assert!(
        told(&wider).contains(&("/share/pay/run.txt".into(), Band::Probable)),
        "{:?}",
        told(&wider)
    );
    assert!(wider.offers[0].searched && wider.offers[0].chain[0].contains("letter.txt"));
    person.expand = Expand::These(vec!["nino-000000".into()]);
    assert!(search(&inventory, &key(), &rules(), &facts(), &person, 100).is_err());
    // No calendar has it.
    person.identifiers = vec![("born".into(), Sensitive::new("31 February 1951"))];
    let error = search(&inventory, &key(), &rules(), &facts(), &person, 100).unwrap_err();
    assert!(error.to_string().contains("no birth date"), "{error}");
}
