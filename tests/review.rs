//! What people say of findings, and whose data is ours, from the command line: kept across scans, counted apart, taken
//! back, and never in the clear.

use std::{fs, path::Path, process::Command};

fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_domesday"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the program starts");
    (
        output.status.code().unwrap_or(-1),
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

fn good(folder: &Path, arguments: &[&str]) -> String {
    let (status, out, error) = run(folder, arguments);
    assert_eq!(status, 0, "{arguments:?}: {error}");
    out
}

/// A share of two files: a table of two people and a note.
fn scanned() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(folder.path().join("share")).expect("writable");
    fs::write(
        folder.path().join("share/staff.csv"),
        "Forename,Surname,NI No,Telephone\nAda,Example,AB123456C,0121 234 5678\nBo,Sample,AB123456D,0121 234 5679\n",
    )
    .expect("writable");
    fs::write(
        folder.path().join("share/note.txt"),
        "NI number: AB123456C\n",
    )
    .expect("writable");
    good(folder.path(), &["scan", "share", "--quiet"]);
    folder
}

/// The lines of the CSV report of one rule, as cells.
fn rows(folder: &Path, rule: &str) -> Vec<Vec<String>> {
    let csv = good(folder, &["report", "csv"]);
    csv::Reader::from_reader(csv.as_bytes())
        .records()
        .map(|row| {
            row.expect("a row")
                .iter()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .filter(|row: &Vec<String>| row[5] == rule)
        .collect()
}

#[test]
fn a_review_holds_across_scans_and_can_be_taken_back() {
    let folder = scanned();
    let at = folder.path();
    let found = rows(at, "nino");
    assert_eq!(found.len(), 3);
    let note = found
        .iter()
        .find(|r| r[2].ends_with("note.txt"))
        .expect("found");
    let id = note[1].clone();
    good(at, &["review", "false", &id, "--why", "a dummy"]);
    let marked = |rows: Vec<Vec<String>>| rows.iter().filter(|r| r[23] == "false-positive").count();
    assert_eq!(marked(rows(at, "nino")), 1, "in its document only");
    assert!(good(at, &["report", "summary"]).contains("1 marked as false positives"));
    // The file changes and is read again: the value is the same, and so is what was said of it.
    fs::write(
        at.join("share/note.txt"),
        "A line more.\nNI number: AB123456C\n",
    )
    .expect("writable");
    good(at, &["scan", "share", "--quiet"]);
    assert_eq!(marked(rows(at, "nino")), 1);
    assert!(good(at, &["report", "summary"]).contains("1 marked as false positives"));
    good(at, &["review", "undo", "1"]);
    assert_eq!(marked(rows(at, "nino")), 0);
    assert!(!good(at, &["report", "summary"]).contains("marked"));
    assert!(
        good(at, &["review", "list"]).contains("a dummy"),
        "it stays on record"
    );
    // Everywhere: the same value in the table too.
    let id = rows(at, "nino")
        .into_iter()
        .find(|r| r[2].ends_with("note.txt"))
        .expect("found")[1]
        .clone();
    good(
        at,
        &["review", "false", &id, "--everywhere", "--why", "a dummy"],
    );
    assert_eq!(marked(rows(at, "nino")), 2);
    assert!(good(at, &["report", "summary"]).contains("2 marked as false positives"));
}

#[test]
fn a_path_is_accepted_whole_and_mistakes_are_named() {
    let folder = scanned();
    let at = folder.path();
    let path = at.join("share/staff.csv");
    let path = path.to_str().expect("text");
    good(
        at,
        &["review", "accept", "--path", path, "--why", "the register"],
    );
    let summary = good(at, &["report", "summary"]);
    assert!(summary.contains("accepted"), "{summary}");
    assert!(summary.contains("1 file holds personal data"), "{summary}");
    for (arguments, said) in [
        (
            &["review", "accept", "--path", "a[", "--why", "x"][..],
            "pattern",
        ),
        (
            &["review", "false", "00000000/nino/1", "--why", "x"],
            "00000000",
        ),
        (&["review", "undo", "9"], "no review 9"),
        (
            &["review", "accept", "--path", "a", "--why", " "],
            "--why is empty",
        ),
    ] {
        let (status, _, error) = run(at, arguments);
        assert_eq!(status, 2, "{arguments:?}");
        assert!(
            error.contains(said) && error.lines().count() == 1,
            "{error}"
        );
    }
}

#[test]
fn findings_say_whether_they_are_of_our_own_people() {
    let folder = scanned();
    let at = folder.path();
    fs::write(
        at.join("people.csv"),
        "First name;Family name;National Insurance No;Shoe size\nAda;Example;AB 12 34 56 C;4\n",
    )
    .expect("writable");
    let loaded = good(at, &["match", "load", "people.csv"]);
    assert!(
        loaded.contains("1 row") && loaded.contains("not recognised"),
        "{loaded}"
    );
    assert!(
        !loaded.contains("Ada") && !loaded.contains("AB 12"),
        "{loaded}"
    );
    let ours = rows(at, "nino").iter().filter(|r| r[24] == "ours").count();
    assert_eq!(
        ours, 2,
        "the same number in two files, the other person's not"
    );
    for file in fs::read_dir(at).expect("ours") {
        let path = file.expect("ours").path();
        if path.is_file() && !path.ends_with("people.csv") {
            let bytes = fs::read(&path).expect("ours");
            assert!(
                memchr::memmem::find(&bytes, b"123456C").is_none(),
                "{}",
                path.display()
            );
        }
    }
    assert!(good(at, &["match", "status"]).contains("people: 1 row"));
    good(at, &["match", "unload", "people"]);
    assert_eq!(
        rows(at, "nino").iter().filter(|r| r[24] == "ours").count(),
        0
    );
    fs::write(at.join("bad.csv"), "x,y\n1,2\n").expect("writable");
    let (status, _, error) = run(at, &["match", "load", "bad.csv"]);
    assert_eq!(status, 2);
    assert!(
        error.contains("bad.csv: no column is recognised"),
        "{error}"
    );
}
