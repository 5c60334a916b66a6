//! Pictures of text, by Tesseract: read where it is installed, accounted for where it is not, and bounded when it hangs or
//! fails. The pictures are made by `corpus/pictures.py`. What needs the program is passed over, with a line, without it.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Arc,
    time::{Duration, Instant},
};

use domesday::{
    extract::{Flow, Head, Ocr, Options, Reader, Source, Visitor},
    model::{Outcome, OutcomeKind, Segment},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_domesday");

fn picture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/files/ocr")
        .join(name)
}

/// Tesseract on this machine.
fn installed() -> Option<PathBuf> {
    let found = std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join("tesseract"))
        .find(|path| path.is_file());
    if found.is_none() {
        println!("passed over: tesseract is not installed");
    }
    found
}

#[derive(Default)]
struct Listener {
    text: String,
    places: Vec<String>,
    outcomes: Vec<Outcome>,
    waited: u32,
    stop_after: Option<u32>,
}

impl Visitor for Listener {
    fn open(&mut self, _: &Head<'_>) -> Flow {
        Flow::Continue
    }

    fn segment(&mut self, segment: &Segment<'_>) -> Flow {
        self.places.push(segment.anchor(0).to_string());
        self.text.push_str(segment.text);
        Flow::Continue
    }

    fn close(&mut self, outcome: Outcome) {
        self.outcomes.push(outcome);
    }

    fn waiting(&mut self) -> Flow {
        self.waited += 1;
        match self.stop_after.is_some_and(|most| self.waited > most) {
            true => Flow::Stop,
            false => Flow::Continue,
        }
    }
}

fn reader(program: &Path, page: Duration) -> Reader {
    let mut ocr = Ocr::new(vec![OsString::from(program)], "eng", 2);
    ocr.page = page;
    Reader::new(Options {
        ocr: Some(Arc::new(ocr)),
        ..Options::default()
    })
}

fn read(reader: &Reader, name: &str, mut listener: Listener) -> Listener {
    let bytes = fs::read(picture(name)).unwrap();
    reader.read(Source::bytes(&bytes), name, &mut listener);
    listener
}

#[test]
fn every_kind_of_picture_is_read() {
    let Some(program) = installed() else { return };
    let reader = reader(&program, Duration::from_secs(120));
    for name in [
        "form.png",
        "sideways.jpg",
        "two.tif",
        "form.gif",
        "form.bmp",
        "form.webp",
        "scan.pdf",
    ] {
        let listener = read(&reader, name, Listener::default());
        for wanted in [
            "Surname: Okafor",
            "02/03/1951",
            "943 476 5919",
            "07700 900123",
        ] {
            assert!(
                listener.text.contains(wanted),
                "{name}: {wanted}: {}",
                listener.text
            );
        }
        assert_eq!(listener.outcomes[0].kind, OutcomeKind::Read, "{name}");
        assert_eq!(listener.places[0], "page 1, by OCR", "{name}");
        if matches!(name, "two.tif" | "scan.pdf") {
            assert!(
                listener.text.contains("Nigel Purvis"),
                "{name}: {}",
                listener.text
            );
        }
    }
    let noise = read(&reader, "noise.jpg", Listener::default());
    assert_eq!(noise.text, "");
    assert_eq!(
        noise.outcomes[0].to_string(),
        "read: no text was found on it by OCR"
    );
}

#[test]
fn a_page_with_text_gets_only_what_its_pictures_add() {
    let Some(program) = installed() else { return };
    let reader = reader(&program, Duration::from_secs(120));
    let mixed = read(&reader, "mixed.pdf", Listener::default());
    assert!(mixed.text.contains("999 012 3458"), "{}", mixed.text);
    assert_eq!(mixed.text.matches("allotment committee").count(), 2);
    // The text layer of a searchable scan is the text of its picture.
    let layered = read(&reader, "searchable.pdf", Listener::default());
    assert_eq!(layered.text.matches("Okafor").count(), 1);
    assert_eq!(layered.outcomes[0].kind, OutcomeKind::Read);
}

