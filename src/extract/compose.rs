//! Text put together by a format that has no lines of its own: paragraphs, pages, fields, and tables of cells.
//!
//! [`Composer`] collects text with places and names and hands it on in pieces that overlap, so that nothing is lost at
//! a cut; [`Rows`] does the same for tables, in blocks of whole rows. Formats call them; they call the guard.

use std::sync::Arc;

use crate::model::{
    Anchor, Label, Layout, Mark, Table,
    limits::{OVERLAP, SEGMENT},
};

use super::{
    error::ExtractError,
    guard::Guard,
    split::{cut, floor},
};

/// Text past which a piece is handed on.
const PIECE: usize = SEGMENT / 2;

/// Collects marked text.
#[derive(Debug, Default)]
pub struct Composer {
    text: String,
    marks: Vec<Mark>,
    labels: Vec<Label>,
    /// Labels that are open: their text and where they began.
    open: Vec<(usize, Arc<str>)>,
    /// Labels repeat, and each is kept once.
    known: Interned,
    /// Bytes at the start that were handed on already.
    repeats: usize,
}

impl Composer {
    /// An empty one.
    pub fn new() -> Self {
        Composer::default()
    }

    /// From here on, text lies at `anchor`.
    pub fn mark(&mut self, anchor: Anchor) {
        let at = self.text.len() as u32;
        match self.marks.last_mut() {
            Some(last) if last.at == at => last.anchor = anchor,
            Some(last) if last.anchor == anchor => {}
            _ => self.marks.push(Mark { at, anchor }),
        }
    }

    /// Adds text.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Adds text that is called `label`.
    pub fn labelled(&mut self, label: &str, text: &str) {
        self.open(label);
        self.text.push_str(text);
        self.close();
    }

    /// What follows is called `label`, until [`Composer::close`]. Labels nest; the innermost counts.
    pub fn open(&mut self, label: &str) {
        self.open.push((self.text.len(), self.known.get(label)));
    }

    /// Ends the label opened last.
    pub fn close(&mut self) {
        if let Some((at, text)) = self.open.pop()
            && at < self.text.len()
            && !text.is_empty()
        {
            self.labels.push(Label {
                at: at as u32,
                end: self.text.len() as u32,
                text,
            });
        }
    }

    /// Ends the line unless it is empty.
    pub fn line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    /// Whether the text so far ends with white space (or there is none).
    pub fn at_space(&self) -> bool {
        self.text.is_empty() || self.text.ends_with([' ', '\n', '\t'])
    }

    /// Text collected and not yet handed on.
    pub fn len(&self) -> usize {
        self.text.len() - self.repeats
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Call between paragraphs: hands on what has collected once it is worth it.
    ///
    /// # Errors
    /// Those of the guard.
    pub fn end_block(&mut self, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        while self.text.len() >= PIECE {
            self.hand_on(out, true)?;
        }
        Ok(())
    }

    /// Hands on the rest. The composer is empty and may be used for another text that stands alone.
    ///
    /// # Errors
    /// Those of the guard.
    pub fn finish(&mut self, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        while self.text.len() > SEGMENT {
            self.hand_on(out, true)?;
        }
        // Whoever was told that more comes must see the end, even if it brings nothing new.
        if !self.text.is_empty() {
            self.hand_on(out, false)?;
        }
        self.text.clear();
        self.marks.clear();
        self.labels.clear();
        self.open.clear();
        self.repeats = 0;
        Ok(())
    }

    fn hand_on(&mut self, out: &mut Guard<'_>, more: bool) -> Result<(), ExtractError> {
        let end = floor(&self.text, self.text.len().min(SEGMENT));
        let closed = self.labels.len();
        for (at, text) in &self.open {
            if *at < self.text.len() && !text.is_empty() {
                self.labels.push(Label {
                    at: *at as u32,
                    end: self.text.len() as u32,
                    text: text.clone(),
                });
            }
        }
        let keep = match more {
            true => floor(&self.text, end.saturating_sub(OVERLAP)),
            false => self.text.len(),
        };
        // What is called by a label that is open yet gets it again with the next piece.
        let kept = cut(&self.marks, &self.labels[..closed], keep, self.text.len());
        let mut marks = std::mem::take(&mut self.marks);
        let mut labels = std::mem::take(&mut self.labels);
        // Outer before inner where they begin together, so that the last one over a byte is the innermost.
        // The innermost comes last, also of those over the same text: it was closed first.
        labels.reverse();
        labels.sort_by_key(|l| (l.at, u32::MAX - l.end));
        if end < self.text.len() {
            marks.truncate(marks.partition_point(|m| (m.at as usize) < end));
            labels.retain_mut(|l| {
                l.end = l.end.min(end as u32);
                (l.at as usize) < end
            });
        }
        let layout = Layout::Marked { marks, labels };
        out.piece(&self.text[..end], self.repeats, more, &layout)?;
        if more {
            if let Layout::Marked { marks, labels } = kept {
                self.marks = marks;
                self.labels = labels;
            }
            self.text.drain(..keep);
            self.repeats = end - keep;
            for (at, _) in &mut self.open {
                *at = at.saturating_sub(keep);
            }
        }
        Ok(())
    }
}

/// Labels met lately: a table of so many places, in which a newcomer takes the place of another.
const LATELY: usize = 64;

/// Gives equal names one allocation.
#[derive(Debug, Default)]
struct Interned {
    lately: Vec<Option<Arc<str>>>,
}

impl Interned {
    fn get(&mut self, name: &str) -> Arc<str> {
        self.lately.resize(LATELY, None);
        let bytes = name.as_bytes();
        let byte = |at: usize| usize::from(bytes.get(at).copied().unwrap_or(0));
        let last = byte(bytes.len().saturating_sub(1));
        let place = (bytes.len() * 7 + byte(0) * 31 + byte(1) * 5 + last * 3) % LATELY;
        match &self.lately[place] {
            Some(known) if **known == *name => known.clone(),
            _ => {
                let new: Arc<str> = name.into();
                self.lately[place] = Some(new.clone());
                new
            }
        }
    }
}

/// Writes a number without the machinery of formatting: paths have one for each value.
pub fn push_number(out: &mut String, number: u64) {
    let mut digits = [0; 20];
    let (mut at, mut rest) = (digits.len(), number);
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend(digits[at..].iter().map(|&digit| char::from(digit)));
}

/// Collects rows of one table.
#[derive(Debug)]
pub struct Rows {
    text: String,
    table: Table,
    /// Whether row numbers have followed one another so far in this block.
    numbered: bool,
    in_row: bool,
    /// Cells of the row so far.
    cells: usize,
}

impl Rows {
    /// Rows of the sheet or table `name`. Cells are split by tabs; tabs and line ends inside a cell become spaces.
    pub fn new(name: &str) -> Self {
        Rows {
            text: String::new(),
            table: Table {
                name: name.into(),
                delimiter: b'\t',
                quoted: false,
                rows: Vec::new(),
                row_numbers: Vec::new(),
                first_row: 1,
                headings: Vec::new().into(),
            },
            numbered: false,
            in_row: false,
            cells: 0,
        }
    }

