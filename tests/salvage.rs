//! Archives and office documents whose directory is gone: what is left is read, and the page says what is missing.

#![allow(clippy::unwrap_used)]

use std::io::{Cursor, Write};

use domesday::{
    extract::{Flow, Head, Options, Reader, Source, Visitor},
    model::{Outcome, Segment},
};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

#[derive(Default)]
struct Listener {
    text: String,
    formats: Vec<String>,
    outcomes: Vec<Outcome>,
}

impl Visitor for Listener {
    fn open(&mut self, head: &Head<'_>) -> Flow {
        self.formats.push(format!("{} {}", head.name, head.format));
        Flow::Continue
    }

    fn segment(&mut self, segment: &Segment<'_>) -> Flow {
        self.text.push_str(segment.text);
        Flow::Continue
    }

    fn close(&mut self, outcome: Outcome) {
        self.outcomes.push(outcome);
    }
}

fn read(bytes: &[u8], name: &str) -> Listener {
    let mut listener = Listener::default();
    Reader::new(Options::default()).read(Source::bytes(bytes), name, &mut listener);
    listener
}

fn letter(n: usize) -> String {
    format!("Letter {n} to Margaret Okafor, born on 2 March 1951.\n").repeat(20)
}

const LOST: &str = "read in part: corrupt: zip central directory missing";

/// An archive of letters as programs write it to a file, or, with sizes after the data, to a pipe.
fn letters(method: CompressionMethod, piped: bool) -> Vec<u8> {
    let options = SimpleFileOptions::default().compression_method(method);
    let fill = |zip: &mut dyn FnMut(String, Vec<u8>)| {
        for n in 0..5 {
            zip(format!("letters/{n}.txt"), letter(n).into_bytes());
        }
    };
    if piped {
        let mut zip = ZipWriter::new_stream(Vec::new());
        fill(&mut |name, data| {
            zip.start_file(name, options).unwrap();
            zip.write_all(&data).unwrap();
        });
        return zip.finish().unwrap().into_inner();
    }
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    fill(&mut |name, data| {
        zip.start_file(name, options).unwrap();
        zip.write_all(&data).unwrap();
    });
    zip.finish().unwrap().into_inner()
}

fn without_directory(mut zip: Vec<u8>) -> Vec<u8> {
    let at = memchr::memmem::find(&zip, b"PK\x01\x02").unwrap();
    zip.truncate(at + 20);
    zip
}

#[test]
fn members_are_found_by_their_own_headers() {
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        for piped in [false, true] {
            let lost = read(&without_directory(letters(method, piped)), "letters.zip");
            for n in 0..5 {
                let wanted = format!("Letter {n} to");
                assert_eq!(
                    lost.text.matches(&wanted).count(),
                    20,
                    "{method} {piped} {n}"
                );
            }
            assert_eq!(
                lost.formats.len(),
                6,
                "{method} {piped}: {:?}",
                lost.formats
            );
            assert_eq!(lost.outcomes.last().unwrap().to_string(), LOST);
        }
    }
}

#[test]
fn a_damaged_member_costs_no_other() {
    let mut zip = without_directory(letters(CompressionMethod::Deflated, false));
    // The second member's header and the start of its data.
    let second = memchr::memmem::find_iter(&zip, b"PK\x03\x04")
        .nth(1)
        .unwrap();
    zip[second + 26..second + 60].fill(0xff);
    let lost = read(&zip, "letters.zip");
    for n in [0, 2, 3, 4] {
        assert!(lost.text.contains(&format!("Letter {n} to")), "{n}");
    }
    assert_eq!(lost.outcomes.last().unwrap().to_string(), LOST);
}

#[test]
fn an_office_document_is_put_together_from_its_parts() {
    let options = SimpleFileOptions::default();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, data) in [
        (
            "[Content_Types].xml",
            r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"#.to_owned(),
        ),
        (
            "word/document.xml",
            r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>Margaret Oka</w:t></w:r><w:r><w:t>for was born in 1951.</w:t></w:r></w:p></w:body></w:document>"#.to_owned(),
        ),
        ("word/styles.xml", "<w:styles/>".repeat(200)),
    ] {
        zip.start_file(name, options).unwrap();
        zip.write_all(data.as_bytes()).unwrap();
    }
    let whole = zip.finish().unwrap().into_inner();
    let cut = without_directory(whole.clone());
    let shorter =
        &whole[..memchr::memmem::rfind(&whole, b"word/styles.xml</").unwrap_or(cut.len() - 40)];
    for bytes in [&cut[..], shorter] {
        let lost = read(bytes, "letter.docx");
        // Runs of one word are one word only to the reader of the document.
        assert!(
            lost.text.contains("Margaret Okafor was born"),
            "{:?}",
            lost.formats
        );
        assert_eq!(lost.outcomes.last().unwrap().to_string(), LOST);
        assert!(
            lost.formats.iter().any(|f| f == "letter.docx docx"),
            "{:?}",
            lost.formats
        );
    }
}

#[test]
fn headers_that_lie_end() {
    let mut lies = Vec::new();
    for n in 0..200_u8 {
        lies.extend(b"PK\x03\x04\x14\0");
        lies.extend([
            0,
            0,
            n % 10,
            0,
            0,
            0,
            0,
            0,
            n,
            0,
            0,
            0,
            0xff,
            0xff,
            0xff,
            n,
            1,
            0,
            0,
            0,
            1,
            0,
            0,
            0,
        ]);
        lies.push(b'a');
    }
    let listener = read(&lies, "lies.zip");
    assert!(!listener.outcomes.is_empty());
    let listener = read(&lies, "lies.docx");
    assert!(!listener.outcomes.is_empty());
}

#[test]
fn a_folder_called_word_does_not_make_a_document() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    zip.start_file("Word/letter.txt", options).unwrap();
    zip.write_all(letter(1).as_bytes()).unwrap();
    let bytes = zip.finish().unwrap().into_inner();
    let listener = read(&bytes, "letters.zip");
    assert!(listener.text.contains("Letter 1 to Margaret Okafor"));
    assert_eq!(
        listener.formats,
        ["letters.zip zip", "Word/letter.txt text"]
    );
}

#[test]
fn a_damaged_column_of_parquet_leaves_its_neighbours() {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/parquet/groups.parquet");
    let sound = std::fs::read(path).unwrap();
    let reader = Reader::new(Options::default());
    let (mut partial, mut seed) = (0, 1_u32);
    for _ in 0..1500 {
        let mut hurt = sound.clone();
        // Three bytes in places and to values that are the same in every run.
        for _ in 0..3 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let at = (seed >> 8) as usize % hurt.len();
            hurt[at] = seed as u8 ^ (seed >> 24) as u8;
        }
        let mut listener = Listener::default();
        reader.read(Source::bytes(&hurt), "groups.parquet", &mut listener);
        let outcome = listener.outcomes[0].to_string();
        assert!(!outcome.contains("crashed"), "{outcome}");
        partial += u32::from(outcome.contains("a column of it is damaged"));
    }
    assert!(partial > 50, "some were read but for a column: {partial}");
}
