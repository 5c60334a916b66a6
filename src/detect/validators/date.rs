//! Dates as people in the UK write them, and whether they can be a date of birth.

use jiff::civil::Date;

use super::{Alone, Facts, Verdict};
use crate::model::Level;

/// Month names and what else stands for a month, English then Welsh; three letters and more of an English name count.
const MONTHS: [(&str, &str); 12] = [
    ("january", "ionawr"),
    ("february", "chwefror"),
    ("march", "mawrth"),
    ("april", "ebrill"),
    ("may", "mai"),
    ("june", "mehefin"),
    ("july", "gorffennaf"),
    ("august", "awst"),
    ("september", "medi"),
    ("october", "hydref"),
    ("november", "tachwedd"),
    ("december", "rhagfyr"),
];

/// Words inside a date that say nothing about it.
const FILLERS: [&str; 14] = [
    "st", "nd", "rd", "th", "of", "the", "on", "mon", "tue", "wed", "thu", "fri", "sat", "sun",
];

/// A date as written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Written {
    /// The day meant.
    pub date: Date,
    /// Month before day, as in the United States (`03/25/1951`): accepted only where day-first is impossible.
    pub month_first: bool,
    /// No separators (`19510303`): any number can look so.
    pub solid: bool,
}

/// Reads a date: day first (`3/3/51`, `03.03.1951`, `3 March 1951`, `3rd of March, 1951`, `3-Mar-51`), month name first
/// (`March 3, 1951`), year first (`1951-03-03`), and eight digits without separators; a time of day after it is passed
/// over. Two-digit years turn on `today`: the result is never later. `None` for days that no calendar has.
pub fn read(text: &str, today: Date) -> Option<Written> {
    let mut numbers: [(u32, usize); 3] = [(0, 0); 3];
    let mut count = 0;
    let mut month = None;
    let mut month_at = 0;
    let mut separators: [Option<u8>; 2] = [None; 2];
    let bytes = before_time(text).as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let from = at;
        match bytes[at] {
            b'0'..=b'9' => {
                while at < bytes.len() && bytes[at].is_ascii_digit() {
                    at += 1;
                }
                if count == 3 || at - from > 8 {
                    return None;
                }
                let value = bytes[from..at]
                    .iter()
                    .fold(0, |n, b| 10 * n + u32::from(b - b'0'));
                numbers[count] = (value, at - from);
                count += 1;
            }
            b if b.is_ascii_alphabetic() => {
                while at < bytes.len() && bytes[at].is_ascii_alphabetic() {
                    at += 1;
                }
                let word = &bytes[from..at];
                if let Some(number) = month_number(word) {
                    if month.replace(number).is_some() {
                        return None;
                    }
                    month_at = count;
                } else if !filler(word) {
                    return None;
                }
            }
            b @ (b'/' | b'.' | b'-' | b' ' | b',' | b'\'') => {
                if matches!(b, b'/' | b'.' | b'-') && (1..=2).contains(&count) {
                    separators[count - 1].get_or_insert(b);
                }
                at += 1;
            }
            b'\n' | b'\r' => at += 1,
            _ => return None,
        }
    }
    let numbers = &numbers[..count];
    match (month, numbers) {
        (Some(month), [day, year]) if month_at <= 1 => {
            // `3 March 1951` and `March 3, 1951` alike; `1951 March 3` is nobody's habit but costs nothing.
            let (day, year) = if day.1 == 4 {
                (*year, *day)
            } else {
                (*day, *year)
            };
            civil(year, month, day.0, today).map(plain)
        }
        (None, [first, second, third]) if separators[0] == separators[1] => {
            if first.1 == 4 && second.1 <= 2 && third.1 <= 2 {
                return civil(*first, second.0, third.0, today).map(plain);
            }
            if first.1 > 2 || second.1 > 2 || !matches!(third.1, 2 | 4) {
                return None;
            }
            if let Some(date) = civil(*third, second.0, first.0, today) {
                return Some(plain(date));
            }
            (first.0 <= 12 && second.0 > 12)
                .then(|| civil(*third, first.0, second.0, today))
                .flatten()
                .map(|date| Written {
                    month_first: true,
                    ..plain(date)
                })
        }
        (None, [(value, 8)]) => {
            let year_first = civil((value / 10_000, 4), value / 100 % 100, value % 100, today);
            let day_first = civil(
                (value % 10_000, 4),
                value / 10_000 % 100,
                value / 1_000_000,
                today,
            );
            year_first.or(day_first).map(|date| Written {
                solid: true,
                ..plain(date)
            })
        }
        _ => None,
    }
}

