//! A given name by itself, where the sentence speaks of somebody: `said Doreen`, `Tariq's mother`, `my name is Ines`.
//!
//! A given name alone may be a shop, a ship or a storm, so the words beside it must be those people are spoken of with.
//! Names that are words or places as well never count here.

use super::{
    find::{
        Found, attached_before, continues_as_place, found, is_name_word, next_word, part_of,
        place_before,
    },
    token::{Form, Token, before, token},
};
use crate::{
    detect::terms::vocabulary::{FORENAME, FORENAME_WORD, STOP, SURNAME_WORD, TAIL, Vocabulary},
    model::Level,
};

/// What people do, as it is said right after their name.
const DOES: &[&[u8]] = &[
    b"said",
    b"says",
    b"asked",
    b"asks",
    b"told",
    b"tells",
    b"rang",
    b"called",
    b"calls",
    b"phoned",
    b"texted",
    b"emailed",
    b"replied",
    b"shouted",
    b"thinks",
    b"thought",
    b"wants",
    b"wanted",
    b"needs",
    b"likes",
    b"liked",
    b"loves",
    b"lives",
    b"lived",
    b"went",
    b"came",
    b"left",
    b"has",
    b"had",
    b"is",
    b"was",
    b"isn't",
    b"wasn't",
    b"will",
    b"would",
    b"can",
    b"could",
    b"can't",
    b"did",
    b"didn't",
    b"does",
    b"doesn't",
    b"refused",
    b"declined",
    b"slept",
    b"ate",
    b"drank",
    b"felt",
    b"feels",
    b"seems",
    b"seemed",
    b"became",
    b"attended",
    b"visited",
    b"agreed",
    b"disagreed",
    b"explained",
    b"spent",
    b"began",
    b"joined",
    b"got",
    b"gets",
    b"gave",
    b"took",
    b"takes",
    b"knows",
    b"knew",
    b"hasn't",
    b"hadn't",
    b"won't",
    b"just",
    b"also",
    b"who",
    b"whose",
    b"he",
    b"she",
    b"complained",
    b"reported",
    b"mentioned",
    b"wrote",
    b"sent",
    b"moved",
    b"married",
    b"died",
    b"requested",
    b"appears",
    b"appeared",
    b"looked",
    b"walked",
    b"fell",
    b"works",
    b"worked",
    b"denied",
    b"admitted",
    b"apologised",
    b"hopes",
    b"lost",
];

/// What stands right before the name of somebody.
const BEFORE: &[&[u8]] = &[
    b"with",
    b"told",
    b"asked",
    b"saw",
    b"met",
    b"named",
    b"ask",
    b"tell",
    b"mum",
    b"mother",
    b"dad",
    b"father",
    b"son",
    b"daughter",
    b"brother",
    b"sister",
    b"wife",
    b"husband",
    b"partner",
    b"friend",
    b"uncle",
    b"aunt",
    b"auntie",
    b"cousin",
    b"nephew",
    b"niece",
    b"kid",
    b"child",
    b"colleague",
    b"hi",
    b"hello",
    b"hey",
    b"thanks",
    b"cheers",
    b"said",
    b"says",
    b"assisted",
    b"helped",
    b"supported",
    b"encouraged",
    b"grandson",
    b"granddaughter",
    b"gran",
    b"nan",
    b"grandad",
    b"neighbour",
    b"boyfriend",
    b"girlfriend",
    b"fiance",
    b"fiancee",
    b"stepfather",
    b"stepmother",
    b"keyworker",
    b"carer",
    b"i'm",
    b"why's",
    b"where's",
    b"who's",
    b"phoned",
    b"rang",
    b"emailed",
    b"texted",
    b"remind",
    b"thank",
    b"invite",
    b"invited",
    b"love",
    b"reassured",
    b"visited",
    b"congratulate",
    b"given",
    b"gave",
    b"give",
    b"showed",
    b"let",
];

