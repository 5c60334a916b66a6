//! Passwords, keys and tokens.

use super::{Alone, Facts, Verdict};
use crate::model::Level;

/// Values that stand where a password would, and words of sentences about passwords.
const PLACEHOLDERS: &[&str] = &[
    "changeme",
    "change_me",
    "change-me",
    "password",
    "passwd",
    "passcode",
    "pwd",
    "secret",
    "example",
    "required",
    "optional",
    "none",
    "null",
    "nil",
    "true",
    "false",
    "undefined",
    "string",
    "test",
    "todo",
    "tbc",
    "tba",
    "n/a",
    "na",
    "xxxx",
    "hidden",
    "redacted",
    "removed",
    "masked",
    "encrypted",
    "unknown",
    "expired",
    "reset",
    "incorrect",
    "invalid",
    "yourpassword",
    "your_password",
    "your-password",
    "yourpasswordhere",
    "mypassword",
    "forgotten",
    "password123456",
    "placeholder",
    "default",
    "blank",
    "empty",
    "insert",
    "dummy",
    "sample",
];

/// What a labelled match splits into: the value behind `:`, `=`, `is` or `was`.
fn value(text: &str) -> Option<&str> {
    let start = |c: char| c.is_ascii_alphabetic();
    let text = text.trim_start_matches(|c: char| !start(c));
    let label = text.find(|c: char| !(start(c) || c == '_' || c == '-'))?;
    let mut rest = text[label..].trim_start_matches(['"', '\'', ' ']);
    let mut introduced = false;
    for word in ["is", "was"] {
        if let Some(head) = rest.get(..word.len())
            && head.eq_ignore_ascii_case(word)
            && rest[word.len()..].starts_with([' ', ':', '='])
        {
            rest = &rest[word.len()..];
            introduced = true;
            break;
        }
    }
    let after = rest.trim_start_matches([':', '=', '>', ' ']);
    introduced |= rest[..rest.len() - after.len()].contains([':', '=']);
    let value = after.trim_matches(['"', '\'', '`', ' ', ',', ';']);
    (introduced && !value.is_empty()).then_some(value)
}

/// A label and what stands behind it (`password: Summer2024!`): the value has a digit or a sign beside its letters, and is
/// no mask, placeholder, template or address.
pub fn labelled(text: &str, _: &Facts) -> Verdict {
    let Some(value) = value(text) else {
        return Verdict::REJECT;
    };
    let value = value.trim_end_matches(['.', ')']);
    if !(4..=64).contains(&value.len()) {
        return Verdict::REJECT;
    }
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let signs = value.len() - letters - digits;
    let template = value.starts_with(['<', '$', '{', '%', '[', '(', '@', '/', '\\', '&', '*', '#'])
        && (value.ends_with(['>', '}', '%', ']', ')'])
            || value.starts_with(['$', '{', '<', '@', '/', '\\', '&', '(']));
    let code = value.contains("::")
        || value.contains("()")
        || value.contains("->")
        || value.contains("${");
    let address = value.contains("://");
    let bare = value.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let same = value.bytes().all(|b| b == value.as_bytes()[0]);
    let stars = value.bytes().filter(|b| b"*.xX-_#".contains(b)).count() * 2 > value.len();
    if digits + signs == 0
        || letters + digits == 0
        || template
        || code
        || address
        || same
        || stars
        || PLACEHOLDERS.iter().any(|p| p.eq_ignore_ascii_case(bare))
        // A sentence, a setting or a code name: `must-be`, `db_pass`, `user.password`.
        || (digits == 0 && signs == value.bytes().filter(|b| b"-_.'/:,".contains(b)).count())
    {
        return Verdict::REJECT;
    }
    Verdict::SHAPE
        .alone(Alone::At(Level::Medium))
        .cap(Level::Medium)
}

/// A PIN or passcode in digits behind its label: four to eight of them.
pub fn pin(text: &str, _: &Facts) -> Verdict {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let value = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    if (4..=8).contains(&digits) && value.len() == digits {
        Verdict::SHAPE
            .alone(Alone::At(Level::Low))
            .cap(Level::Medium)
    } else {
        Verdict::REJECT
    }
}

