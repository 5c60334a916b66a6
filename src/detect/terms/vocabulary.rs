//! All word lists as one table: the terms that the engine looks for, and what each means to which rule.
//!
//! Built once with the detector. One spelling may mean several things (`black` is weak for ethnicity, `Hall` a family
//! name and the end of a building's): each meaning is a [`Use`].

use std::{collections::HashMap, sync::Arc};

use rayon::prelude::*;

use super::{
    inflect::{fold, forms},
    list::{Entry, List, ListError, Options, Tier},
    table::WordTable,
};
use crate::detect::{
    engine::TermSpec,
    hash::Quickly,
    names::Weights,
    normalise_name,
    rule::{OwnList, TERM_FILES},
};

/// Whose a use is: the index of a rule, or one of the lists that serve all.
pub(crate) type Owner = u16;
/// `persons.txt`.
pub(crate) const PERSONS: Owner = u16::MAX;
/// The lists of names.
pub(crate) const NAMES: Owner = u16::MAX - 1;

/// The word lists that serve all rules.
const PERSON_LISTS: &[&str] = &["persons"];
const NAME_LISTS: &[&str] = &[
    "name-words",
    "forenames",
    "forenames-american",
    "surnames",
    "ordinary-words",
];

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
/// An ordinary word of English in its shortest form.
pub(crate) const ORDINARY: Part = 128;

/// The table.
pub(crate) struct Vocabulary {
    /// What the engine is given.
    texts: Vec<Arc<str>>,
    /// Uses of term n are `uses[first[n]..first[n + 1]]`.
    first: Vec<u32>,
    uses: Vec<Use>,
    /// Names of fields, normalised as the names of columns are.
    fields: HashMap<Box<str>, Vec<Named>>,
    /// Words of names.
    parts: WordTable,
    /// What speaks for a name in running text.
    pub weights: Weights,
    /// Ends of words that make a medicine, with the rule that says so.
    pub stems: Vec<(Owner, Vec<Box<[u8]>>)>,
    /// Number of the group `salutation`.
    pub salutation: u16,
    /// Number of the group `relation`: `her daughter`, `my name is`, after which a name stands without a colon.
    pub relation: u16,
    /// Number of the group `attendees`: lists of people by their full names.
    pub attendees: u16,
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
    index: HashMap<Arc<str>, u32, Quickly>,
    texts: Vec<Arc<str>>,
    uses: Vec<Vec<Use>>,
    groups: HashMap<Arc<str>, u16>,
    fields: HashMap<Box<str>, Vec<Named>>,
    parts: HashMap<Box<[u8]>, Part, Quickly>,
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

    fn list(&mut self, list: Ready<'_>, owner: Owner) {
        self.digest.update(list.name.as_bytes());
        self.digest.update(&owner.to_le_bytes());
        for text in &list.texts {
            self.digest.update(text.as_bytes());
        }
        for (entry, forms) in &list.entries {
            self.entry(entry, forms, owner);
        }
    }

