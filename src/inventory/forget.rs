//! A person taken out of the inventory itself: hashes, previews, ways to a name, places that are gone. And the proof, by
//! a look at every byte of the database.
//!
//! What a scan can find it will find again: a document that is still there and holds the person keeps its place and is
//! named in the result. So erasure comes first, then a scan, then this.

use std::{collections::BTreeSet, fs, path::Path};

use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;

use crate::{
    inventory::{
        content::drop_parts,
        database::with_suffix,
        error::InventoryError,
        names::name_tokens,
        overview::Figures,
        pack::Names,
        read::{joined, name},
        record::{RawPath, ValueHash},
        sums::count_roots,
        write::{WriteError, Writer, now},
    },
    model::Sensitive,
};

/// What is to be forgotten, as hashes under the inventory's key.
#[derive(Clone, Debug, Default)]
pub struct Traces {
    /// Identifiers and whole names.
    pub values: Vec<ValueHash>,
    /// The names themselves, for where they stand in clear: names of files, of archive members, of sheets and fields.
    pub names: Vec<Sensitive>,
    /// Kinds asked for, for the log. Never the values.
    pub kinds: Vec<String>,
    /// Account, for the log.
    pub user: String,
    /// Machine, for the log.
    pub host: String,
    /// What it is for, in the user's words.
    pub purpose: String,
}

/// What was taken out.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Forgotten {
    /// Rows of the index.
    pub values: u64,
    /// Findings that were kept to be shown, with their masked previews.
    pub previews: u64,
    /// Names, with the ways that led to them.
    pub names: u64,
    /// Names of sheets, headers and fields that spoke of the person.
    pub labels: u64,
    /// Places that are gone, with their paths and their history.
    pub places: u64,
    /// Places that are still there and held the person: they will be found again when they are read again.
    pub still_there: Vec<RawPath>,
    /// Bytes of the database that were looked through afterwards.
    pub searched: u64,
    /// Hashes, and paths of places taken out, that were found in them: none, or something is wrong.
    pub traces: u64,
}

impl Writer {
    /// Takes a person out and looks for what is left. One transaction, and the file written anew without what it held.
    pub fn forget(&mut self, who: &Traces) -> Result<Forgotten, InventoryError> {
        let hashes: BTreeSet<ValueHash> = who.values.iter().copied().collect();
        let (mut forgotten, paths) = self.in_transaction(|tx, _| take_out(tx, &hashes, who))?;
        // Deleted rows leave their bytes in free pages, and the log keeps old pages: both are written anew.
        self.db
            .execute_batch(
                "PRAGMA wal_checkpoint(TRUNCATE); VACUUM; PRAGMA wal_checkpoint(TRUNCATE);",
            )
            .map_err(|e| self.sql(e))?;
        let mut needles: Vec<Vec<u8>> = Vec::new();
        for hash in &hashes {
            // As SQLite writes an integer, and as packed names have it.
            needles.push(hash.0.to_be_bytes().to_vec());
            needles.push(hash.0.to_le_bytes().to_vec());
        }
        needles.extend(paths);
        for suffix in ["", "-wal"] {
            let (bytes, found) = search(&with_suffix(&self.path, suffix), &needles)?;
            forgotten.searched += bytes;
            forgotten.traces += found;
        }
        Ok(forgotten)
    }
}

impl Forgotten {
    /// Notes a place that is there and still speaks of the person.
    fn remains(&mut self, path: RawPath) {
        if !self.still_there.contains(&path) {
            self.still_there.push(path);
        }
    }
}

/// The names to be forgotten, as their words.
struct Named(Vec<Vec<String>>);

impl Named {
    fn new(names: &[Sensitive]) -> Named {
        let words = names.iter().map(|name| name_tokens(name.expose()));
        Named(words.filter(|words| words.len() > 1).collect())
    }

