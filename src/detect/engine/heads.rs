//! Step 3, for most patterns: what the first bytes of a match may be.
//!
//! At each place of a match a pattern allows some bytes (whatever way through its alternatives and options led there).
//! Patterns that allow much the same are put together, eight such heaps to a layer, and a table for each place says which
//! heaps allow which byte there, one bit for each: where the AND over the places is not zero, a match may begin. It is a
//! necessary condition, as cheap as one look-up for each place, 64 bytes at a time; [`super::plan`] decides for which
//! patterns it is enough. The idea is that of Teddy (Langdale, Hyperscan; Gallant, aho-corasick), with sets of bytes in
//! place of literals.

use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::bits::{Bits, HEAD, ROW};
use super::classes::ByteSet;

/// How many bytes are looked at.
pub(super) const PLACES: usize = 8;
/// Heaps whose bits share a byte.
pub(super) const HEAPS: usize = 8;

/// The bytes that a pattern allows at each place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Heads {
    pub places: [ByteSet; PLACES],
    /// The byte before must not be of a word.
    pub whole: bool,
}

impl Heads {
    pub fn new(hir: &Hir) -> Heads {
        let mut heads = Heads {
            places: [ByteSet::default(); PLACES],
            whole: false,
        };
        // From the place where a match may end on, anything may follow.
        let ends = heads.walk(hir, 1);
        for place in ends.trailing_zeros() as usize..PLACES {
            heads.places[place] = ByteSet::ALL;
        }
        heads.whole = is_whole(hir, &heads.places[0]);
        heads
    }

    /// How many bytes tell anything.
    pub fn depth(&self) -> usize {
        let told = self.places.iter().rposition(|set| *set != ByteSet::ALL);
        told.map_or(0, |last| last + 1)
    }

    pub fn union(&self, other: &Heads) -> Heads {
        Heads {
            places: std::array::from_fn(|i| self.places[i].union(&other.places[i])),
            whole: self.whole && other.whole,
        }
    }

    fn allow(&mut self, places: u32, set: ByteSet) {
        for place in (0..PLACES).filter(|place| places >> place & 1 == 1) {
            self.places[place] = self.places[place].union(&set);
        }
    }

    /// Notes the bytes of a part that begins at any of `places` (one bit each); where it may end.
    fn walk(&mut self, hir: &Hir, places: u32) -> u32 {
        const ALL: u32 = (1 << PLACES) - 1;
        if places == 0 {
            return 0;
        }
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => places,
            HirKind::Literal(literal) => literal.0.iter().fold(places, |places, &byte| {
                self.allow(places, ByteSet::byte(byte).0);
                places << 1 & ALL
            }),
            HirKind::Class(Class::Bytes(_)) => {
                if let HirKind::Class(class) = hir.kind() {
                    self.allow(places, ByteSet::class(class).0);
                }
                places << 1 & ALL
            }
            HirKind::Class(Class::Unicode(_)) => {
                // A character may be of up to four bytes.
                let mut all = places;
                for _ in 0..4 {
                    self.allow(all, ByteSet::ALL);
                    all |= all << 1 & ALL;
                }
                all & !places
            }
            HirKind::Capture(capture) => self.walk(&capture.sub, places),
            HirKind::Concat(items) => items
                .iter()
                .fold(places, |places, item| self.walk(item, places)),
            HirKind::Alternation(items) => {
                let ends = items.iter().map(|item| self.walk(item, places));
                ends.fold(0, |all, ends| all | ends)
            }
            HirKind::Repetition(repetition) => {
                let mut places = places;
                let mut ends = if repetition.min == 0 { places } else { 0 };
                for n in 1..=repetition.max.unwrap_or(u32::MAX) {
                    let next = self.walk(&repetition.sub, places);
                    if n >= repetition.min {
                        if next & !ends == 0 {
                            break;
                        }
                        ends |= next;
                    }
                    places = next;
                    if places == 0 {
                        break;
                    }
                }
                ends
            }
        }
    }
}

/// Whether no word may go on into a match whose first byte is of a set.
fn is_whole(hir: &Hir, first: &ByteSet) -> bool {
    match hir.kind() {
        HirKind::Look(Look::WordStartHalfAscii | Look::WordStartAscii) => true,
        HirKind::Look(Look::WordAscii) => ByteSet::WORD.holds(first),
        HirKind::Concat(items) => items.first().is_some_and(|item| is_whole(item, first)),
        HirKind::Capture(capture) => is_whole(&capture.sub, first),
        _ => false,
    }
}

/// The tables of up to [`HEAPS`] heaps.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    /// By place and byte the heaps that allow it; the last entry is that of all bytes from 0x7F on.
    pub by_byte: [[u8; 128]; PLACES],
    /// The same, coarser, by the low half of a byte (of bytes below 0x40, and of others), and by the high half.
    pub by_low: [[[u8; 16]; 2]; PLACES],
    pub by_high: [[u8; 16]; PLACES],
}

