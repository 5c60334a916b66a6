//! What people said of findings, and whose data is our own: both kept beside the findings, so that a rescan changes
//! neither.
//!
//! A review speaks of a value (by its keyed hash), of a path, or of both; findings it fits are counted apart, never
//! deleted. A list of own people is keyed hashes of the same form as the blind index: "one of ours" is a look-up there.
//! Called by `cli review`, `cli match` and the reports.

use std::path::Path;

use globset::{GlobBuilder, GlobMatcher};
use rusqlite::{Connection, params};
use serde::Serialize;

use crate::inventory::{
    database,
    error::InventoryError,
    marks::Marks,
    read::{Inventory, count},
    record::ValueHash,
    rows::FindingRow,
    write::now,
};

/// What was said of a finding.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The rules were mistaken: it is no personal data.
    FalsePositive,
    /// It is, it is known, and it may be there.
    Accepted,
}

impl Verdict {
    /// As it is written in exports and in the database.
    pub fn id(self) -> &'static str {
        match self {
            Verdict::FalsePositive => "false-positive",
            Verdict::Accepted => "accepted",
        }
    }

    fn from_id(id: &str) -> Verdict {
        match id {
            "accepted" => Verdict::Accepted,
            _ => Verdict::FalsePositive,
        }
    }
}

/// A review. At least one of `hash`, `path` and `rule` is set.
#[derive(Clone, Debug, Serialize)]
pub struct Review {
    /// Its number; 0 before it is kept.
    pub id: i64,
    /// Milliseconds since 1970.
    pub at: i64,
    /// Account.
    pub user: String,
    /// Machine.
    pub host: String,
    /// What was said.
    pub verdict: Verdict,
    /// Rule it speaks of; `None`: any.
    pub rule: Option<String>,
    /// Value it speaks of; `None`: any. Never printed.
    #[serde(skip)]
    pub hash: Option<ValueHash>,
    /// A path or a pattern of paths; `None`: everywhere.
    pub path: Option<String>,
    /// The reason given.
    pub why: String,
    /// When it was taken back.
    pub undone: Option<i64>,
}

/// The reviews that hold, ready to be asked.
#[derive(Default)]
pub struct Reviews {
    all: Vec<(Review, Option<GlobMatcher>)>,
    /// Whether any speaks of paths whatever the value.
    paths: bool,
}

/// A pattern of paths: `*` and `?` stand for anything, folders included; a path without them is itself, or a folder with
/// all that is in it.
fn matcher(pattern: &str) -> Result<GlobMatcher, InventoryError> {
    let whole = match pattern.contains(['*', '?', '[']) {
        true => pattern.to_owned(),
        false => format!(
            "{{{0},{0}/**}}",
            globset::escape(pattern.trim_end_matches('/'))
        ),
    };
    GlobBuilder::new(&whole)
        .literal_separator(false)
        .build()
        .map(|glob| glob.compile_matcher())
        .map_err(|e| {
            InventoryError::Finding(format!("the pattern of paths does not parse: {}", e.kind()))
        })
}

impl Reviews {
    /// Whether there are none, which is usual.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// What was said last of a value of a rule at a path.
    pub fn of(&self, rule: &str, hash: ValueHash, path: &str) -> Option<Verdict> {
        self.all
            .iter()
            .rev()
            .find(|(review, glob)| {
                review.hash.is_none_or(|h| h == hash)
                    && review.rule.as_deref().is_none_or(|r| r == rule)
                    && glob.as_ref().is_none_or(|g| g.is_match(path))
            })
            .map(|(review, _)| review.verdict)
    }

    /// What was said of a finding.
    pub fn of_row(&self, row: &FindingRow<'_>) -> Option<Verdict> {
        if self.is_empty() {
            return None;
        }
        self.of(&row.rule.rule, row.finding.value, &row.place.path.display())
    }

    /// Whether any speaks of all that is at a path.
    pub(super) fn of_path(&self, path: &str) -> Option<Verdict> {
        self.at(path)
            .find(|review| review.rule.is_none())
            .map(|review| review.verdict)
    }

    /// Rules of which all findings at a path are spoken of, each once.
    pub(super) fn rules_at(&self, path: &str) -> Vec<(&str, Verdict)> {
        let mut rules: Vec<(&str, Verdict)> = Vec::new();
        for review in self.at(path) {
            if let Some(rule) = review.rule.as_deref()
                && rules.iter().all(|(known, _)| *known != rule)
            {
                rules.push((rule, review.verdict));
            }
        }
        rules
    }

    /// Those that speak of a path whatever the value, the last one first.
    fn at(&self, path: &str) -> impl Iterator<Item = &Review> {
        self.all
            .iter()
            .rev()
            .filter(move |(review, glob)| {
                review.hash.is_none() && glob.as_ref().is_some_and(|g| g.is_match(path))
            })
            .map(|(review, _)| review)
    }

