//! Pairs of capitalised words in a sentence that no list knows: `a visit to Darika Wason took place`.
//!
//! Hints, and no more: they part nothing, count nobody and support nothing, but a look-up for just that name finds
//! them, and whoever hands a document on is shown them. They are looked for only where something else speaks of a
//! person, because the words of a text are walked one by one for it.

use std::ops::Range;

use super::{
    find::{Found, attached_before, continues_as_place, found, part_of, place_before},
    token::{Form, Token, before, run},
};
use crate::{
    detect::terms::vocabulary::{FORENAME_WORD, STOP, SURNAME_WORD, TAIL, Vocabulary},
    model::Level,
};

/// Words behind a name that is a thing's: `the Housing Options team`.
const THINGS: &[&[u8]] = &[
    b"team",
    b"service",
    b"services",
    b"policy",
    b"form",
    b"scheme",
    b"programme",
    b"project",
    b"system",
    b"department",
    b"office",
    b"group",
    b"report",
    b"review",
    b"fund",
    b"act",
    b"plan",
    b"board",
    b"unit",
    b"committee",
    b"panel",
    b"database",
    b"software",
    b"server",
    b"account",
    b"page",
    b"tab",
    b"button",
];

/// Adds the pairs that begin in `starts` and touch no name of `taken`, which stand by position.
pub(crate) fn unlisted(
    text: &[u8],
    starts: Range<usize>,
    words: &Vocabulary,
    taken: &[Found],
    skip: impl Fn(usize) -> bool,
    out: &mut Vec<Found>,
) {
    let mut at = starts.start;
    let end = starts.end.min(text.len());
    while at < end {
        let opens = text[at].is_ascii_uppercase() || text[at] >= 0xc3;
        if !opens || at > 0 && !matches!(text[at - 1], b' ' | b'\n') {
            at += 1;
            continue;
        }
        let row = run(text, at);
        let Some(last) = row.tokens().last() else {
            at += 1;
            continue;
        };
        if let Some(name) = pair(text, at, row.tokens(), words)
            && !skip(at)
        {
            let near = taken.partition_point(|n| n.end <= name.start);
            if taken.get(near).is_none_or(|n| n.start >= name.end) {
                out.push(name);
            }
        }
        at = last.end.max(at + 1);
    }
}

fn pair(text: &[u8], start: usize, tokens: &[Token], words: &Vocabulary) -> Option<Found> {
    let names = tokens.iter().filter(|t| t.form != Form::Initial).count();
    let form = tokens[0].form;
    let alike = |t: &Token| {
        t.form == Form::Initial
            || matches!(t.form, Form::Title | Form::Capitals) && t.end - t.start >= 3
    };
    if !(2..=3).contains(&names)
        || tokens.len() > 4
        || !matches!(form, Form::Title | Form::Capitals)
        || !tokens.iter().all(alike)
    {
        return None;
    }
    let ordinary = |t: &Token| {
        let part = part_of(text, t, words);
        part & (STOP | TAIL) != 0 || part & FORENAME_WORD != 0 && part & SURNAME_WORD != 0
    };
    let end = tokens.last()?.end;
    // Both sides of it are a sentence: small letters before it, and after it.
    let amid = match before(text, start) {
        Some(word) => {
            let word = &text[word.start..word.end];
            word.iter().all(u8::is_ascii_lowercase)
        }
        None => {
            let lead = text[..start].trim_ascii_end();
            let last = lead.last().copied();
            let wrapped = text[lead.len()..start]
                .iter()
                .filter(|b| **b == b'\n')
                .count()
                == 1
                && last.is_some_and(|b| b.is_ascii_lowercase());
            wrapped || last == Some(b',') || last.is_none_or(|b| matches!(b, b'.' | b'\n' | b':'))
        }
    };
    (amid
        && followed(text, end)
        && !tokens.iter().any(ordinary)
        && !attached_before(text, start)
        && !place_before(text, start)
        && !continues_as_place(text, end, words))
    .then(|| Found {
        level: Level::Low,
        ..found(start, end, Level::Low)
    })
}

/// Whether the sentence goes on in small letters, or ends.
fn followed(text: &[u8], end: usize) -> bool {
    let rest = &text[end..];
    let (rest, stop) = match rest.first() {
        Some(b',' | b';') => (&rest[1..], false),
        Some(b'.') => (&rest[1..], true),
        None => return true,
        _ => (rest, false),
    };
    let gap = rest
        .iter()
        .take(4)
        .take_while(|b| matches!(b, b' ' | b'\n' | b'\r'))
        .count();
    let word = &rest[gap..];
    let word = &word[..word.iter().take_while(|b| b.is_ascii_lowercase()).count()];
    if THINGS.contains(&word) {
        return false;
    }
    match rest.get(gap) {
        None => true,
        Some(byte) => gap > 0 && (byte.is_ascii_lowercase() || stop && byte.is_ascii_uppercase()),
    }
}
