//! Words of names that a document has introduced: after `Rokeya Laskar` it goes on with `Rokeya` and `Laskar`.
//!
//! Only words of names that were sure enough count, and only in running text: in tables every cell says what it is.
//! `weigh` learns and asks; a word is known from the name that introduces it on, wherever a text is cut.

use std::collections::{BTreeSet, HashMap};

use super::{
    find::{Found, is_name_word, part_of},
    token::{Form, run},
};
use crate::{
    detect::terms::vocabulary::{
        FORENAME, FORENAME_WORD, ORDINARY, STOP, SURNAME, TAIL, Vocabulary,
    },
    model::Level,
};

/// So many words are remembered of one document: a register of thousands needs none.
const MOST: usize = 64;

/// The shortest word that is looked for.
const SHORTEST: usize = 3;

/// Words of the names met in a document, as written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Introduced {
    words: BTreeSet<Box<[u8]>>,
    /// Those introduced in the window that is looked at, and where.
    here: HashMap<Box<[u8]>, usize>,
    /// With which letters they begin, as bits.
    letters: u64,
}

impl Introduced {
    /// Another window is looked at: what is known is known from its start on.
    pub fn enter(&mut self) {
        self.here.clear();
    }

    /// Remembers the words of a name of two or more.
    pub fn learn(&mut self, text: &[u8], name: &Found, words: &Vocabulary) {
        if name.level < Level::Medium || self.words.len() >= MOST {
            return;
        }
        let row = run(&text[..name.end], name.value);
        let tokens = row.tokens();
        if tokens.iter().filter(|t| is_name_word(t)).count() < 2 {
            return;
        }
        let is = |bits, not| {
            tokens.iter().any(|t| {
                let part = part_of(text, t, words);
                part & bits != 0 && part & not == 0
            })
        };
        // Some word of it must be a given name and nothing else, unless it was weighed: a label `name` stands over
        // anything.
        if !is(FORENAME, FORENAME_WORD) && (name.labelled || is(ORDINARY | STOP | TAIL, SURNAME)) {
            return;
        }
        for token in tokens {
            let part = part_of(text, token, words);
            let word = &text[token.start..token.end];
            let named = part & (FORENAME | SURNAME) != 0;
            let other = STOP | TAIL | if named { 0 } else { ORDINARY };
            if token.form == Form::Title
                && word.len() >= SHORTEST
                && part & other == 0
                && !self.words.contains(word)
            {
                self.words.insert(word.into());
                self.here.insert(word.into(), name.end);
                self.letters |= 1 << (word[0] & 63);
            }
        }
    }

    /// Whether a word that stands at `at` was introduced before.
    pub fn knows(&self, word: &[u8], at: usize) -> bool {
        word.first()
            .is_some_and(|&b| self.letters & 1 << (b & 63) != 0)
            && self.words.contains(word)
            && self.here.get(word).is_none_or(|&since| at >= since)
    }
}
