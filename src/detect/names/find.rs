//! From hits of the word lists to names. One function for each kind of evidence of detection specification §5.

use super::{
    inverted,
    labelled::{closing, label},
    listed,
    pair::{before_comma, forename, next_line, surname},
    token::{Form, Token, before, run, token},
};
use crate::{
    detect::{
        propose::TermHit,
        terms::{
            list::Tier,
            vocabulary::{FORENAME, NAMES, Part, STOP, SURNAME, TAIL, Use, Vocabulary},
        },
    },
    model::Level,
};

/// A name in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// From the title on.
    pub start: usize,
    pub end: usize,
    /// Where the name itself begins.
    pub value: usize,
    pub level: Level,
    /// The term that stands before it: a title, a label, the end of a letter.
    pub term: Option<u32>,
    /// Whether that term is a label.
    pub labelled: bool,
}

/// Before these words a name is that of a place, a monarch, a storm.
const PLACE_BEFORE: &[&[u8]] = &[
    b"st",
    b"saint",
    b"lake",
    b"port",
    b"mount",
    b"queen",
    b"king",
    b"prince",
    b"princess",
    b"pope",
    b"hurricane",
    b"storm",
    b"camp",
    b"fort",
    b"operation",
    b"project",
    b"santa",
    b"san",
    b"table",
    b"figure",
    b"appendix",
    b"section",
    b"chapter",
    b"ward",
    b"room",
    b"unit",
    b"hms",
];

/// How family names end that are too many to list.
const ENDINGS: &[&[u8]] = &[
    b"owski",
    b"owska",
    b"ewski",
    b"ewska",
    b"inski",
    b"inska",
    b"cki",
    b"cka",
    b"wicz",
    b"czyk",
    b"czak",
    b"escu",
    b"eanu",
    b"enko",
    b"chuk",
    b"auskas",
    b"auskiene",
    b"aityte",
    b"opoulos",
    b"opoulou",
    b"idis",
    b"oglu",
    b"zadeh",
    b"shvili",
    b"dottir",
    b"sson",
    b"ovic",
    b"evic",
    b"ovich",
    b"evich",
];

/// Names of all hits, by position; none overlap. `skip` says where in the text names are not looked for (inside e-mail
/// addresses and the like).
pub(crate) fn find(
    text: &[u8],
    hits: &[TermHit],
    words: &Vocabulary,
    skip: impl Fn(usize) -> bool,
    out: &mut Vec<Found>,
) {
    out.clear();
    let mut covered = 0;
    let is_block = |u: &Use| u.owner == NAMES && u.tier == Tier::Block;
    let blocks: Vec<(u32, u32)> = hits
        .iter()
        .filter(|hit| words.uses(hit.term).iter().any(is_block))
        .map(|hit| (hit.start, hit.end))
        .collect();
    for hit in hits {
        for usage in words.uses(hit.term) {
            if usage.owner != NAMES {
                continue;
            }
            let (start, end) = (hit.start as usize, hit.end as usize);
            let found = match usage.tier {
                Tier::Forename if start >= covered => forename(text, start, words)
                    .or_else(|| listed::speaker(text, start, words))
                    .or_else(|| listed::lower(text, start, words)),
                Tier::Surname if start >= covered => surname(text, start, words),
                Tier::Honorific if start >= covered => honorific(text, start, end, usage, words),
                Tier::Label => label(text, start, end, usage, words),
                Tier::Closing => closing(text, end, words),
                _ => None,
            };
            let Some(mut found) = found else {
                continue;
            };
            // Hong Kong, Rolls Royce, Citizens Advice.
            if blocks
                .iter()
                .any(|b| (b.0 as usize) < found.end && found.value < b.1 as usize)
            {
                continue;
            }
            if found.value < covered && found.level < Level::High || skip(found.value) {
                continue;
            }
            if matches!(usage.tier, Tier::Honorific | Tier::Label | Tier::Closing) {
                found.term = Some(hit.term);
            }
            while out.last().is_some_and(|last| last.end > found.start) {
                out.pop();
            }
            covered = found.end;
            out.push(found);
            if usage.tier == Tier::Label && usage.group != words.salutation {
                listed::others(text, &found, words, out);
                covered = out.last().map_or(covered, |last| last.end);
            }
        }
    }
}

pub(super) fn part_of(text: &[u8], token: &Token, words: &Vocabulary) -> Part {
    let word = &text[token.start..token.end];
    let mut part = words.part(word);
    if part & (FORENAME | SURNAME) == 0 {
        if word.contains(&b'-') {
            for piece in word.split(|&b| b == b'-') {
                part |= words.part(piece) & (FORENAME | SURNAME);
            }
        }
        let gaelic = (word.starts_with(b"O'") || word.starts_with(b"D'")) && word.len() >= 5
            || word.starts_with(b"Mc") && word.len() >= 5 && word[2].is_ascii_uppercase()
            || word.starts_with(b"Mac") && word.len() >= 6 && word[3].is_ascii_uppercase()
            || word.starts_with(b"Fitz") && word.len() >= 7;
        let last = word.last().map_or(0, u8::to_ascii_lowercase);
        let ending = |e: &&[u8]| {
            e[e.len() - 1] == last
                && word.len() >= e.len() + 2
                && word[word.len() - e.len()..].eq_ignore_ascii_case(e)
        };
        if gaelic || ENDINGS.iter().any(ending) {
            part |= SURNAME;
        }
    }
    part
}

