//! Rows of the large tables, written a hundred to a statement: twice as fast as one by one.

use std::sync::LazyLock;

use rusqlite::{Connection, Statement};

use crate::inventory::{
    pack::status_number,
    record::{PLACES, ValueRecord},
};

/// Rows of one statement.
const ROWS: usize = 100;

/// An insert for one row and for [`ROWS`]; only these two texts, so that both stay prepared.
struct Insert {
    one: String,
    many: String,
}

impl Insert {
    fn new(table: &str, columns: usize, on_conflict: &str) -> Insert {
        let text = |rows: usize| {
            let row = format!("(?{})", ", ?".repeat(columns - 1));
            let rows = vec![row; rows].join(", ");
            format!("INSERT INTO {table} VALUES {rows} {on_conflict}")
        };
        Insert {
            one: text(1),
            many: text(ROWS),
        }
    }

    /// Writes rows; `bind` binds one from the parameter given on.
    fn run<R>(
        &self,
        tx: &Connection,
        rows: &[R],
        columns: usize,
        bind: impl Fn(&mut Statement<'_>, usize, &R) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        let (hundreds, rest) = rows.as_chunks::<ROWS>();
        for hundred in hundreds {
            let mut statement = tx.prepare_cached(&self.many)?;
            for (n, row) in hundred.iter().enumerate() {
                bind(&mut statement, 1 + n * columns, row)?;
            }
            statement.raw_execute()?;
        }
        for row in rest {
            let mut statement = tx.prepare_cached(&self.one)?;
            bind(&mut statement, 1, row)?;
            statement.raw_execute()?;
        }
        Ok(())
    }
}

/// A value that an earlier piece of the part had is added up. `||` makes text of bytes, hence the cast; the bytes are the
/// same.
static VALUE: LazyLock<Insert> = LazyLock::new(|| {
    Insert::new(
        "value",
        7,
        &format!(
            "ON CONFLICT DO UPDATE SET count = count + excluded.count,
               confidence = max(confidence, excluded.confidence), status = min(status, excluded.status),
               places = CASE WHEN count < {PLACES} THEN CAST(places || excluded.places AS BLOB) ELSE places END"
        ),
    )
});
static FINDING: LazyLock<Insert> = LazyLock::new(|| Insert::new("finding", 7, ""));
static SHOWN: LazyLock<Insert> = LazyLock::new(|| Insert::new("shown", 2, ""));

/// Rows on their way to the tables. [`Bulk::flush`] before anything that reads or deletes them.
#[derive(Default)]
pub(super) struct Bulk<'b> {
    values: Vec<(i64, i64, &'b ValueRecord)>,
    findings: Vec<[i64; 7]>,
    shown: Vec<(i64, Vec<u8>)>,
}

impl<'b> Bulk<'b> {
    /// Values of a rule in a part.
    pub(super) fn values(
        &mut self,
        tx: &Connection,
        part: i64,
        rule: i64,
        values: &'b [ValueRecord],
    ) -> rusqlite::Result<()> {
        self.values.extend(values.iter().map(|v| (part, rule, v)));
        self.drain(tx, ROWS)
    }

    /// A row of `finding`.
    pub(super) fn finding(&mut self, row: [i64; 7]) {
        self.findings.push(row);
    }

    /// A row of `shown`.
    pub(super) fn shown(&mut self, part: i64, packed: Vec<u8>) {
        self.shown.push((part, packed));
    }

    /// Writes everything.
    pub(super) fn flush(&mut self, tx: &Connection) -> rusqlite::Result<()> {
        self.drain(tx, 1)
    }

    /// Writes as many rows of each table as make whole multiples of `unit`.
    fn drain(&mut self, tx: &Connection, unit: usize) -> rusqlite::Result<()> {
        let whole = |rows: usize| rows - rows % unit;
        let rows = whole(self.values.len());
        VALUE.run(tx, &self.values[..rows], 7, |s, at, (part, rule, value)| {
            s.raw_bind_parameter(at, part)?;
            s.raw_bind_parameter(at + 1, rule)?;
            s.raw_bind_parameter(at + 2, value.hash.0 as i64)?;
            s.raw_bind_parameter(at + 3, value.count as i64)?;
            s.raw_bind_parameter(at + 4, value.confidence.0)?;
            s.raw_bind_parameter(at + 5, status_number(value.status))?;
            s.raw_bind_parameter(at + 6, &value.places)
        })?;
        self.values.drain(..rows);
        let rows = whole(self.findings.len());
        FINDING.run(tx, &self.findings[..rows], 7, |s, at, row| {
            row.iter()
                .enumerate()
                .try_for_each(|(n, field)| s.raw_bind_parameter(at + n, field))
        })?;
        self.findings.drain(..rows);
        let rows = whole(self.shown.len());
        SHOWN.run(tx, &self.shown[..rows], 2, |s, at, (part, packed)| {
            s.raw_bind_parameter(at, part)?;
            s.raw_bind_parameter(at + 1, packed)
        })?;
        self.shown.drain(..rows);
        Ok(())
    }
}
