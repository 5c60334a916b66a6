//! The steps in the registers of x86-64 processors, of 256 and of 512 bits. Called by [`super::Steps`] alone, which knows
//! what the processor has.

use std::arch::x86_64::*;
use std::mem::MaybeUninit;

use super::super::bits::ROW;
use super::super::classify::GROUP;
use super::super::heads::{Layer, PLACES};
use super::super::words::{Found, Passing};
use super::*;

/// 256 bits.
#[derive(Clone, Copy)]
pub struct Y(__m256i);
/// 512 bits.
#[derive(Clone, Copy)]
pub struct Z(__m512i);

macro_rules! register {
    ($R:ident, $words:literal, $load:ident, $store:ident, $and:ident, $or:ident, $xor:ident,
     not: |$a:ident| $not:expr, shift: |$low:ident, $next:ident, $n:ident| $shift:expr,
     some: |$s:ident| $some:expr) => {
        impl BitAnd for $R {
            type Output = $R;
            #[inline(always)]
            fn bitand(self, other: $R) -> $R {
                // SAFETY: a value of this type exists only where its instructions do.
                $R(unsafe { $and(self.0, other.0) })
            }
        }
        impl BitOr for $R {
            type Output = $R;
            #[inline(always)]
            fn bitor(self, other: $R) -> $R {
                // SAFETY: as above.
                $R(unsafe { $or(self.0, other.0) })
            }
        }
        impl BitXor for $R {
            type Output = $R;
            #[inline(always)]
            fn bitxor(self, other: $R) -> $R {
                // SAFETY: as above.
                $R(unsafe { $xor(self.0, other.0) })
            }
        }
        impl Not for $R {
            type Output = $R;
            #[inline(always)]
            fn not(self) -> $R {
                let $a = self.0;
                // SAFETY: as above.
                $R(unsafe { $not })
            }
        }
        impl Register for $R {
            const WORDS: usize = $words;
            #[inline(always)]
            unsafe fn load(from: *const u64) -> $R {
                // SAFETY: the caller says that it is readable; the load asks for no alignment.
                $R(unsafe { $load(from.cast()) })
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut u64) {
                // SAFETY: the caller says that it is writable.
                unsafe { $store(to.cast(), self.0) }
            }
            #[inline(always)]
            fn shift(self, next: $R, n: u32) -> $R {
                let ($low, $next, $n) = (self.0, next.0, i64::from(n));
                // SAFETY: as above.
                $R(unsafe { $shift })
            }
            #[inline(always)]
            fn some(self) -> u32 {
                let $s = self.0;
                // SAFETY: as above.
                unsafe { $some }
            }
        }
    };
}

register!(Y, 4, _mm256_loadu_si256, _mm256_storeu_si256, _mm256_and_si256, _mm256_or_si256,
_mm256_xor_si256,
not: |a| _mm256_xor_si256(a, _mm256_set1_epi64x(-1)),
shift: |low, next, n| _mm256_or_si256(
    _mm256_srl_epi64(low, _mm_cvtsi64_si128(n)),
    _mm256_sll_epi64(next, _mm_cvtsi64_si128(64 - n)),
),
some: |s| {
    let zero = _mm256_cmpeq_epi64(s, _mm256_setzero_si256());
    !_mm256_movemask_pd(_mm256_castsi256_pd(zero)) as u32 & 15
});
register!(Z, 8, _mm512_loadu_si512, _mm512_storeu_si512, _mm512_and_si512, _mm512_or_si512,
    _mm512_xor_si512,
    not: |a| _mm512_xor_si512(a, _mm512_set1_epi64(-1)),
    shift: |low, next, n| _mm512_shrdv_epi64(low, next, _mm512_set1_epi64(n)),
    some: |s| u32::from(_mm512_test_epi64_mask(s, s)));

pub fn has_avx2() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt")
}

pub fn has_avx512() -> bool {
    has_avx2()
        && is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vbmi")
        && is_x86_feature_detected!("avx512vbmi2")
}

