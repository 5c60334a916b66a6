//! What the words right before and right behind a capitalised word say of it.

use super::{
    super::token::{Form, Token, token},
    Weighed,
};
use crate::detect::terms::vocabulary::{STOP, Vocabulary};

/// A cue of this weight before a name says what its bearer is.
const ROLE: i32 = 190;

/// A line longer than this may have been wrapped.
const WRAPPED: usize = 50;

/// Whether the sentence goes on past the end of a line.
fn wraps(text: &[u8], newline: usize) -> bool {
    let line = &text[newline.saturating_sub(WRAPPED + 2)..newline];
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    line.len() > WRAPPED
        && !line.contains(&b'\n')
        && line
            .last()
            .is_some_and(|b| b.is_ascii_lowercase() || *b == b',')
}

/// Where the word that ends the text before `at` ends: past one or two spaces, and past the end of a wrapped line.
fn gap_before(text: &[u8], at: usize) -> usize {
    let spaces = |at: usize| {
        let run = text[..at].iter().rev().take(3);
        run.take_while(|&&b| b == b' ').count()
    };
    let mut end = at - spaces(at);
    if end > 0 && text[end - 1] == b'\n' && wraps(text, end - 1) {
        end -= 1;
        end -= usize::from(end > 0 && text[end - 1] == b'\r');
        end -= spaces(end);
    }
    end
}

/// The word before `at`, nothing but space between them.
pub(super) fn word_before(text: &[u8], at: usize) -> Option<Token> {
    let end = gap_before(text, at);
    (end < at).then(|| word_ending(text, end))?
}

/// The word that ends at `end`.
fn word_ending(text: &[u8], end: usize) -> Option<Token> {
    if end == 0 {
        return None;
    }
    // A title may have its point.
    let point = usize::from(text[end - 1] == b'.' && end > 3);
    let word_end = end - point;
    let letters = text[..word_end].iter().rev().take(24);
    let length = letters
        .take_while(|&&b| b.is_ascii_alphabetic() || matches!(b, b'\'' | b'-') || b >= 0x80)
        .count();
    let start = word_end - length;
    let attached =
        start > 0 && (text[start - 1].is_ascii_alphanumeric() || text[start - 1] == b'_');
    if length == 0 || attached || point == 1 && length > 4 {
        return None;
    }
    let form = token(text, start).map_or(Form::Other, |t| t.form);
    Some(Token {
        start,
        end: word_end,
        form,
    })
}

/// Whether a sentence, a line or a cell begins here.
pub(super) fn opens(text: &[u8], at: usize) -> bool {
    let mut end = gap_before(text, at);
    while end > 0
        && matches!(
            text[end - 1],
            b'"' | b'\'' | b'(' | b'[' | b'*' | b'-' | b'>' | b' '
        )
    {
        end -= 1;
    }
    end == 0
        || matches!(
            text[end - 1],
            b'.' | b'!' | b'?' | b'\n' | b'|' | b'\t' | b':' | b';'
        )
}

/// What the word before a name says of it.
pub(super) fn before(text: &[u8], start: usize, words: &Vocabulary) -> Weighed {
    let weights = &words.weights;
    let Some(last) = word_before(text, start) else {
        return apart(text, start, words);
    };
    let word = &text[last.start..last.end];
    let own = weights.before(word);
    if let Some(leads) = weights.lead(word)
        && let Some(lead) = word_before(text, last.start)
        && let Some(weight) = leads(&text[lead.start..lead.end])
        && (weight < 0 || weight > own.unwrap_or(0))
    {
        return Weighed {
            sum: weight,
            cue: (weight > 0).then_some((lead.start, lead.end)),
        };
    }
    match own {
        Some(weight) => Weighed {
            sum: weight,
            cue: (weight > 50).then_some((last.start, last.end)),
        },
        // A title, or the name of a thing, goes on; a capital at the start of a sentence says nothing.
        None if matches!(last.form, Form::Title | Form::Capitals)
            && words.part(word) & STOP == 0
            && !opens(text, last.start) =>
        {
            Weighed::of(weights.place.beside_capital)
        }
        None if last.form == Form::Other && is_agent(word) => Weighed::of(weights.place.agent),
        None => Weighed::default(),
    }
}

