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
    "pass",
    "user",
    "username",
    "admin",
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

/// What stands behind a label (`password: Summer2024!`): a digit or a sign beside letters, and no mask, placeholder,
/// template, setting or address.
pub fn labelled(text: &str, _: &Facts) -> Verdict {
    let calls = text.contains("()");
    let value = bare(text);
    if !(4..=64).contains(&value.len()) {
        return Verdict::REJECT;
    }
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let signs = value.len() - letters - digits;
    let template = value.starts_with(['<', '$', '{', '%', '[', '(', '@', '/', '\\', '&', '*', '#'])
        && (value.ends_with(['>', '}', '%', ']', ')'])
            || value.starts_with(['$', '{', '<', '@', '/', '\\', '&', '(']));
    let code = calls
        || expression(value)
        || value.contains("::")
        || value.contains("->")
        || value.contains("\\u")
        || value.contains("\\x")
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

/// Whether it is an expression of a programming language: a call, an index, or names joined by dots.
fn expression(value: &str) -> bool {
    let name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !value.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return false;
    }
    let end = value
        .find(|c: char| !name(c) && c != '.')
        .unwrap_or(value.len());
    let (path, rest) = value.split_at(end);
    let dotted = path.contains('.')
        && path
            .split('.')
            .all(|part| part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'));
    let calls = rest.starts_with('(')
        && (rest.contains(')') || dotted || path.contains('_') || rest.contains(['"', '\'']));
    let generic = rest.starts_with('<') && rest.contains('>');
    let indexes = rest.starts_with('[') && rest.contains(['"', '\'', ']']);
    (dotted && rest.is_empty()) || calls || indexes || generic
}

/// The value without quotes, brackets and the punctuation of the sentence.
fn bare(text: &str) -> &str {
    text.trim_matches(['"', '\'', '`', ' '])
        .trim_end_matches(['.', ',', ';', ')', '"', '\''])
}

/// A code behind its label (`PIN`, `key safe`): four to eight digits, perhaps a letter before or after as on door locks,
/// and not a year.
pub fn pin(text: &str, _: &Facts) -> Verdict {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let year = text.len() == 4 && (text.starts_with("19") || text.starts_with("20"));
    if (4..=8).contains(&digits) && text.len() <= digits + 2 && !year {
        Verdict::SHAPE.cap(Level::Medium)
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

/// The value as it is typed.
pub fn secret_normal(text: &str, _: &Facts) -> String {
    bare(text).to_owned()
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
                ("Summer2024!", Shape),
                ("84yt-22", Shape),
                ("Tr0ub4dor&3", Shape),
                ("\"hunter22\",", Shape),
                ("correct7horse'", Shape),
                ("********", Reject),
                ("contain", Reject),
                ("required", Reject),
                ("<password>", Reject),
                ("changeme", Reject),
                ("${DB_PASS}", Reject),
                ("getpass.getpass()", Reject),
                ("user.password", Reject),
                ("Option<String>,", Reject),
                ("owner-\\u{FB01}le", Reject),
                ("os.environ[\"DB_PASS2\"]", Reject),
                ("hash_password(raw1)", Reject),
                ("config.get('api_key2')", Reject),
                ("Secret(7)x", Reject),
                ("P(ssword1", Shape),
                ("my.dog.is.9", Shape),
                ("xxxxxxxx1", Reject),
                ("https://reset.placeholder.org/1", Reject),
                ("a1", Reject),
            ],
        );
        let facts = Facts::on(jiff::civil::date(2026, 6, 15));
        assert_eq!(secret_normal("'Summer2024!',", &facts), "Summer2024!");
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
        kinds(
            pin,
            &[
                ("4071", Shape),
                ("12", Reject),
                ("2024", Reject),
                ("C1957X", Shape),
            ],
        );
    }
}
