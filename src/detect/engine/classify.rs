//! Step 2: sorts each byte of a chunk into its classes, 64 bytes at a time into one word per class.
//!
//! Everything is looked up in tables made from the classes at load; nothing here knows what a digit is. This file makes
//! the tables and has the plain version; [`super::simd`] has those for wide registers. All give the same bitmaps.

use super::bits::ROW;
use super::classes::Classes;

/// Eight classes share a table, one bit each.
pub(super) const GROUP: usize = 8;

/// The tables.
#[derive(Clone, Debug)]
pub(super) struct Tables {
    /// How many classes there are.
    pub classes: usize,
    /// For each group of eight classes: for each byte below 0x80 the classes it is of.
    pub by_byte: Vec<[u8; 128]>,
    /// For each group: the classes that the bytes from 0x80 on are of.
    pub high: Vec<u8>,
    /// For each class: for the low four bits of a byte, which values of the high four (below 8) are of the class.
    pub by_column: Vec<[u8; 16]>,
}

impl Tables {
    pub fn new(classes: &Classes) -> Tables {
        let groups = classes.sets.chunks(GROUP);
        let mut tables = Tables {
            classes: classes.sets.len(),
            by_byte: Vec::new(),
            high: Vec::new(),
            by_column: Vec::new(),
        };
        for group in groups {
            let of = |byte: u8| {
                let bits = group.iter().enumerate();
                bits.fold(0, |all, (i, set)| all | u8::from(set.contains(byte)) << i)
            };
            tables
                .by_byte
                .push(std::array::from_fn(|byte| of(byte as u8)));
            tables.high.push(of(0x80));
        }
        for set in &classes.sets {
            tables.by_column.push(std::array::from_fn(|column| {
                let rows = (0..8).map(|row| set.contains(row << 4 | column as u8));
                rows.enumerate()
                    .fold(0, |all, (row, is)| all | u8::from(is) << row)
            }));
        }
        tables
    }

    /// Whether the bytes from 0x80 on are of the class.
    #[inline(always)]
    pub fn is_high(&self, class: usize) -> bool {
        self.high[class / GROUP] >> (class % GROUP) & 1 == 1
    }
}

/// Sorts whole words of 64 bytes into `bits`, whose rows of [`ROW`] words are the classes. The version for any
/// processor: eight bytes to eight bytes of class bits, then a transposition of 8 × 8 bits.
pub(super) fn plain(text: &[u8], tables: &Tables, bits: &mut [u64]) {
    for (i, block) in text.as_chunks::<64>().0.iter().enumerate() {
        for (group, by_byte) in tables.by_byte.iter().enumerate() {
            let mut words = [0u64; GROUP];
            for (j, bytes) in block.as_chunks::<8>().0.iter().enumerate() {
                let row = bytes.map(|byte| match by_byte.get(usize::from(byte)) {
                    Some(&classes) => classes,
                    None => tables.high[group],
                });
                let columns = transpose(u64::from_le_bytes(row)).to_le_bytes();
                for (word, column) in words.iter_mut().zip(columns) {
                    *word |= u64::from(column) << (8 * j);
                }
            }
            let classes = tables.classes - group * GROUP;
            for (class, word) in words.iter().enumerate().take(classes) {
                bits[(group * GROUP + class) * ROW + i] = *word;
            }
        }
    }
}

/// Bit j of byte i becomes bit i of byte j (Warren, Hacker's Delight, 7-3).
fn transpose(mut x: u64) -> u64 {
    for (mask, n) in [
        (0x00AA_00AA_00AA_00AA, 7),
        (0x0000_CCCC_0000_CCCC, 14),
        (0x0000_0000_F0F0_F0F0, 28),
    ] {
        let t = (x ^ (x >> n)) & mask;
        x ^= t ^ (t << n);
    }
    x
}
