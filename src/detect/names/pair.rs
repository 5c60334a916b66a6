//! Given and family name side by side: detection specification §5, evidence 5 to 8 and 10.

use super::{
    find::{
        Found, attached_before, continues_as_place, found, is_name_word, next_word, part_of,
        place_before,
    },
    token::{Form, Run, Token, before, run, token},
};
use crate::{
    detect::terms::vocabulary::{
        FORENAME, FORENAME_WORD, Part, STOP, SURNAME, SURNAME_COMMON, SURNAME_WORD, TAIL,
        Vocabulary,
    },
    model::Level,
};

/// Given name first: `Margaret Okafor`; or last: `Okafor, Margaret`, `OKAFOR Margaret`.
pub(super) fn forename(text: &[u8], start: usize, words: &Vocabulary) -> Option<Found> {
    if attached_before(text, start) {
        return None;
    }
    let run = run(text, start);
    let tokens = run.tokens();
    let first = tokens.first()?;
    if first.start != start || !is_name_word(first) || first.end - start < 2 {
        return None;
    }
    let given = part_of(text, first, words);
    if given & FORENAME == 0 || place_before(text, start) {
        return None;
    }
    let word = given & FORENAME_WORD != 0;
    if let Some(found) = surname_first(text, tokens, word, words) {
        return Some(found);
    }
    let (last, part) = family(text, &run, words)?;
    let end = tokens[last].end;
    if continues_as_place(text, end, words) {
        return None;
    }
    let tail = part & TAIL != 0;
    let family_word = part & SURNAME_WORD != 0;
    let common = part & SURNAME_COMMON != 0;
    let name = part & (SURNAME | FORENAME) != 0;
    // A word of a list, two words in capitals that are both ordinary: a heading, not a name.
    let level = match (word, name) {
        (false, true) if tail && !common => return None,
        (false, true) if tail => Level::Medium,
        (false, true) => Level::High,
        (false, false) if tail => return None,
        // No list has the family name: it must look like one, not like an abbreviation.
        (false, false) if tokens[last].form != Form::Title || first.form != Form::Title => {
            return None;
        }
        (false, false) => Level::Medium,
        (true, true) if tail || family_word && !common => return None,
        (true, true) if part & SURNAME == 0 => return None,
        (true, true) => Level::Medium,
        (true, false) => return None,
    };
    if word && in_title_case(text, start, end) || house_number_before(text, start, name) {
        return None;
    }
    Some(found(start, end, level))
}

/// `12 Callum Fields`: what looks like a name is a street. A list may be numbered (`12. `), a bed or room is said.
fn house_number_before(text: &[u8], start: usize, known: bool) -> bool {
    let Some(lead) = text[..start].strip_suffix(b" ") else {
        return false;
    };
    let letter = lead.last().is_some_and(|b| b.is_ascii_alphabetic())
        && lead.len() > 1
        && lead[lead.len() - 2].is_ascii_digit();
    let lead = &lead[..lead.len() - usize::from(letter)];
    let digits = lead.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let before = lead[..lead.len() - digits].trim_ascii_end();
    let place = [&b"Rm"[..], b"Room", b"Bed", b"rm", b"bed", b"room"]
        .iter()
        .any(|p| before.ends_with(p));
    // A list may be numbered without a point: at the start of a line a known name is a name.
    let line = before.is_empty() || lead[..lead.len() - digits].ends_with(b"\n");
    (1..=4).contains(&digits) && !place && !(known && line)
}

/// Whether the words around are capitalised as well: a heading.
fn in_title_case(text: &[u8], start: usize, end: usize) -> bool {
    let before = before(text, start).is_some_and(|t| t.form == Form::Title);
    let after = next_word(text, end).is_some_and(|t| t.form == Form::Title);
    before && after
}

/// Which word of a run that begins with a given name is the family name, and what the lists say of it.
fn family(text: &[u8], run: &Run, words: &Vocabulary) -> Option<(usize, Part)> {
    let tokens = run.tokens();
    let mut best: Option<(usize, Part)> = None;
    for (n, token) in tokens.iter().enumerate().skip(1) {
        if !is_name_word(token) {
            continue;
        }
        let part = part_of(text, token, words);
        if part & STOP != 0 && part & SURNAME == 0 {
            break;
        }
        if part & TAIL != 0 && part & SURNAME == 0 {
            // An organisation or a place: Florence Nightingale Ward.
            return None;
        }
        if best.is_some_and(|(_, known)| known & SURNAME != 0) && part & (SURNAME | FORENAME) == 0 {
            break;
        }
        best = Some((n, part));
        if n == 4 {
            break;
        }
    }
    best
}

