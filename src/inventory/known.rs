//! What a scan needs to know to leave a document alone: the stamps of last time, and which contents are read.
//!
//! Answers one folder at a time, because a walk meets the documents of a folder together: a million unchanged documents
//! cost a million steps along an index, not a million searches, and memory stays that of a few folders.

use std::{collections::HashMap, path::Path, sync::Arc};

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::{
    inventory::{
        database,
        error::InventoryError,
        record::{Digest, DocumentId, Fingerprint, RawPath, RootId, Seen, Stamp},
        writing::Name,
    },
    model::{Outcome, OutcomeKind},
};

/// Folders kept at hand: more than a parallel walk has open at a time.
const FOLDERS: usize = 256;

/// Documents of one folder loaded at once; a larger folder is asked name by name.
const MOST_LOADED: usize = 20_000;

/// Formats with the versions of the readers that read them.
pub type Readers = Arc<[(String, u32)]>;

/// A document as it was last time.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownDocument {
    /// Its number.
    pub document: DocumentId,
    /// Its stamp.
    pub stamp: Option<Stamp>,
    /// How it ended.
    pub outcome: Outcome,
    /// Rules and options it was looked at with.
    pub rules: Fingerprint,
    /// Readers that it and its members went through; empty when it was not opened.
    pub readers: Readers,
}

impl KnownDocument {
    /// Whether it can be left as it is: its stamp, the rules and the versions of its readers (`version` gives today's)
    /// are the same. What the system refused last time is tried again, whatever its stamp.
    pub fn settled(
        &self,
        stamp: &Stamp,
        rules: &Fingerprint,
        version: impl Fn(&str) -> Option<u32>,
    ) -> Option<Seen> {
        use OutcomeKind as K;
        let tried_again = matches!(
            self.outcome.kind,
            K::Denied | K::Changed | K::Offline | K::Excluded | K::NotAFile
        );
        let same = self.stamp.is_some_and(|s| s.same_file(stamp))
            && self.rules == *rules
            && current(&self.readers, version);
        (same && !tried_again).then(|| self.seen())
    }

    /// Whether it ended so last time, for entries that are not opened: excluded ones, links, placeholders.
    pub fn same_outcome(&self, outcome: &Outcome) -> Option<Seen> {
        (self.outcome == *outcome).then(|| self.seen())
    }

    fn seen(&self) -> Seen {
        Seen {
            document: self.document,
            outcome: counted_as(self.outcome.kind),
        }
    }
}

/// How a document that was met again counts: as unchanged if it was read, else as what it was and still is, so that what
/// cannot be read is told after every scan and not only after the first.
pub(super) fn counted_as(kind: OutcomeKind) -> OutcomeKind {
    if kind.was_read() {
        OutcomeKind::Unchanged
    } else {
        kind
    }
}

fn current(readers: &Readers, version: impl Fn(&str) -> Option<u32>) -> bool {
    readers
        .iter()
        .all(|(format, then)| version(format) == Some(*then))
}

/// Looks up documents and contents; each thread that asks has its own.
pub struct Known {
    db: Connection,
    path: std::path::PathBuf,
    /// By root and path, as bytes of both.
    folders: HashMap<Vec<u8>, Folder>,
    /// Working space for such a key: a look allocates nothing.
    key: Vec<u8>,
    tick: u64,
    rule_sets: HashMap<i64, Fingerprint>,
    reader_sets: HashMap<i64, Readers>,
    /// Whether everything was read by the readers of today, so that nobody need look by which.
    current: bool,
}

struct Folder {
    used: u64,
    documents: Documents,
}

enum Documents {
    Loaded(HashMap<Vec<u8>, KnownDocument>),
    /// Too many to load.
    Many(i64),
}

/// What is asked of documents; with the readers that read them, or without.
fn select(current: bool) -> String {
    let (readers, join) = match current {
        true => ("NULL", ""),
        false => ("c.readers", "LEFT JOIN content c ON c.id = d.content"),
    };
    format!(
        "SELECT d.name, d.id, d.size, d.mtime, d.ctime, d.inode, d.device, d.links, d.outcome, d.reason, d.rules, {readers}
         FROM document d {join} WHERE d.folder = ?1 AND d.gone_run IS NULL"
    )
}

