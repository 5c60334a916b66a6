//! Excel workbooks of 2007 and later, read as a stream: flat memory but for the shared strings.
//!
//! Calamine reads these too, at a third of the speed, without number formats (so a sort code loses its zeros), and with an
//! allocation by the file's own counts that no guard can catch. Every sheet, hidden ones marked; cached values as
//! their format shows them; comments and threaded comments at their cells; page headers; defined names; pivot caches and
//! caches of other workbooks, which keep data whose sheet is long gone; text boxes, charts, links, properties;
//! embedded files are members.

use std::{collections::HashMap, io::Read};

use crate::{
    extract::{
        Format, Guard, Source,
        error::ExtractError,
        numfmt::NumberFormat,
        ooxml::{self, Relation, drawing},
        package::{Package, same},
        sheet::Sheet,
        sniff::{LIKELY, Look, NO, SURE},
        story::Story,
        xml::{Node, Xml},
    },
    model::Anchor,
};

/// Excel workbooks.
pub struct Xlsx;

/// Rows and columns that a sheet may have.
const ROWS: u64 = 1 << 20;
const COLUMNS: u32 = 1 << 14;

impl Format for Xlsx {
    fn name(&self) -> &'static str {
        "xlsx"
    }

    fn version(&self) -> u32 {
        1
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["xlsx", "xlsm", "xltx", "xltm", "xlam"]
    }

    fn about(&self) -> &'static str {
        "Excel: every sheet with its headings, comments, names, pivot caches, text boxes, properties, embedded files"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if look.magic != "zip" || look.has("xl/workbook.bin") {
            NO
        } else if ooxml::folder(look) == "xl/" && look.has("[Content_Types].xml") {
            SURE
        } else if ooxml::folder(look) == "xl/" {
            LIKELY
        } else {
            NO
        }
    }

    fn seeks(&self) -> bool {
        true
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let mut package = Package::open(source)?;
        let relations = package.relations(out)?;
        let main = relations
            .iter()
            .find(|r| r.from.is_empty() && r.kind == "officeDocument" && package.has(&r.to))
            .map_or("xl/workbook.xml", |r| &r.to)
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
        let book = match package.xml(&main).and_then(|mut xml| Book::read(&mut xml)) {
            Ok(book) => book,
            Err(error) if error.ends_file() => return Err(error),
            Err(error) => {
                story.out.problem(format!("workbook: {error}"));
                Book::default()
            }
        };
        let mut strings = Strings::default();
        if let Some(part) = &strings_part {
            let result = package
                .xml(part)
                .and_then(|mut xml| strings.read(&mut xml, size));
            ooxml::tolerate(result, &mut story, "shared strings")?;
        }
        let mut formats = Vec::new();
        if let Some(styles) = related("styles", &main).filter(|r| package.has(&r.to)) {
            let result = package
                .xml(&styles.to)
                .and_then(|mut xml| read_styles(&mut xml, &mut formats));
            ooxml::tolerate(result, &mut story, "styles")?;
        }
        for (sheet_name, hidden, part) in sheets(&package, &book, &relations, &main) {
            let mut sheet = Sheet::new(&sheet_name, hidden);
            let mut reader = SheetReader {
                strings: &strings,
                formats: &formats,
                since_1904: book.since_1904,
                asides: Vec::new(),
            };
            let result = package
                .xml(&part)
                .and_then(|mut xml| reader.read(&mut xml, &mut sheet, &mut story));
            let shown = sheet.name().to_owned();
            sheet.finish(&mut story)?;
            for text in &reader.asides {
                story.note(
                    Anchor::Region(format!("header or footer of {shown}").into()),
                    None,
                    text,
                )?;
            }
            ooxml::tolerate(result, &mut story, "sheet")?;
            for comments in relations
                .iter()
                .filter(|r| same(&r.from, &part) && !r.external)
            {
                if matches!(comments.kind.as_str(), "comments" | "threadedComment")
                    && package.has(&comments.to)
                {
                    let result = package
                        .xml(&comments.to)
                        .and_then(|mut xml| read_comments(&mut xml, &shown, &mut story));
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
        drawing::parts(&mut package, &relations, &mut story)?;
        ooxml::links(&relations, &mut story)?;
        ooxml::custom_xml(&mut package, &mut story)?;
        ooxml::properties(&mut package, &mut story)?;
        story.finish()?;
        package.embedded(|name| ooxml::is_embedded(name, "xl/"), out)
    }
}

/// What the workbook part says.
#[derive(Default)]
struct Book {
    /// Name, hidden, relation.
    sheets: Vec<(String, bool, String)>,
    names: Vec<(String, String)>,
    since_1904: bool,
}

impl Book {
    fn read<R: Read>(xml: &mut Xml<R>) -> Result<Book, ExtractError> {
        let mut book = Book::default();
        while let Some(node) = xml.step()? {
            let Node::Open(tag) = node else { continue };
            match tag.name() {
                "workbookPr" => {
                    book.since_1904 = matches!(tag.attr("date1904").as_deref(), Some("1" | "true"));
                }
                "sheet" if book.sheets.len() < 10_000 => {
                    let hidden =
                        matches!(tag.attr("state").as_deref(), Some("hidden" | "veryHidden"));
                    book.sheets.push((
                        tag.attr("name").unwrap_or_default(),
                        hidden,
                        tag.attr("id").unwrap_or_default(),
                    ));
                }
                "definedName" if book.names.len() < 10_000 => {
                    let name = tag.attr("name").unwrap_or_default();
                    let value = xml.text()?;
                    if !name.starts_with("_xlnm") && !name.starts_with("_xl") {
                        book.names.push((name, value));
                    }
                }
                _ => {}
            }
        }
        Ok(book)
    }
}

/// Name, hidden and part of each sheet: those of the workbook, then those that nothing leads to.
fn sheets(
    package: &Package<'_, '_>,
    book: &Book,
    relations: &[Relation],
    main: &str,
) -> Vec<(String, bool, String)> {
    let mut sheets: Vec<(String, bool, String)> = Vec::new();
    for (name, hidden, id) in &book.sheets {
        if let Some(r) = relations
            .iter()
            .find(|r| r.id == *id && same(&r.from, main) && package.has(&r.to))
        {
            sheets.push((name.clone(), *hidden, r.to.clone()));
        }
    }
    for part in package.names() {
        let lower = part.trim_start_matches('/').to_ascii_lowercase();
        let is_sheet = [
            "xl/worksheets/",
            "xl/chartsheets/",
            "xl/dialogsheets/",
            "xl/macrosheets/",
        ]
        .iter()
        .any(|folder| {
            lower
                .strip_prefix(folder)
                .is_some_and(|f| f.ends_with(".xml") && !f.contains('/'))
        });
        if is_sheet && !sheets.iter().any(|(.., p)| same(p, part)) {
            let name = part
                .rsplit('/')
                .next()
                .unwrap_or(part)
                .trim_end_matches(".xml");
            sheets.push((name.to_owned(), !book.sheets.is_empty(), part.clone()));
        }
    }
    sheets
}

/// Shared strings in one run of text.
#[derive(Default)]
struct Strings {
    text: String,
    ends: Vec<usize>,
}

impl Strings {
    fn read<R: Read>(&mut self, xml: &mut Xml<R>, most: u64) -> Result<(), ExtractError> {
        let (mut on, mut phonetic) = (0, 0);
        while let Some(node) = xml.step()? {
            match node {
                Node::Open(tag) => match tag.name() {
                    "t" => on += 1,
                    "rPh" => phonetic += 1,
                    _ => {}
                },
                Node::Text(text) => {
                    if on > 0 && phonetic == 0 {
                        self.text.push_str(&text);
                    }
                }
                Node::Close(end) => match end.name() {
                    "t" => on -= 1.min(on),
                    "rPh" => phonetic -= 1.min(phonetic),
                    "si" => {
                        self.ends.push(self.text.len());
                        let held = self.text.len() as u64 + 8 * self.ends.len() as u64;
                        if held > most.saturating_mul(2).saturating_add(1 << 20) {
                            return Err(ExtractError::TooLarge(
                                "more shared strings than its directory says".into(),
                            ));
                        }
                    }
                    _ => {}
                },
            }
        }
        Ok(())
    }

    fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).map_or(0, |i| self.ends[i]);
        self.text.get(start..end)
    }
}

