//! One part of the index → the records in it, weighed: what is the person's, what is somebody else's.

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
};

use super::{
    band::Band,
    candidates::{self, Candidates},
    hit::{Mention, PartRef, Reason, Who},
    identity::{self, Asked, Class, Strength},
    naming::{Agreement, Kind, Matcher},
    near::Near,
    offers::Offers,
    record::{Cluster, Item, Named, Names, clusters},
    weigh::{Says, Verdict, Weighed, weigh},
};
use crate::{
    inventory::{
        Inventory, InventoryError, PartId, PartPlaces, Place, Stored, names::Sex, record::ValueHash,
    },
    model::{Anchor, Category, Confidence, Status},
};

/// Values of a part compared one with another; of a larger part only those asked for are looked at.
const MOST_VALUES: usize = 20_000;

/// Places looked at of one value in one part.
const MOST_SPOTS: usize = 1_000;

/// One part with what it says.
pub(super) struct Read {
    pub part: PartRef,
    pub places: Vec<Place>,
    pub people: u64,
    pub told: Vec<Told>,
    pub others: Vec<Other>,
}

/// A mention of the person.
pub(super) struct Told {
    pub mention: Mention,
    /// A birth date or a number of the person's own stands there.
    pub own: bool,
    /// The name is all that agrees.
    pub name_only: bool,
    /// Whether its forename is written out and whether more of it agrees than a namesake would have.
    pub name: Option<(bool, bool)>,
    /// Numbers, telephones and e-mail addresses that stand with it and were not asked for.
    pub values: Vec<ValueHash>,
}

/// A mention of somebody who could be mistaken for the person.
pub(super) struct Other {
    pub who: Who,
    pub words: String,
    pub locations: Vec<Anchor>,
    /// See [`Told::values`].
    pub values: Vec<ValueHash>,
    /// The birth date or the number that tells the namesake from others.
    pub is: Option<ValueHash>,
    /// Whether the namesake's forename is written out, and whether more of the name agrees, as in [`Told::name`].
    pub name: (bool, bool),
}

/// What is needed to read parts.
pub(super) struct Desk<'a> {
    pub inventory: &'a Inventory,
    pub asked: &'a Asked,
    pub matcher: &'a Matcher<'a>,
    pub rules: HashMap<i64, (String, Category)>,
    /// Rules that tell who somebody is.
    pub telling: HashMap<i64, Class>,
    pub strengths: HashMap<String, Strength>,
    pub near: HashMap<ValueHash, (usize, Near)>,
    pub prior: f64,
    pub houses: RefCell<HashMap<ValueHash, Option<(usize, bool)>>>,
    pub candidates: &'a Candidates,
    /// The first failure inside a comparison.
    pub trouble: RefCell<Option<InventoryError>>,
}

impl Names for Desk<'_> {
    fn tokens(&self, name: ValueHash) -> Vec<ValueHash> {
        if self.candidates.names.handles.contains(&name) {
            return vec![name];
        }
        self.or_note(self.inventory.tokens_of(name))
            .unwrap_or_default()
    }

    fn compare(&self, tokens: &[ValueHash]) -> Agreement {
        self.matcher.compare(tokens)
    }
}

