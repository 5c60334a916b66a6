//! Text for people: numbers, sizes, dates, and names that may be hostile.
//!
//! A file name may hold escape sequences that repaint a terminal, marks that turn the direction of writing, or a formula.
//! Everything that came from a file system or a document passes through here before a person's program shows it.

use std::{borrow::Cow, fmt::Write as _};

use jiff::{Timestamp, tz::TimeZone};

/// A name for a terminal: control characters, marks of direction and characters that take no room are written as escapes.
pub fn terminal(text: &str) -> Cow<'_, str> {
    if !text.chars().any(hostile) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if hostile(c) => {
                let _ = write!(out, "\\u{{{:x}}}", c as u32);
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Control characters, and the invisible ones that reorder or hide text (Unicode, Bidirectional Algorithm §2 and General
/// Punctuation).
fn hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A cell for a spreadsheet: text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV
/// Injection), and carriage returns go.
pub fn cell(text: &str) -> Cow<'_, str> {
    match text.as_bytes().first() {
        Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r') => Cow::Owned(format!("'{text}")),
        _ => Cow::Borrowed(text),
    }
}

/// Text cut to so many characters, with an ellipsis where something is missing.
pub fn fit(text: &str, width: usize) -> Cow<'_, str> {
    if text.chars().count() <= width {
        return Cow::Borrowed(text);
    }
    let mut out: String = text.chars().take(width.saturating_sub(1)).collect();
    out.push('…');
    Cow::Owned(out)
}

/// Broken between words into lines of at most so many characters, those after the first set in by two. A longer word stays
/// whole.
pub fn wrap(words: &str, width: usize) -> String {
    let (mut wrapped, mut column) = (String::new(), 0);
    for word in words.split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            wrapped.push_str("\n  ");
            column = 2;
        } else if column > 0 {
            wrapped.push(' ');
            column += 1;
        }
        wrapped.push_str(word);
        column += length;
    }
    wrapped
}

/// `1234567` → `1,234,567`.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 file`, `2 files`.
pub fn plural(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// Bytes in the unit that fits, powers of 1000: `1.2 GB`.
pub fn bytes(n: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if n < 1000 {
        return plural(n, "byte", "bytes");
    }
    let mut value = n as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// Seconds as a person says them: `4.2 s`, `3 min 20 s`, `2 h 5 min`.
pub fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{seconds:.1} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

/// A moment, from milliseconds since 1970: `24 Nov 2026 17:02`.
pub fn moment(milliseconds: i64, timezone: &TimeZone) -> String {
    match Timestamp::from_millisecond(milliseconds) {
        Ok(time) => time
            .to_zoned_datetime(timezone.clone())
            .strftime("%-d %b %Y %H:%M")
            .to_string(),
        Err(_) => "an impossible date".into(),
    }
}

/// A file's time, from nanoseconds since 1970, as machines write it: `2026-11-24T17:02:00Z`. Empty when impossible.
pub fn file_time(nanoseconds: i64) -> String {
    Timestamp::from_nanosecond(i128::from(nanoseconds))
        .map(|time| {
            time.round(jiff::Unit::Second)
                .unwrap_or(time)
                .strftime("%Y-%m-%dT%H:%M:%SZ")
                .to_string()
        })
        .unwrap_or_default()
}

/// The day of a file's time, from nanoseconds since 1970, as machines write it: `2026-11-24`. Empty when impossible.
pub fn file_day(nanoseconds: i64) -> String {
    Timestamp::from_nanosecond(i128::from(nanoseconds))
        .map(|time| {
            let time = time.round(jiff::Unit::Second).unwrap_or(time);
            jiff::tz::Offset::UTC.to_datetime(time).date().to_string()
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_cannot_repaint_the_terminal() {
        assert_eq!(terminal("pay\u{1b}[2Jroll"), "pay\\u{1b}[2Jroll");
        assert_eq!(terminal("a\u{202e}fdp.exe"), "a\\u{202e}fdp.exe");
        assert_eq!(terminal("two\nlines"), "two\\nlines");
        assert_eq!(terminal("Zoë Ünal – ok"), "Zoë Ünal – ok");
    }

    #[test]
    fn no_cell_is_a_formula() {
        for text in ["=1+1", "+44", "-1", "@SUM(A1)", "\tx", "\rx"] {
            assert_eq!(cell(text), format!("'{text}"));
        }
        assert_eq!(cell("a=b"), "a=b");
        assert_eq!(cell(""), "");
    }

    #[test]
    fn figures_read_as_people_write_them() {
        assert_eq!(number(0), "0");
        assert_eq!(number(1_234_567), "1,234,567");
        assert_eq!(bytes(999), "999 bytes");
        assert_eq!(bytes(1), "1 byte");
        assert_eq!(bytes(1_234_000), "1.2 MB");
        assert_eq!(bytes(999_999_999), "1.0 GB");
        assert_eq!(duration(4.25), "4.2 s");
        assert_eq!(duration(200.0), "3 min 20 s");
        assert_eq!(duration(7500.0), "2 h 5 min");
        assert_eq!(moment(0, &TimeZone::UTC), "1 Jan 1970 00:00");
        assert_eq!(moment(i64::MAX, &TimeZone::UTC), "an impossible date");
        assert_eq!(file_time(1_700_000_000_000_000_000), "2023-11-14T22:13:20Z");
    }
}
