//! Columns of prose: a gutter that runs between text on both sides parts them, and they are read one after the other.
//! Tables stay row by row.

use super::lines::{self, Line};

/// Writes lines, column by column where there are columns.
pub fn columns(lines: &[Line], depth: u32, out: &mut String) {
    let mut rest = lines;
    while !rest.is_empty() {
        match gutter(rest).filter(|_| depth < 4) {
            Some((first, last, at)) => {
                lines::write(&rest[..first], out);
                let (mut left, mut right) = (Vec::new(), Vec::new());
                for line in &rest[first..last] {
                    let (l, r): (Vec<_>, Vec<_>) =
                        line.fragments.iter().cloned().partition(|f| f.start < at);
                    for (side, fragments) in [(&mut left, l), (&mut right, r)] {
                        if !fragments.is_empty() {
                            side.push(Line {
                                fragments,
                                base: line.base,
                                size: line.size,
                            });
                        }
                    }
                }
                columns(&left, depth + 1, out);
                columns(&right, depth + 1, out);
                rest = &rest[last..];
            }
            None => {
                lines::write(rest, out);
                rest = &[];
            }
        }
    }
}

/// The first stretch of lines with a gutter between prose on both sides: first line, line after the last, place.
fn gutter(lines: &[Line]) -> Option<(usize, usize, f64)> {
    const FEWEST: usize = 6;
    if lines.len() < FEWEST {
        return None;
    }
    // Places where a fragment starts right of a gap, and how often.
    let mut starts: Vec<(f64, f64)> = Vec::new();
    for line in lines {
        for pair in line.fragments.windows(2) {
            starts.push((pair[1].start, pair[0].end));
        }
    }
    if starts.len() < FEWEST / 2 {
        return None;
    }
    starts.sort_by(|a, b| a.0.total_cmp(&b.0));
    let size = lines.iter().map(|l| l.size).sum::<f64>() / lines.len() as f64;
    // The commonest start, within a font size.
    let mut best = (0, 0.0);
    let mut low = 0;
    for high in 0..starts.len() {
        while starts[high].0 - starts[low].0 > 1.5 * size {
            low += 1;
        }
        if high - low + 1 > best.0 {
            best = (high - low + 1, starts[low].0);
        }
    }
    let at = best.1 - 0.3 * size;
    // Lines that leave the place free, from the first that has text on both sides on.
    let crosses = |line: &Line| {
        line.fragments
            .iter()
            .any(|f| f.start < at - 0.2 * size && f.end > at)
    };
    let both = |line: &Line| {
        !crosses(line)
            && line.fragments.iter().any(|f| f.end <= at)
            && line.fragments.iter().any(|f| f.start >= at - 0.1 * size)
    };
    let first = lines.iter().position(both)?;
    let mut last = first;
    let mut sides = (0, 0, 0, 0, 0); // lines both, chars left, chars right, fragments left, fragments right
    for line in &lines[first..] {
        if crosses(line) {
            break;
        }
        last += 1;
        if both(line) {
            sides.0 += 1;
        }
        let split = line.fragments.partition_point(|f| f.start < at);
        let (left, right) = line.fragments.split_at(split);
        for fragment in lines::merge(left).iter().chain(&lines::merge(right)) {
            let chars = fragment.text.chars().count();
            if fragment.start < at {
                sides.1 += chars;
                sides.3 += 1;
            } else {
                sides.2 += chars;
                sides.4 += 1;
            }
        }
    }
    // The lines before the first with both sides may still belong to a column.
    let prose = sides.3 > 0 && sides.4 > 0 && sides.1 / sides.3 >= 22 && sides.2 / sides.4 >= 22;
    (last - first >= FEWEST && sides.0 * 3 >= last - first && prose).then_some((first, last, at))
}
