//! Checks that a matched text can be what a rule says it is: check digits, structure, dates, ranges, reserved values.
//!
//! A rule file names its check (`check = "nhs"`); the detector calls it on every match, on text normalised as the
//! engine sees it (ASCII dashes and spaces; the separators of the writer still in place). A check says yes or no, what
//! the value is, and how far it may be trusted; it does not look at context, and it reads nothing but its argument and
//! [`Facts`]. A new check is a function in the file of its family and one line in [`CHECKS`].
//!
//! The verdict comes without the normal form. One ten-digit number in five passes one of five checks, and all rules
//! that claim a number are asked before one wins: `verdict` therefore never allocates, and `normal` is called once, for
//! the winner.

pub(crate) mod compact;
mod health;
mod tax;

pub use compact::Compact;

use crate::model::{Level, Status};

/// What a check knows beyond the text. Made once, when the detector is built.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Today: no birth lies after it, two-digit years turn on it, vehicle age identifiers roll with it.
    pub today: jiff::civil::Date,
}

impl Facts {
    /// Facts for a given day; tests and reproducible runs fix it.
    pub fn on(today: jiff::civil::Date) -> Facts {
        Facts { today }
    }

    /// Facts of the day of the call.
    pub fn now() -> Facts {
        Facts::on(jiff::ZonedDateTime::now().date())
    }
}

/// What the check says about the value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A check digit (or an equivalent test that chance rarely passes) holds.
    Pass,
    /// The structure holds, and there is nothing to compute, or the table to compute it with is absent.
    Shape,
    /// The structure holds, the check digit does not: worth a low finding under a label (a mistype), nothing otherwise.
    Fail,
    /// It cannot be one. The search resumes one character on.
    Reject,
}

/// The level that a value deserves without label or context.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Alone {
    /// What the rule says.
    Rule,
    /// Nothing: this way of writing it needs context.
    Never,
    /// This level, whatever the rule says.
    At(Level),
}

/// The answer of a check.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// Whether it holds.
    pub kind: Kind,
    /// Whose value it is: reserved examples and organisations' values are recognised here.
    pub status: Status,
    /// The level that no context can lift it above.
    pub cap: Option<Level>,
    /// Its level without context.
    pub alone: Alone,
}

impl Verdict {
    /// A check digit holds.
    pub const PASS: Verdict = Verdict {
        kind: Kind::Pass,
        status: Status::Live,
        cap: None,
        alone: Alone::Rule,
    };
    /// The structure holds.
    pub const SHAPE: Verdict = Verdict {
        kind: Kind::Shape,
        ..Verdict::PASS
    };
    /// The check digit is wrong.
    pub const FAIL: Verdict = Verdict {
        kind: Kind::Fail,
        ..Verdict::PASS
    };
    /// It cannot be one.
    pub const REJECT: Verdict = Verdict {
        kind: Kind::Reject,
        ..Verdict::PASS
    };

    /// `PASS` if the check digit holds, else `FAIL`.
    pub(crate) const fn checked(holds: bool) -> Verdict {
        if holds { Verdict::PASS } else { Verdict::FAIL }
    }

    /// The same, of this status.
    pub(crate) const fn status(self, status: Status) -> Verdict {
        Verdict { status, ..self }
    }

    /// The same, marked as a reserved or documented value when `reserved`.
    pub(crate) const fn example(self, reserved: bool) -> Verdict {
        if reserved {
            self.status(Status::Example)
        } else {
            self
        }
    }

    /// The same, never above `level`.
    pub(crate) const fn cap(self, level: Level) -> Verdict {
        Verdict {
            cap: Some(level),
            ..self
        }
    }

    /// The same, with its level without context.
    pub(crate) const fn alone(self, alone: Alone) -> Verdict {
        Verdict { alone, ..self }
    }

    /// Whether the match stands.
    pub const fn stands(self) -> bool {
        !matches!(self.kind, Kind::Reject)
    }
}

/// A fact that is written inside an identifier.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inner {
    /// The detector whose kind of value it is: `person-name`, `date-of-birth`, `passport-number`, `sex`, `nationality` …
    pub what: &'static str,
    /// The value, in normal form.
    pub value: String,
}

/// One check: how to judge a match, how to write it in the form that all spellings share, and what it gives away.
pub struct Check {
    /// The name rule files use.
    pub name: &'static str,
    /// Judges a match. Never allocates, never panics, on any text.
    pub verdict: fn(&str, &Facts) -> Verdict,
    /// The normal form of a match whose verdict stands.
    pub normal: fn(&str, &Facts) -> String,
    /// Facts inside the value (a birth date in a CHI number, a name in a passport's machine-readable zone).
    pub inner: fn(&str, &Facts) -> Vec<Inner>,
}

impl Check {
    const fn new(
        name: &'static str,
        verdict: fn(&str, &Facts) -> Verdict,
        normal: fn(&str, &Facts) -> String,
    ) -> Check {
        Check {
            name,
            verdict,
            normal,
            inner: no_inner,
        }
    }
}

fn no_inner(_: &str, _: &Facts) -> Vec<Inner> {
    Vec::new()
}

/// The normal form of most identifiers: letters and digits only, upper case.
pub fn compact(text: &str, _: &Facts) -> String {
    text.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

/// Every check, by name.
pub static CHECKS: &[Check] = &[
    Check::new("nino", tax::nino, compact),
    Check::new("nhs", health::nhs, compact),
];

/// The check with this name.
pub fn check(name: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_no_check_panics() {
        let facts = Facts::on(jiff::civil::date(2026, 6, 15));
        let odd = [
            "",
            " ",
            "-",
            "0",
            "é",
            "٣٣٣",
            "<<<<",
            "::",
            "//",
            "@",
            "A",
            "99",
            "GB",
            "0000000000",
            "+44",
            "()",
            "1/2/3",
            "\u{200b}",
            "𝟙𝟚𝟛",
        ];
        for (at, check) in CHECKS.iter().enumerate() {
            assert!(CHECKS[..at].iter().all(|other| other.name != check.name));
            for text in odd {
                (check.verdict)(text, &facts);
                (check.normal)(text, &facts);
                (check.inner)(text, &facts);
                let long = text.repeat(80);
                (check.verdict)(&long, &facts);
                (check.normal)(&long, &facts);
                (check.inner)(&long, &facts);
            }
        }
    }
}
