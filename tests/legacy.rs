//! Documents of the nineties, put together by hand as [MS-DOC] and [MS-PPT] and what came before them say: nothing that
//! is installed today writes them.

#![allow(clippy::unwrap_used)]

use std::io::{Cursor, Write};

use domesday::{
    extract::{Flow, Head, Options, Reader, Source, Visitor},
    model::{Outcome, Segment},
};

#[derive(Default)]
struct Listener {
    text: String,
    outcomes: Vec<String>,
}

impl Visitor for Listener {
    fn open(&mut self, _: &Head<'_>) -> Flow {
        Flow::Continue
    }

    fn segment(&mut self, segment: &Segment<'_>) -> Flow {
        self.text.push_str(segment.text);
        Flow::Continue
    }

    fn close(&mut self, outcome: Outcome) {
        self.outcomes.push(outcome.to_string());
    }
}

fn read(bytes: &[u8], name: &str) -> Listener {
    let mut listener = Listener::default();
    Reader::new(Options::default()).read(Source::bytes(bytes), name, &mut listener);
    listener
}

fn compound(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    for (path, bytes) in streams {
        if let Some((folder, _)) = path[1..].rsplit_once('/') {
            file.create_storage_all(format!("/{folder}")).unwrap();
        }
        file.create_stream(path).unwrap().write_all(bytes).unwrap();
    }
    file.flush().unwrap();
    file.into_inner().into_inner()
}

/// A main stream: what it begins with, version, language, flags, character set, characters, and the text as stored.
fn word(ident: u16, version: u16, language: u16, flags: u16, charset: u16, text: &[u8]) -> Vec<u8> {
    let mut stream = vec![0; 0x300];
    let mut put = |at: usize, value: u16| {
        stream[at..at + 2].copy_from_slice(&value.to_le_bytes());
    };
    put(0, ident);
    put(2, version);
    put(6, language);
    put(0x0a, flags);
    put(0x14, charset);
    put(0x18, 0x300);
    put(0x1c, 0x300 + text.len() as u16);
    let characters = text.len() as u16 / if flags & 0x1000 != 0 { 2 } else { 1 };
    put(0x34, characters);
    stream.extend_from_slice(text);
    stream
}

fn word_95(language: u16, flags: u16, charset: u16, text: &[u8]) -> Vec<u8> {
    let main = word(0xa5dc, 0x68, language, flags, charset, text);
    compound(&[("/WordDocument", &main)])
}

#[test]
fn word_2_is_no_compound_file_and_is_read() {
    let text = b"Margaret Okafor\rNI number QQ123456C\r";
    let listener = read(&word(0xa5db, 0x2d, 0x0809, 0, 0, text), "letter.doc");
    assert_eq!(listener.outcomes, ["read"]);
    assert!(
        listener.text.contains("NI number QQ123456C"),
        "{}",
        listener.text
    );
}

#[test]
fn word_95_has_the_character_set_of_its_language_machine_or_letters() {
    let western = read(&word_95(0x0809, 0, 0, b"Zo\xeb owes \xa340\r"), "a.doc");
    assert!(western.text.contains("Zoë owes £40"), "{}", western.text);
    let mac = read(&word_95(0x0809, 0, 256, b"Zo\x91 owes \xa340\r"), "a.doc");
    assert!(mac.text.contains("Zoë owes £40"), "{}", mac.text);
    let polish = read(&word_95(0x0415, 0, 0, b"Wa\xb3\xeasa\r"), "a.doc");
    assert!(polish.text.contains("Wałęsa"), "{}", polish.text);
    let (russian, ..) =
        encoding_rs::WINDOWS_1251.encode("Анна Каренина родилась в Москве и жила там\r");
    let by_letters = read(&word_95(0x0409, 0, 0, &russian), "a.doc");
    assert!(
        by_letters.text.contains("Анна Каренина"),
        "{}",
        by_letters.text
    );
    let wide: Vec<u8> = "Okafor QQ123456C\r"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let eastern = read(&word_95(0x0409, 0x1000, 0, &wide), "a.doc");
    assert!(
        eastern.text.contains("Okafor QQ123456C"),
        "{}",
        eastern.text
    );
}

#[test]
fn powerpoint_95_is_read_by_its_copy_of_the_text() {
    let listener = read(
        &compound(&[
            ("/PowerPoint Document", &[7; 600]),
            ("/Text_Content", b"Staff\rOkafor QQ123456C\r"),
        ]),
        "talk.ppt",
    );
    assert_eq!(listener.outcomes, ["read"]);
    assert!(
        listener.text.contains("Okafor QQ123456C"),
        "{}",
        listener.text
    );
}

#[test]
fn of_a_presentation_saved_for_two_versions_the_newer_is_read() {
    let case = std::fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/corpus/ppt/libreoffice.ppt"
    ));
    let mut newer = cfb::CompoundFile::open(Cursor::new(case.unwrap())).unwrap();
    let mut stream = |path: &str| {
        let mut bytes = Vec::new();
        std::io::copy(&mut newer.open_stream(path).unwrap(), &mut bytes).unwrap();
        bytes
    };
    let (document, user) = (stream("/PowerPoint Document"), stream("/Current User"));
    let both = compound(&[
        ("/PowerPoint Document", &[7; 600]),
        ("/Text_Content", b"what the older version had\r"),
        ("/PP97_DUALSTORAGE/PowerPoint Document", &document),
        ("/PP97_DUALSTORAGE/Current User", &user),
    ]);
    let listener = read(&both, "talk.ppt");
    assert!(listener.text.contains("On every page"), "{}", listener.text);
}

