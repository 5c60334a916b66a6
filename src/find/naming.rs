//! How a name in the inventory agrees with the name asked for, token by token, over hashes alone.
//!
//! For each token asked for the [`Matcher`] knows the hashes of the tokens that may stand for it (`ways`). A name in the
//! inventory is a list of token hashes in the order of forenames and surname; comparing the two gives the weight of the
//! agreement, as detection specification §6 has it, with surname and forename weighed by how common they are in this
//! inventory.

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
};

use super::{
    identity::{NameQuestion, is_particle},
    ways::{MOST_NAMES, Wanted, Way, wanted},
};
use crate::inventory::{
    Inventory, InventoryError, Key,
    record::{TokenKey, ValueHash},
};

/// Names with the surname that are compared one by one. Of more, those that share no token with the forename are not.
const FEW: usize = 1_500;

/// Of bearers of a common surname under other forenames: so many are looked at, to see that there are some.
const SAMPLE: usize = 200;

/// Names with a forename that are looked through.
const MOST_GIVEN: usize = 200_000;

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
    /// Whether more than forename and surname agrees, or a name from before: a namesake would not have it.
    pub telling: bool,
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
            telling: false,
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
    /// Mailboxes and user names made of a name asked for, with how.
    handles: HashMap<ValueHash, Agreement>,
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
    /// Mailboxes and user names made of the name; each is its own one token.
    pub handles: HashSet<ValueHash>,
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
        let mut handles = HashMap::new();
        for (question, wanted) in asked.iter().zip(&questions) {
            for (form, written_out) in handle_forms(question) {
                let key = key.token_key(TokenKey::Handle, &form);
                for value in inventory.tokens_by(TokenKey::Handle, key)? {
                    let agreement = || wanted.by_handle(written_out);
                    handles.entry(value).or_insert_with(agreement);
                }
            }
        }
        Ok(Matcher {
            inventory,
            handles,
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
        let mut names: Vec<ValueHash> = Vec::new();
        for question in &self.questions {
            let (bearers, cut) = self.bearers(question)?;
            found.cut |= cut;
            names.extend(bearers);
            if let Some(first) = question.given.first() {
                found.forenames.extend(&first.alone);
            }
        }
        found.handles = self.handles.keys().copied().collect();
        // In their order, which is that of the table.
        names.sort_unstable();
        names.dedup();
        for name in names {
            let agreement = self.agreement(name)?;
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
        Ok(found)
    }

    /// Names worth comparing with one asked for, and whether its surname has more bearers than were looked through.
    fn bearers(&self, question: &Question) -> Result<(Vec<ValueHash>, bool), InventoryError> {
        let (mut bearers, mut cut) = (Vec::new(), Vec::new());
        let mut alone = Vec::new();
        for (token, _) in question.surname.iter().filter(|(_, particle)| !particle) {
            for &way in token.ways.keys() {
                let with = self.inventory.names_with(way, MOST_NAMES)?;
                if with.len() == MOST_NAMES {
                    cut.push(way);
                }
                bearers.extend(with);
            }
            alone.extend(&token.alone);
        }
        bearers.sort_unstable();
        bearers.dedup();
        // An initial asked for is not a token that a list could be kept of.
        let initial = question.given.iter().any(|token| token.begins.is_some());
        if bearers.len() <= FEW || question.given.is_empty() || initial {
            return Ok((bearers, !cut.is_empty()));
        }
        // A common surname: its bearers with one of the forenames, in any form, and a few of the others.
        let (mut named, mut kept) = (HashSet::new(), alone);
        for &way in question.given.iter().flat_map(|token| token.ways.keys()) {
            named.extend(self.inventory.names_with(way, MOST_GIVEN)?);
            for &surname in &cut {
                kept.extend(self.inventory.names_with_both(way, surname, MOST_NAMES)?);
            }
        }
        let (with, others): (Vec<_>, Vec<_>) =
            bearers.into_iter().partition(|name| named.contains(name));
        kept.extend(with);
        kept.extend(others.into_iter().take(SAMPLE));
        Ok((kept, !cut.is_empty()))
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
        let agreement = self.compare(&self.inventory.tokens_of(name)?);
        self.seen.borrow_mut().insert(name, agreement.clone());
        Ok(agreement)
    }

    /// How tokens in the order of forenames and surname agree with the best of the names asked for.
    pub fn compare(&self, tokens: &[ValueHash]) -> Agreement {
        if let [one] = tokens
            && let Some(agreement) = self.handles.get(one)
        {
            return agreement.clone();
        }
        let mut best = Agreement::none();
        for question in &self.questions {
            let agreement = self.compare_one(question, tokens);
            if (agreement.kind, agreement.bits) > (best.kind, best.bits) {
                best = agreement;
            }
        }
        best
    }

    fn compare_one(&self, question: &Question, tokens: &[ValueHash]) -> Agreement {
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
            let Some((at, way)) = best(token, &free, true) else {
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
            if let Some((at, way)) = best(token, &free, false) {
                forename = Some((nth, at, way));
                break;
            }
        }
        let (mut written_out, mut other_middle, mut middle) = (false, false, false);
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
                if let Some((at, way)) = best(token, &free, false) {
                    free[at] = None;
                    middle = true;
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
                // `Okafor Margaret Jane`, a surname in a cell before the forenames.
                let surname_first = forename
                    .is_some_and(|(_, forename, _)| surname_at.is_some_and(|at| at < forename));
                for &at in &left {
                    exact = false;
                    // Behind the surname: a second half of it. Before it: a middle name.
                    if surname_at.is_some_and(|surname| at > surname) && !surname_first {
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
            Kind::Other => return Agreement::none(),
            Kind::GivenOnly | Kind::SurnameOnly => bits -= named,
        }
        Agreement {
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
            telling: middle || !question.current,
        }
    }
}

/// Bits taken off a name that is run together in a mailbox or a user name: somebody else may have been given it.
const RUN_TOGETHER: f64 = 2.0;

impl Question {
    /// How a mailbox or user name made of the name agrees.
    fn by_handle(&self, written_out: bool) -> Agreement {
        let exact = |token: Option<&Wanted>| token.map_or(0.0, |token| token.bits);
        let surname: f64 = (self.surname.iter())
            .map(|(token, _)| token.bits)
            .fold(0.0, f64::max);
        let forename = exact(self.given.first());
        let way = if written_out {
            Way::Exact
        } else {
            Way::Initial
        };
        Agreement {
            kind: Kind::Full,
            bits: surname + way.weigh(forename) - RUN_TOGETHER,
            words: format!(
                "a mailbox or user name of surname and {}",
                way.words("forename")
            ),
            exact: false,
            forename: written_out,
            ..Agreement::none()
        }
    }
}

/// What a mailbox or a user name makes of a name, and whether the forename is written out in it.
pub(super) fn handle_forms(name: &NameQuestion) -> Vec<(String, bool)> {
    let surname = name.surname.concat();
    let Some(given) = name.given.first() else {
        return Vec::new();
    };
    let initials: String = (name.given.iter())
        .filter_map(|given| given.chars().next())
        .collect();
    let mut forms = vec![
        (format!("{given}{surname}"), true),
        (format!("{surname}{given}"), true),
    ];
    for initials in [initials.get(..1), Some(initials.as_str())]
        .into_iter()
        .flatten()
    {
        forms.push((format!("{initials}{surname}"), false));
        forms.push((format!("{surname}{initials}"), false));
    }
    // Too short a surname makes a word of its own: `also`, `aman`.
    forms.retain(|(form, _)| surname.chars().count() >= 3 && form.chars().count() >= 5);
    forms
}

/// The free token that stands best for a wanted one; for a surname the last of equals, for a forename the first.
fn best(token: &Wanted, free: &[Option<ValueHash>], last: bool) -> Option<(usize, Way)> {
    let mut best: Option<(usize, Way)> = None;
    for (at, hash) in free.iter().enumerate() {
        let Some(hash) = hash else { continue };
        let begins = || token.begins.as_ref().is_some_and(|b| b.contains(hash));
        let way = match token.ways.get(hash) {
            Some(way) => *way,
            None if begins() => Way::Initial,
            None => continue,
        };
        let better = best.is_none_or(|(_, so_far)| {
            let (new, old) = (way.weigh(9.0), so_far.weigh(9.0));
            new > old || last && new == old
        });
        if better {
            best = Some((at, way));
        }
    }
    best
}
