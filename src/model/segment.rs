//! Text with positions: what an extractor hands to the detector.
//!
//! Text is scanned in bulk. Where a byte lies (line, cell, page) and what it is called (column heading, field name,
//! key, header) is worked out only for the few bytes where something is found, so a [`Layout`] holds what is needed to
//! work it out and nothing more.

use std::{fmt, ops::Range, sync::Arc};

use serde::{Deserialize, Serialize};

/// A place a person can go to in the document.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Anchor {
    /// A line of text, from 1.
    Line(u64),
    /// A page, from 1.
    Page(u32),
    /// A cell: sheet or table name, row and column from 1. Shown as `Staff!C14`.
    Cell {
        /// Sheet or table; empty for a CSV file.
        sheet: Arc<str>,
        /// Row from 1.
        row: u64,
        /// Column from 1.
        column: u32,
    },
    /// A paragraph or block, from 1.
    Paragraph(u32),
    /// A slide, from 1.
    Slide(u32),
    /// The speaker's notes of a slide, from 1.
    Notes(u32),
    /// A mail header, by name.
    Header(Arc<str>),
    /// A property of the document, by name: `author`, `EXIF GPSLatitude`.
    Meta(Arc<str>),
    /// A named region: `footnote 3`, `comment 2`, `header`, `form field Surname`, `$.people[3].dob`.
    Region(Arc<str>),
    /// The name of the file or folder itself.
    Name,
    /// A page, from 1, whose text was recognised in a picture by OCR and may be misread.
    Recognised(u32),
}

impl Anchor {
    /// A slide by its number; one that is passed over when the slides are shown is marked.
    pub fn slide(number: u32, hidden: bool) -> Anchor {
        if hidden {
            Anchor::Region(format!("slide {number} (hidden)").into())
        } else {
            Anchor::Slide(number)
        }
    }
}

/// Spreadsheet letters of a column from 1: `A`, `Z`, `AA`.
pub fn column_letters(mut column: u32) -> String {
    let mut letters = Vec::new();
    while column > 0 {
        column -= 1;
        letters.push(b'A' + (column % 26) as u8);
        column /= 26;
    }
    letters.iter().rev().map(|&b| b as char).collect()
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Anchor::Line(n) => write!(f, "line {n}"),
            Anchor::Page(n) => write!(f, "page {n}"),
            Anchor::Cell { sheet, row, column } if sheet.is_empty() => {
                write!(f, "{}{row}", column_letters(*column))
            }
            Anchor::Cell { sheet, row, column } => {
                write!(f, "{sheet}!{}{row}", column_letters(*column))
            }
            Anchor::Paragraph(n) => write!(f, "paragraph {n}"),
            Anchor::Slide(n) => write!(f, "slide {n}"),
            Anchor::Notes(n) => write!(f, "notes of slide {n}"),
            Anchor::Header(name) => write!(f, "header {name}"),
            Anchor::Meta(name) => write!(f, "property {name}"),
            Anchor::Region(name) => f.write_str(name),
            Anchor::Name => f.write_str("file name"),
            Anchor::Recognised(n) => write!(f, "page {n}, by OCR"),
        }
    }
}

/// From byte `at` of the segment on, the text lies at `anchor`, until the next mark.
#[derive(Clone, PartialEq, Debug)]
pub struct Mark {
    /// Byte offset in the segment's text.
    pub at: u32,
    /// The place.
    pub anchor: Anchor,
}

/// What a stretch of text is called in its document: form-field name, JSON key, XML tag, mail header name.
#[derive(Clone, PartialEq, Debug)]
pub struct Label {
    /// First byte it speaks of.
    pub at: u32,
    /// The byte after the last.
    pub end: u32,
    /// The name as the document writes it.
    pub text: Arc<str>,
}

/// A block of rows of one table. Each row ends with a newline; cells are split by `delimiter`.
#[derive(Clone, PartialEq, Debug)]
pub struct Table {
    /// Sheet or table name; empty for a CSV file.
    pub name: Arc<str>,
    /// The byte between cells.
    pub delimiter: u8,
    /// Whether `"` quotes a cell (CSV), so that it may hold delimiters and newlines.
    pub quoted: bool,
    /// Byte offset of each row in the segment, ascending.
    pub rows: Vec<u32>,
    /// Number of each row in its sheet, from 1, or empty when they follow one another from `first_row`.
    pub row_numbers: Vec<u64>,
    /// Number of the first row of this block, from 1.
    pub first_row: u64,
    /// Headings by column, from the first; empty when the table has none. Blank strings stand for unnamed columns.
    pub headings: Arc<[Arc<str>]>,
}

