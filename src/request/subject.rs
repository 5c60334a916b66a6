//! Whether a value that was read again is the person's own.
//!
//! The index answers for the inventory; this answers for a document in hand, with the same normal forms and hashes, so
//! that who is found there is who is found here. Names are compared token by token, by the ways that look-ups know: what is
//! found by a nickname is not taken for somebody else afterwards.

use std::collections::{HashMap, HashSet};

use crate::{
    detect::{Facts, Rule},
    find::{Person, Strength, identity, stands_for},
    inventory::{Key, names::name_parts, record::ValueHash},
    model::{Category, Finding},
    request::RequestError,
};

/// The person, as values can be held against.
pub struct Subject {
    key: Key,
    values: HashMap<ValueHash, Strength>,
    names: Vec<Vec<String>>,
    tokens: HashSet<String>,
    /// Rules of what people have one of each and the person's is known.
    known: HashSet<String>,
}

/// How much of the person a value is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Own {
    /// A name that may be the person's where it is known that the person is spoken of: a surname or a forename alone.
    Perhaps,
    /// A value that many people share: a birth date, a postcode.
    Shared,
    /// The name.
    Named,
    /// The person's alone.
    Alone,
}

impl Subject {
    /// The person as asked for.
    ///
    /// # Errors
    /// When a birth date is no date.
    pub fn new(
        person: &Person,
        rules: &[Rule],
        facts: &Facts,
        key: &Key,
    ) -> Result<Subject, RequestError> {
        let asked = identity::ask(person, rules, facts, key)?;
        let mut values = HashMap::new();
        let mut known = HashSet::new();
        for question in &asked.questions {
            for hash in &question.hashes {
                values.insert(*hash, question.strength);
            }
            if matches!(
                question.class,
                identity::Class::Birth | identity::Class::Strong
            ) {
                known.extend(question.rules.iter().cloned());
            }
        }
        let names: Vec<Vec<String>> = asked
            .names
            .iter()
            .map(|name| name.given.iter().chain(&name.surname).cloned().collect())
            .collect();
        Ok(Subject {
            key: key.clone(),
            values,
            known,
            tokens: names.iter().flatten().cloned().collect(),
            names,
        })
    }

    /// Whether a finding is the person's.
    pub fn owns(&self, rule: &Rule, finding: &Finding) -> Option<Own> {
        if finding.category == Category::Name && rule.by.as_deref() == Some("names") {
            return self.is_named(finding.value.expose());
        }
        let hash = self.key.value(&rule.id, finding.normal.expose());
        self.values.get(&hash).map(|strength| match strength {
            Strength::Shared => Own::Shared,
            _ => Own::Alone,
        })
    }

    /// Whether a name is the person's.
    pub fn is_named(&self, name: &str) -> Option<Own> {
        let found = in_order(name);
        self.names
            .iter()
            .filter_map(|asked| agreement(asked, &found))
            .max()
    }

    /// Whether a finding says that it is somebody else: another birth date or number than the person's.
    pub fn denies(&self, rule: &Rule, finding: &Finding) -> bool {
        self.known.contains(&*rule.id)
            && !matches!(finding.category, Category::Contact | Category::Name)
            && finding.confidence.level() >= crate::model::Level::Medium
            && self.owns(rule, finding).is_none()
    }

    /// Whether anything but names is known of the person.
    pub fn has_values(&self) -> bool {
        !self.values.is_empty()
    }

    /// Whether a word is part of the person's name.
    pub fn has_token(&self, token: &str) -> bool {
        self.tokens.contains(token)
    }
}

/// The tokens of a name, the surname last: `Okafor, Margaret` as `Margaret Okafor`.
fn in_order(name: &str) -> Vec<String> {
    name_parts(name).tokens
}

fn agreement(asked: &[String], found: &[String]) -> Option<Own> {
    let (surname, forenames) = asked.split_last()?;
    if found.is_empty() {
        return None;
    }
    if forenames.is_empty() {
        // A nickname or a former surname alone.
        return found.contains(surname).then_some(Own::Perhaps);
    }
    let at = found
        .iter()
        .rposition(|token| stands_for(token, surname, false));
    let Some(at) = at else {
        let only_forename = found.len() == 1 && stands_for(&found[0], &forenames[0], true);
        return only_forename.then_some(Own::Perhaps);
    };
    let others: Vec<&String> = found
        .iter()
        .enumerate()
        .filter(|(n, _)| *n != at)
        .map(|(_, token)| token)
        .collect();
    let Some(first) = others.first() else {
        return Some(Own::Perhaps);
    };
    // `M J Okafor`, `Jane Margaret Okafor`, `Margaret Okafor-Smith`: one forename agrees, none is another.
    let agrees = |token: &str| {
        forenames.iter().any(|asked| {
            stands_for(token, asked, true)
                || token.chars().count() == 1 && asked.starts_with(token)
                || asked.chars().count() == 1 && token.starts_with(asked.as_str())
        })
    };
    (agrees(first) || others.iter().any(|token| token.len() > 1 && agrees(token)))
        .then_some(Own::Named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_persons_name_is_told_from_others() {
        let asked: Vec<String> = in_order("Margaret Okafor");
        let own = |name: &str| agreement(&asked, &in_order(name));
        for name in [
            "Margaret Okafor",
            "OKAFOR, Margaret",
            "Mrs M J Okafor",
            "Margaret Jane Okafor",
            "Margret Okafor",
            "Margaret Okafro",
            "M. Okafor",
            "Maggie Okafor",
            "Peggy Okafour",
        ] {
            assert_eq!(own(name), Some(Own::Named), "{name}");
        }
        for name in ["Mrs Okafor", "Margaret"] {
            assert_eq!(own(name), Some(Own::Perhaps), "{name}");
        }
        for name in [
            "John Okafor",
            "Margaret Hall",
            "Marion Okafor",
            "J Okafor",
            "Ada Example",
            "",
        ] {
            assert_eq!(own(name), None, "{name}");
        }
    }
}
