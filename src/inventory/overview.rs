//! The figures of an inventory in one pass: what the summary, the coverage and the charts are drawn from.
//!
//! Two walks along primary keys: findings by part, then documents. No sorting, no join that searches; memory is a small
//! row per content and per folder.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use rusqlite::{Connection, OptionalExtension as _};
use serde::{Deserialize, Serialize};

use crate::{
    inventory::{
        error::InventoryError,
        marks::{Mark, Marks, less},
        read::{Inventory, count, joined, name, outcome_kind},
        record::{Exposure, RawPath},
        review::Reviews,
        rows::category,
    },
    model::{Category, Level, OutcomeKind},
};

/// What is held of one category. Copies count as often as they are there, except for people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryFigures {
    /// Documents that hold it with medium or high confidence.
    pub documents: u64,
    /// Of these, those with high confidence.
    pub sure: u64,
    /// Of these, those that everyone can read.
    pub exposed: u64,
    /// Findings by level: low, medium, high.
    pub findings: [u64; 3],
    /// Findings that are examples, of organisations, or public.
    pub other: u64,
    /// People it is about: at most so many, summed over documents, since one person in two documents counts twice.
    pub people: u64,
}

/// What is held in one folder, its subfolders not counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderFigures {
    /// Root and path in it.
    pub path: RawPath,
    /// Documents there.
    pub documents: u64,
    /// Of these, those with personal data of medium or high confidence.
    pub holding: u64,
    /// Of these, those with special category or criminal offence data.
    pub special: u64,
    /// Of those with personal data, the ones that everyone can read.
    pub exposed: u64,
    /// Documents that could not be read, or only in part.
    pub unread: u64,
    /// Findings of medium or high confidence.
    pub findings: u64,
    /// Documents by category.
    pub categories: BTreeMap<Category, u64>,
    /// Bytes.
    pub bytes: u64,
}

impl FolderFigures {
    /// Adds what another folder holds.
    pub fn add(&mut self, other: &FolderFigures) {
        for (sum, n) in [
            (&mut self.documents, other.documents),
            (&mut self.holding, other.holding),
            (&mut self.special, other.special),
            (&mut self.exposed, other.exposed),
            (&mut self.unread, other.unread),
            (&mut self.findings, other.findings),
            (&mut self.bytes, other.bytes),
        ] {
            *sum += n;
        }
        for (category, n) in &other.categories {
            *self.categories.entry(*category).or_default() += n;
        }
    }
}

/// The figures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    /// Documents and members by outcome, of what is there now.
    pub outcomes: BTreeMap<OutcomeKind, (u64, u64)>,
    /// How often each reason for not reading was given.
    pub reasons: BTreeMap<OutcomeKind, BTreeMap<String, u64>>,
    /// Documents there now: entries less what the user excluded and what is no file.
    pub documents: u64,
    /// Entries that are gone.
    pub gone: u64,
    /// Bytes of the documents.
    pub bytes: u64,
    /// Different contents among them.
    pub contents: u64,
    /// Documents with personal data of medium or high confidence.
    pub holding: u64,
    /// Of these, those with special category or criminal offence data.
    pub special: u64,
    /// Of those with personal data, the ones that everyone can read.
    pub exposed: u64,
    /// Of those with special category or criminal offence data, the ones that everyone can read.
    pub special_exposed: u64,
    /// By category.
    pub categories: BTreeMap<Category, CategoryFigures>,
    /// By rule: findings by level (low, medium, high), each content once.
    pub rules: BTreeMap<String, [u64; 3]>,
    /// By folder, in no order.
    pub folders: Vec<FolderFigures>,
    /// Findings of medium or high confidence that people marked: false positives, accepted. In no other figure.
    #[serde(default)]
    pub reviewed: [u64; 2],
}

/// What one content, or one name, holds.
#[derive(Clone, Default)]
struct Holding {
    /// Category, findings by level, others, people; few enough to search through.
    categories: Vec<(Category, [u64; 3], u64, u64)>,
    /// Set once its people have been counted.
    counted: bool,
}

impl Holding {
    fn add(&mut self, category: Category, counts: [u64; 3], other: u64, people: u64) {
        let at = match self.categories.iter().position(|c| c.0 == category) {
            Some(at) => at,
            None => {
                self.categories.push((category, [0; 3], 0, 0));
                self.categories.len() - 1
            }
        };
        let row = &mut self.categories[at];
        for (sum, count) in row.1.iter_mut().zip(counts) {
            *sum += count;
        }
        row.2 += other;
        row.3 = row.3.max(people);
    }

    /// Takes findings out that were set aside.
    fn less(&mut self, category: Category, counts: [u64; 3]) {
        for row in self.categories.iter_mut().filter(|row| row.0 == category) {
            less(&mut row.1, counts);
            if row.1[1] + row.1[2] == 0 {
                row.3 = 0;
            }
        }
    }

