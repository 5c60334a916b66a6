//! Opening, the clock, the log: what needs no document.

use std::fs;

use crate::support::Office;

const PERSON: &str = "name = \"Margaret Okafor\"\nborn = 1951-03-02\nnino = \"QQ123456C\"\n";

fn office() -> Office {
    let office = Office::new();
    office.write("person.toml", PERSON);
    office
}

const OPEN: &[&str] = &[
    "request",
    "open",
    "--type",
    "access",
    "--person",
    "person.toml",
    "--received",
];

fn open(office: &Office, received: &str, more: &[&str]) -> String {
    office.ok(&[OPEN, &[received], more].concat())
}

#[test]
fn a_case_is_private_and_its_log_holds_no_value() {
    let office = office();
    let told = open(&office, "2024-11-25", &["--channel", "letter"]);
    assert!(
        told.contains("Case 2024-001: access (UK GDPR Article 15), by letter"),
        "{told}"
    );
    assert!(
        told.contains("OVERDUE") && told.contains("was due Fri 27 Dec 2024"),
        "{told}"
    );
    assert!(
        told.contains("identity is not recorded as checked"),
        "{told}"
    );
    let folder = office.path().join("domesday.db.requests/2024-001");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &std::path::Path| {
            fs::metadata(path).expect("there").permissions().mode() & 0o777
        };
        assert_eq!(mode(&folder), 0o700);
        for entry in fs::read_dir(&folder).expect("there") {
            assert_eq!(mode(&entry.expect("there").path()), 0o600);
        }
    }
    let log = office.read("domesday.db.requests/2024-001/log.jsonl");
    for value in ["Okafor", "1951", "QQ123456C", "QQ 12"] {
        assert!(!log.contains(value) && !told.contains(value), "{value}");
    }
    assert!(log.contains("\"kind\":\"nino\""));
    // The next case of the year has the next number, and a closed one is listed only when asked for.
    assert!(open(&office, "2024-12-01", &[]).contains("Case 2024-002"));
    office.ok(&["request", "close", "2024-001", "--outcome", "sent by post"]);
    let list = office.ok(&["request", "list"]);
    assert!(
        list.contains("2024-002") && !list.contains("2024-001"),
        "{list}"
    );
    assert!(office.ok(&["request", "list", "--all"]).contains("closed"));
    let error = office.refused(2, &["request", "stop", "2024-001", "--for", "identity"]);
    assert!(error.contains("was closed on"), "{error}");
}

#[test]
fn bad_input_is_said_plainly_and_no_case_is_made_or_changed() {
    let office = office();
    for (words, said) in [
        (&["2026-02-30"][..], "no day there ever was"),
        (&["yesterday"], "no day there ever was"),
        (&["2999-01-01"], "lies in the future"),
        (&["2001-01-01"], "is before"),
        (&["2025-01-01", "--reference", "../out"], "cannot be called"),
        (&["2025-01-01", "--reference", ""], "cannot be called"),
        (&["2025-01-01", "--nation", "france"], "write one of"),
    ] {
        let ran = office.run(&[OPEN, words].concat());
        assert_eq!(ran.code, 2, "{words:?}: {}", ran.out);
        assert!(ran.err.contains(said), "{words:?}: {}", ran.err);
    }
    for (text, said) in [
        ("", "nobody is described"),
        ("name = Margaret Okafor\n", "line 1"),
        ("\nname = \"\"\n", "name is empty"),
        (
            "name = \"Ada Example\"\nborn = \"1951-02-30\"\n",
            "is no birth date",
        ),
        ("nmae = \"Ada Example\"\n", "`nmae` is not known"),
    ] {
        office.write("bad.toml", text);
        let error = office.refused(
            2,
            &[
                "request",
                "open",
                "--type",
                "access",
                "--received",
                "2025-01-01",
                "--person",
                "bad.toml",
            ],
        );
        assert!(error.contains(said) && !error.contains("Okafor"), "{error}");
    }
    let missing = office.refused(
        2,
        &[
            "request",
            "open",
            "--type",
            "access",
            "--received",
            "2025-01-01",
            "--person",
            "none.toml",
        ],
    );
    assert!(missing.contains("none.toml cannot be read"), "{missing}");
    assert!(office.cases().is_empty(), "no case was left behind");
    open(&office, "2025-01-01", &["--reference", "SAR-7"]);
    let twice = office.refused(
        2,
        &[OPEN, &["2025-01-01", "--reference", "SAR-7"][..]].concat(),
    );
    assert!(twice.contains("a case SAR-7 already"), "{twice}");
    for (words, said) in [
        (&["status", "SAR-8"][..], "there is no case SAR-8"),
        (&["status", "../SAR-7"], "cannot be called"),
        (&["resume", "SAR-7"], "nothing to resume"),
        (&["extend", "SAR-7", "--reason", " "], "needs its reason"),
        (
            &["extend", "SAR-7", "--reason", "many"],
            "can no longer be extended",
        ),
        (
            &["stop", "SAR-7", "--for", "identity", "--on", "2024-12-31"],
            "is before",
        ),
        (&["stop", "SAR-7", "--for", "identity"], "has run out"),
        (
            &["close", "SAR-7", "--outcome", "sent", "--on", "2999-01-01"],
            "in the future",
        ),
        (&["reopen", "SAR-7", "--reason", "x"], "is open"),
    ] {
        let error = office.refused(2, &[&["request"], words].concat());
        assert!(error.contains(said), "{words:?}: {error}");
    }
}

