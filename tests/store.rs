//! The safety of the store: a person forgotten, a key made, checked, copied, lost and replaced.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_domesday"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("DOMESDAY_KEY")
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn desk() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let share = folder.path().join("share");
    fs::create_dir_all(share.join("Leavers")).unwrap();
    for (name, text) in [
        (
            "Leavers/Zebedee Quillfeather.txt",
            "Employee: Mr Zebedee Quillfeather\nNI number: AB123456C\nEmail: zebedee.quillfeather@example.org\n",
        ),
        (
            "staff.csv",
            "Name,NI number\nMr Zebedee Quillfeather,AB123456C\nMrs Ada Marchbanks,AB654321A\n",
        ),
    ] {
        fs::write(share.join(name), text).unwrap();
    }
    let scan = run(folder.path(), &["scan", "share"]);
    assert_eq!(scan.status.code(), Some(0), "{}", said(&scan));
    folder
}

fn found(folder: &Path, arguments: &[&str]) -> bool {
    let answer = run(folder, &[&["find"][..], arguments].concat());
    match answer.status.code() {
        Some(0) => true,
        Some(1) => false,
        _ => panic!("{}", said(&answer)),
    }
}

#[test]
fn a_person_is_forgotten_and_every_byte_searched() {
    let folder = desk();
    let folder = folder.path();
    let who = [
        "--name",
        "Zebedee Quillfeather",
        "--nino",
        "AB123456C",
        "--email",
        "zebedee.quillfeather@example.org",
    ];
    assert!(found(folder, &["--nino", "AB123456C"]));
    let unasked = run(folder, &[&["forget"][..], &who].concat());
    assert_eq!(unasked.status.code(), Some(2));
    assert!(said(&unasked).contains("--yes"), "{}", said(&unasked));
    // Erased in one place, left in the other.
    fs::remove_file(folder.join("share/Leavers/Zebedee Quillfeather.txt")).unwrap();
    assert_eq!(run(folder, &["scan", "share"]).status.code(), Some(0));
    let forgotten = run(
        folder,
        &[&["forget", "--yes", "--purpose", "erasure 7"][..], &who].concat(),
    );
    let words = said(&forgotten);
    assert_eq!(forgotten.status.code(), Some(0), "{words}");
    assert!(words.contains("1 place that is gone"), "{words}");
    assert!(
        words.contains("staff.csv") && words.contains("Still there"),
        "{words}"
    );
    assert!(words.contains("nothing is left of it"), "{words}");
    assert!(!found(folder, &["--nino", "AB123456C"]));
    assert!(!found(
        folder,
        &["--email", "zebedee.quillfeather@example.org"]
    ));
    assert!(
        found(folder, &["--nino", "AB654321A"]),
        "others are as they were"
    );
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = fs::read(&path).unwrap();
            let needle = b"Quillfeather";
            assert!(
                !bytes.windows(needle.len()).any(|window| window == needle),
                "the name of the file is left in {}",
                path.display()
            );
        }
    }
    let db = rusqlite::Connection::open(folder.join("domesday.db")).unwrap();
    let (action, detail, purpose): (String, String, String) = db
        .query_row("SELECT action, detail, purpose FROM audit", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .unwrap();
    assert_eq!((&*action, &*purpose), ("forget", "erasure 7"));
    assert!(
        detail.contains("\"nino\"") && !detail.contains("AB12"),
        "{detail}"
    );
    drop(db);
    // Reports and the next scan go on, and a report is logged.
    assert_eq!(run(folder, &["report", "jsonl"]).status.code(), Some(0));
    let db = rusqlite::Connection::open(folder.join("domesday.db")).unwrap();
    let detail: String = db
        .query_row(
            "SELECT detail FROM audit WHERE action = 'report'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(detail, r#"{"report":"jsonl"}"#);
    drop(db);
    assert_eq!(run(folder, &["scan", "share"]).status.code(), Some(0));
    let nobody = run(folder, &[&["forget", "--yes"][..], &who].concat());
    assert_eq!(nobody.status.code(), Some(1), "{}", said(&nobody));
}

#[test]
fn names_of_sheets_fields_members_and_files_are_forgotten_too() {
    let folder = desk();
    let folder = folder.path();
    let share = folder.join("share");
    // Field names, a list of own people, something said of one value, and files gone whose names alone speak.
    fs::write(
        share.join("rota.json"),
        r#"{"Zebedee Quillfeather": {"email": "rota@example.org", "phone": "07700 900123"}, "Ada": {"email": "ada@example.org"}}"#,
    )
    .unwrap();
    fs::write(
        share.join("Leavers/minutes-of_quillfeather zebedee.log"),
        "nothing",
    )
    .unwrap();
    fs::write(folder.join("own.csv"), "NI number\nAB123456C\nAB654321A\n").unwrap();
    for arguments in [&["scan", "share"][..], &["match", "load", "own.csv"]] {
        let done = run(folder, arguments);
        assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    }
    fs::remove_file(folder.join("own.csv")).unwrap();
    fs::remove_file(share.join("Leavers/minutes-of_quillfeather zebedee.log")).unwrap();
    fs::remove_file(share.join("Leavers/Zebedee Quillfeather.txt")).unwrap();
    assert_eq!(run(folder, &["scan", "share"]).status.code(), Some(0));
    let forgotten = run(
        folder,
        &[
            "forget",
            "--yes",
            "--name",
            "Zebedee Quillfeather",
            "--nino",
            "AB123456C",
        ],
    );
    let words = said(&forgotten);
    assert_eq!(forgotten.status.code(), Some(0), "{words}");
    assert!(words.contains("nothing is left of it"), "{words}");
    assert!(words.contains("2 places that are gone"), "{words}");
    assert!(words.contains("named so"), "{words}");
    // Every byte: the database, its log, and what lies beside it.
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = fs::read(&path).unwrap().to_ascii_lowercase();
            for needle in [&b"quillfeather"[..], b"zebedee"] {
                assert!(
                    !bytes.windows(needle.len()).any(|window| window == needle),
                    "a name is left in {}",
                    path.display()
                );
            }
        }
    }
    let db = rusqlite::Connection::open(folder.join("domesday.db")).unwrap();
    let own: i64 = db
        .query_row("SELECT COUNT(*) FROM own", [], |row| row.get(0))
        .unwrap();
    assert_eq!(own, 1, "the list of own people knows one less");
    drop(db);
    // What is left can be read, and others are as they were.
    let rest = run(folder, &["report", "csv"]);
    let rest = String::from_utf8_lossy(&rest.stdout).into_owned();
    assert!(rest.contains("(forgotten)"), "{rest}");
    assert!(found(folder, &["--nino", "AB654321A"]));
}

