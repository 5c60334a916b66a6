//! What can go wrong with a case, each in one sentence that says what to do. None of it changes the case.

use std::{io, path::PathBuf};

use thiserror::Error;

use crate::{find::FindError, inventory::InventoryError, scan::ScanError};

/// A failure. The case is as it was before.
#[derive(Debug, Error)]
pub enum RequestError {
    /// There is no such case.
    #[error("there is no case {0} in {1}; `domesday request list` tells which there are")]
    NoCase(String, PathBuf),
    /// There is one already.
    #[error("there is a case {0} already; give another --reference, or none")]
    Exists(String),
    /// A name that is no name for a folder.
    #[error(
        "a case cannot be called {0:?}: use letters, digits, dots, dashes and underscores, at most 64"
    )]
    Name(String),
    /// The log does not hold together.
    #[error(
        "the log of case {case} is broken at entry {entry}: {what}; nothing was changed: restore {path} from a copy"
    )]
    Broken {
        /// The case.
        case: String,
        /// The first entry that does not follow.
        entry: u64,
        /// Why.
        what: String,
        /// The file.
        path: PathBuf,
    },
    /// It is not the time for that.
    #[error("{0}")]
    Refused(String),
    /// A date that cannot be.
    #[error("{0}")]
    Date(String),
    /// The description of the person.
    #[error("{0}: {1}")]
    Person(String, String),
    /// A worksheet or worklist that was filled in wrongly.
    #[error("{path}, line {line}: {what}")]
    Sheet {
        /// The file.
        path: PathBuf,
        /// Its line, from 1.
        line: u64,
        /// What is wrong.
        what: String,
    },
    /// Somebody else is at it.
    #[error("the case {0} is being written by another command; try again when it is done")]
    Busy(String),
    /// The system refused.
    #[error("{path} cannot be {what}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// `read`, `written`, …
        what: &'static str,
        /// Why.
        source: io::Error,
    },
    /// The inventory.
    #[error(transparent)]
    Inventory(#[from] InventoryError),
    /// The look-up.
    #[error(transparent)]
    Find(#[from] FindError),
    /// Reading again.
    #[error(transparent)]
    Scan(#[from] ScanError),
}

impl RequestError {
    /// For `map_err`: the system refused to do `what` to `path`.
    pub fn io(path: impl Into<PathBuf>, what: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| RequestError::Io { path, what, source }
    }

    /// It is not the time for that, in a sentence.
    pub fn refused(why: impl Into<String>) -> Self {
        RequestError::Refused(why.into())
    }
}
