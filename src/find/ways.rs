//! What may stand for a token of a name: itself, its initial, its nicknames, what sounds alike, one slip of typing.
//!
//! `naming` compares names by these ways; they are hashes, made here and asked of the index once for each token asked for.
//! Which of them makes a name agree, and how much, is not said here.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use super::identity::NAME;
use crate::inventory::{
    Inventory, InventoryError, Key,
    keys::deletions,
    nicknames,
    record::{TokenKey, ValueHash},
    sound,
};

/// Names with one token that are counted; a token in more names than that tells nobody apart by itself.
pub const MOST_NAMES: usize = 20_000;

/// Tokens that sound alike or are a slip away, looked at.
const MOST_TOKENS: usize = 300;

/// How a token stands for the one asked for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Way {
    Exact,
    /// A form of the forename; whether directly, or both are forms of a third.
    Nickname(bool),
    Initial,
    /// One letter more, less, otherwise, or two swapped; whether the token is a name of its own (Maria for Marie).
    Slip(bool),
    Sound(bool),
}

impl Way {
    /// What is taken off the weight of the exact token, and the most that is left.
    pub fn weigh(self, exact: f64) -> f64 {
        match self {
            Way::Exact => exact,
            Way::Nickname(true) => exact - 1.5,
            Way::Nickname(false) => exact - 2.5,
            Way::Initial => exact.min(3.4),
            Way::Slip(false) => exact - 3.0,
            Way::Slip(true) => (exact - 6.0).min(1.0),
            Way::Sound(false) => (exact - 4.0).min(3.0),
            Way::Sound(true) => (exact - 7.0).min(0.5),
        }
        .max(if self == Way::Exact { 0.0 } else { -1.0 })
    }

    pub fn words(self, what: &str) -> String {
        match self {
            Way::Exact => format!("{what} the same"),
            Way::Nickname(true) => format!("{what} in another form of it"),
            Way::Nickname(false) => format!("{what} in a form of the same name"),
            Way::Initial => format!("{what} as an initial"),
            Way::Slip(_) => format!("{what} with one letter otherwise"),
            Way::Sound(_) => format!("{what} that sounds alike"),
        }
    }
}

/// A token asked for, and what may stand for it.
pub struct Wanted {
    /// Names that are nothing but this token, by their hash.
    pub alone: Vec<ValueHash>,
    /// Weight of agreement on the token itself, by how common it is here.
    pub bits: f64,
    pub ways: HashMap<ValueHash, Way>,
    /// For an initial asked for: all tokens that begin with it.
    pub begins: Option<HashSet<ValueHash>>,
    /// The way to all tokens that begin alike.
    pub initial: Option<ValueHash>,
}

/// A name that people have, and how it sounds.
type KnownName = (String, Vec<String>);

/// Forenames and surnames that people have, from the detector's own lists, with their sounds: a token that is one
/// of them is no slip.
static KNOWN: LazyLock<[Vec<KnownName>; 2]> = LazyLock::new(|| {
    [
        include_str!("../../rules/terms/forenames.txt"),
        include_str!("../../rules/terms/surnames.txt"),
    ]
    .map(|list| {
        let mut names: Vec<String> = list
            .lines()
            .skip_while(|line| !line.starts_with('['))
            .filter(|line| !line.starts_with(['[', '#']))
            .flat_map(|line| line.split_ascii_whitespace())
            .map(|name| {
                name.chars()
                    .filter(|c| c.is_alphabetic())
                    .flat_map(char::to_lowercase)
                    .collect()
            })
            .collect();
        names.sort_unstable();
        names.dedup();
        names
            .into_iter()
            .map(|name| {
                let sounds = sound::keys(&name);
                (name, sounds)
            })
            .collect()
    })
});

