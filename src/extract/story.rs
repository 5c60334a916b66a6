//! Paragraphs and tables of a word-processing document, as text with places and labels.
//!
//! The readers of docx, odt, rtf, doc, pptx and odp tell a [`Story`] what they meet in order; it numbers paragraphs,
//! writes each table row as one line with cells split by tabs, works out which row or column of a table names the
//! others, and hands the text on through a [`Composer`].

mod naming;
mod piece;

use std::sync::Arc;

use crate::model::Anchor;

use super::{compose::Composer, error::ExtractError, guard::Guard};

use naming::{Naming, decide, label_row};
use piece::Piece;

/// Rows of a table that are looked at before it is decided what names what.
const LOOKED_AT: usize = 48;

/// Tables inside tables inside tables; deeper ones are read as text of their cell.
const NESTED: usize = 16;

/// Cells of one row; what is past them joins the last.
const WIDEST: usize = 1024;

#[derive(Debug)]
struct Grid {
    name: Arc<str>,
    rows: Vec<Vec<Piece>>,
    /// Number of the first row held, from 1.
    first: u64,
    head_declared: bool,
    naming: Naming,
    in_cell: bool,
}

/// Where paragraphs go: the outermost is the document, inner ones are text boxes.
#[derive(Debug, Default)]
struct Level {
    piece: Piece,
    before: Piece,
    changed: bool,
    /// Finished paragraphs of boxes inside, waiting for the paragraph around them to end.
    waiting: Vec<(Piece, &'static str)>,
    /// What the box is.
    kind: &'static str,
    grids: Vec<Grid>,
}

/// The document as it is told.
pub struct Story<'o, 'g> {
    /// The guard, for members and problems.
    pub out: &'o mut Guard<'g>,
    composer: Composer,
    levels: Vec<Level>,
    region: Option<Anchor>,
    paragraph: u32,
    tables: u32,
}

impl<'o, 'g> Story<'o, 'g> {
    /// An empty one.
    pub fn new(out: &'o mut Guard<'g>) -> Self {
        Story {
            out,
            composer: Composer::new(),
            levels: vec![Level::default()],
            region: None,
            paragraph: 0,
            tables: 0,
        }
    }

    /// What follows lies in this region, or, with none, in numbered paragraphs again.
    pub fn region(&mut self, region: Option<Anchor>) {
        self.region = region;
    }

    fn level(&mut self) -> &mut Level {
        if self.levels.is_empty() {
            self.levels.push(Level::default());
        }
        let last = self.levels.len() - 1;
        &mut self.levels[last]
    }

    /// Text of the paragraph.
    pub fn text(&mut self, text: &str) {
        let level = self.level();
        level.piece.text.push_str(text);
        level.before.text.push_str(text);
    }

    /// Text that a tracked change put in.
    pub fn inserted(&mut self, text: &str) {
        self.level().piece.text.push_str(text);
    }

    /// Text that a tracked change took out: the paragraph is written again as it was before.
    pub fn deleted(&mut self, text: &str) {
        let level = self.level();
        if !text.is_empty() {
            level.before.text.push_str(text);
            level.changed = true;
        }
    }

    /// What follows in the paragraph is called so, until [`Story::close_label`].
    pub fn open_label(&mut self, label: &str) {
        let piece = &mut self.level().piece;
        if piece.open.len() < 64 {
            let at = piece.text.len();
            piece.open.push((at, label.trim().into()));
        }
    }

    /// Ends the label opened last.
    pub fn close_label(&mut self) {
        self.level().piece.close();
    }

    /// Whether nothing was written to the paragraph so far.
    pub fn at_start(&mut self) -> bool {
        self.level().piece.text.is_empty()
    }

    /// Whether a paragraph has begun, if only with what a change took out or with a box.
    fn pending(&mut self) -> bool {
        let level = self.level();
        !level.piece.text.is_empty() || level.changed || !level.waiting.is_empty()
    }

