//! Who is looked for, as the user says it: on the command line, or in a file.
//!
//! The file is TOML; `cli` reads it, so that no value stands in a process list or a shell history:
//!
//! ```toml
//! name = "Margaret Okafor"
//! also = ["Margaret Smith", "Maggie"]
//! sex = "female"
//! born = "1951-03-02"
//! nino = "QQ 12 34 56 C"
//! postcode = ["M1 1AE", "LS1 4AP"]
//! address = "27 Oak Avenue, M1 1AE"
//! [id]
//! vehicle-registration = "AB12 CDE"
//! ```

use super::identity::KINDS;
use crate::{inventory::names::Sex, model::Sensitive};

/// Who is looked for.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// The name, in the forms it is known to be written.
    pub names: Vec<Sensitive>,
    /// Other names the person goes or went by: known-as, before marriage, by deed poll.
    pub also: Vec<Sensitive>,
    /// Identifiers: a word of [`KINDS`] or the id of a rule, and the value.
    pub identifiers: Vec<(String, Sensitive)>,
    /// Whether the person is a man or a woman, where that is known; a title in a name says it too.
    pub sex: Sex,
    /// Which of the identifiers on offer are searched as well.
    pub expand: Expand,
}

/// Which identifiers that stand beside the person's are searched as well.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Expand {
    /// None; they are on offer.
    #[default]
    None,
    /// Those with these ids, as [`Offer`](super::Offer) has them.
    These(Vec<String>),
    /// Whatever stands beside the person in documents that are certain.
    All,
}

impl Person {
    /// Reads a person from the text of a TOML file.
    ///
    /// # Errors
    /// A sentence on what is wrong, with the name of the key and never a value.
    pub fn from_toml(text: &str) -> Result<Person, String> {
        let table: toml::Table = text.parse().map_err(|e: toml::de::Error| {
            let line = e
                .span()
                .map_or(1, |span| 1 + text[..span.start].matches('\n').count());
            format!("line {line} is not TOML")
        })?;
        let mut person = Person::default();
        for (key, value) in &table {
            match key.as_str() {
                "name" => person.names.extend(values(key, value)?),
                "also" => person.also.extend(values(key, value)?),
                "sex" => {
                    person.sex = match value.as_str() {
                        Some("female" | "f" | "F") => Sex::Female,
                        Some("male" | "m" | "M") => Sex::Male,
                        _ => return Err("`sex` is \"female\" or \"male\"".into()),
                    }
                }
                "id" => {
                    let ids = value
                        .as_table()
                        .ok_or("`[id]` is a table: RULE = \"value\"")?;
                    for (rule, value) in ids {
                        for value in values(rule, value)? {
                            person.identifiers.push((rule.clone(), value));
                        }
                    }
                }
                kind if KINDS.iter().any(|(name, _)| *name == kind) => {
                    for value in values(key, value)? {
                        person.identifiers.push((key.clone(), value));
                    }
                }
                other => {
                    let kinds: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
                    return Err(format!(
                        "`{other}` is not known: write name, also, sex, {} or a table `[id]` of rules",
                        kinds.join(", ")
                    ));
                }
            }
        }
        Ok(person)
    }
}

/// A text, a date, a number, or a list of them.
fn values(key: &str, value: &toml::Value) -> Result<Vec<Sensitive>, String> {
    Ok(match value {
        toml::Value::String(text) => vec![Sensitive::new(text.as_str())],
        toml::Value::Datetime(date) => vec![Sensitive::new(date.to_string())],
        toml::Value::Integer(number) => vec![Sensitive::new(number.to_string())],
        toml::Value::Array(list) => {
            let mut all = Vec::new();
            for value in list {
                all.extend(values(key, value)?);
            }
            all
        }
        _ => return Err(format!("`{key}` is a text or a list of texts")),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_person_is_read_from_a_file() {
        let person = Person::from_toml(
            "name = 'Ada Example'\nalso = ['Ada Sample', 'Adie']\nborn = 1951-03-02\nsex = 'female'\nphone = ['07700 900123']\n[id]\nutr = '1955839661'\n",
        )
        .unwrap();
        assert_eq!((person.names.len(), person.also.len()), (1, 2));
        let kinds: Vec<&str> = person.identifiers.iter().map(|(k, _)| k.as_str()).collect();
        assert_eq!(kinds, ["born", "utr", "phone"]);
        assert_eq!(person.identifiers[0].1.expose(), "1951-03-02");
    }

    #[test]
    fn what_is_wrong_is_said_without_the_value() {
        for text in [
            "nmae = 'Ada Example'",
            "name = { a = 'Ada' }",
            "\nname = Ada",
            "sex = 'Ada'",
        ] {
            let error = Person::from_toml(text).unwrap_err();
            assert!(!error.contains("Ada"), "{error}");
        }
        assert!(
            Person::from_toml("\nname = Ada")
                .unwrap_err()
                .contains("line 2")
        );
    }
}
