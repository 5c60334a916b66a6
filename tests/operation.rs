//! A scan under a scheduler: its bounds, its log, what follows it, who holds the inventory.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

fn domesday(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_domesday"));
    command
        .current_dir(folder)
        .env("DOMESDAY_KEY", "5a".repeat(32))
        .env_remove("DOMESDAY_CONFIG")
        .stdin(Stdio::null());
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    domesday(folder).args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// A share of so many different documents of some ten thousand bytes.
fn share(documents: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("share")).unwrap();
    for n in 0..documents {
        let text = format!(
            "Report {n}\nNI number AB{n:06}C\n{}",
            "nothing of note. ".repeat(600)
        );
        fs::write(folder.path().join(format!("share/{n}.txt")), text).unwrap();
    }
    folder
}

fn start(folder: &Path, arguments: &[&str]) -> Child {
    domesday(folder)
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits until the scan holds the inventory.
fn holding(folder: &Path) {
    let lock = folder.join("domesday.db.lock");
    let patience = Instant::now() + Duration::from_secs(60);
    while fs::metadata(&lock).map_or(0, |lock| lock.len()) == 0 {
        assert!(Instant::now() < patience, "the scan never began");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn count(folder: &Path, sql: &str) -> i64 {
    let db = rusqlite::Connection::open(folder.join("domesday.db")).unwrap();
    db.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[cfg(target_os = "linux")]
fn niceness(process: &str) -> i64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields = stat.rsplit(')').next().unwrap();
    fields.split_whitespace().nth(16).unwrap().parse().unwrap()
}

#[test]
fn a_scan_whose_time_is_up_ends_with_4_and_the_next_goes_on() {
    let folder = share(40);
    // However busy the machine: longer and longer, until something was read before the time was up.
    let mut read = 0;
    for seconds in ["3s", "6s", "12s", "24s"] {
        let slow = ["scan", "share", "--max-rate", "15kB/s", "--threads", "1"];
        let first = run(
            folder.path(),
            &[&slow[..], &["--max-duration", seconds]].concat(),
        );
        assert_eq!(first.status.code(), Some(4), "{}", said(&first));
        assert!(
            said(&first).contains("time is up (after "),
            "{}",
            said(&first)
        );
        read = count(
            folder.path(),
            "SELECT COUNT(*) FROM document WHERE outcome = 'read'",
        );
        if read > 0 {
            break;
        }
    }
    assert!((1..40).contains(&read), "a part of it: {read}");
    let db = rusqlite::Connection::open(folder.path().join("domesday.db")).unwrap();
    let (ending, reason): (String, String) = db
        .query_row(
            "SELECT ending, reason FROM run ORDER BY id DESC LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert_eq!(ending, "interrupted");
    assert!(reason.starts_with("after "), "{reason}");
    assert_eq!(
        count(
            folder.path(),
            "SELECT COUNT(*) FROM document WHERE gone_run IS NOT NULL"
        ),
        0
    );
    let second = run(folder.path(), &["scan", "share"]);
    assert_eq!(second.status.code(), Some(0), "{}", said(&second));
    assert!(
        said(&second).contains(&format!("{read} unchanged")),
        "what the first read is not read again: {}",
        said(&second)
    );
    assert_eq!(
        count(
            folder.path(),
            "SELECT COUNT(*) FROM document WHERE outcome = 'read'"
        ),
        40
    );
}

#[test]
fn a_second_scan_is_told_who_holds_the_inventory_and_a_signal_ends_the_first() {
    let folder = share(40);
    let first = start(
        folder.path(),
        &["scan", "share", "--max-rate", "30kB/s", "--nice", "5"],
    );
    holding(folder.path());
    let second = run(folder.path(), &["scan", "share"]);
    assert_eq!(second.status.code(), Some(2), "{}", said(&second));
    let words = said(&second);
    assert!(
        words.contains(&format!("process {}", first.id())) && words.contains(" since "),
        "{words}"
    );
    let status = said(&run(folder.path(), &["status"]));
    assert!(status.contains("being scanned by process"), "{status}");
    #[cfg(target_os = "linux")]
    assert_eq!(
        niceness(&first.id().to_string()),
        (niceness("self") + 5).min(19)
    );
    #[cfg(unix)]
    {
        let pid = rustix::process::Pid::from_child(&first);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let ended = first.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(130), "{}", said(&ended));
        assert!(
            said(&ended).contains("goes on where it stopped"),
            "{}",
            said(&ended)
        );
    }
    #[cfg(not(unix))]
    drop(first);
}

#[test]
fn json_log_lines_are_objects_and_the_output_is_theirs_alone() {
    let folder = share(3);
    let scan = run(folder.path(), &["scan", "share", "--log-format", "json"]);
    assert_eq!(scan.status.code(), Some(0));
    assert!(scan.stdout.is_empty());
    let lines: Vec<Value> = String::from_utf8(scan.stderr)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["event"], "started");
    let end = lines.last().unwrap();
    assert_eq!(end["event"], "ended");
    assert_eq!(end["result"], "complete");
    assert_eq!(end["done"], 3);
    assert_eq!(end["status"], 0);
    assert!(end["time"].as_str().unwrap().ends_with('Z'));
    let scan = run(folder.path(), &["scan", "nowhere", "--log-format", "json"]);
    assert_eq!(scan.status.code(), Some(2));
    let line: Value = serde_json::from_slice(&scan.stderr).unwrap();
    assert_eq!(line["level"], "error");
    assert!(line["message"].as_str().unwrap().contains("does not exist"));
}

/// Reads Prometheus' text format, strictly: every sample after its HELP and TYPE, no sample twice.
fn metrics(text: &str) -> BTreeMap<String, f64> {
    let mut samples = BTreeMap::new();
    let (mut helped, mut typed) = (String::new(), String::new());
    assert!(text.ends_with('\n'));
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            rest.split_once(' ').unwrap().0.clone_into(&mut helped);
            continue;
        }
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert_eq!((name, kind), (&*helped, "gauge"));
            name.clone_into(&mut typed);
            continue;
        }
        let (sample, value) = line.rsplit_once(' ').unwrap();
        let name = sample.split('{').next().unwrap();
        assert_eq!(name, typed, "a sample of another metric");
        assert!(
            name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'),
            "{name}"
        );
        assert!(sample == name || sample.ends_with("\"}"), "{sample}");
        let twice = samples.insert(sample.to_owned(), value.parse().unwrap());
        assert_eq!(twice, None, "{sample} twice");
    }
    samples
}

