//! Which parts may hold the person: the index asked for every hash that means them, the most promising first.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    identity::{Asked, Class},
    naming::{Found, Matcher},
};
use crate::inventory::{
    Inventory, InventoryError, PartId, aliases,
    record::{TokenKey, ValueHash},
};

/// Parts looked at for one value: beyond it the value tells nobody apart.
const MOST_PARTS: usize = 20_000;

/// The most that a name that was not looked for, a forename alone, adds in a part.
const GIVEN_ALONE: f64 = 9.0;

/// What a surname alone weighs here, and what a forename alone in the same part adds to it.
const SURNAME: f64 = 0.5;
const WITH_FORENAME: f64 = 8.0;

/// What can come of a part, by what of the question is in it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Promise {
    /// Enough for a band.
    Band,
    /// The name and nothing else.
    Name,
    /// Too little for any band: a postcode, a surname. It may be about a relative.
    Little,
}

/// A part in which something of the question is.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// The part.
    pub part: PartId,
    /// The weight that could come together in it.
    pub bits: f64,
    /// What can come of it.
    pub promise: Promise,
}

/// What the index gave.
pub struct Candidates {
    /// Parts, the most promising first.
    pub parts: Vec<Candidate>,
    /// Values that are one asked for, by hash, other forms of them included.
    pub same: HashMap<ValueHash, usize>,
    /// Names.
    pub names: Found,
    /// Values that are in more parts than were looked at: which kinds.
    pub cut: Vec<String>,
}

/// What of the question is in a part: the class, and what it weighs there.
type Posting = (PartId, Class, f64);

/// Asks the index. `prior` is the weight against anybody being the person.
pub fn candidates(
    inventory: &Inventory,
    asked: &Asked,
    matcher: &Matcher<'_>,
    prior: f64,
) -> Result<Candidates, InventoryError> {
    let mut same = HashMap::new();
    let mut postings: Vec<Posting> = Vec::new();
    let mut cut = Vec::new();
    let mut at = |hash: ValueHash, class: Class, bits: f64| -> Result<bool, InventoryError> {
        let found = inventory.parts_with(hash, MOST_PARTS)?;
        let whole = found.len() < MOST_PARTS;
        postings.extend(found.into_iter().map(|part| (part, class, bits)));
        Ok(whole)
    };
    for (index, question) in asked.questions.iter().enumerate() {
        let bits = match question.class {
            Class::Strong => 22.0,
            Class::Local => 18.0,
            Class::Contact | Class::Birth => 13.0,
            _ => 8.0,
        };
        let mut hashes: HashSet<ValueHash> = question.hashes.iter().copied().collect();
        for &hash in &question.hashes {
            for how in [TokenKey::Account, TokenKey::Mailbox, TokenKey::Pair] {
                hashes.extend(inventory.tokens_by(how, hash)?);
            }
        }
        for hash in hashes {
            same.entry(hash).or_insert(index);
            if !at(hash, question.class, bits)? {
                cut.push(question.kind.clone());
            }
        }
        if let Some((house, number)) = question.house
            && house != number
        {
            for address in inventory.tokens_by(TokenKey::House, house)? {
                at(address, question.class, 9.0)?;
            }
        }
        // A number with one slip in it is looked for too; a birth date with one is too common to lead anywhere.
        if question.class == Class::Strong {
            let near: BTreeMap<ValueHash, f64> = (question.near.iter())
                .map(|(&hash, near)| (hash, near.bits))
                .collect();
            for (hash, bits) in near {
                at(hash, question.class, bits)?;
            }
        }
    }
    let names = matcher.found()?;
    for (name, bits) in &names.full {
        if !at(*name, Class::Name, bits.max(1.0))? {
            cut.push("name".into());
        }
    }
    for handle in &names.handles {
        at(*handle, Class::Name, 1.0)?;
    }
    // A surname alone leads somewhere where the forename stands alone in the same part, or with an identifier.
    for surname in &names.surnames {
        at(*surname, Class::Name, SURNAME)?;
    }
    let mut alone = HashSet::new();
    if !names.surnames.is_empty() {
        for &forename in &names.forenames {
            alone.extend(inventory.parts_with(forename, MOST_PARTS)?);
        }
    }
    let one = asked.names.is_empty() && asked.questions.len() == 1;
    let (mut parts, mut rest) = (Vec::new(), &mut postings[..]);
    rest.sort_unstable_by_key(|(part, class, _)| (*part, *class));
    while let Some(&(part, ..)) = rest.first() {
        let many = rest.partition_point(|(other, ..)| *other == part);
        let (of_part, after) = rest.split_at_mut(many);
        let mut bits = 0.0;
        let (mut name, mut others) = (0.0_f64, false);
        for of_class in of_part.chunk_by(|a, b| a.1 == b.1) {
            let best = of_class.iter().map(|(.., bits)| *bits).fold(0.0, f64::max);
            bits += best;
            match of_class[0].1 {
                Class::Name => name = best,
                _ => others = true,
            }
        }
        if name == SURNAME && alone.contains(&part) {
            bits += WITH_FORENAME;
            name += WITH_FORENAME;
        }
        let forename = if name == 0.0 && !asked.names.is_empty() {
            GIVEN_ALONE
        } else {
            0.0
        };
        let promise = match others {
            _ if one || name >= 1.0 && others => Promise::Band,
            false if name >= 1.0 => Promise::Name,
            // A surname alone may be somebody's whom nobody else here is called like.
            false if !names.shared => Promise::Name,
            true if bits + forename >= prior => Promise::Band,
            _ => Promise::Little,
        };
        parts.push(Candidate {
            part,
            bits,
            promise,
        });
        rest = after;
    }
    parts.sort_by(|a, b| b.bits.total_cmp(&a.bits).then(a.part.cmp(&b.part)));
    cut.sort();
    cut.dedup();
    Ok(Candidates {
        parts,
        same,
        names,
        cut,
    })
}

/// Whether an address is the house asked for, and whether its street agrees too.
pub fn house(
    inventory: &Inventory,
    ways: (ValueHash, ValueHash),
    address: ValueHash,
) -> Result<Option<bool>, InventoryError> {
    let (house, number) = ways;
    if house != number && inventory.leads(TokenKey::House, house, address)? {
        return Ok(Some(true));
    }
    Ok(inventory
        .leads(TokenKey::HouseNumber, number, address)?
        .then_some(false))
}

/// The rule of addresses.
pub const ADDRESS: &str = aliases::ADDRESS;