    fn entry(&mut self, entry: &Entry, texts: &[String], owner: Owner) {
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
            Tier::Ordinary => ORDINARY,
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
            Tier::Tail | Tier::Stop | Tier::Ordinary => return,
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
        let capital = is_capital(&entry.text);
        for (n, text) in texts.iter().enumerate() {
            let term = match self.index.get(text.as_str()) {
                Some(&term) => term,
                None => {
                    let term = self.texts.len() as u32;
                    let text: Arc<str> = Arc::from(text.as_str());
                    self.texts.push(text.clone());
                    self.uses.push(Vec::new());
                    self.index.insert(text, term);
                    term
                }
            };
            if entry.tier == Tier::Label {
                let mut options = entry.options;
                // `MUST` is a score, `NSMustCollate` a property: an abbreviation that is a word is the whole name.
                options.loose |= !entry.text.bytes().any(|b| b.is_ascii_lowercase());
                let named = Named {
                    owner,
                    options,
                    term,
                };
                let known = self
                    .fields
                    .entry(normalise_name(text).into_boxed_str())
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

/// A list, read, with the forms of its terms.
struct Ready<'a> {
    name: &'a str,
    /// What the program has, and what the user adds.
    texts: Vec<&'a str>,
    entries: Vec<(Entry, Vec<String>)>,
}

impl<'a> Ready<'a> {
    fn new(name: &'a str, own: &'a [OwnList]) -> Result<Ready<'a>, ListError> {
        let mut texts = Vec::new();
        let mut entries = Vec::new();
        if let Some((_, text)) = TERM_FILES.iter().find(|(n, _)| *n == name) {
            entries.extend(List::parse(name, text)?.entries);
            texts.push(*text);
        }
        for list in own.iter().filter(|list| &*list.name == name) {
            entries.extend(List::own(name, &list.file, &list.text)?.entries);
            texts.push(&list.text);
        }
        if texts.is_empty() {
            return Err(ListError {
                file: format!("rules/terms/{name}.txt").into(),
                line: 1,
                what: "there is no such word list".to_owned(),
                cure: "`terms` of a rule names files of rules/terms, without .txt".to_owned(),
            });
        }
        let entries = entries.into_iter().map(|entry| {
            let forms = searched_for(&entry);
            (entry, forms)
        });
        Ok(Ready {
            name,
            texts,
            entries: entries.collect(),
        })
    }
}

/// Whether a term asks for a capital at its start.
fn is_capital(text: &str) -> bool {
    let upper = text.bytes().any(|b| b.is_ascii_uppercase());
    upper && text.bytes().any(|b| b.is_ascii_lowercase())
}

/// The texts that the engine is to look for; none for what is looked up when a candidate stands there.
fn searched_for(entry: &Entry) -> Vec<String> {
    let looked_up = match entry.tier {
        Tier::Tail | Tier::Stop | Tier::Stem | Tier::Ordinary => true,
        Tier::Surname => &*entry.group == "ambiguous" || entry.options.ambiguous,
        _ => false,
    };
    if looked_up {
        return Vec::new();
    }
    let exact = entry.options.exact
        || matches!(
            entry.tier,
            Tier::Forename | Tier::Surname | Tier::Honorific | Tier::Cue | Tier::Negation
        );
    let upper = entry.text.bytes().any(|b| b.is_ascii_uppercase());
    match upper && !is_capital(&entry.text) {
        // Capitals throughout are asked for as they are written.
        true => vec![entry.text.replace('-', " ")],
        false => forms(&entry.text, exact),
    }
}

impl Vocabulary {
    /// Reads the lists of these rules: index and names of lists; `names` when a rule finds names.
    ///
    /// # Errors
    /// A list that cannot be read, or that nobody has.
    pub fn new(
        rules: &[(Owner, &[String])],
        names: bool,
        own: &[OwnList],
    ) -> Result<Vocabulary, ListError> {
        let mut builder = Builder::default();
        let mut wanted: Vec<(Owner, &str)> = Vec::new();
        for (owner, lists) in rules {
            wanted.extend(lists.iter().map(|list| (*owner, list.as_str())));
        }
        wanted.extend(PERSON_LISTS.iter().map(|list| (PERSONS, *list)));
        // Names tell persons apart from anybody, whether or not they are findings themselves.
        wanted.extend(NAME_LISTS.iter().map(|list| (NAMES, *list)));
        let ready: Vec<_> = wanted
            .par_iter()
            .map(|&(owner, list)| Ok((owner, Ready::new(list, own)?)))
            .collect();
        for list in ready {
            let (owner, list) = list?;
            builder.list(list, owner);
        }
        builder.digest.update(&[u8::from(names)]);
        builder.digest.update(Weights::TEXT.as_bytes());
        let weights = Weights::new(&builder.parts)?;
        let mut first = Vec::with_capacity(builder.texts.len() + 1);
        let mut uses = Vec::new();
        for of_term in &builder.uses {
            first.push(uses.len() as u32);
            uses.extend_from_slice(of_term);
        }
        first.push(uses.len() as u32);
        let salutation = builder.group(&Arc::from("salutation"));
        let attendees = builder.group(&Arc::from("attendees"));
        let relation = builder.group(&Arc::from("relation"));
        let pronoun = builder.group(&Arc::from("pronoun"));
        let you = builder.group(&Arc::from("you"));
        let document = builder.group(&Arc::from("document"));
        let public = builder.group(&Arc::from("public"));
        Ok(Vocabulary {
            texts: builder.texts,
            first,
            uses,
            fields: builder.fields,
            parts: WordTable::new(builder.parts),
            weights,
            stems: builder.stems,
            salutation,
            relation,
            attendees,
            pronoun,
            you,
            document,
            public,
            fingerprint: *builder.digest.finalize().as_bytes(),
        })
    }

    /// What the engine is to look for.
    pub fn specs(&self) -> Vec<TermSpec> {
        // `mrs. Okafor` is one too; `lady` and `fr` are words.
        let small = |usage: &Use| usage.tier == Tier::Honorific && !usage.options.loose;
        let capital = |term: u32| self.uses(term).iter().all(|u| u.capital && !small(u));
        let texts = self.texts.iter().zip(0..);
        texts
            .map(|(text, term)| TermSpec {
                text: text.to_string(),
                capital: capital(term),
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
        match self.texts.get(term as usize) {
            Some(text) => text.clone(),
            None => self.weights.cue(term as usize - self.texts.len()),
        }
    }

    /// Whether a number is that of a word that speaks for a name, and no term's.
    pub fn is_cue(&self, number: u32) -> bool {
        number as usize >= self.texts.len()
    }

    /// The number of a word that speaks for a name, for [`Self::text`]: they are numbered behind the terms.
    pub fn cue(&self, word: &[u8]) -> Option<u32> {
        let cue = self.weights.number(word)?;
        Some((self.texts.len() + cue) as u32)
    }

    /// What a field of this name holds; the name as `normalise_name` gives it.
    pub fn field(&self, name: &str) -> &[Named] {
        self.fields.get(name).map_or(&[], |named| named)
    }

    /// What a word is among names.
    pub fn part(&self, word: &[u8]) -> Part {
        self.parts.get(word)
    }

    /// A hash of all lists.
    pub fn fingerprint(&self) -> [u8; 32] {
        self.fingerprint
    }
}
