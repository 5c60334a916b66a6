//! `domesday report`: pages and exports from an inventory.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::{
    Args,
    builder::{PossibleValue, PossibleValuesParser},
};

use crate::{
    cli::{exit::Exit, inspect::level, options, terminal},
    inventory::{AuditEntry, Inventory, log_use, record::RunId},
    model::Level,
    report::{self, REPORTS},
};

/// Print a report from an inventory: the summary, what could not be read, or every finding
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  domesday report summary                         what is held, where, and what could not be read
  domesday report coverage -i office.db           every document that was not read, with the reason
  domesday report csv -o findings.csv             every finding, for a spreadsheet
  domesday report jsonl --at-least high | jq .    for a program")]
pub struct ReportArgs {
    /// Which report
    #[arg(value_name = "REPORT", value_parser = names())]
    pub report: String,

    /// The inventory
    #[arg(short, long, value_name = "FILE", default_value = "domesday.db")]
    pub inventory: PathBuf,

    /// Leave findings below this level out of lists: low, medium or high
    #[arg(long, value_name = "LEVEL", default_value = "medium", value_parser = level)]
    pub at_least: Level,

    /// For `changes`: the scan to compare with, by its number in `status`; without it the one before the last
    #[arg(long, value_name = "SCAN")]
    pub since: Option<i64>,

    /// Write to a file instead of the standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// The names of the registry, with what each is for.
fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(
        REPORTS
            .iter()
            .map(|report| PossibleValue::new(report.name()).help(report.help())),
    )
}

/// Runs the command.
pub fn run(args: &ReportArgs) -> anyhow::Result<Exit> {
    let report = report::find(&args.report).context("there is no such report")?;
    let inventory = Inventory::open(&args.inventory)?;
    log(report.name(), &args.inventory);
    let options = report::Options {
        since: args.since.map(RunId),
        ..report_options(args.at_least)
    };
    let mut out: Box<dyn Write> = match &args.output {
        None => Box::new(terminal::output()),
        Some(file) => {
            options::check_folder_of(file)?;
            Box::new(BufWriter::new(File::create(file).with_context(|| {
                format!("{} cannot be written", file.display())
            })?))
        }
    };
    report.write(&inventory, &options, &mut *out)?;
    out.flush()?;
    Ok(Exit::Complete)
}

/// Notes in the inventory's log that a report is made. A copy that cannot be written, such as an auditor's, is read all the
/// same, and that it was is said.
pub fn log(report: &str, inventory: &Path) {
    let (user, host) = (options::user(), options::host());
    let entry = AuditEntry {
        user: &user,
        host: &host,
        action: "report",
        detail: serde_json::json!({ "report": report }),
    };
    if let Err(error) = log_use(inventory, &entry) {
        terminal::complain(&format!(
            "domesday: this report is not in the log of the inventory: {}",
            crate::report::text::terminal(&error.to_string())
        ));
    }
}

/// What reports are told.
pub fn report_options(least: Level) -> report::Options {
    report::Options {
        least,
        since: None,
        now: jiff::Timestamp::now(),
        timezone: jiff::tz::TimeZone::system(),
        program: "domesday".to_owned(),
    }
}
