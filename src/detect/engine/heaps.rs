//! Step 3, for most patterns: which of them are put together, so that few tables tell where any of them may begin.
//!
//! Each pattern begins as a heap of its own. The two whose union lets the fewest positions through that neither does
//! alone become one, again and again, until there are as many heaps as the tables have room for (agglomerative
//! clustering). What lets through how much is counted on the samples. Called by [`super::plan`].

use std::collections::HashMap;

use super::classes::ByteSet;
use super::heads::{HEAPS, Heads};
use super::plan::{Costs, WEIGHTS};
use super::sample::{ROWS, Sample};
use super::simd::Steps;

/// Counts what the first bytes of patterns find in the samples.
pub(super) struct Counter<'a> {
    samples: &'a [Sample; 2],
    costs: Costs,
    steps: Steps,
    known: [HashMap<ByteSet, Vec<u64>>; 2],
}

/// The samples do not have every word. To what they have is added what chance would find, if the bytes at the places of a
/// match had nothing to do with each other, times this, because they have.
const CHANCE: f64 = 4.0;

/// How many bits are set in each row of `a | b`, and in all rows at once. [`ROWS`] rows each.
#[inline(always)]
pub(super) fn together(a: &[u64], b: &[u64]) -> ([u32; ROWS], u32) {
    let words = a.len() / ROWS;
    let mut rows = [0; ROWS];
    let mut all = 0;
    let rows_of = |row: usize| (&a[row * words..][..words], &b[row * words..][..words]);
    let each: [_; ROWS] = std::array::from_fn(rows_of);
    for i in 0..words {
        let mut here = u64::MAX;
        for (count, (a, b)) in rows.iter_mut().zip(&each) {
            let either = a[i] | b[i];
            *count += either.count_ones();
            here &= either;
        }
        all += here.count_ones();
    }
    (rows, all)
}

/// For each sample, for each place, the positions that have an allowed byte there.
type Places = [Vec<u64>; 2];

impl Counter<'_> {
    pub fn new(samples: &[Sample; 2], costs: Costs, steps: Steps) -> Counter<'_> {
        Counter {
            samples,
            costs,
            steps,
            known: [HashMap::new(), HashMap::new()],
        }
    }

    fn places(&mut self, heads: &Heads) -> Places {
        [0, 1].map(|i| self.samples[i].places(heads, &mut self.known[i]))
    }

    /// The positions of each sample where these heads fit.
    pub fn found(&mut self, heads: &Heads) -> [Vec<u64>; 2] {
        self.places(heads).map(|places| {
            let words = places.len() / ROWS;
            let all =
                |i: usize| (0..ROWS).fold(u64::MAX, |all, place| all & places[place * words + i]);
            (0..words).map(all).collect()
        })
    }

    /// The weighted share of positions that two heaps find together.
    fn together(&self, a: &Places, b: &Places) -> f64 {
        let mut weighed = 0.0;
        for i in 0..2 {
            let words = a[i].len() / ROWS;
            let (rows, all) = self.steps.together(&a[i], &b[i]);
            let positions = 64.0 * words as f64;
            let chance = rows.iter().map(|row| f64::from(*row) / positions);
            let chance = CHANCE * chance.product::<f64>();
            let found = f64::from(all) / self.samples[i].bytes() as f64 + chance;
            weighed += found * WEIGHTS[i];
        }
        weighed
    }

    /// As many heaps as the tables have room for, at most.
    pub fn heaps(&mut self, each: impl Iterator<Item = Heads>) -> Vec<Heads> {
        let (whole, free): (Vec<_>, Vec<_>) = each.partition(|heads| heads.whole);
        let mut heaps = self.join(whole, HEAPS * self.costs.layers[0]);
        heaps.extend(self.join(free, HEAPS * self.costs.layers[1]));
        heaps
    }

    fn join(&mut self, each: Vec<Heads>, most: usize) -> Vec<Heads> {
        struct Heap {
            heads: Heads,
            places: Places,
            found: f64,
        }
        let mut heaps: Vec<Heap> = Vec::new();
        for heads in each {
            if heaps.iter().all(|heap| heap.heads != heads) {
                let places = self.places(&heads);
                let found = self.together(&places, &places);
                heaps.push(Heap {
                    heads,
                    places,
                    found,
                });
            }
        }
        // What it costs to join heap i with the earlier heap j.
        let cost = |a: &Heap, b: &Heap| self.together(&a.places, &b.places) - a.found - b.found;
        let row = |heaps: &[Heap], i: usize| -> Vec<f64> {
            (0..i).map(|j| cost(&heaps[i], &heaps[j])).collect()
        };
        let mut costs: Vec<Vec<f64>> = (0..heaps.len()).map(|i| row(&heaps, i)).collect();
        while heaps.len() > most {
            let pairs = costs.iter().enumerate();
            let pairs =
                pairs.flat_map(|(i, row)| row.iter().enumerate().map(move |(j, c)| (i, j, *c)));
            let Some((i, j, _)) = pairs.min_by(|a, b| a.2.total_cmp(&b.2)) else {
                break;
            };
            // The later one goes into the earlier one, and the last takes its place.
            let gone = heaps.swap_remove(i);
            let heap = &mut heaps[j];
            heap.heads = heap.heads.union(&gone.heads);
            for (places, more) in heap.places.iter_mut().zip(&gone.places) {
                places.iter_mut().zip(more).for_each(|(a, b)| *a |= b);
            }
            let found = self.together(&heap.places, &heap.places);
            heap.found = found;
            costs.pop();
            for changed in [i, j] {
                if changed >= heaps.len() {
                    continue;
                }
                costs[changed] = row(&heaps, changed);
                for later in changed + 1..heaps.len() {
                    costs[later][changed] = cost(&heaps[later], &heaps[changed]);
                }
            }
        }
        heaps.into_iter().map(|heap| heap.heads).collect()
    }
}
