//! Step 8: what stands beside a key in a text, and beside the key of a term, four bytes each.
//!
//! Many terms share a key; this tells most of them off without a look at their text. Called by [`super::terms`].

use super::plain::{MAX_GAP, is_gap};

/// The bytes that touch a key or, if a gap does, those on the gap's other side. Letters count in one case.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Beside {
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
    pub fn of(before: &[u8], after: &[u8]) -> Beside {
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
    pub fn in_text(text: &[u8], start: usize, end: usize) -> Beside {
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
}

/// How many terms are told off together.
const MANY: usize = 4;

/// What some terms of a key ask for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    before: [u32; MANY],
    after: [u32; MANY],
    before_counts: [u32; MANY],
    after_counts: [u32; MANY],
    /// The terms.
    pub terms: [u32; MANY],
}

impl Block {
    /// Puts the terms of a key into blocks.
    pub fn all(terms: &[(Beside, u32)]) -> impl Iterator<Item = Block> {
        terms.chunks(MANY).map(|terms| {
            let each = |field: fn(&Beside) -> u32, none: u32| {
                std::array::from_fn(|i| terms.get(i).map_or(none, |(beside, _)| field(beside)))
            };
            Block {
                before: each(|beside| beside.before, 0),
                after: each(|beside| beside.after, 0),
                // Where there is no term a zero is asked for, and what a text has is never that.
                before_counts: each(|beside| beside.before_counts, u32::MAX),
                after_counts: each(|beside| beside.after_counts, u32::MAX),
                terms: std::array::from_fn(|i| terms.get(i).map_or(0, |(_, term)| *term)),
            }
        })
    }

    /// Which of the terms may stand in a text that has `text`, a bit each.
    #[inline(always)]
    pub fn may_be(&self, text: &Beside) -> u32 {
        let wrong = |i: usize| {
            (self.before[i] ^ text.before) & self.before_counts[i]
                | (self.after[i] ^ text.after) & self.after_counts[i]
        };
        (0..MANY).fold(0, |all, i| all | u32::from(wrong(i) == 0) << i)
    }

    /// All its terms.
    pub fn each(&self) -> impl Iterator<Item = u32> {
        let there = |i: &usize| self.before[*i] != 0 || self.before_counts[*i] != u32::MAX;
        (0..MANY).filter(there).map(|i| self.terms[i])
    }
}
