//! Tables that a person fills in with a spreadsheet: written as CSV, read back as spreadsheets save it.
//!
//! Written with a byte-order mark, so that Excel takes it for UTF-8, and with nothing a spreadsheet would take for a
//! formula. Read back with commas, semicolons or tabs, in UTF-8 or the code page that Excel for Windows saves in.

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
    let plain = bytes.strip_prefix(MARK).unwrap_or(&bytes);
    let (decoded, _, _) = match std::str::from_utf8(plain) {
        Ok(text) => (std::borrow::Cow::Borrowed(text), encoding_rs::UTF_8, false),
        // With a mark of UTF-16 that is what it is; without one, what Excel for Windows calls CSV.
        Err(_) => encoding_rs::WINDOWS_1252.decode(&bytes),
    };
    let first = decoded.lines().next().unwrap_or_default();
    let delimiter = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|d| first.bytes().filter(|b| b == d).count())
        .unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(decoded.as_bytes());
    let mut filled = Filled {
        path: path.to_owned(),
        digest,
        rows: Vec::new(),
    };
    let unreadable = |filled: &Filled, line: u64| filled.wrong(line, "is not a row of a table");
    let head: Vec<String> = reader
        .headers()
        .map_err(|_| unreadable(&filled, 1))?
        .iter()
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
    for (n, record) in reader.records().enumerate() {
        let record = record.map_err(|_| unreadable(&filled, n as u64 + 2))?;
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let line = record.position().map_or(n as u64 + 2, csv::Position::line);
        let cells = head
            .iter()
            .cloned()
            .zip(record.iter().map(str::to_owned))
            .collect();
        filled.rows.push(Row { line, cells });
    }
    Ok(filled)
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
        let error = read(&path, &["decision"]).unwrap_err().to_string();
        assert!(
            error.contains("line 1") && error.contains("`decision`"),
            "{error}"
        );
        assert!(read(&folder.path().join("none"), &[]).is_err());
    }
}