/// The number format of each cell style.
fn read_styles<R: Read>(
    xml: &mut Xml<R>,
    formats: &mut Vec<NumberFormat>,
) -> Result<(), ExtractError> {
    let mut codes: HashMap<u32, NumberFormat> = HashMap::new();
    let mut in_cells = false;
    while let Some(node) = xml.step()? {
        match node {
            Node::Open(tag) => match tag.name() {
                "numFmt" => {
                    let id = tag.attr("numFmtId").and_then(|v| v.parse().ok());
                    if let (Some(id), Some(code)) = (id, tag.attr("formatCode"))
                        && codes.len() < 10_000
                    {
                        codes.insert(id, NumberFormat::parse(&code));
                    }
                }
                "cellXfs" => in_cells = true,
                "xf" if in_cells && formats.len() < 100_000 => {
                    let id = tag
                        .attr("numFmtId")
                        .and_then(|v| v.parse().ok())
                        .unwrap_or(0);
                    formats.push(
                        codes
                            .get(&id)
                            .cloned()
                            .unwrap_or_else(|| NumberFormat::builtin(id)),
                    );
                }
                _ => {}
            },
            Node::Close(end) => in_cells &= end.name() != "cellXfs",
            Node::Text(_) => {}
        }
    }
    Ok(())
}

