//! The writer's half for the end of a root's walk: what was not met there is gone, unless nobody looked.
//!
//! Nobody looked where the root met nothing at all, where a file system inside it met nothing, and below a folder that could
//! not be listed: a share that is not mounted, or a right that was taken, must never read as an erasure. What lies below a
//! folder that is excluded now counts as excluded, like a file that is excluded by itself.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, params};

use crate::{
    inventory::{
        close::CHUNK,
        content::drop_parts,
        error::InventoryError,
        read::{joined, name, outcome_kind},
        record::{RawPath, RootId},
        write::{Writer, now},
    },
    model::OutcomeKind,
};

/// What the end of a root's walk meant for the documents that were not met.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Walked {
    /// So many were marked gone.
    Gone {
        /// Marked as gone.
        gone: u64,
        /// Left as they were: they lay on a file system of which nothing was met, while of others something was. A share
        /// mounted somewhere inside the root and not mounted now looks like this.
        absent: u64,
        /// Left as they were: they lay below a folder that could not be listed.
        unlisted: u64,
    },
    /// The walk met nothing where there were so many documents: a share that is not mounted looks like this, so nothing
    /// was marked.
    Empty(u64),
}

/// A document that was not met.
struct Missed {
    id: i64,
    folder: i64,
    device: i64,
    excluded: bool,
}

/// What was met and missed in a root.
#[derive(Default)]
struct Met {
    devices: HashSet<i64>,
    folders: HashSet<i64>,
    missed: Vec<Missed>,
}

/// Why nobody looked below a folder.
#[derive(Clone)]
enum Shut {
    /// It could not be listed.
    Unlisted,
    /// It is excluded, for this reason.
    Excluded(String),
}

impl Writer {
    /// Says that a root was walked to its end, so that what was not met in this run is gone.
    pub fn root_walked(&mut self, root: RootId) -> Result<Walked, InventoryError> {
        let run = self.current()?;
        // All that was there was met, in this root and in the others: nothing is missing, and nothing need be looked up.
        let all_met = self
            .last
            .as_ref()
            .is_some_and(|last| last.documents == self.met.known);
        let met = match all_met {
            true => Met::default(),
            false => self.met_in(root).map_err(|e| self.sql(e))?,
        };
        if met.devices.is_empty() && !met.missed.is_empty() {
            return Ok(Walked::Empty(met.missed.len() as u64));
        }
        let (mut gone, mut excluded) = (Vec::new(), Vec::new());
        let (mut absent, mut unlisted) = (0, 0);
        let mut whole = true;
        if !met.missed.is_empty() {
            let mut shut = ShutFolders::read(self, root).map_err(|e| self.sql(e))?;
            whole = !matches!(shut.paths.get([].as_slice()), Some(Shut::Unlisted));
            for missed in met.missed {
                match shut.above(missed.folder) {
                    Some(Shut::Unlisted) => unlisted += 1,
                    Some(Shut::Excluded(_)) if missed.excluded => {}
                    Some(Shut::Excluded(why)) => excluded.push((missed.id, why)),
                    // Where the device is not known (0) nothing can be told by it. And devices are numbered anew when a
                    // machine starts: a folder of which something was met is there.
                    None if missed.device == 0
                        || met.devices.contains(&missed.device)
                        || met.folders.contains(&missed.folder) =>
                    {
                        gone.push(missed.id);
                    }
                    None => absent += 1,
                }
            }
        }
        if !(gone.is_empty() && excluded.is_empty()) {
            self.last = None;
        }
        let at = now();
        for chunk in gone.chunks(CHUNK) {
            self.in_transaction(|tx, _| {
                for id in chunk {
                    let_go(tx, *id)?;
                    tx.prepare_cached(
                        "UPDATE document SET gone_run = ?2, gone_at = ?3 WHERE id = ?1",
                    )?
                    .execute(params![id, run.id, at])?;
                    tx.prepare_cached(
                        "INSERT INTO change (run, document, what) VALUES (?2, ?1, 'gone')",
                    )?
                    .execute([id, &run.id])?;
                }
                Ok(())
            })?;
        }
        for chunk in excluded.chunks(CHUNK) {
            self.in_transaction(|tx, _| {
                for (id, why) in chunk {
                    let_go(tx, *id)?;
                    drop_parts(tx, "document", *id)?;
                    tx.prepare_cached(
                        "INSERT INTO change (run, document, what, before, after)
                         SELECT ?2, id, 'unreadable', outcome, 'excluded' FROM document
                         WHERE id = ?1 AND outcome IN ('read', 'partial')",
                    )?
                    .execute([id, &run.id])?;
                    tx.prepare_cached(
                        "UPDATE document SET outcome = 'excluded', reason = ?2, content = NULL WHERE id = ?1",
                    )?
                    .execute(params![id, why])?;
                }
                Ok(())
            })?;
        }
        self.in_transaction(|tx, _| {
            if whole {
                tx.execute(
                    "UPDATE root SET walked_run = ?2, walked_at = ?3 WHERE id = ?1",
                    params![root.0, run.id, at],
                )?;
            }
            // Whatever was met has an outcome by now: those that are left are not there any more.
            tx.execute("DELETE FROM suspect WHERE root = ?1", [root.0])?;
            Ok(())
        })?;
        Ok(Walked::Gone {
            gone: gone.len() as u64,
            absent,
            unlisted,
        })
    }

