//! The clock of a request, by the ICO's rule.
//!
//! Guidance: ICO, "What should we consider when responding to a request" (8 December 2025); law: UK GDPR Articles 12 and
//! 12A. One month from the start, the day of receipt counting whether people work on it or not: the end of the same
//! date next month, else that month's last day, else, on a weekend or bank holiday, of the next working day. The month
//! starts again when identity, asked for, is shown. While clarification of an access request is awaited the clock
//! stands still: from the day it was asked for up to the day the answer came, which counts again (the shorter reading of
//! the period). Extended, it is three months from the same start. Pure: no file, no clock of the machine.

use jiff::{ToSpan as _, civil::Date};
use serde::{Deserialize, Serialize};

use crate::request::{
    Kind,
    calendar::{Calendar, Nation},
};

/// Why the clock stands still.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stop {
    /// It is not known whether it is the person who asks.
    Identity,
    /// It is not known what is asked for, and much is held.
    Clarification,
}

impl Stop {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Stop::Identity => "identity",
            Stop::Clarification => "clarification",
        }
    }
}

/// A time in which the clock stood still.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pause {
    /// Why.
    pub why: Stop,
    /// The day it was asked.
    pub from: Date,
    /// The day the answer came; none while it is awaited.
    pub to: Option<Date>,
}

/// What the clock is worked out from.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// What is asked.
    pub kind: Kind,
    /// The day the request came.
    pub received: Date,
    /// Whose bank holidays count.
    pub nation: Nation,
    /// When it stood still, in order.
    pub pauses: &'a [Pause],
    /// Whether it was extended.
    pub extended: bool,
}

/// What the clock says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Clock {
    /// The day the month is counted from.
    pub starts: Date,
    /// The last day to answer; none while the clock stands still.
    pub due: Option<Date>,
    /// The last day to tell the person of an extension and its reason: the end of the first month.
    pub extend_by: Date,
    /// Whole days that did not count.
    pub paused: i32,
    /// Why it stands still.
    pub waiting: Option<Stop>,
    /// How the date came about, step by step.
    pub steps: Vec<String>,
    /// What the user should know about it.
    pub warnings: Vec<String>,
}

impl Clock {
    /// Days left on a day; negative when it is past.
    pub fn left(&self, today: Date) -> Option<i32> {
        Some(days_between(today, self.due?))
    }
}

/// Works the clock out.
pub fn clock(facts: &Facts<'_>) -> Clock {
    let calendar = Calendar::of(facts.nation);
    let mut steps = vec![format!("received {}, which counts", shown(facts.received))];
    let mut warnings = Vec::new();
    let (mut starts, mut paused, mut waiting) = (facts.received, 0, None);
    for pause in facts.pauses {
        let counts = pause.why == Stop::Identity || facts.kind == Kind::Access;
        if !counts {
            warnings.push(format!(
                "Article 12A stops the clock for clarification of access requests only: for {} it goes on",
                facts.kind.word()
            ));
            continue;
        }
        match (pause.why, pause.to) {
            (why, None) => waiting = Some(why),
            (Stop::Identity, Some(to)) => {
                // What was paused before the month began cannot lengthen it.
                (starts, paused) = (to.max(starts), 0);
                steps.push(format!("identity shown {}: counted from there", shown(to)));
            }
            (Stop::Clarification, Some(to)) => {
                let days = days_between(pause.from, to).max(0);
                paused += days;
                steps.push(format!(
                    "{} for clarification, asked {}, answered {}",
                    in_words(days),
                    shown(pause.from),
                    shown(to)
                ));
            }
        }
    }
    let (extend_by, first_month) = end(1, starts, paused, &calendar);
    let mut due = extend_by;
    match facts.extended {
        false => steps.extend(first_month),
        true => {
            let (extended, three_months) = end(3, starts, paused, &calendar);
            due = extended;
            steps.push("extended by two further months".to_owned());
            steps.extend(three_months);
        }
    }
    if calendar.computed(due.year()) {
        warnings.push(format!(
            "bank holidays of {} are computed, not published: GOV.UK's list here ends with {}",
            due.year(),
            calendar.published_until()
        ));
    }
    if let Some(why) = waiting {
        steps.push(format!("stands still: {} is awaited", why.word()));
    }
    Clock {
        starts,
        due: waiting.is_none().then_some(due),
        extend_by,
        paused,
        waiting,
        steps,
        warnings,
    }
}

/// The last day of a period of months from a day, and how it came about.
fn end(months: i32, starts: Date, paused: i32, calendar: &Calendar) -> (Date, Vec<String>) {
    // jiff gives the month's last day where it has no such date, which is the ICO's rule.
    let mut day = starts.saturating_add(months.months());
    let mut steps = vec![format!(
        "{} from {}: {}{}",
        match months {
            1 => "one month".to_owned(),
            _ => format!("{months} months"),
        },
        shown(starts),
        shown(day),
        match day.day() == starts.day() {
            true => "",
            false => ", the last day of its month",
        }
    )];
    if paused > 0 {
        day = day.saturating_add(paused.days());
        steps.push(format!("and {}: {}", in_words(paused), shown(day)));
    }
    let working = calendar.working_day(day);
    if working != day {
        let why = match calendar.is_holiday(day) {
            true => "a bank holiday",
            false => "a weekend",
        };
        steps.push(format!(
            "that is {why} in {}: the next working day is {}",
            calendar.title(),
            shown(working)
        ));
    }
    (working, steps)
}

