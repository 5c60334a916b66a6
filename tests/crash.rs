//! Whatever is killed, and whenever: the next run goes on, and the inventory ends as that of an uninterrupted run.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::symlink,
    path::Path,
    process::{Child, Command, ExitStatus, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use domesday::inventory::Journal;

/// How many scans are killed, at moments that follow from their number: one for each victim, or as many as
/// `DOMESDAY_CRASH_SEEDS` says.
fn seeds() -> u64 {
    std::env::var("DOMESDAY_CRASH_SEEDS").map_or(3, |seeds| seeds.parse().unwrap())
}

/// Small and quick, and the same everywhere: the moments of the kills are chosen by it.
struct Random(u64);

impl Random {
    fn next(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }
}

/// A share of some hundred documents with findings, copies, links and things that are not files.
fn share(root: &Path) {
    let mut random = Random(0x5eed);
    for folder in 0..12 {
        let folder = root.join(format!("team {folder}/archive"));
        fs::create_dir_all(&folder).unwrap();
        for n in 0..40 {
            let mut text = String::new();
            for line in 0..random.next(400) {
                text.push_str(&format!(
                    "Row {line}: National Insurance number AB{:06}C, paid on time\n",
                    random.next(1_000_000)
                ));
            }
            fs::write(folder.join(format!("notes {n}.txt")), &text).unwrap();
            if n % 7 == 0 {
                fs::write(
                    folder.parent().unwrap().join(format!("copy of {n}.txt")),
                    &text,
                )
                .unwrap();
            }
        }
        fs::hard_link(folder.join("notes 0.txt"), folder.join("linked.txt")).unwrap();
        symlink("../..", folder.join("loop")).unwrap();
    }
    let large = "NI number AB123456C. Nothing here, and nothing there. ".repeat(20_000);
    fs::write(root.join("large.txt"), large).unwrap();
    fs::write(root.join("empty"), "").unwrap();
}

fn domesday(share: &Path, inventory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_domesday"));
    command
        .arg("scan")
        .arg(share)
        .arg("--inventory")
        .arg(inventory)
        .args(["--quiet", "--threads", "2", "--memory", "256MiB"])
        .env("DOMESDAY_KEY", "5a".repeat(32))
        .env_remove("DOMESDAY_TEST_FAULTS")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// What an inventory says of every place, apart from runs, times and row numbers.
fn contents(inventory: &Path) -> BTreeMap<String, Vec<String>> {
    let db = rusqlite::Connection::open(inventory).unwrap();
    let mut places = BTreeMap::new();
    let mut statement = db
        .prepare(
            "SELECT CAST(path AS TEXT), outcome, reason, size, content, document FROM place WHERE gone_at IS NULL",
        )
        .unwrap();
    let mut rows = statement.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let path: String = row.get(0).unwrap();
        let mut lines = vec![format!(
            "{} {:?} {:?}",
            row.get::<_, String>(1).unwrap(),
            row.get::<_, String>(2).unwrap(),
            row.get::<_, Option<i64>>(3).unwrap()
        )];
        let (content, document): (Option<i64>, i64) = (row.get(4).unwrap(), row.get(5).unwrap());
        let mut found = db
            .prepare_cached(
                "SELECT p.ordinal, p.outcome, r.name, f.high, f.medium, f.low, f.other, f.different,
                        (SELECT COUNT(*) || '/' || SUM(v.count) || '/' || SUM(v.hash % 1000003)
                         FROM value v WHERE v.part = p.id AND v.rule = f.rule)
                 FROM part p LEFT JOIN finding f ON f.part = p.id LEFT JOIN rule r ON r.id = f.rule
                 WHERE p.content = ?1 OR p.document = ?2 ORDER BY 1, 2, 3",
            )
            .unwrap();
        let mut found = found.query((content, document)).unwrap();
        while let Some(row) = found.next().unwrap() {
            let cells: Vec<String> = (0..9)
                .map(|column| match row.get_ref(column).unwrap() {
                    rusqlite::types::ValueRef::Text(text) => {
                        String::from_utf8_lossy(text).into_owned()
                    }
                    other => format!("{other:?}"),
                })
                .collect();
            lines.push(cells.join(" "));
        }
        assert!(places.insert(path.clone(), lines).is_none(), "{path} twice");
    }
    places
}

fn same(expected: &BTreeMap<String, Vec<String>>, inventory: &Path, what: &str) {
    let found = contents(inventory);
    for (path, lines) in expected {
        assert_eq!(found.get(path), Some(lines), "{what}: {path}");
    }
    assert_eq!(found.len(), expected.len(), "{what}");
}

fn scanner_of(supervisor: u32) -> Option<i32> {
    let children =
        fs::read_to_string(format!("/proc/{supervisor}/task/{supervisor}/children")).ok()?;
    children.split_whitespace().next()?.parse().ok()
}

fn kill(pid: i32) {
    if let Some(pid) = rustix::process::Pid::from_raw(pid) {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
}

fn finish(mut child: Child, what: &str) -> ExitStatus {
    let patience = Instant::now() + Duration::from_secs(120);
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if Instant::now() > patience {
            let _ = child.kill();
            panic!("{what}: it does not end");
        }
        thread::sleep(Duration::from_millis(5));
    }
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn killed_at_any_moment_it_goes_on_to_the_same_inventory() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("share");
    fs::create_dir(&root).unwrap();
    share(&root);
    let reference = dir.path().join("reference.db");
    let began = Instant::now();
    let output = domesday(&root, &reference).output().unwrap();
    let whole = began.elapsed();
    assert!(output.status.success(), "{}", words(&output));
    let expected = contents(&reference);
    assert!(expected.len() > 500);
    assert!(expected["large.txt"].join(" ").contains("nino"));

    let mut hit = 0;
    for seed in 1..=seeds() {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let inventory = dir.path().join(format!("{seed}.db"));
        // 0: the scanner, 1: the supervisor, 2: both. Some twice.
        let victim = seed % 3;
        for _ in 0..1 + seed % 2 {
            let child = domesday(&root, &inventory).spawn().unwrap();
            let wait = random.next(whole.as_millis() as u64 + 1);
            thread::sleep(Duration::from_millis(wait));
            let supervisor = child.id();
            let scanner = scanner_of(supervisor);
            hit += u32::from(scanner.is_some());
            if victim > 0 {
                kill(supervisor as i32);
            }
            if victim != 1
                && let Some(scanner) = scanner
            {
                kill(scanner);
            }
            let status = finish(child, "the killed scan");
            if victim == 0 {
                assert!(
                    status.success(),
                    "seed {seed}: the supervisor did not carry on"
                );
            }
        }
        let output = domesday(&root, &inventory).output().unwrap();
        assert!(output.status.success(), "seed {seed}: {}", words(&output));
        same(&expected, &inventory, &format!("seed {seed}"));
        sound(&inventory, &format!("seed {seed}"));
        assert!(!Journal::path_for(&inventory).exists());
    }
    assert!(hit > 0, "only {hit} kills found a scanner running");
}

/// What a day does to a share: files come, change, move and go.
fn another_day(root: &Path, day: u64) {
    let mut random = Random(day.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    for folder in 0..12 {
        let folder = root.join(format!("team {folder}/archive"));
        let moved = root.join(format!("moved on day {day}"));
        fs::create_dir_all(&moved).unwrap();
        for n in 0..40 {
            let file = folder.join(format!("notes {n}.txt"));
            if !file.exists() {
                continue;
            }
            let number = random.next(1_000_000);
            match random.next(12) {
                0 => fs::remove_file(&file).unwrap(),
                1 => fs::write(&file, format!("Now NI number AB{number:06}C")).unwrap(),
                2 => fs::rename(&file, moved.join(format!("{number} {n}.txt"))).unwrap(),
                3 => fs::write(
                    folder.join(format!("new {day} {n}.txt")),
                    format!("NI AB{number:06}C and AB{number:06}D"),
                )
                .unwrap(),
                4 => {
                    fs::copy(&file, folder.join(format!("again {day} {n}.txt"))).unwrap();
                }
                _ => {}
            }
        }
    }
}

/// What must hold in every inventory between runs, whatever happened before.
fn sound(inventory: &Path, what: &str) {
    let db = rusqlite::Connection::open(inventory).unwrap();
    for (invariant, broken) in [
        (
            "a content knows how many places hold it",
            "SELECT id FROM content c WHERE live <> (SELECT COUNT(*) FROM document d
             WHERE d.content = c.id AND d.gone_run IS NULL)",
        ),
        (
            "a content is whole",
            "SELECT id FROM content WHERE digest IS NULL",
        ),
        (
            "a content has the sums of its findings",
            "SELECT id FROM content c WHERE (high, medium, low) <> (SELECT COALESCE(SUM(high), 0),
             COALESCE(SUM(medium), 0), COALESCE(SUM(low), 0) FROM part p JOIN finding f ON f.part = p.id
             WHERE p.content = c.id)",
        ),
        (
            "a content without a place is dropped",
            "SELECT id FROM content c WHERE NOT EXISTS (SELECT 1 FROM document d WHERE d.content = c.id)",
        ),
        (
            "what is found lies in a part, and a part in something",
            "SELECT part FROM finding WHERE part NOT IN (SELECT id FROM part)
             UNION SELECT part FROM value WHERE part NOT IN (SELECT id FROM part)
             UNION SELECT part FROM shown WHERE part NOT IN (SELECT id FROM part)
             UNION SELECT id FROM part WHERE content NOT IN (SELECT id FROM content)",
        ),
        (
            "a root knows how many entries it has",
            "SELECT id FROM root r WHERE (documents, gone) <> (SELECT COUNT(*) - COUNT(gone_run), COUNT(gone_run)
             FROM document d JOIN folder f ON f.id = d.folder WHERE f.root = r.id)",
        ),
        (
            "every run has an end",
            "SELECT id FROM run WHERE ending IS NULL",
        ),
        (
            "every entry of a complete run has one outcome",
            "SELECT id FROM run r WHERE ending = 'complete' AND walked <>
             (SELECT SUM(entries) FROM run_outcome o WHERE o.run = r.id)",
        ),
        ("no document is suspected", "SELECT root FROM suspect"),
    ] {
        let rows: Vec<i64> = db
            .prepare(broken)
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert!(rows.is_empty(), "{what}: {invariant}: {rows:?}");
    }
}

