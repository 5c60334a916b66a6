//! The user's own rules and word lists: laid over ours, whole or not at all, each mistake one line with its cure.
#![allow(clippy::unwrap_used)]

use std::{fs, path::Path, process::Command};

const RULE: &str = r#"id = "badge"
title = "Staff badge"
category = "employment"
why = "Our badges open doors."

[[pattern]]
regex = 'BDG-\d{4}'
levels = { shape = "medium" }

[[match]]
text = "badge BDG-1234"
find = "BDG-1234"
level = "medium"
[[match]]
text = "BDG-0001 lost"
find = "BDG-0001"
level = "medium"
[[match]]
text = "(BDG-9999)"
find = "BDG-9999"
level = "medium"
[[miss]]
text = "BDG-12"
because = "short"
[[miss]]
text = "BDG-12345"
because = "long"
[[miss]]
text = "XBDG-1234"
because = "inside a word"
[[miss]]
text = "bdg 1234"
because = "no hyphen"
[[miss]]
text = "badge"
because = "no number"
"#;

const WORDS: &str = r#"id = "project"
title = "Secret project"
category = "employment"
why = "Names of our projects."
terms = ["projects"]

[[match]]
text = "She works on Nightjar."
find = "Nightjar"
level = "high"
[[match]]
text = "He was moved to Nightjar in May."
find = "Nightjar"
level = "high"
[[match]]
text = "His manager said Nightjar is late."
find = "Nightjar"
level = "high"
[[miss]]
text = "a bird"
because = "no project"
[[miss]]
text = "the night"
because = "no project"
[[miss]]
text = "jar"
because = "no project"
[[miss]]
text = "nightly"
because = "no project"
[[miss]]
text = "project"
because = "no project"
"#;

fn run(arguments: &[&str]) -> (i32, String, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_domesday"))
        .args(arguments)
        .output()
        .unwrap();
    (
        out.status.code().unwrap(),
        String::from_utf8_lossy(&out.stdout).into_owned(),
        String::from_utf8_lossy(&out.stderr).into_owned(),
    )
}

fn put(folder: &Path, name: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn rules_and_lists_are_laid_over_ours() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    put(at, "rules/badge.toml", format!("\u{feff}{RULE}"));
    put(at, "rules/project.toml", WORDS);
    put(at, "rules/terms/projects.txt", "[strong]\nNightjar\n");
    // A list of ours: terms are added.
    put(
        at,
        "rules/terms/medicines.txt",
        "what: trial drugs\n[strong]\nzanquilor\n",
    );
    put(at, "rules/terms/forenames.txt", "[forename]\nQuillomena\n");
    put(at, "rules/notes.txt", "not a list");
    let rules = at.join("rules");
    let rules = rules.to_str().unwrap();
    let (status, out, err) = run(&["rules", "check", rules]);
    assert_eq!(status, 0, "{out}{err}");
    assert!(out.contains("in the engine's fast lane"), "{out}");
    let (_, out, _) = run(&["rules", "show", "badge", "--rules", rules]);
    for wanted in [
        "BDG-",
        "alone: medium",
        "badge.toml",
        "Our badges open doors",
        "BDG-12345",
    ] {
        assert!(out.contains(wanted), "{wanted}: {out}");
    }
    put(
        at,
        "share/a.txt",
        "Badge BDG-1234 was given to Quillomena Zzyx, who works on Nightjar. She takes zanquilor daily.\n",
    );
    let share = at.join("share");
    let share = share.to_str().unwrap();
    let (_, out, err) = run(&["inspect", "--rules", rules, share]);
    for wanted in ["badge", "project", "medication", "person-name"] {
        assert!(out.contains(wanted), "{wanted}: {out}{err}");
    }
    let (_, out, _) = run(&["inspect", "--rules", rules, "--rules-off", "badge", share]);
    assert!(!out.contains("badge "), "{out}");
    // The same from the configuration.
    put(
        at,
        "domesday.toml",
        format!(
            "[rules]\ndir = \"{}\"\noff = [\"project\"]\n",
            rules.replace('\\', "/")
        ),
    );
    let out = Command::new(env!("CARGO_BIN_EXE_domesday"))
        .current_dir(at)
        .args(["inspect", "share"])
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(out.contains("badge") && !out.contains("project "), "{out}");
}

