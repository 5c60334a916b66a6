//! The inventory as a workbook: a summary and a sheet a table, with filters, headers that stay, widths and colours.
//!
//! The sheets are the tables of [`table`], so their columns are documented by `report columns`. Rows go to a temporary file
//! as they come: memory does not grow with them. A table longer than a sheet may be goes on in the next. Names are
//! text, also when somebody edits the cell: what would be a formula is marked as quoted.

use std::io::{self, Seek, Write};

use rust_xlsxwriter::{
    Color, ConditionalFormat2ColorScale, ConditionalFormatCell, ConditionalFormatCellRule,
    ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError,
};

use crate::{
    inventory::Inventory,
    report::{
        Options, Report, ReportError, summary,
        table::{Cell, Column, Look, TABLES, Table},
        text,
    },
};

/// Rows of a sheet, its heading among them.
pub(super) const SHEET_ROWS: u32 = 1_048_576;

/// Characters of a cell.
const CELL: usize = 32_767;

/// Tables that are no sheets: findings fill many, and are `report csv`; the record of processing is a workbook of its own.
const APART: &[&str] = &["findings", "ropa"];

/// The report.
pub struct Xlsx;

impl Report for Xlsx {
    fn name(&self) -> &'static str {
        "xlsx"
    }

    fn help(&self) -> &'static str {
        "A workbook: summary, categories, folders, documents, exposure, risk, retention, what was not read, copies, changes"
    }

    fn is_binary(&self) -> bool {
        true
    }

    fn write(
        &self,
        inventory: &Inventory,
        options: &Options,
        out: &mut dyn Write,
    ) -> Result<(), ReportError> {
        let mut book = Workbook::new();
        let formats = Formats::new();
        front(&mut book, inventory, options, &formats)?;
        for table in TABLES.iter().filter(|table| !APART.contains(&table.name())) {
            sheets(&mut book, *table, inventory, options, &formats, SHEET_ROWS)?;
        }
        save(&mut book, out)
    }
}

/// Writes a workbook to where nobody can seek.
pub(super) fn save(book: &mut Workbook, out: &mut dyn Write) -> Result<(), ReportError> {
    let mut file = tempfile::tempfile()?;
    book.save_to_writer(&mut file).map_err(output)?;
    file.rewind()?;
    io::copy(&mut file, out)?;
    Ok(())
}

/// What the workbook could not be written for.
pub(super) fn output(error: XlsxError) -> ReportError {
    match error {
        XlsxError::IoError(error) => ReportError::Output(error),
        other => ReportError::Output(io::Error::other(other.to_string())),
    }
}

/// How cells look.
pub(super) struct Formats {
    pub(super) title: Format,
    pub(super) head: Format,
    pub(super) soft: Format,
    pub(super) text: Format,
    pub(super) quoted: Format,
    pub(super) number: Format,
    pub(super) day: Format,
    pub(super) alarm: Format,
}

impl Formats {
    pub(super) fn new() -> Formats {
        let base = || Format::new().set_align(FormatAlign::Top);
        Formats {
            title: base().set_bold().set_font_size(16),
            head: base()
                .set_bold()
                .set_text_wrap()
                .set_background_color(Color::RGB(0xE4_E9_EE)),
            soft: base().set_font_color(Color::RGB(0x56_5E_66)),
            text: base(),
            quoted: base().set_quote_prefix(),
            number: base().set_num_format("#,##0"),
            day: base().set_num_format("yyyy-mm-dd"),
            alarm: Format::new()
                .set_background_color(Color::RGB(0xF6_D5_D2))
                .set_font_color(Color::RGB(0x8C_1D_18)),
        }
    }
}

/// A cell of words. Control characters are written out, and what begins like a formula is quoted.
pub(super) fn words(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    text: &str,
    formats: &Formats,
) -> Result<(), ReportError> {
    let safe = text::terminal(text);
    let cut = text::fit(&safe, CELL);
    let format = match text::cell(&cut) {
        std::borrow::Cow::Owned(_) => &formats.quoted,
        std::borrow::Cow::Borrowed(_) => &formats.text,
    };
    sheet
        .write_string_with_format(row, column, &*cut, format)
        .map_err(output)?;
    Ok(())
}

