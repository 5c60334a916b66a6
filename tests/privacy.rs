//! Nothing that was planted in the corpus leaves the program, and nothing of it lies in the inventory in clear.
//!
//! Every command that does not ask for values with `--reveal` is run on the labelled share with everything it can print
//! captured, and the bytes of the inventory, its key and its journals are searched too.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Output},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_domesday");

/// Kinds whose values are long and odd enough that they cannot stand anywhere by chance.
const TELLING: &[&str] = &[
    "nino",
    "nhs-number",
    "email-address",
    "payment-card",
    "phone-number",
    "dbs-certificate",
    "share-code",
];

fn corpus(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(name)
}

/// The planted values as written, and with their separators taken out.
fn planted() -> BTreeSet<String> {
    let truth = fs::read_to_string(corpus("share.truth.jsonl")).expect("the labels are in corpus/");
    let mut values = BTreeSet::new();
    for line in truth.lines() {
        let label: serde_json::Value = serde_json::from_str(line).expect("a label");
        let rule = label["rule"].as_str().unwrap_or_default();
        if let Some(value) = label["value"].as_str()
            && TELLING.contains(&rule)
        {
            values.insert(value.to_owned());
            values.insert(value.chars().filter(|c| c.is_alphanumeric()).collect());
        }
    }
    assert!(
        values.len() > 500,
        "only {} planted values were read",
        values.len()
    );
    values
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(PROGRAM)
        .args(arguments)
        .current_dir(folder)
        .env("RUST_LOG", "trace")
        .env("RUST_BACKTRACE", "full")
        .output()
        .expect("the program starts")
}

fn leaks(values: &BTreeSet<String>, bytes: &[u8], what: &str) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    values
        .iter()
        .filter(|value| text.contains(&value.to_lowercase()))
        .map(|value| format!("{what} holds a planted value of {} bytes", value.len()))
        .collect()
}

