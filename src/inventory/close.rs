//! The writer's half for the end of a run: its totals, moves, rows nobody needs any more. What the end of a root's walk
//! means is in `walked`.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension as _, params};
use serde::Serialize;

use crate::{
    inventory::{
        content::drop_parts,
        error::InventoryError,
        known::counted_as,
        overview::Figures,
        read::outcome_kind,
        record::{RawPath, RootId, RunEnd, RunTotals},
        sums::count_roots,
        write::{WriteError, Writer, now},
    },
    model::OutcomeKind,
};

/// Rows handled in one transaction when there may be millions.
pub(super) const CHUNK: usize = 5_000;

/// How the entries of a run ended, and whether they add up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reconciliation {
    /// Entries the walker met.
    pub walked: u64,
    /// Entries and members by outcome.
    pub outcomes: BTreeMap<OutcomeKind, (u64, u64)>,
}

impl Reconciliation {
    /// Entries with an outcome.
    pub fn accounted(&self) -> u64 {
        self.outcomes.values().map(|(entries, _)| entries).sum()
    }

    /// Whether every entry the walker met has exactly one outcome.
    pub fn holds(&self) -> bool {
        self.walked == self.accounted()
    }
}

impl Writer {
    /// Drops what a scan that died sent ahead of documents that never came.
    pub(super) fn forget_unfinished(&mut self) -> Result<(), InventoryError> {
        self.in_transaction(|tx, _| {
            let unfinished = tx
                .prepare("SELECT id FROM content WHERE digest IS NULL")?
                .query_map([], |row| row.get::<_, i64>(0))?
                .collect::<Result<Vec<_>, _>>()?;
            for content in unfinished {
                drop_parts(tx, "content", content)?;
                tx.execute("DELETE FROM content WHERE id = ?1", [content])?;
            }
            Ok(())
        })
    }

    /// How the run's entries have ended so far.
    pub fn reconcile(&self, walked: u64) -> Result<Reconciliation, InventoryError> {
        let run = self.current()?;
        let mut outcomes: BTreeMap<OutcomeKind, (u64, u64)> = BTreeMap::new();
        for (kind, &count) in &self.met.counts {
            outcomes.entry(*kind).or_default().0 += count;
        }
        let count = |outcomes: &mut BTreeMap<OutcomeKind, (u64, u64)>| -> rusqlite::Result<()> {
            let mut statement = self
                .db
                .prepare("SELECT id, outcome FROM document WHERE met_run = ?1")?;
            let mut rows = statement.query([run.id])?;
            while let Some(row) = rows.next()? {
                let document = row.get(0)?;
                // Recorded before the scanner died, and not met again by the run that went on.
                if !self.met.contains(document) {
                    continue;
                }
                let kind = outcome_kind(row.get_ref(1)?.as_str()?);
                outcomes.entry(kind).or_default().0 += 1;
                // The same, and met again as it was: once is enough.
                if self.met.counted(document) {
                    let seen = outcomes.entry(counted_as(kind)).or_default();
                    seen.0 = seen.0.saturating_sub(1);
                }
            }
            let mut statement = self.db.prepare(
                "SELECT p.outcome, COUNT(*) FROM content c JOIN part p ON p.content = c.id
                 WHERE c.read_run = ?1 AND c.digest IS NOT NULL AND p.ordinal > 0 GROUP BY p.outcome",
            )?;
            let mut rows = statement.query([run.id])?;
            while let Some(row) = rows.next()? {
                let kind = outcome_kind(row.get_ref(0)?.as_str()?);
                outcomes.entry(kind).or_default().1 += row.get::<_, i64>(1)? as u64;
            }
            Ok(())
        };
        if self.last.is_none() || self.met.recorded > 0 {
            count(&mut outcomes).map_err(|e| self.sql(e))?;
        }
        outcomes.retain(|_, count| *count != (0, 0));
        Ok(Reconciliation { walked, outcomes })
    }

