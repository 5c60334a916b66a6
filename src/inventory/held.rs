//! What is held where, document by document: for exposure, risk, retention, copies, the record of processing, the page
//! and the workbook, which go through every document and need few facts of each.
//!
//! One walk over the documents with the sums kept beside their contents; findings are looked at only where they lie in
//! names, where a review speaks of them, and where a report wants them by category. What reviews set aside is in no figure.
//! Memory: the folders, a few words per name with findings, and what reviews speak of.

use std::{cmp::Ordering, collections::HashMap, sync::Arc};

use rusqlite::{Row, params};

use crate::{
    inventory::{
        categories::{Categories, Sets},
        error::InventoryError,
        marks::{Mark, Marks, less},
        read::{Inventory, count, joined, name, outcome_kind},
        record::{DocumentId, Exposure, RawPath},
        rows::category,
    },
    model::{Category, OutcomeKind},
};

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
    /// Documents inside it.
    pub members: u64,
    /// Findings of medium and high confidence that reviews set aside; in none of the figures above.
    pub reviewed: u64,
}

impl Held {
    /// Findings of medium and high confidence.
    pub fn findings(&self) -> u64 {
        self.high + self.medium
    }

    fn add(&mut self, category: Option<&Category>, counts: [u64; 3]) {
        let [low, medium, high] = counts;
        self.hints += low;
        self.medium += medium;
        self.high += high;
        if let Some(&category) = category
            && medium + high > 0
        {
            self.categories.insert(category);
        }
    }

