//! Step 6: all patterns as one automaton, which says at a candidate which of them match there, and how far each.
//! [`walk`](super::walk) walks it.
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

use super::{EngineError, whole};

/// The largest list of patterns, in bytes as `regex-automata` counts them.
const LIST_LIMIT: usize = 64 << 20;

/// What a thread may keep of an automaton, in bytes; then it begins again with an empty one.
const CACHE_LIMIT: usize = 8 << 20;

/// Lists of patterns are kept when the rest is dropped, until they have more entries than this.
const LISTS_LIMIT: usize = 1 << 16;

/// An entry of the table: where the next state's row begins, and what to know of it.
pub(super) type Next = u32;
/// This transition has not been made yet.
pub(super) const UNMADE: Next = u32::MAX;
/// Some pattern matched, ending before the byte that led here.
pub(super) const ACCEPT: Next = 1 << 31;
/// Nothing can match any more.
pub(super) const DEAD: Next = 1 << 30;
pub(super) const ROW: Next = DEAD - 1;

/// Entries in a cache line.
const LINE: usize = 16;

/// Bytes in the order of how often identifiers have them: the columns of a row are in that order, so that a walk along
/// digits and what separates them touches one cache line of each row.
const OFTEN: &[u8] = b"0123456789 -,./@:;\n()etaoinsrhldcumfpgwybvkxjqzETAOINSRHLDCUMFPGWYBVKXJQZ";

/// The patterns, compiled; shared by all threads.
#[derive(Debug)]
pub(super) struct Joint {
    nfa: NFA,
    /// Which pattern each state of `nfa` belongs to.
    owner: Vec<u16>,
    /// For each pattern of this automaton its number in the engine.
    patterns: Vec<u16>,
    /// By number in the engine: whether a walk meets it once at most.
    once: Vec<bool>,
    /// Each byte's place in a row: bytes that no pattern tells apart share one. The first entry of a row is not of a
    /// byte, it says where the list of the patterns is that matched.
    pub column: [u16; 256],
    /// The same in bytes, if all fit.
    pub column8: Option<[u8; 256]>,
    /// That of the end of the text, the last.
    pub end: u16,
    /// A byte of each column from the second on.
    sample: Vec<u8>,
    /// Entries from one row to the next: whole cache lines, and an odd number of them, because the lines that are often
    /// looked at would otherwise share few places of the cache.
    width: usize,
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

/// What a thread knows of an automaton so far.
#[derive(Debug)]
pub(super) struct Cache {
    /// Whose it is.
    identity: u64,
    /// For each state its row. It begins where a cache line does. Whatever an entry names is a row of it.
    pub table: Vec<Next>,
    /// Before the first row.
    first: usize,
    /// Lists of patterns: how many a walk meets once at most, how many others, these, and those.
    lists: Vec<u16>,
    listed: HashMap<Box<[u16]>, u32>,
    /// The first state, by the byte before.
    pub starts: [Next; 256],
    /// The first state where nothing stands before.
    pub start_of_text: Next,
    states: Vec<Known>,
    numbers: HashMap<Box<[u32]>, Next>,
    /// Bytes taken, about, and how many may be.
    size: usize,
    pub limit: usize,
    work: Work,
}

/// A state: what it was made of.
#[derive(Debug)]
struct Known {
    before: Before,
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
        let most = patterns.iter().map(|(number, ..)| usize::from(*number));
        let mut once = vec![false; most.max().unwrap_or(0) + 1];
        for (number, _, hir) in patterns {
            once[usize::from(*number)] = whole::ends_once(hir);
        }
        let classes = nfa.byte_classes();
        let often = |byte: u8| OFTEN.iter().position(|often| *often == byte);
        let mut bytes: Vec<u8> = (0..=255).collect();
        bytes.sort_by_key(|byte| (often(*byte).unwrap_or(OFTEN.len()), *byte));
        let mut sample: Vec<u8> = Vec::new();
        let mut column = [0; 256];
        for byte in bytes {
            let alike = |other: &u8| classes.get(*other) == classes.get(byte);
            let place = sample.iter().position(alike).unwrap_or_else(|| {
                sample.push(byte);
                sample.len() - 1
            });
            column[usize::from(byte)] = 1 + place as u16;
        }
        let lines = (sample.len() + 2).div_ceil(LINE);
        Ok(Some(Joint {
            owner: owners(&nfa),
            patterns: patterns.iter().map(|(number, ..)| *number).collect(),
            once,
            column,
            column8: (sample.len() < 255).then(|| column.map(|column| column as u8)),
            end: sample.len() as u16 + 1,
            sample,
            width: LINE * (lines | 1),
            identity: ENGINES.fetch_add(1, Ordering::Relaxed),
            nfa,
        }))
    }