#[test]
fn killed_night_after_night_while_the_share_changes_it_ends_the_same() {
    const DAYS: u64 = 3;
    let dir = tempfile::tempdir().unwrap();
    let fresh = |name: String| {
        let root = dir.path().join(name);
        fs::create_dir(&root).unwrap();
        share(&root);
        root
    };
    let (root, reference) = (fresh("reference".into()), dir.path().join("reference.db"));
    let began = Instant::now();
    for day in 0..DAYS {
        if day > 0 {
            another_day(&root, day);
        }
        let output = domesday(&root, &reference).output().unwrap();
        assert!(output.status.success(), "{}", words(&output));
        sound(&reference, "uninterrupted");
    }
    let each = began.elapsed() / DAYS as u32;
    let expected = contents(&reference);
    assert!(
        expected
            .keys()
            .any(|path| path.starts_with("moved on day 2"))
    );

    for seed in 1..=seeds() {
        let mut random = Random(seed.wrapping_mul(0xd1b5_4a32_d192_ed03));
        let root = fresh(format!("share {seed}"));
        let inventory = dir.path().join(format!("nights {seed}.db"));
        for day in 0..DAYS {
            if day > 0 {
                another_day(&root, day);
            }
            let child = domesday(&root, &inventory).spawn().unwrap();
            thread::sleep(Duration::from_millis(
                random.next(each.as_millis() as u64 + 1),
            ));
            let (supervisor, scanner) = (child.id(), scanner_of(child.id()));
            let victim = random.next(3);
            if victim > 0 {
                kill(supervisor as i32);
            }
            if victim != 1
                && let Some(scanner) = scanner
            {
                kill(scanner);
            }
            finish(child, "the killed scan");
        }
        let what = format!("seed {seed}");
        let output = domesday(&root, &inventory).output().unwrap();
        assert!(output.status.success(), "{what}: {}", words(&output));
        same(&expected, &inventory, &what);
        sound(&inventory, &what);
        // Nothing that was ever met is forgotten: it is there, or it is gone with the night it went.
        let db = rusqlite::Connection::open(&inventory).unwrap();
        let (met, there, gone): (i64, i64, i64) = db
            .query_row(
                "SELECT COUNT(*), SUM(gone_run IS NULL), SUM(gone_run IS NOT NULL AND gone_at > 0) FROM document",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .unwrap();
        assert_eq!(
            (there, met),
            (expected.len() as i64, there + gone),
            "{what}"
        );
        // And now that all is as it was, nothing is read.
        let output = domesday(&root, &inventory).output().unwrap();
        assert!(output.status.success(), "{what}: {}", words(&output));
        let read: i64 = db
            .query_row(
                "SELECT COUNT(*) FROM run_outcome WHERE run = (SELECT MAX(id) FROM run) AND outcome = 'read'",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(read, 0, "{what}: an unchanged share is read again");
    }
}

#[test]
fn a_document_that_kills_its_reader_twice_is_that_documents_outcome() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("share");
    fs::create_dir(&root).unwrap();
    for n in 0..50 {
        fs::write(
            root.join(format!("{n}.txt")),
            format!("NI number AB{n:06}C\n"),
        )
        .unwrap();
    }
    for name in [
        "abort.txt",
        "spin.txt",
        "eat.txt",
        "recurse.txt",
        "panic.txt",
    ] {
        fs::write(root.join(name), format!("{name}: NI number AB123456C\n")).unwrap();
    }
    let inventory = dir.path().join("d.db");
    let scan = || {
        domesday(&root, &inventory)
            .args(["--deadline", "1"])
            .env(
                "DOMESDAY_TEST_FAULTS",
                "abort=abort.txt,spin=spin.txt,eat=eat.txt,recurse=recurse.txt,panic=panic.txt",
            )
            .output()
            .unwrap()
    };
    let output = scan();
    assert_eq!(output.status.code(), Some(3), "{}", words(&output));
    let found = contents(&inventory);
    for (name, outcome) in [
        ("abort.txt", "crashed \"its reader died on it, twice\""),
        ("spin.txt", "timed-out \"not read after 3 s, twice\""),
        (
            "eat.txt",
            "too-large \"needs more than 256 MiB of memory: give more with --memory\"",
        ),
        (
            "recurse.txt",
            "crashed \"nested too deeply for its reader, twice\"",
        ),
        (
            "panic.txt",
            "crashed \"its reader failed; the scan went on\"",
        ),
    ] {
        assert!(
            found[name][0].starts_with(outcome),
            "{name}: {}",
            found[name][0]
        );
    }
    for n in 0..50 {
        assert!(found[&format!("{n}.txt")][1].contains("nino"), "{n}.txt");
    }
    // Mended or not, they are not tried again until something changes, and are told again each time.
    let output = domesday(&root, &inventory)
        .args(["--deadline", "1"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", words(&output));
    assert_eq!(contents(&inventory), found);
    // More time is such a change: what could not be read is tried again.
    let output = domesday(&root, &inventory)
        .args(["--deadline", "2"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", words(&output));
    assert!(contents(&inventory)["spin.txt"][1].contains("nino"));
}

#[test]
fn a_document_that_takes_over_the_scanner_reaches_neither_other_files_nor_the_network() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("share");
    fs::create_dir(&root).unwrap();
    fs::write(root.join("escape.txt"), "NI number AB123456C").unwrap();
    let outcome = |arguments: &[&str]| {
        let inventory = dir.path().join(format!("{}.db", arguments.len()));
        domesday(&root, &inventory)
            .args(arguments)
            .env("DOMESDAY_TEST_FAULTS", "escape=escape.txt")
            .output()
            .unwrap();
        contents(&inventory)["escape.txt"][0].clone()
    };
    let open = outcome(&["--no-sandbox"]);
    assert!(open.starts_with("crashed"), "the test itself: {open}");
    if !domesday::scan::sandbox::offered().contains("no network") {
        println!("passed over: {}", domesday::scan::sandbox::offered());
        return;
    }
    let shut = outcome(&[]);
    assert!(shut.starts_with("read"), "{shut}");
}

#[test]
fn a_second_scan_is_told_who_has_the_inventory() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("share");
    fs::create_dir(&root).unwrap();
    fs::write(root.join("spin.txt"), "x").unwrap();
    let inventory = dir.path().join("d.db");
    let mut first = domesday(&root, &inventory)
        .env("DOMESDAY_TEST_FAULTS", "spin=spin.txt")
        .spawn()
        .unwrap();
    let patience = Instant::now() + Duration::from_secs(20);
    while Journal::read(&Journal::path_for(&inventory))
        .unwrap()
        .is_empty()
    {
        assert!(Instant::now() < patience, "the first scan does not begin");
        thread::sleep(Duration::from_millis(20));
    }
    let output = domesday(&root, &inventory).output().unwrap();
    let told = words(&output);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("in use by another scan"), "{told}");
    assert!(told.contains(&format!("process {}", first.id())), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
    first.kill().unwrap();
    first.wait().unwrap();
}

#[test]
fn interrupted_it_commits_and_the_same_command_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("share");
    fs::create_dir(&root).unwrap();
    share(&root);
    let inventory = dir.path().join("d.db");
    let child = domesday(&root, &inventory).spawn().unwrap();
    let patience = Instant::now() + Duration::from_secs(20);
    while Journal::read(&Journal::path_for(&inventory))
        .unwrap()
        .is_empty()
    {
        assert!(Instant::now() < patience, "the scan does not begin");
        thread::sleep(Duration::from_millis(5));
    }
    let pid = rustix::process::Pid::from_raw(child.id() as i32).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let status = finish(child, "the interrupted scan");
    assert_eq!(status.code(), Some(130));
    let output = domesday(&root, &inventory).output().unwrap();
    assert!(output.status.success(), "{}", words(&output));
    let reference = dir.path().join("reference.db");
    assert!(
        domesday(&root, &reference)
            .output()
            .unwrap()
            .status
            .success()
    );
    same(&contents(&reference), &inventory, "after ^C");
}
