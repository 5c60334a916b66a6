//! What stands beside a match: regular expressions here have no look-around, so the neighbours are looked at afterwards
//! (detection specification §1 rule 2).

use super::rule::Guard;

/// Whether a match stands by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Edge {
    /// It does.
    Free,
    /// Another group of digits stands one space away: it may be a piece of a longer number, and needs a word for it.
    Shared,
    /// It is a piece of something longer.
    Inside,
}

/// Looks at the neighbours of `start..end`. `delimiter` is the byte between cells, when the text is a table: it parts
/// what it stands between, even a comma two numbers.
pub(crate) fn edge(
    guard: Guard,
    text: &[u8],
    start: usize,
    end: usize,
    delimiter: Option<u8>,
) -> Edge {
    if guard == Guard::None {
        return Edge::Free;
    }
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80;
    let before = start.checked_sub(1).map(|i| text[i]);
    let after = text.get(end).copied();
    if before.is_some_and(word) || after.is_some_and(word) {
        return Edge::Inside;
    }
    match guard {
        Guard::Word => return Edge::Free,
        Guard::Token => {
            let joins = |b: u8| matches!(b, b'-' | b'+' | b'%' | b'@' | b'/' | b'\\');
            let inside = before.is_some_and(|b| b == b'.' || joins(b)) || after.is_some_and(joins);
            return if inside { Edge::Inside } else { Edge::Free };
        }
        Guard::Chain if chained(text, start, end) => return Edge::Inside,
        Guard::Chain => return Edge::Free,
        Guard::Digits | Guard::None => {}
    }
    let digit = |i: usize| text.get(i).is_some_and(u8::is_ascii_digit);
    // `+676 771 5123` is a telephone number abroad. Between words a plus may stand for a space.
    if before == Some(b'+')
        && text[start].is_ascii_digit()
        && start.checked_sub(2).is_none_or(|i| !word(text[i]))
    {
        return Edge::Inside;
    }
    let mut edge = Edge::Free;
    if let Some(b) = before
        && Some(b) != delimiter
        && start >= 2
        && digit(start - 2)
    {
        match b {
            b'.' | b'-' | b'/' | b':' => return Edge::Inside,
            b',' if thousands(text, start - 1) => return Edge::Inside,
            b' ' if !apart(text, start - 2, false) => edge = Edge::Shared,
            _ => {}
        }
    }
    if let Some(b) = after
        && Some(b) != delimiter
        && digit(end + 1)
    {
        match b {
            b'.' | b'-' | b'/' | b':' => return Edge::Inside,
            b',' if thousands(text, end) => return Edge::Inside,
            b' ' if !apart(text, end + 1, true) => edge = Edge::Shared,
            _ => {}
        }
    }
    edge
}

/// Whether a group of one to four hexadecimal digits goes on before or after the match, joined by the first separator
/// inside it.
fn chained(text: &[u8], start: usize, end: usize) -> bool {
    let separator = text[start..end].iter().find(|b| !b.is_ascii_alphanumeric());
    let Some(&separator) = separator else {
        return false;
    };
    let group = |bytes: &mut dyn Iterator<Item = &u8>| {
        let mut hex = 0;
        for b in bytes.take_while(|b| b.is_ascii_alphanumeric()).take(5) {
            if !b.is_ascii_hexdigit() {
                return false;
            }
            hex += 1;
        }
        (1..=4).contains(&hex)
    };
    let before =
        start > 0 && text[start - 1] == separator && group(&mut text[..start - 1].iter().rev());
    let after = text.get(end) == Some(&separator) && group(&mut text[end + 1..].iter());
    before || after
}

/// Whether the comma at `at` groups thousands (`4,010,232`) rather than parting two numbers: at most three digits before
/// it and exactly three after.
fn thousands(text: &[u8], at: usize) -> bool {
    run_back(text, at) <= 3 && run_on(text, at + 1) == 3
}

/// Whether the run of digits that begins (or ends) at `at` is something of its own: a date, a time, an amount with
/// decimals, or too long to be a group of a spaced number.
fn apart(text: &[u8], at: usize, forward: bool) -> bool {
    let joins = |b: Option<&u8>| matches!(b, Some(b'/' | b'.' | b':' | b'-' | b','));
    let digit = |b: Option<&u8>| b.is_some_and(u8::is_ascii_digit);
    let (length, far, farther) = if forward {
        let length = run_on(text, at);
        (length, text.get(at + length), text.get(at + length + 1))
    } else {
        let length = run_back(text, at + 1);
        let far = (at + 1).checked_sub(length + 1).map(|i| &text[i]);
        let farther = (at + 1).checked_sub(length + 2).map(|i| &text[i]);
        (length, far, farther)
    };
    length > 6 || joins(far) && digit(farther)
}

/// Digits from `at` on, counted up to 8.
fn run_on(text: &[u8], at: usize) -> usize {
    text[at.min(text.len())..]
        .iter()
        .take(8)
        .take_while(|b| b.is_ascii_digit())
        .count()
}

/// Digits before `at`, counted up to 8.
fn run_back(text: &[u8], at: usize) -> usize {
    text[..at]
        .iter()
        .rev()
        .take(8)
        .take_while(|b| b.is_ascii_digit())
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, value: &str, delimiter: Option<u8>) -> Edge {
        let start = text.find(value).expect("planted");
        edge(
            Guard::Digits,
            text.as_bytes(),
            start,
            start + value.len(),
            delimiter,
        )
    }

    #[test]
    fn chains_are_one_thing() {
        let at = |text: &str, value: &str| {
            let start = text.find(value).expect("planted");
            edge(
                Guard::Chain,
                text.as_bytes(),
                start,
                start + value.len(),
                None,
            )
        };
        let mac = "d0:50:99:84:a2:a0";
        for (text, expected) in [
            ("MAC:d0:50:99:84:a2:a0", Edge::Free),
            ("d0:50:99:84:a2:a0:", Edge::Free),
            ("d0:50:99:84:a2:a0:ff", Edge::Inside),
            ("1f:d0:50:99:84:a2:a0", Edge::Inside),
            ("d0:50:99:84:a2:a0-1", Edge::Free),
        ] {
            assert_eq!(at(text, mac), expected, "{text}");
        }
        assert_eq!(at("81.2.69.142.", "81.2.69.142"), Edge::Free);
        assert_eq!(at("81.2.69.142:8080", "81.2.69.142"), Edge::Free);
        assert_eq!(at("5.81.2.69.142", "81.2.69.142"), Edge::Inside);
    }

    #[test]
    fn pieces_of_longer_numbers_are_told_apart() {
        let number = "4010232137";
        for (text, expected) in [
            ("NHS 4010232137.", Edge::Free),
            ("1-4010232137", Edge::Inside),
            ("4010232137.5", Edge::Inside),
            ("x4010232137", Edge::Inside),
            ("é4010232137", Edge::Inside),
            ("_4010232137", Edge::Inside),
            ("12,4010232137,7", Edge::Free),
            ("4010232137,500 ", Edge::Free),
            ("12 4010232137", Edge::Shared),
            ("4010232137 1234", Edge::Shared),
            ("4010232137 03/03/1951", Edge::Free),
            ("03/03/1951 4010232137", Edge::Free),
            ("10:30 4010232137 12.50", Edge::Free),
            ("1955839661 4010232137", Edge::Free),
            ("(4010232137)", Edge::Free),
        ] {
            assert_eq!(at(text, number, None), expected, "{text}");
        }
        assert_eq!(at("1-4010232137", number, Some(b'-')), Edge::Free);
        assert_eq!(at("1,234,567", "234", None), Edge::Inside);
    }
}
