//! Values as people write them: sizes, rates, times of day, lengths of time. The command line and `domesday.toml` read
//! them with the same functions, so that both take the same words.

use std::{fmt, str::FromStr, time::Duration};

use jiff::{SignedDuration, Span, civil::Time};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A size as people write it: `512MiB`, `2GB`, `1073741824`. In bytes.
pub fn size(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ');
    let factor: u64 = match text[digits.len()..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "kb" => 1_000,
        "m" | "mib" => 1 << 20,
        "mb" => 1_000_000,
        "g" | "gib" => 1 << 30,
        "gb" => 1_000_000_000,
        "t" | "tib" => 1 << 40,
        "tb" => 1_000_000_000_000,
        other => return Err(format!("`{other}` is no unit: write MiB, GiB, MB or GB")),
    };
    let number: f64 = digits
        .parse()
        .map_err(|_| "write a number and a unit, like 512MiB or 2GiB".to_owned())?;
    let bytes = number * factor as f64;
    if !(0.0..=1e18).contains(&bytes) {
        return Err("out of range".to_owned());
    }
    Ok(bytes as u64)
}

/// A size each second: `50MB/s`, or a size alone. In bytes, at least one.
pub fn rate(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let bytes = size(text.strip_suffix("/s").unwrap_or(text))?;
    if bytes == 0 {
        return Err("nothing would ever be read: leave it out for no limit".to_owned());
    }
    Ok(bytes)
}

/// A length of time: `2h`, `90 minutes`, `1h 30m`. More than none.
pub fn lasting(text: &str) -> Result<Duration, String> {
    text.trim()
        .parse::<SignedDuration>()
        .ok()
        .and_then(|duration| Duration::try_from(duration).ok())
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| "write a length of time, like 90m, 2h or 1h 30m".to_owned())
}

/// A time of day on a clock of 24 hours: `06:00`.
pub fn time_of_day(text: &str) -> Result<Time, String> {
    Time::strptime("%H:%M", text.trim())
        .map_err(|_| "write a time of day, like 06:00 or 22:30".to_owned())
}

/// A length of time in the calendar: `6 years`, `18 months`, `90 days`. What a retention rule counts.
#[derive(Clone, Copy, Debug)]
pub struct Period(Span);

impl Period {
    /// As a span to be added to a date.
    pub fn span(self) -> Span {
        self.0
    }
}

impl FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Period, String> {
        let say = || "write a period, like 6 years, 18 months or 90 days".to_owned();
        let span: Span = text.trim().parse().map_err(|_| say())?;
        let smaller = span.get_hours() != 0
            || span.get_minutes() != 0
            || span.get_seconds() != 0
            || span.get_milliseconds() != 0
            || span.get_microseconds() != 0
            || span.get_nanoseconds() != 0;
        if smaller || !span.is_positive() {
            return Err(say());
        }
        Ok(Period(span))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            (i64::from(self.0.get_years()), "year"),
            (i64::from(self.0.get_months()), "month"),
            (i64::from(self.0.get_weeks()), "week"),
            (i64::from(self.0.get_days()), "day"),
        ];
        let mut first = true;
        for (count, unit) in parts.into_iter().filter(|(count, _)| *count != 0) {
            let many = if count == 1 { "" } else { "s" };
            write!(f, "{}{count} {unit}{many}", if first { "" } else { " " })?;
            first = false;
        }
        Ok(())
    }
}

impl PartialEq for Period {
    fn eq(&self, other: &Period) -> bool {
        self.0.fieldwise() == other.0.fieldwise()
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Period, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// Makes a `deserialize_with` of one of the readers above, for an optional key that holds a string or a number.
macro_rules! reads {
    ($($name:ident: $reader:ident -> $type:ty;)*) => {
        /// Readers of keys, for serde.
        pub(super) mod read {
            use super::*;
            $(
                pub(crate) fn $name<'de, D: Deserializer<'de>>(from: D) -> Result<Option<$type>, D::Error> {
                    $reader(&text(from)?).map(Some).map_err(de::Error::custom)
                }
            )*
        }
    };
}

reads! {
    size_key: size -> u64;
    rate_key: rate -> u64;
    lasting_key: lasting -> Duration;
    time_key: time_of_day -> Time;
}

/// A string, or a whole number as its digits.
fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Text(String),
        Number(u64),
    }
    Ok(match Written::deserialize(from) {
        Ok(Written::Text(text)) => text,
        Ok(Written::Number(number)) => number.to_string(),
        Err(_) => return Err(de::Error::custom("write it as a string in quotes")),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn sizes_and_rates_are_read_as_people_write_them() {
        assert_eq!(size("1GiB"), Ok(1 << 30));
        assert_eq!(size("1.5 g"), Ok(3 << 29));
        assert_eq!(size("2MB"), Ok(2_000_000));
        assert_eq!(size("77"), Ok(77));
        assert_eq!(rate("50MB/s"), Ok(50_000_000));
        assert_eq!(rate("1 MiB"), Ok(1 << 20));
        for bad in ["", "GiB", "1 parsec", "-1", "1e99"] {
            assert!(size(bad).is_err(), "{bad}");
        }
        assert!(rate("0").is_err() && rate("5MB/h").is_err());
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        assert_eq!(lasting("2h"), Ok(Duration::from_secs(7200)));
        assert_eq!(lasting("1h 30m"), Ok(Duration::from_secs(5400)));
        assert_eq!(lasting("90 minutes"), Ok(Duration::from_secs(5400)));
        for bad in ["", "2", "0s", "-1h", "two hours"] {
            assert!(lasting(bad).is_err(), "{bad}");
        }
        assert_eq!(time_of_day("06:00"), Ok(Time::constant(6, 0, 0, 0)));
        assert_eq!(time_of_day(" 22:30"), Ok(Time::constant(22, 30, 0, 0)));
        for bad in ["24:00", "6", "6am", "06:60"] {
            assert!(time_of_day(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn periods_are_read_and_written() {
        for (text, told) in [
            ("6 years", "6 years"),
            ("18 months", "18 months"),
            ("1y", "1 year"),
            ("90 days", "90 days"),
            ("1 year 6 months", "1 year 6 months"),
        ] {
            assert_eq!(text.parse::<Period>().unwrap().to_string(), told);
        }
        for bad in ["", "6", "2 hours", "-1 year", "0 days", "for ever"] {
            assert!(bad.parse::<Period>().is_err(), "{bad}");
        }
    }
}
