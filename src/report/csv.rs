//! Findings as CSV, for a spreadsheet.
//!
//! Schema 1; the columns are [`COLUMNS`]. A cell that a spreadsheet would take for a formula has an apostrophe before it;
//! `parts` is the chain inside the file, joined by ` › `. New columns come at the end.

use std::io::Write;

use crate::{
    inventory::Inventory,
    report::{Options, Report, ReportError, text},
};

/// The columns of schema 1.
const COLUMNS: &[&str] = &[
    "schema",
    "id",
    "path",
    "parts",
    "location",
    "rule",
    "category",
    "class",
    "confidence",
    "level",
    "status",
    "checked",
    "label",
    "context",
    "against",
    "near_person",
    "preview",
    "number",
    "of",
    "copies",
    "owner",
    "exposure",
    "modified",
    "review",
    "ours",
];

/// The report.
pub struct Csv;

impl Report for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn help(&self) -> &'static str {
        "Every finding kept, as CSV for a spreadsheet"
    }

    fn write(
        &self,
        inventory: &Inventory,
        options: &Options,
        out: &mut dyn Write,
    ) -> Result<(), ReportError> {
        let mut writer = csv::Writer::from_writer(out);
        let mut put = |row: &[&str]| {
            writer
                .write_record(row.iter().map(|field| text::cell(field).into_owned()))
                .map_err(output)
        };
        put(COLUMNS)?;
        let reviews = inventory.reviewed()?;
        inventory.findings::<ReportError>(options.least, |row| {
            let finding = &row.finding;
            let evidence = &finding.evidence;
            let word =
                |word: &Option<std::sync::Arc<str>>| word.as_deref().unwrap_or("").to_owned();
            put(&[
                "1",
                &row.id.to_string(),
                &row.place.path.display(),
                &row.part.chain.to_string(),
                &finding.anchor.to_string(),
                &row.rule.rule,
                row.rule.category.id(),
                class(row.rule.category.class()),
                &finding.confidence.0.to_string(),
                finding.confidence.level().name(),
                finding.status.id(),
                match evidence.checked {
                    Some(true) => "passed",
                    Some(false) => "failed",
                    None => "",
                },
                &word(&evidence.label),
                &word(&evidence.context),
                &word(&evidence.against),
                if evidence.near_person { "yes" } else { "" },
                &finding.preview,
                &finding.number.to_string(),
                &(row.rule.counts.iter().sum::<u64>() + row.rule.other).to_string(),
                &row.place.copies.to_string(),
                &row.place.owner,
                row.place.exposure.name(),
                &row.place.modified.map(text::file_time).unwrap_or_default(),
                reviews.of_row(row).map_or("", |verdict| verdict.id()),
                match inventory.is_own(row.finding.value)? {
                    true => "ours",
                    false => "",
                },
            ])
        })?;
        Ok(writer.flush()?)
    }
}

/// The class as machines write it.
pub(super) fn class(class: crate::model::Class) -> &'static str {
    match class {
        crate::model::Class::Standard => "standard",
        crate::model::Class::Special => "special",
        crate::model::Class::Criminal => "criminal",
    }
}

/// What the CSV writer could not write.
pub(super) fn output(error: csv::Error) -> ReportError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => ReportError::Output(error),
        other => ReportError::Output(std::io::Error::other(format!("{other:?}"))),
    }
}
