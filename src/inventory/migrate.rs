//! The schema and its versions: what a database says it is, how a new one is made, how an older one is brought up to date.
//!
//! A version is written in `PRAGMA user_version`, and `PRAGMA application_id` says that the file is ours. `schema.sql` is
//! always the newest; `migrations/N-to-M.sql` takes a database one step. **To change the schema**: edit `schema.sql`, and
//! add the same to the last script if no release has its version yet, else add a script and a line to [`STEPS`]. A test
//! holds that a database migrated from the oldest version and a new one are the same.

use rusqlite::Connection;

/// `Dome` in the header of the file, so that `file` and we know it.
const APPLICATION: i64 = 0x446f_6d65;

/// The tables, as one script, with a sentence for every column. What `domesday schema` prints.
pub const SCHEMA: &str = include_str!("schema.sql");

/// Scripts that take schema n (from 1) to n + 1. The script of a version is never edited once released.
const STEPS: &[&str] = &[
    include_str!("migrations/1-to-2.sql"),
    include_str!("migrations/2-to-3.sql"),
];

/// The schema this program reads and writes.
pub const VERSION: i64 = 1 + STEPS.len() as i64;

/// What a database says it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Identity {
    /// An empty database: nobody's yet.
    New,
    /// An inventory of this schema.
    Ours(i64),
    /// Somebody else's.
    Foreign,
}

/// Asks it.
pub(super) fn identify(db: &Connection) -> rusqlite::Result<Identity> {
    let number = |pragma: &str| db.query_row(pragma, [], |row| row.get::<_, i64>(0));
    let version = number("PRAGMA user_version")?;
    Ok(match number("PRAGMA application_id")? {
        APPLICATION if version > 0 => Identity::Ours(version),
        0 if version == 0 && number("SELECT COUNT(*) FROM sqlite_schema")? == 0 => Identity::New,
        _ => Identity::Foreign,
    })
}

/// Makes the tables in an empty database: all or nothing.
pub(super) fn create(db: &mut Connection) -> rusqlite::Result<()> {
    let tx = db.transaction()?;
    tx.execute_batch(SCHEMA)?;
    tx.execute_batch(&format!(
        "PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION};"
    ))?;
    tx.commit()
}

/// Takes an older database to this program's schema: all steps or, whatever stops it, none.
pub(super) fn migrate(db: &mut Connection, from: i64) -> rusqlite::Result<()> {
    let tx = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    // Another process may have done it while this one waited for the lock.
    let from = match identify(&tx)? {
        Identity::Ours(now) => now,
        _ => from,
    };
    for step in STEPS.iter().skip(usize::try_from(from - 1).unwrap_or(0)) {
        tx.execute_batch(step)?;
    }
    tx.execute_batch(&format!("PRAGMA user_version = {VERSION};"))?;
    tx.commit()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_column_has_its_sentence() {
        for line in SCHEMA.lines() {
            let line = line.trim();
            let column = line
                .split(' ')
                .next()
                .is_some_and(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
                && ["INTEGER", "TEXT", "BLOB", "REAL", "ANY"]
                    .iter()
                    .any(|t| line.split(' ').nth(1) == Some(t));
            assert!(!column || line.contains("-- "), "no sentence: {line}");
        }
    }

    #[test]
    fn the_schema_says_its_version() {
        assert!(
            SCHEMA.starts_with(&format!("-- The inventory, schema {VERSION}.")),
            "the first line of schema.sql names schema {VERSION}"
        );
    }
}
