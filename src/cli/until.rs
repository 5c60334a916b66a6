//! How long a scan may take: to a time of day, for so long, or both, whichever comes first.

use std::time::{Duration, Instant};

use jiff::{Timestamp, ZonedDateTime, civil::Time};

/// When a scan is to stop.
#[derive(Clone, Debug)]
pub struct TimeLimit {
    until: Option<(Timestamp, Time)>,
    most: Option<Duration>,
    began: Instant,
}

impl TimeLimit {
    /// For a scan that begins now: until the clock next shows this time, and no longer than so long.
    pub fn new(until: Option<Time>, most: Option<Duration>) -> TimeLimit {
        TimeLimit {
            until: until.map(|time| (next(&ZonedDateTime::now(), time), time)),
            most,
            began: Instant::now(),
        }
    }

    /// Why the time is up; `None` while it is not.
    pub fn over(&self) -> Option<String> {
        if let Some(most) = self.most
            // A clock that is never set: a jump of the other one makes no scan longer.
            && self.began.elapsed() >= most
        {
            return Some(format!(
                "after {}",
                crate::report::text::duration(most.as_secs_f64())
            ));
        }
        match &self.until {
            Some((at, time)) if Timestamp::now() >= *at => Some(format!("until {}", clock(*time))),
            _ => None,
        }
    }
}

/// `06:00`.
fn clock(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// When a local clock next shows a time. A time that the clocks skip in spring is the moment after the gap.
fn next(now: &ZonedDateTime, time: Time) -> Timestamp {
    let on = |day: jiff::civil::Date| {
        day.to_datetime(time)
            .to_zoned_datetime(now.time_zone().clone())
            .map(|zoned| zoned.timestamp())
    };
    let today = on(now.date());
    match today {
        Ok(at) if at > now.timestamp() => at,
        _ => now
            .date()
            .tomorrow()
            .and_then(on)
            // The end of the calendar: no limit that anybody will meet.
            .unwrap_or(Timestamp::MAX),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn time(hour: i8, minute: i8) -> Time {
        Time::constant(hour, minute, 0, 0)
    }

    #[test]
    fn the_next_time_is_today_or_tomorrow_and_minds_the_clocks() {
        for (now, at, told) in [
            (
                "2026-03-01T22:00[Europe/London]",
                time(6, 0),
                "2026-03-02T06:00:00Z",
            ),
            (
                "2026-03-01T05:59[Europe/London]",
                time(6, 0),
                "2026-03-01T06:00:00Z",
            ),
            (
                "2026-03-01T06:00[Europe/London]",
                time(6, 0),
                "2026-03-02T06:00:00Z",
            ),
            // The night the clocks go forward: six is an hour earlier, half past one is not at all.
            (
                "2026-03-28T22:00[Europe/London]",
                time(6, 0),
                "2026-03-29T05:00:00Z",
            ),
            (
                "2026-03-28T22:00[Europe/London]",
                time(1, 30),
                "2026-03-29T01:30:00Z",
            ),
            (
                "2026-10-24T22:00[Europe/London]",
                time(6, 0),
                "2026-10-25T06:00:00Z",
            ),
        ] {
            let now: ZonedDateTime = now.parse().unwrap();
            assert_eq!(next(&now, at).to_string(), told, "{now}");
        }
    }

    #[test]
    fn a_scan_ends_when_its_time_is_up() {
        assert_eq!(TimeLimit::new(None, None).over(), None);
        let short = TimeLimit::new(None, Some(Duration::from_nanos(1)));
        std::thread::sleep(Duration::from_millis(1));
        assert!(short.over().unwrap().starts_with("after "));
        assert_eq!(
            TimeLimit::new(None, Some(Duration::from_secs(3600))).over(),
            None
        );
    }
}
