//! Step 5: runs a [`Program`] over the bitmaps of a chunk, and gathers the candidates.
//!
//! Written once for registers of any width; [`super::simd`] has the registers, and calls [`run`] from one function for
//! each instruction set.

use super::bits::{Bits, HEAD, ROW};
use super::program::{Do, Program};
use super::simd::{Register, each, some};

/// Runs the line over the first `words` words of a chunk; the words of 64 positions that have candidates, and which.
/// `bits` must have all rows of the program.
#[inline(always)]
pub(super) fn run<R: Register>(
    program: &Program,
    bits: &mut Bits,
    words: usize,
    found: &mut Vec<(u32, u64)>,
) {
    found.clear();
    let rows = bits.rows_mut();
    let at = |row: u16| usize::from(row) * ROW + HEAD;
    for step in &program.steps {
        let len = words + usize::from(step.beyond).div_ceil(64);
        let out = at(step.into);
        match step.what {
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
    some::<R>(rows, at(program.found), words, found);
}
