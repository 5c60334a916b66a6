//! Step 6 in registers: sixteen candidates are walked side by side.
//!
//! A walk waits at each byte for the row of its next state, and one walk after another is mostly waiting. Here each of
//! sixteen lanes has a walk; where one ends, the next candidate takes its place, so that nothing depends on how long walks
//! are, and there is no branch to foretell. Vectorised automata of this kind are in Mytkowicz, Musuvathi, Schulte:
//! "Data-Parallel Finite-State Machines" (ASPLOS 2014), and their refilled lanes in Polychroniou, Raghavan, Ross:
//! "Rethinking SIMD Vectorization for In-Memory Databases" (SIGMOD 2015).
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::joint::{ACCEPT, Cache, DEAD, Joint, Next, ROW, UNMADE};
use super::walk::{BEYOND, Lanes, Place};

/// Lanes in a register.
const LANES: usize = 16;
/// Registers of lanes that take turns, so that one works while the other waits.
const GROUPS: usize = 3;
/// Bytes that a lane reads at once, and so the steps that it takes before it can have another candidate.
const STEPS: usize = 4;

/// Sixteen walks.
#[derive(Clone, Copy)]
struct Group {
    /// Which of them are under way.
    active: __mmask16,
    /// Where in the text each is.
    at: __m512i,
    /// Its state.
    state: __m512i,
    /// Which candidate it is of, in the high half.
    whose: __m512i,
    /// The columns of the next four bytes.
    columns: __m512i,
}

/// What a step needs to know.
struct Walk<'a> {
    joint: &'a Joint,
    text: &'a [u8],
    /// [`Joint::column8`], in quarters.
    quarters: [__m512i; 4],
    /// Where the text ends, in each lane.
    end: __m512i,
}

/// Walks the candidates `starts` of `text`, which ends at `end` as far as they are concerned. False: the memory was full,
/// and what was met counts for nothing. `joint` must have [`Joint::column8`], and the cache be ready.
#[target_feature(
    enable = "avx2,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vbmi2"
)]
pub(super) fn walk(
    joint: &Joint,
    cache: &mut Cache,
    text: &[u8],
    end: usize,
    starts: &[u32],
    lanes: &mut Lanes,
) -> bool {
    let Some(columns) = &joint.column8 else {
        return false;
    };
    // Both halves of a place, and all places, must fit.
    assert!(lanes.firsts.len() == starts.len() && starts.len() <= usize::from(u16::MAX));
    assert!(end + BEYOND <= text.len() && end <= usize::from(u16::MAX));
    assert!(starts.last().is_none_or(|last| *last as usize <= end) && starts.is_sorted());
    let quarter = |n: usize| {
        let quarter: &[u8; 64] = columns[64 * n..].first_chunk().expect("there are 256");
        // SAFETY: it is 64 bytes long, and the load asks for no alignment.
        unsafe { _mm512_loadu_si512(quarter.as_ptr().cast()) }
    };
    let walk = Walk {
        joint,
        text,
        quarters: [quarter(0), quarter(1), quarter(2), quarter(3)],
        end: _mm512_set1_epi32(end as i32),
    };
    let zero = _mm512_setzero_si512();
    let mut groups = [Group {
        active: 0,
        at: zero,
        state: zero,
        whose: zero,
        columns: zero,
    }; GROUPS];
    let (mut queue, mut met) = (0, 0);
    loop {
        let most = met + GROUPS * STEPS * LANES;
        if lanes.rows.len() < most {
            lanes.rows.resize(2 * most, 0);
            lanes.places.resize(2 * most, Place(0));
        }
        for group in &mut groups {
            queue = walk.fill(group, starts, &lanes.firsts, queue);
        }
        if groups.iter().all(|group| group.active == 0) {
            break;
        }
        for step in 0..STEPS {
            for group in &mut groups {
                if !walk.step(group, step, cache, lanes, &mut met) {
                    return false;
                }
            }
        }
    }
    lanes.many = met;
    true
}

