//! What the two processes of a scan say to each other: one JSON value a line, over the scanner's input and output.
//!
//! The supervisor sends a [`Job`], then [`Order`]s; the scanner answers with [`Report`]s. Secrets of a job travel in the
//! pipe only, never in an argument list.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{
    extract::Ocr,
    inventory::record::{Batch, RawPath, RootId},
    model::Limits,
    scan::fault::Fault,
};

/// All that a scan needs to know.
#[derive(Clone, Serialize, Deserialize)]
pub struct Job {
    /// The inventory to write.
    pub inventory: RawPath,
    /// The key of its blind index, as the key file has it.
    pub key: String,
    /// Folders to scan.
    pub roots: Vec<RawPath>,
    /// What people call them, by their places above; empty when one has no name.
    pub names: Vec<String>,
    /// How documents are read.
    pub reading: Reading,
    /// `--exclude`, as written.
    pub exclude: Vec<String>,
    /// Enter other file systems.
    pub other_file_systems: bool,
    /// Enter snapshot folders.
    pub snapshots: bool,
    /// Workers.
    pub threads: usize,
    /// Keep masked previews.
    pub previews: bool,
    /// Read every document again, changed or not.
    pub again: bool,
    /// Read no faster than so many bytes a second.
    pub max_rate: Option<u64>,
    /// The machine, for the record and the lock's message.
    pub host: String,
    /// The account, for the record.
    pub user: String,
    /// The process that a person would stop: the supervisor.
    pub pid: u32,
    /// When the scan began, for the lock's message.
    pub since: String,
    /// Documents the scanner died on just now.
    pub suspects: Vec<Suspect>,
    /// Shut the scanner off from what it does not need.
    pub sandbox: bool,
    /// Documents, by name, on which the scanner is to fail: see [`fault`](crate::scan::fault).
    pub faults: Vec<(String, Fault)>,
}

impl Job {
    /// What people call a root, given as the walk has it: absolute, links resolved.
    pub fn name_of(&self, root: &Path) -> Option<&str> {
        let at = self.roots.iter().position(|given| {
            let given = given.to_path();
            given == root || std::fs::canonicalize(given).is_ok_and(|given| given == root)
        })?;
        self.names
            .get(at)
            .map(String::as_str)
            .filter(|name| !name.is_empty())
    }
}

/// What decides the result of reading a document. Part of the fingerprint.
#[derive(Clone, Serialize, Deserialize)]
pub struct Reading {
    /// Which rules.
    pub rules: RuleChoice,
    /// Passwords to try on locked documents.
    pub passwords: Vec<String>,
    /// Memory for everything, in bytes.
    pub memory: u64,
    /// Seconds for one document, before what its size adds.
    pub deadline: u64,
    /// Folder for anonymous temporary files; the system's when `None`.
    pub temporary: Option<RawPath>,
    /// How pictures of text are read; they stay unread when `None`.
    pub ocr: Option<OcrReading>,
}

/// OCR by a program of the system.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OcrReading {
    /// The program.
    pub program: RawPath,
    /// What it says its version is: another one reads otherwise.
    pub version: String,
    /// Languages, as it names them: `eng+cym`.
    pub languages: String,
    /// This program and the arguments with which it starts another one shut off from everything: see `cli::outside`.
    pub launcher: Vec<RawPath>,
}

impl OcrReading {
    /// What runs it, for a scan with so many workers: so many pages at once.
    pub fn made(&self, threads: usize) -> Ocr {
        let command = self.launcher.iter().chain([&self.program]);
        let command = command.map(|word| word.to_path().into_os_string());
        Ocr::new(command.collect(), &self.languages, threads)
    }
}

/// Which rules are used, and what they may consult.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleChoice {
    /// Folder of the user's own rules, laid over the built-in ones.
    pub dir: Option<RawPath>,
    /// Ids of rules that are not used.
    pub off: Vec<String>,
    /// Folder of the banks' weight table; that of the rules when `None`.
    pub modulus_table: Option<RawPath>,
}

impl RuleChoice {
    /// The built-in rules, with those of a folder laid over them.
    pub fn with_dir(dir: Option<&Path>) -> RuleChoice {
        RuleChoice {
            dir: dir.map(RawPath::new),
            ..RuleChoice::default()
        }
    }
}

