//! What can go wrong with an inventory, each in one sentence that says what to do.

use std::{io, path::PathBuf};

use rusqlite::ErrorCode;
use thiserror::Error;

use crate::inventory::keys::KeyError;

/// A failure of the inventory. None of them loses what was committed before.
#[derive(Debug, Error)]
pub enum InventoryError {
    /// No file there.
    #[error("there is no inventory at {0}; `domesday scan` makes one")]
    Missing(PathBuf),
    /// A file that is something else.
    #[error("{0} is not a domesday inventory; nothing was changed in it: name another file")]
    Foreign(PathBuf),
    /// A database of a newer program.
    #[error(
        "{path} was written by a newer domesday (schema {found}, this program knows {known}); nothing was changed in it: use the newer program"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest schema this program knows.
        known: i64,
    },
    /// A database of an older program, where it cannot be changed.
    #[error(
        "{path} was written by an older domesday (schema {found}, this program reads {known}) and cannot be brought up to date where it is ({why}): copy it to a folder that can be written and open it there"
    )]
    Older {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The schema this program reads.
        known: i64,
        /// Why it cannot be changed.
        why: String,
    },
    /// A damaged database.
    #[error(
        "the inventory {0} is damaged ({1}); restore it from a backup, or move it away and scan anew"
    )]
    Corrupt(PathBuf, String),
    /// Another scan is writing.
    #[error("the inventory {0} is in use by another scan ({1}); wait for it or stop it")]
    Locked(PathBuf, String),
    /// Another program holds the database.
    #[error("the inventory {0} is locked by another program; try again when it is done")]
    Busy(PathBuf),
    /// No room.
    #[error(
        "no space left to write the inventory {0}; what was committed stands: free some space and run the same command again"
    )]
    Full(PathBuf),
    /// No permission to write.
    #[error("the inventory {0} cannot be written: {1}")]
    ReadOnly(PathBuf, String),
    /// The key does not fit.
    #[error(
        "the key is not the one the inventory {0} was written with; use the right key file or environment"
    )]
    WrongKey(PathBuf),
    /// The key cannot be had.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The system refused.
    #[error("the inventory {0} cannot be used: {1}")]
    Io(PathBuf, io::Error),
    /// A record that breaks the contract between scan and inventory; a bug.
    #[error("a record that does not fit the inventory: {0}")]
    Record(&'static str),
    /// No such finding, or too many.
    #[error("{0}")]
    Finding(String),
    /// Anything else SQLite says.
    #[error("the inventory {0} cannot be used: {1}")]
    Sql(PathBuf, rusqlite::Error),
}

impl InventoryError {
    /// The sentence for what SQLite said about the file at `path`.
    pub(super) fn from_sql(path: &std::path::Path, error: rusqlite::Error) -> Self {
        let path = path.to_owned();
        let rusqlite::Error::SqliteFailure(failure, detail) = &error else {
            return InventoryError::Sql(path, error);
        };
        let detail = detail.clone().unwrap_or_else(|| failure.to_string());
        // An I/O error's extended code says which call failed; a write refused by a size limit (EFBIG) or a full disk
        // behind a network shows up there rather than as SQLITE_FULL.
        const IOERR_WRITE: i32 = 778;
        match failure.code {
            ErrorCode::NotADatabase => InventoryError::Foreign(path),
            ErrorCode::DatabaseCorrupt => InventoryError::Corrupt(path, detail),
            ErrorCode::DiskFull => InventoryError::Full(path),
            ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied => {
                InventoryError::ReadOnly(path, detail)
            }
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => InventoryError::Busy(path),
            ErrorCode::SystemIoFailure if failure.extended_code == IOERR_WRITE => {
                InventoryError::Full(path)
            }
            _ => InventoryError::Sql(path, error),
        }
    }
}
