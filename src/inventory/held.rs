//! What is held where, document by document, in one walk that joins nothing: for retention, the record of processing and
//! the workbook, which go through every document and need few facts of each.
//!
//! One walk over the documents with the sums kept beside their contents; findings are looked at only where they lie in
//! names. Memory: the folders, and a few words per name with findings.

use std::{cmp::Ordering, collections::HashMap, sync::Arc};

use crate::{
    inventory::{
        error::InventoryError,
        read::{Inventory, count, joined, name, outcome_kind},
        record::{DocumentId, Exposure, RawPath},
        rows::category,
    },
    model::{Category, Class, OutcomeKind},
};

/// A set of categories.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Categories(u32);

impl Categories {
    /// Adds one.
    pub fn insert(&mut self, category: Category) {
        self.0 |= bit(category);
    }

    /// Adds all of another set.
    pub fn extend(&mut self, other: Categories) {
        self.0 |= other.0;
    }

    /// Whether it is in it.
    pub fn contains(self, category: Category) -> bool {
        self.0 & bit(category) != 0
    }

    /// Whether nothing is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether special category or criminal offence data is in it.
    pub fn is_special(self) -> bool {
        self.iter().any(|c| c.class() != Class::Standard)
    }

    /// All in it, in the order reports show them.
    pub fn iter(self) -> impl Iterator<Item = Category> {
        Category::ALL
            .iter()
            .copied()
            .filter(move |&category| self.contains(category))
    }
}

impl FromIterator<Category> for Categories {
    fn from_iter<I: IntoIterator<Item = Category>>(categories: I) -> Self {
        let mut set = Categories::default();
        categories.into_iter().for_each(|c| set.insert(c));
        set
    }
}

fn bit(category: Category) -> u32 {
    1 << category as u32
}

/// A folder that documents share.
#[derive(Clone, Debug)]
pub struct Folder {
    /// Its number.
    pub id: i64,
    /// The root it lies under.
    pub root: RawPath,
    /// Its path there, empty for the root itself.
    pub path: RawPath,
}

impl Folder {
    /// Its whole path.
    pub fn whole(&self) -> RawPath {
        joined(&self.root, &self.path)
    }
}

/// A document that is there, and what of medium or high confidence is held in it and in its name.
#[derive(Clone, Debug)]
pub struct Held {
    /// Its number.
    pub document: DocumentId,
    /// Where it lies.
    pub folder: Arc<Folder>,
    /// Its name there.
    pub name: RawPath,
    /// Bytes, where known.
    pub size: Option<u64>,
    /// Content last changed, nanoseconds since 1970.
    pub modified: Option<i64>,
    /// Last read, where the system keeps it.
    pub accessed: Option<i64>,
    /// Who can read it.
    pub exposure: Exposure,
    /// Owner, empty where unknown.
    pub owner: Arc<str>,
    /// How reading it ended.
    pub outcome: OutcomeKind,
    /// Why, in words; mostly empty.
    pub reason: String,
    /// Categories held.
    pub categories: Categories,
    /// Findings of high confidence.
    pub high: u64,
    /// Findings of medium confidence.
    pub medium: u64,
    /// Findings of low confidence.
    pub hints: u64,
    /// People it is about, the most of any document inside it.
    pub people: u64,
    /// Documents inside it that could not be read, or only in part.
    pub unread_inside: u64,
    /// Other places with the same content.
    pub copies: u64,
    /// Number of its content: copies have the same. `None` when it was not opened.
    pub content: Option<i64>,
}

impl Held {
    /// Findings of medium and high confidence.
    pub fn findings(&self) -> u64 {
        self.high + self.medium
    }

    /// Its path below its root.
    pub fn below_root(&self) -> RawPath {
        joined(&self.folder.path, &self.name)
    }

    /// Its whole path.
    pub fn path(&self) -> RawPath {
        joined(&self.folder.whole(), &self.name)
    }

    /// Order by root, folder and name: that of paths, folder by folder.
    pub fn by_path(&self, other: &Held) -> Ordering {
        fn folder(held: &Held) -> (&RawPath, &RawPath) {
            (&held.folder.root, &held.folder.path)
        }
        if self.folder.id == other.folder.id {
            return self.name.cmp(&other.name);
        }
        folder(self)
            .cmp(&folder(other))
            .then_with(|| self.name.cmp(&other.name))
    }
}

/// What is held in a name.
#[derive(Clone, Copy, Default)]
struct InName {
    categories: Categories,
    counts: [u64; 3],
    people: u64,
}

