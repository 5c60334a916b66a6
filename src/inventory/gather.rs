//! Findings → what is committed of them: counts, a capped list to show, and the blind index.
//!
//! A worker of `scan` owns one, feeds it what the detector says about one document after another, and takes the parts
//! out. Memory is bounded: [`Gather::weight`] says how much it holds, and [`Gather::early`] hands over what can go ahead,
//! so that an export of a hundred million rows needs no more than any other file. The value of a finding ends here: it
//! is hashed, its mask is kept, and nothing else.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::{BuildHasherDefault, Hasher},
    sync::Arc,
};

use crate::{
    inventory::{
        aliases,
        keys::Key,
        names::{Sex, mailbox_tokens, name_form, name_parts},
        pack::{Names, Spot},
        record::{
            FindingRecord, NameRecord, PLACES, PartRecord, RuleRecord, SHOWN, TokenRecord,
            ValueHash, ValueRecord,
        },
    },
    model::{Anchor, Category, Finding, Outcome, PartChain, Status},
};

/// What the inventory needs to know of a rule, by the rule's index in the set.
#[derive(Clone, Debug)]
pub struct RuleInfo {
    /// Its id.
    pub id: Arc<str>,
    /// The kind of value it finds: rules that find the same kind (`mobile`, `landline`: `phone`) share it, so that one
    /// question finds what either found.
    pub kind: Arc<str>,
    /// Whether its values are names of people, to be found by their tokens.
    pub names: bool,
}

/// Collects the findings of one file and its members at a time.
pub struct Gather {
    key: Key,
    rules: Arc<[RuleInfo]>,
    previews: bool,
    open: Vec<Builder>,
    done: Vec<PartRecord>,
    name: Option<Builder>,
    ordinal: u32,
    weight: usize,
    /// Tokens hashed before, so that a common surname is hashed once.
    tokens: HashMap<String, TokenRecord>,
}

/// What the index knows of a value beyond its rule: raised when that changes, so that documents are read again.
pub const INDEX: u32 = 2;

/// Tokens kept hashed.
const MOST_TOKENS: usize = 20_000;

/// The key, and what it has hashed before.
struct Hashing<'a> {
    key: &'a Key,
    tokens: &'a mut HashMap<String, TokenRecord>,
}

impl Hashing<'_> {
    fn token(&mut self, folded: &str) -> TokenRecord {
        if let Some(known) = self.tokens.get(folded) {
            return known.clone();
        }
        if self.tokens.len() >= MOST_TOKENS {
            self.tokens.clear();
        }
        let record = self.key.token_record(folded);
        self.tokens.insert(folded.to_owned(), record.clone());
        record
    }
}

/// Rough bytes of memory one distinct value takes, its hash-map slot included.
const VALUE_WEIGHT: usize = 96;

/// Rough bytes of memory one shown finding takes.
const SHOWN_WEIGHT: usize = 200;

impl Gather {
    /// With the key, the rules by index, and whether masked previews are kept.
    pub fn new(key: Key, rules: Arc<[RuleInfo]>, previews: bool) -> Self {
        Gather {
            key,
            rules,
            previews,
            open: Vec::new(),
            done: Vec::new(),
            name: None,
            ordinal: 0,
            weight: 0,
            tokens: HashMap::new(),
        }
    }

    /// Opens a part inside the innermost open one; the first one is the file itself.
    pub fn open(&mut self, chain: PartChain, format: &str, extractor: u32, size: Option<u64>) {
        let header = PartRecord {
            ordinal: self.ordinal,
            chain,
            outcome: None,
            format: format.into(),
            extractor,
            size,
            people: 0,
            places: Vec::new(),
            rules: Vec::new(),
            names: Vec::new(),
            aliases: Vec::new(),
        };
        self.ordinal += 1;
        self.open.push(Builder::new(header));
    }

