//! What the evidence of one record says: weights of agreement and disagreement, summed by Fellegi and Sunter, and the
//! rules that keep a namesake from being taken for the person (detection specification §6.3 and §6.4).
//!
//! I. P. Fellegi and A. B. Sunter, *A Theory for Record Linkage*, 1969. Weights are in bits, log₂ of how much likelier an
//! agreement is for the person than for anybody else; each class counts once, with its best; what is absent is nothing.

use std::collections::BTreeMap;

use super::{
    band::Band,
    hit::{How, Who},
    identity::{Asked, Class, NAME_KIND, Strength},
    naming::Kind,
    near::Near,
    record::{Cluster, Item, Named},
};
use crate::{
    inventory::names::Sex,
    model::{Level, Status},
};

/// How an item agrees with what was asked.
#[derive(Clone, Debug)]
pub enum Says {
    /// The value, or another form of it.
    Same(usize),
    /// A form near it.
    Near(usize, Near),
    /// The house of the address asked for, or its number only.
    House(usize, bool),
    /// Another value of a rule that was asked about.
    Differs(usize),
    /// Nothing.
    Nothing,
}

/// One line of evidence.
#[derive(Clone, Debug)]
pub struct Line {
    /// Kind of identifier.
    pub kind: String,
    /// How it agrees.
    pub how: How,
    /// What agreement says.
    pub strength: Strength,
    /// Weight.
    pub bits: f64,
    /// In words.
    pub words: String,
    /// The items it rests on.
    pub items: Vec<usize>,
}

/// What a record says.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It is, perhaps, the person.
    Person(Band),
    /// It is somebody who could be mistaken for the person.
    Another(Who, String),
    /// It says too little to be told.
    TooLittle,
}

/// A record weighed.
#[derive(Clone, Debug)]
pub struct Weighed {
    /// The verdict.
    pub verdict: Verdict,
    /// Sum of the weights.
    pub bits: f64,
    /// Its parts.
    pub lines: Vec<Line>,
    /// What limits the band.
    pub notes: Vec<String>,
    /// Whether the name is all there is.
    pub name_only: bool,
    /// Whether a birth date or a number of the person stands there, which nobody of the household shares.
    pub own: bool,
}

/// Least weights of the bands.
const CERTAIN: f64 = 10.0;
const PROBABLE: f64 = 6.6;

/// What the classes add up to.
#[derive(Default)]
struct Sum {
    lines: Vec<Line>,
    notes: Vec<String>,
    best: BTreeMap<Class, f64>,
    worst: BTreeMap<Class, f64>,
    /// Another valid number of the same kind.
    other_number: bool,
    same_number: bool,
    /// The birth date itself, not one near it.
    same_birth: bool,
    /// A full birth date, otherwise in more than one part.
    other_birth: bool,
    postcode: bool,
    house: bool,
    other_house: bool,
}

/// Weighs a record. `prior` is the weight against anybody being the person, by how many there are; `shared` says whether
/// somebody else in the inventory has the surname, and whether the initial too.
pub fn weigh(
    cluster: &Cluster,
    items: &[Item],
    says: &dyn Fn(&Item) -> Says,
    asked: &Asked,
    prior: f64,
    (shared, shared_initial): (bool, bool),
) -> Weighed {
    let mut sum = Sum::default();
    for &n in &cluster.owned {
        sum.add(n, items, says, asked, true);
    }
    for &n in &cluster.beside {
        sum.add(n, items, says, asked, false);
    }
    sum.address();
    let name = cluster.names.first();
    if let Some(name) = name {
        sum.name(name, asked);
    } else if let Some(other) = &cluster.other {
        sum.other_name(other, asked);
    }
    sum.finish(cluster, asked, prior, (shared, shared_initial))
}

impl Sum {
    fn line(&mut self, line: Line, class: Class) {
        let slot = if line.bits > 0.0 {
            &mut self.best
        } else {
            &mut self.worst
        };
        let best = slot.entry(class).or_insert(line.bits);
        *best = if line.bits > 0.0 {
            best.max(line.bits)
        } else {
            best.min(line.bits)
        };
        if let Some(same) = self
            .lines
            .iter_mut()
            .find(|l| (&l.kind, &l.words) == (&line.kind, &line.words))
        {
            same.items.extend(line.items);
        } else {
            self.lines.push(line);
        }
    }

