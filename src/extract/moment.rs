//! Days and times of day from the counts that databases keep, as a person sees them: `1951-03-02`, with the time behind
//! it unless it is midnight, which is how days of birth are often kept.
//!
//! The readers of tables call it.

use jiff::{Span, civil::Date};

const DAY: i64 = 86_400;

/// Days from 1970 on.
pub fn day(days: i64) -> Option<Date> {
    let span = Span::new().try_days(days).ok()?;
    jiff::civil::date(1970, 1, 1).checked_add(span).ok()
}

/// Seconds from midnight on.
pub fn clock(seconds: i64) -> String {
    let seconds = seconds.rem_euclid(DAY);
    format!(
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// Seconds from 1970 on; nothing past the calendar.
pub fn of_1970(seconds: i64) -> Option<String> {
    let day = day(seconds.div_euclid(DAY))?;
    Some(match seconds.rem_euclid(DAY) {
        0 => day.to_string(),
        rest => format!("{day} {}", clock(rest)),
    })
}

/// Days and their part from 30 December 1899 on, as Access keeps them: the part counts forward from midnight before
/// that day too, and a time without a day has day 0.
pub fn of_1899(days: f64) -> String {
    /// Days from 30 December 1899 to 1970.
    const TO_1970: i64 = 25_569;
    if !days.is_finite() || days.abs() > 4e6 {
        return days.to_string();
    }
    let whole = days.trunc() as i64;
    let seconds = ((days - days.trunc()).abs() * DAY as f64).round() as i64;
    if whole == 0 && seconds > 0 {
        return clock(seconds);
    }
    of_1970((whole - TO_1970) * DAY + seconds).unwrap_or_else(|| days.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times() {
        assert_eq!(of_1899(18_689.0), "1951-03-02");
        assert_eq!(of_1899(-0.0), "1899-12-30");
        assert_eq!(of_1899(-1.25), "1899-12-29 06:00:00");
        assert_eq!(of_1899(0.5), "12:00:00");
        assert_eq!(of_1899(18_689.75), "1951-03-02 18:00:00");
        assert_eq!(of_1899(f64::NAN), "NaN");
        assert_eq!(
            of_1970(1_700_000_000).as_deref(),
            Some("2023-11-14 22:13:20")
        );
        assert_eq!(of_1970(i64::MAX), None);
    }
}
