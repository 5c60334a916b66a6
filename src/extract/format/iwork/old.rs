//! The XML of Pages, Numbers and Keynote up to 2009: `index.xml` or `index.apxl`, packed or not.
//!
//! Text stands in paragraphs inside of storages that say what they are; cells of a table follow one another, each with
//! how many places it stands behind the one before, in rows of 256 places.

use std::io::Read;

use flate2::read::MultiGzDecoder;

use crate::{
    extract::{
        error::ExtractError,
        sheet::Sheet,
        story::Story,
        xml::{Node, Tag, Xml},
    },
    model::Anchor,
};

/// Places of a row.
const ROW: u64 = 256;

/// Reads an index.
///
/// # Errors
/// When it is damaged, and those of the guard.
pub fn read(part: impl Read, packed: bool, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
    if packed {
        document(&mut Xml::new(MultiGzDecoder::new(part))?, story)
    } else {
        document(&mut Xml::new(part)?, story)
    }
}

/// What is open while a document is read.
#[derive(Default)]
struct Open {
    /// Paragraphs inside of one another.
    paragraphs: u32,
    slides: u32,
    /// Whether notes of a slide are open.
    notes: bool,
    hidden: bool,
    sheet: String,
}

impl Open {
    /// Where a storage of this kind stands.
    fn place(&self, kind: &str) -> Option<Anchor> {
        if self.slides > 0 {
            return Some(if self.notes {
                Anchor::Notes(self.slides)
            } else {
                Anchor::slide(self.slides, self.hidden)
            });
        }
        match kind {
            "body" | "" => None,
            "textbox" => Some(Anchor::Region("text box".into())),
            "note" => Some(Anchor::Region("footnote".into())),
            other => Some(Anchor::Region(other.into())),
        }
    }
}

fn document<R: Read>(xml: &mut Xml<R>, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
    let mut open = Open::default();
    while let Some(node) = xml.step()? {
        match node {
            Node::Open(tag) => {
                let name = tag.name().to_owned();
                match name.as_str() {
                    // What a template suggests to be written, and lists of styles.
                    "ghost-text" | "stylesheet" => xml.skip()?,
                    "p" => open.paragraphs += 1,
                    "br" | "lnbr" | "crbr" | "tab" if open.paragraphs > 0 => story.text(" "),
                    "text-storage" => {
                        let kind = tag.attr("kind").unwrap_or_default();
                        story.region(open.place(&kind));
                    }
                    "slide" => {
                        open.slides += 1;
                        open.hidden = tag.attr("hidden").as_deref() == Some("true");
                    }
                    "notes" => open.notes = true,
                    "link" => {
                        if let Some(to) = tag.attr("href") {
                            let to = to.strip_prefix("mailto:").unwrap_or(&to).to_owned();
                            story.note(Anchor::Region("link".into()), None, &to)?;
                        }
                    }
                    "workspace" => open.sheet = tag.attr("workspace-name").unwrap_or_default(),
                    "tabular-model" => {
                        let name = tag.attr("name").unwrap_or_default();
                        let title = match (open.sheet.as_str(), name.as_str()) {
                            ("", name) => name.to_owned(),
                            (sheet, "") => sheet.to_owned(),
                            (sheet, name) => format!("{sheet}, {name}"),
                        };
                        table(xml, &title, story)?;
                    }
                    "metadata" => metadata(xml, story)?,
                    _ => {}
                }
            }
            Node::Close(end) => match end.name() {
                "p" => {
                    open.paragraphs = open.paragraphs.saturating_sub(1);
                    story.end_paragraph()?;
                }
                "notes" => open.notes = false,
                "text-storage" => story.end_part()?,
                _ => {}
            },
            Node::Text(text) => {
                if open.paragraphs > 0 {
                    story.text(&text);
                }
            }
        }
    }
    story.end_part()
}

/// Author, title and what else was written about the document.
fn metadata<R: Read>(xml: &mut Xml<R>, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
    let mut names: Vec<String> = Vec::new();
    while let Some(node) = xml.step()? {
        match node {
            Node::Open(tag) => {
                let value = tag.attr("string").unwrap_or_default();
                if let Some(label) = names.last() {
                    story.note(
                        Anchor::Meta(label.as_str().into()),
                        Some(label),
                        value.trim(),
                    )?;
                }
                names.push(tag.name().to_owned());
            }
            Node::Close(_) => {
                if names.pop().is_none() {
                    return Ok(());
                }
            }
            Node::Text(_) => {}
        }
    }
    Ok(())
}

/// Elements that are cells of a table, by their kind: empty, text, number, date, duration, formula, box, slider, choice.
const CELLS: &[&str] = &[
    "g", "t", "n", "d", "du", "f", "cb", "s", "sl", "st", "pm", "o", "b", "bl", "e",
];

/// Reads a table up to its end.
fn table<R: Read>(
    xml: &mut Xml<R>,
    title: &str,
    story: &mut Story<'_, '_>,
) -> Result<(), ExtractError> {
    let mut sheet = Sheet::new(title, false);
    // How deep inside of the table, of its source of cells, of a cell.
    let (mut depth, mut source, mut cell) = (0, None, None);
    let mut next = 0;
    let mut shown = Shown::default();
    while let Some(node) = xml.step()? {
        match node {
            Node::Open(tag) => {
                let name = tag.name();
                if cell.is_some() {
                    shown.look(&tag);
                } else if source.is_some() && CELLS.contains(&name) {
                    let step = tag.attr("ct").and_then(|ct| ct.parse().ok()).unwrap_or(1);
                    next = u64::saturating_add(next, step);
                    cell = Some(depth);
                    shown = Shown::default();
                    shown.look(&tag);
                } else if name == "datasource" {
                    source = Some(depth);
                    // The first cell says how far it stands from the beginning, and that is nothing.
                    next = 0;
                }
                depth += 1;
            }
            Node::Close(_) => {
                if depth == 0 {
                    break;
                }
                depth -= 1;
                if cell == Some(depth) {
                    cell = None;
                    let (row, column) = (next / ROW + 1, (next % ROW) as u32);
                    sheet.cell(row, column, shown.text.trim(), shown.is_text, story)?;
                } else if source == Some(depth) {
                    source = None;
                }
            }
            Node::Text(text) => {
                if cell.is_some() && shown.text.len() < 1 << 20 && !text.trim().is_empty() {
                    shown.text.push_str(&text);
                    shown.is_text = true;
                }
            }
        }
    }
    sheet.finish(story)
}

/// What a cell shows.
#[derive(Default)]
struct Shown {
    text: String,
    is_text: bool,
}

impl Shown {
    /// Takes what an element of the cell says.
    fn look(&mut self, tag: &Tag<'_>) {
        let (value, is_text) = match tag.name() {
            "ct" => (tag.attr("s"), true),
            "n" | "rn" => (tag.attr("v"), false),
            "d" | "rd" => (tag.attr("cell-date").or_else(|| tag.attr("d")), false),
            _ => return,
        };
        if let Some(value) = value.filter(|_| self.text.is_empty()) {
            self.text = value;
            self.is_text = is_text;
        }
    }
}