/// Row from 1 and column from 0 of a reference such as `AB12`.
fn reference(text: &str) -> Option<(u64, u32)> {
    let mut column: u32 = 0;
    let mut bytes = text.bytes().filter(|&b| b != b'$').peekable();
    while let Some(&b) = bytes.peek() {
        if !b.is_ascii_alphabetic() {
            break;
        }
        column = column
            .checked_mul(26)?
            .checked_add(u32::from(b.to_ascii_uppercase() - b'A') + 1)?;
        bytes.next();
    }
    let mut row: u64 = 0;
    for b in bytes {
        if !b.is_ascii_digit() {
            break;
        }
        row = row.checked_mul(10)?.checked_add(u64::from(b - b'0'))?;
    }
    ((1..=COLUMNS).contains(&column) && (1..=ROWS).contains(&row)).then(|| (row, column - 1))
}

/// Walks one sheet.
struct SheetReader<'b> {
    strings: &'b Strings,
    formats: &'b [NumberFormat],
    since_1904: bool,
    /// Page headers and footers.
    asides: Vec<String>,
}

impl SheetReader<'_> {
    fn read<R: Read>(
        &mut self,
        xml: &mut Xml<R>,
        sheet: &mut Sheet,
        story: &mut Story<'_, '_>,
    ) -> Result<(), ExtractError> {
        let (mut row, mut column) = (0_u64, 0_u32);
        let (mut kind, mut style) = (String::new(), 0_usize);
        let mut value = String::new();
        let (mut in_value, mut in_text, mut phonetic) = (false, false, false);
        let mut steps = 0_u32;
        while let Some(node) = xml.step()? {
            match node {
                Node::Text(text) => {
                    if (in_value || in_text) && !phonetic {
                        value.push_str(&text);
                    }
                }
                Node::Open(tag) => match tag.name() {
                    "row" => {
                        row = tag
                            .attr("r")
                            .and_then(|r| r.parse().ok())
                            .unwrap_or(row + 1);
                        column = 0;
                        steps += 1;
                        if steps.is_multiple_of(1024) {
                            story.out.check()?;
                        }
                    }
                    "c" => {
                        kind.clear();
                        style = 0;
                        for (name, text) in tag.attrs() {
                            match name {
                                "r" => {
                                    if let Some((r, c)) = reference(&text) {
                                        row = r;
                                        column = c;
                                    }
                                }
                                "t" => kind = text,
                                "s" => style = text.parse().unwrap_or(0),
                                _ => {}
                            }
                        }
                        value.clear();
                    }
                    "v" => in_value = true,
                    "t" => in_text = true,
                    "rPh" => phonetic = true,
                    "f" | "extLst" => xml.skip()?,
                    "oddHeader" | "oddFooter" | "evenHeader" | "evenFooter" | "firstHeader"
                    | "firstFooter" => {
                        let text = page_text(&xml.text()?);
                        if !text.trim().is_empty() && self.asides.len() < 16 {
                            self.asides.push(text);
                        }
                    }
                    _ => {}
                },
                Node::Close(end) => match end.name() {
                    "v" => in_value = false,
                    "t" => in_text = false,
                    "rPh" => phonetic = false,
                    "c" => {
                        if row == 0 {
                            row = 1;
                        }
                        if !value.is_empty() && row <= ROWS && column < COLUMNS {
                            self.cell(&kind, style, &value, row, column, sheet, story)?;
                        }
                        column = column.saturating_add(1);
                    }
                    _ => {}
                },
            }
        }
        Ok(())
    }

    #[allow(clippy::too_many_arguments)]
    fn cell(
        &self,
        kind: &str,
        style: usize,
        value: &str,
        row: u64,
        column: u32,
        sheet: &mut Sheet,
        story: &mut Story<'_, '_>,
    ) -> Result<(), ExtractError> {
        match kind {
            "s" => {
                let text = value
                    .trim()
                    .parse()
                    .ok()
                    .and_then(|i| self.strings.get(i))
                    .unwrap_or("");
                sheet.cell(row, column, text, true, story)
            }
            "inlineStr" | "str" => sheet.cell(row, column, value, true, story),
            "b" => sheet.cell(
                row,
                column,
                if value == "1" { "TRUE" } else { "FALSE" },
                false,
                story,
            ),
            "e" => sheet.cell(row, column, value, false, story),
            "d" => sheet.cell(
                row,
                column,
                value.trim_end_matches("T00:00:00"),
                false,
                story,
            ),
            _ => {
                let format = self.formats.get(style).unwrap_or(&NumberFormat::General);
                match value.trim().parse::<f64>() {
                    // Whole numbers past what a float holds keep the digits that the file writes.
                    Ok(_)
                        if *format == NumberFormat::General
                            && value.bytes().all(|b| b.is_ascii_digit()) =>
                    {
                        sheet.cell(row, column, value, false, story)
                    }
                    Ok(number) => sheet.cell(
                        row,
                        column,
                        &format.show(number, self.since_1904),
                        false,
                        story,
                    ),
                    Err(_) => sheet.cell(row, column, value, true, story),
                }
            }
        }
    }
}

