//! `domesday.toml` as its users meet it: found, merged with the environment and the command line, refused when wrong.
#![allow(clippy::unwrap_used)]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

fn run(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_domesday"))
        .args(arguments)
        .current_dir(folder)
        .env("DOMESDAY_KEY", "5a".repeat(32))
        .env_remove("DOMESDAY_CONFIG")
        .envs(variables.iter().copied())
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

fn desk(config: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("share")).unwrap();
    fs::write(folder.path().join("share/a.txt"), "NI number AB123456C\n").unwrap();
    fs::write(folder.path().join("share/b.iso"), "NI number AB123456C\n").unwrap();
    fs::write(folder.path().join("domesday.toml"), config).unwrap();
    folder
}

const SITE: &str = "\
inventory = \"site.db\"
exclude = [\"*.iso\"]
[[root]]
path = \"share\"
name = \"The office\"
[scan]
quiet = true
threads = 1
deadline = 30
memory = \"512MiB\"
";

#[test]
fn a_scan_needs_no_argument_when_the_file_says_all() {
    let folder = desk(SITE);
    let scan = run(folder.path(), &["scan"], &[]);
    assert_eq!(scan.status.code(), Some(0), "{}", said(&scan));
    assert_eq!(said(&scan), "", "quiet, as the file says");
    assert!(folder.path().join("site.db").exists());
    let status = said(&run(folder.path(), &["status"], &[]));
    assert!(status.contains("The office"), "{status}");
    let db = rusqlite::Connection::open(folder.path().join("site.db")).unwrap();
    let excluded: i64 = db
        .query_row(
            "SELECT COUNT(*) FROM document WHERE outcome = 'excluded'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(excluded, 1, "as the file says");
    // The command line switches off what the file switches on.
    let loud = run(folder.path(), &["scan", "--quiet=false"], &[]);
    assert!(said(&loud).contains("Inventory: "), "{}", said(&loud));
}

#[test]
fn command_line_before_environment_before_file_before_default() {
    let folder = desk(SITE);
    let merged = run(
        folder.path(),
        &["scan", "--dump-config", "--memory", "300MiB"],
        &[("DOMESDAY_MEMORY", "400MiB"), ("DOMESDAY_DEADLINE", "7")],
    );
    let text = said(&merged);
    assert_eq!(merged.status.code(), Some(0), "{text}");
    for (value, from) in [
        ("inventory = \"site.db\"", "domesday.toml, line 1"),
        ("exclude = [\"*.iso\"]", "domesday.toml, line 2"),
        ("memory = \"300MiB\"", "command line"),
        ("deadline = 7", "environment, DOMESDAY_DEADLINE"),
        ("threads = 1", "domesday.toml, line 8"),
        ("quiet = true", "domesday.toml, line 7"),
        ("snapshots = false", "default"),
        ("#passwords =", "not set"),
        ("path = \"share\"", ""),
    ] {
        assert!(
            text.lines()
                .any(|line| line.starts_with(value) && line.ends_with(from)),
            "{value} from {from} in\n{text}"
        );
    }
    // What is printed is a file that means the same.
    fs::write(folder.path().join("again.toml"), &merged.stdout).unwrap();
    let again = run(
        folder.path(),
        &["scan", "--dump-config", "--config", "again.toml"],
        &[],
    );
    let values = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines
            .map(|line| line.split('#').next().unwrap().trim().to_owned())
            .collect()
    };
    assert_eq!(values(&said(&again)), values(&text));
}

#[test]
fn the_file_is_named_by_option_or_environment() {
    let folder = desk("");
    let other = folder.path().join("etc");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("site.toml"), "[scan]\nthreads = 3\n").unwrap();
    for (arguments, variables) in [
        (
            &["scan", "--dump-config", "--config", "etc/site.toml"][..],
            &[][..],
        ),
        (&["--config=etc/site.toml", "scan", "--dump-config"], &[]),
        (
            &["scan", "--dump-config"],
            &[("DOMESDAY_CONFIG", "etc/site.toml")],
        ),
    ] {
        let text = said(&run(folder.path(), arguments, variables));
        assert!(text.contains("threads = 3"), "{arguments:?}: {text}");
    }
    let gone = run(
        folder.path(),
        &["status"],
        &[("DOMESDAY_CONFIG", "none.toml")],
    );
    assert_eq!(gone.status.code(), Some(2));
    assert!(
        said(&gone).contains("none.toml: is not there"),
        "{}",
        said(&gone)
    );
}

#[test]
fn what_is_wrong_in_the_file_names_the_line() {
    for (config, words) in [
        (
            "[scan]\nmemroy = \"1GiB\"\n",
            "domesday.toml, line 2: unknown field `memroy`",
        ),
        (
            "[scan]\nmemory = \"1MiB\"\n",
            "domesday.toml, line 2: `1MiB` is no value for scan.memory: the least is 256 MiB",
        ),
        (
            "\n[scan]\nfail_on = [\"speical\"]\n",
            "domesday.toml, line 3: `speical` is no value for scan.fail_on",
        ),
        ("[rules]\noff = [\"ninjo\"]\n", "no rule has this id"),
        (
            "[rules]\nmodulus_table = \"share\"\n",
            "there is no valacdos.txt in share",
        ),
    ] {
        let folder = desk(config);
        let scan = run(folder.path(), &["scan", "share"], &[]);
        assert_eq!(scan.status.code(), Some(2), "{}", said(&scan));
        assert!(said(&scan).contains(words), "{}", said(&scan));
    }
    // It is in nobody's way who wants help or a new one.
    let folder = desk("rots = 1\n");
    for arguments in [
        &["--help"][..],
        &["scan", "--help"],
        &["init", "new.toml"],
        &["formats"],
    ] {
        let ended = run(folder.path(), arguments, &[]);
        assert_eq!(
            ended.status.code(),
            Some(0),
            "{arguments:?}: {}",
            said(&ended)
        );
    }
}

#[test]
fn a_rule_that_is_off_finds_nothing() {
    let folder = desk("[rules]\noff = [\"nino\"]\n");
    let scan = said(&run(folder.path(), &["scan", "share"], &[]));
    assert!(!scan.contains("National identifiers"), "{scan}");
    let scan = said(&run(
        folder.path(),
        &["scan", "share", "--config", "/dev/null"],
        &[],
    ));
    assert!(
        scan.contains("National identifiers"),
        "a change of rules reads again: {scan}"
    );
}

#[test]
fn init_makes_a_file_once() {
    let folder = tempfile::tempdir().unwrap();
    let made = run(folder.path(), &["init"], &[]);
    assert_eq!(made.status.code(), Some(0), "{}", said(&made));
    let scan = run(folder.path(), &["scan"], &[]);
    assert_eq!(scan.status.code(), Some(2));
    assert!(said(&scan).contains("no folder to scan"), "{}", said(&scan));
    let again = run(folder.path(), &["init"], &[]);
    assert_eq!(again.status.code(), Some(2));
    assert!(
        said(&again).contains("is there already"),
        "{}",
        said(&again)
    );
    let printed = run(folder.path(), &["init", "--print"], &[]);
    assert_eq!(
        printed.stdout,
        fs::read(folder.path().join("domesday.toml")).unwrap()
    );
}
