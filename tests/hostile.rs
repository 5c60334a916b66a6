//! Files made to hurt: bombs, nests, lies and endless things. Each ends in the outcome that is promised for it, soon,
//! and without much memory (this test does not measure that; the deadlines and limits are the same as in a scan).

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{
    fs::File,
    io::{Cursor, Seek, SeekFrom, Write},
    time::{Duration, Instant},
};

use domesday::{
    extract::{Flow, Head, Options, Reader, Source, Visitor},
    model::{Outcome, OutcomeKind, Segment},
};
use flate2::Compression;

#[path = "hostile/made.rs"]
mod made;

use made::{loops, nest, zeros, zip};

/// What a reading came to.
#[derive(Default)]
struct Listener {
    wanted: &'static str,
    found: Vec<String>,
    outcomes: Vec<(String, Outcome)>,
    open: Vec<String>,
    bytes: u64,
    /// Called at the first segment.
    then: Option<Box<dyn FnOnce()>>,
}

impl Visitor for Listener {
    fn open(&mut self, head: &Head<'_>) -> Flow {
        self.open.push(head.parts.to_string());
        Flow::Continue
    }

    fn segment(&mut self, segment: &Segment<'_>) -> Flow {
        assert!(segment.text.len() <= domesday::model::limits::SEGMENT);
        self.bytes += (segment.text.len() - segment.repeats) as u64;
        if !self.wanted.is_empty() {
            for at in memchr::memmem::find_iter(segment.text.as_bytes(), self.wanted) {
                if at + self.wanted.len() > segment.repeats {
                    self.found.push(segment.anchor(at).to_string());
                }
            }
        }
        if let Some(then) = self.then.take() {
            then();
        }
        Flow::Continue
    }

    fn close(&mut self, outcome: Outcome) {
        self.outcomes.push((self.open.pop().unwrap(), outcome));
    }
}

impl Listener {
    /// The outcome of the file itself.
    fn end(&self) -> &Outcome {
        assert!(self.open.is_empty());
        &self.outcomes.last().unwrap().1
    }
}

fn read(source: Source<'_>, name: &str, mut listener: Listener) -> Listener {
    let began = Instant::now();
    Reader::new(Options::default()).read(source, name, &mut listener);
    let took = began.elapsed();
    println!("{name}: {took:?}: {}", listener.end());
    assert!(took < Duration::from_secs(50), "{name} took {took:?}");
    listener
}

fn bytes(data: &[u8], name: &str) -> Listener {
    read(Source::bytes(data), name, Listener::default())
}

#[test]
fn ten_gigabytes_of_zeros_in_a_zip() {
    let packed = zeros(10 << 10);
    let bomb = zip(&[("zeros.txt", 8, &packed, 10 << 30)]);
    assert!(bomb.len() < 16 << 20);
    let end = bytes(&bomb, "bomb.zip");
    assert_eq!(end.end().to_string(), "too large: expands past 100:1");
    assert_eq!(end.outcomes.len(), 2);
    // The same behind another layer, and as gzip inside a zip.
    let nest = zip(&[("bomb.zip", 0, &bomb, bomb.len() as u64)]);
    let listener = bytes(&nest, "nest.zip");
    assert_eq!(
        listener.end().kind,
        OutcomeKind::TooLarge,
        "{:?}",
        listener.outcomes
    );
}

#[test]
fn a_nest_of_zips() {
    let layer = nest();
    let listener = bytes(&layer, "42.zip");
    assert!(
        listener
            .outcomes
            .iter()
            .any(|(_, o)| o.kind == OutcomeKind::TooLarge),
        "{:?}",
        listener.end()
    );
    assert!(listener.outcomes.len() <= 100_001);
}

#[test]
fn entries_that_share_their_bytes() {
    // Every entry of the directory points to the same member.
    let packed = zeros(16);
    let mut archive = zip(&[("a.txt", 8, &packed, 16 << 20)]);
    let start = memchr::memmem::find(&archive, b"PK\x01\x02").unwrap();
    let end = memchr::memmem::find(&archive, b"PK\x05\x06").unwrap();
    let entry = archive[start..end].to_vec();
    archive.truncate(start);
    for _ in 0..30_000 {
        archive.extend(&entry);
    }
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend(30_000_u16.to_le_bytes());
    archive.extend(30_000_u16.to_le_bytes());
    archive.extend((30_000 * entry.len() as u32).to_le_bytes());
    archive.extend((start as u32).to_le_bytes());
    archive.extend([0; 2]);
    let listener = bytes(&archive, "overlap.zip");
    assert_eq!(listener.end().to_string(), "too large: expands past 100:1");
}

