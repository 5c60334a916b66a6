//! What the reports say of a small share, to the digit.

use domesday::{
    inventory::{Inventory, InventoryError, Which, record::RawPath},
    model::{Class, Level, Outcome, OutcomeKind},
    report::{self, Options, summary},
};

use crate::support::*;

/// A share with a bit of everything.
fn share() -> Desk {
    let desk = Desk::new();
    desk.scanned(|root| {
        let mut open = document(
            root,
            "HR/sick note.txt",
            "note",
            &[
                finding("health-condition", "influenza", 3),
                finding("person-name", "Ada Example", 3),
            ],
        );
        open.access.mode = Some(0o644);
        let mut hint = finding("nino", "QQ123456C", 9);
        hint.confidence = Level::Low.confidence();
        vec![
            open,
            archive(
                root,
                "HR/pay.zip",
                "zip bytes",
                &[
                    finding("nino", "QQ123456C", 2),
                    finding("nino", "QQ123457C", 3),
                    finding("email-address", "=cmd@example.com", 3),
                ],
            ),
            copy(root, "old/pay \u{1b}[31m.zip", "zip bytes"),
            document(root, "hints.txt", "hint", &[hint]),
            unopened(
                root,
                "locked.docx",
                Outcome::new(OutcomeKind::Encrypted, "password needed"),
            ),
            unopened(
                root,
                "node_modules",
                Outcome::new(OutcomeKind::Excluded, "--exclude node_modules"),
            ),
        ]
    });
    desk
}

fn printed(desk: &Desk, name: &str) -> String {
    let inventory = Inventory::open(&desk.path).unwrap();
    let mut out = Vec::new();
    report::find(name)
        .unwrap()
        .write(&inventory, &Options::default(), &mut out)
        .unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_summary_counts_places_and_puts_special_categories_first() {
    let desk = share();
    let model = summary::model(&Inventory::open(&desk.path).unwrap(), &Options::default()).unwrap();
    assert_eq!((model.documents, model.members, model.contents), (5, 2, 3));
    assert_eq!((model.holding, model.special, model.exposed), (3, 1, 1));
    assert_eq!(model.hints, 1);
    let classes: Vec<_> = model.classes.iter().map(|(class, _)| *class).collect();
    assert_eq!(classes, [Class::Special, Class::Standard]);
    let figures = |id: &str| {
        let found = model
            .classes
            .iter()
            .flat_map(|(_, categories)| categories)
            .find(|(category, _)| category.id() == id);
        found.map(|(_, figures)| figures.clone()).unwrap()
    };
    let national = figures("national-id");
    assert_eq!(
        (national.documents, national.findings, national.people),
        (2, [1, 0, 4], 1),
        "a copy counts again, its people do not, a hint is apart"
    );
    assert_eq!(figures("health").exposed, 1);
    let unread: Vec<_> = model
        .unread
        .iter()
        .map(|u| (u.outcome, u.documents, u.reasons.clone()))
        .collect();
    assert_eq!(
        unread,
        [(
            OutcomeKind::Encrypted,
            1,
            vec![("password needed".to_owned(), 1)]
        )]
    );
    let run = model.run.unwrap();
    assert_eq!((run.walked, run.accounted()), (6, 6));
    assert_eq!(model.folders[0].figures.path, RawPath::new("/share/HR"));
}

#[test]
fn the_summary_reads_as_a_page() {
    let desk = share();
    let text = printed(&desk, "summary");
    for line in [
        "Personal data in /share",
        "5 files and 2 documents inside them, 26 bytes",
        "3 files hold personal data, 1 special category or criminal offence data",
        "1 file with personal data can be read by everyone",
        "Special category (Art 9)",
        "  Health and care                            1          1          1          1",
        "Not counted above: 1 hint of low confidence",
        "Not read, or only in part: 1 of 5 files",
        "  encrypted                     1   password needed (1)",
        "Walked 6 entries = 4 read + 1 encrypted + 1 excluded by rule",
    ] {
        assert!(
            text.lines().any(|l| l == line),
            "{line:?} is not in\n{text}"
        );
    }
    let special = text.find("Special category (Art 9)").unwrap();
    assert!(special < text.find("\nPersonal data\n").unwrap());
}

#[test]
fn no_report_for_people_lets_a_name_paint_the_terminal() {
    let desk = share();
    for name in ["summary", "coverage"] {
        assert!(!printed(&desk, name).contains('\u{1b}'), "{name}");
    }
}

#[test]
fn coverage_names_each_document_that_was_not_read() {
    let text = printed(&share(), "coverage");
    assert!(
        text.lines()
            .any(|l| l == "/share/locked.docx: encrypted: password needed"),
        "{text}"
    );
    assert!(
        !text.contains("node_modules"),
        "what the user excluded is no gap"
    );
    assert!(text.contains("walked 6, with an outcome 6\n"), "{text}");
}

#[test]
fn json_lines_carry_names_as_they_are_and_csv_no_formula() {
    let desk = share();
    let lines: Vec<serde_json::Value> = printed(&desk, "jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        lines.len(),
        8,
        "two and three findings, three again in the copy"
    );
    assert_eq!(lines[0]["path"], "/share/HR/pay.zip");
    assert_eq!(lines[0]["parts"][0]["name"], "pay.csv");
    assert_eq!(lines[0]["location"], "line 2");
    assert_eq!(lines[0]["preview"], "QQ••••••C");
    assert_eq!(lines[0]["evidence"]["context"], "ni number");
    assert!(
        lines
            .iter()
            .any(|l| l["path"] == "/share/old/pay \u{1b}[31m.zip")
    );
    let csv = printed(&desk, "csv");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let preview = reader
        .headers()
        .unwrap()
        .iter()
        .position(|h| h == "preview")
        .unwrap();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 8);
    assert!(
        rows.iter()
            .flat_map(|r| r.iter())
            .all(|cell| !cell.starts_with(['=', '+', '-', '@'])),
        "{csv}"
    );
    assert!(rows.iter().any(|r| r[preview].starts_with("'=")), "{csv}");
}

