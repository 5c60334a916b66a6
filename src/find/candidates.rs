//! Which parts may hold the person: the index asked for every hash that means them, the most promising first.

use std::collections::{HashMap, HashSet};

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

/// What the index gave.
pub struct Candidates {
    /// Parts, the most promising first, with the weight that could come together in each.
    pub parts: Vec<(PartId, f64)>,
    /// Values that are one asked for, by hash, other forms of them included.
    pub same: HashMap<ValueHash, usize>,
    /// Names.
    pub names: Found,
    /// Values that are in more parts than were looked at: which kinds.
    pub cut: Vec<String>,
}

/// Asks the index.
pub fn candidates(
    inventory: &Inventory,
    asked: &Asked,
    matcher: &Matcher<'_>,
) -> Result<Candidates, InventoryError> {
    let mut same = HashMap::new();
    let mut parts: HashMap<PartId, HashMap<Class, f64>> = HashMap::new();
    let mut cut = Vec::new();
    let mut at = |hash: ValueHash, class: Class, bits: f64| -> Result<bool, InventoryError> {
        let found = inventory.parts_with(hash, MOST_PARTS)?;
        let whole = found.len() < MOST_PARTS;
        for part in found {
            let best = parts.entry(part).or_default().entry(class).or_default();
            *best = best.max(bits);
        }
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
                at(address, question.class, 6.0)?;
            }
        }
        // A number with one slip in it is looked for too; a birth date with one is too common to lead anywhere.
        if question.class == Class::Strong {
            for (&hash, near) in &question.near {
                at(hash, question.class, near.bits)?;
            }
        }
    }
    let names = matcher.found()?;
    for (name, bits) in &names.full {
        if !at(*name, Class::Name, bits.max(1.0))? {
            cut.push("name".into());
        }
    }
    // A surname alone leads somewhere where the forename stands alone in the same part, or with an identifier.
    for surname in &names.surnames {
        at(*surname, Class::Name, 0.5)?;
    }
    let alone: HashSet<PartId> = {
        let mut alone = HashSet::new();
        for &forename in &names.forenames {
            alone.extend(inventory.parts_with(forename, MOST_PARTS)?);
        }
        alone
    };
    let mut parts: Vec<(PartId, f64)> = parts
        .into_iter()
        .map(|(part, classes)| {
            let mut bits: f64 = classes.values().sum();
            if classes.get(&Class::Name).is_some_and(|bits| *bits < 1.0) && alone.contains(&part) {
                bits += 8.0;
            }
            (part, bits)
        })
        .collect();
    parts.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
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
