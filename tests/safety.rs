//! What stands in the way of an inventory, each with the one line and the exit status a person or a scheduler gets. And
//! that nothing is lost by it.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_domesday"))
        .current_dir(folder)
        .args(arguments)
        .env_remove("DOMESDAY_KEY")
        .env_remove("DOMESDAY_CONFIG")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr)
        .trim_end()
        .to_owned()
}

/// A scanned share, its inventory and its key.
fn desk() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("share")).unwrap();
    for n in 0..6 {
        fs::write(
            folder.path().join(format!("share/{n}.txt")),
            format!("Name: Jane Example {n}, NI number AB12345{n}C, has asthma\n"),
        )
        .unwrap();
    }
    let scan = run(folder.path(), &["scan", "share", "--quiet"]);
    assert_eq!(scan.status.code(), Some(0), "{}", said(&scan));
    folder
}

/// Every file beside the share, byte for byte.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file() && path.extension().is_none_or(|e| e != "lock"))
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect()
}

fn sql(folder: &Path, sql: &str) {
    let db = rusqlite::Connection::open(folder.join("domesday.db")).unwrap();
    db.execute_batch(sql).unwrap();
}

fn gone(folder: &Path) -> (i64, i64) {
    rusqlite::Connection::open(folder.join("domesday.db"))
        .unwrap()
        .query_row(
            "SELECT COUNT(*), COUNT(gone_run) FROM document",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap()
}

const SCAN: &[&str] = &["scan", "share", "--quiet"];
const FIND: &[&str] = &["find", "--nino", "AB123451C"];
const SUMMARY: &[&str] = &["report", "summary"];
const STATUS: &[&str] = &["status"];

/// Does something to a desk, then holds the commands to one line, to status 2, and to leaving every file as it was.
fn refused(spoil: impl Fn(&Path), commands: &[&[&str]], line: &str) {
    let desk = desk();
    spoil(desk.path());
    let before = files(desk.path());
    for arguments in commands {
        let output = run(desk.path(), arguments);
        let words = said(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {words}");
        assert_eq!(words, line, "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
    // SQLite may leave its empty log beside what it opened.
    let mut after = files(desk.path());
    after.retain(|path, bytes| before.contains_key(path) || !bytes.is_empty());
    after.retain(|path, _| !path.to_string_lossy().ends_with("-shm"));
    assert_eq!(after, before, "{line}: a file was changed");
}

#[test]
fn a_key_that_is_lost_or_another_or_none() {
    let key = |folder: &Path| folder.join("domesday.db.key");
    refused(
        |folder| fs::remove_file(key(folder)).unwrap(),
        &[SCAN, FIND],
        "domesday: the key domesday.db.key is missing; without it the inventory's hashes cannot be read: restore it \
         from its backup, or scan into a new inventory",
    );
    refused(
        |folder| fs::write(key(folder), "5a".repeat(32)).unwrap(),
        &[SCAN, FIND, &["key", "check"]],
        "domesday: the key is not the one the inventory domesday.db was written with; use the right key file or \
         environment",
    );
    refused(
        |folder| fs::write(key(folder), "hello\n").unwrap(),
        &[SCAN, FIND],
        "domesday: domesday.db.key is not a key: expected `domesday-key-1` and 64 hexadecimal digits",
    );
    // What needs no key is still told, and `status` says what is wrong.
    let desk = desk();
    fs::remove_file(key(desk.path())).unwrap();
    assert_eq!(run(desk.path(), SUMMARY).status.code(), Some(0));
    let status = run(desk.path(), STATUS);
    let text = String::from_utf8_lossy(&status.stdout).into_owned();
    assert!(
        text.contains("\nTo do\n  the key domesday.db.key is missing"),
        "{text}"
    );
}

#[test]
fn an_inventory_that_is_newer_foreign_or_not_there() {
    refused(
        |folder| {
            sql(
                folder,
                "PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)",
            )
        },
        &[SCAN, FIND, SUMMARY, STATUS],
        &format!(
            "domesday: domesday.db was written by a newer domesday (schema 99, this program knows {}); nothing was \
             changed in it: use the newer program",
            domesday::inventory::VERSION
        ),
    );
    let foreign = "domesday: domesday.db is not a domesday inventory; nothing was changed in it: name another file";
    refused(
        |folder| fs::write(folder.join("domesday.db"), "a list of things\n").unwrap(),
        &[SCAN, FIND, SUMMARY, STATUS],
        foreign,
    );
    refused(
        |folder| {
            fs::remove_file(folder.join("domesday.db")).unwrap();
            sql(folder, "CREATE TABLE customer (name TEXT)");
        },
        &[SCAN, FIND, SUMMARY, STATUS],
        foreign,
    );
    refused(
        |folder| fs::remove_file(folder.join("domesday.db")).unwrap(),
        &[FIND, SUMMARY, STATUS],
        "domesday: there is no inventory at domesday.db; `domesday scan` makes one",
    );
}

#[test]
fn an_inventory_whose_bytes_are_damaged() {
    const CURE: &str = "; restore it from a backup, or move it away and scan anew";
    let cut = |folder: &Path| {
        let file = folder.join("domesday.db");
        let bytes = fs::read(&file).unwrap();
        fs::write(file, &bytes[..bytes.len() / 4]).unwrap();
    };
    refused(
        cut,
        &[SCAN, FIND, SUMMARY, STATUS, &["report", "csv"]],
        &format!(
            "domesday: the inventory domesday.db is damaged (database disk image is malformed){CURE}"
        ),
    );
    let overwritten = |folder: &Path| {
        let file = folder.join("domesday.db");
        let mut bytes = fs::read(&file).unwrap();
        bytes[8192..]
            .iter_mut()
            .step_by(89)
            .for_each(|byte| *byte ^= 0x5a);
        fs::write(file, bytes).unwrap();
    };
    let desk = desk();
    overwritten(desk.path());
    for arguments in [SCAN, FIND, SUMMARY, STATUS, &["report", "csv"]] {
        let output = run(desk.path(), arguments);
        let words = said(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {words}");
        assert_eq!(words.lines().count(), 1, "{words}");
        assert!(
            words.starts_with("domesday: the inventory domesday.db is damaged (")
                && words.ends_with(CURE),
            "{words}"
        );
    }
}

#[test]
fn a_root_that_vanished_or_became_empty_marks_nothing_as_gone() {
    let desk = desk();
    let (share, away) = (desk.path().join("share"), desk.path().join("away"));
    fs::rename(&share, &away).unwrap();
    let scan = run(desk.path(), SCAN);
    assert_eq!(scan.status.code(), Some(2));
    assert_eq!(
        said(&scan),
        "domesday: share does not exist: check the spelling, or whether the share is mounted"
    );
    // The folder it is mounted at.
    fs::create_dir(&share).unwrap();
    let scan = run(desk.path(), SCAN);
    assert_eq!(scan.status.code(), Some(2));
    let whole = fs::canonicalize(&share).unwrap();
    assert_eq!(
        said(&scan),
        format!(
            "domesday: {} is empty, but held documents at the last scan: is the share mounted? Nothing was marked as gone",
            whole.display()
        )
    );
    assert_eq!(gone(desk.path()), (6, 0));
    // And there again.
    fs::remove_dir(&share).unwrap();
    fs::rename(&away, &share).unwrap();
    let scan = run(desk.path(), &["scan", "share"]);
    assert_eq!(scan.status.code(), Some(0), "{}", said(&scan));
    let text = String::from_utf8_lossy(&scan.stdout).into_owned();
    assert!(text.contains("Walked 6 entries = 6 unchanged"), "{text}");
    assert_eq!(gone(desk.path()), (6, 0));
}

#[test]
fn a_root_that_is_not_there_keeps_no_other_from_being_scanned() {
    let desk = desk();
    let (share, away) = (desk.path().join("share"), desk.path().join("away"));
    fs::create_dir(desk.path().join("other")).unwrap();
    fs::write(desk.path().join("other/new.txt"), "NI number AB123459C\n").unwrap();
    fs::rename(&share, &away).unwrap();
    let both = ["scan", "share", "other", "--quiet"];
    let scan = run(desk.path(), &both);
    assert_eq!(scan.status.code(), Some(3), "{}", said(&scan));
    assert_eq!(
        said(&scan),
        "domesday: share does not exist: check the spelling, or whether the share is mounted. Nothing there is marked \
         as gone; the other folders are scanned"
    );
    assert_eq!(gone(desk.path()), (7, 0));
    let text = String::from_utf8_lossy(&run(desk.path(), STATUS).stdout).into_owned();
    assert!(
        text.contains("share was not there: is it mounted? Nothing was marked as gone"),
        "{text}"
    );
    let find = run(desk.path(), &["find", "--nino", "AB123451C"]);
    assert_eq!(find.status.code(), Some(3), "as told: {}", said(&find));
    assert!(String::from_utf8_lossy(&find.stdout).starts_with("certain"));
    // The empty folder it is mounted at says the same.
    fs::create_dir(&share).unwrap();
    let scan = run(desk.path(), &both);
    assert_eq!(scan.status.code(), Some(3), "{}", said(&scan));
    assert!(
        said(&scan)
            .contains("is empty, but held documents at the last scan: is the share mounted?"),
        "{}",
        said(&scan)
    );
    assert_eq!(gone(desk.path()), (7, 0));
    // There again, and as it was.
    fs::remove_dir(&share).unwrap();
    fs::rename(&away, &share).unwrap();
    let scan = run(desk.path(), &["scan", "share", "other"]);
    assert_eq!(scan.status.code(), Some(0), "{}", said(&scan));
    let text = String::from_utf8_lossy(&scan.stdout).into_owned();
    assert!(text.contains("Walked 7 entries = 7 unchanged"), "{text}");
    // A file is a mistake of the command, not a share that is away.
    let scan = run(desk.path(), &["scan", "share", "other/new.txt"]);
    assert_eq!(scan.status.code(), Some(2), "{}", said(&scan));
}

#[test]
fn a_folder_excluded_later_counts_as_excluded_and_not_as_gone() {
    let desk = desk();
    fs::create_dir(desk.path().join("share/hr")).unwrap();
    fs::write(
        desk.path().join("share/hr/pay.txt"),
        "NI number AB123459C\n",
    )
    .unwrap();
    assert_eq!(run(desk.path(), SCAN).status.code(), Some(0));
    let without = ["scan", "share", "--quiet", "--exclude", "hr"];
    assert_eq!(run(desk.path(), &without).status.code(), Some(0));
    assert_eq!(gone(desk.path()), (8, 0));
    let find = ["find", "--nino", "AB123459C"];
    assert_eq!(run(desk.path(), &find).status.code(), Some(1));
    assert_eq!(run(desk.path(), SCAN).status.code(), Some(0));
    assert_eq!(run(desk.path(), &find).status.code(), Some(0));
    assert_eq!(gone(desk.path()), (8, 1), "the folder is an entry no more");
}

/// A small file system of memory, where this account may make one; given back at the end.
#[cfg(target_os = "linux")]
struct Small(PathBuf);

#[cfg(target_os = "linux")]
impl Small {
    fn at(folder: PathBuf, size: &str) -> Option<Small> {
        fs::create_dir_all(&folder).unwrap();
        let mounted = Command::new("mount")
            .args([
                "-t",
                "tmpfs",
                "-o",
                &format!("size={size}"),
                "domesday-test",
            ])
            .arg(&folder)
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if !mounted {
            println!("passed over: this account may not mount");
        }
        mounted.then_some(Small(folder))
    }

    fn resize(&self, size: &str) {
        let done = Command::new("mount")
            .args(["-o", &format!("remount,size={size}")])
            .arg(&self.0)
            .status();
        assert!(done.unwrap().success());
    }

    fn read_only(&self) {
        let done = Command::new("mount")
            .args(["-o", "remount,ro"])
            .arg(&self.0)
            .status();
        assert!(done.unwrap().success());
    }
}

#[cfg(target_os = "linux")]
impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_share_mounted_inside_a_root_and_not_there_now() {
    let desk = desk();
    let Some(mounted) = Small::at(desk.path().join("share/branch"), "2m") else {
        return;
    };
    fs::write(mounted.0.join("b.txt"), "NI number AB123459C\n").unwrap();
    let scan = ["scan", "share", "--other-file-systems"];
    assert_eq!(run(desk.path(), &scan).status.code(), Some(0));
    drop(mounted);
    let output = run(desk.path(), &scan);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert_eq!(
        said(&output).lines().last().unwrap(),
        "domesday: 1 document lay on a file system of which nothing is there now: is a share inside a root not \
         mounted? Nothing there was marked as gone"
    );
    assert_eq!(gone(desk.path()), (7, 0));
    let status = run(desk.path(), STATUS);
    let text = String::from_utf8_lossy(&status.stdout).into_owned();
    assert!(
        text.contains("is it mounted? Nothing was marked as gone"),
        "{text}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up_and_one_that_cannot_be_written() {
    let desk = desk();
    for n in 0..300 {
        let lines: String = (0..20)
            .map(|line| format!("Name: Jane Example, NI number AB{:06}C\n", n * 20 + line))
            .collect();
        fs::write(desk.path().join(format!("share/more {n}.txt")), lines).unwrap();
    }
    let Some(disk) = Small::at(desk.path().join("disk"), "700k") else {
        return;
    };
    let scan = ["scan", "share", "--quiet", "--inventory", "disk/d.db"];
    let full = run(desk.path(), &scan);
    assert_eq!(full.status.code(), Some(2), "{}", said(&full));
    assert_eq!(said(&full).lines().count(), 1, "{}", said(&full));
    assert!(
        said(&full).starts_with("domesday: no space left to write the inventory ")
            && said(&full).ends_with(
                "disk/d.db; what was committed stands: free some space and run the same command again"
            ),
        "{}",
        said(&full)
    );
    let shown = run(
        desk.path(),
        &["report", "summary", "--inventory", "disk/d.db"],
    );
    assert_eq!(shown.status.code(), Some(0), "{}", said(&shown));
    disk.resize("40m");
    let whole = run(desk.path(), &scan);
    assert_eq!(whole.status.code(), Some(0), "{}", said(&whole));

    disk.read_only();
    let scan = run(desk.path(), &scan);
    assert_eq!(scan.status.code(), Some(2), "{}", said(&scan));
    assert_eq!(said(&scan).lines().count(), 1, "{}", said(&scan));
    assert!(
        said(&scan).starts_with("domesday: the inventory ")
            && said(&scan).contains("d.db cannot be written: "),
        "{}",
        said(&scan)
    );
    // What cannot be logged is not answered; a report is, and says that it is in no log.
    let find = run(
        desk.path(),
        &["find", "--nino", "AB000001C", "--inventory", "disk/d.db"],
    );
    assert_eq!(find.status.code(), Some(2), "{}", said(&find));
    let shown = run(
        desk.path(),
        &["report", "summary", "--inventory", "disk/d.db"],
    );
    assert_eq!(shown.status.code(), Some(0), "{}", said(&shown));
    assert!(
        said(&shown).starts_with("domesday: this report is not in the log of the inventory: "),
        "{}",
        said(&shown)
    );
    assert!(String::from_utf8_lossy(&shown.stdout).contains("306 files"));
}

#[test]
fn a_clock_that_was_set_back() {
    let desk = desk();
    // As if the last scan had been next year.
    let year = 366 * 86_400_000_i64;
    sql(
        desk.path(),
        &format!(
            "UPDATE run SET started = started + {year}, ended = ended + {year};
             UPDATE root SET walked_at = walked_at + {year};"
        ),
    );
    let status = run(desk.path(), STATUS);
    assert_eq!(status.status.code(), Some(0));
    let text = String::from_utf8_lossy(&status.stdout).into_owned();
    assert!(
        text.contains(
            "  the last scan ended in the future: the clock of this machine, or of the one that scanned, is wrong\n"
        ),
        "{text}"
    );
    fs::remove_file(desk.path().join("share/0.txt")).unwrap();
    fs::write(desk.path().join("share/new.txt"), "NI number AB123459C\n").unwrap();
    let scan = run(
        desk.path(),
        &["scan", "share", "--quiet", "--max-duration", "1h"],
    );
    assert_eq!(scan.status.code(), Some(0), "{}", said(&scan));
    // Scans are told apart by their numbers, not by their times.
    let changes = run(desk.path(), &["report", "changes"]);
    let text = String::from_utf8_lossy(&changes.stdout).into_owned();
    assert!(
        text.starts_with("Since scan 1 of ")
            && text.contains("share/new.txt")
            && text.contains("share/0.txt"),
        "{text}"
    );
    let status = run(desk.path(), STATUS);
    assert!(!String::from_utf8_lossy(&status.stdout).contains("in the future"));
}
