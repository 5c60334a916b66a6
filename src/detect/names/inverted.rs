//! The family name first, then a comma: `Okafor, Margaret`, `OKAFOR, Mrs Margaret J`, `Okafor, M.J.`; in a cell, after a
//! label, and in running text. What keeps it from lists of people (`Okafor, Khan and Patel`) and from sentences
//! (`In Leeds, Margaret …`) is here once for all three.

use super::{
    find::{attached_before, is_name_word, part_of, place_before},
    token::{Form, Token, before, run, token},
};
use crate::detect::terms::vocabulary::{
    FORENAME, FORENAME_WORD, STOP, SURNAME, SURNAME_WORD, TAIL, Vocabulary,
};

/// Titles that stand between the comma and the given name.
const TITLES: &[&[u8]] = &[
    b"mr", b"mrs", b"ms", b"miss", b"mx", b"dr", b"prof", b"rev", b"master", b"sir", b"dame",
    b"cllr",
];

/// Words before a place, not before a person's family name.
const WHERE: &[&[u8]] = &[
    b"in", b"at", b"near", b"outside", b"across", b"around", b"on", b"since", b"until", b"during",
    b"last", b"next", b"this", b"early", b"late", b"and", b"or",
];

/// How sure the place of a name makes it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    /// A cell, a field, the value of a label: it is a name.
    Value,
    /// Running text.
    Prose,
    /// The middle of a sentence, where a known family name is followed by a comma and another capitalised word.
    Amid,
}

/// Where the given names end that follow `family` and a comma; `None` where none do.
pub(super) fn given(
    text: &[u8],
    family: &[Token],
    place: Where,
    words: &Vocabulary,
) -> Option<usize> {
    let last = family.last()?;
    if text.get(last.end) != Some(&b',') || !is_family(text, family, words) {
        return None;
    }
    let mut at = last.end + 1;
    let gap = gap(text, at);
    if gap == 0 && place != Where::Value {
        return None;
    }
    at += gap;
    if let Some(title) = token(text, at).filter(|t| is_title(text, t)) {
        at = title.end + usize::from(text.get(title.end) == Some(&b'.'));
        at += text[at..]
            .iter()
            .take(2)
            .take_while(|&&b| b == b' ')
            .count();
        let bare = run(text, at).tokens().is_empty();
        if bare {
            return None;
        }
    }
    let run = run(text, at);
    let tokens = run.tokens();
    let first = tokens.first()?;
    let part = part_of(text, first, words);
    let initials = first.form == Form::Initial;
    let known = part & FORENAME != 0 && part & TAIL == 0;
    let mut end = first.end;
    let mut used = 1;
    for token in &tokens[1..] {
        let more = part_of(text, token, words) & FORENAME != 0 && is_name_word(token);
        if !(token.form == Form::Initial || more && !initials) {
            break;
        }
        end = token.end;
        used += 1;
    }
    // `Okafor, Margaret Jones` is two people; after initials alone comes no name either.
    if tokens
        .get(used)
        .is_some_and(|next| is_name_word(next) && part_of(text, next, words) & STOP == 0)
    {
        return None;
    }
    if initials {
        let pointed = text.get(end) == Some(&b'.');
        end += usize::from(pointed);
        // `Section A, B`: an initial without its point is one only where a name is sure to stand.
        return (pointed || place == Where::Value && closed(text, end)).then_some(end);
    }
    if text
        .get(first.end..)
        .is_some_and(|rest| rest.starts_with(b"'s"))
        && place != Where::Value
    {
        return None;
    }
    let unknown = part & (STOP | TAIL | SURNAME) == 0
        && is_name_word(first)
        && first.end - first.start >= 3
        && (place == Where::Amid || place == Where::Value && closed(text, end));
    (known || unknown).then_some(end)
}