    /// Headings of the columns for the rows that follow. Hands nothing on: call it before the first row it speaks of.
    ///
    /// # Errors
    /// Those of the guard.
    pub fn headings(
        &mut self,
        headings: Vec<Arc<str>>,
        out: &mut Guard<'_>,
    ) -> Result<(), ExtractError> {
        self.finish(out)?;
        self.table.headings = headings.into();
        Ok(())
    }

    /// Begins a row with its number in the sheet, from 1.
    ///
    /// # Errors
    /// Those of the guard.
    pub fn row(&mut self, number: u64, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        self.end_row();
        if self.text.len() >= PIECE {
            self.finish(out)?;
        }
        let table = &mut self.table;
        let next = table.first_row + table.rows.len() as u64;
        if table.rows.is_empty() {
            table.first_row = number;
        } else if self.numbered {
            table.row_numbers.push(number);
        } else if number != next {
            table.row_numbers = (table.first_row..next).chain([number]).collect();
            self.numbered = true;
        }
        table.rows.push(self.text.len() as u32);
        self.in_row = true;
        self.cells = 0;
        Ok(())
    }

    /// Adds the next cell of the row.
    pub fn cell(&mut self, text: &str) {
        if self.cells > 0 {
            self.text.push('\t');
        }
        self.cells += 1;
        self.fill(text);
    }

    /// Adds a cell at a column, from 0; columns in between are empty. Columns must ascend within a row.
    pub fn cell_at(&mut self, column: usize, text: &str) {
        while self.cells < column {
            self.cell("");
        }
        self.cell(text);
    }

    fn fill(&mut self, text: &str) {
        if text.contains(['\t', '\n', '\r']) {
            self.text.extend(text.chars().map(|c| match c {
                '\t' | '\n' | '\r' => ' ',
                c => c,
            }));
        } else {
            self.text.push_str(text);
        }
    }

    fn end_row(&mut self) {
        if self.in_row {
            self.text.push('\n');
            self.in_row = false;
        }
    }

    /// Hands on the rows collected.
    ///
    /// # Errors
    /// Those of the guard.
    pub fn finish(&mut self, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        self.end_row();
        if self.text.is_empty() {
            return Ok(());
        }
        let table = std::mem::replace(
            &mut self.table,
            Table {
                name: "".into(),
                delimiter: b'\t',
                quoted: false,
                rows: Vec::new(),
                row_numbers: Vec::new(),
                first_row: 1,
                headings: Vec::new().into(),
            },
        );
        let layout = Layout::Table(table);
        let result = out.segment(&self.text, &layout);
        if let Layout::Table(mut table) = layout {
            table.first_row += table.rows.len() as u64;
            table.rows.clear();
            table.row_numbers.clear();
            self.table = table;
        }
        self.numbered = false;
        self.text.clear();
        result
    }
}
