//! The writer's half for what was read: contents, their parts, findings, the blind index, names.

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::inventory::{
    bulk::PartRow,
    numbers::{Cache, intern},
    pack::Names,
    record::{ContentRecord, NameRecord, PartRecord, RuleRecord, TokenRecord},
    sums::{self, Sums},
    write::{Ticket, WriteError},
    writing::Writing,
};

/// Names and tokens remembered as written, so that a common surname is not tried again at each mention.
const MOST_NAMES: usize = 1 << 20;

/// Tells a value whose ways are written from a name whose tokens are: an e-mail address may be both.
const KEYS: u64 = 0x9e37_79b9_7f4a_7c15;

impl<'b> Writing<'_, 'b> {
    /// The content that a ticket's parts wait on, not yet seen by any document.
    pub(super) fn ticket(&mut self, tx: &Connection, ticket: u64) -> Result<i64, WriteError> {
        if let Some(ticket) = self.tickets.get(&ticket) {
            return Ok(ticket.content);
        }
        let run = self.current()?;
        tx.prepare_cached("INSERT INTO content (size, read_run) VALUES (0, ?1)")?
            .execute([run.id])?;
        let content = tx.last_insert_rowid();
        self.tickets.insert(
            ticket,
            Ticket {
                content,
                open: Default::default(),
            },
        );
        Ok(content)
    }

    /// Stores what was read, or finds that it is there already; returns its number, and whether the place that is
    /// written now is counted as one that holds it.
    pub(super) fn content(
        &mut self,
        tx: &Connection,
        record: &'b ContentRecord,
    ) -> Result<(i64, bool), WriteError> {
        if let Some(parts) = &record.parts
            && !self.tickets.contains_key(&record.ticket)
            && let Some(id) = self.new_content(tx, record, parts)?
        {
            return Ok((id, true));
        }
        Ok((self.known_content(tx, record)?, false))
    }

    /// Stores what was read all at once, if its bytes are new: most are, and that costs one statement.
    fn new_content(
        &mut self,
        tx: &Connection,
        record: &'b ContentRecord,
        parts: &'b [PartRecord],
    ) -> Result<Option<i64>, WriteError> {
        let run = self.current()?;
        let rules = self.cache.rule_set(tx, &record.rules)?;
        let readers = self.readers_of(tx, parts)?;
        let sums = Sums::of(parts, |category| self.cache.category(tx, category))?;
        let inserted = tx
            .prepare_cached(
                "INSERT INTO content (digest, size, rules, readers, read_run, live,
                    high, medium, low, categories, people, members, unread)
                 VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
                 ON CONFLICT (digest) DO NOTHING",
            )?
            .execute(params![
                &record.digest[..],
                record.size as i64,
                rules,
                readers,
                run.id,
                sums.high,
                sums.medium,
                sums.low,
                sums.categories,
                sums.people,
                sums.members,
                sums.unread,
            ])?;
        if inserted == 0 {
            return Ok(None);
        }
        let id = tx.last_insert_rowid();
        for part in parts {
            self.part(tx, id, record.ticket, part)?;
        }
        Ok(Some(id))
    }

    /// A content that was sent in pieces, or whose bytes are known: a copy, or read again.
    fn known_content(
        &mut self,
        tx: &Connection,
        record: &'b ContentRecord,
    ) -> Result<i64, WriteError> {
        let run = self.current()?;
        let rules = self.cache.rule_set(tx, &record.rules)?;
        let known: Option<(i64, bool)> = tx
            .prepare_cached(
                "SELECT id, rules = ?2 AND read_run = ?3 FROM content WHERE digest = ?1",
            )?
            .query_row(params![&record.digest[..], rules, run.id], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        match (known, &record.parts) {
            (Some((id, read_now)), parts) if parts.is_none() || read_now => {
                // A copy, or two workers read the same bytes at once: what came first stands.
                if let Some(early) = self.tickets.remove(&record.ticket) {
                    self.drop_parts(tx, "content", early.content)?;
                    tx.execute("DELETE FROM content WHERE id = ?1", [early.content])?;
                }
                Ok(id)
            }
            (None, None) => Err(WriteError::Record("a copy of a content that is not there")),
            (known, Some(parts)) => {
                self.bulk.flush(tx)?;
                let early = self.tickets.get(&record.ticket).map(|t| t.content);
                let id = match (known, early) {
                    (Some((id, _)), early) => {
                        self.drop_parts(tx, "content", id)?;
                        if let Some(early) = early {
                            tx.execute(
                                "UPDATE part SET content = ?1 WHERE content = ?2",
                                [id, early],
                            )?;
                            tx.execute("DELETE FROM content WHERE id = ?1", [early])?;
                        }
                        id
                    }
                    (None, Some(early)) => early,
                    (None, None) => {
                        return Err(WriteError::Record("a content neither new nor known"));
                    }
                };
                for part in parts {
                    self.part(tx, id, record.ticket, part)?;
                }
                if let Some(ticket) = self.tickets.remove(&record.ticket)
                    && !ticket.open.is_empty()
                {
                    return Err(WriteError::Record("a part that began and did not end"));
                }
                self.bulk.flush(tx)?;
                let readers = self.readers(tx, id)?;
                tx.prepare_cached(
                    "UPDATE content SET digest = ?2, size = ?3, rules = ?4, readers = ?5, read_run = ?6
                     WHERE id = ?1",
                )?
                .execute(params![
                    id,
                    &record.digest[..],
                    record.size as i64,
                    rules,
                    readers,
                    run.id
                ])?;
                self.bulk.flush(tx)?;
                sums::work_out(tx, id)?;
                Ok(id)
            }
            // The first arm takes every other copy.
            (Some((id, _)), None) => Ok(id),
        }
    }

    /// The set of readers that a content's parts went through, from the rows of its parts.
    fn readers(&mut self, tx: &Connection, content: i64) -> Result<i64, WriteError> {
        let readers = tx
            .prepare_cached(
                "SELECT DISTINCT format || '/' || extractor FROM part WHERE content = ?1 AND format <> ''",
            )?
            .query_map([content], |row| row.get::<_, String>(0))?
            .collect::<Result<Vec<_>, _>>()?;
        self.reader_set(tx, readers)
    }

    /// The same, from their records.
    fn readers_of(&mut self, tx: &Connection, parts: &[PartRecord]) -> Result<i64, WriteError> {
        let readers = parts
            .iter()
            .filter(|part| !part.format.is_empty())
            .map(|part| format!("{}/{}", part.format, part.extractor))
            .collect();
        self.reader_set(tx, readers)
    }

    fn reader_set(&mut self, tx: &Connection, mut readers: Vec<String>) -> Result<i64, WriteError> {
        readers.sort_unstable();
        readers.dedup();
        let readers = readers.join(" ");
        Ok(intern(tx, &mut self.cache.readers, &readers, |tx| {
            tx.query_row(
                "INSERT INTO reader_set (readers) VALUES (?1)
                 ON CONFLICT (readers) DO UPDATE SET readers = readers RETURNING id",
                [&readers],
                |row| row.get(0),
            )
        })?)
    }

    /// A part, or a piece of one, of a content.
    pub(super) fn part(
        &mut self,
        tx: &Connection,
        content: i64,
        ticket: u64,
        part: &'b PartRecord,
    ) -> Result<(), WriteError> {
        let begun = self
            .tickets
            .get(&ticket)
            .and_then(|ticket| ticket.open.get(&part.ordinal).copied());
        // Packed findings add words to the part's table of names, so they are packed before the row is written.
        let (places, shown) = packed(part)?;
        let id = match begun {
            Some(id) => id,
            None => self.part_row(tx, Some(content), None, part, places.clone())?,
        };
        if part.outcome.is_some() {
            if begun.is_some() {
                self.bulk.flush(tx)?;
                if let Some(ticket) = self.tickets.get_mut(&ticket) {
                    ticket.open.remove(&part.ordinal);
                }
                finish_part_row(tx, id, part, places.as_deref())?;
            }
        } else if begun.is_none() {
            let Some(ticket) = self.tickets.get_mut(&ticket) else {
                return Err(WriteError::Record("a piece of a part without its ticket"));
            };
            ticket.open.insert(part.ordinal, id);
        }
        self.found(tx, id, part, shown, begun.is_some())
    }

    /// What was found in a place's own name.
    pub(super) fn name_part(
        &mut self,
        tx: &Connection,
        document: i64,
        part: &'b PartRecord,
    ) -> Result<(), WriteError> {
        let (places, shown) = packed(part)?;
        let id = self.part_row(tx, None, Some(document), part, places)?;
        self.found(tx, id, part, shown, false)
    }

    fn part_row(
        &mut self,
        tx: &Connection,
        content: Option<i64>,
        document: Option<i64>,
        part: &'b PartRecord,
        places: Option<String>,
    ) -> Result<i64, WriteError> {
        let chain = match part.chain.is_root() {
            true => None,
            false => Some(
                serde_json::to_string(&part.chain)
                    .map_err(|_| WriteError::Record("a chain of parts that is not text"))?,
            ),
        };
        let id = self.cache.next_part(tx)?;
        self.bulk.part(PartRow {
            id,
            content,
            document,
            part,
            chain,
            places,
        });
        Ok(id)
    }

    fn found(
        &mut self,
        tx: &Connection,
        id: i64,
        part: &'b PartRecord,
        shown: Vec<u8>,
        in_pieces: bool,
    ) -> Result<(), WriteError> {
        for record in &part.rules {
            let rule = self.cache.rule(tx, record)?;
            self.bulk.values(tx, id, rule, &record.values)?;
            if let Some(run) = self.run.as_mut() {
                run.values_now += record.values.len() as u64;
            }
            if part.outcome.is_none() {
                continue;
            }
            let different = if in_pieces {
                self.bulk.flush(tx)?;
                tx.prepare_cached(
                    "SELECT COUNT(*) FROM value
                     WHERE part = ?1 AND rule = ?2 AND status = 0 AND confidence >= 50",
                )?
                .query_row([id, rule], |row| row.get(0))?
            } else {
                record.distinct as i64
            };
            let [low, medium, high] = record.counts.map(|n| n as i64);
            let other = record.other as i64;
            self.bulk
                .finding([id, rule, high, medium, low, other, different]);
        }
        if part.outcome.is_some() && !shown.is_empty() {
            self.bulk.shown(id, shown);
        }
        for name in &part.names {
            self.name(name);
        }
        for alias in &part.aliases {
            self.keys(alias);
        }
        Ok(())
    }

    fn name(&mut self, name: &NameRecord) {
        if self.cache.names.len() >= MOST_NAMES {
            self.cache.names.clear();
        }
        if !self.cache.names.insert(name.hash.0) {
            return;
        }
        let hash = name.hash.0 as i64;
        let tokens: Vec<u8> = name
            .tokens
            .iter()
            .flat_map(|token| token.hash.0.to_le_bytes())
            .collect();
        self.bulk.name(hash, tokens);
        for token in &name.tokens {
            self.bulk.name_token([token.hash.0 as i64, hash]);
            self.keys(token);
        }
    }

    /// The ways to a token or value. Once a run, also when they are known: a newer program may know more of them.
    fn keys(&mut self, token: &TokenRecord) {
        if !self.cache.names.insert(token.hash.0 ^ KEYS) {
            return;
        }
        for (how, key) in &token.keys {
            self.bulk
                .token_key([key.0 as i64, *how as i64, token.hash.0 as i64]);
        }
    }

    /// Drops the parts that hang on a content or, for a name, on a document (`owner` is the column).
    pub(super) fn drop_parts(
        &mut self,
        tx: &Connection,
        owner: &'static str,
        id: i64,
    ) -> Result<(), WriteError> {
        self.bulk.flush(tx)?;
        drop_parts(tx, owner, id)?;
        Ok(())
    }
}

