//! What reviews set aside, document by document: findings that are false positives or accepted and so in no figure.
//!
//! One answer for the overview, for [`held`](super::held) and for the drill-downs, so that no report counts what another
//! leaves out. Memory: the documents that a review speaks of.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, params};

use crate::{
    inventory::{
        read::{count, joined, name},
        record::RawPath,
        review::{Reviews, Verdict},
        rows::{PartRow, RuleCount},
    },
    model::Confidence,
};

/// What is set aside in the documents that are there.
#[derive(Debug, Default)]
pub struct Marks(HashMap<i64, Mark>);

/// What is set aside in a document.
#[derive(Debug)]
pub(super) enum Mark {
    /// All of it: a review speaks of its path.
    All(Verdict),
    /// Some findings.
    Some(Vec<Marked>),
}

/// Findings of one rule in one part that are set aside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marked {
    pub(super) part: i64,
    pub(super) rule: i64,
    /// Low, medium, high; at most what there is.
    pub(super) counts: [u64; 3],
    pub(super) verdict: Verdict,
}

impl Marks {
    /// For these reviews.
    pub(super) fn read(db: &Connection, reviews: &Reviews) -> rusqlite::Result<Marks> {
        let mut marks = Marks::default();
        if !reviews.is_empty() {
            marks.by_path(db, reviews)?;
            marks.by_value(db, reviews)?;
        }
        Ok(marks)
    }

    /// What is set aside in a document, if anything.
    pub(super) fn of(&self, document: i64) -> Option<&Mark> {
        // Nearly always there is none at all.
        match self.0.is_empty() {
            true => None,
            false => self.0.get(&document),
        }
    }

    /// How many findings of a rule in a part of a document are left: low, medium, high.
    pub fn left(&self, document: i64, part: &PartRow, rule: &RuleCount) -> [u64; 3] {
        let mut counts = rule.counts;
        match self.of(document) {
            None => {}
            Some(Mark::All(_)) => counts = [0; 3],
            Some(Mark::Some(marked)) => {
                for marked in marked {
                    if (marked.part, marked.rule) == (part.id, rule.id) {
                        less(&mut counts, marked.counts);
                    }
                }
            }
        }
        counts
    }

    /// Reviews of paths, and of rules at paths.
    fn by_path(&mut self, db: &Connection, reviews: &Reviews) -> rusqlite::Result<()> {
        if !reviews.speaks_of_paths() {
            return Ok(());
        }
        let folders = folders(db)?;
        let mut findings = db.prepare(
            "SELECT f.part, f.rule, f.low, f.medium, f.high FROM part p JOIN finding f ON f.part = p.id
             JOIN rule r ON r.id = f.rule WHERE (p.content = ?1 OR p.document = ?2) AND r.name = ?3",
        )?;
        let mut documents =
            db.prepare("SELECT id, folder, name, content FROM document WHERE gone_run IS NULL")?;
        let mut rows = documents.query([])?;
        while let Some(row) = rows.next()? {
            let Some(folder) = folders.get(&row.get(1)?) else {
                continue;
            };
            let document: i64 = row.get(0)?;
            let path = joined(folder, &name(row, 2)?).display();
            if let Some(verdict) = reviews.of_path(&path) {
                self.0.insert(document, Mark::All(verdict));
                continue;
            }
            for (rule, verdict) in reviews.rules_at(&path) {
                let mut found =
                    findings.query(params![row.get::<_, Option<i64>>(3)?, document, rule])?;
                while let Some(row) = found.next()? {
                    let marked = Marked {
                        part: row.get(0)?,
                        rule: row.get(1)?,
                        counts: [count(row, 2)?, count(row, 3)?, count(row, 4)?],
                        verdict,
                    };
                    self.add(document, marked);
                }
            }
        }
        Ok(())
    }

