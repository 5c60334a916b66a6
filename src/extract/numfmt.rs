//! Numbers as a spreadsheet shows them: Excel number formats applied to cell values.
//!
//! The spreadsheet readers call it. What a person sees decides: leading zeros of a format (`00-00-00` makes a sort code of
//! a number), currency signs, percent. Departures, for the sake of who searches: a date is written as ISO 8601 whatever its
//! format, so that day and month cannot be mistaken; a number has the digits that it has, where a format
//! would round them, add zeros behind the point, hide them or turn them into `1.23E+11`; and there are no thousands separators, which would cut an account number in pieces.
//! Format codes: ECMA-376 part 1, 18.8.30 and 18.8.31.

use std::fmt::Write as _;

/// What a format makes of a number.
#[derive(Clone, Debug, PartialEq)]
pub enum NumberFormat {
    /// Digits as they are.
    General,
    /// A date, a time, or both.
    Date {
        /// Shows day, month or year.
        date: bool,
        /// Shows hours, minutes or seconds.
        time: bool,
    },
    /// Elapsed time: hours may pass 24.
    Elapsed,
    /// Sections of a number format: for positive, negative, zero.
    Sections(Vec<Section>),
}

/// One section of a number format.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Section {
    tokens: Vec<Token>,
    /// Digit placeholders before the point; how many of them are `0`.
    whole: usize,
    fraction: usize,
    percent: bool,
    scientific: bool,
    odd: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Literal(String),
    /// A digit placeholder: `0`, `#` or `?`.
    Digit(char),
    Point,
    Text,
}

impl NumberFormat {
    /// The built-in format with this number. Those that depend on the country are as in the United Kingdom.
    pub fn builtin(id: u32) -> NumberFormat {
        let code = match id {
            1 => "0",
            2 => "0.00",
            3 | 37 | 38 => "#,##0",
            4 | 39 | 40 => "#,##0.00",
            5..=8 => "\"£\"#,##0.00",
            9 => "0%",
            10 => "0.00%",
            11 | 48 => "0.00E+00",
            14..=17 | 27..=31 | 34..=36 | 50..=58 => "yyyy-mm-dd",
            18..=21 | 32..=33 | 45 | 47 => "hh:mm:ss",
            22 => "yyyy-mm-dd hh:mm",
            46 => "[h]:mm:ss",
            41 | 42 => "#,##0",
            43 | 44 => "#,##0.00",
            49 => "@",
            _ => return NumberFormat::General,
        };
        NumberFormat::parse(code)
    }

    /// Reads a format code.
    pub fn parse(code: &str) -> NumberFormat {
        let sections = split_sections(code);
        let first = sections.first().map_or("", String::as_str);
        let plain = bare(first);
        if plain.elapsed {
            return NumberFormat::Elapsed;
        }
        if plain.date || plain.time {
            return NumberFormat::Date {
                date: plain.date,
                time: plain.time,
            };
        }
        if code.trim().is_empty() || first.eq_ignore_ascii_case("general") || first == "@" {
            return NumberFormat::General;
        }
        NumberFormat::Sections(sections.iter().take(3).map(|s| Section::parse(s)).collect())
    }

    /// Whether a number in this format is a date or time.
    pub fn is_date(&self) -> bool {
        matches!(self, NumberFormat::Date { .. } | NumberFormat::Elapsed)
    }

    /// The value as it is shown. `since_1904`: days are counted from 1904.
    pub fn show(&self, value: f64, since_1904: bool) -> String {
        match self {
            NumberFormat::General => general(value),
            NumberFormat::Elapsed => elapsed(value),
            NumberFormat::Date { date, time } => {
                date_time(value, since_1904, *date, *time).unwrap_or_else(|| general(value))
            }
            NumberFormat::Sections(sections) => {
                let (section, value) = match sections.as_slice() {
                    [] => return general(value),
                    [_, negative, ..] if value < 0.0 => (negative, -value),
                    [_, _, zero] if value == 0.0 => (zero, value),
                    [first, ..] => (first, value),
                };
                section.show(value)
            }
        }
    }
}

