//! Rows of the large tables, written a hundred to a statement: twice as fast as one by one.

use std::sync::LazyLock;

use rusqlite::{Connection, Statement};

use crate::inventory::{
    pack::status_number,
    record::{DocumentRecord, PLACES, PartRecord, Stamp, ValueRecord},
    writing::Name,
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

    /// Writes rows; `bind` binds one from the parameter given on. Returns how many were written.
    fn run<R>(
        &self,
        tx: &Connection,
        rows: &[R],
        columns: usize,
        bind: impl Fn(&mut Statement<'_>, usize, &R) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<usize> {
        let (hundreds, rest) = rows.as_chunks::<ROWS>();
        let mut written = 0;
        for hundred in hundreds {
            let mut statement = tx.prepare_cached(&self.many)?;
            for (n, row) in hundred.iter().enumerate() {
                bind(&mut statement, 1 + n * columns, row)?;
            }
            written += statement.raw_execute()?;
        }
        for row in rest {
            let mut statement = tx.prepare_cached(&self.one)?;
            bind(&mut statement, 1, row)?;
            written += statement.raw_execute()?;
        }
        Ok(written)
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
static NAME: LazyLock<Insert> = LazyLock::new(|| Insert::new("name", 2, "ON CONFLICT DO NOTHING"));
static NAME_TOKEN: LazyLock<Insert> =
    LazyLock::new(|| Insert::new("name_token", 2, "ON CONFLICT DO NOTHING"));
static TOKEN_KEY: LazyLock<Insert> =
    LazyLock::new(|| Insert::new("token_key", 3, "ON CONFLICT DO NOTHING"));
static PART: LazyLock<Insert> = LazyLock::new(|| {
    Insert::new(
        "part (id, content, document, ordinal, chain, format, extractor, outcome, reason, size, people, places)",
        12,
        "",
    )
});
static DOCUMENT: LazyLock<Insert> = LazyLock::new(|| {
    Insert::new(
        "document (id, folder, name, size, mtime, ctime, inode, device, links, accessed, owner, grp, acl, mode,
            exposure, outcome, reason, content, rules, first_run, met_run)",
        21,
        "ON CONFLICT (folder, name) DO NOTHING",
    )
});

/// A row of `part`.
pub(super) struct PartRow<'b> {
    pub(super) id: i64,
    pub(super) content: Option<i64>,
    pub(super) document: Option<i64>,
    pub(super) part: &'b PartRecord,
    pub(super) chain: Option<String>,
    pub(super) places: Option<String>,
}

/// A row of `document`.
pub(super) struct DocumentRow<'b> {
    pub(super) id: i64,
    pub(super) folder: i64,
    pub(super) record: &'b DocumentRecord,
    pub(super) name: &'b [u8],
    pub(super) owner: Option<i64>,
    pub(super) group: Option<i64>,
    pub(super) acl: Option<i64>,
    pub(super) content: Option<i64>,
    pub(super) rules: i64,
    pub(super) run: i64,
}

