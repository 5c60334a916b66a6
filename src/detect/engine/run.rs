//! Step 5: runs a [`Program`] over the bitmaps of a chunk, and gathers the candidates.
//!
//! Plain loops over slices, so that the compiler turns them into the widest vectors that the processor has:
//! [`super::simd`] calls [`run`] from one function for each instruction set.

use super::bits::{AFTER, Bits, CHUNK};
use super::program::{Do, From, Program, Step};

/// Words of a buffer: a chunk, what follows, and room to read past the end.
const WORDS: usize = CHUNK + 2 * AFTER + 2;

/// Buffers and candidates; part of the scratch memory of a thread.
#[derive(Debug, Default)]
pub(super) struct Work {
    buffers: Vec<Vec<u64>>,
    /// The candidates of all groups: 64 positions at a time, and which of them.
    pub found: Vec<(u32, u64)>,
    /// Where the candidates of each group end in `found`; they begin where those emitted before it end.
    pub ends: Vec<(u16, u32)>,
}

/// Runs the line over the first `words` words of a chunk.
#[inline(always)]
pub(super) fn run(program: &Program, bits: &Bits, words: usize, work: &mut Work) {
    while work.buffers.len() < program.buffers {
        work.buffers.push(vec![0; WORDS]);
    }
    work.found.clear();
    work.ends.clear();
    for step in &program.steps {
        match *step {
            Step::Make { into, what, beyond } => {
                let mut out = std::mem::take(&mut work.buffers[usize::from(into)]);
                let len = words + usize::from(beyond).div_ceil(64);
                make(&mut out[..len], what, bits, &work.buffers);
                work.buffers[usize::from(into)] = out;
            }
            Step::Emit { group, bits: from } => {
                let bitmap = &read(from, bits, &work.buffers)[..words];
                emit(bitmap, &mut work.found);
                work.ends.push((group, work.found.len() as u32));
            }
        }
    }
}

#[inline(always)]
fn read<'a>(from: From, bits: &'a Bits, buffers: &'a [Vec<u64>]) -> &'a [u64] {
    match from {
        From::Class(class) => bits.class(class),
        From::Buffer(buffer) => &buffers[usize::from(buffer)],
    }
}

#[inline(always)]
fn make(out: &mut [u64], what: Do, bits: &Bits, buffers: &[Vec<u64>]) {
    let len = out.len();
    let at = |from| &read(from, bits, buffers)[..len];
    match what {
        Do::NotClass(class) => {
            for (o, &c) in out.iter_mut().zip(bits.class(class)) {
                *o = !c;
            }
        }
        Do::Before(class) => before(out, bits.with_before(class), |_, b| b),
        Do::NotBefore(class) => before(out, bits.with_before(class), |_, b| !b),
        Do::Edge(class) => before(out, bits.with_before(class), |c, b| c ^ b),
        Do::NotEdge(class) => before(out, bits.with_before(class), |c, b| !(c ^ b)),
        Do::Shift(b, n) => shifted(out, out_of(b, bits, buffers), n, |_, b| b, at(b), at(b)),
        Do::And(a, b, n) => {
            let b = out_of(b, bits, buffers);
            let a = at(a);
            shifted(out, b, n, |(a, _), b| a & b, a, a);
        }
        Do::Or(a, b, n) => {
            let b = out_of(b, bits, buffers);
            let a = at(a);
            shifted(out, b, n, |(a, _), b| a | b, a, a);
        }
        Do::OrAnd(a, b, c, n) => {
            let c = out_of(c, bits, buffers);
            shifted(out, c, n, |(a, b), c| a | (b & c), at(a), at(b));
        }
    }
}

#[inline(always)]
fn out_of<'a>(from: From, bits: &'a Bits, buffers: &'a [Vec<u64>]) -> &'a [u64] {
    read(from, bits, buffers)
}

/// `out = f(c, c seen from one byte later)`
#[inline(always)]
fn before(out: &mut [u64], class: &[u64], f: impl Fn(u64, u64) -> u64) {
    let len = out.len();
    let (last, this) = (&class[..len], &class[1..len + 1]);
    for ((o, &last), &this) in out.iter_mut().zip(last).zip(this) {
        *o = f(this, this << 1 | last >> 63);
    }
}

/// `out = f((a, b), c >> n)`
#[inline(always)]
fn shifted(
    out: &mut [u64],
    c: &[u64],
    n: u16,
    f: impl Fn((u64, u64), u64) -> u64,
    a: &[u64],
    b: &[u64],
) {
    let len = out.len();
    let (skip, n) = (usize::from(n / 64), u32::from(n % 64));
    let (a, b) = (&a[..len], &b[..len]);
    let low = &c[skip..skip + len];
    if n == 0 {
        for i in 0..len {
            out[i] = f((a[i], b[i]), low[i]);
        }
    } else {
        let high = &c[skip + 1..skip + 1 + len];
        for i in 0..len {
            out[i] = f((a[i], b[i]), low[i] >> n | high[i] << (64 - n));
        }
    }
}

/// Appends the words that are not zero. Mostly all are, so look at many at once first.
#[inline(always)]
fn emit(bitmap: &[u64], found: &mut Vec<(u32, u64)>) {
    for (i, some) in bitmap.chunks(16).enumerate() {
        if some.iter().fold(0, |all, word| all | word) == 0 {
            continue;
        }
        for (j, &word) in some.iter().enumerate() {
            if word != 0 {
                found.push(((i * 16 + j) as u32, word));
            }
        }
    }
}
