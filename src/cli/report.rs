//! `domesday report`: pages and exports from an inventory.

use std::{
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, bail};
use clap::{
    Args,
    builder::{PossibleValue, PossibleValuesParser},
};

use crate::{
    cli::{exit::Exit, inspect::level, ocr, options, terminal, whole},
    config::Config,
    inventory::{AuditEntry, Inventory, log_use, record::RunId},
    model::Level,
    report::{self, REPORTS, Report, ReportError, table},
};

/// Print a report from an inventory: what is held and where, what is overdue, what could not be read, every finding
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  domesday report summary                         what is held, where, and what could not be read
  domesday report coverage -i office.db           every document that was not read, with the reason
  domesday report html -o office.html             a page to open in a browser
  domesday report xlsx -o office.xlsx             the same as a workbook
  domesday report ropa -o ropa.xlsx               the record of processing (UK GDPR Art 30); your edits are kept
  domesday report risk                            which documents and folders to see to first, and why
  domesday report retention                       what is overdue by the rules in domesday.toml
  domesday report changes --since 3               what happened since scan 3 (`status` numbers them)
  domesday report csv -o findings.csv             every finding, for a spreadsheet
  domesday report folders --format jsonl | jq .   for a program; `report columns` documents every column")]
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

    /// For what changed: the scan to compare with, by its number in `status`; without it the one before the last
    #[arg(long, value_name = "SCAN")]
    pub since: Option<i64>,

    /// As rows for a program instead of text for people: csv or jsonl
    #[arg(long, value_name = "FORMAT", value_parser = ["text", "csv", "jsonl"])]
    pub format: Option<String>,

    /// Write to a file instead of the standard output; it is replaced only when the report is complete
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
pub fn run(args: &ReportArgs, config: &Config) -> anyhow::Result<Exit> {
    let report = report::find(&args.report).context("there is no such report")?;
    let rows = rows(&args.report, args.format.as_deref())?;
    let inventory = Inventory::open(&args.inventory)?;
    log(report.name(), &args.inventory);
    let options = report::Options {
        since: args.since.map(RunId),
        ..report_options(args.at_least, config)
    };
    match &args.output {
        Some(file) => match rows {
            Some(rows) => {
                options::check_folder_of(file)?;
                whole::write(file, false, |out| Ok(rows(&inventory, &options, out)?))
            }
            None => write_file(report, &inventory, options, file),
        }?,
        None => {
            let mut out = terminal::output();
            match rows {
                Some(rows) => rows(&inventory, &options, &mut out)?,
                None if report.is_binary() && std::io::stdout().is_terminal() => bail!(
                    "`{}` is a workbook and no text: name a file with --output",
                    args.report
                ),
                None => report.write(&inventory, &options, &mut out)?,
            }
            out.flush()?;
        }
    }
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

/// A report to a file. What stood there before is known to the report, and stays if it fails.
pub fn write_file(
    report: &dyn Report,
    inventory: &Inventory,
    options: report::Options,
    file: &Path,
) -> anyhow::Result<()> {
    let options = report::Options {
        existing: file.exists().then(|| file.to_owned()),
        ..options
    };
    options::check_folder_of(file)?;
    whole::write(file, false, |out| {
        Ok(report.write(inventory, &options, out)?)
    })
}

/// Writes a table's rows.
type Rows = Box<dyn Fn(&Inventory, &report::Options, &mut dyn Write) -> Result<(), ReportError>>;

/// The rows of a report in a format for programs; none when the text is asked for.
fn rows(name: &str, format: Option<&str>) -> anyhow::Result<Option<Rows>> {
    let Some(format) = format.filter(|format| *format != "text") else {
        return Ok(None);
    };
    if let Some(rows) = report::rows_of(name, format) {
        return Ok(Some(Box::new(rows)));
    }
    bail!(
        "`{name}` has no rows: --format {format} goes with {}",
        table::TABLES
            .iter()
            .map(|table| table.name())
            .collect::<Vec<_>>()
            .join(", ")
    )
}

/// What reports are told.
pub fn report_options(least: Level, config: &Config) -> report::Options {
    report::Options {
        least,
        since: None,
        config: Arc::new(config.clone()),
        existing: None,
        now: jiff::Timestamp::now(),
        timezone: jiff::tz::TimeZone::system(),
        ocr_at_hand: ocr::at_hand(),
        program: "domesday".to_owned(),
    }
}