fn put(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell,
    formats: &Formats,
) -> Result<(), ReportError> {
    let day = match cell {
        Cell::Empty => return Ok(()),
        Cell::Text(text) => return words(sheet, row, column, text, formats),
        Cell::Ids(ids) => return words(sheet, row, column, &ids.join(", "), formats),
        Cell::Number(n) => {
            // Excel's figures are exact to 2^53.
            sheet
                .write_number_with_format(row, column, *n as f64, &formats.number)
                .map_err(output)?;
            return Ok(());
        }
        Cell::Time(at) => text::file_time(*at)
            .get(..10)
            .and_then(|day| day.parse().ok()),
        Cell::Day(day) => Some(*day),
    };
    let Some(day): Option<jiff::civil::Date> = day else {
        return Ok(());
    };
    // Excel's calendar begins in 1900.
    let date = u16::try_from(day.year())
        .ok()
        .filter(|year| *year >= 1900)
        .and_then(|year| {
            ExcelDateTime::from_ymd(year, day.month().unsigned_abs(), day.day().unsigned_abs()).ok()
        });
    match date {
        Some(date) => {
            sheet
                .write_datetime_with_format(row, column, &date, &formats.day)
                .map_err(output)?;
            Ok(())
        }
        None => words(sheet, row, column, &day.to_string(), formats),
    }
}

/// The headings of a table.
pub(super) fn heading(
    sheet: &mut Worksheet,
    row: u32,
    columns: &[Column],
    formats: &Formats,
) -> Result<(), ReportError> {
    for (at, column) in columns.iter().enumerate() {
        let at = at as u16;
        sheet.set_column_width(at, column.width).map_err(output)?;
        sheet
            .write_string_with_format(row, at, column.title, &formats.head)
            .map_err(output)?;
    }
    Ok(())
}

/// Filter, frozen heading and colours, when it is known how many rows there are.
fn finish(
    sheet: &mut Worksheet,
    rows: u32,
    columns: &[Column],
    formats: &Formats,
) -> Result<(), ReportError> {
    sheet.set_freeze_panes(1, 1).map_err(output)?;
    sheet.set_landscape();
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(0, 0).map_err(output)?;
    if rows < 2 {
        return Ok(());
    }
    let last = columns.len() as u16 - 1;
    sheet.autofilter(0, 0, rows - 1, last).map_err(output)?;
    for (at, column) in columns.iter().enumerate() {
        let at = at as u16;
        match column.look {
            Look::Plain => {}
            Look::Heat | Look::Due => {
                // The more the darker; of days, the older the darker.
                let (low, high) = match column.look {
                    Look::Heat => (0xFF_FF_FF, 0xE5_9A_94),
                    _ => (0xE5_9A_94, 0xFF_FF_FF),
                };
                let scale = ConditionalFormat2ColorScale::new()
                    .set_minimum_color(Color::RGB(low))
                    .set_maximum_color(Color::RGB(high));
                sheet
                    .add_conditional_format(1, at, rows - 1, at, &scale)
                    .map_err(output)?;
            }
            Look::Exposure => {
                let rule = ConditionalFormatCell::new()
                    .set_rule(ConditionalFormatCellRule::EqualTo("everyone"))
                    .set_format(&formats.alarm);
                sheet
                    .add_conditional_format(1, at, rows - 1, at, &rule)
                    .map_err(output)?;
            }
        }
    }
    Ok(())
}

/// A table as one sheet, or as several when it has more rows than a sheet may.
fn sheets(
    book: &mut Workbook,
    table: &dyn Table,
    inventory: &Inventory,
    options: &Options,
    formats: &Formats,
    most: u32,
) -> Result<(), ReportError> {
    let columns = table.columns();
    let mut number = 1;
    let mut row = 1;
    let start = |book: &mut Workbook, number: u32| -> Result<(), ReportError> {
        let sheet = book.add_worksheet_with_constant_memory().map_err(output)?;
        let name = match number {
            1 => table.title().to_owned(),
            n => format!("{} {n}", table.title()),
        };
        sheet.set_name(name).map_err(output)?;
        heading(sheet, 0, &columns, formats)
    };
    let last = |book: &mut Workbook, rows: u32| -> Result<(), ReportError> {
        match book.worksheets_mut().last_mut() {
            Some(sheet) => finish(sheet, rows, &columns, formats),
            None => Ok(()),
        }
    };
    start(book, number)?;
    table.rows(inventory, options, &mut |cells| {
        if row == most {
            last(book, row)?;
            number += 1;
            row = 1;
            start(book, number)?;
        }
        if let Some(sheet) = book.worksheets_mut().last_mut() {
            for (at, cell) in cells.iter().enumerate() {
                put(sheet, row, at as u16, cell, formats)?;
            }
        }
        row += 1;
        Ok(())
    })?;
    last(book, row)
}

