//! Words and what each is, one byte a word, asked for every capitalised word of a text and the words beside it: keys lie
//! in the table itself, so that a look costs one line of cache.

use std::collections::HashMap;

use crate::detect::hash::Quickly;

/// Words and what each is.
pub(crate) struct WordTable {
    /// Open addressing, at most half full: a word of up to fifteen bytes in lower case, filled up with zeros, and
    /// what it is; 0 is a free place.
    slots: Vec<[u8; 16]>,
    longer: HashMap<Box<[u8]>, u8, Quickly>,
}

impl WordTable {
    /// The table of words in small letters; none may be 0.
    pub fn new(words: HashMap<Box<[u8]>, u8, Quickly>) -> WordTable {
        let size = (words.len() * 2).next_power_of_two().max(64);
        let mut table = WordTable {
            slots: vec![[0; 16]; size],
            longer: HashMap::default(),
        };
        for (word, is) in words {
            match slot(&word) {
                None => {
                    table.longer.insert(word, is);
                }
                Some(mut key) => {
                    let mut at = table.first(&key);
                    while table.slots[at][15] != 0 {
                        at = (at + 1) & (size - 1);
                    }
                    key[15] = is;
                    table.slots[at] = key;
                }
            }
        }
        table
    }

    /// What a word is, in whatever letters; 0 for one that is not there.
    pub fn get(&self, word: &[u8]) -> u8 {
        let Some(key) = slot(word) else {
            return match self.longer.is_empty() || word.len() > 40 {
                true => 0,
                false => *self.longer.get(&*word.to_ascii_lowercase()).unwrap_or(&0),
            };
        };
        let mut at = self.first(&key);
        loop {
            let known = &self.slots[at];
            if known[15] == 0 {
                return 0;
            }
            if known[..15] == key[..15] {
                return known[15];
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    fn first(&self, key: &[u8; 16]) -> usize {
        let number = u128::from_le_bytes(*key);
        let mixed = (number as u64 ^ ((number >> 64) as u64).rotate_left(29))
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 32) as usize & (self.slots.len() - 1)
    }
}

/// A word as a key; `None` when it is too long for one.
fn slot(word: &[u8]) -> Option<[u8; 16]> {
    let mut key = [0; 16];
    key[..15].get_mut(..word.len())?.copy_from_slice(word);
    key.make_ascii_lowercase();
    Some(key)
}