/// A table of 16 bytes by the low half of each byte says which rows (high halves) are of the class; the row of
/// each byte, as one bit, picks.
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
pub fn classify_avx2(text: &[u8], tables: &Tables, bits: &mut [u64]) {
    let rows = _mm256_setr_epi8(
        1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, -128, 0, 0,
        0, 0, 0, 0, 0, 0,
    );
    let half = _mm256_set1_epi8(15);
    for (i, block) in text.as_chunks::<64>().0.iter().enumerate() {
        let (low, high) = block.split_at(32);
        // SAFETY: both halves are 32 bytes long, and the load asks for no alignment.
        let bytes = unsafe {
            [
                _mm256_loadu_si256(low.as_ptr().cast()),
                _mm256_loadu_si256(high.as_ptr().cast()),
            ]
        };
        let row = bytes.map(|b| {
            let high = _mm256_and_si256(_mm256_srli_epi16(b, 4), half);
            _mm256_shuffle_epi8(rows, high)
        });
        let join = |low: i32, high: i32| u64::from(low as u32) | u64::from(high as u32) << 32;
        let over = join(
            _mm256_movemask_epi8(bytes[0]),
            _mm256_movemask_epi8(bytes[1]),
        );
        let zero = _mm256_setzero_si256();
        let slots = bits[i..].iter_mut().step_by(ROW);
        for (class, (column, slot)) in tables.by_column.iter().zip(slots).enumerate() {
            // SAFETY: the table is 16 bytes long.
            let column = unsafe { _mm_loadu_si128(column.as_ptr().cast()) };
            let column = _mm256_broadcastsi128_si256(column);
            // A byte from 0x80 on shuffles to zero, whatever its low half.
            let not = [0, 1].map(|h| {
                let of = _mm256_and_si256(_mm256_shuffle_epi8(column, bytes[h]), row[h]);
                _mm256_movemask_epi8(_mm256_cmpeq_epi8(of, zero))
            });
            let is = !join(not[0], not[1]);
            *slot = is | if tables.is_high(class) { over } else { 0 };
        }
    }
}

/// One permutation looks 64 bytes up in a table of 128, whose entries are the bits of eight classes.
#[target_feature(
    enable = "avx2,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vbmi2"
)]
pub fn classify_avx512(text: &[u8], tables: &Tables, bits: &mut [u64]) {
    let blocks = text.as_chunks::<64>().0;
    for (group, (by_byte, high)) in tables.by_byte.iter().zip(&tables.high).enumerate() {
        let (first, second) = by_byte.split_at(64);
        // SAFETY: both halves of the table are 64 bytes long.
        let (first, second) = unsafe {
            (
                _mm512_loadu_si512(first.as_ptr().cast()),
                _mm512_loadu_si512(second.as_ptr().cast()),
            )
        };
        let high = _mm512_set1_epi8(*high as i8);
        let from = group * GROUP * ROW;
        let many = (tables.classes - group * GROUP).min(GROUP);
        let len = (many - 1) * ROW + blocks.len();
        let bits = &mut bits[from..from + len];
        for (i, block) in blocks.iter().enumerate() {
            // SAFETY: the block is 64 bytes long.
            let bytes = unsafe { _mm512_loadu_si512(block.as_ptr().cast()) };
            let found = _mm512_permutex2var_epi8(first, bytes, second);
            let of = _mm512_mask_blend_epi8(_mm512_movepi8_mask(bytes), found, high);
            for class in 0..many {
                bits[class * ROW + i] =
                    _mm512_test_epi8_mask(of, _mm512_set1_epi8((1u8 << class) as i8));
            }
        }
    }
}

/// Heaps by the low half of a byte, and by the high half: 32 bytes at each place in two look-ups.
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
pub fn heads_avx2(layer: &Layer, text: &[u8], out: &mut [u64]) {
    assert!(out.len() * 64 + PLACES <= text.len());
    let half = _mm256_set1_epi8(15);
    let zero = _mm256_setzero_si256();
    let table = |table: &[u8; 16]| {
        // SAFETY: the table is 16 bytes long.
        let table = unsafe { _mm_loadu_si128(table.as_ptr().cast()) };
        _mm256_broadcastsi128_si256(table)
    };
    for (i, out) in out.iter_mut().enumerate() {
        for side in 0..2 {
            let mut all = _mm256_set1_epi8(-1);
            for place in 0..PLACES {
                let at = 64 * i + 32 * side + place;
                // SAFETY: at + 32 is within the text by the assertion; the load asks for no alignment.
                let bytes = unsafe { _mm256_loadu_si256(text.as_ptr().add(at).cast()) };
                let low = _mm256_and_si256(bytes, half);
                let high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half);
                // The top bit of each byte of the sum says whether the byte is not below 0x40.
                let over = _mm256_adds_epu8(bytes, _mm256_set1_epi8(0x40));
                let [below, above] = &layer.by_low[place];
                let below = _mm256_shuffle_epi8(table(below), low);
                let above = _mm256_shuffle_epi8(table(above), low);
                let low = _mm256_blendv_epi8(below, above, over);
                let high = _mm256_shuffle_epi8(table(&layer.by_high[place]), high);
                all = _mm256_and_si256(all, _mm256_and_si256(low, high));
            }
            let none = _mm256_movemask_epi8(_mm256_cmpeq_epi8(all, zero));
            *out |= u64::from(!none as u32) << (32 * side);
        }
    }
}

