//! Exposure: which documents with personal data everyone can read, special category and criminal offence data first.

use std::{collections::BTreeSet, io::Write};

use crate::{
    inventory::{Inventory, Which, record::Exposure as Reach},
    model::Class,
    report::{Options, Report, ReportError, text},
};

/// The report.
pub struct Exposure;

impl Report for Exposure {
    fn name(&self) -> &'static str {
        "exposure"
    }

    fn help(&self) -> &'static str {
        "Documents with personal data that everyone can read, special category and criminal first"
    }

    fn write(
        &self,
        inventory: &Inventory,
        _options: &Options,
        out: &mut dyn Write,
    ) -> Result<(), ReportError> {
        // Two passes rather than a list in memory: there may be millions.
        for special in [true, false] {
            let mut told = 0_u64;
            inventory.places::<ReportError>(Which::Live, |place| {
                if place.exposure != Reach::Everyone || !place.outcome.kind.is_document() {
                    return Ok(());
                }
                let parts = inventory.parts(place)?;
                let categories: BTreeSet<_> = parts
                    .iter()
                    .flat_map(|part| &part.rules)
                    .filter(|rule| rule.counts[1] + rule.counts[2] > 0)
                    .map(|rule| rule.category)
                    .collect();
                let is_special = categories.iter().any(|c| c.class() != Class::Standard);
                if categories.is_empty() || is_special != special {
                    return Ok(());
                }
                if told == 0 {
                    writeln!(
                        out,
                        "{}",
                        if special {
                            "Special category or criminal offence data that everyone can read"
                        } else {
                            "Other personal data that everyone can read"
                        }
                    )?;
                }
                told += 1;
                let names: Vec<_> = categories.iter().map(|c| c.id()).collect();
                let owner = if place.owner.is_empty() {
                    String::new()
                } else {
                    format!(", owner {}", text::terminal(&place.owner))
                };
                let modified = place.modified.map(text::file_time).unwrap_or_default();
                Ok(writeln!(
                    out,
                    "  {}  ({}{owner}, modified {})",
                    text::terminal(&place.path.display()),
                    names.join(", "),
                    modified.get(..10).unwrap_or("unknown"),
                )?)
            })?;
            let what = if special {
                "with special category or criminal offence data"
            } else {
                "with other personal data"
            };
            writeln!(
                out,
                "{} {what} can be read by everyone\n",
                text::plural(told, "file", "files")
            )?;
        }
        Ok(())
    }
}
