//! A new key for an inventory. Values are not stored, so their hashes cannot be turned into those of another key: what
//! was hashed is dropped, and every document is due to be read again.
//!
//! What stays: places, outcomes, counts by rule and category, history. So reports of figures go on as they were; look-ups
//! and shown findings come back as the next scan reads.

use rusqlite::params;

use crate::inventory::{
    error::InventoryError,
    keys::Key,
    write::{Writer, now},
};

impl Writer {
    /// Drops what was hashed with the old key and takes the new one: all of it or nothing. The file is written anew, so that
    /// no hash of the old key stays in it. Returns how many documents the next scan will read again.
    pub fn rekey(&mut self, new: &Key, user: &str, host: &str) -> Result<u64, InventoryError> {
        let due = self.in_transaction(|tx, _| {
            // A set of rules that nobody has: nothing was read with it, so everything is read again.
            let nothing: i64 = tx.query_row(
                "INSERT INTO rule_set (fingerprint, rules) VALUES (zeroblob(32), 0)
                 ON CONFLICT (fingerprint) DO UPDATE SET rules = rules RETURNING id",
                [],
                |row| row.get(0),
            )?;
            for table in ["value", "name", "name_token", "token_key", "shown", "own", "own_list"] {
                tx.execute(&format!("DELETE FROM {table}"), [])?;
            }
            // What was said of a value speaks of its old hash; what was said of paths stays.
            tx.execute("DELETE FROM review WHERE hash IS NOT NULL", [])?;
            tx.execute("UPDATE content SET rules = ?1", [nothing])?;
            tx.execute("UPDATE document SET rules = ?1", [nothing])?;
            tx.execute(
                "UPDATE setting SET value = ?1 WHERE name = 'key_check'",
                params![&new.check()[..]],
            )?;
            tx.execute("DELETE FROM setting WHERE name = 'values'", [])?;
            let due: i64 = tx.query_row(
                "SELECT COUNT(*) FROM document WHERE gone_run IS NULL",
                [],
                |row| row.get(0),
            )?;
            tx.execute(
                "INSERT INTO audit (at, user, host, action, detail, purpose) VALUES (?1, ?2, ?3, 'key', ?4, '')",
                params![now(), user, host, r#"{"key":"rotated"}"#],
            )?;
            Ok(due as u64)
        })?;
        self.db
            .execute_batch(
                "PRAGMA wal_checkpoint(TRUNCATE); VACUUM; PRAGMA wal_checkpoint(TRUNCATE);",
            )
            .map_err(|e| self.sql(e))?;
        Ok(due)
    }
}