#[test]
fn archives_that_lie_about_sizes() {
    let mut tar = vec![0; 1024];
    tar[..5].copy_from_slice(b"a.txt");
    tar[124..136].copy_from_slice(b"77777777777\0");
    tar[156] = b'0';
    tar[257..263].copy_from_slice(b"ustar\0");
    tar[148..156].copy_from_slice(b"        ");
    let sum: u32 = tar[..512].iter().map(|&b| u32::from(b)).sum();
    tar[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    tar[512..521].copy_from_slice(b"QQ123456C");
    let listener = bytes(&tar, "huge.tar");
    assert!(listener.end().kind.is_problem() || listener.outcomes[0].1.kind.is_problem());
    let lying = zip(&[("a.txt", 0, b"QQ123456C", 4_000_000_000)]);
    bytes(&lying, "lying.zip");
}

#[test]
fn a_very_long_line() {
    let mut line = vec![b'x'; 96 << 20];
    let at = line.len() - 100;
    line[at..at + 9].copy_from_slice(b"QQ123456C");
    // Over the cut of two pieces as well.
    let cut = (512 << 10) - 4;
    line[cut..cut + 9].copy_from_slice(b"QQ123456C");
    for name in [
        "line.txt",
        "line.csv",
        "line.json",
        "line.html",
        "line.xml",
        "line.yaml",
        "line.sql",
    ] {
        let listener = Listener {
            wanted: "QQ123456C",
            ..Listener::default()
        };
        let listener = read(Source::bytes(&line), name, listener);
        assert_eq!(listener.found.len(), 2, "{name}: {:?}", listener.found);
        assert_eq!(listener.end().kind, OutcomeKind::Read, "{name}");
    }
}

#[test]
fn a_sparse_file_of_ten_gigabytes() {
    let mut file = tempfile::tempfile().unwrap();
    file.set_len(10 << 30).unwrap();
    for at in [3 << 30, (10 << 30) - 20] {
        file.seek(SeekFrom::Start(at)).unwrap();
        file.write_all(b"\nQQ123456C\n").unwrap();
    }
    let listener = Listener {
        wanted: "QQ123456C",
        ..Listener::default()
    };
    let began = Instant::now();
    let listener = read(Source::file(file).unwrap(), "sparse.log", listener);
    if cfg!(target_os = "linux") {
        assert!(began.elapsed() < Duration::from_secs(5));
    }
    assert_eq!(listener.found, ["line 2", "line 4"]);
    assert_eq!(listener.end().kind, OutcomeKind::Read);
}

#[test]
fn a_file_that_is_cut_while_it_is_read() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&b"some line of a log\n".repeat(200_000))
        .unwrap();
    let path = file.path().to_owned();
    let listener = Listener {
        then: Some(Box::new(move || {
            File::options()
                .write(true)
                .open(path)
                .unwrap()
                .set_len(1000)
                .unwrap();
        })),
        ..Listener::default()
    };
    let source = Source::file(File::open(file.path()).unwrap()).unwrap();
    let listener = read(source, "log.txt", listener);
    assert_eq!(
        listener.end().to_string(),
        "changed while read: it was cut short while it was read"
    );
}

#[test]
fn brackets_without_end() {
    let brackets = vec![b'['; 20 << 20];
    assert_eq!(bytes(&brackets, "deep.json").end().kind, OutcomeKind::Read);
    let objects = b"{\"a\":".repeat(4 << 20);
    bytes(&objects, "deep-objects.json");
    let tags = b"<div>".repeat(4 << 20);
    bytes(&tags, "deep.html");
    bytes(&[b"<a>".to_vec(), tags].concat(), "deep.xml");
    bytes(&b"<".repeat(20 << 20), "angles.html");
    bytes(
        &[b"<html><p title=\"".to_vec(), vec![b'x'; 20 << 20]].concat(),
        "open.html",
    );
    bytes(
        &[b"<html><!--".to_vec(), vec![b'x'; 20 << 20]].concat(),
        "comment.html",
    );
    bytes(
        &[b"<html>".to_vec(), b"&#".repeat(5 << 20)].concat(),
        "entities.html",
    );
    bytes(&b"<table><tr><td>".repeat(1 << 20), "tables.html");
    bytes(
        &[b"a,b\n1,\"".to_vec(), vec![b'x'; 20 << 20]].concat(),
        "quote.csv",
    );
    bytes(&b"\"".repeat(10 << 20), "quotes.csv");
    bytes(&b"INSERT INTO t VALUES (".repeat(1 << 20), "open.sql");
    bytes(&b"BEGIN:VCARD\n ".repeat(1 << 20), "folds.vcf");
}

#[test]
fn entities_that_multiply() {
    let mut bomb = String::from("<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol \"lol\">");
    let mut before = "lol".to_owned();
    for i in 0..12 {
        let name = format!("lol{i}");
        bomb.push_str(&format!(
            "<!ENTITY {name} \"{}\">",
            format!("&{before};").repeat(10)
        ));
        before = name;
    }
    bomb.push_str(&format!("]><lolz>&{before};</lolz>"));
    let listener = bytes(bomb.as_bytes(), "lol.xml");
    assert!(listener.bytes < 1000);
    assert_eq!(listener.end().kind, OutcomeKind::Read);
}

