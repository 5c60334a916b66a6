//! The pipeline and who watches over it: walk → extract → detect → inventory, restartable at any moment.
//!
//! Two processes ([`supervise`]): one shows progress and watches, one does the work ([`pipeline`]). They speak in
//! [`job`]'s words. `cli` starts both. [`document`] is where reading meets detecting, for `inspect` as well.

pub mod ahead;
pub mod alone;
pub mod contents;
pub mod counters;
mod digest;
pub mod document;
pub mod fault;
pub mod job;
mod outbox;
pub mod pace;
pub mod pipeline;
pub mod plan;
mod reading;
pub mod sandbox;
pub mod stamp;
pub mod supervise;
mod taken;
pub mod tools;
pub mod worker;

use std::{io, path::PathBuf};

pub use job::{Ended, Job, Progress, Reading, RuleChoice, Started};
pub use tools::{Tools, rules_of};

use crate::{detect::DetectError, inventory::InventoryError, walk::WalkError};

/// Why a scan cannot go on. Each is one clear line, and the end of the command.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// A root or an exclusion is wrong.
    #[error(transparent)]
    Walk(#[from] WalkError),
    /// A rule is wrong.
    #[error(transparent)]
    Rules(#[from] DetectError),
    /// The weight table that was named is not there.
    #[error("there is no valacdos.txt in {}: put the banks' weight table there, or name its folder", .0.display())]
    NoTable(PathBuf),
    /// The inventory cannot be used.
    #[error(transparent)]
    Inventory(#[from] InventoryError),
    /// The journal cannot be written.
    #[error("{path} cannot be written ({error}): the inventory's folder must be writable", path = .0.display(), error = .1)]
    Journal(PathBuf, io::Error),
    /// No thread to be had.
    #[error("the system gives no more threads ({0}): try fewer with --threads")]
    Thread(io::Error),
    /// The scanner process cannot be started or spoken to.
    #[error("the scanner process cannot be {0} ({1})")]
    Process(&'static str, io::Error),
    /// The scanner said why it failed.
    #[error("{0}")]
    Failed(String),
    /// The scanner died again and again, and not on a document.
    #[error(
        "the scanner died {0} times without a document to blame ({1}): this is a fault of domesday; what was committed stands"
    )]
    Died(u32, String),
    /// A fault of this program.
    #[error("{0}: this is a fault of domesday; what was committed stands")]
    Bug(&'static str),
}
