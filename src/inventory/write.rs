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
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use rusqlite::{
    Connection, OptionalExtension as _, params,
    types::{ToSqlOutput, ValueRef},
};

use crate::{
    inventory::{
        bulk::{self, Bulk, DocumentRow},
        database::{self, ScanLock},
        error::InventoryError,
        gather::Keyed,
        keys::Key,
        met::Met,
        record::{
            Access, Batch, ContentRecord, DocumentId, DocumentRecord, Exposure, Fingerprint,
            RawPath, RootId, RunId, RunStart, Stamp,
        },
    },
    model::{Category, OutcomeKind},
};

/// Entries of a cache before it is emptied: what bounds the writer's memory.
const MOST_CACHED: usize = 200_000;

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

/// Numbers of what is stored once. Emptied when a transaction fails, since its numbers were never given.
#[derive(Default)]
pub(super) struct Cache {
    ids: Option<Ids>,
    pub(super) folders: HashMap<(i64, Vec<u8>), i64>,
    /// The folder last asked for: documents come folder by folder.
    folder: Option<(i64, Vec<u8>, i64)>,
    pub(super) principals: HashMap<String, i64>,
    pub(super) rules: HashMap<String, i64>,
    pub(super) rule_sets: HashMap<Fingerprint, i64>,
    pub(super) readers: HashMap<String, i64>,
    /// Places in `content.categories`.
    pub(super) categories: HashMap<Category, i64>,
    /// Hashes of names and tokens written in this run.
    pub(super) names: HashSet<u64, Keyed>,
}

/// Numbers given last, so that rows can be written many at a time.
#[derive(Clone, Copy)]
pub(super) struct Ids {
    document: i64,
    part: i64,
    /// Folders up to this one were there before: others hold nothing but what was written since.
    folder: i64,
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

/// The writer without its connection, which a transaction has borrowed.
pub(super) struct Writing<'w, 'b> {
    pub(super) run: &'w mut Option<CurrentRun>,
    pub(super) cache: &'w mut Cache,
    pub(super) tickets: &'w mut HashMap<u64, Ticket>,
    pub(super) suspects: &'w mut bool,
    met: &'w mut Met,
    pub(super) bulk: Bulk<'b>,
    /// New documents on their way.
    documents: Vec<DocumentRow<'b>>,
}

/// What is known of a document before this record.
struct Before {
    id: i64,
    content: Option<i64>,
    exposure: Exposure,
    outcome: String,
    gone: bool,
}

impl<'b> Writing<'_, 'b> {
    pub(super) fn current(&self) -> Result<CurrentRun, WriteError> {
        self.run.ok_or(WriteError::Record("a row outside of a run"))
    }

    fn document(&mut self, tx: &Connection, record: &'b DocumentRecord) -> Result<(), WriteError> {
        let (folder, name) = record.path.split();
        let folder = self.cache.folder(tx, record.root, folder)?;
        match folder > self.cache.ids(tx)?.folder {
            true => self.new_document(tx, record, folder, name),
            false => {
                self.flush(tx)?;
                self.document_in(tx, record, folder, name)
            }
        }
    }

    /// A document in a folder that is new too: nothing is there to compare it with.
    fn new_document(
        &mut self,
        tx: &Connection,
        record: &'b DocumentRecord,
        folder: i64,
        name: &'b [u8],
    ) -> Result<(), WriteError> {
        let run = self.current()?;
        let (content, rules) = match &record.content {
            Some(content) => {
                let (id, counted) = self.content(tx, content)?;
                if !counted {
                    count(tx, id, 1)?;
                }
                (Some(id), self.cache.rule_set(tx, &content.rules)?)
            }
            None => (None, run.rules),
        };
        let Access {
            owner, group, acl, ..
        } = &record.access;
        let id = self.cache.next_document(tx)?;
        self.documents.push(DocumentRow {
            id,
            folder,
            record,
            name,
            owner: self.cache.principal(tx, owner)?,
            group: self.cache.principal(tx, group)?,
            acl: self.cache.principal(tx, acl)?,
            content,
            rules,
            run: run.id,
        });
        self.met.recorded(id, false);
        if let Some(part) = &record.name {
            self.name_part(tx, id, part)?;
        }
        self.no_suspect(tx, record)
    }