/// Heaps by byte: 64 bytes at each place in one look-up.
#[target_feature(
    enable = "avx2,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vbmi2"
)]
pub fn heads_avx512(layer: &Layer, text: &[u8], out: &mut [u64]) {
    assert!(out.len() * 64 + PLACES <= text.len());
    let last = _mm512_set1_epi8(127);
    let mut tables = [(last, last); PLACES];
    for (table, bytes) in tables.iter_mut().zip(&layer.by_byte) {
        // SAFETY: the table is 128 bytes long.
        *table = unsafe {
            (
                _mm512_loadu_si512(bytes.as_ptr().cast()),
                _mm512_loadu_si512(bytes.as_ptr().add(64).cast()),
            )
        };
    }
    for (i, out) in out.iter_mut().enumerate() {
        let mut all = _mm512_set1_epi8(-1);
        for (place, (first, second)) in tables.iter().enumerate() {
            let at = 64 * i + place;
            // SAFETY: at + 64 is within the text by the assertion; the load asks for no alignment.
            let bytes = unsafe { _mm512_loadu_si512(text.as_ptr().add(at).cast()) };
            let bytes = _mm512_min_epu8(bytes, last);
            all = _mm512_and_si512(all, _mm512_permutex2var_epi8(*first, bytes, *second));
        }
        *out |= _mm512_test_epi8_mask(all, all);
    }
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
pub fn together(a: &[u64], b: &[u64]) -> ([u32; ROWS], u32) {
    heaps::together(a, b)
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
pub fn run_avx2(program: &Program, bits: &mut Bits, words: usize, found: &mut Vec<(u32, u64)>) {
    run::run::<Y>(program, bits, words, found);
}

#[target_feature(
    enable = "avx2,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vbmi2"
)]
pub fn run_avx512(program: &Program, bits: &mut Bits, words: usize, found: &mut Vec<(u32, u64)>) {
    run::run::<Z>(program, bits, words, found);
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
pub fn words_avx2(filter: &Filter, chunk: &Chunk<'_>, out: &mut Words) {
    words::find(filter, chunk, out);
}

#[target_feature(
    enable = "avx2,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vbmi2"
)]
pub fn words_avx512(filter: &Filter, chunk: &Chunk<'_>, out: &mut Words) {
    let words = chunk.words;
    let rows = &chunk.bits.with_before(filter.class.into())[..words + 2];
    // The last eight bytes of a word are within 64 bytes after the chunk.
    assert!(chunk.text.len() >= 64 * (words + 2));
    let Words { starts, ends, .. } = out;
    for list in [&mut *starts, &mut *ends] {
        list.clear();
        list.reserve(32 * words + 1);
    }
    let (mut many, mut ended) = (0, 0);
    for i in 0..words {
        let (before, here) = (rows[i], rows[i + 1]);
        let earlier = here << 1 | before >> 63;
        let (starts, ends) = (starts.spare_capacity_mut(), ends.spare_capacity_mut());
        many += places::<2>(here & !earlier, 64 * i, &mut starts[many..]);
        ended += places::<2>(!here & earlier, 64 * i, &mut ends[ended..]);
    }
    // SAFETY: so many were written, one after another.
    unsafe {
        starts.set_len(many);
        ends.set_len(ended);
    }
    if rows[words] >> 63 == 1 {
        ends.push(64 * words as u32 + rows[words + 1].trailing_ones());
    }
    // The first may be the end of a word that began before the chunk.
    let ends = &out.ends[(rows[0] >> 63) as usize..];
    if out.hashes.len() < many + 16 {
        out.hashes.resize(many + 16, 0);
    }
    out.alone.begin(many + 8);
    out.pairs.begin(many + 8);
    for (from, start) in out.starts[..many].chunks(8).enumerate() {
        let lanes = (0xFFu16 >> (8 - start.len())) as u8;
        let end = &ends[8 * from..][..start.len()];
        // SAFETY: as many places are read as there are words here.
        let (start, end) = unsafe {
            (
                _mm256_maskz_loadu_epi32(lanes, start.as_ptr().cast()),
                _mm256_maskz_loadu_epi32(lanes, end.as_ptr().cast()),
            )
        };
        let length = _mm256_sub_epi32(end, start);
        let length = _mm256_min_epu32(length, _mm256_set1_epi32(words::MOST as i32));
        let (hashes, first) = hashes(chunk.text, start, length, lanes);
        let kept = &mut out.hashes[8 * from..8 * from + 8];
        // SAFETY: they are eight.
        unsafe { _mm512_storeu_si512(kept.as_mut_ptr().cast(), hashes) };
        let places = place(&filter.alone, hashes);
        // See [`Passing::place_of_word`](words::Passing): the last bit is that of the first letter.
        let small = _mm512_srli_epi64::<{ words::SMALL }>(first);
        let places = _mm512_ternarylogic_epi64::<0xCA>(_mm512_set1_epi64(1), small, places);
        let pass = pass(&filter.alone, places, lanes);
        keep(pass, start, hashes, &mut out.alone);
    }
    let paired = many.saturating_sub(1);
    for (from, start) in out.starts[..paired].chunks(8).enumerate() {
        let lanes = (0xFFu16 >> (8 - start.len())) as u8;
        let hashes = &out.hashes[8 * from..8 * from + 9];
        // SAFETY: as many places are read as there are words here, and the hashes are nine.
        let (start, first, second) = unsafe {
            (
                _mm256_maskz_loadu_epi32(lanes, start.as_ptr().cast()),
                _mm512_loadu_si512(hashes.as_ptr().cast()),
                _mm512_loadu_si512(hashes[1..].as_ptr().cast()),
            )
        };
        // As [`words::pair`].
        let hashes = _mm512_xor_si512(_mm512_rol_epi64::<{ words::TURN as i32 }>(first), second);
        let pass = pass(&filter.pairs, place(&filter.pairs, hashes), lanes);
        keep(pass, start, hashes, &mut out.pairs);
    }
    out.last = many
        .checked_sub(1)
        .map(|last| (out.starts[last], out.hashes[last]));
}

