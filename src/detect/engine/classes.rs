//! Step 1, at load: which classes of bytes the text is sorted into.
//!
//! Patterns name many sets of bytes; a bitmap for each would cost more than it tells. The sets that tell the most are
//! kept as classes, and a set that is not kept stands in the shapes as the smallest class that holds it: still a
//! necessary condition, and the pattern itself decides later. Called by [`super::Engine::new`].

use regex_syntax::hir::{Class, Hir, HirKind};

/// A set of bytes that tells ASCII apart but treats all bytes from 0x80 on alike.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(super) struct ByteSet {
    /// Bit n is set when byte n is in the set.
    pub ascii: u128,
    /// Whether the bytes from 0x80 on are.
    pub high: bool,
}

impl ByteSet {
    /// What `\w` and `\b` call a word.
    pub const WORD: ByteSet = ByteSet {
        ascii: span(b'0', b'9') | span(b'A', b'Z') | span(b'a', b'z') | span(b'_', b'_'),
        high: false,
    };
    /// What the words of terms are made of.
    pub const TERM: ByteSet = ByteSet {
        ascii: span(b'0', b'9') | span(b'A', b'Z') | span(b'a', b'z'),
        high: true,
    };
    /// What a word of a term begins with, unless it is a digit.
    pub const TERM_LETTER: ByteSet = ByteSet {
        ascii: span(b'A', b'Z') | span(b'a', b'z'),
        high: true,
    };
    /// Capital letters.
    pub const UPPER: ByteSet = ByteSet {
        ascii: span(b'A', b'Z'),
        high: false,
    };
    /// The line end, for `(?m)^`.
    pub const LINE_END: ByteSet = ByteSet {
        ascii: span(b'\n', b'\n'),
        high: false,
    };

    /// The set of one byte, or of all from 0x80 on; whether that is exact.
    pub fn byte(byte: u8) -> (ByteSet, bool) {
        if byte < 0x80 {
            let ascii = span(byte, byte);
            (ByteSet { ascii, high: false }, true)
        } else {
            let ascii = 0;
            (ByteSet { ascii, high: true }, false)
        }
    }

    /// The smallest set that holds the class; whether that is exact, and whether a character of it is one byte.
    pub fn class(class: &Class) -> (ByteSet, bool, bool) {
        let mut set = ByteSet::default();
        let mut high = 0u32;
        match class {
            Class::Bytes(class) => {
                for range in class.ranges() {
                    if range.start() < 0x80 {
                        set.ascii |= span(range.start(), range.end().min(0x7f));
                    }
                    if range.end() >= 0x80 {
                        high += u32::from(range.end() - range.start().max(0x80)) + 1;
                    }
                }
                set.high = high > 0;
                (set, high == 0 || high == 128, true)
            }
            Class::Unicode(class) => {
                for range in class.ranges() {
                    let (start, end) = (u32::from(range.start()), u32::from(range.end()));
                    if start < 0x80 {
                        set.ascii |= span(start as u8, end.min(0x7f) as u8);
                    }
                    set.high |= end >= 0x80;
                }
                (set, !set.high, !set.high)
            }
        }
    }

    pub fn contains(&self, byte: u8) -> bool {
        if byte < 0x80 {
            self.ascii >> byte & 1 == 1
        } else {
            self.high
        }
    }

    pub fn holds(&self, other: &ByteSet) -> bool {
        other.ascii & !self.ascii == 0 && (self.high || !other.high)
    }

    pub fn union(&self, other: &ByteSet) -> ByteSet {
        ByteSet {
            ascii: self.ascii | other.ascii,
            high: self.high || other.high,
        }
    }

    /// How much of a text with these byte frequencies is in the set.
    fn share(&self, frequency: &[f64; 256]) -> f64 {
        (0..=255u8)
            .filter(|&byte| self.contains(byte))
            .map(|byte| frequency[usize::from(byte)])
            .sum()
    }
}

const fn span(first: u8, last: u8) -> u128 {
    (u128::MAX >> (127 - last)) & (u128::MAX << first)
}

/// The most classes a text is sorted into.
pub(super) const MOST: usize = 24;

/// A class that narrows nothing by this much (in bits, over all patterns) is not worth its bitmap.
const LEAST_GAIN: f64 = 0.4;

/// The classes, each a set of bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Classes {
    pub sets: Vec<ByteSet>,
}