fn plain(date: Date) -> Written {
    Written {
        date,
        month_first: false,
        solid: false,
    }
}

/// The text up to a time of day (`1951-03-03T00:00:00`, `03/03/1951 00:00`).
fn before_time(text: &str) -> &str {
    let Some(colon) = text.find(':') else {
        return text;
    };
    let head = text[..colon].trim_end_matches(|c: char| c.is_ascii_digit());
    head.strip_suffix(['T', 't', ' ']).unwrap_or(text)
}

fn month_number(word: &[u8]) -> Option<u32> {
    let same = |name: &str| name.as_bytes().eq_ignore_ascii_case(word);
    let starts = |name: &str| {
        word.len() >= 3
            && name
                .as_bytes()
                .get(..word.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(word))
    };
    let at = MONTHS
        .iter()
        .position(|(english, welsh)| starts(english) || same(welsh))?;
    Some(at as u32 + 1)
}

fn filler(word: &[u8]) -> bool {
    FILLERS
        .iter()
        .any(|f| f.as_bytes().eq_ignore_ascii_case(word))
        || (word.len() >= 6 && word[word.len() - 3..].eq_ignore_ascii_case(b"day"))
}

/// The calendar's date; a year of two digits is the latest that is not after `today`.
fn civil(year: (u32, usize), month: u32, day: u32, today: Date) -> Option<Date> {
    let date = |year: u32| {
        let (year, month, day) = (
            i16::try_from(year).ok()?,
            i8::try_from(month).ok()?,
            i8::try_from(day).ok()?,
        );
        Date::new(year, month, day).ok()
    };
    match year {
        (year, 4) => date(year),
        (year, 2) => date(2000 + year)
            .filter(|d| *d <= today)
            .or_else(|| date(1900 + year)),
        _ => None,
    }
}

/// `DDMMYY` as identifiers embed it: the dates it can mean, of the twentieth and of the twenty-first century up to today.
pub fn ddmmyy(digits: &[u8], today: Date) -> [Option<Date>; 2] {
    let two = |at: usize| u32::from(digits[at]) * 10 + u32::from(digits[at + 1]);
    let date = |century: u32| civil((century + two(4), 4), two(2), two(0), today);
    [date(1900), date(2000).filter(|d| *d <= today)]
}

/// A date that somebody alive, or dead within memory, can have been born on: from 1900 to today.
pub fn birth_date(text: &str, facts: &Facts) -> Verdict {
    match read(text, facts.today) {
        Some(found) if found.date.year() >= 1900 && found.date <= facts.today => {
            if found.solid {
                Verdict::SHAPE.alone(Alone::Never)
            } else if found.month_first {
                Verdict::SHAPE.cap(Level::Medium)
            } else {
                Verdict::SHAPE
            }
        }
        _ => Verdict::REJECT,
    }
}

/// A date of birth at least twelve years ago: dates of letters and of versions stand in brackets too, but are younger.
pub fn birth_date_past(text: &str, facts: &Facts) -> Verdict {
    match read(text, facts.today) {
        Some(found) if found.date.year() + 12 <= facts.today.year() => birth_date(text, facts),
        _ => Verdict::REJECT,
    }
}

/// Any date of the calendar, 1800 to 2199.
pub fn date(text: &str, facts: &Facts) -> Verdict {
    match read(text, facts.today) {
        Some(found) if (1800..2200).contains(&found.date.year()) => Verdict::SHAPE,
        _ => Verdict::REJECT,
    }
}

