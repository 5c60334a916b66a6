//! Step 8: the terms, found by their rarest word.
//!
//! Each term has one of its words as *key*: the rarest, so that few words of a text are keys. [`super::words`] finds
//! words that may be keys; here the key's terms are compared with the text around it, which decides. A term of
//! punctuation and words (`d.o.b.`) is no different: its words are its runs of letters, digits and bytes from 0x80 on.

use std::collections::HashMap;
use std::ops::Range;

use super::classes::{ByteSet, Classes};
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

/// The terms that share a key.
#[derive(Clone, Copy, Debug, Default)]
struct Sharing {
    /// The hash of the key.
    hash: u64,
    /// Where in [`Terms::by_key`] they begin and end; none: this slot is free.
    from: u32,
    to: u32,
    /// How many of them, the first ones, are the key alone.
    single: u32,
}

/// What stands beside a key: the bytes that touch it or, if a gap does, the gap's other side. Letters count in one case.
/// Many terms share a key; this tells most of them off without a look at their text.
#[derive(Clone, Copy, Debug, Default)]
struct Beside {
    /// The last four bytes before the key, and the first four after it; where the term has fewer, what counts.
    before: u32,
    after: u32,
    before_counts: u32,
    after_counts: u32,
}

/// Letters in one case, four bytes at once; whatever else that makes alike, the comparison tells apart.
const FOLD: u32 = 0x2020_2020;

impl Beside {
    /// What a term asks for.
    fn of(before: &[u8], after: &[u8]) -> Beside {
        let four = |bytes: &mut dyn Iterator<Item = &u8>| {
            let bytes = bytes.take(4).take_while(|byte| **byte != b' ').enumerate();
            bytes.fold((0, 0), |(all, counts), (i, byte)| {
                let shift = 8 * i as u32;
                (
                    all | u32::from(byte | 0x20) << shift,
                    counts | 0xFF << shift,
                )
            })
        };
        let before = before.strip_suffix(b" ").unwrap_or(before);
        let after = after.strip_prefix(b" ").unwrap_or(after);
        let (before, before_counts) = four(&mut before.iter().rev());
        let (after, after_counts) = four(&mut after.iter());
        Beside {
            before,
            after,
            before_counts,
            after_counts,
        }
    }

    /// What a text has beside a word.
    #[inline(always)]
    fn in_text(text: &[u8], start: usize, end: usize) -> Beside {
        // Mostly one space, or none.
        if let Some(before) = text[..start].last_chunk::<6>()
            && let Some(after) = text[end..].first_chunk::<6>()
        {
            let gaps = |a: u8, b: u8| usize::from(is_gap(a)) + usize::from(is_gap(a) && is_gap(b));
            let (back, ahead) = (gaps(before[5], before[4]), gaps(after[0], after[1]));
            if back < 2 && ahead < 2 {
                let four = |bytes: &[u8; 6], at: usize| {
                    *bytes[at..]
                        .first_chunk()
                        .expect("six bytes hold four from the second on")
                };
                return Beside {
                    before: u32::from_be_bytes(four(before, 2 - back)) | FOLD,
                    after: u32::from_le_bytes(four(after, ahead)) | FOLD,
                    ..Beside::default()
                };
            }
        }
        Beside::in_text_with_gaps(text, start, end)
    }

    fn in_text_with_gaps(text: &[u8], start: usize, end: usize) -> Beside {
        let gap = |bytes: &mut dyn Iterator<Item = &u8>| {
            bytes
                .take(MAX_GAP)
                .take_while(|byte| is_gap(**byte))
                .count()
        };
        let end = end + gap(&mut text[end..].iter());
        let start = start - gap(&mut text[..start].iter().rev());
        let after = text[end..].first_chunk().copied().unwrap_or_else(|| {
            let rest = &text[end..];
            std::array::from_fn(|i| rest.get(i).copied().unwrap_or(0))
        });
        let before = text[..start].last_chunk().copied().unwrap_or_else(|| {
            let room = 4 - start.min(4);
            std::array::from_fn(|i| i.checked_sub(room).map_or(0, |i| text[i]))
        });
        Beside {
            before: u32::from_be_bytes(before) | FOLD,
            after: u32::from_le_bytes(after) | FOLD,
            ..Beside::default()
        }
    }

