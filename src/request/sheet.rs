//! Tables that a person fills in with a spreadsheet: written as CSV or as a workbook, read back as spreadsheets save them.
//!
//! CSV is written with a byte-order mark, so that Excel takes it for UTF-8, and with nothing a spreadsheet would take for
//! a formula; it is read back with commas, semicolons or tabs, in UTF-8 or the code page that Excel for Windows saves in.
//! A workbook (`.xlsx`) offers the words to choose from; its first sheet is read back, from `.xlsx` or `.ods`. What a
//! file is its bytes say, not its name.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use crate::{report::text, request::RequestError};

/// The byte-order mark.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// The most that is read of a sheet.
const MOST: u64 = 256 << 20;

/// Characters that a cell of a workbook holds.
const CELL: usize = 32_000;

/// The words to choose from in a column.
pub type Choice<'a> = (&'a str, Vec<&'a str>);

/// A table as the bytes of a file of that name: a workbook where it ends in `.xlsx`, else CSV.
pub fn write_as(
    path: &Path,
    head: &[&str],
    rows: &[Vec<String>],
    choices: &[Choice<'_>],
) -> Result<Vec<u8>, RequestError> {
    let extension = path.extension().unwrap_or_default();
    match extension.eq_ignore_ascii_case("xlsx") {
        true => workbook(head, rows, choices).map_err(|e| {
            RequestError::io("the worksheet", "written")(io::Error::other(e.to_string()))
        }),
        false => write(head, rows),
    }
}

fn workbook(
    head: &[&str],
    rows: &[Vec<String>],
    choices: &[Choice<'_>],
) -> Result<Vec<u8>, rust_xlsxwriter::XlsxError> {
    use rust_xlsxwriter::{DataValidation, Format, FormatAlign, Workbook};
    let mut book = Workbook::new();
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let bold = Format::new().set_bold();
    let sheet = book.add_worksheet();
    for (column, heading) in (0..).zip(head) {
        sheet.write_string_with_format(0, column, *heading, &bold)?;
        // What is known by people is wide, what is known by programs narrow.
        let width = match *heading {
            "id" | "item" => 6.0,
            "document" | "place" | "where" | "because" | "reason" | "note" | "value" => 34.0,
            _ => 14.0,
        };
        sheet.set_column_width(column, width)?;
    }
    for (number, row) in (1..).zip(rows) {
        for (column, cell) in (0..).zip(row) {
            let cell: String = cell.chars().take(CELL).collect();
            sheet.write_string_with_format(number, column, cell, &wrapped)?;
        }
    }
    let last = u32::try_from(rows.len()).unwrap_or(u32::MAX).max(1);
    let columns = u16::try_from(head.len()).unwrap_or(1).max(1);
    for (heading, words) in choices {
        if let Some(column) = (0..)
            .zip(head)
            .find_map(|(n, h)| (h == heading).then_some(n))
        {
            let choice = DataValidation::new().allow_list_strings(words)?;
            sheet.add_data_validation(1, column, last, column, &choice)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.autofilter(0, 0, last, columns - 1)?;
    book.save_to_buffer()
}

/// A table as bytes of a CSV file.
pub fn write(head: &[&str], rows: &[Vec<String>]) -> Result<Vec<u8>, RequestError> {
    let failed = |e: csv::Error| RequestError::io("the worksheet", "written")(io::Error::from(e));
    let mut writer = csv::Writer::from_writer(MARK.to_vec());
    writer.write_record(head).map_err(failed)?;
    for row in rows {
        let cells: Vec<_> = row.iter().map(|cell| text::cell(cell)).collect();
        writer
            .write_record(cells.iter().map(|cell| cell.as_bytes()))
            .map_err(failed)?;
    }
    writer
        .into_inner()
        .map_err(|e| RequestError::io("the worksheet", "written")(io::Error::other(e.to_string())))
}

/// A row that was read: cells by heading, in lower case.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its line in the file, from 1.
    pub line: u64,
    cells: BTreeMap<String, String>,
}

impl Row {
    /// A cell, trimmed; empty when the sheet has no such column.
    pub fn get(&self, heading: &str) -> &str {
        self.cells.get(heading).map_or("", |cell| cell.trim())
    }

    /// A cell whose apostrophe against formulas, if any, is taken off.
    pub fn text(&self, heading: &str) -> &str {
        let cell = self.get(heading);
        match cell.strip_prefix('\'') {
            Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
            _ => cell,
        }
    }
}

/// A sheet that was filled in.
#[derive(Debug)]
pub struct Filled {
    /// The file.
    pub path: PathBuf,
    /// BLAKE3 of it.
    pub digest: String,
    /// Its rows; blank ones left out.
    pub rows: Vec<Row>,
}

impl Filled {
    /// For a message: a line of this file and what is wrong with it.
    pub fn wrong(&self, line: u64, what: impl Into<String>) -> RequestError {
        RequestError::Sheet {
            path: self.path.clone(),
            line,
            what: what.into(),
        }
    }
}

/// Reads a sheet that has these columns at least.
pub fn read(path: &Path, columns: &[&str]) -> Result<Filled, RequestError> {
    let size = std::fs::metadata(path)
        .map_err(RequestError::io(path, "read"))?
        .len();
    if size > MOST {
        return Err(RequestError::refused(format!(
            "{} is larger than any worksheet: is it the right file?",
            path.display()
        )));
    }
    let bytes = std::fs::read(path).map_err(RequestError::io(path, "read"))?;
    let digest = crate::request::files::digest(&bytes);
    let mut filled = Filled {
        path: path.to_owned(),
        digest,
        rows: Vec::new(),
    };
    let table = match bytes.starts_with(b"PK") {
        true => cells_of_workbook(&filled, bytes)?,
        false => cells_of_csv(&filled, &bytes)?,
    };
    let mut table = table.into_iter();
    let (_, head) = table.next().unwrap_or_default();
    let head: Vec<String> = (head.iter())
        .map(|heading| heading.trim().to_lowercase())
        .collect();
    for column in columns {
        if !head.iter().any(|heading| heading == column) {
            return Err(filled.wrong(
                1,
                format!("has no column `{column}`: keep the columns as they were written"),
            ));
        }
    }
    for (line, row) in table {
        if row.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let cells = head.iter().cloned().zip(row).collect();
        filled.rows.push(Row { line, cells });
    }
    Ok(filled)
}

/// Rows with their lines, the headings first.
type Cells = Vec<(u64, Vec<String>)>;

fn cells_of_csv(filled: &Filled, bytes: &[u8]) -> Result<Cells, RequestError> {
    let plain = bytes.strip_prefix(MARK).unwrap_or(bytes);
    let (decoded, _, _) = match std::str::from_utf8(plain) {
        Ok(text) => (std::borrow::Cow::Borrowed(text), encoding_rs::UTF_8, false),
        // With a mark of UTF-16 that is what it is; without one, what Excel for Windows calls CSV.
        Err(_) => encoding_rs::WINDOWS_1252.decode(bytes),
    };
    let first = decoded.lines().next().unwrap_or_default();
    let delimiter = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|d| first.bytes().filter(|b| b == d).count())
        .unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .from_reader(decoded.as_bytes());
    let mut cells = Vec::new();
    for (n, record) in reader.records().enumerate() {
        let record = record.map_err(|_| filled.wrong(n as u64 + 1, "is not a row of a table"))?;
        let line = record.position().map_or(n as u64 + 1, csv::Position::line);
        cells.push((line, record.iter().map(str::to_owned).collect()));
    }
    Ok(cells)
}

/// The first sheet of a workbook.
fn cells_of_workbook(filled: &Filled, bytes: Vec<u8>) -> Result<Cells, RequestError> {
    use calamine::{Data, Reader as _};
    let unreadable = || {
        filled.wrong(
            1,
            "is no workbook that can be read: save it as .xlsx or CSV",
        )
    };
    // The reader of workbooks panics on some damaged ones; that is no more than a file that cannot be read.
    let sheet = std::panic::catch_unwind(move || {
        let mut book = calamine::open_workbook_auto_from_rs(io::Cursor::new(bytes)).ok()?;
        book.worksheet_range_at(0)?.ok()
    });
    let sheet = sheet.ok().flatten().ok_or_else(unreadable)?;
    let first = sheet.start().map_or(0, |(row, _)| row);
    Ok((u64::from(first) + 1..)
        .zip(sheet.rows())
        .map(|(line, row)| {
            let cell = |cell: &Data| match cell {
                Data::Empty => String::new(),
                cell => cell.to_string(),
            };
            (line, row.iter().map(cell).collect())
        })
        .collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_was_written_is_read_as_spreadsheets_save_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("w.csv");
        let bytes = write(
            &["id", "value"],
            &[
                vec!["1".into(), "=1+1".into()],
                vec!["2".into(), "Zoë, \"Z\"".into()],
            ],
        )
        .unwrap();
        std::fs::write(&path, &bytes).unwrap();
        let filled = read(&path, &["id", "value"]).unwrap();
        assert_eq!(filled.rows[0].text("value"), "=1+1");
        assert_eq!(filled.rows[1].get("value"), "Zoë, \"Z\"");
        for bytes in [
            &b"ID;Value\r\n1;a\r\n\r\n2;Zo\xeb\r\n"[..],
            b"id\tvalue\n1\ta\n2\tZo\xc3\xab\n;;\n",
        ] {
            std::fs::write(&path, bytes).unwrap();
            let filled = read(&path, &["id"]).unwrap();
            assert_eq!(filled.rows[1].get("value"), "Zoë");
        }
        let book = folder.path().join("w.xlsx");
        let rows = [vec!["0123".into(), "=1+1".into(), String::new()]];
        let choices = [("decision", vec!["redact", "disclose"])];
        let bytes = write_as(&book, &["id", "value", "decision"], &rows, &choices).unwrap();
        assert_eq!(&bytes[..2], b"PK");
        std::fs::write(&book, &bytes).unwrap();
        let filled = read(&book, &["id", "value", "decision"]).unwrap();
        assert_eq!((filled.rows[0].get("id"), filled.rows[0].line), ("0123", 2));
        assert_eq!(filled.rows[0].text("value"), "=1+1");
        std::fs::write(&book, b"PK and nothing else").unwrap();
        assert!(
            read(&book, &["id"])
                .unwrap_err()
                .to_string()
                .contains("no workbook")
        );
        let error = read(&path, &["decision"]).unwrap_err().to_string();
        assert!(
            error.contains("line 1") && error.contains("`decision`"),
            "{error}"
        );
        assert!(read(&folder.path().join("none"), &[]).is_err());
    }
}