    /// Whether all words of a name stand in a text, in any order.
    fn in_text(&self, text: &str) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let apart: String = text
            .chars()
            .map(|c| {
                if c.is_alphabetic() || c == '\'' || c == '’' {
                    c
                } else {
                    ' '
                }
            })
            .collect();
        let words = name_tokens(&apart);
        self.0
            .iter()
            .any(|name| name.iter().all(|word| words.contains(word)))
    }

    /// Places whose path, or the name of a document inside them, speaks of the person: number, whether gone, path.
    fn places(&self, tx: &Connection) -> rusqlite::Result<Vec<(i64, bool, RawPath)>> {
        let mut found = Vec::new();
        if self.0.is_empty() {
            return Ok(found);
        }
        for sql in [
            "SELECT d.id, d.gone_run IS NOT NULL, r.path, f.path, d.name, ''
             FROM document d JOIN folder f ON f.id = d.folder JOIN root r ON r.id = f.root",
            "SELECT d.id, d.gone_run IS NOT NULL, r.path, f.path, d.name, p.chain
             FROM part p JOIN document d ON d.content = p.content
             JOIN folder f ON f.id = d.folder JOIN root r ON r.id = f.root WHERE p.chain IS NOT NULL",
        ] {
            let mut statement = tx.prepare(sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let path = joined(&name(row, 3)?, &name(row, 4)?);
                let chain: String = row.get(5)?;
                let speaks = match chain.is_empty() {
                    true => self.in_text(&path.display()),
                    false => self.in_text(&chain),
                };
                if speaks {
                    found.push((row.get(0)?, row.get(1)?, joined(&name(row, 2)?, &path)));
                }
            }
        }
        Ok(found)
    }
}

/// What stands for a name of a sheet, a header or a field that was a person's.
const TAKEN_OUT: &str = "(forgotten)";

/// Takes names of sheets, headers and fields that speak of the person out of all parts; returns them, to be looked for.
fn forget_labels(
    tx: &Connection,
    named: &Named,
    forgotten: &mut Forgotten,
) -> Result<Vec<Vec<u8>>, WriteError> {
    let mut taken = BTreeSet::new();
    if named.0.is_empty() {
        return Ok(Vec::new());
    }
    let mut changed = Vec::new();
    {
        let mut statement = tx.prepare("SELECT id, places FROM part WHERE places IS NOT NULL")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            // A list that does not parse is shown to nobody.
            let list: Vec<String> =
                serde_json::from_str(row.get_ref(1)?.as_str().unwrap_or_default())
                    .unwrap_or_default();
            if list.iter().any(|label| named.in_text(label)) {
                changed.push((row.get::<_, i64>(0)?, list));
            }
        }
    }
    for (part, mut list) in changed {
        for label in &mut list {
            if named.in_text(label) {
                taken.insert(std::mem::replace(label, TAKEN_OUT.to_owned()).into_bytes());
                forgotten.labels += 1;
            }
        }
        let json = serde_json::to_string(&list)
            .map_err(|_| WriteError::Record("names of places that are not text"))?;
        tx.execute(
            "UPDATE part SET places = ?2 WHERE id = ?1",
            params![part, json],
        )?;
    }
    Ok(taken.into_iter().collect())
}