#[test]
fn the_list_of_documents_has_every_entry_read_or_not() {
    let csv = printed(&share(), "documents");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let outcomes: Vec<_> = reader
        .records()
        .map(|r| r.unwrap().get(6).unwrap().to_owned())
        .collect();
    assert_eq!(
        outcomes,
        ["read", "encrypted", "excluded", "read", "read", "read"]
    );
}

#[test]
fn a_finding_is_explained_by_its_id_and_all_places_are_told() {
    let desk = share();
    let inventory = Inventory::open(&desk.path).unwrap();
    let mut ids = Vec::new();
    inventory
        .findings::<InventoryError>(Level::Low, |row| {
            ids.push(row.id.clone());
            Ok(())
        })
        .unwrap();
    assert_eq!(ids.len(), 9);
    for id in &ids {
        let explained = inventory.explain(&id.to_string().parse().unwrap()).unwrap();
        assert_eq!(explained.id, *id);
    }
    let nino = ids
        .iter()
        .find(|id| id.ordinal == 1 && &*id.rule == "nino")
        .unwrap();
    let explained = inventory.explain(nino).unwrap();
    assert_eq!(explained.places.len(), 2, "the copy as well");
    assert_eq!(explained.documents_with_value, 3);
    assert_eq!(explained.part.chain.to_string(), "pay.csv");
    for bad in [
        "",
        "nino",
        "9f3a/nino",
        "zz/nino/1",
        "9f3a/nino/x",
        "9f3a/nino/1/2",
    ] {
        let error = bad
            .parse::<domesday::inventory::FindingId>()
            .unwrap_err()
            .to_string();
        assert!(error.contains("is not the id of a finding"), "{error}");
    }
    let error = inventory
        .explain(&"00000000/nino/1".parse().unwrap())
        .unwrap_err()
        .to_string();
    assert!(error.contains("no finding 00000000/nino/1"), "{error}");
}

#[test]
fn what_is_gone_is_in_no_figure_and_can_still_be_listed() {
    let desk = share();
    desk.scanned(|root| vec![document(root, "new.txt", "new", &[])]);
    let inventory = Inventory::open(&desk.path).unwrap();
    let model = summary::model(&inventory, &Options::default()).unwrap();
    assert_eq!((model.documents, model.gone, model.holding), (1, 6, 0));
    let mut all = 0;
    inventory
        .places::<InventoryError>(Which::All, |place| {
            all += u64::from(place.gone_at.is_some());
            Ok(())
        })
        .unwrap();
    assert_eq!(all, 6);
}