    fn met_in(&self, root: RootId) -> rusqlite::Result<Met> {
        let mut met = Met::default();
        let mut statement = self.db.prepare(
            "SELECT d.id, d.folder, COALESCE(d.device, 0), d.outcome = 'excluded'
             FROM folder f JOIN document d ON d.folder = f.id WHERE f.root = ?1 AND d.gone_run IS NULL",
        )?;
        let mut rows = statement.query([root.0])?;
        while let Some(row) = rows.next()? {
            let (id, folder, device) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if self.met.contains(id) {
                met.devices.insert(device);
                met.folders.insert(folder);
            } else {
                met.missed.push(Missed {
                    id,
                    folder,
                    device,
                    excluded: row.get(3)?,
                });
            }
        }
        Ok(met)
    }
}

/// One place less holds the document's content.
fn let_go(tx: &Connection, document: i64) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "UPDATE content SET live = live - 1 WHERE id = (SELECT content FROM document WHERE id = ?1)",
    )?
    .execute([document])?;
    Ok(())
}

/// The folders of a root that this run met and did not enter.
struct ShutFolders {
    /// By path in the root.
    paths: HashMap<Vec<u8>, Shut>,
    /// Paths of folders by number.
    folders: HashMap<i64, Vec<u8>>,
    /// What is known of a folder.
    known: HashMap<i64, Option<Shut>>,
}

impl ShutFolders {
    fn read(writer: &Writer, root: RootId) -> rusqlite::Result<ShutFolders> {
        let folders = writer
            .db
            .prepare("SELECT id, path FROM folder WHERE root = ?1")?
            .query_map([root.0], |row| Ok((row.get(0)?, name(row, 1)?.0)))?
            .collect::<Result<HashMap<i64, Vec<u8>>, _>>()?;
        let mut paths = HashMap::new();
        let mut statement = writer.db.prepare(
            "SELECT d.id, d.folder, d.name, d.outcome, d.reason FROM document d
             WHERE d.outcome IN ('denied', 'changed', 'excluded') AND d.outcome <> 'read' AND d.gone_run IS NULL",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let Some(folder) = folders.get(&row.get(1)?) else {
                continue;
            };
            if !writer.met.contains(row.get(0)?) {
                continue;
            }
            let why = match outcome_kind(row.get_ref(3)?.as_str()?) {
                OutcomeKind::Excluded => Shut::Excluded(row.get(4)?),
                _ => Shut::Unlisted,
            };
            let path = joined(&RawPath(folder.clone()), &name(row, 2)?);
            paths.insert(path.0, why);
        }
        Ok(ShutFolders {
            paths,
            folders,
            known: HashMap::new(),
        })
    }

    /// Why nobody looked into a folder, if so.
    fn above(&mut self, folder: i64) -> Option<Shut> {
        if let Some(known) = self.known.get(&folder) {
            return known.clone();
        }
        let mut path = self.folders.get(&folder).map_or(&[][..], Vec::as_slice);
        let found = loop {
            if let Some(shut) = self.paths.get(path) {
                break Some(shut.clone());
            }
            if path.is_empty() {
                break None;
            }
            let separator = |b: &u8| *b == b'/' || (cfg!(windows) && *b == b'\\');
            path = &path[..path.iter().rposition(separator).unwrap_or(0)];
        };
        self.known.insert(folder, found.clone());
        found
    }
}
