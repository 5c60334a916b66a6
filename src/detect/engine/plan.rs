//! Step 3 decides: how much of each pattern its shape asks for.
//!
//! A shape that asks for more lets fewer candidates through and takes more operations on every chunk, unless other
//! patterns need the same ones. What lets through how many is not guessed but counted on two small texts, one of
//! sentences and one of rows ([`super::sample`]), and what is cheapest in estimated processor cycles is taken; once for
//! sentences and once for rows, because what pays in one is waste in the other. A pattern for which no shape narrows
//! anything goes to the slow lane. Called by [`super::Engine::new`].

use regex_syntax::hir::{Hir, HirKind};

use super::classes::{ByteSet, Classes};
use super::classify::Tables;
use super::sample::{Sample, TEXTS, frequency};
use super::shape::{Cut, Graph, MAX_REACH, Node, NodeId, Shape, Wide};
use super::sift::Heads;

/// How much each sample counts when shapes are chosen for sentences, and for rows.
const WEIGHTS: [[f64; 2]; 2] = [[0.95, 0.05], [0.1, 0.9]];

/// Cycles for one operation, by byte of text.
const OPERATION: f64 = 0.010;
/// Cycles to sift a candidate, however many patterns share it.
const SIFT: f64 = 14.0;
/// Cycles to gather a bitmap's candidates and fetch their table, by byte of text.
const ROOT: f64 = 0.03;
/// Cycles to make sure of one pattern at a candidate that passed: by its automaton, or when its shape says all.
const VERIFY: f64 = 45.0;
const VERIFY_EXACT: f64 = 6.0;
/// A shape that lets through more of the positions of both samples than this is none.
const MOST_CANDIDATES: f64 = 0.3;
/// Shapes of more operations than this are not even looked at.
const MOST_OPERATIONS: usize = 120;
/// How often all patterns choose again, knowing what the others chose.
const ROUNDS: usize = 3;

/// The shape chosen for a pattern.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice {
    pub shape: Shape,
    /// How many bytes it looks at.
    pub depth: usize,
    /// Candidates by byte of sentences and of rows that its automaton has to look at.
    pub density: [f64; 2],
}

/// The shapes of all patterns, and the classes they are made of.
#[derive(Debug)]
pub(super) struct Plan {
    pub classes: Classes,
    pub graph: Graph,
    /// For each pattern its shape for sentences and that for rows; None: it has none.
    pub choices: Vec<Option<[Choice; 2]>>,
}

impl Plan {
    /// `required` are sets that must be classes; `heads` are those of the patterns.
    pub fn new(hirs: &[Hir], heads: &[Heads], required: &[ByteSet]) -> Plan {
        let classes = Classes::choose(hirs, required, &frequency());
        let tables = Tables::new(&classes);
        let mut graph = Graph::new();
        let mut samples = TEXTS.map(|text| Sample::new(text, &tables));
        let options: Vec<Vec<Way>> = hirs
            .iter()
            .zip(heads)
            .map(|(hir, heads)| options(hir, heads, &classes, &mut graph, &mut samples))
            .collect();
        let chosen = WEIGHTS.map(|weights| choose(&options, &weights, graph.nodes.len()));
        let choices: Vec<Option<[Choice; 2]>> = (0..hirs.len())
            .map(|pattern| {
                let [prose, rows] = [0, 1].map(|kind| {
                    let chosen: Option<usize> = chosen[kind][pattern];
                    chosen.map(|option| options[pattern][option].choice)
                });
                Some([prose?, rows?])
            })
            .collect();
        drop_unused(classes, graph, choices, required)
    }
}

/// Drops the classes that no chosen shape needs.
fn drop_unused(
    classes: Classes,
    mut graph: Graph,
    choices: Vec<Option<[Choice; 2]>>,
    required: &[ByteSet],
) -> Plan {
    let roots = choices.iter().flatten().flatten().map(|c| c.shape.root);
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
    /// Candidates by byte of each sample.
    candidates: [f64; 2],
    /// What it takes to be sure of one.
    verify: f64,
    /// The nodes that have to be computed for it.
    nodes: Vec<NodeId>,
}

