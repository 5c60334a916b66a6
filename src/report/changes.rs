//! Changes: what is new, gone, moved, newly exposed or newly readable since an earlier scan.

use std::io::Write;

use crate::{
    inventory::{Change, Inventory, What, record::RunId},
    report::{Options, Report, ReportError, text},
};

/// The report.
pub struct Changes;

/// The scan to compare with and when it was, in words (` of 24 Nov 2026 17:02`): the one asked for, else the last but one
/// that is on record. `None` when there has been one only.
pub(super) fn since(
    inventory: &Inventory,
    options: &Options,
) -> Result<Option<(RunId, String)>, ReportError> {
    let runs = inventory.runs(usize::MAX >> 1)?;
    let run = match options.since {
        Some(since) => match runs.iter().find(|run| run.id == since) {
            Some(run) => run,
            None => {
                let known = match (runs.last(), runs.first()) {
                    (Some(first), Some(last)) if first.id != last.id => {
                        format!("they are numbered {} to {}", first.id.0, last.id.0)
                    }
                    (Some(only), _) => format!("the only one is {}", only.id.0),
                    _ => "there has been none yet".to_owned(),
                };
                return Err(ReportError::NoSuchRun {
                    run: since.0,
                    known,
                });
            }
        },
        None => match &runs[..] {
            [_, before, ..] => before,
            _ => return Ok(None),
        },
    };
    let when = text::moment(run.started, &options.timezone);
    Ok(Some((run.id, format!(" of {when}"))))
}

/// What it was and became, in brackets after a path; empty when there is nothing to say.
pub(super) fn note(change: &Change, label: impl Fn(&str) -> String) -> String {
    match change.what {
        What::Moved => format!("  (from {})", label(&change.before)),
        _ if !change.before.is_empty() => format!("  ({} → {})", change.before, change.after),
        _ => String::new(),
    }
}

impl Report for Changes {
    fn name(&self) -> &'static str {
        "changes"
    }

    fn help(&self) -> &'static str {
        "What is new, gone, moved, newly exposed or newly readable since the scan before, or since any (--since)"
    }

    fn write(
        &self,
        inventory: &Inventory,
        options: &Options,
        out: &mut dyn Write,
    ) -> Result<(), ReportError> {
        let Some((since, when)) = since(inventory, options)? else {
            writeln!(
                out,
                "There has been one scan only: nothing to compare it with."
            )?;
            return Ok(());
        };
        writeln!(out, "Since scan {}{when}", since.0)?;
        let mut last: Option<What> = None;
        inventory.changes::<ReportError>(since, |change| {
            if last != Some(change.what) {
                writeln!(out, "\n{}", change.what.title())?;
                last = Some(change.what);
            }
            let path = change.place.path.display();
            let note = note(change, str::to_owned);
            Ok(writeln!(
                out,
                "  {}{}",
                text::terminal(&path),
                text::terminal(&note)
            )?)
        })?;
        if last.is_none() {
            writeln!(out, "\nNothing has changed.")?;
        }
        Ok(())
    }
}
