//! Words that are personal data themselves: the vocabularies of `rules/terms/` and the judge of what they mean where
//! they stand; with the names of people, which the same lists tell.
//!
//! The engine finds the terms; [`Lists`] proposes claims to the detector from them. A term counts when it is tied to a
//! person: same sentence, row or label. One that stands alone in the text is held until the end of the document tells
//! what it is. Nothing here walks a text that the engine has not pointed at, but the columns and fields whose name says
//! what they hold.

mod fields;
pub mod inflect;
mod judge;
pub mod list;
mod sentence;
pub(crate) mod table;
pub(crate) mod value;
pub(crate) mod vocabulary;

use std::sync::Arc;

pub use list::{List, ListError, Tier};

pub(crate) use fields::Fields;
use judge::Judge;
use vocabulary::{NAMES, PERSONS, Vocabulary};

use super::{
    candidate::{Candidate, Nearness, Word},
    engine::TermSpec,
    names::{self, Found, Walk},
    propose::{Memory, Proposals, Propose, Sight},
    rule::{OwnList, Rule},
};
use crate::model::{Category, Level, segment::Layout};

/// Names and word lists, compiled.
pub(crate) struct Lists {
    words: Vocabulary,
    /// The rule that finds names.
    names: Option<u16>,
    /// The rule that finds e-mail addresses.
    email: Option<u16>,
    /// The rule that finds telephone numbers.
    phone: Option<u16>,
    /// By rule: whether its values stand for one person each.
    identities: Vec<bool>,
    /// The lists come second: general words that make a document general, by group.
    document: u16,
}

impl Lists {
    /// Compiles the lists that these rules name; `None` when none names any.
    pub fn new(rules: &[Rule], own: &[OwnList]) -> Result<Option<Lists>, ListError> {
        let with_terms: Vec<(u16, &[String])> = rules
            .iter()
            .enumerate()
            .filter(|(_, rule)| !rule.terms.is_empty())
            .map(|(ix, rule)| (ix as u16, rule.terms.as_slice()))
            .collect();
        let index =
            |wanted: &dyn Fn(&Rule) -> bool| rules.iter().position(wanted).map(|ix| ix as u16);
        let names = index(&|rule| rule.by.as_deref() == Some("names"));
        if with_terms.is_empty() && names.is_none() {
            return Ok(None);
        }
        let words = Vocabulary::new(&with_terms, names.is_some(), own)?;
        Ok(Some(Lists {
            document: words.document,
            words,
            names,
            email: index(&|rule| &*rule.id == "email-address"),
            phone: index(&|rule| &*rule.id == "phone-number"),
            identities: rules
                .iter()
                .map(|rule| {
                    matches!(rule.category, Category::NationalId | Category::LocalId)
                        || &*rule.id == "date-of-birth"
                })
                .collect(),
        }))
    }

    fn name_claim(&self, rule: u16, name: &Found) -> Candidate {
        let mut claim = Candidate::new(rule, name.start, name.end, name.level);
        claim.value = (name.value as u32, name.end as u32);
        claim.near_person = true;
        if let Some(term) = name.term {
            // What was weighed gives way to a rule that knows the word.
            claim.support = match self.words.is_cue(term) {
                true => Nearness::None,
                false => Nearness::Near,
            };
            match name.labelled {
                true => {
                    claim.support = Nearness::Attached;
                    claim.label = Some(Word::Term(term));
                }
                false => claim.context = Some(Word::Term(term)),
            }
        }
        claim
    }

    /// Names in columns, fields and mailboxes, beside those that the text tells.
    fn named(
        &self,
        sight: &Sight<'_>,
        memory: &mut Memory,
        claims: &[Candidate],
        scratch: &mut Proposals,
    ) {
        let text = sight.text.text;
        let mut extra: Vec<Found> = Vec::new();
        scratch.fields.values(&self.words, sight, |named, range| {
            if named.owner != NAMES || range.len() > 80 {
                return;
            }
            let careful = named.options.loose;
            if let Some(mut found) =
                names::value(text, range.start, range.end, careful, &self.words)
            {
                found.term = Some(named.term);
                found.labelled = true;
                extra.push(found);
            }
        });
        scratch
            .fields
            .unnamed(&self.words, sight, &scratch.names, &mut extra);
        for &(start, end) in &scratch.mailboxes {
            let (start, end) = (start as usize, end as usize);
            if let Some((start, end)) =
                names::from_local_part(&text[start..end], start, &self.words)
            {
                extra.push(Found {
                    start,
                    end,
                    value: start,
                    level: Level::Medium,
                    term: None,
                    labelled: false,
                });
            }
        }
        let names = &mut scratch.names;
        let free = |at: usize, end: usize, names: &[Found]| {
            let next = names.partition_point(|n| n.end <= at);
            names.get(next).is_none_or(|n| n.start >= end)
        };
        let running = !matches!(sight.segment.layout, Layout::Table(_));
        if running {
            let owned = |c: &&Candidate| {
                Some(c.rule) == self.email
                    || Some(c.rule) == self.phone
                    || self.identities[usize::from(c.rule)]
            };
            for claim in claims.iter().filter(owned) {
                if let Some(owner) = names::owner(text, claim.value.0 as usize, &self.words)
                    && free(owner.start, owner.end, names)
                    && !extra
                        .iter()
                        .any(|e| e.start < owner.end && owner.start < e.end)
                {
                    extra.push(owner);
                }
            }
        }
        if extra.is_empty() && !running {
            return;
        }
        // What a column or field says outweighs what the text lets guess.
        names.retain(|n| !extra.iter().any(|e| e.start < n.end && n.start < e.end));
        names.extend(extra);
        names.sort_by_key(|n| (n.start, n.end));
        names.dedup_by(|b, a| b.start < a.end);
        if running {
            let mailboxes = &scratch.mailboxes;
            let in_address = |at: usize| {
                let n = mailboxes.partition_point(|m| m.0 as usize <= at);
                n > 0 && at < mailboxes[n - 1].1 as usize
            };
            let walk = Walk {
                text,
                starts: sight.starts.clone(),
                words: &self.words,
                hits: sight.terms,
                taken: names,
            };
            let weighed = &mut scratch.weighed;
            walk.run(
                &mut memory.introduced,
                in_address,
                weighed,
                &mut scratch.hints,
            );
            if !weighed.is_empty() {
                // A longer one that the lists were unsure of is meant by what was weighed in it: `Okafor M.`.
                for name in &mut *names {
                    let inside = |w: &Found| {
                        let covers = name.start <= w.start && w.end <= name.end;
                        covers && w.end - w.start < name.end - name.start
                    };
                    let level = weighed.iter().filter(|w| inside(w)).map(|w| w.level).max();
                    if let Some(level) = level {
                        weighed.retain(|w| !inside(w));
                        name.level = name.level.max(level);
                    }
                }
                let over = |n: &Found| {
                    let at = weighed.partition_point(|w| w.end <= n.start);
                    weighed.get(at).is_some_and(|w| w.start < n.end)
                };
                names.retain(|n| !over(n));
                names.append(weighed);
                names.sort_by_key(|n| (n.start, n.end));
            }
        }
    }
}

