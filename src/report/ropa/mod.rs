//! The record of processing activities (UK GDPR Art 30(1)), as a workbook with the columns of the ICO's documentation
//! template for controllers.
//!
//! [`rows`] makes the rows, from findings where a scan is evidence and from the configuration where something is declared;
//! [`merge`] lays over them what people wrote into the workbook that is going to be replaced. As a table (`--format csv`)
//! the rows are as they are generated. It never says what it does not know: that is marked `to complete`.

mod columns;
mod merge;
mod rows;

use std::io::Write;

use rust_xlsxwriter::{
    Color, ConditionalFormatText, ConditionalFormatTextRule, Format, FormatAlign, Workbook,
};

use crate::{
    inventory::Inventory,
    report::{
        Options, Report, ReportError,
        table::{Cell, Column, Each, Table, column},
        text,
        xlsx::{Formats, heading, output, save, words},
    },
};
use columns::{COLUMNS, TO_COMPLETE};
use merge::{ABOUT, Before, CONFLICTS, Conflict, DECISION, GENERATED, ID, Merged, SHEET, STATE};

/// The report.
pub struct Ropa;

impl Report for Ropa {
    fn name(&self) -> &'static str {
        "ropa"
    }

    fn help(&self) -> &'static str {
        "The record of processing (UK GDPR Art 30) as a workbook; what you wrote into the one it replaces is kept"
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
        // Before anything else: a workbook that cannot be read is not replaced.
        let before = match &options.existing {
            Some(file) => Before::read(file)?,
            None => Before::default(),
        };
        let (rows, conflicts) = before.merge(rows::rows(inventory, options)?);
        let mut book = Workbook::new();
        let formats = Formats::new();
        record(&mut book, &rows, &before.columns, &conflicts, &formats)?;
        if !conflicts.is_empty() {
            conflicting(&mut book, &conflicts, &formats)?;
        }
        about(&mut book, inventory, options, &formats)?;
        for (name, cells) in &before.sheets {
            let sheet = book.add_worksheet();
            sheet.set_name(name).map_err(output)?;
            for (at, row) in cells.iter().enumerate() {
                for (column, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                    words(sheet, at as u32, column as u16, cell, &formats)?;
                }
            }
        }
        generated(&mut book, &rows)?;
        save(&mut book, out)
    }
}

/// The sheet people work in.
fn record(
    book: &mut Workbook,
    rows: &[Merged],
    theirs: &[String],
    conflicts: &[Conflict],
    formats: &Formats,
) -> Result<(), ReportError> {
    let sheet = book.add_worksheet();
    sheet.set_name(SHEET).map_err(output)?;
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let quoted = wrapped.clone().set_quote_prefix();
    let evidence = wrapped.clone().set_background_color(Color::RGB(0xF4_F6_F8));
    let clash = wrapped.clone().set_background_color(Color::RGB(0xFF_E0_9C));
    let ours: Vec<Column> = std::iter::once(column("", ID, 18, ""))
        .chain(
            COLUMNS
                .iter()
                .map(|c| column(c.name, c.title, c.width, c.note)),
        )
        .collect();
    heading(sheet, 0, &ours, formats)?;
    let after = ours.len() as u16;
    for (at, name) in theirs.iter().map(String::as_str).chain([STATE]).enumerate() {
        let at = after + at as u16;
        sheet.set_column_width(at, 24).map_err(output)?;
        sheet
            .write_string_with_format(0, at, name, &formats.head)
            .map_err(output)?;
    }
    for (at, row) in rows.iter().enumerate() {
        let at = at as u32 + 1;
        sheet
            .write_string_with_format(at, 0, &row.id, &formats.soft)
            .map_err(output)?;
        for (place, cell) in row.cells.iter().enumerate() {
            let column = COLUMNS.get(place);
            let safe = text::terminal(cell);
            let clashes = conflicts
                .iter()
                .any(|c| c.id == row.id && column.is_some_and(|column| column.title == c.heading));
            let format = match column {
                _ if clashes => &clash,
                Some(column) if column.evidence => &evidence,
                _ if matches!(text::cell(&safe), std::borrow::Cow::Owned(_)) => &quoted,
                _ => &wrapped,
            };
            let place = place as u16 + 1;
            // Lines that people broke stay broken; everything else that controls is written out.
            let safe = safe.replace("\\n", "\n");
            let cut = text::fit(&safe, 32_767);
            match cell.parse::<u32>() {
                Ok(n) if column.is_some_and(|column| column.evidence) => sheet
                    .write_number_with_format(at, place, n, format)
                    .map_err(output)?,
                _ => sheet
                    .write_string_with_format(at, place, &*cut, format)
                    .map_err(output)?,
            };
        }
        let state = after + theirs.len() as u16;
        sheet
            .write_string_with_format(at, state, row.state, &wrapped)
            .map_err(output)?;
    }
    let last = (rows.len() as u32).max(1);
    let last_column = after + theirs.len() as u16;
    let to_do = ConditionalFormatText::new()
        .set_rule(ConditionalFormatTextRule::BeginsWith(
            TO_COMPLETE.to_owned(),
        ))
        .set_format(Format::new().set_background_color(Color::RGB(0xFF_F4_CC)));
    sheet
        .add_conditional_format(1, 1, last, last_column, &to_do)
        .map_err(output)?;
    sheet.autofilter(0, 0, last, last_column).map_err(output)?;
    sheet.set_freeze_panes(1, 3).map_err(output)?;
    sheet.set_landscape();
    sheet.set_repeat_rows(0, 0).map_err(output)?;
    Ok(())
}

