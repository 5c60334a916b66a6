//! The sentence around a byte: what stands in it belongs together, what stands outside does not.

use std::ops::Range;

/// How far a sentence is looked for on each side.
pub(crate) const REACH: usize = 400;

/// A line longer than this may have been wrapped: the sentence goes on in the next line if that begins in lower case.
const WRAPPED: usize = 50;

/// The sentence around a byte. It ends at `.`, `!` or `?` before a capital, at a blank line, a bullet or a cell border,
/// and at the end of a line that was not wrapped.
pub(crate) fn bounds(text: &[u8], at: usize) -> Range<usize> {
    let floor = at.saturating_sub(REACH);
    let ceiling = (at + REACH).min(text.len());
    let mut start = at;
    while start > floor && !ends(text, start - 1) {
        start -= 1;
    }
    let mut end = at;
    while end < ceiling && !ends(text, end) {
        end += 1;
    }
    if end < ceiling && matches!(text[end], b'.' | b'!' | b'?') {
        end += 1;
    }
    start..end
}

/// Whether a sentence ends with this byte.
fn ends(text: &[u8], at: usize) -> bool {
    match text[at] {
        b'|' => true,
        b'\n' => !wrapped(text, at),
        b'!' | b'?' => text.get(at + 1).is_none_or(u8::is_ascii_whitespace),
        b'.' => {
            let mut next = at + 1;
            if !text.get(next).is_none_or(u8::is_ascii_whitespace) {
                return false;
            }
            while text.get(next).is_some_and(u8::is_ascii_whitespace) {
                next += 1;
            }
            let opens = text.get(next).is_none_or(|&b| {
                b.is_ascii_uppercase()
                    || b.is_ascii_digit()
                    || matches!(b, b'"' | b'\'' | b'(' | b'-')
                    || b >= 0x80
            });
            opens && !abbreviated(text, at)
        }
        _ => false,
    }
}

/// `Mr.`, `No.`, `M.` before the point.
fn abbreviated(text: &[u8], point: usize) -> bool {
    let from = point.saturating_sub(5);
    let word = &text[from..point];
    let word = &word[word
        .iter()
        .rposition(|b| !b.is_ascii_alphabetic())
        .map_or(0, |n| n + 1)..];
    match word.len() {
        0 => false,
        1 => word[0].is_ascii_uppercase(),
        2..=4 => [
            &b"Mr"[..],
            b"Mrs",
            b"Ms",
            b"Dr",
            b"Prof",
            b"Rev",
            b"St",
            b"No",
            b"no",
            b"Sgt",
            b"Cllr",
            b"approx",
            b"eg",
            b"ie",
            b"Jan",
            b"Feb",
            b"Sept",
            b"Dept",
            b"Ref",
        ]
        .contains(&word),
        _ => false,
    }
}

fn wrapped(text: &[u8], newline: usize) -> bool {
    let line = &text[newline.saturating_sub(WRAPPED + 2)..newline];
    let line = &line[memchr::memrchr(b'\n', line).map_or(0, |n| n + 1)..];
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let goes_on = text
        .get(newline + 1..)
        .and_then(|rest| rest.iter().find(|&&b| b != b' '))
        .is_some_and(|b| b.is_ascii_lowercase());
    line.len() > WRAPPED
        && goes_on
        && !matches!(line.last(), Some(b'.' | b'!' | b'?' | b':' | b';'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_they_end() {
        for (text, at, wanted) in [
            ("One. She has it. Two.", "has", " She has it."),
            (
                "Seen by Dr. Hall today. Next",
                "Hall",
                "Seen by Dr. Hall today.",
            ),
            ("A: 1\nB: 2\nC: 3", "2", "B: 2"),
            ("Dose of 2.5 mg given. Ok", "mg", "Dose of 2.5 mg given."),
            (
                "A line which has been wrapped by the mail program goes\non in the next. End",
                "next",
                "A line which has been wrapped by the mail program goes\non in the next.",
            ),
        ] {
            let range = bounds(text.as_bytes(), text.find(at).expect("planted"));
            let sentence = text[range].trim_end_matches('\n');
            assert_eq!(sentence, wanted);
        }
    }
}
