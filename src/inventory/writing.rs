//! The records of documents → their rows, within a transaction of [`Writer`](super::write::Writer).
//!
//! Who is new, changed, moved or exposed is decided here, and told as changes of the run; contents and their parts are
//! [`content`](super::content)'s.

use std::collections::HashMap;

use rusqlite::{
    Connection, OptionalExtension as _, params,
    types::{ToSqlOutput, ValueRef},
};

use crate::{
    inventory::{
        bulk::{self, Bulk, DocumentRow},
        met::Met,
        numbers::Cache,
        record::{Access, ContentRecord, DocumentRecord, Exposure, Stamp},
        write::{CurrentRun, Ticket, WriteError},
    },
    model::OutcomeKind,
};

/// The writer without its connection, which a transaction has borrowed.
pub(super) struct Writing<'w, 'b> {
    pub(super) run: &'w mut Option<CurrentRun>,
    pub(super) cache: &'w mut Cache,
    pub(super) tickets: &'w mut HashMap<u64, Ticket>,
    pub(super) suspects: &'w mut bool,
    pub(super) met: &'w mut Met,
    pub(super) bulk: Bulk<'b>,
    /// New documents on their way.
    pub(super) documents: Vec<DocumentRow<'b>>,
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

    /// Writes what became of a document.
    pub(super) fn document(
        &mut self,
        tx: &Connection,
        record: &'b DocumentRecord,
    ) -> Result<(), WriteError> {
        let (folder, name) = record.path.split();
        let folder = self.cache.folder(tx, record.root, folder)?;
        match self.cache.is_new_folder(tx, folder)? {
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
    pub(super) fn flush(&mut self, tx: &Connection) -> Result<(), WriteError> {
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

/// Counts a document more or less that holds a content.
fn count(tx: &Connection, content: i64, by: i64) -> rusqlite::Result<()> {
    tx.prepare_cached("UPDATE content SET live = live + ?2 WHERE id = ?1")?
        .execute([content, by])?;
    Ok(())
}
