//! Cuts a text that is longer than a segment may be. The guard calls it; formats that know their own boundaries never
//! come here.

use crate::model::{
    Label, Layout, Mark, Table,
    limits::{OVERLAP, SEGMENT},
};

use super::error::ExtractError;

type Out<'o> = dyn FnMut(&str, usize, bool, &Layout) -> Result<(), ExtractError> + 'o;

/// The nearest boundary of characters at or below `at`.
pub(super) fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Calls `out` with pieces of at most [`SEGMENT`] bytes, each repeating the last [`OVERLAP`] of the one before.
pub(super) fn split(text: &str, layout: &Layout, out: &mut Out<'_>) -> Result<(), ExtractError> {
    if let Layout::Table(table) = layout {
        return rows(text, table, out);
    }
    let (mut start, mut fresh) = (0, 0);
    let mut line = match layout {
        Layout::Lines { first } => *first,
        _ => 0,
    };
    loop {
        let end = floor(text, (start + SEGMENT).min(text.len()));
        let more = end < text.len();
        let window = &text[start..end];
        let part = match layout {
            Layout::Lines { .. } => Layout::Lines { first: line },
            Layout::Marked { marks, labels } => cut(marks, labels, start, end),
            Layout::Table(_) => layout.clone(),
        };
        out(window, fresh - start, more, &part)?;
        if !more {
            return Ok(());
        }
        let next = floor(text, end - OVERLAP);
        line += memchr::memchr_iter(b'\n', &text.as_bytes()[start..next]).count() as u64;
        (start, fresh) = (next, end);
    }
}

/// The marks and labels of a window, counted from its start.
pub(super) fn cut(marks: &[Mark], labels: &[Label], start: usize, end: usize) -> Layout {
    let first = marks
        .partition_point(|m| m.at as usize <= start)
        .saturating_sub(1);
    let marks = marks[first..]
        .iter()
        .take_while(|m| (m.at as usize) < end)
        .map(|m| Mark {
            at: m.at.saturating_sub(start as u32),
            anchor: m.anchor.clone(),
        })
        .collect();
    let labels = labels
        .iter()
        .take_while(|l| (l.at as usize) < end)
        .filter(|l| l.end as usize > start)
        .map(|l| Label {
            at: l.at.saturating_sub(start as u32),
            end: (l.end as usize).min(end) as u32 - start as u32,
            text: l.text.clone(),
        })
        .collect();
    Layout::Marked { marks, labels }
}

/// Blocks of whole rows. A row that is too long for one segment goes on in the next ones, where its columns are no
/// longer known, so they have no headings.
fn rows(text: &str, table: &Table, out: &mut Out<'_>) -> Result<(), ExtractError> {
    let end_of = |i: usize| table.rows.get(i).map_or(text.len(), |&r| r as usize);
    let part = |rows: Vec<u32>, index: usize, headings| {
        Layout::Table(Table {
            name: table.name.clone(),
            delimiter: table.delimiter,
            quoted: table.quoted,
            row_numbers: (index..index + rows.len())
                .filter_map(|i| table.row_numbers.get(i).copied())
                .collect(),
            first_row: table.first_row + index as u64,
            rows,
            headings,
        })
    };
    let mut i = 0;
    while i < table.rows.len() {
        let start = table.rows[i] as usize;
        let mut j = i + 1;
        while j < table.rows.len() && end_of(j + 1) - start <= SEGMENT {
            j += 1;
        }
        let end = end_of(j);
        if end - start <= SEGMENT {
            let starts = table.rows[i..j].iter().map(|r| r - start as u32).collect();
            let layout = part(starts, i, table.headings.clone());
            out(&text[start..end], 0, false, &layout)?;
        } else {
            let (mut from, mut fresh) = (start, start);
            loop {
                let to = floor(text, (from + SEGMENT).min(end));
                let headings = if from == start {
                    table.headings.clone()
                } else {
                    Vec::new().into()
                };
                let layout = part(vec![0], i, headings);
                out(&text[from..to], fresh - from, to < end, &layout)?;
                if to == end {
                    break;
                }
                (from, fresh) = (floor(text, to - OVERLAP), to);
            }
        }
        i = j;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Anchor, Segment};

    /// All pieces put together again, and the anchor of each place where `needle` begins.
    fn pieces(text: &str, layout: &Layout, needle: &str) -> (String, Vec<Anchor>) {
        let (mut all, mut found) = (String::new(), Vec::new());
        split(text, layout, &mut |piece, repeats, _, layout| {
            assert!(piece.len() <= SEGMENT);
            let offset = (all.len() - repeats) as u64;
            all.push_str(&piece[repeats..]);
            let segment = Segment {
                text: piece,
                repeats,
                more: false,
                offset,
                layout,
            };
            for (at, _) in piece.match_indices(needle) {
                if at + needle.len() > repeats {
                    found.push(segment.anchor(at));
                }
            }
            Ok(())
        })
        .expect("no limits here");
        (all, found)
    }

    #[test]
    fn nothing_is_lost_at_a_cut() {
        let mut text = "é".repeat(SEGMENT / 2 - 3);
        text.push_str("\nAB123456C\n");
        text.push_str(&"x\n".repeat(SEGMENT));
        let (all, found) = pieces(&text, &Layout::Lines { first: 1 }, "AB123456C");
        assert!(all == text);
        assert_eq!(found, [Anchor::Line(2)]);
    }

    #[test]
    fn rows_stay_whole_and_keep_their_numbers() {
        let row = format!("{}\tq\n", "x".repeat(400_000));
        let text = row.repeat(7);
        let table = Table {
            name: "Staff".into(),
            delimiter: b'\t',
            quoted: false,
            rows: (0..7).map(|i| i * row.len() as u32).collect(),
            row_numbers: vec![],
            first_row: 2,
            headings: vec!["a".into(), "b".into()].into(),
        };
        let (all, found) = pieces(&text, &Layout::Table(table), "q");
        assert!(all == text);
        let rows: Vec<_> = found.iter().map(ToString::to_string).collect();
        let want: Vec<_> = (2..9).map(|n| format!("Staff!B{n}")).collect();
        assert_eq!(rows, want);
    }
}
