//! Step 4, at load: from the graph of shapes to a straight line of operations on few buffers.
//!
//! Each operation runs over a whole chunk before the next begins, so what it costs to interpret is shared by thousands
//! of bytes. Buffers are taken again as soon as nobody reads them any more, so that they all stay in the nearest
//! cache. Called by [`super::Engine::new`]; [`super::run`] runs the line.

use super::shape::{Graph, Node, NodeId};

/// What an operation does to rows of bitmaps; `n` is a shift towards the start of the text, as in [`Node`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Do {
    /// `!a`
    Not(u16),
    /// The byte before is of the class.
    Before(u16),
    /// One of this byte and the byte before is of the class.
    Edge(u16),
    /// `a >> n`
    Shift(u16, u16),
    /// `a & b >> n`
    And(u16, u16, u16),
    /// `a | b >> n`
    Or(u16, u16, u16),
    /// `a | (b & c >> n)`
    OrAnd(u16, u16, u16, u16),
}

/// One step of the line: fill row `into`, as far as `beyond` bytes after the chunk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Step {
    pub into: u16,
    pub what: Do,
    pub beyond: u16,
}

/// The line, and what it needs.
#[derive(Clone, Debug, Default)]
pub(super) struct Program {
    pub steps: Vec<Step>,
    /// Rows of bitmaps: the classes, then buffers.
    pub rows: u16,
    /// The row that is the bitmap of candidates in the end.
    pub found: u16,
}

impl Program {
    /// The line that computes `root`.
    pub fn new(graph: &Graph, classes: usize, root: NodeId) -> Program {
        let order = order(graph, root);
        let count = graph.nodes.len();
        // Who reads each node, and how far beyond the chunk it must be known.
        let mut readers = vec![0u32; count];
        for &id in &order {
            for (from, _) in reads(graph.nodes[id as usize]) {
                readers[from as usize] += 1;
            }
        }
        let mut beyond = vec![0u16; count];
        for &id in order.iter().rev() {
            for (from, n) in reads(graph.nodes[id as usize]) {
                beyond[from as usize] = beyond[from as usize].max(beyond[id as usize] + n);
            }
        }
        readers[root as usize] += 1;
        // An AND that only one OR reads, unshifted, is made together with it.
        let mut fused = vec![false; count];
        for &id in &order {
            if let Node::Or(a, b, 0) = graph.nodes[id as usize] {
                let alone = |x: NodeId| {
                    readers[x as usize] == 1
                        && matches!(graph.nodes[x as usize], Node::And(1.., ..))
                };
                if let Some(part) = [b, a].into_iter().find(|&x| alone(x)) {
                    fused[part as usize] = true;
                }
            }
        }
        let mut line = Line {
            graph,
            readers,
            fused,
            place: vec![None; count],
            free: Vec::new(),
            program: Program {
                steps: Vec::new(),
                rows: classes as u16,
                found: 0,
            },
        };
        for &id in &order {
            line.make(id, beyond[id as usize]);
        }
        line.program.found = line.read(root);
        line.program
    }
}

/// The nodes that a node reads, and how far ahead.
fn reads(node: Node) -> impl Iterator<Item = (NodeId, u16)> {
    let (a, b) = match node {
        Node::And(a, b, n) | Node::Or(a, b, n) => (Some((a, 0)), Some((b, n))),
        Node::Not(a) => (Some((a, 0)), None),
        _ => (None, None),
    };
    a.into_iter().chain(b).filter(|(id, _)| *id != 0)
}

/// The nodes that the root needs, each after what it reads and as near to its reader as that allows.
fn order(graph: &Graph, root: NodeId) -> Vec<NodeId> {
    let mut order = Vec::new();
    let mut seen = vec![false; graph.nodes.len()];
    let mut stack = vec![(root, false)];
    while let Some((id, ready)) = stack.pop() {
        if ready {
            order.push(id);
        } else if !std::mem::replace(&mut seen[id as usize], true) {
            stack.push((id, true));
            stack.extend(reads(graph.nodes[id as usize]).map(|(from, _)| (from, false)));
        }
    }
    order
}

/// The line as far as it has got.
struct Line<'g> {
    graph: &'g Graph,
    readers: Vec<u32>,
    fused: Vec<bool>,
    place: Vec<Option<u16>>,
    free: Vec<u16>,
    program: Program,
}

impl Line<'_> {
    fn read(&self, id: NodeId) -> u16 {
        match self.graph.nodes[id as usize] {
            Node::Class(class) => class.into(),
            _ => self.place[id as usize].expect("made before it is read"),
        }
    }

    /// One reader less; after the last the buffer is free.
    fn done(&mut self, id: NodeId) {
        self.readers[id as usize] -= 1;
        if self.readers[id as usize] == 0
            && let Some(buffer) = self.place[id as usize].take()
        {
            self.free.push(buffer);
        }
    }

    fn make(&mut self, id: NodeId, beyond: u16) {
        if self.fused[id as usize] {
            return;
        }
        let node = self.graph.nodes[id as usize];
        let mut read: Vec<NodeId> = reads(node).map(|(from, _)| from).collect();
        let what = match node {
            Node::All | Node::Class(_) => return,
            Node::Before(class) => Do::Before(class.into()),
            Node::Edge(class) => Do::Edge(class.into()),
            Node::Not(a) => Do::Not(self.read(a)),
            Node::And(0, b, n) => Do::Shift(self.read(b), n),
            Node::And(a, b, n) => Do::And(self.read(a), self.read(b), n),
            Node::Or(a, b, n) => {
                let part = [(b, a), (a, b)];
                let part = part.into_iter().find(|(x, _)| self.fused[*x as usize]);
                match part.map(|(x, other)| (self.graph.nodes[x as usize], other)) {
                    Some((Node::And(b, c, n), other)) => {
                        read = vec![other, b, c];
                        Do::OrAnd(self.read(other), self.read(b), self.read(c), n)
                    }
                    _ => Do::Or(self.read(a), self.read(b), n),
                }
            }
        };
        let into = self.free.pop().unwrap_or_else(|| {
            self.program.rows += 1;
            self.program.rows - 1
        });
        self.place[id as usize] = Some(into);
        let step = Step { into, what, beyond };
        self.program.steps.push(step);
        for from in read {
            self.done(from);
        }
    }
}