    /// Writes what is on its way.
    fn flush(&mut self, tx: &Connection) -> Result<(), WriteError> {
        self.bulk.flush(tx)?;
        let documents = std::mem::take(&mut self.documents);
        if bulk::documents(tx, &documents)? == documents.len() {
            return Ok(());
        }
        // Some folders tell of an entry twice while they change: what was seen last stands.
        for row in &documents {
            let written = tx
                .prepare_cached("SELECT 1 FROM document WHERE id = ?1")?
                .exists([row.id])?;
            if !written {
                if let Some(content) = row.content {
                    count(tx, content, -1)?;
                }
                self.drop_parts(tx, "document", row.id)?;
                self.document_in(tx, row.record, row.folder, row.name)?;
                self.bulk.flush(tx)?;
            }
        }
        Ok(())
    }

    fn no_suspect(&self, tx: &Connection, record: &DocumentRecord) -> Result<(), WriteError> {
        if *self.suspects {
            tx.prepare_cached("DELETE FROM suspect WHERE root = ?1 AND path = ?2")?
                .execute(params![record.root.0, record.path.0])?;
        }
        Ok(())
    }

    /// A document in a folder that was there before.
    fn document_in(
        &mut self,
        tx: &Connection,
        record: &'b DocumentRecord,
        folder: i64,
        name: &'b [u8],
    ) -> Result<(), WriteError> {
        let run = self.current()?;
        let before = tx
            .prepare_cached(
                "SELECT id, content, exposure, outcome, gone_run IS NOT NULL
                 FROM document WHERE folder = ?1 AND name = ?2",
            )?
            .query_row(params![folder, Name(name)], |row| {
                Ok(Before {
                    id: row.get(0)?,
                    content: row.get(1)?,
                    exposure: Exposure::from_number(row.get(2)?),
                    outcome: row.get(3)?,
                    gone: row.get(4)?,
                })
            })
            .optional()?;
        let mut counted = false;
        let content = match &record.content {
            Some(content) => {
                let content = self.content(tx, content)?;
                counted = content.1;
                Some(content.0)
            }
            // Not opened this time: what it held when it last was still stands, unless the user wants it left out.
            None if keeps_content(record.outcome.kind) => before.as_ref().and_then(|b| b.content),
            None => None,
        };
        let rules = match &record.content {
            Some(ContentRecord { rules, .. }) => self.cache.rule_set(tx, rules)?,
            None => run.rules,
        };
        let id = self.document_row(tx, record, folder, name, content, rules, before.as_ref())?;
        self.met
            .recorded(id, before.as_ref().is_some_and(|before| !before.gone));
        if let Some(before) = &before {
            self.changes(tx, run.id, before, record, content)?;
        }
        let before_content = before
            .as_ref()
            .and_then(|b| (!b.gone).then_some(b.content)?);
        if before_content != content {
            let now = content.filter(|_| !counted);
            for (content, by) in [(before_content, -1), (now, 1)] {
                if let Some(content) = content {
                    count(tx, content, by)?;
                }
            }
        }
        if before.is_some() {
            self.drop_parts(tx, "document", id)?;
        }
        if let Some(part) = &record.name {
            self.name_part(tx, id, part)?;
        }
        self.no_suspect(tx, record)
    }