impl Known {
    /// Opens the inventory that the writer has open, or an old one.
    pub fn open(path: &Path) -> Result<Known, InventoryError> {
        let db = database::open_to_read(path)?;
        // Each worker has one of these, and all of them together are part of the memory that a scan may take.
        db.execute_batch("PRAGMA cache_size = -8192;")
            .map_err(|e| InventoryError::from_sql(path, e))?;
        Ok(Known {
            db,
            path: path.to_owned(),
            folders: HashMap::new(),
            key: Vec::new(),
            tick: 0,
            rule_sets: HashMap::new(),
            reader_sets: HashMap::new(),
            current: false,
        })
    }

    /// The same, and when nothing was read by other readers than those of today (`version` tells them), which is usual, it
    /// is not asked of every document: half of a look goes into that.
    pub fn with_readers(
        mut self,
        version: impl Fn(&str) -> Option<u32>,
    ) -> Result<Known, InventoryError> {
        let mut read = || -> rusqlite::Result<bool> {
            let mut old = Vec::new();
            let mut sets = self.db.prepare("SELECT id FROM reader_set")?;
            let mut rows = sets.query([])?;
            while let Some(row) = rows.next()? {
                let id: i64 = row.get(0)?;
                if !current(&reader_set(&self.db, &mut self.reader_sets, id)?, &version) {
                    old.push(id.to_string());
                }
            }
            // Old ones may be left over.
            Ok(old.is_empty()
                || !self
                    .db
                    .prepare(&format!(
                        "SELECT 1 FROM content WHERE readers IN ({}) LIMIT 1",
                        old.join(", ")
                    ))?
                    .exists([])?)
        };
        self.current = read().map_err(|e| InventoryError::from_sql(&self.path, e))?;
        Ok(self)
    }

    fn sql(&self, error: rusqlite::Error) -> InventoryError {
        InventoryError::from_sql(&self.path, error)
    }

    /// The document at a path, unless it is new or was gone.
    pub fn find(
        &mut self,
        root: RootId,
        path: &RawPath,
    ) -> Result<Option<KnownDocument>, InventoryError> {
        self.look(root, path).map_err(|e| self.sql(e))
    }

    fn look(&mut self, root: RootId, path: &RawPath) -> rusqlite::Result<Option<KnownDocument>> {
        let (folder, name) = path.split();
        let mut key = std::mem::take(&mut self.key);
        key.clear();
        key.extend_from_slice(&root.0.to_ne_bytes());
        key.extend_from_slice(folder);
        let found = self.look_in(root, folder, name, &key);
        self.key = key;
        found
    }

    fn look_in(
        &mut self,
        root: RootId,
        folder: &[u8],
        name: &[u8],
        key: &[u8],
    ) -> rusqlite::Result<Option<KnownDocument>> {
        self.tick += 1;
        if !self.folders.contains_key(key) {
            let documents = self.load(root, folder)?;
            if self.folders.len() >= FOLDERS {
                let mut ticks: Vec<u64> = self.folders.values().map(|f| f.used).collect();
                let (_, &mut median, _) = ticks.select_nth_unstable(FOLDERS / 2);
                self.folders.retain(|_, folder| folder.used > median);
            }
            self.folders
                .insert(key.to_vec(), Folder { used: 0, documents });
        }
        let many = match self.folders.get_mut(key) {
            None => return Ok(None),
            Some(folder) => {
                folder.used = self.tick;
                match &folder.documents {
                    Documents::Loaded(documents) => return Ok(documents.get(name).cloned()),
                    Documents::Many(id) => *id,
                }
            }
        };
        let Known {
            db,
            rule_sets,
            reader_sets,
            current,
            ..
        } = self;
        db.prepare_cached(&format!("{} AND d.name = ?2", select(*current)))?
            .query_row(params![many, Name(name)], |row| {
                document(db, rule_sets, reader_sets, row)
            })
            .optional()
    }