#[test]
fn mail_within_mail_without_end() {
    let nested = b"Content-Type: message/rfc822\r\n\r\n".repeat(200_000);
    let mail = [b"From: a@example.com\r\nSubject: x\r\n".to_vec(), nested].concat();
    assert!(bytes(&mail, "nest.eml").end().kind.was_read());
    let few = b"Content-Type: message/rfc822\r\n\r\n".repeat(900);
    let mail = [b"From: a@example.com\r\nSubject: x\r\n".to_vec(), few].concat();
    bytes(&mail, "nest900.eml");
    let mut mail = b"From: a@example.com\r\nSubject: x\r\nMIME-Version: 1.0\r\n".to_vec();
    for i in 0..20_000 {
        mail.extend(
            format!("Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n").bytes(),
        );
    }
    mail.extend(b"\r\nQQ123456C\r\n");
    bytes(&mail, "parts.eml");
    let mail = [
        b"From: a@example.com\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
            .to_vec(),
        b"--b\r\nContent-Type: application/x\r\n\r\nx\r\n".repeat(150_000),
    ]
    .concat();
    let mut options = Options::default();
    options.limits.members = 1000;
    let mut listener = Listener::default();
    Reader::new(options).read(Source::bytes(&mail), "members.eml", &mut listener);
    assert_eq!(
        listener.end().to_string(),
        "too large: more than 1000 members"
    );
}

#[test]
fn gzip_in_gzip_in_gzip() {
    let mut data = b"QQ123456C".to_vec();
    for _ in 0..20 {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&data).unwrap();
        data = encoder.finish().unwrap();
    }
    let listener = read(
        Source::owned(Cursor::new(data).into_inner()),
        "deep.gz",
        Listener::default(),
    );
    assert!(
        listener
            .outcomes
            .iter()
            .any(|(_, o)| o.to_string() == "too large: nested deeper than 8")
    );
}

#[test]
fn a_pdf_that_leads_back_to_itself() {
    let listener = Listener {
        wanted: "QQ123456C",
        ..Listener::default()
    };
    let listener = read(Source::bytes(&loops()), "loops.pdf", listener);
    assert!(listener.outcomes.len() == 1 && listener.end().kind != OutcomeKind::Crashed);
    assert!(!listener.found.is_empty(), "{}", listener.end());
}

#[test]
fn a_workbook_that_is_cut_off() {
    let whole = std::fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/corpus/xlsx/openpyxl.xlsx"
    ))
    .unwrap();
    for part in [10, 50, 90] {
        let listener = bytes(&whole[..whole.len() * part / 100], "cut.xlsx");
        assert!(listener.end().kind.is_problem(), "{}", listener.end());
        assert!(
            listener
                .end()
                .to_string()
                .contains("zip central directory missing"),
            "{}",
            listener.end()
        );
    }
}

#[test]
fn documents_nested_deeper_than_a_stack() {
    let deep = 200_000;
    let rtf = [
        b"{\\rtf1 ".to_vec(),
        b"{\\b ".repeat(deep),
        b"QQ123456C".to_vec(),
        b"}".repeat(deep),
    ]
    .concat();
    bytes(&rtf, "deep.rtf");
    bytes(
        &[
            b"{\\rtf1 ".to_vec(),
            b"\\trowd\\intbl{\\nesttableprops ".repeat(deep),
        ]
        .concat(),
        "tables.rtf",
    );
    let part = |open: &[u8]| {
        [
            b"<w:document><w:body>".to_vec(),
            open.repeat(deep),
            b"<w:t>QQ123456C</w:t>".to_vec(),
        ]
        .concat()
    };
    for open in [
        &b"<w:tbl><w:tr><w:tc>"[..],
        b"<w:sdt><w:sdtContent>",
        b"<w:txbxContent>",
        b"<w:ins>",
        b"<mc:AlternateContent><mc:Choice>",
    ] {
        let part = part(open);
        let size = part.len() as u64;
        let docx = zip(&[
            ("[Content_Types].xml", 0, b"<Types/>", 8),
            ("word/document.xml", 0, &part, size),
        ]);
        assert_ne!(bytes(&docx, "deep.docx").end().kind, OutcomeKind::Crashed);
    }
    let lists = [
        b"%PDF-1.4\n1 0 obj\n".to_vec(),
        b"[".repeat(deep),
        b"\nendobj\ntrailer<</Root 1 0 R>>".to_vec(),
    ]
    .concat();
    assert_ne!(bytes(&lists, "deep.pdf").end().kind, OutcomeKind::Crashed);
}

#[test]
fn names_that_play_tricks() {
    let names = [
        "a\u{1b}[2Jb.txt",
        "pay\u{202e}txt.exe",
        "a\nb\r.txt",
        "=cmd|'x'!A1.txt",
        "../../../etc/shadow",
        "con\0.txt",
        "\u{feff}.txt",
    ];
    let members: Vec<_> = names
        .iter()
        .map(|n| (*n, 0, &b"QQ123456C"[..], 9))
        .collect();
    let listener = Listener {
        wanted: "QQ123456C",
        ..Listener::default()
    };
    let listener = read(Source::bytes(&zip(&members)), "names.zip", listener);
    assert_eq!(listener.found.len(), names.len());
    assert_eq!(listener.end().kind, OutcomeKind::Read);
}
