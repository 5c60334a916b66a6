//! A sheet on its way out: rows of cells in ascending order become table segments with headings.
//!
//! The spreadsheet readers call it. The first rows are held back until it is decided which of them names the columns.
//! Cells far to the right of everything else do not make wide rows: they are handed on one by one.

use crate::model::Anchor;

use super::{
    compose::Rows,
    error::ExtractError,
    naming::{Seen, heading_row},
    story::Story,
};

/// Rows held back to find the headings.
const HELD: usize = 32;

/// Empty cells written before a cell; one farther off stands alone.
const GAP: u32 = 200;

/// Cells that stand alone, at most.
const FAR: usize = 100_000;

/// What a cell shows whose formula has no value, by the code that the binary formats keep (MS-XLS, section 2.5.198.2).
pub fn fault(code: u8) -> &'static str {
    match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0f => "#VALUE!",
        0x17 => "#REF!",
        0x1d => "#NAME?",
        0x24 => "#NUM!",
        0x2b => "#GETTING_DATA",
        _ => "#N/A",
    }
}

/// The cells of one sheet.
pub struct Sheet {
    name: String,
    rows: Rows,
    held: Vec<(u64, Vec<Seen>)>,
    decided: bool,
    row: u64,
    cells: Vec<Seen>,
    far: Vec<(u64, Seen)>,
    lost: u64,
}

impl Sheet {
    /// A sheet by its name; a hidden one is marked so.
    pub fn new(name: &str, hidden: bool) -> Self {
        let name = if hidden {
            format!("{name} (hidden sheet)")
        } else {
            name.to_owned()
        };
        Sheet {
            rows: Rows::new(&name),
            name,
            held: Vec::new(),
            decided: false,
            row: 0,
            cells: Vec::new(),
            far: Vec::new(),
            lost: 0,
        }
    }

    /// The name its cells are found under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A cell: row from 1, column from 0. Columns ascend within a row.
    ///
    /// # Errors
    /// Those of the guard.
    pub fn cell(
        &mut self,
        row: u64,
        column: u32,
        text: &str,
        is_text: bool,
        story: &mut Story<'_, '_>,
    ) -> Result<(), ExtractError> {
        if text.is_empty() {
            return Ok(());
        }
        if row != self.row {
            self.end_row(story)?;
            self.row = row;
        }
        let seen = Seen {
            column,
            text: text.to_owned(),
            is_text,
        };
        let next = self.cells.last().map_or(0, |c| c.column + 1);
        if column < next || column - next > GAP {
            if self.far.len() < FAR {
                self.far.push((row, seen));
            } else {
                self.lost += 1;
            }
        } else {
            self.cells.push(seen);
        }
        Ok(())
    }

    fn end_row(&mut self, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        if self.cells.is_empty() {
            return Ok(());
        }
        if self.decided {
            write(&mut self.rows, self.row, &self.cells, story)?;
            self.cells.clear();
        } else {
            self.held.push((self.row, std::mem::take(&mut self.cells)));
            if self.held.len() >= HELD {
                self.decide(story)?;
            }
        }
        Ok(())
    }

    fn decide(&mut self, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        self.decided = true;
        let held = std::mem::take(&mut self.held);
        let (numbers, rows): (Vec<u64>, Vec<Vec<Seen>>) = held.into_iter().unzip();
        let head = heading_row(&rows);
        for (index, (number, row)) in numbers.iter().zip(&rows).enumerate() {
            write(&mut self.rows, *number, row, story)?;
            if Some(index) == head {
                let mut headings: Vec<std::sync::Arc<str>> = Vec::new();
                for cell in row {
                    headings.resize(cell.column as usize, "".into());
                    headings.push(
                        cell.text
                            .split_whitespace()
                            .collect::<Vec<_>>()
                            .join(" ")
                            .into(),
                    );
                }
                self.rows.headings(headings, story.out)?;
            }
        }
        Ok(())
    }

    /// The sheet ends.
    ///
    /// # Errors
    /// Those of the guard.
    pub fn finish(mut self, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        self.end_row(story)?;
        if !self.decided {
            self.decide(story)?;
        }
        self.rows.finish(story.out)?;
        for (row, cell) in &self.far {
            let place = Anchor::Cell {
                sheet: self.name.as_str().into(),
                row: *row,
                column: cell.column + 1,
            };
            story.note(place, None, &cell.text)?;
        }
        if self.lost > 0 {
            story
                .out
                .problem(format!("{} cells far outside of the table", self.lost));
        }
        Ok(())
    }
}

fn write(
    rows: &mut Rows,
    number: u64,
    cells: &[Seen],
    story: &mut Story<'_, '_>,
) -> Result<(), ExtractError> {
    rows.row(number, story.out)?;
    for cell in cells {
        rows.cell_at(cell.column as usize, &cell.text);
    }
    Ok(())
}