#[test]
fn each_mistake_is_one_line_with_file_line_and_cure() {
    let swap = |from: &str, to: &str| RULE.replacen(from, to, 1);
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("badge.toml", swap("why =", "why ").into(), "badge.toml:4"),
        (
            "badge.toml",
            swap("why =", "reason =").into(),
            "unknown field `reason`",
        ),
        (
            "badge.toml",
            swap(r"\d{4}", r"(\d{4}").into(),
            "badge.toml:7: the pattern does not parse",
        ),
        (
            "badge.toml",
            swap(r"\d{4}", r"\d{4}(?=x)").into(),
            "badge.toml:7: the pattern does not parse",
        ),
        (
            "badge.toml",
            swap(r"BDG-\d{4}", r"\d{0,4}").into(),
            "badge.toml:7: the pattern matches less than two",
        ),
        (
            "badge.toml",
            swap(r"\d{4}", r"\d{1,100000}").into(),
            "badge.toml:7: the pattern may be 100004 bytes long",
        ),
        (
            "badge.toml",
            swap(r"\d{4}", r"(?:(?:[a-z]{1,1000}){1,1000}){1,1000}").into(),
            "badge.toml:7: the pattern",
        ),
        (
            "badge.toml",
            swap(r"\d{4}", r"\d+").into(),
            "badge.toml:7: the pattern has no upper length",
        ),
        (
            "badge.toml",
            swap("id = \"badge\"", "id = \"nino\"").into(),
            "badge.toml:1: the id `nino` is not the file's name",
        ),
        (
            "badge.toml",
            swap("employment", "work").into(),
            "badge.toml:3: there is no category `work`",
        ),
        (
            "badge.toml",
            swap("levels =", "check = \"luhm\"\nlevels =").into(),
            "badge.toml:8: there is no check `luhm`",
        ),
        (
            "badge.toml",
            swap(
                "why = \"Our badges open doors.\"",
                "why = \"x\"\nyields_to = [\"ninjo\"]",
            )
            .into(),
            "no rule has the id `ninjo`",
        ),
        (
            "badge.toml",
            swap(
                "why = \"Our badges open doors.\"",
                "why = \"x\"\nterms = [\"nobody\"]",
            )
            .into(),
            "badge.toml:5: there is no word list `nobody`",
        ),
        (
            "badge.toml",
            RULE.replace("Our badges", "Our b\u{e4}dges")
                .chars()
                .map(|c| c as u8)
                .collect(),
            "badge.toml:4: is not UTF-8",
        ),
        (
            "badge.toml",
            b"\xff\xfei\0d\0".to_vec(),
            "badge.toml:1: is not UTF-8",
        ),
        ("badge.toml", Vec::new(), "badge.toml"),
        (
            "terms/medicines.txt",
            b"[stronk]\nx\n".to_vec(),
            "medicines.txt:1: there is no tier `stronk`",
        ),
        (
            "terms/medicines.txt",
            b"zanquilor\n".to_vec(),
            "medicines.txt:1: `zanquilor` stands before the first section",
        ),
        (
            "terms/medicines.txt",
            b"[strong]\nzanquilor\nzanquilor\n".to_vec(),
            "medicines.txt:3: `zanquilor` stands in line 2 already",
        ),
        (
            "terms/medicines.txt",
            "[strong]\nzanquil\u{f6}r\n".as_bytes().to_vec(),
            "medicines.txt:2",
        ),
        (
            "terms/medicines.txt",
            b"[strong]\n\xe9\n".to_vec(),
            "medicines.txt:2: is not UTF-8",
        ),
        (
            "terms/medicines.txt",
            b"[strong\nx\n".to_vec(),
            "medicines.txt:1: the section has no `]`",
        ),
        (
            "terms/medicines.txt",
            b"[weak within=0]\nx\n".to_vec(),
            "medicines.txt:1: `within=0`",
        ),
        (
            "terms/medicines.txt",
            format!("[strong]\n{}\n", "long ".repeat(40)).into_bytes(),
            "medicines.txt:2: a term of",
        ),
        (
            "terms/medicines.txt",
            b"[strong]\n".to_vec(),
            "it has no terms",
        ),
        (
            "terms/orphan.txt",
            b"[strong]\nx\n".to_vec(),
            "orphan.txt: no rule names this word list",
        ),
    ];
    for (name, bytes, wanted) in cases {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), name, &bytes);
        let rules = folder.path().to_str().unwrap();
        let (status, out, err) = run(&["rules", "check", rules]);
        assert_eq!(status, 2, "{wanted}: {out}{err}");
        assert_eq!(err.trim_end().lines().count(), 1, "{wanted}: {err}");
        assert!(err.contains(wanted), "{wanted}: {err}");
        assert!(out.is_empty(), "{wanted}: {out}");
        // A scan with them does not begin.
        let inventory = folder.path().join("x.db");
        let (status, _, err) = run(&[
            "scan",
            rules,
            "--rules",
            rules,
            "--inventory",
            inventory.to_str().unwrap(),
        ]);
        assert_eq!(status, 2, "{wanted}: {err}");
        assert!(err.contains(wanted), "{wanted}: {err}");
        assert!(!inventory.exists(), "{wanted}");
    }
}

#[test]
fn folders_that_are_none_and_switches_that_do_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("nowhere");
    let (status, _, err) = run(&["rules", "check", nowhere.to_str().unwrap()]);
    assert_eq!(status, 2);
    assert!(
        err.contains("nowhere") && err.contains("cannot be read"),
        "{err}"
    );
    put(folder.path(), "file", "x");
    let file = folder.path().join("file");
    let (status, _, err) = run(&["rules", "check", file.to_str().unwrap()]);
    assert_eq!(status, 2, "{err}");
    fs::create_dir(folder.path().join("badge.toml")).unwrap();
    let (status, _, err) = run(&["rules", "check", folder.path().to_str().unwrap()]);
    assert_eq!(status, 2);
    assert!(err.contains("badge.toml: is no file"), "{err}");
    let (status, _, err) = run(&["inspect", "--rules-off", "ninjo", file.to_str().unwrap()]);
    assert_eq!(status, 2);
    assert!(err.contains("ninjo"), "{err}");
    let (status, _, err) = run(&["rules", "show", "ninjo"]);
    assert_eq!(status, 2);
    assert!(err.contains("ninjo"), "{err}");
}

#[test]
fn a_rule_whose_examples_fail_is_told_and_ends_in_status_1() {
    let folder = tempfile::tempdir().unwrap();
    put(
        folder.path(),
        "badge.toml",
        RULE.replacen("level = \"medium\"", "level = \"high\"", 1),
    );
    let (status, out, _) = run(&["rules", "check", folder.path().to_str().unwrap()]);
    assert_eq!(status, 1, "{out}");
    assert!(
        out.contains("badge.toml:10: `badge BDG-1234`: wanted \"BDG-1234\" high, got"),
        "{out}"
    );
}