impl Table {
    /// Index in `rows` of the row that holds `byte`, and its byte range (without looking for its end: the next row's start).
    pub fn row_at(&self, byte: u32, text_len: usize) -> Option<(usize, Range<usize>)> {
        let index = self.rows.partition_point(|&r| r <= byte).checked_sub(1)?;
        let end = self.rows.get(index + 1).map_or(text_len, |&r| r as usize);
        Some((index, self.rows[index] as usize..end))
    }

    /// The row's number in its sheet, from 1.
    pub fn row_number(&self, index: usize) -> u64 {
        self.row_numbers
            .get(index)
            .copied()
            .unwrap_or(self.first_row + index as u64)
    }

    /// Byte ranges of the cells of a row, quotes excluded at neither end, the final newline left out.
    pub fn cells<'t>(&self, text: &'t str, row: Range<usize>) -> Cells<'t> {
        let bytes = text.as_bytes();
        let mut end = row.end;
        while end > row.start && matches!(bytes[end - 1], b'\n' | b'\r') {
            end -= 1;
        }
        Cells {
            bytes,
            next: Some(row.start),
            end,
            delimiter: self.delimiter,
            quoted: self.quoted,
        }
    }

    /// The column (from 0) and byte range of the cell that holds `byte`.
    pub fn cell_at(&self, text: &str, byte: u32) -> Option<(usize, u32, Range<usize>)> {
        let (index, row) = self.row_at(byte, text.len())?;
        let mut last = None;
        for (column, cell) in self.cells(text, row).enumerate() {
            if cell.start > byte as usize {
                break;
            }
            last = Some((index, column as u32, cell));
        }
        last
    }
}

/// Iterator over the cells of a row: see [`Table::cells`].
pub struct Cells<'t> {
    bytes: &'t [u8],
    next: Option<usize>,
    end: usize,
    delimiter: u8,
    quoted: bool,
}

impl Iterator for Cells<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let start = self.next?;
        let mut at = start;
        if self.quoted && self.bytes.get(start) == Some(&b'"') && start < self.end {
            // A quoted cell ends at a quote that is not doubled.
            at += 1;
            while at < self.end {
                match memchr::memchr(b'"', &self.bytes[at..self.end]) {
                    None => at = self.end,
                    Some(n) => {
                        at += n + 1;
                        if at < self.end && self.bytes[at] == b'"' {
                            at += 1;
                        } else {
                            break;
                        }
                    }
                }
            }
        }
        let stop = memchr::memchr(self.delimiter, &self.bytes[at..self.end]).map(|n| at + n);
        self.next = stop.map(|s| s + 1);
        Some(start..stop.unwrap_or(self.end))
    }
}

/// How positions in the text become places and names.
#[derive(Clone, PartialEq, Debug)]
pub enum Layout {
    /// Text as it stands in the file, in lines; the first line of this segment has this number (from 1).
    Lines {
        /// Number of the segment's first line.
        first: u64,
    },
    /// Rows and cells.
    Table(Table),
    /// Text put together by an extractor, with marks and labels, both ascending.
    Marked {
        /// Places.
        marks: Vec<Mark>,
        /// Names.
        labels: Vec<Label>,
    },
}

/// A run of text of one document.
///
/// A long text comes in several segments: one with `more` set is followed by one that repeats its last `repeats` bytes
/// (at least [`OVERLAP`](crate::model::limits::OVERLAP), cut at a character), so whoever looks for matches sees each
/// one whole. Segments that stand alone (a page, a block of rows) have `repeats` 0 and `more` false.
#[derive(Clone, Debug)]
pub struct Segment<'a> {
    /// The text, at most [`SEGMENT`](crate::model::limits::SEGMENT) bytes.
    pub text: &'a str,
    /// Bytes at the start that the last segment already had.
    pub repeats: usize,
    /// Whether the next segment goes on with this text.
    pub more: bool,
    /// Byte offset of the text's first byte in the document's extracted text.
    pub offset: u64,
    /// Where things are.
    pub layout: &'a Layout,
}

