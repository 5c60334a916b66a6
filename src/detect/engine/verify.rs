//! Step 6: what decides at a candidate, the pattern itself.
//!
//! A shape that asks for all of a pattern of one length needs nothing more. Every other pattern is an automaton made by
//! `regex-automata`, kept as one table of its own in which states are numbered so that one comparison tells "matches" and
//! "dead" from the rest. Automata are made at the first candidate, because most documents need few of them. One that
//! would be too large is left to the simulation of `regex-automata`.

use std::collections::HashMap;
use std::sync::OnceLock;

use regex_automata::{
    Anchored, Input,
    dfa::{Automaton, StartKind, dense},
    nfa::thompson::{self, NFA, pikevm::PikeVM},
    util::{primitives::StateID, start},
};
use regex_syntax::hir::Hir;

use super::EngineError;

/// The largest automaton, in bytes, that is laid out as a table.
const TABLE_LIMIT: usize = 1 << 20;

/// The largest pattern, in bytes as `regex-automata` counts them.
const PATTERN_LIMIT: usize = 10 << 20;

/// How a pattern's matches are made sure of.
#[derive(Debug)]
pub(super) struct Verify {
    /// All its matches are of this many bytes.
    length: Option<usize>,
    nfa: NFA,
    made: OnceLock<Made>,
}

#[derive(Debug)]
enum Made {
    Table(Box<Table>),
    /// Never too large: states are found as the text is read.
    Simulation(Box<PikeVM>),
}

impl Verify {
    /// For a pattern.
    pub fn new(name: &str, hir: &Hir) -> Result<Verify, EngineError> {
        let properties = hir.properties();
        let length = properties.minimum_len();
        let config = thompson::Config::new()
            .utf8(false)
            .which_captures(thompson::WhichCaptures::Implicit)
            .nfa_size_limit(Some(PATTERN_LIMIT));
        let nfa = thompson::Compiler::new()
            .configure(config)
            .build_from_hir(hir)
            .map_err(|e| EngineError::Regex {
                name: name.to_owned(),
                reason: e.to_string(),
            })?;
        Ok(Verify {
            length: length.filter(|_| length == properties.maximum_len()),
            nfa,
            made: OnceLock::new(),
        })
    }

    /// The length of all matches, if they are of one.
    #[inline(always)]
    pub fn length(&self) -> Option<usize> {
        self.length
    }

    /// Whether the automaton is too large to be laid out.
    pub fn is_large(&self) -> bool {
        matches!(self.made(), Made::Simulation(_))
    }

    #[inline(always)]
    fn made(&self) -> &Made {
        self.made.get_or_init(|| Made::new(&self.nfa))
    }

    /// The end of the match that begins at `start`, if one does; `exact`: the shape says that one does.
    #[inline(always)]
    pub fn end(&self, text: &[u8], start: usize, exact: bool) -> Option<usize> {
        if exact && let Some(length) = self.length {
            return Some(start + length);
        }
        match self.made() {
            Made::Table(table) => table.end(text, start),
            Made::Simulation(machine) => simulate(machine, text, start),
        }
    }
}

impl Made {
    #[cold]
    fn new(nfa: &NFA) -> Made {
        if let Some(table) = Table::new(nfa) {
            return Made::Table(Box::new(table));
        }
        let machine = PikeVM::new_from_nfa(nfa.clone()).expect("it has the captures asked for");
        Made::Simulation(Box::new(machine))
    }
}

fn simulate(machine: &PikeVM, text: &[u8], start: usize) -> Option<usize> {
    let input = Input::new(text).range(start..).anchored(Anchored::Yes);
    let mut slots = [None; 2];
    machine.search_slots(&mut machine.create_cache(), &input, &mut slots)?;
    slots[1].map(|end| end.get())
}

/// An anchored automaton. State 0 is dead, states up to `last_match` are those that a match was seen one byte before.
#[derive(Debug)]
pub(super) struct Table {
    /// By state and, in the low `bits`, the class of the next byte.
    next: Vec<u16>,
    bits: u32,
    class: [u8; 256],
    /// The class of the end of the text.
    end: u8,
    last_match: u16,
    /// The first state, by the byte before the match.
    start: [u16; 256],
    start_of_text: u16,
}

