//! Names that the words before them announce: a label, a greeting, the end of a letter; and the name that a cell, a field
//! or a label's value begins with.

use super::{
    find::{Found, continues_as_place, found, is_name_word, next_word, part_of},
    inverted,
    token::{Form, Token, run},
};
use crate::{
    detect::terms::{
        value::of_two_cells,
        vocabulary::{FORENAME, STOP, SURNAME, TAIL, Use, Vocabulary},
    },
    model::Level,
};

/// `Service user: Margaret Okafor`, `Dear Margaret,`.
pub(super) fn label(
    text: &[u8],
    start: usize,
    end: usize,
    usage: &Use,
    words: &Vocabulary,
) -> Option<Found> {
    let spaces = |at: usize| {
        text[at..]
            .iter()
            .take(8)
            .take_while(|&&b| b == b' ')
            .count()
    };
    let mut at = end + spaces(end);
    let salutation = usage.group == words.salutation;
    let opens = start == 0 || !text[start - 1].is_ascii_alphanumeric();
    if !opens {
        return None;
    }
    let mut below = false;
    if usage.group == words.relation && text.get(end) == Some(&b' ') {
        return related(text, end + 1, words);
    }
    if salutation {
        if !text[start].is_ascii_uppercase() && start > 0 && text[start - 1] != b'\n' {
            return None;
        }
    } else {
        if text[at..].starts_with(b"(s)") {
            at += 3 + spaces(at + 3);
        }
        // A form's question and its answer are apart by a colon, or by a gap when the question opens the line.
        let line = start == 0 || text[start - 1] == b'\n';
        let dots = text[at..]
            .iter()
            .take(40)
            .take_while(|&&b| b == b'.')
            .count();
        match text.get(at) {
            Some(b':' | b'=') => at += 1,
            Some(b'.') if line && dots > 2 => at += dots,
            Some(b'\t') if line => at += 1,
            Some(b'|') if of_two_cells(text, start) => at += 1,
            _ if line && at - end >= 2 => {}
            _ => return None,
        }
        at += spaces(at);
        // The value on the next line, alone there.
        let breaks = text[at..]
            .iter()
            .take(3)
            .take_while(|b| matches!(b, b'\n' | b'\r'))
            .count();
        if breaks > 0 {
            at += breaks;
            at += spaces(at);
            below = true;
        }
    }
    // Everybody says hello to the world; `Dear` begins a letter.
    let greeting = salutation && !text[start..end].eq_ignore_ascii_case(b"dear");
    // Who was there is named in full, whatever the lists know; under most loose labels may stand anything.
    let full = usage.group == words.attendees && !below && {
        let run = run(text, at);
        let named = run.tokens().iter().filter(|t| is_name_word(t)).count();
        named >= 2 || named == 1 && run.tokens()[0].form == Form::Initial
    };
    let careful = usage.options.loose && !full || below || greeting;
    let mut found = value(text, at, text.len(), careful, words)?;
    let after = text.get(found.end).copied();
    if salutation
        && !matches!(
            after,
            Some(b',' | b'\n' | b'\r' | b'!' | b':' | b';') | None
        )
    {
        return None;
    }
    if below && !matches!(after, Some(b'\n' | b'\r') | None) {
        return None;
    }
    found.labelled = true;
    found.level = Level::High;
    Some(found)
}

/// `her daughter Rumbidzai Ncube`, `my name is Tariq`: two words that may be a name, or one that a list has.
fn related(text: &[u8], at: usize, words: &Vocabulary) -> Option<Found> {
    let run = run(text, at);
    let tokens = run.tokens();
    let stops = |t: &Token| {
        let part = part_of(text, t, words);
        part & (STOP | TAIL) != 0 && part & (FORENAME | SURNAME) == 0
    };
    let named = tokens.iter().filter(|t| is_name_word(t)).count();
    let last = tokens.last()?;
    let known = tokens
        .iter()
        .any(|t| part_of(text, t, words) & (FORENAME | SURNAME) != 0);
    let title = tokens.iter().all(|t| t.form != Form::Capitals);
    if tokens.iter().any(stops)
        || named == 0
        || !(known || named >= 2 && title)
        || named > 4
        || continues_as_place(text, last.end, words)
    {
        return None;
    }
    Some(found(tokens[0].start, last.end, Level::Medium))
}