#[test]
fn a_number_that_fails_its_check_is_warned_of_and_taken() {
    let office = office();
    office.write("p.toml", "name = \"Ada Example\"\nnhs = \"943 476 5910\"\n");
    let ran = office.run(&[
        "request",
        "open",
        "--type",
        "access",
        "--received",
        "2026-01-05",
        "--person",
        "p.toml",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.err.contains("the nhs given is not a valid one"),
        "{}",
        ran.err
    );
    assert!(!ran.err.contains("943"), "{}", ran.err);
}

#[test]
fn the_clock_stops_resumes_and_is_extended() {
    let office = office();
    open(
        &office,
        "2026-06-01",
        &["--reference", "A", "--identity-checked"],
    );
    let stopped = office.ok(&[
        "request",
        "stop",
        "A",
        "--for",
        "clarification",
        "--on",
        "2026-06-05",
        "--note",
        "which team?",
    ]);
    assert!(
        stopped.contains("stands still: clarification is awaited"),
        "{stopped}"
    );
    let error = office.refused(
        2,
        &[
            "request",
            "stop",
            "A",
            "--for",
            "identity",
            "--on",
            "2026-06-06",
        ],
    );
    assert!(error.contains("stands still already"), "{error}");
    let error = office.refused(2, &["request", "resume", "A", "--on", "2026-06-04"]);
    assert!(error.contains("is before"), "{error}");
    let resumed = office.ok(&["request", "resume", "A", "--on", "2026-06-15"]);
    assert!(
        resumed.contains("next working day is Mon 13 Jul 2026"),
        "{resumed}"
    );
    let extended = office.ok(&[
        "request",
        "extend",
        "A",
        "--reason",
        "three requests at once",
        "--on",
        "2026-07-01",
    ]);
    assert!(
        extended.contains("3 months from Mon 1 Jun 2026: Tue 1 Sep 2026"),
        "{extended}"
    );
    assert!(
        extended.contains("and 10 days: Fri 11 Sep 2026"),
        "{extended}"
    );
    let on = office.ok(&["request", "status", "A", "--on", "2026-09-10"]);
    assert!(on.contains("due Fri 11 Sep 2026, 1 day left"), "{on}");
    let twice = office.refused(
        2,
        &[
            "request",
            "extend",
            "A",
            "--reason",
            "again",
            "--on",
            "2026-07-01",
        ],
    );
    assert!(twice.contains("can be once"), "{twice}");
    let log = office.ok(&["request", "log", "A"]);
    assert_eq!(log.lines().count(), 4, "{log}");
    assert!(
        log.contains("three requests at once") && log.contains("which team?"),
        "{log}"
    );
}

#[test]
fn a_changed_log_is_found_and_its_case_is_left_alone() {
    let office = office();
    open(&office, "2026-06-01", &["--reference", "A"]);
    office.ok(&["request", "note", "A", "rang", "the", "person"]);
    office.ok(&["request", "note", "A", "and", "again"]);
    let audit = office.ok(&["request", "audit", "A"]);
    let head = audit.split_whitespace().last().expect("a hash").to_owned();
    assert!(audit.contains("sound, 3 entries"), "{audit}");
    assert!(
        office
            .ok(&["request", "audit", "A", "--head", &head])
            .contains("entry 3")
    );
    let path = office.path().join("domesday.db.requests/A/log.jsonl");
    let log = fs::read_to_string(&path).expect("there");
    fs::write(&path, log.replace("rang", "rung")).expect("writable");
    let audit = office.run(&["request", "audit"]);
    assert_eq!(audit.code, 1);
    assert!(audit.out.contains("A: BROKEN at entry 2"), "{}", audit.out);
    let error = office.refused(2, &["request", "note", "A", "more"]);
    assert!(error.contains("broken at entry 2"), "{error}");
    // A log whose end was cut off is sound by itself; a hash kept elsewhere tells.
    let cut: String = log.split_inclusive('\n').take(2).collect();
    fs::write(&path, cut).expect("writable");
    office.ok(&["request", "audit", "A"]);
    let audit = office.run(&["request", "audit", "A", "--head", &head]);
    assert_eq!(audit.code, 1);
    assert!(
        audit.out.contains("NO ENTRY HAS THAT HASH"),
        "{}",
        audit.out
    );
}

#[test]
fn what_is_due_is_told_by_the_status_of_the_inventory() {
    let office = office();
    office.write("share/a.txt", "nothing in it\n");
    office.ok(&["scan", "share", "--quiet"]);
    open(&office, "2020-01-06", &["--reference", "OLD"]);
    let status = office.ok(&["status"]);
    assert!(
        status.contains("Requests") && status.contains("OVERDUE"),
        "{status}"
    );
}

#[test]
fn a_log_whose_end_was_cut_off_is_found_by_what_was_made_since() {
    let office = office();
    office.write(
        "share/a.txt",
        "Mrs Margaret Okafor\nNI number: QQ 12 34 56 C\n",
    );
    office.ok(&["scan", "share", "--quiet"]);
    open(&office, "2024-11-25", &["--identity-checked"]);
    office.ok(&["request", "collect", "2024-001"]);
    office.ok(&["request", "audit", "2024-001"]);
    let log = "domesday.db.requests/2024-001/log.jsonl";
    let text = office.read(log);
    let cut = text.trim_end().rfind('\n').expect("two lines");
    office.write(log, &text[..=cut]);
    let ran = office.run(&["request", "audit", "2024-001"]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(
        ran.out
            .contains("pack-1 IS IN NO ENTRY: the log was cut or written anew since it was made"),
        "{}",
        ran.out
    );
}
