//! Names by one word, once they are introduced: after `Rokeya Laskar` a document goes on with `Rokeya` and `Mrs Laskar`.
//!
//! Only words of names that were sure enough count, and only in running text: in tables every cell says what it is.

use std::collections::{BTreeSet, HashMap};

use aho_corasick::packed::{Config, MatchKind, Searcher};

use super::{
    find::{Found, attached_before, continues_as_place, found, is_name_word, next_word, part_of},
    token::{Form, before, run, token},
};
use crate::{
    detect::terms::vocabulary::{FORENAME, FORENAME_WORD, STOP, SURNAME_WORD, TAIL, Vocabulary},
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
    /// Those introduced in the window that is looked at, and where: before it they are not known, wherever a text is cut.
    here: HashMap<Box<[u8]>, usize>,
    /// Looks for all of them at once; of no more than the first so many of them.
    search: Option<(usize, Searcher)>,
}

/// Every place of a word of the set that could be a word of the text: no two such places overlap, so that of several
/// words at one place the longest is the only one.
fn places<'a>(
    words: &'a BTreeSet<Box<[u8]>>,
    search: &'a mut Option<(usize, Searcher)>,
    text: &'a [u8],
) -> Box<dyn Iterator<Item = (usize, usize)> + 'a> {
    if search.as_ref().is_none_or(|made| made.0 != words.len()) {
        *search = Config::new()
            .match_kind(MatchKind::LeftmostLongest)
            .heuristic_pattern_limits(false)
            .builder()
            .extend(words)
            .build()
            .map(|made| (words.len(), made));
    }
    match search {
        Some((_, search)) => Box::new(search.find_iter(text).map(|m| (m.start(), m.end()))),
        // A processor without the instructions for it.
        None => Box::new(words.iter().flat_map(move |word| {
            memchr::memmem::find_iter(text, word).map(move |at| (at, at + word.len()))
        })),
    }
}

impl Introduced {
    /// Remembers the words of names of two or more that begin before `end`; the names come by position.
    pub fn learn<'a>(
        &mut self,
        text: &[u8],
        names: impl Iterator<Item = &'a Found>,
        end: usize,
        words: &Vocabulary,
    ) {
        self.here.clear();
        for name in names.filter(|n| n.level >= Level::Medium && n.start < end) {
            if self.words.len() >= MOST {
                return;
            }
            let row = run(&text[..name.end], name.value);
            let tokens = row.tokens();
            if tokens.iter().filter(|t| is_name_word(t)).count() < 2 {
                continue;
            }
            // Some word of it must be a given name and nothing else: a label `name` stands over anything.
            let given = tokens.iter().any(|t| {
                let part = part_of(text, t, words);
                part & FORENAME != 0 && part & FORENAME_WORD == 0
            });
            if !given {
                continue;
            }
            for token in tokens {
                let part = part_of(text, token, words);
                let word = &text[token.start..token.end];
                if token.form == Form::Title
                    && word.len() >= SHORTEST
                    && part & (FORENAME_WORD | SURNAME_WORD | STOP | TAIL) == 0
                    && self.words.insert(word.into())
                {
                    self.here.insert(word.into(), name.end);
                }
            }
        }
    }

    /// Adds the lone words; `taken` are the names there are, by position.
    pub fn find(
        &mut self,
        text: &[u8],
        words: &Vocabulary,
        taken: &[Found],
        skip: impl Fn(usize) -> bool,
        out: &mut Vec<Found>,
    ) {
        if self.words.is_empty() {
            return;
        }
        for (at, end) in places(&self.words, &mut self.search, text) {
            let near = taken.partition_point(|n| n.end <= at);
            let known = self
                .here
                .get(&text[at..end])
                .is_none_or(|&since| at >= since);
            if !known || taken.get(near).is_some_and(|n| n.start < end) || skip(at) {
                continue;
            }
            let whole = token(text, at).is_some_and(|t| t.end == end);
            let longer = |t: Option<super::token::Token>| {
                t.is_some_and(|t| is_name_word(&t) && part_of(text, &t, words) & STOP == 0)
            };
            if !whole
                || attached_before(text, at)
                || continues_as_place(text, end, words)
                || longer(next_word(text, end))
                || before(text, at)
                    .is_some_and(|t| t.form == Form::Title && part_of(text, &t, words) & STOP == 0)
            {
                continue;
            }
            out.push(found(at, end, Level::Medium));
        }
    }
}