    /// Ends the run: notes moves, drops contents that no place holds, builds the index of hashes, and last of all closes
    /// the run with its totals.
    pub fn finish(
        &mut self,
        end: RunEnd,
        totals: &RunTotals,
    ) -> Result<Reconciliation, InventoryError> {
        let run = self.current()?;
        let reconciliation = self.reconcile(totals.walked)?;
        self.forget_unfinished()?;
        self.tickets.clear();
        // Nothing recorded and nothing gone: what stood when the run began stands.
        let still = self.last.take().filter(|_| self.met.recorded == 0);
        if still.is_none() {
            self.note_moves(run.id)?;
            self.drop_orphans()?;
        }
        self.build_index()?;
        self.in_transaction(|tx, _| {
            let figures = match still {
                Some(last) => last.figures,
                None => {
                    count_roots(tx)?;
                    serde_json::to_string(&Figures(tx).read()?)
                        .map_err(|_| WriteError::Record("figures that are not text"))?
                }
            };
            tx.execute("DELETE FROM rollup", [])?;
            tx.execute(
                "INSERT INTO rollup VALUES (?1, ?2)",
                params![run.id, figures],
            )?;
            tx.execute("DELETE FROM run_outcome WHERE run = ?1", [run.id])?;
            for (kind, (entries, members)) in &reconciliation.outcomes {
                tx.execute(
                    "INSERT INTO run_outcome VALUES (?1, ?2, ?3, ?4)",
                    params![run.id, kind.id(), *entries as i64, *members as i64],
                )?;
            }
            tx.execute(
                "UPDATE run SET ended = ?2, ending = ?3, walked = ?4, bytes = ?5, text = ?6, seconds = ?7, reason = ?8
                 WHERE id = ?1",
                params![
                    run.id,
                    now(),
                    end.id(),
                    totals.walked as i64,
                    totals.bytes as i64,
                    totals.text as i64,
                    totals.seconds,
                    totals.reason,
                ],
            )?;
            Ok(())
        })?;
        self.run = None;
        // Planner statistics, and a log of length zero, so that the file can be copied or read from a read-only folder.
        // Neither is worth failing a finished run for: a reader that holds the log back is no error.
        let _ = self
            .db
            .execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);");
        Ok(reconciliation)
    }

    /// A document that is gone and one that is new, with the same content: moved. Told once a run.
    fn note_moves(&mut self, run: i64) -> Result<(), InventoryError> {
        self.in_transaction(|tx, _| {
            tx.execute("DELETE FROM change WHERE run = ?1 AND what = 'moved'", [run])?;
            // The first vanished document of a content goes with its first new one, the second with the second.
            tx.execute(
                "WITH old AS (SELECT id, content, row_number() OVER (PARTITION BY content ORDER BY id) AS n
                              FROM document WHERE gone_run = ?1 AND content IS NOT NULL),
                      new AS (SELECT id, content, row_number() OVER (PARTITION BY content ORDER BY id) AS n
                              FROM document WHERE first_run = ?1 AND gone_run IS NULL AND content IN (SELECT content FROM old))
                 INSERT INTO change (run, document, what, before, after)
                 SELECT ?1, new.id, 'moved', old.id, NULL FROM old JOIN new USING (content, n)",
                [run],
            )?;
            Ok(())
        })
    }

    /// Contents that no document points at any more: what changed documents held before.
    fn drop_orphans(&mut self) -> Result<(), InventoryError> {
        loop {
            let dropped = self.in_transaction(|tx, _| {
                let orphans = tx
                    .prepare_cached(
                        "SELECT id FROM content WHERE live <= 0 AND NOT EXISTS
                            (SELECT 1 FROM document WHERE document.content = content.id) LIMIT ?1",
                    )?
                    .query_map([CHUNK as i64], |row| row.get::<_, i64>(0))?
                    .collect::<Result<Vec<_>, _>>()?;
                for content in &orphans {
                    drop_parts(tx, "content", *content)?;
                    tx.execute("DELETE FROM content WHERE id = ?1", [content])?;
                }
                Ok(orphans.len())
            })?;
            if dropped < CHUNK {
                return Ok(());
            }
        }
    }

    /// Builds the index of hashes if it was put off, and notes how large the index is for the next run's decision.
    fn build_index(&mut self) -> Result<(), InventoryError> {
        let run = self.current()?;
        self.in_transaction(|tx, _| {
            tx.execute_batch("CREATE INDEX IF NOT EXISTS value_hash ON value (hash)")?;
            // An estimate: rows replaced in this run are counted twice. It only decides when to put the index off.
            tx.execute(
                "INSERT INTO setting VALUES ('values', ?1)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                [(run.values_before + run.values_now) as i64],
            )?;
            Ok(())
        })
    }

    /// Notes that the scanner died while it read a document; returns how often that has happened to it.
    pub fn suspect(&mut self, root: RootId, path: &RawPath) -> Result<u64, InventoryError> {
        self.suspects = true;
        self.db
            .query_row(
                "INSERT INTO suspect VALUES (?1, ?2, 1)
                 ON CONFLICT DO UPDATE SET deaths = deaths + 1 RETURNING deaths",
                params![root.0, path.0],
                |row| row.get::<_, i64>(0),
            )
            .map(|deaths| deaths as u64)
            .map_err(|e| self.sql(e))
    }

    /// The documents the scanner died on and that have no outcome since, with how often: to be read alone, last.
    pub fn suspects(&self) -> Result<Vec<(RootId, RawPath, u64)>, InventoryError> {
        self.db
            .prepare("SELECT root, path, deaths FROM suspect ORDER BY root, path")
            .and_then(|mut statement| {
                statement
                    .query_map([], |row| {
                        Ok((
                            RootId(row.get(0)?),
                            RawPath(row.get(1)?),
                            row.get::<_, i64>(2)? as u64,
                        ))
                    })?
                    .collect()
            })
            .map_err(|e| self.sql(e))
    }

    /// Whether the index of hashes is there; without it a look-up reads every row.
    pub fn has_index(&self) -> Result<bool, InventoryError> {
        self.db
            .query_row(
                "SELECT 1 FROM sqlite_schema WHERE name = 'value_hash'",
                [],
                |_| Ok(()),
            )
            .optional()
            .map(|found| found.is_some())
            .map_err(|e| self.sql(e))
    }
}