impl Reading {
    /// Programs that reading documents runs: for the sandbox.
    pub fn programs(&self) -> Vec<PathBuf> {
        let ocr = self.ocr.iter();
        ocr.flat_map(|ocr| ocr.launcher.first().into_iter().chain([&ocr.program]))
            .map(RawPath::to_path)
            .collect()
    }

    /// The limits that the guard enforces, with what is left of the memory for documents.
    pub fn limits(&self, documents: u64) -> Limits {
        Limits {
            memory: documents,
            deadline: Duration::from_secs(self.deadline),
            ..Limits::default()
        }
    }
}

/// A document that was being read when the scanner died.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Suspect {
    /// Its root.
    pub root: RootId,
    /// Its path there.
    pub path: RawPath,
}

/// The first line that a scanner is sent.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Do the job.
    Scan(Job),
    /// Read one document and say what came of it; the inventory is not touched.
    Alone {
        /// The job it belongs to.
        job: Job,
        /// The document.
        suspect: Suspect,
        /// Its root.
        root: RawPath,
        /// Its ticket: not one that the scanner has given.
        ticket: u64,
    },
}

/// From the supervisor to the scanner, after the task.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// Commit what came of a suspect read alone: pieces, and the document last.
    Record(Box<Batch>),
    /// Everything is in: close the run.
    Close,
    /// Finish or drop what is in flight, commit, end; why, for the record.
    Stop(String),
}

/// From the scanner to the supervisor.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Report {
    /// It runs.
    Started(Started),
    /// How far it is.
    Progress(Progress),
    /// The walk is over; these are to be read alone. Then [`Order::Record`]s and [`Order::Close`] are awaited.
    Alone(Vec<Suspect>),
    /// The run is closed.
    Ended(Ended),
    /// It cannot go on.
    Failed(Failure),
    /// What came of a document read alone: pieces, and the document last.
    Read(Box<Batch>),
}

/// What the scanner says when it begins.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Started {
    /// Number of the run.
    pub run: i64,
    /// Numbers and paths of the roots.
    pub roots: Vec<(RootId, RawPath)>,
    /// What it has given up, in words: `reads the roots, writes the inventory, no network`.
    pub sandbox: String,
    /// Whether the sandbox holds.
    pub sandboxed: bool,
}

/// Counts so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Entries the walker met.
    pub walked: u64,
    /// Whether it has met them all.
    pub walk_done: bool,
    /// Bytes of the files it met.
    pub walked_bytes: u64,
    /// Entries that have their outcome.
    pub done: u64,
    /// Of those, left as they were.
    pub unchanged: u64,
    /// Bytes of the entries that have their outcome.
    pub done_bytes: u64,
    /// Bytes of the files read.
    pub bytes: u64,
    /// Bytes of text scanned.
    pub text: u64,
    /// Findings.
    pub findings: u64,
    /// Entries in which data may lie unseen.
    pub unread: u64,
}

/// How a run ended.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Ended {
    /// Number of the run.
    pub run: i64,
    /// Counts.
    pub progress: Progress,
    /// Seconds of wall clock of the scanner that ended it.
    pub seconds: f64,
    /// How often the scanner had to be started again.
    pub restarts: u32,
    /// Stopped on request.
    pub interrupted: bool,
    /// Entries walked.
    pub walked: u64,
    /// Entries with an outcome; equal to `walked` or something is wrong.
    pub accounted: u64,
    /// Members of files in which data may lie unseen.
    pub unread_members: u64,
    /// Documents no longer there.
    pub gone: u64,
    /// Documents on a file system inside a root of which nothing was met: not marked as gone.
    pub absent: u64,
    /// Documents in folders that could not be listed: not marked as gone.
    pub unlisted: u64,
    /// Roots that were not there or could not be listed, as they were given: nothing there was marked as gone.
    pub away: Vec<RawPath>,
    /// Roots that met nothing where documents were before: nothing there was marked as gone.
    pub empty: Vec<RawPath>,
    /// Roots that are empty and always were.
    pub bare: Vec<RawPath>,
}

/// Why the scanner cannot go on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Failure {
    /// One line: what failed, on what, what to do.
    pub message: String,
    /// Whether it is the lock of another scan.
    pub locked: bool,
}