    /// The paragraph ends.
    ///
    /// # Errors
    /// Those of the guard.
    pub fn end_paragraph(&mut self) -> Result<(), ExtractError> {
        let outermost = self.levels.len() == 1;
        let level = self.level();
        let mut piece = std::mem::take(&mut level.piece);
        let before = std::mem::take(&mut level.before);
        let changed = std::mem::take(&mut level.changed);
        let waiting = std::mem::take(&mut level.waiting);
        // Labels that span paragraphs go on in the next one.
        let carried: Vec<_> = piece.open.iter().map(|(_, l)| (0, l.clone())).collect();
        while !piece.open.is_empty() {
            piece.close();
        }
        level.piece.open = carried;
        let before = (changed && before.text.trim() != piece.text.trim()).then_some(before);
        if let Some(grid) = level.grids.last_mut()
            && grid.in_cell
            && let Some(cell) = grid.rows.last_mut().and_then(|r| r.last_mut())
        {
            cell.append(piece);
            for other in before.into_iter().chain(waiting.into_iter().map(|w| w.0)) {
                cell.append(other);
            }
            return Ok(());
        }
        if !outermost {
            let kind = level.kind;
            level.waiting.push((piece, kind));
            level.waiting.extend(before.map(|b| (b, kind)));
            level.waiting.extend(waiting);
            return Ok(());
        }
        if self.region.is_none() {
            self.paragraph += 1;
        }
        let anchor = self.anchor();
        self.write(piece, anchor.clone())?;
        if let Some(before) = before {
            let place = format!("{anchor}, before tracked changes");
            self.write(before, Anchor::Region(place.into()))?;
        }
        for (box_text, kind) in waiting {
            let place = match &self.region {
                Some(region) => region.clone(),
                None => Anchor::Region(format!("{kind} at {anchor}").into()),
            };
            self.write(box_text, place)?;
        }
        Ok(())
    }

    fn anchor(&self) -> Anchor {
        match &self.region {
            Some(region) => region.clone(),
            None => Anchor::Paragraph(self.paragraph.max(1)),
        }
    }

    fn write(&mut self, piece: Piece, anchor: Anchor) -> Result<(), ExtractError> {
        if piece.text.trim().is_empty() {
            return Ok(());
        }
        self.composer.mark(anchor);
        piece.write(&mut self.composer, false);
        self.composer.push("\n");
        self.composer.end_block(self.out)
    }

    /// A line of its own in a region of its own: a property, a link, an author.
    ///
    /// # Errors
    /// Those of the guard.
    pub fn note(
        &mut self,
        anchor: Anchor,
        label: Option<&str>,
        text: &str,
    ) -> Result<(), ExtractError> {
        if text.trim().is_empty() {
            return Ok(());
        }
        self.composer.mark(anchor);
        match label {
            Some(label) => self.composer.labelled(label, text),
            None => self.composer.push(text),
        }
        self.composer.push("\n");
        self.composer.end_block(self.out)
    }

    /// Text that has its lines already, in one place: a page.
    ///
    /// # Errors
    /// Those of the guard.
    pub fn page(&mut self, anchor: Anchor, text: &str) -> Result<(), ExtractError> {
        if text.trim().is_empty() {
            return Ok(());
        }
        self.composer.mark(anchor);
        for line in text.split_inclusive('\n') {
            self.composer.push(line);
            self.composer.end_block(self.out)?;
        }
        self.composer.line();
        Ok(())
    }

    /// A box of this kind inside the paragraph begins: its paragraphs come after this one.
    pub fn open_box(&mut self, kind: &'static str) {
        if self.levels.len() < 64 {
            self.levels.push(Level {
                kind,
                ..Level::default()
            });
        }
    }

    /// The box ends.
    ///
    /// # Errors
    /// Those of the guard.
    pub fn close_box(&mut self) -> Result<(), ExtractError> {
        if self.levels.len() < 2 {
            return Ok(());
        }
        while !self.level().grids.is_empty() {
            self.close_table()?;
        }
        if self.pending() {
            self.end_paragraph()?;
        }
        let inner = self.levels.pop().unwrap_or_default();
        self.level().waiting.extend(inner.waiting);
        Ok(())
    }

    /// A table begins.
    ///
    /// # Errors
    /// Those of the guard.
    pub fn open_table(&mut self) -> Result<(), ExtractError> {
        if self.pending() {
            self.end_paragraph()?;
        }
        self.tables += 1;
        let name: Arc<str> = format!("table {}", self.tables).into();
        let level = self.level();
        if level.grids.len() < NESTED {
            level.grids.push(Grid {
                name,
                rows: Vec::new(),
                first: 1,
                head_declared: false,
                naming: Naming::Open,
                in_cell: false,
            });
        }
        Ok(())
    }

    /// A row begins; `head` when the document says that it is repeated as a heading.
    ///
    /// # Errors
    /// Those of the guard.
    pub fn open_row(&mut self, head: bool) -> Result<(), ExtractError> {
        let outermost = self.levels.len() == 1 && self.levels[0].grids.len() == 1;
        let level = self.level();
        let Some(grid) = level.grids.last_mut() else {
            return Ok(());
        };
        grid.head_declared |= head && grid.rows.is_empty() && grid.first == 1;
        grid.in_cell = false;
        let full = grid.rows.len() >= LOOKED_AT;
        if full && outermost {
            self.write_rows()?;
        }
        if let Some(grid) = self.level().grids.last_mut() {
            grid.rows.push(Vec::new());
        }
        Ok(())
    }

