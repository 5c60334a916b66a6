//! What a column says about its cells: values that overwhelmingly hold a check say what they are under any heading, and a
//! heading alone makes nothing of rubbish.
#![allow(clippy::unwrap_used)]

use domesday::{
    detect::{Detector, Scratch},
    model::{Finding, Level, Segment, Table, segment::Layout},
};

/// What is found in the second column of a table of two, by rule and level.
fn column(heading: &str, cells: &[String]) -> Vec<(String, Level)> {
    let detector = Detector::builtin().unwrap();
    let (mut text, mut rows) = (String::new(), Vec::new());
    for (n, cell) in cells.iter().enumerate() {
        rows.push(text.len() as u32);
        text.push_str(&format!("{},{cell}\n", n % 7));
    }
    let layout = Layout::Table(Table {
        name: "".into(),
        delimiter: b',',
        quoted: true,
        rows,
        row_numbers: Vec::new(),
        first_row: 2,
        headings: ["Qty".into(), heading.into()].into(),
    });
    let segment = Segment {
        text: &text,
        repeats: 0,
        more: false,
        offset: 0,
        layout: &layout,
    };
    let mut found: Vec<Finding> = Vec::new();
    let mut document = detector.open("export.csv");
    let mut scratch = Scratch::default();
    detector.segment(&mut document, &mut scratch, &segment, &mut |f| {
        found.push(f)
    });
    detector.close(document, &mut |f| found.push(f));
    found
        .iter()
        .map(|f| (detector.rule(f.rule).id.to_string(), f.confidence.level()))
        .collect()
}

/// Numbers of the NHS' test range, of which every n-th is one digit off.
fn numbers(count: usize, wrong: usize) -> Vec<String> {
    let mut all = Vec::new();
    let mut nine = 943_470_000_u64;
    while all.len() < count {
        nine += 37;
        let digits: Vec<u64> = nine
            .to_string()
            .bytes()
            .map(|b| u64::from(b - b'0'))
            .collect();
        let sum: u64 = digits.iter().zip((2..=10).rev()).map(|(d, w)| d * w).sum();
        let check = (11 - sum % 11) % 11;
        if check == 10 {
            continue;
        }
        let off = u64::from(wrong > 0 && all.len() % wrong == 0);
        all.push(format!("{nine}{}", (check + off) % 10));
    }
    all
}

fn count(found: &[(String, Level)], rule: &str, level: Level) -> usize {
    found
        .iter()
        .filter(|(r, l)| r == rule && *l >= level)
        .count()
}

#[test]
fn values_say_what_a_column_is_under_any_heading() {
    let found = column("Col 7", &numbers(40, 0));
    assert_eq!(count(&found, "nhs-number", Level::High), 40);
    // One in ten mistyped: the others still tell.
    let found = column("Col 7", &numbers(40, 10));
    assert_eq!(count(&found, "nhs-number", Level::High), 36);
}

#[test]
fn a_poor_heading_silences_no_column_of_values_that_hold() {
    for heading in ["Ext ref", "Order no", "Account reference", "Tel"] {
        let found = column(heading, &numbers(40, 0));
        assert_eq!(
            count(&found, "nhs-number", Level::High),
            40,
            "{heading}: {found:?}"
        );
        // Below a heading like these few numbers are no more than chance.
        let found = column(heading, &numbers(42, 3));
        assert_eq!(count(&found, "nhs-number", Level::Medium), 0, "{heading}");
    }
    // Books stand the same check: there the heading is right.
    let found = column("ISBN", &numbers(40, 0));
    assert_eq!(count(&found, "nhs-number", Level::Medium), 0, "{found:?}");
}

#[test]
fn values_by_shape_stand_under_a_heading_that_says_nothing() {
    let phones: Vec<String> = (0..40).map(|n| format!("07400 123{:03}", n * 7)).collect();
    for heading in ["Ext ref", "Ref", "Your Ref."] {
        let found = column(heading, &phones);
        assert_eq!(
            count(&found, "phone-number", Level::Medium),
            40,
            "{heading}"
        );
    }
    // One that says what they are instead does.
    for heading in ["Order number", "Invoice ref", "Barcode", "Serial no"] {
        let found = column(heading, &phones);
        assert_eq!(count(&found, "phone-number", Level::Low), 0, "{heading}");
    }
    let parts: Vec<String> = (0..40).map(|n| format!("AB123{:03}C", n * 7)).collect();
    for heading in ["SKU", "Part no", "Product code"] {
        assert_eq!(count(&column(heading, &parts), "nino", Level::Low), 0);
    }
}

#[test]
fn few_or_mixed_values_do_not() {
    // Under twenty, or right in two of three only, which chance may come near to.
    for cells in [numbers(19, 0), numbers(42, 3)] {
        let found = column("Col 7", &cells);
        assert_eq!(count(&found, "nhs-number", Level::High), 0, "{found:?}");
    }
}

#[test]
fn a_heading_makes_nothing_of_rubbish() {
    let rubbish: Vec<String> = (0..40).map(|n| format!("pending {n}")).collect();
    for heading in [
        "NHS Number",
        "NI No",
        "Card number",
        "Sort code",
        "DOB",
        "Passport number",
        "UTR",
    ] {
        let found = column(heading, &rubbish);
        assert!(found.is_empty(), "{heading}: {found:?}");
    }
    // A number one digit off under its heading is a likely mistype, and no more than a hint.
    let found = column("NHS Number", &numbers(40, 1));
    assert_eq!(count(&found, "nhs-number", Level::Medium), 0);
    assert!(count(&found, "nhs-number", Level::Low) > 0);
}

#[test]
fn a_column_of_names_names_those_that_no_list_has() {
    let mut cells: Vec<String> = [
        "Margaret Jones",
        "Tariq Hussain",
        "Agnieszka Nowak",
        "Sarah Hughes",
        "Chidi Okafor",
    ]
    .map(String::from)
    .to_vec();
    cells.push("Zyxomir Quallander".into());
    cells.push("Vantoro, Lixelle".into());
    for heading in ["Col4", "Name"] {
        let found = column(heading, &cells);
        assert_eq!(count(&found, "person-name", Level::Medium), 7, "{heading}");
    }
    // Given names by themselves, as people note who is seen.
    let given = ["Doreen", "Tariq", "Aisha", "Winifred", "Zyxomir"].map(String::from);
    assert_eq!(
        count(&column("Seeing", &given), "person-name", Level::Medium),
        5
    );
    let things = ["Kettle", "Toaster", "Table lamp", "Chair", "Doreen"].map(String::from);
    assert_eq!(
        count(&column("Item", &things), "person-name", Level::Medium),
        0
    );
}
