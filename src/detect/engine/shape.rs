//! Step 3, at load: from a pattern's syntax tree to its *shape*, the condition that the bytes from a position on must
//! meet for a match to begin there, as a graph of bit operations over whole bitmaps.
//!
//! If F is the bitmap of the positions where the rest of a pattern may go on, then the positions where "a byte of
//! class C, then the rest" may begin are `C & F >> 1` (bit p of `F >> 1` is bit p + 1 of F). Concatenation is that
//! from right to left; an alternation is OR, an optional part `F | start(part, F)`, a look-behind a bitmap shifted the
//! other way. A shape looks at the first `depth` bytes only, so it is necessary rather than sufficient. Nodes are shared
//! between all patterns: "ten digits" is computed once. What depth pays is for [`super::plan`] to say.

use std::collections::HashMap;

use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

use super::classes::{ByteSet, Classes, union};

/// The farthest a shape may look ahead, in bytes.
pub(super) const MAX_REACH: u16 = 8 * 64;

/// More nodes than this and a shape is given up.
const MOST_NODES: usize = 600;

pub(super) type NodeId = u32;

/// A bitmap, by how it is made of others. Shifts are towards the start of the text: bit p of `x >> n` is bit p + n.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Node {
    /// Every position. Always node 0; only `And(0, b, n)`, which is a mere shift, takes it.
    All,
    /// The byte is of the class.
    Class(u8),
    /// The byte before is of the class.
    Before(u8),
    /// One of this byte and the byte before is of the class.
    Edge(u8),
    /// `!a` (the end of the text is of no class).
    Not(NodeId),
    /// `a & b >> n`
    And(NodeId, NodeId, u16),
    /// `a | b >> n`
    Or(NodeId, NodeId, u16),
}

/// All nodes of all shapes, each once; what a node is made of comes before it.
#[derive(Debug)]
pub(super) struct Graph {
    pub nodes: Vec<Node>,
    /// How far ahead each node looks, in bytes.
    pub reach: Vec<u16>,
    known: HashMap<Node, NodeId>,
}

/// A node seen from some bytes before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Seen {
    node: NodeId,
    ahead: u16,
}

const ALL: Seen = Seen { node: 0, ahead: 0 };

/// How much of a pattern a shape asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Cut {
    /// Nothing that more bytes than this must stand before.
    pub depth: usize,
    /// Of its top level only so many parts.
    pub parts: usize,
    pub wide: Wide,
}

/// What is taken together as a run of whatever bytes it may be made of: less to compute, and narrows less.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Debug)]
pub(super) enum Wide {
    Nothing,
    Alternatives,
    Repetitions,
}

impl Graph {
    pub fn new() -> Graph {
        Graph {
            nodes: vec![Node::All],
            reach: vec![0],
            known: HashMap::from([(Node::All, 0)]),
        }
    }

    pub fn node(&mut self, mut node: Node) -> NodeId {
        if let Node::And(a, b, 0) | Node::Or(a, b, 0) = &mut node
            && a > b
        {
            std::mem::swap(a, b);
        }
        if let Some(&id) = self.known.get(&node) {
            return id;
        }
        let reach = match node {
            Node::And(a, b, n) | Node::Or(a, b, n) => {
                self.reach[a as usize].max(self.reach[b as usize].saturating_add(n))
            }
            Node::Not(a) => self.reach[a as usize],
            _ => 0,
        };
        let id = self.nodes.len() as NodeId;
        self.nodes.push(node);
        self.reach.push(reach);
        self.known.insert(node, id);
        id
    }

