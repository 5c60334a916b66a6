//! Which findings of a part belong together: the row, the object, the stretch of text about one person.
//!
//! Evidence counts together only inside one record (detection specification §8.1, V6): in a register of four hundred
//! people one person's forename must not meet another's birth date. Rows and objects are told by their place; running
//! text is cut where another person is named, and an identifier there belongs to the name on its line, before it, or,
//! where a document sets them so, after it.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    identity::Class,
    naming::{Agreement, Kind},
};
use crate::{
    inventory::{names::Sex, pack::Spot, record::ValueHash},
    model::{Anchor, Confidence, Level, Status},
};

/// Bytes of text that an identifier may stand behind its name.
const BEHIND: u64 = 600;

/// Bytes of text that an identifier may stand before its name.
const BEFORE: u64 = 150;

/// Bytes between a forename and a surname under labels of their own.
const APART: u64 = 90;

/// Bytes from the start of a surname to that of the forename behind it, in one line.
const CLOSE: u64 = 32;

/// One finding that may tell who somebody is.
#[derive(Clone, Debug)]
pub struct Item {
    /// Number of its rule.
    pub rule: i64,
    /// What it is evidence of.
    pub class: Class,
    /// The value.
    pub hash: ValueHash,
    /// Where.
    pub spot: Spot,
    /// How sure.
    pub confidence: Confidence,
    /// Whose.
    pub status: Status,
}

/// A person named in a record: one name, or a forename and a surname in two cells.
#[derive(Clone, Debug)]
pub struct Named {
    /// Items the name is made of.
    pub items: Vec<usize>,
    /// Tokens, forenames first.
    pub tokens: Vec<ValueHash>,
    /// How it agrees with the name asked for.
    pub agreement: Agreement,
    /// What its title says.
    pub sex: Sex,
    offset: u64,
    /// Whether it is read off a mailbox, which is nobody's heading.
    mailbox: bool,
}

impl Named {
    /// A name made of these items.
    pub fn new(items: Vec<usize>, tokens: Vec<ValueHash>, agreement: Agreement, sex: Sex) -> Named {
        Named {
            items,
            tokens,
            agreement,
            sex,
            offset: 0,
            mailbox: false,
        }
    }

    /// Whether it may be the person.
    pub fn ours(&self) -> bool {
        matches!(
            self.agreement.kind,
            Kind::Full | Kind::SurnameOnly | Kind::GivenOnly
        )
    }

    /// Whether it is made of more than one cell.
    pub fn apart(&self) -> bool {
        self.items.len() > 1
    }
}

/// What belongs to one person in one record.
#[derive(Clone, Debug, Default)]
pub struct Cluster {
    /// Names of the person, the best first; empty when an identifier stands by itself.
    pub names: Vec<Named>,
    /// The person named beside it, when it is another.
    pub other: Option<Named>,
    /// What is about this person and nobody else: it may agree or disagree.
    pub owned: Vec<usize>,
    /// What is in the same record and may be about another: it may agree.
    pub beside: Vec<usize>,
}

/// Reads the tokens of a name; agreement of tokens.
pub trait Names {
    /// Tokens of a name by its hash.
    fn tokens(&self, name: ValueHash) -> Vec<ValueHash>;
    /// How tokens agree with the name asked for.
    fn compare(&self, tokens: &[ValueHash]) -> Agreement;
}

/// What holds one person's data together.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Key {
    Row(String, u64),
    Form(String),
    Object(String),
    Property,
    Text,
}

/// Puts the items of a part together by person. `interesting` says which could matter; records without one are passed
/// over, so that a large register costs what its few rows cost.
pub fn clusters(
    items: &[Item],
    interesting: impl Fn(&Item) -> bool,
    names: &dyn Names,
) -> Vec<Cluster> {
    let objects = Objects::of(items);
    let forms = forms(items);
    let mut records: BTreeMap<Key, (Vec<usize>, bool)> = BTreeMap::new();
    for (n, item) in items.iter().enumerate() {
        let record = records
            .entry(key(&item.spot.anchor, &objects, &forms))
            .or_default();
        record.0.push(n);
        record.1 |= interesting(item);
    }
    let mut clusters = Vec::new();
    for (key, (mut indices, wanted)) in records {
        if !wanted {
            continue;
        }
        indices.sort_by_key(|&n| (position(&items[n]), n));
        match key {
            Key::Text | Key::Form(_) => text(items, &indices, names, &mut clusters),
            _ => row(items, &indices, names, &mut clusters),
        }
    }
    clusters
}

