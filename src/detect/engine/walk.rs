//! Step 6: at each candidate of a chunk the automaton of [`joint`](super::joint) is walked, and what matches there is told.
//!
//! First all candidates are walked, then all is told: between the two stands a list of the states met in which patterns
//! match. So the walks need not be one after another: [`lanes`](super::lanes) takes sixteen at once, because each step of
//! one waits for memory. What they find is then put in the order of the candidates.

use super::joint::{ACCEPT, Cache, DEAD, Joint, Next, ROW, UNMADE};
use super::simd::Steps;

/// A match of one pattern.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Hit {
    /// Its number in the engine.
    pub pattern: u16,
    pub end: usize,
}

/// A state in which patterns match.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Met {
    /// In the walk of which candidate.
    pub whose: u32,
    /// Where the list of the patterns is.
    pub list: u32,
    /// The end of the match, from the start of the chunk on.
    pub end: u32,
}

/// The walks of a chunk.
#[derive(Debug, Default)]
pub(super) struct Walks {
    /// The candidates, from the start of the chunk on, ascending.
    pub starts: Vec<u32>,
    /// What the walks met, in the order of the candidates, and of one candidate in the order of the text.
    met: Vec<Met>,
    pub lanes: Lanes,
    /// Where the next one of each candidate goes, while they are put in order.
    next: Vec<u32>,
    /// The text from the chunk on where too little follows it.
    padded: Vec<u8>,
    /// Which patterns that may be met more than once have been told of at a candidate.
    told: Vec<u16>,
}

/// Where a walk met a state: the number of the candidate in the high half, the end of the match in the low half.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub(super) struct Place(pub u32);

/// The memory of walks side by side.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    /// The state that each walk begins in.
    pub firsts: Vec<Next>,
    /// What they meet, in no order: rows of states, and where.
    pub rows: Vec<Next>,
    pub places: Vec<Place>,
    /// How many that is; what follows in both is left of earlier chunks.
    pub many: usize,
}

/// How many bytes must be readable after the last that counts.
pub(super) const BEYOND: usize = 4;

impl Walks {
    /// Walks all candidates of the chunk that begins at `base`. No pattern matches more than `longest` bytes. The cache
    /// must be ready.
    pub fn walk(
        &mut self,
        steps: Steps,
        joint: &Joint,
        cache: &mut Cache,
        text: &[u8],
        base: usize,
        longest: usize,
    ) {
        let Some(&last) = self.starts.last() else {
            return self.met.clear();
        };
        if steps.has_lanes() && joint.column8.is_some() {
            // A walk looks one byte beyond a match, and one more where none is.
            let reach = last as usize + longest + 2;
            let rest = &text[base..];
            let end = reach.min(rest.len());
            let view = match rest.get(..end + BEYOND) {
                Some(view) => view,
                None => {
                    self.padded.clear();
                    self.padded.extend_from_slice(&rest[..end]);
                    self.padded.resize(end + BEYOND, 0);
                    &self.padded
                }
            };
            self.lanes.firsts.clear();
            self.lanes.firsts.extend(self.starts.iter().map(|start| {
                let before = (base + *start as usize).checked_sub(1);
                before.map_or(cache.start_of_text, |before| {
                    cache.starts[usize::from(text[before])]
                })
            }));
            if steps.walk(joint, cache, view, end, &self.starts, &mut self.lanes) {
                return self.sort(cache);
            }
            // The memory was full.
            joint.clear(cache);
        }
        self.met.clear();
        for (whose, start) in self.starts.iter().enumerate() {
            let start = base + *start as usize;
            alone(joint, cache, text, base, start, whose as u32, &mut self.met);
        }
    }

    /// Puts what the lanes met in the order of the candidates.
    fn sort(&mut self, cache: &Cache) {
        let (rows, places) = (&self.lanes.rows, &self.lanes.places);
        let (rows, places) = (&rows[..self.lanes.many], &places[..self.lanes.many]);
        self.next.clear();
        self.next.resize(self.starts.len() + 1, 0);
        for place in places {
            self.next[(place.0 >> 16) as usize + 1] += 1;
        }
        let mut all = 0;
        for next in &mut self.next {
            all += *next;
            *next = all;
        }
        // What is there is written over.
        self.met.resize(places.len(), Met::default());
        for (&row, &Place(place)) in rows.iter().zip(places) {
            let (whose, end) = (place >> 16, place & 0xFFFF);
            let next = &mut self.next[whose as usize];
            let list = cache.list_at(row);
            self.met[*next as usize] = Met { whose, list, end };
            *next += 1;
        }
    }

