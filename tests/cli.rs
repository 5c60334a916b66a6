//! The program as its users meet it: commands and their answers (`tests/cmd`), and a tree made to trip it.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{
    collections::BTreeMap,
    fs,
    io::Read,
    path::Path,
    process::{Command, Output, Stdio},
};

fn domesday() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_domesday"));
    command
        .env_remove("DOMESDAY_TEST_FAULTS")
        .env("DOMESDAY_KEY", "5a".repeat(32));
    command
}

fn words(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[test]
fn commands_answer_as_written_down() {
    trycmd::TestCases::new()
        .env("DOMESDAY_KEY", "5a".repeat(32))
        .case("tests/cmd/*.toml")
        .case("tests/cmd/sessions/*.trycmd");
}

/// Outcome and reason of every place, by path.
fn outcomes(inventory: &Path) -> BTreeMap<Vec<u8>, (String, String)> {
    let db = rusqlite::Connection::open(inventory).unwrap();
    let mut statement = db
        .prepare("SELECT CAST(path AS BLOB), outcome, reason FROM place WHERE gone_at IS NULL")
        .unwrap();
    statement
        .query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

fn reconciled(inventory: &Path) -> u64 {
    let db = rusqlite::Connection::open(inventory).unwrap();
    let (walked, accounted): (i64, i64) = db
        .query_row(
            "SELECT walked, (SELECT SUM(entries) FROM run_outcome WHERE run = run.id)
             FROM run ORDER BY id DESC LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert_eq!(walked, accounted);
    walked as u64
}

#[cfg(unix)]
#[test]
fn a_hostile_tree_ends_with_every_entry_in_one_outcome() {
    use std::{
        ffi::OsStr,
        os::unix::{ffi::OsStrExt, fs::symlink, net::UnixListener},
    };
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("share");
    fs::create_dir_all(root.join("deep/er")).unwrap();
    let text = "NI number AB123456C\n";
    for name in [
        &b"plain.txt"[..],
        b"caf\xe9.txt",
        b"line\nbreak.txt",
        b"\x1b[2Jclear.txt",
        b"-rf",
        b" ",
        b"deep/er/copy.txt",
    ] {
        fs::write(root.join(OsStr::from_bytes(name)), text).unwrap();
    }
    fs::write(root.join("empty.docx"), "").unwrap();
    fs::write(root.join("Okafor NI number AB654321A.txt"), "nothing in it").unwrap();
    fs::create_dir(root.join("Case of NI number AB654321B")).unwrap();
    fs::hard_link(root.join("plain.txt"), root.join("linked.txt")).unwrap();
    symlink(&root, root.join("loop")).unwrap();
    symlink("nowhere", root.join("dangling")).unwrap();
    let _socket = UnixListener::bind(root.join("socket")).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        root.join("pipe"),
        rustix::fs::FileType::Fifo,
        0o644.into(),
        0,
    )
    .unwrap();
    let device = rustix::fs::mknodat(
        rustix::fs::CWD,
        root.join("zero"),
        rustix::fs::FileType::CharacterDevice,
        0o644.into(),
        rustix::fs::makedev(1, 5),
    );
    if device.is_err() {
        println!("passed over: this account makes no device nodes");
    }
    fs::write(root.join(".domesdayignore"), "*.tmp\n").unwrap();
    fs::write(root.join("left.tmp"), text).unwrap();

    // The inventory lies in the share itself, as it does when one scans the current folder.
    let inventory = root.join("d.db");
    let scan = || {
        domesday()
            .arg("scan")
            .arg(&root)
            .arg("--inventory")
            .arg(&inventory)
            .output()
            .unwrap()
    };
    let output = scan();
    let told = words(&output);
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(!told.contains('\u{1b}'), "a name acted on the terminal");
    let walked = reconciled(&inventory);
    let found = outcomes(&inventory);
    assert_eq!(walked, found.len() as u64);
    for (path, outcome, reason) in [
        (&b"plain.txt"[..], "read", ""),
        (b"caf\xe9.txt", "read", ""),
        (b"line\nbreak.txt", "read", ""),
        (b"\x1b[2Jclear.txt", "read", ""),
        (b"-rf", "read", ""),
        (b" ", "read", ""),
        (b"linked.txt", "read", ""),
        (b"deep/er/copy.txt", "read", ""),
        (b"empty.docx", "read", ""),
        (b"loop", "not-a-file", "symbolic link, not followed"),
        (b"dangling", "not-a-file", "symbolic link, not followed"),
        (b"pipe", "not-a-file", "pipe"),
        (b"socket", "not-a-file", "socket"),
        (b"left.tmp", "excluded", "*.tmp in .domesdayignore"),
        (b"d.db", "excluded", "a file of this inventory"),
        (
            b"Case of NI number AB654321B",
            "not-a-file",
            "folder; its name was looked at",
        ),
    ] {
        let shown = path.escape_ascii();
        let (got, why) = &found
            .get(path)
            .unwrap_or_else(|| panic!("{shown} is not there"));
        assert_eq!((got.as_str(), why.as_str()), (outcome, reason), "{shown}");
    }
    if device.is_ok() {
        assert_eq!(found[&b"zero"[..]].1, "device");
    }
    let find = domesday()
        .args(["find", "--nino", "AB654321A", "--inventory"])
        .arg(&inventory)
        .output()
        .unwrap();
    assert!(words(&find).contains("file name"), "{}", words(&find));

    // A second scan finds nothing to do and adds up as well; a third misses what was taken away.
    assert_eq!(scan().status.code(), Some(0));
    reconciled(&inventory);
    assert_eq!(outcomes(&inventory), found);
    fs::remove_dir_all(root.join("deep")).unwrap();
    assert_eq!(scan().status.code(), Some(0));
    reconciled(&inventory);
    assert_eq!(outcomes(&inventory).len(), found.len() - 1);
}

#[cfg(target_os = "linux")]
#[test]
fn what_this_account_may_not_read_is_told_with_status_3() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("share");
    fs::create_dir_all(root.join("closed")).unwrap();
    fs::create_dir(dir.path().join("out")).unwrap();
    fs::write(root.join("open.txt"), "NI number AB123456C\n").unwrap();
    fs::write(root.join("secret.txt"), "x").unwrap();
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(&root.join("closed"), 0o000);
    mode(&root.join("secret.txt"), 0o000);
    mode(dir.path(), 0o755);
    mode(&dir.path().join("out"), 0o777);
    let root_account = rustix::process::geteuid().is_root();
    // Root reads everything, so it becomes somebody else.
    let mut command = if root_account {
        let program = dir.path().join("domesday");
        fs::copy(env!("CARGO_BIN_EXE_domesday"), &program).unwrap();
        mode(&program, 0o755);
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(program);
        command.env("DOMESDAY_KEY", "5a".repeat(32));
        command
    } else {
        domesday()
    };
    let inventory = dir.path().join("out/d.db");
    let output = command
        .arg("scan")
        .arg(&root)
        .arg("--inventory")
        .arg(&inventory)
        .output();
    let output = match output {
        Ok(output) if output.status.code() != Some(127) => output,
        _ => {
            println!("passed over: root cannot become another account here");
            return;
        }
    };
    mode(&root.join("closed"), 0o755);
    assert_eq!(output.status.code(), Some(3), "{}", words(&output));
    let found = outcomes(&inventory);
    for name in ["closed", "secret.txt"] {
        assert_eq!(found[name.as_bytes()].0, "denied", "{name}");
    }
    assert_eq!(found[&b"open.txt"[..]].0, "read");
}

#[test]
fn a_share_that_is_not_mounted_marks_nothing_as_gone() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("share");
    fs::create_dir(&root).unwrap();
    fs::write(root.join("a.txt"), "NI number AB123456C\n").unwrap();
    let inventory = dir.path().join("d.db");
    let scan = || {
        domesday()
            .arg("scan")
            .arg(&root)
            .arg("--quiet")
            .arg("--inventory")
            .arg(&inventory)
            .output()
            .unwrap()
    };
    assert_eq!(scan().status.code(), Some(0));
    fs::remove_file(root.join("a.txt")).unwrap();
    let output = scan();
    assert_eq!(output.status.code(), Some(2), "{}", words(&output));
    assert!(words(&output).contains("is the share mounted?"));
    assert_eq!(outcomes(&inventory).len(), 1);
}

#[test]
fn who_stops_reading_the_output_is_no_failure() {
    let dir = tempfile::tempdir().unwrap();
    let line = "NI number AB123456C and more.\n".repeat(20_000);
    fs::write(dir.path().join("long.txt"), line).unwrap();
    let mut child = domesday()
        .args(["inspect", "--json"])
        .arg(dir.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 10];
    let mut pipe = child.stdout.take().unwrap();
    pipe.read_exact(&mut first).unwrap();
    drop(pipe);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", words(&output));
    assert_eq!(words(&output), "");
}