    fn add(
        &mut self,
        n: usize,
        items: &[Item],
        says: &dyn Fn(&Item) -> Says,
        asked: &Asked,
        owned: bool,
    ) {
        let item = &items[n];
        let (index, how, bits, words) = match says(item) {
            Says::Nothing => return,
            Says::Same(index) => {
                let question = &asked.questions[index];
                let bits = match question.class {
                    Class::Strong => 22.0,
                    Class::Local if question.strength == Strength::One => 18.0,
                    Class::Birth => 13.0,
                    Class::Contact if item.status == Status::Organisation => 0.5,
                    Class::Contact if question.kind.contains("email") => 16.0,
                    Class::Address => 8.0,
                    Class::Other => 2.0,
                    _ => 12.0,
                };
                if question.class == Class::Address {
                    if question.house.is_some() || question.kind.contains("address") {
                        self.house = true;
                    } else {
                        self.postcode = true;
                    }
                }
                self.same_number |= question.class == Class::Strong;
                self.same_birth |= question.class == Class::Birth;
                (index, How::Exact, bits, "the same".to_owned())
            }
            Says::House(index, street) => {
                self.house = true;
                let words = match street {
                    true => "the same house and street",
                    false => "the same house number",
                };
                (
                    index,
                    How::Partly,
                    if street { 6.0 } else { 1.0 },
                    words.to_owned(),
                )
            }
            Says::Near(index, near) => {
                if near.bits < 0.0 && !owned {
                    return;
                }
                (
                    index,
                    if near.bits > 0.0 {
                        How::Partly
                    } else {
                        How::Against
                    },
                    near.bits,
                    near.words.to_owned(),
                )
            }
            Says::Differs(index) => {
                let class = asked.questions[index].class;
                if !owned || item.confidence.level() < Level::Medium {
                    return;
                }
                match class {
                    Class::Strong => {
                        self.other_number = true;
                        (index, How::Against, -22.0, "another number".to_owned())
                    }
                    Class::Birth => {
                        self.other_birth = true;
                        (index, How::Against, -9.0, "another birth date".to_owned())
                    }
                    Class::Address => {
                        self.other_house |= asked.questions[index].house.is_some();
                        (index, How::Against, -1.0, "another address".to_owned())
                    }
                    _ => return,
                }
            }
        };
        let question = &asked.questions[index];
        let class = question.class;
        let mut words = words;
        if let Some(how) = question.chain.last() {
            words.push_str(&format!(" (reached by {how})"));
        }
        self.line(
            Line {
                kind: question.kind.clone(),
                how,
                strength: question.strength,
                bits,
                words,
                items: vec![n],
            },
            class,
        );
    }

    /// Postcode and house together say more than either.
    fn address(&mut self) {
        if self.postcode && self.house {
            self.best.insert(Class::Address, 12.0);
        } else if self.postcode && self.other_house {
            // A neighbour.
            self.best.insert(Class::Address, 4.0);
        }
    }

    fn name(&mut self, name: &Named, asked: &Asked) {
        let agreement = &name.agreement;
        let mut words = agreement.words.clone();
        if name.apart() {
            words.push_str(", in two places of one record");
        }
        let how = match (name.apart(), agreement.exact) {
            (true, _) => How::Row,
            (false, true) => How::Exact,
            (false, false) => How::Partly,
        };
        let sex = match (asked.sex, name.sex) {
            (Sex::Unsaid, _) | (_, Sex::Unsaid) => 0.0,
            (a, b) if a == b => 0.8,
            _ => -4.0,
        };
        if sex < 0.0 {
            words.push_str(", with the other sex's title");
        }
        // A name that agrees is evidence of its class even where it weighs nothing.
        let bits = (agreement.bits + sex).max(0.01);
        self.line(
            Line {
                kind: NAME_KIND.into(),
                how,
                strength: Strength::Few,
                bits: if sex < 0.0 {
                    agreement.bits + sex
                } else {
                    bits
                },
                words,
                items: name.items.clone(),
            },
            Class::Name,
        );
    }

    fn other_name(&mut self, other: &Named, asked: &Asked) {
        if asked.names.is_empty() {
            return;
        }
        let words = match other.agreement.kind {
            Kind::Other => "another name".to_owned(),
            _ => other.agreement.words.clone(),
        };
        self.line(
            Line {
                kind: NAME_KIND.into(),
                how: How::Against,
                strength: Strength::Few,
                bits: other.agreement.bits.min(-0.01),
                words,
                items: other.items.clone(),
            },
            Class::Name,
        );
    }