impl Propose for Lists {
    fn terms(&self) -> Vec<TermSpec> {
        self.words.specs()
    }

    fn propose(
        &self,
        sight: &Sight<'_>,
        memory: &mut Memory,
        scratch: &mut Proposals,
        claims: &mut Vec<Candidate>,
    ) {
        let text = sight.text.text;
        // What is settled lies behind, what is not among the claims: both say where the addresses are.
        scratch.mailboxes.clear();
        scratch.mailboxes.extend(
            sight
                .behind
                .iter()
                .chain(claims.iter())
                .filter(|c| Some(c.rule) == self.email)
                .map(|c| c.value),
        );
        scratch.mailboxes.sort_unstable();
        scratch.mailboxes.dedup();
        let mailboxes = &scratch.mailboxes;
        let in_claim = |at: usize| {
            let n = mailboxes.partition_point(|m| m.0 as usize <= at);
            n > 0 && at < mailboxes[n - 1].1 as usize
        };
        scratch.weighed.clear();
        scratch.hints.clear();
        names::find(text, sight.terms, &self.words, in_claim, &mut scratch.names);
        self.named(sight, memory, claims, scratch);
        scratch.identities.clear();
        scratch.identities.extend(
            sight
                .behind
                .iter()
                .chain(claims.iter())
                .filter(|c| self.identities[usize::from(c.rule)] && c.level >= Level::Medium)
                .map(|c| c.start),
        );
        scratch.identities.sort_unstable();
        let rows_are_people = scratch.fields.rows_are_people(&self.words, sight);
        for hit in sight.terms {
            if sight.starts.contains(&(hit.start as usize)) {
                let general = self.words.uses(hit.term).iter().any(|u| {
                    u.owner == PERSONS
                        && (u.tier == Tier::General && u.group == self.document
                            || u.group == self.words.public)
                });
                memory.general += u32::from(general);
            }
        }
        // A greeting by name makes it a letter.
        let greeting = scratch.names.iter().find(|name| {
            name.labelled
                && name.term.is_some_and(|term| {
                    self.words
                        .uses(term)
                        .iter()
                        .any(|u| u.owner == NAMES && u.group == self.words.salutation)
                })
        });
        let letter = match memory.letter {
            true => Some(0),
            false => greeting.map(|name| name.start),
        };
        memory.letter |= greeting.is_some_and(|name| sight.starts.contains(&name.start));
        let Proposals {
            names,
            hints,
            identities,
            fields,
            mailboxes,
            ..
        } = scratch;
        let mut judge = Judge {
            sight,
            words: &self.words,
            names,
            identities,
            rows_are_people,
            unit: None,
            letter,
            general: Vec::new(),
            stemmed: 0,
        };
        judge.run(claims);
        fields.values(&self.words, sight, |named, range| {
            if named.owner < NAMES {
                judge.under(named, range, claims);
            }
        });
        if let Some(rule) = self.names {
            // After everything else has been judged: a hint supports nothing.
            claims.extend(hints.iter().map(|hint| self.name_claim(rule, hint)));
            for name in names.iter().filter(|n| sight.starts.contains(&n.start)) {
                let mut claim = self.name_claim(rule, name);
                // The name in an address does not contest the address.
                let at = mailboxes.partition_point(|m| m.0 <= claim.start);
                claim.apart = at > 0 && claim.end <= mailboxes[at - 1].1;
                claims.push(claim);
            }
        }
    }

    fn word(&self, index: u32) -> Arc<str> {
        self.words.text(index)
    }

    fn fingerprint(&self) -> [u8; 32] {
        self.words.fingerprint()
    }
}
