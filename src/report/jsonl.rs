//! Findings as JSON Lines: one object a line, names as they are, for machines.
//!
//! Its schema is [`SCHEMA`], printed by `report columns`; a finding is nested here, where a table's row is flat.

use std::io::Write;

use serde::Serialize;

use crate::{
    inventory::{FindingRow, Inventory},
    model::{Anchor, Evidence, Part},
    report::{Options, Report, ReportError, text},
};

/// The fields, for people.
pub(super) const SCHEMA: &str = "\
every finding kept, one object a line, with what a row cannot hold
  schema                 1
  id                     Its id, for `domesday explain`.
  path, path_bytes       The file's whole path; the second, hexadecimal, when it is not UTF-8.
  parts                  The steps inside the file, outermost first; [] for the file itself.
  location, anchor       Where in it, for people and for machines.
  rule, category, class  What was found: class is standard, special or criminal.
  confidence, level      0 to 100; low, medium or high.
  status                 live, example, organisation or public-register.
  evidence               Why: check, label, context, against, near a person.
  also                   Rules that lost the place, with their confidence.
  preview                The value, masked.
  number, of             The how-manieth of its rule in its document, and how many there are.
  copies                 Other places with the same content.
  owner, exposure        The file's owner, and who can read it: owner, group, everyone, unknown.
  modified               When the file was last changed.";

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