/// Where an item stands among its neighbours: by its byte, in older inventories by its place.
fn position(item: &Item) -> u64 {
    if let Some(offset) = item.spot.offset {
        return offset;
    }
    match &item.spot.anchor {
        Anchor::Cell { column, .. } => u64::from(*column) * 100,
        Anchor::Line(n) => *n * 80,
        Anchor::Paragraph(n) => u64::from(*n) * 300,
        Anchor::Page(n) | Anchor::Slide(n) | Anchor::Notes(n) => u64::from(*n) * 3_000,
        _ => 0,
    }
}

/// The objects of a part, by path.
struct Objects {
    /// Elements that are repeated: `/people/person` where there is a `/people/person[2]`.
    repeated: HashSet<String>,
    /// Those that hold names: `$.people[3]` for `$.people[3].name`.
    named: HashSet<String>,
}

impl Objects {
    fn of(items: &[Item]) -> Objects {
        let paths = || {
            items.iter().filter_map(|item| match &item.spot.anchor {
                Anchor::Region(path) => Some((item.class, &**path)),
                _ => None,
            })
        };
        let mut objects = Objects {
            repeated: HashSet::new(),
            named: HashSet::new(),
        };
        for (_, path) in paths() {
            for (at, _) in path.match_indices('[') {
                objects.repeated.insert(path[..at].to_owned());
            }
        }
        objects.named = paths()
            .filter(|(class, _)| *class == Class::Name)
            .filter_map(|(_, path)| objects.innermost(path))
            .map(str::to_owned)
            .collect();
        objects
    }

    /// The repeated element that a path lies in.
    fn innermost<'p>(&self, path: &'p str) -> Option<&'p str> {
        outwards(path).find(|prefix| prefix.ends_with(']') || self.repeated.contains(*prefix))
    }

    /// The object whose person a path speaks of. A telephone in a list inside the person's object is the person's.
    fn holder<'p>(&self, path: &'p str) -> Option<&'p str> {
        outwards(path)
            .find(|prefix| self.named.contains(*prefix))
            .or_else(|| self.innermost(path))
    }
}

/// The elements that a path lies in, the innermost first: `$.people[3].pay[1]`, `$.people[3].pay`, `$.people[3]`, …
fn outwards(path: &str) -> impl Iterator<Item = &str> {
    let whole = path.ends_with(']').then_some(path);
    let inner = path
        .match_indices(['.', '/', '['])
        .map(|(at, _)| at)
        .collect::<Vec<_>>();
    whole.into_iter().chain(
        inner
            .into_iter()
            .rev()
            .filter(|&at| at > 0)
            .map(|at| &path[..at]),
    )
}

/// Sheets that are forms, a field a row: no row of them holds two kinds of identifier.
fn forms(items: &[Item]) -> HashSet<&str> {
    let mut sheets: HashMap<&str, HashMap<u64, HashSet<Class>>> = HashMap::new();
    for item in items {
        if let Anchor::Cell { sheet, row, .. } = &item.spot.anchor {
            let rows = sheets.entry(sheet).or_default();
            rows.entry(*row).or_default().insert(item.class);
        }
    }
    sheets
        .into_iter()
        .filter(|(_, rows)| {
            let classes: HashSet<&Class> = rows.values().flatten().collect();
            classes.len() > 1 && rows.values().all(|row| row.len() == 1)
        })
        .map(|(sheet, _)| sheet)
        .collect()
}

fn key(anchor: &Anchor, objects: &Objects, forms: &HashSet<&str>) -> Key {
    match anchor {
        Anchor::Cell { sheet, .. } if forms.contains(&**sheet) => Key::Form(sheet.to_string()),
        Anchor::Cell { sheet, row, .. } => Key::Row(sheet.to_string(), *row),
        Anchor::Region(path) => match objects.holder(path) {
            Some(holder) => Key::Object(holder.to_owned()),
            None => Key::Text,
        },
        Anchor::Meta(_) => Key::Property,
        _ => Key::Text,
    }
}

