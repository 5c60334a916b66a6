//! The blind index asked: where is this hash, which names have this token. And the log of who asked.

use std::{collections::HashMap, path::Path};

use rusqlite::{OptionalExtension as _, params};
use serde::Serialize;

use crate::{
    inventory::{
        database,
        error::InventoryError,
        pack::{Spot, status_from_number},
        read::{Inventory, count},
        record::{DocumentId, FindingRecord, TokenKey, ValueHash},
        rows::{
            FindingId, FindingRow, PartRow, Place, RuleCount, Within, category, finding_id, part,
        },
        write::now,
    },
    model::{Anchor, Category, Confidence, Status},
};

/// One value in one part.
#[derive(Clone, Debug)]
pub struct ValueHit {
    /// The part it is in.
    pub part: PartId,
    /// Rule that found it.
    pub rule: String,
    /// Its category.
    pub category: Category,
    /// How often.
    pub count: u64,
    /// The surest it was.
    pub confidence: Confidence,
    /// Whose.
    pub status: Status,
    packed: Vec<u8>,
}

/// Number of a part, to ask for its places.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PartId(i64);

/// A part with everything that holds it.
#[derive(Clone, Debug)]
pub struct PartPlaces {
    /// The part.
    pub part: PartRow,
    /// Its places: those that are there first, then those that are gone.
    pub places: Vec<Place>,
}

impl PartPlaces {
    /// Where a value lies in the part.
    pub fn anchors(&self, hit: &ValueHit) -> Vec<Anchor> {
        self.part.places.anchors(&hit.packed).collect()
    }

    /// The part's number.
    pub fn id(&self) -> PartId {
        PartId(self.part.id)
    }

    /// Where a stored value lies in the part.
    pub fn spots(&self, stored: &Stored) -> Vec<Spot> {
        self.part.places.spots(&stored.packed).collect()
    }

    /// The same value at those of its places that `keep` says yes to.
    pub fn keeping(&self, hit: ValueHit, mut keep: impl FnMut(&Anchor) -> bool) -> ValueHit {
        let (mut packed, mut from, mut count) = (Vec::new(), &hit.packed[..], 0);
        loop {
            let before = from;
            let Some(anchor) = self.part.places.unpack_anchor(&mut from) else {
                break;
            };
            if keep(&anchor) {
                packed.extend_from_slice(&before[..before.len() - from.len()]);
                count += 1;
            }
        }
        ValueHit {
            packed,
            count,
            ..hit
        }
    }
}

/// A finding with all that is known of it.
#[derive(Clone, Debug)]
pub struct Explained {
    /// Its id in full.
    pub id: FindingId,
    /// Every place that holds it.
    pub places: Vec<Place>,
    /// The part it lies in.
    pub part: PartRow,
    /// Its rule's counts in the part.
    pub rule: RuleCount,
    /// The finding.
    pub finding: FindingRecord,
    /// Documents that hold the same value, this one and its copies included.
    pub documents_with_value: u64,
}

/// A look-up, for the log.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LookupEntry {
    /// Account.
    pub user: String,
    /// Machine.
    pub host: String,
    /// Kinds of identifier asked for: `nino`, `name`. Never the values.
    pub kinds: Vec<String>,
    /// What it was for, in the user's words.
    pub purpose: String,
    /// Documents found.
    pub hits: u64,
}

/// One value of a part, as the blind index has it.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Number of its rule: see [`Inventory::rules_by_number`].
    pub rule: i64,
    /// The value.
    pub hash: ValueHash,
    /// How often.
    pub count: u64,
    /// The surest it was.
    pub confidence: Confidence,
    /// Whose.
    pub status: Status,
    packed: Vec<u8>,
}

fn stored_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored {
        rule: row.get(0)?,
        hash: ValueHash(row.get::<_, i64>(1)? as u64),
        count: count(row, 2)?,
        confidence: Confidence(row.get(3)?),
        status: status_from_number(row.get(4)?),
        packed: row.get(5)?,
    })
}

impl Inventory {
    /// Every part that holds a value with this hash.
    pub fn value(&self, hash: ValueHash) -> Result<Vec<ValueHit>, InventoryError> {
        self.db
            .prepare_cached(
                "SELECT v.part, r.name, r.category, v.count, v.confidence, v.status, v.places
                 FROM value v JOIN rule r ON r.id = v.rule WHERE v.hash = ?1",
            )
            .and_then(|mut statement| {
                statement
                    .query_map([hash.0 as i64], |row| {
                        Ok(ValueHit {
                            part: PartId(row.get(0)?),
                            rule: row.get(1)?,
                            category: category(row.get_ref(2)?.as_str()?),
                            count: count(row, 3)?,
                            confidence: Confidence(row.get(4)?),
                            status: status_from_number(row.get(5)?),
                            packed: row.get(6)?,
                        })
                    })?
                    .collect()
            })
            .map_err(|e| self.sql(e))
    }