    /// Takes a finding of the innermost open part, or, if it lies in the file's name, of the place.
    pub fn finding(&mut self, finding: &Finding) {
        let builder = if finding.location.anchor == Anchor::Name {
            self.name.get_or_insert_with(|| {
                Builder::new(PartRecord {
                    ordinal: 0,
                    chain: PartChain::default(),
                    outcome: Some(Outcome::read()),
                    format: "name".into(),
                    extractor: 0,
                    size: None,
                    people: 0,
                    places: Vec::new(),
                    rules: Vec::new(),
                    names: Vec::new(),
                    aliases: Vec::new(),
                })
            })
        } else if let Some(builder) = self.open.last_mut() {
            builder
        } else {
            debug_assert!(false, "a finding outside of any part");
            return;
        };
        let tools = Hashing {
            key: &self.key,
            tokens: &mut self.tokens,
        };
        self.weight += builder.take(finding, tools, &self.rules, self.previews);
    }

    /// Closes the innermost open part: how it ended, and how many people it is about.
    pub fn close(&mut self, outcome: Outcome, people: u64) {
        if let Some(mut builder) = self.open.pop() {
            builder.header.outcome = Some(outcome);
            builder.header.people = people;
            self.done.push(builder.finish(&self.rules));
        }
    }

    /// Whether a part is open.
    pub fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Rough bytes held.
    pub fn weight(&self) -> usize {
        self.weight
    }

    /// Hands over all that need not wait for the end of the file: closed members, and the index of open ones.
    pub fn early(&mut self) -> Vec<PartRecord> {
        let mut parts = std::mem::take(&mut self.done);
        for builder in &mut self.open {
            parts.extend(builder.piece(&self.rules));
        }
        self.weight = 0;
        parts
    }

    /// Ends the file: its remaining parts, and what was found in its name. Ready for the next file.
    pub fn finish(&mut self) -> (Vec<PartRecord>, Option<PartRecord>) {
        debug_assert!(self.open.is_empty(), "every open part is closed");
        self.open.clear();
        self.ordinal = 0;
        self.weight = 0;
        let name = self.name.take().map(|builder| builder.finish(&self.rules));
        (std::mem::take(&mut self.done), name)
    }
}

/// One part while it is read.
struct Builder {
    header: PartRecord,
    places: Names,
    rules: Vec<(u16, RuleBuilder)>,
    names: HashMap<ValueHash, NameRecord, Keyed>,
    aliases: Vec<TokenRecord>,
}

impl Builder {
    fn new(header: PartRecord) -> Self {
        Builder {
            header,
            places: Names::default(),
            rules: Vec::new(),
            names: HashMap::default(),
            aliases: Vec::new(),
        }
    }

