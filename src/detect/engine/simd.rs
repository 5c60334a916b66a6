//! Which instructions this processor has, and the steps in each of them.
//!
//! With [`x86`] and [`super::lanes`] the only files with `unsafe`: calls to functions that need instructions, made only
//! after the processor was asked for them, and vector loads from slices whose length is known. Whatever is written here,
//! the bitmaps and candidates are those of the plain version; the tests compare them.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
mod x86;

use super::bits::Bits;
use std::ops::{BitAnd, BitOr, BitXor, Not};

use super::classify::{self, Tables};
use super::heads::{self, Filter as Heads};
use super::heaps;
use super::joint::{Cache, Joint};
use super::program::Program;
use super::run;
use super::sample::ROWS;
use super::walk::Lanes;
use super::words::{self, Chunk, Filter, Words};

/// The instructions that a scan uses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Isa {
    /// 64-bit words, on any processor.
    Plain,
    /// 256 bits: Intel since 2013, AMD since 2015.
    Avx2,
    /// 512 bits with byte permutation: Intel since 2019, AMD since 2022.
    Avx512,
}

impl Isa {
    /// Those of this processor, best last.
    pub fn available() -> Vec<Isa> {
        let mut all = vec![Isa::Plain];
        #[cfg(target_arch = "x86_64")]
        {
            if x86::has_avx2() {
                all.push(Isa::Avx2);
            }
            if x86::has_avx512() {
                all.push(Isa::Avx512);
            }
        }
        all
    }

    /// The best of this processor.
    pub fn best() -> Isa {
        Isa::available().pop().unwrap_or(Isa::Plain)
    }
}

/// The instructions of a scan, once the processor is known to have them: no other module can make one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Steps(Isa);

impl Steps {
    /// Those of any processor if this one does not have the given ones.
    pub fn new(isa: Isa) -> Steps {
        if Isa::available().contains(&isa) {
            Steps(isa)
        } else {
            Steps(Isa::Plain)
        }
    }

    /// The instruction set.
    pub fn isa(self) -> Isa {
        self.0
    }

    /// Step 2: see [`classify`].
    #[inline]
    pub fn classify(self, text: &[u8], tables: &Tables, bits: &mut [u64]) {
        match self.0 {
            Isa::Plain => classify::plain(text, tables, bits),
            // SAFETY: a `Steps` of these instructions is made only where the processor has them.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => unsafe { x86::classify_avx2(text, tables, bits) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => unsafe { x86::classify_avx512(text, tables, bits) },
            #[cfg(not(target_arch = "x86_64"))]
            _ => classify::plain(text, tables, bits),
        }
    }

    /// Step 5: see [`heads::find`].
    #[inline]
    pub fn heads(
        self,
        filter: &Heads,
        text: &[u8],
        bits: &mut Bits,
        word: u16,
        out: u16,
        words: usize,
    ) {
        match self.0 {
            Isa::Plain => heads::find(filter, text, bits, word, out, words, heads::plain),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => heads::find(filter, text, bits, word, out, words, |layer, text, out| {
                // SAFETY: a `Steps` of these instructions is made only where the processor has them.
                unsafe { x86::heads_avx2(layer, text, out) }
            }),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => heads::find(filter, text, bits, word, out, words, |layer, text, out| {
                // SAFETY: as above.
                unsafe { x86::heads_avx512(layer, text, out) }
            }),
            #[cfg(not(target_arch = "x86_64"))]
            _ => heads::find(filter, text, bits, word, out, words, heads::plain),
        }
    }

    /// Step 5: see [`run`].
    #[inline]
    pub fn run(
        self,
        program: &Program,
        bits: &mut Bits,
        words: usize,
        found: &mut Vec<(u32, u64)>,
    ) {
        match self.0 {
            Isa::Plain => run::run::<u64>(program, bits, words, found),
            // SAFETY: a `Steps` of these instructions is made only where the processor has them.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => unsafe { x86::run_avx2(program, bits, words, found) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => unsafe { x86::run_avx512(program, bits, words, found) },
            #[cfg(not(target_arch = "x86_64"))]
            _ => run::run::<u64>(program, bits, words, found),
        }
    }

    /// Whether [`walk`](Steps::walk) walks candidates side by side.
    pub fn has_lanes(self) -> bool {
        cfg!(target_arch = "x86_64") && self.0 == Isa::Avx512
    }

    /// Step 3: see [`heaps::together`].
    #[inline]
    pub fn together(self, a: &[u64], b: &[u64]) -> ([u32; ROWS], u32) {
        match self.0 {
            // SAFETY: a `Steps` of these instructions is made only where the processor has them.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 | Isa::Avx512 => unsafe { x86::together(a, b) },
            _ => heaps::together(a, b),
        }
    }

