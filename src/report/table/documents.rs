//! Every document with its outcome and how much of which category is in it, read or not.

use std::collections::BTreeMap;

use super::{Cell, Column, Each, Look, Table, column, looks};
use crate::{
    inventory::{Inventory, Which},
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
        columns
    }

    fn rows(
        &self,
        inventory: &Inventory,
        _: &Options,
        each: &mut Each<'_>,
    ) -> Result<(), ReportError> {
        inventory.places::<ReportError>(Which::Live, |place| {
            let parts = inventory.parts(place)?;
            let mut sums = [0_u64; 3];
            let mut by_category: BTreeMap<Category, u64> = BTreeMap::new();
            for rule in parts.iter().flat_map(|part| &part.rules) {
                for (sum, count) in sums.iter_mut().zip(rule.counts) {
                    *sum += count;
                }
                *by_category.entry(rule.category).or_default() += rule.counts[1] + rule.counts[2];
            }
            let members = parts.iter().filter(|part| part.ordinal > 0).count() as u64;
            let people = parts.iter().map(|part| part.people).max().unwrap_or(0);
            let mut row: Vec<Cell> = vec![
                place.path.display().into(),
                place.size.into(),
                place.modified.map_or(Cell::Empty, Cell::Time),
                (&*place.owner).into(),
                place.exposure.name().into(),
                place.outcome.kind.id().into(),
                place.outcome.reason.to_string().into(),
                members.into(),
                people.into(),
                place.copies.into(),
                sums[2].into(),
                sums[1].into(),
                sums[0].into(),
            ];
            row.extend(
                Category::ALL
                    .iter()
                    .map(|category| Cell::from(by_category.get(category).copied().unwrap_or(0))),
            );
            each(row)
        })
    }
}
