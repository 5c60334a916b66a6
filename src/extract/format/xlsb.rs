//! Excel's binary workbooks (xlsb), by calamine: sheets, hidden ones marked, dates as dates, defined names.
//!
//! calamine reserves memory by the file's own counts and may panic on damaged records; the guard catches panics, and the
//! supervisor outlives an allocation that fails.

use std::io::Cursor;

use calamine::{DataRef, Reader, SheetVisible, Xlsb, XlsbError};

use crate::{
    extract::{
        ExtractError, Format, Guard, Look, Source,
        sheet::Sheet,
        sniff::{NO, SURE},
        story::Story,
    },
    model::Anchor,
};

/// Excel's binary workbooks.
pub struct XlsbFormat;

impl Format for XlsbFormat {
    fn name(&self) -> &'static str {
        "xlsb"
    }

    fn version(&self) -> u32 {
        1
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["xlsb"]
    }

    fn about(&self) -> &'static str {
        "Excel binary workbooks: every sheet with its headings, hidden ones too, defined names"
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
        // The records are smaller than the strings and cells that come of them.
        let whole = source.whole(out, 8)?;
        let mut book = Xlsb::new(Cursor::new(&*whole)).map_err(|e| refused(&e))?;
        let mut story = Story::new(out);
        for (name, formula) in book.defined_names().to_vec() {
            let anchor = Anchor::Region("defined names".into());
            story.note(anchor, Some(&name), &formula)?;
        }
        for sheet in book.sheets_metadata().to_vec() {
            let hidden = sheet.visible != SheetVisible::Visible;
            // Chart sheets and macros have no cells.
            let mut cells = match book.worksheet_cells_reader(&sheet.name) {
                Ok(cells) => cells,
                Err(XlsbError::WorksheetNotFound(_)) => continue,
                Err(error) => {
                    story.out.problem(reason(&error));
                    continue;
                }
            };
            let mut rows = Sheet::new(&sheet.name, hidden);
            loop {
                match cells.next_cell() {
                    Ok(None) => break,
                    Ok(Some(cell)) => {
                        let (row, column) = cell.get_position();
                        let (text, is_text) = shown(cell.get_value());
                        rows.cell(u64::from(row) + 1, column, &text, is_text, &mut story)?;
                    }
                    Err(error) => {
                        story.out.problem(reason(&error));
                        break;
                    }
                }
            }
            rows.finish(&mut story)?;
        }
        story.finish()
    }
}

fn refused(error: &XlsbError) -> ExtractError {
    match error {
        XlsbError::Password => ExtractError::Encrypted("password needed".into()),
        other => ExtractError::corrupt(reason(other)),
    }
}

/// What is wrong, without what the file says: calamine's messages may quote it.
fn reason(error: &XlsbError) -> &'static str {
    match error {
        XlsbError::Io(_) => "ends early",
        XlsbError::Zip(_) => "zip structure damaged",
        XlsbError::Xml(_) | XlsbError::XmlAttr(_) => "a list of its parts is damaged",
        _ => "its records are damaged",
    }
}

/// A cell as a person sees it, and whether it is text: whole numbers keep their digits, dates are written as ISO dates.
fn shown(value: &DataRef<'_>) -> (String, bool) {
    match value {
        DataRef::Int(n) => (n.to_string(), false),
        DataRef::Float(n) => (n.to_string(), false),
        DataRef::String(text) => (text.clone(), true),
        DataRef::SharedString(text) => ((*text).to_owned(), true),
        DataRef::Bool(truth) => (truth.to_string().to_uppercase(), false),
        DataRef::DateTime(time) => {
            let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
            let text = match (time.is_duration(), hour, minute, second) {
                (true, ..) => format!("{hour:02}:{minute:02}:{second:02}"),
                (false, 0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
                _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
            };
            (text, false)
        }
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => (text.clone(), false),
        DataRef::Error(_) | DataRef::Empty => (String::new(), false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits() {
        assert_eq!(
            shown(&DataRef::Float(66_374_958.0)),
            ("66374958".into(), false)
        );
        assert_eq!(
            shown(&DataRef::SharedString("08-99-99")),
            ("08-99-99".into(), true)
        );
    }
}