    /// Readies the memory of a thread for this automaton: at the start of a chunk, when no list of patterns is in use.
    pub fn ready(&self, cache: &mut Cache) {
        if cache.identity != self.identity || cache.lists.len() > LISTS_LIMIT {
            cache.identity = self.identity;
            cache.lists.clear();
            cache.listed.clear();
            self.clear(cache);
        }
    }

    /// Forgets all states; lists of patterns stay.
    #[cold]
    pub fn clear(&self, cache: &mut Cache) {
        // All the room that it may take, at once: what is not used costs nothing, and the rows begin where cache lines do.
        cache.table.clear();
        cache.table.reserve_exact(CACHE_LIMIT / size_of::<Next>());
        cache.first = cache.table.as_ptr().align_offset(64).min(LINE);
        cache.table.resize(cache.first, UNMADE);
        cache.states.clear();
        cache.numbers.clear();
        cache.size = 0;
        cache.work.seen.clear();
        cache.work.seen.resize(self.nfa.states().len(), 0);
        cache.work.led.clear();
        cache.work.led.resize(self.nfa.states().len(), 0);
        cache.work.round = 0;
        for before in Before::ALL {
            let starts = 0..self.patterns.len();
            let starts = starts.filter_map(|pattern| {
                let pattern = regex_automata::PatternID::new(pattern).ok()?;
                self.nfa.start_pattern(pattern)
            });
            cache.work.places.clear();
            cache.work.places.extend(starts);
            cache.work.accepts.clear();
            let start = self.state(cache, before);
            match before {
                Before::Nothing => cache.start_of_text = start,
                _ => {
                    for (byte, first) in (0..=255).zip(&mut cache.starts) {
                        if Before::of(byte) == before {
                            *first = start;
                        }
                    }
                }
            }
        }
    }

    /// Makes a transition; whether there was room for it.
    #[cold]
    #[inline(never)]
    pub fn make(&self, cache: &mut Cache, state: u32, column: u16) -> bool {
        if cache.size > cache.limit && cache.states.len() > 64 {
            return false;
        }
        let row = (state as usize - cache.first) / self.width;
        let byte = self.sample.get(usize::from(column) - 1).copied();
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
        cache.table[state as usize + usize::from(column)] = next;
        true
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
        let row = cache.table.len();
        let mut next = row as Next;
        if !work.accepts.is_empty() {
            next |= ACCEPT;
        }
        if work.places.is_empty() {
            next |= DEAD;
        }
        cache.table.resize(row + self.width, UNMADE);
        cache.size += 4 * self.width + 8 * work.key.len() + 96;
        let list = match cache.listed.get(work.accepts.as_slice()) {
            Some(&list) => list,
            None => {
                let list = cache.lists.len() as u32;
                let each = || work.accepts.iter().copied();
                let once = |pattern: &u16| self.once[usize::from(*pattern)];
                let many = each().filter(once).count();
                cache.lists.push(many as u16);
                cache.lists.push((work.accepts.len() - many) as u16);
                cache.lists.extend(each().filter(once));
                cache.lists.extend(each().filter(|pattern| !once(pattern)));
                cache.listed.insert(work.accepts.as_slice().into(), list);
                list
            }
        };
        cache.table[row] = list;
        cache.states.push(Known {
            before,
            places: work.places.as_slice().into(),
        });
        cache.numbers.insert(work.key.as_slice().into(), next);
        next
    }
}

impl Default for Cache {
    fn default() -> Cache {
        Cache {
            identity: 0,
            table: Vec::new(),
            first: 0,
            lists: Vec::new(),
            listed: HashMap::new(),
            starts: [0; 256],
            start_of_text: 0,
            states: Vec::new(),
            numbers: HashMap::new(),
            size: 0,
            limit: CACHE_LIMIT,
            work: Work::default(),
        }
    }
}

impl Cache {
    /// Where the list of the patterns is that match in a state, by its row.
    #[inline(always)]
    pub fn list_at(&self, row: Next) -> u32 {
        self.table[row as usize]
    }

    /// The patterns of a list: those that a walk meets once at most, and the others.
    #[inline(always)]
    pub fn list(&self, at: u32) -> (&[u16], &[u16]) {
        let list = &self.lists[at as usize..];
        let (once, others) = (usize::from(list[0]), usize::from(list[1]));
        list[2..2 + once + others].split_at(once)
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
