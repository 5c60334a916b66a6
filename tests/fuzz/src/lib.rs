//! What a fuzz target does with bytes: reads them as a document of its format and checks that whatever is in them, every
//! document opened is closed with one outcome and no parser panics.

pub mod mutate;

use std::{
    cell::OnceCell,
    io::{Cursor, Write},
    time::Duration,
};

use domesday::{
    extract::{Flow, Head, Options, Reader, Source, Visitor},
    model::{Outcome, OutcomeKind, Segment},
};

/// A target: its name, the name of the document, the folders of `corpus/` that it starts from, and, when the bytes are
/// one part of a package, that part and the parts around it.
pub struct Target {
    /// As given to `run`.
    pub name: &'static str,
    /// Name of the document.
    pub document: &'static str,
    /// Where its seeds lie.
    pub folders: &'static [&'static str],
    /// The part that the bytes are, and the others; none when they are the document.
    pub part: Option<(&'static str, &'static [(&'static str, &'static str)])>,
}

const fn plain(
    name: &'static str,
    document: &'static str,
    folders: &'static [&'static str],
) -> Target {
    Target { name, document, folders, part: None }
}

const TYPES: (&str, &str) = ("[Content_Types].xml", "<Types/>");

/// Every target.
pub const TARGETS: &[Target] = &[
    plain("rtf", "a.rtf", &["rtf"]),
    plain("doc", "a.doc", &["doc"]),
    plain("xls", "a.xls", &["xls"]),
    plain("ppt", "a.ppt", &["ppt"]),
    Target {
        name: "docx",
        document: "a.docx",
        folders: &["docx"],
        part: Some(("word/document.xml", &[TYPES])),
    },
    Target {
        name: "xlsx",
        document: "a.xlsx",
        folders: &["xlsx"],
        part: Some((
            "xl/worksheets/sheet1.xml",
            &[TYPES, ("xl/workbook.xml", "<workbook><sheets><sheet name=\"S\"/></sheets></workbook>")],
        )),
    },
    Target {
        name: "xlsb",
        document: "a.xlsb",
        folders: &["xlsb"],
        part: Some(("xl/worksheets/sheet1.bin", &[TYPES, ("xl/workbook.bin", "")])),
    },
    Target {
        name: "pptx",
        document: "a.pptx",
        folders: &["pptx"],
        part: Some(("ppt/slides/slide1.xml", &[TYPES, ("ppt/presentation.xml", "<presentation/>")])),
    },
    Target {
        name: "odf",
        document: "a.odt",
        folders: &["odt", "ods", "odp"],
        part: Some(("content.xml", &[("mimetype", "application/vnd.oasis.opendocument.text")])),
    },
    Target {
        name: "iwork",
        document: "a.numbers",
        folders: &["iwork"],
        part: Some(("Index/Document.iwa", &[("Index/Metadata.iwa", "")])),
    },
    plain("metafile", "a.emf", &["metafile"]),
    plain("cab", "a.cab", &["cab"]),
    plain("parquet", "a.parquet", &["parquet"]),
    // These have no case of their own: they start from compound files and from what is given.
    plain("access", "a.mdb", &["access"]),
    plain("publisher", "a.pub", &["doc"]),
    plain("tnef", "winmail.dat", &["msg"]),
    plain("pst", "a.pst", &["msg"]),
    plain("html", "a.html", &["html", "mht"]),
    plain("xml", "a.xml", &["xml"]),
    plain("json", "a.json", &["json"]),
    plain("csv", "a.csv", &["csv"]),
    plain("sql", "a.sql", &["sql"]),
    plain("dbf", "a.dbf", &["dbf"]),
    plain("zip", "a.zip", &["zip", "docx", "epub"]),
    plain("mail", "a.eml", &["eml", "mbox", "msg", "mht"]),
    plain("pdf", "a.pdf", &["pdf"]),
    plain("any", "a", &["vcf", "ics", "ldif", "settings", "tar", "gz", "text", "sqlite"]),
];

/// The target of this name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|t| t.name == name)
}

/// The document that these bytes are, or are a part of.
pub fn document(target: &Target, data: &[u8]) -> Vec<u8> {
    let Some((part, others)) = target.part else {
        return data.to_vec();
    };
    let mut package = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let plain = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, data) in others.iter().map(|(n, d)| (*n, d.as_bytes())).chain([(part, data)]) {
        package.start_file(name, plain).expect("memory takes it");
        package.write_all(data).expect("memory takes it");
    }
    package.finish().expect("memory takes it").into_inner()
}

/// The part of a case that a target's bytes are.
pub fn part_of(target: &Target, case: &[u8]) -> Option<Vec<u8>> {
    let Some((part, _)) = target.part else {
        return Some(case.to_vec());
    };
    let mut package = zip::ZipArchive::new(Cursor::new(case)).ok()?;
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut package.by_name(part).ok()?, &mut bytes).ok()?;
    Some(bytes)
}

#[derive(Default)]
struct Witness {
    open: usize,
    failed: Option<String>,
}

impl Visitor for Witness {
    fn open(&mut self, _: &Head<'_>) -> Flow {
        self.open += 1;
        Flow::Continue
    }

    fn segment(&mut self, segment: &Segment<'_>) -> Flow {
        let end = segment.text.len().saturating_sub(1);
        for at in [0, end / 2, end] {
            let _ = (segment.anchor(at), segment.label(at), segment.record(at));
        }
        Flow::Continue
    }

    fn close(&mut self, outcome: Outcome) {
        self.open -= 1;
        if outcome.kind == OutcomeKind::Crashed {
            self.failed = Some(outcome.to_string());
        }
    }
}

/// Reads bytes as a target does; says what went wrong.
///
/// # Errors
/// In words, when a parser failed or a document was not closed.
pub fn read(target: &Target, data: &[u8]) -> Result<(), String> {
    thread_local! {
        static READER: OnceCell<Reader> = const { OnceCell::new() };
    }
    let mut witness = Witness::default();
    READER.with(|reader| {
        let reader = reader.get_or_init(|| {
            let mut options = Options::default();
            options.limits.deadline = Duration::from_secs(10);
            options.limits.memory = 256 << 20;
            Reader::new(options)
        });
        reader.read(Source::bytes(&document(target, data)), target.document, &mut witness);
    });
    match (witness.failed, witness.open) {
        (Some(failed), _) => Err(failed),
        (None, 0) => Ok(()),
        (None, open) => Err(format!("{open} documents were not closed")),
    }
}

/// For cargo-fuzz: panics when something went wrong.
pub fn run(name: &str, data: &[u8]) {
    let target = target(name).expect("a target of this name");
    if let Err(failed) = read(target, data) {
        panic!("{name}: {failed}");
    }
}
