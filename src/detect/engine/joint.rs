//! Step 6: all patterns as one automaton, which says at a candidate which of them match there, and how far each.
//!
//! At one candidate many patterns may match (ten digits are an NHS number, a tax reference, a telephone number), and an
//! automaton each would read the same bytes over and over. Here one deterministic automaton walks the text once for all
//! of them. Its states are sets of states of the patterns' own automata (`regex-automata` compiles those); they are made
//! when the text first asks for them and kept in the scratch memory of the thread, because most are never met. Within a
//! pattern the order of preference is kept: once it matches, what it would have tried later is dropped, so that each end
//! is the one that its regex alone would find (leftmost-first; see Cox, "Regular Expression Matching: the Virtual Machine
//! Approach"). Between patterns there is no order.
//!
//! Whether a match ends at a byte may depend on the byte after it (`\b`), so it is seen one byte late.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use regex_automata::nfa::thompson::{self, NFA, State};
use regex_automata::util::primitives::StateID;
use regex_syntax::hir::{Hir, Look};

use super::EngineError;

/// The largest list of patterns, in bytes as `regex-automata` counts them.
const LIST_LIMIT: usize = 64 << 20;

/// What a thread may keep of an automaton, in bytes; then it begins again with an empty one.
const CACHE_LIMIT: usize = 8 << 20;

/// An entry of the table: where the next state's row begins, and what to know of it.
type Next = u32;
/// This transition has not been made yet.
const UNMADE: Next = u32::MAX;
/// Some pattern matched, ending before the byte that led here.
const ACCEPT: Next = 1 << 31;
/// Nothing can match any more.
const DEAD: Next = 1 << 30;
const ROW: Next = DEAD - 1;

/// The patterns, compiled; shared by all threads.
#[derive(Debug)]
pub(super) struct Joint {
    nfa: NFA,
    /// Which pattern each state of `nfa` belongs to.
    owner: Vec<u16>,
    /// For each pattern of this automaton its number in the engine.
    patterns: Vec<u16>,
    /// The class of each byte: bytes that no pattern tells apart share one.
    class: [u8; 256],
    /// A byte of each class.
    sample: Vec<u8>,
    /// Tells the automata of all engines apart, so that a thread never walks one with the memory of another.
    identity: u64,
}

/// What stands before a byte, as far as patterns can tell.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Before {
    Nothing,
    LineEnd,
    Word,
    Other,
}

impl Before {
    const ALL: [Before; 4] = [
        Before::Nothing,
        Before::LineEnd,
        Before::Word,
        Before::Other,
    ];

    fn of(byte: u8) -> Before {
        match byte {
            b'\n' => Before::LineEnd,
            b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => Before::Word,
            _ => Before::Other,
        }
    }

    /// A byte of that kind.
    fn sample(self) -> Option<u8> {
        match self {
            Before::Nothing => None,
            Before::LineEnd => Some(b'\n'),
            Before::Word => Some(b'a'),
            Before::Other => Some(b' '),
        }
    }
}

/// A match of one pattern.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Hit {
    /// Its number in the engine.
    pub pattern: u16,
    pub end: usize,
}

/// What a thread knows of an automaton so far.
#[derive(Debug, Default)]
pub(super) struct Cache {
    /// Whose it is.
    identity: u64,
    /// For each state its row: for each class of the next byte, and for the end of the text, the next state.
    next: Vec<Next>,
    /// The first state, by what stands before.
    starts: [Next; 4],
    states: Vec<Known>,
    numbers: HashMap<Box<[u32]>, Next>,
    /// Bytes taken, about.
    size: usize,
    work: Work,
}

/// A state: what it was made of.
#[derive(Debug)]
struct Known {
    before: Before,
    /// The patterns that matched.
    accepts: Box<[u16]>,
    /// Where in the patterns' automata one may be, in order of preference, pattern after pattern.
    places: Box<[StateID]>,
}

/// Memory to make a transition in.
#[derive(Debug, Default)]
struct Work {
    stack: Vec<StateID>,
    /// By state of the patterns' automata: the last transition that was there, and that led there.
    seen: Vec<u32>,
    led: Vec<u32>,
    round: u32,
    accepts: Vec<u16>,
    places: Vec<StateID>,
    key: Vec<u32>,
}

