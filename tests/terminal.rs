//! What a person sees: the summary on narrow and wide terminals, and no control codes where nobody looks.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_domesday");

fn share() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let share = folder.path().join("share");
    fs::create_dir(&share).unwrap();
    for n in 0..12 {
        let file = share.join(format!("{n}.txt"));
        fs::write(
            &file,
            format!("Name: Jane Example, NI number AB{n:06}C, has asthma\n"),
        )
        .unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = if n < 4 { 0o644 } else { 0o600 };
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        }
    }
    fs::write(share.join("locked.zip"), b"PK\x03\x04 and no more").unwrap();
    fs::write(share.join("odd.bin"), [7, 0, 200, 1, 255, 254, 3]).unwrap();
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(PROGRAM)
        .current_dir(folder)
        .args(arguments)
        .env("DOMESDAY_KEY", "5a".repeat(32))
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// The same on a terminal of so many columns, by util-linux's `script`; none where it is not there.
fn on_a_terminal(
    folder: &Path,
    columns: u16,
    variables: &[&str],
    arguments: &str,
) -> Option<String> {
    let command = format!("stty cols {columns}; exec {PROGRAM} {arguments}");
    let output = Command::new("script")
        .args(["-qec", &command, "/dev/null"])
        .current_dir(folder)
        .env("DOMESDAY_KEY", "5a".repeat(32))
        .env("TERM", "xterm-256color")
        .env_remove("NO_COLOR")
        .envs(variables.iter().map(|name| (name, "1")))
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !text.contains("Personal data in") {
        println!("passed over: `script` makes no terminal here: {text}");
        return None;
    }
    Some(text.replace('\r', ""))
}

#[test]
fn what_everyone_can_read_of_special_data_comes_first() {
    let folder = share();
    let scan = run(folder.path(), &["scan", "share"]);
    let text = String::from_utf8(scan.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    #[cfg(unix)]
    assert_eq!(
        lines[3],
        "EVERYONE CAN READ 4 files with special category or criminal offence data"
    );
    assert!(
        text.contains(
            "  domesday report exposure --inventory domesday.db   # what everyone can read"
        ),
        "{text}"
    );
    assert!(!text.contains("No file had to be read"), "{text}");
    let again = run(folder.path(), &["scan", "share"]);
    let again = String::from_utf8(again.stdout).unwrap();
    assert!(again.contains("No file had to be read; it took"), "{again}");
}

#[test]
fn no_control_codes_leave_it_off_a_terminal() {
    let folder = share();
    for arguments in [
        &["scan", "share"][..],
        &["scan", "share"],
        &["report", "summary"],
        &["report", "coverage"],
        &["status"],
        &["find", "--name", "Jane Example"],
        &["scan", "--help"],
        &["help"],
        &["scan", "nowhere"],
        &["scna"],
    ] {
        let output = run(folder.path(), arguments);
        for bytes in [&output.stdout, &output.stderr] {
            assert!(
                !bytes.contains(&0x1b),
                "{arguments:?}: {}",
                String::from_utf8_lossy(bytes)
            );
        }
    }
}

#[test]
fn the_summary_fits_a_narrow_terminal_and_is_the_same_on_a_wide_one() {
    let folder = share();
    run(folder.path(), &["scan", "share", "--quiet"]);
    let mut texts = Vec::new();
    for columns in [80, 200] {
        let Some(text) = on_a_terminal(folder.path(), columns, &[], "report summary") else {
            return;
        };
        let from = text.find("Personal data in").unwrap();
        // The report itself goes into the log, and the log grows.
        let same = |line: &&str| !line.starts_with("Inventory: ");
        let lines: Vec<&str> = text[from..].lines().filter(same).collect();
        texts.push(lines.join("\n"));
    }
    assert_eq!(texts[0], texts[1]);
    for line in texts[0].lines() {
        // Paths and commands are as long as they are, so that they can be copied.
        let free = line.contains("domesday.db") || line.starts_with("Personal data in");
        assert!(free || line.chars().count() <= 80, "{line:?}");
    }
}

#[test]
fn who_wants_no_colour_gets_none() {
    let folder = share();
    let Some(text) = on_a_terminal(folder.path(), 80, &["NO_COLOR"], "scan share") else {
        return;
    };
    // Lines are drawn over on a terminal; colours are another thing: ESC [ … m.
    for (at, _) in text.match_indices("\x1b[") {
        let end = text[at + 2..].find(|c: char| c.is_ascii_alphabetic());
        let code = &text[at + 2..][..end.map_or(0, |end| end + 1)];
        assert!(!code.ends_with('m') || code == "0m", "{code:?} in {text:?}");
    }
}