/// Whether a word ends as words for people do that do something.
fn is_agent(word: &[u8]) -> bool {
    let ends = [&b"er"[..], b"or", b"ist", b"ian", b"man", b"woman"];
    word.len() >= 6 && ends.iter().any(|end| word.ends_with(end))
}

/// What stands before a name with more than space between: `the manager, Brown,`; `Room 3 Tariq`; `your name? Tariq`.
fn apart(text: &[u8], start: usize, words: &Vocabulary) -> Weighed {
    let weights = &words.weights;
    let lead = text[..start].trim_ascii_end();
    if lead.len() == start {
        return Weighed::default();
    }
    match lead.last() {
        Some(b',') => {
            let word = word_ending(text, lead.len() - 1).map(|word| (word.start, word.end));
            match word.and_then(|(from, to)| weights.before(&text[from..to])) {
                Some(weight) if weight >= ROLE => Weighed {
                    sum: weights.place.apposition,
                    cue: word,
                },
                _ => Weighed::default(),
            }
        }
        Some(b'?' | b':') if lead[..lead.len() - 1].ends_with(b"ame") => Weighed {
            sum: weights.place.apposition,
            cue: Some((lead.len().saturating_sub(5), lead.len() - 1)),
        },
        // `User: Tariq`; `our founders: Taylor, …`.
        Some(b':') => {
            let word = word_ending(text, lead.len() - 1).map(|word| (word.start, word.end));
            let role = word.is_some_and(|(from, to)| {
                let word = &text[from..to];
                let one = word.strip_suffix(b"s").unwrap_or(word);
                [word, one]
                    .iter()
                    .any(|word| weights.before(word).is_some_and(|weight| weight >= ROLE))
            });
            match role {
                true => Weighed {
                    sum: weights.place.apposition,
                    cue: word,
                },
                false => Weighed::default(),
            }
        }
        Some(b'0'..=b'9') => {
            let digits = lead.iter().rev().take_while(|b| b.is_ascii_digit()).count();
            let before = lead[..lead.len() - digits].trim_ascii_end();
            let room = [&b"room"[..], b"rm", b"bed", b"cell", b"bay", b"desk"]
                .iter()
                .any(|place| {
                    before.len() >= place.len()
                        && before[before.len() - place.len()..].eq_ignore_ascii_case(place)
                });
            let line =
                before.is_empty() || lead[before.len()..lead.len() - digits].contains(&b'\n');
            match (
                room,
                digits <= 5 && !line && before.len() + digits < lead.len(),
            ) {
                (true, _) => Weighed::of(weights.place.room),
                (false, true) => Weighed::of(weights.place.house),
                _ => Weighed::default(),
            }
        }
        _ => Weighed::default(),
    }
}

/// The word in small letters that follows one space on, with its apostrophe.
fn word_after(text: &[u8], end: usize) -> Option<(usize, usize)> {
    let rest = text.get(end..)?;
    let start = match rest {
        [b' ', b' ', ..] => end + 2,
        [b' ', ..] => end + 1,
        [b'\n', ..] if wraps(text, end) => end + 1,
        [b'\r', b'\n', ..] if wraps(text, end + 1) => end + 2,
        _ => return None,
    };
    let length = text[start..]
        .iter()
        .take_while(|b| b.is_ascii_lowercase() || matches!(**b, b'\'' | b'-'))
        .count();
    (length > 0).then_some((start, start + length))
}

/// `, 34,`, ` (8)`.
fn age(text: &[u8], end: usize) -> bool {
    let rest = &text[end..];
    let (rest, closed): (&[u8], &[u8]) = match rest {
        [b',', b' ', rest @ ..] => (rest, b",.; \n"),
        [b' ', b'(', rest @ ..] => (rest, b"),"),
        _ => return false,
    };
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    (1..=3).contains(&digits)
        && rest.get(digits).is_none_or(|b| closed.contains(b))
        && rest[0] != b'0'
}

