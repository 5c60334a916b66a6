//! What is asked for → what the index is asked: identifiers in every form that means them, hashed; names as tokens.
//!
//! The normal forms are those of the checks, so that a look-up agrees with what the detector stored. Values live here as
//! [`Sensitive`](crate::model::Sensitive) and leave only as hashes; warnings name the kind of identifier, never the value.

use std::collections::HashMap;

use super::{
    FindError, Person,
    naming::handle_forms,
    near::{self, Near},
};
use crate::{
    detect::{
        Facts, Rule,
        normalise::Normaliser,
        validators::{self, Inner},
    },
    inventory::{
        Key,
        aliases::{self, House},
        names::{Sex, name_parts},
        record::{TokenKey, ValueHash},
    },
    model::Sensitive,
};

/// Short words for identifiers, as the command line offers them, and the rules that find them.
pub const KINDS: &[(&str, &[&str])] = &[
    ("born", &["date-of-birth"]),
    ("nino", &["nino"]),
    ("nhs", &["nhs-number", "chi-number", "hc-number"]),
    ("email", &["email-address"]),
    ("phone", &["phone-number"]),
    ("postcode", &["postcode"]),
    ("address", &["postal-address"]),
    ("account", &["bank-account", "bank-pair", "iban"]),
    ("passport", &["passport-number"]),
    ("driver", &["driving-licence-gb", "driving-licence-ni"]),
];

/// The kind under which names of people are hashed: the id of the rule that finds them.
pub const NAME: &str = "person-name";

/// The word for names among the kinds.
pub const NAME_KIND: &str = "name";

/// How much agreement on a kind of identifier says, most last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// Many people share it: a birth date, a postcode.
    Shared,
    /// A few people share it: an e-mail address, a telephone number.
    Few,
    /// One person has it: a number issued to a person.
    One,
}

/// Evidence of one class is counted once, however often it is expressed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Class {
    /// Names.
    Name,
    /// Birth date.
    Birth,
    /// Postcode and house.
    Address,
    /// Telephone, e-mail.
    Contact,
    /// A number that the state issued to one person.
    Strong,
    /// A number that an organisation gave: an account, a client, a vehicle.
    Local,
    /// Anything else that was asked for: an age, a bank.
    Other,
}

/// One identifier asked for.
#[derive(Clone, Debug)]
pub struct Question {
    /// The kind of identifier, as the user said it.
    pub kind: String,
    /// What agreement says.
    pub strength: Strength,
    /// What it is evidence of.
    pub class: Class,
    /// Rules whose values it is compared with: another value of theirs in the same record disagrees.
    pub rules: Vec<String>,
    /// Rules that find it.
    pub among: Vec<String>,
    /// Any of these hashes is the value.
    pub hashes: Vec<ValueHash>,
    /// Hashes of forms that agree in part.
    pub near: HashMap<ValueHash, Near>,
    /// Of an address: ways to those with this house and street, and with this house.
    pub house: Option<(ValueHash, ValueHash)>,
    /// How this identifier was reached, when it was not asked for by the user.
    pub chain: Vec<String>,
}

/// A name asked for.
#[derive(Clone, Debug)]
pub struct NameQuestion {
    /// Whether it is the name itself, not another the person goes or went by.
    pub current: bool,
    /// Folded forenames and initials.
    pub given: Vec<String>,
    /// Folded surname, of one or more tokens.
    pub surname: Vec<String>,
}

/// Everything asked, and what the user should know about it.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Identifiers.
    pub questions: Vec<Question>,
    /// Names.
    pub names: Vec<NameQuestion>,
    /// Man or woman, where known.
    pub sex: Sex,
    /// Sentences about what was asked: an identifier that fails its check, a rule that does not exist.
    pub warnings: Vec<String>,
}

impl Asked {
    /// The kinds asked for, for the log: never the values.
    pub fn kinds(&self) -> Vec<String> {
        let mut kinds: Vec<String> = self.questions.iter().map(|q| q.kind.clone()).collect();
        if !self.names.is_empty() {
            kinds.push(NAME_KIND.into());
        }
        kinds.sort();
        kinds.dedup();
        kinds
    }
}