    /// The classes that these nodes are made of.
    pub fn classes(&self, roots: &[NodeId]) -> Vec<u8> {
        let mut seen = vec![false; self.nodes.len()];
        let mut found = Vec::new();
        let mut stack = roots.to_vec();
        while let Some(id) = stack.pop() {
            if std::mem::replace(&mut seen[id as usize], true) {
                continue;
            }
            match self.nodes[id as usize] {
                Node::All => {}
                Node::Not(a) => stack.push(a),
                Node::And(a, b, _) | Node::Or(a, b, _) => stack.extend([a, b]),
                Node::Class(class) | Node::Before(class) | Node::Edge(class) => found.push(class),
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Numbers the classes anew: class n becomes `to[n]`.
    pub fn renumber(&mut self, to: &[u8]) {
        for node in &mut self.nodes {
            match node {
                Node::All | Node::Not(_) | Node::And(..) | Node::Or(..) => {}
                Node::Class(class) | Node::Before(class) | Node::Edge(class) => {
                    *class = to[usize::from(*class)];
                }
            }
        }
        self.known.clear();
    }

    fn and(&mut self, a: NodeId, rest: Seen, ahead: u16) -> Seen {
        let n = rest.ahead + ahead;
        let node = match (a, rest.node) {
            (a, 0) => a,
            (0, node) => return Seen { node, ahead: n },
            (a, node) if a == node && n == 0 => a,
            (a, node) => self.node(Node::And(a, node, n)),
        };
        Seen { node, ahead: 0 }
    }

    /// The bitmap of what any of these finds. What two of them ask for alike, first of all, is asked once:
    /// `a & x | a & y` is `a & (x | y)`.
    pub fn union(&mut self, roots: &[NodeId]) -> Option<NodeId> {
        let mut roots = roots.to_vec();
        roots.sort_unstable();
        roots.dedup();
        if roots.contains(&0) {
            return Some(0);
        }
        // Of each what it asks for first, and the rest of it.
        let mut parts: Vec<(NodeId, NodeId, u16)> = Vec::new();
        let mut whole = Vec::new();
        for &root in &roots {
            match self.nodes[root as usize] {
                // A condition at the same place may be either.
                Node::And(a, b, 0) => parts.extend([(a, b, 0), (b, a, 0)]),
                Node::And(a, b, n) if a != 0 => parts.push((a, b, n)),
                _ => whole.push(root),
            }
        }
        while !parts.is_empty() {
            let count = |(a, _, n): &(NodeId, NodeId, u16)| {
                parts.iter().filter(|p| (p.0, p.2) == (*a, *n)).count()
            };
            let most = parts.iter().max_by_key(|part| count(part)).copied();
            let Some((first, _, n)) = most else { break };
            let (same, others): (Vec<_>, Vec<_>) = parts
                .into_iter()
                .partition(|part| (part.0, part.2) == (first, n));
            let rests: Vec<NodeId> = same.iter().map(|part| part.1).collect();
            // What was taken here is not taken once more the other way round.
            parts = others;
            if n == 0 {
                parts.retain(|(a, b, n)| *n != 0 || *b != first || !rests.contains(a));
            }
            let rest = self.union(&rests)?;
            whole.push(match rest {
                0 => first,
                rest => self.node(Node::And(first, rest, n)),
            });
        }
        whole
            .into_iter()
            .reduce(|all, root| self.node(Node::Or(all, root, 0)))
    }

    fn or(&mut self, a: Seen, b: Seen) -> Seen {
        if a.node == 0 || b.node == 0 {
            return ALL;
        }
        if a == b {
            return a;
        }
        let (near, far) = if a.ahead <= b.ahead { (a, b) } else { (b, a) };
        Seen {
            node: self.node(Node::Or(near.node, far.node, far.ahead - near.ahead)),
            ahead: near.ahead,
        }
    }

    /// `n` bytes of a class in a row, each length from the power of two below it.
    fn run(&mut self, class: u8, n: u16) -> NodeId {
        if n == 1 {
            return self.node(Node::Class(class));
        }
        let half = if n.is_power_of_two() {
            n / 2
        } else {
            1 << n.ilog2()
        };
        let run = self.run(class, half);
        self.node(Node::And(run, run, n - half))
    }

    /// The shape of a pattern, as far as `cut`. None: it looks too far, or is too large.
    pub fn shape(&mut self, hir: &Hir, classes: &Classes, cut: Cut) -> Option<NodeId> {
        let most = self.nodes.len() + MOST_NODES;
        let mut compiler = Compiler {
            graph: self,
            classes,
            depth: cut.depth,
            wide: cut.wide,
            most,
        };
        let seen = compiler.first(hir, cut.parts);
        let given_up = compiler.graph.nodes.len() >= most;
        // A first byte that may be any: the shape as seen from there.
        let root = match seen {
            Seen { node, ahead: 0 } => node,
            Seen { node, ahead } => self.node(Node::And(0, node, ahead)),
        };
        (!given_up && self.reach[root as usize] <= MAX_REACH).then_some(root)
    }
}

/// The sets of bytes that must be classes for the looks of these patterns.
pub(super) fn required(hirs: &[Hir]) -> Vec<ByteSet> {
    let mut required = Vec::new();
    for look in hirs
        .iter()
        .flat_map(|hir| hir.properties().look_set().iter())
    {
        let set = set_of(look);
        if !required.contains(&set) {
            required.push(set);
        }
    }
    required
}

/// The class of line ends, if it is one.
pub(super) fn line_class(classes: &Classes) -> Option<u8> {
    let (class, exact) = classes.cover(&ByteSet::LINE_END)?;
    exact.then_some(class)
}

/// The set of bytes that a look is about.
fn set_of(look: Look) -> ByteSet {
    match look {
        Look::Start | Look::End | Look::StartLF | Look::EndLF => ByteSet::LINE_END,
        Look::StartCRLF | Look::EndCRLF => ByteSet::LINE_END,
        _ => ByteSet::WORD,
    }
}

/// One part of a concatenation.
enum Part<'h> {
    /// Between `min` and `max` bytes of one set.
    Run {
        set: ByteSet,
        min: usize,
        max: usize,
    },
    Other(&'h Hir),
}

struct Compiler<'g> {
    graph: &'g mut Graph,
    classes: &'g Classes,
    depth: usize,
    wide: Wide,
    most: usize,
}

impl Compiler<'_> {
    /// Where the first parts of a pattern may begin.
    fn first(&mut self, hir: &Hir, count: usize) -> Seen {
        let mut parts = Vec::new();
        self.flatten(hir, &mut parts);
        if count < parts.len() {
            parts.truncate(count);
        }
        self.parts(&parts, 0, ALL)
    }

    /// Where `hir`, then `rest`, may begin. At least `at` bytes of the pattern stand before it.
    fn start(&mut self, hir: &Hir, at: usize, rest: Seen) -> Seen {
        if self.graph.nodes.len() >= self.most {
            return ALL;
        }
        let mut parts = Vec::new();
        self.flatten(hir, &mut parts);
        self.parts(&parts, at, rest)
    }

    fn parts(&mut self, parts: &[Part<'_>], at: usize, rest: Seen) -> Seen {
        let mut ats = Vec::with_capacity(parts.len());
        let mut end = at;
        for part in parts {
            ats.push(end);
            end += match part {
                Part::Run { min, .. } => *min,
                Part::Other(hir) => hir.properties().minimum_len().unwrap_or(0),
            };
        }
        let mut rest = rest;
        for (part, at) in parts.iter().zip(ats).rev() {
            rest = match part {
                Part::Run { set, min, max } => self.run(*set, *min, *max, at, rest),
                Part::Other(hir) => self.other(hir, at, rest),
            };
        }
        rest
    }

    /// The parts of a concatenation, runs of one set taken together.
    fn flatten<'h>(&mut self, hir: &'h Hir, parts: &mut Vec<Part<'h>>) {
        let (set, min, max) = match hir.kind() {
            HirKind::Concat(items) => {
                for item in items {
                    self.flatten(item, parts);
                }
                return;
            }
            HirKind::Capture(capture) => return self.flatten(&capture.sub, parts),
            HirKind::Literal(literal) => {
                for &byte in &literal.0 {
                    let set = ByteSet::byte(byte).0;
                    push(parts, set, 1, 1);
                }
                return;
            }
            HirKind::Class(class) => match self.one_byte(class) {
                Some(set) => (set, 1, 1),
                None => return parts.push(Part::Other(hir)),
            },
            HirKind::Repetition(Repetition { min, max, sub, .. }) => match sub.kind() {
                HirKind::Class(class) if max.is_some() => match self.one_byte(class) {
                    Some(set) => (set, *min as usize, max.unwrap_or(*min) as usize),
                    None => return parts.push(Part::Other(hir)),
                },
                HirKind::Literal(literal) if literal.0.len() == 1 && max.is_some() => {
                    let set = ByteSet::byte(literal.0[0]).0;
                    (set, *min as usize, max.unwrap_or(*min) as usize)
                }
                _ => return parts.push(Part::Other(hir)),
            },
            HirKind::Empty => return,
            HirKind::Look(_) | HirKind::Alternation(_) => return parts.push(Part::Other(hir)),
        };
        push(parts, set, min, max);
    }

    fn one_byte(&mut self, class: &Class) -> Option<ByteSet> {
        let (set, _, one) = ByteSet::class(class);
        one.then_some(set)
    }

    fn cut(&mut self) -> Seen {
        ALL
    }

    fn run(&mut self, set: ByteSet, min: usize, max: usize, at: usize, rest: Seen) -> Seen {
        if at >= self.depth {
            return self.cut();
        }
        let Some((class, _)) = self.classes.cover(&set) else {
            return self.any(min, max, at, rest);
        };
        let mut rest = rest;
        if at + min >= self.depth && (max > min || at + min > self.depth) {
            rest = self.cut();
        } else if max > min {
            let room = self.depth - at - min;
            let more = (max - min).min(room);
            let mut start = self.optional(class, more as u16, rest);
            if more < max - min {
                // The run may go on past what this shape looks at.
                let run = self.graph.run(class, more as u16);
                start = self.graph.or(
                    start,
                    Seen {
                        node: run,
                        ahead: 0,
                    },
                );
            }
            rest = start;
        }
        let must = min.min(self.depth - at) as u16;
        if must == 0 {
            return rest;
        }
        let run = self.graph.run(class, must);
        self.graph.and(run, rest, must)
    }

    /// Any bytes, as far as the classes can tell: the rest may begin at each of the distances.
    fn any(&mut self, min: usize, max: usize, at: usize, rest: Seen) -> Seen {
        if rest.node == 0 || at + max > self.depth {
            return self.cut();
        }
        let mut start = rest;
        let mut reached = 0;
        while reached < max - min {
            let more = (reached + 1).min(max - min - reached);
            let farther = Seen {
                ahead: start.ahead + more as u16,
                ..start
            };
            start = self.graph.or(start, farther);
            reached += more;
        }
        start.ahead += min as u16;
        start
    }

    /// Up to `n` bytes of a class, then the rest, by doubling.
    fn optional(&mut self, class: u8, n: u16, rest: Seen) -> Seen {
        if n == 0 || rest.node == 0 {
            return rest;
        }
        let half = n / 2;
        let inner = self.optional(class, half, rest);
        let run = self.graph.run(class, n - half);
        let more = self.graph.and(run, inner, n - half);
        self.graph.or(inner, more)
    }

    fn other(&mut self, hir: &Hir, at: usize, rest: Seen) -> Seen {
        match hir.kind() {
            HirKind::Look(look) => self.look(*look, at, rest),
            HirKind::Alternation(items) => {
                if at >= self.depth {
                    return self.cut();
                }
                if self.wide >= Wide::Alternatives
                    && let Some(start) = self.together(hir, at, rest)
                {
                    return start;
                }
                let mut start: Option<Seen> = None;
                for item in items {
                    let other = self.start(item, at, rest);
                    start = Some(match start {
                        None => other,
                        Some(start) => self.graph.or(start, other),
                    });
                }
                start.unwrap_or(ALL)
            }
            HirKind::Repetition(repetition) => {
                let least = repetition.sub.properties().minimum_len().unwrap_or(0);
                let max = match repetition.max {
                    Some(max) if least > 0 => max as usize,
                    _ => return self.cut(),
                };
                let min = repetition.min as usize;
                if self.wide == Wide::Repetitions
                    && max > 1
                    && at < self.depth
                    && let Some(set) = union(&repetition.sub)
                {
                    let most = repetition.sub.properties().maximum_len().unwrap_or(0);
                    return self.run(set, min * least, max * most, at, rest);
                }
                let mut start = rest;
                for i in (0..max).rev() {
                    let at = at + i * least;
                    if at >= self.depth {
                        start = self.cut();
                        continue;
                    }
                    let once = self.start(&repetition.sub, at, start);
                    // From copy `min` on, the pattern may also stop here.
                    start = if i >= min {
                        self.graph.or(rest, once)
                    } else {
                        once
                    };
                }
                start
            }
            // A character of more than one byte: its first byte, and no more.
            HirKind::Class(class) => {
                let (set, ..) = ByteSet::class(class);
                match self.classes.cover(&set) {
                    Some((class, _)) if at < self.depth => Seen {
                        node: self.graph.node(Node::Class(class)),
                        ahead: 0,
                    },
                    _ => ALL,
                }
            }
            _ => self.start(hir, at, rest),
        }
    }

    /// Alternatives taken together: those that are plain rows of sets as one row of the unions, others as so many bytes
    /// of what they are made of.
    fn together(&mut self, hir: &Hir, at: usize, rest: Seen) -> Option<Seen> {
        let HirKind::Alternation(items) = hir.kind() else {
            return None;
        };
        if let Some(start) = self.row(items, at, rest) {
            return Some(start);
        }
        let properties = hir.properties();
        let (min, max) = (properties.minimum_len()?, properties.maximum_len()?);
        let set = union(hir).filter(|_| max <= 64)?;
        Some(self.run(set, min, max, at, rest))
    }

    /// Rows of sets as one row of the unions.
    fn row(&mut self, items: &[Hir], at: usize, rest: Seen) -> Option<Seen> {
        let mut rows = Vec::with_capacity(items.len());
        for item in items {
            let mut parts = Vec::new();
            self.flatten(item, &mut parts);
            let mut row = Vec::new();
            for part in parts {
                match part {
                    Part::Run { set, min, max } if min == max && min < 64 => {
                        row.extend(std::iter::repeat_n(set, min));
                    }
                    _ => return None,
                }
            }
            rows.push(row);
        }
        let shortest = rows.iter().map(Vec::len).min()?;
        let even = rows.iter().all(|row| row.len() == shortest);
        if shortest == 0 {
            return None;
        }
        let mut rest = if even { rest } else { ALL };
        for i in (0..shortest).rev() {
            let sets = rows.iter().map(|row| row[i]);
            let set = sets.fold(ByteSet::default(), |all, set| all.union(&set));
            rest = self.run(set, 1, 1, at + i, rest);
        }
        Some(rest)
    }

    fn look(&mut self, look: Look, at: usize, rest: Seen) -> Seen {
        if at > self.depth {
            return self.cut();
        }
        let Some((class, true)) = self.classes.cover(&set_of(look)) else {
            return self.unknown(rest);
        };
        let here = self.graph.node(Node::Class(class));
        let before = self.graph.node(Node::Before(class));
        let edge = self.graph.node(Node::Edge(class));
        let mut not = |node| self.graph.node(Node::Not(node));
        let conditions = match look {
            Look::WordAscii => [Some(edge), None],
            Look::WordAsciiNegate => [Some(not(edge)), None],
            Look::WordStartAscii => [Some(not(before)), Some(here)],
            Look::WordEndAscii => [Some(before), Some(not(here))],
            Look::WordStartHalfAscii => [Some(not(before)), None],
            Look::WordEndHalfAscii => [Some(not(here)), None],
            Look::StartLF => [Some(before), None],
            _ => return self.unknown(rest),
        };
        let mut start = rest;
        for condition in conditions.into_iter().flatten() {
            start = self.graph.and(condition, start, 0);
        }
        start
    }

    /// A condition that shapes cannot say: left out.
    fn unknown(&mut self, rest: Seen) -> Seen {
        rest
    }
}

fn push(parts: &mut Vec<Part<'_>>, set: ByteSet, min: usize, max: usize) {
    if let Some(Part::Run {
        set: last,
        min: least,
        max: most,
    }) = parts.last_mut()
        && *last == set
    {
        *least += min;
        *most += max;
    } else {
        parts.push(Part::Run { set, min, max });
    }
}
