//! The whole story on the labelled share: scan, open, find, collect, redact, erase, verify, certificate.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::Office;

const PERSON: &str = "name = \"Imran Fairclough\"\nborn = \"1976-06-04\"\nnino = \"QQ600869B\"\nnhs = \"912 968 9031\"\n\
email = \"imran.fairclough51@care.test\"\nphone = \"+44 7700 900054\"\n";

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("writable");
    for entry in fs::read_dir(from).expect("the corpus is there") {
        let entry = entry.expect("the corpus is there");
        let target = to.join(entry.file_name());
        match entry.file_type().expect("the corpus is there").is_dir() {
            true => copy(&entry.path(), &target),
            false => {
                fs::copy(entry.path(), &target).expect("writable");
            }
        }
    }
}

/// What a browser makes of a page; none where there is no Chromium.
fn in_a_browser(page: &Path) -> Option<String> {
    let browser = ["chromium", "chromium-browser", "google-chrome"]
        .iter()
        .find(|name| {
            Command::new(name)
                .arg("--version")
                .output()
                .is_ok_and(|o| o.status.success())
        })?;
    let profile = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--dump-dom",
            "--virtual-time-budget=2000",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("the browser starts");
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn from_the_scan_to_the_certificate() {
    let office = Office::new();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/share");
    copy(&corpus, &office.path().join("share"));
    office.write("person.toml", PERSON);
    assert!(matches!(
        office.run(&["scan", "share", "--quiet"]).code,
        0 | 3
    ));
    let opened = office.ok(&[
        "request",
        "open",
        "--type",
        "erasure",
        "--received",
        "2026-11-02",
        "--person",
        "person.toml",
        "--channel",
        "email",
        "--identity-checked",
    ]);
    assert!(
        opened.contains("Case 2026-001: erasure") && opened.contains("Wed 2 Dec 2026"),
        "{opened}"
    );
    let found = office.ok(&["find", "--name", "Imran Fairclough", "--nino", "QQ600869B"]);
    assert!(found.contains("certain"), "{found}");

    let collected = office.ok(&["request", "collect", "2026-001"]);
    assert!(
        collected
            .lines()
            .filter(|l| l.starts_with("certain"))
            .count()
            >= 9,
        "{collected}"
    );
    let case = office.path().join("domesday.db.requests/2026-001");
    let manifest = case.join("pack-1/manifest.html");
    match in_a_browser(&manifest) {
        None => println!("no Chromium here: the manifest was not opened in a browser"),
        Some(page) => {
            assert!(
                page.contains("what is held on the person") && page.contains("Care plan 282.eml"),
                "{page}"
            );
            assert!(page.contains("Could not be read by any scan"));
        }
    }

    office.ok(&["request", "redact", "2026-001"]);
    let sheet = case.join("worksheet-1.csv");
    office.ok(&[
        "request",
        "redact",
        "2026-001",
        "--apply",
        &sheet.to_string_lossy(),
        "--accept-suggestions",
    ]);
    let mut handed_over = String::new();
    for entry in fs::read_dir(case.join("disclosure-1/for-the-person")).expect("made") {
        handed_over.push_str(&fs::read_to_string(entry.expect("ours").path()).expect("text"));
    }
    assert!(handed_over.contains("9129689031") && handed_over.contains("QQ-60-08-69-B"));
    for other in [
        "Grace Green",
        "Mohammed Marsh",
        "Arjun Campbell",
        "Sunita Abernathy",
        "QQ-49-50-13-C",
        "0191 498 0874",
    ] {
        assert!(!handed_over.contains(other), "{other} was handed over");
    }

    let worklist = office.ok(&["request", "erase", "2026-001"]);
    assert!(
        worklist.contains("delete file") && worklist.contains("delete row"),
        "{worklist}"
    );
    // Payroll is kept by law; files about the person go; lists lose their lines where a line can be taken out here.
    let mut rows = csv::Reader::from_path(case.join("worklist-1.csv")).expect("a table");
    let mut filled = csv::Writer::from_path(office.path().join("filled.csv")).expect("writable");
    filled
        .write_record(["item", "outcome", "note"])
        .expect("writable");
    for row in rows.records() {
        let row = row.expect("a row");
        let (item, place, action) = (&row[0], PathBuf::from(&row[1]), &row[6]);
        let outcome = if place.components().any(|c| c.as_os_str() == "Payroll") {
            ["kept", "Article 17(3)(b): payroll records"]
        } else if action == "delete file" || !text_lines(&place) {
            fs::remove_file(&place).expect("it is there");
            ["deleted", ""]
        } else {
            let text = fs::read_to_string(&place).expect("it is text");
            let left: String = text
                .split_inclusive('\n')
                .filter(|line| !line.contains("Fairclough"))
                .collect();
            assert_ne!(left, text, "{}", place.display());
            fs::write(&place, left).expect("writable");
            ["edited", ""]
        };
        filled
            .write_record([item, outcome[0], outcome[1]])
            .expect("writable");
    }
    filled.flush().expect("writable");
    drop(filled);
    office.ok(&["request", "outcome", "2026-001", "--apply", "filled.csv"]);
    let early = office.run(&["request", "verify", "2026-001"]);
    assert_eq!(early.code, 1, "{}", early.out);
    assert!(early.out.contains("No certificate"), "{}", early.out);

    assert!(matches!(
        office.run(&["scan", "share", "--quiet"]).code,
        0 | 3
    ));
    office.ok(&[
        "request",
        "backup",
        "2026-001",
        "--name",
        "weekly tapes",
        "--until",
        "2027-02-01",
        "--note",
        "not used, overwritten in turn",
    ]);
    let verified = office.run(&["request", "verify", "2026-001"]);
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
    assert!(
        verified.out.contains("Certificate:") && verified.out.contains("kept"),
        "{}",
        verified.out
    );
    let certificate = case.join("certificate-1.html");
    if let Some(page) = in_a_browser(&certificate) {
        assert!(
            page.contains("certificate of erasure") && page.contains("weekly tapes"),
            "{page}"
        );
    }
    office.ok(&[
        "request",
        "close",
        "2026-001",
        "--outcome",
        "told by e-mail",
    ]);
    assert!(
        office
            .ok(&["request", "audit", "2026-001"])
            .contains("sound")
    );
}

/// Whether the person's lines of a file can be taken out as lines of text.
fn text_lines(place: &Path) -> bool {
    let extension = place.extension().unwrap_or_default();
    ["csv", "jsonl", "txt", "md"]
        .iter()
        .any(|known| extension == *known)
}
