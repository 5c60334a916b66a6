//! Excel workbooks of 2007 and later, read as a stream: flat memory but for the shared strings.
//!
//! Why not calamine, which reads xlsx, xls and ods too: measured side by side (`tests/spreadsheets.py`, a process a file,
//! 2 GiB and 20 s each), calamine 0.38 as a program would use it. On real workbooks with a reference text from
//! LibreOffice, recall of words: xls 0.984 here and 0.736 there, xlsx 1.000 and 0.900 (ten files each). Of 400 odd files
//! it refuses 32 where these readers refuse 11, most of them no workbooks; of 600 damaged ones it refuses 225, panics
//! on 2 and aborts on 1 (an allocation by the file's own count, which nothing can catch), where 550 of 600 are read here,
//! whole or in part, and none panics or aborts. It shows numbers without their formats (a sort code loses its zeros, a
//! date its shape), no comments, headers, text boxes, pivot caches or embedded files; whole sheets lie in memory. It
//! reads xlsb, which is too rare to be worth a reader of our own. On tiny files it is two to four times as fast (0.6 ms
//! against 2 ms a file), on large ones a third of the speed.
//!
//! Every sheet, hidden ones marked; cached values as
//! their format shows them; comments and threaded comments at their cells; page headers; defined names; pivot caches and
//! caches of other workbooks, which keep data whose sheet is long gone; text boxes, charts, links, properties;
//! embedded files are members.

mod asides;
mod binary;
mod book;
mod cells;

use crate::{
    extract::{
        Format, Guard, Source,
        error::ExtractError,
        ooxml::{self, Relation, drawing},
        package::{Package, same},
        sheet::Sheet,
        sniff::{Look, NO, SURE},
        story::Story,
        xml::Xml,
    },
    model::Anchor,
};

use asides::{caches, read_comments};
use book::{Book, Strings, read_styles, sheets};
use cells::SheetReader;
pub(super) use cells::page_text;

/// Excel workbooks.
pub struct Xlsx;

impl Format for Xlsx {
    fn name(&self) -> &'static str {
        "xlsx"
    }

    fn version(&self) -> u32 {
        2
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["xlsx", "xlsm", "xltx", "xltm", "xlam"]
    }

    fn about(&self) -> &'static str {
        "Excel: every sheet with its headings, comments, choices, names, pivot caches, text boxes, properties, embedded files"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if look.has("xl/workbook.bin") {
            NO
        } else {
            ooxml::sniff(look, "xl/workbook.xml")
        }
    }

    fn seeks(&self) -> bool {
        true
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        workbook(source, Parts::Xml, out)
    }
}

/// Excel's binary workbooks: the same package, its parts written as records.
pub struct Xlsb;

impl Format for Xlsb {
    fn name(&self) -> &'static str {
        "xlsb"
    }

    fn version(&self) -> u32 {
        2
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["xlsb"]
    }

    fn about(&self) -> &'static str {
        "Excel binary workbooks: as xlsx"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if look.magic == "zip" && look.has("xl/workbook.bin") {
            SURE
        } else {
            NO
        }
    }

    fn seeks(&self) -> bool {
        true
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        workbook(source, Parts::Binary, out)
    }
}

/// How the parts of a workbook are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parts {
    Xml,
    Binary,
}

