//! Step 8: the terms, found by their rarest word.
//!
//! Each term has one of its words as *key*: the rarest, so that few words of a text are keys. [`super::words`] finds
//! words that may be keys; here the key's terms are compared with the text around it, which decides. A term of
//! punctuation and words (`d.o.b.`) is no different: its words are its runs of letters, digits and bytes from 0x80 on.

use std::ops::Range;

use super::beside::{Beside, Block};
use super::classes::{ByteSet, Classes};
use super::key::{Shared, hash};
use super::plain::{MAX_GAP, canonical_term, is_gap, is_word};
use super::words::{self, Filter, Words};
use super::{EngineError, TermSpec, Visit};

/// Shorter keys than this are common words or acronyms, and looked up only where a term needs it.
pub(super) const MIN_LONG: usize = 4;

/// Bits of the filter for each key: about one word in this many passes that is none.
const BITS_PER_KEY: usize = 64;

#[derive(Debug)]
struct Term {
    /// Its canonical text in `texts`.
    text: Range<u32>,
    /// Where in it the key is.
    key: u32,
    /// Only as written.
    exact: bool,
    /// It is its key, and nothing besides.
    single: bool,
}

/// The terms that share a key. There are none: this slot is free.
#[derive(Clone, Copy, Debug, Default)]
struct Sharing {
    /// The hash of the key.
    hash: u64,
    /// Which of [`Terms::singles`] are the key alone: the first, and how many.
    singles: (u32, u32),
    /// In which of [`Terms::blocks`] the others are.
    blocks: (u32, u32),
}

/// A word that is a key, and which terms are to be tried.
#[derive(Clone, Copy, Debug, Default)]
struct Try {
    /// From the start of the chunk on.
    at: u32,
    len: u32,
    these: (u32, u32),
}

/// The memory of look-ups.
#[derive(Debug, Default)]
pub(super) struct Tries {
    singles: Vec<Try>,
    blocks: Vec<Try>,
}

/// All terms, by their keys.
#[derive(Debug)]
pub(super) struct Terms {
    pub filter: Filter,
    texts: Vec<u8>,
    terms: Vec<Term>,
    /// Open addressing by the hash of a key.
    slots: Vec<Sharing>,
    singles: Vec<u32>,
    blocks: Vec<Block>,
    /// How far before its key a term may begin.
    pub back: usize,
    /// Whether a key begins with a digit.
    digits: bool,
    /// Whether a key is of less than [`MIN_LONG`] bytes, and whether all such keys begin with a capital.
    shorts: bool,
    capitals: bool,
}