/// Writes documents; returns how many were written: one at a path that is there is not.
pub(super) fn documents(tx: &Connection, rows: &[DocumentRow<'_>]) -> rusqlite::Result<usize> {
    DOCUMENT.run(tx, rows, 21, |s, at, row| {
        let record = row.record;
        let stamp: Option<&Stamp> = record.stamp.as_ref();
        s.raw_bind_parameter(at, row.id)?;
        s.raw_bind_parameter(at + 1, row.folder)?;
        s.raw_bind_parameter(at + 2, Name(row.name))?;
        s.raw_bind_parameter(at + 3, stamp.map(|s| s.size as i64))?;
        s.raw_bind_parameter(at + 4, stamp.map(|s| s.mtime))?;
        s.raw_bind_parameter(at + 5, stamp.map(|s| s.ctime))?;
        s.raw_bind_parameter(at + 6, stamp.map(|s| s.inode as i64))?;
        s.raw_bind_parameter(at + 7, stamp.map(|s| s.device as i64))?;
        s.raw_bind_parameter(at + 8, stamp.map(|s| s.links as i64))?;
        s.raw_bind_parameter(at + 9, record.access.accessed)?;
        s.raw_bind_parameter(at + 10, row.owner)?;
        s.raw_bind_parameter(at + 11, row.group)?;
        s.raw_bind_parameter(at + 12, row.acl)?;
        s.raw_bind_parameter(at + 13, record.access.mode)?;
        s.raw_bind_parameter(at + 14, record.access.exposure() as i64)?;
        s.raw_bind_parameter(at + 15, record.outcome.kind.id())?;
        s.raw_bind_parameter(at + 16, &record.outcome.reason)?;
        s.raw_bind_parameter(at + 17, row.content)?;
        s.raw_bind_parameter(at + 18, row.rules)?;
        s.raw_bind_parameter(at + 19, row.run)?;
        s.raw_bind_parameter(at + 20, row.run)
    })
}

/// Rows on their way to the tables. [`Bulk::flush`] before anything that reads or deletes them.
#[derive(Default)]
pub(super) struct Bulk<'b> {
    parts: Vec<PartRow<'b>>,
    values: Vec<(i64, i64, &'b ValueRecord)>,
    findings: Vec<[i64; 7]>,
    shown: Vec<(i64, Vec<u8>)>,
    names: Vec<(i64, Vec<u8>)>,
    name_tokens: Vec<[i64; 2]>,
    token_keys: Vec<[i64; 3]>,
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

    /// A row of `part`.
    pub(super) fn part(&mut self, row: PartRow<'b>) {
        self.parts.push(row);
    }

    /// A row of `finding`.
    pub(super) fn finding(&mut self, row: [i64; 7]) {
        self.findings.push(row);
    }

    /// A row of `shown`.
    pub(super) fn shown(&mut self, part: i64, packed: Vec<u8>) {
        self.shown.push((part, packed));
    }

    /// A row of `name`, unless it is there.
    pub(super) fn name(&mut self, hash: i64, tokens: Vec<u8>) {
        self.names.push((hash, tokens));
    }

    /// A row of `name_token`, unless it is there.
    pub(super) fn name_token(&mut self, row: [i64; 2]) {
        self.name_tokens.push(row);
    }

    /// A row of `token_key`, unless it is there.
    pub(super) fn token_key(&mut self, row: [i64; 3]) {
        self.token_keys.push(row);
    }

    /// Writes everything.
    pub(super) fn flush(&mut self, tx: &Connection) -> rusqlite::Result<()> {
        self.drain(tx, 1)?;
        self.flush_names(tx)
    }

    /// In the order of their tables, whose pages are so met one after another and not at random.
    fn flush_names(&mut self, tx: &Connection) -> rusqlite::Result<()> {
        self.names.sort_unstable();
        NAME.run(tx, &self.names, 2, |s, at, (hash, tokens)| {
            s.raw_bind_parameter(at, hash)?;
            s.raw_bind_parameter(at + 1, tokens)
        })?;
        self.names.clear();
        let bind = |s: &mut Statement<'_>, at: usize, row: &[i64]| {
            row.iter()
                .enumerate()
                .try_for_each(|(n, field)| s.raw_bind_parameter(at + n, field))
        };
        self.name_tokens.sort_unstable();
        NAME_TOKEN.run(tx, &self.name_tokens, 2, |s, at, row| bind(s, at, row))?;
        self.name_tokens.clear();
        self.token_keys.sort_unstable();
        TOKEN_KEY.run(tx, &self.token_keys, 3, |s, at, row| bind(s, at, row))?;
        self.token_keys.clear();
        Ok(())
    }

    /// Writes as many rows of each table as make whole multiples of `unit`.
    fn drain(&mut self, tx: &Connection, unit: usize) -> rusqlite::Result<()> {
        let whole = |rows: usize| rows - rows % unit;
        let rows = whole(self.parts.len());
        PART.run(tx, &self.parts[..rows], 12, |s, at, row| {
            let part = row.part;
            let (outcome, reason) = part.outcome.as_ref().map_or(("read", ""), |outcome| {
                (outcome.kind.id(), outcome.reason.as_str())
            });
            s.raw_bind_parameter(at, row.id)?;
            s.raw_bind_parameter(at + 1, row.content)?;
            s.raw_bind_parameter(at + 2, row.document)?;
            s.raw_bind_parameter(at + 3, part.ordinal)?;
            s.raw_bind_parameter(at + 4, row.chain.as_deref())?;
            s.raw_bind_parameter(at + 5, &*part.format)?;
            s.raw_bind_parameter(at + 6, part.extractor)?;
            s.raw_bind_parameter(at + 7, outcome)?;
            s.raw_bind_parameter(at + 8, reason)?;
            s.raw_bind_parameter(at + 9, part.size.map(|n| n as i64))?;
            s.raw_bind_parameter(at + 10, part.people as i64)?;
            s.raw_bind_parameter(at + 11, row.places.as_deref())
        })?;
        self.parts.drain(..rows);
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