    /// Calls `each` with every candidate that has a match, counted from the start of the text, and its matches: one for
    /// each pattern.
    pub fn tell(&mut self, cache: &Cache, base: usize, mut each: impl FnMut(usize, Hit)) {
        for met in self.met.chunk_by(|a, b| a.whose == b.whose) {
            let start = base + self.starts[met[0].whose as usize] as usize;
            let hit = |pattern: u16, end: u32| Hit {
                pattern,
                end: base + end as usize,
            };
            if let [met] = met {
                let (once, others) = cache.list(met.list);
                for &pattern in once.iter().chain(others) {
                    each(start, hit(pattern, met.end));
                }
                continue;
            }
            self.told.clear();
            for met in met.iter().rev() {
                let (once, others) = cache.list(met.list);
                for &pattern in once {
                    each(start, hit(pattern, met.end));
                }
                // A later end of a pattern is one that it prefers.
                for &pattern in others {
                    if !self.told.contains(&pattern) {
                        self.told.push(pattern);
                        each(start, hit(pattern, met.end));
                    }
                }
            }
        }
    }
}

/// Walks one candidate.
#[inline(always)]
fn alone(
    joint: &Joint,
    cache: &mut Cache,
    text: &[u8],
    base: usize,
    start: usize,
    whose: u32,
    met: &mut Vec<Met>,
) {
    let from = met.len();
    let first = |cache: &Cache| match start.checked_sub(1) {
        None => cache.start_of_text,
        Some(before) => cache.starts[usize::from(text[before])],
    };
    let (mut state, mut at) = (first(cache), start);
    loop {
        let table = cache.table.as_slice();
        let column = loop {
            let column = match text.get(at) {
                Some(&byte) => joint.column[usize::from(byte)],
                None => joint.end,
            };
            let next = table[state as usize + usize::from(column)];
            if next >= DEAD {
                if next == UNMADE {
                    break column;
                }
                if next & ACCEPT != 0 {
                    met.push(Met {
                        whose,
                        list: table[(next & ROW) as usize],
                        end: (at - base) as u32,
                    });
                }
                if next & DEAD != 0 || at >= text.len() {
                    return;
                }
            }
            state = next & ROW;
            at += 1;
        };
        if !joint.make(cache, state, column) {
            // The memory was full, and the state is gone with the rest: once more from the start.
            joint.clear(cache);
            met.truncate(from);
            (state, at) = (first(cache), start);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::field_reassign_with_default)]

    use super::super::PatternSpec;
    use super::super::plain;
    use super::super::simd::Isa;
    use super::*;

    /// Matches of each pattern at each place, as the regex of the pattern finds them.
    fn expected(specs: &[PatternSpec], text: &[u8]) -> Vec<(usize, Hit)> {
        let mut all = Vec::new();
        for (pattern, spec) in (0..).zip(specs) {
            let regex = plain::compile(spec).unwrap();
            for start in 0..text.len() {
                let found = regex.find_at(text, start);
                if let Some(found) = found.filter(|found| found.start() == start) {
                    let end = found.end();
                    all.push((start, Hit { pattern, end }));
                }
            }
        }
        all.sort_by_key(|(start, hit)| (*start, hit.pattern));
        all
    }

    #[test]
    fn memory_that_is_full_begins_again_and_loses_nothing() {
        let specs = [
            r"[a-c]{1,6}d|[a-c]{2}",
            r"\b[a-d]{3,9}\b",
            r"(?:ab|a)(?:c|bcd)(?:d*x?)",
            r"c{1,3}(?: ?c){0,3}",
        ];
        let specs = specs.map(|regex| PatternSpec {
            name: regex.into(),
            regex: regex.replace("d*", "d{0,9}"),
            seldom: false,
        });
        let hirs: Vec<_> = specs
            .iter()
            .map(|spec| plain::parse(spec).unwrap())
            .collect();
        let each = (0..).zip(&specs).zip(&hirs);
        let each: Vec<_> = each
            .map(|((i, spec), hir)| (i, spec.name.as_str(), hir))
            .collect();
        let joint = Joint::new(&each).unwrap().unwrap();
        let mut seed = 1u32;
        let mut random = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            b"abcdx .a"[(seed >> 29) as usize]
        };
        let text: Vec<u8> = (0..3000).map(|_| random()).collect();
        let expected = expected(&specs, &text);
        assert!(expected.len() > 1000);
        for isa in Isa::available() {
            for limit in [0, 40_000, usize::MAX] {
                let mut cache = Cache::default();
                cache.limit = limit;
                let mut walks = Walks::default();
                let mut found = Vec::new();
                for base in (0..text.len()).step_by(1000) {
                    walks.starts = (0..1000).collect();
                    joint.ready(&mut cache);
                    walks.walk(Steps::new(isa), &joint, &mut cache, &text, base, 40);
                    walks.tell(&cache, base, |start, hit| found.push((start, hit)));
                }
                found.sort_by_key(|(start, hit)| (*start, hit.pattern));
                assert!(found == expected, "{isa:?}, {limit}");
            }
        }
    }
}
