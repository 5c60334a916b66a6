//! What was asked → the answer: parts that may hold the person, read and weighed, and what is said of the whole.

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
};

use super::{
    FindError,
    band::Band,
    candidates::{Promise, candidates},
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

/// Parts looked at, at least, so that the cut by promise leaves out nothing that would have been told: of those that can
/// be more than possible, of those with the name alone, and of those that may be about a relative.
const LEAST_PARTS: usize = 400;
const LEAST_NAMES: usize = 100;
const LEAST_LITTLE: usize = 50;

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
    let prior = (matcher.names.max(3) as f64 - 1.0).log2();
    let candidates = candidates(inventory, asked, &matcher, prior)?;
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
        prior,
        houses: RefCell::default(),
        candidates: &candidates,
        trouble: RefCell::default(),
    };
    let room = |promise: Promise| match promise {
        Promise::Band => most.saturating_mul(4).max(LEAST_PARTS),
        Promise::Name => most.saturating_mul(2).max(LEAST_NAMES),
        Promise::Little => match most {
            usize::MAX => most,
            _ => LEAST_LITTLE,
        },
    };
    let (mut read, mut offers) = (Vec::new(), Offers::default());
    let mut births = HashSet::new();
    let (mut looked_at, mut left) = (HashMap::new(), HashMap::new());
    for candidate in &candidates.parts {
        let looked: &mut usize = looked_at.entry(candidate.promise).or_default();
        if *looked >= room(candidate.promise) {
            *left.entry(candidate.promise).or_insert(0_u64) += 1;
            continue;
        }
        *looked += 1;
        if let Some(found) = desk.read(candidate.part, &mut offers, &mut births)? {
            read.push(found);
        }
    }
    let names_left = left.get(&Promise::Name).copied().unwrap_or(0);
    let not_looked_at = names_left + left.get(&Promise::Band).copied().unwrap_or(0);
    if let Some(trouble) = desk.trouble.take() {
        return Err(trouble.into());
    }
    namesakes::by_values(&mut read);
    namesakes::in_household(&mut read);
    namesakes::alike(&mut read, candidates.names.shared_initial);
    let roots = inventory.roots()?;
    let (mut hits, mut confusable) = gather(read);
    namesakes::by_service(&mut hits, &mut confusable, &roots);
    sort(&mut hits);

    let mut warnings = Vec::new();
    let name_only = hits.iter().filter(|hit| hit.band == Band::Possible).count();
    if !asked.names.is_empty() && name_only + names_left as usize > COMMON {
        let people = match births.len() {
            0 | 1 => String::new(),
            n if names_left > 0 => format!(", beside {n} different birth dates and more"),
            n => format!(", beside {n} different birth dates"),
        };
        warnings.push(format!(
            "the name is common here: {} documents hold it and nothing that tells whose it is{people}; give one more identifier, as a birth date (--born)",
            name_only + names_left as usize
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
