//! Two small texts, and what shapes and first bytes find in them: so that [`super::plan`] counts candidates instead of
//! guessing.

use std::collections::HashMap;

use super::bits::{Bits, CHUNK, HEAD};
use super::classes::ByteSet;
use super::classify::{self, Tables};
use super::heads::{Heads, PLACES};
use super::shape::{Graph, Node, NodeId};

/// Bitmaps that tell where the first bytes of a pattern fit.
pub(super) const ROWS: usize = PLACES + 1;

/// What sentences look like (letters, manuals, a line of source), and rows (exports, logs).
pub(super) const TEXTS: [&str; 2] = [
    include_str!("samples/prose.txt"),
    include_str!("samples/rows.txt"),
];

/// A text in bitmaps, and the nodes computed over it so far.
pub(super) struct Sample {
    /// Spaces, the text, spaces.
    text: Vec<u8>,
    bits: Bits,
    words: usize,
    bytes: usize,
    known: Vec<Option<Vec<u64>>>,
}

impl Sample {
    pub fn new(text: &str, tables: &Tables) -> Sample {
        let text = &text.as_bytes()[..text.len().min(CHUNK * 64 - 64)];
        let mut padded = vec![b' '; 64];
        padded.extend_from_slice(text);
        padded.resize(padded.len().next_multiple_of(64) + 64, b' ');
        let mut bits = Bits::default();
        bits.reserve(tables.classes);
        classify::plain(&padded, tables, &mut bits.rows_mut()[HEAD - 1..]);
        Sample {
            words: padded.len() / 64 - 1,
            text: padded,
            bits,
            bytes: text.len(),
            known: Vec::new(),
        }
    }

    /// The bitmap of a shape, from the start of the text.
    pub fn found(&mut self, graph: &Graph, root: NodeId) -> Vec<u64> {
        self.known.resize(graph.nodes.len(), None);
        self.compute(graph, root);
        self.known[root as usize].clone().unwrap_or_default()
    }

    /// The share of positions that are in a bitmap.
    pub fn share(&self, found: &[u64]) -> f64 {
        let count: u32 = found.iter().map(|word| word.count_ones()).sum();
        f64::from(count) / self.bytes as f64
    }

    /// How many positions there are: those of the text, and a few after it.
    pub fn positions(&self) -> usize {
        64 * self.words
    }

    /// Bytes of the text.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// For each place of a match, and first for the one before it, the bitmap of the positions that have a byte of the
    /// set there.
    pub fn places(&self, heads: &Heads, known: &mut HashMap<ByteSet, Vec<u64>>) -> Vec<u64> {
        let mut places = Vec::with_capacity(ROWS * self.words);
        let before = if heads.whole {
            ByteSet::MARK
        } else {
            ByteSet::ALL
        };
        for (place, set) in [before].iter().chain(&heads.places).enumerate() {
            let bits = known.entry(*set).or_insert_with(|| self.bytes_of(set));
            // The text begins 64 bytes into the bitmap, and the first place is the byte before.
            let from = place + 63;
            let (skip, n) = (from >> 6, (from & 63) as u32);
            let word = |i: usize| bits.get(i).copied().unwrap_or(0);
            places.extend(
                (skip..self.words + skip).map(|i| word(i) >> n | (word(i + 1) << 1) << (63 - n)),
            );
        }
        places
    }

    fn bytes_of(&self, set: &ByteSet) -> Vec<u64> {
        let words = self.text.chunks(64).map(|bytes| {
            let bits = bytes.iter().enumerate();
            bits.fold(0, |word, (bit, byte)| {
                word | u64::from(set.contains(*byte)) << bit
            })
        });
        words.collect()
    }

    fn compute(&mut self, graph: &Graph, id: NodeId) {
        if self.known[id as usize].is_some() {
            return;
        }
        let words = self.words;
        let node = graph.nodes[id as usize];
        let bitmap: Vec<u64> = match node {
            Node::All => vec![u64::MAX; words],
            Node::Class(class) => self.bits.row(class.into())[..words].to_vec(),
            Node::Before(class) | Node::Edge(class) => {
                let row = &self.bits.with_before(class.into())[..=words];
                let edge = matches!(node, Node::Edge(_));
                row.windows(2)
                    .map(|w| (w[1] << 1 | w[0] >> 63) ^ if edge { w[1] } else { 0 })
                    .collect()
            }
            Node::Not(a) => {
                self.compute(graph, a);
                self.known[a as usize]
                    .iter()
                    .flatten()
                    .map(|w| !w)
                    .collect()
            }
            Node::And(a, b, n) | Node::Or(a, b, n) => {
                self.compute(graph, a);
                self.compute(graph, b);
                let (Some(a), Some(b)) = (&self.known[a as usize], &self.known[b as usize]) else {
                    return;
                };
                let word = |i: usize| b.get(i).copied().unwrap_or(0);
                let (skip, n) = (usize::from(n / 64), u32::from(n % 64));
                let ahead = |i: usize| word(i + skip) >> n | (word(i + skip + 1) << 1) << (63 - n);
                let or = matches!(node, Node::Or(..));
                let pairs = a.iter().enumerate().map(|(i, &a)| (a, ahead(i)));
                pairs.map(|(a, b)| if or { a | b } else { a & b }).collect()
            }
        };
        self.known[id as usize] = Some(bitmap);
    }
}

/// The positions in a bitmap.
pub(super) fn positions(words: &[u64]) -> impl Iterator<Item = usize> {
    words.iter().enumerate().flat_map(|(i, &word)| {
        let mut word = word;
        std::iter::from_fn(move || {
            let at = (word != 0).then(|| 64 * i + word.trailing_zeros() as usize);
            word &= word.wrapping_sub(1);
            at
        })
    })
}
