//! How much of what a content holds, kept beside it: what reports ask of every document, without a look at its findings.
//!
//! The writer keeps them with each content it writes: from the record where all of it came at once, from the rows where it
//! came in pieces. Which bit stands for which category is the table `category`; the order of the categories in the
//! program may change.

use rusqlite::{Connection, params};

use crate::{
    inventory::{numbers::Cache, record::PartRecord, unread::problems},
    model::Category,
};

/// The sums of a content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) high: i64,
    pub(super) medium: i64,
    pub(super) low: i64,
    pub(super) categories: i64,
    pub(super) people: i64,
    pub(super) members: i64,
    pub(super) unread: i64,
}

impl Sums {
    /// Of all parts of a content; `bit` gives the place of a category.
    pub(super) fn of<E>(
        parts: &[PartRecord],
        mut bit: impl FnMut(Category) -> Result<i64, E>,
    ) -> Result<Sums, E> {
        let mut sums = Sums::default();
        for part in parts {
            for rule in &part.rules {
                let [low, medium, high] = rule.counts.map(|n| n as i64);
                sums.low += low;
                sums.medium += medium;
                sums.high += high;
                if medium + high > 0 {
                    sums.categories |= 1 << bit(rule.category)?;
                }
            }
            sums.people = sums.people.max(part.people as i64);
            if part.ordinal > 0 {
                sums.members += 1;
                let problem = part.outcome.as_ref().is_some_and(|o| o.kind.is_problem());
                sums.unread += i64::from(problem);
            }
        }
        Ok(sums)
    }
}

/// Works the sums of a content out from its rows.
pub(super) fn work_out(tx: &Connection, content: i64) -> rusqlite::Result<()> {
    tx.prepare_cached(&format!(
        "UPDATE content SET
            (high, medium, low) = (
                SELECT COALESCE(SUM(f.high), 0), COALESCE(SUM(f.medium), 0), COALESCE(SUM(f.low), 0)
                FROM part p JOIN finding f ON f.part = p.id WHERE p.content = ?1),
            (people, members, unread) = (
                SELECT COALESCE(MAX(people), 0), COALESCE(SUM(ordinal > 0), 0),
                       COALESCE(SUM(ordinal > 0 AND outcome IN ({})), 0)
                FROM part WHERE content = ?1),
            categories = (
                SELECT COALESCE(SUM(1 << bit), 0) FROM (
                    SELECT DISTINCT c.bit FROM part p JOIN finding f ON f.part = p.id
                    JOIN rule r ON r.id = f.rule JOIN category c ON c.name = r.category
                    WHERE p.content = ?1 AND f.high + f.medium > 0))
         WHERE id = ?1",
        problems()
    ))?
    .execute([content])?;
    Ok(())
}

/// Counts the entries of every root.
pub(super) fn count_roots(tx: &Connection) -> rusqlite::Result<()> {
    tx.execute(
        "UPDATE root SET (documents, gone) = (
            SELECT COUNT(d.id) - COUNT(d.gone_run), COUNT(d.gone_run)
            FROM folder f JOIN document d ON d.folder = f.id WHERE f.root = root.id)",
        [],
    )?;
    Ok(())
}

impl Cache {
    /// The place of a category in `content.categories`; a new one gets the next.
    pub(super) fn category(
        &mut self,
        tx: &Connection,
        category: Category,
    ) -> rusqlite::Result<i64> {
        if let Some(&bit) = self.categories.get(&category) {
            return Ok(bit);
        }
        let bit = tx.query_row(
            "INSERT INTO category (bit, name) SELECT COALESCE(MAX(bit) + 1, 0), ?1 FROM category WHERE true
             ON CONFLICT (name) DO UPDATE SET name = name RETURNING bit",
            params![category.id()],
            |row| row.get(0),
        )?;
        self.categories.insert(category, bit);
        Ok(bit)
    }
}
