//! What a chunk of text is sorted into: one bitmap per class, one bit per byte.
//!
//! A chunk is at most [`CHUNK`] words of 64 bytes, with one word of the text before it and some of the text after it,
//! so that look-behind and look-ahead never see the cut. Part of the scratch memory of a thread.

use super::classes::MOST;
use super::shape::MAX_REACH;

/// Words of 64 bytes in a chunk. The bitmaps of all classes of a chunk should stay in the first-level cache.
pub(super) const CHUNK: usize = 128;

/// Words known after a chunk, at most: what shapes may look ahead, and a word more for the ends of words.
pub(super) const AFTER: usize = (MAX_REACH as usize).div_ceil(64) + 1;

/// Words of one class: the one before the chunk, the chunk, those after it, and room for operations to read past their
/// ends (such bits never count).
pub(super) const STRIDE: usize = 1 + CHUNK + 2 * AFTER + 4;

/// The bitmaps of the classes. Word 0 of each is that before the chunk.
#[derive(Debug)]
pub(super) struct Bits {
    pub classes: Vec<u64>,
}

impl Default for Bits {
    fn default() -> Bits {
        Bits {
            classes: vec![0; MOST * STRIDE],
        }
    }
}

impl Bits {
    /// The bitmap of a class, from the chunk's first word on.
    #[inline(always)]
    pub fn class(&self, class: u8) -> &[u64] {
        let at = usize::from(class) * STRIDE;
        &self.classes[at + 1..at + STRIDE]
    }

    /// The same from the word before.
    #[inline(always)]
    pub fn with_before(&self, class: u8) -> &[u64] {
        let at = usize::from(class) * STRIDE;
        &self.classes[at..at + STRIDE]
    }

    /// Says that the byte before the chunk is of the class.
    pub fn set_before(&mut self, class: u8) {
        self.classes[usize::from(class) * STRIDE] |= 1 << 63;
    }

    /// Empties the bits before `from` and from `to` on (counted from the word before the chunk), of the first `words`
    /// words of the first `classes` classes.
    pub fn keep(&mut self, classes: usize, words: usize, from: usize, to: usize) {
        for class in 0..classes {
            let words = &mut self.classes[class * STRIDE..class * STRIDE + words];
            for (i, word) in words.iter_mut().enumerate() {
                let below = |bit: usize| match bit.saturating_sub(i * 64) {
                    n if n >= 64 => u64::MAX,
                    n => (1 << n) - 1,
                };
                *word &= below(to) & !below(from);
            }
        }
    }
}