/// What stands behind a name and a comma, from `at` on: `Priya, our new apprentice`.
fn apposed(text: &[u8], mut at: usize, words: &Vocabulary) -> Weighed {
    let weights = &words.weights;
    for n in 0..3 {
        let rest = &text[at..];
        let length = rest
            .iter()
            .take_while(|b| b.is_ascii_lowercase() || **b == b'-')
            .count();
        let word = &rest[..length];
        let opens = n > 0
            || matches!(
                word,
                b"our" | b"my" | b"his" | b"her" | b"their" | b"the" | b"a" | b"an"
            );
        if n > 0 && weights.before(word).is_some_and(|weight| weight >= ROLE) {
            return Weighed {
                sum: weights.place.apposition,
                cue: Some((at, at + length)),
            };
        }
        if !opens || rest.get(length) != Some(&b' ') {
            break;
        }
        at += length + 1;
    }
    Weighed::default()
}

/// What follows a name says of it. `sure` halves what a noun behind it says.
pub(super) fn after(
    text: &[u8],
    start: usize,
    end: usize,
    sure: bool,
    words: &Vocabulary,
) -> Weighed {
    let weights = &words.weights;
    let place = &weights.place;
    if let Some(rest) = text.get(end..end + 2)
        && rest.eq_ignore_ascii_case(b"'s")
    {
        let Some((from, to)) = word_after(text, end + 2) else {
            return Weighed::default();
        };
        let word = &text[from..to];
        return match (weights.owned(word), weights.after(word)) {
            (Some(weight), _) => Weighed {
                sum: weight,
                cue: Some((from, to)),
            },
            (None, Some(weight)) if weight < 0 => Weighed::of(weight),
            (None, _) => Weighed::of(place.owner),
        };
    }
    // `Rua Roma 131`
    if let [b' ', rest @ ..] = &text[end..] {
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        let ends = rest
            .get(digits)
            .is_none_or(|b| matches!(b, b',' | b'\n' | b'\r' | b' ' | b'.'));
        if (1..=4).contains(&digits) && ends {
            return Weighed::of(place.number);
        }
    }
    if age(text, end) {
        return Weighed::of(place.age);
    }
    // `Remember me, Tariq?`
    if matches!(text.get(end), Some(b'!' | b'?'))
        && text[..start].ends_with(b", ")
        && text.get(end + 1).is_none_or(|b| !b.is_ascii_alphanumeric())
    {
        return Weighed::of(place.addressed);
    }
    // `Tariq: "Who are you?"`
    if text.get(end) == Some(&b':')
        && (start == 0 || text[start - 1] == b'\n')
        && matches!(text.get(end + 1), Some(b' ' | b'"'))
    {
        return Weighed::of(place.speaks);
    }
    let comma = usize::from(text.get(end) == Some(&b','));
    let Some((from, to)) = word_after(text, end + comma) else {
        return Weighed::default();
    };
    let word = &text[from..to];
    let weight = weights.after(word);
    if comma == 1 {
        // `Priya, who`; and `Priya, can I …` at the start of a sentence.
        return match weight {
            Some(weight) if weight > 100 && word.starts_with(b"who") => Weighed {
                sum: weight,
                cue: Some((from, to)),
            },
            _ if weights.is_said_to(word) && opens(text, start) => Weighed::of(place.addressed),
            _ => apposed(text, from, words),
        };
    }
    match weight {
        Some(weight) => Weighed {
            sum: weight,
            cue: (weight > 50).then_some((from, to)),
        },
        None if word.ends_with(b"ed") && word.len() > 3 => Weighed::of(place.past),
        None if word.ends_with(b"ly") => Weighed::default(),
        None => {
            let verb = word.ends_with(b"s") || word.ends_with(b"ing");
            Weighed::of(place.noun / (1 + i32::from(sure)) / (1 + i32::from(verb)))
        }
    }
}
