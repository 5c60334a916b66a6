//! The weights of `rules/weights/person-name.toml`, which says why each is what it is, with the words that speak for or
//! against a name beside it. Read once, with the word lists.

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use serde::Deserialize;

use super::letters::Letters;
use crate::detect::{
    hash::Quickly,
    terms::{
        list::ListError,
        table::WordTable,
        vocabulary::{FORENAME, FORENAME_WORD, ORDINARY, Part, SURNAME, SURNAME_WORD},
    },
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Threshold {
    pub medium: i32,
    pub low: i32,
}

/// One word by itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Single {
    pub given: i32,
    pub given_family: i32,
    pub given_word: i32,
    pub family: i32,
    pub family_word: i32,
    pub unknown: i32,
    pub ordinary: i32,
}

/// Two words or more.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pair {
    pub together: i32,
    pub given: i32,
    pub given_word: i32,
    pub given_unknown: i32,
    pub given_ordinary: i32,
    pub family: i32,
    pub family_word: i32,
    pub family_unknown: i32,
    pub family_ordinary: i32,
    pub family_tail: i32,
    pub initial: i32,
    pub particle: i32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shape {
    per_cent: i32,
    most: i32,
    least: i32,
}

/// Where it stands.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    pub opens: i32,
    pub introduced: i32,
    pub pronoun: i32,
    pub listed: i32,
    pub lists: i32,
    pub families: i32,
    pub with_me: i32,
    pub age: i32,
    pub apposition: i32,
    pub room: i32,
    pub house: i32,
    pub speaks: i32,
    pub addressed: i32,
    pub line: i32,
    pub number: i32,
    pub agent: i32,
    pub beside_capital: i32,
    pub noun: i32,
    pub past: i32,
    pub owner: i32,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Side {
    Before,
    Lead,
    After,
    Owned,
    Through,
    At,
    And,
    Is,
    Called,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cue {
    side: Side,
    weight: i32,
    #[serde(rename = "why")]
    _why: String,
    words: String,
    /// Verbs, of which the third person and the past are taken too.
    #[serde(default)]
    verbs: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    threshold: Threshold,
    word: Single,
    pair: Pair,
    shape: Shape,
    place: Place,
    cue: Vec<Cue>,
}

/// All of them.
pub(crate) struct Weights {
    pub threshold: Threshold,
    pub word: Single,
    pub pair: Pair,
    pub place: Place,
    shape: Shape,
    letters: Letters,
    /// By word: the number of its cue, from 1.
    sides: [WordTable; 9],
    weights: Vec<i32>,
    /// All words of cues, in order.
    words: Vec<Arc<str>>,
}

/// The third person and the past of a regular verb: `refuses`, `refused`.
fn forms(verb: &str) -> [String; 2] {
    let consonant_y = verb
        .strip_suffix('y')
        .filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u']));
    let hissing = ["s", "x", "z", "ch", "sh"]
        .iter()
        .any(|end| verb.ends_with(end));
    match consonant_y {
        Some(stem) => [format!("{stem}ies"), format!("{stem}ied")],
        None if verb.ends_with('e') => [format!("{verb}s"), format!("{verb}d")],
        None if hissing => [format!("{verb}es"), format!("{verb}ed")],
        None => [format!("{verb}s"), format!("{verb}ed")],
    }
}

impl Weights {
    /// The file.
    pub const TEXT: &str = include_str!("../../../../rules/weights/person-name.toml");

    /// Reads the file, and learns the letters of names from the parts of names that the lists have.
    ///
    /// # Errors
    /// What is wrong with the file, and where.
    pub fn new(parts: &HashMap<Box<[u8]>, Part, Quickly>) -> Result<Weights, ListError> {
        let fail = |line: usize, what: String| ListError {
            file: PathBuf::from("rules/weights/person-name.toml"),
            line,
            what,
            cure: "see the head of the file".to_owned(),
        };
        let file: File = toml::from_str(Self::TEXT).map_err(|e| {
            let at = e.span().map_or(0, |span| span.start);
            fail(
                Self::TEXT[..at].lines().count().max(1),
                e.message().to_owned(),
            )
        })?;
        let mut sides: [HashMap<Box<[u8]>, u8, Quickly>; 9] = Default::default();
        let mut weights = vec![0];
        let mut words: Vec<Arc<str>> = Vec::new();
        for cue in &file.cue {
            let number =
                u8::try_from(weights.len()).map_err(|_| fail(1, "too many cues".into()))?;
            weights.push(cue.weight);
            for word in cue.words.split_ascii_whitespace() {
                let known = sides[cue.side as usize].insert(word.as_bytes().into(), number);
                if known.is_some() {
                    return Err(fail(1, format!("`{word}` is in two cues of one side")));
                }
                words.push(word.into());
            }
        }
        // A form that a cue has as it is stands before one that is made.
        for (at, cue) in file.cue.iter().enumerate() {
            for form in cue.verbs.split_ascii_whitespace().flat_map(forms) {
                let known = &mut sides[cue.side as usize];
                let word = Box::from(form.as_bytes());
                known.entry(word).or_insert(at as u8 + 1);
                words.push(form.into());
            }
        }
        words.sort_unstable();
        words.dedup();
        let is = |wanted: Part, not: Part| {
            parts
                .iter()
                .filter(move |(_, part)| **part & wanted != 0 && **part & not == 0)
                .map(|(word, _)| &**word)
        };
        let letters = Letters::new(
            is(FORENAME | SURNAME, FORENAME_WORD | SURNAME_WORD | ORDINARY),
            is(ORDINARY, FORENAME | SURNAME),
        );
        Ok(Weights {
            threshold: file.threshold,
            word: file.word,
            pair: file.pair,
            shape: file.shape,
            place: file.place,
            letters,
            sides: sides.map(WordTable::new),
            weights,
            words,
        })
    }

    fn of(&self, side: Side, word: &[u8]) -> Option<i32> {
        match self.sides[side as usize].get(word) {
            0 => None,
            number => Some(self.weights[usize::from(number)]),
        }
    }

    /// What a word right before says; `None` for one that no cue has.
    pub fn before(&self, word: &[u8]) -> Option<i32> {
        self.of(Side::Before, word)
    }

    /// What the word before that says, when the word right before a name joins the two: *spoke* to Priya, *shouted* at
    /// Priya, *me* and Priya, my *name* is Priya. `None` for one that joins nothing.
    pub fn lead(&self, join: &[u8]) -> Option<impl Fn(&[u8]) -> Option<i32> + '_> {
        let side = match join {
            b"at" => Side::At,
            b"and" | b"or" => Side::And,
            b"is" | b"was" | b"am" | b"called" => Side::Is,
            _ if self.of(Side::Through, join).is_some() => Side::Lead,
            _ => return None,
        };
        Some(move |word: &[u8]| self.of(side, word))
    }

    /// Whether a word behind a name and a comma speaks to the one named.
    pub fn is_said_to(&self, word: &[u8]) -> bool {
        self.of(Side::Called, word).is_some()
    }

    /// What a word right behind says.
    pub fn after(&self, word: &[u8]) -> Option<i32> {
        self.of(Side::After, word)
    }

    /// What a word behind `'s` says.
    pub fn owned(&self, word: &[u8]) -> Option<i32> {
        self.of(Side::Owned, word)
    }

    /// What the letters of a word say.
    pub fn shape(&self, word: &[u8]) -> i32 {
        let odds = self.letters.odds(word) * self.shape.per_cent / 100;
        odds.clamp(self.shape.least, self.shape.most)
    }

    /// The number of a word of the cues.
    pub fn number(&self, word: &[u8]) -> Option<usize> {
        let word = word.to_ascii_lowercase();
        self.words
            .binary_search_by(|known| known.as_bytes().cmp(&word))
            .ok()
    }

    /// The word of a number; empty for one that there is not.
    pub fn cue(&self, number: usize) -> Arc<str> {
        self.words.get(number).cloned().unwrap_or_default()
    }
}
