//! Names in running text that no pattern tells: `tell Priya that`, `Okafor rang back`, `met with Sanjay and Ewa`.
//!
//! Every row of capitalised words is weighed: what the lists say of each word, what its letters say where no list has
//! it, where it stands, what stands before and behind it, whether the document has introduced it. The weights are log
//! odds and are added up; they and their reasons stand in `rules/weights/person-name.toml`. What passes the upper
//! threshold is a name, what passes the lower one a hint that supports nothing.
//!
//! The words of a text are walked once, in order, together with the names that the patterns found, because a name that
//! is introduced speaks for its parts from there on, and one name in a list for the next. Nothing is allocated.

mod around;
mod letters;
mod score;
mod weights;

use std::ops::Range;

pub(crate) use weights::Weights;

use self::score::{Kind, Scale, kind};
use super::{
    find::{Found, attached_before, found, place_before},
    introduced::Introduced,
    token::{Form, Run, run, token},
};
use crate::{
    detect::{
        propose::TermHit,
        terms::{
            list::Tier,
            vocabulary::{NAMES, Use, Vocabulary},
        },
    },
    model::Level,
};

/// Names begin before this many words of a row, or there is none.
const MOST_NAMES: usize = 4;

/// A phrase that makes a name something else begins so near before it.
const LONGEST_BLOCK: usize = 40;

/// A cue of this weight before a name makes it the name of something else.
const ELSE: i32 = -200;

/// A part of the sum, and the word of the text that speaks loudest.
#[derive(Clone, Copy, Default)]
struct Weighed {
    sum: i32,
    cue: Option<(usize, usize)>,
}

impl Weighed {
    fn of(sum: i32) -> Weighed {
        Weighed { sum, cue: None }
    }
}

/// A stretch of text to walk.
pub(crate) struct Walk<'a> {
    pub text: &'a [u8],
    /// Where names may begin.
    pub starts: Range<usize>,
    pub words: &'a Vocabulary,
    /// Terms of the lists, by position.
    pub hits: &'a [TermHit],
    /// Names that patterns found, by position; none overlap.
    pub taken: &'a [Found],
}