    /// Reviews of values.
    fn by_value(&mut self, db: &Connection, reviews: &Reviews) -> rusqlite::Result<()> {
        let mut values = db.prepare(
            "SELECT v.part, v.rule, v.count, v.confidence, r.name, p.content, p.document, f.low, f.medium, f.high
             FROM value v JOIN rule r ON r.id = v.rule JOIN part p ON p.id = v.part
             JOIN finding f ON f.part = v.part AND f.rule = v.rule
             WHERE v.hash = ?1 AND v.status = 0",
        )?;
        let mut of_content = db.prepare(PLACES_OF_CONTENT)?;
        let mut of_name = db.prepare(PLACE_OF_NAME)?;
        let mut hashes = HashSet::new();
        for hash in reviews.iter().filter_map(|review| review.hash) {
            if !hashes.insert(hash) {
                continue;
            }
            let mut rows = values.query([hash.0 as i64])?;
            while let Some(row) = rows.next()? {
                let by: String = row.get(4)?;
                let marked = Marked {
                    part: row.get(0)?,
                    rule: row.get(1)?,
                    counts: of_value(
                        count(row, 2)?,
                        Confidence(row.get(3)?),
                        [count(row, 7)?, count(row, 8)?, count(row, 9)?],
                    ),
                    verdict: Verdict::FalsePositive,
                };
                let mut places = match row.get::<_, Option<i64>>(5)? {
                    Some(content) => of_content.query([content])?,
                    None => of_name.query([row.get::<_, Option<i64>>(6)?])?,
                };
                while let Some(place) = places.next()? {
                    let folder = joined(&name(place, 1)?, &name(place, 2)?);
                    let path = joined(&folder, &name(place, 3)?).display();
                    if let Some(verdict) = reviews.of(&by, hash, &path) {
                        self.add(place.get(0)?, Marked { verdict, ..marked });
                    }
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, document: i64, marked: Marked) {
        match self
            .0
            .entry(document)
            .or_insert_with(|| Mark::Some(Vec::new()))
        {
            Mark::All(_) => {}
            Mark::Some(all) => all.push(marked),
        }
    }
}

const PLACES_OF_CONTENT: &str =
    "SELECT d.id, r.path, f.path, d.name FROM document d JOIN folder f ON f.id = d.folder
     JOIN root r ON r.id = f.root WHERE d.gone_run IS NULL AND d.content = ?1";

const PLACE_OF_NAME: &str =
    "SELECT d.id, r.path, f.path, d.name FROM document d JOIN folder f ON f.id = d.folder
     JOIN root r ON r.id = f.root WHERE d.gone_run IS NULL AND d.id = ?1";

fn folders(db: &Connection) -> rusqlite::Result<HashMap<i64, RawPath>> {
    db.prepare("SELECT f.id, r.path, f.path FROM folder f JOIN root r ON r.id = f.root")?
        .query_map([], |row| {
            Ok((row.get(0)?, joined(&name(row, 1)?, &name(row, 2)?)))
        })?
        .collect()
}

/// Takes from counts, never more than there is.
pub(super) fn less(counts: &mut [u64; 3], marked: [u64; 3]) {
    for (count, marked) in counts.iter_mut().zip(marked) {
        *count = count.saturating_sub(marked);
    }
}

/// The levels of a value that occurs so often, of which only the surest is known: as many as there are of that level, the
/// rest of the levels below it.
fn of_value(mut occurs: u64, surest: Confidence, there: [u64; 3]) -> [u64; 3] {
    let mut counts = [0; 3];
    for level in (0..=surest.level() as usize).rev() {
        counts[level] = occurs.min(there[level]);
        occurs -= counts[level];
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_takes_from_its_level_first() {
        assert_eq!(of_value(3, Confidence(90), [5, 5, 2]), [0, 1, 2]);
        assert_eq!(of_value(9, Confidence(65), [1, 2, 7]), [1, 2, 0]);
        let mut counts = [1, 2, 3];
        less(&mut counts, [0, 5, 1]);
        assert_eq!(counts, [1, 0, 2]);
    }
}
