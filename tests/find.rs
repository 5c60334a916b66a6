//! Look-ups from the command line: what bad input gets, word by word, and what is shown when documents are read again.
#![allow(clippy::unwrap_used)]

#[path = "request/support.rs"]
#[allow(dead_code)]
mod support;

use std::{fs, io::Write as _, path::Path, time::SystemTime};

use support::Office;

const LETTER: &str = "Mrs Margaret Okafor\nDate of birth: 2 March 1951\nNI number: QQ 12 34 56 C\n\n\
                      Dear Mrs Okafor,\n\nYour neighbour Thomas Ashworth (07700 900123) has written to us.\n";

const STAFF: &str = "Surname,Forename,DOB,NI number\nAshworth,Thomas,04/05/1960,QQ123457C\n\
                     Okafor,Margaret,02/03/1951,QQ123456C\n";

/// A share with the letter, a register and an archive.
fn office() -> Office {
    let office = Office::new();
    office.write("share/Care/letter.txt", LETTER);
    office.write("share/Care/staff.csv", STAFF);
    let archive = fs::File::create(office.path().join("share/Care/old.zip")).unwrap();
    let mut archive = zip::ZipWriter::new(archive);
    archive
        .start_file("2019/note.txt", zip::write::SimpleFileOptions::default())
        .unwrap();
    archive
        .write_all(b"Spoke with Okafor, Margaret (born 2.3.1951) and with Thomas Ashworth today.\n")
        .unwrap();
    archive.finish().unwrap();
    office.ok(&["scan", "share", "--quiet"]);
    office
}

const WHO: &[&str] = &["--name", "Margaret Okafor", "--born", "1951-03-02"];

fn find(more: &[&str]) -> Vec<String> {
    let words = ["find"].iter().chain(WHO).chain(more);
    words.map(|word| (*word).to_owned()).collect()
}

fn run(office: &Office, words: &[String]) -> support::Ran {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    office.run(&words)
}

/// Lets the last scan have ended so many days ago.
fn age(office: &Office, days: i64) {
    let inventory = rusqlite::Connection::open(office.path().join("domesday.db")).unwrap();
    let back = days * 86_400_000;
    inventory
        .execute("UPDATE root SET walked_at = walked_at - ?1", [back])
        .unwrap();
}

#[test]
fn passages_are_shown_with_everybody_else_masked() {
    let office = office();
    let ran = run(&office, &find(&["--verify"]));
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    for line in [
        "          line 1 | Mrs Margaret Okafor",
        "          line 2 | Date of birth: 2 March 1951",
        "          A3 | Okafor,Margaret,02/03/1951,•••••••••",
        "          2019/note.txt: line 1 | Spoke with Okafor, Margaret (born 2.3.1951) and with •••••• •••••••• today.",
    ] {
        assert!(
            ran.out.lines().any(|l| l == line),
            "`{line}` is not in\n{}",
            ran.out
        );
    }
    assert!(
        !ran.out.contains("Ashworth") && !ran.out.contains("900123"),
        "{}",
        ran.out
    );
    // As JSON the same.
    let ran = run(&office, &find(&["--verify", "--json"]));
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(json["verified"].as_array().unwrap().len(), 3);
    assert_eq!(json["verified"][0]["state"], "same");
    assert!(!ran.out.contains("Ashworth"), "{}", ran.out);
}