    /// A review speaks of all that is in it.
    fn set_aside(&mut self) {
        self.reviewed = self.findings();
        (self.high, self.medium, self.hints, self.people) = (0, 0, 0, 0);
        self.categories = Categories::default();
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

const COLUMNS: &str = "d.id, d.folder, d.name, d.size, d.mtime, d.accessed, d.exposure, d.outcome, d.content, \
     c.high, c.medium, c.low, c.categories, c.people, c.unread, c.live, d.owner, d.reason, c.members";

/// Columns before those that a walk adds.
const NEXT: usize = 19;

impl Inventory {
    /// Goes through the documents that are there, in no order. What the user excluded and what is no file is left out.
    pub fn held<E: From<InventoryError>>(
        &self,
        mut each: impl FnMut(Held) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = |e| E::from(self.sql(e));
        let mut desk = Desk::new(self)?;
        let mut statement = self
            .db
            .prepare(&format!(
                "SELECT {COLUMNS} FROM document d LEFT JOIN content c ON c.id = d.content WHERE d.gone_run IS NULL"
            ))
            .map_err(sql)?;
        let mut rows = statement.query([]).map_err(sql)?;
        while let Some(row) = rows.next().map_err(sql)? {
            if let Some(held) = desk.held(row).map_err(sql)?
                && held.outcome.is_document()
            {
                each(held)?;
            }
        }
        Ok(())
    }

    /// Goes through what was met and is still there, documents or not, in the order of paths, each with its findings of
    /// medium and high confidence by category. Memory: one document at a time.
    pub fn itemised<E: From<InventoryError>>(
        &self,
        mut each: impl FnMut(Held, &Items) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = |e| E::from(self.sql(e));
        let mut desk = Desk::new(self)?;
        // CROSS JOIN fixes the order of the loops, so that every step follows an index and nothing is sorted.
        let mut statement = self
            .db
            .prepare(&format!(
                "SELECT {COLUMNS}, i.part, i.rule, i.low, i.medium, i.high
                 FROM root r CROSS JOIN folder f ON f.root = r.id CROSS JOIN document d ON d.folder = f.id
                 LEFT JOIN content c ON c.id = d.content LEFT JOIN part p ON p.content = c.id
                 LEFT JOIN finding i ON i.part = p.id
                 WHERE d.gone_run IS NULL ORDER BY r.id, f.path, d.name"
            ))
            .map_err(sql)?;
        let mut rows = statement.query([]).map_err(sql)?;
        let mut open: Option<(Held, Items)> = None;
        while let Some(row) = rows.next().map_err(sql)? {
            let document = DocumentId(row.get(0).map_err(sql)?);
            if open
                .as_ref()
                .is_none_or(|(held, _)| held.document != document)
            {
                if let Some((held, items)) = open.take() {
                    each(held, &items)?;
                }
                let held = desk.held(row).map_err(sql)?;
                open = held.map(|held| {
                    let items = desk.in_name(held.document);
                    (held, items)
                });
            }
            if let Some((held, items)) = &mut open {
                desk.item(held, row, items).map_err(sql)?;
            }
        }
        match open {
            Some((held, items)) => each(held, &items),
            None => Ok(()),
        }
    }

    /// Goes through the contents with personal data that are held at more than one place, those at most places first, each
    /// with all of them.
    pub fn copies<E: From<InventoryError>>(
        &self,
        mut each: impl FnMut(&[Held]) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = |e| E::from(self.sql(e));
        let mut desk = Desk::new(self)?;
        let mut statement = self
            .db
            .prepare(&format!(
                "SELECT {COLUMNS} FROM content c CROSS JOIN document d ON d.content = c.id
                 WHERE c.live > 1 AND c.high + c.medium > 0 AND d.gone_run IS NULL ORDER BY c.live DESC, c.id, d.id"
            ))
            .map_err(sql)?;
        let mut rows = statement.query([]).map_err(sql)?;
        let mut places: Vec<Held> = Vec::new();
        let mut tell = |places: &mut Vec<Held>| {
            // What reviews set aside everywhere is not held twice.
            if places.iter().any(|place| place.findings() > 0) {
                each(places)?;
            }
            places.clear();
            Ok::<(), E>(())
        };
        while let Some(row) = rows.next().map_err(sql)? {
            let Some(held) = desk.held(row).map_err(sql)? else {
                continue;
            };
            if places
                .last()
                .is_some_and(|last| last.content != held.content)
            {
                tell(&mut places)?;
            }
            places.push(held);
        }
        tell(&mut places)
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

    /// By document, where something was found in its name: part, rule and findings.
    fn held_in_names(&self) -> rusqlite::Result<HashMap<i64, InName>> {
        let mut names: HashMap<i64, InName> = HashMap::new();
        let mut statement = self.db.prepare(
            "SELECT p.document, f.part, f.rule, f.low, f.medium, f.high, p.people
             FROM part p INDEXED BY part_document CROSS JOIN finding f ON f.part = p.id
             WHERE p.document IS NOT NULL",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let sum = names.entry(row.get(0)?).or_default();
            sum.found.push(found(row, 1)?);
            sum.people = sum.people.max(count(row, 6)?);
        }
        Ok(names)
    }
}

/// Findings of medium and high confidence by category.
#[derive(Clone, Copy, Debug, Default)]
pub struct Items([u64; Category::ALL.len()]);

impl Items {
    /// How many of a category.
    pub fn of(&self, category: Category) -> u64 {
        self.0[category as usize]
    }

    fn add(&mut self, category: Category, counts: [u64; 3]) {
        self.0[category as usize] += counts[1] + counts[2];
    }
}

/// What one rule found in a part.
#[derive(Clone, Copy)]
struct Found {
    part: i64,
    rule: i64,
    counts: [u64; 3],
}

fn found(row: &Row<'_>, from: usize) -> rusqlite::Result<Found> {
    Ok(Found {
        part: row.get(from)?,
        rule: row.get(from + 1)?,
        counts: [
            count(row, from + 2)?,
            count(row, from + 3)?,
            count(row, from + 4)?,
        ],
    })
}

/// What is held in a name.
#[derive(Clone, Default)]
struct InName {
    found: Vec<Found>,
    people: u64,
}

/// Makes documents of rows: what they refer to by number, and what is set aside in them.
struct Desk<'i> {
    inventory: &'i Inventory,
    names: HashMap<i64, InName>,
    folders: HashMap<i64, Arc<Folder>>,
    owners: HashMap<i64, Arc<str>>,
    nobody: Arc<str>,
    sets: Sets,
    rules: HashMap<i64, Category>,
    marks: Marks,
}

impl<'i> Desk<'i> {
    fn new(inventory: &'i Inventory) -> Result<Desk<'i>, InventoryError> {
        let marks = inventory.marks()?;
        let read = || -> rusqlite::Result<Desk<'i>> {
            Ok(Desk {
                inventory,
                names: inventory.held_in_names()?,
                folders: inventory.folders_by_number()?,
                owners: inventory.owners_by_number()?,
                nobody: Arc::from(""),
                sets: Sets::new(&inventory.db)?,
                rules: inventory
                    .db
                    .prepare("SELECT id, category FROM rule")?
                    .query_map([], |row| {
                        Ok((row.get(0)?, category(row.get_ref(1)?.as_str()?)))
                    })?
                    .collect::<Result<_, _>>()?,
                marks,
            })
        };
        read().map_err(|e| inventory.sql(e))
    }

    /// The document of a row; none when its folder was made after the walk began.
    fn held(&mut self, row: &Row<'_>) -> rusqlite::Result<Option<Held>> {
        let Some(folder) = self.folders.get(&row.get(1)?) else {
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
                .and_then(|owner| self.owners.get(&owner))
                .unwrap_or(&self.nobody)
                .clone(),
            outcome: outcome_kind(row.get_ref(7)?.as_str()?),
            reason: row.get(17)?,
            categories: self.sets.get(row.get::<_, Option<i64>>(12)?.unwrap_or(0)),
            high: count(row, 9)?,
            medium: count(row, 10)?,
            hints: count(row, 11)?,
            people: count(row, 13)?,
            members: count(row, 18)?,
            unread_inside: count(row, 14)?,
            copies: count(row, 15)?.saturating_sub(1),
            content: row.get(8)?,
            reviewed: 0,
        };
        if let Some(in_name) = self.names.get(&document) {
            for found in &in_name.found {
                held.add(self.rules.get(&found.rule), found.counts);
            }
            held.people = held.people.max(in_name.people);
        }
        match self.marks.of(document) {
            None => {}
            Some(Mark::All(_)) => held.set_aside(),
            Some(Mark::Some(_)) => self.recount(&mut held)?,
        }
        held.people = match held.categories.is_empty() {
            true if held.reviewed > 0 => 0,
            empty => held.people.max(u64::from(!empty)),
        };
        Ok(Some(held))
    }

    /// Counts what reviews leave of a document.
    fn recount(&self, held: &mut Held) -> rusqlite::Result<()> {
        let before = held.findings();
        (held.high, held.medium, held.hints) = (0, 0, 0);
        held.categories = Categories::default();
        let mut statement = self.inventory.db.prepare_cached(
            "SELECT f.part, f.rule, f.low, f.medium, f.high FROM part p JOIN finding f ON f.part = p.id
             WHERE p.content = ?1 OR p.document = ?2",
        )?;
        let mut rows = statement.query(params![held.content, held.document.0])?;
        while let Some(row) = rows.next()? {
            let found = self.left(held.document, found(row, 0)?);
            held.add(self.rules.get(&found.rule), found.counts);
        }
        held.reviewed = before.saturating_sub(held.findings());
        Ok(())
    }

    /// What reviews leave of findings.
    fn left(&self, document: DocumentId, mut found: Found) -> Found {
        match self.marks.of(document.0) {
            None => {}
            Some(Mark::All(_)) => found.counts = [0; 3],
            Some(Mark::Some(marked)) => {
                for marked in marked {
                    if (marked.part, marked.rule) == (found.part, found.rule) {
                        less(&mut found.counts, marked.counts);
                    }
                }
            }
        }
        found
    }

    /// What of a document lies in its name.
    fn in_name(&self, document: DocumentId) -> Items {
        let mut items = Items::default();
        for found in self.names.get(&document.0).iter().flat_map(|n| &n.found) {
            self.add(document, *found, &mut items);
        }
        items
    }

    /// Adds what a row of [`Inventory::itemised`] says was found.
    fn item(&self, held: &Held, row: &Row<'_>, items: &mut Items) -> rusqlite::Result<()> {
        if row.get::<_, Option<i64>>(NEXT + 1)?.is_some() {
            self.add(held.document, found(row, NEXT)?, items);
        }
        Ok(())
    }

    fn add(&self, document: DocumentId, found: Found, items: &mut Items) {
        if let Some(&category) = self.rules.get(&found.rule) {
            items.add(category, self.left(document, found).counts);
        }
    }
}