/// All shapes worth considering for a pattern.
fn options(
    hir: &Hir,
    heads: &Heads,
    classes: &Classes,
    graph: &mut Graph,
    samples: &mut [Sample; 2],
) -> Vec<Way> {
    let properties = hir.properties();
    let (least, most) = (properties.minimum_len(), properties.maximum_len());
    let mut options: Vec<Way> = Vec::new();
    let ways: &[Wide] = if branches(hir) {
        &[Wide::Nothing, Wide::Alternatives, Wide::Repetitions]
    } else {
        &[Wide::Nothing]
    };
    for &wide in ways {
        for (depth, parts) in cuts(most.unwrap_or(0)) {
            let cut = Cut { depth, parts, wide };
            let Some(shape) = graph.shape(hir, classes, cut) else {
                continue;
            };
            if shape.root == 0 || options.iter().any(|o| o.choice.shape == shape) {
                continue;
            }
            let nodes = computed(graph, shape.root);
            if nodes.len() > MOST_OPERATIONS {
                continue;
            }
            let found = [0, 1].map(|i| samples[i].density(graph, shape.root, |t| heads.fit(t)));
            let candidates = found.map(|(all, _)| all);
            if candidates[0].min(candidates[1]) > MOST_CANDIDATES {
                continue;
            }
            let density = found.map(|(_, passing)| passing);
            // Asking for more than a cheaper one that finds no more is waste.
            let waste = |o: &Way| {
                (0..2)
                    .all(|i| o.candidates[i] <= candidates[i] && o.choice.density[i] <= density[i])
                    && o.nodes.len() <= nodes.len()
                    && (o.choice.shape.exact || !shape.exact)
            };
            if options.iter().any(waste) {
                continue;
            }
            options.push(Way {
                choice: Choice {
                    shape,
                    depth: depth.min(most.unwrap_or(0)),
                    density,
                },
                candidates,
                verify: match shape.exact && least == most {
                    true => VERIFY_EXACT,
                    false => VERIFY,
                },
                nodes,
            });
        }
    }
    options
}

/// Which option each pattern takes, given how much each sample counts; None: it has none.
///
/// At first all take what they could share with most others; then each in turn takes what is cheapest for it, given
/// what the others have.
fn choose(options: &[Vec<Way>], weights: &[f64; 2], nodes: usize) -> Vec<Option<usize>> {
    let weigh = |density: [f64; 2]| density[0] * weights[0] + density[1] * weights[1];
    let cheapest = |options: &[Way], cost: &dyn Fn(&Way) -> f64| {
        let costs = options.iter().map(cost).enumerate();
        let best = costs.min_by(|a, b| a.1.total_cmp(&b.1));
        best.map(|(option, _)| option)
    };
    let mut sharing = vec![0u32; nodes];
    for option in options.iter().flatten() {
        sharing[option.choice.shape.root as usize] += 1;
    }
    let first = |option: &Way| {
        let sharers = f64::from(sharing[option.choice.shape.root as usize]);
        let together = option.nodes.len() as f64 * OPERATION + weigh(option.candidates) * SIFT;
        (together + ROOT) / sharers + weigh(option.choice.density) * option.verify
    };
    let mut chosen: Vec<Option<usize>> = options.iter().map(|o| cheapest(o, &first)).collect();
    // How many of the chosen shapes need each node, and have it as their root.
    let mut needed = vec![0u32; nodes];
    let mut rooted = vec![0u32; nodes];
    let note = |way: &Way, needed: &mut Vec<u32>, rooted: &mut Vec<u32>, by: i32| {
        for &id in &way.nodes {
            needed[id as usize] = needed[id as usize].wrapping_add_signed(by);
        }
        let root = &mut rooted[way.choice.shape.root as usize];
        *root = root.wrapping_add_signed(by);
    };
    for (options, chosen) in options.iter().zip(&chosen) {
        if let Some(chosen) = chosen {
            note(&options[*chosen], &mut needed, &mut rooted, 1);
        }
    }
    for _ in 0..ROUNDS {
        for (options, chosen) in options.iter().zip(&mut chosen) {
            let Some(before) = *chosen else { continue };
            note(&options[before], &mut needed, &mut rooted, -1);
            let cost = |option: &Way| {
                let unpaid = option.nodes.iter().filter(|&&id| needed[id as usize] == 0);
                let sift = match rooted[option.choice.shape.root as usize] {
                    0 => weigh(option.candidates) * SIFT + ROOT,
                    _ => 0.0,
                };
                let verify = weigh(option.choice.density) * option.verify;
                unpaid.count() as f64 * OPERATION + sift + verify
            };
            *chosen = cheapest(options, &cost);
            if let Some(now) = *chosen {
                note(&options[now], &mut needed, &mut rooted, 1);
            }
        }
    }
    chosen
}

/// The depths and parts worth trying for a pattern of at most this many bytes; the last sees it whole.
fn cuts(most: usize) -> impl Iterator<Item = (usize, usize)> {
    let whole = usize::MAX;
    let limit = usize::from(MAX_REACH);
    let depths = (1..=8)
        .chain([10, 12, 16, 24])
        .take_while(move |&depth| depth < most && depth < limit)
        .map(move |depth| (depth, whole));
    let parts = (2..=6).map(move |parts| (limit, parts));
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