#[test]
fn pages_and_cells_are_read_again() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let office = Office::new();
    fs::create_dir(office.path().join("share")).unwrap();
    for (from, to) in [
        ("pdf/reportlab.pdf", "a.pdf"),
        ("xlsx/openpyxl.xlsx", "b.xlsx"),
    ] {
        let from = root.join("corpus").join(from);
        fs::copy(from, office.path().join("share").join(to)).unwrap();
    }
    office.ok(&["scan", "share", "--quiet"]);
    for (phone, place) in [
        ("07700 900404", "page 2 | "),
        ("07700 900201", "Staff list!D4 | "),
    ] {
        let ran = office.run(&["find", "--phone", phone, "--verify"]);
        let shown = ran
            .out
            .lines()
            .any(|l| l.trim().starts_with(place) && l.contains(phone));
        assert!(shown, "{place}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn a_document_that_changed_or_is_gone_is_said() {
    let office = office();
    let letter = office.path().join("share/Care/letter.txt");
    office.write(
        "share/Care/letter.txt",
        "Nobody is in this letter any more.\n",
    );
    fs::remove_file(office.path().join("share/Care/old.zip")).unwrap();
    for more in [&[][..], &["--verify"]] {
        let ran = run(&office, &find(more));
        assert_eq!(ran.code, 3, "{}{}", ran.out, ran.err);
        let told = |name: &str| {
            ran.out
                .lines()
                .find(|line| line.contains(name) && line.starts_with(['c', 'p']))
                .unwrap_or_default()
        };
        assert!(
            told("letter.txt").ends_with("letter.txt (changed since the scan: scan again)"),
            "{}",
            ran.out
        );
        assert!(
            told("old.zip").ends_with("old.zip (no longer there)"),
            "{}",
            ran.out
        );
        assert!(told("staff.csv").ends_with("staff.csv"), "{}", ran.out);
    }
    let ran = run(&office, &find(&["--verify"]));
    assert!(
        ran.out
            .contains("          read again: nothing of the person is found there now"),
        "{}",
        ran.out
    );
    // The same bytes with another time are the same document, once they are read.
    fs::write(&letter, LETTER).unwrap();
    let file = fs::File::options().write(true).open(&letter).unwrap();
    file.set_modified(SystemTime::now()).unwrap();
    let ran = run(&office, &find(&["--verify", "--json"]));
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let letter = (json["verified"].as_array().unwrap().iter())
        .find(|v| v["path"].as_str().unwrap().ends_with("letter.txt"))
        .unwrap();
    assert_eq!(letter["state"], "same");
}

#[test]
fn a_share_that_is_not_there_is_said() {
    let office = office();
    fs::rename(office.path().join("share"), office.path().join("away")).unwrap();
    for more in [&[][..], &["--verify"]] {
        let ran = run(&office, &find(more));
        assert_eq!(ran.code, 3);
        let share = fs::canonicalize(office.path()).unwrap().join("share");
        assert_eq!(
            ran.err,
            format!(
                "domesday: {} is not there, as when a share is not mounted: what is known of its 3 documents is from the scan of today; mount it to look again\n",
                share.display()
            )
        );
        let line = ran.out.lines().find(|l| l.contains("staff.csv")).unwrap();
        assert!(
            line.ends_with(&format!(
                "(cannot be looked at: {} is not there)",
                share.display()
            )),
            "{line}"
        );
    }
}

#[test]
fn an_old_scan_is_said() {
    let office = office();
    age(&office, 9);
    let share = fs::canonicalize(office.path()).unwrap().join("share");
    let ran = run(&office, &find(&[]));
    assert_eq!(ran.code, 3);
    assert_eq!(
        ran.err,
        format!(
            "domesday: {} was last scanned 9 days ago: what was written since is not in this answer; scan it again\n",
            share.display()
        )
    );
    // What is old a site decides.
    office.write("domesday.toml", "[request]\nmax_age = 30\n");
    let ran = run(&office, &find(&[]));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let ran = run(&office, &find(&["--max-age", "8"]));
    assert_eq!(ran.code, 3);
}

#[test]
fn what_is_wrong_with_the_question_is_said() {
    let office = office();
    let ran = office.run(&["find", "--name", "Margaret Okafor", "--born", "2025-02-30"]);
    assert_eq!(
        (ran.code, ran.err.as_str(), ran.out.as_str()),
        (
            2,
            "domesday: `born` is no birth date: write it like 1951-03-02 or 2 March 1951\n",
            ""
        )
    );
    // A number that fails its check is searched as it is written, and said.
    office.write(
        "share/Care/typed.txt",
        "NI number: QQ 12 34 5 C\nMargaret Okafor\n",
    );
    office.ok(&["scan", "share", "--quiet"]);
    let ran = office.run(&["find", "--name", "Margaret Okafor", "--nino", "QQ12345C"]);
    assert_eq!(ran.code, 3);
    assert_eq!(
        ran.err,
        "domesday: the nino given is not a valid one; it was searched as written\n"
    );
    assert!(ran.out.contains("typed.txt"), "{}", ran.out);
    // Nobody at all.
    let ran = office.run(&["find", "--name", "Wolfgang Nobody"]);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
}

#[test]
fn a_name_that_many_have_asks_for_one_more_identifier() {
    let office = Office::new();
    for n in 0..30 {
        office.write(
            &format!("share/{n}.txt"),
            &format!(
                "Mr John Smith rang on the {}th of May about {n} things.\n",
                n % 9 + 4
            ),
        );
    }
    office.ok(&["scan", "share", "--quiet"]);
    let ran = office.run(&["find", "--name", "John Smith"]);
    assert_eq!(ran.code, 3);
    assert_eq!(
        ran.err,
        "domesday: the name is common here: 30 documents hold it and nothing that tells whose it is; give one more identifier, as a birth date (--born)\n"
    );
}

/// The first line told of a document.
fn told<'r>(ran: &'r support::Ran, name: &str) -> &'r str {
    (ran.out.lines())
        .find(|line| line.contains(name) && !line.starts_with(' '))
        .unwrap_or_default()
}

