//! Reports: an inventory in, a page out.
//!
//! One file a report, one line each in [`REPORTS`]; the command line's choices and help are printed from that list. What a
//! report says is worked out as a plain model first and rendered after, so that a page elsewhere can use the same model.
//! Reports read committed rows only, and every one that gives figures says what was not read.

pub mod ages;
mod changes;
mod copies;
mod coverage;
mod csv;
pub mod dates;
pub mod evaluate;
mod exposure;
mod folders;
mod html;
mod jsonl;
pub mod metrics;
pub mod retention;
pub mod risk;
mod ropa;
pub mod summary;
pub mod table;
pub mod text;
pub mod tree;
mod xlsx;

pub use html::Escaped;

use std::{io, path::PathBuf, sync::Arc};

use jiff::{Timestamp, tz::TimeZone};
use thiserror::Error;

use crate::{
    config::Config,
    inventory::{Inventory, InventoryError, record::RunId},
    model::Level,
};

/// Why a report stopped.
#[derive(Debug, Error)]
pub enum ReportError {
    /// The inventory.
    #[error(transparent)]
    Inventory(#[from] InventoryError),
    /// A scan to compare with that is not on record, and those that are.
    #[error("there is no scan {run} on record: {known}")]
    NoSuchRun {
        /// Its number.
        run: i64,
        /// The numbers there are, in words.
        known: String,
    },
    /// A workbook with what people wrote that cannot be read back.
    #[error(
        "{} cannot be read as the workbook that it would replace ({why}): nothing was written; mend it, move it away, or name another file",
        file.display()
    )]
    Workbook {
        /// Which.
        file: PathBuf,
        /// Why.
        why: String,
    },
    /// Where it is written to.
    #[error("the report cannot be written: {0}")]
    Output(#[from] io::Error),
}

impl ReportError {
    /// Whether the reader of the output went away (`| head`), which is no failure.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, ReportError::Output(e) if e.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// What a report may be told.
#[derive(Clone, Debug)]
pub struct Options {
    /// Findings below this level are left out of lists.
    pub least: Level,
    /// For what changed: the run to compare with; `None`: the one before the last.
    pub since: Option<RunId>,
    /// What the site has decided: retention rules, business functions.
    pub config: Arc<Config>,
    /// The file that is going to be replaced, for reports that take over what people wrote into it.
    pub existing: Option<PathBuf>,
    /// What is taken for now: ages and periods are counted back from it.
    pub now: Timestamp,
    /// For dates.
    pub timezone: TimeZone,
    /// Whether pictures of text could be read here if it were asked for: what to do about them is another thing then.
    pub ocr_at_hand: bool,
    /// How the program was called, for the commands suggested: `domesday`.
    pub program: String,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            least: Level::Medium,
            since: None,
            config: Arc::default(),
            existing: None,
            now: Timestamp::now(),
            timezone: TimeZone::UTC,
            ocr_at_hand: false,
            program: "domesday".into(),
        }
    }
}

impl Options {
    /// The day it is.
    pub fn today(&self) -> jiff::civil::Date {
        self.now.to_zoned_datetime(self.timezone.clone()).date()
    }
}

/// One kind of report.
pub trait Report: Sync {
    /// Its name on the command line.
    fn name(&self) -> &'static str;
    /// What it is for, in one sentence.
    fn help(&self) -> &'static str;
    /// Whether it is no text, so that no terminal should show it.
    fn is_binary(&self) -> bool {
        false
    }
    /// Writes it.
    fn write(
        &self,
        inventory: &Inventory,
        options: &Options,
        out: &mut dyn io::Write,
    ) -> Result<(), ReportError>;
}

/// Every report.
pub static REPORTS: &[&dyn Report] = &[
    &summary::Summary,
    &coverage::Coverage,
    &folders::Folders,
    &exposure::Exposure,
    &risk::RiskReport,
    &copies::Copies,
    &changes::Changes,
    &retention::Retention,
    &html::Html,
    &xlsx::Xlsx,
    &ropa::Ropa,
    &table::AsCsv(&table::Documents),
    &table::AsCsv(&table::Categories),
    &table::AsCsv(&table::Findings),
    &csv::Csv,
    &jsonl::Jsonl,
    &metrics::Metrics,
    &table::Columns,
];

/// The rows of a report with this name as `csv` or `jsonl`.
pub fn rows_of(
    name: &str,
    format: &str,
) -> Option<impl Fn(&Inventory, &Options, &mut dyn io::Write) -> Result<(), ReportError> + 'static>
{
    let table = table::find(name)?;
    let write = match format {
        "csv" => table::csv,
        "jsonl" => table::jsonl,
        _ => return None,
    };
    Some(
        move |inventory: &Inventory, options: &Options, out: &mut dyn io::Write| {
            write(table, inventory, options, out)
        },
    )
}

/// The report with this name.
pub fn find(name: &str) -> Option<&'static dyn Report> {
    REPORTS.iter().copied().find(|report| report.name() == name)
}
