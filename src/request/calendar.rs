//! Bank holidays of the three nations, and the next working day.
//!
//! The days that GOV.UK publishes stand in `calendar/*.toml`; years beyond them are computed from the rules in the same
//! files, and [`Calendar::published_until`] says where that begins. Called by [`clock`](crate::request::clock) alone.

use std::{collections::BTreeSet, fmt, str::FromStr};

use jiff::{ToSpan as _, civil::Date, civil::Weekday};
use serde::{Deserialize, Serialize};

/// Whose bank holidays count.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Nation {
    /// England and Wales share one calendar.
    #[default]
    EnglandAndWales,
    /// Scotland.
    Scotland,
    /// Northern Ireland.
    NorthernIreland,
}

impl Nation {
    /// All, with the word the command line and the log use and the file of its days.
    pub const ALL: &'static [(Nation, &'static str, &'static str)] = &[
        (
            Nation::EnglandAndWales,
            "england-and-wales",
            include_str!("calendar/england-and-wales.toml"),
        ),
        (
            Nation::Scotland,
            "scotland",
            include_str!("calendar/scotland.toml"),
        ),
        (
            Nation::NorthernIreland,
            "northern-ireland",
            include_str!("calendar/northern-ireland.toml"),
        ),
    ];
}

impl fmt::Display for Nation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Nation::ALL.iter().find(|(nation, ..)| nation == self);
        f.write_str(word.map_or("", |(_, word, _)| word))
    }
}

impl FromStr for Nation {
    type Err = String;

    fn from_str(text: &str) -> Result<Nation, String> {
        let found = Nation::ALL.iter().find(|(_, word, _)| *word == text);
        found.map(|(nation, ..)| *nation).ok_or_else(|| {
            let words: Vec<_> = Nation::ALL.iter().map(|(_, word, _)| *word).collect();
            format!("write one of: {}", words.join(", "))
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: String,
    rule: Vec<Rule>,
    published: Vec<Published>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Published {
    year: i16,
    days: Vec<Date>,
}

/// A holiday that comes back every year; one of the four is set.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    /// For whoever reads the file.
    #[allow(dead_code)]
    name: String,
    fixed: Option<Fixed>,
    first: Option<Monthly>,
    last: Option<Monthly>,
    /// Days after Easter Sunday.
    easter: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixed {
    month: i8,
    day: i8,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Monthly {
    weekday: Day,
    month: i8,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Day {
    Monday,
}

/// The working days of a nation.
pub struct Calendar {
    title: String,
    rules: Vec<Rule>,
    published: Vec<Published>,
}

impl Calendar {
    /// The calendar of a nation.
    pub fn of(nation: Nation) -> Calendar {
        let (_, _, text) = Nation::ALL
            .iter()
            .find(|(known, ..)| *known == nation)
            .expect("the table has every nation");
        let file: File = toml::from_str(text).expect("a test reads every built-in calendar");
        Calendar {
            title: file.title,
            rules: file.rule,
            published: file.published,
        }
    }

    /// The nation's name.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The last year whose days are published; later ones are computed and cannot know a day yet to be proclaimed.
    pub fn published_until(&self) -> i16 {
        self.published.iter().map(|p| p.year).max().unwrap_or(0)
    }

    /// Whether the days of a year are computed rather than published.
    pub fn computed(&self, year: i16) -> bool {
        !self.published.iter().any(|p| p.year == year)
    }

    /// Whether a day is a bank holiday.
    pub fn is_holiday(&self, day: Date) -> bool {
        match self.published.iter().find(|p| p.year == day.year()) {
            Some(published) => published.days.contains(&day),
            None => self.by_rule(day.year()).contains(&day),
        }
    }

    /// Whether people work on a day: neither weekend nor bank holiday.
    pub fn is_working_day(&self, day: Date) -> bool {
        !weekend(day) && !self.is_holiday(day)
    }

    /// The day itself when it is a working day, else the next one.
    pub fn working_day(&self, mut day: Date) -> Date {
        while !self.is_working_day(day) {
            match day.tomorrow() {
                Ok(next) => day = next,
                Err(_) => break,
            }
        }
        day
    }

    /// The bank holidays of a year by the rules alone: what falls on a weekend has the next free weekday instead.
    fn by_rule(&self, year: i16) -> BTreeSet<Date> {
        let (mut days, mut shifted) = (BTreeSet::new(), Vec::new());
        for rule in &self.rules {
            let Some(day) = rule.day(year) else { continue };
            match weekend(day) {
                true => shifted.push(day),
                false => {
                    days.insert(day);
                }
            }
        }
        for mut day in shifted {
            while weekend(day) || days.contains(&day) {
                match day.tomorrow() {
                    Ok(next) => day = next,
                    Err(_) => break,
                }
            }
            days.insert(day);
        }
        days
    }
}

impl Rule {
    fn day(&self, year: i16) -> Option<Date> {
        if let Some(Fixed { month, day }) = self.fixed {
            return Date::new(year, month, day).ok();
        }
        if let Some(days) = self.easter {
            return easter(year)?.checked_add(days.days()).ok();
        }
        let (monthly, nth) = match (&self.first, &self.last) {
            (Some(first), _) => (first, 1),
            (_, Some(last)) => (last, -1),
            _ => return None,
        };
        let weekday = match monthly.weekday {
            Day::Monday => Weekday::Monday,
        };
        Date::new(year, monthly.month, 1)
            .ok()?
            .nth_weekday_of_month(nth, weekday)
            .ok()
    }
}

fn weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// Easter Sunday of the Gregorian calendar (the anonymous algorithm published in Nature, 20 April 1876).
fn easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e, f) = (b / 4, b % 4, (b + 8) / 25);
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    Date::new(year, (n / 31) as i8, (n % 31 + 1) as i8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_rules_give_the_published_days_but_for_those_that_were_moved_or_added() {
        // Years with a proclaimed day: 2020, 2022 and 2023 everywhere, 2026 in Scotland.
        for (nation, word, _) in Nation::ALL {
            let calendar = Calendar::of(*nation);
            for published in &calendar.published {
                let days: BTreeSet<Date> = published.days.iter().copied().collect();
                assert!(
                    days.iter()
                        .all(|day| day.year() == published.year && !weekend(*day))
                );
                let odd = matches!(published.year, 2020 | 2022 | 2023)
                    || *nation == Nation::Scotland && published.year == 2026;
                assert_eq!(
                    days == calendar.by_rule(published.year),
                    !odd,
                    "{word} {}",
                    published.year
                );
            }
            assert_eq!(word.parse(), Ok(*nation));
        }
    }

    #[test]
    fn a_computed_year_has_its_substitute_days() {
        let scotland = Calendar::of(Nation::Scotland);
        assert!(scotland.computed(2033));
        // 1 and 2 January 2033 are a weekend.
        assert_eq!(scotland.working_day(date(2033, 1, 1)), date(2033, 1, 5));
        let england = Calendar::of(Nation::EnglandAndWales);
        assert_eq!(england.working_day(date(2033, 1, 1)), date(2033, 1, 4));
        assert_eq!(easter(2033), Some(date(2033, 4, 17)));
        assert!(england.is_holiday(date(2033, 4, 18)) && !scotland.is_holiday(date(2033, 4, 18)));
    }
}