fn take_out(
    tx: &Connection,
    hashes: &BTreeSet<ValueHash>,
    who: &Traces,
) -> Result<(Forgotten, Vec<Vec<u8>>), WriteError> {
    let mut forgotten = Forgotten::default();
    let mut parts = BTreeSet::new();
    for hash in hashes {
        let hash = hash.0 as i64;
        parts.extend(
            tx.prepare_cached("SELECT DISTINCT part FROM value WHERE hash = ?1")?
                .query_map([hash], |row| row.get::<_, i64>(0))?
                .collect::<Result<Vec<_>, _>>()?,
        );
        // Lists of own people, and what was said of one value, know the person too.
        let rows = tx.execute("DELETE FROM value WHERE hash = ?1", [hash])?
            + tx.execute("DELETE FROM own WHERE hash = ?1", [hash])?
            + tx.execute("DELETE FROM review WHERE hash = ?1", [hash])?;
        forgotten.values += rows as u64;
        forgotten.names += forget_name(tx, hash)?;
    }
    let mut removed = Vec::new();
    let named = Named::new(&who.names);
    let mut needles = forget_labels(tx, &named, &mut forgotten)?;
    for (document, gone, path) in named.places(tx)? {
        if !gone {
            forgotten.remains(path);
        } else if let Some(path) = drop_place(tx, document)? {
            forgotten.places += 1;
            removed.push(path);
        }
    }
    for part in parts {
        forgotten.previews += forget_shown(tx, part, hashes)?;
        for (document, gone, path) in places(tx, part)? {
            if !gone {
                forgotten.remains(path);
            } else if let Some(path) = drop_place(tx, document)? {
                forgotten.places += 1;
                removed.push(path);
            }
        }
    }
    // A path that another place still has says nothing about this person's document; nor does a label that stands in the
    // path of a place that is there, which is told.
    needles.retain(|label| {
        let within = |path: &RawPath| memchr::memmem::find(&path.0, label).is_some();
        label.len() >= 8 && !forgotten.still_there.iter().any(within)
    });
    for path in removed {
        let there = tx
            .prepare_cached("SELECT 1 FROM document WHERE CAST(name AS BLOB) = ?1 LIMIT 1")?
            .exists([&path])?;
        // A short name stands in other bytes by chance.
        if !there && path.len() >= 8 {
            needles.push(path);
        }
    }
    count_roots(tx)?;
    let figures = serde_json::to_string(&Figures(tx).read()?)
        .map_err(|_| WriteError::Record("figures that are not text"))?;
    tx.execute("UPDATE rollup SET figures = ?1", [figures])?;
    let detail = serde_json::json!({ "kinds": who.kinds, "values": forgotten.values,
        "places": forgotten.places, "labels": forgotten.labels, "still_there": forgotten.still_there.len() });
    tx.execute(
        "INSERT INTO audit (at, user, host, action, detail, purpose) VALUES (?1, ?2, ?3, 'forget', ?4, ?5)",
        params![now(), who.user, who.host, detail.to_string(), who.purpose],
    )?;
    Ok((forgotten, needles))
}

/// Drops a name, and its tokens where no other name has them, and all ways that lead to what is dropped.
fn forget_name(tx: &Connection, hash: i64) -> rusqlite::Result<u64> {
    let tokens = tx
        .prepare_cached("SELECT token FROM name_token WHERE name = ?1")?
        .query_map([hash], |row| row.get::<_, i64>(0))?
        .collect::<Result<Vec<_>, _>>()?;
    let known = tx.execute("DELETE FROM name WHERE hash = ?1", [hash])?;
    tx.execute("DELETE FROM name_token WHERE name = ?1", [hash])?;
    // Of other values: an account of a pair, the house of an address.
    tx.execute("DELETE FROM token_key WHERE token = ?1", [hash])?;
    for token in tokens {
        let shared = tx
            .prepare_cached("SELECT 1 FROM name_token WHERE token = ?1 LIMIT 1")?
            .exists([token])?;
        if !shared {
            tx.execute("DELETE FROM token_key WHERE token = ?1", [token])?;
        }
    }
    Ok(known as u64)
}

