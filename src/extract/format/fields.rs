//! Text of one field a line: settings (`key = value`, `key: value`), address cards and calendars. The name of the field
//! is the label of its value. Nothing is parsed that a person would not see in an editor, so nothing can be broken.

use std::borrow::Cow;

use crate::{
    extract::{
        ExtractError, Format, Guard, Look, Source,
        compose::Composer,
        decode::{self, Charset, Text},
        sniff::{NAMED, NO, SURE},
        split::floor,
    },
    model::{Anchor, limits::SEGMENT},
};

/// Bytes looked at in one go.
const BLOCK: usize = 256 << 10;

/// One family of such files.
pub struct Fields {
    name: &'static str,
    extensions: &'static [&'static str],
    about: &'static str,
    /// What the text begins with.
    begins: &'static str,
}

/// Settings.
pub static SETTINGS: Fields = Fields {
    name: "settings",
    extensions: &[
        "yaml",
        "yml",
        "ini",
        "toml",
        "cfg",
        "conf",
        "properties",
        "env",
        "inf",
        "reg",
        "cnf",
        "url",
        "desktop",
    ],
    about: "settings (YAML, INI, TOML, properties): lines, with the key as label of its value",
    begins: "",
};

/// Address cards.
pub static CARDS: Fields = Fields {
    name: "vcf",
    extensions: &["vcf", "vcard"],
    about: "address cards: every field by its name",
    begins: "BEGIN:VCARD",
};

/// Calendars.
pub static CALENDAR: Fields = Fields {
    name: "ics",
    extensions: &["ics", "ical", "ifb", "vcs"],
    about: "calendars: every field by its name",
    begins: "BEGIN:VCALENDAR",
};

/// Address entries of directories.
pub static LDIF: Fields = Fields {
    name: "ldif",
    extensions: &["ldif", "ldf"],
    about: "directory entries: every attribute by its name",
    begins: "version: 1\ndn:",
};

impl Format for Fields {
    fn name(&self) -> &'static str {
        self.name
    }

    fn version(&self) -> u32 {
        1
    }

    fn extensions(&self) -> &'static [&'static str] {
        self.extensions
    }

    fn about(&self) -> &'static str {
        self.about
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if !look.is_text() {
            return NO;
        }
        let start = look.text.trim_start();
        let begins = !self.begins.is_empty()
            && start
                .get(..self.begins.len())
                .is_some_and(|s| s.eq_ignore_ascii_case(self.begins));
        if begins {
            SURE
        } else if look.named(self.extensions) {
            NAMED + 1
        } else {
            NO
        }
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let mut text = Text::new(source, out.buffer());
        let result = read(&mut text, self.folds(), out);
        out.recycle(text.into_buffer());
        result
    }
}

impl Fields {
    /// Whether a line that begins with white space goes on with the one before, and one object is one record.
    fn folds(&self) -> bool {
        self.name != SETTINGS.name
    }
}

fn read(text: &mut Text<'_, '_>, folds: bool, out: &mut Guard<'_>) -> Result<(), ExtractError> {
    let mut composer = Composer::new();
    let mut line = 1;
    let mut want = BLOCK;
    while text.fill(want)? {
        let ends = text.at_end();
        let window = text.text();
        let mut at = 0;
        while at < window.len() {
            let rest = &window[at..];
            let Some(length) = record(rest, folds, ends) else {
                break;
            };
            let whole = &rest[..length];
            composer.mark(Anchor::Line(line));
            if folds {
                folded(whole, &mut composer);
            } else {
                setting(whole, &mut composer);
            }
            line += memchr::memchr_iter(b'\n', whole.as_bytes()).count() as u64;
            at += length;
        }
        if at == 0 && window.len() >= SEGMENT {
            // A line longer than anybody writes: in pieces.
            at = floor(window, SEGMENT);
            composer.push(&window[..at]);
        }
        want = if at == 0 { SEGMENT + 4 } else { BLOCK };
        text.consume(at);
        composer.end_block(out)?;
        out.check()?;
    }
    composer.finish(out)
}

/// Length of the next line, with the lines that go on with it.
fn record(text: &str, folds: bool, ends: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        match memchr::memchr(b'\n', &bytes[at..]) {
            Some(n) => at += n + 1,
            None if ends => return Some(bytes.len()),
            None => return None,
        }
        if !folds {
            return Some(at);
        }
        match bytes.get(at) {
            Some(b' ' | b'\t') => {}
            // Quoted-printable lines end with `=` when they go on.
            _ if text[..at].trim_end_matches(['\r', '\n']).ends_with('=')
                && text[..at].to_ascii_uppercase().contains("QUOTED-PRINTABLE") => {}
            None if !ends => return None,
            _ => return Some(at),
        }
        if at >= bytes.len() {
            return Some(at);
        }
    }
}

