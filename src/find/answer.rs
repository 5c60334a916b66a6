//! What was asked → the answer: parts that may hold the person, read and weighed, and what is said of the whole.

use std::{cell::RefCell, collections::HashSet};

use super::{
    FindError,
    band::Band,
    candidates::candidates,
    desk::Desk,
    gather::{gather, sort},
    hit::Answer,
    identity::{self, Asked},
    namesakes,
    naming::Matcher,
    offers::{Offered, Offers},
};
use crate::{
    detect::Rule,
    inventory::{Inventory, Key},
};

/// Parts looked at, at least, so that the cut by promise leaves out nothing that would have been told.
const LEAST_PARTS: usize = 400;

/// From so many documents on a name alone is too common.
const COMMON: usize = 20;

/// An answer with what it offers.
pub(super) struct Found {
    pub answer: Answer,
    pub offered: Vec<Offered>,
}

/// Answers what is asked.
pub(super) fn answer(
    inventory: &Inventory,
    key: &Key,
    rules: &[Rule],
    asked: &Asked,
    most: usize,
) -> Result<Found, FindError> {
    let matcher = Matcher::new(inventory, key, &asked.names)?;
    let candidates = candidates(inventory, asked, &matcher)?;
    let rules_by_number = inventory.rules_by_number()?;
    let desk = Desk {
        inventory,
        asked,
        matcher: &matcher,
        telling: rules_by_number
            .iter()
            .filter_map(|(number, (name, _))| Some((*number, identity::class(name)?)))
            .chain(asked.questions.iter().flat_map(|question| {
                (rules_by_number.iter())
                    .filter(|(_, (name, _))| question.among.contains(name))
                    .map(|(number, _)| (*number, question.class))
            }))
            .collect(),
        rules: rules_by_number,
        strengths: rules
            .iter()
            .map(|rule| (rule.id.to_string(), identity::strength(rule)))
            .collect(),
        near: (asked.questions.iter().enumerate())
            .flat_map(|(index, q)| {
                q.near
                    .iter()
                    .map(move |(hash, near)| (*hash, (index, *near)))
            })
            .collect(),
        prior: (matcher.names.max(3) as f64 - 1.0).log2(),
        houses: RefCell::default(),
        candidates: &candidates,
        trouble: RefCell::default(),
    };
    let look_at = most.saturating_mul(4).max(LEAST_PARTS);
    let (mut read, mut offers) = (Vec::new(), Offers::default());
    let mut births = HashSet::new();
    for (part, _) in candidates.parts.iter().take(look_at) {
        if let Some(found) = desk.read(*part, &mut offers, &mut births)? {
            read.push(found);
        }
    }
    if let Some(trouble) = desk.trouble.take() {
        return Err(trouble.into());
    }
    let not_looked_at = candidates.parts.len().saturating_sub(look_at) as u64;
    namesakes::by_values(&mut read);
    namesakes::in_household(&mut read);
    let roots = inventory.roots()?;
    let (mut hits, mut confusable) = gather(read);
    namesakes::by_service(&mut hits, &mut confusable, &roots);
    sort(&mut hits);

    let mut warnings = Vec::new();
    let name_only = hits.iter().filter(|hit| hit.band == Band::Possible).count();
    if !asked.names.is_empty() && name_only + not_looked_at as usize > COMMON {
        let people = match births.len() {
            0 | 1 => String::new(),
            n => format!(", beside {n} different birth dates"),
        };
        warnings.push(format!(
            "the name is common here: {} documents hold it and nothing that tells whose it is{people}; give one more identifier, as a birth date (--born)",
            name_only + not_looked_at as usize
        ));
    }
    for kind in &candidates.cut {
        warnings.push(format!(
            "the {kind} given is in very many documents; not all of them were looked at"
        ));
    }
    let more = (hits.len().saturating_sub(most)) as u64 + not_looked_at;
    hits.truncate(most);
    let runs = inventory.runs(20)?;
    let offered = offers.finish(&desk, asked)?;
    Ok(Found {
        answer: Answer {
            hits,
            more,
            confusable,
            offers: Vec::new(),
            kinds: Vec::new(),
            warnings,
            people: matcher.names,
            unread: inventory.unread()?,
            scanned_at: runs
                .iter()
                .find(|run| run.ending.as_deref() == Some("complete"))
                .and_then(|run| run.ended),
            roots,
        },
        offered,
    })
}