    #[allow(clippy::too_many_arguments)] // one call, one row
    fn document_row(
        &mut self,
        tx: &Connection,
        record: &DocumentRecord,
        folder: i64,
        name: &[u8],
        content: Option<i64>,
        rules: i64,
        before: Option<&Before>,
    ) -> Result<i64, WriteError> {
        let run = self.current()?;
        let Access {
            owner, group, acl, ..
        } = &record.access;
        let owner = self.cache.principal(tx, owner)?;
        let group = self.cache.principal(tx, group)?;
        let acl = self.cache.principal(tx, acl)?;
        let stamp: Option<&Stamp> = record.stamp.as_ref();
        let values = params![
            folder,
            Name(name),
            stamp.map(|s| s.size as i64),
            stamp.map(|s| s.mtime),
            stamp.map(|s| s.ctime),
            stamp.map(|s| s.inode as i64),
            stamp.map(|s| s.device as i64),
            stamp.map(|s| s.links as i64),
            record.access.accessed,
            owner,
            group,
            acl,
            record.access.mode,
            record.access.exposure() as i64,
            record.outcome.kind.id(),
            record.outcome.reason,
            content,
            rules,
            run.id,
        ];
        Ok(match before {
            None => {
                let id = self.cache.next_document(tx)?;
                let row = DocumentRow {
                    id,
                    folder,
                    record,
                    name,
                    owner,
                    group,
                    acl,
                    content,
                    rules,
                    run: run.id,
                };
                bulk::documents(tx, &[row])?;
                id
            }
            Some(before) => {
                tx.prepare_cached(
                    "UPDATE document SET size = ?3, mtime = ?4, ctime = ?5, inode = ?6, device = ?7, links = ?8,
                        accessed = ?9, owner = ?10, grp = ?11, acl = ?12, mode = ?13, exposure = ?14, outcome = ?15,
                        reason = ?16, content = ?17, rules = ?18, met_run = ?19, gone_run = NULL, gone_at = NULL
                     WHERE folder = ?1 AND name = ?2",
                )?
                .execute(values)?;
                before.id
            }
        })
    }

    /// Notes what happened to a document that was known.
    fn changes(
        &self,
        tx: &Connection,
        run: i64,
        before: &Before,
        record: &DocumentRecord,
        content: Option<i64>,
    ) -> Result<(), WriteError> {
        let note = |what: &str, old: ToSqlOutput<'_>, new: ToSqlOutput<'_>| {
            tx.prepare_cached(
                "INSERT INTO change (run, document, what, before, after) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![run, before.id, what, old, new])
            .map(|_| ())
        };
        if before.gone {
            note("returned", null(), null())?;
        }
        if before.content.is_some() && content.is_some() && before.content != content {
            note("changed", null(), null())?;
        }
        let exposure = record.access.exposure();
        let known = |e: Exposure| e != Exposure::Unknown;
        if exposure != before.exposure && known(exposure) && known(before.exposure) {
            note(
                if exposure > before.exposure {
                    "exposed"
                } else {
                    "closed"
                },
                before.exposure.name().into(),
                exposure.name().into(),
            )?;
        }
        let was_read = OutcomeKind::from_id(&before.outcome).is_some_and(|kind| kind.was_read());
        let is_read = record.outcome.kind.was_read();
        if was_read != is_read {
            note(
                if is_read { "readable" } else { "unreadable" },
                before.outcome.as_str().into(),
                record.outcome.kind.id().into(),
            )?;
        }
        Ok(())
    }
}

/// Whether a document that could not be opened keeps what was found in it before.
fn keeps_content(kind: OutcomeKind) -> bool {
    !matches!(kind, OutcomeKind::Excluded | OutcomeKind::NotAFile)
}

fn null() -> ToSqlOutput<'static> {
    ToSqlOutput::Borrowed(ValueRef::Null)
}

/// A name for a column of type ANY: text where it is UTF-8, bytes where not.
pub(super) struct Name<'a>(pub(super) &'a [u8]);

impl rusqlite::ToSql for Name<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match std::str::from_utf8(self.0) {
            Ok(_) => ValueRef::Text(self.0),
            Err(_) => ValueRef::Blob(self.0),
        }))
    }
}

/// Milliseconds since 1970. A clock before that counts as then.
pub(super) fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |d| d.as_millis() as i64)
}