impl Table {
    /// None: too large, or in need of what tables cannot tell (words beyond ASCII).
    fn new(nfa: &NFA) -> Option<Table> {
        let dfa = dense::Builder::new()
            .configure(
                dense::Config::new()
                    .start_kind(StartKind::Anchored)
                    .accelerate(false)
                    .minimize(false)
                    .dfa_size_limit(Some(TABLE_LIMIT))
                    .determinize_size_limit(Some(4 * TABLE_LIMIT)),
            )
            .build_from_nfa(nfa)
            .ok()?;
        Table::of(&dfa)
    }

    fn of(dfa: &dense::DFA<Vec<u32>>) -> Option<Table> {
        let classes = dfa.byte_classes();
        let first = |before: Option<u8>| {
            let config = start::Config::new()
                .anchored(Anchored::Yes)
                .look_behind(before);
            dfa.start_state(&config).ok()
        };
        let start_of_text = first(None)?;
        let mut starts = Vec::with_capacity(256);
        for byte in 0..=255 {
            starts.push(first(Some(byte))?);
        }
        // One byte of each class stands for it.
        let mut sample: Vec<Option<u8>> = vec![None; classes.alphabet_len() - 1];
        for byte in 0..=255u8 {
            sample[usize::from(classes.get(byte))].get_or_insert(byte);
        }
        let step = |state: StateID| {
            let bytes = sample.iter().map(move |byte| match byte {
                Some(byte) => dfa.next_state(state, *byte),
                None => state,
            });
            bytes.chain([dfa.next_eoi_state(state)])
        };
        let mut seen: Vec<StateID> = Vec::new();
        let mut known: HashMap<StateID, usize> = HashMap::new();
        let mut at = 0;
        let mut meet = |state: StateID, seen: &mut Vec<StateID>| {
            known.entry(state).or_insert_with(|| {
                seen.push(state);
                seen.len() - 1
            });
        };
        for &state in starts.iter().chain([&start_of_text]) {
            meet(state, &mut seen);
        }
        while at < seen.len() {
            let state = seen[at];
            if dfa.is_quit_state(state) {
                return None;
            }
            step(state).for_each(|next| meet(next, &mut seen));
            at += 1;
        }
        // Dead first, then the matches, then the rest.
        let rank = |state: &StateID| match () {
            () if dfa.is_dead_state(*state) => 0,
            () if dfa.is_match_state(*state) => 1,
            () => 2,
        };
        seen.sort_by_key(rank);
        if seen.first().is_none_or(|state| rank(state) != 0) {
            return None;
        }
        let number: HashMap<StateID, u16> = seen
            .iter()
            .enumerate()
            .map(|(i, state)| Some((*state, u16::try_from(i).ok()?)))
            .collect::<Option<_>>()?;
        let matches = seen.iter().filter(|state| rank(state) == 1).count();
        let width = classes.alphabet_len().next_power_of_two();
        let mut next = Vec::with_capacity(seen.len() * width);
        for &state in &seen {
            next.extend(step(state).map(|next| number[&next]));
            next.resize(next.len().next_multiple_of(width), 0);
        }
        Some(Table {
            next,
            bits: width.ilog2(),
            class: std::array::from_fn(|byte| classes.get(byte as u8)),
            end: (classes.alphabet_len() - 1) as u8,
            last_match: matches as u16,
            start: std::array::from_fn(|byte| number[&starts[byte]]),
            start_of_text: number[&start_of_text],
        })
    }

    #[inline(always)]
    fn end(&self, text: &[u8], start: usize) -> Option<usize> {
        let mut state = match start.checked_sub(1) {
            Some(before) => self.start[usize::from(text[before])],
            None => self.start_of_text,
        };
        let mut end = None;
        let mut at = start;
        loop {
            let class = match text.get(at) {
                Some(&byte) => self.class[usize::from(byte)],
                None => self.end,
            };
            state = self.next[usize::from(state) << self.bits | usize::from(class)];
            if state <= self.last_match {
                if state == 0 {
                    return end;
                }
                end = Some(at);
            }
            if at >= text.len() {
                return end;
            }
            at += 1;
        }
    }
}