/// What a rule's values are evidence of; `None` for what says nothing about who somebody is.
pub fn class(rule: &str) -> Option<Class> {
    Some(match rule {
        NAME => Class::Name,
        "date-of-birth" => Class::Birth,
        "postcode" | "postal-address" => Class::Address,
        "email-address" | "phone-number" => Class::Contact,
        "nino" | "nhs-number" | "chi-number" | "hc-number" | "passport-number" | "mrz" | "utr"
        | "driving-licence-gb" | "driving-licence-ni" | "brp-number" | "upn" | "uln" => {
            Class::Strong
        }
        "bank-account"
        | "bank-pair"
        | "iban"
        | "payment-card"
        | "local-care-id"
        | "username"
        | "vehicle-registration"
        | "council-tax-ref"
        | "electoral-number"
        | "mpan"
        | "paye-ref"
        | "dbs-certificate"
        | "pvg-number"
        | "pnc-id"
        | "cro-number"
        | "asn"
        | "prison-number"
        | "probation-crn"
        | "gmc-number"
        | "nmc-pin"
        | "hcpc-swe-number"
        | "other-prof-reg"
        | "teacher-ref"
        | "uci-exam"
        | "immigration-ref"
        | "share-code"
        | "blue-badge-itso" => Class::Local,
        _ => return None,
    })
}

/// What agreement on a rule's values says about identity.
pub fn strength(rule: &Rule) -> Strength {
    use crate::model::Category as C;
    match rule.category {
        C::Demographic => Strength::Shared,
        _ if &*rule.id == "postcode" || !rule.people => Strength::Shared,
        C::Contact | C::Property | C::OnlineId => Strength::Few,
        _ => Strength::One,
    }
}

/// Turns what the user said into hashes.
///
/// # Errors
/// When a birth date is no date.
pub fn ask(person: &Person, rules: &[Rule], facts: &Facts, key: &Key) -> Result<Asked, FindError> {
    let mut asking = Asking {
        rules,
        facts,
        key,
        asked: Asked {
            sex: person.sex,
            ..Asked::default()
        },
        inner: Vec::new(),
        handles: Vec::new(),
    };
    for (word, value) in &person.identifiers {
        asking.value(word, value)?;
    }
    asking.inside();
    for (current, value) in (person.names.iter().map(|name| (true, name)))
        .chain(person.also.iter().map(|name| (false, name)))
    {
        asking.name(value, current);
    }
    asking.own_mailboxes();
    Ok(asking.asked)
}

struct Asking<'a> {
    rules: &'a [Rule],
    facts: &'a Facts,
    key: &'a Key,
    asked: Asked,
    /// What stands inside the identifiers given: the word of the identifier, and what.
    inner: Vec<(String, Inner)>,
    /// Letters of the mailboxes given, with their questions.
    handles: Vec<(usize, String)>,
}

