//! How a name in the inventory agrees with the name asked for, token by token, over hashes alone.
//!
//! For each token asked for the [`Matcher`] knows the hashes of the tokens that may stand for it: itself, its initial, its
//! nicknames, what sounds alike, what one slip of typing makes of it. A name in the inventory is a list of token hashes in
//! the order of forenames and surname; comparing the two gives the weight of the agreement, as detection specification §6
//! has it, with surname and forename weighed by how common they are in this inventory.

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet, hash_map::Entry},
    sync::LazyLock,
};

use super::identity::{NAME, NameQuestion, is_particle};
use crate::inventory::{
    Inventory, InventoryError, Key,
    keys::deletions,
    nicknames,
    record::{TokenKey, ValueHash},
    sound,
};

/// Names with one token that are looked through; a token in more names than that tells nobody apart by itself.
const MOST_NAMES: usize = 20_000;

/// Tokens that sound alike or are a slip away, looked at.
const MOST_TOKENS: usize = 300;

/// How a token stands for the one asked for.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Way {
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
    fn weigh(self, exact: f64) -> f64 {
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

    fn words(self, what: &str) -> String {
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
struct Wanted {
    /// Names that are nothing but this token, by their hash.
    alone: Vec<ValueHash>,
    /// Weight of agreement on the token itself, by how common it is here.
    bits: f64,
    ways: HashMap<ValueHash, Way>,
    /// For an initial asked for: the way to all tokens that begin with it.
    begins: Option<ValueHash>,
    /// The way to all tokens that begin alike.
    initial: Option<ValueHash>,
}

impl Wanted {
    /// The tokens that may stand for it but its initial.
    fn written_out(&self) -> impl Iterator<Item = ValueHash> {
        (self.ways.iter())
            .filter(|(_, way)| **way != Way::Initial)
            .map(|(hash, _)| *hash)
    }
}

/// What kind of agreement.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// Another person's name, or none that can be told.
    Other,
    /// The surname, with another forename.
    Relative,
    /// A forename that agrees, with another surname.
    OtherSurname,
    /// Forenames only.
    GivenOnly,
    /// The surname only.
    SurnameOnly,
    /// Forename and surname, in some form.
    Full,
}

/// How a name agrees.
#[derive(Clone, PartialEq, Debug)]
pub struct Agreement {
    /// What kind.
    pub kind: Kind,
    /// Weight in bits.
    pub bits: f64,
    /// In words.
    pub words: String,
    /// Whether every token is the one asked for.
    pub exact: bool,
    /// Whether the forename is written out and agrees: relatives share surname and often the initial.
    pub forename: bool,
    /// Whether what agrees is a middle name, of the one or of the other, and the forename is another or not there.
    pub by_middle: bool,
    /// Whether another middle name stands there.
    pub other_middle: bool,
    /// Whether the forename only sounds like the one asked for and is a name of its own: Philip for Philippa.
    pub another_alike: bool,
}

impl Agreement {
    /// Whether the surname is written as asked for.
    pub fn exact_surname(&self) -> bool {
        self.kind == Kind::SurnameOnly && self.exact
    }

    /// A name that has nothing to do with it.
    pub fn none() -> Agreement {
        Agreement {
            kind: Kind::Other,
            bits: -12.0,
            words: "another name".into(),
            exact: false,
            forename: false,
            by_middle: false,
            other_middle: false,
            another_alike: false,
        }
    }
}

struct Question {
    current: bool,
    given: Vec<Wanted>,
    surname: Vec<(Wanted, bool)>,
}

/// Names asked for, ready to be compared with those of an inventory.
pub struct Matcher<'a> {
    inventory: &'a Inventory,
    questions: Vec<Question>,
    /// Tokens of one letter.
    initials: HashSet<ValueHash>,
    seen: RefCell<HashMap<ValueHash, Agreement>>,
    /// Different names in the inventory.
    pub names: u64,
}

