//! What a sheet holds beside its cells: headers and footers, comments, text boxes, links, texts of charts.

use crate::{
    extract::{error::ExtractError, story::Story},
    model::Anchor,
};

/// What a sheet holds beside its cells.
#[derive(Default)]
pub struct Asides {
    pub(super) pages: Vec<String>,
    /// Row, column, object, author.
    pub(super) comments: Vec<(u16, u16, u16, String)>,
    pub(super) old_comments: Vec<(u16, u16, String)>,
    /// Object, text.
    pub(super) boxes: Vec<(u16, String)>,
    pub(super) links: Vec<String>,
    pub(super) charts: Vec<String>,
}

impl Asides {
    /// Writes it.
    ///
    /// # Errors
    /// Those of the guard.
    pub fn write(mut self, sheet: &str, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        let cell = |row: u16, column: u16| Anchor::Cell {
            sheet: sheet.into(),
            row: u64::from(row) + 1,
            column: u32::from(column) + 1,
        };
        for (row, column, id, author) in &self.comments {
            let text = self
                .boxes
                .iter()
                .position(|b| b.0 == *id)
                .map(|i| self.boxes.remove(i).1);
            story.note(cell(*row, *column), Some("author"), author)?;
            story.note(
                cell(*row, *column),
                Some("comment"),
                text.as_deref().unwrap_or(""),
            )?;
        }
        for (row, column, text) in &self.old_comments {
            story.note(cell(*row, *column), Some("comment"), text)?;
        }
        let named = |what: &str| Anchor::Region(format!("{what} on {sheet}").into());
        for (_, text) in &self.boxes {
            story.note(named("text box"), None, text)?;
        }
        for text in &self.pages {
            story.note(
                Anchor::Region(format!("header or footer of {sheet}").into()),
                None,
                text,
            )?;
        }
        for text in &self.charts {
            story.note(named("chart"), None, text)?;
        }
        self.links.sort_unstable();
        self.links.dedup();
        for text in &self.links {
            let text = text.strip_prefix("mailto:").unwrap_or(text);
            story.note(Anchor::Region("link".into()), None, text)?;
        }
        Ok(())
    }
}