impl Asking<'_> {
    fn value(&mut self, word: &str, value: &Sensitive) -> Result<(), FindError> {
        let text = self.normalised(value);
        if !text.bytes().any(|b| b.is_ascii_alphanumeric()) {
            self.warn(format!("the {word} given is empty; it was not searched"));
            return Ok(());
        }
        let rules: Vec<&Rule> = match KINDS.iter().find(|(name, _)| *name == word) {
            Some((_, ids)) => self
                .rules
                .iter()
                .filter(|r| ids.contains(&&*r.id))
                .collect(),
            None => self.rules.iter().filter(|r| &*r.id == word).collect(),
        };
        match rules.first() {
            None => self.warn(format!(
                "there is no rule `{word}`: `domesday rules list` shows them; this identifier was not searched"
            )),
            Some(rule) if rule.by.as_deref() == Some("names") => self.name(value, true),
            Some(rule) if &*rule.id == aliases::ADDRESS => self.address(word, &text, &rules),
            Some(_) => self.identifier(word, &rules, &text)?,
        }
        Ok(())
    }

    fn normalised(&self, value: &Sensitive) -> String {
        let mut normaliser = Normaliser::default();
        String::from_utf8_lossy(normaliser.run(value.expose().trim()).text).into_owned()
    }

    fn warn(&mut self, sentence: String) {
        self.asked.warnings.push(sentence);
    }

    /// An address: its house, and the postcode that it holds.
    fn address(&mut self, word: &str, text: &str, rules: &[&Rule]) {
        let words: Vec<&str> = text
            .split([' ', ',', '\n'])
            .filter(|w| !w.is_empty())
            .collect();
        let postcodes: Vec<&Rule> = self.rules.iter().filter(|r| &*r.id == "postcode").collect();
        let holds = |candidate: &str| {
            postcodes.iter().any(|rule| {
                rule.patterns.iter().filter_map(|p| p.check).any(|check| {
                    (check.verdict)(candidate, self.facts).kind == validators::Kind::Shape
                })
            })
        };
        let mut postcode = None;
        for pair in words.windows(2) {
            let joined = pair.join(" ");
            if pair[1].len() == 3 && holds(&joined) {
                postcode = Some(joined);
            }
        }
        if postcode.is_none() {
            postcode = words
                .iter()
                .find(|w| w.len() >= 5 && holds(w))
                .map(|w| (*w).to_owned());
        }
        let found = postcode.is_some();
        if let Some(postcode) = postcode {
            // A postcode cannot be an impossible date.
            let _ = self.identifier("postcode", &postcodes, &postcode);
        }
        let Some(house) = House::of(text) else {
            if !found {
                self.warn(format!(
                    "the {word} given has neither a house nor a postcode; it was searched as written"
                ));
            }
            self.as_written(word, rules, text);
            return;
        };
        let number = self.key.token_key(TokenKey::HouseNumber, &house.number);
        let form = match house.street.is_empty() {
            true => number,
            false => self.key.token_key(TokenKey::House, &house.form()),
        };
        self.as_written(word, rules, text);
        if let Some(question) = self.asked.questions.last_mut() {
            question.house = Some((form, number));
        }
    }

    fn as_written(&mut self, word: &str, rules: &[&Rule], text: &str) {
        let hashes = rules
            .iter()
            .map(|rule| {
                self.key
                    .value(&rule.id, &validators::compact(text, self.facts))
            })
            .collect();
        self.asked.questions.push(Question {
            kind: word.to_owned(),
            strength: Strength::Few,
            class: Class::Address,
            rules: rules.iter().map(|rule| rule.id.to_string()).collect(),
            among: rules.iter().map(|rule| rule.id.to_string()).collect(),
            hashes,
            near: HashMap::new(),
            house: None,
            chain: Vec::new(),
        });
    }

    fn identifier(&mut self, word: &str, rules: &[&Rule], text: &str) -> Result<(), FindError> {
        let (key, facts) = (self.key, self.facts);
        let (mut hashes, mut standing) = (Vec::new(), Vec::new());
        let mut near = HashMap::new();
        let mut checks = 0;
        for rule in rules {
            let mut stands = false;
            for check in rule.patterns.iter().filter_map(|pattern| pattern.check) {
                checks += 1;
                let verdict = (check.verdict)(text, facts);
                stands |= matches!(
                    verdict.kind,
                    validators::Kind::Pass | validators::Kind::Shape
                );
                if verdict.stands() {
                    let normal = (check.normal)(text, facts);
                    let inner = (check.inner)(text, facts).into_iter();
                    self.inner
                        .extend(inner.map(|inner| (word.to_owned(), inner)));
                    hashes.push(key.value(&rule.id, &normal));
                    near::add(&rule.id, &normal, check, facts, key, &mut near);
                    self.other_forms(&rule.id, &normal, &mut hashes);
                }
            }
            if stands {
                standing.push(rule.id.to_string());
            }
            // As written, too: a rule without a check stores it so, and a mistyped value may have been stored so.
            hashes.push(key.value(&rule.id, &validators::compact(text, facts)));
        }
        let class = rules.iter().find_map(|rule| class(&rule.id));
        if rules.iter().any(|rule| &*rule.id == aliases::EMAIL)
            && let Some(handle) = aliases::handle(&text.to_lowercase())
        {
            self.handles.push((self.asked.questions.len(), handle));
        }
        if standing.is_empty() && checks > 0 {
            if class == Some(Class::Birth) {
                return Err(FindError::Date(word.to_owned()));
            }
            self.warn(format!(
                "the {word} given is not a valid one; it was searched as written"
            ));
        }
        hashes.sort_unstable();
        hashes.dedup();
        let strength = rules.iter().map(|rule| strength(rule)).max();
        let strength = strength.unwrap_or(Strength::Shared);
        self.asked.questions.push(Question {
            kind: word.to_owned(),
            strength,
            class: class.unwrap_or(match strength {
                Strength::One => Class::Local,
                Strength::Few => Class::Contact,
                Strength::Shared => Class::Other,
            }),
            rules: standing,
            among: rules.iter().map(|rule| rule.id.to_string()).collect(),
            hashes,
            near,
            house: None,
            chain: Vec::new(),
        });
        Ok(())
    }

    /// A mailbox that is made of the person's name is the person's alone, and no household's.
    fn own_mailboxes(&mut self) {
        let forms: Vec<String> = (self.asked.names.iter().flat_map(handle_forms))
            .map(|(form, _)| form)
            .collect();
        for (index, handle) in std::mem::take(&mut self.handles) {
            if forms.contains(&handle) {
                self.asked.questions[index].class = Class::Local;
            }
        }
    }

    /// Birth date and sex that stand inside an identifier given, as in a CHI or a driver number: searched where they were
    /// not given, compared where they were.
    fn inside(&mut self) {
        for (word, inner) in std::mem::take(&mut self.inner) {
            match inner.what {
                "date-of-birth" => {
                    let rules: Vec<&Rule> = (self.rules.iter())
                        .filter(|rule| *rule.id == *inner.what)
                        .collect();
                    let hash = self.key.value(inner.what, &inner.value);
                    let mut births = (self.asked.questions.iter())
                        .filter(|question| question.class == Class::Birth)
                        .peekable();
                    if births.peek().is_none() {
                        // It stands: the check of the identifier says so.
                        let _ = self.identifier("born", &rules, &inner.value);
                        if let Some(question) = self.asked.questions.last_mut() {
                            question.chain = vec![format!("the {word} number given")];
                        }
                    } else if !births.any(|question| question.hashes.contains(&hash)) {
                        self.warn(format!(
                            "the birth date given is not the one inside the {word} number given; both were searched as they are"
                        ));
                    }
                }
                "sex" if self.asked.sex == Sex::Unsaid => {
                    self.asked.sex = match inner.value.as_str() {
                        "F" => Sex::Female,
                        "M" => Sex::Male,
                        _ => Sex::Unsaid,
                    };
                }
                _ => {}
            }
        }
    }

    /// Hashes of what else means the value: see [`aliases`]. What the index finds by them is asked for by `candidates`.
    fn other_forms(&self, rule: &str, normal: &str, hashes: &mut Vec<ValueHash>) {
        let key = self.key;
        match rule {
            aliases::EMAIL => {
                // With a tag asked for, the mailbox itself means the person as well.
                let mailbox = aliases::mailbox(normal).unwrap_or_else(|| normal.to_owned());
                hashes.push(key.value(rule, &mailbox));
                hashes.push(key.token_key(TokenKey::Mailbox, &mailbox));
            }
            "bank-account" => hashes.push(key.token_key(TokenKey::Account, normal)),
            aliases::PAIR => {
                hashes.push(key.token_key(TokenKey::Pair, normal));
                if let Some(account) = normal.get(6..14) {
                    hashes.push(key.value("bank-account", account));
                }
            }
            aliases::IBAN => {
                if let Some(pair) = aliases::pair_of_iban(normal) {
                    hashes.push(key.value(aliases::PAIR, pair));
                    hashes.push(key.value("bank-account", &pair[6..]));
                }
            }
            _ => {}
        }
    }

    fn name(&mut self, value: &Sensitive, current: bool) {
        let parts = name_parts(value.expose());
        if parts.tokens.is_empty() {
            self.warn("a name given is empty; it was not searched".into());
            return;
        }
        if self.asked.sex == Sex::Unsaid {
            self.asked.sex = parts.sex;
        }
        let single = parts.tokens.len() == 1;
        if single && current {
            self.warn(
                "the name given is a single word: give forename and surname, or another identifier, to tell people apart"
                    .into(),
            );
        }
        let mut surname = parts.surname.clamp(1, parts.tokens.len());
        // `Ana van der Berg`: the particles are the surname's.
        while surname + 1 < parts.tokens.len()
            && is_particle(&parts.tokens[parts.tokens.len() - surname - 1])
        {
            surname += 1;
        }
        let (given, surname) = parts.tokens.split_at(parts.tokens.len() - surname);
        // One other word beside the name is what the person is called: `--also Maggie`.
        if single && !current {
            let called = surname.to_vec();
            let main: Vec<NameQuestion> = (self.asked.names.iter())
                .filter(|name| name.current)
                .map(|name| NameQuestion {
                    current: false,
                    given: called.clone(),
                    surname: name.surname.clone(),
                })
                .collect();
            if !main.is_empty() {
                self.asked.names.extend(main);
                return;
            }
        }
        self.asked.names.push(NameQuestion {
            current,
            given: given.to_vec(),
            surname: surname.to_vec(),
        });
    }
}

/// Whether a token of a surname tells nobody apart.
pub fn is_particle(token: &str) -> bool {
    matches!(
        token,
        "van"
            | "von"
            | "der"
            | "den"
            | "de"
            | "la"
            | "le"
            | "da"
            | "dos"
            | "das"
            | "di"
            | "del"
            | "della"
            | "bin"
            | "bint"
            | "ibn"
            | "al"
            | "el"
            | "ap"
            | "ter"
            | "ten"
            | "du"
            | "st"
            | "san"
            | "e"
            | "y"
    )
}