/// The names that the index gives for those asked for.
#[derive(Default)]
pub struct Found {
    /// Names that agree in forename and surname, with their weight.
    pub full: Vec<(ValueHash, f64)>,
    /// Names that are the surname alone, or the forename alone: two cells of a row.
    pub surnames: Vec<ValueHash>,
    /// See `surnames`.
    pub forenames: Vec<ValueHash>,
    /// Whether somebody else here has the surname.
    pub shared: bool,
    /// Whether somebody else here has the surname and the initial.
    pub shared_initial: bool,
    /// Whether there were too many to look through.
    pub cut: bool,
}

impl<'a> Matcher<'a> {
    /// For these names.
    pub fn new(
        inventory: &'a Inventory,
        key: &Key,
        asked: &[NameQuestion],
    ) -> Result<Matcher<'a>, InventoryError> {
        let names = inventory.names_estimated()?;
        let mut questions = Vec::new();
        for question in asked {
            let mut given = Vec::new();
            for token in &question.given {
                given.push(wanted(inventory, key, token, true, names)?);
            }
            let mut surname = Vec::new();
            for token in &question.surname {
                let particle = is_particle(token) && question.surname.len() > 1;
                surname.push((wanted(inventory, key, token, false, names)?, particle));
            }
            questions.push(Question {
                current: question.current,
                given,
                surname,
            });
        }
        Ok(Matcher {
            inventory,
            questions,
            initials: ('a'..='z')
                .map(|letter| key.token(letter.encode_utf8(&mut [0; 4])))
                .collect(),
            seen: RefCell::default(),
            names,
        })
    }

    /// Names of the inventory that agree with one asked for.
    pub fn found(&self) -> Result<Found, InventoryError> {
        let mut found = Found::default();
        let mut names: HashMap<ValueHash, Agreement> = HashMap::new();
        for question in &self.questions {
            let mut candidates: HashSet<ValueHash> = HashSet::new();
            let mut cut = false;
            for (token, _) in question.surname.iter().filter(|(_, particle)| !particle) {
                for &way in token.ways.keys() {
                    let with = self.inventory.names_with(way, MOST_NAMES)?;
                    cut |= with.len() == MOST_NAMES;
                    candidates.extend(with);
                }
            }
            found.cut |= cut;
            // So common a surname that not all its bearers were looked through: those with the forename are not left out.
            if cut {
                for way in (question.given.iter()).flat_map(|token| token.written_out()) {
                    candidates.extend(self.inventory.names_with(way, MOST_NAMES)?);
                }
            }
            for name in candidates {
                if let Entry::Vacant(slot) = names.entry(name) {
                    slot.insert(self.agreement(name)?);
                }
            }
            if let Some(first) = question.given.first() {
                found.forenames.extend(&first.alone);
            }
        }
        for (name, agreement) in names {
            match agreement.kind {
                Kind::Full => found.full.push((name, agreement.bits)),
                Kind::SurnameOnly => found.surnames.push(name),
                Kind::Relative => {
                    found.shared = true;
                    if !found.shared_initial {
                        found.shared_initial = self.shares_initial(name)?;
                    }
                }
                _ => {}
            }
        }
        found
            .full
            .sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.surnames.sort_unstable();
        Ok(found)
    }

    /// Whether somebody else's name begins like the one asked for.
    fn shares_initial(&self, name: ValueHash) -> Result<bool, InventoryError> {
        let Some(&first) = self.inventory.tokens_of(name)?.first() else {
            return Ok(false);
        };
        for question in self.questions.iter().filter(|question| question.current) {
            if let Some(initial) = question.given.first().and_then(|token| token.initial)
                && self.inventory.leads(TokenKey::Initial, initial, first)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// How a name of the inventory agrees with the best of those asked for.
    pub fn agreement(&self, name: ValueHash) -> Result<Agreement, InventoryError> {
        if let Some(known) = self.seen.borrow().get(&name) {
            return Ok(known.clone());
        }
        let agreement = self.compare(&self.inventory.tokens_of(name)?)?;
        self.seen.borrow_mut().insert(name, agreement.clone());
        Ok(agreement)
    }

    /// How tokens in the order of forenames and surname agree with the best of the names asked for.
    pub fn compare(&self, tokens: &[ValueHash]) -> Result<Agreement, InventoryError> {
        let mut best = Agreement::none();
        for question in &self.questions {
            let agreement = self.compare_one(question, tokens)?;
            if (agreement.kind, agreement.bits) > (best.kind, best.bits) {
                best = agreement;
            }
        }
        Ok(best)
    }

    fn compare_one(
        &self,
        question: &Question,
        tokens: &[ValueHash],
    ) -> Result<Agreement, InventoryError> {
        let mut free: Vec<Option<ValueHash>> = tokens.iter().copied().map(Some).collect();
        let mut bits = 0.0;
        let mut words = Vec::new();
        let mut exact = true;

        // The surname: each of its tokens that is not a particle, wherever it stands.
        let mut met = 0;
        let mut surname_at = None;
        let mut worst: Option<Way> = None;
        let mut surname_bits = 0.0_f64;
        let significant = question.surname.iter().filter(|(_, p)| !p).count();
        for (token, particle) in &question.surname {
            let Some((at, way)) = self.best(token, &free, true)? else {
                continue;
            };
            free[at] = None;
            if *particle {
                continue;
            }
            met += 1;
            surname_at = Some(at);
            surname_bits = surname_bits.max(way.weigh(token.bits));
            if worst.is_none_or(|worst| way.weigh(9.0) < worst.weigh(9.0)) {
                worst = Some(way);
            }
        }
        if met > 0 && met < significant {
            surname_bits -= 2.0;
            exact = false;
            words.push("half of a double surname".to_owned());
        } else if let Some(way) = worst {
            exact &= way == Way::Exact;
            words.push(way.words("surname"));
        }

        // The forename asked for first, else the others: people go by a middle name.
        let mut forename = None;
        for (nth, token) in question.given.iter().enumerate() {
            if let Some((at, way)) = self.best(token, &free, false)? {
                forename = Some((nth, at, way));
                break;
            }
        }
        let (mut written_out, mut other_middle) = (false, false);
        if let Some((nth, at, way)) = forename {
            free[at] = None;
            let token = &question.given[nth];
            let mut forename_bits = way.weigh(token.bits);
            exact &= way == Way::Exact && nth == 0;
            written_out = way != Way::Initial && token.begins.is_none();
            words.push(way.words(match nth {
                0 => "forename",
                _ => "a middle name",
            }));
            if nth > 0 {
                forename_bits -= 2.0;
            }
            bits += forename_bits;
            // Surname before forename, with no comma to say so.
            if let Some(surname_at) = surname_at
                && surname_at < at
                && free.iter().skip(at).all(Option::is_none)
            {
                bits -= 1.0;
            }
            // Middle names.
            for token in &question.given[nth + 1..] {
                if let Some((at, way)) = self.best(token, &free, false)? {
                    free[at] = None;
                    match way {
                        Way::Initial => bits += 3.0,
                        _ => bits += way.weigh(6.0),
                    }
                    words.push(way.words("middle name"));
                }
            }
        }
        let left: Vec<usize> = (0..free.len()).filter(|&at| free[at].is_some()).collect();
        // `E S Okafor` is not Samantha, nor `Peter John Okafor` Samuel John: the forename stands before what agrees.
        let another_first = forename.is_some_and(|(nth, at, way)| {
            nth > 0 && !left.is_empty()
                || way == Way::Initial
                    && left.iter().any(|&before| before < at)
                    && surname_at.is_some_and(|surname| surname > at)
        });
        bits += surname_bits;
        let named = if question.current { 0.0 } else { 1.0 };

        let kind = match (met > 0, forename.is_some()) {
            (true, true) if another_first => Kind::Relative,
            (true, true) => Kind::Full,
            (true, false) if left.is_empty() => Kind::SurnameOnly,
            (true, false) if question.given.is_empty() => Kind::Full,
            (true, false) => Kind::Relative,
            (false, true) if left.is_empty() => Kind::GivenOnly,
            (false, true) => Kind::OtherSurname,
            (false, false) => Kind::Other,
        };
        match kind {
            Kind::Full => {
                bits -= named;
                if !question.current {
                    words.push("by another name the person goes or went by".into());
                }
                for &at in &left {
                    exact = false;
                    // Behind the surname: a second half of it. Before it: a middle name.
                    if surname_at.is_some_and(|surname| at > surname) {
                        bits -= 2.0;
                        words.push("a further surname".into());
                    } else if question.given.len() > 1 {
                        bits -= 4.0;
                        words.push("another middle name".into());
                        // A name before marriage, kept in the middle, is no other middle name.
                        other_middle |= !self.questions.iter().any(|question| {
                            (question.surname.iter())
                                .any(|(token, _)| token.ways.contains_key(&tokens[at]))
                        });
                    }
                }
            }
            Kind::Relative => {
                bits = surname_bits - 6.0;
                words.truncate(1);
                words.push("another forename".into());
            }
            Kind::OtherSurname => {
                bits -= 6.0;
                words.push("another surname".into());
            }
            Kind::Other => return Ok(Agreement::none()),
            Kind::GivenOnly | Kind::SurnameOnly => bits -= named,
        }
        Ok(Agreement {
            kind,
            bits,
            words: words.join(", "),
            exact: exact && question.current && left.is_empty(),
            forename: written_out,
            by_middle: forename.is_some_and(|(nth, at, _)| {
                nth > 0
                    || (left.iter())
                        .any(|&before| before < at && !self.initials.contains(&tokens[before]))
                        && surname_at.is_some_and(|surname| surname > at)
            }),
            other_middle,
            another_alike: forename.is_some_and(|(_, _, way)| way == Way::Sound(true)),
        })
    }

    /// The free token that stands best for a wanted one; for a surname the last of equals, for a forename the first.
    fn best(
        &self,
        token: &Wanted,
        free: &[Option<ValueHash>],
        last: bool,
    ) -> Result<Option<(usize, Way)>, InventoryError> {
        let mut best: Option<(usize, Way)> = None;
        for (at, hash) in free.iter().enumerate() {
            let Some(hash) = hash else { continue };
            let way = match (token.ways.get(hash), token.begins) {
                (Some(way), _) => Some(*way),
                (None, Some(begins)) => self
                    .inventory
                    .leads(TokenKey::Initial, begins, *hash)?
                    .then_some(Way::Initial),
                (None, None) => None,
            };
            let Some(way) = way else { continue };
            let better = best.is_none_or(|(_, so_far)| {
                let (new, old) = (way.weigh(9.0), so_far.weigh(9.0));
                new > old || last && new == old
            });
            if better {
                best = Some((at, way));
            }
        }
        Ok(best)
    }
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

fn wanted(
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
    let with = inventory.names_with(hash, MOST_NAMES)?.len() as f64;
    let others = (with - 2.0).max(0.5);
    let frequency = (others / (names as f64 + 20.0)).clamp(1e-6, 0.5);
    let (agree, most): (f64, f64) = if forename { (0.90, 9.0) } else { (0.95, 12.0) };
    Ok(Wanted {
        bits: (agree / frequency).log2().clamp(1.0, most),
        ways,
        initial: (token.chars().next())
            .map(|first| key.token_key(TokenKey::Initial, first.encode_utf8(&mut [0; 4]))),
        begins: single.then(|| key.token_key(TokenKey::Initial, token)),
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