/// The people named, each once where a forename and a surname stand apart.
fn people(items: &[Item], indices: &[usize], names: &dyn Names, in_row: bool) -> Vec<Named> {
    let mut people: Vec<Named> = Vec::new();
    let mailboxes: HashSet<u64> = (indices.iter().map(|&n| &items[n]))
        .filter(|item| item.class == Class::Contact)
        .map(position)
        .collect();
    for &n in indices.iter().filter(|&&n| items[n].class == Class::Name) {
        let item = &items[n];
        let tokens = names.tokens(item.hash);
        if tokens.is_empty() {
            continue;
        }
        if let Some(last) = people.last_mut()
            && joins(&items[last.items[last.items.len() - 1]], item, in_row)
            && (last.tokens.len() == 1 || tokens.len() == 1)
            && last.tokens.len() + tokens.len() <= 4
            && !last.tokens.iter().any(|token| tokens.contains(token))
        {
            let mut both = last.tokens.clone();
            both.extend(&tokens);
            let agreement = names.compare(&both);
            // A double surname may be a middle name and a surname asked for: the forename is still to come.
            let full = |a: &Agreement| a.kind == Kind::Full && !(in_row && a.by_middle);
            let whole = full(&last.agreement) || full(&names.compare(&tokens));
            if !whole && (in_row || agreement.kind == Kind::Full) {
                last.items.push(n);
                last.tokens = both;
                last.agreement = agreement;
                last.sex = last.sex.max(item.spot.sex);
                continue;
            }
        }
        let agreement = names.compare(&tokens);
        // A hint that is not the name asked for is nobody: it parts nothing and owns nothing.
        if item.confidence.level() == Level::Low && agreement.kind != Kind::Full {
            continue;
        }
        people.push(Named {
            items: vec![n],
            agreement,
            tokens,
            sex: item.spot.sex,
            offset: position(item),
            mailbox: mailboxes.contains(&position(item)),
        });
    }
    people
}

/// Whether two names in a row may be a forename and a surname: neighbouring cells, lines one after the other.
fn joins(one: &Item, other: &Item, in_row: bool) -> bool {
    match (&one.spot.anchor, &other.spot.anchor) {
        (Anchor::Cell { column: a, .. }, Anchor::Cell { column: b, .. }) if in_row => {
            (1..=2).contains(&b.abs_diff(*a))
        }
        (Anchor::Cell { row: a, .. }, Anchor::Cell { row: b, .. }) => b.abs_diff(*a) <= 2,
        // `Okafor, Margaret` in one line; `Surname: Okafor` and `Forename: Margaret` in two.
        (Anchor::Line(a), Anchor::Line(b)) if !in_row => {
            let most = if a == b { CLOSE } else { APART };
            b.abs_diff(*a) <= 1 && position(other).abs_diff(position(one)) <= most
        }
        _ => in_row || position(other).abs_diff(position(one)) <= APART,
    }
}

/// A row or an object: everything in it is beside everybody in it, and owned by the name before it.
fn row(items: &[Item], indices: &[usize], names: &dyn Names, clusters: &mut Vec<Cluster>) {
    let people = people(items, indices, names, true);
    let values: Vec<usize> = indices
        .iter()
        .copied()
        .filter(|&n| items[n].class != Class::Name)
        .collect();
    let owner = |n: usize| -> Option<usize> {
        let at = position(&items[n]);
        let before = people.iter().rposition(|person| person.offset <= at);
        before.or((!people.is_empty()).then_some(0))
    };
    let mut found = false;
    for (index, person) in people.iter().enumerate() {
        if !matches!(person.agreement.kind, Kind::Full | Kind::SurnameOnly) {
            continue;
        }
        found |= person.agreement.kind == Kind::Full;
        let (owned, beside) = values.iter().partition(|&&n| owner(n) == Some(index));
        clusters.push(Cluster {
            names: vec![person.clone()],
            other: None,
            owned,
            beside,
        });
    }
    if !found {
        by_owner(&people, &values, owner, clusters);
    }
}

/// Identifiers that stand with another name, or with none.
fn by_owner(
    people: &[Named],
    values: &[usize],
    owner: impl Fn(usize) -> Option<usize>,
    clusters: &mut Vec<Cluster>,
) {
    let mut owned: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
    for &n in values {
        owned.entry(owner(n)).or_default().push(n);
    }
    for (person, owned) in owned {
        let named = person.map(|index| people[index].clone());
        // A forename alone is no name to look for, and beside an identifier it agrees.
        let (names, other) = match named {
            Some(named) if named.agreement.kind == Kind::GivenOnly => (vec![named], None),
            Some(named) if named.ours() => continue,
            named => (Vec::new(), named),
        };
        clusters.push(Cluster {
            names,
            other,
            owned,
            beside: Vec::new(),
        });
    }
}

