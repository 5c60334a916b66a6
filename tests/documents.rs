//! Whole documents, as offices write them: what must be found in them and what must not. The examples of the rule files
//! are phrases; here sentences, subjects and headings decide. All people are invented.
#![allow(clippy::unwrap_used)]

use domesday::{
    detect::{Detector, Scratch},
    model::{Level, Segment, Table, segment::Layout},
};

/// Rule and value of every finding that counts.
fn found(detector: &Detector, text: &str, layout: &Layout) -> Vec<(String, String)> {
    let segment = Segment {
        text,
        repeats: 0,
        more: false,
        offset: 0,
        layout,
    };
    let mut findings = Vec::new();
    let mut document = detector.open("");
    detector.segment(&mut document, &mut Scratch::default(), &segment, &mut |f| {
        findings.push(f);
    });
    detector.close(document, &mut |f| findings.push(f));
    findings
        .iter()
        .filter(|f| f.confidence.level() >= Level::Medium)
        .map(|f| {
            (
                detector.rule(f.rule).id.to_string(),
                f.value.expose().replace('\n', " "),
            )
        })
        .collect()
}

fn lines(detector: &Detector, text: &str) -> Vec<(String, String)> {
    found(detector, text, &Layout::Lines { first: 1 })
}

fn must(found: &[(String, String)], wanted: &[(&str, &str)], of: &str) {
    for (rule, value) in wanted {
        assert!(
            found.iter().any(|(r, v)| r == rule && v == value),
            "{of}: no {rule} `{value}` in {found:#?}"
        );
    }
}

/// Rules of words and names that a general text must not set off.
const WORDS: &[&str] = &[
    "health-condition",
    "medication",
    "care-term",
    "genetic-text",
    "biometric",
    "ethnicity",
    "religion",
    "sexual-orientation",
    "trade-union",
    "political-opinion",
    "offence-conviction",
    "child-safeguarding",
    "nationality-residence",
    "employment-info",
    "complaint-incident",
    "person-name",
];

#[test]
fn notes_and_letters_about_people_are_found() {
    let detector = Detector::builtin().unwrap();
    let care = include_str!("documents/care-note.txt");
    must(
        &lines(&detector, care),
        &[
            ("person-name", "Edith Pemberton"),
            ("person-name", "Agnieszka Kowalska"),
            ("health-condition", "vascular dementia"),
            ("health-condition", "type 2 diabetes"),
            ("health-condition", "stroke"),
            ("medication", "metformin"),
            ("medication", "penicillin"),
            ("care-term", "DNACPR"),
            ("care-term", "lacks capacity"),
            ("religion", "Methodist"),
            ("complaint-incident", "unwitnessed fall"),
        ],
        "care note",
    );
    let hr = include_str!("documents/hr-letter.txt");
    must(
        &lines(&detector, hr),
        &[
            ("person-name", "Chidi Osei"),
            ("person-name", "Sunita Sharma"),
            ("employment-info", "final written warning"),
            ("employment-info", "disciplinary hearing"),
            ("trade-union", "union representative"),
            ("health-condition", "depression"),
        ],
        "HR letter",
    );
    let case = include_str!("documents/case-note.txt");
    must(
        &lines(&detector, case),
        &[
            ("person-name", "Ryan Hollis"),
            ("child-safeguarding", "child protection plan"),
            ("child-safeguarding", "Section 47 enquiry"),
            ("offence-conviction", "was arrested"),
            ("health-condition", "ADHD"),
            ("ethnicity", "White British"),
        ],
        "case note",
    );
}

#[test]
fn a_register_is_judged_by_its_headings() {
    let detector = Detector::builtin().unwrap();
    let headings = [
        "Surname",
        "Forename",
        "Diagnosis",
        "Religion",
        "Ethnic origin",
        "Trade union",
        "Notes",
    ];
    let rows = [
        "Qwertley,Zib,COPD,Christian,Mixed,None,likes tea\n",
        "Okafor,Margaret,\"Depression, anxiety\",None,White British,UNISON,uses a wheelchair\n",
    ];
    let text: String = rows.concat();
    let layout = Layout::Table(Table {
        name: "".into(),
        delimiter: b',',
        quoted: true,
        rows: vec![0, rows[0].len() as u32],
        row_numbers: vec![],
        first_row: 2,
        headings: headings.iter().map(|h| (*h).into()).collect(),
    });
    must(
        &found(&detector, &text, &layout),
        &[
            ("person-name", "Qwertley"),
            ("person-name", "Zib"),
            ("person-name", "Okafor"),
            ("health-condition", "COPD"),
            ("health-condition", "Depression"),
            ("health-condition", "anxiety"),
            ("religion", "Christian"),
            ("religion", "None"),
            ("ethnicity", "Mixed"),
            ("ethnicity", "White British"),
            ("trade-union", "UNISON"),
        ],
        "register",
    );
}