/// A spreadsheet's day number (1900 system) that can be a date of birth: only the heading of a column can say so.
pub fn birth_serial(text: &str, facts: &Facts) -> Verdict {
    match serial(text) {
        Some(date) if date <= facts.today => Verdict::SHAPE.alone(Alone::Never),
        _ => Verdict::REJECT,
    }
}

/// Day 1 is 1 January 1900; the calendar of spreadsheets has a 29 February 1900, so that day 61 is 1 March 1900.
fn serial(text: &str) -> Option<Date> {
    let whole = text.strip_suffix(".0").unwrap_or(text);
    let days: i32 = whole.parse().ok().filter(|d| (61..100_000).contains(d))?;
    let start = Date::new(1899, 12, 30).ok()?;
    start.checked_add(jiff::Span::new().days(days)).ok()
}

/// ISO 8601 form of a date or a serial.
pub fn iso(text: &str, facts: &Facts) -> String {
    read(text, facts.today)
        .map(|found| found.date)
        .or_else(|| serial(text))
        .map_or_else(|| text.to_owned(), |date| date.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::Kind;
    use super::*;
    use jiff::civil::date as day;

    const TODAY: fn() -> Date = || day(2026, 6, 15);

    #[test]
    fn every_way_of_writing_it_is_one_day() {
        for text in [
            "3/3/1951",
            "03/03/1951",
            "03.03.51",
            "3-Mar-51",
            "3 Mar 1951",
            "3rd March 1951",
            "3rd of March 1951",
            "the 3rd of March, 1951",
            "March 3, 1951",
            "March 3rd 1951",
            "1951-03-03",
            "1951/03/03",
            "03 03 1951",
            "1951-03-03T00:00:00",
            "03/03/1951 00:00",
            "03MAR1951",
            "Saturday 3 March 1951",
            "3 Mawrth 1951",
            "19510303",
            "03031951",
            "3 MARCH '51",
        ] {
            assert_eq!(
                read(text, TODAY()).map(|w| w.date),
                Some(day(1951, 3, 3)),
                "{text}"
            );
        }
    }

    #[test]
    fn impossible_days_are_refused() {
        for text in [
            "31/02/1951",
            "30/02/2000",
            "29/02/1900",
            "00/01/1951",
            "1/13/13/51",
            "32 Jan 1990",
            "3/3",
            "3/3/195",
            "03.03-1951",
            "3 Foo 1951",
            "1951-13-01",
            "12345678",
            "3 Mar Apr 1951",
            "1.2.3.4",
            "12:30",
        ] {
            assert_eq!(read(text, TODAY()), None, "{text}");
        }
        assert_eq!(read("29/02/2000", TODAY()).unwrap().date, day(2000, 2, 29));
    }

    #[test]
    fn two_digit_years_turn_on_today() {
        assert_eq!(read("15/06/26", TODAY()).unwrap().date, day(2026, 6, 15));
        assert_eq!(read("16/06/26", TODAY()).unwrap().date, day(1926, 6, 16));
        assert_eq!(read("01/01/00", TODAY()).unwrap().date, day(2000, 1, 1));
    }

    #[test]
    fn births_lie_between_1900_and_today() {
        let facts = Facts::on(TODAY());
        assert_eq!(birth_date("16/06/2026", &facts).kind, Kind::Reject);
        assert_eq!(birth_date("15/06/2026", &facts).kind, Kind::Shape);
        assert_eq!(birth_date("31/12/1899", &facts).kind, Kind::Reject);
        assert_eq!(birth_date("03/25/1951", &facts).cap, Some(Level::Medium));
        assert_eq!(iso("03/25/1951", &facts), "1951-03-25");
    }

    #[test]
    fn spreadsheet_days_are_read() {
        let facts = Facts::on(TODAY());
        assert_eq!(iso("18690", &facts), "1951-03-03");
        assert_eq!(birth_serial("18690", &facts).alone, Alone::Never);
        assert_eq!(birth_serial("99999", &facts).kind, Kind::Reject);
    }
}