impl Walk<'_> {
    /// Gives each idle lane a candidate from `queue` on, and reads four bytes for all; where the queue begins then.
    #[inline]
    #[target_feature(
        enable = "avx2,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vbmi2"
    )]
    fn fill(&self, group: &mut Group, starts: &[u32], firsts: &[Next], queue: usize) -> usize {
        let idle = !group.active;
        let take = (starts.len() - queue).min(idle.count_ones() as usize);
        let lanes = _pdep_u32((1u32 << take) - 1, u32::from(idle)) as u16;
        // SAFETY: the first `take` entries from `queue` on are read, one for each bit of `lanes`; there are so many in
        // both lists.
        unsafe {
            let start = starts.as_ptr().add(queue);
            group.at = _mm512_mask_expandloadu_epi32(group.at, lanes, start.cast());
            let first = firsts.as_ptr().add(queue);
            group.state = _mm512_mask_expandloadu_epi32(group.state, lanes, first.cast());
        }
        let numbers = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        let next = _mm512_add_epi32(numbers, _mm512_set1_epi32(queue as i32));
        let next = _mm512_slli_epi32::<16>(next);
        group.whose = _mm512_mask_expand_epi32(group.whose, lanes, next);
        group.active |= lanes;
        // SAFETY: an active lane is at `end` or before it, and `BEYOND` bytes follow that.
        let bytes = unsafe {
            _mm512_mask_i32gather_epi32::<1>(
                group.at,
                group.active,
                group.at,
                self.text.as_ptr().cast(),
            )
        };
        let [a, b, c, d] = self.quarters;
        let low = _mm512_permutex2var_epi8(a, bytes, b);
        let high = _mm512_permutex2var_epi8(c, bytes, d);
        group.columns = _mm512_mask_mov_epi8(low, _mm512_movepi8_mask(bytes), high);
        queue + take
    }

    /// Takes each lane over a byte, the `step`th of those read. False: the memory was full.
    #[inline]
    #[target_feature(
        enable = "avx2,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vbmi2"
    )]
    fn step(
        &self,
        group: &mut Group,
        step: usize,
        cache: &mut Cache,
        lanes: &mut Lanes,
        met: &mut usize,
    ) -> bool {
        let all = |n: u32| _mm512_set1_epi32(n as i32);
        let inside = _mm512_mask_cmplt_epu32_mask(group.active, group.at, self.end);
        let column = _mm512_srlv_epi32(group.columns, all(8 * step as u32));
        let end = all(self.joint.end.into());
        let column = _mm512_mask_and_epi32(end, inside, column, all(0xFF));
        loop {
            let entry = _mm512_add_epi32(group.state, column);
            let table = cache.table.as_ptr();
            // SAFETY: a state of an active lane is the start of a row of the table (it comes from the cache, which gives
            // nothing else and drops none while this function runs; where the table lies is asked at each step), and a
            // column is within a row.
            let next = unsafe {
                _mm512_mask_i32gather_epi32::<4>(entry, group.active, entry, table.cast())
            };
            let unmade = _mm512_mask_cmpeq_epi32_mask(group.active, next, all(UNMADE));
            if unmade != 0 {
                if !make(self.joint, cache, group.state, column, unmade) {
                    return false;
                }
                continue;
            }
            let row = _mm512_and_epi32(next, all(ROW));
            let accepts = _mm512_mask_test_epi32_mask(group.active, next, all(ACCEPT));
            if accepts != 0 {
                let places = _mm512_or_epi32(group.whose, group.at);
                let places = _mm512_maskz_compress_epi32(accepts, places);
                let rows = _mm512_maskz_compress_epi32(accepts, row);
                assert!(*met + LANES <= lanes.rows.len() && lanes.rows.len() == lanes.places.len());
                // SAFETY: there is room for sixteen entries from `met` on.
                unsafe {
                    _mm512_storeu_si512(lanes.rows.as_mut_ptr().add(*met).cast(), rows);
                    _mm512_storeu_si512(lanes.places.as_mut_ptr().add(*met).cast(), places);
                }
                *met += accepts.count_ones() as usize;
            }
            let dead = _mm512_mask_test_epi32_mask(group.active, next, all(DEAD));
            group.state = row;
            group.at = _mm512_add_epi32(group.at, all(1));
            // A lane that has stood at the end of the text is done.
            group.active = inside & !dead;
            return true;
        }
    }
}

/// Makes the transitions that some lanes ask for. False: there is no room.
#[cold]
#[target_feature(
    enable = "avx2,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vbmi2"
)]
fn make(
    joint: &Joint,
    cache: &mut Cache,
    state: __m512i,
    column: __m512i,
    unmade: __mmask16,
) -> bool {
    let (mut states, mut columns): ([Next; LANES], [u32; LANES]) = Default::default();
    // SAFETY: both are 64 bytes long.
    unsafe {
        _mm512_storeu_si512(states.as_mut_ptr().cast(), state);
        _mm512_storeu_si512(columns.as_mut_ptr().cast(), column);
    }
    (0..LANES)
        .filter(|lane| unmade >> lane & 1 == 1)
        .all(|lane| {
            // Two lanes may have asked for the same one.
            let asked = states[lane] as usize + columns[lane] as usize;
            cache.table[asked] != UNMADE || joint.make(cache, states[lane], columns[lane] as u16)
        })
}
