//! Where is everything on this person? Answered from the blind index, without opening a document.
//!
//! `cli` says who ([`Person`]) and gives the key; [`identity`] turns that into hashes, `candidates` asks the index which
//! parts of which documents hold them, `record` puts what was found together by person, `weigh` says how likely each is
//! the one asked for, and `answer` gathers the documents. Every look-up by [`find()`] is logged in the inventory: kinds and
//! numbers, never values. What comes back is a plain model; printing it is not done here.

mod answer;
mod band;
mod candidates;
mod desk;
mod gather;
pub mod hit;
pub mod identity;
mod namesakes;
mod naming;
mod near;
mod offers;
pub mod own;
mod person;
mod record;
mod ways;
mod weigh;

use thiserror::Error;

pub use band::Band;
pub use hit::{Answer, Confusable, Hit, How, Mention, Offer, PartRef, Reason, Who};
pub use identity::{KINDS, Strength};
pub use person::{Expand, Person};
pub use ways::stands_for;

use crate::{
    detect::{Facts, Rule},
    inventory::{Inventory, InventoryError, Key, LookupEntry, log_lookup},
};

/// Rounds of searching what was found beside what was found; each needs a new identifier to go on.
const ROUNDS: usize = 4;

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum FindError {
    /// Nothing to look for.
    #[error(
        "nobody to look for: give a name or an identifier, as in `find --name \"Ada Example\"`"
    )]
    Nothing,
    /// A birth date that no calendar has, or that lies ahead.
    #[error("`{0}` is no birth date: write it like 1951-03-02 or 2 March 1951")]
    Date(String),
    /// An identifier to expand by that was not on offer.
    #[error("`{0}` is not on offer: run the look-up without --expand and take an id from its list")]
    Offer(String),
    /// The inventory.
    #[error(transparent)]
    Inventory(#[from] InventoryError),
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
    inventory.at_once(|| rounds(inventory, key, rules, facts, person, most))
}

fn rounds(
    inventory: &Inventory,
    key: &Key,
    rules: &[Rule],
    facts: &Facts,
    person: &Person,
    most: usize,
) -> Result<Answer, FindError> {
    inventory.check_key(key)?;
    let mut asked = identity::ask(person, rules, facts, key)?;
    if asked.questions.is_empty() && asked.names.is_empty() && asked.warnings.is_empty() {
        return Err(FindError::Nothing);
    }
    let kinds = asked.kinds();
    let mut searched = Vec::new();
    let mut wanted: Vec<String> = match &person.expand {
        Expand::These(ids) => ids.clone(),
        _ => Vec::new(),
    };
    for round in 0.. {
        let mut found = answer::answer(inventory, key, rules, &asked, most)?;
        let accepted: Vec<offers::Offered> = found
            .offered
            .iter()
            .filter(|offered| match &person.expand {
                Expand::None => false,
                Expand::All => offered.certain,
                Expand::These(_) => wanted.contains(&offered.offer.id),
            })
            .cloned()
            .collect();
        if accepted.is_empty() || round == ROUNDS {
            if let Some(unknown) = wanted.first() {
                return Err(FindError::Offer(unknown.clone()));
            }
            found.answer.offers = searched;
            found
                .answer
                .offers
                .extend(found.offered.into_iter().map(|offered| offered.offer));
            found.answer.kinds = kinds;
            found.answer.warnings.splice(0..0, asked.warnings.clone());
            return Ok(found.answer);
        }
        for mut offered in accepted {
            wanted.retain(|id| *id != offered.offer.id);
            asked.questions.push(offered.question(rules));
            offered.offer.searched = true;
            searched.push(offered.offer);
        }
    }
    unreachable!("the last round returns")
}
