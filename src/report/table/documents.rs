//! Every document with its outcome and how much of which category is in it, read or not.

use super::{Cell, Column, Each, Look, Table, column, looks};
use crate::{
    inventory::Inventory,
    model::Category,
    report::{Options, ReportError},
};

/// The table.
pub struct Documents;

impl Table for Documents {
    fn name(&self) -> &'static str {
        "documents"
    }

    fn title(&self) -> &'static str {
        "Documents"
    }

    fn note(&self) -> &'static str {
        "one row an entry of the walk that is still there, read or not"
    }

    fn columns(&self) -> Vec<Column> {
        let mut columns = vec![
            column("path", "Path", 70, "Its whole path."),
            column(
                "size",
                "Bytes",
                12,
                "Its size; empty when the system did not say.",
            ),
            column(
                "modified",
                "Modified",
                12,
                "When its content was last changed.",
            ),
            column("owner", "Owner", 14, "Its owner."),
            looks(
                Look::Exposure,
                column(
                    "exposure",
                    "Readable by",
                    12,
                    "Who can read it: owner, group, everyone, unknown.",
                ),
            ),
            column(
                "outcome",
                "Outcome",
                14,
                "How reading it ended: `read`, `partial`, `encrypted`, …",
            ),
            column(
                "reason",
                "Reason",
                30,
                "Why, in words, when it was not simply read.",
            ),
            column("members", "Members", 9, "Documents inside it."),
            column(
                "people",
                "People",
                9,
                "People it is about, the most of any document inside it, estimated.",
            ),
            column("copies", "Copies", 8, "Other places with the same content."),
            looks(
                Look::Heat,
                column("high", "High", 9, "Findings of high confidence."),
            ),
            column("medium", "Medium", 9, "Findings of medium confidence."),
            column("low", "Hints", 9, "Findings of low confidence."),
        ];
        columns.extend(Category::ALL.iter().map(|category| {
            column(
                category.id(),
                category.title(),
                10,
                "Findings of this category of medium and high confidence.",
            )
        }));
        columns.push(column(
            "reviewed",
            "Reviewed",
            9,
            "Findings of medium and high confidence that were marked as false positives or accepted; in no other column.",
        ));
        columns
    }

    fn rows(
        &self,
        inventory: &Inventory,
        _: &Options,
        each: &mut Each<'_>,
    ) -> Result<(), ReportError> {
        inventory.itemised::<ReportError>(|held, items| {
            let mut row: Vec<Cell> = vec![
                held.path().display().into(),
                held.size.into(),
                held.modified.map_or(Cell::Empty, Cell::Time),
                (&*held.owner).into(),
                held.exposure.name().into(),
                held.outcome.id().into(),
                held.reason.as_str().into(),
                held.members.into(),
                held.people.into(),
                held.copies.into(),
                held.high.into(),
                held.medium.into(),
                held.hints.into(),
            ];
            row.extend(
                Category::ALL
                    .iter()
                    .map(|category| Cell::from(items.of(*category))),
            );
            row.push(held.reviewed.into());
            each(row)
        })
    }
}
