//! Every finding kept, at most a hundred a rule and document.

use super::{Cell, Column, Each, Look, Table, column, looks};
use crate::{
    inventory::Inventory,
    report::{Options, ReportError, csv::class},
};

/// The table.
pub struct Findings;

impl Table for Findings {
    fn name(&self) -> &'static str {
        "findings"
    }

    fn title(&self) -> &'static str {
        "Findings"
    }

    fn note(&self) -> &'static str {
        "one row a finding kept (at most a hundred of a rule in a document), of the level given with --at-least or above"
    }

    fn columns(&self) -> Vec<Column> {
        vec![
            column(
                "id",
                "Id",
                24,
                "Its id, for `domesday explain`: the same in every scan of the same bytes.",
            ),
            column("path", "Path", 60, "The file's whole path."),
            column(
                "parts",
                "Inside",
                24,
                "The steps inside the file, joined by ` › `; empty for the file itself.",
            ),
            column("location", "Where", 18, "Page, cell, line, field."),
            column("rule", "Rule", 18, "The rule that found it."),
            column("category", "Category", 16, "Its category."),
            column(
                "class",
                "Class",
                10,
                "`special` (Art 9), `criminal` (Art 10) or `standard`.",
            ),
            column("confidence", "Confidence", 10, "0 to 100."),
            column("level", "Level", 9, "`high`, `medium` or `low`."),
            column(
                "status",
                "Status",
                12,
                "`live`, or whose else it is: `example`, `organisation`, `public-register`.",
            ),
            column(
                "checked",
                "Check",
                9,
                "`passed` or `failed`, where the rule has a check of figures.",
            ),
            column(
                "label",
                "Label",
                18,
                "The label, heading or field name that spoke for it.",
            ),
            column("context", "Near", 18, "The word nearby that spoke for it."),
            column(
                "against",
                "Against",
                18,
                "The word nearby that spoke against it.",
            ),
            column(
                "near_person",
                "Near a person",
                10,
                "`yes` when it stands near a person's name.",
            ),
            column(
                "preview",
                "Preview",
                20,
                "The value, masked; empty when the scan kept none.",
            ),
            column(
                "number",
                "Number",
                9,
                "The how-manieth of its rule in its document.",
            ),
            column(
                "of",
                "Of",
                9,
                "How many there are of its rule in its document.",
            ),
            column("copies", "Copies", 9, "Other places with the same content."),
            column("owner", "Owner", 14, "The file's owner."),
            looks(
                Look::Exposure,
                column(
                    "exposure",
                    "Readable by",
                    12,
                    "Who can read the file: owner, group, everyone, unknown.",
                ),
            ),
            column(
                "modified",
                "Modified",
                12,
                "When the file's content was last changed.",
            ),
            column(
                "review",
                "Review",
                14,
                "What `domesday review` says of it; empty when nobody reviewed it.",
            ),
            column(
                "ours",
                "Ours",
                8,
                "`ours` when the value is in a list given to `domesday match`.",
            ),
        ]
    }

    fn rows(
        &self,
        inventory: &Inventory,
        options: &Options,
        each: &mut Each<'_>,
    ) -> Result<(), ReportError> {
        let reviews = inventory.reviewed()?;
        inventory.findings::<ReportError>(options.least, |row| {
            let finding = &row.finding;
            let evidence = &finding.evidence;
            let word = |word: &Option<std::sync::Arc<str>>| Cell::from(word.as_deref());
            each(vec![
                row.id.to_string().into(),
                row.place.path.display().into(),
                row.part.chain.to_string().into(),
                finding.anchor.to_string().into(),
                (&*row.rule.rule).into(),
                row.rule.category.id().into(),
                class(row.rule.category.class()).into(),
                u64::from(finding.confidence.0).into(),
                finding.confidence.level().name().into(),
                finding.status.id().into(),
                match evidence.checked {
                    Some(true) => "passed",
                    Some(false) => "failed",
                    None => "",
                }
                .into(),
                word(&evidence.label),
                word(&evidence.context),
                word(&evidence.against),
                if evidence.near_person { "yes" } else { "" }.into(),
                finding.preview.as_str().into(),
                finding.number.into(),
                (row.rule.counts.iter().sum::<u64>() + row.rule.other).into(),
                row.place.copies.into(),
                (&*row.place.owner).into(),
                row.place.exposure.name().into(),
                row.place.modified.map_or(Cell::Empty, Cell::Time),
                reviews
                    .of_row(row)
                    .map_or("", |verdict| verdict.id())
                    .into(),
                match inventory.is_own(finding.value)? {
                    true => "ours",
                    false => "",
                }
                .into(),
            ])
        })
    }
}