/// `Okafor, Margaret` and `OKAFOR Margaret`: the tokens begin with the given name.
fn surname_first(text: &[u8], tokens: &[Token], word: bool, words: &Vocabulary) -> Option<Found> {
    let start = tokens[0].start;
    let comma = start >= 3 && &text[start - 2..start] == b", ";
    let family = if comma {
        before(text, start - 1 + usize::from(text[start - 2] == b' '))
            .or_else(|| word_ending(text, start - 2))
    } else {
        before(text, start).filter(|t| t.form == Form::Capitals && t.end - t.start >= 3)
    }?;
    if !is_name_word(&family) || attached_before(text, family.start) {
        return None;
    }
    let part = part_of(text, &family, words);
    if part & STOP != 0 || part & FORENAME != 0 && part & SURNAME == 0 {
        return None;
    }
    let known = part & SURNAME != 0;
    let shouted = family.form == Form::Capitals && family.end - family.start >= 3;
    // The given name, and initials or a second one after it.
    let mut end = tokens[0].end;
    for token in tokens.iter().skip(1).take(2) {
        match token.form {
            Form::Initial => end = token.end,
            Form::Title if part_of(text, token, words) & FORENAME != 0 => end = token.end,
            _ => break,
        }
    }
    if comma {
        let alone = family.start == 0
            || matches!(
                text[family.start - 1],
                b'\n' | b'\t' | b'"' | b'|' | b';' | b':' | b'('
            )
            || matches!(
                &text[family.start.saturating_sub(2)..family.start],
                b": " | b"; " | b"| " | b"- "
            );
        let closed = matches!(
            text.get(end),
            None | Some(b'\n' | b'\r' | b'\t' | b'"' | b';' | b'|' | b')' | b',' | b'(' | b':')
        ) || text[end..].starts_with(b" (")
            || text[end..].starts_with(b" -")
            || text[end..].starts_with(b"  ");
        let sure = known && part & SURNAME_WORD == 0;
        if !(alone && closed && (known || shouted) || sure && !word && (alone || closed)) {
            return None;
        }
    } else if !(shouted && tokens[0].form == Form::Title && (known || !word)) {
        return None;
    }
    if continues_as_place(text, end, words) {
        return None;
    }
    Some(found(family.start, end, Level::Medium))
}

fn word_ending(text: &[u8], end: usize) -> Option<Token> {
    let mut start = end;
    while start > 0
        && (text[start - 1].is_ascii_alphabetic()
            || text[start - 1] >= 0x80
            || matches!(text[start - 1], b'\'' | b'-'))
    {
        start -= 1;
    }
    token(text, start).filter(|t| t.end == end)
}

/// A family name with initials before it, or with a given name that no list has.
pub(super) fn surname(text: &[u8], start: usize, words: &Vocabulary) -> Option<Found> {
    let family = token(text, start)?;
    if !is_name_word(&family) || attached_before(text, start) {
        return None;
    }
    let part = part_of(text, &family, words);
    if part & SURNAME == 0 || part & STOP != 0 || continues_as_place(text, family.end, words) {
        return None;
    }
    let mut first = start;
    let (mut initials, mut points) = (0, 0);
    while let Some(token) = initial_before(text, first) {
        initials += 1;
        points += usize::from(text.get(token.end) == Some(&b'.'));
        first = token.start;
        if initials == 3 {
            break;
        }
    }
    if initials > 0 {
        let sure = points > 0 || initials > 1;
        return (sure && !place_before(text, first) && !attached_before(text, first))
            .then(|| found(first, family.end, Level::Medium));
    }
    // A given name that no list has.
    let given = before(text, start)?;
    if given.form != Form::Title
        || given.end - given.start < 3
        || text.get(given.end) == Some(&b'.')
        || part & SURNAME_WORD != 0
        || part & TAIL != 0
        || part_of(text, &given, words) != 0
        || attached_before(text, given.start)
    {
        return None;
    }
    let opens = given.start == 0
        || matches!(text[given.start - 1], b'\n' | b'"' | b'|')
        || matches!(
            &text[given.start.saturating_sub(2)..given.start],
            b". " | b"! " | b"? " | b": "
        );
    let closed = matches!(
        text.get(family.end),
        None | Some(b'\n' | b'\r' | b'"' | b'|' | b',' | b';')
    );
    if opens && !closed
        || before(text, given.start).is_some_and(|t| t.form == Form::Title)
        || next_word(text, family.end).is_some_and(|t| is_name_word(&t))
    {
        return None;
    }
    // A pair that no list knows half of is a guess, unless it is all of a line.
    let level = match opens && closed {
        true => Level::Medium,
        false => Level::Low,
    };
    Some(found(given.start, family.end, level))
}

fn initial_before(text: &[u8], at: usize) -> Option<Token> {
    let mut end = at;
    if end > 0 && text[end - 1] == b' ' {
        end -= 1;
    }
    let point = end > 0 && text[end - 1] == b'.';
    if point {
        end -= 1;
    } else if end == at {
        return None;
    }
    if end == 0 || !text[end - 1].is_ascii_uppercase() {
        return None;
    }
    let start = end - 1;
    let free = start == 0
        || matches!(
            text[start - 1],
            b' ' | b'\n' | b'.' | b'(' | b'"' | b',' | b':' | b'|'
        );
    free.then_some(Token {
        start,
        end,
        form: Form::Initial,
    })
}