pub(super) fn is_name_word(token: &Token) -> bool {
    matches!(token.form, Form::Title | Form::Capitals)
}

/// The capitalised word right after a run, if there is one.
pub(super) fn next_word(text: &[u8], end: usize) -> Option<Token> {
    let gap = text[end..]
        .iter()
        .take(2)
        .take_while(|&&b| b == b' ')
        .count();
    if gap == 0 {
        return None;
    }
    token(text, end + gap)
}

/// Whether a name that ends here goes on as the name of something else.
pub(super) fn continues_as_place(text: &[u8], end: usize, words: &Vocabulary) -> bool {
    next_word(text, end).is_some_and(|next| {
        let part = part_of(text, &next, words);
        is_name_word(&next) && part & TAIL != 0
    }) || text[end..].starts_with(b" & ")
        || matches!(text.get(end), Some(b'@' | b'/' | b'\\' | b'_'))
        || matches!(text.get(end), Some(b'.'))
            && text.get(end + 1).is_some_and(u8::is_ascii_lowercase)
}

pub(super) fn attached_before(text: &[u8], start: usize) -> bool {
    start > 0
        && (matches!(
            text[start - 1],
            b'@' | b'/' | b'\\' | b'_' | b'.' | b'#' | b'-' | b'\''
        ) || text[start - 1].is_ascii_alphanumeric()
            || text[start - 1] >= 0x80)
}

pub(super) fn place_before(text: &[u8], start: usize) -> bool {
    before(text, start).is_some_and(|word| {
        let word = &text[word.start..word.end];
        PLACE_BEFORE.iter().any(|p| p.eq_ignore_ascii_case(word))
    })
}

pub(super) fn found(start: usize, end: usize, level: Level) -> Found {
    Found {
        start,
        end,
        value: start,
        level,
        term: None,
        labelled: false,
    }
}

/// `Mrs M J Okafor`.
fn honorific(
    text: &[u8],
    start: usize,
    end: usize,
    usage: &Use,
    words: &Vocabulary,
) -> Option<Found> {
    let title = &text[start..end];
    // `mrs. Okafor`: without a capital the point must stand there.
    let pointed = text.get(end) == Some(&b'.') && matches!(title, b"mr" | b"mrs" | b"ms" | b"dr");
    if !(title[0].is_ascii_uppercase() || pointed) || attached_before(text, start) {
        return None;
    }
    let shouted = title.len() > 1 && title.iter().all(u8::is_ascii_uppercase);
    let mut at = end;
    if text.get(at) == Some(&b'.') {
        at += 1;
    }
    let gap = text[at..]
        .iter()
        .take(2)
        .take_while(|&&b| b == b' ')
        .count();
    at += gap;
    let mut row = run(text, at);
    let mut value = row.tokens().first().map(|token| token.start);
    // A title, or a title and initials, at the end of a line of running text: the name goes on in the next.
    if !row.tokens().iter().any(is_name_word)
        && before(text, start).is_some_and(|word| word.form == Form::Other)
    {
        let stop = row.tokens().last().map_or(at - gap, |initial| {
            initial.end + usize::from(text.get(initial.end) == Some(&b'.'))
        });
        at = next_line(text, stop)?;
        row = run(text, at);
        let opens = row.tokens().first().filter(|t| is_name_word(t))?;
        value = value.or(Some(opens.start));
    }
    let tokens = row.tokens();
    let first = tokens.iter().position(is_name_word)?;
    if gap == 0 && at == end {
        return None;
    }
    // MS Office, DS Lite: a title in capitals stands before a name in capitals, or a known one.
    let needs_known = usage.options.loose || shouted && matches!(title, b"MS" | b"FR" | b"DR");
    let mut last = first;
    let mut known = false;
    for (n, token) in tokens.iter().enumerate().skip(first) {
        let part = part_of(text, token, words);
        if n == first {
            if part & STOP != 0 && part & (SURNAME | FORENAME) == 0 {
                return None;
            }
            known = part & (SURNAME | FORENAME) != 0;
        } else if is_name_word(token) {
            if part & STOP != 0 && part & (SURNAME | FORENAME) == 0 {
                break;
            }
            if part & TAIL != 0 && text.get(token.end + 1).is_some_and(u8::is_ascii_digit) {
                // Mrs Smith Suite 541 is at her address.
                break;
            }
            if part & TAIL != 0 && part & SURNAME == 0 {
                // Dr Smith Surgery is the surgery's.
                return None;
            }
            if n >= first + 3 {
                break;
            }
            last = n;
        }
    }
    if needs_known && !known || known_place(text, &tokens[first], last > first, words) {
        return None;
    }
    let end = tokens[last].end;
    if continues_as_place(text, end, words) {
        return None;
    }
    // `Farrow, Mr Krzysztof`: the family name stands before the title.
    if first == last
        && let Some(family) = before_comma(text, start)
        && inverted::in_prose(text, &family, words).is_some_and(|given| given >= end)
    {
        return Some(found(family.start, end, Level::High));
    }
    Some(Found {
        value: value.unwrap_or(tokens[0].start),
        ..found(start, end, Level::High)
    })
}

/// `Mr Kipling`, `Dr Martens` are in the list of words that are no names; `Lord Mayor` ends in one.
fn known_place(text: &[u8], first: &Token, more: bool, words: &Vocabulary) -> bool {
    let part = words.part(&text[first.start..first.end]);
    !more && part & STOP != 0 && part & (SURNAME | FORENAME) == 0
}
