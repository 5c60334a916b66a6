//! Step 3 decides: how much of each pattern its shape asks for.
//!
//! Every position that the shape of some pattern lets through is walked once for all patterns ([`super::joint`]), so what
//! counts is the union of all shapes: a shape costs the operations that no other needs, the classes of bytes that no
//! other asks about, and the positions that no other lets through. What lets through how many is not guessed but counted
//! on two small texts, one of sentences and one of rows ([`super::sample`]). All begin with the shape that lets the
//! fewest through; then each in turn takes what is cheapest for it, given what the others have, until nothing changes. A
//! pattern for which no shape narrows anything goes to the slow lane. Called by [`super::Engine::new`].

use regex_syntax::hir::{Hir, HirKind};

use super::classes::{ByteSet, Classes};
use super::classify::Tables;
use super::sample::{Sample, TEXTS};
use super::shape::{Cut, Graph, MAX_REACH, Node, NodeId, Shape, Wide};

/// How much each sample counts: sentences, rows.
const WEIGHTS: [f64; 2] = [0.7, 0.3];

/// Processor cycles for one operation, by byte of text.
const OPERATION: f64 = 0.012;
/// Cycles to sort bytes into one class more, by byte of text.
const CLASS: f64 = 0.05;
/// Cycles to walk a candidate.
const WALK: f64 = 60.0;
/// A shape that lets through more of the positions of both samples than this is none.
const MOST_CANDIDATES: f64 = 0.3;
/// Shapes of more operations than this are not even looked at.
const MOST_OPERATIONS: usize = 80;
/// How often all patterns choose again, knowing what the others chose.
const ROUNDS: usize = 6;

/// The shape chosen for a pattern.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice {
    pub root: NodeId,
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
        let (classes, coarse) = Classes::of(hirs, required);
        let tables = Tables::new(&classes);
        let mut graph = Graph::new();
        let mut samples = TEXTS.map(|text| Sample::new(text, &tables));
        let mut options = Vec::with_capacity(hirs.len());
        for hir in hirs {
            options.push(ways(hir, &[&coarse, &classes], &mut graph, &mut samples));
        }
        let mut chooser = Chooser::new(&options, &graph, classes.sets.len(), &samples);
        let chosen = chooser.choose();
        let choices = chosen.iter().zip(&options);
        let choices = choices
            .map(|(chosen, options)| chosen.map(|option| options[option].choice))
            .collect();
        drop_unused(classes, graph, choices, required)
    }

    /// The bitmap of the candidates of these patterns; None: none of them has a shape.
    pub fn union(&mut self, patterns: &[usize]) -> Option<NodeId> {
        let roots = patterns.iter().filter_map(|p| self.choices[*p]);
        let mut roots: Vec<NodeId> = roots.map(|choice| choice.root).collect();
        roots.sort_unstable();
        roots.dedup();
        let graph = &mut self.graph;
        roots
            .into_iter()
            .reduce(|all, root| graph.node(Node::Or(all, root, 0)))
    }
}

/// Drops the classes that no chosen shape needs.
fn drop_unused(
    classes: Classes,
    mut graph: Graph,
    choices: Vec<Option<Choice>>,
    required: &[ByteSet],
) -> Plan {
    let roots = choices.iter().flatten().map(|choice| choice.root);
    let used = graph.classes(&roots.collect::<Vec<_>>());
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

/// A shape that a pattern may have.
struct Way {
    choice: Choice,
    /// The nodes that have to be computed for it.
    nodes: Vec<NodeId>,
    /// The classes that it asks about.
    classes: Vec<u8>,
}

/// All shapes worth considering for a pattern.
fn ways(hir: &Hir, classes: &[&Classes], graph: &mut Graph, samples: &mut [Sample; 2]) -> Vec<Way> {
    let most = hir.properties().maximum_len().unwrap_or(0);
    let mut ways: Vec<Way> = Vec::new();
    let widths: &[Wide] = if branches(hir) {
        &[Wide::Nothing, Wide::Alternatives, Wide::Repetitions]
    } else {
        &[Wide::Nothing]
    };
    for classes in classes {
        for &wide in widths {
            for (depth, parts) in cuts(most) {
                let cut = Cut { depth, parts, wide };
                let Some(Shape { root, .. }) = graph.shape(hir, classes, cut) else {
                    continue;
                };
                if root == 0 || ways.iter().any(|way| way.choice.root == root) {
                    continue;
                }
                let nodes = computed(graph, root);
                if nodes.len() > MOST_OPERATIONS {
                    // Deeper ones are larger still.
                    break;
                }
                let density = [0, 1].map(|i| samples[i].density(graph, root));
                if density[0].min(density[1]) > MOST_CANDIDATES {
                    continue;
                }
                // Asking for more than a cheaper one that finds no more is waste.
                let waste = |way: &Way| {
                    (0..2).all(|i| way.choice.density[i] <= density[i])
                        && way.nodes.len() <= nodes.len()
                };
                if ways.iter().any(waste) {
                    continue;
                }
                ways.push(Way {
                    choice: Choice {
                        root,
                        depth: depth.min(most),
                        density,
                    },
                    classes: graph.classes(&[root]),
                    nodes,
                });
            }
        }
    }
    ways
}

/// Chooses a way for each pattern.
struct Chooser<'a> {
    options: &'a [Vec<Way>],
    samples: &'a [Sample; 2],
    /// How many of the chosen ways need each node, and each class.
    needed: Vec<u32>,
    asked: Vec<u32>,
    /// How many of the chosen ways let each position of the samples through.
    covered: [Vec<u16>; 2],
}

