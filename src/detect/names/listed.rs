//! Names told by where they stand rather than by lists: the others after a label (`Present: A, B and C`), who speaks in a
//! chat, who a number at the end of the line belongs to, and pairs written without capitals.

use super::{
    find::{Found, found, is_name_word, part_of},
    labelled::value,
    token::{Form, Token, run, token},
};
use crate::{
    detect::terms::vocabulary::{
        FORENAME, FORENAME_WORD, STOP, SURNAME, SURNAME_WORD, TAIL, Vocabulary,
    },
    model::Level,
};

/// So many names may follow one label.
const MOST: usize = 64;

/// How far from a name a number that is its owner's may begin.
const BESIDE: usize = 16;

/// The names after the one that a label names, as long as commas, semicolons and `and` join them.
pub(super) fn others(text: &[u8], first: &Found, words: &Vocabulary, out: &mut Vec<Found>) {
    let mut at = first.end;
    for _ in 0..MOST {
        at = after_remark(text, at);
        let Some(next) = joined(text, at) else { return };
        let Some(mut name) = value(text, next, text.len(), false, words) else {
            return;
        };
        let tokens = run(text, name.value);
        let words_of = |t: &Token| is_name_word(t) || t.form == Form::Initial;
        let shaped = tokens.tokens().iter().filter(|t| words_of(t)).count() >= 2;
        let known = tokens
            .tokens()
            .iter()
            .any(|t| part_of(text, t, words) & (FORENAME | SURNAME) != 0);
        if !shaped && !known {
            return;
        }
        name.level = match known {
            true => Level::High,
            false => Level::Medium,
        };
        name.labelled = true;
        name.term = first.term;
        at = name.end;
        out.push(name);
    }
}

/// Past `(Chair)` and the like.
fn after_remark(text: &[u8], at: usize) -> usize {
    let rest = &text[at..];
    let open = rest.iter().take_while(|&&b| b == b' ').count();
    if rest.get(open) == Some(&b'(')
        && let Some(close) = rest[..rest.len().min(open + 40)]
            .iter()
            .position(|&b| b == b')')
    {
        return at + close + 1;
    }
    at
}

/// Where the next item of a list begins.
fn joined(text: &[u8], at: usize) -> Option<usize> {
    let rest = &text[at..];
    let spaces = |rest: &[u8]| rest.iter().take(3).take_while(|&&b| b == b' ').count();
    for join in [&b", and "[..], b" and ", b" & "] {
        if rest.starts_with(join) {
            return Some(at + join.len());
        }
    }
    match rest.first() {
        Some(b',' | b';' | b'/') => {
            let mut next = at + 1 + spaces(&rest[1..]);
            // A list may be wrapped.
            if matches!(text.get(next), Some(b'\n' | b'\r')) {
                next += text[next..]
                    .iter()
                    .take(2)
                    .take_while(|b| matches!(b, b'\n' | b'\r'))
                    .count();
                next += spaces(&text[next..]);
            }
            Some(next)
        }
        _ => None,
    }
}

/// The name that a line begins with when a value of a person (a number, an address) follows it there:
/// `Momtaz Howlader - 07700 900123`. No list need know it.
pub(crate) fn owner(text: &[u8], claim: usize, words: &Vocabulary) -> Option<Found> {
    let line = memchr::memrchr(b'\n', &text[..claim]).map_or(0, |n| n + 1);
    if claim - line > 80 {
        return None;
    }
    let mut at = line;
    while at < claim && matches!(text[at], b' ' | b'-' | b'*' | b'|' | b'>' | b'\t') {
        at += 1;
    }
    at = after_numbering(text, at);
    let row = run(&text[..claim], at);
    let tokens = row.tokens();
    let titled = tokens.iter().filter(|t| t.form == Form::Title).count();
    let names = titled + usize::from(tokens.first()?.form == Form::Initial && titled > 0);
    let last = tokens.last()?;
    let gap = without_birth(&text[last.end..claim]);
    let parted = gap.iter().all(|b| {
        matches!(
            b,
            b' ' | b'-' | b'.' | b':' | b',' | b'\t' | b'|' | b'(' | b'<' | b'"'
        )
    }) && gap.iter().any(|b| !matches!(b, b'"'))
        && gap != b" ";
    let spaced = gap.len() <= BESIDE || gap.iter().filter(|b| **b == b'.').count() > 3;
    let plain = |t: &Token| {
        let part = part_of(text, t, words);
        part & (STOP | TAIL) == 0 || part & (FORENAME | SURNAME) != 0
    };
    let sentence = tokens
        .iter()
        .any(|t| t.end - t.start < 2 && t.form == Form::Title);
    ((2..=4).contains(&names) && parted && spaced && !sentence && tokens.iter().all(plain))
        .then(|| found(tokens[0].start, last.end, Level::Medium))
}

