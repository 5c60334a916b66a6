//! All word lists as one table: the terms that the engine looks for, and what each means to which rule.
//!
//! Built once with the detector. One spelling may mean several things (`black` is weak for ethnicity, `Hall` a family
//! name and the end of a building's): each meaning is a [`Use`].

use std::{collections::HashMap, sync::Arc};

use super::{
    inflect::{fold, forms},
    list::{Entry, List, ListError, Options, Tier},
};
use crate::detect::{engine::TermSpec, normalise_name, rule::TERM_FILES};

/// Whose a use is: the index of a rule, or one of the lists that serve all.
pub(crate) type Owner = u16;
/// `persons.txt`.
pub(crate) const PERSONS: Owner = u16::MAX;
/// The lists of names.
pub(crate) const NAMES: Owner = u16::MAX - 1;

/// The word lists that serve all rules.
const PERSON_LISTS: &[&str] = &["persons"];
const NAME_LISTS: &[&str] = &["name-words", "forenames", "surnames"];

/// What a term says to one owner.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Use {
    pub owner: Owner,
    pub tier: Tier,
    /// The group of its section: 0 for none.
    pub group: u16,
    pub options: Options,
    /// The text must begin with a capital.
    pub capital: bool,
}

/// What a field's name says to a rule: its values are of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named {
    pub owner: Owner,
    pub options: Options,
    pub term: u32,
}

/// What a word is among names, as bits.
pub(crate) type Part = u8;
/// A given name.
pub(crate) const FORENAME: Part = 1;
/// A given name that is an ordinary word, place or month too.
pub(crate) const FORENAME_WORD: Part = 2;
/// A family name.
pub(crate) const SURNAME: Part = 4;
/// A family name that is an ordinary word too.
pub(crate) const SURNAME_WORD: Part = 8;
/// Ends the name of a place, an organisation, a product.
pub(crate) const TAIL: Part = 16;
/// No part of a name.
pub(crate) const STOP: Part = 32;
/// A family name that many bear.
pub(crate) const SURNAME_COMMON: Part = 64;

/// The table.
pub(crate) struct Vocabulary {
    /// What the engine is given.
    texts: Vec<Arc<str>>,
    /// Uses of term n are `uses[first[n]..first[n + 1]]`.
    first: Vec<u32>,
    uses: Vec<Use>,
    /// Names of fields, normalised as the names of columns are.
    fields: HashMap<Box<str>, Vec<Named>>,
    /// Words of names, in lower case.
    parts: HashMap<Box<[u8]>, Part>,
    /// Ends of words that make a medicine, with the rule that says so.
    pub stems: Vec<(Owner, Vec<Box<[u8]>>)>,
    /// Number of the group `salutation`.
    pub salutation: u16,
    /// Number of the group `pronoun`.
    pub pronoun: u16,
    /// Number of the group `you`.
    pub you: u16,
    /// Number of the group `document`.
    pub document: u16,
    /// Number of the group `public`: words of news, beside which a name is a speaker's.
    pub public: u16,
    fingerprint: [u8; 32],
}

/// Puts uses together by spelling.
#[derive(Default)]
struct Builder {
    index: HashMap<String, u32>,
    texts: Vec<Arc<str>>,
    uses: Vec<Vec<Use>>,
    groups: HashMap<Arc<str>, u16>,
    fields: HashMap<Box<str>, Vec<Named>>,
    parts: HashMap<Box<[u8]>, Part>,
    stems: Vec<(Owner, Vec<Box<[u8]>>)>,
    digest: blake3::Hasher,
}

impl Builder {
    fn group(&mut self, name: &Arc<str>) -> u16 {
        if name.is_empty() {
            return 0;
        }
        let next = self.groups.len() as u16 + 1;
        *self.groups.entry(name.clone()).or_insert(next)
    }

    fn list(&mut self, name: &str, owner: Owner) -> Result<(), ListError> {
        let Some((_, text)) = TERM_FILES.iter().find(|(n, _)| *n == name) else {
            return Err(ListError {
                list: name.to_owned(),
                line: 1,
                what: "there is no such word list".to_owned(),
                cure: "`terms` of a rule names files of rules/terms, without .txt".to_owned(),
            });
        };
        self.digest.update(name.as_bytes());
        self.digest.update(&owner.to_le_bytes());
        self.digest.update(text.as_bytes());
        for entry in &List::parse(name, text)?.entries {
            self.entry(entry, owner);
        }
        Ok(())
    }