impl Joint {
    /// For these patterns of an engine, each with its number and name. None: there are none.
    pub fn new(patterns: &[(u16, &str, &Hir)]) -> Result<Option<Joint>, EngineError> {
        static ENGINES: AtomicU64 = AtomicU64::new(1);
        if patterns.is_empty() {
            return Ok(None);
        }
        let refused = |name: &str, reason: String| EngineError::Regex {
            name: name.to_owned(),
            reason,
        };
        for (_, name, hir) in patterns {
            let looks = hir.properties().look_set();
            let crlf = looks.contains(Look::StartCRLF) || looks.contains(Look::EndCRLF);
            if crlf || looks.contains_word_unicode() {
                let reason = "(?u)\\b and (?R) are not known here: use (?-u) and (?m) alone";
                return Err(refused(name, reason.to_owned()));
            }
        }
        let config = thompson::Config::new()
            .utf8(false)
            .which_captures(thompson::WhichCaptures::None)
            .nfa_size_limit(Some(LIST_LIMIT));
        let hirs: Vec<&Hir> = patterns.iter().map(|(_, _, hir)| *hir).collect();
        let nfa = thompson::Compiler::new()
            .configure(config)
            .build_many_from_hir(&hirs)
            .map_err(|e| refused(patterns[0].1, e.to_string()))?;
        let classes = nfa.byte_classes();
        let mut sample = vec![0; classes.alphabet_len() - 1];
        for byte in (0..=255).rev() {
            sample[usize::from(classes.get(byte))] = byte;
        }
        Ok(Some(Joint {
            owner: owners(&nfa),
            patterns: patterns.iter().map(|(number, ..)| *number).collect(),
            class: std::array::from_fn(|byte| classes.get(byte as u8)),
            sample,
            identity: ENGINES.fetch_add(1, Ordering::Relaxed),
            nfa,
        }))
    }

    /// Entries of a row: the classes, and the end of the text.
    fn width(&self) -> usize {
        self.sample.len() + 1
    }

    /// Readies the memory of a thread for this automaton.
    pub fn ready(&self, cache: &mut Cache) {
        if cache.identity != self.identity {
            cache.identity = self.identity;
            self.clear(cache);
        }
    }

    #[cold]
    fn clear(&self, cache: &mut Cache) {
        cache.next.clear();
        cache.states.clear();
        cache.numbers.clear();
        cache.size = 0;
        cache.work.seen.clear();
        cache.work.seen.resize(self.nfa.states().len(), 0);
        cache.work.led.clear();
        cache.work.led.resize(self.nfa.states().len(), 0);
        cache.work.round = 0;
        for (slot, before) in Before::ALL.into_iter().enumerate() {
            let starts = 0..self.patterns.len();
            let starts = starts.filter_map(|pattern| {
                let pattern = regex_automata::PatternID::new(pattern).ok()?;
                self.nfa.start_pattern(pattern)
            });
            cache.work.places.clear();
            cache.work.places.extend(starts);
            cache.work.accepts.clear();
            cache.starts[slot] = self.state(cache, before);
        }
    }

    /// Appends the matches that begin at `start`, one for each pattern that has one. The cache must be ready.
    #[inline(always)]
    pub fn walk(&self, cache: &mut Cache, text: &[u8], start: usize, hits: &mut Vec<Hit>) {
        let from = hits.len();
        let mut state = cache.starts[match start.checked_sub(1) {
            None => 0,
            Some(before) => Before::of(text[before]) as usize,
        }];
        let mut at = start;
        loop {
            let class = match text.get(at) {
                Some(&byte) => self.class[usize::from(byte)],
                None => self.sample.len() as u8,
            };
            let mut next = cache.next[state as usize + usize::from(class)];
            if next >= DEAD {
                if next == UNMADE {
                    match self.make(cache, state, class) {
                        Some(made) => next = made,
                        None => {
                            // The memory was full, and the state is gone with the rest: once more from the start.
                            hits.truncate(from);
                            self.clear(cache);
                            return self.walk_again(cache, text, start, hits);
                        }
                    }
                }
                if next & ACCEPT != 0 {
                    let row = (next & ROW) / self.width() as u32;
                    let first = hits.len() == from;
                    for &pattern in &cache.states[row as usize].accepts {
                        let hit = Hit { pattern, end: at };
                        let mut earlier = hits[from..].iter_mut();
                        // A later end is one that the pattern prefers.
                        match earlier.find(|earlier| !first && earlier.pattern == pattern) {
                            Some(earlier) => *earlier = hit,
                            None => hits.push(hit),
                        }
                    }
                }
                if next & DEAD != 0 || at >= text.len() {
                    return;
                }
            }
            state = next & ROW;
            at += 1;
        }
    }

    #[cold]
    fn walk_again(&self, cache: &mut Cache, text: &[u8], start: usize, hits: &mut Vec<Hit>) {
        self.walk(cache, text, start, hits);
    }

