//! What is asked for → what the index is asked: each identifier in its normal form, hashed; a name as its tokens.
//!
//! The normal forms are those of the checks, so that a look-up agrees with what the detector stored. Values live here as
//! [`Sensitive`] and leave only as hashes; warnings name the kind of identifier, never the value.

use crate::{
    detect::{Facts, Rule, normalise::Normaliser, validators},
    inventory::{
        Key,
        keys::{name_form, name_tokens},
        record::{TokenKey, ValueHash},
    },
    model::Sensitive,
};

/// Short words for identifiers, as the command line offers them, and the rules that find them.
pub const KINDS: &[(&str, &[&str])] = &[
    ("nino", &["nino"]),
    ("nhs", &["nhs-number", "chi-number", "hc-number"]),
    ("email", &["email-address"]),
    ("phone", &["phone-number"]),
    ("postcode", &["postcode"]),
    ("born", &["date-of-birth"]),
    ("account", &["bank-account", "bank-pair", "iban"]),
];

/// Who is looked for, as the user says it.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// Names: the name, and others the person goes or went by.
    pub names: Vec<Sensitive>,
    /// Identifiers: a word of [`KINDS`] or the id of a rule, and the value.
    pub identifiers: Vec<(String, Sensitive)>,
}

/// How much agreement on a kind of identifier says, most first.
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

/// One question to the index.
#[derive(Clone, Debug)]
pub struct Question {
    /// The kind of identifier, as the user said it.
    pub kind: String,
    /// What agreement says.
    pub strength: Strength,
    /// Any of these hashes is an answer.
    pub hashes: Vec<ValueHash>,
}

/// A name, to be found whole or by its tokens.
#[derive(Clone, Debug)]
pub struct NameQuestion {
    /// The whole, whatever its order.
    pub whole: ValueHash,
    /// Tokens in the order given; the last one is the surname, or the one before a comma.
    pub tokens: Vec<TokenQuestion>,
}

/// A token of a name.
#[derive(Clone, Debug)]
pub struct TokenQuestion {
    /// The token as it is.
    pub hash: ValueHash,
    /// The token as its first letter alone, where a forename may be written so.
    pub initial: Option<ValueHash>,
    /// It standing alone in a cell.
    pub alone: ValueHash,
    /// Tokens with this initial, when the query gives an initial only.
    pub any_with: Option<ValueHash>,
}

/// Everything asked, and what the user should know about it.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Identifiers.
    pub questions: Vec<Question>,
    /// Names.
    pub names: Vec<NameQuestion>,
    /// Sentences about what was asked: an identifier that fails its check, a rule that does not exist.
    pub warnings: Vec<String>,
}

impl Asked {
    /// The kinds asked for, for the log: never the values.
    pub fn kinds(&self) -> Vec<String> {
        let mut kinds: Vec<String> = self.questions.iter().map(|q| q.kind.clone()).collect();
        if !self.names.is_empty() {
            kinds.push("name".into());
        }
        kinds.sort();
        kinds.dedup();
        kinds
    }
}

/// Turns what the user said into hashes.
pub fn ask(person: &Person, rules: &[Rule], facts: &Facts, key: &Key) -> Asked {
    let mut asked = Asked::default();
    for (word, value) in &person.identifiers {
        match KINDS.iter().find(|(name, _)| name == word) {
            Some((_, ids)) => {
                let rules: Vec<&Rule> = rules
                    .iter()
                    .filter(|rule| ids.contains(&&*rule.id))
                    .collect();
                identifier(word, &rules, value, facts, key, &mut asked);
            }
            None => match rules.iter().find(|rule| &*rule.id == word) {
                Some(rule) if rule.by.as_deref() == Some("names") => name(value, key, &mut asked),
                Some(rule) => identifier(word, &[rule], value, facts, key, &mut asked),
                None => asked.warnings.push(format!(
                    "there is no rule `{word}`: `domesday rules` lists them; this identifier was not searched"
                )),
            },
        }
    }
    for value in &person.names {
        name(value, key, &mut asked);
    }
    asked
}

fn identifier(
    word: &str,
    rules: &[&Rule],
    value: &Sensitive,
    facts: &Facts,
    key: &Key,
    asked: &mut Asked,
) {
    let mut normaliser = Normaliser::default();
    let text = String::from_utf8_lossy(normaliser.run(value.expose().trim()).text).into_owned();
    if !text.bytes().any(|b| b.is_ascii_alphanumeric()) {
        asked
            .warnings
            .push(format!("the {word} given is empty; it was not searched"));
        return;
    }
    let (mut hashes, mut stands) = (Vec::new(), false);
    for rule in rules {
        let mut checks = 0;
        for pattern in &rule.patterns {
            let Some(check) = pattern.check else { continue };
            checks += 1;
            let verdict = (check.verdict)(&text, facts);
            stands |= matches!(
                verdict.kind,
                validators::Kind::Pass | validators::Kind::Shape
            );
            if verdict.stands() {
                hashes.push(key.value(&rule.id, &(check.normal)(&text, facts)));
            }
        }
        // As written, too: a rule without a check stores it so, and a mistyped value may have been stored so.
        hashes.push(key.value(&rule.id, &validators::compact(&text, facts)));
        stands |= checks == 0;
    }
    if !stands {
        asked.warnings.push(format!(
            "the {word} given is not a valid one; it was searched as written"
        ));
    }
    hashes.sort_unstable();
    hashes.dedup();
    let strength = rules.iter().map(|rule| strength(rule)).max();
    asked.questions.push(Question {
        kind: word.to_owned(),
        strength: strength.unwrap_or(Strength::Shared),
        hashes,
    });
}

/// What agreement on a rule's values says about identity.
fn strength(rule: &Rule) -> Strength {
    use crate::model::Category as C;
    match rule.category {
        C::Demographic => Strength::Shared,
        _ if !rule.people => Strength::Shared,
        C::Contact | C::Property | C::OnlineId => Strength::Few,
        _ => Strength::One,
    }
}

fn name(value: &Sensitive, key: &Key, asked: &mut Asked) {
    let text = value.expose();
    let mut tokens = name_tokens(text);
    if tokens.is_empty() {
        asked
            .warnings
            .push("a name given is empty; it was not searched".into());
        return;
    }
    if let Some((surname, _)) = text.split_once(',') {
        // `Okafor, Margaret`: the surname goes last.
        let count = name_tokens(surname).len().min(tokens.len());
        tokens.rotate_left(count);
    }
    if tokens.len() == 1 {
        asked.warnings.push(
            "the name given is a single word: give forename and surname, or another identifier, to tell people apart"
                .into(),
        );
    }
    let last = tokens.len() - 1;
    asked.names.push(NameQuestion {
        whole: key.value(NAME, &name_form(&tokens)),
        tokens: tokens
            .iter()
            .enumerate()
            .map(|(at, token)| {
                let initial = token.chars().next().map(String::from).unwrap_or_default();
                let single = token.chars().count() == 1;
                TokenQuestion {
                    hash: key.token(token),
                    initial: (at < last && !single).then(|| key.token(&initial)),
                    alone: key.value(NAME, token),
                    any_with: single.then(|| key.token_key(TokenKey::Initial, token)),
                }
            })
            .collect(),
    });
}

/// The kind under which names of people are hashed: the id of the rule that finds them.
pub const NAME: &str = "person-name";