impl Segment<'_> {
    /// The place of a byte. Costs a count of lines or a walk of one row: call it for findings only.
    pub fn anchor(&self, byte: usize) -> Anchor {
        match self.layout {
            Layout::Lines { first } => {
                let before = &self.text.as_bytes()[..byte];
                Anchor::Line(first + memchr::memchr_iter(b'\n', before).count() as u64)
            }
            Layout::Table(table) => match table.cell_at(self.text, byte as u32) {
                Some((index, column, _)) => Anchor::Cell {
                    sheet: table.name.clone(),
                    row: table.row_number(index),
                    column: column + 1,
                },
                None => Anchor::Line(table.first_row),
            },
            Layout::Marked { marks, .. } => {
                let after = marks.partition_point(|m| m.at as usize <= byte);
                match after.checked_sub(1) {
                    Some(i) => marks[i].anchor.clone(),
                    None => Anchor::Paragraph(1),
                }
            }
        }
    }

    /// The innermost label over a byte: column heading or field name.
    pub fn label(&self, byte: usize) -> Option<&str> {
        match self.layout {
            Layout::Lines { .. } => None,
            Layout::Table(table) => {
                if table.headings.is_empty() {
                    return None;
                }
                let (_, column, _) = table.cell_at(self.text, byte as u32)?;
                table
                    .headings
                    .get(column as usize)
                    .map(|h| &**h)
                    .filter(|h| !h.trim().is_empty())
            }
            Layout::Marked { labels, .. } => labels
                [..labels.partition_point(|l| l.at as usize <= byte)]
                .iter()
                .rev()
                .take(32)
                .find(|l| byte < l.end as usize)
                .map(|l| &*l.text),
        }
    }

    /// The bounds of the record around a byte: its row, or its line.
    pub fn record(&self, byte: usize) -> Range<usize> {
        if let Layout::Table(table) = self.layout
            && let Some((_, row)) = table.row_at(byte as u32, self.text.len())
        {
            return row;
        }
        let bytes = self.text.as_bytes();
        let start = memchr::memrchr(b'\n', &bytes[..byte]).map_or(0, |n| n + 1);
        let end = memchr::memchr(b'\n', &bytes[byte..]).map_or(bytes.len(), |n| byte + n);
        start..end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(quoted: bool, rows: Vec<u32>) -> Table {
        Table {
            name: "".into(),
            delimiter: b',',
            quoted,
            rows,
            row_numbers: vec![],
            first_row: 2,
            headings: vec!["Name".into(), "Born".into()].into(),
        }
    }

    #[test]
    fn a_byte_in_a_quoted_row_has_its_cell_and_heading() {
        let text = "\"Okafor, \"\"Mags\"\"\",1951\nHall,1960\n";
        let layout = Layout::Table(table(true, vec![0, 24]));
        let segment = Segment {
            text,
            repeats: 0,
            more: false,
            offset: 0,
            layout: &layout,
        };
        let born = text.find("1951").expect("planted");
        assert_eq!(segment.anchor(born).to_string(), "B2");
        assert_eq!(segment.label(born), Some("Born"));
        assert_eq!(segment.label(3), Some("Name"));
        assert_eq!(
            segment
                .anchor(text.find("Hall").expect("planted"))
                .to_string(),
            "A3"
        );
        assert_eq!(&text[segment.record(born)], &text[..24]);
    }

    #[test]
    fn columns_are_written_as_a_spreadsheet_writes_them() {
        for (n, letters) in [(1, "A"), (26, "Z"), (27, "AA"), (703, "AAA")] {
            assert_eq!(column_letters(n), letters);
        }
    }

    #[test]
    fn lines_are_counted_from_the_first() {
        let layout = Layout::Lines { first: 7 };
        let segment = Segment {
            text: "a\nb\nc",
            repeats: 0,
            more: false,
            offset: 0,
            layout: &layout,
        };
        assert_eq!(segment.anchor(4), Anchor::Line(9));
        assert_eq!(segment.record(2), 2..3);
    }
}