    /// Makes a transition. None: there is no room for it.
    #[cold]
    #[inline(never)]
    fn make(&self, cache: &mut Cache, state: u32, class: u8) -> Option<Next> {
        let row = state as usize / self.width();
        if cache.size > CACHE_LIMIT && cache.states.len() > 64 {
            return None;
        }
        let byte = self.sample.get(usize::from(class)).copied();
        let Cache { states, work, .. } = cache;
        let known = &states[row];
        let (around, at) = match (known.before.sample(), byte) {
            (Some(before), Some(byte)) => (vec![before, byte], 1),
            (Some(before), None) => (vec![before], 1),
            (None, Some(byte)) => (vec![byte], 0),
            (None, None) => (vec![], 0),
        };
        work.round += 1;
        work.accepts.clear();
        work.places.clear();
        let mut matched = None;
        for &place in &known.places {
            let owner = self.owner[place.as_usize()];
            if matched == Some(owner) {
                continue;
            }
            work.stack.push(place);
            while let Some(place) = work.stack.pop() {
                let seen = &mut work.seen[place.as_usize()];
                if std::mem::replace(seen, work.round) == work.round {
                    continue;
                }
                let mut lead = |to: StateID| {
                    let led = &mut work.led[to.as_usize()];
                    if std::mem::replace(led, work.round) != work.round {
                        work.places.push(to);
                    }
                };
                match self.nfa.state(place) {
                    State::ByteRange { trans } => {
                        if byte.is_some_and(|byte| trans.matches_byte(byte)) {
                            lead(trans.next);
                        }
                    }
                    State::Sparse(sparse) => {
                        if let Some(to) = byte.and_then(|byte| sparse.matches_byte(byte)) {
                            lead(to);
                        }
                    }
                    State::Dense(dense) => {
                        if let Some(to) = byte.and_then(|byte| dense.matches_byte(byte)) {
                            lead(to);
                        }
                    }
                    State::Look { look, next } => {
                        if self.nfa.look_matcher().matches(*look, &around, at) {
                            work.stack.push(*next);
                        }
                    }
                    State::Union { alternates } => work.stack.extend(alternates.iter().rev()),
                    State::BinaryUnion { alt1, alt2 } => work.stack.extend([*alt2, *alt1]),
                    State::Capture { next, .. } => work.stack.push(*next),
                    State::Fail => {}
                    State::Match { .. } => {
                        // What the pattern prefers less is dropped.
                        work.accepts.push(self.patterns[usize::from(owner)]);
                        work.stack.clear();
                        matched = Some(owner);
                    }
                }
            }
        }
        let before = byte.map_or(Before::Other, Before::of);
        let next = self.state(cache, before);
        cache.next[state as usize + usize::from(class)] = next;
        Some(next)
    }

    /// The state that `work` has put together, made if there is none yet.
    fn state(&self, cache: &mut Cache, before: Before) -> Next {
        let work = &mut cache.work;
        work.key.clear();
        work.key.extend([before as u32, work.accepts.len() as u32]);
        work.key
            .extend(work.accepts.iter().map(|pattern| u32::from(*pattern)));
        work.key
            .extend(work.places.iter().map(|place| place.as_u32()));
        if let Some(&next) = cache.numbers.get(work.key.as_slice()) {
            return next;
        }
        let mut next = cache.next.len() as Next;
        if !work.accepts.is_empty() {
            next |= ACCEPT;
        }
        if work.places.is_empty() {
            next |= DEAD;
        }
        cache.next.resize(cache.next.len() + self.width(), UNMADE);
        cache.size += 4 * self.width() + 8 * work.key.len() + 96;
        cache.states.push(Known {
            before,
            accepts: work.accepts.as_slice().into(),
            places: work.places.as_slice().into(),
        });
        cache.numbers.insert(work.key.as_slice().into(), next);
        next
    }
}

/// Which pattern each state belongs to.
fn owners(nfa: &NFA) -> Vec<u16> {
    let mut owner = vec![0; nfa.states().len()];
    let mut seen = vec![false; nfa.states().len()];
    let mut stack = Vec::new();
    for pattern in nfa.patterns() {
        stack.extend(nfa.start_pattern(pattern));
        while let Some(place) = stack.pop() {
            if std::mem::replace(&mut seen[place.as_usize()], true) {
                continue;
            }
            owner[place.as_usize()] = pattern.as_usize() as u16;
            match nfa.state(place) {
                State::ByteRange { trans } => stack.push(trans.next),
                State::Sparse(sparse) => stack.extend(sparse.transitions.iter().map(|t| t.next)),
                State::Dense(dense) => {
                    let real = dense.transitions.iter().copied();
                    stack.extend(real.filter(|to| *to != StateID::ZERO));
                }
                State::Look { next, .. } | State::Capture { next, .. } => stack.push(*next),
                State::Union { alternates } => stack.extend(alternates.iter()),
                State::BinaryUnion { alt1, alt2 } => stack.extend([*alt1, *alt2]),
                State::Fail | State::Match { .. } => {}
            }
        }
    }
    owner
}