    /// Adds a finding; returns the weight it added.
    fn take(
        &mut self,
        finding: &Finding,
        mut hashing: Hashing<'_>,
        rules: &[RuleInfo],
        previews: bool,
    ) -> usize {
        let key = hashing.key;
        let index = finding.rule.0;
        let Some(info) = rules.get(usize::from(index)) else {
            debug_assert!(false, "a rule that is not in the set");
            return 0;
        };
        let at = match self.rules.iter().position(|(rule, _)| *rule == index) {
            Some(at) => at,
            None => {
                self.rules.push((index, RuleBuilder::new(finding.category)));
                self.rules.len() - 1
            }
        };
        let rule = &mut self.rules[at].1;
        let mut weight = 0;

        let level = finding.confidence.level() as usize;
        if finding.status == Status::Live {
            rule.counts[level] += 1;
        } else {
            rule.other += 1;
        }

        // A name is kept by its tokens, from the text as it stands: its order, case and titles do not make another name.
        let mut sex = Sex::Unsaid;
        let mut tokens = Vec::new();
        let hash = if info.names {
            let parts = name_parts(finding.value.expose());
            (tokens, sex) = (parts.tokens, parts.sex);
            key.value(&info.kind, &name_form(&tokens))
        } else {
            key.value(&info.kind, finding.normal.expose())
        };
        let spot = Spot {
            anchor: finding.location.anchor.clone(),
            offset: Some(finding.location.offset),
            sex,
        };
        rule.number += 1;
        if rule.room_for(level) {
            weight += SHOWN_WEIGHT;
            rule.show(
                level,
                FindingRecord {
                    number: rule.number,
                    anchor: finding.location.anchor.clone(),
                    offset: finding.location.offset,
                    length: finding.location.length,
                    confidence: finding.confidence,
                    status: finding.status,
                    evidence: finding.evidence.clone(),
                    also: finding
                        .also
                        .iter()
                        .filter_map(|also| {
                            let info = rules.get(usize::from(also.rule.0))?;
                            Some((info.id.clone(), also.confidence))
                        })
                        .collect(),
                    preview: if previews {
                        finding.value.masked()
                    } else {
                        String::new()
                    },
                    value: hash,
                },
            );
        }

        match rule.values.entry(hash) {
            Entry::Vacant(entry) => {
                let mut places = Vec::with_capacity(8);
                self.places.pack_spot(&spot, &mut places);
                entry.insert(ValueRecord {
                    hash,
                    count: 1,
                    confidence: finding.confidence,
                    status: finding.status,
                    places,
                });
                weight += VALUE_WEIGHT;
                if &*info.kind == aliases::EMAIL {
                    tokens = mailbox_tokens(finding.normal.expose());
                }
                if !tokens.is_empty() {
                    weight += self.add_name(hash, &tokens, &mut hashing);
                }
                let keys = aliases::of(
                    &info.kind,
                    finding.normal.expose(),
                    finding.value.expose(),
                    key,
                );
                if !keys.is_empty() {
                    weight += VALUE_WEIGHT;
                    self.aliases.push(TokenRecord { hash, keys });
                }
            }
            Entry::Occupied(mut entry) => {
                let value = entry.get_mut();
                value.count += 1;
                if (finding.status == Status::Live, finding.confidence)
                    > (value.status == Status::Live, value.confidence)
                {
                    value.status = finding.status;
                    value.confidence = finding.confidence;
                }
                if value.count <= PLACES as u64 {
                    let before = value.places.len();
                    self.places.pack_spot(&spot, &mut value.places);
                    weight += value.places.len() - before;
                }
            }
        }
        weight
    }

    fn add_name(&mut self, hash: ValueHash, tokens: &[String], hashing: &mut Hashing<'_>) -> usize {
        match self.names.entry(hash) {
            Entry::Occupied(_) => 0,
            Entry::Vacant(entry) => {
                let tokens: Vec<_> = tokens.iter().map(|t| hashing.token(t)).collect();
                let weight = VALUE_WEIGHT * (1 + tokens.len());
                entry.insert(NameRecord { hash, tokens });
                weight
            }
        }
    }

    /// Takes out the index so far, as a piece of this part. Counts and what is shown stay until the end.
    fn piece(&mut self, rules: &[RuleInfo]) -> Option<PartRecord> {
        let mut piece = self.header.clone();
        for (index, rule) in &mut self.rules {
            if rule.values.is_empty() {
                continue;
            }
            rule.in_pieces = true;
            piece.rules.push(RuleRecord {
                counts: [0; 3],
                other: 0,
                distinct: 0,
                shown: Vec::new(),
                values: sorted(std::mem::take(&mut rule.values)),
                rule: rules[usize::from(*index)].id.clone(),
                category: rule.category,
                kind: rules[usize::from(*index)].kind.clone(),
            });
        }
        piece.names = std::mem::take(&mut self.names).into_values().collect();
        piece.aliases = std::mem::take(&mut self.aliases);
        (!piece.rules.is_empty()).then_some(piece)
    }