/// As [`Passing::place`](words::Passing), of eight hashes.
#[inline]
#[target_feature(enable = "avx512f")]
fn place(passing: &Passing, hashes: __m512i) -> __m512i {
    _mm512_srl_epi64(hashes, _mm_cvtsi32_si128(passing.shift as i32))
}

/// Which of these lanes have a place whose bit is set.
#[inline]
#[target_feature(enable = "avx2,avx512f,avx512vl,avx512dq")]
fn pass(passing: &Passing, places: __m512i, lanes: __mmask8) -> __mmask8 {
    assert!(64 * passing.bits.len() as u64 > u64::MAX >> passing.shift);
    // SAFETY: a place is below the number of bits by the assertion, so that its half word is one of theirs.
    let half = unsafe {
        let at = _mm512_srli_epi64::<5>(places);
        _mm512_mask_i64gather_epi32::<4>(
            _mm256_setzero_si256(),
            lanes,
            at,
            passing.bits.as_ptr().cast(),
        )
    };
    let bit = _mm256_and_si256(_mm512_cvtepi64_epi32(places), _mm256_set1_epi32(31));
    let bit = _mm256_srlv_epi32(half, bit);
    _mm256_mask_test_epi32_mask(lanes, bit, _mm256_set1_epi32(1))
}

/// Appends those that pass. There must be room for eight.
#[inline]
#[target_feature(enable = "avx2,popcnt,avx512f,avx512vl")]
fn keep(pass: __mmask8, at: __m256i, hash: __m512i, found: &mut Found) {
    let many = found.many;
    assert!(many + 8 <= found.at.len() && many + 8 <= found.hash.len());
    // SAFETY: there is room for eight from `many` on.
    unsafe {
        let at = _mm256_maskz_compress_epi32(pass, at);
        _mm256_storeu_si256(found.at.as_mut_ptr().add(many).cast(), at);
        let hash = _mm512_maskz_compress_epi64(pass, hash);
        _mm512_storeu_si512(found.hash.as_mut_ptr().add(many).cast(), hash);
    }
    found.many += pass.count_ones() as usize;
}