#[test]
fn one_word_or_nobody_is_not_forgotten() {
    let folder = desk();
    let word = run(folder.path(), &["forget", "--yes", "--name", "Zebedee"]);
    assert_eq!(word.status.code(), Some(2));
    assert!(
        said(&word).contains("forename and surname"),
        "{}",
        said(&word)
    );
    let nobody = run(folder.path(), &["forget", "--yes"]);
    assert_eq!(nobody.status.code(), Some(2));
    assert!(
        said(&nobody).contains("nobody to forget"),
        "{}",
        said(&nobody)
    );
}

#[test]
fn a_key_is_made_checked_copied_and_lost() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::create_dir(folder.join("share")).unwrap();
    fs::write(folder.join("share/a.txt"), "NI number AB123456C\n").unwrap();
    assert_eq!(run(folder, &["key", "make"]).status.code(), Some(0));
    let again = run(folder, &["key", "make"]);
    assert_eq!(again.status.code(), Some(2), "{}", said(&again));
    assert_eq!(run(folder, &["scan", "share"]).status.code(), Some(0));
    assert_eq!(run(folder, &["key", "check"]).status.code(), Some(0));
    assert_eq!(
        run(folder, &["key", "backup", "safe.key"]).status.code(),
        Some(0)
    );
    let over = run(folder, &["key", "backup", "safe.key"]);
    assert!(said(&over).contains("is there already"), "{}", said(&over));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(folder.join("safe.key"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    fs::remove_file(folder.join("domesday.db.key")).unwrap();
    for command in [
        &["key", "check"][..],
        &["scan", "share"],
        &["find", "--nino", "AB123456C"],
        &["key", "make"],
    ] {
        let lost = run(folder, command);
        assert_eq!(lost.status.code(), Some(2), "{command:?}");
        assert!(
            said(&lost).contains("is missing"),
            "{command:?}: {}",
            said(&lost)
        );
    }
    fs::rename(folder.join("safe.key"), folder.join("domesday.db.key")).unwrap();
    assert!(found(folder, &["--nino", "AB123456C"]), "its backup fits");
}

#[test]
fn a_new_key_drops_what_the_old_one_hashed_and_a_scan_brings_it_back() {
    let folder = desk();
    let folder = folder.path();
    let old = fs::read(folder.join("domesday.db.key")).unwrap();
    let unasked = run(folder, &["key", "rotate"]);
    assert_eq!(unasked.status.code(), Some(2));
    assert!(said(&unasked).contains("--yes"), "{}", said(&unasked));
    let hashes: Vec<i64> = {
        let db = rusqlite::Connection::open(folder.join("domesday.db")).unwrap();
        let mut statement = db.prepare("SELECT hash FROM value").unwrap();
        statement
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect()
    };
    let rotated = run(folder, &["key", "rotate", "--yes"]);
    assert_eq!(rotated.status.code(), Some(0), "{}", said(&rotated));
    assert!(
        said(&rotated).contains("has read 2 documents again"),
        "{}",
        said(&rotated)
    );
    assert_ne!(fs::read(folder.join("domesday.db.key")).unwrap(), old);
    let bytes = fs::read(folder.join("domesday.db")).unwrap();
    for hash in hashes {
        for needle in [hash.to_be_bytes(), hash.to_le_bytes()] {
            assert!(
                !bytes.windows(8).any(|window| window == needle),
                "an old hash is left"
            );
        }
    }
    assert!(!found(folder, &["--nino", "AB123456C"]));
    let summary = said(&run(folder, &["report", "summary"]));
    assert!(
        summary.contains("National identifiers"),
        "counts stay: {summary}"
    );
    let scan = run(folder, &["scan", "share"]);
    assert_eq!(scan.status.code(), Some(0), "{}", said(&scan));
    assert!(found(folder, &["--nino", "AB123456C"]), "{}", said(&scan));
    // Interrupted between the inventory and the file: the next key fits, and doing it again puts it into place.
    let key = folder.join("domesday.db.key");
    fs::rename(&key, folder.join("domesday.db.key.next")).unwrap();
    fs::write(&key, &old).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    }
    let wrong = run(folder, &["key", "check"]);
    assert!(
        said(&wrong).contains("the key is not the one"),
        "{}",
        said(&wrong)
    );
    assert_eq!(run(folder, &["key", "rotate"]).status.code(), Some(0));
    assert_eq!(run(folder, &["key", "check"]).status.code(), Some(0));
}