/// The name that a value begins with: a cell, a field, what follows a label. `careful` asks for a word of the lists.
pub(crate) fn value(
    text: &[u8],
    at: usize,
    end: usize,
    careful: bool,
    words: &Vocabulary,
) -> Option<Found> {
    let text = &text[..end];
    let run = run(text, at);
    let mut tokens = run.tokens();
    // A title is the name's, or stands for itself elsewhere.
    while let Some(first) = tokens.first() {
        let word = &text[first.start..first.end];
        let titled = matches!(
            word,
            b"Mr"
                | b"Mrs"
                | b"Ms"
                | b"Miss"
                | b"Mx"
                | b"Dr"
                | b"MR"
                | b"MRS"
                | b"MISS"
                | b"DR"
                | b"Prof"
                | b"Rev"
        );
        if !titled || tokens.len() < 2 {
            break;
        }
        tokens = &tokens[1..];
    }
    let mut last = None;
    let (mut known, mut count) = (false, 0);
    for (n, token) in tokens.iter().enumerate() {
        let part = part_of(text, token, words);
        if is_name_word(token) {
            let is_name = part & (FORENAME | SURNAME) != 0;
            // Under `Surname` stands Bishop as well.
            if part & STOP != 0 && !(is_name && (count > 0 || !careful)) && part & FORENAME == 0 {
                if count == 0 {
                    return None;
                }
                break;
            }
            if part & TAIL != 0 && part & SURNAME == 0 {
                return None;
            }
            known |= is_name;
            count += 1;
            last = Some(n);
        }
    }
    let last = last?;
    if let Some(end) = inverted::given(text, &tokens[..=last], inverted::Where::Value, words) {
        return Some(found(tokens[0].start, end, Level::High));
    }
    let mut stop = tokens[last].end;
    // `Okafor M.`, `OKAFOR M J`: the initials behind are the name's.
    if let Some(initial) = tokens[last + 1..]
        .iter()
        .take_while(|t| t.form == Form::Initial)
        .last()
    {
        stop = initial.end + usize::from(text.get(initial.end) == Some(&b'.'));
    }
    let closed = match text.get(stop) {
        None
        | Some(
            b',' | b';' | b'\n' | b'\r' | b'(' | b'|' | b'"' | b'<' | b'\t' | b'!' | b'/' | b':',
        ) => true,
        Some(b'.') => !text.get(stop + 1).is_some_and(u8::is_ascii_alphanumeric),
        Some(b' ') => {
            let next = text[stop..].iter().find(|&&b| b != b' ').copied();
            text[stop..].starts_with(b"  ")
                || matches!(
                    next,
                    None | Some(b'(' | b'-' | b'\n' | b'\r' | b'<' | b'|' | b'/' | b'0'..=b'9')
                )
                || next_word(text, stop).is_some_and(|t| is_name_word(&t))
        }
        _ => false,
    };
    if !known && (careful || !closed || count == 0) || careful && !closed && count < 2 {
        return None;
    }
    if !closed && count == 1 && !known {
        return None;
    }
    if continues_as_place(text, stop, words) {
        return None;
    }
    Some(found(tokens[0].start, stop, Level::High))
}

/// A line of a name alone after the end of a letter.
pub(super) fn closing(text: &[u8], end: usize, words: &Vocabulary) -> Option<Found> {
    let mut at = end;
    let mut breaks = 0;
    while at < text.len() && at - end < 24 {
        match text[at] {
            b'\n' => breaks += 1,
            b',' | b' ' | b'\r' | b'.' | b'!'
                if breaks == 0 || text[at] == b' ' || text[at] == b'\r' => {}
            _ => break,
        }
        at += 1;
    }
    if breaks == 0 || breaks > 6 {
        return None;
    }
    let found = value(text, at, text.len(), false, words)?;
    let run = run(text, found.start);
    let known = run
        .tokens()
        .iter()
        .any(|t| part_of(text, t, words) & (FORENAME | SURNAME) != 0);
    let line = matches!(
        text.get(found.end),
        None | Some(b'\n' | b'\r' | b',' | b'(' | b'|')
    ) || text[found.end..].starts_with(b"  ")
        || text[found.end..].starts_with(b" (")
        || text[found.end..].starts_with(b" -")
        || text[found.end..].starts_with(b" |");
    (known && line).then_some(found)
}
