//! The reading side: what reports, look-ups and `status` ask of an inventory.
//!
//! Everything here reads committed rows through one read-only connection, in memory that does not grow with the
//! inventory, and returns plain values. The iterations are in `rows`, the figures in `overview`, look-ups in `lookup`.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OptionalExtension as _, Row};
use serde::Serialize;

use crate::{
    inventory::{
        database,
        error::InventoryError,
        keys::Key,
        record::{RawPath, RootId, RunId},
    },
    model::OutcomeKind,
};

/// An inventory open for reading.
pub struct Inventory {
    pub(super) db: Connection,
    pub(super) path: PathBuf,
}

/// A scan, as it is on record.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    /// Its number.
    pub id: RunId,
    /// Milliseconds since 1970.
    pub started: i64,
    /// Milliseconds since 1970; `None` while it runs or when it died.
    pub ended: Option<i64>,
    /// `complete`, `interrupted` or `failed`; `None` as above.
    pub ending: Option<String>,
    /// Version of the program.
    pub version: String,
    /// Number of rules.
    pub rules: u64,
    /// Machine.
    pub host: String,
    /// Account.
    pub user: String,
    /// Process.
    pub pid: u32,
    /// How often it went on after its process had died.
    pub resumed: u64,
    /// Entries the walker met.
    pub walked: u64,
    /// Bytes of the files read.
    pub bytes: u64,
    /// Bytes of text scanned.
    pub text: u64,
    /// Wall clock.
    pub seconds: f64,
    /// Why it ended before it was complete, or what stopped it.
    pub reason: Option<String>,
    /// Entries and members by outcome.
    pub outcomes: BTreeMap<OutcomeKind, (u64, u64)>,
}

impl Run {
    /// Entries with an outcome; equal to `walked` in every run that ended well.
    pub fn accounted(&self) -> u64 {
        self.outcomes.values().map(|(entries, _)| entries).sum()
    }
}

/// A root, as it is on record.
#[derive(Clone, Debug, Serialize)]
pub struct Root {
    /// Its number.
    pub id: RootId,
    /// Where.
    pub path: RawPath,
    /// What people call it.
    pub name: Option<String>,
    /// When it was last walked to its end, milliseconds since 1970; `None`: never.
    pub walked_at: Option<i64>,
    /// Documents that were there then.
    pub documents: u64,
    /// Documents that are gone.
    pub gone: u64,
}

impl Root {
    /// What to call it: its name, else its path.
    pub fn label(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.path.display())
    }
}

/// How an inventory is, beyond what is in it.
#[derive(Clone, Debug, Serialize)]
pub struct Health {
    /// Size of the file in bytes, with its log.
    pub bytes: u64,
    /// Whether the index of hashes is built; without it look-ups read everything.
    pub indexed: bool,
    /// Documents the scanner died on that have no outcome since: place and how often.
    pub suspects: Vec<(RawPath, u64)>,
}