#[test]
fn texts_about_nobody_say_nothing() {
    let detector = Detector::builtin().unwrap();
    for (name, text) in [
        ("policy", include_str!("documents/policy.txt")),
        ("recipe", include_str!("documents/recipe.txt")),
        ("source code", include_str!("documents/source.txt")),
        ("leaflet", include_str!("documents/leaflet.txt")),
        ("job advert", include_str!("documents/advert.txt")),
        ("works order", include_str!("documents/works.txt")),
        ("minutes of a board", include_str!("documents/minutes.txt")),
    ] {
        let found: Vec<_> = lines(&detector, text)
            .into_iter()
            .filter(|(rule, _)| WORDS.contains(&rule.as_str()))
            .collect();
        assert!(found.is_empty(), "{name}: {found:#?}");
    }
}

#[test]
fn a_denial_is_kept_and_marked() {
    let detector = Detector::builtin().unwrap();
    let text = "Mr Hall has no history of epilepsy.";
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
    detector.segment(&mut document, &mut Scratch::default(), &segment, &mut |f| {
        findings.push(f);
    });
    let epilepsy = findings
        .iter()
        .find(|f| f.value.expose() == "epilepsy")
        .unwrap();
    assert!(epilepsy.evidence.negated && epilepsy.evidence.near_person);
    assert_eq!(epilepsy.evidence.against.as_deref(), Some("no history of"));
}

#[test]
fn the_same_words_about_a_person_and_about_all() {
    let detector = Detector::builtin().unwrap();
    for (about_somebody, about_all, rule) in [
        (
            "She was diagnosed with dementia last year.",
            "Residents diagnosed with dementia should be reviewed every year.",
            "health-condition",
        ),
        (
            "Mr Osei is taking warfarin.",
            "Any resident taking warfarin must have their INR checked.",
            "medication",
        ),
        (
            "Her grievance hearing is on Monday.",
            "Managers should read the guidance before a grievance hearing.",
            "employment-info",
        ),
        (
            "He is a practising Muslim.",
            "Staff should know if any of the residents is a practising Muslim.",
            "religion",
        ),
        (
            "My son has an EHCP.",
            "All pupils who have an EHCP are entitled to support.",
            "child-safeguarding",
        ),
        (
            "He was convicted of theft.",
            "You must tell us if you are convicted of an offence.",
            "offence-conviction",
        ),
    ] {
        let has = |text: &str| lines(&detector, text).iter().any(|(r, _)| r == rule);
        assert!(has(about_somebody), "{about_somebody}");
        assert!(!has(about_all), "{about_all}");
    }
}

