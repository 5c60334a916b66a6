//! Coverage: how every document ended, and which could not be read. The proof of a reasonable and proportionate search.

use std::io::Write;

use crate::{
    inventory::Inventory,
    report::{Options, Report, ReportError, text},
};

/// The report.
pub struct Coverage;

impl Report for Coverage {
    fn name(&self) -> &'static str {
        "coverage"
    }

    fn help(&self) -> &'static str {
        "How every document ended, with totals that add up, and each one that could not be read, with its reason"
    }

    fn write(
        &self,
        inventory: &Inventory,
        options: &Options,
        out: &mut dyn Write,
    ) -> Result<(), ReportError> {
        let overview = inventory.overview()?;
        writeln!(
            out,
            "{:<24} {:>10} {:>14}",
            "OUTCOME", "FILES", "INSIDE FILES"
        )?;
        let mut sums = (0, 0);
        for (kind, &(files, members)) in &overview.outcomes {
            sums = (sums.0 + files, sums.1 + members);
            writeln!(
                out,
                "{:<24} {:>10} {:>14}",
                kind.title(),
                text::number(files),
                text::number(members)
            )?;
        }
        writeln!(
            out,
            "{:<24} {:>10} {:>14}",
            "sum",
            text::number(sums.0),
            text::number(sums.1)
        )?;
        for root in inventory.roots()? {
            let walked = match root.walked_at {
                Some(at) => format!("walked to its end {}", text::moment(at, &options.timezone)),
                None => "never walked to its end".into(),
            };
            writeln!(
                out,
                "{}: {}, {walked}",
                text::terminal(&root.path.display()),
                text::plural(root.documents, "entry", "entries"),
            )?;
        }
        if let Some(run) = inventory.runs(1)?.first().filter(|run| run.ended.is_some()) {
            writeln!(
                out,
                "Last scan: walked {}, with an outcome {}{}",
                text::number(run.walked),
                text::number(run.accounted()),
                if run.walked == run.accounted() {
                    ""
                } else {
                    ": THESE DIFFER"
                }
            )?;
        }
        let (files, members) = overview.unread();
        writeln!(out)?;
        if files + members == 0 {
            writeln!(out, "Nothing was left unread.")?;
            return Ok(());
        }
        writeln!(out, "Not read, or only in part:")?;
        inventory.unread_places::<ReportError>(|place| {
            let path = place.path.display();
            let path = text::terminal(&path);
            if place.outcome.kind.is_problem() {
                writeln!(
                    out,
                    "{path}: {}",
                    text::terminal(&place.outcome.to_string())
                )?;
            }
            for part in inventory.parts(place)? {
                if part.ordinal > 0 && part.outcome.kind.is_problem() {
                    writeln!(
                        out,
                        "{path} › {}: {}",
                        text::terminal(&part.chain.to_string()),
                        text::terminal(&part.outcome.to_string())
                    )?;
                }
            }
            Ok(())
        })
    }
}
