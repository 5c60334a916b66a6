//! Step 6: which patterns may match at a candidate, by its first bytes, for sixty-four patterns at once.
//!
//! One bitmap of candidates serves many patterns (all that begin with a digit, say). For each of the first bytes of a
//! match a table says which patterns allow which byte there, one bit per pattern; the AND over the bytes of the text is
//! the set of patterns that are worth an automaton. Mostly it is empty after a few bytes.

use regex_syntax::hir::{Class, Hir, HirKind};

/// How many bytes are looked at.
pub(super) const HEAD: usize = 12;

/// The bytes that a pattern allows at each of its first places, and the end of the text as the 257th.
#[derive(Clone, Debug)]
pub(super) struct Heads([[u64; 5]; HEAD]);

impl Heads {
    pub fn new(hir: &Hir) -> Heads {
        let mut heads = Heads([[0; 5]; HEAD]);
        // From the place where a match may end on, anything may follow.
        let ends = heads.walk(hir, 1);
        for place in ends.trailing_zeros() as usize..HEAD {
            heads.0[place] = [u64::MAX; 5];
        }
        heads
    }

    fn allow(&mut self, places: u32, first: u8, last: u8) {
        for place in (0..HEAD).filter(|place| places >> place & 1 == 1) {
            for byte in first..=last {
                self.0[place][usize::from(byte) / 64] |= 1 << (byte % 64);
            }
        }
    }

    /// Notes the bytes of a part that begins at any of `places` (one bit each); where it may end.
    fn walk(&mut self, hir: &Hir, places: u32) -> u32 {
        const PLACES: u32 = (1 << HEAD) - 1;
        if places == 0 {
            return 0;
        }
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => places,
            HirKind::Literal(literal) => literal.0.iter().fold(places, |places, &byte| {
                self.allow(places, byte, byte);
                places << 1 & PLACES
            }),
            HirKind::Class(Class::Bytes(class)) => {
                for range in class.ranges() {
                    self.allow(places, range.start(), range.end());
                }
                places << 1 & PLACES
            }
            HirKind::Class(Class::Unicode(_)) => {
                // A character may be of up to four bytes.
                let mut all = places;
                for _ in 0..4 {
                    self.allow(all, 0, 255);
                    all |= all << 1 & PLACES;
                }
                all & !places
            }
            HirKind::Capture(capture) => self.walk(&capture.sub, places),
            HirKind::Concat(items) => {
                let mut places = places;
                for item in items {
                    places = self.walk(item, places);
                }
                places
            }
            HirKind::Alternation(items) => {
                let ends = items.iter().map(|item| self.walk(item, places));
                ends.fold(0, |all, ends| all | ends)
            }
            HirKind::Repetition(repetition) => {
                let mut places = places;
                let mut ends = if repetition.min == 0 { places } else { 0 };
                let most = repetition.max.unwrap_or(u32::MAX);
                for n in 1..=most {
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

    fn allows(&self, place: usize, byte: Option<u8>) -> bool {
        let byte = byte.map_or(256, usize::from);
        self.0[place][byte / 64] >> (byte % 64) & 1 == 1
    }

    /// Whether a match may begin where this text does.
    pub fn fit(&self, text: &[u8]) -> bool {
        (0..HEAD).all(|place| self.allows(place, text.get(place).copied()))
    }
}

/// Up to sixty-four patterns.
#[derive(Debug)]
pub(super) struct Sift {
    /// By place, then byte (256 is the end of the text): the patterns that allow it.
    allowed: Vec<u64>,
    /// All of them.
    all: u64,
}

/// Entries of one place.
const ROW: usize = 257;

impl Sift {
    /// For these patterns, the first being bit 0.
    pub fn new(heads: &[&Heads]) -> Sift {
        let mut allowed = vec![0u64; HEAD * ROW];
        for (bit, heads) in heads.iter().enumerate() {
            for place in 0..HEAD {
                for entry in 0..ROW {
                    let byte = u8::try_from(entry).ok();
                    allowed[place * ROW + entry] |= u64::from(heads.allows(place, byte)) << bit;
                }
            }
        }
        let all = u64::MAX >> (64 - heads.len().clamp(1, 64));
        Sift { allowed, all }
    }

    /// The patterns of `wanted` that may match at `start`.
    #[inline(always)]
    pub fn pass(&self, text: &[u8], start: usize, wanted: u64) -> u64 {
        let mut left = wanted & self.all;
        if let Some(head) = text[start..].first_chunk::<HEAD>() {
            for (third, bytes) in head.chunks_exact(HEAD / 3).enumerate() {
                for (n, &byte) in bytes.iter().enumerate() {
                    left &= self.allowed[(third * HEAD / 3 + n) * ROW + usize::from(byte)];
                }
                if left == 0 {
                    return 0;
                }
            }
            return left;
        }
        for place in 0..HEAD {
            let entry = text.get(start + place).map_or(256, |&byte| byte.into());
            left &= self.allowed[place * ROW + entry];
        }
        left
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn heads(regex: &str) -> Heads {
        let mut parser = regex_syntax::ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .build();
        Heads::new(&parser.parse(regex).unwrap())
    }

    #[test]
    fn places_that_a_pattern_need_not_reach_allow_anything() {
        let date = heads(r"\d{1,2}/\d{4}");
        assert!(
            date.fit(b"1/2345?????????") && date.fit(b"12/3456xxxxxxxx") && date.fit(b"1/2345")
        );
        assert!(!date.fit(b"1-2345") && !date.fit(b"123/456") && !date.fit(b"1/23"));
        let open = heads(r"[a-z]{2,40}@");
        assert!(open.fit(b"abcdefghijklmnop") && open.fit(b"ab@            ") && !open.fit(b"a@"));
    }

    #[test]
    fn sixty_four_at_once() {
        let all = [heads(r"\d{4}"), heads("[a-z]{3}"), heads(r"\d\d-\d\d")];
        let sift = Sift::new(&all.iter().collect::<Vec<_>>());
        assert_eq!(sift.pass(b"1234", 0, u64::MAX), 1);
        assert_eq!(sift.pass(b"xx12-34 something", 2, u64::MAX), 4);
        assert_eq!(sift.pass(b"abc", 0, u64::MAX), 2);
        assert_eq!(sift.pass(b"abc", 0, 5), 0);
    }
}