    /// Findings of medium and high confidence.
    fn findings(&self) -> u64 {
        self.categories.iter().map(|(_, [_, m, h], ..)| m + h).sum()
    }
}

/// Rules by number.
type Rules = HashMap<i64, (String, Category)>;

/// Findings by rule: low, medium, high.
type ByRule = HashMap<i64, [u64; 3]>;

/// By content, and by document for names.
type Holdings = (HashMap<i64, Holding>, HashMap<i64, Holding>);

impl Inventory {
    /// The figures of what is there now.
    ///
    /// A run that ends leaves them worked out; while one writes, and after one that died, they are worked out anew.
    pub fn overview(&self) -> Result<Overview, InventoryError> {
        let kept: Option<String> = self
            .db
            .query_row("SELECT figures FROM rollup", [], |row| row.get(0))
            .optional()
            .map_err(|e| self.sql(e))?;
        match kept.and_then(|json| serde_json::from_str(&json).ok()) {
            Some(overview) => Ok(overview),
            None => Figures(&self.db).read().map_err(|e| self.sql(e)),
        }
    }
}

/// Works the figures out, on the reader's connection or the writer's.
pub(super) struct Figures<'a>(pub(super) &'a Connection);

impl Figures<'_> {
    /// All of them.
    pub(super) fn read(&self) -> rusqlite::Result<Overview> {
        let mut overview = Overview::default();
        let marks = Marks::read(self.0, &self.reviews()?)?;
        let rules = self.rules()?;
        let mut by_rule = ByRule::new();
        let (mut contents, names) = self.holdings(&rules, &mut by_rule)?;
        let mut folders: HashMap<i64, FolderFigures> = HashMap::new();
        let mut statement = self.0.prepare(
            "SELECT id, folder, size, exposure, outcome, reason, content, gone_run IS NOT NULL FROM document",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            if row.get(7)? {
                overview.gone += 1;
                continue;
            }
            let (size, kind) = (count(row, 2)?, outcome_kind(row.get_ref(4)?.as_str()?));
            let exposed = Exposure::from_number(row.get(3)?) == Exposure::Everyone;
            overview.outcomes.entry(kind).or_default().0 += 1;
            let folder = folders.entry(row.get(1)?).or_default();
            if !kind.is_document() {
                continue;
            }
            overview.documents += 1;
            overview.bytes += size;
            folder.documents += 1;
            folder.bytes += size;
            if kind.is_problem() {
                folder.unread += 1;
            }
            let reason = row.get_ref(5)?.as_str()?;
            if !reason.is_empty() {
                let reasons = overview.reasons.entry(kind).or_default();
                *reasons.entry(reason.to_owned()).or_default() += 1;
            }
            let mut empty = Holding::default();
            let holding = match row.get::<_, Option<i64>>(6)? {
                Some(content) => contents.get_mut(&content).unwrap_or(&mut empty),
                None => &mut empty,
            };
            let first = !std::mem::replace(&mut holding.counted, true);
            let id: i64 = row.get(0)?;
            let mut all = holding.clone();
            if let Some(in_name) = names.get(&id) {
                for &(category, counts, other, people) in &in_name.categories {
                    all.add(category, counts, other, people);
                }
            }
            match marks.of(id) {
                None => {}
                Some(Mark::All(verdict)) => {
                    overview.reviewed[*verdict as usize] += all.findings();
                    continue;
                }
                Some(Mark::Some(marked)) => {
                    for marked in marked {
                        let Some((_, category)) = rules.get(&marked.rule) else {
                            continue;
                        };
                        let before = all.findings();
                        all.less(*category, marked.counts);
                        overview.reviewed[marked.verdict as usize] += before - all.findings();
                        if first && let Some(sums) = by_rule.get_mut(&marked.rule) {
                            less(sums, marked.counts);
                        }
                    }
                }
            }
            overview.add_document(folder, &all, exposed, first);
        }
        overview.rules = by_rule
            .into_iter()
            .filter_map(|(rule, counts)| Some((rules.get(&rule)?.0.clone(), counts)))
            .collect();
        self.name_folders(&mut folders)?;
        overview.folders = folders.into_values().collect();
        self.members(&mut overview)?;
        Ok(overview)
    }

    fn reviews(&self) -> rusqlite::Result<Reviews> {
        Reviews::read(self.0, Path::new("")).map_err(|e| match e {
            InventoryError::Sql(_, error) => error,
            // A pattern was tried when it was kept.
            _ => rusqlite::Error::InvalidQuery,
        })
    }

    fn rules(&self) -> rusqlite::Result<Rules> {
        self.0
            .prepare("SELECT id, name, category FROM rule")?
            .query_map([], |row| {
                Ok((
                    row.get(0)?,
                    (row.get(1)?, category(row.get_ref(2)?.as_str()?)),
                ))
            })?
            .collect()
    }

    /// Findings by content, and by document where they lie in its name; each content once by rule.
    fn holdings(&self, rules: &Rules, by_rule: &mut ByRule) -> rusqlite::Result<Holdings> {
        let (mut contents, mut names) = (HashMap::new(), HashMap::new());
        let mut statement = self.0.prepare(
            "SELECT f.rule, f.low, f.medium, f.high, f.other, f.different, p.people, p.content, p.document
             FROM finding f CROSS JOIN part p ON p.id = f.part",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let rule: i64 = row.get(0)?;
            let Some((_, category)) = rules.get(&rule) else {
                continue;
            };
            let counts = [count(row, 1)?, count(row, 2)?, count(row, 3)?];
            let (other, different, people) = (count(row, 4)?, count(row, 5)?, count(row, 6)?);
            // Identifiers of a category tell people apart; words (a diagnosis) do not, so their number says nothing.
            let sure = counts[1] + counts[2];
            let people = people.min(if category.class() == crate::model::Class::Standard {
                different
            } else {
                sure
            });
            // Nobody may be named in it, but somebody it is about.
            let people = people.max(u64::from(sure > 0));
            let sums = by_rule.entry(rule).or_default();
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum += count;
            }
            let holding: &mut Holding = match row.get::<_, Option<i64>>(7)? {
                Some(content) => contents.entry(content).or_default(),
                None => names.entry(row.get(8)?).or_default(),
            };
            holding.add(*category, counts, other, people);
        }
        Ok((contents, names))
    }

    fn name_folders(&self, folders: &mut HashMap<i64, FolderFigures>) -> rusqlite::Result<()> {
        let mut statement = self
            .0
            .prepare("SELECT f.id, r.path, f.path FROM folder f JOIN root r ON r.id = f.root")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            if let Some(figures) = folders.get_mut(&row.get(0)?) {
                figures.path = joined(&name(row, 1)?, &name(row, 2)?);
            }
        }
        Ok(())
    }

    /// Members by outcome, each content once for every place that holds it, as its members are held there too.
    fn members(&self, overview: &mut Overview) -> rusqlite::Result<()> {
        overview.contents =
            self.0
                .query_row("SELECT COUNT(*) FROM content WHERE live > 0", [], |row| {
                    count(row, 0)
                })?;
        let mut statement = self.0.prepare(
            "SELECT p.outcome, p.reason, SUM(c.live) FROM part p JOIN content c ON c.id = p.content
             WHERE p.ordinal > 0 AND c.live > 0 GROUP BY p.outcome, p.reason",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let kind = outcome_kind(row.get_ref(0)?.as_str()?);
            let reason: String = row.get(1)?;
            let members = count(row, 2)?;
            overview.outcomes.entry(kind).or_default().1 += members;
            if !reason.is_empty() {
                let reasons = overview.reasons.entry(kind).or_default();
                *reasons.entry(reason).or_default() += members;
            }
        }
        Ok(())
    }
}