    pub(super) fn speaks_of_paths(&self) -> bool {
        self.paths
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Review> {
        self.all.iter().map(|(review, _)| review)
    }

    /// Those that hold.
    pub(super) fn read(db: &Connection, file: &Path) -> Result<Reviews, InventoryError> {
        let mut reviews = Reviews::default();
        for review in read(db).map_err(|e| InventoryError::from_sql(file, e))? {
            if review.undone.is_some() {
                continue;
            }
            let glob = review.path.as_deref().map(matcher).transpose()?;
            reviews.paths |= glob.is_some() && review.hash.is_none();
            reviews.all.push((review, glob));
        }
        Ok(reviews)
    }
}

fn read(db: &Connection) -> rusqlite::Result<Vec<Review>> {
    db.prepare(
        "SELECT id, at, user, host, verdict, rule, hash, path, why, undone FROM review ORDER BY id",
    )?
    .query_map([], |row| {
        Ok(Review {
            id: row.get(0)?,
            at: row.get(1)?,
            user: row.get(2)?,
            host: row.get(3)?,
            verdict: Verdict::from_id(row.get_ref(4)?.as_str()?),
            rule: row.get(5)?,
            hash: row.get::<_, Option<i64>>(6)?.map(|h| ValueHash(h as u64)),
            path: row.get(7)?,
            why: row.get(8)?,
            undone: row.get(9)?,
        })
    })?
    .collect()
}

/// A list of the organisation's own people.
#[derive(Clone, Debug, Serialize)]
pub struct OwnList {
    /// Its name.
    pub name: String,
    /// When it was loaded, milliseconds since 1970.
    pub at: i64,
    /// Account that did.
    pub user: String,
    /// Rows it had.
    pub people: u64,
    /// Different values of theirs.
    pub values: u64,
    /// Of these, those that documents hold.
    pub found: u64,
    /// Contents of documents that hold any.
    pub documents: u64,
}

impl Inventory {
    /// What the reviews that hold set aside, document by document.
    pub fn marks(&self) -> Result<Marks, InventoryError> {
        Marks::read(&self.db, &self.reviewed()?).map_err(|e| self.sql(e))
    }

    /// The reviews that hold.
    pub fn reviewed(&self) -> Result<Reviews, InventoryError> {
        Reviews::read(&self.db, &self.path)
    }

    /// All reviews, those taken back included, oldest first.
    pub fn reviews(&self) -> Result<Vec<Review>, InventoryError> {
        read(&self.db).map_err(|e| self.sql(e))
    }

    /// Whether a value is of one of the organisation's own people.
    pub fn is_own(&self, hash: ValueHash) -> Result<bool, InventoryError> {
        self.db
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM own WHERE hash = ?1)")
            .and_then(|mut s| s.query_row([hash.0 as i64], |row| row.get(0)))
            .map_err(|e| self.sql(e))
    }

    /// The lists that are loaded, with what of them was found.
    pub fn own_lists(&self) -> Result<Vec<OwnList>, InventoryError> {
        let read = || -> rusqlite::Result<Vec<OwnList>> {
            self.db
                .prepare(
                    "SELECT l.name, l.at, l.user, l.people,
                            (SELECT COUNT(*) FROM own o WHERE o.list = l.id),
                            (SELECT COUNT(DISTINCT v.hash) FROM own o JOIN value v ON v.hash = o.hash WHERE o.list = l.id),
                            (SELECT COUNT(DISTINCT p.content) FROM own o JOIN value v ON v.hash = o.hash
                             JOIN part p ON p.id = v.part WHERE o.list = l.id)
                     FROM own_list l ORDER BY l.name",
                )?
                .query_map([], |row| {
                    Ok(OwnList {
                        name: row.get(0)?,
                        at: row.get(1)?,
                        user: row.get(2)?,
                        people: count(row, 3)?,
                        values: count(row, 4)?,
                        found: count(row, 5)?,
                        documents: count(row, 6)?,
                    })
                })?
                .collect()
        };
        read().map_err(|e| self.sql(e))
    }
}

/// Keeps a review; its number.
///
/// # Errors
/// A pattern that does not parse; a database that cannot be written.
pub fn add_review(file: &Path, review: &Review) -> Result<i64, InventoryError> {
    if let Some(path) = &review.path {
        matcher(path)?;
    }
    let db = database::open_to_write(file)?;
    let write = || -> rusqlite::Result<i64> {
        db.execute(
            "INSERT INTO review (at, user, host, verdict, rule, hash, path, why) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                now(),
                review.user,
                review.host,
                review.verdict.id(),
                review.rule,
                review.hash.map(|h| h.0 as i64),
                review.path,
                review.why
            ],
        )?;
        let id = db.last_insert_rowid();
        // The figures were worked out without it.
        db.execute("DELETE FROM rollup", [])?;
        Ok(id)
    };
    write().map_err(|e| InventoryError::from_sql(file, e))
}