#[cfg(unix)]
fn fake(folder: &Path, script: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join("tesseract");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[cfg(unix)]
#[test]
fn a_program_that_hangs_or_fails_costs_a_page_its_limit_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    for (script, page, scan) in [
        (
            "sleep 1000",
            "needs OCR: OCR took longer than 0.2 s",
            "OCR of every page took longer than 0.2 s",
        ),
        (
            "cat > /dev/null; exit 4",
            "needs OCR: OCR failed (exit status 4)",
            "OCR of every page failed (exit status 4)",
        ),
        (
            "kill -9 $$",
            "needs OCR: OCR failed (ended by signal 9)",
            "OCR of every page failed (ended by signal 9)",
        ),
        ("cat /dev/urandom", "needs OCR: OCR ", "OCR of every page "),
        (
            "echo not a table; cat > /dev/null",
            "needs OCR: OCR made nothing of it",
            "",
        ),
    ] {
        let limit = match script {
            "sleep 1000" => Duration::from_millis(200),
            _ => Duration::from_secs(20),
        };
        let reader = reader(&fake(folder.path(), script), limit);
        let began = Instant::now();
        let one = read(&reader, "form.png", Listener::default());
        assert!(
            one.outcomes[0].to_string().starts_with(page),
            "{}",
            one.outcomes[0]
        );
        let two = read(&reader, "scan.pdf", Listener::default());
        assert!(two.outcomes[0].reason.contains(scan), "{}", two.outcomes[0]);
        let read = two.places.iter().any(|place| place.contains("OCR"));
        assert!(!read, "{script}");
        assert!(began.elapsed() < Duration::from_secs(60), "{script}");
    }
}

#[cfg(unix)]
#[test]
fn waiting_for_it_does_not_use_up_the_time_of_the_document_and_can_be_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let slow = "cat > /dev/null; sleep 1; printf 'h\\n4\\t1\\t1\\t1\\t1\\t0\\t0\\t0\\t90\\t20\\t-1\\t\\n'; \
                printf '5\\t1\\t1\\t1\\t1\\t1\\t0\\t0\\t90\\t20\\t95\\tOkafor\\n'";
    let program = fake(folder.path(), slow);
    let ocr = Ocr::new(vec![OsString::from(&program)], "eng", 1);
    let mut options = Options {
        ocr: Some(Arc::new(ocr)),
        ..Options::default()
    };
    options.limits.deadline = Duration::from_millis(900);
    let late = read(
        &Reader::new(options.clone()),
        "scan.pdf",
        Listener::default(),
    );
    assert_eq!(
        late.outcomes[0].kind,
        OutcomeKind::Read,
        "{}",
        late.outcomes[0]
    );
    assert_eq!(late.text.matches("Okafor").count(), 2);
    assert!(late.waited > 10);
    let listener = Listener {
        stop_after: Some(2),
        ..Listener::default()
    };
    let stopped = read(&Reader::new(options), "scan.pdf", listener);
    assert_eq!(stopped.outcomes[0].reason, "reading was stopped");
}

fn domesday(folder: &Path, path: &Path, arguments: &[&str]) -> Output {
    Command::new(PROGRAM)
        .args(arguments)
        .current_dir(folder)
        .env("PATH", path)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn without_the_program_a_scan_says_how_many_need_it_and_with_it_reads_them_at_last() {
    let folder = tempfile::tempdir().unwrap();
    let share = folder.path().join("share");
    fs::create_dir(&share).unwrap();
    for name in ["form.png", "scan.pdf"] {
        fs::copy(picture(name), share.join(name)).unwrap();
    }
    fs::write(share.join("note.txt"), "Nothing here.").unwrap();
    let nowhere = folder.path().join("nowhere");
    let first = domesday(folder.path(), &nowhere, &["scan", "share", "--ocr"]);
    assert_eq!(first.status.code(), Some(3));
    let text = said(&first);
    assert!(text.contains("--ocr needs the program tesseract"), "{text}");
    assert!(
        text.contains("2 documents hold only pictures of text"),
        "{text}"
    );
    assert!(text.contains("scan with --ocr"), "{text}");
    let Some(program) = installed() else { return };
    let path = program.parent().unwrap();
    let again = domesday(folder.path(), path, &["scan", "share"]);
    assert!(said(&again).contains("2 needs OCR"), "{}", said(&again));
    // Inside the sandbox, which lets the program see nothing of the share but what it is handed.
    let read = domesday(folder.path(), path, &["scan", "share", "--ocr"]);
    let text = said(&read);
    assert_eq!(read.status.code(), Some(0), "{text}");
    assert!(text.contains("= 2 read + 1 unchanged"), "{text}");
    assert!(text.contains("Birth, age and nationality"), "{text}");
    let bad = domesday(
        folder.path(),
        path,
        &["scan", "share", "--ocr", "--ocr-languages", "xxx"],
    );
    assert_eq!(bad.status.code(), Some(2));
    assert!(
        said(&bad).contains("tesseract has no language `xxx`"),
        "{}",
        said(&bad)
    );
    // What was read stays read when OCR is off again.
    let off = domesday(folder.path(), path, &["scan", "share"]);
    assert!(said(&off).contains("= 3 unchanged"), "{}", said(&off));
}