impl<'a> Chooser<'a> {
    fn new(
        options: &'a [Vec<Way>],
        graph: &Graph,
        classes: usize,
        samples: &'a [Sample; 2],
    ) -> Chooser<'a> {
        Chooser {
            options,
            samples,
            needed: vec![0; graph.nodes.len()],
            asked: vec![0; classes],
            covered: [0, 1].map(|i| vec![0; samples[i].positions()]),
        }
    }

    /// For each pattern the way it takes; None: it has none.
    fn choose(&mut self) -> Vec<Option<usize>> {
        let narrowest = |ways: &Vec<Way>| {
            let weighed = ways.iter().map(|way| {
                let density = way.choice.density;
                let walks = density[0] * WEIGHTS[0] + density[1] * WEIGHTS[1];
                walks * WALK + way.nodes.len() as f64 * OPERATION * 0.1
            });
            least(weighed)
        };
        let mut chosen: Vec<Option<usize>> = self.options.iter().map(narrowest).collect();
        for (pattern, option) in chosen.iter().enumerate() {
            if let Some(option) = option {
                self.note(&self.options[pattern][*option], 1);
            }
        }
        for _ in 0..ROUNDS {
            let mut changed = false;
            for (pattern, chosen) in chosen.iter_mut().enumerate() {
                let Some(before) = *chosen else { continue };
                let ways = &self.options[pattern];
                self.note(&ways[before], -1);
                let now = least(ways.iter().map(|way| self.cost(way)));
                *chosen = now;
                changed |= now != Some(before);
                self.note(&ways[now.unwrap_or(before)], 1);
            }
            if !changed {
                break;
            }
        }
        chosen
    }

    /// What a way costs that is taken beside the others, in cycles by byte of text.
    fn cost(&self, way: &Way) -> f64 {
        let nodes = way.nodes.iter();
        let nodes = nodes.filter(|id| self.needed[**id as usize] == 0).count();
        let classes = way.classes.iter();
        let classes = classes.filter(|c| self.asked[usize::from(**c)] == 0).count();
        let mut cost = nodes as f64 * OPERATION + classes as f64 * CLASS;
        for ((sample, covered), weight) in self.samples.iter().zip(&self.covered).zip(WEIGHTS) {
            let positions = sample.found(way.choice.root);
            let new = positions.filter(|at| covered[*at] == 0).count();
            cost += new as f64 / sample.bytes() as f64 * WALK * weight;
        }
        cost
    }

    /// Notes that one way more, or one less, is taken.
    fn note(&mut self, way: &Way, by: i32) {
        for id in &way.nodes {
            let needed = &mut self.needed[*id as usize];
            *needed = needed.wrapping_add_signed(by);
        }
        for class in &way.classes {
            let asked = &mut self.asked[usize::from(*class)];
            *asked = asked.wrapping_add_signed(by);
        }
        for (sample, covered) in self.samples.iter().zip(&mut self.covered) {
            for at in sample.found(way.choice.root) {
                covered[at] = covered[at].wrapping_add_signed(by as i16);
            }
        }
    }
}

/// The place of the least figure.
fn least(figures: impl Iterator<Item = f64>) -> Option<usize> {
    let least = figures.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
    least.map(|(place, _)| place)
}

/// The depths and parts worth trying for a pattern of at most this many bytes; the last sees it whole.
fn cuts(most: usize) -> impl Iterator<Item = (usize, usize)> {
    let whole = usize::MAX;
    let limit = usize::from(MAX_REACH);
    let depths = (1..=8)
        .chain([10, 12, 16, 24])
        .take_while(move |&depth| depth < most && depth < limit)
        .map(move |depth| (depth, whole));
    let parts = (2..=5).map(move |parts| (limit, parts));
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

/// The nodes that have to be computed for a root.
fn computed(graph: &Graph, root: NodeId) -> Vec<NodeId> {
    let mut found: Vec<NodeId> = Vec::new();
    let mut stack = vec![root];
    while let Some(id) = stack.pop() {
        if found.len() > MOST_OPERATIONS || found.contains(&id) {
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