#[test]
fn a_name_that_is_somebody_elses_too_is_undecided() {
    let office = Office::new();
    office.write("share/a.txt", LETTER);
    office.write(
        "share/b.txt",
        "Mrs Margaret Okafor\nDate of birth: 9 July 1988\n\nDear Mrs Okafor,\n",
    );
    office.write("share/c.txt", "Spoke with Margaret Okafor today.\n");
    office.ok(&["scan", "share", "--quiet"]);
    let ran = run(&office, &find(&[]));
    assert!(told(&ran, "a.txt").starts_with("certain"), "{}", ran.out);
    assert!(told(&ran, "b.txt").starts_with("namesake"), "{}", ran.out);
    assert!(told(&ran, "c.txt").starts_with("undecided"), "{}", ran.out);
    assert!(
        ran.out.contains(
            "(somebody else is known to have the name as it stands here; nothing in it tells whose it is)"
        ),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("\n1 undecided: the name alone"),
        "{}",
        ran.out
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
    let ran = run(&office, &find(&["--json"]));
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(json["hits"][1]["mentions"][0]["alike"], 1);
    assert_eq!(json["hits"][1]["band"], "possible");
}

#[test]
fn mailboxes_and_user_names_made_of_the_name_are_the_name() {
    let office = Office::new();
    office.write("share/log.txt", "Username: mokafor signed in at 08:02\n");
    office.write("share/mail.txt", "to the list: okafor.m7@example.org\n");
    office.write("share/other.txt", "Username: tokafor signed in at 08:03\n");
    office.ok(&["scan", "share", "--quiet"]);
    let ran = run(&office, &find(&[]));
    for name in ["log.txt", "mail.txt"] {
        assert!(
            told(&ran, name).starts_with("possible"),
            "{}{}",
            ran.out,
            ran.err
        );
    }
    assert!(!ran.out.contains("other.txt"), "{}", ran.out);
}

#[test]
fn twins_with_double_forenames_are_not_each_other() {
    let office = Office::new();
    let row = |name: &str| format!("Name: {name}\nDate of birth: 21 October 1993\n");
    office.write("share/hoa.txt", &row("Thi Hoa Nguyen"));
    office.write("share/lan.txt", &row("Thi Lan Nguyen"));
    office.write(
        "share/lan.csv",
        "Surname,Forename,DOB\nNguyen,Thi Lan,21/10/1993\n",
    );
    office.ok(&["scan", "share", "--quiet"]);
    let ran = office.run(&["find", "--name", "Thi Hoa Nguyen", "--born", "1993-10-21"]);
    assert!(told(&ran, "hoa.txt").starts_with("certain"), "{}", ran.out);
    for name in ["lan.txt", "lan.csv"] {
        assert!(!told(&ran, name).starts_with("certain"), "{}", ran.out);
    }
}

#[test]
fn what_stands_inside_a_number_is_asked_too() {
    let office = Office::new();
    office.write("share/a.txt", LETTER);
    office.ok(&["scan", "share", "--quiet"]);
    // A driver number holds the birth date; this one is of 2 March 1951.
    let number = ["--driver", "OKAFO553021M99AA"];
    let ran = office.run(&[&["find", "--name", "Margaret Okafor"], &number[..]].concat());
    assert!(
        ran.out
            .contains("born the same (reached by the driver number given)"),
        "{}{}",
        ran.out,
        ran.err
    );
    let ran = office.run(
        &[
            &["find", "--name", "Margaret Okafor", "--born", "1951-03-12"],
            &number[..],
        ]
        .concat(),
    );
    assert!(
        ran.err
            .contains("the birth date given is not the one inside the driver number given"),
        "{}",
        ran.err
    );
}