fn in_words(days: i32) -> String {
    match days {
        1 => "1 day".to_owned(),
        n => format!("{n} days"),
    }
}

/// Days from one day to another; negative backwards.
pub fn days_between(from: Date, to: Date) -> i32 {
    (to - from).get_days()
}

/// A date for people: `Tue 24 Nov 2026`.
pub fn shown(day: Date) -> String {
    day.strftime("%a %-d %b %Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn due(received: Date, nation: Nation, pauses: &[Pause], extended: bool) -> Clock {
        clock(&Facts {
            kind: Kind::Access,
            received,
            nation,
            pauses,
            extended,
        })
    }

    #[test]
    fn the_examples_of_the_ico() {
        let england = |day| due(day, Nation::EnglandAndWales, &[], false).due;
        assert_eq!(england(date(2025, 9, 3)), Some(date(2025, 10, 3)));
        // No 31 February, and 28 February 2027 is a Sunday.
        assert_eq!(england(date(2027, 1, 31)), Some(date(2027, 3, 1)));
        assert_eq!(england(date(2024, 1, 31)), Some(date(2024, 2, 29)));
        // 25 December and 26 December are holidays.
        assert_eq!(england(date(2024, 11, 25)), Some(date(2024, 12, 27)));
        assert_eq!(england(date(2019, 1, 1)), Some(date(2019, 2, 1)));
    }

    #[test]
    fn holidays_differ_by_nation() {
        // 6 April 2026 is Easter Monday, which Scotland works on; 2 January is Scotland's.
        let at = |day, nation| due(day, nation, &[], false).due.expect("it runs");
        assert_eq!(
            at(date(2026, 3, 6), Nation::EnglandAndWales),
            date(2026, 4, 7)
        );
        assert_eq!(at(date(2026, 3, 6), Nation::Scotland), date(2026, 4, 6));
        assert_eq!(at(date(2025, 12, 2), Nation::Scotland), date(2026, 1, 5));
        assert_eq!(
            at(date(2025, 12, 2), Nation::EnglandAndWales),
            date(2026, 1, 2)
        );
        assert_eq!(
            at(date(2026, 2, 17), Nation::NorthernIreland),
            date(2026, 3, 18)
        );
        assert_eq!(at(date(2026, 5, 15), Nation::Scotland), date(2026, 6, 16));
    }

    #[test]
    fn it_stands_still_for_clarification_and_starts_again_with_identity() {
        let clarified = [Pause {
            why: Stop::Clarification,
            from: date(2026, 6, 5),
            to: Some(date(2026, 6, 15)),
        }];
        let clock = due(date(2026, 6, 1), Nation::EnglandAndWales, &clarified, false);
        // 1 July and ten days is Saturday 11 July.
        assert_eq!((clock.paused, clock.due), (10, Some(date(2026, 7, 13))));
        let awaited = [Pause {
            to: None,
            ..clarified[0].clone()
        }];
        let clock = due(date(2026, 6, 1), Nation::EnglandAndWales, &awaited, false);
        assert_eq!(
            (clock.due, clock.waiting),
            (None, Some(Stop::Clarification))
        );
        let identified = [Pause {
            why: Stop::Identity,
            from: date(2026, 6, 2),
            to: Some(date(2026, 6, 10)),
        }];
        let clock = due(
            date(2026, 6, 1),
            Nation::EnglandAndWales,
            &identified,
            false,
        );
        assert_eq!(
            (clock.starts, clock.due),
            (date(2026, 6, 10), Some(date(2026, 7, 10)))
        );
    }

    #[test]
    fn an_extension_counts_three_months_from_the_start() {
        let clock = due(date(2026, 11, 30), Nation::EnglandAndWales, &[], true);
        assert_eq!(clock.extend_by, date(2026, 12, 30));
        assert_eq!(clock.due, Some(date(2027, 3, 1)));
        assert!(clock.warnings.is_empty());
        assert_eq!(clock.left(date(2027, 3, 2)), Some(-1));
    }

    #[test]
    fn a_computed_year_is_said_and_no_date_is_beyond_it() {
        let clock = due(date(2032, 12, 2), Nation::Scotland, &[], false);
        assert_eq!(clock.due, Some(date(2033, 1, 5)));
        assert!(clock.warnings[0].contains("computed"));
        let last = due(Date::MAX, Nation::Scotland, &[], true);
        assert_eq!(last.due, Some(Date::MAX));
    }

    #[test]
    fn clarification_does_not_stop_the_clock_of_an_erasure() {
        let pauses = [Pause {
            why: Stop::Clarification,
            from: date(2026, 6, 5),
            to: None,
        }];
        let clock = clock(&Facts {
            kind: Kind::Erasure,
            received: date(2026, 6, 1),
            nation: Nation::EnglandAndWales,
            pauses: &pauses,
            extended: false,
        });
        assert_eq!(clock.due, Some(date(2026, 7, 1)));
        assert!(clock.warnings[0].contains("erasure"));
    }

    /// The rule once more, by counting days.
    fn by_hand(received: Date, months: i32, paused: i32, calendar: &Calendar) -> Date {
        let month = i32::from(received.month()) - 1 + months;
        let year = received.year() + (month / 12) as i16;
        let month = (month % 12 + 1) as i8;
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let last = match month {
            2 => 28 + i8::from(leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let mut day = date(year, month, received.day().min(last));
        for _ in 0..paused {
            day = day.tomorrow().expect("far from the end of time");
        }
        while matches!(
            day.weekday(),
            jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday
        ) || calendar.is_holiday(day)
        {
            day = day.tomorrow().expect("far from the end of time");
        }
        day
    }

    #[test]
    fn every_day_of_ten_years_in_three_nations() {
        for (nation, ..) in Nation::ALL {
            let calendar = Calendar::of(*nation);
            let mut day = date(2019, 1, 1);
            let mut last = None;
            while day < date(2030, 1, 1) {
                let plain = due(day, *nation, &[], false);
                let extended = due(day, *nation, &[], true);
                assert_eq!(
                    plain.due,
                    Some(by_hand(day, 1, 0, &calendar)),
                    "{day} {nation}"
                );
                assert_eq!(
                    extended.due,
                    Some(by_hand(day, 3, 0, &calendar)),
                    "{day} {nation}"
                );
                assert_eq!(
                    Some(extended.extend_by),
                    plain.due,
                    "told within the first month"
                );
                // Who asks later is not answered earlier.
                assert!(plain.due >= last, "{day} {nation}");
                last = plain.due;
                day = day.tomorrow().expect("far from the end of time");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn what_stands_still_is_added_and_identity_starts_anew(
            start in 0_i32..3650, asked in 0_i32..28, waited in 0_i32..60, extended: bool, which in 0_usize..3,
        ) {
            let nation = Nation::ALL[which].0;
            let calendar = Calendar::of(nation);
            let received = date(2019, 1, 1).saturating_add(start.days());
            let from = received.saturating_add(asked.days());
            let to = from.saturating_add(waited.days());
            let months = if extended { 3 } else { 1 };
            let pause = |why| [Pause { why, from, to: Some(to) }];
            let clarified = due(received, nation, &pause(Stop::Clarification), extended);
            proptest::prop_assert_eq!(clarified.due, Some(by_hand(received, months, waited, &calendar)));
            proptest::prop_assert_eq!(clarified.paused, waited);
            let identified = due(received, nation, &pause(Stop::Identity), extended);
            proptest::prop_assert_eq!(identified.due, Some(by_hand(to, months, 0, &calendar)));
            // While it is awaited there is no date.
            let awaited = [Pause { why: Stop::Identity, from, to: None }];
            proptest::prop_assert_eq!(due(received, nation, &awaited, extended).due, None);
        }
    }

    #[test]
    fn months_that_have_no_such_day_leap_years_and_substitute_days() {
        let at = |day, nation| due(day, nation, &[], false).due.expect("it runs");
        let (england, scotland, ireland) = (
            Nation::EnglandAndWales,
            Nation::Scotland,
            Nation::NorthernIreland,
        );
        for (received, nation, answer) in [
            // 31 January: 28 or 29 February, Friday, Monday, Thursday.
            (date(2025, 1, 31), england, date(2025, 2, 28)),
            (date(2022, 1, 31), england, date(2022, 2, 28)),
            (date(2024, 1, 31), scotland, date(2024, 2, 29)),
            (date(2028, 1, 29), england, date(2028, 2, 29)),
            // 28 and 29 February themselves.
            (date(2024, 2, 29), england, date(2024, 4, 2)),
            (date(2025, 2, 28), england, date(2025, 3, 28)),
            // 31 August has no fellow in September.
            (date(2026, 8, 31), england, date(2026, 9, 30)),
            // 25 and 26 December 2021 were Saturday and Sunday; 27 and 28 their substitutes.
            (date(2021, 11, 25), england, date(2021, 12, 29)),
            // 1 January 2022 was a Saturday: Monday 3 January for it, and in Scotland Tuesday 4 for the second as well.
            (date(2021, 12, 1), england, date(2022, 1, 4)),
            (date(2021, 12, 1), scotland, date(2022, 1, 5)),
            // 12 July 2025 was a Saturday, with Monday 14 July for it in Northern Ireland alone.
            (date(2025, 6, 12), ireland, date(2025, 7, 15)),
            (date(2025, 6, 12), england, date(2025, 7, 14)),
            // The days of a jubilee, a funeral and a coronation.
            (date(2022, 5, 2), england, date(2022, 6, 6)),
            (date(2022, 8, 19), england, date(2022, 9, 20)),
            (date(2023, 4, 8), england, date(2023, 5, 9)),
        ] {
            assert_eq!(at(received, nation), answer, "{received} {nation}");
        }
    }
}