/// Past `2. `, `4) `, `Rm 12 `, `Bed 3: `.
fn after_numbering(text: &[u8], at: usize) -> usize {
    let rest = &text[at..];
    let place = [
        &b"Rm "[..],
        b"Room ",
        b"Bed ",
        b"Flat ",
        b"rm ",
        b"bed ",
        b"No. ",
        b"No ",
    ]
    .iter()
    .find(|p| rest.starts_with(p))
    .map_or(0, |p| p.len());
    let digits = rest[place..]
        .iter()
        .take(4)
        .take_while(|b| b.is_ascii_digit())
        .count();
    if !(1..=3).contains(&digits) {
        return at;
    }
    let mut next = place + digits;
    let marked = rest
        .get(next)
        .is_some_and(|b| matches!(b, b'.' | b')' | b':' | b'-'));
    next += usize::from(marked);
    let spaces = rest[next..]
        .iter()
        .take(4)
        .take_while(|b| matches!(b, b' ' | b'\t'))
        .count();
    match spaces > 0 && (marked || place > 0) {
        true => at + next + spaces,
        false => at,
    }
}

/// What stands between a name and a birth date, without the word for it: ` - DOB `, ` b. `.
fn without_birth(gap: &[u8]) -> &[u8] {
    let shown = gap.trim_ascii_end();
    let shown = shown.strip_suffix(b":").unwrap_or(shown).trim_ascii_end();
    for word in [
        &b"DOB"[..],
        b"dob",
        b"D.O.B.",
        b"d.o.b.",
        b"D.O.B",
        b"DoB",
        b"b.",
        b"born",
    ] {
        if let Some(rest) = shown.strip_suffix(word)
            && rest.ends_with(b" ")
        {
            return match rest.trim_ascii().is_empty() {
                true => b" - ",
                false => rest,
            };
        }
    }
    gap
}

/// Who speaks: `[09:03] Dragos: …`, `14/05/2024, 09:03 - Rania Khoury: …`.
pub(super) fn speaker(text: &[u8], start: usize, words: &Vocabulary) -> Option<Found> {
    let line = memchr::memrchr(b'\n', &text[..start]).map_or(0, |n| n + 1);
    let lead = &text[line..start];
    let stamped = (5..=32).contains(&lead.len())
        && lead.contains(&b':')
        && lead.iter().filter(|b| b.is_ascii_digit()).count() >= 3
        && lead.iter().all(|b| {
            b.is_ascii_digit()
                || matches!(
                    b,
                    b':' | b'/'
                        | b'-'
                        | b'.'
                        | b','
                        | b'['
                        | b']'
                        | b' '
                        | b'<'
                        | b'T'
                        | b'Z'
                        | b'A'
                        | b'P'
                        | b'M'
                        | b'a'
                        | b'p'
                        | b'm'
                )
        });
    if !stamped {
        return None;
    }
    let row = run(text, start);
    let last = row.tokens().last()?;
    let ends = matches!(text.get(last.end), Some(b':' | b'>'));
    let known = row.tokens().iter().all(|t| {
        let part = part_of(text, t, words);
        is_name_word(t) && part & (STOP | TAIL) == 0 || part & (FORENAME | SURNAME) != 0
    });
    (ends && known).then(|| found(start, last.end, Level::Medium))
}

/// `sinead heneghan`: both words are names and nothing else.
pub(super) fn lower(text: &[u8], start: usize, words: &Vocabulary) -> Option<Found> {
    let given = token(text, start).filter(|t| t.form == Form::Other)?;
    let is_lower = |t: &Token| {
        text[t.start..t.end]
            .iter()
            .all(|b| b.is_ascii_lowercase() || *b == b'-' || *b == b'\'')
            && t.end - t.start >= 4
    };
    let own = |t: &Token, is, word| {
        let part = words.part(&text[t.start..t.end]);
        part & is != 0 && part & (word | STOP | TAIL) == 0
    };
    if !is_lower(&given) || !own(&given, FORENAME, FORENAME_WORD) {
        return None;
    }
    let opens = start == 0 || matches!(text[start - 1], b' ' | b'\n' | b'(' | b'"' | b'>' | b',');
    let next = text
        .get(given.end)
        .filter(|b| **b == b' ')
        .and_then(|_| token(text, given.end + 1))?;
    let closes = text.get(next.end).is_none_or(|b| {
        matches!(
            b,
            b' ' | b'\n' | b'\r' | b',' | b'?' | b'!' | b')' | b'"' | b';'
        )
    }) || text.get(next.end) == Some(&b'.')
        && text.get(next.end + 1).is_none_or(u8::is_ascii_whitespace);
    let family = is_lower(&next) && own(&next, SURNAME, SURNAME_WORD) && next.form == Form::Other;
    (opens && closes && family).then(|| found(start, next.end, Level::Medium))
}
