//! What stands under a label in running text, and whether it says anything.

use std::ops::Range;

use crate::detect::propose::TermHit;

/// Whether the line of this place is `| question | answer |`.
pub(crate) fn of_two_cells(text: &[u8], at: usize) -> bool {
    let from = memchr::memrchr(b'\n', &text[..at]).map_or(0, |n| n + 1);
    let to = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |n| at + n);
    let line = text[from..to].trim_ascii();
    let first = text[from..at].trim_ascii();
    line.len() < 200
        && matches!(first, b"|" | b"")
        && line.iter().filter(|&&b| b == b'|').count()
            == 1 + 2 * usize::from(line.starts_with(b"|"))
        && line.starts_with(b"|") == line.ends_with(b"|")
}

/// The value after a label: to the end of the line, to a gap of two spaces, to a cell border.
pub(super) fn value_after(text: &[u8], hit: TermHit, loose: bool) -> Option<Range<usize>> {
    let start = hit.start as usize;
    let line = text[..start]
        .iter()
        .rposition(|&b| matches!(b, b'\n' | b'|'))
        .map_or(0, |n| n + 1);
    let line = line.max(start.saturating_sub(80));
    let lead = &text[line..start];
    let lead = match lead.windows(2).rposition(|w| w == b"  ") {
        Some(n) => &lead[n + 2..],
        None => lead,
    };
    let words = lead
        .split(|&b| b == b' ')
        .filter(|w| w.iter().any(u8::is_ascii_alphabetic))
        .count();
    if words > if loose { 0 } else { 3 } {
        return None;
    }
    let opens = words == 0 && (start == 0 || text[start - 1] == b'\n');
    let mut at = hit.end as usize;
    let spaces = |at: usize| {
        text[at..]
            .iter()
            .take(8)
            .take_while(|&&b| b == b' ')
            .count()
    };
    at += spaces(at);
    if text.get(at) == Some(&b'(') {
        let close = memchr::memchr(b')', &text[at..(at + 40).min(text.len())])?;
        at += close + 1;
        at += spaces(at);
    }
    match text.get(at) {
        Some(b':') => at += 1,
        Some(b'=') if text.get(at + 1) != Some(&b'=') => at += 1,
        // A form filled in along dots or a gap.
        Some(b'.') if opens && text[at..].starts_with(b"...") => {
            at += text[at..]
                .iter()
                .take(80)
                .take_while(|&&b| b == b'.')
                .count();
        }
        // A form as a table of two columns.
        Some(b'|') if words == 0 && of_two_cells(text, start) => at += 1,
        _ if opens && at - hit.end as usize >= 2 => {}
        Some(b'-') if text.get(at + 1) == Some(&b' ') && at > hit.end as usize && words == 0 => {
            at += 1
        }
        _ => return None,
    }
    at += spaces(at);
    let end = text[at..]
        .iter()
        .take(400)
        .position(|&b| matches!(b, b'\n' | b'\r' | b'|'))
        .map_or((at + 400).min(text.len()), |n| at + n);
    let end = text[at..end]
        .windows(2)
        .position(|w| w == b"  ")
        .map_or(end, |n| at + n);
    let end = end
        - text[at..end]
            .iter()
            .rev()
            .take_while(|&&b| b == b' ' || b == b'.')
            .count();
    (end > at).then_some(at..end)
}

/// Whether a value says anything: blanks, lines to write on, and `n/a` do not.
pub(super) fn says_something(value: &[u8]) -> bool {
    let word = value.trim_ascii();
    // Code, markup, a line to write on.
    if !word
        .first()
        .is_some_and(|&b| b.is_ascii_alphanumeric() || b >= 0x80 || b == b'(')
    {
        return false;
    }
    if !word.iter().any(u8::is_ascii_alphanumeric) && !word.iter().any(|&b| b >= 0x80) {
        return false;
    }
    // A list to choose from, nothing chosen.
    let boxes = memchr::memmem::find_iter(word, b"[ ]").count()
        + memchr::memmem::find_iter(word, b"[]").count();
    if boxes > 0 && !word.windows(3).any(|w| w.eq_ignore_ascii_case(b"[x]")) {
        return false;
    }
    const NOTHING: &[&[u8]] = &[
        b"n/a",
        b"na",
        b"tbc",
        b"tba",
        b"required",
        b"see below",
        b"see above",
        b"please state",
        b"please specify",
        b"please tick",
        b"please select",
        b"select",
        b"string",
        b"text",
        b"null",
        b"optional",
        b"mandatory",
        b"true",
        b"false",
        b"x",
        b"unknown",
    ];
    !NOTHING.iter().any(|n| n.eq_ignore_ascii_case(word))
        && !word.to_ascii_lowercase().starts_with(b"please ")
}

/// Whether a value is a question or an instruction of a form.
pub(super) fn asks(value: &[u8]) -> bool {
    value.ends_with(b"?") || value.len() > 40
}