    /// Tells late that the row just begun is a heading.
    pub fn head_row(&mut self) {
        if let Some(grid) = self.level().grids.last_mut() {
            grid.head_declared |= grid.rows.len() == 1 && grid.first == 1;
        }
    }

    /// A cell begins.
    ///
    /// # Errors
    /// Those of the guard.
    pub fn open_cell(&mut self) -> Result<(), ExtractError> {
        if self.pending() {
            self.end_paragraph()?;
        }
        if let Some(grid) = self.level().grids.last_mut() {
            if grid.rows.is_empty() {
                grid.rows.push(Vec::new());
            }
            if let Some(row) = grid.rows.last_mut()
                && row.len() < WIDEST
            {
                row.push(Piece::default());
            }
            grid.in_cell = true;
        }
        Ok(())
    }

    /// The cell ends.
    ///
    /// # Errors
    /// Those of the guard.
    pub fn close_cell(&mut self) -> Result<(), ExtractError> {
        if self.pending() {
            self.end_paragraph()?;
        }
        if let Some(grid) = self.level().grids.last_mut() {
            grid.in_cell = false;
        }
        Ok(())
    }

    /// The table ends.
    ///
    /// # Errors
    /// Those of the guard.
    pub fn close_table(&mut self) -> Result<(), ExtractError> {
        if self.pending() {
            self.end_paragraph()?;
        }
        if self.levels.len() == 1 && self.levels[0].grids.len() == 1 {
            self.write_rows()?;
            self.levels[0].grids.clear();
            return Ok(());
        }
        // Inside a cell or a box: its rows become text of what is around it.
        let level = self.level();
        if let Some(grid) = level.grids.pop() {
            let naming = decide(&grid.rows, grid.head_declared);
            let mut lines = Vec::new();
            for (index, row) in grid.rows.into_iter().enumerate() {
                let mut line = Piece::default();
                for mut piece in label_row(row, &naming, index == 0 && grid.first == 1) {
                    piece.text = piece.text.replace(['\t', '\n'], " ");
                    line.append(piece);
                }
                lines.push(line);
            }
            match level.grids.last_mut() {
                Some(outer) if outer.in_cell => {
                    if let Some(cell) = outer.rows.last_mut().and_then(|r| r.last_mut()) {
                        lines.into_iter().for_each(|line| cell.append(line));
                    }
                }
                _ => {
                    let kind = level.kind;
                    level.waiting.extend(lines.into_iter().map(|l| (l, kind)));
                }
            }
        }
        Ok(())
    }

    fn write_rows(&mut self) -> Result<(), ExtractError> {
        let Some(grid) = self.levels[0].grids.last_mut() else {
            return Ok(());
        };
        if grid.naming == Naming::Open {
            grid.naming = decide(&grid.rows, grid.head_declared);
        }
        let rows = std::mem::take(&mut grid.rows);
        let (first, name, naming) = (grid.first, grid.name.clone(), grid.naming.clone());
        grid.first += rows.len() as u64;
        for (index, row) in rows.into_iter().enumerate() {
            if row.iter().all(|c| c.text.trim().is_empty()) {
                continue;
            }
            let number = first + index as u64;
            for (column, piece) in label_row(row, &naming, number == 1).into_iter().enumerate() {
                if column > 0 {
                    self.composer.push("\t");
                }
                self.composer.mark(match &self.region {
                    Some(region) => region.clone(),
                    None => Anchor::Cell {
                        sheet: name.clone(),
                        row: number,
                        column: column as u32 + 1,
                    },
                });
                piece.write(&mut self.composer, true);
            }
            self.composer.push("\n");
            self.composer.end_block(self.out)?;
        }
        Ok(())
    }

    /// The end of a part: whatever is open is closed, and boxes and tables with it.
    ///
    /// # Errors
    /// Those of the guard.
    pub fn end_part(&mut self) -> Result<(), ExtractError> {
        while self.levels.len() > 1 {
            self.close_box()?;
        }
        while !self.level().grids.is_empty() {
            self.close_table()?;
        }
        self.level().piece.open.clear();
        if self.pending() {
            self.end_paragraph()?;
        }
        self.region = None;
        Ok(())
    }

    /// The end.
    ///
    /// # Errors
    /// Those of the guard.
    pub fn finish(mut self) -> Result<(), ExtractError> {
        self.end_part()?;
        self.composer.finish(self.out)
    }
}
