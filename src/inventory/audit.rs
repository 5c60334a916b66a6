//! The log of what is done with an inventory besides look-ups: which report was made, when, by whom. Never a value.

use std::path::Path;

use rusqlite::params;
use serde_json::Value;

use crate::inventory::{database, error::InventoryError, write::now};

/// An entry of the log.
#[derive(Clone, Debug, Default)]
pub struct AuditEntry<'a> {
    /// Account.
    pub user: &'a str,
    /// Machine.
    pub host: &'a str,
    /// What was done, in a word: `report`.
    pub action: &'a str,
    /// What of it.
    pub detail: Value,
}

/// Writes an entry.
pub fn log_use(path: &Path, entry: &AuditEntry<'_>) -> Result<(), InventoryError> {
    database::open_to_write(path)?
        .execute(
            "INSERT INTO audit (at, user, host, action, detail, purpose) VALUES (?1, ?2, ?3, ?4, ?5, '')",
            params![now(), entry.user, entry.host, entry.action, entry.detail.to_string()],
        )
        .map(|_| ())
        .map_err(|e| InventoryError::from_sql(path, e))
}