/// A credential whose own form names its issuer (`AKIA…`, `ghp_…`, a PEM header, a JWT, `user:password@` in a URL).
/// The issuers' documentation keys are examples; masks and templates inside a URL are rejected.
pub fn provider(text: &str, _: &Facts) -> Verdict {
    if let Some((_, rest)) = text.split_once("://") {
        let Some((user, _)) = rest.split_once('@') else {
            return Verdict::REJECT;
        };
        let Some((_, password)) = user.split_once(':') else {
            return Verdict::REJECT;
        };
        let bare = password.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let template = password.contains(['<', '>', '$', '{', '}', '*', '%', '[', ']'])
            && !password.contains("%2")
            && !password.contains("%4");
        if password.len() < 3
            || template
            || PLACEHOLDERS.iter().any(|p| p.eq_ignore_ascii_case(bare))
        {
            return Verdict::REJECT;
        }
        return Verdict::SHAPE.alone(Alone::At(Level::High));
    }
    let body = text.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '-');
    let same = body.len() > 4 && body.bytes().all(|b| b == body.as_bytes()[0]);
    let masked = text.bytes().filter(|b| b"xX*".contains(b)).count() * 2 > text.len();
    if !text.starts_with("-----") && (same || masked) {
        return Verdict::REJECT;
    }
    let example = text.ends_with("EXAMPLE") || text.ends_with("EXAMPLEKEY");
    Verdict::SHAPE
        .alone(Alone::At(Level::High))
        .example(example)
}

/// The value without its label.
pub fn secret_normal(text: &str, _: &Facts) -> String {
    if text.contains("://") || text.starts_with("-----") {
        return text.to_owned();
    }
    value(text)
        .unwrap_or(text)
        .trim_end_matches(['.', ')'])
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::Kind::{self, Reject, Shape};
    use super::*;
    use crate::model::Status;

    fn kinds(check: fn(&str, &Facts) -> Verdict, cases: &[(&str, Kind)]) {
        let facts = Facts::on(jiff::civil::date(2026, 6, 15));
        for (text, kind) in cases {
            assert_eq!(check(text, &facts).kind, *kind, "{text}");
        }
    }

    #[test]
    fn labelled_values() {
        kinds(
            labelled,
            &[
                ("password: Summer2024!", Shape),
                ("Passcode is 84yt-22", Shape),
                ("pwd=Tr0ub4dor&3", Shape),
                ("\"password\": \"hunter22\"", Shape),
                ("password\": \"hunter22", Shape),
                ("PASSWORD = 'correct7horse'", Shape),
                ("Password: ********", Reject),
                ("password must contain 8 characters", Reject),
                ("password: required", Reject),
                ("pwd: <password>", Reject),
                ("Password: changeme", Reject),
                ("password = ${DB_PASS}", Reject),
                ("password: getpass.getpass()", Reject),
                ("password = user.password", Reject),
                ("password: xxxxxxxx1", Reject),
                ("password: https://reset.placeholder.org/1", Reject),
            ],
        );
        let facts = Facts::on(jiff::civil::date(2026, 6, 15));
        assert_eq!(
            secret_normal("password: Summer2024!", &facts),
            "Summer2024!"
        );
        assert_eq!(secret_normal("Passcode is 84yt-22", &facts), "84yt-22");
    }

    #[test]
    fn providers_keys() {
        kinds(
            provider,
            &[
                ("AKIAIOSFODNN7EXAMPLE", Shape),
                ("-----BEGIN RSA PRIVATE KEY-----", Shape),
                ("postgres://app:s3cr3tpw@db.internal/x", Shape),
                ("https://user:${PASS}@host", Reject),
                ("https://user:password@host", Reject),
                ("https://user@host", Reject),
                ("ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", Reject),
            ],
        );
        let facts = Facts::on(jiff::civil::date(2026, 6, 15));
        assert_eq!(
            provider("AKIAIOSFODNN7EXAMPLE", &facts).status,
            Status::Example
        );
        kinds(pin, &[("PIN: 4071", Shape), ("pin 12", Reject)]);
    }
}
