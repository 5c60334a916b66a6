//! What a term means where it stands (detection specification §4.1): tiers, cues, labels, blocks, negation, and whether
//! the sentence or row speaks of a particular person.

use std::ops::Range;

use super::{
    list::Tier,
    sentence,
    value::{asks, says_something, value_after},
    vocabulary::{NAMES, Named, Owner, PERSONS, Use, Vocabulary},
};
use crate::{
    detect::{
        candidate::{Candidate, Nearness, Word},
        names::Found,
        propose::{LOOK, Sight, TermHit},
    },
    model::{Level, segment::Layout},
};

/// Of whom a stretch of text speaks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Person {
    /// Nobody.
    Nobody,
    /// Somebody by role, who may be anybody: `the resident`.
    Role,
    /// Somebody: a name, an identifier, `her`, `my mother`.
    Somebody,
}

/// How near to a person a term may stand in running text to be taken as hers, when not in the same sentence.
const PARAGRAPH: usize = 300;

/// How far before a term a denial may end.
const DENIAL: usize = 48;

/// A general word so near to a term, and nobody named, makes the term a topic: `DNACPR policy`.
const TOPIC_WORDS: usize = 3;

/// Longest value of a label that is taken whole.
const LONGEST_VALUE: usize = 80;

/// A sentence or row, read once.
pub(crate) struct Unit {
    range: Range<usize>,
    hits: Range<usize>,
    person: Person,
    /// Only a name says that it speaks of somebody, and it stands in public: a speaker, an author.
    quoted: bool,
    /// Only a name says so.
    named: bool,
}

/// Judges the terms of one window.
pub(crate) struct Judge<'a> {
    pub sight: &'a Sight<'a>,
    pub words: &'a Vocabulary,
    /// Names in the window, by position.
    pub names: &'a [Found],
    /// Places of values that stand for one person (identifiers), by position.
    pub identities: &'a [u32],
    /// Whether the table's rows are people: it has a column of names or identifiers.
    pub rows_are_people: bool,
    pub unit: Option<Unit>,
    /// From here on the text speaks to somebody by name.
    pub letter: Option<usize>,
    /// General words of the sentence last read.
    pub general: Vec<(u32, u32)>,
    /// Stretches of the window whose words' endings were looked at: up to here.
    pub stemmed: usize,
}

/// Why a term is believed.
struct Why {
    level: Level,
    support: Nearness,
    label: Option<u32>,
    context: Option<u32>,
    person: bool,
    /// It stands alone: what the document is decides.
    tentative: bool,
}

impl<'a> Judge<'a> {
    /// Judges every term that starts in the window.
    pub fn run(&mut self, claims: &mut Vec<Candidate>) {
        let hits = self.sight.terms;
        let starts = self.sight.starts.clone();
        let first = hits.partition_point(|hit| (hit.start as usize) < starts.start);
        for (at, hit) in hits.iter().enumerate().skip(first) {
            if hit.start as usize >= starts.end {
                break;
            }
            let words = self.words;
            for usage in words.uses(hit.term) {
                if usage.owner >= NAMES {
                    continue;
                }
                match usage.tier {
                    Tier::Strong | Tier::Weak => {
                        if let Some(claim) = self.term(at, *hit, usage) {
                            claims.push(claim);
                        }
                        if usage.tier == Tier::Weak {
                            self.stems(*hit, usage.owner, claims);
                        }
                    }
                    Tier::Cue => self.stems(*hit, usage.owner, claims),
                    Tier::Label => self.label(*hit, usage, claims),
                    _ => {}
                }
            }
        }
    }

