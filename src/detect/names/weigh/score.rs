//! The sum for one row of capitalised words.

use super::{
    super::{
        find::part_of,
        introduced::Introduced,
        token::{Form, Run, Token, token},
    },
    Weighed, around,
};
use crate::detect::{
    propose::TermHit,
    terms::vocabulary::{
        FORENAME, FORENAME_WORD, ORDINARY, PERSONS, STOP, SURNAME, SURNAME_WORD, TAIL, Vocabulary,
    },
};

/// How far around a name a pronoun speaks for it.
const PRONOUN: usize = 80;

/// What a word is among names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// Not looked at.
    None,
    Given,
    GivenFamily,
    GivenWord,
    Family,
    FamilyWord,
    Initial,
    Particle,
    Unknown,
    Ordinary,
    Stop,
    Tail,
}

/// What the lists say of a word.
pub(super) fn kind(text: &[u8], word: &Token, words: &Vocabulary) -> Kind {
    let part = part_of(text, word, words);
    let is = |bits| part & bits != 0;
    let given = is(FORENAME) && !is(FORENAME_WORD);
    let family = is(SURNAME) && !is(SURNAME_WORD);
    let word = &text[word.start..word.end];
    let ordinary = || {
        let one = |word: &[u8]| words.part(word) & ORDINARY != 0 || inflected(word, words);
        is(ORDINARY) || word.split(|&b| b == b'-').any(one)
    };
    match part {
        _ if is(STOP) || contracted(word) => Kind::Stop,
        _ if is(TAIL) && !given && !family => Kind::Tail,
        _ if given && (is(SURNAME) || is(ORDINARY)) => Kind::GivenFamily,
        _ if given => Kind::Given,
        _ if is(FORENAME) => Kind::GivenWord,
        _ if family && !is(ORDINARY) => Kind::Family,
        _ if is(SURNAME) => Kind::FamilyWord,
        _ if ordinary() => Kind::Ordinary,
        _ => Kind::Unknown,
    }
}

/// `I'm`, `We've`, `Don't`.
fn contracted(word: &[u8]) -> bool {
    let ends = [&b"'m"[..], b"'ve", b"'ll", b"'d", b"'re", b"n't"];
    ends.iter().any(|end| word.ends_with(end))
}

/// Whether a word is an ordinary one with an ending: `Deploying`, `Settings`, `Ponies`.
fn inflected(word: &[u8], words: &Vocabulary) -> bool {
    let ordinary = |stem: &[u8], end: &[u8]| {
        let mut whole = [0; 24];
        let length = stem.len() + end.len();
        if stem.len() < 3 || length > whole.len() {
            return false;
        }
        whole[..stem.len()].copy_from_slice(stem);
        whole[stem.len()..length].copy_from_slice(end);
        words.part(&whole[..length]) & ORDINARY != 0
    };
    let endings: &[(&[u8], &[&[u8]])] = &[
        (b"s", &[b""]),
        (b"es", &[b""]),
        (b"ies", &[b"y"]),
        (b"ed", &[b"", b"e"]),
        (b"ing", &[b"", b"e"]),
        (b"er", &[b"", b"e"]),
        (b"ers", &[b"", b"e"]),
        (b"ly", &[b""]),
        (b"ness", &[b""]),
        (b"able", &[b""]),
    ];
    endings.iter().any(|(ending, instead)| {
        let Some(stem) = word.strip_suffix(*ending) else {
            return false;
        };
        let doubled = stem.len() > 3 && stem[stem.len() - 1] == stem[stem.len() - 2];
        instead.iter().any(|end| ordinary(stem, end))
            || doubled && ordinary(&stem[..stem.len() - 1], b"")
    })
}

/// Weighs rows of one text.
pub(super) struct Scale<'a> {
    pub text: &'a [u8],
    pub words: &'a Vocabulary,
    pub hits: &'a [TermHit],
    pub introduced: &'a Introduced,
}