#[test]
fn changes_are_told_since_the_scan_before() {
    let desk = share();
    assert!(printed(&desk, "changes").contains("one scan only"));
    desk.scanned(|root| {
        let mut exposed = archive(root, "HR/pay.zip", "zip bytes", &[]);
        exposed.content.as_mut().unwrap().parts = None;
        exposed.access.mode = Some(0o666);
        vec![
            exposed,
            copy(root, "moved/note.txt", "note"),
            document(root, "brand new.txt", "brand new", &[]),
            document(root, "locked.docx", "unlocked", &[]),
            copy(root, "hints.txt", "hint"),
            unopened(
                root,
                "node_modules",
                Outcome::new(OutcomeKind::Excluded, "--exclude node_modules"),
            ),
        ]
    });
    let text = printed(&desk, "changes");
    for line in [
        "  /share/HR/pay.zip  (group → everyone)",
        "  /share/brand new.txt",
        "  /share/moved/note.txt  (from /share/HR/sick note.txt)",
        "  /share/locked.docx  (encrypted → read)",
        "  /share/old/pay \\u{1b}[31m.zip",
    ] {
        assert!(
            text.lines().any(|l| l == line),
            "{line:?} is not in\n{text}"
        );
    }
    assert_eq!(
        text.matches("note.txt").count(),
        2,
        "a move is told once: {text}"
    );
}

#[test]
fn exposure_copies_and_folders_tell_what_they_are_for() {
    let desk = share();
    let exposure = printed(&desk, "exposure");
    assert!(
        exposure.contains(
            "/share/HR/sick note.txt  (health, name; 2 findings, owner hr, modified 2023-11-14)"
        ),
        "{exposure}"
    );
    assert!(
        exposure.contains("0 files with other personal data"),
        "{exposure}"
    );
    let copies = printed(&desk, "copies");
    assert!(
        copies.contains("2 places") && copies.contains("1 copy too many"),
        "{copies}"
    );
    let folders = printed(&desk, "folders");
    let first = folders.lines().nth(1).unwrap();
    assert!(first.contains("/share/HR  "), "{folders}");
}

#[test]
fn the_page_is_self_contained_and_no_name_becomes_markup() {
    let desk = Desk::new();
    desk.scanned(|root| {
        let evil = [
            "</script><script>alert(1)</script>.txt",
            "\"><img src=x onerror=alert(2)>.txt",
            "plain & simple.txt",
        ];
        evil.iter()
            .enumerate()
            .map(|(n, name)| {
                document(
                    root,
                    &format!("<b>folder</b>/{name}"),
                    &format!("bytes {n}"),
                    &[finding("health-condition", "influenza", 1)],
                )
            })
            .collect()
    });
    let page = printed(&desk, "html");
    let lower = page.to_ascii_lowercase();
    for outside in ["http://", "https://", "src=\"", "@import", "url("] {
        assert!(!lower.contains(outside), "{outside}");
    }
    assert_eq!(
        lower.matches("<script").count(),
        2,
        "the program's own, and the data"
    );
    assert!(!lower.contains("<img") && !lower.contains("<b>"));
    assert!(lower.contains("default-src 'none'"));
    let data = page.split("id=\"data\">").nth(1).unwrap();
    let data = data.split("</script>").next().unwrap();
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    assert_eq!(data["documents"].as_array().unwrap().len(), 3);
    assert!(
        data["documents"].as_array().unwrap().iter().any(|d| {
            let folder = &data["folders"][d["g"].as_u64().unwrap() as usize];
            format!("{}/{}", folder.as_str().unwrap(), d["p"].as_str().unwrap())
                .contains("</script>")
        }),
        "the data has the name as it is"
    );
    let level = data["documents"][0]["d"][0][4][0][1].as_u64().unwrap();
    assert_eq!(data["levels"][level as usize], "high");
}

#[test]
fn the_figures_kept_at_the_end_of_a_run_are_those_worked_out_anew() {
    let desk = share();
    let kept = Inventory::open(&desk.path).unwrap().overview().unwrap();
    let db = rusqlite::Connection::open(&desk.path).unwrap();
    assert_eq!(db.execute("DELETE FROM rollup", []).unwrap(), 1);
    let mut anew = Inventory::open(&desk.path).unwrap().overview().unwrap();
    let by_path = |a: &domesday::inventory::FolderFigures,
                   b: &domesday::inventory::FolderFigures| a.path.cmp(&b.path);
    let mut kept = kept;
    kept.folders.sort_by(by_path);
    anew.folders.sort_by(by_path);
    assert_eq!(kept, anew);
}

#[test]
fn a_scan_in_progress_is_seen_as_far_as_it_is_committed() {
    let desk = share();
    let (mut writer, root) = desk.scan();
    writer
        .commit(&domesday::inventory::record::Batch {
            documents: vec![document(root, "one more.txt", "one more", &[])],
            ..Default::default()
        })
        .unwrap();
    let overview = Inventory::open(&desk.path).unwrap().overview().unwrap();
    assert_eq!(overview.documents, 6);
}
