//! What could not be read, or only in part, files and what is inside them.

use super::{Cell, Column, Each, Table, column};
use crate::{
    inventory::Inventory,
    report::{Options, ReportError},
};

/// The table.
pub struct Unread;

impl Table for Unread {
    fn name(&self) -> &'static str {
        "coverage"
    }

    fn title(&self) -> &'static str {
        "Not read"
    }

    fn note(&self) -> &'static str {
        "one row a file, or a document inside one, that could not be read, or only in part"
    }

    fn columns(&self) -> Vec<Column> {
        vec![
            column("path", "Path", 70, "The file's whole path."),
            column(
                "parts",
                "Inside",
                30,
                "The steps inside the file, joined by ` › `; empty for the file itself.",
            ),
            column(
                "outcome",
                "Outcome",
                18,
                "How reading it ended: `encrypted`, `corrupt`, `needs-ocr`, …",
            ),
            column("reason", "Reason", 50, "Why, in words."),
            column(
                "format",
                "Format",
                10,
                "Format it was taken for; empty when none.",
            ),
            column("size", "Bytes", 12, "Its size, where known."),
            column(
                "modified",
                "Modified",
                12,
                "When the file's content was last changed.",
            ),
        ]
    }

    fn rows(
        &self,
        inventory: &Inventory,
        _: &Options,
        each: &mut Each<'_>,
    ) -> Result<(), ReportError> {
        inventory.unread_places::<ReportError>(|place| {
            let path = place.path.display();
            let modified = place.modified.map_or(Cell::Empty, Cell::Time);
            let parts = inventory.parts(place)?;
            if place.outcome.kind.is_problem() {
                let format = parts.iter().find(|part| !part.in_name && part.ordinal == 0);
                each(vec![
                    path.clone().into(),
                    Cell::Empty,
                    place.outcome.kind.id().into(),
                    place.outcome.reason.to_string().into(),
                    format.map(|part| part.format.clone()).into(),
                    place.size.into(),
                    modified.clone(),
                ])?;
            }
            for part in &parts {
                if part.ordinal > 0 && part.outcome.kind.is_problem() {
                    each(vec![
                        path.clone().into(),
                        part.chain.to_string().into(),
                        part.outcome.kind.id().into(),
                        part.outcome.reason.to_string().into(),
                        part.format.clone().into(),
                        Cell::Empty,
                        modified.clone(),
                    ])?;
                }
            }
            Ok(())
        })
    }
}