fn workbook(
    source: &mut Source<'_>,
    parts: Parts,
    out: &mut Guard<'_>,
) -> Result<(), ExtractError> {
    let mut package = Package::open(source)?;
    let relations = package.relations(out)?;
    let main = relations
        .iter()
        .find(|r| r.from.is_empty() && r.kind == "officeDocument" && package.has(&r.to))
        .map_or(
            match parts {
                Parts::Xml => "xl/workbook.xml",
                Parts::Binary => "xl/workbook.bin",
            },
            |r| &r.to,
        )
        .to_owned();
    if !package.has(&main) {
        return Err(ExtractError::corrupt("its workbook part is missing"));
    }
    let related = |kind: &str, from: &str| -> Option<&Relation> {
        relations
            .iter()
            .find(|r| r.kind == kind && same(&r.from, from) && !r.external)
    };
    // The strings are held as they are unpacked; the directory says how much that is, the stream is cut there.
    let strings_part = related("sharedStrings", &main)
        .map(|r| r.to.clone())
        .filter(|p| package.has(p));
    let size = strings_part
        .as_ref()
        .and_then(|p| package.size(p))
        .unwrap_or(0);
    let _permit = out.permit(size.saturating_add(size / 4))?;
    let mut story = Story::new(out);
    let book = package.part(&main).and_then(|part| match parts {
        Parts::Xml => Book::read(&mut Xml::new(part)?),
        Parts::Binary => binary::book(part),
    });
    let book = match book {
        Ok(book) => book,
        Err(error) if error.ends_file() => return Err(error),
        Err(error) => {
            story.out.problem(format!("workbook: {error}"));
            Book::default()
        }
    };
    let mut strings = Strings::default();
    if let Some(part) = &strings_part {
        let result = package.part(part).and_then(|part| match parts {
            Parts::Xml => strings.read(&mut Xml::new(part)?, size),
            Parts::Binary => binary::strings(part, &mut strings, size),
        });
        ooxml::tolerate(result, &mut story, "shared strings")?;
    }
    let mut formats = Vec::new();
    if let Some(styles) = related("styles", &main).filter(|r| package.has(&r.to)) {
        let result = package.part(&styles.to).and_then(|part| match parts {
            Parts::Xml => read_styles(&mut Xml::new(part)?, &mut formats),
            Parts::Binary => binary::styles(part, &mut formats),
        });
        ooxml::tolerate(result, &mut story, "styles")?;
    }
    for (sheet_name, hidden, part) in sheets(&package, &book, &relations, &main) {
        let mut sheet = Sheet::new(&sheet_name, hidden);
        let mut reader = SheetReader {
            strings: &strings,
            formats: &formats,
            since_1904: book.since_1904,
            asides: Vec::new(),
            prompts: Vec::new(),
        };
        let result = package.part(&part).and_then(|part| match parts {
            Parts::Xml => reader.read(&mut Xml::new(part)?, &mut sheet, &mut story),
            Parts::Binary => binary::sheet(part, &mut reader, &mut sheet, &mut story),
        });
        let shown = sheet.name().to_owned();
        sheet.finish(&mut story)?;
        for text in &reader.asides {
            story.note(
                Anchor::Region(format!("header or footer of {shown}").into()),
                None,
                text,
            )?;
        }
        for (cells, text) in &reader.prompts {
            let first = cells.split([' ', ':']).next().unwrap_or("");
            let place = match cells::reference(first) {
                Some((row, column)) => Anchor::Cell {
                    sheet: shown.as_str().into(),
                    row,
                    column: column + 1,
                },
                None => Anchor::Region(format!("choices of {shown}").into()),
            };
            story.note(place, Some("choices"), text)?;
        }
        ooxml::tolerate(result, &mut story, "sheet")?;
        for comments in relations
            .iter()
            .filter(|r| same(&r.from, &part) && !r.external)
        {
            if matches!(comments.kind.as_str(), "comments" | "threadedComment")
                && package.has(&comments.to)
            {
                let result = package.part(&comments.to).and_then(|part| {
                    // Threaded comments are XML in both.
                    if parts == Parts::Binary && comments.kind == "comments" {
                        binary::comments(part, &shown, &mut story)
                    } else {
                        read_comments(&mut Xml::new(part)?, &shown, &mut story)
                    }
                });
                story.end_part()?;
                ooxml::tolerate(result, &mut story, "comments")?;
            }
        }
    }
    for (name, value) in &book.names {
        let place = Anchor::Region("defined name".into());
        story.note(place, Some(name), &format!("{name}: {value}"))?;
    }
    caches(&mut package, &mut story)?;
    binary::caches(&mut package, &mut story)?;
    drawing::parts(&mut package, &relations, &mut story)?;
    ooxml::links(&relations, &mut story)?;
    ooxml::custom_xml(&mut package, &mut story)?;
    ooxml::properties(&mut package, &mut story)?;
    story.finish()?;
    package.embedded(|name| ooxml::is_embedded(name, "xl/"), out)
}