    fn finish(
        mut self,
        cluster: &Cluster,
        asked: &Asked,
        prior: f64,
        shared: (bool, bool),
    ) -> Weighed {
        let mut total = -prior;
        for class in [
            Class::Name,
            Class::Birth,
            Class::Address,
            Class::Contact,
            Class::Strong,
            Class::Local,
            Class::Other,
        ] {
            total += match (self.best.get(&class), self.worst.get(&class)) {
                (Some(best), _) => *best,
                (None, Some(worst)) => *worst,
                (None, None) => 0.0,
            };
        }
        let verdict = self.verdict(cluster, asked, total, shared);
        let name_only = self.best.keys().all(|class| *class == Class::Name);
        self.lines.sort_by(|a, b| b.bits.total_cmp(&a.bits));
        Weighed {
            verdict,
            bits: total,
            lines: self.lines,
            notes: self.notes,
            name_only,
            own: self.same_birth || self.same_number || self.best.contains_key(&Class::Local),
        }
    }

    /// Whether one value was asked for and nothing else, and it is there.
    fn asked_alone(&self, asked: &Asked) -> bool {
        asked.names.is_empty()
            && asked.questions.len() == 1
            && self.lines.iter().any(|line| line.how == How::Exact)
    }

    fn verdict(
        &mut self,
        cluster: &Cluster,
        asked: &Asked,
        total: f64,
        (shared, shared_initial): (bool, bool),
    ) -> Verdict {
        let has = |class: Class| self.best.contains_key(&class);
        let name = cluster.names.first();
        let full = name.is_some_and(|name| name.agreement.kind == Kind::Full);
        let number = self.same_number;
        let local = has(Class::Local);
        let mut cap = Band::Certain;
        let mut limit = |to: Band, note: &str, notes: &mut Vec<String>| {
            if to < cap {
                cap = to;
            }
            notes.push(note.to_owned());
        };
        let mut notes = std::mem::take(&mut self.notes);
        let mut positive = self.best.len();

        // V1: two different numbers of one kind are two people.
        if self.other_number && !number {
            let who = if name.is_some() {
                Who::Namesake
            } else {
                Who::Conflict
            };
            return match (
                name.is_some(),
                has(Class::Birth) || has(Class::Contact) || has(Class::Address),
            ) {
                (true, _) | (_, true) => {
                    Verdict::Another(who, "another number of the same kind".into())
                }
                _ => Verdict::TooLittle,
            };
        }
        if self.other_number {
            limit(
                Band::Possible,
                "one number is the person's, another of its kind is not",
                &mut notes,
            );
        }

        // V5: another birth date is another person, unless a number says otherwise.
        if self.other_birth && !has(Class::Birth) {
            if number {
                limit(
                    Band::Probable,
                    "the number agrees, the birth date does not",
                    &mut notes,
                );
            } else if name.is_some() {
                let who = match (full, name.is_some_and(|n| n.agreement.forename)) {
                    (true, true) | (false, _) => Who::Namesake,
                    _ if has(Class::Address) || has(Class::Contact) => Who::Relative,
                    _ => Who::Namesake,
                };
                return Verdict::Another(who, "another birth date".into());
            } else {
                limit(Band::Possible, "the birth date does not agree", &mut notes);
            }
        }

        // V2: another forename is another person, of the family where surname or household agree.
        if name.is_none()
            && let Some(other) = &cluster.other
            && !asked.names.is_empty()
        {
            match other.agreement.kind {
                Kind::OtherSurname if number || local || has(Class::Birth) => {
                    limit(
                        Band::Probable,
                        "the name beside it has the forename and another surname",
                        &mut notes,
                    );
                }
                _ if number || local => {
                    limit(Band::Possible, "it stands with another name", &mut notes);
                }
                Kind::Relative if !self.best.is_empty() => {
                    return Verdict::Another(
                        Who::Relative,
                        "the same surname with another forename".into(),
                    );
                }
                _ if has(Class::Contact)
                    || self.house && self.postcode
                    || has(Class::Birth) && positive > 1 =>
                {
                    return Verdict::Another(
                        Who::Relative,
                        "another name with the person's address, telephone or e-mail".into(),
                    );
                }
                _ => return Verdict::TooLittle,
            }
        }
        let sexes = name.map_or(Sex::Unsaid, |name| name.sex);
        if let Some(name) = name
            && asked.sex != Sex::Unsaid
            && sexes != Sex::Unsaid
            && asked.sex != sexes
            && !number
        {
            // `Mr M Okafor` is not Margaret; `Mr Margaret Okafor` is a mistake of whoever wrote it.
            if !name.agreement.forename {
                let who = match has(Class::Address) || has(Class::Contact) {
                    true => Who::Relative,
                    false => Who::Namesake,
                };
                return Verdict::Another(who, "the other sex's title".into());
            }
            limit(Band::Probable, "the other sex's title", &mut notes);
        }

        // V3: a name alone is never more than possible.
        if self.best.keys().all(|class| *class == Class::Name) {
            self.notes = notes;
            return match (full, name) {
                (true, Some(name)) if name.agreement.by_middle || name.agreement.another_alike => {
                    Verdict::TooLittle
                }
                (true, Some(name)) if name.agreement.other_middle => {
                    Verdict::Another(Who::Namesake, "another middle name".into())
                }
                (true, Some(name)) if !name.agreement.forename && shared_initial => {
                    self.notes
                        .push("others here have the surname and the initial".into());
                    Verdict::Person(Band::Possible)
                }
                (true, _) => {
                    self.notes
                        .push(match self.worst.contains_key(&Class::Birth) {
                            true => "the name, beside a birth date otherwise in one part".into(),
                            false => "the name is all there is".into(),
                        });
                    Verdict::Person(Band::Possible)
                }
                (false, Some(name)) if !shared && name.agreement.exact_surname() => {
                    self.notes
                        .push("the surname alone, which nobody else here has".into());
                    Verdict::Person(Band::Possible)
                }
                _ => Verdict::TooLittle,
            };
        }

        if let Some(name) = name
            && name.agreement.kind == Kind::SurnameOnly
            && !number
            && !local
            && !has(Class::Birth)
            && !has(Class::Contact)
        {
            return Verdict::Another(
                Who::Relative,
                "the surname alone, at the person's address".into(),
            );
        }

        // V4: two classes, and no household mistaken for one of its members.
        if name.is_none() && positive == 1 {
            let only_asked = asked.names.is_empty() && asked.questions.len() == 1
                || asked.names.is_empty() && number;
            if has(Class::Strong) && !number {
                // A number one slip away is many people's.
                return Verdict::TooLittle;
            }
            let shared_kind = !number && !local && !has(Class::Contact);
            if shared_kind {
                // A birth date or a postcode is hundreds of people's: told only when nothing else was asked.
                let house = self.house && self.postcode;
                self.notes = notes;
                if asked.questions.len() == 1 && asked.names.is_empty() {
                    self.notes.push("many people share it".into());
                    return Verdict::Person(Band::Possible);
                }
                if self.same_birth && total >= 0.0 {
                    self.notes
                        .push("the birth date, and no name that could be read beside it".into());
                    return Verdict::Person(Band::Possible);
                }
                return match house && total >= 0.0 {
                    true => {
                        self.notes.push("the address, and nobody's name".into());
                        Verdict::Person(Band::Possible)
                    }
                    false => Verdict::TooLittle,
                };
            }
            match (number || local && has(Class::Local), only_asked) {
                (true, true) => {}
                (true, false) => limit(
                    Band::Probable,
                    "one identifier, and nothing to compare",
                    &mut notes,
                ),
                (false, _) => limit(
                    Band::Probable,
                    "one identifier that a few may share",
                    &mut notes,
                ),
            }
            // One number asked for and found is what was asked.
            if only_asked && (number || local) {
                positive += 1;
            }
        }
        if name.is_none() && positive > 1 && !number && !local {
            limit(Band::Probable, "no name beside it", &mut notes);
        }
        if let Some(name) = name {
            let household = !number && !local && !self.same_birth;
            if household && !name.agreement.forename {
                limit(
                    Band::Probable,
                    "a household shares surname, address and telephone, and the forename is not written out",
                    &mut notes,
                );
            } else if household && !has(Class::Contact) && !(self.postcode && self.house) {
                limit(
                    Band::Probable,
                    "name and postcode, without the house",
                    &mut notes,
                );
            }
            // Twins: one birth date, one surname, and forenames that begin alike.
            if name.agreement.other_middle && !number && !local {
                limit(Band::Probable, "another middle name", &mut notes);
            }
            if name.agreement.by_middle && !number && !local {
                limit(
                    Band::Probable,
                    "a middle name agrees, and the forename is another or not there",
                    &mut notes,
                );
            }
            if has(Class::Birth) && !self.same_birth && !number && !local {
                limit(Band::Probable, "the birth date agrees in part", &mut notes);
            }
            if name.agreement.kind == Kind::SurnameOnly && !number && !local {
                limit(Band::Probable, "the surname alone", &mut notes);
            }
        }
        self.notes = notes;
        let band = if total >= CERTAIN && positive >= 2 {
            Band::Certain
        } else if total >= PROBABLE {
            Band::Probable
        } else if total >= 0.0 || full || number || local || self.asked_alone(asked) {
            Band::Possible
        } else {
            return Verdict::TooLittle;
        };
        Verdict::Person(band.min(cap))
    }
}