    fn finish(mut self, rules: &[RuleInfo]) -> PartRecord {
        let mut names: Vec<_> = self.names.into_values().collect();
        names.sort_unstable_by_key(|name| name.hash);
        self.header.names = names;
        self.header.aliases = self.aliases;
        self.rules.sort_unstable_by_key(|(index, _)| *index);
        for (index, mut rule) in self.rules {
            let info = &rules[usize::from(index)];
            rule.shown.sort_unstable_by_key(|finding| finding.number);
            let distinct = if rule.in_pieces {
                0
            } else {
                rule.values
                    .values()
                    .filter(|v| v.status == Status::Live && v.confidence.level() as usize > 0)
                    .count() as u64
            };
            self.header.rules.push(RuleRecord {
                rule: info.id.clone(),
                category: rule.category,
                kind: info.kind.clone(),
                counts: rule.counts,
                other: rule.other,
                distinct,
                shown: rule.shown,
                values: sorted(rule.values),
            });
        }
        self.header.places = self.places.into_list();
        self.header
    }
}

/// By hash, so that the same document always gives the same record.
fn sorted(values: HashMap<ValueHash, ValueRecord, Keyed>) -> Vec<ValueRecord> {
    let mut values: Vec<_> = values.into_values().collect();
    values.sort_unstable_by_key(|value| value.hash);
    values
}

struct RuleBuilder {
    category: Category,
    counts: [u64; 3],
    other: u64,
    number: u64,
    shown: Vec<FindingRecord>,
    /// How many of `shown` there are of each level.
    shown_levels: [usize; 3],
    values: HashMap<ValueHash, ValueRecord, Keyed>,
    in_pieces: bool,
}

impl RuleBuilder {
    fn new(category: Category) -> Self {
        RuleBuilder {
            category,
            counts: [0; 3],
            other: 0,
            number: 0,
            shown: Vec::new(),
            shown_levels: [0; 3],
            values: HashMap::default(),
            in_pieces: false,
        }
    }

    /// Whether a finding of this level is shown: while there is room, or in place of a lower one, so that a hundred
    /// hints at the top of a file do not hide the certain ones below.
    fn room_for(&self, level: usize) -> bool {
        self.shown.len() < SHOWN || self.shown_levels[..level].iter().any(|&count| count > 0)
    }

    fn show(&mut self, level: usize, finding: FindingRecord) {
        if self.shown.len() == SHOWN {
            let lowest = self.shown_levels.iter().position(|&count| count > 0);
            let out = self
                .shown
                .iter()
                .rposition(|f| Some(f.confidence.level() as usize) == lowest);
            if let (Some(lowest), Some(out)) = (lowest, out) {
                self.shown_levels[lowest] -= 1;
                self.shown.remove(out);
            }
        }
        self.shown_levels[level] += 1;
        self.shown.push(finding);
    }
}

/// Keyed hashes are random already; hashing them again would cost more than the look-up.
pub(super) type Keyed = BuildHasherDefault<AsItIs>;