/// The sheet of conflicts.
fn conflicting(
    book: &mut Workbook,
    conflicts: &[Conflict],
    formats: &Formats,
) -> Result<(), ReportError> {
    let sheet = book.add_worksheet();
    sheet.set_name(CONFLICTS).map_err(output)?;
    let columns = [
        column("", ID, 30, ""),
        column("", "Column", 36, ""),
        column("", "You wrote (kept)", 50, ""),
        column("", "It would say now", 50, ""),
        column("", DECISION, 20, ""),
    ];
    heading(sheet, 0, &columns, formats)?;
    for (at, conflict) in conflicts.iter().enumerate() {
        let cells = [
            conflict.id.as_str(),
            conflict.heading,
            &conflict.written,
            &conflict.now,
        ];
        for (place, cell) in cells.iter().enumerate() {
            words(sheet, at as u32 + 1, place as u16, cell, formats)?;
        }
    }
    sheet.set_freeze_panes(1, 0).map_err(output)?;
    Ok(())
}

/// Who keeps the record, and how to work with it.
fn about(
    book: &mut Workbook,
    inventory: &Inventory,
    options: &Options,
    formats: &Formats,
) -> Result<(), ReportError> {
    let sheet = book.add_worksheet();
    sheet.set_name(ABOUT).map_err(output)?;
    sheet.set_column_width(0, 44).map_err(output)?;
    sheet.set_column_width(1, 70).map_err(output)?;
    let organisation = &options.config.organisation;
    let said = |text: &Option<String>| text.clone().unwrap_or_else(|| TO_COMPLETE.to_owned());
    let roots: Vec<_> = inventory
        .roots()?
        .iter()
        .map(|root| root.path.display())
        .collect();
    let lines = [
        ("Record of processing activities (UK GDPR Article 30(1))", String::new()),
        ("Controller", said(&organisation.name)),
        ("Contact details", said(&organisation.contact)),
        ("Data protection officer", said(&organisation.dpo)),
        ("Representative (if applicable)", said(&organisation.representative)),
        ("Scanned", roots.join("; ")),
        ("Made", text::moment(options.now.as_millisecond(), &options.timezone)),
        ("", String::new()),
        (
            "How it is filled",
            "What you declare in domesday.toml, then what the scan found, then `to complete`. Nothing is guessed.".to_owned(),
        ),
        (
            "Your edits",
            "stay when the record is made again at the same place: edits of cells, rows and columns of your own, and sheets of your own as \
             values. Write `to complete` into a cell to have it filled again. The first column says which row is which: leave it."
                .to_owned(),
        ),
        (
            "Conflicts",
            "Where you wrote one thing and the scan or domesday.toml now says another, yours is kept, in colour, and the sheet Conflicts shows \
             both. Take over the new words, or write `keep` beside them."
                .to_owned(),
        ),
        (
            "Columns",
            "are those of the ICO's documentation template for controllers; the grey ones on the right are evidence from the scan.".to_owned(),
        ),
    ];
    for (at, (label, value)) in lines.iter().enumerate() {
        let at = at as u32;
        let format = if at == 0 {
            &formats.title
        } else {
            &formats.soft
        };
        sheet
            .write_string_with_format(at, 0, *label, format)
            .map_err(output)?;
        words(sheet, at, 1, value, formats)?;
    }
    Ok(())
}

/// The hidden sheet.
fn generated(book: &mut Workbook, rows: &[Merged]) -> Result<(), ReportError> {
    let sheet = book.add_worksheet();
    sheet.set_name(GENERATED).map_err(output)?;
    sheet.set_hidden(true);
    let mut at = 0;
    for row in rows {
        for (column, cell) in COLUMNS.iter().zip(&row.generated) {
            let cells = [row.id.as_str(), column.name, &text::fit(cell, 32_767)];
            for (place, cell) in cells.into_iter().enumerate() {
                sheet.write_string(at, place as u16, cell).map_err(output)?;
            }
            at += 1;
        }
    }
    Ok(())
}

impl Table for Ropa {
    fn name(&self) -> &'static str {
        "ropa"
    }

    fn title(&self) -> &'static str {
        "Record of processing"
    }

    fn note(&self) -> &'static str {
        "one row a business function and purpose, and one a folder that no function speaks of; what people wrote into the workbook is not in it"
    }

    fn columns(&self) -> Vec<Column> {
        std::iter::once(column(
            "id",
            "Row id",
            18,
            "Id of the row, the same from scan to scan.",
        ))
        .chain(
            COLUMNS
                .iter()
                .map(|c| column(c.name, c.title, c.width, c.note)),
        )
        .collect()
    }

    fn rows(
        &self,
        inventory: &Inventory,
        options: &Options,
        each: &mut Each<'_>,
    ) -> Result<(), ReportError> {
        for row in rows::rows(inventory, options)? {
            each(
                std::iter::once(Cell::from(row.id))
                    .chain(row.cells.into_iter().map(Cell::from))
                    .collect(),
            )?;
        }
        Ok(())
    }
}
