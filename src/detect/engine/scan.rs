//! The eight steps in a row, for one window of text.
//!
//! classify → run the shapes → for each group of patterns, verify its candidates → the words that may be keys → their
//! terms; chunk by chunk. Patterns without a shape run before that, each alone. This is what [`super::Engine::scan`]
//! does.

use std::ops::Range;

use super::bits::{AFTER, Bits, CHUNK, HEAD};
use super::run::Found;
use super::words::{Chunk, Word};
use super::{Engine, Group, Until, Visit, Way};

/// The memory of a scan.
#[derive(Debug, Default)]
pub(super) struct Memory {
    bits: Bits,
    found: Found,
    words: Vec<Word>,
    /// The patterns that are looked for.
    wanted: Vec<bool>,
    /// The text around a chunk where there is not enough of it: at the start and the end of a text.
    padded: Vec<u8>,
}

/// What of a chunk is known beyond it, in words of 64 bytes.
const MARGIN: usize = AFTER + 1;

pub(super) fn scan<V: Visit + ?Sized>(
    engine: &Engine,
    text: &[u8],
    starts: Range<usize>,
    cursors: &mut [usize],
    memory: &mut Memory,
    visit: &mut V,
) {
    let starts = starts.start..starts.end.min(text.len());
    memory.wanted.clear();
    let patterns = 0..engine.verify.len() as u16;
    memory.wanted.extend(patterns.map(|p| visit.wants(p)));
    for (pattern, regex) in &engine.slow {
        if !memory.wanted[usize::from(*pattern)] {
            continue;
        }
        let cursor = &mut cursors[usize::from(*pattern)];
        super::plain::search(regex, *pattern, text, &starts, cursor, visit);
    }
    let back = engine.terms.as_ref().map_or(0, |terms| terms.back);
    let end = text.len().min(starts.end + back);
    let mut base = starts.start;
    while base < end && !starts.is_empty() {
        let words = CHUNK.min((end - base).div_ceil(64));
        chunk(engine, text, &starts, base, words, cursors, memory, visit);
        base += 64 * words;
    }
}

/// Sorts a chunk and what is around it into classes; the text that it looked at begins a word before the chunk.
fn sort<'a>(
    engine: &Engine,
    text: &'a [u8],
    base: usize,
    words: usize,
    bits: &mut Bits,
    padded: &'a mut Vec<u8>,
) -> &'a [u8] {
    bits.reserve(
        engine
            .ways
            .iter()
            .map(|way| way.program.rows)
            .max()
            .unwrap_or(0)
            .into(),
    );
    let len = 64 * (1 + words + MARGIN);
    let inside = base >= 64 && base - 64 + len <= text.len();
    let view = if inside {
        &text[base - 64..base - 64 + len]
    } else {
        padded.clear();
        let before = base.min(64);
        let after = (len - 64).min(text.len() - base);
        padded.resize(64 - before, 0);
        padded.extend_from_slice(&text[base - before..base + after]);
        padded.resize(len, 0);
        padded.as_slice()
    };
    engine
        .steps
        .classify(view, &engine.tables, &mut bits.rows_mut()[HEAD - 1..]);
    if !inside {
        let from = 64 - base.min(64);
        let to = 64 + (text.len() - base).min(len - 64);
        bits.keep(engine.tables.classes, len / 64, from, to);
        if base == 0
            && let Some(line_end) = engine.line_end
        {
            // The start of the text is the start of a line.
            bits.set_before(line_end);
        }
    }
    view
}

/// The way for this chunk: that for rows if a tenth of its bytes are digits.
fn way<'a>(engine: &'a Engine, bits: &Bits, words: usize) -> &'a Way {
    let digits = &bits.row(engine.digit.into())[..words];
    let count: u32 = digits.iter().map(|word| word.count_ones()).sum();
    &engine.ways[usize::from(count as usize * 10 > words * 64)]
}

/// The first steps alone; see [`Engine::measure`].
pub(super) fn measure(engine: &Engine, text: &[u8], until: Until, memory: &mut Memory) -> usize {
    let mut candidates = 0;
    let mut base = 0;
    while base < text.len() {
        let words = CHUNK.min((text.len() - base).div_ceil(64));
        sort(
            engine,
            text,
            base,
            words,
            &mut memory.bits,
            &mut memory.padded,
        );
        if until >= Until::Shapes {
            let (bits, found) = (&mut memory.bits, &mut memory.found);
            let way = way(engine, bits, words);
            engine.steps.run(&way.program, bits, words, found);
            candidates += found.words.len();
        }
        base += 64 * words;
    }
    candidates
}

#[allow(clippy::too_many_arguments)]
fn chunk<V: Visit + ?Sized>(
    engine: &Engine,
    text: &[u8],
    starts: &Range<usize>,
    base: usize,
    words: usize,
    cursors: &mut [usize],
    memory: &mut Memory,
    visit: &mut V,
) {
    let Memory {
        bits,
        found,
        words: keys,
        wanted,
        padded,
    } = memory;
    let view = sort(engine, text, base, words, bits, padded);
    if base < starts.end {
        let way = way(engine, bits, words);
        engine.steps.run(&way.program, bits, words, found);
        for group in &way.groups {
            let found = &found.words[found.places[usize::from(group.root)].clone()];
            if !found.is_empty() {
                decide(
                    engine, group, text, starts, base, found, wanted, cursors, visit,
                );
            }
        }
    }
    if let Some(terms) = &engine.terms {
        keys.clear();
        let chunk = Chunk {
            text: view,
            bits,
            words,
        };
        engine.steps.words(&terms.filter, &chunk, keys);
        for word in keys.iter() {
            terms.look_up(text, starts, base, word, visit);
        }
    }
}

/// Goes through the candidates that a group of patterns has in a chunk.
#[allow(clippy::too_many_arguments)]
#[inline(always)]
fn decide<V: Visit + ?Sized>(
    engine: &Engine,
    group: &Group,
    text: &[u8],
    starts: &Range<usize>,
    base: usize,
    found: &[(u32, u64)],
    wanted: &[bool],
    cursors: &mut [usize],
    visit: &mut V,
) {
    let patterns = group.patterns.iter().enumerate();
    let wanted = patterns.fold(0u64, |all, (bit, (pattern, _))| {
        all | u64::from(wanted[usize::from(*pattern)]) << bit
    });
    for &(word, mut candidates) in found {
        let at = base + 64 * word as usize;
        while candidates != 0 {
            let start = at + candidates.trailing_zeros() as usize;
            candidates &= candidates - 1;
            if start >= starts.end {
                return;
            }
            let mut left = group.sift.pass(text, start, wanted);
            while left != 0 {
                let (pattern, exact) = group.patterns[left.trailing_zeros() as usize];
                left &= left - 1;
                let cursor = &mut cursors[usize::from(pattern)];
                if start < *cursor {
                    continue;
                }
                if let Some(verify) = &engine.verify[usize::from(pattern)]
                    && let Some(end) = verify.end(text, start, exact)
                    && visit.pattern(pattern, start, end)
                {
                    *cursor = end;
                }
            }
        }
    }
}
