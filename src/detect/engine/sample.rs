//! Two small texts, and what the nodes of a graph of shapes find in them: so that [`super::plan`] counts candidates
//! instead of guessing.

use super::bits::{Bits, CHUNK, HEAD};
use super::classify::{self, Tables};
use super::shape::{Graph, Node, NodeId};

/// What sentences look like (letters, manuals, a line of source), and rows (exports, logs).
pub(super) const TEXTS: [&str; 2] = [
    include_str!("samples/prose.txt"),
    include_str!("samples/rows.txt"),
];

/// The share of each byte in the texts.
pub(super) fn frequency() -> [f64; 256] {
    let mut frequency = [0.0; 256];
    for text in TEXTS {
        for byte in text.bytes() {
            frequency[usize::from(byte)] += 0.5 / text.len() as f64;
        }
    }
    frequency
}

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

    /// The share of positions that are in the bitmap, and of those that also pass `test` (of the text from there on).
    pub fn density(
        &mut self,
        graph: &Graph,
        root: NodeId,
        test: impl Fn(&[u8]) -> bool,
    ) -> (f64, f64) {
        self.known.resize(graph.nodes.len(), None);
        self.compute(graph, root);
        let (mut all, mut passing) = (0, 0);
        for (i, &word) in self.known[root as usize].iter().flatten().enumerate() {
            let mut word = word;
            all += word.count_ones();
            while word != 0 {
                let at = 64 + 64 * i + word.trailing_zeros() as usize;
                word &= word - 1;
                passing += u32::from(test(&self.text[at..]));
            }
        }
        let bytes = self.bytes as f64;
        (f64::from(all) / bytes, f64::from(passing) / bytes)
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