impl Scale<'_> {
    /// The sum for `tokens`, which begin `row`; `last` is where the name before ends.
    pub fn weigh(
        &self,
        tokens: &[Token],
        kinds: &[Kind],
        row: &Run,
        last: Option<usize>,
    ) -> Weighed {
        let weights = &self.words.weights;
        let (start, end) = (tokens[0].start, tokens[tokens.len() - 1].end);
        let named = |kind: &Kind| !matches!(kind, Kind::Initial | Kind::Particle);
        let alone = kinds.iter().filter(|kind| named(kind)).count() == 1;
        let mut sum = match alone {
            true => self.single(&tokens[0], kinds[0]),
            false => self.pair(tokens, kinds),
        };
        let place = &weights.place;
        // What could not become a name any more is not looked around for.
        let threshold = weights.threshold.low;
        if sum < threshold - 500 {
            return Weighed::of(sum);
        }
        if self.knows(tokens) {
            sum += place.introduced;
        }
        let given = matches!(kinds[0], Kind::Given | Kind::GivenFamily);
        let before = around::before(self.text, start, self.words);
        let after = around::after(self.text, start, end, given || !alone, self.words);
        if !alone && self.is_line(start, end) {
            sum += place.line;
        }
        sum += before.sum + after.sum;
        if around::opens(self.text, start) {
            sum += place.opens;
        }
        // The row goes on with a word that is no name.
        let behind = row.tokens().get(tokens.len());
        if behind
            .is_some_and(|t| matches!(t.form, Form::Title | Form::Capitals) && t.end - t.start > 1)
        {
            sum += place.beside_capital;
        }
        sum += match last.map(|last| &self.text[last..start]) {
            Some(between) if joins(between) => place.listed,
            // `said Gladys to Logan`
            Some(b" to ") => place.lists,
            _ => self.lists(end, kinds[0]),
        };
        if sum < weights.threshold.medium
            && sum + place.pronoun >= threshold
            && self.pronoun(start, end)
        {
            sum += place.pronoun;
        }
        let cue = match before.sum >= after.sum {
            true => before.cue.or(after.cue),
            false => after.cue.or(before.cue),
        };
        Weighed { sum, cue }
    }

    fn single(&self, word: &Token, kind: Kind) -> i32 {
        let weights = &self.words.weights;
        let single = &weights.word;
        match kind {
            Kind::Given => single.given,
            Kind::GivenFamily => single.given_family,
            Kind::GivenWord => single.given_word,
            Kind::Family => single.family,
            Kind::FamilyWord => single.family_word,
            Kind::Unknown => single.unknown + weights.shape(&self.text[word.start..word.end]),
            _ => single.ordinary,
        }
    }

    fn pair(&self, tokens: &[Token], kinds: &[Kind]) -> i32 {
        let weights = &self.words.weights;
        let pair = &weights.pair;
        let mut sum = pair.together;
        let last = tokens.len() - 1;
        for (n, (token, kind)) in tokens.iter().zip(kinds).enumerate() {
            let shape = || weights.shape(&self.text[token.start..token.end]);
            let first = n == 0;
            sum += match kind {
                Kind::Initial => pair.initial,
                Kind::Particle => pair.particle,
                // A word in the middle says little more.
                Kind::Unknown if !first && n < last => pair.family_unknown + shape().min(0),
                _ if !first && n < last => 0,
                Kind::Given | Kind::GivenFamily if first => pair.given,
                Kind::GivenWord if first => pair.given_word,
                Kind::GivenWord => pair.family_word,
                Kind::Family if first => pair.given / 4,
                Kind::FamilyWord if first => pair.given_unknown,
                Kind::Family | Kind::FamilyWord | Kind::Given | Kind::GivenFamily
                    if self.is_tail(token) =>
                {
                    pair.family_tail
                }
                Kind::Given | Kind::GivenFamily => pair.family * 2 / 3,
                Kind::Family => pair.family,
                Kind::FamilyWord => pair.family_word,
                Kind::Unknown if first => pair.given_unknown + shape(),
                Kind::Unknown => pair.family_unknown + shape(),
                _ if first => pair.given_ordinary,
                _ => pair.family_ordinary,
            };
        }
        sum
    }

    fn is_tail(&self, word: &Token) -> bool {
        part_of(self.text, word, self.words) & TAIL != 0
    }

    /// Whether a line holds nothing else, but for quotes and bullets.
    fn is_line(&self, start: usize, end: usize) -> bool {
        let lead = self.text[..start]
            .iter()
            .rev()
            .find(|b| !matches!(b, b' ' | b'>' | b'-' | b'*' | b'?' | b'|' | b'"'));
        lead.is_none_or(|&b| b == b'\n') && matches!(self.text.get(end), None | Some(b'\n' | b'\r'))
    }

    fn knows(&self, tokens: &[Token]) -> bool {
        tokens
            .iter()
            .any(|t| self.introduced.knows(&self.text[t.start..t.end], t.start))
    }

    /// Whether the next of a list is a given name.
    fn lists(&self, end: usize, own: Kind) -> i32 {
        let rest = &self.text[end..];
        let place = &self.words.weights.place;
        if [&b" and I "[..], b" and me", b" and my "]
            .iter()
            .any(|me| rest.starts_with(me))
        {
            return place.with_me;
        }
        for (join, weight) in [
            (&b" and "[..], place.lists),
            (b" & ", place.lists),
            (b" or ", place.lists),
            (b", ", place.lists / 2),
        ] {
            if rest.starts_with(join) {
                let next = token(self.text, end + join.len());
                let next = next.filter(|t| t.form == Form::Title);
                let kind = next.map_or(Kind::None, |t| kind(self.text, &t, self.words));
                let known = next.is_some_and(|t| {
                    let word = &self.text[t.start..t.end];
                    self.introduced.knows(word, end)
                });
                return match (kind, own) {
                    _ if known => weight,
                    (Kind::Given, _) => weight,
                    // `Duncan & Todd` is a firm.
                    _ if join == b" & " => place.beside_capital,
                    (Kind::Family | Kind::GivenFamily, Kind::Family | Kind::GivenFamily) => {
                        place.families
                    }
                    _ => 0,
                };
            }
        }
        0
    }

    /// Whether `he`, `she` or the like stands near.
    fn pronoun(&self, start: usize, end: usize) -> bool {
        let from = start.saturating_sub(PRONOUN) as u32;
        let first = self.hits.partition_point(|hit| hit.start < from);
        self.hits[first..]
            .iter()
            .take_while(|hit| (hit.start as usize) < end + PRONOUN)
            .filter(|hit| {
                let word = &self.text[hit.start as usize..hit.end as usize];
                word.len() >= 2 && matches!(word[0] | 0x20, b'h' | b's')
            })
            .any(|hit| {
                let uses = self.words.uses(hit.term);
                let pronoun = self.words.pronoun;
                uses.iter()
                    .any(|u| u.owner == PERSONS && u.group == pronoun)
            })
    }
}

/// Whether two names with this between them are of one list.
fn joins(between: &[u8]) -> bool {
    let mut rest = between;
    // `Amir Khan (Chair), `
    if let Some(remark) = rest.strip_prefix(b" (")
        && let Some(close) = remark.iter().take(40).position(|&b| b == b')')
    {
        rest = &remark[close + 1..];
    }
    matches!(
        rest,
        b", "
            | b",\n"
            | b",\r\n"
            | b" and "
            | b", and "
            | b" & "
            | b"; "
            | b" or "
            | b"/"
            | b" / "
            | b",  "
    )
}
