//! What is held where, document by document, in one walk that joins nothing: for retention, the record of processing and
//! the workbook, which go through every document and need few facts of each.
//!
//! Two walks along primary keys, as in `overview`: findings by part, then documents. Memory: a few words per content.

use std::{collections::HashMap, sync::Arc};

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
    /// How reading it ended.
    pub outcome: OutcomeKind,
    /// Categories held.
    pub categories: Categories,
    /// Findings of them.
    pub findings: u64,
    /// People it is about, the most of any document inside it.
    pub people: u64,
    /// Number of its content: copies have the same. `None` when it was not opened.
    pub content: Option<i64>,
}

impl Held {
    /// Its path below its root.
    pub fn below_root(&self) -> RawPath {
        joined(&self.folder.path, &self.name)
    }

    /// Its whole path.
    pub fn path(&self) -> RawPath {
        joined(&self.folder.whole(), &self.name)
    }
}

#[derive(Clone, Copy, Default)]
struct Sum {
    categories: Categories,
    findings: u64,
    people: u64,
}

impl Inventory {
    /// Goes through the documents that are there, in no order. What the user excluded and what is no file is left out.
    pub fn held<E: From<InventoryError>>(
        &self,
        mut each: impl FnMut(Held) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = |e| E::from(self.sql(e));
        let (contents, names) = self.sums().map_err(sql)?;
        let folders = self.folders_by_number().map_err(sql)?;
        let mut statement = self
            .db
            .prepare(
                "SELECT id, folder, name, size, mtime, accessed, exposure, outcome, content FROM document
                 WHERE gone_run IS NULL",
            )
            .map_err(sql)?;
        let mut rows = statement.query([]).map_err(sql)?;
        while let Some(row) = rows.next().map_err(sql)? {
            let read = || -> rusqlite::Result<Option<Held>> {
                let outcome = outcome_kind(row.get_ref(7)?.as_str()?);
                if !outcome.is_document() {
                    return Ok(None);
                }
                let document: i64 = row.get(0)?;
                let content: Option<i64> = row.get(8)?;
                let mut sum = content
                    .and_then(|content| contents.get(&content).copied())
                    .unwrap_or_default();
                if let Some(in_name) = names.get(&document) {
                    sum.categories.extend(in_name.categories);
                    sum.findings += in_name.findings;
                    sum.people = sum.people.max(in_name.people);
                }
                let Some(folder) = folders.get(&row.get(1)?) else {
                    return Ok(None);
                };
                Ok(Some(Held {
                    document: DocumentId(document),
                    folder: folder.clone(),
                    name: name(row, 2)?,
                    size: row.get::<_, Option<i64>>(3)?.map(|n| n as u64),
                    modified: row.get(4)?,
                    accessed: row.get(5)?,
                    exposure: Exposure::from_number(row.get(6)?),
                    outcome,
                    categories: sum.categories,
                    findings: sum.findings,
                    people: sum.people.max(u64::from(!sum.categories.is_empty())),
                    content,
                }))
            };
            if let Some(held) = read().map_err(sql)? {
                each(held)?;
            }
        }
        Ok(())
    }

    /// By content, and by document where it lies in the name.
    #[allow(clippy::type_complexity)] // two maps, used at one place
    fn sums(&self) -> rusqlite::Result<(HashMap<i64, Sum>, HashMap<i64, Sum>)> {
        let rules: HashMap<i64, Category> = self
            .db
            .prepare("SELECT id, category FROM rule")?
            .query_map([], |row| {
                Ok((row.get(0)?, category(row.get_ref(1)?.as_str()?)))
            })?
            .collect::<Result<_, _>>()?;
        let (mut contents, mut names) = (HashMap::new(), HashMap::new());
        let mut statement = self.db.prepare(
            "SELECT f.rule, f.medium + f.high, p.people, p.content, p.document
             FROM finding f CROSS JOIN part p ON p.id = f.part WHERE f.medium + f.high > 0",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let Some(&category) = rules.get(&row.get(0)?) else {
                continue;
            };
            let sum: &mut Sum = match row.get::<_, Option<i64>>(3)? {
                Some(content) => contents.entry(content).or_default(),
                None => names.entry(row.get(4)?).or_default(),
            };
            sum.categories.insert(category);
            sum.findings += count(row, 1)?;
            sum.people = sum.people.max(count(row, 2)?);
        }
        Ok((contents, names))
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
