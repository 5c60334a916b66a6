//! Changes: what is new, gone, moved, newly exposed or newly readable since the scan before.

use std::io::Write;

use crate::{
    inventory::{Inventory, What, record::RunId},
    report::{Options, Report, ReportError, text},
};

/// The report.
pub struct Changes;

impl Report for Changes {
    fn name(&self) -> &'static str {
        "changes"
    }

    fn help(&self) -> &'static str {
        "What is new, gone, moved, newly exposed or newly readable since the scan before the last"
    }

    fn write(
        &self,
        inventory: &Inventory,
        options: &Options,
        out: &mut dyn Write,
    ) -> Result<(), ReportError> {
        let runs = inventory.runs(2)?;
        let since = match (options.since, &runs[..]) {
            (Some(since), _) => since,
            (None, [_, before]) => before.id,
            (None, _) => {
                writeln!(
                    out,
                    "There has been one scan only: nothing to compare it with."
                )?;
                return Ok(());
            }
        };
        let when = runs
            .iter()
            .find(|run| run.id == since)
            .map(|run| format!(" of {}", text::moment(run.started, &options.timezone)))
            .unwrap_or_default();
        writeln!(out, "Since scan {}{when}", since.0)?;
        let mut last: Option<What> = None;
        inventory.changes::<ReportError>(RunId(since.0), |change| {
            if last != Some(change.what) {
                writeln!(out, "\n{}", change.what.title())?;
                last = Some(change.what);
            }
            let path = change.place.path.display();
            write!(out, "  {}", text::terminal(&path))?;
            match change.what {
                What::Moved => write!(out, "  (from {})", text::terminal(&change.before))?,
                _ if !change.before.is_empty() => write!(
                    out,
                    "  ({} → {})",
                    text::terminal(&change.before),
                    text::terminal(&change.after)
                )?,
                _ => {}
            }
            Ok(writeln!(out)?)
        })?;
        if last.is_none() {
            writeln!(out, "\nNothing has changed.")?;
        }
        Ok(())
    }
}
