//! Parts that may hold the person → documents that do, people who could be mistaken, and what stands beside.

use std::{
    cell::RefCell,
    cmp::Reverse,
    collections::{BTreeMap, HashMap, HashSet},
};

use super::{
    FindError,
    band::Band,
    candidates::{self, Candidates, candidates},
    hit::{Answer, Confusable, Hit, Mention, Offer, PartRef, Reason, Who},
    identity::{self, Asked, Class, Question, Strength},
    naming::{Agreement, Kind, Matcher},
    near::Near,
    record::{Item, Named, Names, clusters},
    weigh::{Says, Verdict, Weighed, weigh},
};
use crate::{
    detect::Rule,
    inventory::{
        Inventory, InventoryError, Key, PartId, PartPlaces, Place, Root, Stored,
        names::Sex,
        record::{DocumentId, ValueHash},
    },
    model::{Anchor, Category, Confidence, Status},
};

/// Values of a part compared one with another; of a larger part only those asked for are looked at.
const MOST_VALUES: usize = 20_000;

/// Places looked at of one value in one part.
const MOST_SPOTS: usize = 1_000;

/// Parts looked at, at least, so that the cut by promise leaves out nothing that would have been told.
const LEAST_PARTS: usize = 400;

/// From so many documents on a name alone is too common.
const COMMON: usize = 20;

/// An identifier on offer, with what is needed to search it.
#[derive(Clone)]
pub(super) struct Offered {
    pub offer: Offer,
    pub certain: bool,
    hash: ValueHash,
}

impl Offered {
    /// The question that searches it.
    pub fn question(&self, rules: &[Rule]) -> Question {
        let strength = rules
            .iter()
            .find(|rule| *rule.id == *self.offer.rule)
            .map_or(Strength::Few, identity::strength);
        Question {
            kind: self.offer.rule.clone(),
            strength,
            class: identity::class(&self.offer.rule).unwrap_or(Class::Local),
            rules: Vec::new(),
            among: vec![self.offer.rule.clone()],
            hashes: vec![self.hash],
            near: HashMap::new(),
            house: None,
            chain: self.offer.chain.clone(),
        }
    }
}

/// An answer with what it offers.
pub(super) struct Found {
    pub answer: Answer,
    pub offered: Vec<Offered>,
}

/// One part with what it says.
struct Read {
    part: PartRef,
    places: Vec<Place>,
    people: u64,
    mentions: Vec<(Mention, bool)>,
    confusable: Vec<(Who, String, Vec<Anchor>)>,
    /// Whether it is about somebody else of the name.
    namesake: bool,
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
    if read.iter().any(|part| part.namesake) {
        // A father and a son of one name at one address: what a household shares does not tell them apart.
        for (mention, own) in read.iter_mut().flat_map(|part| &mut part.mentions) {
            if mention.band == Band::Certain && !*own {
                mention.band = Band::Probable;
                mention.notes.push(
                    "somebody of the same name shares the address, telephone or e-mail".into(),
                );
            }
        }
    }
    let roots = inventory.roots()?;
    let (mut hits, mut confusable) = gather(read);
    namesakes_by_service(&mut hits, &mut confusable, &roots);
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

/// What is needed to read parts.
struct Desk<'a> {
    inventory: &'a Inventory,
    asked: &'a Asked,
    matcher: &'a Matcher<'a>,
    rules: HashMap<i64, (String, Category)>,
    /// Rules that tell who somebody is.
    telling: HashMap<i64, Class>,
    strengths: HashMap<String, Strength>,
    near: HashMap<ValueHash, (usize, Near)>,
    prior: f64,
    houses: RefCell<HashMap<ValueHash, Option<(usize, bool)>>>,
    candidates: &'a Candidates,
    /// The first failure inside a comparison.
    trouble: RefCell<Option<InventoryError>>,
}

