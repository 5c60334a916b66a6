//! Step 8: the terms, found by their keys.
//!
//! A term of one word has that word as its *key*, a term of several has two of them that follow each other: the pair that
//! texts have least often, so that few words of a text are keys of something. [`super::words`] finds what may be keys;
//! here the key's terms are compared with the text around it, which decides. A term of punctuation and words (`d.o.b.`) is
//! no different: its words are its runs of letters, digits and bytes from 0x80 on.

use std::ops::Range;

use super::classes::{ByteSet, Classes};
use super::key::{self, Key, Shared};
use super::plain::{MAX_GAP, canonical_term, is_gap, is_word};
use super::words::{self, Filter, Passing, Words};
use super::{EngineError, TermSpec, Visit};

/// Bits of the filter for each key: about one word in this many passes that is none.
const BITS_PER_KEY: usize = 32;

/// The class of bytes that must be told apart when there are terms.
pub(super) const CLASS: ByteSet = ByteSet::TERM;

/// A term, where its key is looked up.
#[derive(Clone, Copy, Debug)]
struct Term {
    /// The first and the last eight bytes of a term that is [`Form::Word`]: all of it, so that its text is not needed.
    first: u64,
    last: u64,
    /// Its place in the list; [`FREE`] where there is none.
    index: u32,
    /// Where its canonical text begins in `texts`, how long it is, and where in it the key is.
    text: u32,
    len: u16,
    key: u16,
    /// Some of the key's hash.
    hash: u16,
    form: Form,
    /// In the text it begins with a capital.
    capital: bool,
}

/// How a term is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// A word of at most sixteen letters, in either case.
    Word,
    /// Whatever else, its letters in either case.
    Any,
    /// Only as written.
    Exact,
}

/// The index of no term.
const FREE: u32 = u32::MAX;

/// Terms by the hash of their keys: open addressing, at most half full, those of one key in a row.
#[derive(Debug, Default)]
struct Table(Vec<Term>);

/// All terms, by their keys.
#[derive(Debug)]
pub(super) struct Terms {
    pub filter: Filter,
    texts: Vec<u8>,
    alone: Table,
    pairs: Table,
    /// How far before its key a term may begin.
    pub back: usize,
    /// The most bytes of text that a term may take.
    pub max_length: usize,
}

impl Terms {
    /// Compiles the lists; None when they are empty. [`place`](Terms::place) makes them ready.
    pub fn new(specs: &[TermSpec]) -> Result<Option<Terms>, EngineError> {
        if specs.is_empty() {
            return Ok(None);
        }
        let mut canonical = Vec::with_capacity(specs.len());
        for (index, spec) in specs.iter().enumerate() {
            canonical.push(canonical_term(index, spec)?);
        }
        let shared = Shared::count(&canonical);
        let keys: Vec<Key> = canonical.iter().map(|text| shared.key(text)).collect();
        let many = keys.iter().filter(|key| key.words == 1).count();
        let mut terms = Terms {
            filter: Filter {
                class: 0,
                alone: Passing::with_room_for(many * BITS_PER_KEY),
                pairs: Passing::with_room_for((keys.len() - many) * BITS_PER_KEY),
            },
            texts: Vec::new(),
            alone: Table::with_room_for(many),
            pairs: Table::with_room_for(keys.len() - many),
            back: 0,
            max_length: 0,
        };
        for (index, (text, key)) in canonical.iter().zip(&keys).enumerate() {
            terms.add(index as u32, text, key, specs[index].capital);
        }
        Ok(Some(terms))
    }

    fn add(&mut self, index: u32, text: &[u8], key: &Key, capital: bool) {
        let gaps = |text: &[u8]| text.iter().filter(|&&b| b == b' ').count() * (MAX_GAP - 1);
        self.back = self.back.max(key.start + gaps(&text[..key.start]));
        self.max_length = self.max_length.max(text.len() + gaps(text));
        let exact = text.iter().any(u8::is_ascii_uppercase);
        let word = text.len() <= 16 && text.iter().all(u8::is_ascii_alphabetic);
        let (first, last) = match word {
            true => key::ends(text),
            false => (0, 0),
        };
        let term = Term {
            first,
            last,
            index,
            text: self.texts.len() as u32,
            len: text.len() as u16,
            key: key.start as u16,
            hash: tag(key.hash),
            form: match (exact, word) {
                (true, _) => Form::Exact,
                (false, true) => Form::Word,
                (false, false) => Form::Any,
            },
            capital,
        };
        self.texts.extend_from_slice(text);
        if key.words == 2 {
            self.filter.pairs.pass_pair(key.hash);
            return self.pairs.add(key.hash, term);
        }
        let letter = text[key.start];
        let passing = &mut self.filter.alone;
        if exact || !letter.is_ascii_alphabetic() {
            passing.pass_word(key.hash, letter);
        } else {
            passing.pass_word(key.hash, letter.to_ascii_uppercase());
            if !(capital && key.start == 0) {
                passing.pass_word(key.hash, letter);
            }
        }
        self.alone.add(key.hash, term);
    }

    /// Says where the class is, which must be [`CLASS`].
    pub fn place(&mut self, classes: &Classes) {
        self.filter.class = classes.cover(&CLASS).map_or(0, |(class, _)| class);
    }

