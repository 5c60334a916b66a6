//! Step 1, at load: which classes of bytes the text may be sorted into.
//!
//! Patterns name many sets of bytes; a bitmap for each would cost more than it tells. Shapes are planned with all of them
//! and with a few that most patterns can share, in which a set stands as the smallest class that holds it: still a
//! necessary condition, and the pattern itself decides later. Classes that no chosen shape asks about are dropped. Called
//! by [`super::plan`].

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
    /// Letters.
    const LETTER: ByteSet = ByteSet {
        ascii: span(b'A', b'Z') | span(b'a', b'z'),
        high: false,
    };
    /// Letters and digits.
    const ALNUM: ByteSet = ByteSet {
        ascii: span(b'0', b'9') | span(b'A', b'Z') | span(b'a', b'z'),
        high: false,
    };
    /// What separates the groups of a number.
    const SEPARATOR: ByteSet = ByteSet {
        ascii: span(b'\t', b'\r') | span(b' ', b' ') | span(b'-', b'/'),
        high: false,
    };
    /// Whatever is no letter, digit or `_`.
    pub const MARK: ByteSet = ByteSet {
        ascii: !ByteSet::WORD.ascii,
        high: true,
    };
    /// All bytes.
    pub const ALL: ByteSet = ByteSet {
        ascii: u128::MAX,
        high: true,
    };
    /// The classes that many patterns can share.
    const SHARED: [ByteSet; 7] = [
        ByteSet::DIGIT,
        ByteSet::UPPER,
        ByteSet::LETTER,
        ByteSet::ALNUM,
        ByteSet::WORD,
        ByteSet::SEPARATOR,
        ByteSet::MARK,
    ];
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
}

const fn span(first: u8, last: u8) -> u128 {
    (u128::MAX >> (127 - last)) & (u128::MAX << first)
}

/// The most classes that shapes may be planned with.
const MOST: usize = 250;

/// The classes, each a set of bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Classes {
    pub sets: Vec<ByteSet>,
}

impl Classes {
    /// All classes that shapes may be made of: `required`, a few that most patterns can share, and every set that a
    /// pattern names. The second list is the start of the first: what is left when letters and digits are told apart
    /// only as the shared classes do.
    pub fn of(hirs: &[Hir], required: &[ByteSet]) -> (Classes, Classes) {
        let mut sets: Vec<ByteSet> = Vec::new();
        let add = |set: ByteSet, sets: &mut Vec<ByteSet>| {
            if sets.len() < MOST && set != ByteSet::default() && !sets.contains(&set) {
                sets.push(set);
            }
        };
        for set in required.iter().chain(&ByteSet::SHARED) {
            add(*set, &mut sets);
        }
        let mut named = Vec::new();
        for hir in hirs {
            leaves(hir, &mut |set| add(set, &mut named));
        }
        let marks = |set: &ByteSet| set.ascii & ByteSet::WORD.ascii == 0 && !set.high;
        for set in named.iter().filter(|set| marks(set)) {
            add(*set, &mut sets);
        }
        let coarse = sets.clone();
        for set in named {
            add(set, &mut sets);
        }
        (Classes { sets }, Classes { sets: coarse })
    }

    /// The smallest class that holds the set, and whether it is the set itself. None: only "any byte" holds it.
    pub fn cover(&self, set: &ByteSet) -> Option<(u8, bool)> {
        let holding = self.sets.iter().enumerate().filter(|(_, c)| c.holds(set));
        let best = holding.min_by_key(|(_, c)| c.ascii.count_ones() + 128 * u32::from(c.high))?;
        Some((best.0 as u8, best.1 == set))
    }
}

/// Calls `each` with every set of bytes that a pattern names.
fn leaves(hir: &Hir, each: &mut dyn FnMut(ByteSet)) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => literal.0.iter().for_each(|b| each(ByteSet::byte(*b).0)),
        HirKind::Class(class) => each(ByteSet::class(class).0),
        HirKind::Repetition(repetition) => leaves(&repetition.sub, each),
        HirKind::Capture(capture) => leaves(&capture.sub, each),
        HirKind::Concat(items) => items.iter().for_each(|item| leaves(item, each)),
        HirKind::Alternation(items) => {
            items.iter().for_each(|item| leaves(item, each));
            // What the alternatives are together, for shapes that take them so.
            if let Some(set) = union(hir) {
                each(set);
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
        let hirs = [parse(r"[0-9]{3}[a-f]"), parse(r"\w[@]")];
        let (classes, coarse) = Classes::of(&hirs, &[ByteSet::WORD]);
        let (digit, exact) = classes.cover(&ByteSet::class_of(b'0', b'9')).unwrap();
        assert!(exact && classes.sets[usize::from(digit)].contains(b'5'));
        let (odd, exact) = classes.cover(&ByteSet::class_of(b'1', b'3')).unwrap();
        assert_eq!((odd, exact), (digit, false));
        let named = ByteSet::class_of(b'a', b'f');
        assert!(classes.cover(&named).unwrap().1 && !coarse.cover(&named).unwrap().1);
        assert!(coarse.cover(&ByteSet::class_of(b'@', b'@')).unwrap().1);
        assert!(classes.cover(&ByteSet::class_of(b' ', b'Z')).is_none());
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
