//! Step 3 decides: how much of each pattern its shape asks for.
//!
//! For most patterns the first bytes of a match are enough ([`super::heads`]): tables narrow them down for almost nothing.
//! What they leave too open (an address may begin as any word does) has a shape on bitmaps, which sees farther. Every
//! position that anything lets through is walked once for all patterns ([`super::joint`]), so what counts is the union: a
//! shape costs the operations that no other needs, the classes of bytes that no other asks about, and the positions that
//! nothing else lets through. What lets through how many is not guessed but counted on two small texts, one of sentences
//! and one of rows ([`super::sample`]). Each begins with the shape that lets the fewest through; then each in turn takes
//! what is cheapest for it, given what the others have, until nothing changes. A pattern that nothing narrows down goes to
//! the slow lane. Called by [`super::Engine::new`].

use regex_syntax::hir::{Hir, HirKind};

use super::classes::{ByteSet, Classes};
use super::classify::Tables;
use super::heads::{Filter, Heads};
use super::heaps::Counter;
use super::sample::{Sample, TEXTS, positions};
use super::shape::{Cut, Graph, MAX_REACH, Node, NodeId, Wide};
use super::simd::{Isa, Steps};

/// How much each sample counts: sentences, rows.
pub(super) const WEIGHTS: [f64; 2] = [0.7, 0.3];

/// Processor cycles for one operation, by byte of text.
const OPERATION: f64 = 0.010;
/// Cycles to sort bytes into one class more, by byte of text.
const CLASS: f64 = 0.05;
/// Walks that cost less than this, in cycles by byte of text, are not worth a shape.
const LITTLE: f64 = 0.1;
/// A shape that lets through more of the positions of both samples than this is none.
const MOST_CANDIDATES: f64 = 0.3;
/// Shapes of more operations than this are not even looked at.
const MOST_OPERATIONS: usize = 80;
/// How often all patterns choose again, knowing what the others chose.
const ROUNDS: usize = 6;

/// What steps cost on some processor, where they differ.
#[derive(Clone, Copy, Debug)]
pub(super) struct Costs {
    /// Cycles to walk a candidate.
    pub walk: f64,
    /// At most this many layers of heaps for the patterns that begin with a word, and for the others.
    pub layers: [usize; 2],
}

impl Costs {
    fn of(isa: Isa) -> Costs {
        match isa {
            Isa::Plain | Isa::Avx2 => Costs {
                walk: 80.0,
                layers: [3, 1],
            },
            // Many are walked at once.
            Isa::Avx512 => Costs {
                walk: 30.0,
                layers: [2, 1],
            },
        }
    }
}

/// What is chosen for a pattern.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice {
    /// Its shape; None: its first bytes are enough.
    pub root: Option<NodeId>,
    /// How many bytes are looked at.
    pub depth: usize,
    /// Candidates by byte of sentences and of rows.
    pub density: [f64; 2],
}

/// What finds the candidates of some patterns.
#[derive(Debug)]
pub(super) struct Finder {
    /// The first bytes of those that have no shape.
    pub filter: Filter,
    /// The shapes of the others together with the row of [`Plan::heads`].
    pub root: NodeId,
}

/// How the candidates of all patterns are found, and the classes that shapes are made of.
#[derive(Debug)]
pub(super) struct Plan {
    pub classes: Classes,
    pub graph: Graph,
    /// For each pattern what is chosen for it; None: nothing narrows it down.
    pub choices: Vec<Option<Choice>>,
    /// One for each list of patterns; None: the list is empty.
    pub finders: Vec<Option<Finder>>,
}

