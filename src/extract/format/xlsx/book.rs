//! What the sheets of a workbook share: their list, defined names, strings, number formats.

use std::{collections::HashMap, io::Read};

use crate::extract::{
    error::ExtractError,
    numfmt::NumberFormat,
    ooxml::Relation,
    package::{Package, same},
    xml::{Node, Xml},
};

/// What the workbook part says.
#[derive(Default)]
pub(super) struct Book {
    /// Name, hidden, relation.
    pub sheets: Vec<(String, bool, String)>,
    pub names: Vec<(String, String)>,
    pub since_1904: bool,
}

impl Book {
    pub fn read<R: Read>(xml: &mut Xml<R>) -> Result<Book, ExtractError> {
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
pub(super) fn sheets(
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
                .is_some_and(|f| (f.ends_with(".xml") || f.ends_with(".bin")) && !f.contains('/'))
        });
        if is_sheet && !sheets.iter().any(|(.., p)| same(p, part)) {
            let name = part
                .rsplit('/')
                .next()
                .unwrap_or(part)
                .trim_end_matches(".xml")
                .trim_end_matches(".bin");
            sheets.push((name.to_owned(), !book.sheets.is_empty(), part.clone()));
        }
    }
    sheets
}

/// Shared strings in one run of text.
#[derive(Default)]
pub(super) struct Strings {
    text: String,
    ends: Vec<usize>,
}

impl Strings {
    pub fn read<R: Read>(&mut self, xml: &mut Xml<R>, most: u64) -> Result<(), ExtractError> {
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
                    "si" => self.push("", most)?,
                    _ => {}
                },
            }
        }
        Ok(())
    }

    /// Adds to the string that is open and ends it; `most` is what the directory says is held in all.
    pub fn push(&mut self, text: &str, most: u64) -> Result<(), ExtractError> {
        self.text.push_str(text);
        self.ends.push(self.text.len());
        let held = self.text.len() as u64 + 8 * self.ends.len() as u64;
        if held > most.saturating_mul(2).saturating_add(1 << 20) {
            return Err(ExtractError::TooLarge(
                "more shared strings than its directory says".into(),
            ));
        }
        Ok(())
    }

    pub fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).map_or(0, |i| self.ends[i]);
        self.text.get(start..end)
    }
}

/// The number format of each cell style.
pub(super) fn read_styles<R: Read>(
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