/// Drops the shown findings of a part that are of these values.
fn forget_shown(
    tx: &Connection,
    part: i64,
    hashes: &BTreeSet<ValueHash>,
) -> Result<u64, WriteError> {
    let found: Option<(Vec<u8>, Option<String>)> = tx
        .prepare_cached(
            "SELECT s.packed, p.places FROM shown s JOIN part p ON p.id = s.part WHERE s.part = ?1",
        )?
        .query_row([part], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((packed, places)) = found else {
        return Ok(0);
    };
    let list = match places {
        None => Vec::new(),
        Some(json) => serde_json::from_str(&json)
            .map_err(|_| WriteError::Record("names of places that are not a list"))?,
    };
    let mut names = Names::from_list(list);
    let mut rules: Vec<_> = names.unpack_findings(&packed).into_iter().collect();
    rules.sort_by(|a, b| a.0.cmp(&b.0));
    let (mut kept, mut dropped) = (Vec::new(), 0);
    for (rule, mut findings) in rules {
        let before = findings.len();
        findings.retain(|finding| !hashes.contains(&finding.value));
        dropped += (before - findings.len()) as u64;
        if !findings.is_empty() {
            names.pack_findings(&rule, &findings, &mut kept);
        }
    }
    if kept.is_empty() {
        tx.execute("DELETE FROM shown WHERE part = ?1", [part])?;
    } else if dropped > 0 {
        tx.execute(
            "UPDATE shown SET packed = ?2 WHERE part = ?1",
            params![part, kept],
        )?;
        // The names it speaks of are the same; packing may put some of its own behind them.
        let list = serde_json::to_string(names.list())
            .map_err(|_| WriteError::Record("names of places that are not text"))?;
        tx.execute(
            "UPDATE part SET places = ?2 WHERE id = ?1 AND places IS NOT ?2 AND ?2 <> '[]'",
            params![part, list],
        )?;
    }
    Ok(dropped)
}

/// The documents that have a part: number, whether gone, path.
fn places(tx: &Connection, part: i64) -> rusqlite::Result<Vec<(i64, bool, RawPath)>> {
    tx.prepare_cached(
        "SELECT d.id, d.gone_run IS NOT NULL, r.path, f.path, d.name
         FROM part p JOIN document d ON d.content = p.content OR d.id = p.document
         JOIN folder f ON f.id = d.folder JOIN root r ON r.id = f.root WHERE p.id = ?1",
    )?
    .query_map([part], |row| {
        let folder = joined(&name(row, 2)?, &name(row, 3)?);
        Ok((row.get(0)?, row.get(1)?, joined(&folder, &name(row, 4)?)))
    })?
    .collect()
}

/// Drops a place that is gone, with its history, its content when nothing else holds it, and its folder when it was the
/// last one there. Its name; `None` when it was dropped already.
fn drop_place(tx: &Connection, document: i64) -> Result<Option<Vec<u8>>, WriteError> {
    let found = tx
        .prepare_cached("SELECT folder, content, name FROM document WHERE id = ?1")?
        .query_row([document], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, Option<i64>>(1)?,
                name(row, 2)?,
            ))
        })
        .optional()?;
    let Some((folder, content, path)) = found else {
        return Ok(None);
    };
    drop_parts(tx, "document", document)?;
    tx.execute(
        "DELETE FROM change WHERE document = ?1 OR (what = 'moved' AND before = ?1)",
        [document],
    )?;
    tx.execute("DELETE FROM document WHERE id = ?1", [document])?;
    if let Some(content) = content {
        let held = tx
            .prepare_cached("SELECT 1 FROM document WHERE content = ?1 LIMIT 1")?
            .exists([content])?;
        if !held {
            drop_parts(tx, "content", content)?;
            tx.execute("DELETE FROM content WHERE id = ?1", [content])?;
        }
    }
    tx.execute(
        "DELETE FROM folder WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM document WHERE folder = ?1)",
        [folder],
    )?;
    Ok(Some(path.0))
}

/// How many of the needles are in a file, and how many bytes it has. A block at a time, overlapping by the longest.
fn search(file: &Path, needles: &[Vec<u8>]) -> Result<(u64, u64), InventoryError> {
    use std::io::Read as _;
    const BLOCK: usize = 4 << 20;
    let io = |e| InventoryError::Io(file.to_owned(), e);
    let mut reader = match fs::File::open(file) {
        Ok(reader) => reader,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok((0, 0)),
        Err(e) => return Err(io(e)),
    };
    let longest = needles.iter().map(Vec::len).max().unwrap_or(0);
    let finders: Vec<_> = needles.iter().map(memchr::memmem::Finder::new).collect();
    let (mut found, mut total, mut window) = (BTreeSet::new(), 0, Vec::new());
    loop {
        let keep = window.len().min(longest);
        window.drain(..window.len() - keep);
        let n = reader
            .by_ref()
            .take(BLOCK as u64)
            .read_to_end(&mut window)
            .map_err(io)?;
        if n == 0 {
            return Ok((total, found.len() as u64));
        }
        total += n as u64;
        for (at, finder) in finders.iter().enumerate() {
            if finder.find(&window).is_some() {
                found.insert(at);
            }
        }
    }
}