#[test]
fn what_nobody_reads_is_called_by_its_name() {
    let mut metafile = vec![1, 0, 0, 0, 0x6c, 0, 0, 0];
    metafile.resize(40, 0);
    metafile.extend_from_slice(b" EMF and more");
    for (bytes, name, outcome) in [
        (
            compound(&[("/VisioDocument", b"Visio (TM) Drawing")]),
            "plan.vsd",
            "unsupported format: Visio drawing: no reader for it",
        ),
        (metafile, "icon.emf", "read in part: its records end early"),
        (
            [b"\xfe\x37\x00\x23".as_slice(), &[0; 600]].concat(),
            "old.doc",
            "unsupported format: Word 5 document of the Macintosh: no reader for it",
        ),
    ] {
        assert_eq!(read(&bytes, name).outcomes, [outcome]);
    }
}

/// The head of a scanned page as PNG.
fn page() -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    for side in [1600_u32, 2200] {
        png.extend(side.to_be_bytes());
    }
    png.extend([0; 40]);
    png
}

/// A picture as the binary formats keep it.
fn blip(png: &[u8]) -> Vec<u8> {
    let mut record = vec![0x00, 0x6e, 0x1e, 0xf0];
    record.extend((png.len() as u32 + 17).to_le_bytes());
    record.extend([9; 16]);
    record.push(0xff);
    record.extend_from_slice(png);
    record
}

#[test]
fn scanned_pages_in_old_documents_are_accounted_for() {
    let picture = blip(&page());
    let scanned = "needs OCR: only pictures of text".to_owned();
    let data = [vec![7; 68], picture.clone()].concat();
    let main = word(0xa5dc, 0x68, 0x0809, 0, 0, b"See the letter\r");
    let doc = read(
        &compound(&[("/WordDocument", &main), ("/Data", &data)]),
        "a.doc",
    );
    assert_eq!(doc.outcomes, [scanned.clone(), "read".to_owned()]);
    let talk = read(
        &compound(&[
            ("/PowerPoint Document", &[7; 600]),
            ("/Text_Content", b"Staff\r"),
            ("/Pictures", &picture),
        ]),
        "a.ppt",
    );
    assert_eq!(talk.outcomes, [scanned.clone(), "read".to_owned()]);
    let hex: String = page().iter().map(|b| format!("{b:02x}")).collect();
    let rtf = format!(
        "{{\\rtf1 See {{\\*\\shppict{{\\pict\\pngblip {hex}}}}}{{\\nonshppict{{\\pict {hex}}}}} here.\\par}}"
    );
    let rtf = read(rtf.as_bytes(), "a.rtf");
    assert_eq!(rtf.outcomes, [scanned.clone(), "read".to_owned()]);
    // A drawing that is continued in the record behind it.
    let (first, rest) = picture.split_at(60);
    let mut stream = vec![0x09, 0x08, 8, 0, 0, 6, 5, 0, 0, 0, 0, 0];
    for (id, part) in [(0xeb_u16, first), (0x3c, rest)] {
        stream.extend(id.to_le_bytes());
        stream.extend((part.len() as u16).to_le_bytes());
        stream.extend_from_slice(part);
    }
    stream.extend([0x0a, 0, 0, 0]);
    let book = read(&compound(&[("/Workbook", &stream)]), "a.xls");
    assert_eq!(book.outcomes, [scanned, "read".to_owned()]);
}

#[test]
fn a_leaflet_made_with_publisher_is_read() {
    let text: Vec<u8> = "Contact Margaret Okafor\rTelephone 07700 900123\r"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let mut quill = b"CHNKINK ".to_vec();
    quill.resize(0x20, 0);
    quill.extend([0x18, 0]);
    quill.extend_from_slice(b"TEXT\0\0\0\0\0\0TEXT");
    quill.extend(0x100_u32.to_le_bytes());
    quill.extend((text.len() as u32).to_le_bytes());
    quill.resize(0x100, 0);
    quill.extend_from_slice(&text);
    let leaflet = read(&compound(&[("/Quill/QuillSub/CONTENTS", &quill)]), "a.pub");
    assert_eq!(leaflet.outcomes, ["read"]);
    assert!(
        leaflet.text.contains("Telephone 07700 900123"),
        "{}",
        leaflet.text
    );
}

#[test]
fn of_a_message_in_a_damaged_compound_file_the_rest_is_read() {
    let subject: Vec<u8> = "Pension of Margaret Okafor"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let mut file = compound(&[
        ("/__properties_version1.0", &[0; 32]),
        ("/__substg1.0_0037001F", &subject),
        ("/__substg1.0_0040001F", b"a\0"),
    ]);
    // A kind that does not exist, in the directory entry of the last stream.
    let name: Vec<u8> = "__substg1.0_0040001F"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let at = file
        .windows(name.len())
        .position(|w| w == name)
        .expect("it was written");
    file[at + 0x42] = 9;
    let message = read(&file, "a.msg");
    assert_eq!(
        message.outcomes,
        ["read in part: its compound file is damaged"]
    );
    assert!(
        message.text.contains("Pension of Margaret Okafor"),
        "{}",
        message.text
    );
}