impl Plan {
    /// `required` are sets that must be classes; `lists` says for each pattern which list it is of.
    pub fn new(hirs: &[Hir], lists: &[usize], required: &[ByteSet], isa: Isa) -> Plan {
        let costs = Costs::of(isa);
        let steps = Steps::new(isa);
        let (classes, coarse) = Classes::of(hirs, required);
        let tables = Tables::new(&classes);
        let mut graph = Graph::new();
        let mut samples = TEXTS.map(|text| Sample::new(text, &tables));
        let heads: Vec<Heads> = hirs.iter().map(Heads::new).collect();
        let mut counter = Counter::new(&samples, costs, steps);
        let found: Vec<_> = heads.iter().map(|heads| counter.found(heads)).collect();
        let mut options = Vec::with_capacity(hirs.len());
        for ((hir, heads), found) in hirs.iter().zip(&heads).zip(found) {
            let alone = Way::heads(heads, found, &samples);
            let narrow = weigh(alone.choice.density) * costs.walk < LITTLE;
            let mut ways = Vec::new();
            if !narrow {
                ways = shapes(hir, &[&coarse, &classes], &mut graph, &mut samples);
            }
            if narrow || weigh(alone.choice.density) < MOST_CANDIDATES {
                ways.push(alone);
            }
            options.push(ways);
        }
        let mut chooser = Chooser::new(&options, &graph, classes.sets.len(), &samples, costs);
        let chosen = chooser.choose();
        let choices: Vec<Option<Choice>> = chosen
            .iter()
            .zip(&options)
            .map(|(chosen, ways)| chosen.map(|chosen| ways[chosen].choice))
            .collect();
        let mut counter = Counter::new(&samples, costs, steps);
        let mut heaps = |list: usize| {
            let narrow = choices.iter().zip(&heads).zip(lists);
            let narrow = narrow.filter_map(|((choice, heads), of)| {
                let narrow = choice.is_some_and(|choice| choice.root.is_none());
                (narrow && *of == list).then(|| heads.clone())
            });
            counter.heaps(narrow)
        };
        let most = lists.iter().max().map_or(0, |last| last + 1);
        let filters: Vec<Filter> = (0..most).map(|list| Filter::new(&heaps(list))).collect();
        let mut plan = drop_unused(classes, graph, choices, required);
        for (list, filter) in filters.into_iter().enumerate() {
            let finder = plan.finder(lists, list, filter);
            plan.finders.push(finder);
        }
        plan
    }

    /// The row, after those of the classes, for what first bytes find.
    pub fn heads(&self) -> u8 {
        self.classes.sets.len() as u8
    }

    fn finder(&mut self, lists: &[usize], list: usize, filter: Filter) -> Option<Finder> {
        let choices = self.choices.iter().zip(lists);
        let choices = choices.filter(|(_, of)| **of == list);
        let choices: Vec<Choice> = choices.filter_map(|(choice, _)| *choice).collect();
        if choices.is_empty() {
            return None;
        }
        let mut roots: Vec<NodeId> = choices.iter().filter_map(|choice| choice.root).collect();
        roots.sort_unstable();
        roots.dedup();
        let heads = self.graph.node(Node::Class(self.heads()));
        let root = self.graph.union(&roots);
        let root = root.map_or(heads, |root| self.graph.node(Node::Or(heads, root, 0)));
        Some(Finder { filter, root })
    }
}

/// What matters of the densities in both samples.
fn weigh(density: [f64; 2]) -> f64 {
    density[0] * WEIGHTS[0] + density[1] * WEIGHTS[1]
}

/// Drops the classes that no chosen shape needs.
fn drop_unused(
    classes: Classes,
    mut graph: Graph,
    choices: Vec<Option<Choice>>,
    required: &[ByteSet],
) -> Plan {
    let roots = choices.iter().flatten().filter_map(|choice| choice.root);
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
        finders: Vec::new(),
    }
}

/// A way to find the candidates of a pattern.
struct Way {
    choice: Choice,
    /// Where it finds them in each sample.
    found: [Vec<u64>; 2],
    /// The nodes that have to be computed for it.
    nodes: Vec<NodeId>,
    /// The classes that it asks about.
    classes: Vec<u8>,
}