    fn entry(&mut self, entry: &Entry, owner: Owner) {
        let group = self.group(&entry.group);
        let part = match entry.tier {
            Tier::Forename if entry.options.ambiguous => FORENAME | FORENAME_WORD,
            Tier::Forename => FORENAME,
            Tier::Surname if &*entry.group == "ambiguous" || entry.options.ambiguous => {
                SURNAME | SURNAME_WORD
            }
            Tier::Surname if &*entry.group == "common" => SURNAME | SURNAME_COMMON,
            Tier::Surname => SURNAME,
            Tier::Tail => TAIL,
            Tier::Stop => STOP,
            _ => 0,
        };
        if part != 0 {
            *self
                .parts
                .entry(fold(&entry.text).into_bytes().into())
                .or_default() |= part;
        }
        match entry.tier {
            // Looked up when a candidate stands there.
            Tier::Tail | Tier::Stop => return,
            Tier::Surname if part & SURNAME_WORD != 0 => return,
            Tier::Stem => {
                let stem = entry.text.as_bytes().into();
                match self.stems.iter_mut().find(|(o, _)| *o == owner) {
                    Some((_, stems)) => stems.push(stem),
                    None => self.stems.push((owner, vec![stem])),
                }
                return;
            }
            _ => {}
        }
        let upper = entry.text.bytes().any(|b| b.is_ascii_uppercase());
        let lower = entry.text.bytes().any(|b| b.is_ascii_lowercase());
        let capital = upper && lower;
        let exact = entry.options.exact
            || matches!(
                entry.tier,
                Tier::Forename | Tier::Surname | Tier::Honorific | Tier::Cue | Tier::Negation
            );
        let texts = match upper && !lower {
            // Capitals throughout are asked for as they are written.
            true => vec![entry.text.replace('-', " ")],
            false => forms(&entry.text, exact),
        };
        for (n, text) in texts.into_iter().enumerate() {
            let term = match self.index.get(&text) {
                Some(&term) => term,
                None => {
                    let term = self.texts.len() as u32;
                    self.texts.push(Arc::from(text.as_str()));
                    self.uses.push(Vec::new());
                    self.index.insert(text.clone(), term);
                    term
                }
            };
            if entry.tier == Tier::Label {
                let named = Named {
                    owner,
                    options: entry.options,
                    term,
                };
                let known = self
                    .fields
                    .entry(normalise_name(&text).into_boxed_str())
                    .or_default();
                if !known.iter().any(|k| k.owner == owner) {
                    known.push(named);
                }
            }
            let uses = &mut self.uses[term as usize];
            let same = |u: &Use| u.owner == owner && u.tier == entry.tier && u.group == group;
            match uses.iter_mut().find(|u| same(u)) {
                // What is written in any case is wider than what asks for a capital.
                Some(known) => known.capital &= capital,
                None => uses.push(Use {
                    owner,
                    tier: entry.tier,
                    group,
                    options: entry.options,
                    capital,
                }),
            }
            debug_assert!(n < 64, "a term with many forms");
        }
    }
}

impl Vocabulary {
    /// Reads the lists of these rules: index and names of lists; `names` when a rule finds names.
    pub fn new(rules: &[(Owner, &[String])], names: bool) -> Result<Vocabulary, ListError> {
        let mut builder = Builder::default();
        for &(owner, lists) in rules {
            for list in lists {
                builder.list(list, owner)?;
            }
        }
        for list in PERSON_LISTS {
            builder.list(list, PERSONS)?;
        }
        // Names tell persons apart from anybody, whether or not they are findings themselves.
        for list in NAME_LISTS {
            builder.list(list, NAMES)?;
        }
        builder.digest.update(&[u8::from(names)]);
        let mut first = Vec::with_capacity(builder.texts.len() + 1);
        let mut uses = Vec::new();
        for of_term in &builder.uses {
            first.push(uses.len() as u32);
            uses.extend_from_slice(of_term);
        }
        first.push(uses.len() as u32);
        let salutation = builder.group(&Arc::from("salutation"));
        let pronoun = builder.group(&Arc::from("pronoun"));
        let you = builder.group(&Arc::from("you"));
        let document = builder.group(&Arc::from("document"));
        let public = builder.group(&Arc::from("public"));
        Ok(Vocabulary {
            texts: builder.texts,
            first,
            uses,
            fields: builder.fields,
            parts: builder.parts,
            stems: builder.stems,
            salutation,
            pronoun,
            you,
            document,
            public,
            fingerprint: *builder.digest.finalize().as_bytes(),
        })
    }

    /// What the engine is to look for.
    pub fn specs(&self) -> Vec<TermSpec> {
        self.texts
            .iter()
            .map(|text| TermSpec {
                text: text.to_string(),
            })
            .collect()
    }

    /// What a term says.
    pub fn uses(&self, term: u32) -> &[Use] {
        let term = term as usize;
        &self.uses[self.first[term] as usize..self.first[term + 1] as usize]
    }

    /// The term as the lists spell it.
    pub fn text(&self, term: u32) -> Arc<str> {
        self.texts[term as usize].clone()
    }

    /// What a field of this name holds; the name as `normalise_name` gives it.
    pub fn field(&self, name: &str) -> &[Named] {
        self.fields.get(name).map_or(&[], |named| named)
    }

    /// What a word is among names.
    pub fn part(&self, word: &[u8]) -> Part {
        let mut lower = [0; 40];
        let Some(buffer) = lower.get_mut(..word.len()) else {
            return 0;
        };
        buffer.copy_from_slice(word);
        buffer.make_ascii_lowercase();
        self.parts.get(&*buffer).copied().unwrap_or(0)
    }

    /// A hash of all lists.
    pub fn fingerprint(&self) -> [u8; 32] {
        self.fingerprint
    }
}