/// Takes a review back; false when there is none of that number that holds.
pub fn undo_review(file: &Path, id: i64) -> Result<bool, InventoryError> {
    let db = database::open_to_write(file)?;
    let write = || -> rusqlite::Result<bool> {
        let changed = db.execute(
            "UPDATE review SET undone = ?2 WHERE id = ?1 AND undone IS NULL",
            params![id, now()],
        )?;
        db.execute("DELETE FROM rollup", [])?;
        Ok(changed > 0)
    };
    write().map_err(|e| InventoryError::from_sql(file, e))
}

/// Keeps a list of own people, in place of one of the same name: all of it or, whatever stops it, none.
pub fn load_own(
    file: &Path,
    name: &str,
    user: &str,
    people: u64,
    hashes: &[ValueHash],
) -> Result<(), InventoryError> {
    let mut db = database::open_to_write(file)?;
    let mut write = || -> rusqlite::Result<()> {
        let tx = db.transaction()?;
        remove(&tx, name)?;
        tx.execute(
            "INSERT INTO own_list (name, at, user, people) VALUES (?1, ?2, ?3, ?4)",
            params![name, now(), user, people as i64],
        )?;
        let list = tx.last_insert_rowid();
        {
            let mut insert =
                tx.prepare("INSERT OR IGNORE INTO own (hash, list) VALUES (?1, ?2)")?;
            for hash in hashes {
                insert.execute(params![hash.0 as i64, list])?;
            }
        }
        tx.commit()
    };
    write().map_err(|e| InventoryError::from_sql(file, e))
}

/// Forgets a list; false when there is none of that name.
pub fn unload_own(file: &Path, name: &str) -> Result<bool, InventoryError> {
    let mut db = database::open_to_write(file)?;
    let mut write = || -> rusqlite::Result<bool> {
        let tx = db.transaction()?;
        let there = remove(&tx, name)?;
        tx.commit()?;
        Ok(there)
    };
    write().map_err(|e| InventoryError::from_sql(file, e))
}

fn remove(db: &Connection, name: &str) -> rusqlite::Result<bool> {
    db.execute(
        "DELETE FROM own WHERE list IN (SELECT id FROM own_list WHERE name = ?1)",
        [name],
    )?;
    Ok(db.execute("DELETE FROM own_list WHERE name = ?1", [name])? > 0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::type_complexity)]

    use super::*;

    fn reviews(all: &[(Verdict, Option<&str>, Option<u64>, Option<&str>)]) -> Reviews {
        let mut reviews = Reviews::default();
        for (verdict, rule, hash, path) in all {
            let review = Review {
                id: 0,
                at: 0,
                user: String::new(),
                host: String::new(),
                verdict: *verdict,
                rule: rule.map(str::to_owned),
                hash: hash.map(ValueHash),
                path: path.map(str::to_owned),
                why: String::new(),
                undone: None,
            };
            let glob = review.path.as_deref().map(|p| matcher(p).unwrap());
            reviews.paths |= glob.is_some() && hash.is_none();
            reviews.all.push((review, glob));
        }
        reviews
    }

    #[test]
    fn a_review_speaks_of_its_value_and_its_path_only() {
        let all = reviews(&[
            (Verdict::FalsePositive, Some("nino"), Some(7), None),
            (Verdict::Accepted, None, None, Some("/share/HR")),
            (
                Verdict::Accepted,
                Some("nino"),
                Some(8),
                Some("/share/a*.csv"),
            ),
        ]);
        let of = |rule, hash, path| all.of(rule, ValueHash(hash), path);
        assert_eq!(of("nino", 7, "/x"), Some(Verdict::FalsePositive));
        assert_eq!(of("utr", 7, "/x"), None);
        assert_eq!(of("utr", 1, "/share/HR/pay.csv"), Some(Verdict::Accepted));
        assert_eq!(of("utr", 1, "/share/HRX/pay.csv"), None);
        assert_eq!(of("nino", 8, "/share/a/b/c.csv"), Some(Verdict::Accepted));
        assert_eq!(of("nino", 8, "/share/b.csv"), None);
        assert!(all.of_path("/share/HR/x").is_some() && all.of_path("/share/a.csv").is_none());
        let tests = reviews(&[
            (Verdict::Accepted, Some("utr"), None, Some("*/tests/*")),
            (Verdict::FalsePositive, Some("utr"), None, Some("*/tests/*")),
        ]);
        assert_eq!(
            tests.rules_at("/share/tests/a"),
            [("utr", Verdict::FalsePositive)]
        );
        assert!(tests.of_path("/share/tests/a").is_none() && tests.rules_at("/share/a").is_empty());
        assert!(matcher("a[").is_err());
    }
}
