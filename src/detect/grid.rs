//! Tables in plain text: columns kept apart by spaces or bars under a line of headings, as reports are printed and as
//! Markdown writes them. `window` asks for the names of their cells, which then speak as those of a real table do.
//!
//! It names cells only; places stay lines, since the document is text. Text without such lines costs one look at each.

use std::{
    ops::Range,
    sync::{Arc, LazyLock},
};

use memchr::memmem;

use crate::model::Label;

/// Longest line that is looked at; longer ones are no printed table.
const LONGEST: usize = 400;

/// So many rows must stand under the headings.
const ROWS: usize = 2;

/// What parts columns, with its search made ready once.
static GAP: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(b"  "));

/// Labels of the cells of all tables in a text, in ascending order; empty when there is none.
pub(crate) fn labels(text: &str) -> Vec<Label> {
    let mut out = Vec::new();
    let mut parted = Parted::new(text);
    let mut at = 0;
    while let Some(start) = parted.line(at) {
        let mut lines = Lines { text, at: start }.peekable();
        let Some(line) = lines.next() else {
            break;
        };
        at = line.end;
        let Some(heads) = headings(text, &line) else {
            continue;
        };
        let names: Vec<Arc<str>> = heads.iter().map(|h| Arc::from(&text[h.clone()])).collect();
        let barred = text[line.clone()].contains('|');
        let columns: Vec<usize> = heads.iter().map(|h| column(text, &line, h.start)).collect();
        let mut rows = 0;
        let before = out.len();
        while let Some(next) = lines.peek().cloned() {
            if is_ruler(&text[next.clone()]) {
                lines.next();
                at = next.end;
                continue;
            }
            let cells = cells(text, &next);
            if cells.len() < 2 || cells.len() > heads.len() + 1 {
                break;
            }
            lines.next();
            at = next.end;
            rows += 1;
            for (n, cell) in cells.into_iter().enumerate() {
                let of = match barred {
                    true => (n < names.len()).then_some(n),
                    false => under(&columns, column(text, &next, cell.start)),
                };
                if let Some(of) = of {
                    out.push(Label {
                        at: cell.start as u32,
                        end: cell.end as u32,
                        text: names[of].clone(),
                    });
                }
            }
        }
        if rows < ROWS {
            out.truncate(before);
        }
    }
    out
}

/// The heading that a cell beginning at a column stands under: numbers are often set to the right, so one that begins
/// a little before the next heading is that one's.
fn under(columns: &[usize], at: usize) -> Option<usize> {
    let after = columns.partition_point(|&c| c <= at + 1);
    after.checked_sub(1)
}

/// Characters from the start of the line.
fn column(text: &str, line: &Range<usize>, at: usize) -> usize {
    text[line.start..at].chars().count()
}

/// The cells of a line if it could name columns: at least three, all words, none a sentence.
fn headings(text: &str, line: &Range<usize>) -> Option<Vec<Range<usize>>> {
    if line.len() > LONGEST || line.len() < 8 {
        return None;
    }
    // Most lines have no gap but before and after what they say: they cost no more than this.
    let shown = text[line.clone()].trim().as_bytes();
    if shown.first() != Some(&b'|')
        && GAP.find(shown).is_none()
        && memchr::memchr2(b'\t', b'|', shown).is_none()
    {
        return None;
    }
    let cells = cells(text, line);
    let could = |cell: &Range<usize>| {
        let cell = &text[cell.clone()];
        let digits = cell.bytes().filter(u8::is_ascii_digit).count();
        let letters = cell.bytes().filter(u8::is_ascii_alphabetic).count();
        cell.len() <= 40
            && letters > digits
            && digits <= 2
            && !cell.contains('@')
            && !cell.ends_with(':')
            && !(cell.ends_with('.') && cell.len() > 16)
    };
    (cells.len() >= 3 && cells.iter().all(could)).then_some(cells)
}

/// Whether a line only parts headings from rows.
fn is_ruler(line: &str) -> bool {
    line.len() >= 3
        && line.contains(['-', '=', '_'])
        && line
            .bytes()
            .all(|b| matches!(b, b'-' | b'=' | b'_' | b'|' | b'+' | b':' | b' '))
}

/// The cells of a line: between bars if it begins with one or has several, else between tabs or two spaces.
fn cells(text: &str, line: &Range<usize>) -> Vec<Range<usize>> {
    let shown = &text[line.clone()];
    if line.len() > LONGEST {
        return Vec::new();
    }
    let barred = shown.starts_with('|') || shown.matches('|').count() >= 2;
    let bytes = shown.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        // One cell: up to what parts it from the next.
        let end = match barred {
            true => memchr::memchr(b'|', &bytes[at..]).map_or(bytes.len(), |n| at + n),
            false => {
                let gap = GAP.find(&bytes[at..]).map_or(bytes.len(), |n| at + n);
                memchr::memchr(b'\t', &bytes[at..gap]).map_or(gap, |n| at + n)
            }
        };
        let cell = &shown[at..end];
        let lead = cell.len() - cell.trim_start().len();
        let trimmed = cell.trim();
        // Between bars an empty cell counts, so that those after it keep their names.
        if !trimmed.is_empty() || barred && at > 0 && end < bytes.len() {
            let start = line.start + at + lead.min(cell.len());
            out.push(start..start + trimmed.len());
        }
        at = end + 1;
    }
    out
}