#[test]
fn metrics_are_written_after_a_scan_and_tell_when_it_failed() {
    let folder = share(3);
    fs::write(folder.path().join("share/locked.zip"), b"PK\x03\x04broken").unwrap();
    let scan = run(folder.path(), &["scan", "share", "--metrics", "d.prom"]);
    assert_eq!(scan.status.code(), Some(3), "{}", said(&scan));
    let read = || metrics(&fs::read_to_string(folder.path().join("d.prom")).unwrap());
    let first = read();
    assert_eq!(first["domesday_scan_exit_status"], 3.0);
    assert_eq!(first["domesday_documents"], 4.0);
    assert_eq!(first["domesday_last_scan_entries{outcome=\"read\"}"], 3.0);
    assert_eq!(
        first["domesday_category_documents{category=\"national-id\",class=\"standard\"}"],
        3.0
    );
    assert_eq!(
        first["domesday_unread{outcome=\"corrupt\",what=\"file\"}"],
        1.0
    );
    let printed = run(folder.path(), &["report", "metrics"]);
    let printed = metrics(&String::from_utf8(printed.stdout).unwrap());
    assert!(printed.iter().all(|(name, _)| first.contains_key(name)));
    fs::rename(folder.path().join("share"), folder.path().join("away")).unwrap();
    let scan = run(folder.path(), &["scan", "share", "--metrics", "d.prom"]);
    assert_eq!(scan.status.code(), Some(2));
    let second = read();
    assert_eq!(second["domesday_scan_exit_status"], 2.0);
    assert_eq!(
        second["domesday_last_complete_scan_timestamp_seconds"],
        first["domesday_last_complete_scan_timestamp_seconds"]
    );
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("part"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[cfg(unix)]
#[test]
fn the_command_after_a_scan_finds_in_its_environment_how_it_went() {
    let folder = share(2);
    let command = "env | grep ^DOMESDAY_ | sort > told.txt; exit 7";
    let scan = run(folder.path(), &["scan", "share", "--on-finish", command]);
    assert_eq!(
        scan.status.code(),
        Some(0),
        "it changes nothing: {}",
        said(&scan)
    );
    assert!(
        said(&scan).contains("--on-finish ended with status 7"),
        "{}",
        said(&scan)
    );
    let told = fs::read_to_string(folder.path().join("told.txt")).unwrap();
    for line in [
        "DOMESDAY_RESULT=complete\n",
        "DOMESDAY_EXIT_STATUS=0\n",
        "DOMESDAY_RUN=1\n",
        "DOMESDAY_FINDINGS=2\n",
        "DOMESDAY_UNREAD=0\n",
        "/domesday.db\n",
    ] {
        assert!(told.contains(line), "{line} in {told}");
    }
    assert!(!told.contains("DOMESDAY_KEY"), "the key stays here");
    let scan = run(folder.path(), &["scan", "nowhere", "--on-finish", command]);
    assert_eq!(scan.status.code(), Some(2));
    let told = fs::read_to_string(folder.path().join("told.txt")).unwrap();
    assert!(
        told.contains("DOMESDAY_RESULT=failed") && told.contains("does not exist"),
        "{told}"
    );
}

#[test]
fn reports_of_the_configuration_are_written_after_each_scan() {
    let folder = share(2);
    let config = "[[root]]\npath = \"share\"\n[scan]\nquiet = true\n[[output]]\nreport = \"csv\"\nfile = \"out.csv\"\n";
    fs::write(folder.path().join("domesday.toml"), config).unwrap();
    let scan = run(folder.path(), &["scan"]);
    assert_eq!((scan.status.code(), &*said(&scan)), (Some(0), ""));
    let rows = fs::read_to_string(folder.path().join("out.csv")).unwrap();
    assert!(rows.lines().count() > 2, "{rows}");
    fs::write(
        folder.path().join("domesday.toml"),
        config.replace("\"csv\"", "\"cvs\""),
    )
    .unwrap();
    let scan = run(folder.path(), &["scan"]);
    assert_eq!(scan.status.code(), Some(2));
    assert!(
        said(&scan).contains("there is no report `cvs`"),
        "{}",
        said(&scan)
    );
}

#[test]
fn units_for_schedulers_are_ready_and_their_paths_absolute() {
    let folder = share(1);
    let site = folder.path().join("a 100% \"odd\" $PLACE");
    fs::create_dir(&site).unwrap();
    fs::write(
        site.join("domesday.toml"),
        "[[root]]\npath = \"../share\"\n",
    )
    .unwrap();
    let none = run(folder.path(), &["schedule", "--cron"]);
    assert_eq!(none.status.code(), Some(2));
    assert!(said(&none).contains("domesday init"), "{}", said(&none));

    let cron = run(
        &site,
        &["schedule", "--cron", "--at", "21:30", "--until", "06:00"],
    );
    let cron = String::from_utf8(cron.stdout).unwrap();
    let line = cron.lines().last().unwrap();
    assert!(line.starts_with("30 21 * * * root cd '/"), "{line}");
    assert!(
        line.contains("'scan' '--config' '") && line.contains("'--until' '06:00'"),
        "{line}"
    );
    // What cron hands to the shell: per cent signs without their escapes.
    #[cfg(unix)]
    {
        let command = line.splitn(7, ' ').nth(6).unwrap().replace("\\%", "%");
        let ran = Command::new("sh")
            .args(["-c", &command])
            .env("DOMESDAY_KEY", "5a".repeat(32))
            .output()
            .unwrap();
        assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
        assert!(site.join("domesday.db").exists(), "it ran where it should");
    }

    let task = run(&site, &["schedule", "--windows-task"]);
    let mut reader = quick_xml::Reader::from_reader(&task.stdout[..]);
    reader.config_mut().check_end_names = true;
    let mut depth = 0;
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Start(_) => depth += 1,
            quick_xml::events::Event::End(_) => depth -= 1,
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0);

    let units = folder.path().join("units");
    fs::create_dir(&units).unwrap();
    let written = run(
        &site,
        &["schedule", "--systemd", "-o", units.to_str().unwrap()],
    );
    assert_eq!(written.status.code(), Some(0), "{}", said(&written));
    let service = fs::read_to_string(units.join("domesday.service")).unwrap();
    assert!(service.contains("100%% \\\"odd\\\" $$PLACE"), "{service}");
    match Command::new("systemd-analyze")
        .args(["verify", "--man=no"])
        .args([units.join("domesday.service"), units.join("domesday.timer")])
        .output()
    {
        Err(_) => println!("passed over: no systemd-analyze here"),
        Ok(verdict) => {
            let words = said(&verdict);
            let ours: Vec<&str> = words
                .lines()
                .filter(|line| line.contains("domesday.service") || line.contains("domesday.timer"))
                .collect();
            assert!(ours.is_empty(), "{words}");
        }
    }
}

#[test]
fn status_tells_what_is_due_what_failed_and_what_mends_it() {
    let folder = share(2);
    fs::write(folder.path().join("share/broken.zip"), b"PK\x03\x04broken").unwrap();
    fs::create_dir(folder.path().join("other")).unwrap();
    fs::write(
        folder.path().join("domesday.toml"),
        "[[root]]\npath = \"share\"\n[[root]]\npath = \"other\"\n",
    )
    .unwrap();
    assert_eq!(
        run(folder.path(), &["scan", "share"]).status.code(),
        Some(3)
    );
    let status = said(&run(folder.path(), &["status"]));
    assert!(status.contains("other was never scanned"), "{status}");
    assert!(status.contains("1 corrupt: try them"), "{status}");
    assert!(!status.contains("days old"), "{status}");
    let db = rusqlite::Connection::open(folder.path().join("domesday.db")).unwrap();
    db.execute_batch(
        "UPDATE run SET started = started - 864000000, ended = ended - 864000000;
         INSERT INTO run (started, version, rules, options, host, user, pid, reason)
         SELECT started, version, rules, options, host, user, pid, 'no space left' FROM run;",
    )
    .unwrap();
    let status = said(&run(folder.path(), &["status"]));
    assert!(
        status.contains("stopped by an error (no space left)"),
        "{status}"
    );
    assert!(status.contains("the last scan did not finish"), "{status}");
    assert!(status.contains("is 10 days old"), "{status}");
    db.execute_batch("UPDATE run SET ended = ended + 1728000000 WHERE ended IS NOT NULL")
        .unwrap();
    let status = said(&run(folder.path(), &["status"]));
    assert!(status.contains("ended in the future"), "{status}");
}

#[cfg(target_os = "linux")]
#[test]
fn who_can_read_is_told_by_the_list_not_by_the_bits_it_hides_behind() {
    use std::os::unix::fs::PermissionsExt;
    let folder = share(3);
    let file = |n: u32| folder.path().join(format!("share/{n}.txt"));
    for n in 0..3 {
        fs::set_permissions(file(n), fs::Permissions::from_mode(0o600)).unwrap();
    }
    // user::rw- user:12345:r-- group::--- mask::r-- other::---, and the same with a mask that lets nobody read.
    let list = |mask: u16| {
        let mut bytes = 2_u32.to_le_bytes().to_vec();
        for (tag, permissions, id) in [
            (0x01_u16, 6_u16, u32::MAX),
            (0x02, 4, 12_345),
            (0x04, 0, u32::MAX),
            (0x10, mask, u32::MAX),
            (0x20, 0, u32::MAX),
        ] {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(permissions.to_le_bytes());
            bytes.extend(id.to_le_bytes());
        }
        bytes
    };
    for (n, mask) in [(0, 4), (1, 0)] {
        if let Err(error) = rustix::fs::setxattr(
            file(n),
            "system.posix_acl_access",
            &list(mask),
            rustix::fs::XattrFlags::empty(),
        ) {
            println!("passed over: no access-control lists here ({error})");
            return;
        }
    }
    let scan = run(folder.path(), &["scan", "share"]);
    assert_eq!(scan.status.code(), Some(0), "{}", said(&scan));
    let db = rusqlite::Connection::open(folder.path().join("domesday.db")).unwrap();
    let told = |name: &str| -> (i64, Option<String>) {
        db.query_row(
            "SELECT exposure, p.name FROM document d LEFT JOIN principal p ON p.id = d.acl WHERE d.name = ?1",
            [name],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap()
    };
    let (exposure, words) = told("0.txt");
    assert_eq!(exposure, 2, "a named account reads it");
    assert_eq!(
        words.unwrap(),
        "user::rw- user:12345:r-- group::--- mask::r-- other::---"
    );
    assert_eq!(told("1.txt").0, 1, "its mask lets nobody read");
    assert_eq!(told("2.txt"), (1, None), "no list");
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_one_clear_line_and_the_next_scan_goes_on() {
    let folder = share(20);
    // No file may grow beyond this, and the system refuses the write as a full disk would.
    for blocks in [64, 600, 900] {
        let program = env!("CARGO_BIN_EXE_domesday");
        let scan = Command::new("sh")
            .args([
                "-c",
                &format!("trap '' XFSZ; ulimit -f {blocks}; exec {program} scan share"),
            ])
            .current_dir(folder.path())
            .env("DOMESDAY_KEY", "5a".repeat(32))
            .output()
            .unwrap();
        if scan.status.code() == Some(0) {
            println!("{blocks} blocks were enough");
            continue;
        }
        let words = said(&scan);
        assert_eq!(scan.status.code(), Some(2), "{words}");
        assert!(
            words.contains("no space left to write the inventory"),
            "{words}"
        );
    }
    let scan = run(folder.path(), &["scan", "share"]);
    assert_eq!(scan.status.code(), Some(0), "{}", said(&scan));
    assert_eq!(
        count(
            folder.path(),
            "SELECT COUNT(*) FROM document WHERE outcome = 'read'"
        ),
        20
    );
    assert_eq!(
        count(
            folder.path(),
            "SELECT walked - (SELECT SUM(entries) FROM run_outcome WHERE run = run.id) FROM run ORDER BY id DESC LIMIT 1"
        ),
        0
    );
}