impl Classes {
    /// Chooses classes for the patterns: `required` first, then whichever set narrows the patterns most, given how
    /// frequent each byte is.
    pub fn choose(hirs: &[Hir], required: &[ByteSet], frequency: &[f64; 256]) -> Classes {
        let mut wanted: Vec<(ByteSet, f64)> = Vec::new();
        for hir in hirs {
            leaves(hir, 0, &mut |set, at| {
                let weight = 1.0 / (1.0 + at as f64 / 6.0);
                match wanted.iter_mut().find(|(known, _)| *known == set) {
                    Some((_, sum)) => *sum += weight,
                    None => wanted.push((set, weight)),
                }
            });
        }
        let bits = |set: &ByteSet| -set.share(frequency).max(1e-4).log2();
        let mut sets: Vec<ByteSet> = Vec::new();
        for set in required {
            if !sets.contains(set) {
                sets.push(*set);
            }
        }
        // What each wanted set says already, through the smallest class that holds it.
        let mut said = vec![0.0f64; wanted.len()];
        let tell = |class: &ByteSet, said: &mut Vec<f64>| {
            for ((set, _), said) in wanted.iter().zip(said.iter_mut()) {
                if class.holds(set) {
                    *said = said.max(bits(class));
                }
            }
        };
        for class in &sets {
            tell(class, &mut said);
        }
        while sets.len() < MOST {
            let gain = |class: &ByteSet| -> f64 {
                let worth = bits(class);
                let each = wanted.iter().zip(&said);
                each.filter(|((set, _), _)| class.holds(set))
                    .map(|((_, weight), said)| weight * (worth - said).max(0.0))
                    .sum()
            };
            let best = wanted
                .iter()
                .map(|(set, _)| (gain(set), set))
                .max_by(|a, b| a.0.total_cmp(&b.0));
            match best {
                Some((gain, set)) if gain > LEAST_GAIN => {
                    sets.push(*set);
                    tell(set, &mut said);
                }
                _ => break,
            }
        }
        Classes { sets }
    }

    /// The smallest class that holds the set, and whether it is the set itself. None: only "any byte" holds it.
    pub fn cover(&self, set: &ByteSet) -> Option<(u8, bool)> {
        let holding = self.sets.iter().enumerate().filter(|(_, c)| c.holds(set));
        let best = holding.min_by_key(|(_, c)| c.ascii.count_ones() + 128 * u32::from(c.high))?;
        Some((best.0 as u8, best.1 == set))
    }
}

/// Calls `each` with every set of bytes that a pattern names, and the least bytes that stand before it.
fn leaves(hir: &Hir, at: usize, each: &mut dyn FnMut(ByteSet, usize)) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => {
            for (i, byte) in literal.0.iter().enumerate() {
                each(ByteSet::byte(*byte).0, at + i);
            }
        }
        HirKind::Class(class) => each(ByteSet::class(class).0, at),
        HirKind::Repetition(repetition) => leaves(&repetition.sub, at, each),
        HirKind::Capture(capture) => leaves(&capture.sub, at, each),
        HirKind::Concat(items) => {
            let mut at = at;
            for item in items {
                leaves(item, at, each);
                at += item.properties().minimum_len().unwrap_or(0);
            }
        }
        HirKind::Alternation(items) => items.iter().for_each(|item| leaves(item, at, each)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_set_that_is_no_class_is_covered_by_the_smallest_that_holds_it() {
        let parse = |p| {
            regex_syntax::ParserBuilder::new()
                .unicode(false)
                .utf8(false)
                .build()
                .parse(p)
                .unwrap()
        };
        let mut frequency = [0.0; 256];
        frequency[32..127].fill(1.0 / 95.0);
        let hirs = [parse(r"[0-9]{3}[a-f]"), parse(r"\w[0-9]")];
        let classes = Classes::choose(&hirs, &[ByteSet::WORD], &frequency);
        let (digit, exact) = classes.cover(&ByteSet::class_of(b'0', b'9')).unwrap();
        assert!(exact && classes.sets[usize::from(digit)].contains(b'5'));
        let (odd, exact) = classes.cover(&ByteSet::class_of(b'1', b'3')).unwrap();
        assert_eq!((odd, exact), (digit, false));
        assert!(classes.cover(&ByteSet::class_of(b'!', b'/')).is_none());
    }

    impl ByteSet {
        fn class_of(first: u8, last: u8) -> ByteSet {
            ByteSet {
                ascii: span(first, last),
                high: false,
            }
        }
    }
}
