//! Reports: an inventory in, a page out.
//!
//! One file a report, one line each in [`REPORTS`]; the command line's choices and help are printed from that list. What a
//! report says is worked out as a plain model first and rendered after, so that a page elsewhere can use the same model.
//! Reports read committed rows only, and every one that gives figures says what was not read.

mod changes;
mod copies;
mod coverage;
mod csv;
mod documents;
pub mod evaluate;
mod exposure;
mod folders;
mod html;
mod jsonl;
pub mod metrics;
pub mod summary;
pub mod text;
pub mod tree;

pub use html::Escaped;

use std::io;

use jiff::{Timestamp, tz::TimeZone};
use thiserror::Error;

use crate::{
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
    /// What is taken for now: ages and periods are counted back from it.
    pub now: Timestamp,
    /// For dates.
    pub timezone: TimeZone,
    /// How the program was called, for the commands suggested: `domesday`.
    pub program: String,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            least: Level::Medium,
            since: None,
            now: Timestamp::now(),
            timezone: TimeZone::UTC,
            program: "domesday".into(),
        }
    }
}

/// One kind of report.
pub trait Report: Sync {
    /// Its name on the command line.
    fn name(&self) -> &'static str;
    /// What it is for, in one sentence.
    fn help(&self) -> &'static str;
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
    &copies::Copies,
    &changes::Changes,
    &html::Html,
    &documents::Documents,
    &csv::Csv,
    &jsonl::Jsonl,
    &metrics::Metrics,
];

/// The report with this name.
pub fn find(name: &str) -> Option<&'static dyn Report> {
    REPORTS.iter().copied().find(|report| report.name() == name)
}