    fn load(&mut self, root: RootId, folder: &[u8]) -> rusqlite::Result<Documents> {
        let Known {
            db,
            rule_sets,
            reader_sets,
            current,
            ..
        } = self;
        let mut documents = HashMap::new();
        let id: Option<i64> = db
            .prepare_cached("SELECT id FROM folder WHERE root = ?1 AND path = ?2")?
            .query_row(params![root.0, Name(folder)], |row| row.get(0))
            .optional()?;
        if let Some(id) = id {
            let mut statement = db.prepare_cached(&select(*current))?;
            let mut rows = statement.query([id])?;
            while let Some(row) = rows.next()? {
                if documents.len() == MOST_LOADED {
                    return Ok(Documents::Many(id));
                }
                let name = row.get_ref(0)?.as_bytes()?.to_vec();
                documents.insert(name, document(db, rule_sets, reader_sets, row)?);
            }
        }
        Ok(Documents::Loaded(documents))
    }

    /// How a content ended that is in the inventory, read with these rules and with today's readers, so that another
    /// place that holds it is a copy and need not be read. `None`: it has to be read.
    pub fn content(
        &mut self,
        digest: &Digest,
        rules: &Fingerprint,
        version: impl Fn(&str) -> Option<u32>,
    ) -> Result<Option<Outcome>, InventoryError> {
        let found = self
            .db
            .prepare_cached(
                "SELECT c.readers, p.outcome, p.reason
                 FROM content c JOIN rule_set r ON r.id = c.rules
                 JOIN part p ON p.content = c.id AND p.ordinal = 0
                 WHERE c.digest = ?1 AND r.fingerprint = ?2",
            )
            .and_then(|mut statement| {
                statement
                    .query_row(params![&digest[..], &rules[..]], |row| {
                        Ok((
                            row.get::<_, i64>(0)?,
                            row.get::<_, String>(1)?,
                            row.get::<_, String>(2)?,
                        ))
                    })
                    .optional()
            })
            .map_err(|e| self.sql(e))?;
        let Some((id, kind, reason)) = found else {
            return Ok(None);
        };
        let readers = reader_set(&self.db, &mut self.reader_sets, id).map_err(|e| self.sql(e))?;
        Ok(OutcomeKind::from_id(&kind)
            .filter(|_| current(&readers, version))
            .map(|kind| Outcome::new(kind, reason)))
    }
}

fn document(
    db: &Connection,
    rule_sets: &mut HashMap<i64, Fingerprint>,
    reader_sets: &mut HashMap<i64, Readers>,
    row: &Row<'_>,
) -> rusqlite::Result<KnownDocument> {
    let stamp = match row.get::<_, Option<i64>>(2)? {
        None => None,
        Some(size) => Some(Stamp {
            size: size as u64,
            mtime: row.get(3)?,
            ctime: row.get(4)?,
            inode: row.get::<_, i64>(5)? as u64,
            device: row.get::<_, i64>(6)? as u64,
            links: row.get::<_, i64>(7)? as u64,
        }),
    };
    let kind = OutcomeKind::from_id(row.get_ref(8)?.as_str()?).unwrap_or(OutcomeKind::Changed);
    let rules = row.get(10)?;
    let fingerprint = match rule_sets.get(&rules) {
        Some(fingerprint) => *fingerprint,
        None => {
            let fingerprint: Fingerprint = db.query_row(
                "SELECT fingerprint FROM rule_set WHERE id = ?1",
                [rules],
                |row| row.get(0),
            )?;
            rule_sets.insert(rules, fingerprint);
            fingerprint
        }
    };
    let readers = match row.get::<_, Option<i64>>(11)? {
        None => Arc::from([]),
        Some(id) => reader_set(db, reader_sets, id)?,
    };
    Ok(KnownDocument {
        document: DocumentId(row.get(1)?),
        stamp,
        outcome: Outcome::new(kind, row.get::<_, String>(9)?),
        rules: fingerprint,
        readers,
    })
}

fn reader_set(
    db: &Connection,
    sets: &mut HashMap<i64, Readers>,
    id: i64,
) -> rusqlite::Result<Readers> {
    if let Some(readers) = sets.get(&id) {
        return Ok(readers.clone());
    }
    let text: String = db.query_row(
        "SELECT readers FROM reader_set WHERE id = ?1",
        [id],
        |row| row.get(0),
    )?;
    let readers: Readers = text
        .split(' ')
        .filter_map(|reader| {
            let (format, version) = reader.rsplit_once('/')?;
            Some((format.to_owned(), version.parse().ok()?))
        })
        .collect();
    sets.insert(id, readers.clone());
    Ok(readers)
}
