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

mod bank;
mod card;
mod clinical;
pub(crate) mod compact;
pub mod date;
mod education;
mod email;
mod health;
mod household;
mod iban;
mod justice;
mod modulus;
mod money;
mod mrz;
mod network;
mod phone;
mod postcode;
mod secret;
mod tax;
mod travel;
mod vehicle;

use std::sync::Arc;

pub use compact::Compact;
pub use modulus::{Answer, Modulus, ModulusError};

use crate::model::{Level, Status};

/// What a check knows beyond the text. Made once, when the detector is built.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Today: no birth lies after it, two-digit years turn on it, vehicle age identifiers roll with it.
    pub today: jiff::civil::Date,
    /// The banks' weight table, when the user has supplied one.
    pub modulus: Option<Arc<Modulus>>,
}

impl Facts {
    /// Facts for a given day; tests and reproducible runs fix it.
    pub fn on(today: jiff::civil::Date) -> Facts {
        Facts {
            today,
            modulus: None,
        }
    }

    /// Facts of the day of the call.
    pub fn now() -> Facts {
        Facts::on(jiff::ZonedDateTime::now().date())
    }

    /// The same, with the banks' weight table.
    pub fn with_modulus(self, table: Modulus) -> Facts {
        Facts {
            modulus: Some(Arc::new(table)),
            ..self
        }
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

    const fn with_inner(self, inner: fn(&str, &Facts) -> Vec<Inner>) -> Check {
        Check { inner, ..self }
    }
}

/// The normal form of what has one spelling.
fn verbatim(text: &str, _: &Facts) -> String {
    text.to_owned()
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

/// Letters and digits around something: what a rule without a check of its own may name, so that its values share one
/// normal form.
fn plain(text: &str, _: &Facts) -> Verdict {
    if text.bytes().any(|b| b.is_ascii_alphanumeric()) {
        Verdict::SHAPE
    } else {
        Verdict::REJECT
    }
}

/// Every check, by name.
pub static CHECKS: &[Check] = &[
    Check::new("plain", plain, compact),
    // national, tax and health
    Check::new("nino", tax::nino, compact),
    Check::new("nhs", health::nhs, compact),
    Check::new("chi", health::chi, health::chi_normal).with_inner(health::chi_inner),
    Check::new("hc", health::health_and_care, compact),
    Check::new("utr", tax::utr, tax::utr_normal),
    Check::new("vat", tax::vat, tax::vat_normal),
    Check::new("paye", tax::paye, compact),
    // travel and licences
    Check::new("passport", travel::passport, compact),
    Check::new("mrz", mrz::mrz, mrz::mrz_normal).with_inner(mrz::mrz_inner),
    Check::new("driver-gb", travel::driver_gb, travel::driver_gb_normal)
        .with_inner(travel::driver_gb_inner),
    Check::new("driver-ni", travel::driver_ni, compact),
    Check::new("brp", travel::residence_permit, compact),
    Check::new("share-code", travel::share_code, compact),
    Check::new("immigration", travel::immigration, compact),
    // education and registers
    Check::new("upn", education::upn, compact),
    Check::new("uln", education::uln, compact),
    Check::new("uci", education::uci, compact),
    Check::new("teacher", education::teacher, education::teacher_normal),
    Check::new("gmc", education::gmc, education::gmc_normal),
    Check::new("nmc", education::nmc, compact),
    Check::new("hcpc", education::hcpc, compact),
    Check::new("other-register", education::other_register, compact),
    // criminal justice
    Check::new("dbs", justice::dbs, justice::dbs_normal),
    Check::new("pvg", justice::pvg, compact),
    Check::new("pnc", justice::pnc, justice::pnc_normal),
    Check::new("cro", justice::cro, justice::cro_normal),
    Check::new("asn", justice::asn, justice::asn_normal),
    Check::new("prison", justice::prison, compact),
    Check::new("crn", justice::probation, compact),
    // money
    Check::new("sort-code", bank::sort_code, compact),
    Check::new("account", bank::account, bank::account_normal),
    Check::new("bank-pair", bank::pair, bank::pair_normal),
    Check::new("iban", iban::iban, compact).with_inner(iban::iban_inner),
    Check::new("bic", iban::bic, iban::bic_normal),
    Check::new("bic-named", iban::bic_named, iban::bic_normal),
    Check::new("card", card::card, compact),
    Check::new("amount", money::amount, money::amount_normal),
    // contact
    Check::new("email", email::email, email::email_normal),
    Check::new("phone", phone::phone, phone::phone_normal),
    Check::new("postcode", postcode::postcode, postcode::postcode_normal),
    Check::new(
        "postcode-named",
        postcode::postcode_named,
        postcode::postcode_normal,
    ),
    // dates
    Check::new("birth-date", date::birth_date, date::iso),
    Check::new("birth-date-past", date::birth_date_past, date::iso),
    Check::new("birth-serial", date::birth_serial, date::iso),
    Check::new("date", date::date, date::iso),
    // machines and secrets
    Check::new("ipv4", network::ipv4, verbatim),
    Check::new("ipv6", network::ipv6, network::ipv6_normal),
    Check::new("mac", network::mac, network::mac_normal),
    Check::new("imei", network::imei, compact),
    Check::new("secret", secret::labelled, secret::secret_normal),
    Check::new("secret-pin", secret::pin, secret::secret_normal),
    Check::new("secret-key", secret::provider, verbatim),
    // households and local systems
    Check::new("vehicle", vehicle::registration, compact),
    Check::new("mpan", household::mpan, compact),
    Check::new("council-tax", household::council_tax, compact),
    Check::new("electoral", household::electoral, compact),
    Check::new("blue-badge", household::blue_badge, compact),
    Check::new("local-care", household::local_care, compact),
    // clinical
    Check::new("icd10", clinical::icd10, clinical::upper),
    Check::new("snomed", clinical::snomed, compact),
    Check::new("genetic", clinical::genetic, clinical::upper),
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
