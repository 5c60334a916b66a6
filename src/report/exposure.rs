//! Exposure: which documents with personal data everyone can read, special category and criminal offence data first.

use std::io::Write;

use crate::{
    inventory::Inventory,
    model::Class,
    report::{Options, Report, ReportError, table, text},
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
        let exposed = table::exposed(inventory)?;
        let (special, other) =
            exposed.split_at(exposed.partition_point(|held| held.categories.is_special()));
        for (files, heading, what) in [
            (
                special,
                "Special category or criminal offence data that everyone can read",
                "with special category or criminal offence data",
            ),
            (
                other,
                "Other personal data that everyone can read",
                "with other personal data",
            ),
        ] {
            if !files.is_empty() {
                writeln!(out, "{heading}")?;
            }
            for held in files {
                let owner = match &*held.owner {
                    "" => String::new(),
                    owner => format!(", owner {}", text::terminal(owner)),
                };
                let mut categories: Vec<_> = held.categories.iter().collect();
                categories.sort_by_key(|c| c.class() == Class::Standard);
                let names: Vec<_> = categories.iter().map(|c| c.id()).collect();
                let modified = held.modified.map(text::file_time).unwrap_or_default();
                writeln!(
                    out,
                    "  {}  ({}; {}{owner}, modified {})",
                    text::terminal(&held.path().display()),
                    names.join(", "),
                    text::plural(held.findings(), "finding", "findings"),
                    modified.get(..10).unwrap_or("unknown"),
                )?;
            }
            writeln!(
                out,
                "{} {what} can be read by everyone\n",
                text::plural(files.len() as u64, "file", "files")
            )?;
        }
        Ok(())
    }
}
