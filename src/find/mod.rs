//! Where is everything on this person? Answered from the blind index, without opening a document.
//!
//! `cli` says who ([`Person`]) and gives the key; [`identity`] turns that into hashes, the index says which parts of
//! which documents hold them, [`band`] puts what agrees most first. Every look-up is logged in the inventory before it is
//! answered: kinds and numbers, never values. What comes back is a plain model; printing it is not done here.

pub mod band;
pub mod hit;
pub mod identity;

use std::collections::{BTreeMap, HashMap, HashSet};

use thiserror::Error;

pub use band::Band;
pub use hit::{Answer, Confusable, Hit, How, Mention, Offer, PartRef, Reason, Who};
pub use identity::{KINDS, Person, Strength};

use crate::{
    detect::{Facts, Rule},
    inventory::{
        Inventory, InventoryError, Key, LookupEntry, PartId, ValueHit, log_lookup,
        record::ValueHash,
    },
    model::Anchor,
};
use identity::{Asked, NameQuestion};

/// Names with one token that are looked through; a token in more names than that tells nobody apart by itself.
const MOST_NAMES: usize = 50_000;

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum FindError {
    /// Nothing to look for.
    #[error(
        "nobody to look for: give a name or an identifier, as in `find --name \"Ada Example\"`"
    )]
    Nothing,
    /// The inventory.
    #[error(transparent)]
    Inventory(#[from] InventoryError),
}

/// An agreement before its part is looked up.
struct Agreement {
    kind: String,
    how: How,
    strength: Strength,
    hit: ValueHit,
}

/// Looks a person up and logs it: `by` says who asks and why. `most` bounds the documents told.
pub fn find(
    inventory: &Inventory,
    key: &Key,
    rules: &[Rule],
    facts: &Facts,
    person: &Person,
    by: LookupEntry,
    most: usize,
) -> Result<Answer, FindError> {
    let answer = search(inventory, key, rules, facts, person, most)?;
    log_lookup(
        inventory.path(),
        &LookupEntry {
            kinds: answer.kinds.clone(),
            hits: answer.hits.len() as u64 + answer.more,
            ..by
        },
    )?;
    Ok(answer)
}

/// The same without an entry in the log of look-ups, for whoever keeps a log of their own.
pub fn search(
    inventory: &Inventory,
    key: &Key,
    rules: &[Rule],
    facts: &Facts,
    person: &Person,
    most: usize,
) -> Result<Answer, FindError> {
    inventory.check_key(key)?;
    let asked = identity::ask(person, rules, facts, key);
    if asked.questions.is_empty() && asked.names.is_empty() && asked.warnings.is_empty() {
        return Err(FindError::Nothing);
    }
    let parts = agreements(inventory, &asked)?;
    let (hits, more) = hits(inventory, parts, most)?;
    let runs = inventory.runs(20)?;
    Ok(Answer {
        hits,
        more,
        confusable: Vec::new(),
        offers: Vec::new(),
        kinds: asked.kinds(),
        warnings: asked.warnings,
        people: 0,
        unread: inventory.unread()?,
        scanned_at: runs
            .iter()
            .find(|run| run.ending.as_deref() == Some("complete"))
            .and_then(|run| run.ended),
        roots: inventory.roots()?,
    })
}

/// Everything in the index that agrees with anything asked, by part.
fn agreements(
    inventory: &Inventory,
    asked: &Asked,
) -> Result<HashMap<PartId, Vec<Agreement>>, InventoryError> {
    let mut parts: HashMap<PartId, Vec<Agreement>> = HashMap::new();
    let mut add = |kind: &str, how, strength, hit: ValueHit| {
        parts.entry(hit.part).or_default().push(Agreement {
            kind: kind.to_owned(),
            how,
            strength,
            hit,
        });
    };
    for question in &asked.questions {
        for &hash in &question.hashes {
            for hit in inventory.value(hash)? {
                add(&question.kind, How::Exact, question.strength, hit);
            }
        }
    }
    for name in &asked.names {
        for hit in inventory.value(name.whole)? {
            add("name", How::Exact, Strength::Few, hit);
        }
        for other in names_like(inventory, name)? {
            for hit in inventory.value(other)? {
                add("name", How::Partly, Strength::Shared, hit);
            }
        }
        for hit in in_one_row(inventory, name)? {
            add("name", How::Row, Strength::Few, hit);
        }
    }
    Ok(parts)
}

/// Names that have every token asked for, forenames as initials allowed, other than the name itself.
fn names_like(
    inventory: &Inventory,
    name: &NameQuestion,
) -> Result<Vec<ValueHash>, InventoryError> {
    if name.tokens.len() < 2 {
        return Ok(Vec::new());
    }
    let mut common: Option<HashSet<ValueHash>> = None;
    // The surname first: it is the rarest, and an empty intersection ends the search.
    for token in name.tokens.iter().rev() {
        let mut names: HashSet<ValueHash> = HashSet::new();
        let mut ways: Vec<ValueHash> = vec![token.hash];
        ways.extend(token.initial);
        if let Some(initial) = token.any_with {
            ways.extend(inventory.tokens_by(crate::inventory::record::TokenKey::Initial, initial)?);
        }
        for way in ways {
            names.extend(inventory.names_with(way)?.into_iter().take(MOST_NAMES));
        }
        let left = match common {
            None => names,
            Some(common) => common.intersection(&names).copied().collect(),
        };
        if left.is_empty() {
            return Ok(Vec::new());
        }
        common = Some(left);
    }
    let mut names: Vec<_> = common.unwrap_or_default().into_iter().collect();
    names.retain(|&found| found != name.whole);
    names.sort_unstable();
    Ok(names)
}

