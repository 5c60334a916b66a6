//! Reports as tables: columns with a sentence each, and rows. From these the CSV, the JSON Lines, the sheets of the workbook
//! and the documentation of all of them are made, so that none says what another does not.
//!
//! One file a table, one line each in [`TABLES`]. Every table has a version of its schema: columns may be added at the end,
//! and none changes its meaning within a version.

mod changes;
mod documents;
mod exposure;
mod figures;
mod findings;
mod retention;
mod risk;
mod unread;

pub use documents::Documents;
pub(super) use exposure::exposed;
pub use figures::Categories;
pub use findings::Findings;

use std::io::Write;

use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::{
    inventory::Inventory,
    report::{Options, Report, ReportError, csv::output, text},
};

/// Every table, in the order the workbook has its sheets.
pub static TABLES: &[&dyn Table] = &[
    &figures::Categories,
    &figures::Folders,
    &documents::Documents,
    &exposure::Exposure,
    &risk::Risk,
    &retention::Retention,
    &unread::Unread,
    &figures::Copies,
    &changes::Changes,
    &findings::Findings,
    &super::ropa::Ropa,
];

/// What a cell holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing: not known, or nothing to say.
    Empty,
    /// Words.
    Text(String),
    /// A number of something.
    Number(u64),
    /// A file's time, nanoseconds since 1970.
    Time(i64),
    /// A day.
    Day(Date),
    /// Stable ids, such as categories.
    Ids(Vec<&'static str>),
}

impl From<u64> for Cell {
    fn from(n: u64) -> Self {
        Cell::Number(n)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        match text {
            "" => Cell::Empty,
            _ => Cell::Text(text.to_owned()),
        }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        if text.is_empty() {
            Cell::Empty
        } else {
            Cell::Text(text)
        }
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(cell: Option<T>) -> Self {
        cell.map_or(Cell::Empty, Into::into)
    }
}

/// How a column is to be looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Look {
    /// Words.
    Plain,
    /// Numbers, the more the darker.
    Heat,
    /// Who can read it: `everyone` stands out.
    Exposure,
    /// Days; what lies in the past stands out.
    Due,
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name for machines.
    pub name: &'static str,
    /// Its heading for people.
    pub title: &'static str,
    /// Its width in a workbook, in characters.
    pub width: u16,
    /// How it is to be looked at there.
    pub look: Look,
    /// What it holds, in a sentence.
    pub note: &'static str,
}

/// A column of words or plain numbers.
pub(in crate::report) const fn column(
    name: &'static str,
    title: &'static str,
    width: u16,
    note: &'static str,
) -> Column {
    Column {
        name,
        title,
        width,
        look: Look::Plain,
        note,
    }
}

/// The same with another look.
pub(in crate::report) const fn looks(look: Look, column: Column) -> Column {
    Column { look, ..column }
}

/// Takes rows.
pub type Each<'a> = dyn FnMut(Vec<Cell>) -> Result<(), ReportError> + 'a;

/// A report of rows.
pub trait Table: Sync {
    /// Its name, as the report's.
    fn name(&self) -> &'static str;
    /// Its heading for people.
    fn title(&self) -> &'static str;
    /// What a row is, in a sentence.
    fn note(&self) -> &'static str;
    /// Version of its columns.
    fn version(&self) -> u32 {
        1
    }
    /// Its columns.
    fn columns(&self) -> Vec<Column>;
    /// Goes through its rows; each has a cell for every column.
    fn rows(
        &self,
        inventory: &Inventory,
        options: &Options,
        each: &mut Each<'_>,
    ) -> Result<(), ReportError>;
}

/// The table with this name.
pub fn find(name: &str) -> Option<&'static dyn Table> {
    TABLES.iter().copied().find(|table| table.name() == name)
}

/// Writes a table as CSV: a line of names, `schema` first, then the rows. No cell is a formula.
pub fn csv(
    table: &dyn Table,
    inventory: &Inventory,
    options: &Options,
    out: &mut dyn Write,
) -> Result<(), ReportError> {
    let mut writer = csv::Writer::from_writer(out);
    let version = table.version().to_string();
    let columns = table.columns();
    writer
        .write_record(std::iter::once("schema").chain(columns.iter().map(|c| c.name)))
        .map_err(output)?;
    table.rows(inventory, options, &mut |row| {
        let cells = row.iter().map(|cell| match cell {
            Cell::Text(text) => text::cell(text).into_owned(),
            other => words(other),
        });
        writer
            .write_record(std::iter::once(version.clone()).chain(cells))
            .map_err(output)
    })?;
    Ok(writer.flush()?)
}

/// Writes a table as JSON Lines: an object a row, names as they are, nothing where a cell is empty.
pub fn jsonl(
    table: &dyn Table,
    inventory: &Inventory,
    options: &Options,
    out: &mut dyn Write,
) -> Result<(), ReportError> {
    let columns = table.columns();
    table.rows(inventory, options, &mut |row| {
        let mut line = Map::new();
        line.insert("schema".into(), table.version().into());
        line.insert("table".into(), table.name().into());
        for (column, cell) in columns.iter().zip(row) {
            let value = match cell {
                Cell::Empty => continue,
                Cell::Number(n) => n.into(),
                Cell::Ids(ids) => ids.into(),
                Cell::Text(text) => text.into(),
                other => Value::String(words(&other)),
            };
            line.insert(column.name.into(), value);
        }
        serde_json::to_writer(&mut *out, &line).map_err(std::io::Error::from)?;
        Ok(out.write_all(b"\n")?)
    })
}

/// A cell as words for machines.
fn words(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Number(n) => n.to_string(),
        Cell::Time(at) => text::file_time(*at),
        Cell::Day(day) => day.to_string(),
        Cell::Ids(ids) => ids.join(" "),
    }
}

/// A table as a report of its own: as CSV, because there is no other form of it.
pub struct AsCsv(pub &'static dyn Table);

impl Report for AsCsv {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn help(&self) -> &'static str {
        self.0.note()
    }

    fn write(
        &self,
        inventory: &Inventory,
        options: &Options,
        out: &mut dyn Write,
    ) -> Result<(), ReportError> {
        csv(self.0, inventory, options, out)
    }
}

/// What every export holds, column by column.
pub struct Columns;

impl Report for Columns {
    fn name(&self) -> &'static str {
        "columns"
    }

    fn help(&self) -> &'static str {
        "What each column of the CSV, JSON Lines and workbook exports holds, with the version of each table"
    }

    fn write(
        &self,
        _: &Inventory,
        options: &Options,
        out: &mut dyn Write,
    ) -> Result<(), ReportError> {
        writeln!(
            out,
            "The tables of `{0} report TABLE --format csv`, `--format jsonl` and, as sheets, of `{0} report xlsx`.\n\
             The first column of a CSV, and `schema` of a JSON object, is the version of the table: columns may be added at\n\
             the end, and none changes its meaning within a version. In JSON an empty cell is left out and `table` is the name\n\
             of the table. Times are UTC. What a spreadsheet would take for a formula has an apostrophe before it in a CSV.",
            options.program
        )?;
        for table in TABLES {
            writeln!(
                out,
                "\n{} (version {}): {}",
                table.name(),
                table.version(),
                table.note()
            )?;
            for column in table.columns() {
                writeln!(out, "  {:<22} {}", column.name, column.note)?;
            }
        }
        writeln!(out, "\njsonl (version 1): {}", super::jsonl::SCHEMA)?;
        Ok(())
    }
}