impl Overview {
    fn add_document(
        &mut self,
        folder: &mut FolderFigures,
        all: &Holding,
        exposed: bool,
        first: bool,
    ) {
        let (mut holds, mut special) = (false, false);
        for &(category, counts, other, people) in &all.categories {
            let figures = self.categories.entry(category).or_default();
            for (sum, count) in figures.findings.iter_mut().zip(counts) {
                *sum += count;
            }
            figures.other += other;
            let [_, medium, high] = counts;
            if medium + high == 0 {
                continue;
            }
            holds = true;
            special |= category.class() != crate::model::Class::Standard;
            figures.documents += 1;
            figures.sure += u64::from(high > 0);
            figures.exposed += u64::from(exposed);
            if first {
                figures.people += people;
            }
            folder.findings += medium + high;
            *folder.categories.entry(category).or_default() += 1;
        }
        let count = |yes: bool| u64::from(yes);
        self.holding += count(holds);
        self.special += count(special);
        self.exposed += count(holds && exposed);
        self.special_exposed += count(special && exposed);
        folder.holding += count(holds);
        folder.special += count(special);
        folder.exposed += count(holds && exposed);
    }

    /// Entries that could not be read, or only in part, and members likewise.
    pub fn unread(&self) -> (u64, u64) {
        self.outcomes
            .iter()
            .filter(|(kind, _)| kind.is_problem())
            .fold((0, 0), |sum, (_, n)| (sum.0 + n.0, sum.1 + n.1))
    }

    /// Findings of a level, over all categories.
    pub fn findings(&self, level: Level) -> u64 {
        self.categories
            .values()
            .map(|figures| figures.findings[level as usize])
            .sum()
    }
}