impl Layer {
    fn new(heaps: &[Heads]) -> Layer {
        let mut layer = Layer {
            by_byte: [[0; 128]; PLACES],
            by_low: [[[0; 16]; 2]; PLACES],
            by_high: [[0; 16]; PLACES],
        };
        for (heap, heads) in heaps.iter().enumerate() {
            let bit = 1 << heap;
            for (place, set) in heads.places.iter().enumerate() {
                for byte in (0..=255u8).filter(|byte| set.contains(*byte)) {
                    layer.by_byte[place][usize::from(byte.min(127))] |= bit;
                    layer.by_low[place][usize::from(byte >= 0x40)][usize::from(byte & 15)] |= bit;
                    layer.by_high[place][usize::from(byte >> 4)] |= bit;
                }
            }
        }
        layer
    }
}

/// The tables of all heaps of a list of patterns.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    /// Of those that begin where no word goes on.
    whole: Vec<Layer>,
    /// Of the others.
    free: Vec<Layer>,
}

impl Filter {
    pub fn new(heaps: &[Heads]) -> Filter {
        let layers = |whole: bool| {
            let heaps = heaps.iter().filter(|heads| heads.whole == whole);
            let heaps: Vec<Heads> = heaps.cloned().collect();
            heaps.chunks(HEAPS).map(Layer::new).collect()
        };
        Filter {
            whole: layers(true),
            free: layers(false),
        }
    }
}

/// Fills row `out` with the places in a chunk where a match may begin, by the row of the class of words. `text` begins a
/// word of 64 bytes before the chunk and goes on 64 bytes after it at least. `add(layer, text, out)` adds what a layer
/// finds from the start of a text on, 64 places to a word.
#[inline(always)]
pub(super) fn find(
    filter: &Filter,
    text: &[u8],
    bits: &mut Bits,
    word: u16,
    out: u16,
    words: usize,
    add: impl Fn(&Layer, &[u8], &mut [u64]),
) {
    let text = &text[64..];
    let found = bits.row_mut(out, words);
    found.fill(0);
    for layer in &filter.whole {
        add(layer, text, found);
    }
    let rows = bits.rows_mut();
    let (word, out) = (
        usize::from(word) * ROW + HEAD,
        usize::from(out) * ROW + HEAD,
    );
    for i in 0..words {
        rows[out + i] &= !(rows[word + i] << 1 | rows[word + i - 1] >> 63);
    }
    let found = &mut rows[out..out + words];
    for layer in &filter.free {
        add(layer, text, found);
    }
}

/// Adds what a layer finds. The version for any processor.
pub(super) fn plain(layer: &Layer, text: &[u8], out: &mut [u64]) {
    for (i, out) in out.iter_mut().enumerate() {
        for bit in 0..64 {
            let at = 64 * i + bit;
            let bytes = text[at..at + PLACES].iter();
            let all = bytes
                .zip(&layer.by_byte)
                .fold(u8::MAX, |all, (byte, table)| {
                    all & table[usize::from(byte.min(&127) & 127)]
                });
            *out |= u64::from(all != 0) << bit;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn fit(regex: &str, text: &[u8]) -> bool {
        let mut parser = regex_syntax::ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .build();
        let heads = Heads::new(&parser.parse(regex).unwrap());
        let mut padded = vec![0; 63];
        padded.extend_from_slice(text);
        padded.resize(192, 0);
        let mut bits = Bits::default();
        bits.reserve(2);
        // What stands before the chunk, in the row of words.
        bits.rows_mut()[HEAD - 1] = u64::from(ByteSet::WORD.contains(text[0])) << 63;
        find(&Filter::new(&[heads]), &padded, &mut bits, 0, 1, 1, plain);
        bits.row(1)[0] & 1 == 1
    }

    #[test]
    fn places_that_a_pattern_need_not_reach_allow_anything() {
        let date = r"\d{1,2}/\d{3}";
        assert!(fit(date, b"x1/234????") && fit(date, b"x12/345xxx") && fit(date, b"x1/234"));
        assert!(!fit(date, b"x1-234") && !fit(date, b"x123/45") && !fit(date, b"x1/2x"));
        let open = r"[a-z]{2,40}@";
        assert!(fit(open, b".abcdefghij") && fit(open, b".ab@    ") && !fit(open, b".a@"));
    }

    #[test]
    fn what_stands_before_counts() {
        let whole = r"\b{start-half}\d{3}";
        assert!(fit(whole, b" 123") && fit(whole, b"\xe9123") && !fit(whole, b"1234"));
        assert!(fit(r"\d{3}", b"1234"));
    }
}