/// Finds lines with anything in them that could part columns; most text has few.
struct Parted<'a> {
    text: &'a str,
    /// The next gap and the next tab or bar, each from where it was last looked for.
    gap: usize,
    mark: usize,
}

impl<'a> Parted<'a> {
    fn new(text: &'a str) -> Self {
        let mut parted = Parted {
            text,
            gap: 0,
            mark: 0,
        };
        parted.seek_gap(0);
        parted.seek_mark(0);
        parted
    }

    fn seek_gap(&mut self, from: usize) {
        self.gap = self.seek(from, |rest| GAP.find(rest));
    }

    fn seek_mark(&mut self, from: usize) {
        self.mark = self.seek(from, |rest| memchr::memchr2(b'|', b'\t', rest));
    }

    /// The next place of something that parts columns. White space at the start of a line parts nothing: most lines that
    /// have any have it there.
    fn seek(&self, mut from: usize, find: impl Fn(&[u8]) -> Option<usize>) -> usize {
        let bytes = self.text.as_bytes();
        let blank = |b: &u8| matches!(b, b' ' | b'\t');
        while let Some(n) = find(&bytes[from..]) {
            let at = from + n;
            let shown = bytes[..at].iter().rposition(|b| !blank(b));
            let indents = blank(&bytes[at]) && shown.is_none_or(|n| bytes[n] == b'\n');
            if !indents {
                return at;
            }
            from = at + bytes[at..].iter().take_while(|&b| blank(b)).count();
        }
        usize::MAX
    }

    /// The start of the first line with one of them from a place on.
    fn line(&mut self, from: usize) -> Option<usize> {
        if self.gap < from {
            self.seek_gap(from);
        }
        if self.mark < from {
            self.seek_mark(from);
        }
        let first = self.gap.min(self.mark);
        if first == usize::MAX {
            return None;
        }
        let before = &self.text.as_bytes()[from..first];
        Some(memchr::memrchr(b'\n', before).map_or(from, |n| from + n + 1))
    }
}

/// Lines without their ends.
struct Lines<'a> {
    text: &'a str,
    at: usize,
}

impl Iterator for Lines<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let bytes = self.text.as_bytes();
        if self.at >= bytes.len() {
            return None;
        }
        let start = self.at;
        let end = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |n| start + n);
        self.at = end + 1;
        let end = if end > start && bytes[end - 1] == b'\r' {
            end - 1
        } else {
            end
        };
        Some(start..end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<(&str, String)> {
        labels(text)
            .iter()
            .map(|l| (&text[l.at as usize..l.end as usize], l.text.to_string()))
            .collect()
    }

    #[test]
    fn printed_columns_have_the_names_above_them() {
        let text = "STAFF LIST\n\nName             NI No        Room\n---------------  -----------  ----\n\
                    Zoë Okafor       QQ123456C       4\nA Hall           QQ123456A      12\n\nend";
        let named = named(text);
        assert_eq!(named.len(), 6);
        assert_eq!(named[0], ("Zoë Okafor", "Name".into()));
        assert_eq!(named[1], ("QQ123456C", "NI No".into()));
        assert_eq!(named[2], ("4", "Room".into()));
    }

    #[test]
    fn a_table_is_found_below_and_between_prose() {
        let prose = "  Indented,  with a gap.\nPlain words.\n\n\tOne tab.\n";
        let table = "Name   Born   Room\nAda    1980   4\nBo     1981   5\n";
        let text = format!("{prose}{table}\n{prose}{table}\na | b\nend\n");
        let named = named(&text);
        assert_eq!(named.len(), 12, "{named:?}");
        assert_eq!(named[6], ("Ada", "Name".into()));
        assert_eq!(named[11], ("5", "Room".into()));
    }

    #[test]
    fn bars_keep_empty_cells() {
        let text = "| SKU | EAN | Qty |\r\n|---|---|---|\r\n| AB123456C | | 3 |\r\n| AB123457C | 5 | 4 |\r\n";
        let named = named(text);
        assert_eq!(named[0], ("AB123456C", "SKU".into()));
        assert_eq!(named[2], ("3", "Qty".into()));
        assert_eq!(named[5], ("4", "Qty".into()));
    }

    #[test]
    fn prose_and_lone_lines_have_no_columns() {
        assert!(
            named("One sentence.  Another one.  And a third.\nMore text here.  And more.\n")
                .is_empty()
        );
        assert!(named("Name   Born   Room\nnothing below it\n").is_empty());
        assert!(named("a | b\n").is_empty());
        assert!(named("").is_empty());
    }
}