/// What stands before the word before it, when that is `is`, `am`, `called` or `me`.
const CALLED: &[&[u8]] = &[
    b"name", b"names", b"is", b"was", b"him", b"her", b"me", b"them", b"been",
];

fn is_one_of(text: &[u8], token: &Token, list: &[&[u8]]) -> bool {
    let word = &text[token.start..token.end];
    list.iter().any(|w| w.eq_ignore_ascii_case(word))
}

/// Whether what a person does follows.
pub(super) fn does(text: &[u8], end: usize) -> bool {
    word_after(text, end).is_some_and(|w| DOES.contains(&w))
}

/// The word that ends at `end`.
fn ending(text: &[u8], end: usize) -> Option<Token> {
    let length = text[..end]
        .iter()
        .rev()
        .take(24)
        .take_while(|b| b.is_ascii_alphabetic() || **b >= 0x80)
        .count();
    token(text, end - length).filter(|t| t.end == end)
}

/// A lower-case word one space on, with its apostrophe: `isn't`.
fn word_after(text: &[u8], end: usize) -> Option<&[u8]> {
    let rest = text.get(end..)?.strip_prefix(b" ")?;
    let length = rest
        .iter()
        .take_while(|b| b.is_ascii_lowercase() || **b == b'\'')
        .count();
    (length > 1).then(|| &rest[..length])
}