impl Walk<'_> {
    /// Adds names to `out` and hints to `hints`, by position. Names of `taken` that are hints may be found again, and
    /// surer. `skip` says where names are not looked for.
    pub fn run(
        &self,
        introduced: &mut Introduced,
        skip: impl Fn(usize) -> bool,
        out: &mut Vec<Found>,
        hints: &mut Vec<Found>,
    ) {
        let end = self.starts.end.min(self.text.len());
        introduced.enter();
        let mut taken = 0;
        // Where the last name ends.
        let mut last = None;
        let mut at = self.starts.start;
        while let Some(start) = next_capital(self.text, at, end) {
            while let Some(name) = self.taken.get(taken).filter(|n| n.end <= start) {
                introduced.learn(self.text, name, self.words);
                last = (name.level >= Level::Medium).then_some(name.end).or(last);
                taken += 1;
            }
            if let Some(name) = self.taken.get(taken)
                && name.start <= start
                && name.level >= Level::Medium
            {
                at = name.end;
                continue;
            }
            let (name, next) = self.row(start, last, introduced);
            at = next.max(start + 1);
            let Some(mut name) = name else { continue };
            let clash = |n: &Found| n.start < name.end && name.start < n.end;
            let near = self.taken[taken..]
                .iter()
                .take_while(|n| n.start < name.end);
            let sure = near.clone().any(|n| clash(n) && n.level >= Level::Medium);
            if sure || skip(name.start) {
                continue;
            }
            match name.level {
                Level::Low if near.clone().any(clash) => {}
                Level::Low => hints.push(name),
                _ => {
                    name.level = Level::Medium;
                    introduced.learn(self.text, &name, self.words);
                    last = Some(name.end);
                    out.push(name);
                }
            }
        }
        for name in self.taken[taken..].iter().filter(|n| n.start < end) {
            introduced.learn(self.text, name, self.words);
        }
    }

    /// The name in the row of capitalised words that begins at `start`, if there is one, and where to go on.
    fn row(
        &self,
        start: usize,
        last: Option<usize>,
        introduced: &Introduced,
    ) -> (Option<Found>, usize) {
        let text = self.text;
        let Some(first) = token(text, start) else {
            return (None, start + 1);
        };
        let none = (None, first.end.max(start + 1));
        if first.form != Form::Title || first.end - start < 2 || attached_before(text, start) {
            return none;
        }
        let mut kinds = [Kind::None; super::token::MOST];
        kinds[0] = kind(text, &first, self.words);
        let known = introduced.knows(&text[start..first.end], start);
        if known && kinds[0] == Kind::Stop {
            kinds[0] = Kind::Unknown;
        }
        if matches!(kinds[0], Kind::Stop | Kind::Tail | Kind::Ordinary) && !known {
            return none;
        }
        let row = run(text, start);
        // `Storm Doreen`, `Rua Roma`: the first word says that it is something else.
        let begins = self.words.weights.before(&text[start..first.end]);
        if row.tokens().len() > 1 && begins.is_some_and(|weight| weight <= ELSE) {
            return (None, row.tokens().last().map_or(first.end, |t| t.end));
        }
        let names = match self.names(&row, &mut kinds) {
            Ok(names) => names,
            Err(next) => return (None, next),
        };
        let tokens = &row.tokens()[..names];
        let end = tokens[names - 1].end;
        if place_before(text, start) || goes_on_as_a_thing(text, end) {
            return (None, end);
        }
        let scale = Scale {
            text,
            words: self.words,
            hits: self.hits,
            introduced,
        };
        let weighed = scale.weigh(tokens, &kinds[..names], &row, last);
        let threshold = &self.words.weights.threshold;
        let level = match weighed.sum {
            sum if sum >= threshold.medium => Level::Medium,
            sum if sum >= threshold.low => Level::Low,
            _ => return (None, end),
        };
        if self.blocked(start, end) {
            return (None, end);
        }
        let term = weighed
            .cue
            .and_then(|(from, to)| self.words.cue(&text[from..to]));
        let name = Found {
            term,
            ..found(start, end, level)
        };
        (Some(name), end)
    }

    /// Whether a phrase of the lists says that what stands there is something else: `Marks and Spencer`.
    fn blocked(&self, start: usize, end: usize) -> bool {
        let from = start.saturating_sub(LONGEST_BLOCK);
        let first = self.hits.partition_point(|hit| (hit.start as usize) < from);
        self.hits[first..]
            .iter()
            .take_while(|hit| (hit.start as usize) < end)
            .filter(|hit| (hit.end as usize) > start)
            .any(|hit| {
                let block = |u: &Use| u.owner == NAMES && u.tier == Tier::Block;
                self.words.uses(hit.term).iter().any(block)
            })
    }

    /// How many words of a row are of the name that it begins with; where the row ends that is none.
    fn names(&self, row: &Run, kinds: &mut [Kind]) -> Result<usize, usize> {
        let tokens = row.tokens();
        let mut names = 1;
        let mut count = 1;
        for (n, token) in tokens.iter().enumerate().skip(1) {
            kinds[n] = match token.form {
                Form::Initial => Kind::Initial,
                Form::Particle => Kind::Particle,
                _ => kind(self.text, token, self.words),
            };
            match kinds[n] {
                // `Jennifer Alcaraz Suite 541`: the address follows.
                Kind::Tail if numbered(self.text, token.end) => break,
                // A place, an organisation.
                Kind::Tail => return Err(token.end),
                Kind::Stop | Kind::Ordinary => break,
                Kind::Initial | Kind::Particle => {}
                // An abbreviation.
                _ if token.form == Form::Capitals && kinds[n] == Kind::Unknown => break,
                _ => {
                    count += 1;
                    names = n + 1;
                }
            }
        }
        match count > MOST_NAMES {
            true => Err(tokens.last().map_or(0, |t| t.end)),
            false => Ok(names),
        }
    }
}

/// Whether a number follows.
fn numbered(text: &[u8], end: usize) -> bool {
    text[end..].first() == Some(&b' ') && text.get(end + 1).is_some_and(u8::is_ascii_digit)
}

/// Whether what follows makes one word of it: an address, a path, a key.
fn goes_on_as_a_thing(text: &[u8], end: usize) -> bool {
    match text.get(end) {
        Some(b'@' | b'/' | b'\\' | b'_' | b'(' | b'<' | b'=' | b'{' | b'[') => true,
        Some(b'.' | b':' | b'-') => text
            .get(end + 1)
            .is_some_and(|b| b.is_ascii_alphanumeric() || *b == b':'),
        Some(byte) => byte.is_ascii_digit(),
        None => false,
    }
}

/// The next place where a word with a capital begins.
fn next_capital(text: &[u8], mut at: usize, end: usize) -> Option<usize> {
    while at < end {
        at += text[at..end].iter().position(u8::is_ascii_uppercase)?;
        if at == 0 || !text[at - 1].is_ascii_alphanumeric() && text[at - 1] != b'_' {
            return Some(at);
        }
        at += 1;
    }
    None
}
