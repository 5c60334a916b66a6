//! Numbers of what is stored once (folders, owners, rules, readers), and the numbers given last.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, params};

use crate::{
    inventory::{
        gather::Keyed,
        record::{Fingerprint, RootId},
        writing::Name,
    },
    model::Category,
};

/// Entries of a cache before it is emptied: what bounds the writer's memory.
const MOST_CACHED: usize = 200_000;

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
struct Ids {
    document: i64,
    part: i64,
    /// Folders up to this one were there before: others hold nothing but what was written since.
    folder: i64,
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

    pub(super) fn next_document(&mut self, tx: &Connection) -> rusqlite::Result<i64> {
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

    /// Whether a folder holds nothing but what was written since the writer began.
    pub(super) fn is_new_folder(&mut self, tx: &Connection, folder: i64) -> rusqlite::Result<bool> {
        Ok(folder > self.ids(tx)?.folder)
    }

    pub(super) fn folder(
        &mut self,
        tx: &Connection,
        root: RootId,
        path: &[u8],
    ) -> rusqlite::Result<i64> {
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

    pub(super) fn principal(
        &mut self,
        tx: &Connection,
        name: &str,
    ) -> rusqlite::Result<Option<i64>> {
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
