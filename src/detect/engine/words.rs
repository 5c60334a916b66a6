//! Step 7: the words of a chunk that may be the key of a term.
//!
//! Where words begin, and how long they are, is in the bitmaps already. Each is hashed (its first eight bytes, its
//! last eight, its length; letters in one case) and looked up in a table of bits that is small enough to stay near the
//! processor; what passes, one word in four where the lists are long, goes to [`super::terms`].

use super::bits::Bits;
use super::terms::MIN_LONG;

/// The words of a chunk that may be keys.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// Of each its first byte, counted from the start of the chunk.
    pub at: Vec<u32>,
    /// Its bytes, as far as is looked: [`MOST`] at most.
    pub len: Vec<u32>,
    pub hash: Vec<u64>,
    /// Where all words of the chunk begin and end; what [`super::simd`] works in.
    pub starts: Vec<u32>,
    pub ends: Vec<u32>,
}

impl Words {
    /// Makes room for so many.
    pub fn reserve(&mut self, many: usize) {
        self.at.resize(many, 0);
        self.len.resize(many, 0);
        self.hash.resize(many, 0);
    }

    /// Keeps the first of them.
    pub fn keep(&mut self, many: usize) {
        self.at.truncate(many);
        self.len.truncate(many);
        self.hash.truncate(many);
    }
}

/// Which words can be keys, and of those which hashes.
#[derive(Debug)]
pub(super) struct Filter {
    /// The class of bytes that words are made of.
    pub term: u8,
    /// The class of bytes that keys begin with.
    pub first: u8,
    /// The class of bytes that keys of less than [`MIN_LONG`] bytes begin with.
    pub first_of_short: Option<u8>,
    /// A bit for each value of the top bits of a hash.
    pub table: Vec<u64>,
    /// Sixty-four less the number of those top bits.
    pub shift: u32,
}

/// A chunk as the look-up sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunk<'a> {
    /// The text of the word (64 bytes) before the chunk, the chunk, and at least one word after it.
    pub text: &'a [u8],
    pub bits: &'a Bits,
    /// Words in the chunk.
    pub words: usize,
}

/// The longest that a hash looks at; longer words are told apart by their text alone.
pub(super) const MOST: usize = 64;

/// Letters in one case, eight bytes at once; whatever else that makes alike, the comparison tells apart.
pub(super) const FOLD: u64 = 0x2020_2020_2020_2020;

/// The golden ratio (Knuth, TAOCP 6.4: multiplicative hashing).
pub(super) const ODD: u64 = 0x9E37_79B9_7F4A_7C15;

/// The hash of a word, given its first and last eight bytes; letters in any case.
#[inline(always)]
pub(super) fn hash(first: u64, last: u64, len: usize) -> u64 {
    let kept = u64::MAX >> (64 - 8 * len.min(8) as u32);
    let first = (first | FOLD) & kept;
    let last = if len > 8 { last | FOLD } else { 0 };
    let mixed = first ^ last.rotate_left(31) ^ len as u64;
    let product = mixed.wrapping_mul(ODD);
    product ^ (product >> 29)
}

/// The words of the chunk that may be keys. The version for any processor.
#[inline(always)]
pub(super) fn find(filter: &Filter, chunk: &Chunk<'_>, out: &mut Words) {
    let words = chunk.words;
    // Whether a word passes cannot be foretold, so each is written, and the next one over it if it did not pass.
    out.reserve(64 * words + 1);
    let mut passed = 0;
    let bytes = &chunk.bits.with_before(filter.term.into())[..words + 2];
    let firsts = &chunk.bits.row(filter.first.into())[..words];
    let shorts = filter
        .first_of_short
        .map(|class| &chunk.bits.row(class.into())[..words]);
    for i in 0..words {
        let (before, here, after) = (bytes[i], bytes[i + 1], bytes[i + 2]);
        let starts = here & !(here << 1 | before >> 63) & firsts[i];
        if starts == 0 {
            continue;
        }
        let mut long = here;
        for n in 1..MIN_LONG as u32 {
            long &= here >> n | after << (64 - n);
        }
        let short = shorts.map_or(0, |shorts| shorts[i]);
        let mut starts = starts & (long | short);
        while starts != 0 {
            let bit = starts.trailing_zeros();
            starts &= starts - 1;
            let ahead = here >> bit | (after << 1) << (63 - bit);
            let len = ahead.trailing_ones() as usize;
            let at = 64 * i + bit as usize;
            let hash = hash(
                load(chunk.text, 64 + at),
                load(chunk.text, 56 + at + len),
                len,
            );
            let slot = (hash >> filter.shift) as usize;
            out.at[passed] = at as u32;
            out.len[passed] = len as u32;
            out.hash[passed] = hash;
            passed += (filter.table[slot / 64] >> (slot % 64) & 1) as usize;
        }
    }
    out.keep(passed);
}

#[inline(always)]
fn load(text: &[u8], at: usize) -> u64 {
    let bytes = text[at..].first_chunk::<8>();
    u64::from_le_bytes(*bytes.expect("a chunk is followed by a word of 64 bytes"))
}