    /// In how many parts a value is: how common it is.
    pub fn value_frequency(&self, hash: ValueHash) -> Result<u64, InventoryError> {
        self.db
            .prepare_cached("SELECT COUNT(DISTINCT part) FROM value WHERE hash = ?1")
            .and_then(|mut s| s.query_row([hash.0 as i64], |row| count(row, 0)))
            .map_err(|e| self.sql(e))
    }

    /// The name tokens that a hash leads to.
    pub fn tokens_by(
        &self,
        how: TokenKey,
        key: ValueHash,
    ) -> Result<Vec<ValueHash>, InventoryError> {
        self.hashes(
            "SELECT token FROM token_key WHERE hash = ?1 AND how = ?2",
            params![key.0 as i64, how as i64],
        )
    }

    /// The names that have a token, by the hash they are found by, at most so many.
    pub fn names_with(
        &self,
        token: ValueHash,
        most: usize,
    ) -> Result<Vec<ValueHash>, InventoryError> {
        self.hashes(
            "SELECT name FROM name_token WHERE token = ?1 LIMIT ?2",
            params![token.0 as i64, most as i64],
        )
    }

    /// Whether a hash leads to a token or value in a given way.
    pub fn leads(
        &self,
        how: TokenKey,
        key: ValueHash,
        token: ValueHash,
    ) -> Result<bool, InventoryError> {
        self.db
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM token_key WHERE hash = ?1 AND how = ?2 AND token = ?3)",
            )
            .and_then(|mut s| {
                s.query_row(params![key.0 as i64, how as i64, token.0 as i64], |row| {
                    row.get(0)
                })
            })
            .map_err(|e| self.sql(e))
    }

    /// The names that have both tokens, at most so many; the first is the rarer.
    pub fn names_with_both(
        &self,
        token: ValueHash,
        other: ValueHash,
        most: usize,
    ) -> Result<Vec<ValueHash>, InventoryError> {
        self.hashes(
            "SELECT a.name FROM name_token a CROSS JOIN name_token b
             ON b.token = ?2 AND b.name = a.name WHERE a.token = ?1 LIMIT ?3",
            params![token.0 as i64, other.0 as i64, most as i64],
        )
    }

    /// How many names have a token, counted to so many.
    pub fn count_names_with(&self, token: ValueHash, most: usize) -> Result<u64, InventoryError> {
        self.db
            .prepare_cached(
                "SELECT COUNT(*) FROM (SELECT 1 FROM name_token WHERE token = ?1 LIMIT ?2)",
            )
            .and_then(|mut s| {
                s.query_row(params![token.0 as i64, most as i64], |row| count(row, 0))
            })
            .map_err(|e| self.sql(e))
    }

    /// Different names of people, estimated: hashes lie evenly, so how far the first thousand reach tells how many there are.
    pub fn names_estimated(&self) -> Result<u64, InventoryError> {
        const SLICE: i64 = 1_000;
        let estimate = || -> rusqlite::Result<u64> {
            let last: Option<i64> = self
                .db
                .prepare_cached(
                    "SELECT hash FROM name WHERE hash >= 0 ORDER BY hash LIMIT 1 OFFSET ?1",
                )?
                .query_row([SLICE - 1], |row| row.get(0))
                .optional()?;
            match last {
                // Half of them are below zero.
                Some(last) if last > 0 => {
                    Ok((SLICE as f64 / (last as f64 / i64::MAX as f64) * 2.0) as u64)
                }
                _ => self
                    .db
                    .prepare_cached("SELECT COUNT(*) FROM name")?
                    .query_row([], |row| count(row, 0)),
            }
        };
        estimate().map_err(|e| self.sql(e))
    }

    /// The rules that found something, by the number that [`Stored`] speaks of.
    pub fn rules_by_number(&self) -> Result<HashMap<i64, (String, Category)>, InventoryError> {
        self.db
            .prepare_cached("SELECT id, name, category FROM rule")
            .and_then(|mut statement| {
                statement
                    .query_map([], |row| {
                        Ok((
                            row.get(0)?,
                            (row.get(1)?, category(row.get_ref(2)?.as_str()?)),
                        ))
                    })?
                    .collect()
            })
            .map_err(|e| self.sql(e))
    }

    /// The values of a part that given rules found; `None` when there are more than `most`.
    pub fn values_of(
        &self,
        part: PartId,
        rules: &[i64],
        most: usize,
    ) -> Result<Option<Vec<Stored>>, InventoryError> {
        let mut stored = Vec::new();
        let mut read = || -> rusqlite::Result<bool> {
            let mut statement = self.db.prepare_cached(
                "SELECT rule, hash, count, confidence, status, places FROM value
                 WHERE part = ?1 AND rule = ?2 LIMIT ?3",
            )?;
            for rule in rules {
                let room = most + 1 - stored.len();
                let mut rows = statement.query(params![part.0, rule, room as i64])?;
                while let Some(row) = rows.next()? {
                    stored.push(stored_row(row)?);
                }
                if stored.len() > most {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        let whole = read().map_err(|e| self.sql(e))?;
        Ok(whole.then_some(stored))
    }

    /// Single values of a part, where it has them.
    pub fn values_among(
        &self,
        part: PartId,
        rules: &[i64],
        hashes: &[ValueHash],
    ) -> Result<Vec<Stored>, InventoryError> {
        let read = || -> rusqlite::Result<Vec<Stored>> {
            let mut statement = self.db.prepare_cached(
                "SELECT rule, hash, count, confidence, status, places FROM value
                 WHERE part = ?1 AND rule = ?2 AND hash = ?3",
            )?;
            let mut stored = Vec::new();
            for rule in rules {
                for hash in hashes {
                    let row = statement
                        .query_row(params![part.0, rule, hash.0 as i64], stored_row)
                        .optional()?;
                    stored.extend(row);
                }
            }
            Ok(stored)
        };
        read().map_err(|e| self.sql(e))
    }

    /// The parts that hold a value, at most so many, without its places.
    pub fn parts_with(&self, hash: ValueHash, most: usize) -> Result<Vec<PartId>, InventoryError> {
        self.db
            .prepare_cached("SELECT part FROM value WHERE hash = ?1 LIMIT ?2")
            .and_then(|mut statement| {
                statement
                    .query_map(params![hash.0 as i64, most as i64], |row| {
                        Ok(PartId(row.get(0)?))
                    })?
                    .collect()
            })
            .map_err(|e| self.sql(e))
    }

    /// The parts that are the names of these places.
    pub fn name_parts_of(&self, places: &[Place]) -> Result<Vec<PartId>, InventoryError> {
        let read = || -> rusqlite::Result<Vec<PartId>> {
            let mut statement = self
                .db
                .prepare_cached("SELECT id FROM part WHERE document = ?1")?;
            let mut parts = Vec::new();
            for place in places {
                for part in statement.query_map([place.document.0], |row| row.get(0))? {
                    parts.push(PartId(part?));
                }
            }
            Ok(parts)
        };
        read().map_err(|e| self.sql(e))
    }

    fn hashes(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
    ) -> Result<Vec<ValueHash>, InventoryError> {
        self.db
            .prepare_cached(sql)
            .and_then(|mut statement| {
                statement
                    .query_map(params, |row| Ok(ValueHash(row.get::<_, i64>(0)? as u64)))?
                    .collect()
            })
            .map_err(|e| self.sql(e))
    }

    /// The tokens of a name in their order.
    pub fn tokens_of(&self, name: ValueHash) -> Result<Vec<ValueHash>, InventoryError> {
        let bytes: Option<Vec<u8>> = self
            .db
            .prepare_cached("SELECT tokens FROM name WHERE hash = ?1")
            .and_then(|mut s| s.query_row([name.0 as i64], |row| row.get(0)).optional())
            .map_err(|e| self.sql(e))?;
        let bytes = bytes.unwrap_or_default();
        let (tokens, _) = bytes.as_chunks::<8>();
        Ok(tokens
            .iter()
            .map(|token| ValueHash(u64::from_le_bytes(*token)))
            .collect())
    }

    /// A part with the places that hold it; none when its document changed and the row is about to go.
    pub fn part_places(&self, id: PartId) -> Result<Option<PartPlaces>, InventoryError> {
        let read = || -> rusqlite::Result<Option<PartPlaces>> {
            let found = self
                .db
                .prepare_cached(
                    "SELECT id, document IS NOT NULL, ordinal, chain, format, outcome, reason, people, places,
                            content, document
                     FROM part WHERE id = ?1",
                )?
                .query_row([id.0], |row| {
                    Ok((
                        part(row)?,
                        row.get::<_, Option<i64>>(9)?,
                        row.get::<_, Option<i64>>(10)?,
                    ))
                })
                .optional()?;
            let Some((part, content, document)) = found else {
                return Ok(None);
            };
            let places = match (content, document) {
                (Some(content), _) => self.places_of(content)?,
                (None, Some(document)) => self
                    .place(DocumentId(document))
                    .map_err(|_| rusqlite::Error::QueryReturnedNoRows)?
                    .into_iter()
                    .collect(),
                (None, None) => Vec::new(),
            };
            Ok((!places.is_empty()).then_some(PartPlaces { part, places }))
        };
        read().map_err(|e| self.sql(e))
    }

    /// Everything known of one finding.
    pub fn explain(&self, id: &FindingId) -> Result<Explained, InventoryError> {
        let unknown = || {
            InventoryError::Finding(format!(
                "no finding {id} in {}: it may have changed since, or lie beyond the hundred shown per rule and document",
                self.path.display()
            ))
        };
        let place = match &id.within {
            Within::Name(document) => self.place(*document)?.ok_or_else(unknown)?,
            Within::Content(digits) => self.content_by_digits(digits, id)?.ok_or_else(unknown)?,
        };
        let in_name = matches!(id.within, Within::Name(_));
        for part in self.parts(&place)? {
            if part.ordinal != id.ordinal || part.in_name != in_name {
                continue;
            }
            let Some(rule) = part.rules.iter().find(|r| r.rule == id.rule).cloned() else {
                continue;
            };
            let Some(finding) = self
                .shown(&part)?
                .remove(&rule.rule)
                .and_then(|shown| shown.into_iter().find(|f| f.number == id.number))
            else {
                continue;
            };
            let places = match place.content {
                Some(content) if !part.in_name => {
                    self.places_of(content).map_err(|e| self.sql(e))?
                }
                _ => vec![place.clone()],
            };
            return Ok(Explained {
                id: finding_id(&place, &part, &rule, id.number),
                documents_with_value: self.documents_with(finding.value)?,
                places,
                part,
                rule,
                finding,
            });
        }
        Err(unknown())
    }

    fn documents_with(&self, hash: ValueHash) -> Result<u64, InventoryError> {
        self.db
            .prepare_cached(
                "SELECT (SELECT COUNT(*) FROM document WHERE gone_run IS NULL AND content IN
                            (SELECT p.content FROM value v JOIN part p ON p.id = v.part WHERE v.hash = ?1))
                      + (SELECT COUNT(DISTINCT p.document) FROM value v JOIN part p ON p.id = v.part
                         WHERE v.hash = ?1 AND p.document IS NOT NULL)",
            )
            .and_then(|mut s| s.query_row([hash.0 as i64], |row| count(row, 0)))
            .map_err(|e| self.sql(e))
    }

    /// A place of the one content whose digest starts so.
    fn content_by_digits(
        &self,
        digits: &str,
        id: &FindingId,
    ) -> Result<Option<Place>, InventoryError> {
        let bound = |fill: char| -> Vec<u8> {
            let mut padded = digits.to_owned();
            while padded.len() < 64 {
                padded.push(fill);
            }
            padded
                .as_bytes()
                .chunks(2)
                .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
                .collect()
        };
        let contents: Vec<i64> = self
            .db
            .prepare_cached(
                "SELECT c.id FROM content c WHERE c.digest BETWEEN ?1 AND ?2 AND EXISTS
                    (SELECT 1 FROM part p JOIN finding f ON f.part = p.id JOIN rule r ON r.id = f.rule
                     WHERE p.content = c.id AND p.ordinal = ?3 AND r.name = ?4) LIMIT 2",
            )
            .and_then(|mut s| {
                s.query_map(params![bound('0'), bound('f'), id.ordinal, &*id.rule], |row| {
                    row.get(0)
                })?
                .collect()
            })
            .map_err(|e| self.sql(e))?;
        match contents[..] {
            [] => Ok(None),
            [content] => {
                let places = self.places_of(content).map_err(|e| self.sql(e))?;
                Ok(places.into_iter().next())
            }
            _ => Err(InventoryError::Finding(format!(
                "more than one content starts with {digits}: give more of its digits"
            ))),
        }
    }
}

impl Explained {
    /// As a line of the exports.
    pub fn row(&self) -> Option<FindingRow<'_>> {
        Some(FindingRow {
            id: self.id.clone(),
            place: self.places.first()?,
            part: &self.part,
            rule: &self.rule,
            finding: self.finding.clone(),
        })
    }
}

/// Writes a look-up into the log. What cannot be logged is not answered, so `find` calls this first of all with no hits
/// and a read-only inventory says so, then again with the number.
pub fn log_lookup(path: &Path, entry: &LookupEntry) -> Result<(), InventoryError> {
    let db = database::open_to_write(path)?;
    let kinds = serde_json::to_string(&entry.kinds)
        .map_err(|_| InventoryError::Record("a kind that is not text"))?;
    db.execute(
        "INSERT INTO lookup (at, user, host, kinds, purpose, hits) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            now(),
            entry.user,
            entry.host,
            kinds,
            entry.purpose,
            entry.hits as i64
        ],
    )
    .map_err(|e| InventoryError::from_sql(path, e))?;
    Ok(())
}
