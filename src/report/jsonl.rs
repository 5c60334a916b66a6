//! Findings as JSON Lines: one object a line, names as they are, for machines.
//!
//! Schema 1. `schema` 1 · `id` of the finding, for `explain` · `path`, and `path_bytes` (hexadecimal) when it is not UTF-8
//! · `parts`: the chain inside the file, outermost first, `[]` for the file itself · `location` as people write it ·
//! `anchor` the same for machines · `rule` · `category` · `class` standard, special, criminal · `confidence` 0 to 100 ·
//! `level` low, medium, high · `status` live, example, organisation, public-register · `evidence` · `also`: rules that
//! lost · `preview` masked · `number` of `of` findings of this rule in this document (at most 100 are kept) · `copies`
//! elsewhere · `owner` · `exposure` · `modified`. Fields may be added; none changes its meaning within a schema.

use std::io::Write;

use serde::Serialize;

use crate::{
    inventory::{FindingRow, Inventory},
    model::{Anchor, Evidence, Part},
    report::{Options, Report, ReportError, text},
};

/// The report.
pub struct Jsonl;

/// A line.
#[derive(Serialize)]
struct Line<'a> {
    schema: u32,
    id: String,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    parts: &'a [Part],
    location: String,
    anchor: &'a Anchor,
    rule: &'a str,
    category: &'a str,
    class: crate::model::Class,
    confidence: u8,
    level: &'a str,
    status: &'a str,
    evidence: &'a Evidence,
    also: Vec<(&'a str, u8)>,
    preview: &'a str,
    number: u64,
    of: u64,
    copies: u64,
    owner: &'a str,
    exposure: &'a str,
    modified: Option<String>,
    review: Option<crate::inventory::Verdict>,
    ours: bool,
}

impl Report for Jsonl {
    fn name(&self) -> &'static str {
        "jsonl"
    }

    fn help(&self) -> &'static str {
        "Every finding kept, one JSON object a line, for machines"
    }

    fn write(
        &self,
        inventory: &Inventory,
        options: &Options,
        out: &mut dyn Write,
    ) -> Result<(), ReportError> {
        let reviews = inventory.reviewed()?;
        inventory.findings::<ReportError>(options.least, |row| {
            let line = Line {
                review: reviews.of_row(row),
                ours: inventory.is_own(row.finding.value)?,
                ..line(row)
            };
            serde_json::to_writer(&mut *out, &line).map_err(std::io::Error::from)?;
            Ok(out.write_all(b"\n")?)
        })
    }
}

fn line<'a>(row: &'a FindingRow<'_>) -> Line<'a> {
    let path = &row.place.path;
    let utf8 = std::str::from_utf8(&path.0).is_ok();
    Line {
        schema: 1,
        id: row.id.to_string(),
        path: path.display(),
        path_bytes: (!utf8).then(|| path.0.iter().map(|b| format!("{b:02x}")).collect()),
        parts: &row.part.chain.0,
        location: row.finding.anchor.to_string(),
        anchor: &row.finding.anchor,
        rule: &row.rule.rule,
        category: row.rule.category.id(),
        class: row.rule.category.class(),
        confidence: row.finding.confidence.0,
        level: row.finding.confidence.level().name(),
        status: row.finding.status.id(),
        evidence: &row.finding.evidence,
        also: row
            .finding
            .also
            .iter()
            .map(|(rule, confidence)| (&**rule, confidence.0))
            .collect(),
        preview: &row.finding.preview,
        number: row.finding.number,
        of: row.rule.counts.iter().sum::<u64>() + row.rule.other,
        copies: row.place.copies,
        owner: &row.place.owner,
        exposure: row.place.exposure.name(),
        modified: row.place.modified.map(text::file_time),
        review: None,
        ours: false,
    }
}