/// The ways to a token asked for, with its weight by how common it is among `names` different names.
pub fn wanted(
    inventory: &Inventory,
    key: &Key,
    token: &str,
    forename: bool,
    names: u64,
) -> Result<Wanted, InventoryError> {
    let hash = key.token(token);
    let mut ways = HashMap::from([(hash, Way::Exact)]);
    let single = token.chars().count() == 1;
    let put = |ways: &mut HashMap<ValueHash, Way>, hash, way: Way| {
        let slot = ways.entry(hash).or_insert(way);
        if way.weigh(9.0) > slot.weigh(9.0) {
            *slot = way;
        }
    };
    let mut alone = vec![key.value(NAME, token)];
    if forename && !single {
        for group in nicknames::groups(token) {
            for form in nicknames::forms(group) {
                if let Some(direct) = nicknames::related(token, form) {
                    put(&mut ways, key.token(form), Way::Nickname(direct));
                    alone.push(key.value(NAME, form));
                }
            }
        }
        if let Some(initial) = token.chars().next() {
            put(
                &mut ways,
                key.token(initial.encode_utf8(&mut [0; 4])),
                Way::Initial,
            );
        }
    }
    if !single {
        // What is a name of its own is no slip: Maria is not Marie, Clark is another family than Clarke.
        let known = &KNOWN[usize::from(!forename)];
        let sounds = sound::keys(token);
        let near: HashSet<ValueHash> = (known.iter())
            .filter(|(name, keys)| {
                name != token
                    && (one_slip(name, token) || keys.iter().any(|key| sounds.contains(key)))
            })
            .map(|(name, _)| key.token(name))
            .collect();
        let own = |hash: &ValueHash| near.contains(hash);
        let mut slips = Vec::new();
        for shorter in deletions(token) {
            slips.push(key.token(&shorter));
            slips.extend(by(inventory, key, TokenKey::Deletion, &shorter)?);
        }
        slips.extend(by(inventory, key, TokenKey::Deletion, token)?);
        slips.extend(misread(token).iter().map(|form| key.token(form)));
        for slip in slips {
            put(&mut ways, slip, Way::Slip(own(&slip)));
        }
        for key_of_sound in sound::keys(token) {
            for alike in by(inventory, key, TokenKey::Phonetic, &key_of_sound)? {
                put(&mut ways, alike, Way::Sound(own(&alike)));
            }
        }
    }
    // How common it is: of all names here, those with it. Its own bearer's names are among them, so a rare one is not
    // made commoner than one in all by being written often.
    let with = inventory.count_names_with(hash, MOST_NAMES)? as f64;
    let others = (with - 2.0).max(0.5);
    let frequency = (others / (names as f64 + 20.0)).clamp(1e-6, 0.5);
    let begins = match single {
        true => {
            let tokens =
                inventory.tokens_by(TokenKey::Initial, key.token_key(TokenKey::Initial, token))?;
            Some(tokens.into_iter().collect())
        }
        false => None,
    };
    let (agree, most): (f64, f64) = if forename { (0.90, 9.0) } else { (0.95, 12.0) };
    Ok(Wanted {
        bits: (agree / frequency).log2().clamp(1.0, most),
        ways,
        initial: (token.chars().next())
            .map(|first| key.token_key(TokenKey::Initial, first.encode_utf8(&mut [0; 4]))),
        begins,
        alone,
    })
}

fn by(
    inventory: &Inventory,
    key: &Key,
    how: TokenKey,
    text: &str,
) -> Result<Vec<ValueHash>, InventoryError> {
    let mut tokens = inventory.tokens_by(how, key.token_key(how, text))?;
    tokens.truncate(MOST_TOKENS);
    Ok(tokens)
}

/// Whether two tokens differ by one letter more, less or otherwise, or by two neighbours swapped.
fn one_slip(one: &str, other: &str) -> bool {
    let (a, b) = (one.as_bytes(), other.as_bytes());
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let front = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[front..], &b[front..]);
    let back = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take_while(|(x, y)| x == y)
        .count();
    let (a, b) = (&a[..a.len() - back], &b[..b.len() - back]);
    a.len() <= 1 && b.len() <= 1 || matches!((a, b), ([w, x], [y, z]) if w == z && x == y)
}

/// Whether a folded token read in the clear may stand for one asked for, as the ways say over hashes: the same, a form of
/// the forename, one slip of typing, or alike in sound where it is no name of its own.
pub fn stands_for(token: &str, asked: &str, forename: bool) -> bool {
    if token == asked || forename && nicknames::related(asked, token).is_some() {
        return true;
    }
    let known = &KNOWN[usize::from(!forename)];
    let long = |token: &str| token.chars().count() >= 5;
    let alike = || {
        let sounds = sound::keys(asked);
        sound::keys(token).iter().any(|key| sounds.contains(key))
    };
    long(token)
        && long(asked)
        && (one_slip(token, asked) || alike())
        && known
            .binary_search_by(|(name, _)| name.as_str().cmp(token))
            .is_err()
}

/// What a scanner or a tired eye makes of letters that look alike.
const ALIKE: &[(&str, &str)] = &[
    ("rn", "m"),
    ("m", "rn"),
    ("cl", "d"),
    ("d", "cl"),
    ("vv", "w"),
    ("w", "vv"),
    ("o", "0"),
    ("l", "1"),
    ("i", "1"),
    ("s", "5"),
    ("b", "8"),
    ("l", "i"),
    ("i", "l"),
];

fn misread(token: &str) -> Vec<String> {
    let mut forms = Vec::new();
    for (from, to) in ALIKE {
        for (at, _) in token.match_indices(from) {
            forms.push(format!("{}{to}{}", &token[..at], &token[at + from.len()..]));
        }
    }
    forms
}
