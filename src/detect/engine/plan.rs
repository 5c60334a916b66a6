//! Step 3 decides: how deep each pattern's shape looks.
//!
//! A deeper shape lets fewer candidates through and takes more operations on every chunk. What lets through how many is
//! not guessed: every depth is run over two small texts, one of sentences and one of rows, in the binary, and the
//! cheapest depth in estimated processor cycles is taken. A pattern for which no shape narrows anything goes to the
//! slow lane. Called by [`super::Engine::new`].

use regex_syntax::hir::{Hir, HirKind};

use super::bits::{Bits, CHUNK, HEAD};
use super::classes::{ByteSet, Classes};
use super::classify::{self, Tables};
use super::shape::{Cut, Graph, MAX_REACH, Node, NodeId, Shape, Wide};

/// What sentences look like (letters, manuals, a line of source), and rows (exports, logs).
const SAMPLES: [(&str, f64); 2] = [
    (include_str!("samples/prose.txt"), 0.7),
    (include_str!("samples/rows.txt"), 0.3),
];

/// Cycles for one operation, by byte of text.
const OPERATION: f64 = 0.014;
/// Cycles to verify a candidate: by the automaton, or when the shape says all.
const CANDIDATE: f64 = 40.0;
const EXACT_CANDIDATE: f64 = 4.0;
/// A shape that lets through more of the positions of a sample than this is none.
const MOST_CANDIDATES: f64 = 0.3;

/// The share of each byte in the samples.
fn frequency() -> [f64; 256] {
    let mut frequency = [0.0; 256];
    for (text, weight) in SAMPLES {
        for byte in text.bytes() {
            frequency[usize::from(byte)] += weight / text.len() as f64;
        }
    }
    frequency
}

/// The shape chosen for a pattern.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice {
    pub shape: Shape,
    /// How many bytes it looks at.
    pub depth: usize,
    /// Candidates by byte of sentences and of rows.
    pub density: [f64; 2],
}

/// The shapes of all patterns, and the classes they are made of.
#[derive(Debug)]
pub(super) struct Plan {
    pub classes: Classes,
    pub graph: Graph,
    /// For each pattern its shape; None: it has none.
    pub choices: Vec<Option<Choice>>,
}

impl Plan {
    /// `required` are sets that must be classes.
    pub fn new(hirs: &[Hir], required: &[ByteSet]) -> Plan {
        let classes = Classes::choose(hirs, required, &frequency());
        let mut graph = Graph::new();
        let choices = choose(hirs, &classes, &Tables::new(&classes), &mut graph);
        // Drop the classes that nobody needs.
        let roots: Vec<NodeId> = choices.iter().flatten().map(|c| c.shape.root).collect();
        let used = graph.classes(&roots);
        let mut kept = Vec::new();
        let mut to = vec![0; classes.sets.len()];
        for (class, set) in classes.sets.iter().enumerate() {
            if used.contains(&(class as u8)) || required.contains(set) {
                to[class] = kept.len() as u8;
                kept.push(*set);
            }
        }
        graph.renumber(&to);
        Plan {
            classes: Classes { sets: kept },
            graph,
            choices,
        }
    }
}

