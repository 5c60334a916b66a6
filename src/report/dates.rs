//! A date in a name: `Payroll 2019-03.xlsx`, `31.03.2019 minutes`, `Leavers/2018-19/`. For retention periods that count
//! from it.
//!
//! Where a name says a month or a year, its end is meant; where it can be read in two ways or says two dates, the latest
//! is taken. Both make a document be kept longer rather than shorter. Day and month are in the British order.

use jiff::civil::Date;

/// Years that a name may mean; other figures are numbers of something.
const YEARS: std::ops::RangeInclusive<i16> = 1950..=2099;

/// The names of months, by their first three letters.
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A run of figures or of letters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Token<'a> {
    Figures(&'a str),
    Word(&'a str),
    /// What is between, its first character.
    Between(char),
}

/// The date that a path says: in its last step, else in the one before, and so on upwards.
pub fn in_path(path: &str) -> Option<Date> {
    path.rsplit(['/', '\\']).find_map(in_name)
}

/// The latest date that a name says.
pub fn in_name(name: &str) -> Option<Date> {
    let tokens = tokens(name);
    let mut latest: Option<Date> = None;
    let mut at = 0;
    while at < tokens.len() {
        match at_tokens(&tokens[at..]) {
            Some((date, length)) => {
                latest = latest.max(Some(date));
                at += length;
            }
            None => at += 1,
        }
    }
    latest
}

fn tokens(name: &str) -> Vec<Token<'_>> {
    let kind = |c: char| {
        if c.is_ascii_digit() {
            0
        } else if c.is_alphabetic() {
            1
        } else {
            2
        }
    };
    let mut tokens = Vec::new();
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| kind(c) != kind(first)).unwrap_or(rest.len());
        let (token, after) = rest.split_at(end);
        tokens.push(match kind(first) {
            0 => Token::Figures(token),
            1 => Token::Word(token),
            // `Minutes - 2019` has three characters between, and they are one sign.
            _ => Token::Between(token.trim().chars().next().unwrap_or(' ')),
        });
        rest = after;
    }
    tokens
}