/// A number without a format: whole numbers with all their digits, others to 15 significant ones.
pub fn general(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    if value == value.trunc() && value.abs() < 1e21 {
        return format!("{value:.0}");
    }
    if value.abs() < 1e-5 || value.abs() >= 1e21 {
        return format!("{value:E}");
    }
    let before = value.abs().log10().floor() as i32 + 1;
    let decimals = (15 - before).clamp(0, 20) as usize;
    let text = format!("{value:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

fn elapsed(value: f64) -> String {
    let seconds = (value * 86_400.0).round();
    if !seconds.is_finite() || seconds.abs() > 1e12 {
        return general(value);
    }
    let sign = if seconds < 0.0 { "-" } else { "" };
    let s = seconds.abs() as u64;
    format!("{sign}{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
}

/// A serial date as ISO 8601, or nothing when it is none that Excel would show.
pub fn date_time(value: f64, since_1904: bool, date: bool, time: bool) -> Option<String> {
    if !(0.0..2_958_466.0).contains(&value) {
        return None;
    }
    let mut days = value.floor() as i64;
    let mut seconds = ((value - value.floor()) * 86_400.0).round() as i64;
    if seconds == 86_400 {
        seconds = 0;
        days += 1;
    }
    let mut out = String::new();
    if date && (days > 0 || !time) {
        // Day 1 is 1 January 1900, and day 60 the 29 February 1900 that never was.
        let since_epoch = if since_1904 {
            days - 24_107
        } else if days < 60 {
            days - 25_568
        } else {
            days - 25_569
        };
        let (y, m, d) = civil(since_epoch);
        let _ = write!(out, "{y:04}-{m:02}-{d:02}");
    }
    if time && (seconds > 0 || out.is_empty() || !date) {
        if !out.is_empty() {
            out.push(' ');
        }
        let _ = write!(out, "{:02}:{:02}", seconds / 3600, seconds / 60 % 60);
        if seconds % 60 > 0 {
            let _ = write!(out, ":{:02}", seconds % 60);
        }
    }
    Some(out)
}

/// Year, month, day of a day counted from 1970-01-01. Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".
fn civil(days: i64) -> (i64, u32, u32) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = (doy - (153 * mp + 2) / 5 + 1) as u32;
    let month = if mp < 10 { mp + 3 } else { mp - 9 } as u32;
    (yoe + era * 400 + i64::from(month <= 2), month, day)
}

/// Cuts a code at semicolons that are not quoted.
fn split_sections(code: &str) -> Vec<String> {
    let mut sections = vec![String::new()];
    let mut quoted = false;
    let mut escaped = false;
    for c in code.chars().take(1024) {
        if escaped {
            escaped = false;
        } else if c == '"' {
            quoted = !quoted;
        } else if c == '\\' {
            escaped = true;
        } else if c == ';' && !quoted {
            sections.push(String::new());
            continue;
        }
        if let Some(last) = sections.last_mut() {
            last.push(c);
        }
    }
    sections
}

#[derive(Default)]
struct Bare {
    date: bool,
    time: bool,
    elapsed: bool,
}

/// What letters outside of quotes, brackets and escapes say about dates.
fn bare(section: &str) -> Bare {
    let mut found = Bare::default();
    let mut chars = section.chars().peekable();
    let mut months = false;
    if section.to_ascii_lowercase().contains("general") {
        return found;
    }
    while let Some(c) = chars.next() {
        match c {
            '"' => while chars.next().is_some_and(|c| c != '"') {},
            '\\' | '_' | '*' => {
                chars.next();
            }
            '[' => {
                let inside: String = chars.by_ref().take_while(|&c| c != ']').collect();
                let letters = inside.to_ascii_lowercase();
                if !letters.is_empty() && letters.chars().all(|c| matches!(c, 'h' | 'm' | 's')) {
                    found.elapsed = true;
                }
            }
            'd' | 'D' | 'y' | 'Y' => found.date = true,
            'h' | 'H' | 's' | 'S' => found.time = true,
            'm' | 'M' => months = true,
            'A' | 'a' if chars.peek().is_some_and(|c| matches!(c, 'M' | 'm' | '/')) => {
                found.time = true;
                while chars
                    .peek()
                    .is_some_and(|c| matches!(c, 'M' | 'm' | 'P' | 'p' | '/'))
                {
                    chars.next();
                }
            }
            // Years of Japanese and Chinese calendars.
            'e' | 'g' if section.contains('d') || section.contains('m') => found.date = true,
            _ => {}
        }
    }
    // `m` is minutes beside hours or seconds, months otherwise.
    if months && !found.time {
        found.date = true;
    }
    found
}

impl Section {
    fn parse(code: &str) -> Section {
        let mut section = Section::default();
        let mut literal = String::new();
        let mut chars = code.chars().peekable();
        let mut after_point = false;
        let flush = |literal: &mut String, tokens: &mut Vec<Token>| {
            if !literal.is_empty() {
                tokens.push(Token::Literal(std::mem::take(literal)));
            }
        };
        while let Some(c) = chars.next() {
            match c {
                '"' => literal.extend(chars.by_ref().take_while(|&c| c != '"')),
                '\\' => literal.extend(chars.next()),
                '_' => {
                    chars.next();
                    literal.push(' ');
                }
                '*' => {
                    chars.next();
                }
                '[' => {
                    let inside: String = chars.by_ref().take_while(|&c| c != ']').collect();
                    if let Some(currency) = inside.strip_prefix('$') {
                        literal.push_str(currency.split('-').next().unwrap_or(""));
                    }
                }
                '0' | '#' | '?' => {
                    flush(&mut literal, &mut section.tokens);
                    section.tokens.push(Token::Digit(c));
                    if after_point {
                        section.fraction += 1;
                    } else {
                        section.whole += 1;
                    }
                }
                ',' if section.whole > 0 => {}
                '.' if section.whole + section.fraction > 0
                    || chars.peek().is_some_and(|c| matches!(c, '0' | '#' | '?')) =>
                {
                    flush(&mut literal, &mut section.tokens);
                    section.tokens.push(Token::Point);
                    after_point = true;
                }
                '%' => {
                    section.percent = true;
                    literal.push('%');
                }
                'E' | 'e' if chars.peek().is_some_and(|c| matches!(c, '+' | '-')) => {
                    section.scientific = true
                }
                '/' if section.whole > 0 && !after_point => section.odd = true,
                '@' => {
                    flush(&mut literal, &mut section.tokens);
                    section.tokens.push(Token::Text);
                }
                'G' | 'g' if code.to_ascii_lowercase().contains("general") => {
                    for _ in 0..6 {
                        chars.next();
                    }
                    flush(&mut literal, &mut section.tokens);
                    section.tokens.push(Token::Text);
                }
                c => literal.push(c),
            }
        }
        flush(&mut literal, &mut section.tokens);
        section
    }

    fn show(&self, value: f64) -> String {
        if self.odd || self.scientific {
            // Fractions and powers of ten: the plain number says more.
            return general(value);
        }
        if self.whole + self.fraction == 0 {
            let mut out = String::new();
            for token in &self.tokens {
                match token {
                    Token::Literal(text) => out.push_str(text),
                    Token::Text => out.push_str(&general(value)),
                    _ => {}
                }
            }
            // A format that hides the number or shows a dash for it does not hide it from us.
            if !out.contains(|c: char| c.is_ascii_digit()) {
                return general(value);
            }
            return out.trim().to_owned();
        }

        let value = if self.percent { value * 100.0 } else { value };
        if !value.is_finite() || value.abs() >= 1e21 {
            return general(value);
        }
        let digits = general(value.abs());
        if digits.contains('E') {
            return digits;
        }
        let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
        let whole = if whole == "0" { "" } else { whole };
        let mut out = String::new();
        if value < 0.0 && digits.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
            out.push('-');
        }
        let pointed = self.fraction > 0;
        let mut seen = 0;
        let mut after_point = false;
        let mut fraction_at = 0;
        for token in &self.tokens {
            match token {
                Token::Literal(text) => out.push_str(text),
                Token::Text => {}
                Token::Point => {
                    if self.whole == 0 && !after_point {
                        out.push_str(whole);
                    }
                    after_point = true;
                    if !fraction.is_empty() {
                        out.push('.');
                    }
                }
                Token::Digit(_) if after_point => {
                    // The last place takes all that is left.
                    fraction_at += 1;
                    let last = fraction_at == self.fraction;
                    let end = if last {
                        fraction.len()
                    } else {
                        fraction_at.min(fraction.len())
                    };
                    out.push_str(fraction.get(fraction_at - 1..end).unwrap_or(""));
                }
                Token::Digit(kind) => {
                    // Places are counted from the left: the first one takes all digits that have no place.
                    let place = self.whole - seen;
                    seen += 1;
                    if seen == 1 && whole.len() > self.whole {
                        out.push_str(&whole[..whole.len() - self.whole]);
                    }
                    if place <= whole.len() {
                        out.push_str(&whole[whole.len() - place..whole.len() - place + 1]);
                    } else if *kind == '0' {
                        out.push('0');
                    }
                    if seen == self.whole && !pointed && !fraction.is_empty() {
                        out.push('.');
                        out.push_str(fraction);
                    }
                }
            }
        }
        out.trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(code: &str, value: f64) -> String {
        NumberFormat::parse(code).show(value, false)
    }

    #[test]
    fn digits_are_kept_and_zeros_filled_in() {
        assert_eq!(general(12_345_678_901.0), "12345678901");
        assert_eq!(general(0.1 + 0.2), "0.3");
        assert_eq!(show("00000000", 1_234_567.0), "01234567");
        assert_eq!(show("00-00-00", 90_126.0), "09-01-26");
        assert_eq!(show("000\\ 000\\ 0000", 4_010_232_137.0), "401 023 2137");
        assert_eq!(show("0", 7_946_000_000.0), "7946000000");
        assert_eq!(show("0##########", 1_632_960_001.0), "01632960001");
        assert_eq!(show("@", 123.0), "123");
    }

    #[test]
    fn amounts_are_shown_as_a_sheet_shows_them() {
        assert_eq!(show("#,##0.00", 1_234_567.891), "1234567.891");
        assert_eq!(show("\"£\"#,##0;[Red]-\"£\"#,##0", -52_000.0), "-£52000");
        assert_eq!(show("[$£-809]#,##0.00", 5.5), "£5.5");
        assert_eq!(
            show("_-* #,##0.00_-;-* #,##0.00_-;_-* \"-\"??_-;_-@_-", 12.0),
            "12"
        );
        assert_eq!(show("0.0%", 0.256), "25.6%");
        assert_eq!(show("0.##", 1.5), "1.5");
        assert_eq!(show("0.00", 1.005), "1.005");
        assert_eq!(show("0", 5.75), "5.75");
        assert_eq!(show("0.00", 3.0), "3");
        assert_eq!(show("#", 0.0), "");
        assert_eq!(show(";;;", 12_345_678.0), "12345678");
    }

    #[test]
    fn dates_come_out_as_iso() {
        assert_eq!(show("dd/mm/yyyy", 18_689.0), "1951-03-02");
        assert_eq!(show("[$-809]d mmmm yyyy;@", 18_689.0), "1951-03-02");
        assert_eq!(show("m/d/yy h:mm", 45_000.5), "2023-03-15 12:00");
        assert_eq!(show("hh:mm", 0.25), "06:00");
        assert_eq!(show("[h]:mm", 1.5), "36:00:00");
        assert_eq!(show("mmm-yy", 60.0), "1900-02-28");
        assert_eq!(
            NumberFormat::parse("d/m/y").show(17_227.0, true),
            "1951-03-02"
        );
        assert_eq!(show("\"day \"0", 5.0), "day 5");
        assert_eq!(show("[Red]0.00", 5.0), "5");
    }
}
