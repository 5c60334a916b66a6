//! From hits of the word lists to names. One function for each kind of evidence of detection specification §5.

use super::token::{Form, Run, Token, before, run, token};
use crate::{
    detect::{
        propose::TermHit,
        terms::{
            list::Tier,
            vocabulary::{
                FORENAME, FORENAME_WORD, NAMES, Part, STOP, SURNAME, SURNAME_COMMON, SURNAME_WORD,
                TAIL, Use, Vocabulary,
            },
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
                Tier::Forename if start >= covered => forename(text, start, words),
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
        }
    }
}

fn part_of(text: &[u8], token: &Token, words: &Vocabulary) -> Part {
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
        let lower = word.to_ascii_lowercase();
        let ending = |e: &&[u8]| word.len() >= e.len() + 2 && lower.ends_with(e);
        if gaelic || ENDINGS.iter().any(ending) {
            part |= SURNAME;
        }
    }
    part
}

fn is_name_word(token: &Token) -> bool {
    matches!(token.form, Form::Title | Form::Capitals)
}

/// The capitalised word right after a run, if there is one.
fn next_word(text: &[u8], end: usize) -> Option<Token> {
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
fn continues_as_place(text: &[u8], end: usize, words: &Vocabulary) -> bool {
    next_word(text, end).is_some_and(|next| {
        let part = part_of(text, &next, words);
        is_name_word(&next) && part & TAIL != 0
    }) || text[end..].starts_with(b" & ")
        || matches!(text.get(end), Some(b'@' | b'/' | b'\\' | b'_'))
        || matches!(text.get(end), Some(b'.'))
            && text.get(end + 1).is_some_and(u8::is_ascii_lowercase)
}

fn attached_before(text: &[u8], start: usize) -> bool {
    start > 0
        && (matches!(
            text[start - 1],
            b'@' | b'/' | b'\\' | b'_' | b'.' | b'#' | b'-' | b'\''
        ) || text[start - 1].is_ascii_alphanumeric()
            || text[start - 1] >= 0x80)
}

fn place_before(text: &[u8], start: usize) -> bool {
    before(text, start).is_some_and(|word| {
        PLACE_BEFORE
            .iter()
            .any(|p| p.eq_ignore_ascii_case(&text[word.start..word.end]))
    })
}

fn found(start: usize, end: usize, level: Level) -> Found {
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
    if !title[0].is_ascii_uppercase() || attached_before(text, start) {
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
    let run = run(text, at);
    let tokens = run.tokens();
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
    Some(Found {
        value: tokens[0].start,
        ..found(start, end, Level::High)
    })
}

/// `Mr Kipling`, `Dr Martens` are in the list of words that are no names; `Lord Mayor` ends in one.
fn known_place(text: &[u8], first: &Token, more: bool, words: &Vocabulary) -> bool {
    let part = words.part(&text[first.start..first.end]);
    !more && part & STOP != 0 && part & (SURNAME | FORENAME) == 0
}

/// Given name first: `Margaret Okafor`; or last: `Okafor, Margaret`, `OKAFOR Margaret`.
fn forename(text: &[u8], start: usize, words: &Vocabulary) -> Option<Found> {
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
    if word && in_title_case(text, start, end) {
        return None;
    }
    Some(found(start, end, level))
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
                b'\n' | b'"' | b'|' | b';' | b':' | b'('
            )
            || matches!(
                &text[family.start.saturating_sub(2)..family.start],
                b": " | b"; " | b"| " | b"- "
            );
        let closed = matches!(
            text.get(end),
            None | Some(b'\n' | b'\r' | b'"' | b';' | b'|' | b')' | b',' | b'(' | b':')
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
fn surname(text: &[u8], start: usize, words: &Vocabulary) -> Option<Found> {
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

/// `Service user: Margaret Okafor`, `Dear Margaret,`.
fn label(text: &[u8], start: usize, end: usize, usage: &Use, words: &Vocabulary) -> Option<Found> {
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
    if salutation {
        if !text[start].is_ascii_uppercase() && start > 0 && text[start - 1] != b'\n' {
            return None;
        }
    } else {
        if text[at..].starts_with(b"(s)") {
            at += 3 + spaces(at + 3);
        }
        match text.get(at) {
            Some(b':' | b'=') => at += 1,
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
    let careful = usage.options.loose || below || greeting;
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
            if part & STOP != 0 && !(is_name && count > 0) && part & FORENAME == 0 {
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
    let stop = tokens[last].end;
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
fn closing(text: &[u8], end: usize, words: &Vocabulary) -> Option<Found> {
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
