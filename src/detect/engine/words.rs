//! Step 7: the words of a chunk that may be the key of a term.
//!
//! A key is a word, or two words in a row. Where words begin and end is in the bitmaps already. Each word is hashed (its
//! first eight bytes, its last eight, its length; letters in one case) and, by itself and together with the next one,
//! looked up in tables of bits that are small enough to stay near the processor; what passes goes to [`super::terms`].

use super::bits::Bits;

/// The words of a chunk.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// Those that may be keys by themselves.
    pub alone: Found,
    /// Those that may be keys together with the next word.
    pub pairs: Found,
    /// The last one, whose next may be beyond the chunk.
    pub last: Option<(u32, u64)>,
    /// All of them; what [`super::simd`] works in.
    pub starts: Vec<u32>,
    pub ends: Vec<u32>,
    pub hashes: Vec<u64>,
}

/// Words, or pairs of them, that passed.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Of each its first byte, counted from the start of the chunk; then whatever was there before.
    pub at: Vec<u32>,
    pub hash: Vec<u64>,
    /// How many they are.
    pub many: usize,
}

impl Found {
    /// None, and room for so many.
    pub fn begin(&mut self, room: usize) {
        if self.at.len() < room {
            self.at.resize(room, 0);
            self.hash.resize(room, 0);
        }
        self.many = 0;
    }

    /// Writes another; it counts if it passes. Whether it does cannot be foretold, so there is no branch on it.
    #[inline(always)]
    fn push(&mut self, at: u32, hash: u64, passes: bool) {
        (self.at[self.many], self.hash[self.many]) = (at, hash);
        self.many += usize::from(passes);
    }

    /// Each with its hash.
    pub fn each(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        let at = self.at[..self.many].iter().map(|&at| at as usize);
        at.zip(self.hash[..self.many].iter().copied())
    }
}

/// Which words can be keys.
#[derive(Debug)]
pub(super) struct Filter {
    /// The class of bytes that words are made of.
    pub class: u8,
    /// Words by themselves: two bits for each value of a hash's top bits, for words with a capital and for others.
    pub alone: Passing,
    /// Pairs of words.
    pub pairs: Passing,
}

/// A bit for each value of the top bits of a hash.
#[derive(Debug)]
pub(super) struct Passing {
    pub bits: Vec<u64>,
    /// Sixty-four less the number of bits of a place among them.
    pub shift: u32,
}

/// The bit that a small letter has and a capital has not. Bytes that are no letters have it or not; that costs a look.
pub(super) const SMALL: u32 = 5;

impl Passing {
    /// Room for so many bits, none of them set.
    pub fn with_room_for(bits: usize) -> Passing {
        let bits = bits.next_power_of_two().max(64);
        Passing {
            bits: vec![0; bits / 64],
            shift: 64 - bits.ilog2(),
        }
    }

    #[inline(always)]
    fn place(&self, hash: u64) -> usize {
        (hash >> self.shift) as usize
    }

    /// The place of a word that begins with this byte: with a capital or not is its last bit.
    #[inline(always)]
    fn place_of_word(&self, hash: u64, first: u8) -> usize {
        self.place(hash) & !1 | usize::from(first >> SMALL & 1)
    }

    #[inline(always)]
    fn has(&self, place: usize) -> bool {
        self.bits[place / 64] >> (place % 64) & 1 == 1
    }

    fn set(&mut self, place: usize) {
        self.bits[place / 64] |= 1 << (place % 64);
    }

    /// Lets words of this hash pass that begin with the same letter, small or not, as it is here.
    pub fn pass_word(&mut self, hash: u64, first: u8) {
        self.set(self.place_of_word(hash, first));
    }

    /// Lets pairs of this hash pass.
    pub fn pass_pair(&mut self, hash: u64) {
        self.set(self.place(hash));
    }
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

/// How far the hash of the first word of a pair is turned.
pub(super) const TURN: u32 = 29;

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

/// The hash of a pair of words, given theirs.
#[inline(always)]
pub(super) fn pair(first: u64, second: u64) -> u64 {
    first.rotate_left(TURN) ^ second
}

/// The words of the chunk that may be keys. The version for any processor.
#[inline(always)]
pub(super) fn find(filter: &Filter, chunk: &Chunk<'_>, out: &mut Words) {
    let words = chunk.words;
    out.alone.begin(32 * words + 1);
    out.pairs.begin(32 * words + 1);
    out.last = None;
    let bytes = &chunk.bits.with_before(filter.class.into())[..words + 2];
    for i in 0..words {
        let (before, here, after) = (bytes[i], bytes[i + 1], bytes[i + 2]);
        let mut starts = here & !(here << 1 | before >> 63);
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
            let place = filter.alone.place_of_word(hash, chunk.text[64 + at]);
            out.alone.push(at as u32, hash, filter.alone.has(place));
            if let Some((previous, first)) = out.last.replace((at as u32, hash)) {
                let hash = pair(first, hash);
                let passes = filter.pairs.has(filter.pairs.place(hash));
                out.pairs.push(previous, hash, passes);
            }
        }
    }
}

#[inline(always)]
fn load(text: &[u8], at: usize) -> u64 {
    let bytes = text[at..].first_chunk::<8>();
    u64::from_le_bytes(*bytes.expect("a chunk is followed by a word of 64 bytes"))
}