    /// Whether a term that asks for this may stand in a text that has `text`.
    #[inline(always)]
    fn may_be(&self, text: &Beside) -> bool {
        (self.before ^ text.before) & self.before_counts == 0
            && (self.after ^ text.after) & self.after_counts == 0
    }
}

/// All terms, by their keys.
#[derive(Debug)]
pub(super) struct Terms {
    pub filter: Filter,
    texts: Vec<u8>,
    terms: Vec<Term>,
    /// Open addressing by the hash of a key.
    slots: Vec<Sharing>,
    by_key: Vec<(Beside, u32)>,
    /// How far before its key a term may begin.
    pub back: usize,
}

/// The sets of bytes that must be classes when there are terms.
pub(super) const CLASSES: [ByteSet; 3] = [ByteSet::TERM, ByteSet::TERM_LETTER, ByteSet::UPPER];

impl Terms {
    /// Compiles the lists; None when they are empty. `classes` must have all of [`CLASSES`].
    pub fn new(specs: &[TermSpec], classes: &Classes) -> Result<Option<Terms>, EngineError> {
        if specs.is_empty() {
            return Ok(None);
        }
        let mut canonical = Vec::with_capacity(specs.len());
        for (index, spec) in specs.iter().enumerate() {
            canonical.push(canonical_term(index, spec)?);
        }
        let mut shared: HashMap<Vec<u8>, u32> = HashMap::new();
        for text in &canonical {
            for word in word_ranges(text) {
                *shared.entry(text[word].to_ascii_lowercase()).or_default() += 1;
            }
        }
        let mut texts = Vec::new();
        let mut terms = Vec::with_capacity(specs.len());
        let mut keyed: Vec<(u64, Beside, u32)> = Vec::with_capacity(specs.len());
        let (mut back, mut digits, mut shorts, mut capitals) = (0, false, false, true);
        for (index, text) in canonical.iter().enumerate() {
            let exact = text.iter().any(u8::is_ascii_uppercase);
            let rarity = |word: &Range<usize>| {
                let word = &text[word.clone()];
                rarity(word, shared[&word.to_ascii_lowercase()])
            };
            let key = word_ranges(text)
                .max_by(|a, b| rarity(a).total_cmp(&rarity(b)))
                .unwrap_or(0..text.len());
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
        keyed.sort_unstable_by_key(|(hash, _, index)| (*hash, !single(*index), *index));
        let class = |set: ByteSet| classes.cover(&set).map_or(0, |(class, _)| class);
        let first = if digits {
            class(ByteSet::TERM)
        } else {
            class(ByteSet::TERM_LETTER)
        };
        let first_of_short = match (shorts, capitals) {
            (false, _) => None,
            (true, true) => Some(class(ByteSet::UPPER)),
            (true, false) => Some(first),
        };
        let (slots, by_key, keys) = table(&keyed, single);
        let bits = (keys.len() * BITS_PER_KEY).next_power_of_two().max(64);
        let shift = 64 - bits.ilog2();
        let mut passing = vec![0u64; bits / 64];
        for key in keys {
            let slot = (key >> shift) as usize;
            passing[slot / 64] |= 1 << (slot % 64);
        }
        Ok(Some(Terms {
            filter: Filter {
                term: class(ByteSet::TERM),
                first,
                first_of_short,
                table: passing,
                shift,
            },
            texts,
            terms,
            slots,
            by_key,
            back,
        }))
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
        visit: &mut V,
    ) {
        for ((&at, &len), &hash) in words.at.iter().zip(&words.len).zip(&words.hash) {
            let sharing = self.sharing(hash);
            let (at, len) = (base + at as usize, len as usize);
            // Of a word that goes on past what is known, what follows is not known.
            if len >= words::MOST {
                for (_, index) in &self.by_key[sharing.from as usize..sharing.to as usize] {
                    self.tell(text, starts, at, *index, visit);
                }
                continue;
            }
            let (from, to) = (sharing.from as usize, sharing.to as usize);
            let (singles, others) = self.by_key[from..to].split_at(sharing.single as usize);
            for (_, index) in singles {
                let term = &self.terms[*index as usize];
                let word = &text[at..at + len];
                let canonical = &self.texts[term.text.start as usize..term.text.end as usize];
                let same = match term.exact {
                    true => word == canonical,
                    false => word.eq_ignore_ascii_case(canonical),
                };
                if same && starts.contains(&at) {
                    visit.term(*index, at, at + len);
                }
            }
            if others.is_empty() {
                continue;
            }
            let beside = Beside::in_text(text, at, at + len);
            for (asked, index) in others {
                if asked.may_be(&beside) {
                    self.tell(text, starts, at, *index, visit);
                }
            }
        }
    }

    /// The terms whose key has this hash.
    #[inline(always)]
    fn sharing(&self, hash: u64) -> Sharing {
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let sharing = self.slots[slot];
            if sharing.hash == hash || sharing.from == sharing.to {
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

/// A table of at least twice as many slots as keys, the terms in the order of their keys, and the keys.
fn table(
    keyed: &[(u64, Beside, u32)],
    single: impl Fn(u32) -> bool,
) -> (Vec<Sharing>, Vec<(Beside, u32)>, Vec<u64>) {
    let by_key = keyed.iter().map(|(_, beside, term)| (*beside, *term));
    let by_key = by_key.collect();
    let keys = keyed.chunk_by(|a, b| a.0 == b.0);
    let keys: Vec<u64> = keys.map(|same| same[0].0).collect();
    let mut slots = vec![Sharing::default(); (2 * keys.len()).next_power_of_two()];
    let mut from = 0;
    for same in keyed.chunk_by(|a, b| a.0 == b.0) {
        let hash = same[0].0;
        let mut slot = hash as usize & (slots.len() - 1);
        while slots[slot].from != slots[slot].to {
            slot = (slot + 1) & (slots.len() - 1);
        }
        let to = from + same.len() as u32;
        let single = same.iter().take_while(|(.., term)| single(*term)).count() as u32;
        slots[slot] = Sharing {
            hash,
            from,
            to,
            single,
        };
        from = to;
    }
    (slots, by_key, keys)
}

/// The words of a term: its runs of word bytes.
fn word_ranges(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        at += text[at..].iter().take_while(|&&b| !is_word(b)).count();
        let start = at;
        at += text[at..].iter().take_while(|&&b| is_word(b)).count();
        (start < at).then_some(start..at)
    })
}

/// The hash that [`words`] gives this word.
fn hash(word: &[u8]) -> u64 {
    let len = word.len().min(words::MOST);
    let eight = |bytes: &[u8]| {
        let mut eight = [0; 8];
        eight[..bytes.len()].copy_from_slice(bytes);
        u64::from_le_bytes(eight)
    };
    let last = &word[len.saturating_sub(8)..len];
    words::hash(eight(&word[..len.min(8)]), eight(last), len)
}

/// How seldom a word is met, in no unit: longer words, words with seldom letters, words of few terms; not the words
/// that every text is full of.
fn rarity(word: &[u8], shared: u32) -> f32 {
    const COMMON: &str = " a an as at be by do he i if in is it me my no of on or so to up us we the and for with from that this have been are was not all any can had her him his how its \
        may new now old one our out own she two who you your into than then them they were what when will about \
        after also back before being both care case child class could day days down each even every first free full \
        general good group hand head health high home house left life like line list long made make many more most \
        much must name need next number open other over part people person place point post private problem \
        public right same service should side since some state still such support system take term test their \
        there these thing those time type under used very want water week well west which while white with without \
        woman women work working would year years young black body family heart human ";
    let lower = word.to_ascii_lowercase();
    let common = std::str::from_utf8(&lower).is_ok_and(|w| COMMON.contains(&format!(" {w} ")));
    let seldom = lower.iter().filter(|b| b"jkqvwxyz".contains(b)).count();
    let mut rarity = lower.len().min(12) as f32 + 0.7 * seldom as f32;
    rarity -= 1.5 * (shared as f32).log2();
    if word[0].is_ascii_digit() {
        rarity -= 100.0;
    }
    if lower.len() < MIN_LONG {
        rarity -= 20.0;
    }
    if common {
        rarity -= 30.0;
    }
    rarity
}