impl Inventory {
    /// Opens an inventory. It must be there, be one, and not be newer than this program.
    pub fn open(path: &Path) -> Result<Inventory, InventoryError> {
        Ok(Inventory {
            db: database::open_to_read(path)?,
            path: path.to_owned(),
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn sql(&self, error: rusqlite::Error) -> InventoryError {
        InventoryError::from_sql(&self.path, error)
    }

    /// Has everything that `ask` reads come from one state of the inventory, though a scan writes meanwhile. It also spares
    /// taking and leaving the file's lock for each of hundreds of small questions.
    pub fn at_once<T, E: From<InventoryError>>(
        &self,
        ask: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let state = match self.db.is_autocommit() {
            true => Some(self.db.unchecked_transaction().map_err(|e| self.sql(e))?),
            // Within another.
            false => None,
        };
        let answer = ask();
        drop(state);
        answer
    }

    /// Refuses a key that the inventory was not written with.
    pub fn check_key(&self, key: &Key) -> Result<(), InventoryError> {
        let stored: Option<Vec<u8>> = self
            .db
            .query_row(
                "SELECT value FROM setting WHERE name = 'key_check'",
                [],
                |row| row.get(0),
            )
            .optional()
            .map_err(|e| self.sql(e))?;
        match stored {
            Some(check) if check != key.check() => Err(InventoryError::WrongKey(self.path.clone())),
            _ => Ok(()),
        }
    }

    /// The latest runs, newest first.
    pub fn runs(&self, most: usize) -> Result<Vec<Run>, InventoryError> {
        self.read_runs(most).map_err(|e| self.sql(e))
    }

    fn read_runs(&self, most: usize) -> rusqlite::Result<Vec<Run>> {
        let mut runs = self
            .db
            .prepare_cached(
                "SELECT r.id, started, ended, ending, version, s.rules, host, user, pid, resumed,
                        walked, bytes, text, seconds, reason
                 FROM run r JOIN rule_set s ON s.id = r.rules ORDER BY r.id DESC LIMIT ?1",
            )?
            .query_map([most as i64], |row| {
                Ok(Run {
                    id: RunId(row.get(0)?),
                    started: row.get(1)?,
                    ended: row.get(2)?,
                    ending: row.get(3)?,
                    version: row.get(4)?,
                    rules: count(row, 5)?,
                    host: row.get(6)?,
                    user: row.get(7)?,
                    pid: row.get(8)?,
                    resumed: count(row, 9)?,
                    walked: count(row, 10)?,
                    bytes: count(row, 11)?,
                    text: count(row, 12)?,
                    seconds: row.get::<_, Option<f64>>(13)?.unwrap_or(0.0),
                    reason: row.get(14)?,
                    outcomes: BTreeMap::new(),
                })
            })?
            .collect::<Result<Vec<_>, _>>()?;
        let mut statement = self
            .db
            .prepare_cached("SELECT outcome, entries, members FROM run_outcome WHERE run = ?1")?;
        for run in &mut runs {
            let mut rows = statement.query([run.id.0])?;
            while let Some(row) = rows.next()? {
                let kind = outcome_kind(row.get_ref(0)?.as_str()?);
                run.outcomes.insert(kind, (count(row, 1)?, count(row, 2)?));
            }
        }
        Ok(runs)
    }

    /// The roots, in the order they were first scanned. How many documents they have is counted when a scan ends; while
    /// one writes, and after one that died, it is counted anew.
    pub fn roots(&self) -> Result<Vec<Root>, InventoryError> {
        let read = || -> rusqlite::Result<Vec<Root>> {
            let ended = self.db.prepare_cached("SELECT 1 FROM rollup")?.exists([])?;
            let sql = match ended {
                true => "SELECT id, path, walked_at, documents, gone, name FROM root ORDER BY id",
                false => {
                    "SELECT r.id, r.path, r.walked_at, count(d.id) - count(d.gone_run), count(d.gone_run), r.name
                     FROM root r LEFT JOIN folder f ON f.root = r.id LEFT JOIN document d ON d.folder = f.id
                     GROUP BY r.id ORDER BY r.id"
                }
            };
            self.db
                .prepare_cached(sql)?
                .query_map([], |row| {
                    Ok(Root {
                        id: RootId(row.get(0)?),
                        path: name(row, 1)?,
                        walked_at: row.get(2)?,
                        documents: count(row, 3)?,
                        gone: count(row, 4)?,
                        name: row.get(5)?,
                    })
                })?
                .collect()
        };
        read().map_err(|e| self.sql(e))
    }

    /// How the inventory itself is.
    pub fn health(&self) -> Result<Health, InventoryError> {
        let read = || -> rusqlite::Result<(bool, Vec<(RawPath, u64)>)> {
            let indexed = self
                .db
                .query_row(
                    "SELECT 1 FROM sqlite_schema WHERE name = 'value_hash'",
                    [],
                    |_| Ok(()),
                )
                .optional()?
                .is_some();
            let suspects = self
                .db
                .prepare(
                    "SELECT r.path, s.path, s.deaths FROM suspect s JOIN root r ON r.id = s.root",
                )?
                .query_map([], |row| {
                    Ok((joined(&name(row, 0)?, &name(row, 1)?), count(row, 2)?))
                })?
                .collect::<Result<_, _>>()?;
            Ok((indexed, suspects))
        };
        let (indexed, suspects) = read().map_err(|e| self.sql(e))?;
        let bytes = ["", "-wal"]
            .iter()
            .filter_map(|suffix| std::fs::metadata(database::with_suffix(&self.path, suffix)).ok())
            .map(|m| m.len())
            .sum();
        Ok(Health {
            bytes,
            indexed,
            suspects,
        })
    }
}

/// A column of type ANY as bytes.
pub(super) fn name(row: &Row<'_>, column: usize) -> rusqlite::Result<RawPath> {
    Ok(RawPath(row.get_ref(column)?.as_bytes()?.to_vec()))
}

/// A number that is never negative; null is none.
pub(super) fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(row
        .get::<_, Option<i64>>(column)?
        .map_or(0, |n| u64::try_from(n).unwrap_or(0)))
}

/// Two paths as one, with a separator unless one of them is empty.
pub(super) fn joined(folder: &RawPath, name: &RawPath) -> RawPath {
    let mut path = folder.0.clone();
    if !path.is_empty() && !path.ends_with(b"/") && !name.0.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(&name.0);
    RawPath(path)
}

/// The kind with a stored id. One that this program does not know cannot be told from a file that changed under it.
pub(super) fn outcome_kind(id: &str) -> OutcomeKind {
    OutcomeKind::from_id(id).unwrap_or(OutcomeKind::Changed)
}