/// A page header without its codes: `&L`, `&"Arial"`, `&12`.
pub(super) fn page_text(code: &str) -> String {
    let mut out = String::new();
    let mut chars = code.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '&' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('&') => out.push('&'),
            Some('"') => while chars.next().is_some_and(|c| c != '"') {},
            Some(d) if d.is_ascii_digit() => {
                while chars.peek().is_some_and(char::is_ascii_digit) {
                    chars.next();
                }
            }
            Some('L' | 'C' | 'R') => out.push(' '),
            Some('K') => {
                for _ in 0..6 {
                    chars.next();
                }
            }
            _ => {}
        }
    }
    out
}

/// Comments of a sheet, old and threaded.
fn read_comments<R: Read>(
    xml: &mut Xml<R>,
    sheet: &str,
    story: &mut Story<'_, '_>,
) -> Result<(), ExtractError> {
    let mut authors: Vec<String> = Vec::new();
    let mut place = Anchor::Region("comment".into());
    let mut text = String::new();
    let (mut on, mut in_authors) = (0, false);
    while let Some(node) = xml.step()? {
        match node {
            Node::Open(tag) => match tag.name() {
                "author" => {
                    let author = xml.text()?;
                    authors.push(author);
                }
                "authors" => in_authors = true,
                "comment" | "threadedComment" => {
                    text.clear();
                    if let Some((row, column)) = tag.attr("ref").and_then(|r| reference(&r)) {
                        place = Anchor::Cell {
                            sheet: sheet.into(),
                            row,
                            column: column + 1,
                        };
                    }
                    let author = tag.attr("authorId").and_then(|id| id.parse::<usize>().ok());
                    if let Some(author) = author.and_then(|id| authors.get(id))
                        && !author.starts_with("tc={")
                    {
                        story.note(place.clone(), Some("author"), author)?;
                    }
                }
                "t" | "text" => on += 1,
                _ => {}
            },
            Node::Text(more) => {
                if on > 0 && !in_authors {
                    text.push_str(&more);
                }
            }
            Node::Close(end) => match end.name() {
                "t" | "text" => on -= 1.min(on),
                "authors" => in_authors = false,
                "comment" | "threadedComment" => {
                    story.note(place.clone(), Some("comment"), text.trim())?;
                }
                _ => {}
            },
        }
    }
    Ok(())
}