impl Desk<'_> {
    fn or_note<T>(&self, result: Result<T, InventoryError>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.trouble.borrow_mut().get_or_insert(error);
                None
            }
        }
    }

    /// How a value agrees with what was asked.
    pub fn says(&self, item: &Item) -> Says {
        if let Some(&index) = self.candidates.same.get(&item.hash) {
            return Says::Same(index);
        }
        if let Some((index, near)) = self.near.get(&item.hash) {
            return Says::Near(*index, *near);
        }
        let Some((rule, _)) = self.rules.get(&item.rule) else {
            return Says::Nothing;
        };
        if rule == candidates::ADDRESS
            && let Some((index, street)) = self.house(item.hash)
        {
            return Says::House(index, street);
        }
        match self
            .asked
            .questions
            .iter()
            .position(|q| q.rules.contains(rule))
        {
            Some(index) => Says::Differs(index),
            None => Says::Nothing,
        }
    }

    fn house(&self, address: ValueHash) -> Option<(usize, bool)> {
        if let Some(known) = self.houses.borrow().get(&address) {
            return *known;
        }
        let found = (self.asked.questions.iter().enumerate()).find_map(|(index, question)| {
            let ways = question.house?;
            let found = candidates::house(self.inventory, ways, address);
            self.or_note(found).flatten().map(|street| (index, street))
        });
        self.houses.borrow_mut().insert(address, found);
        found
    }

    /// Reads a part.
    pub fn read(
        &self,
        id: PartId,
        offers: &mut Offers,
        births: &mut HashSet<ValueHash>,
    ) -> Result<Option<Read>, InventoryError> {
        let Some(part) = self.inventory.part_places(id)? else {
            return Ok(None);
        };
        let numbers: Vec<i64> = self.telling.keys().copied().collect();
        let (stored, whole) = match self.inventory.values_of(id, &numbers, MOST_VALUES)? {
            Some(stored) => (stored, true),
            None => (self.values_asked_for(id, &numbers)?, false),
        };
        let mut items = Vec::new();
        for value in &stored {
            let Some(&class) = self.telling.get(&value.rule) else {
                continue;
            };
            for spot in part.spots(value).into_iter().take(MOST_SPOTS) {
                items.push(Item {
                    rule: value.rule,
                    class,
                    hash: value.hash,
                    spot,
                    confidence: value.confidence,
                    status: value.status,
                });
            }
        }
        self.mailboxes(&stored, &part, &mut items);
        let names: HashSet<ValueHash> = (self.candidates.names.full.iter().map(|(name, _)| *name))
            .chain(self.candidates.names.surnames.iter().copied())
            .chain(self.candidates.names.handles.iter().copied())
            .collect();
        let interesting = |item: &Item| match item.class {
            Class::Name => names.contains(&item.hash),
            _ => matches!(
                self.says(item),
                Says::Same(_) | Says::Near(..) | Says::House(..)
            ),
        };
        let mut found = clusters(&items, interesting, self);
        // A document without names in it may have one in its own.
        if found
            .iter()
            .any(|cluster| cluster.names.is_empty() && cluster.other.is_none())
            && !part.part.in_name
            && let Some(named) = self.named_in_name(&part)?
        {
            for cluster in &mut found {
                if cluster.names.is_empty() && cluster.other.is_none() {
                    cluster.names.push(named.clone());
                }
            }
        }
        let reference = PartRef {
            ordinal: part.part.ordinal,
            chain: part.part.chain.clone(),
            in_name: part.part.in_name,
            format: part.part.format.clone(),
        };
        let mut read = Read {
            part: reference,
            places: part.places.clone(),
            people: part.part.people,
            told: Vec::new(),
            others: Vec::new(),
        };
        let weighed: Vec<Weighed> = found
            .iter()
            .map(|cluster| {
                weigh(
                    cluster,
                    &items,
                    &|item| self.says(item),
                    self.asked,
                    self.prior,
                    (
                        self.candidates.names.shared || self.candidates.names.cut,
                        self.candidates.names.shared_initial || self.candidates.names.cut,
                    ),
                )
            })
            .collect();
        for (cluster, _) in found.iter().zip(&weighed) {
            if cluster
                .names
                .first()
                .is_some_and(|n| n.agreement.kind == Kind::Full)
            {
                births.extend(
                    (cluster.owned.iter())
                        .filter(|&&n| items[n].class == Class::Birth)
                        .map(|&n| items[n].hash),
                );
            }
        }
        // Where a document tells that its bearer of the name is another person, the name alone elsewhere in it is that
        // person's as well, unless something there says otherwise.
        let another = weighed
            .iter()
            .find_map(|w| match &w.verdict {
                Verdict::Another(Who::Namesake, words) => Some(words.clone()),
                _ => None,
            })
            .filter(|_| {
                !weighed
                    .iter()
                    .any(|w| matches!(w.verdict, Verdict::Person(_)) && !w.name_only)
            });
        for (cluster, weighed) in found.iter().zip(weighed) {
            let values = self.values_beside(cluster, &items);
            let other = match &weighed.verdict {
                Verdict::TooLittle => continue,
                Verdict::Another(who, words) => Some((*who, words.clone())),
                Verdict::Person(_) if weighed.name_only => {
                    another.clone().map(|words| (Who::Namesake, words))
                }
                Verdict::Person(_) => None,
            };
            if let Some((who, words)) = other {
                let locations = self.places(cluster.names.first(), &weighed, &items);
                let owned = || cluster.owned.iter().map(|&n| &items[n]);
                let is = (owned().find(|item| item.class == Class::Birth))
                    .or_else(|| owned().find(|item| item.class == Class::Strong));
                let named = cluster.names.first();
                read.others.push(Other {
                    who,
                    words,
                    locations,
                    values,
                    is: is.map(|item| item.hash),
                    name: named.map_or((false, false), |name| {
                        (name.agreement.forename, name.agreement.telling)
                    }),
                });
                continue;
            }
            let Verdict::Person(mut band) = weighed.verdict else {
                continue;
            };
            let mut notes = weighed.notes.clone();
            if !whole && band == Band::Certain && !self.safe_in_part(&weighed) {
                band = Band::Probable;
                notes.push("so large a document that what disagrees was not looked for".into());
            }
            if band >= Band::Probable {
                offers.add(self, &part, &items, cluster, &weighed, band);
            }
            let (own, name_only) = (weighed.own, weighed.name_only);
            let name = (cluster.names.first().map(|name| &name.agreement))
                .map(|agreement| (agreement.forename, agreement.telling));
            let mention = self.mention(band, weighed, notes, &items, &read.part);
            read.told.push(Told {
                mention,
                own,
                name_only,
                name,
                values,
            });
        }
        Ok(Some(read).filter(|r| !r.told.is_empty() || !r.others.is_empty()))
    }

    /// Values in a record that are one person's or a household's, and are not those asked for.
    fn values_beside(&self, cluster: &Cluster, items: &[Item]) -> Vec<ValueHash> {
        (cluster.owned.iter().map(|&n| &items[n]))
            .filter(|item| {
                matches!(item.class, Class::Strong | Class::Local | Class::Contact)
                    && item.status != Status::Organisation
                    && matches!(self.says(item), Says::Nothing | Says::Differs(_))
            })
            .map(|item| item.hash)
            .collect()
    }

    /// Whether a birth date or a number agrees, so that none disagrees.
    fn safe_in_part(&self, weighed: &Weighed) -> bool {
        weighed.lines.iter().any(|line| {
            line.bits > 0.0
                && self.asked.questions.iter().any(|q| {
                    q.kind == line.kind
                        && matches!(q.class, Class::Birth | Class::Strong | Class::Local)
                })
        })
    }

    /// Of a part with very many values: those that could agree.
    fn values_asked_for(&self, id: PartId, numbers: &[i64]) -> Result<Vec<Stored>, InventoryError> {
        let names = &self.candidates.names;
        let hashes: Vec<ValueHash> = (self.candidates.same.keys().copied())
            .chain(self.near.keys().copied())
            .chain(names.full.iter().map(|(name, _)| *name))
            .chain(names.surnames.iter().copied())
            .chain(names.forenames.iter().copied())
            .chain(names.handles.iter().copied())
            .collect();
        self.inventory.values_among(id, numbers, &hashes)
    }

    /// Mailboxes and user names that read like the name: an item of their own, since an address is no name to part a text by.
    fn mailboxes(&self, stored: &[Stored], part: &PartPlaces, items: &mut Vec<Item>) {
        if items.iter().any(|item| item.class == Class::Name) {
            return;
        }
        let names: HashSet<ValueHash> = self
            .candidates
            .names
            .full
            .iter()
            .map(|(name, _)| *name)
            .chain(self.candidates.names.handles.iter().copied())
            .collect();
        for value in stored {
            let class = self.telling.get(&value.rule);
            if matches!(class, Some(Class::Contact | Class::Local)) && names.contains(&value.hash) {
                for spot in part.spots(value).into_iter().take(MOST_SPOTS) {
                    items.push(Item {
                        rule: value.rule,
                        class: Class::Name,
                        hash: value.hash,
                        spot,
                        confidence: value.confidence,
                        status: value.status,
                    });
                }
            }
        }
    }

    /// The person's name in the name of a file.
    fn named_in_name(&self, part: &PartPlaces) -> Result<Option<Named>, InventoryError> {
        if self.candidates.names.full.is_empty() {
            return Ok(None);
        }
        let names: Vec<ValueHash> = (self.candidates.names.full.iter())
            .map(|(name, _)| *name)
            .collect();
        let rules: Vec<i64> = (self.telling.iter())
            .filter(|(_, class)| **class == Class::Name)
            .map(|(number, _)| *number)
            .collect();
        for id in self.inventory.name_parts_of(&part.places)? {
            let stored = self.inventory.values_among(id, &rules, &names)?;
            if let Some(stored) = stored.first() {
                let tokens = self.inventory.tokens_of(stored.hash)?;
                let mut agreement = self.matcher.compare(&tokens);
                agreement.words.push_str(", in the file's name");
                return Ok(Some(Named::elsewhere(tokens, agreement)));
            }
        }
        Ok(None)
    }

    fn places(&self, name: Option<&Named>, weighed: &Weighed, items: &[Item]) -> Vec<Anchor> {
        let mut indices: Vec<usize> = name.map_or_else(Vec::new, |name| name.items.clone());
        if indices.is_empty() {
            indices = weighed
                .lines
                .iter()
                .flat_map(|line| line.items.clone())
                .collect();
        }
        anchors(&indices, items)
    }

    fn mention(
        &self,
        band: Band,
        weighed: Weighed,
        notes: Vec<String>,
        items: &[Item],
        part: &PartRef,
    ) -> Mention {
        let reasons = weighed
            .lines
            .into_iter()
            .map(|line| {
                let first = line.items.first().map(|&n| &items[n]);
                let (rule, category) = first
                    .and_then(|item| self.rules.get(&item.rule).cloned())
                    .unwrap_or_else(|| (identity::NAME.into(), Category::Name));
                let confidence = (line.items.iter())
                    .map(|&n| items[n].confidence)
                    .max()
                    .unwrap_or(Confidence(90));
                Reason {
                    kind: line.kind,
                    how: line.how,
                    strength: line.strength,
                    bits: rounded(line.bits),
                    words: line.words,
                    rule,
                    category,
                    count: line.items.len() as u64,
                    confidence,
                    level: confidence.level(),
                    status: first.map_or(Status::Live, |item| item.status),
                    locations: anchors(&line.items, items),
                }
            })
            .collect();
        Mention {
            band,
            bits: rounded(weighed.bits),
            probability: probability(weighed.bits),
            part: part.clone(),
            reasons,
            notes,
            alike: 0,
        }
    }
}

impl Named {
    /// A name that stands outside the part.
    fn elsewhere(tokens: Vec<ValueHash>, agreement: Agreement) -> Named {
        Named::new(Vec::new(), tokens, agreement, Sex::Unsaid)
    }
}

fn rounded(bits: f64) -> f64 {
    (bits * 10.0).round() / 10.0
}

/// 2^M / (1 + 2^M), to six places.
fn probability(bits: f64) -> f64 {
    let odds = bits.clamp(-60.0, 60.0).exp2();
    (odds / (1.0 + odds) * 1e6).round() / 1e6
}

fn anchors(indices: &[usize], items: &[Item]) -> Vec<Anchor> {
    let mut anchors: Vec<Anchor> = indices
        .iter()
        .map(|&n| items[n].spot.anchor.clone())
        .collect();
    anchors.dedup();
    anchors
}