/// See [`super::Steps::places`].
#[target_feature(
    enable = "avx2,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vbmi2"
)]
pub fn all_places(found: &[(u32, u64)], starts: &mut Vec<u32>) {
    starts.clear();
    starts.reserve(64 * found.len());
    let mut many = 0;
    for &(word, bits) in found {
        let out = &mut starts.spare_capacity_mut()[many..];
        many += places::<4>(bits, 64 * word as usize, out);
    }
    // SAFETY: so many were written, one after another.
    unsafe { starts.set_len(many) };
}

/// Writes the places of the bits that are set, each more than `base`; how many there are: sixteen for each of the
/// `REGISTERS` at most.
#[inline]
#[target_feature(
    enable = "avx2,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vbmi2"
)]
fn places<const REGISTERS: usize>(bits: u64, base: usize, out: &mut [MaybeUninit<u32>]) -> usize {
    const NUMBERS: [u8; 64] = {
        let mut numbers = [0; 64];
        let mut i = 0;
        while i < 64 {
            numbers[i] = i as u8;
            i += 1;
        }
        numbers
    };
    // SAFETY: it is 64 bytes long, and the load asks for no alignment.
    let numbers = unsafe { _mm512_loadu_si512(NUMBERS.as_ptr().cast()) };
    let places = _mm512_maskz_compress_epi8(bits, numbers);
    let quarters = [
        _mm512_castsi512_si128(places),
        _mm512_extracti32x4_epi32::<1>(places),
        _mm512_extracti32x4_epi32::<2>(places),
        _mm512_extracti32x4_epi32::<3>(places),
    ];
    let base = _mm512_set1_epi32(base as i32);
    assert!(out.len() >= 16 * REGISTERS);
    for (i, quarter) in quarters.iter().take(REGISTERS).enumerate() {
        let wide = _mm512_add_epi32(_mm512_cvtepu8_epi32(*quarter), base);
        // SAFETY: there is room for all registers.
        unsafe { _mm512_storeu_si512(out.as_mut_ptr().add(16 * i).cast(), wide) };
    }
    bits.count_ones() as usize
}

/// [`words::hash`] of eight words, whose text begins a word of 64 bytes after the start of `text`; and the first eight
/// bytes from each on.
#[inline]
#[target_feature(
    enable = "avx2,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vbmi2"
)]
fn hashes(text: &[u8], start: __m256i, length: __m256i, lanes: __mmask8) -> (__m512i, __m512i) {
    let all = |n: u64| _mm512_set1_epi64(n as i64);
    let end = _mm256_add_epi32(start, length);
    let longer = _mm256_mask_cmpgt_epu32_mask(lanes, length, _mm256_set1_epi32(8));
    // SAFETY: a word ends a word of 64 bytes before the end of the text at least.
    let (first, last) = unsafe {
        let text = text.as_ptr();
        let first = text.add(64).cast();
        let last = text.add(64 - 8).cast();
        (
            _mm512_mask_i32gather_epi64::<1>(_mm512_setzero_si512(), lanes, start, first),
            _mm512_mask_i32gather_epi64::<1>(_mm512_setzero_si512(), longer, end, last),
        )
    };
    let length = _mm512_cvtepu32_epi64(length);
    let bytes = _mm512_min_epu64(length, all(8));
    let beyond = _mm512_sub_epi64(all(64), _mm512_slli_epi64::<3>(bytes));
    let kept = _mm512_srlv_epi64(all(u64::MAX), beyond);
    let folded = _mm512_and_si512(_mm512_or_si512(first, all(words::FOLD)), kept);
    let last = _mm512_maskz_or_epi64(longer, last, all(words::FOLD));
    let mixed = _mm512_xor_si512(folded, _mm512_rol_epi64::<31>(last));
    let mixed = _mm512_xor_si512(mixed, length);
    let product = _mm512_mullo_epi64(mixed, all(words::ODD));
    let hash = _mm512_xor_si512(product, _mm512_srli_epi64::<29>(product));
    (hash, first)
}
