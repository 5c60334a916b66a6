//! A quick hash for what is ours or only counted: the words of the rules when they are compiled, and estimates of how
//! many values differ. Anybody can make two texts that it takes for one, so keys that a document chooses go through the
//! standard library's instead.

use std::hash::{BuildHasherDefault, Hasher};

/// Builds [`Quick`] for maps.
pub(crate) type Quickly = BuildHasherDefault<Quick>;

/// The hash of some bytes: the same in every run.
pub(crate) fn quick(bytes: &[u8]) -> u64 {
    let mut hasher = Quick::default();
    hasher.write(bytes);
    hasher.finish()
}

/// Eight bytes at a time, multiplied to 128 bits and folded.
#[derive(Clone, Copy, Default)]
pub(crate) struct Quick(u64);

fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a ^ 0x9e37_79b9_7f4a_7c15) * u128::from(b ^ 0xd6e8_feb8_6659_fd93);
    product as u64 ^ (product >> 64) as u64
}

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        let (eights, rest) = bytes.as_chunks::<8>();
        for eight in eights {
            self.0 = fold(self.0, u64::from_le_bytes(*eight));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.0 = fold(self.0 ^ bytes.len() as u64, u64::from_le_bytes(last));
    }

    fn finish(&self) -> u64 {
        fold(self.0, 0xa076_1d64_78bd_642f)
    }
}