    fn text(&self) -> &'a [u8] {
        self.sight.text.text
    }

    /// The claim of a strong or weak term, if it has one.
    fn term(&mut self, at: usize, hit: TermHit, usage: &Use) -> Option<Candidate> {
        let text = self.text();
        if usage.capital && !text[hit.start as usize].is_ascii_uppercase() {
            return None;
        }
        self.read(hit.start as usize);
        let unit = self.unit.as_ref()?;
        if self.blocked(unit, hit, usage.owner)
            || self.longer(unit, at, hit, usage)
            || usage.tier == Tier::Weak && self.in_a_title(hit)
            || self.unticked(hit)
        {
            return None;
        }
        let why = self.why(unit, hit, usage)?;
        Some(self.claim(usage.owner, hit.start as usize, hit.end as usize, &why))
    }

    fn claim(&self, owner: Owner, start: usize, end: usize, why: &Why) -> Candidate {
        let mut claim = Candidate::new(owner, start, end, why.level);
        claim.support = why.support;
        claim.label = why.label.map(Word::Term);
        claim.context = why.context.map(Word::Term);
        claim.near_person = why.person;
        claim.tentative = why.tentative;
        if let Some(unit) = &self.unit
            && let Some(denial) = self.denied(unit, start, owner)
        {
            claim.negated = true;
            claim.against = Some(Word::Term(denial));
        }
        claim
    }

    fn why(&self, unit: &Unit, hit: TermHit, usage: &Use) -> Option<Why> {
        let cue = self.cue(unit, hit, usage);
        let general = unit.quoted
            || unit.person < Person::Somebody
                && self
                    .general
                    .iter()
                    .any(|g| g.1 <= hit.start || hit.end <= g.0)
            || unit.named && self.topic(hit);
        if general {
            // A rule for everybody, a leaflet, a question of a form, what somebody says of others.
            if usage.tier == Tier::Weak || self.topic(hit) {
                return None;
            }
            return Some(Why {
                level: Level::Low,
                support: Nearness::None,
                label: None,
                context: None,
                person: false,
                tentative: false,
            });
        }
        let person = unit.person >= Person::Role;
        // A person by role may be anybody: what the document is decides.
        let somebody = unit.person == Person::Somebody;
        match usage.tier {
            Tier::Weak => {
                let cue = cue?;
                Some(Why {
                    level: Level::Medium,
                    support: Nearness::None,
                    label: None,
                    context: Some(cue),
                    person,
                    tentative: !(somebody || self.person_near(hit)),
                })
            }
            _ => {
                let sure = person || usage.options.tied || cue.is_some();
                let near = somebody || usage.options.tied || self.person_near(hit);
                Some(Why {
                    level: if sure { Level::High } else { Level::Medium },
                    // A word nearby makes a level; between rules the longer term wins.
                    support: Nearness::None,
                    label: None,
                    context: cue,
                    person,
                    tentative: !near,
                })
            }
        }
    }

    /// Reads the sentence or row around a byte, unless it is the one last read.
    fn read(&mut self, at: usize) {
        let row = matches!(self.sight.segment.layout, Layout::Table(_));
        // One that may have been cut short is another for every byte.
        let whole = if row { LOOK } else { sentence::REACH };
        if let Some(unit) = &self.unit
            && unit.range.contains(&at)
            && unit.range.len() < whole
        {
            return;
        }
        let text = self.text();
        let mut range = match row {
            true => self.sight.record(at),
            false => sentence::bounds(text, at),
        };
        // A row may be as long as the text.
        range.start = range.start.max(at.saturating_sub(LOOK));
        range.end = range.end.min(at + LOOK).max(at + 1);
        let hits = self.sight.terms;
        let from = hits.partition_point(|hit| (hit.start as usize) < range.start);
        let to = from + hits[from..].partition_point(|hit| (hit.start as usize) < range.end);
        let mut person = Person::Nobody;
        let mut public = false;
        let mut general = std::mem::take(&mut self.general);
        general.clear();
        for hit in &hits[from..to] {
            for usage in self.words.uses(hit.term) {
                if usage.owner != PERSONS
                    || usage.capital && !text[hit.start as usize].is_ascii_uppercase()
                {
                    continue;
                }
                // `his or her` is nobody, `staff member` not staff, `service users` no service user.
                if self.inside_another(&hits[from..to], hit, usage) {
                    continue;
                }
                if usage.group == self.words.public {
                    public = true;
                    continue;
                }
                let addressed = usage.group == self.words.you
                    && self.letter.is_some_and(|from| from <= hit.start as usize);
                match usage.tier {
                    Tier::General if addressed => person = Person::Somebody,
                    Tier::Person => person = Person::Somebody,
                    Tier::Role => person = person.max(Person::Role),
                    Tier::General if !row => general.push((hit.start, hit.end)),
                    _ => {}
                }
            }
        }
        self.general = general;
        let named = person < Person::Somebody && !row;
        if row && self.rows_are_people || self.someone_in(&range) {
            person = Person::Somebody;
        }
        self.unit = Some(Unit {
            range,
            hits: from..to,
            quoted: named && public,
            named,
            person,
        });
    }

    /// Whether a longer phrase about persons, or a strong term around a role (`sex offender`), holds this one.
    fn inside_another(&self, hits: &[TermHit], hit: &TermHit, usage: &Use) -> bool {
        hits.iter()
            .filter(|other| {
                other.start <= hit.start
                    && other.end >= hit.end
                    && other.end - other.start > hit.end - hit.start
            })
            .any(|other| {
                self.words.uses(other.term).iter().any(|u| {
                    u.owner == PERSONS
                        || u.owner < NAMES && u.tier == Tier::Strong && usage.tier == Tier::Role
                })
            })
    }

    /// Whether a name or an identifier stands in a stretch.
    fn someone_in(&self, range: &Range<usize>) -> bool {
        let name = self.names.partition_point(|n| n.end <= range.start);
        if self.names[name..]
            .iter()
            .take_while(|n| n.start < range.end)
            .any(|n| n.level >= Level::Medium)
        {
            return true;
        }
        let at = self
            .identities
            .partition_point(|&i| (i as usize) < range.start);
        self.identities
            .get(at)
            .is_some_and(|&i| (i as usize) < range.end)
    }

    /// Whether somebody is named in the same paragraph.
    fn person_near(&self, hit: TermHit) -> bool {
        let range = (hit.start as usize).saturating_sub(PARAGRAPH)..hit.end as usize + PARAGRAPH;
        if self.someone_in(&range) {
            return true;
        }
        let hits = self.sight.terms;
        let from = hits.partition_point(|h| (h.start as usize) < range.start);
        hits[from..]
            .iter()
            .take_while(|h| (h.start as usize) < range.end)
            .any(|h| {
                self.words.uses(h.term).iter().any(|u| {
                    u.owner == PERSONS
                        && u.tier == Tier::Person
                        && u.group == self.words.pronoun
                        && !u.capital
                })
            })
    }

    /// Whether it is a choice of a form that was not chosen: `[ ] Asthma`, `Asthma [ ]`.
    fn unticked(&self, hit: TermHit) -> bool {
        let text = self.text();
        let before = text[..hit.start as usize].trim_ascii_end();
        let after = text[hit.end as usize..].trim_ascii_start();
        let empty = |s: &[u8]| s == b"[ ]" || s.ends_with(b"[]") || s == b"( )";
        let box_before =
            before.len() >= 3 && (empty(&before[before.len() - 3..]) || before.ends_with(b"[]"));
        let ticked = before.ends_with(b"]") || before.ends_with(b"x)");
        box_before || !ticked && (after.starts_with(b"[ ]") || after.starts_with(b"[]"))
    }

    /// Whether a capitalised word goes on to a capitalised one that no list has: `Black Stocking` is a horse.
    fn in_a_title(&self, hit: TermHit) -> bool {
        let text = self.text();
        let (start, end) = (hit.start as usize, hit.end as usize);
        let word = &text[start..end];
        let next = &text[(end + 1).min(text.len())..];
        let length = next.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        word[0].is_ascii_uppercase()
            && word[1..].iter().any(u8::is_ascii_lowercase)
            && text.get(end) == Some(&b' ')
            && length >= 3
            && next[0].is_ascii_uppercase()
            && next[1..length].iter().all(u8::is_ascii_lowercase)
            && !self.sight.terms.iter().any(|t| {
                t.start as usize == end + 1
                    && self.words.uses(t.term).iter().any(|u| u.owner < NAMES)
            })
    }

    /// Whether a phrase of the rule says that the term means something else here.
    fn blocked(&self, unit: &Unit, hit: TermHit, owner: Owner) -> bool {
        self.of(unit, owner, Tier::Block)
            .any(|(block, _)| block.start < hit.end && hit.start < block.end)
    }

    /// Whether a longer term of the same rule, at least as strong, holds this one.
    fn longer(&self, unit: &Unit, at: usize, hit: TermHit, usage: &Use) -> bool {
        let length = hit.end - hit.start;
        unit.hits.clone().any(|other| {
            if other == at {
                return false;
            }
            let longer = self.sight.terms[other];
            longer.start <= hit.start
                && longer.end >= hit.end
                && longer.end - longer.start > length
                && self.words.uses(longer.term).iter().any(|u| {
                    u.owner == usage.owner
                        && (u.tier == Tier::Strong
                            || u.tier == Tier::Weak && usage.tier == Tier::Weak)
                        && (!u.capital || self.text()[longer.start as usize].is_ascii_uppercase())
                })
        })
    }

    /// Hits of a unit that have a tier for a rule.
    fn of(
        &self,
        unit: &Unit,
        owner: Owner,
        tier: Tier,
    ) -> impl Iterator<Item = (TermHit, Use)> + '_ {
        let words = self.words;
        let text = self.text();
        self.sight.terms[unit.hits.clone()]
            .iter()
            .flat_map(move |hit| words.uses(hit.term).iter().map(move |u| (*hit, *u)))
            .filter(move |(hit, u)| {
                u.owner == owner
                    && u.tier == tier
                    && (!u.capital || text[hit.start as usize].is_ascii_uppercase())
            })
    }

    /// The cue that speaks for a term in its sentence.
    fn cue(&self, unit: &Unit, hit: TermHit, usage: &Use) -> Option<u32> {
        self.of(unit, usage.owner, Tier::Cue)
            .filter(|(cue, said)| {
                let apart = cue.end <= hit.start || hit.end <= cue.start;
                let group = said.group == usage.group || said.group == 0 && !usage.options.own;
                let weak = usage.tier == Tier::Weak;
                let within = usage.options.within;
                apart
                    && group
                    && (weak || !said.options.loose)
                    && (!weak
                        || within == 0
                        || self.words_between(*cue, hit) <= usize::from(within))
            })
            .map(|(cue, _)| cue.term)
            .next()
    }

    fn words_between(&self, a: TermHit, b: TermHit) -> usize {
        let (from, to) = match a.end <= b.start {
            true => (a.end, b.start),
            false => (b.end, a.start),
        };
        self.text()[from as usize..to as usize]
            .split(u8::is_ascii_whitespace)
            .filter(|word| word.iter().any(u8::is_ascii_alphanumeric))
            .count()
    }

    /// The phrase that denies what begins at `start`.
    fn denied(&self, unit: &Unit, start: usize, owner: Owner) -> Option<u32> {
        self.of(unit, owner, Tier::Negation)
            .find(|(hit, _)| {
                let end = hit.end as usize;
                end <= start && start - end <= DENIAL
            })
            .map(|(hit, _)| hit.term)
    }

    /// Whether a general word stands beside the term, which makes it a topic.
    fn topic(&self, hit: TermHit) -> bool {
        self.general.iter().any(|&(start, end)| {
            let general = TermHit { start, end, ..hit };
            let apart = end <= hit.start || hit.end <= start;
            apart && self.words_between(general, hit) < TOPIC_WORDS
        })
    }

    /// A label in running text, `Religion: Christian`, and what stands under it.
    fn label(&mut self, hit: TermHit, usage: &Use, claims: &mut Vec<Candidate>) {
        let text = self.text();
        let Some(value) = value_after(text, hit, usage.options.loose) else {
            return;
        };
        // `Ethnic origin:` is not also `origin:`.
        let longer = self
            .sight
            .terms
            .iter()
            .rev()
            .skip_while(|h| h.start > hit.start);
        let inside = longer
            .take_while(|h| h.start as usize + 80 > hit.start as usize)
            .any(|h| {
                h.end == hit.end
                    && h.start < hit.start
                    && self
                        .words
                        .uses(h.term)
                        .iter()
                        .any(|u| u.owner == usage.owner && u.tier == Tier::Label)
            });
        if inside {
            return;
        }
        let named = Named {
            owner: usage.owner,
            options: usage.options,
            term: hit.term,
        };
        self.under(&named, value, claims);
    }

    /// What stands under a label or in a column of a name that says so.
    pub fn under(&mut self, named: &Named, value: Range<usize>, claims: &mut Vec<Candidate>) {
        let text = self.text();
        let bytes = &text[value.clone()];
        if !says_something(bytes) {
            return;
        }
        self.unit = None;
        self.read(value.start);
        let Some(unit) = self.unit.take() else {
            return;
        };
        let person = unit.person >= Person::Role;
        let before = claims.len();
        let hits = self.sight.terms;
        let from = hits.partition_point(|h| (h.start as usize) < value.start);
        for (at, hit) in hits.iter().enumerate().skip(from) {
            if hit.end as usize > value.end {
                if hit.start as usize >= value.end {
                    break;
                }
                continue;
            }
            for usage in self.words.uses(hit.term) {
                let known = usage.owner == named.owner
                    && matches!(usage.tier, Tier::Strong | Tier::Weak)
                    && (!usage.capital || text[hit.start as usize].is_ascii_uppercase());
                if !known
                    || self.blocked(&unit, *hit, usage.owner)
                    || self.longer(&unit, at, *hit, usage)
                {
                    continue;
                }
                let sure = usage.tier == Tier::Strong || usage.options.firm;
                let level = match sure && !named.options.loose {
                    true => Level::High,
                    false => Level::Medium,
                };
                let why = Why {
                    level,
                    support: Nearness::Attached,
                    label: Some(named.term),
                    context: None,
                    person,
                    tentative: false,
                };
                let mut claim = self.claim(usage.owner, hit.start as usize, hit.end as usize, &why);
                if let Some(denial) = self.denied(&unit, hit.start as usize, usage.owner) {
                    claim.negated = true;
                    claim.against = Some(Word::Term(denial));
                }
                claims.push(claim);
            }
        }
        let short = value.len() <= LONGEST_VALUE && bytes.split(|&b| b == b' ').count() <= 8;
        if claims.len() == before && !named.options.loose && short {
            let letters =
                bytes.iter().any(u8::is_ascii_alphabetic) || bytes.iter().any(|&b| b >= 0x80);
            if named.options.firm || letters && !asks(bytes) {
                let why = Why {
                    level: match named.options.firm {
                        true => Level::High,
                        false => Level::Medium,
                    },
                    // What no list knows leaves the value to any rule that knows it.
                    support: match named.options.firm {
                        true => Nearness::Attached,
                        false => Nearness::None,
                    },
                    label: Some(named.term),
                    context: None,
                    person,
                    tentative: false,
                };
                claims.push(self.claim(named.owner, value.start, value.end, &why));
            }
        }
    }

    /// Words whose endings make them medicines, in the sentence of a hit that speaks of medicines.
    fn stems(&mut self, hit: TermHit, owner: Owner, claims: &mut Vec<Candidate>) {
        let Some((_, stems)) = self.words.stems.iter().find(|(o, _)| *o == owner) else {
            return;
        };
        self.read(hit.start as usize);
        let Some(unit) = &self.unit else { return };
        let range = unit.range.start.max(self.stemmed)..unit.range.end;
        if range.is_empty() {
            return;
        }
        self.stemmed = range.end;
        let text = self.text();
        let starts = self.sight.starts.clone();
        let mut at = range.start;
        while at < range.end {
            if !text[at].is_ascii_alphabetic() {
                at += 1;
                continue;
            }
            let start = at;
            while at < range.end && text[at].is_ascii_alphabetic() {
                at += 1;
            }
            let word = &text[start..at];
            if word.len() < 8 || word.len() > 30 || !starts.contains(&start) {
                continue;
            }
            let ends = |stem: &[u8]| {
                word.len() >= stem.len() + 2
                    && word[word.len() - stem.len()..].eq_ignore_ascii_case(stem)
            };
            if !stems.iter().any(|stem| ends(stem))
                || NOT_MEDICINES.iter().any(|w| w.eq_ignore_ascii_case(word))
            {
                continue;
            }
            let made = TermHit {
                term: hit.term,
                start: start as u32,
                end: at as u32,
            };
            let listed = self.sight.terms[unit.hits.clone()]
                .iter()
                .any(|h| h.start <= made.start && h.end >= made.end);
            let usage = Use {
                owner,
                tier: Tier::Strong,
                group: 0,
                options: super::list::Options::default(),
                capital: false,
            };
            if !listed && let Some(why) = self.why(unit, made, &usage) {
                claims.push(self.claim(owner, start, at, &why));
            }
        }
    }
}

/// English words that end like medicines.
const NOT_MEDICINES: &[&[u8]] = &[
    b"cocaine",
    b"caffeine",
    b"urbaine",
    b"migraine",
    b"transparin",
];