impl Inventory {
    /// Goes through the documents that are there, in no order. What the user excluded and what is no file is left out.
    pub fn held<E: From<InventoryError>>(
        &self,
        mut each: impl FnMut(Held) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = |e| E::from(self.sql(e));
        let names = self.held_in_names().map_err(sql)?;
        let folders = self.folders_by_number().map_err(sql)?;
        let owners = self.owners_by_number().map_err(sql)?;
        let nobody: Arc<str> = Arc::from("");
        let mut sets = Sets::new(self).map_err(sql)?;
        let mut statement = self
            .db
            .prepare(
                "SELECT d.id, d.folder, d.name, d.size, d.mtime, d.accessed, d.exposure, d.outcome, d.content,
                        c.high, c.medium, c.low, c.categories, c.people, c.unread, c.live, d.owner, d.reason
                 FROM document d LEFT JOIN content c ON c.id = d.content WHERE d.gone_run IS NULL",
            )
            .map_err(sql)?;
        let mut rows = statement.query([]).map_err(sql)?;
        while let Some(row) = rows.next().map_err(sql)? {
            let mut read = || -> rusqlite::Result<Option<Held>> {
                let outcome = outcome_kind(row.get_ref(7)?.as_str()?);
                if !outcome.is_document() {
                    return Ok(None);
                }
                let Some(folder) = folders.get(&row.get(1)?) else {
                    return Ok(None);
                };
                let document: i64 = row.get(0)?;
                let mut held = Held {
                    document: DocumentId(document),
                    folder: folder.clone(),
                    name: name(row, 2)?,
                    size: row.get::<_, Option<i64>>(3)?.map(|n| n as u64),
                    modified: row.get(4)?,
                    accessed: row.get(5)?,
                    exposure: Exposure::from_number(row.get(6)?),
                    owner: row
                        .get::<_, Option<i64>>(16)?
                        .and_then(|owner| owners.get(&owner))
                        .unwrap_or(&nobody)
                        .clone(),
                    outcome,
                    reason: row.get(17)?,
                    categories: sets.get(row.get::<_, Option<i64>>(12)?.unwrap_or(0)),
                    high: count(row, 9)?,
                    medium: count(row, 10)?,
                    hints: count(row, 11)?,
                    people: count(row, 13)?,
                    unread_inside: count(row, 14)?,
                    copies: count(row, 15)?.saturating_sub(1),
                    content: row.get(8)?,
                };
                if let Some(in_name) = names.get(&document) {
                    held.categories.extend(in_name.categories);
                    held.hints += in_name.counts[0];
                    held.medium += in_name.counts[1];
                    held.high += in_name.counts[2];
                    held.people = held.people.max(in_name.people);
                }
                held.people = held.people.max(u64::from(!held.categories.is_empty()));
                Ok(Some(held))
            };
            if let Some(held) = read().map_err(sql)? {
                each(held)?;
            }
        }
        Ok(())
    }

    /// By document, where something was found in its name.
    fn held_in_names(&self) -> rusqlite::Result<HashMap<i64, InName>> {
        let mut names: HashMap<i64, InName> = HashMap::new();
        let mut statement = self.db.prepare(
            "SELECT p.document, r.category, f.low, f.medium, f.high, p.people
             FROM part p INDEXED BY part_document CROSS JOIN finding f ON f.part = p.id JOIN rule r ON r.id = f.rule
             WHERE p.document IS NOT NULL",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let sum = names.entry(row.get(0)?).or_default();
            let counts = [count(row, 2)?, count(row, 3)?, count(row, 4)?];
            if counts[1] + counts[2] > 0 {
                sum.categories.insert(category(row.get_ref(1)?.as_str()?));
            }
            for (sum, count) in sum.counts.iter_mut().zip(counts) {
                *sum += count;
            }
            sum.people = sum.people.max(count(row, 5)?);
        }
        Ok(names)
    }

    fn owners_by_number(&self) -> rusqlite::Result<HashMap<i64, Arc<str>>> {
        self.db
            .prepare("SELECT id, name FROM principal")?
            .query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?.into())))?
            .collect()
    }

    fn folders_by_number(&self) -> rusqlite::Result<HashMap<i64, Arc<Folder>>> {
        self.db
            .prepare("SELECT f.id, r.path, f.path FROM folder f JOIN root r ON r.id = f.root")?
            .query_map([], |row| {
                let folder = Folder {
                    id: row.get(0)?,
                    root: name(row, 1)?,
                    path: name(row, 2)?,
                };
                Ok((folder.id, Arc::new(folder)))
            })?
            .collect()
    }
}

/// The sets of categories that contents have, by what stands in `content.categories`: few, however many contents.
struct Sets {
    bits: Vec<(i64, Category)>,
    known: HashMap<i64, Categories>,
}

impl Sets {
    fn new(inventory: &Inventory) -> rusqlite::Result<Sets> {
        let bits = inventory
            .db
            .prepare("SELECT bit, name FROM category")?
            .query_map([], |row| {
                Ok((row.get(0)?, category(row.get_ref(1)?.as_str()?)))
            })?
            .collect::<Result<_, _>>()?;
        Ok(Sets {
            bits,
            known: HashMap::new(),
        })
    }

    fn get(&mut self, stored: i64) -> Categories {
        let bits = &self.bits;
        *self.known.entry(stored).or_insert_with(|| {
            bits.iter()
                .filter(|(bit, _)| stored >> bit & 1 == 1)
                .map(|(_, category)| *category)
                .collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_room_for_every_category() {
        let all: Categories = Category::ALL.iter().copied().collect();
        assert_eq!(all.iter().count(), Category::ALL.len());
        let one: Categories = [Category::Health].into_iter().collect();
        assert!(one.is_special() && one.contains(Category::Health));
        assert!(!one.contains(Category::Name));
    }
}