#[test]
fn names_are_told_from_places_and_things() {
    let detector = Detector::builtin().unwrap();
    let names = |text: &str| -> Vec<String> {
        lines(&detector, text)
            .into_iter()
            .filter(|(r, _)| r == "person-name")
            .map(|(_, v)| v)
            .collect()
    };
    for (text, wanted) in [
        (
            "I spoke to Oluwaseun Adeyemi about it.",
            "Oluwaseun Adeyemi",
        ),
        ("Visited by Dr Siân Llewellyn today.", "Siân Llewellyn"),
        ("Attendees: Priya Patel, Tomasz Wiśniewski", "Priya Patel"),
        (
            "Attendees: Priya Patel, Tomasz Wiśniewski",
            "Tomasz Wiśniewski",
        ),
        ("NOK - Mrs Mary O'Connor (daughter)", "Mary O'Connor"),
        ("Best wishes\n\nGwenllian", "Gwenllian"),
        ("MCDONALD, Fiona", "MCDONALD, Fiona"),
        ("the file of Nguyễn Văn Minh and others", ""),
        ("Prepared by: Fatima Al-Hassan", "Fatima Al-Hassan"),
        ("Ms J. Brown called.", "J. Brown"),
        ("From: Sarah Jones\nTo: Amir Hussain", "Amir Hussain"),
    ] {
        if !wanted.is_empty() {
            assert!(
                names(text).iter().any(|n| n == wanted),
                "{text}: {:?}",
                names(text)
            );
        }
    }
    for text in [
        "Meet at St Margaret's Hospital on Victoria Street.",
        "We flew from Hong Kong to Jordan in May.",
        "Hello World",
        "The Grace Period ends in April.",
        "A Rolls Royce outside John Lewis in Milton Keynes",
        "Page Layout > Mark All > Will Not Print",
        "Florence Court, Chelsea Harbour, London",
        "Open the Jasmine Test Runner",
        "Dear Customer,",
        "Dear Hiring Manager,",
        "Kind regards,\nCustomer Services Team",
        "Name: Please print",
        "Contact: Main Reception",
        "The Martin Luther King Memorial Centre",
        "Grant Funding and Bill Payment",
        "Charity Commission, Prince Trust, Baker Street",
    ] {
        assert!(names(text).is_empty(), "{text}: {:?}", names(text));
    }
}

#[test]
fn the_family_name_may_stand_first_and_a_line_may_end_inside_a_name() {
    let detector = Detector::builtin().unwrap();
    let names = |text: &str| -> Vec<String> {
        let mut findings = Vec::new();
        let mut document = detector.open("");
        let segment = Segment {
            text,
            repeats: 0,
            more: false,
            offset: 0,
            layout: &Layout::Lines { first: 1 },
        };
        detector.segment(&mut document, &mut Scratch::default(), &segment, &mut |f| {
            findings.push(f);
        });
        detector.close(document, &mut |f| findings.push(f));
        findings
            .iter()
            .filter(|f| &*detector.rule(f.rule).id == "person-name")
            .map(|f| f.value.expose().replace('\n', " "))
            .collect()
    };
    for (text, wanted) in [
        (
            "Spoke with Okafor, Margaret this morning.",
            "Okafor, Margaret",
        ),
        (
            "INCHBALD, Margaret called to change it.",
            "INCHBALD, Margaret",
        ),
        (
            "We saw Okafor, Mr Thomas about the visit.",
            "Okafor, Mr Thomas",
        ),
        (
            "Present: Nurse Bola Ajayi, INCHBALD, Edward",
            "INCHBALD, Edward",
        ),
        ("Client: Quennell, Mr Patrick", "Quennell, Mr Patrick"),
        (
            "It was reported that Peacock, Jill had left.",
            "Peacock, Jill",
        ),
        ("a home visit to DANIEL OKAFOR took place", "DANIEL OKAFOR"),
        (
            "the other party, Margaret\nOkafor, disagrees",
            "Margaret Okafor",
        ),
        ("it was sent to Mr C.\nInchbald, a neighbour", "C. Inchbald"),
        ("Agreed with Okafor M. on Monday.", "Okafor M."),
        ("The complaint from C.N. Grace was upheld.", "C.N. Grace"),
        ("Margraet Okafor called to change it.", "Margraet Okafor"),
        (
            "Seen: Mrs Ada Okafor. A visit to Wubbo Qarnix took place.",
            "Wubbo Qarnix",
        ),
    ] {
        assert!(
            names(text).iter().any(|n| n == wanted),
            "{text}: {:?}",
            names(text)
        );
    }
    for (text, never) in [
        ("In Leeds, Margaret said so.", "Leeds, Margaret"),
        ("Present: Margaret Okafor, Helen Smith", "Okafor, Helen"),
        ("Margaret Okafor, Helen and Tom came.", "Okafor, Helen"),
        ("Okafor, Khan and Patel agreed.", "Okafor, Khan"),
        (
            "Mrs Okafor saw the Housing Options team.",
            "Housing Options",
        ),
    ] {
        assert!(
            !names(text).iter().any(|n| n.contains(never)),
            "{text}: {:?}",
            names(text)
        );
    }
}
