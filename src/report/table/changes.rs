//! What happened to documents since an earlier scan.

use super::{Cell, Column, Each, Table, column};
use crate::{
    inventory::{Inventory, What},
    report::{Options, ReportError, changes::since},
};

/// The table.
pub struct Changes;

impl Table for Changes {
    fn name(&self) -> &'static str {
        "changes"
    }

    fn title(&self) -> &'static str {
        "Changes"
    }

    fn note(&self) -> &'static str {
        "one row a change since the scan before, or since the one given with --since; none when there has been one scan only"
    }

    fn columns(&self) -> Vec<Column> {
        vec![
            column(
                "what",
                "What",
                14,
                "`exposed`, `new`, `moved`, `returned`, `changed`, `readable`, `unreadable`, `closed` or `gone`.",
            ),
            column(
                "path",
                "Path",
                70,
                "The document's whole path, as it is now.",
            ),
            column(
                "from",
                "From",
                50,
                "Where it was before, when it has moved.",
            ),
            column(
                "before",
                "Before",
                14,
                "Who could read it, or how reading it ended, before.",
            ),
            column("after", "After", 14, "The same now."),
            column("scan", "Scan", 7, "Number of the scan that noticed."),
        ]
    }

    fn rows(
        &self,
        inventory: &Inventory,
        options: &Options,
        each: &mut Each<'_>,
    ) -> Result<(), ReportError> {
        let Some((since, _)) = since(inventory, options)? else {
            return Ok(());
        };
        inventory.changes::<ReportError>(since, |change| {
            let (from, before) = match change.what {
                What::Moved => (change.before.as_str(), ""),
                _ => ("", change.before.as_str()),
            };
            each(vec![
                change.what.id().into(),
                change.place.path.display().into(),
                from.into(),
                before.into(),
                change.after.as_str().into(),
                Cell::Number(change.run.0.unsigned_abs()),
            ])
        })
    }
}
