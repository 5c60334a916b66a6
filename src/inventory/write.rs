//! The one writer: batches of a scan → rows.
//!
//! Invariants, kept whatever dies when:
//!
//! 1. A document is `read` only with all its findings: a batch is one transaction, and rows sent ahead of their document
//!    hang on a content that no document points at until the document itself comes.
//! 2. A reader sees committed rows only.
//! 3. A document that vanished is marked gone, never dropped, and only after a walk of its whole root.
//! 4. A run is closed last: one without an end died, and the next start goes on with it.
//! 5. What is committed survives a power cut: `synchronous = FULL`, in a write-ahead log.
//!
//! `scan` owns a writer on one thread. One writer per inventory, by a lock that dies with its process.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::inventory::{
    bulk::Bulk,
    database::{self, ScanLock},
    error::InventoryError,
    keys::Key,
    met::Met,
    numbers::Cache,
    record::{Batch, DocumentId, RawPath, RootId, RunId, RunStart},
    writing::{Name, Writing},
};

/// Rows written live into the index of hashes before it is put off to the end of the run.
const LIVE_INDEX_ROWS: u64 = 200_000;

/// The writer. See the invariants above.
pub struct Writer {
    pub(super) db: Connection,
    pub(super) path: PathBuf,
    _lock: ScanLock,
    pub(super) run: Option<CurrentRun>,
    pub(super) cache: Cache,
    pub(super) tickets: HashMap<u64, Ticket>,
    pub(super) met: Met,
    pub(super) last: Option<Last>,
    /// Whether a transaction is open: what was taken and not committed.
    open: bool,
    /// Whether there may be documents the scanner died on.
    pub(super) suspects: bool,
}

/// What stood when a run began: if all of it is met and nothing else, it still stands when the run ends.
pub(super) struct Last {
    /// Entries that were there, of all roots.
    pub(super) documents: u64,
    /// The figures of reports.
    pub(super) figures: String,
}

/// The run being written.
#[derive(Clone, Copy)]
pub(super) struct CurrentRun {
    pub(super) id: i64,
    pub(super) rules: i64,
    /// Rows of the blind index before this run, and in it.
    pub(super) values_before: u64,
    pub(super) values_now: u64,
}

/// A document whose parts come ahead of it.
pub(super) struct Ticket {
    pub(super) content: i64,
    /// Parts that came in pieces, by ordinal.
    pub(super) open: HashMap<u32, i64>,
}

impl Writer {
    /// Opens an inventory to write, making it if there is none. `holder` is what another scan is told meanwhile:
    /// `process 4711 on fileserver since 22:00`.
    pub fn open(path: &Path, key: &Key, holder: &str) -> Result<Writer, InventoryError> {
        let lock = ScanLock::take(path, holder)?;
        let db = database::open_to_write(path)?;
        let mut writer = Writer {
            db,
            path: path.to_owned(),
            _lock: lock,
            run: None,
            cache: Cache::default(),
            tickets: HashMap::new(),
            met: Met::default(),
            last: None,
            open: false,
            suspects: true,
        };
        writer.check_key(key)?;
        writer.suspects = !writer.suspects()?.is_empty();
        writer.forget_unfinished()?;
        Ok(writer)
    }

    pub(super) fn sql(&self, error: rusqlite::Error) -> InventoryError {
        InventoryError::from_sql(&self.path, error)
    }

