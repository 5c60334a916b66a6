//! Step 5: runs a [`Program`] over the bitmaps of a chunk, and gathers the candidates.
//!
//! Written once for registers of any width; [`super::simd`] has the registers, and calls [`run`] from one function for
//! each instruction set.

use std::ops::Range;

use super::bits::{Bits, HEAD, ROW};
use super::program::{Do, Program, Step};
use super::simd::{Register, each, some};

/// The candidates of all roots; part of the scratch memory of a thread.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// 64 positions at a time, and which of them.
    pub words: Vec<(u32, u64)>,
    /// Where in `words` the candidates of each root are.
    pub places: Vec<Range<usize>>,
}

/// Runs the line over the first `words` words of a chunk. `bits` must have all rows of the program.
#[inline(always)]
pub(super) fn run<R: Register>(
    program: &Program,
    bits: &mut Bits,
    words: usize,
    found: &mut Found,
) {
    found.words.clear();
    found.places.clear();
    found.places.resize(program.roots, 0..0);
    let rows = bits.rows_mut();
    let at = |row: u16| usize::from(row) * ROW + HEAD;
    for step in &program.steps {
        match *step {
            Step::Make { into, what, beyond } => {
                let len = words + usize::from(beyond).div_ceil(64);
                let out = at(into);
                match what {
                    Do::Not(a) => each::<R>(rows, out, len, [at(a); 3], 0, |a, _, _| !a),
                    // A bit seen from one byte later is, 63 bits on, in the word before.
                    Do::Before(a) => {
                        each::<R>(rows, out, len, [at(a), at(a), at(a) - 1], 63, |_, _, b| b);
                    }
                    Do::Edge(a) => {
                        each::<R>(rows, out, len, [at(a), at(a), at(a) - 1], 63, |a, _, b| {
                            a ^ b
                        });
                    }
                    Do::Shift(a, n) => each::<R>(rows, out, len, [at(a); 3], n, |_, _, c| c),
                    Do::And(a, b, n) => {
                        each::<R>(rows, out, len, [at(a), at(a), at(b)], n, |a, _, c| a & c);
                    }
                    Do::Or(a, b, n) => {
                        each::<R>(rows, out, len, [at(a), at(a), at(b)], n, |a, _, c| a | c);
                    }
                    Do::OrAnd(a, b, c, n) => {
                        each::<R>(rows, out, len, [at(a), at(b), at(c)], n, |a, b, c| {
                            a | b & c
                        });
                    }
                }
            }
            Step::Emit { root, row } => {
                let from = found.words.len();
                some::<R>(rows, at(row), words, &mut found.words);
                found.places[usize::from(root)] = from..found.words.len();
            }
        }
    }
}
