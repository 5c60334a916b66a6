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
    /// Digits.
    pub const DIGIT: ByteSet = ByteSet {
        ascii: span(b'0', b'9'),
        high: false,
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

/// The most classes that shapes may be planned with; those that none takes in the end are dropped.
pub(super) const MOST: usize = 32;

/// A class must lower the candidates of all patterns together by this share of the text, by the estimate below.
const LEAST_GAIN: f64 = 0.002;

/// What it is worth, in bits, that a class is just the set that a pattern names: shapes may be exact.
const EXACT: f64 = 0.1;

/// Bytes next to each other are alike, so a byte tells about this share of what it would by itself.
const ALIKE: f64 = 0.5;

/// How much less each byte further into a pattern counts: shapes seldom look far.
const FADE: f64 = 0.85;

/// The classes, each a set of bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Classes {
    pub sets: Vec<ByteSet>,
}

impl Classes {
    /// Chooses classes for the patterns: `required` first, then, one after another, whichever set leaves the fewest
    /// candidates, given how frequent each byte is. A pattern that k bits are known of is taken to have 2^-k candidates
    /// by byte of text, so that what narrows an open pattern counts most, and what narrows a narrow one little.
    pub fn choose(hirs: &[Hir], required: &[ByteSet], frequency: &[f64; 256]) -> Classes {
        let mut wanted: Vec<ByteSet> = Vec::new();
        // For each pattern the sets it names, and how much each counts.
        let mut named: Vec<Vec<(usize, f64)>> = Vec::new();
        for hir in hirs {
            let mut sets: Vec<(usize, f64)> = Vec::new();
            leaves(hir, 0, 1.0, &mut |set, weight| {
                let index = wanted.iter().position(|known| *known == set);
                let index = index.unwrap_or_else(|| {
                    wanted.push(set);
                    wanted.len() - 1
                });
                match sets.iter_mut().find(|(known, _)| *known == index) {
                    Some((_, sum)) => *sum += weight,
                    None => sets.push((index, weight)),
                }
            });
            for (_, weight) in &mut sets {
                // The tenth digit in a row tells little when nine were there.
                *weight = 2.0 * (1.0 - (-*weight / 2.0).exp());
            }
            named.push(sets);
        }
        let bits: Vec<f64> = wanted
            .iter()
            .map(|set| -set.share(frequency).max(1e-4).log2() * ALIKE)
            .collect();
        // What each wanted set tells through the classes so far, and what each pattern knows by that.
        let mut tells = vec![0.0f64; wanted.len()];
        let mut knows = vec![0.0f64; hirs.len()];
        let worth = |class: usize, set: usize| match class == set {
            true => bits[class] + EXACT,
            false if wanted[class].holds(&wanted[set]) => bits[class],
            false => 0.0,
        };
        let more = |class: usize, sets: &[(usize, f64)], tells: &[f64]| -> f64 {
            let each = sets.iter();
            each.map(|&(set, weight)| weight * (worth(class, set) - tells[set]).max(0.0))
                .sum()
        };
        let mut sets: Vec<ByteSet> = Vec::new();
        let take = |class: usize, tells: &mut Vec<f64>, knows: &mut Vec<f64>| {
            for (known, sets) in knows.iter_mut().zip(&named) {
                *known += more(class, sets, tells);
            }
            for (set, told) in tells.iter_mut().enumerate() {
                *told = told.max(worth(class, set));
            }
        };
        for set in required {
            if !sets.contains(set) {
                sets.push(*set);
                if let Some(class) = wanted.iter().position(|wanted| wanted == set) {
                    take(class, &mut tells, &mut knows);
                }
            }
        }
        while sets.len() < MOST {
            let gain = |class: usize| -> f64 {
                let each = knows.iter().zip(&named);
                each.map(|(known, sets)| {
                    let more = more(class, sets, &tells);
                    (-known).exp2() * (1.0 - (-more).exp2())
                })
                .sum()
            };
            let gains = (0..wanted.len()).map(|class| (gain(class), class));
            match gains.max_by(|a, b| a.0.total_cmp(&b.0)) {
                Some((gain, class)) if gain > LEAST_GAIN => {
                    sets.push(wanted[class]);
                    take(class, &mut tells, &mut knows);
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

/// Calls `each` with every set of bytes that a pattern names and how much it counts: less the more bytes stand before
/// it, and the more alternatives there are to it.
fn leaves(hir: &Hir, at: usize, share: f64, each: &mut dyn FnMut(ByteSet, f64)) {
    let weight = |at: usize| share * FADE.powi(at as i32);
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => {
            for (i, byte) in literal.0.iter().enumerate() {
                each(ByteSet::byte(*byte).0, weight(at + i));
            }
        }
        HirKind::Class(class) => each(ByteSet::class(class).0, weight(at)),
        HirKind::Repetition(repetition) => {
            let least = repetition.sub.properties().minimum_len().unwrap_or(0);
            let most = repetition.max.unwrap_or(repetition.min);
            // A long run of one set is a gate that all of it must pass.
            let share = match most - repetition.min {
                4.. => share * 3.0,
                _ => share,
            };
            for i in 0..repetition.min.clamp(1, 8) as usize {
                leaves(&repetition.sub, at + i * least, share, each);
            }
        }
        HirKind::Capture(capture) => leaves(&capture.sub, at, share, each),
        HirKind::Concat(items) => {
            let mut at = at;
            for item in items {
                leaves(item, at, share, each);
                at += item.properties().minimum_len().unwrap_or(0);
            }
        }
        HirKind::Alternation(items) => {
            let share = share / items.len() as f64;
            for item in items {
                leaves(item, at, share, each);
            }
            // What the alternatives are together, for shapes that take them so.
            if let Some(set) = union(hir) {
                each(set, weight(at));
            }
        }
    }
}

/// All bytes that a pattern may be made of; None: any, or characters of more than a byte.
pub(super) fn union(hir: &Hir) -> Option<ByteSet> {
    match hir.kind() {
        HirKind::Empty => Some(ByteSet::default()),
        HirKind::Look(_) => None,
        HirKind::Literal(literal) => {
            let bytes = literal.0.iter().map(|byte| ByteSet::byte(*byte).0);
            Some(bytes.fold(ByteSet::default(), |all, set| all.union(&set)))
        }
        HirKind::Class(class) => Some(ByteSet::class(class))
            .filter(|(.., one)| *one)
            .map(|(set, ..)| set),
        HirKind::Repetition(repetition) => union(&repetition.sub),
        HirKind::Capture(capture) => union(&capture.sub),
        HirKind::Concat(items) | HirKind::Alternation(items) => {
            items.iter().try_fold(ByteSet::default(), |all, item| {
                Some(all.union(&union(item)?))
            })
        }
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