/// A date that begins here, and how many tokens it takes. Longer readings go before shorter ones.
fn at_tokens(tokens: &[Token<'_>]) -> Option<(Date, usize)> {
    use Token::{Between, Figures, Word};
    let joins = |c: char| matches!(c, '-' | '.' | '_' | ' ' | '/');
    match *tokens {
        // 2019-03-31, 31-03-2019, 31.03.19
        [
            Figures(a),
            Between(x),
            Figures(b),
            Between(y),
            Figures(c),
            ..,
        ] if x == y && joins(x) => {
            let date = match (a.len(), b.len(), c.len()) {
                (4, 1 | 2, 1 | 2) => day(year(a)?, number(b)?, number(c)?),
                (1 | 2, 1 | 2, 4) => day(year(c)?, number(b)?, number(a)?),
                (1 | 2, 1 | 2, 2) => day(short_year(c)?, number(b)?, number(a)?),
                _ => None,
            };
            date.map(|date| (date, 5)).or_else(|| two(tokens))
        }
        // 31 March 2019, 31st of it with letters between is not read
        [
            Figures(a),
            Between(_),
            Word(month),
            Between(_),
            Figures(c),
            ..,
        ] if a.len() <= 2 && c.len() == 4 => {
            let date = day(year(c)?, month_of(month)?, number(a)?)?;
            Some((date, 5))
        }
        // 31Mar2019
        [Figures(a), Word(month), Figures(c), ..] if a.len() <= 2 && c.len() == 4 => {
            let date = day(year(c)?, month_of(month)?, number(a)?)?;
            Some((date, 3))
        }
        // March 2019
        [Word(month), Between(_), Figures(c), ..] if c.len() == 4 => {
            Some((month_end(year(c)?, month_of(month)?)?, 3))
        }
        // Mar2019
        [Word(month), Figures(c), ..] if c.len() == 4 => {
            Some((month_end(year(c)?, month_of(month)?)?, 2))
        }
        [Figures(_), ..] => two(tokens),
        _ => None,
    }
}

/// Readings of one or two figures.
fn two(tokens: &[Token<'_>]) -> Option<(Date, usize)> {
    use Token::{Between, Figures, Word};
    match *tokens {
        // 2019-03: a month, or the year that ends in the next
        [Figures(a), Between('-' | '_' | '.' | '/'), Figures(b), ..]
            if a.len() == 4 && b.len() == 2 =>
        {
            let first = year(a)?;
            let both = i64::from(first % 100 + 1) % 100 == i64::from(number(b)?);
            let date = if both {
                year_end(first + 1)
            } else {
                month_end(first, number(b)?)
            };
            date.map(|date| (date, 3))
                .or_else(|| Some((year_end(first)?, 1)))
        }
        // 03-2019
        [Figures(a), Between('-' | '_' | '.' | '/'), Figures(b), ..]
            if a.len() <= 2 && b.len() == 4 && month_end(year(b)?, number(a)?).is_some() =>
        {
            Some((month_end(year(b)?, number(a)?)?, 3))
        }
        // 2019 March
        [Figures(a), Between(_), Word(month), ..] if a.len() == 4 && month_of(month).is_some() => {
            Some((month_end(year(a)?, month_of(month)?)?, 3))
        }
        // 20190331
        [Figures(a), ..] if a.len() == 8 => {
            let date = day(year(&a[..4])?, number(&a[4..6])?, number(&a[6..])?)?;
            Some((date, 1))
        }
        [Figures(a), ..] if a.len() == 4 => Some((year_end(year(a)?)?, 1)),
        _ => None,
    }
}

fn number(figures: &str) -> Option<i8> {
    figures.parse().ok()
}

fn year(figures: &str) -> Option<i16> {
    figures.parse().ok().filter(|year| YEARS.contains(year))
}

/// `19` is 2019 and `87` 1987.
fn short_year(figures: &str) -> Option<i16> {
    let year: i16 = figures.parse().ok()?;
    Some(if year < 50 { 2000 + year } else { 1900 + year })
}

fn month_of(word: &str) -> Option<i8> {
    let word = word.to_lowercase();
    if word.len() < 3 {
        return None;
    }
    let at = MONTHS.iter().position(|month| {
        *month == word || word == month[..3] || word == "sept" && *month == "september"
    })?;
    Some(at as i8 + 1)
}

fn day(year: i16, month: i8, day: i8) -> Option<Date> {
    Date::new(year, month, day).ok()
}

fn month_end(year: i16, month: i8) -> Option<Date> {
    Some(Date::new(year, month, 1).ok()?.last_of_month())
}

fn year_end(year: i16) -> Option<Date> {
    Date::new(year, 12, 31).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_dates_as_people_write_them() {
        for (name, date) in [
            ("Payroll 2019-03-31.xlsx", "2019-03-31"),
            ("31.03.2019 minutes.docx", "2019-03-31"),
            ("31_3_2019.pdf", "2019-03-31"),
            ("letter 31-03-19.doc", "2019-03-31"),
            ("letter 01-02-87.doc", "1987-02-01"),
            ("scan20190331.pdf", "2019-03-31"),
            ("IMG_20190331_101500.jpg", "2019-03-31"),
            ("Minutes 31 March 2019.docx", "2019-03-31"),
            ("Minutes 31Mar2019.docx", "2019-03-31"),
            ("Rota March 2019.xlsx", "2019-03-31"),
            ("Rota sept 2019.xlsx", "2019-09-30"),
            ("2019 February.xlsx", "2019-02-28"),
            ("Payroll 2020-02.csv", "2020-02-29"),
            ("02-2020 pay.csv", "2020-02-29"),
            ("Accounts 2018-19", "2019-12-31"),
            ("Accounts 2018_19", "2019-12-31"),
            ("Leavers 2018", "2018-12-31"),
            ("Report2018final.doc", "2018-12-31"),
            ("leap 29-02-2020.txt", "2020-02-29"),
            // Two dates: the latest; two readings: the later.
            ("from 2017-01-01 to 2018-06-30.pdf", "2018-06-30"),
            ("2011-12", "2012-12-31"),
            ("1999-00 accounts", "2000-12-31"),
        ] {
            assert_eq!(
                in_name(name).map(|d| d.to_string()).as_deref(),
                Some(date),
                "{name}"
            );
        }
    }

    #[test]
    fn numbers_that_are_no_dates_say_none() {
        for name in [
            "invoice 123.pdf",
            "form 4711.docx",
            "30-02-x",
            "phone 07700900123.txt",
            "v1.2.3",
            "case 99999999",
            "octopus 12",
            "",
            "٢٠١٩",
        ] {
            assert_eq!(in_name(name), None, "{name}");
        }
        // 30 February is no day, but the year stands there.
        assert_eq!(in_name("30-02-2019").map(|d| d.year()), Some(2019));
    }

    #[test]
    fn the_nearest_folder_speaks_for_a_name_that_says_nothing() {
        let date = |path| in_path(path).map(|d| d.to_string());
        assert_eq!(
            date("HR/2015/Leavers/A.docx").as_deref(),
            Some("2015-12-31")
        );
        assert_eq!(date("2015/2016-05/B.docx").as_deref(), Some("2016-05-31"));
        assert_eq!(date("HR/C.docx"), None);
    }
}