/// The first sheet: figures and how to read them.
fn front(
    book: &mut Workbook,
    inventory: &Inventory,
    options: &Options,
    formats: &Formats,
) -> Result<(), ReportError> {
    let model = summary::model(inventory, options)?;
    let sheet = book.add_worksheet();
    sheet.set_name("Summary").map_err(output)?;
    sheet.set_column_width(0, 64).map_err(output)?;
    for column in 1..=5 {
        sheet.set_column_width(column, 13).map_err(output)?;
    }
    sheet
        .write_string_with_format(0, 0, "Personal data inventory", &formats.title)
        .map_err(output)?;
    let mut row = 1;
    for root in &model.roots {
        let path = root.path.display();
        let line = match &root.name {
            Some(name) => format!("{name}: {path}"),
            None => path,
        };
        words(sheet, row, 0, &line, formats)?;
        row += 1;
    }
    if let Some(run) = &model.run {
        let line = format!(
            "Scan of {}, {}, by domesday {}",
            text::moment(run.started, &options.timezone),
            run.ending.as_deref().unwrap_or("not finished"),
            run.version
        );
        words(sheet, row, 0, &line, formats)?;
        row += 1;
    }
    row += 1;
    let unread: u64 = model.unread.iter().map(|u| u.documents + u.members).sum();
    for (label, n) in [
        ("Files", model.documents),
        ("Files with personal data", model.holding),
        (
            "Files with special category or criminal offence data",
            model.special,
        ),
        (
            "Files with personal data that everyone can read",
            model.exposed,
        ),
        (
            "Of these, files with special category or criminal offence data",
            model.special_exposed,
        ),
        (
            "Files and documents inside them that could not be read, or only in part",
            unread,
        ),
        ("Files that are gone since an earlier scan", model.gone),
    ] {
        words(sheet, row, 0, label, formats)?;
        put(sheet, row, 1, &n.into(), formats)?;
        row += 1;
    }
    row += 1;
    for (at, head) in [
        "Category",
        "Files",
        "High",
        "Medium",
        "People, at most",
        "Readable by everyone",
    ]
    .iter()
    .enumerate()
    {
        sheet
            .write_string_with_format(row, at as u16, *head, &formats.head)
            .map_err(output)?;
    }
    row += 1;
    for (class, categories) in &model.classes {
        sheet
            .write_string_with_format(row, 0, class.title(), &formats.soft)
            .map_err(output)?;
        row += 1;
        for (category, figures) in categories {
            let [_, medium, high] = figures.findings;
            words(sheet, row, 0, category.title(), formats)?;
            for (at, n) in [
                figures.documents,
                high,
                medium,
                figures.people,
                figures.exposed,
            ]
            .into_iter()
            .enumerate()
            {
                put(sheet, row, at as u16 + 1, &n.into(), formats)?;
            }
            row += 1;
        }
    }
    row += 1;
    for line in [
        "Findings are of high confidence (as sure as a scanner gets) or medium (probable). Hints, which are low, are in no figure here.",
        "A copy counts as often as it is there; one person in two documents counts twice among people.",
        "A scanner finds what its rules describe: that nothing was found in a document does not prove that nothing is in it.",
    ] {
        sheet
            .write_string_with_format(row, 0, line, &formats.soft)
            .map_err(output)?;
        row += 1;
    }
    sheet.set_print_fit_to_pages(1, 0);
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use calamine::{Reader, Xlsx as Read};

    use super::*;
    use crate::{inventory::Key, report::table::Each};

    /// A table of any length.
    struct Long(u64);

    impl Table for Long {
        fn name(&self) -> &'static str {
            "long"
        }
        fn title(&self) -> &'static str {
            "Long"
        }
        fn note(&self) -> &'static str {
            "rows"
        }
        fn columns(&self) -> Vec<Column> {
            vec![crate::report::table::column("n", "N", 9, "A number.")]
        }
        fn rows(&self, _: &Inventory, _: &Options, each: &mut Each<'_>) -> Result<(), ReportError> {
            (0..self.0).try_for_each(|n| each(vec![n.into()]))
        }
    }

    #[test]
    fn a_table_longer_than_a_sheet_goes_on_in_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("i.db");
        let key = Key::from_text("5a".repeat(32).as_bytes(), "test").unwrap();
        drop(crate::inventory::Writer::open(&path, &key, "a test").unwrap());
        let inventory = Inventory::open(&path).unwrap();
        for (rows, sheets_expected) in [(0, 1), (9, 1), (10, 2), (18, 2), (19, 3)] {
            let mut book = Workbook::new();
            let formats = Formats::new();
            let options = Options::default();
            sheets(&mut book, &Long(rows), &inventory, &options, &formats, 10).unwrap();
            let mut bytes = Vec::new();
            save(&mut book, &mut bytes).unwrap();
            let mut read: Read<_> =
                calamine::open_workbook_from_rs(io::Cursor::new(bytes)).unwrap();
            let names = read.sheet_names();
            assert_eq!(names.len(), sheets_expected, "{rows}");
            let sum: usize = names
                .iter()
                .map(|name| {
                    read.worksheet_range(name)
                        .unwrap()
                        .height()
                        .saturating_sub(1)
                })
                .sum();
            assert_eq!(sum as u64, rows);
        }
    }
}
