//! Documents with personal data by risk, with the terms of each.

use super::{Cell, Column, Each, Look, Table, column, looks};
use crate::{
    inventory::Inventory,
    report::{Options, ReportError, risk},
};

/// The table.
pub struct Risk;

impl Table for Risk {
    fn name(&self) -> &'static str {
        "risk"
    }

    fn title(&self) -> &'static str {
        "Risk"
    }

    fn note(&self) -> &'static str {
        "one row a document with personal data, the riskiest first: risk = content × linked × people factor × exposure factor × age factor"
    }

    fn columns(&self) -> Vec<Column> {
        vec![
            column("path", "Path", 70, "Its whole path."),
            looks(
                Look::Heat,
                column("risk", "Risk", 10, "The product of its terms, rounded."),
            ),
            column(
                "band",
                "Band",
                10,
                "critical from 200, high from 50, moderate from 10, low.",
            ),
            column(
                "content",
                "Content",
                9,
                "The weights of its categories, added up.",
            ),
            column(
                "linked",
                "Linked",
                9,
                "What the categories are worth together: 1 to 2.5.",
            ),
            column("people", "People", 9, "People it is about, estimated."),
            column(
                "people_factor",
                "× people",
                9,
                "1 + log10 of the people it is about.",
            ),
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
                "exposure_factor",
                "× exposure",
                9,
                "owner 1, group or unknown 1.5, everyone 3.",
            ),
            column(
                "years",
                "Years",
                7,
                "Whole years since its content was changed; empty when that date cannot be true.",
            ),
            column(
                "age_factor",
                "× age",
                7,
                "1 and a tenth more for each year, at most 2.",
            ),
            column(
                "categories",
                "Categories",
                40,
                "Ids of the categories it holds.",
            ),
        ]
    }

    fn rows(
        &self,
        inventory: &Inventory,
        options: &Options,
        each: &mut Each<'_>,
    ) -> Result<(), ReportError> {
        for (risk, held) in risk::documents(inventory, options)? {
            each(vec![
                held.path().display().into(),
                (risk.score().round() as u64).into(),
                risk.band().id().into(),
                u64::from(risk.content).into(),
                format!("{:.1}", risk.linked).into(),
                held.people.into(),
                format!("{:.2}", risk.people).into(),
                held.exposure.name().into(),
                format!("{:.1}", risk.exposure).into(),
                risk.years
                    .map_or(Cell::Empty, |years| u64::from(years).into()),
                format!("{:.1}", risk.age()).into(),
                Cell::Ids(held.categories.iter().map(|c| c.id()).collect()),
            ])?;
        }
        Ok(())
    }
}