/// Running text.
fn text(items: &[Item], indices: &[usize], names: &dyn Names, clusters: &mut Vec<Cluster>) {
    let people = people(items, indices, names, false);
    let values: Vec<usize> = indices
        .iter()
        .copied()
        .filter(|&n| items[n].class != Class::Name)
        .collect();
    // A forename alone (`Rose`, `Will`) may be anybody's; it parts nothing.
    let others = people
        .iter()
        .filter(|person| !person.ours() && person.tokens.len() > 1)
        .count();
    let ours: Vec<&Named> = people
        .iter()
        .filter(|p| matches!(p.agreement.kind, Kind::Full | Kind::SurnameOnly))
        .collect();
    if others == 0 {
        if !ours.is_empty() {
            clusters.push(Cluster {
                names: best_first(ours),
                other: None,
                owned: values,
                beside: Vec::new(),
            });
        } else {
            // Nobody is named: a letter about one person, or a list of numbers. Or somebody by one word.
            by_owner(
                &people,
                &values,
                |_| (!people.is_empty()).then_some(0),
                clusters,
            );
        }
        return;
    }
    let (leads, guessed) = leads(items, &people, &values);
    let owners: HashMap<usize, Option<usize>> = values
        .iter()
        .map(|&n| (n, owner(&items[n], items, &people, &leads)))
        .collect();
    // `… NHS number 123. The other party, Ada Example, disagrees`: whose number it is, nothing tells.
    let guess = |n: usize| {
        let class = &items[n].class;
        (guessed.contains(class) || !leads.contains(class))
            && owners[&n].is_some_and(|owner| people[owner].offset > position(&items[n]))
    };
    // Names of the person one after another, with nobody else between them, are one stretch about the person.
    let mut stretch: Vec<usize> = Vec::new();
    for index in 0..=people.len() {
        let person = people.get(index);
        if let Some(person) = person {
            if person.ours() {
                stretch.push(index);
                continue;
            }
            if person.tokens.len() == 1 && person.agreement.kind == Kind::Other {
                continue;
            }
        }
        let named: Vec<&Named> = stretch
            .iter()
            .map(|&n| &people[n])
            .filter(|p| matches!(p.agreement.kind, Kind::Full | Kind::SurnameOnly))
            .collect();
        if !named.is_empty() {
            let (beside, owned) = (values.iter().copied())
                .filter(|n| owners[n].is_some_and(|owner| stretch.contains(&owner)))
                .partition(|&n| guess(n));
            clusters.push(Cluster {
                names: best_first(named),
                other: None,
                owned,
                beside,
            });
        }
        stretch.clear();
    }
    by_owner(
        &people,
        &values,
        |n| owners[&n].filter(|_| !guess(n)),
        clusters,
    );
}

fn best_first(mut names: Vec<&Named>) -> Vec<Named> {
    names.sort_by(|a, b| {
        (b.agreement.kind, b.agreement.bits)
            .partial_cmp(&(a.agreement.kind, a.agreement.bits))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    names.into_iter().cloned().collect()
}

/// Classes whose values stand before their name in this document: the first comes before the first name and none comes
/// after the last. One value before the one name behind it shows no such order: it is a guess, and the class is in the
/// second list.
fn leads(items: &[Item], people: &[Named], values: &[usize]) -> (Vec<Class>, Vec<Class>) {
    let (Some(first), Some(last)) = (people.first(), people.last()) else {
        return Default::default();
    };
    let mut ends: HashMap<Class, (u64, u64)> = HashMap::new();
    for &n in values {
        let at = position(&items[n]);
        let end = ends.entry(items[n].class).or_insert((at, at));
        end.0 = end.0.min(at);
        end.1 = end.1.max(at);
    }
    let leading: Vec<Class> = (ends.into_iter())
        .filter(|(_, (from, to))| *from < first.offset && *to < last.offset)
        .map(|(class, _)| class)
        .collect();
    let places: HashSet<u64> = (values.iter().map(|&n| &items[n]))
        .filter(|item| leading.contains(&item.class))
        .map(position)
        .collect();
    let guessed = match places.len() {
        1 => leading.clone(),
        _ => Vec::new(),
    };
    (leading, guessed)
}

/// Whom a value in running text belongs to.
fn owner(item: &Item, items: &[Item], people: &[Named], leads: &[Class]) -> Option<usize> {
    let at = position(item);
    let after = people.partition_point(|person| person.offset <= at);
    let before = after.checked_sub(1);
    let next = (after < people.len()).then_some(after);
    let on_line = |person: Option<usize>| {
        person.filter(|&n| {
            if people[n].mailbox && item.class == Class::Contact && people[n].offset != at {
                return false;
            }
            let anchor = &items[people[n].items[0]].spot.anchor;
            matches!(anchor, Anchor::Line(_) | Anchor::Paragraph(_)) && *anchor == item.spot.anchor
        })
    };
    // A name read off a mailbox is that mailbox's: it owns no other, and nothing on other lines.
    let owns = |person: &usize| !people[*person].mailbox || people[*person].offset == at;
    let near_next = next
        .filter(|&n| people[n].offset - at <= BEFORE)
        .filter(owns);
    let near_before = before
        .filter(|&n| at - people[n].offset <= BEHIND)
        .filter(owns);
    match (on_line(before), on_line(next)) {
        (Some(before), _) if !(leads.contains(&item.class) && on_line(next).is_some()) => {
            return Some(before);
        }
        (_, Some(next)) => return Some(next),
        _ => {}
    }
    if leads.contains(&item.class) {
        near_next.or(near_before)
    } else {
        near_before.or(near_next)
    }
}