/// Chooses a shape for each pattern; None: it has none.
fn choose(
    hirs: &[Hir],
    classes: &Classes,
    tables: &Tables,
    graph: &mut Graph,
) -> Vec<Option<Choice>> {
    let mut samples = SAMPLES.map(|(text, _)| Sample::new(text.as_bytes(), tables));
    let mut paid = vec![false];
    let mut choices = Vec::with_capacity(hirs.len());
    for hir in hirs {
        let most = hir.properties().maximum_len().unwrap_or(0);
        let least = hir.properties().minimum_len();
        let length = hir.properties().maximum_len();
        let mut best: Option<(f64, Choice)> = None;
        let mut tried: Vec<Shape> = Vec::new();
        let ways: &[Wide] = if branches(hir) {
            &[Wide::Nothing, Wide::Alternatives, Wide::Repetitions]
        } else {
            &[Wide::Nothing]
        };
        'all: for &wide in ways {
            for (depth, parts) in cuts(most) {
                let cut = Cut { depth, parts, wide };
                let Some(shape) = graph.shape(hir, classes, cut) else {
                    continue;
                };
                if shape.root == 0 || tried.contains(&shape) {
                    continue;
                }
                tried.push(shape);
                paid.resize(graph.nodes.len(), false);
                let operations = unpaid(graph, shape.root, &paid).len() as f64;
                if let Some((least, _)) = &best
                    && operations * OPERATION > *least
                {
                    continue;
                }
                let density: [f64; 2] = [0, 1].map(|i| samples[i].density(graph, shape.root));
                let cycles = if shape.exact && least == length {
                    EXACT_CANDIDATE
                } else {
                    CANDIDATE
                };
                // What one operation more could still save.
                let candidates: f64 = (0..2).map(|i| SAMPLES[i].1 * density[i]).sum();
                let cost = operations * OPERATION + candidates * cycles;
                if density[0].min(density[1]) < MOST_CANDIDATES
                    && best.as_ref().is_none_or(|(least, _)| cost < *least)
                {
                    let choice = Choice {
                        shape,
                        depth,
                        density,
                    };
                    best = Some((cost, choice));
                    if candidates * cycles < OPERATION {
                        break 'all;
                    }
                }
            }
        }
        if let Some((_, choice)) = &best {
            for id in unpaid(graph, choice.shape.root, &paid) {
                paid[id as usize] = true;
            }
        }
        choices.push(best.map(|(_, choice)| choice));
    }
    choices
}

/// The depths and parts worth trying for a pattern of at most this many bytes; the last sees it whole.
fn cuts(most: usize) -> impl Iterator<Item = (usize, usize)> {
    let whole = usize::MAX;
    let limit = usize::from(MAX_REACH);
    let depths = (1..=10)
        .chain([12, 14, 16, 20, 24, 32, 48])
        .take_while(move |&depth| depth < most && depth < limit)
        .map(move |depth| (depth, whole));
    let parts = (2..=8).map(move |parts| (limit, parts));
    depths.chain(parts).chain([(limit, whole)])
}

/// Whether a pattern has anything that can be taken together.
fn branches(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Alternation(_) => true,
        HirKind::Repetition(repetition) => repetition.sub.properties().maximum_len() != Some(1),
        HirKind::Concat(items) => items.iter().any(branches),
        HirKind::Capture(capture) => branches(&capture.sub),
        _ => false,
    }
}

/// The operations that a node needs and nobody has paid for yet.
fn unpaid(graph: &Graph, root: NodeId, paid: &[bool]) -> Vec<NodeId> {
    let mut found = Vec::new();
    let mut stack = vec![root];
    while let Some(id) = stack.pop() {
        if paid[id as usize] || found.contains(&id) {
            continue;
        }
        match graph.nodes[id as usize] {
            Node::All | Node::Class(_) => continue,
            Node::And(a, b, _) | Node::Or(a, b, _) => stack.extend([a, b]),
            Node::Not(a) => stack.push(a),
            Node::Before(_) | Node::Edge(_) => {}
        }
        found.push(id);
    }
    found
}

/// A sample text in bitmaps, and the nodes computed over it so far.
struct Sample {
    bits: Bits,
    words: usize,
    bytes: usize,
    known: Vec<Option<Vec<u64>>>,
}

impl Sample {
    fn new(text: &[u8], tables: &Tables) -> Sample {
        let text = &text[..text.len().min(CHUNK * 64)];
        let mut padded = vec![b' '; 64];
        padded.extend_from_slice(text);
        padded.resize(padded.len().next_multiple_of(64), b' ');
        let mut bits = Bits::default();
        bits.reserve(tables.classes);
        classify::plain(&padded, tables, &mut bits.rows_mut()[HEAD - 1..]);
        Sample {
            bits,
            words: padded.len() / 64 - 1,
            bytes: text.len(),
            known: Vec::new(),
        }
    }

    /// The share of positions that are in the bitmap.
    fn density(&mut self, graph: &Graph, root: NodeId) -> f64 {
        self.known.resize(graph.nodes.len(), None);
        self.compute(graph, root);
        let bitmap = self.known[root as usize].as_ref();
        let ones: u32 = bitmap.map_or(0, |b| b.iter().map(|word| word.count_ones()).sum());
        f64::from(ones) / self.bytes as f64
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
                let Some(a) = &self.known[a as usize] else {
                    return;
                };
                a.iter().map(|word| !word).collect()
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
