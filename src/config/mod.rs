//! `domesday.toml`: what a site has decided once and for all commands.
//!
//! The types are plain, and each key is the long option of the same name where there is one. `cli` finds the file, lets the
//! environment and the command line go before it, and hands the rest on: `report` reads the retention rules and the
//! business functions. This room reads one file and judges it; it looks at no environment and prints nothing.
//!
//! A new key is a field here, a line in the template (a test holds that every key stands there), and, if it is the value of
//! an option, nothing else: see `cli::settings`.

mod load;
pub mod value;

use std::{path::PathBuf, time::Duration};

use jiff::civil::Time;
use serde::{Deserialize, Serialize};

pub use load::{ConfigError, FILE_NAME, Loaded, TEMPLATE, Written};
pub use value::Period;

use crate::model::Category;
use value::read;

/// The whole file. Unknown keys are errors everywhere.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The inventory of all commands.
    pub inventory: Option<PathBuf>,
    /// What no scan looks at, as in a .gitignore.
    pub exclude: Vec<String>,
    /// Folders to scan.
    #[serde(rename = "root")]
    pub roots: Vec<Root>,
    /// How a scan is run.
    pub scan: Scan,
    /// Which rules, and what they may consult.
    pub rules: Rules,
    /// How requests of people are answered.
    pub request: Request,
    /// Reports written after each scan.
    #[serde(rename = "output")]
    pub outputs: Vec<Output>,
    /// How long what is kept.
    pub retention: Vec<Retention>,
    /// Who keeps the record of processing.
    pub organisation: Organisation,
    /// Business functions and their purposes: rows of the record of processing.
    #[serde(rename = "function")]
    pub functions: Vec<Function>,
}

/// A folder to scan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Root {
    /// Where; a relative one starts at the folder of the file.
    pub path: PathBuf,
    /// What people call it.
    pub name: Option<String>,
}

/// How a scan is run: options of `domesday scan` by their names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scan {
    /// Documents read at the same time.
    pub threads: Option<u16>,
    /// Memory for everything, in bytes.
    #[serde(deserialize_with = "read::size_key")]
    pub memory: Option<u64>,
    /// Seconds for one document, before what its size adds.
    pub deadline: Option<u64>,
    /// File with passwords to try, one a line.
    pub passwords: Option<PathBuf>,
    /// Read the text in pictures.
    pub ocr: Option<bool>,
    /// Languages of that text.
    pub ocr_languages: Option<String>,
    /// Folder for temporary copies.
    pub temporary: Option<PathBuf>,
    /// Enter other file systems.
    pub other_file_systems: Option<bool>,
    /// Enter snapshot folders.
    pub snapshots: Option<bool>,
    /// Keep no masked previews.
    pub no_preview: Option<bool>,
    /// Run the scanner with all rights of its account.
    pub no_sandbox: Option<bool>,
    /// End with status 1 when such data is there.
    pub fail_on: Vec<String>,
    /// Print nothing but errors.
    pub quiet: Option<bool>,
    /// Stop at this time of day.
    #[serde(deserialize_with = "read::time_key")]
    pub until: Option<Time>,
    /// Stop after so long.
    #[serde(deserialize_with = "read::lasting_key")]
    pub max_duration: Option<Duration>,
    /// How far to stand back from other programs, 0 to 19.
    pub nice: Option<u8>,
    /// Read no faster than so many bytes a second.
    #[serde(deserialize_with = "read::rate_key")]
    pub max_rate: Option<u64>,
    /// How progress is told: `text` or `json`.
    pub log_format: Option<String>,
    /// File of figures for Prometheus, written after each scan.
    pub metrics: Option<PathBuf>,
    /// Command run after each scan.
    pub on_finish: Option<String>,
}

/// Which rules, and what they may consult.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rules {
    /// Folder of rule files laid over the built-in ones.
    pub dir: Option<PathBuf>,
    /// Ids of rules not to use.
    pub off: Vec<String>,
    /// Folder with the banks' weight table, `valacdos.txt`.
    pub modulus_table: Option<PathBuf>,
}

/// How requests of people are answered: options of `domesday request` and `domesday find` by their names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Request {
    /// Folder of the cases.
    pub cases: Option<PathBuf>,
    /// Whose bank holidays count.
    pub nation: Option<String>,
    /// Days after which a scan is too old to answer from.
    pub max_age: Option<u64>,
}

/// A report written after each scan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// Its name, as `domesday report` has it.
    pub report: String,
    /// Where to.
    pub file: PathBuf,
}

/// How long what is kept. A document falls under the first rule that it fits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// What people call the rule.
    pub name: Option<String>,
    /// Places, as in a .gitignore, below any root; empty: everywhere.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Documents with findings of these; empty: any document with personal data.
    #[serde(default)]
    pub categories: Vec<Category>,
    /// How long.
    pub keep: Period,
    /// Counted from when.
    #[serde(default)]
    pub from: CountedFrom,
}

/// When a retention period begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CountedFrom {
    /// When the content last changed.
    #[default]
    Modified,
    /// When it was last read, where the system keeps that.
    Accessed,
    /// A date in the name of the file or of a folder it lies in; where there is none, when it last changed.
    Name,
}

/// Who keeps the record of processing (UK GDPR Art 30(1)(a)).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Organisation {
    /// The controller.
    pub name: Option<String>,
    /// How to reach it.
    pub contact: Option<String>,
    /// The data protection officer and how to reach them.
    pub dpo: Option<String>,
    /// The representative, where there must be one.
    pub representative: Option<String>,
}

/// A purpose of a business function: one row of the record of processing. What a scan is evidence for is filled in from
/// findings; the rest is what the controller declares here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // each is the column of that name in the ICO's documentation template for controllers
pub struct Function {
    /// The business function: `Human resources`.
    pub name: String,
    /// What for: `Pay`. Several purposes are several `[[function]]` of one name.
    pub purpose: Option<String>,
    /// Where its documents lie, as in a .gitignore, below any root.
    #[serde(default)]
    pub paths: Vec<String>,
    pub joint_controller: Option<String>,
    #[serde(default)]
    pub individuals: Vec<String>,
    #[serde(default)]
    pub personal_data: Vec<String>,
    #[serde(default)]
    pub recipients: Vec<String>,
    #[serde(default)]
    pub processors: Vec<String>,
    pub processor_contract: Option<String>,
    #[serde(default)]
    pub transfers: Vec<String>,
    pub transfer_safeguards: Option<String>,
    pub retention: Option<String>,
    pub security_measures: Option<String>,
    pub lawful_basis: Option<String>,
    pub legitimate_interests: Option<String>,
    pub legitimate_interests_assessment: Option<String>,
    pub article_9_condition: Option<String>,
    pub schedule_1_condition: Option<String>,
    pub policy_document: Option<String>,
    pub rights: Option<String>,
    pub automated_decisions: Option<String>,
    pub source: Option<String>,
    pub consent_record: Option<String>,
    pub location: Option<String>,
    pub dpia_required: Option<String>,
    pub dpia: Option<String>,
    pub breaches: Option<String>,
}