/// See [`Writing::drop_parts`].
pub(super) fn drop_parts(tx: &Connection, owner: &str, id: i64) -> rusqlite::Result<()> {
    let parts = tx
        .prepare_cached(&format!("SELECT id FROM part WHERE {owner} = ?1"))?
        .query_map([id], |row| row.get::<_, i64>(0))?
        .collect::<Result<Vec<_>, _>>()?;
    for part in &parts {
        tx.prepare_cached("DELETE FROM finding WHERE part = ?1")?
            .execute([part])?;
        tx.prepare_cached("DELETE FROM shown WHERE part = ?1")?
            .execute([part])?;
        tx.prepare_cached("DELETE FROM value WHERE part = ?1")?
            .execute([part])?;
    }
    if !parts.is_empty() {
        tx.prepare_cached(&format!("DELETE FROM part WHERE {owner} = ?1"))?
            .execute([id])?;
    }
    Ok(())
}

impl Cache {
    fn rule(&mut self, tx: &Connection, record: &RuleRecord) -> rusqlite::Result<i64> {
        self.category(tx, record.category)?;
        intern(tx, &mut self.rules, &record.rule, |tx| {
            tx.query_row(
                "INSERT INTO rule (name, category, kind) VALUES (?1, ?2, ?3)
                 ON CONFLICT (name) DO UPDATE SET category = excluded.category, kind = excluded.kind
                 RETURNING id",
                params![&*record.rule, record.category.id(), &*record.kind],
                |row| row.get(0),
            )
        })
    }
}