/// The sets of bytes that must be classes when there are terms.
pub(super) const CLASSES: [ByteSet; 3] = [ByteSet::TERM, ByteSet::TERM_LETTER, ByteSet::UPPER];

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
        let mut texts = Vec::new();
        let mut terms = Vec::with_capacity(specs.len());
        let mut keyed: Vec<(u64, Beside, u32)> = Vec::with_capacity(specs.len());
        let (mut back, mut digits, mut shorts, mut capitals) = (0, false, false, true);
        for (index, text) in canonical.iter().enumerate() {
            let exact = text.iter().any(u8::is_ascii_uppercase);
            let key = shared.key(text);
            let word = &text[key.clone()];
            digits |= word[0].is_ascii_digit();
            if word.len() < MIN_LONG {
                shorts = true;
                capitals &= exact && word[0].is_ascii_uppercase();
            }
            let gaps = text[..key.start].iter().filter(|&&b| b == b' ').count();
            back = back.max(key.start + gaps * (MAX_GAP - 1));
            let beside = Beside::of(&text[..key.start], &text[key.end..]);
            keyed.push((hash(word), beside, index as u32));
            let start = texts.len() as u32;
            texts.extend_from_slice(text);
            terms.push(Term {
                text: start..texts.len() as u32,
                key: key.start as u32,
                exact,
                single: key == (0..text.len()),
            });
        }
        let single = |index: u32| terms[index as usize].single;
        keyed.sort_unstable_by_key(|(hash, _, index)| (*hash, *index));
        let table = Table::new(&keyed, single);
        let bits = (table.keys.len() * BITS_PER_KEY)
            .next_power_of_two()
            .max(64);
        let shift = 64 - bits.ilog2();
        let mut passing = vec![0u64; bits / 64];
        for key in table.keys {
            let slot = (key >> shift) as usize;
            passing[slot / 64] |= 1 << (slot % 64);
        }
        Ok(Some(Terms {
            filter: Filter {
                term: 0,
                first: 0,
                first_of_short: None,
                table: passing,
                shift,
            },
            digits,
            shorts,
            capitals,
            texts,
            terms,
            slots: table.slots,
            singles: table.singles,
            blocks: table.blocks,
            back,
        }))
    }

    /// Says where the classes are, which must be all of [`CLASSES`].
    pub fn place(&mut self, classes: &Classes) {
        let class = |set: ByteSet| classes.cover(&set).map_or(0, |(class, _)| class);
        self.filter.term = class(ByteSet::TERM);
        self.filter.first = match self.digits {
            true => self.filter.term,
            false => class(ByteSet::TERM_LETTER),
        };
        self.filter.first_of_short = match (self.shorts, self.capitals) {
            (false, _) => None,
            (true, true) => Some(class(ByteSet::UPPER)),
            (true, false) => Some(self.filter.first),
        };
    }

    /// The most bytes of text that a term may take.
    pub fn max_length(&self) -> usize {
        let texts = self.terms.iter().map(|term| &term.text);
        let length = |text: &Range<u32>| {
            let text = &self.texts[text.start as usize..text.end as usize];
            text.len() + text.iter().filter(|&&b| b == b' ').count() * (MAX_GAP - 1)
        };
        texts.map(length).max().unwrap_or(0)
    }

    /// Tells of every term of `starts` that has one of these words as its key. They are of the chunk that begins at `base`.
    pub fn look_up<V: Visit + ?Sized>(
        &self,
        text: &[u8],
        starts: &Range<usize>,
        base: usize,
        words: &Words,
        tries: &mut Tries,
        visit: &mut V,
    ) {
        let (singles, blocks) = self.sort(text, starts, base, words, tries, visit);
        for word in &tries.singles[..singles] {
            for index in slice(&self.singles, word.these) {
                let term = &self.terms[*index as usize];
                let canonical = &self.texts[term.text.start as usize..term.text.end as usize];
                let at = base + word.at as usize;
                let end = at + word.len as usize;
                let here = &text[at..end];
                let same = match term.exact {
                    true => here == canonical,
                    false => here.eq_ignore_ascii_case(canonical),
                };
                if same && starts.contains(&at) {
                    visit.term(*index, at, end);
                }
            }
        }
        for word in &tries.blocks[..blocks] {
            let at = base + word.at as usize;
            let beside = Beside::in_text(text, at, at + word.len as usize);
            for block in slice(&self.blocks, word.these) {
                let mut may_be = block.may_be(&beside);
                while may_be != 0 {
                    let index = block.terms[may_be.trailing_zeros() as usize];
                    may_be &= may_be - 1;
                    self.tell(text, starts, at, index, visit);
                }
            }
        }
    }

    /// Which words are to be tried how; how many are in each list. What a word is cannot be foretold, so each is written to both lists, and the next
    /// one over it where it does not belong.
    fn sort<V: Visit + ?Sized>(
        &self,
        text: &[u8],
        starts: &Range<usize>,
        base: usize,
        words: &Words,
        tries: &mut Tries,
        visit: &mut V,
    ) -> (usize, usize) {
        let Tries { singles, blocks } = tries;
        if singles.len() <= words.at.len() {
            singles.resize(words.at.len() + 1, Try::default());
            blocks.resize(words.at.len() + 1, Try::default());
        }
        let mut count = (0, 0);
        for ((&at, &len), &hash) in words.at.iter().zip(&words.len).zip(&words.hash) {
            let sharing = self.sharing(hash);
            let word = |these: (u32, u32)| Try { at, len, these };
            singles[count.0] = word(sharing.singles);
            blocks[count.1] = word(sharing.blocks);
            if len as usize >= words::MOST {
                // Such a word may go on past what is known, and what follows it is not known then.
                let others = slice(&self.blocks, sharing.blocks)
                    .iter()
                    .flat_map(Block::each);
                let singles = slice(&self.singles, sharing.singles).iter().copied();
                for index in singles.chain(others) {
                    self.tell(text, starts, base + at as usize, index, visit);
                }
                continue;
            }
            count.0 += usize::from(sharing.singles.1 > 0);
            count.1 += usize::from(sharing.blocks.1 > 0);
        }
        count
    }

    /// The terms whose key has this hash.
    #[inline(always)]
    fn sharing(&self, hash: u64) -> &Sharing {
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let sharing = &self.slots[slot];
            if sharing.hash == hash || sharing.is_free() {
                return sharing;
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Tells of a term if it stands in the text with its key at `key`.
    fn tell<V: Visit + ?Sized>(
        &self,
        text: &[u8],
        starts: &Range<usize>,
        key: usize,
        index: u32,
        visit: &mut V,
    ) {
        if let Some((start, end)) = self.compare(text, key, &self.terms[index as usize])
            && starts.contains(&start)
        {
            visit.term(index, start, end);
        }
    }

    /// Where the term stands in the text if its key is at `key`.
    fn compare(&self, text: &[u8], key: usize, term: &Term) -> Option<(usize, usize)> {
        let canonical = &self.texts[term.text.start as usize..term.text.end as usize];
        let (before, from) = canonical.split_at(term.key as usize);
        let same = |a: u8, b: u8| {
            if term.exact {
                a == b
            } else {
                a.eq_ignore_ascii_case(&b)
            }
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

impl Sharing {
    fn is_free(&self) -> bool {
        self.singles.1 == 0 && self.blocks.1 == 0
    }
}

/// So many from the first on.
#[inline(always)]
fn slice<T>(all: &[T], (first, many): (u32, u32)) -> &[T] {
    &all[first as usize..][..many as usize]
}

/// The terms in the order of their keys.
#[derive(Default)]
struct Table {
    /// At least twice as many as keys.
    slots: Vec<Sharing>,
    singles: Vec<u32>,
    blocks: Vec<Block>,
    keys: Vec<u64>,
}

impl Table {
    /// Of terms that are sorted by their keys, each with what it asks for beside it.
    fn new(keyed: &[(u64, Beside, u32)], single: impl Fn(u32) -> bool) -> Table {
        let mut table = Table::default();
        let keys = || keyed.chunk_by(|a, b| a.0 == b.0);
        table.keys.extend(keys().map(|same| same[0].0));
        let slots = (2 * table.keys.len()).next_power_of_two();
        table.slots.resize(slots, Sharing::default());
        for same in keys() {
            let hash = same[0].0;
            let (singles, others): (Vec<_>, Vec<_>) = same
                .iter()
                .map(|(_, beside, term)| (*beside, *term))
                .partition(|(_, term)| single(*term));
            let blocks: Vec<Block> = Block::all(&others).collect();
            let mut slot = hash as usize & (slots - 1);
            while !table.slots[slot].is_free() {
                slot = (slot + 1) & (slots - 1);
            }
            table.slots[slot] = Sharing {
                hash,
                singles: (table.singles.len() as u32, singles.len() as u32),
                blocks: (table.blocks.len() as u32, blocks.len() as u32),
            };
            table.singles.extend(singles.iter().map(|(_, term)| *term));
            table.blocks.extend(blocks);
        }
        table
    }
}
