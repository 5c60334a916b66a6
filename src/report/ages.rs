//! How old documents are, for reports that ask it of every one of them: whole years and the year of the last change, told
//! from limits that are worked out once, because asking the calendar half a million times takes longer than the rest.

use jiff::{ToSpan as _, civil::Date};

use crate::report::Options;

/// Files older than this have lost their date.
const FIRST_YEAR: i16 = 1980;

/// Limits of years, in nanoseconds since 1970, the latest first.
pub struct Ages {
    /// Index n: a document changed before this is at least n years old. The first is the end of today.
    anniversaries: Vec<i64>,
    /// Beginnings of years, in order.
    years: Vec<(i64, i16)>,
    /// Before this no date is true.
    first: i64,
}

impl Ages {
    /// For the day that it is, where it is.
    pub fn new(options: &Options) -> Ages {
        let begins = |date: Date| {
            date.to_zoned_datetime(options.timezone.clone())
                .ok()
                .and_then(|at| i64::try_from(at.timestamp().as_nanosecond()).ok())
        };
        let today = options.today();
        let anniversaries = (0..=today.year() - FIRST_YEAR)
            .map_while(|n| {
                // The day after the anniversary; a 29 February that is not there is over when its month is.
                let year = today.year() - n;
                let day = Date::new(year, today.month(), today.day())
                    .or_else(|_| Date::new(year, today.month(), 28))
                    .ok()?;
                begins(day.checked_add(1.day()).ok()?)
            })
            .collect();
        // What lies before 1970 or after 2200 is not told apart.
        let years = (1970..=2200)
            .filter_map(|year| Some((begins(Date::new(year, 1, 1).ok()?)?, year)))
            .collect();
        Ages {
            anniversaries,
            years,
            first: Date::new(FIRST_YEAR, 1, 1)
                .ok()
                .and_then(begins)
                .unwrap_or(0),
        }
    }

    /// Whole years since a time; none where it cannot be true: in the future, or before 1980.
    pub fn years(&self, at: i64) -> Option<u32> {
        if at < self.first {
            return None;
        }
        let over = self.anniversaries.partition_point(|&limit| at < limit);
        u32::try_from(over).ok()?.checked_sub(1)
    }

    /// The year of a time.
    pub fn year(&self, at: i64) -> Option<i16> {
        let over = self.years.partition_point(|&(begins, _)| begins <= at);
        Some(self.years.get(over.checked_sub(1)?)?.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ages(now: &str, zone: &str) -> Ages {
        Ages::new(&Options {
            now: now.parse().expect("a time"),
            timezone: jiff::tz::TimeZone::get(zone).expect("a zone"),
            ..Options::default()
        })
    }

    fn at(time: &str) -> i64 {
        let time: jiff::Timestamp = time.parse().expect("a time");
        time.as_nanosecond() as i64
    }

    #[test]
    fn years_are_whole_and_impossible_dates_none() {
        let ages = ages("2026-06-15T12:00:00Z", "UTC");
        let years = |day: &str| ages.years(at(&format!("{day}T00:00:00Z")));
        assert_eq!(years("2026-06-15"), Some(0));
        assert_eq!(years("2025-06-16"), Some(0));
        assert_eq!(years("2025-06-15"), Some(1));
        assert_eq!(years("2000-02-29"), Some(26));
        assert_eq!(years("1980-01-01"), Some(46));
        assert_eq!(years("1979-12-31"), None);
        assert_eq!(years("2026-06-16"), None);
        assert_eq!(ages.year(at("2024-12-31T23:59:59Z")), Some(2024));
        assert_eq!(ages.year(at("2025-01-01T00:00:00Z")), Some(2025));
        assert_eq!(ages.year(at("1969-12-31T23:59:59Z")), None);
    }

    #[test]
    fn a_leap_day_and_the_clock_of_the_place() {
        let ages = ages("2024-02-29T12:00:00Z", "UTC");
        assert_eq!(ages.years(at("2023-02-28T23:00:00Z")), Some(1));
        assert_eq!(ages.years(at("2023-03-01T00:00:00Z")), Some(0));
        let ages = self::ages("2026-06-15T12:00:00Z", "Europe/London");
        // Already the sixteenth in London.
        assert_eq!(ages.years(at("2025-06-15T23:30:00Z")), Some(0));
        assert_eq!(ages.years(at("2025-06-15T22:30:00Z")), Some(1));
        assert_eq!(ages.year(at("2024-12-31T23:30:00Z")), Some(2024));
    }
}