    fn check_key(&mut self, key: &Key) -> Result<(), InventoryError> {
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
            Some(check) if check == key.check() => Ok(()),
            Some(_) => Err(InventoryError::WrongKey(self.path.clone())),
            None => self
                .db
                .execute(
                    "INSERT INTO setting (name, value) VALUES ('key_check', ?1), ('created', ?2)",
                    params![&key.check()[..], now()],
                )
                .map(|_| ())
                .map_err(|e| self.sql(e)),
        }
    }

    /// The number of a root, by its absolute path; new ones get one.
    pub fn root(&mut self, path: &Path) -> Result<RootId, InventoryError> {
        let path = RawPath::new(path);
        let run = self.run.map(|run| run.id);
        self.db
            .query_row(
                "INSERT INTO root (path, added_run) VALUES (?1, ?2)
                 ON CONFLICT (path) DO UPDATE SET path = path RETURNING id",
                params![Name(&path.0), run],
                |row| row.get(0),
            )
            .map(RootId)
            .map_err(|e| self.sql(e))
    }

    /// Says what people call a root.
    pub fn name_root(&mut self, root: RootId, name: &str) -> Result<(), InventoryError> {
        self.db
            .execute(
                "UPDATE root SET name = ?2 WHERE id = ?1 AND name IS NOT ?2",
                params![root.0, name],
            )
            .map(|_| ())
            .map_err(|e| self.sql(e))
    }

    /// Starts a run, or goes on with the last one if that died and had the same rules, options and version.
    pub fn start(&mut self, start: &RunStart) -> Result<RunId, InventoryError> {
        let rules = self.in_transaction(|tx, writer| {
            let rules = writer.cache.rule_set(tx, &start.rules)?;
            tx.execute(
                "UPDATE rule_set SET rules = ?2 WHERE id = ?1",
                params![rules, start.rule_count],
            )?;
            Ok(rules)
        })?;
        let last: Option<(i64, bool)> = self
            .db
            .query_row(
                "SELECT id, rules = ?1 AND version = ?2 AND options = ?3
                 FROM run WHERE ending IS NULL ORDER BY id DESC LIMIT 1",
                params![rules, start.version, start.options],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()
            .map_err(|e| self.sql(e))?;
        // A run that goes on has changed what stood before it.
        self.last = match last {
            Some((_, true)) => None,
            _ => self.last_figures()?,
        };
        let id = self.in_transaction(|tx, _| {
            tx.execute("DELETE FROM rollup", [])?;
            if let Some((id, true)) = last {
                tx.execute(
                    "UPDATE run SET resumed = resumed + 1, pid = ?2, host = ?3, reason = NULL WHERE id = ?1",
                    params![id, start.pid, start.host],
                )?;
                return Ok(id);
            }
            if last.is_some() {
                tx.execute(
                    "UPDATE run SET ending = 'interrupted', ended = ?1 WHERE ending IS NULL",
                    [now()],
                )?;
            }
            tx.execute(
                "INSERT INTO run (started, version, rules, options, host, user, pid)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    now(),
                    start.version,
                    rules,
                    start.options,
                    start.host,
                    start.user,
                    start.pid
                ],
            )?;
            Ok(tx.last_insert_rowid())
        })?;
        let values_before = self.setting("values")?.unwrap_or(0);
        self.run = Some(CurrentRun {
            id,
            rules,
            values_before: values_before as u64,
            values_now: 0,
        });
        self.met = Met::default();
        Ok(RunId(id))
    }

    fn last_figures(&self) -> Result<Option<Last>, InventoryError> {
        self.db
            .query_row(
                "SELECT figures, (SELECT SUM(documents) FROM root) FROM rollup",
                [],
                |row| {
                    Ok(Last {
                        figures: row.get(0)?,
                        documents: row.get::<_, Option<i64>>(1)?.unwrap_or(0) as u64,
                    })
                },
            )
            .optional()
            .map_err(|e| self.sql(e))
    }

    /// Notes what stopped the run that was started last; it stays open, and the next scan goes on with it.
    pub fn note_failure(path: &Path, reason: &str) -> Result<(), InventoryError> {
        let sql = |e| InventoryError::from_sql(path, e);
        database::open_to_write(path)?
            .execute(
                "UPDATE run SET reason = ?1 WHERE ending IS NULL AND id = (SELECT max(id) FROM run)",
                [reason],
            )
            .map(|_| ())
            .map_err(sql)
    }

    pub(super) fn setting(&self, name: &str) -> Result<Option<i64>, InventoryError> {
        self.db
            .query_row("SELECT value FROM setting WHERE name = ?1", [name], |row| {
                row.get(0)
            })
            .optional()
            .map_err(|e| self.sql(e))
    }

    pub(super) fn current(&self) -> Result<CurrentRun, InventoryError> {
        self.run
            .ok_or(InventoryError::Record("a batch outside of a run"))
    }

    /// Commits a batch with all that was taken before it: all of it or, on an error, nothing of it. After an error the
    /// writer can be used again, but parts sent ahead are lost, so the run should end as failed.
    pub fn commit(&mut self, batch: &Batch) -> Result<(), InventoryError> {
        self.take(batch)?;
        self.end()
    }

    /// Takes a batch, to be committed with the next: parts ahead of their document need not last before it comes, and
    /// pages that one lot after another touches are written once.
    pub fn take(&mut self, batch: &Batch) -> Result<(), InventoryError> {
        self.current()?;
        if !(batch.early.is_empty() && batch.documents.is_empty()) {
            self.put_off_index()?;
            self.begin()?;
            self.work(|tx, writer| {
                for early in &batch.early {
                    let content = writer.ticket(tx, early.ticket)?;
                    for part in &early.parts {
                        writer.part(tx, content, early.ticket, part)?;
                    }
                }
                for document in &batch.documents {
                    writer.document(tx, document)?;
                }
                Ok(())
            })?;
        }
        for seen in &batch.seen {
            self.met.seen(*seen);
        }
        Ok(())
    }

    /// Opens a transaction if none is.
    fn begin(&mut self) -> Result<(), InventoryError> {
        if !self.open {
            self.db
                .execute_batch("BEGIN IMMEDIATE")
                .map_err(|e| self.sql(e))?;
            self.open = true;
        }
        Ok(())
    }

    /// Commits the open transaction.
    fn end(&mut self) -> Result<(), InventoryError> {
        if self.open {
            let ended = self.db.execute_batch("COMMIT").map_err(|e| self.sql(e));
            self.open = false;
            if ended.is_err() {
                self.undo();
            }
            ended?;
        }
        Ok(())
    }

    /// Leaves nothing of the open transaction.
    fn undo(&mut self) {
        // A full disk may have ended it already.
        let _ = self.db.execute_batch("ROLLBACK");
        self.open = false;
        self.cache = Cache::default();
    }

    /// Runs `work` in a transaction of its own, with the writer's other fields at hand.
    pub(super) fn in_transaction<'b, T>(
        &mut self,
        work: impl FnOnce(&Connection, &mut Writing<'_, 'b>) -> Result<T, WriteError>,
    ) -> Result<T, InventoryError> {
        self.end()?;
        self.begin()?;
        let value = self.work(work)?;
        self.end()?;
        Ok(value)
    }

    /// Runs `work` in the open transaction; if it fails nothing of that is left.
    fn work<'b, T>(
        &mut self,
        work: impl FnOnce(&Connection, &mut Writing<'_, 'b>) -> Result<T, WriteError>,
    ) -> Result<T, InventoryError> {
        let mut writing = Writing {
            run: &mut self.run,
            cache: &mut self.cache,
            tickets: &mut self.tickets,
            suspects: &mut self.suspects,
            met: &mut self.met,
            bulk: Bulk::default(),
            documents: Vec::new(),
        };
        let result = work(&self.db, &mut writing).and_then(|value| {
            writing.flush(&self.db)?;
            Ok(value)
        });
        result.map_err(|error| {
            self.undo();
            match error {
                WriteError::Sql(error) => InventoryError::from_sql(&self.path, error),
                WriteError::Record(what) => InventoryError::Record(what),
            }
        })
    }

    /// Puts the index of hashes off to the end of the run once it is clear that this run writes much: kept live, random
    /// keys cost ten times the rest. Without it look-ups are slow until the run ends, and right all the same.
    fn put_off_index(&mut self) -> Result<(), InventoryError> {
        let run = self.current()?;
        if run.values_now >= LIVE_INDEX_ROWS.max(run.values_before / 8)
            || run.values_before < LIVE_INDEX_ROWS
        {
            self.db
                .execute_batch("DROP INDEX IF EXISTS value_hash")
                .map_err(|e| self.sql(e))?;
        }
        Ok(())
    }
}

