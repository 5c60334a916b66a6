//! Documents with personal data by who can read them, widest first.

use super::{Cell, Column, Each, Look, Table, column, looks};
use crate::{
    inventory::{Held, Inventory, record::Exposure as Reach},
    report::{Options, ReportError},
};

/// The table.
pub struct Exposure;

/// The documents with personal data that everyone can read, special category and criminal offence data first, then by
/// their number of findings and their paths.
pub(in crate::report) fn exposed(inventory: &Inventory) -> Result<Vec<Held>, ReportError> {
    let mut exposed: Vec<Held> = Vec::new();
    inventory.held::<ReportError>(|held| {
        if held.exposure == Reach::Everyone && !held.categories.is_empty() {
            exposed.push(held);
        }
        Ok(())
    })?;
    exposed.sort_by(|a, b| {
        let hot = |held: &Held| {
            (
                !held.categories.is_special(),
                std::cmp::Reverse(held.findings()),
            )
        };
        hot(a).cmp(&hot(b)).then_with(|| a.by_path(b))
    });
    Ok(exposed)
}

impl Table for Exposure {
    fn name(&self) -> &'static str {
        "exposure"
    }

    fn title(&self) -> &'static str {
        "Exposure"
    }

    fn note(&self) -> &'static str {
        "one row a document with personal data that everyone can read, special category and criminal offence data first"
    }

    fn columns(&self) -> Vec<Column> {
        vec![
            column("path", "Path", 70, "Its whole path."),
            looks(
                Look::Exposure,
                column("exposure", "Readable by", 12, "Who can read it: everyone."),
            ),
            column(
                "special",
                "Special or criminal",
                12,
                "`yes` when it holds special category or criminal offence data.",
            ),
            column(
                "categories",
                "Categories",
                40,
                "Ids of the categories it holds.",
            ),
            looks(
                Look::Heat,
                column(
                    "findings",
                    "Findings",
                    10,
                    "Findings of medium or high confidence.",
                ),
            ),
            column("people", "People", 9, "People it is about, estimated."),
            column("owner", "Owner", 14, "Its owner."),
            column(
                "modified",
                "Modified",
                12,
                "When its content was last changed.",
            ),
        ]
    }

    fn rows(
        &self,
        inventory: &Inventory,
        _: &Options,
        each: &mut Each<'_>,
    ) -> Result<(), ReportError> {
        for held in exposed(inventory)? {
            each(vec![
                held.path().display().into(),
                held.exposure.name().into(),
                if held.categories.is_special() {
                    "yes"
                } else {
                    ""
                }
                .into(),
                Cell::Ids(held.categories.iter().map(|c| c.id()).collect()),
                held.findings().into(),
                held.people.into(),
                (&*held.owner).into(),
                held.modified.map_or(Cell::Empty, Cell::Time),
            ])?;
        }
        Ok(())
    }
}