/// Counts a document more or less that holds a content.
fn count(tx: &Connection, content: i64, by: i64) -> rusqlite::Result<()> {
    tx.prepare_cached("UPDATE content SET live = live + ?2 WHERE id = ?1")?
        .execute([content, by])?;
    Ok(())
}

impl Cache {
    /// The numbers given last.
    fn ids(&mut self, tx: &Connection) -> rusqlite::Result<&mut Ids> {
        let ids = match self.ids {
            Some(ids) => ids,
            None => {
                let last = |table: &str| {
                    tx.query_row(
                        &format!(
                            "SELECT max(COALESCE((SELECT max(id) FROM {table}), 0),
                                COALESCE((SELECT seq FROM sqlite_sequence WHERE name = '{table}'), 0))"
                        ),
                        [],
                        |row| row.get(0),
                    )
                };
                Ids {
                    document: last("document")?,
                    part: last("part")?,
                    folder: last("folder")?,
                }
            }
        };
        Ok(self.ids.insert(ids))
    }

    fn next_document(&mut self, tx: &Connection) -> rusqlite::Result<i64> {
        let ids = self.ids(tx)?;
        ids.document += 1;
        Ok(ids.document)
    }

    /// The number of the next part.
    pub(super) fn next_part(&mut self, tx: &Connection) -> rusqlite::Result<i64> {
        let ids = self.ids(tx)?;
        ids.part += 1;
        Ok(ids.part)
    }

    pub(super) fn rule_set(
        &mut self,
        tx: &Connection,
        fingerprint: &Fingerprint,
    ) -> rusqlite::Result<i64> {
        if let Some(&id) = self.rule_sets.get(fingerprint) {
            return Ok(id);
        }
        let id = tx.query_row(
            "INSERT INTO rule_set (fingerprint, rules) VALUES (?1, 0)
             ON CONFLICT (fingerprint) DO UPDATE SET rules = rules RETURNING id",
            [&fingerprint[..]],
            |row| row.get(0),
        )?;
        self.rule_sets.insert(*fingerprint, id);
        Ok(id)
    }

    fn folder(&mut self, tx: &Connection, root: RootId, path: &[u8]) -> rusqlite::Result<i64> {
        if let Some((of, lately, id)) = &self.folder
            && *of == root.0
            && lately == path
        {
            return Ok(*id);
        }
        let key = (root.0, path.to_vec());
        if let Some(&id) = self.folders.get(&key) {
            self.folder = Some((key.0, key.1, id));
            return Ok(id);
        }
        // What is new is told by its number.
        self.ids(tx)?;
        let id = tx
            .prepare_cached(
                "INSERT INTO folder (root, path) VALUES (?1, ?2)
                 ON CONFLICT (root, path) DO UPDATE SET path = path RETURNING id",
            )?
            .query_row(params![root.0, Name(path)], |row| row.get(0))?;
        if self.folders.len() >= MOST_CACHED {
            self.folders.clear();
        }
        self.folders.insert(key, id);
        Ok(id)
    }

    fn principal(&mut self, tx: &Connection, name: &str) -> rusqlite::Result<Option<i64>> {
        if name.is_empty() {
            return Ok(None);
        }
        let table = &mut self.principals;
        intern(tx, table, name, |tx| {
            tx.query_row(
                "INSERT INTO principal (name) VALUES (?1)
                 ON CONFLICT (name) DO UPDATE SET name = name RETURNING id",
                [name],
                |row| row.get(0),
            )
        })
        .map(Some)
    }
}

/// The number of a name, from the cache or else from the database.
pub(super) fn intern(
    tx: &Connection,
    table: &mut HashMap<String, i64>,
    name: &str,
    find: impl FnOnce(&Connection) -> rusqlite::Result<i64>,
) -> rusqlite::Result<i64> {
    if let Some(&id) = table.get(name) {
        return Ok(id);
    }
    let id = find(tx)?;
    if table.len() >= MOST_CACHED {
        table.clear();
    }
    table.insert(name.to_owned(), id);
    Ok(id)
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