/// Values kept of pivot tables and of other workbooks.
fn caches(package: &mut Package<'_, '_>, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
    let parts: Vec<String> = package
        .names()
        .iter()
        .filter(|n| {
            let n = n.trim_start_matches('/').to_ascii_lowercase();
            n.ends_with(".xml")
                && (n.starts_with("xl/pivotcache/")
                    || n.starts_with("xl/externallinks/")
                    || n.starts_with("xl/persons/"))
        })
        .cloned()
        .collect();
    for part in parts {
        let place = if part.contains("pivot") {
            "pivot cache"
        } else if part.contains("person") {
            "people"
        } else {
            "cache of another workbook"
        };
        let result = package
            .xml(&part)
            .and_then(|mut xml| read_cache(&mut xml, place, story));
        ooxml::tolerate(result, story, place)?;
    }
    Ok(())
}

fn read_cache<R: Read>(
    xml: &mut Xml<R>,
    place: &str,
    story: &mut Story<'_, '_>,
) -> Result<(), ExtractError> {
    let mut field = None;
    let mut on = false;
    let mut text = String::new();
    let anchor = Anchor::Region(place.into());
    while let Some(node) = xml.step()? {
        match node {
            Node::Open(tag) => match tag.name() {
                "cacheField" => field = tag.attr("name"),
                "s" | "d" => {
                    if let Some(value) = tag.attr("v") {
                        story.note(anchor.clone(), field.as_deref(), &value)?;
                    }
                }
                "person" => {
                    if let Some(name) = tag.attr("displayName") {
                        story.note(anchor.clone(), Some("name"), &name)?;
                    }
                }
                "v" => {
                    on = true;
                    text.clear();
                }
                _ => {}
            },
            Node::Text(more) => {
                if on {
                    text.push_str(&more);
                }
            }
            Node::Close(end) => match end.name() {
                "v" => {
                    on = false;
                    story.note(anchor.clone(), None, &text)?;
                }
                "cacheField" => field = None,
                _ => {}
            },
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_and_impossible_ones_refused() {
        assert_eq!(reference("C14"), Some((14, 2)));
        assert_eq!(reference("$AA$1"), Some((1, 26)));
        assert_eq!(reference("XFD1048576"), Some((ROWS, COLUMNS - 1)));
        assert_eq!(reference("XFE1"), None);
        assert_eq!(reference("A99999999999999999999"), None);
        assert_eq!(reference("12"), None);
    }

    #[test]
    fn page_headers_lose_their_codes() {
        assert_eq!(
            page_text("&L&\"Arial,Bold\"&12Staff && pay&C&P&R&KFF0000Q&&A").trim(),
            "Staff & pay  Q&A"
        );
    }
}