/// `key = value` or `key: value`; the key of a list goes for its items too, by being on the line above.
fn setting(line: &str, composer: &mut Composer) {
    let trimmed = line.trim_start();
    let comment = trimmed.starts_with(['#', ';', '/', '[', '!', '<']);
    let split = trimmed
        .find(['=', ':'])
        .filter(|&n| !comment && n > 0 && n <= 80)
        .filter(|&n| {
            let after = trimmed[n + 1..].chars().next();
            trimmed.as_bytes()[n] == b'='
                || after.is_none_or(char::is_whitespace)
                || trimmed.starts_with('"')
        });
    let Some(split) = split else {
        composer.push(line);
        return;
    };
    let (key, value) = trimmed.split_at(split + 1);
    let name = key
        .trim_end_matches(['=', ':'])
        .trim_matches(['-', ' ', '"', '\'', '\t']);
    let indent = line.len() - trimmed.len();
    composer.push(&line[..indent]);
    composer.push(key);
    composer.labelled(name, value.trim_end_matches(['\r', '\n']));
    composer.push("\n");
}

/// A field of a card or calendar: `TEL;TYPE=home:+44 …`.
fn folded(raw: &str, composer: &mut Composer) {
    let unfolded = if raw.contains("\n ") || raw.contains("\n\t") {
        Cow::Owned(
            raw.replace("\r\n ", "")
                .replace("\r\n\t", "")
                .replace("\n ", "")
                .replace("\n\t", ""),
        )
    } else {
        Cow::Borrowed(raw)
    };
    let line = unfolded.trim_end();
    let Some(colon) = colon(line) else {
        composer.push(line);
        composer.push("\n");
        return;
    };
    let (head, value) = (
        &line[..colon],
        line[colon + 1..].trim_start_matches([':', '<']),
    );
    let mut parameters = head.split(';');
    let name = parameters.next().unwrap_or("");
    let name = name.rsplit('.').next().unwrap_or(name);
    let upper = head.to_ascii_uppercase();
    if [
        "PHOTO",
        "LOGO",
        "SOUND",
        "KEY",
        "JPEGPHOTO",
        "THUMBNAILPHOTO",
    ]
    .contains(&name.to_ascii_uppercase().as_str())
        && value.len() > 1024
    {
        return;
    }
    let value = if upper.contains("QUOTED-PRINTABLE") {
        let charset = upper
            .split(';')
            .find_map(|p| p.strip_prefix("CHARSET="))
            .and_then(Charset::named);
        let bytes = quoted_printable(value);
        match charset {
            Some(charset) => decode::string(&bytes, charset),
            None => decode::guess(&bytes),
        }
    } else {
        value
            .replace("\\n", " ")
            .replace("\\N", " ")
            .replace("\\,", ",")
            .replace("\\;", ";")
    };
    let label = match name.to_ascii_uppercase().as_str() {
        "FN" | "N" | "CN" => "name",
        "BDAY" => "date of birth",
        "TEL" => "telephone",
        "ADR" => "address",
        "ORG" => "organisation",
        _ => name,
    };
    // Parameters name people too: `ATTENDEE;CN=Margaret Okafor:mailto:…`.
    composer.push(name);
    for parameter in parameters {
        if let Some((key, text)) = parameter.split_once('=')
            && key.eq_ignore_ascii_case("CN")
        {
            composer.push(" ");
            composer.labelled("name", text.trim_matches('"'));
        }
    }
    composer.push(": ");
    composer.labelled(label, value.trim());
    // The fields of one card or event stand on one line of the text: they are one record.
    let ends = name.eq_ignore_ascii_case("END") || name.eq_ignore_ascii_case("BEGIN");
    composer.push(if ends { "\n" } else { "; " });
}

/// The colon that ends the name and its parameters; those in quotes do not.
fn colon(line: &str) -> Option<usize> {
    let mut quoted = false;
    line.bytes().take(1024).position(|b| {
        quoted ^= b == b'"';
        b == b':' && !quoted
    })
}

fn quoted_printable(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digit = |i: usize| bytes.get(i).and_then(|&b| char::from(b).to_digit(16));
        match (bytes[at], digit(at + 1), digit(at + 2)) {
            (b'=', Some(high), Some(low)) => {
                out.push((high << 4 | low) as u8);
                at += 3;
            }
            (b'=', ..) if matches!(bytes.get(at + 1), Some(b'\r' | b'\n')) => {
                at += 1;
                while matches!(bytes.get(at), Some(b'\r' | b'\n')) {
                    at += 1;
                }
            }
            (b, ..) => {
                out.push(b);
                at += 1;
            }
        }
    }
    out
}