impl Names for Desk<'_> {
    fn tokens(&self, name: ValueHash) -> Vec<ValueHash> {
        self.or_note(self.inventory.tokens_of(name))
            .unwrap_or_default()
    }

    fn compare(&self, tokens: &[ValueHash]) -> Agreement {
        self.or_note(self.matcher.compare(tokens))
            .unwrap_or_else(Agreement::none)
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
    fn says(&self, item: &Item) -> Says {
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
    fn read(
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
            mentions: Vec::new(),
            confusable: Vec::new(),
            namesake: false,
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
            match &weighed.verdict {
                Verdict::TooLittle => {}
                Verdict::Another(who, words) => {
                    read.namesake |= *who == Who::Namesake;
                    read.confusable.push((
                        *who,
                        words.clone(),
                        self.places(cluster.names.first(), &weighed, &items),
                    ));
                }
                Verdict::Person(_) if weighed.name_only && another.is_some() => {
                    let words = another.clone().unwrap_or_default();
                    let places = self.places(cluster.names.first(), &weighed, &items);
                    read.confusable.push((Who::Namesake, words, places));
                }
                Verdict::Person(band) => {
                    let mut band = *band;
                    let mut notes = weighed.notes.clone();
                    if !whole && band == Band::Certain && !self.safe_in_part(&weighed) {
                        band = Band::Probable;
                        notes.push(
                            "so large a document that what disagrees was not looked for".into(),
                        );
                    }
                    if band >= Band::Probable {
                        offers.add(self, &part, &items, cluster, &weighed, band);
                    }
                    let own = weighed.own;
                    let mention = self.mention(band, weighed, notes, &items, &read.part);
                    read.mentions.push((mention, own));
                }
            }
        }
        Ok(Some(read).filter(|r| !r.mentions.is_empty() || !r.confusable.is_empty()))
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
            .collect();
        self.inventory.values_among(id, numbers, &hashes)
    }

    /// Mailboxes that read like the name: an item of their own, since an address is no name to part a text by.
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
            .collect();
        for value in stored {
            if self.telling.get(&value.rule) == Some(&Class::Contact) && names.contains(&value.hash)
            {
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
                let mut agreement = self.matcher.compare(&tokens)?;
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

/// Parts → documents.
fn gather(mut read: Vec<Read>) -> (Vec<Hit>, Vec<Confusable>) {
    // A document's content first: its name, and the names of its copies, join it.
    read.sort_by_key(|part| part.part.in_name);
    let mut hits: Vec<Hit> = Vec::new();
    let mut known: HashMap<DocumentId, usize> = HashMap::new();
    let mut confusable = Vec::new();
    for part in read {
        for (who, words, locations) in part.confusable {
            confusable.push(Confusable {
                who,
                words,
                places: part.places.clone(),
                part: part.part.clone(),
                locations,
            });
        }
        if part.mentions.is_empty() {
            continue;
        }
        let at = (part.places.iter()).find_map(|place| known.get(&place.document).copied());
        let at = at.unwrap_or_else(|| {
            hits.push(Hit {
                band: Band::Possible,
                bits: f64::MIN,
                probability: 0.0,
                places: part.places.clone(),
                people: 0,
                mentions: Vec::new(),
            });
            hits.len() - 1
        });
        for place in &part.places {
            known.insert(place.document, at);
        }
        let hit = &mut hits[at];
        hit.people = hit.people.max(part.people);
        hit.mentions
            .extend(part.mentions.into_iter().map(|(mention, _)| mention));
    }
    for hit in &mut hits {
        hit.mentions.sort_by(|a, b| {
            (b.band, b.bits)
                .partial_cmp(&(a.band, a.bits))
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        if let Some(best) = hit.mentions.first() {
            (hit.band, hit.bits, hit.probability) = (best.band, best.bits, best.probability);
        }
    }
    (hits, confusable)
}

/// The top folder of its root that a document lies in: a service, a department. None for what lies in the root itself.
fn service(places: &[Place], roots: &[Root]) -> Option<Vec<u8>> {
    let path = &places.first()?.path.0;
    let root = roots
        .iter()
        .map(|root| root.path.0.as_slice())
        .filter(|root| path.starts_with(root))
        .max_by_key(|root| root.len())?;
    let inside = path[root.len()..]
        .strip_prefix(b"/")
        .unwrap_or(&path[root.len()..]);
    let end = inside.iter().position(|b| matches!(b, b'/' | b'\\'))?;
    Some(path[..path.len() - inside.len() + end].to_vec())
}

/// A name alone, in a service where the name is somebody else's and nothing is the person's, is that somebody's; and so
/// is one beside another address, where the name is known to be another's too.
fn namesakes_by_service(hits: &mut Vec<Hit>, confusable: &mut Vec<Confusable>, roots: &[Root]) {
    let theirs: HashSet<Vec<u8>> = confusable
        .iter()
        .filter(|c| c.who == Who::Namesake)
        .filter_map(|c| service(&c.places, roots))
        .collect();
    if theirs.is_empty() {
        return;
    }
    let ours: HashSet<Vec<u8>> = hits
        .iter()
        .filter(|hit| hit.band > Band::Possible)
        .filter_map(|hit| service(&hit.places, roots))
        .collect();
    hits.retain(|hit| {
        let name_only = hit.band == Band::Possible
            && (hit.reasons())
                .all(|reason| reason.kind == identity::NAME_KIND || reason.bits < 0.0);
        let elsewhere = hit.reasons().filter(|reason| reason.bits < 0.0).count() > 1;
        let here = service(&hit.places, roots);
        let not_ours = here.as_ref().is_none_or(|service| !ours.contains(service));
        let told = here.is_some_and(|service| theirs.contains(&service)) || elsewhere;
        let apart = name_only && not_ours && told;
        if apart && let Some(mention) = hit.mentions.first() {
            confusable.push(Confusable {
                who: Who::Namesake,
                words: match elsewhere {
                    true => "another address, and the name is also somebody else's".into(),
                    false => "in this service the name is somebody else's".into(),
                },
                places: hit.places.clone(),
                part: mention.part.clone(),
                locations: mention
                    .reasons
                    .iter()
                    .flat_map(|reason| reason.locations.clone())
                    .collect(),
            });
        }
        !apart
    });
}

/// What agrees most first; of equals what is about fewer people.
fn sort(hits: &mut [Hit]) {
    hits.sort_by(|a, b| {
        b.band
            .cmp(&a.band)
            .then(b.bits.total_cmp(&a.bits))
            .then(a.people.cmp(&b.people))
            .then_with(|| {
                let path = |hit: &Hit| hit.places.first().map(|place| place.path.clone());
                path(a).cmp(&path(b))
            })
    });
}

/// Identifiers beside the person's, counted.
#[derive(Default)]
struct Offers(BTreeMap<(i64, ValueHash), Beside>);

struct Beside {
    documents: HashSet<PartId>,
    certain: bool,
    chain: Vec<String>,
    part: PartPlaces,
}

impl Offers {
    fn add(
        &mut self,
        desk: &Desk<'_>,
        part: &PartPlaces,
        items: &[Item],
        cluster: &super::record::Cluster,
        weighed: &Weighed,
        band: Band,
    ) {
        for &n in &cluster.owned {
            let item = &items[n];
            let tells = matches!(item.class, Class::Strong | Class::Local | Class::Contact);
            if !tells
                || item.status == Status::Organisation
                || item.confidence.level() < crate::model::Level::Medium
                || !matches!(desk.says(item), Says::Nothing)
            {
                continue;
            }
            let chain = || {
                let kinds: Vec<&str> = (weighed.lines.iter())
                    .filter(|line| line.bits > 0.0)
                    .map(|line| line.kind.as_str())
                    .collect();
                let place = part.places.first().map(|p| p.path.display());
                let mut chain: Vec<String> = (desk.asked.questions.iter())
                    .filter(|q| kinds.contains(&q.kind.as_str()))
                    .max_by_key(|q| q.chain.len())
                    .map(|q| q.chain.clone())
                    .unwrap_or_default();
                chain.push(format!(
                    "{} in {}",
                    kinds.join(" and "),
                    place.unwrap_or_default()
                ));
                chain
            };
            let beside = self
                .0
                .entry((item.rule, item.hash))
                .or_insert_with(|| Beside {
                    documents: HashSet::new(),
                    certain: false,
                    chain: chain(),
                    part: part.clone(),
                });
            beside.documents.insert(part.id());
            beside.certain |= band == Band::Certain;
        }
    }

    fn finish(self, desk: &Desk<'_>, asked: &Asked) -> Result<Vec<Offered>, InventoryError> {
        let mut offered = Vec::new();
        for ((rule, hash), beside) in self.0 {
            let Some((rule, _)) = desk.rules.get(&rule) else {
                continue;
            };
            if asked.questions.iter().any(|q| q.hashes.contains(&hash)) {
                continue;
            }
            let preview = desk
                .inventory
                .shown(&beside.part.part)?
                .remove(rule.as_str())
                .and_then(|shown| shown.into_iter().find(|finding| finding.value == hash))
                .map_or_else(|| "•••".to_owned(), |finding| finding.preview);
            offered.push(Offered {
                offer: Offer {
                    id: format!("{rule}-{:06x}", hash.0 >> 40),
                    rule: rule.clone(),
                    preview,
                    strength: desk.strengths.get(rule).copied().unwrap_or(Strength::Few),
                    documents: beside.documents.len() as u64,
                    chain: beside.chain,
                    searched: false,
                },
                certain: beside.certain,
                hash,
            });
        }
        offered.sort_by_key(|o| {
            Reverse((
                o.offer.strength,
                o.offer.documents,
                Reverse(o.offer.id.clone()),
            ))
        });
        Ok(offered)
    }
}