    /// Tells of every term of `starts` that has one of these words as its key. They are of the chunk that begins at `base`.
    pub fn look_up<V: Visit + ?Sized>(
        &self,
        text: &[u8],
        starts: &Range<usize>,
        base: usize,
        words: &Words,
        visit: &mut V,
    ) {
        for (at, hash) in words.alone.each() {
            for term in self.alone.of(hash) {
                self.tell(text, starts, base + at, term, visit);
            }
        }
        let beyond = words.last.and_then(|(at, hash)| {
            let next = next_word(text, base + at as usize)?;
            Some((at as usize, words::pair(hash, key::hash(&text[next]))))
        });
        for (at, hash) in words.pairs.each().chain(beyond) {
            for term in self.pairs.of(hash) {
                self.tell(text, starts, base + at, term, visit);
            }
        }
    }

    /// Tells of a term if it stands in the text with its key at `key`, where a word begins.
    #[inline(always)]
    fn tell<V: Visit + ?Sized>(
        &self,
        text: &[u8],
        starts: &Range<usize>,
        key: usize,
        term: &Term,
        visit: &mut V,
    ) {
        let found = match term.form {
            Form::Word => term.is_word_at(text, key),
            _ => self.compare(text, key, term),
        };
        if let Some((start, end)) = found
            && starts.contains(&start)
            && (!term.capital || text[start].is_ascii_uppercase())
        {
            visit.term(term.index, start, end);
        }
    }

    /// Where the term stands in the text if its key is at `key`.
    fn compare(&self, text: &[u8], key: usize, term: &Term) -> Option<(usize, usize)> {
        let canonical = &self.texts[term.text as usize..][..term.len.into()];
        let (before, from) = canonical.split_at(term.key.into());
        let same = |a: u8, b: u8| match term.form {
            Form::Exact => a == b,
            _ => a.eq_ignore_ascii_case(&b),
        };
        let gap = |bytes: &mut dyn Iterator<Item = &u8>| {
            let n = bytes.take(MAX_GAP + 1).take_while(|&&b| is_gap(b)).count();
            (1..=MAX_GAP).contains(&n).then_some(n)
        };
        let mut end = key;
        for &byte in from {
            if byte == b' ' {
                end += gap(&mut text[end..].iter())?;
            } else if same(*text.get(end)?, byte) {
                end += 1;
            } else {
                return None;
            }
        }
        let mut start = key;
        for &byte in before.iter().rev() {
            if byte == b' ' {
                start -= gap(&mut text[..start].iter().rev())?;
            } else if start > 0 && same(text[start - 1], byte) {
                start -= 1;
            } else {
                return None;
            }
        }
        let touched =
            start > 0 && is_word(text[start - 1]) || text.get(end).copied().is_some_and(is_word);
        (!touched).then_some((start, end))
    }
}

impl Term {
    /// Where a [`Form::Word`] stands if a word begins at `at`.
    #[inline(always)]
    fn is_word_at(&self, text: &[u8], at: usize) -> Option<(usize, usize)> {
        let len = usize::from(self.len);
        let end = at + len;
        let word = text.get(at..end)?;
        let (first, last) = match (text[at..].first_chunk(), text[..end].last_chunk()) {
            (Some(first), Some(last)) => {
                let kept = u64::MAX >> (64 - 8 * len.min(8) as u32);
                let last = if len > 8 {
                    u64::from_le_bytes(*last)
                } else {
                    0
                };
                (u64::from_le_bytes(*first) & kept, last)
            }
            _ => key::ends(word),
        };
        // Of a letter nothing differs but the bit of its case.
        let differs = (first ^ self.first) | (last ^ self.last);
        let touched = text.get(end).copied().is_some_and(is_word);
        (differs & !words::FOLD == 0 && !touched).then_some((at, end))
    }
}

impl Table {
    fn with_room_for(many: usize) -> Table {
        let free = Term {
            first: 0,
            last: 0,
            index: FREE,
            text: 0,
            len: 0,
            key: 0,
            hash: 0,
            form: Form::Any,
            capital: false,
        };
        Table(vec![free; (2 * many + 1).next_power_of_two()])
    }

    fn add(&mut self, hash: u64, term: Term) {
        let mask = self.0.len() - 1;
        let mut slot = hash as usize & mask;
        while self.0[slot].index != FREE {
            slot = (slot + 1) & mask;
        }
        self.0[slot] = term;
    }

    /// The terms whose key may have this hash.
    #[inline(always)]
    fn of(&self, hash: u64) -> impl Iterator<Item = &Term> {
        let mask = self.0.len() - 1;
        let from = hash as usize & mask;
        (from..)
            .map(move |slot| &self.0[slot & mask])
            .take_while(|term| term.index != FREE)
            .filter(move |term| term.hash == tag(hash))
    }
}

/// What a term keeps of the hash of its key.
#[inline(always)]
fn tag(hash: u64) -> u16 {
    (hash >> 32) as u16
}

/// The word that follows the one at `at`.
fn next_word(text: &[u8], at: usize) -> Option<Range<usize>> {
    let end_of = |from: usize, word: bool| {
        let ended = text[from..].iter().position(|&byte| is_word(byte) != word);
        ended.map_or(text.len(), |many| from + many)
    };
    let start = end_of(end_of(at, true), false);
    (start < text.len()).then(|| start..end_of(start, true))
}