/// The end of the given names after a family name in running text that begins at `start`, when nothing there says that
/// it is something else.
pub(super) fn in_prose(text: &[u8], family: &Token, words: &Vocabulary) -> Option<usize> {
    let part = part_of(text, family, words);
    let shouted = family.form == Form::Capitals && family.end - family.start >= 3;
    if attached_before(text, family.start) || place_before(text, family.start) {
        return None;
    }
    // A word that is a name as well (`Mason`, `Peacock`) or is in no list stands for one in the middle of a sentence only.
    let sure = part & SURNAME != 0 && part & SURNAME_WORD == 0;
    let mut amid = false;
    if let Some(word) = before(text, family.start) {
        let is = &text[word.start..word.end];
        // `Margaret Okafor, Helen`: the family name is the one before's.
        let theirs = is_name_word(&word) && part_of(text, &word, words) & FORENAME != 0
            || word.form == Form::Initial
            || is_title(text, &word);
        if theirs || !shouted && is_where(is) {
            return None;
        }
        amid = word.form == Form::Other && is.iter().all(u8::is_ascii_lowercase);
    }
    if !sure && !shouted && !amid {
        return None;
    }
    let place = match amid && (sure || shouted) {
        true => Where::Amid,
        false => Where::Prose,
    };
    let end = given(text, std::slice::from_ref(family), place, words)?;
    // A family name that no list has, before a given name that is a word as well (`NOTE, Will …`), is none.
    let at = family.end + 1 + gap(text, family.end + 1);
    let word = token(text, at).is_some_and(|t| part_of(text, &t, words) & FORENAME_WORD != 0);
    (part & SURNAME != 0 && (sure || shouted) || !word).then_some(end)
}

/// Whether a word stands before a place rather than before a person.
pub(super) fn is_where(word: &[u8]) -> bool {
    WHERE.iter().any(|w| w.eq_ignore_ascii_case(word))
}

fn is_family(text: &[u8], family: &[Token], words: &Vocabulary) -> bool {
    let mut names = family.iter().filter(|token| is_name_word(token));
    let Some(first) = names.next() else {
        return false;
    };
    let part = part_of(text, first, words);
    let shouted = first.form == Form::Capitals && first.end - first.start >= 3;
    if part & STOP != 0 && part & SURNAME == 0 {
        return false;
    }
    // `Margaret, Helen and Tom`, `Margaret Okafor, Helen`.
    if part & FORENAME != 0 && (part & SURNAME == 0 || family.len() > 1) && !shouted {
        return false;
    }
    family.len() <= 3 && !family.iter().any(|token| token.form == Form::Initial)
}

pub(super) fn is_title(text: &[u8], token: &Token) -> bool {
    let word = &text[token.start..token.end];
    TITLES.iter().any(|title| title.eq_ignore_ascii_case(word))
}

/// One or two spaces, or the end of a wrapped line.
fn gap(text: &[u8], at: usize) -> usize {
    let spaces = |from: usize| {
        text[from..]
            .iter()
            .take(2)
            .take_while(|&&b| b == b' ')
            .count()
    };
    let mut end = at + spaces(at);
    let breaks = text[end..]
        .iter()
        .take(2)
        .take_while(|b| matches!(b, b'\r' | b'\n'))
        .count();
    if breaks > 0
        && text[end..end + breaks]
            .iter()
            .filter(|b| **b == b'\n')
            .count()
            <= 1
    {
        end += breaks;
        end += spaces(end);
    }
    end - at
}

fn closed(text: &[u8], end: usize) -> bool {
    match text.get(end) {
        None | Some(b'\n' | b'\r' | b'"' | b'|' | b';' | b'(' | b'<' | b'\t' | b'/' | b'.') => true,
        Some(b' ') => {
            text[end..].starts_with(b"  ")
                || text[end..].starts_with(b" (")
                || text[end..].starts_with(b" -")
                || text[end..].starts_with(b" <")
        }
        _ => false,
    }
}