/// The name, if the words beside it speak of a person.
pub(super) fn alone(text: &[u8], start: usize, words: &Vocabulary) -> Option<Found> {
    let name = token(text, start)?;
    let end = name.end;
    if name.form != Form::Title || end - start < 3 || attached_before(text, start) {
        return None;
    }
    let part = part_of(text, &name, words);
    if part & FORENAME == 0 || part & (FORENAME_WORD | SURNAME_WORD | STOP | TAIL) != 0 {
        return None;
    }
    // One of several capitalised words is part of something longer.
    let plain = |t: &Token| part_of(text, t, words) & STOP != 0 || !is_name_word(t);
    let last = before(text, start);
    if continues_as_place(text, end, words)
        || place_before(text, start)
        || next_word(text, end).is_some_and(|t| is_name_word(&t))
        || last.is_some_and(|t| !plain(&t) && !is_one_of(text, &t, BEFORE))
    {
        return None;
    }
    let owns =
        || text[end..].starts_with(b"'s ") && text.get(end + 3).is_some_and(u8::is_ascii_lowercase);
    let spoken_of = || {
        let Some(last) = last else { return false };
        if is_one_of(text, &last, BEFORE) {
            return true;
        }
        // `rang for Doreen`
        let errand: &[&[u8]] = &[
            b"rang",
            b"called",
            b"phoned",
            b"asked",
            b"asking",
            b"message",
            b"waiting",
            b"cover",
            b"covering",
            b"covered",
            b"caring",
            b"cared",
            b"visit",
            b"appointment",
            b"looking",
            b"messages",
            b"meds",
            b"referral",
            b"prescription",
        ];
        if is_one_of(text, &last, &[b"for"])
            && before(text, last.start).is_some_and(|t| is_one_of(text, &t, errand))
        {
            return true;
        }
        let called: &[&[u8]] = &[b"is", b"am", b"called", b"me", b"him", b"her", b"was"];
        is_one_of(text, &last, called)
            && before(text, last.start).is_some_and(|t| {
                is_one_of(text, &t, CALLED)
                    || is_one_of(
                        text,
                        &t,
                        &[b"call", b"calls", b"named", b"this", b"i", b"people"],
                    )
            })
    };
    // `Doreen, can I …`, `Thanks, Tariq.`
    let spoken_to = || {
        last.is_none()
            && text[end..].starts_with(b", ")
            && word_after(text, end + 1).is_some_and(|w| {
                matches!(
                    w,
                    b"can"
                        | b"could"
                        | b"please"
                        | b"will"
                        | b"would"
                        | b"you"
                        | b"do"
                        | b"are"
                        | b"is"
                        | b"thank"
                        | b"thanks"
                        | b"have"
                        | b"don't"
                )
            })
    };
    // `Remember me, Tariq?`
    let called_out = || {
        text[..start].ends_with(b", ")
            && matches!(text.get(end), Some(b'!' | b'?'))
            && text.get(end + 1).is_none_or(u8::is_ascii_whitespace)
    };
    // `Is Tariq in?`, `why is Tariq late`
    let asked_about = || {
        let verbs: &[&[u8]] = &[b"is", b"was", b"has", b"did", b"does", b"can", b"will"];
        let Some(verb) = last.filter(|t| is_one_of(text, t, verbs)) else {
            return false;
        };
        let opens = match before(text, verb.start) {
            None => true,
            Some(t) => is_one_of(text, &t, &[b"why", b"how", b"when", b"where", b"what"]),
        };
        opens && word_after(text, end).is_some()
    };
    // A dialogue: `Doreen: "Who are you?"` on a line of its own.
    let speaks = || {
        (start == 0 || text[start - 1] == b'\n')
            && text.get(end) == Some(&b':')
            && text.get(end + 1..end + 3).is_some_and(|after| match after {
                [b'"', _] => true,
                [b' ', next] => next.is_ascii_uppercase() || *next == b'"',
                _ => false,
            })
    };
    // `Doreen and Tariq`: two of them are people.
    let joined = || {
        let other = |t: Option<Token>| {
            t.is_some_and(|t| {
                let part = part_of(text, &t, words);
                t.form == Form::Title && part & FORENAME != 0 && part & (FORENAME_WORD | STOP) == 0
            })
        };
        [&b" and "[..], b", ", b" & ", b" or "]
            .iter()
            .any(|join| text[end..].starts_with(join) && other(token(text, end + join.len())))
            || last.is_some_and(|t| {
                is_one_of(text, &t, &[b"and", b"or", b"to"]) && other(before(text, t.start))
            })
            || text[..start].ends_with(b", ")
                && other(ending(text, start - 2))
                && !matches!(text.get(end), Some(b'\t'))
    };
    (does(text, end)
        || owns()
        || spoken_of()
        || spoken_to()
        || called_out()
        || asked_about()
        || speaks()
        || joined())
    .then(|| found(start, end, Level::Medium))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, name: &str) -> bool {
        let words = Vocabulary::new(&[], true, &[]).expect("the lists of the program are sound");
        let at = text.find(name).expect("the example holds the name");
        alone(text.as_bytes(), at, &words).is_some()
    }

    #[test]
    fn a_given_name_counts_where_somebody_is_spoken_of() {
        for (text, name) in [
            ("Assisted Doreen with wash and dress", "Doreen"),
            ("Doreen said she was cold", "Doreen"),
            ("her daughter Aisha rang", "Aisha"),
            ("My name is Tariq", "Tariq"),
            ("Why is Doreen's light on?", "Doreen"),
            ("Doreen, can I have a word?", "Doreen"),
            ("for Doreen and Tariq", "Tariq"),
            ("everyone calls me Tariq.", "Tariq"),
            ("Remember me, Tariq?", "Tariq"),
            ("they had Doreen, Tariq and Aisha", "Aisha"),
            ("Is Tariq in today?", "Tariq"),
            ("Mrs Ncube rang for Doreen, please call", "Doreen"),
            ("Tariq: \"Who are you?\"", "Tariq"),
        ] {
            assert!(told(text, name), "{text}");
        }
        for (text, name) in [
            ("The Doreen Centre is open", "Doreen"),
            ("Storm Doreen was named", "Doreen"),
            ("St Margaret's church", "Margaret"),
            ("the Margaret River region", "Margaret"),
            ("made by Aisha", "Aisha"),
            ("Grace is a virtue", "Grace"),
            ("see doc/Doreen is", "Doreen"),
        ] {
            assert!(!told(text, name), "{text}");
        }
    }
}