#[test]
fn no_planted_value_is_printed_or_stored() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let share = corpus("share");
    let share = share.to_str().expect("the path of the source is text");
    let values = planted();
    // A list of own people that are in the share, kept away from what is searched below.
    let outside = tempfile::tempdir().expect("a temporary folder");
    let list = outside.path().join("people.csv");
    let rows: Vec<&str> = values
        .iter()
        .filter(|v| v.contains('@'))
        .map(|v| v.as_str())
        .collect();
    fs::write(&list, format!("Email\n{}\n", rows.join("\n"))).expect("writable");
    let list = list.to_str().expect("the path is text");
    // Two of them, to be forgotten: what a command is told must not come back either.
    let one = |fits: &dyn Fn(&str) -> bool| {
        let value = values.iter().find(|value| fits(value));
        value.expect("such a value is planted").as_str()
    };
    let first = one(&|v| v.len() == 9 && v.starts_with("QQ") && v.ends_with(['A', 'B', 'C', 'D']));
    let mail = one(&|v| v.contains('@'));
    let site = outside.path().join("site.toml");
    fs::write(&site, format!("[[root]]\npath = {share:?}\n")).expect("writable");
    let site = site.to_str().expect("the path is text");
    let mut found = Vec::new();
    for arguments in [
        &["scan", share, "--inventory", "i.db"][..],
        &["scan", share, "--inventory", "i.db"],
        &["inspect", share],
        &["inspect", share, "--json"],
        &["evaluate", &format!("{share}.truth.jsonl"), share, "--list"],
        &["report", "summary", "--inventory", "i.db"],
        &["report", "coverage", "--inventory", "i.db"],
        &["report", "jsonl", "--inventory", "i.db"],
        &["report", "csv", "--inventory", "i.db"],
        &["report", "html", "--inventory", "i.db"],
        &["report", "folders", "--inventory", "i.db"],
        &["report", "exposure", "--inventory", "i.db"],
        &["report", "risk", "--inventory", "i.db"],
        &["report", "risk", "--format", "jsonl", "--inventory", "i.db"],
        &["report", "copies", "--inventory", "i.db"],
        &["report", "retention", "--inventory", "i.db"],
        &["report", "ropa", "--format", "csv", "--inventory", "i.db"],
        &[
            "report",
            "documents",
            "--format",
            "jsonl",
            "--inventory",
            "i.db",
        ],
        &["status", "--inventory", "i.db"],
        &["find", "--name", "Grace Green", "--inventory", "i.db"],
        &[
            "find",
            "--name",
            "Grace Green",
            "--expand",
            "all",
            "--json",
            "--inventory",
            "i.db",
        ],
        &["key", "check", "--inventory", "i.db"],
        &["report", "metrics", "--inventory", "i.db"],
        &[
            "scan",
            share,
            "--inventory",
            "i.db",
            "--again",
            "--log-format",
            "json",
            "--metrics",
            "i.prom",
        ],
        &["match", "load", list, "--inventory", "i.db"],
        &["match", "status", "--inventory", "i.db"],
        &[
            "review",
            "accept",
            "--path",
            "*/HR/*",
            "--why",
            "x",
            "--inventory",
            "i.db",
        ],
        &["review", "list", "--inventory", "i.db"],
        &["report", "changes", "--inventory", "i.db"],
        &["report", "columns", "--inventory", "i.db"],
        &[
            "report",
            "xlsx",
            "--inventory",
            "i.db",
            "--output",
            "i.xlsx",
        ],
        &[
            "report",
            "ropa",
            "--inventory",
            "i.db",
            "--output",
            "ropa.xlsx",
        ],
        &[
            "report",
            "coverage",
            "--format",
            "csv",
            "--inventory",
            "i.db",
        ],
        &["init"],
        &["scan", share, "--inventory", "i.db", "--dump-config"],
        &["schedule", "--systemd", "--config", site],
        &["schedule", "--cron", "--config", site],
        &["schedule", "--windows-task", "--config", site],
        &["schema"],
        &["key", "backup", "copy.key", "--inventory", "i.db"],
        &[
            "forget",
            "--inventory",
            "i.db",
            "--yes",
            "--nino",
            first,
            "--email",
            mail,
        ],
        &["status", "--inventory", "i.db"],
        &["key", "rotate", "--inventory", "i.db", "--yes"],
        &["key", "check", "--inventory", "i.db"],
        &["scan", share, "--inventory", "i.db", "--quiet"],
        &["report", "summary", "--inventory", "i.db"],
    ] {
        let output = run(folder.path(), arguments);
        assert!(
            matches!(output.status.code(), Some(0 | 3)),
            "{arguments:?} ended with {:?}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        let command = arguments[..arguments.len().min(2)].join(" ");
        found.extend(leaks(
            &values,
            &output.stdout,
            &format!("the output of {command}"),
        ));
        found.extend(leaks(
            &values,
            &output.stderr,
            &format!("the error output of {command}"),
        ));
    }
    let mut files = 0;
    for entry in fs::read_dir(folder.path()).expect("the folder is ours") {
        let path = entry.expect("the folder is ours").path();
        let bytes = fs::read(&path).expect("a file of ours");
        found.extend(leaks(
            &values,
            &bytes,
            &path.file_name().unwrap_or_default().to_string_lossy(),
        ));
        files += 1;
    }
    assert!(files >= 2, "the inventory and its key are looked at");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_request_prints_and_logs_no_value_and_keeps_its_files_to_their_owner() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let share = corpus("share");
    let share = share.to_str().expect("the path of the source is text");
    let values = planted();
    fs::write(
        folder.path().join("p.toml"),
        "name = \"Imran Fairclough\"\nborn = \"1976-06-04\"\nnino = \"QQ600869B\"\nnhs = \"912 968 9031\"\n",
    )
    .expect("writable");
    let worksheet = "domesday.db.requests/2026-001/worksheet-1.csv";
    let mut found = Vec::new();
    for arguments in [
        &["scan", share, "--quiet"][..],
        &[
            "request",
            "open",
            "--type",
            "erasure",
            "--received",
            "2026-11-02",
            "--person",
            "p.toml",
        ],
        &["request", "collect", "2026-001"],
        &["request", "redact", "2026-001"],
        &["request", "redact", "2026-001", "--apply", worksheet],
        &[
            "request",
            "redact",
            "2026-001",
            "--apply",
            worksheet,
            "--accept-suggestions",
        ],
        &["request", "check", "2026-001", worksheet],
        &["request", "portability", "2026-001"],
        &["request", "erase", "2026-001"],
        &["request", "verify", "2026-001"],
        &["request", "status", "2026-001"],
        &["request", "status", "2026-001", "--json"],
        &["request", "list", "--json"],
        &["request", "log", "2026-001"],
        &["request", "log", "2026-001", "--json"],
        &["request", "audit"],
        &["status"],
    ] {
        let output = run(folder.path(), arguments);
        assert!(
            matches!(output.status.code(), Some(0..=3)),
            "{arguments:?} ended with {:?}",
            output.status
        );
        let command = arguments.join(" ");
        for (bytes, what) in [(&output.stdout, "output"), (&output.stderr, "error output")] {
            found.extend(leaks(&values, bytes, &format!("the {what} of {command}")));
        }
    }
    let case = folder.path().join("domesday.db.requests/2026-001");
    let log = fs::read(case.join("log.jsonl")).expect("the log is there");
    found.extend(leaks(&values, &log, "the log"));
    assert!(found.is_empty(), "{}", found.join("\n"));
    let (mut files, mut folders) = (0, vec![case]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder is ours") {
            let path = entry.expect("the folder is ours").path();
            let mode = std::os::unix::fs::PermissionsExt::mode(
                &fs::metadata(&path).expect("ours").permissions(),
            );
            assert_eq!(mode & 0o077, 0, "{} is open to others", path.display());
            files += 1;
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    assert!(files > 20, "only {files} files were made");
}

#[test]
fn a_value_is_shown_when_it_is_asked_for() {
    // The other side of the test above: the captured output is where values would be.
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("a.txt"), "NI number: QQ 12 34 56 C\n").expect("writable");
    let shown = run(folder.path(), &["inspect", "a.txt", "--json", "--reveal"]);
    assert!(String::from_utf8_lossy(&shown.stdout).contains("QQ 12 34 56 C"));
    let masked = run(folder.path(), &["inspect", "a.txt", "--json"]);
    let masked = String::from_utf8_lossy(&masked.stdout).into_owned();
    assert!(masked.contains("\"nino\"") && !masked.contains("12 34 56"));
}
