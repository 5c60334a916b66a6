//! Documents that other programs locked (`corpus/locked.py` makes them): opened with the list of passwords, accounted for
//! without, and the passwords in nothing that the program says or keeps.

#![allow(clippy::unwrap_used)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use domesday::{
    extract::{Flow, Head, Options, Reader, Source, Visitor},
    model::{Outcome, OutcomeKind, Segment, Sensitive},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_domesday");
const PASSWORDS: &str = "tests/files/locked/passwords.txt";

fn here(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn locked() -> Vec<PathBuf> {
    let folder = fs::read_dir(here("tests/files/locked")).unwrap();
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e != "txt"));
    assert!(files.len() > 20, "they are there");
    files
}

#[derive(Default)]
struct Listener {
    found: usize,
    outcomes: Vec<Outcome>,
}

impl Visitor for Listener {
    fn open(&mut self, _: &Head<'_>) -> Flow {
        Flow::Continue
    }

    fn segment(&mut self, segment: &Segment<'_>) -> Flow {
        self.found += segment.text.matches("943 476 5919").count();
        Flow::Continue
    }

    fn close(&mut self, outcome: Outcome) {
        self.outcomes.push(outcome);
    }
}

fn read(path: &Path, bytes: &[u8], passwords: &[&str]) -> Listener {
    let reader = Reader::new(Options {
        passwords: passwords.iter().copied().map(Sensitive::new).collect(),
        ..Options::default()
    });
    let mut listener = Listener::default();
    let name = path.file_name().unwrap().to_string_lossy();
    reader.read(Source::bytes(bytes), &name, &mut listener);
    listener
}

#[test]
fn the_right_password_opens_each_and_a_wrong_one_none() {
    let list = fs::read_to_string(here(PASSWORDS)).unwrap();
    let right: Vec<&str> = list.lines().collect();
    for path in locked() {
        let bytes = fs::read(&path).unwrap();
        let opened = read(&path, &bytes, &right);
        assert!(
            opened.found > 0,
            "{}: {:?}",
            path.display(),
            opened.outcomes
        );
        let whole = opened.outcomes.iter().all(|o| o.kind == OutcomeKind::Read);
        assert!(whole, "{}: {:?}", path.display(), opened.outcomes);
        // Locked against changes only: its text is open to everybody.
        if path.ends_with("open.pdf") {
            continue;
        }
        for passwords in [&[][..], &["wrong", "", "LETMEIN"]] {
            let closed = read(&path, &bytes, passwords);
            assert_eq!(closed.found, 0, "{}", path.display());
            let told = closed.outcomes.iter().any(|outcome| {
                outcome.kind == OutcomeKind::Encrypted && outcome.reason == "password needed"
            });
            assert!(told, "{}: {:?}", path.display(), closed.outcomes);
        }
    }
}

#[test]
fn damaged_locks_end_in_an_outcome() {
    let list = fs::read_to_string(here(PASSWORDS)).unwrap();
    let right: Vec<&str> = list.lines().collect();
    for path in locked() {
        let bytes = fs::read(&path).unwrap();
        let mut state = 0x9e37_79b9_u32;
        for round in 0..4 {
            let mut damaged = bytes.clone();
            for _ in 0..=round {
                state ^= state << 13;
                state ^= state >> 17;
                state ^= state << 5;
                let at = state as usize % damaged.len();
                damaged[at] ^= (state >> 24) as u8 | 1;
            }
            if round % 3 == 0 {
                damaged.truncate(damaged.len() * (round + 1) / 6);
            }
            let listener = read(&path, &damaged, &right);
            let crashed = listener
                .outcomes
                .iter()
                .any(|o| o.kind == OutcomeKind::Crashed);
            // The readers of PDF and 7z are others' and may panic; those of this project may not.
            let ours = !matches!(path.extension().unwrap().to_str(), Some("pdf" | "7z"));
            assert!(
                !(ours && crashed),
                "{}: {:?}",
                path.display(),
                listener.outcomes
            );
        }
    }
}

fn domesday(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(PROGRAM)
        .args(arguments)
        .current_dir(folder)
        .env("RUST_LOG", "trace")
        .env("RUST_BACKTRACE", "full")
        .output()
        .unwrap()
}

#[test]
fn no_password_is_said_or_kept() {
    let folder = tempfile::tempdir().unwrap();
    let share = folder.path().join("share");
    fs::create_dir(&share).unwrap();
    for path in locked() {
        fs::copy(&path, share.join(path.file_name().unwrap())).unwrap();
    }
    let list = here(PASSWORDS);
    let list = list.to_str().unwrap();
    let mut said = Vec::new();
    for arguments in [
        &["scan", "share", "--passwords", list][..],
        &["inspect", "share", "--passwords", list, "--json"],
        &["report", "coverage"],
        &["report", "jsonl"],
        &["status"],
    ] {
        let output = domesday(folder.path(), arguments);
        said.extend([output.stdout, output.stderr]);
    }
    for entry in fs::read_dir(folder.path()).unwrap().flatten() {
        if entry.path().is_file() {
            said.push(fs::read(entry.path()).unwrap());
        }
    }
    assert!(
        said.iter().any(|bytes| bytes.len() > 10_000),
        "it was scanned"
    );
    for word in ["Tr0ub4dor", "letmein"] {
        for bytes in &said {
            let found = memchr::memmem::find(bytes, word.as_bytes());
            assert!(found.is_none(), "a password got out");
        }
    }
    // What nothing opened is tried again once there is a password for it.
    let second = folder.path().join("second.db");
    let second = second.to_str().unwrap();
    let closed = domesday(folder.path(), &["scan", "share", "-i", second]);
    assert_eq!(closed.status.code(), Some(3));
    let opened = domesday(
        folder.path(),
        &["scan", "share", "-i", second, "--passwords", list],
    );
    let text = String::from_utf8_lossy(&opened.stdout).into_owned();
    assert_eq!(opened.status.code(), Some(0), "{text}");
    assert!(text.contains("+ 1 unchanged"), "{text}");
}

#[test]
fn a_password_file_that_is_none_is_one_clear_line() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.txt"), "x").unwrap();
    fs::write(folder.path().join("bad"), b"pass\xff\xfeword\n").unwrap();
    for (file, told) in [
        ("missing", "cannot be read"),
        ("bad", "is not text in UTF-8"),
        (".", "cannot be read"),
    ] {
        let output = domesday(folder.path(), &["inspect", "a.txt", "--passwords", file]);
        assert_eq!(output.status.code(), Some(2), "{file}");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            text.contains(told) && text.lines().count() == 1,
            "{file}: {text}"
        );
        assert!(!text.contains("word\n"), "{file}: {text}");
    }
}