    /// Writes the places of candidates, given 64 at a time, in a row; `starts` is emptied before.
    #[inline]
    pub fn places(self, found: &[(u32, u64)], starts: &mut Vec<u32>) {
        match self.0 {
            // SAFETY: a `Steps` of these instructions is made only where the processor has them.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => unsafe { x86::all_places(found, starts) },
            _ => {
                starts.clear();
                for &(word, mut bits) in found {
                    while bits != 0 {
                        starts.push(64 * word + bits.trailing_zeros());
                        bits &= bits - 1;
                    }
                }
            }
        }
    }

    /// Step 6, side by side: see [`super::lanes`]. False: it has to be done one by one.
    #[inline]
    pub fn walk(
        self,
        joint: &Joint,
        cache: &mut Cache,
        text: &[u8],
        end: usize,
        starts: &[u32],
        lanes: &mut Lanes,
    ) -> bool {
        match self.0 {
            // SAFETY: a `Steps` of these instructions is made only where the processor has them.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => unsafe { super::lanes::walk(joint, cache, text, end, starts, lanes) },
            _ => false,
        }
    }

    /// Step 7: see [`words`].
    #[inline]
    pub fn words(self, filter: &Filter, chunk: &Chunk<'_>, out: &mut Words) {
        match self.0 {
            Isa::Plain => words::find(filter, chunk, out),
            // SAFETY: a `Steps` of these instructions is made only where the processor has them.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => unsafe { x86::words_avx2(filter, chunk, out) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => unsafe { x86::words_avx512(filter, chunk, out) },
            #[cfg(not(target_arch = "x86_64"))]
            _ => words::find(filter, chunk, out),
        }
    }
}

/// A register of some 64-bit words. Values and functions of those that need instructions are made only inside a
/// [`Steps`] that has them.
pub(super) trait Register:
    Copy + BitAnd<Output = Self> + BitOr<Output = Self> + BitXor<Output = Self> + Not<Output = Self>
{
    /// How many words.
    const WORDS: usize;
    /// # Safety
    /// All words must be readable, and the processor have the instructions.
    unsafe fn load(from: *const u64) -> Self;
    /// # Safety
    /// All words must be writable, and the processor have the instructions.
    unsafe fn store(self, to: *mut u64);
    /// In each word the bits from bit `n` (below 64) on, and above them those that `next` begins with.
    fn shift(self, next: Self, n: u32) -> Self;
    /// Bit i is set if word i is not zero.
    fn some(self) -> u32;
}

impl Register for u64 {
    const WORDS: usize = 1;
    #[inline(always)]
    unsafe fn load(from: *const u64) -> u64 {
        // SAFETY: the caller says that it is readable.
        unsafe { from.read() }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut u64) {
        // SAFETY: the caller says that it is writable.
        unsafe { to.write(self) }
    }
    #[inline(always)]
    fn shift(self, next: u64, n: u32) -> u64 {
        self >> n | (next << 1) << (63 - n)
    }
    #[inline(always)]
    fn some(self) -> u32 {
        u32::from(self != 0)
    }
}

/// `rows[out..][..len] = f(a, b, c >> n)`, where a, b and c are the words from `from` on. What is beyond `len` may be
/// changed too, up to a whole register.
#[inline(always)]
pub(super) fn each<R: Register>(
    rows: &mut [u64],
    out: usize,
    len: usize,
    from: [usize; 3],
    n: u16,
    f: impl Fn(R, R, R) -> R,
) {
    let len = len.next_multiple_of(R::WORDS);
    let [a, b, c] = from;
    let (c, n) = (c + usize::from(n / 64), u32::from(n % 64));
    assert!(out.max(a).max(b).max(c) + len < rows.len());
    let rows = rows.as_mut_ptr();
    let mut i = 0;
    while i < len {
        // SAFETY: i + R::WORDS <= len, and every place + len + 1 is within the rows by the assertion; the caller of
        // this function for R has its instructions.
        unsafe {
            let next = match n {
                0 => R::load(rows.add(c + i)),
                _ => R::load(rows.add(c + i)).shift(R::load(rows.add(c + i + 1)), n),
            };
            let value = f(R::load(rows.add(a + i)), R::load(rows.add(b + i)), next);
            value.store(rows.add(out + i));
        }
        i += R::WORDS;
    }
}

/// Appends the words of `rows[from..][..len]` that are not zero.
#[inline(always)]
pub(super) fn some<R: Register>(
    rows: &[u64],
    from: usize,
    len: usize,
    found: &mut Vec<(u32, u64)>,
) {
    let words = &rows[from..from + len];
    let whole = len - len % R::WORDS;
    let mut i = 0;
    while i < whole {
        // SAFETY: i + R::WORDS <= len; the caller of this function for R has its instructions.
        let mut some = unsafe { R::load(words.as_ptr().add(i)) }.some();
        while some != 0 {
            let at = i + some.trailing_zeros() as usize;
            found.push((at as u32, words[at]));
            some &= some - 1;
        }
        i += R::WORDS;
    }
    for (at, &word) in words.iter().enumerate().skip(whole) {
        if word != 0 {
            found.push((at as u32, word));
        }
    }
}
