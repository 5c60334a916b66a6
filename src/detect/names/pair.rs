//! Given and family name side by side: detection specification §5, evidence 5 to 8 and 10.

use super::{
    find::{
        Found, attached_before, continues_as_place, found, is_name_word, next_word, part_of,
        place_before,
    },
    inverted,
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
    if let Some(found) = behind_initials(text, first, words) {
        return Some(found);
    }
    let Some((last, part)) = family(text, &run, words) else {
        return wrapped(text, &run, words);
    };
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
        // Wesley Hall and Stanley Park are places more often than people, unless one does something; where a sentence
        // goes on around it (`spoke to Ashleigh Lane about`) it is a hint.
        (false, true) if tail && (!common || given & SURNAME != 0) => {
            match (does(text, end, words), in_sentence(text, start, end)) {
                (true, _) => Level::Medium,
                (false, true) => Level::Low,
                (false, false) => return None,
            }
        }
        (false, true) if tail => Level::Medium,
        (false, true) => Level::High,
        (false, false) if tail => return None,
        // No list has the family name: it must look like one, not like an abbreviation.
        (false, false)
            if (tokens[last].form != Form::Title || first.form != Form::Title)
                && !shouted_in_prose(text, first, &tokens[last]) =>
        {
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

/// A given name at the end of a line of running text, the family name at the start of the next.
fn wrapped(text: &[u8], run: &Run, words: &Vocabulary) -> Option<Found> {
    let tokens = run.tokens();
    let (first, last) = (tokens.first()?, tokens.last()?);
    let amid = before(text, first.start).is_some_and(|word| word.form == Form::Other)
        || text[..first.start].ends_with(b", ");
    let family = next_line(text, last.end).and_then(|at| token(text, at))?;
    let part = part_of(text, &family, words);
    let given = part_of(text, first, words);
    let sure = part & SURNAME != 0 && part & (STOP | TAIL) == 0;
    (amid
        && sure
        && given & FORENAME_WORD == 0
        && is_name_word(&family)
        && text.get(family.end) != Some(&b':')
        && tokens
            .iter()
            .all(|t| t.form == first.form || t.form == Form::Initial)
        && !continues_as_place(text, family.end, words))
    .then(|| found(first.start, family.end, Level::Medium))
}

/// Where the text goes on after the end of a line.
pub(super) fn next_line(text: &[u8], end: usize) -> Option<usize> {
    let rest = &text[end..];
    let spaces = rest.iter().take(2).take_while(|&&b| b == b' ').count();
    let rest = &rest[spaces..];
    let breaks = match rest {
        [b'\r', b'\n', ..] => 2,
        [b'\n', ..] => 1,
        _ => return None,
    };
    let more = rest[breaks..]
        .iter()
        .take(4)
        .take_while(|&&b| b == b' ')
        .count();
    Some(end + spaces + breaks + more)
}

/// Whether what persons do follows.
fn does(text: &[u8], end: usize, words: &Vocabulary) -> bool {
    let rest = text[end..].strip_prefix(b" ").unwrap_or_default();
    let length = rest
        .iter()
        .take_while(|b| b.is_ascii_lowercase() || **b == b'\'')
        .count();
    words
        .weights
        .after(&rest[..length])
        .is_some_and(|weight| weight > 0)
}

/// `a visit to DANIEL DZIALAK took place`: capitals among words that have none.
fn shouted_in_prose(text: &[u8], first: &Token, last: &Token) -> bool {
    let shouted = |t: &Token| t.form == Form::Capitals && t.end - t.start >= 3;
    let lower = |t: Token| t.form == Form::Other || t.form == Form::Particle;
    let behind = next_lower(text, last.end);
    shouted(first)
        && shouted(last)
        && behind
        && (first.start == 0
            || text[first.start - 1] == b'\n'
            || text[..first.start].ends_with(b". ")
            || before(text, first.start).is_some_and(lower))
}

/// Whether the text goes on in small letters, or the sentence ends.
fn next_lower(text: &[u8], end: usize) -> bool {
    let rest = &text[end..];
    let rest = match rest.first() {
        Some(b',' | b'.' | b';') => &rest[1..],
        _ => rest,
    };
    let word = rest
        .iter()
        .position(|b| !matches!(b, b' ' | b'\n' | b'\r'))
        .unwrap_or(0);
    rest.get(word).is_some_and(u8::is_ascii_lowercase)
}

/// Whether what stands there goes on as a sentence does that speaks of somebody, and not of a place.
fn in_sentence(text: &[u8], start: usize, end: usize) -> bool {
    let said = match before(text, start) {
        Some(word) => {
            let word = &text[word.start..word.end];
            let small = word.iter().all(u8::is_ascii_lowercase);
            small && !inverted::is_where(word)
        }
        None => start == 0 || text[..start].ends_with(b". ") || text[start - 1] == b'\n',
    };
    said && next_lower(text, end)
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
    if let Some(family) = before_comma(text, start) {
        // Alone on its line or in its cell it needs no list; in running text it does, or capitals.
        let alone = family.start == 0
            || matches!(
                text[family.start - 1],
                b'\n' | b'\t' | b'"' | b'|' | b';' | b':' | b'('
            )
            || matches!(
                &text[family.start.saturating_sub(2)..family.start],
                b": " | b"; " | b"| " | b"- "
            );
        let part = part_of(text, &family, words);
        if !is_name_word(&family) || attached_before(text, family.start) || part & STOP != 0 {
            return None;
        }
        let known = part & SURNAME != 0;
        let end = match alone {
            true => inverted::given(text, &[family], inverted::Where::Value, words)
                .filter(|&end| known || family.form == Form::Capitals || ends(text, end)),
            false => None,
        }
        .or_else(|| inverted::in_prose(text, &family, words))?;
        if continues_as_place(text, end, words) {
            return None;
        }
        let sure = known && part & SURNAME_WORD == 0;
        let level = match sure || alone || does(text, end, words) {
            true => Level::Medium,
            false => Level::Low,
        };
        return Some(found(family.start, end, level));
    }
    let family =
        before(text, start).filter(|t| t.form == Form::Capitals && t.end - t.start >= 3)?;
    if !is_name_word(&family) || attached_before(text, family.start) {
        return None;
    }
    let part = part_of(text, &family, words);
    if part & STOP != 0 || part & FORENAME != 0 && part & SURNAME == 0 {
        return None;
    }
    let known = part & SURNAME != 0;
    // The given name, and initials or a second one after it.
    let mut end = tokens[0].end;
    for token in tokens.iter().skip(1).take(2) {
        match token.form {
            Form::Initial => end = token.end,
            Form::Title if part_of(text, token, words) & FORENAME != 0 => end = token.end,
            _ => break,
        }
    }
    if tokens[0].form != Form::Title || word && !known || continues_as_place(text, end, words) {
        return None;
    }
    Some(found(family.start, end, Level::Medium))
}

/// Whether a line or a cell ends here.
fn ends(text: &[u8], at: usize) -> bool {
    matches!(
        text.get(at),
        None | Some(b'\n' | b'\r' | b'"' | b'|' | b'\t')
    )
}

/// The word before a given name, a comma between them and perhaps the end of a line.
pub(super) fn before_comma(text: &[u8], start: usize) -> Option<Token> {
    let mut at = start;
    while at > 0 && matches!(text[at - 1], b' ' | b'\n' | b'\r') && start - at < 4 {
        at -= 1;
    }
    (at > 0 && at < start && text[at - 1] == b',').then(|| word_ending(text, at - 1))?
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
    if let Some(end) = inverted::in_prose(text, &family, words) {
        return Some(found(start, end, Level::Medium));
    }
    if let Some(end) = initials_after(text, &family, part) {
        return Some(found(start, end, Level::Low));
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
        // `M AKHTAR` alone on its line, or apart from the rest of it.
        let line = first == 0 || text[first - 1] == b'\n';
        let apart = line
            && family.form == Form::Capitals
            && part & SURNAME_WORD == 0
            && (text[family.end..].starts_with(b"  ")
                || matches!(text.get(family.end), None | Some(b'\n' | b'\r' | b'\t')));
        let sure = points > 0 || initials > 1 || apart;
        return (sure && !place_before(text, first) && !attached_before(text, first))
            .then(|| found(first, family.end, Level::Medium));
    }
    // A given name that no list has.
    let given = before(text, start)?;
    if shouted_in_prose(text, &given, &family)
        && part & (SURNAME_WORD | TAIL) == 0
        && part_of(text, &given, words) == 0
        && !attached_before(text, given.start)
    {
        return Some(found(given.start, family.end, Level::Medium));
    }
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
    let slip = opens && !closed && is_slip(&text[given.start..given.end], words);
    if opens && !closed && !slip
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

/// Whether a word is a given name with one slip of typing in it.
fn is_slip(word: &[u8], words: &Vocabulary) -> bool {
    if word.len() < 5 || !word.is_ascii() {
        return false;
    }
    let name = |form: &[u8]| {
        let part = words.part(form);
        part & FORENAME != 0 && part & (FORENAME_WORD | STOP) == 0
    };
    let mut form = word.to_vec();
    for at in 1..word.len() {
        form.swap(at - 1, at);
        // The first letter is a capital, and its place changes with it.
        let hit = name(&form);
        form.swap(at - 1, at);
        if hit {
            return true;
        }
    }
    (0..word.len()).any(|at| {
        let mut shorter = word.to_vec();
        shorter.remove(at);
        let mut other = word.to_vec();
        let mut longer = word.to_vec();
        longer.insert(at, b' ');
        name(&shorter)
            || (b'a'..=b'z').any(|letter| {
                other[at] = letter;
                longer[at] = letter;
                name(&other) || name(&longer)
            })
    })
}

/// `Okafor M.`, `OKAFOR M J`: initials after a family name, with points, or after capitals.
fn initials_after(text: &[u8], family: &Token, part: Part) -> Option<usize> {
    let theirs = before(text, family.start)
        .is_some_and(|t| matches!(t.form, Form::Title | Form::Initial | Form::Capitals));
    let shouted = family.form == Form::Capitals && family.end - family.start >= 3;
    if theirs || part & SURNAME_WORD != 0 && !shouted || text.get(family.end) != Some(&b' ') {
        return None;
    }
    let mut end = None;
    let mut at = family.end + 1;
    for _ in 0..3 {
        let Some(initial) = token(text, at).filter(|t| t.form == Form::Initial) else {
            break;
        };
        let pointed = text.get(initial.end) == Some(&b'.');
        // `OKAFOR I think` goes on as a sentence: `I` and `A` are words as well.
        let word = matches!(text[initial.start], b'I' | b'A')
            && text.get(initial.end) == Some(&b' ')
            && text
                .get(initial.end + 1)
                .is_some_and(u8::is_ascii_lowercase);
        if !pointed && (!shouted || word) {
            break;
        }
        end = Some(initial.end + usize::from(pointed));
        at = initial.end + usize::from(pointed);
        at += usize::from(text.get(at) == Some(&b' '));
    }
    // `OKAFOR J Smith` is the name of another order.
    end.filter(|&end| next_word(text, end).is_none_or(|t| !is_name_word(&t)))
}

/// `C.N. Kay`: with initials before it a given name is a family name.
fn behind_initials(text: &[u8], name: &Token, words: &Vocabulary) -> Option<Found> {
    let second = initial_before(text, name.start)?;
    let first = initial_before(text, second.start)?;
    let pointed = |t: &Token| text.get(t.end) == Some(&b'.');
    (pointed(&first)
        && pointed(&second)
        && !attached_before(text, first.start)
        && !next_word(text, name.end).is_some_and(|t| is_name_word(&t))
        && !continues_as_place(text, name.end, words))
    .then(|| found(first.start, name.end, Level::Medium))
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