impl Way {
    /// By the first bytes alone.
    fn heads(heads: &Heads, found: [Vec<u64>; 2], samples: &[Sample; 2]) -> Way {
        Way {
            choice: Choice {
                root: None,
                depth: heads.depth(),
                density: [0, 1].map(|i| samples[i].share(&found[i])),
            },
            found,
            nodes: Vec::new(),
            classes: Vec::new(),
        }
    }
}

/// All shapes worth considering for a pattern.
fn shapes(
    hir: &Hir,
    classes: &[&Classes],
    graph: &mut Graph,
    samples: &mut [Sample; 2],
) -> Vec<Way> {
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
                let Some(root) = graph.shape(hir, classes, cut) else {
                    continue;
                };
                if root == 0 || ways.iter().any(|way| way.choice.root == Some(root)) {
                    continue;
                }
                let nodes = computed(graph, root);
                if nodes.len() > MOST_OPERATIONS {
                    // Deeper ones are larger still.
                    break;
                }
                let found = [0, 1].map(|i| samples[i].found(graph, root));
                let density = [0, 1].map(|i| samples[i].share(&found[i]));
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
                    found,
                    choice: Choice {
                        root: Some(root),
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
    costs: Costs,
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
        costs: Costs,
    ) -> Chooser<'a> {
        Chooser {
            options,
            samples,
            costs,
            needed: vec![0; graph.nodes.len()],
            asked: vec![0; classes],
            covered: [0, 1].map(|i| vec![0; samples[i].positions()]),
        }
    }

    /// For each pattern the way it takes; None: it has none.
    fn choose(&mut self) -> Vec<Option<usize>> {
        let walk = self.costs.walk;
        let narrowest = |ways: &Vec<Way>| {
            let weighed = ways.iter().map(|way| {
                let density = way.choice.density;
                weigh(density) * walk + way.nodes.len() as f64 * OPERATION * 0.1
            });
            least(weighed)
        };
        let mut chosen: Vec<Option<usize>> = self.options.iter().map(narrowest).collect();
        for (pattern, option) in chosen.iter().enumerate() {
            if let Some(option) = option {
                self.note(&self.options[pattern][*option], 1);
            }
        }
        // First what a way shares with others costs it its share, so that few are drawn to where many are; then only what
        // it needs alone.
        for share in [true, false] {
            for _ in 0..ROUNDS {
                if !self.choose_again(&mut chosen, share) {
                    break;
                }
            }
        }
        chosen
    }

    /// Lets each pattern choose once more; whether any chose anew.
    fn choose_again(&mut self, chosen: &mut [Option<usize>], share: bool) -> bool {
        let mut changed = false;
        for (ways, chosen) in self.options.iter().zip(chosen) {
            let Some(before) = *chosen else { continue };
            self.note(&ways[before], -1);
            let now = least(ways.iter().map(|way| self.cost(way, share))).unwrap_or(before);
            changed |= now != before;
            *chosen = Some(now);
            self.note(&ways[now], 1);
        }
        changed
    }

    /// What a way costs that is taken beside the others, in cycles by byte of text.
    fn cost(&self, way: &Way, share: bool) -> f64 {
        let part = |others: u32| match (others, share) {
            (0, _) => 1.0,
            (_, false) => 0.0,
            (others, true) => 1.0 / f64::from(others + 1),
        };
        let nodes = way.nodes.iter().map(|id| part(self.needed[*id as usize]));
        let classes = way.classes.iter();
        let classes = classes.map(|class| part(self.asked[usize::from(*class)]));
        let mut cost = nodes.sum::<f64>() * OPERATION + classes.sum::<f64>() * CLASS;
        for (i, weight) in WEIGHTS.into_iter().enumerate() {
            let walks = positions(&way.found[i]).map(|at| part(self.covered[i][at].into()));
            cost += walks.sum::<f64>() / self.samples[i].bytes() as f64 * self.costs.walk * weight;
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
        for (found, covered) in way.found.iter().zip(&mut self.covered) {
            for at in positions(found) {
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
