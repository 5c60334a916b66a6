//! The bitmaps of a chunk: one row per class of bytes, then one per buffer of the program; one bit per byte of text.
//!
//! A chunk is at most [`CHUNK`] words of 64 bytes. Each row has the word of text before the chunk and some after it, so
//! that look-behind and look-ahead never see the cut. Part of the scratch memory of a thread; all rows lie side by side,
//! each at the start of a cache line.

use super::shape::MAX_REACH;

/// Words of 64 bytes in a chunk. Its rows should stay in the nearest cache.
pub(super) const CHUNK: usize = 120;

/// Words known after a chunk, at most: what shapes may look ahead, and a word more for the ends of words.
pub(super) const AFTER: usize = (MAX_REACH as usize).div_ceil(64) + 1;

/// Words of a row before the chunk, of which the last counts.
pub(super) const HEAD: usize = 8;

/// Words of a row: those before the chunk, the chunk and what is known after it, and room to read past that (such bits
/// never count).
pub(super) const ROW: usize = (HEAD + CHUNK + 2 * AFTER + 16).next_multiple_of(8);

/// The rows.
#[derive(Debug, Default)]
pub(super) struct Bits {
    words: Vec<u64>,
    /// Where the first row begins: the start of a cache line.
    first: usize,
}

impl Bits {
    /// Makes room for that many rows.
    pub fn reserve(&mut self, rows: usize) {
        let length = rows * ROW + 8;
        if self.words.len() < length {
            self.words = vec![0; length];
            self.first = self.words.as_ptr().align_offset(64).min(8);
        }
    }

    /// All rows, one after another.
    #[inline(always)]
    pub fn rows(&self) -> &[u64] {
        &self.words[self.first..]
    }

    /// All rows, one after another.
    #[inline(always)]
    pub fn rows_mut(&mut self) -> &mut [u64] {
        &mut self.words[self.first..]
    }

    /// A row from the chunk's first word on.
    #[inline(always)]
    pub fn row(&self, row: u16) -> &[u64] {
        let at = usize::from(row) * ROW;
        &self.rows()[at + HEAD..at + ROW]
    }

    /// The first words of a row of the chunk, to be filled.
    #[inline(always)]
    pub fn row_mut(&mut self, row: u16, words: usize) -> &mut [u64] {
        let at = usize::from(row) * ROW + HEAD;
        &mut self.rows_mut()[at..at + words]
    }

    /// A row from the word before the chunk on.
    #[inline(always)]
    pub fn with_before(&self, row: u16) -> &[u64] {
        let at = usize::from(row) * ROW;
        &self.rows()[at + HEAD - 1..at + ROW]
    }

    /// Says that the byte before the chunk is of the class.
    pub fn set_before(&mut self, class: u8) {
        self.rows_mut()[usize::from(class) * ROW + HEAD - 1] |= 1 << 63;
    }

    /// Empties the bits before `from` and from `to` on (counted from the word before the chunk), of the first `words`
    /// words of the first `classes` rows.
    pub fn keep(&mut self, classes: usize, words: usize, from: usize, to: usize) {
        for row in self.rows_mut().chunks_mut(ROW).take(classes) {
            for (i, word) in row[HEAD - 1..].iter_mut().take(words).enumerate() {
                let below = |bit: usize| match bit.saturating_sub(i * 64) {
                    n if n >= 64 => u64::MAX,
                    n => (1 << n) - 1,
                };
                *word &= below(to) & !below(from);
            }
        }
    }
}
