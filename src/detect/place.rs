//! Where a value stands in its document: its cell and the one to the left, or the field that names it.

use std::{ops::Range, sync::Arc};

use crate::model::{Label, Segment, Table, segment::Layout};

/// So many rows may be a form.
const FORM_ROWS: u64 = 100;

/// Walks the cells of a table forwards: values are asked for in ascending order, so a row is read once.
pub(crate) struct Cells<'a> {
    table: &'a Table,
    text: &'a str,
    /// Current row and cell.
    row: usize,
    column: u32,
    cell: Range<usize>,
    left: Range<usize>,
    rest: Option<crate::model::segment::Cells<'a>>,
    row_end: usize,
}

/// A cell.
pub(crate) struct Cell {
    /// From 0.
    pub column: u32,
    /// Bytes in the segment.
    pub bytes: Range<usize>,
    /// The cell to its left; empty in the first column.
    pub left: Range<usize>,
}

impl<'a> Cells<'a> {
    /// Before the first row.
    pub fn new(table: &'a Table, text: &'a str) -> Cells<'a> {
        Cells {
            table,
            text,
            row: 0,
            column: 0,
            cell: 0..0,
            left: 0..0,
            rest: None,
            row_end: 0,
        }
    }

    /// The cell that holds a byte, if a row does.
    pub fn at(&mut self, byte: usize) -> Option<Cell> {
        if self.rest.is_none() || byte >= self.row_end || byte < self.left.start {
            let (row, range) = self.table.row_at(byte as u32, self.text.len())?;
            self.row = row;
            self.row_end = range.end;
            self.left = range.start..range.start;
            let mut cells = self.table.cells(self.text, range);
            self.cell = cells.next()?;
            self.column = 0;
            self.rest = Some(cells);
        }
        while byte > self.cell.end {
            let Some(next) = self.rest.as_mut().and_then(Iterator::next) else {
                break;
            };
            self.left = std::mem::replace(&mut self.cell, next);
            self.column += 1;
        }
        if byte < self.cell.start && self.column > 0 {
            // One step back: two values in one cell, the second found first.
            return Some(Cell {
                column: self.column - 1,
                bytes: self.left.clone(),
                left: self.left.start..self.left.start,
            });
        }
        Some(Cell {
            column: self.column,
            bytes: self.cell.clone(),
            left: self.left.clone(),
        })
    }
}

impl Cells<'_> {
    /// The name of the sheet or table.
    pub fn sheet(&self) -> Arc<str> {
        self.table.name.clone()
    }

    /// The number of the row last asked for, from 1.
    pub fn row_number(&self) -> u64 {
        self.table.row_number(self.row)
    }

    /// The cell above the one last asked for, in the first rows of a table: further down is data, not a form.
    pub fn above(&self) -> Option<Range<usize>> {
        let row = self
            .row
            .checked_sub(1)
            .filter(|_| self.table.row_number(self.row) <= FORM_ROWS)?;
        let start = *self.table.rows.get(row)? as usize;
        let end = *self.table.rows.get(self.row)? as usize;
        self.table
            .cells(self.text, start..end)
            .nth(self.column as usize)
    }
}

/// The innermost field over a byte.
pub(crate) fn field<'a>(segment: &Segment<'a>, byte: usize) -> Option<&'a Label> {
    let Layout::Marked { labels, .. } = segment.layout else {
        return None;
    };
    labels[..labels.partition_point(|l| l.at as usize <= byte)]
        .iter()
        .rev()
        .take(32)
        .find(|l| byte < l.end as usize)
}

/// Where the next field after a byte begins; the end of the text if none does. Up to there it is as at that byte, if no
/// field lies over that.
pub(crate) fn next_field(segment: &Segment<'_>, byte: usize) -> usize {
    let next = match segment.layout {
        Layout::Marked { labels, .. } => {
            let next = labels.partition_point(|l| l.at as usize <= byte);
            labels.get(next).map(|l| l.at as usize)
        }
        _ => None,
    };
    next.unwrap_or(segment.text.len() + 1)
}