/// What a transaction of the writer can fail with.
pub(super) enum WriteError {
    Sql(rusqlite::Error),
    Record(&'static str),
}

impl From<rusqlite::Error> for WriteError {
    fn from(error: rusqlite::Error) -> Self {
        WriteError::Sql(error)
    }
}

/// Milliseconds since 1970. A clock before that counts as then.
pub(super) fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |d| d.as_millis() as i64)
}

/// For tests and messages.
impl Writer {
    /// Bounds the file to so many pages, as a full disk would.
    pub fn limit_pages(&self, pages: i64) -> Result<(), InventoryError> {
        self.db
            .query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))
            .map_err(|e| self.sql(e))
    }

    /// The number of the document at a path, gone or not.
    pub fn document_at(
        &self,
        root: RootId,
        path: &RawPath,
    ) -> Result<Option<DocumentId>, InventoryError> {
        let (folder, name) = path.split();
        self.db
            .query_row(
                "SELECT d.id FROM document d JOIN folder f ON f.id = d.folder
                 WHERE f.root = ?1 AND f.path = ?2 AND d.name = ?3",
                params![root.0, Name(folder), Name(name)],
                |row| row.get(0),
            )
            .optional()
            .map(|id| id.map(DocumentId))
            .map_err(|e| self.sql(e))
    }
}