/// Forename and surname, each alone in a cell, in one row of one table.
fn in_one_row(inventory: &Inventory, name: &NameQuestion) -> Result<Vec<ValueHit>, InventoryError> {
    let (Some(first), Some(last), true) = (
        name.tokens.first(),
        name.tokens.last(),
        name.tokens.len() > 1,
    ) else {
        return Ok(Vec::new());
    };
    let forenames: HashMap<PartId, ValueHit> = inventory
        .value(first.alone)?
        .into_iter()
        .map(|hit| (hit.part, hit))
        .collect();
    let mut found = Vec::new();
    for surname in inventory.value(last.alone)? {
        let Some(forename) = forenames.get(&surname.part) else {
            continue;
        };
        let Some(part) = inventory.part_places(surname.part)? else {
            continue;
        };
        let rows: HashSet<Record> = part.anchors(forename).iter().filter_map(record).collect();
        let mut kept = 0;
        let both = |anchor: &Anchor| {
            let in_row = record(anchor).is_some_and(|row| rows.contains(&row));
            kept += u64::from(in_row);
            in_row
        };
        let surname = part.keeping(surname, both);
        if kept > 0 {
            found.push(surname);
        }
    }
    Ok(found)
}

/// What holds one person's data together: a row of a table, a line of a text.
#[derive(PartialEq, Eq, Hash, Clone)]
pub(crate) struct Record(String, u64);

/// The record that an anchor lies in; none where the place is too wide (a page) to be one person's.
pub(crate) fn record(anchor: &Anchor) -> Option<Record> {
    match anchor {
        Anchor::Line(n) => Some(Record(String::new(), *n)),
        Anchor::Cell { sheet, row, .. } => Some(Record(sheet.to_string(), *row)),
        Anchor::Paragraph(n) => Some(Record("paragraph".into(), u64::from(*n))),
        // `$.people[3].dob` and `$.people[3].name` are of one record: `$.people[3]`.
        Anchor::Region(name) => {
            let end = name.rfind(['.', '/'])?;
            Some(Record(name[..end].to_owned(), 0))
        }
        _ => None,
    }
}

/// Parts with agreements → documents with reasons.
fn hits(
    inventory: &Inventory,
    parts: HashMap<PartId, Vec<Agreement>>,
    most: usize,
) -> Result<(Vec<Hit>, u64), InventoryError> {
    // What agrees in most kinds first, so that the cut leaves out the least.
    let mut parts: Vec<_> = parts.into_iter().collect();
    parts.sort_by_key(|(id, agreements)| {
        let kinds: BTreeMap<&str, Strength> = agreements
            .iter()
            .map(|a| (a.kind.as_str(), a.strength))
            .collect();
        let strength: usize = kinds.values().map(|s| *s as usize + 1).sum();
        (std::cmp::Reverse((kinds.len(), strength)), *id)
    });
    let more = parts.len().saturating_sub(most) as u64;
    let mut documents: BTreeMap<i64, Hit> = BTreeMap::new();
    for (id, agreements) in parts.into_iter().take(most) {
        let Some(part) = inventory.part_places(id)? else {
            continue;
        };
        let Some(first) = part.places.first() else {
            continue;
        };
        let mut records: HashMap<Record, HashSet<&str>> = HashMap::new();
        let mut reasons = Vec::new();
        for agreement in &agreements {
            let anchors = part.anchors(&agreement.hit);
            for record in anchors.iter().filter_map(record) {
                records.entry(record).or_default().insert(&agreement.kind);
            }
            reasons.push(Reason {
                kind: agreement.kind.clone(),
                how: agreement.how,
                strength: agreement.strength,
                bits: 0.0,
                words: match agreement.how {
                    How::Row => "forename and surname in one row",
                    How::Exact => "the same",
                    _ => "in part",
                }
                .into(),
                rule: agreement.hit.rule.clone(),
                category: agreement.hit.category,
                count: agreement.hit.count,
                confidence: agreement.hit.confidence,
                level: agreement.hit.confidence.level(),
                status: agreement.hit.status,
                locations: anchors,
            });
        }
        let together = band::together(&agreements_kinds(&agreements), &records, part.part.people);
        let band = band::band(&reasons, together);
        let hit = documents.entry(first.document.0).or_insert_with(|| Hit {
            band,
            bits: 0.0,
            probability: 0.0,
            places: part.places.clone(),
            people: 0,
            mentions: Vec::new(),
        });
        hit.band = hit.band.max(band);
        hit.people = hit.people.max(part.part.people);
        if part.places.len() > hit.places.len() {
            hit.places = part.places.clone();
        }
        hit.mentions.push(Mention {
            band,
            bits: 0.0,
            probability: 0.0,
            part: PartRef {
                ordinal: part.part.ordinal,
                chain: part.part.chain.clone(),
                in_name: part.part.in_name,
                format: part.part.format.clone(),
            },
            reasons,
            notes: Vec::new(),
        });
    }
    let mut hits: Vec<Hit> = documents.into_values().collect();
    band::rank(&mut hits);
    Ok((hits, more))
}

fn agreements_kinds(agreements: &[Agreement]) -> HashSet<&str> {
    agreements.iter().map(|a| a.kind.as_str()).collect()
}
