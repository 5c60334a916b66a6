//! How many different people a document speaks of: an estimate from the different values of kinds that people have one
//! of, in memory that does not grow with the document.

use std::collections::BTreeSet;

/// Different values are counted exactly up to this many, then estimated.
const EXACT: usize = 1024;

/// Counts different values by their hashes: the k smallest hashes tell how densely they lie (Bar-Yossef and others,
/// *Counting distinct elements in a data stream*, 2002; the relative error is about 1/√k, 3 %).
#[derive(Clone, Debug, Default)]
pub(crate) struct Distinct {
    smallest: BTreeSet<u64>,
}

impl Distinct {
    /// Counts a value.
    pub fn add(&mut self, value: &str) {
        let digest = blake3::hash(value.as_bytes());
        let hash = u64::from_le_bytes(
            digest.as_bytes()[..8]
                .try_into()
                .expect("a digest has 32 bytes"),
        );
        if self.smallest.len() < EXACT {
            self.smallest.insert(hash);
        } else if self.smallest.last().is_some_and(|&last| hash < last)
            && self.smallest.insert(hash)
        {
            self.smallest.pop_last();
        }
    }

    /// How many different ones there were.
    pub fn estimate(&self) -> u64 {
        match self.smallest.last() {
            Some(&last) if self.smallest.len() >= EXACT => {
                ((EXACT - 1) as f64 / (last as f64 / u64::MAX as f64)) as u64
            }
            _ => self.smallest.len() as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_do_not_count_and_many_are_estimated() {
        let mut few = Distinct::default();
        for n in 0..500 {
            few.add(&(n % 40).to_string());
        }
        assert_eq!(few.estimate(), 40);
        let mut many = Distinct::default();
        for n in 0..50_000 {
            many.add(&n.to_string());
        }
        assert!(
            (45_000..55_000).contains(&many.estimate()),
            "{}",
            many.estimate()
        );
    }
}