#[derive(Default)]
pub(super) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::{Confidence, Evidence, Level, Location, RuleIx, Sensitive};

    fn rules() -> Arc<[RuleInfo]> {
        [
            ("nino", "nino", false),
            ("person-name", "person-name", true),
        ]
        .map(|(id, kind, names)| RuleInfo {
            id: id.into(),
            kind: kind.into(),
            names,
        })
        .into()
    }

    fn key() -> Key {
        Key::from_text("07".repeat(32).as_bytes(), "test").unwrap()
    }

    fn finding(rule: u16, value: &str, line: u64, level: Level) -> Finding {
        Finding {
            rule: RuleIx(rule),
            category: Category::NationalId,
            location: Location {
                anchor: Anchor::Line(line),
                offset: line * 10,
                length: value.len() as u32,
            },
            value: Sensitive::new(value),
            normal: Sensitive::new(value.replace(' ', "")),
            confidence: level.confidence(),
            status: Status::Live,
            evidence: Evidence::default(),
            also: Vec::new(),
        }
    }

    fn opened() -> Gather {
        let mut gather = Gather::new(key(), rules(), true);
        gather.open(PartChain::default(), "text", 1, Some(10));
        gather
    }

    #[test]
    fn counts_are_true_beyond_the_cap_and_every_value_is_kept() {
        let mut gather = opened();
        for n in 0..1000 {
            gather.finding(&finding(0, &format!("QQ {n:06} C"), n, Level::Low));
        }
        gather.finding(&finding(0, "QQ 000001 C", 5000, Level::High));
        gather.close(Outcome::read(), 3);
        let (parts, name) = gather.finish();
        assert!(name.is_none());
        let rule = &parts[0].rules[0];
        assert_eq!(rule.counts, [1000, 0, 1]);
        assert_eq!(rule.values.len(), 1000);
        assert_eq!(rule.shown.len(), SHOWN);
        assert_eq!(
            rule.shown.last().unwrap().number,
            1001,
            "the certain one is shown although it came last"
        );
        let twice = key().value("nino", "QQ000001C");
        let value = rule.values.iter().find(|v| v.hash == twice).unwrap();
        assert_eq!((value.count, value.confidence), (2, Confidence(90)));
        assert_eq!(rule.distinct, 1);
        let places = Names::from_list(parts[0].places.clone());
        assert_eq!(
            places.anchors(&value.places).collect::<Vec<_>>(),
            [Anchor::Line(1), Anchor::Line(5000)]
        );
    }

    #[test]
    fn nothing_is_lost_when_a_part_goes_in_pieces() {
        let mut gather = opened();
        let mut hashes = Vec::new();
        for n in 0..100 {
            gather.finding(&finding(0, &format!("QQ {n:06} C"), n, Level::High));
            if n % 30 == 29 {
                assert!(gather.weight() > 0);
                for piece in gather.early() {
                    assert!(piece.outcome.is_none());
                    hashes.extend(piece.rules[0].values.iter().map(|v| v.hash));
                }
                assert_eq!(gather.weight(), 0);
            }
        }
        gather.close(Outcome::read(), 1);
        let (parts, _) = gather.finish();
        hashes.extend(parts[0].rules[0].values.iter().map(|v| v.hash));
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), 100);
        assert_eq!(parts[0].rules[0].counts, [0, 0, 100]);
    }

    #[test]
    fn a_finding_in_the_name_belongs_to_the_place() {
        let mut gather = opened();
        let mut in_name = finding(1, "Ada Example", 0, Level::High);
        in_name.location.anchor = Anchor::Name;
        gather.finding(&in_name);
        gather.close(Outcome::read(), 0);
        let (parts, name) = gather.finish();
        assert!(parts[0].rules.is_empty());
        let name = name.unwrap();
        assert_eq!(name.rules[0].counts, [0, 0, 1]);
    }

    #[test]
    fn members_are_numbered_in_the_order_of_opening() {
        let mut gather = opened();
        gather.open(PartChain::default(), "text", 1, None);
        gather.close(Outcome::read(), 0);
        gather.open(PartChain::default(), "text", 1, None);
        gather.close(Outcome::read(), 0);
        gather.close(Outcome::read(), 0);
        let (parts, _) = gather.finish();
        let ordinals: Vec<_> = parts.iter().map(|p| p.ordinal).collect();
        assert_eq!(ordinals, [1, 2, 0]);
        gather.open(PartChain::default(), "text", 1, None);
        gather.close(Outcome::read(), 0);
        assert_eq!(gather.finish().0[0].ordinal, 0, "the next file starts anew");
    }

    #[test]
    fn a_name_is_kept_as_tokens() {
        let mut gather = opened();
        gather.finding(&finding(1, "Ada Example", 1, Level::High));
        gather.finding(&finding(1, "EXAMPLE, Miss Ada", 2, Level::High));
        gather.close(Outcome::read(), 1);
        let (parts, _) = gather.finish();
        let [name] = &parts[0].names[..] else {
            panic!("one name, twice");
        };
        assert_eq!(parts[0].rules[0].values[0].count, 2);
        assert_eq!(name.tokens.len(), 2);
        assert_eq!(name.tokens[1].hash, key().token("example"));
    }
}