/// A part's shown findings packed, and the names that its packed bytes speak of, as JSON.
fn packed(part: &PartRecord) -> Result<(Option<String>, Vec<u8>), WriteError> {
    let mut names = Names::from_list(part.places.clone());
    let mut packed = Vec::new();
    for record in &part.rules {
        names.pack_findings(&record.rule, &record.shown, &mut packed);
    }
    let names = names.into_list();
    if part.outcome.is_none() || names.is_empty() {
        return Ok((None, packed));
    }
    let list = serde_json::to_string(&names)
        .map_err(|_| WriteError::Record("a place that is not text"))?;
    Ok((Some(list), packed))
}

fn finish_part_row(
    tx: &Connection,
    id: i64,
    part: &PartRecord,
    places: Option<&str>,
) -> Result<(), WriteError> {
    if let Some(outcome) = &part.outcome {
        tx.prepare_cached(
            "UPDATE part SET format = ?2, extractor = ?3, outcome = ?4, reason = ?5, size = ?6, people = ?7,
                places = ?8 WHERE id = ?1",
        )?
        .execute(params![
            id,
            &*part.format,
            part.extractor,
            outcome.kind.id(),
            outcome.reason,
            part.size.map(|n| n as i64),
            part.people as i64,
            places,
        ])?;
    }
    Ok(())
}
