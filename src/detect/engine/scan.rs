//! The eight steps in a row, for one window of text.
//!
//! classify → run the shapes → walk the candidates → the words that may be keys → their terms; chunk by chunk. Patterns without a shape run before that, each alone. This is what [`super::Engine::scan`]
//! does.

use std::ops::Range;

use super::bits::{AFTER, Bits, CHUNK, HEAD};
use super::joint::Cache;
use super::walk::Walks;
use super::words::{Chunk, Words};
use super::{Engine, Until, Visit};

/// The memory of a scan.
#[derive(Debug, Default)]
pub(super) struct Memory {
    bits: Bits,
    /// The positions of candidates, 64 at a time.
    found: Vec<(u32, u64)>,
    /// What each thread knows of the patterns' automata, those of all texts and those of some.
    caches: [Cache; 2],
    walks: Walks,
    words: Words,
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
    let seldom = visit.wants_seldom(starts.clone());
    for (pattern, regex) in &engine.slow {
        if !seldom && engine.is_seldom(*pattern) {
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
        let seldom = seldom && visit.wants_seldom(base..base + 64 * words);
        chunk(
            engine, text, &starts, base, words, seldom, cursors, memory, visit,
        );
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
    bits.reserve(engine.rows.into());
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

/// The first steps alone; see [`Engine::measure`].
pub(super) fn measure(engine: &Engine, text: &[u8], until: Until, memory: &mut Memory) -> usize {
    let mut candidates = 0;
    let mut base = 0;
    while base < text.len() {
        let words = CHUNK.min((text.len() - base).div_ceil(64));
        let view = sort(
            engine,
            text,
            base,
            words,
            &mut memory.bits,
            &mut memory.padded,
        );
        if until >= Until::Shapes {
            let (bits, found) = (&mut memory.bits, &mut memory.found);
            for search in engine.searches.iter().take(1).flatten() {
                engine
                    .steps
                    .heads(&search.filter, view, bits, engine.word, engine.heads, words);
                engine.steps.run(&search.program, bits, words, found);
                let each = found.iter().map(|(_, word)| word.count_ones() as usize);
                candidates += each.sum::<usize>();
            }
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
    seldom: bool,
    cursors: &mut [usize],
    memory: &mut Memory,
    visit: &mut V,
) {
    let Memory {
        bits,
        found,
        caches,
        walks,
        words: keys,
        padded,
    } = memory;
    let view = sort(engine, text, base, words, bits, padded);
    if base < starts.end {
        let searches = engine.searches.iter().zip(caches);
        for (search, cache) in searches.take(1 + usize::from(seldom)) {
            let Some(search) = search else { continue };
            engine
                .steps
                .heads(&search.filter, view, bits, engine.word, engine.heads, words);
            engine.steps.run(&search.program, bits, words, found);
            engine.steps.places(found, &mut walks.starts);
            // The chunk may run on past where matches are to begin.
            let before = |start: &u32| base + (*start as usize) < starts.end;
            let many = walks.starts.partition_point(before);
            walks.starts.truncate(many);
            search.joint.ready(cache);
            walks.walk(
                engine.steps,
                &search.joint,
                cache,
                text,
                base,
                engine.max_length,
            );
            walks.tell(cache, base, |start, hit| {
                let cursor = &mut cursors[usize::from(hit.pattern)];
                if start >= *cursor && visit.pattern(hit.pattern, start, hit.end) {
                    *cursor = hit.end;
                }
            });
        }
    }
    if let Some(terms) = &engine.terms {
        let chunk = Chunk {
            text: view,
            bits,
            words,
        };
        engine.steps.words(&terms.filter, &chunk, keys);
        terms.look_up(text, starts, base, keys, visit);
    }
}
