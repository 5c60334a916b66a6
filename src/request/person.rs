//! Who is looked for, as a file says it, so that no value lands in a shell's history.
//!
//! The words are those of `domesday find`'s options: `name`, `also`, each kind of identifier, and rules by their id. A
//! word may have one value or a list.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{
    find::{KINDS, Person},
    model::Sensitive,
    request::RequestError,
};

/// One value or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Values {
    One(String),
    Many(Vec<String>),
    Day(toml::value::Datetime),
}

impl Values {
    fn list(self) -> Vec<String> {
        match self {
            Values::One(value) => vec![value],
            Values::Many(values) => values,
            Values::Day(day) => vec![day.to_string()],
        }
    }
}

/// Who is looked for, and the terms by kind as written.
pub struct Described {
    /// For the look-up.
    pub person: Person,
    /// Kind and value of each term, in the order of kinds.
    pub terms: Vec<(String, String)>,
}

/// Reads a description. `path` is for the message, which never holds a value.
pub fn describe(path: &str, text: &str) -> Result<Described, RequestError> {
    let wrong = |what: String| RequestError::Person(path.to_owned(), what);
    let mut words: BTreeMap<String, toml::Value> = toml::from_str(text).map_err(|error| {
        // The error of the parser quotes the line, and the line is a value.
        let line = error
            .span()
            .map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        wrong(format!(
            "line {line} is not as it should be: write one `word = \"value\"` a line, as in name = \"Ada Example\""
        ))
    })?;
    let mut person = Person::default();
    let mut terms = Vec::new();
    if let Some(toml::Value::Table(ids)) = words.remove("id") {
        for (rule, value) in ids {
            words.entry(rule).or_insert(value);
        }
    }
    for (word, value) in words {
        let values: Values = value
            .try_into()
            .map_err(|_| wrong(format!("{word} must be a text or a list of texts")))?;
        for value in values.list() {
            if value.trim().is_empty() {
                return Err(wrong(format!(
                    "{word} is empty: leave it out, or fill it in"
                )));
            }
            terms.push((word.clone(), value.trim().to_owned()));
            let value = Sensitive::new(value.trim());
            match word.as_str() {
                "name" | "also" => person.names.push(value),
                _ => person.identifiers.push((word.clone(), value)),
            }
        }
    }
    if terms.is_empty() {
        let kinds: Vec<_> = KINDS.iter().map(|(kind, _)| *kind).collect();
        return Err(wrong(format!(
            "nobody is described: give a name or an identifier ({})",
            kinds.join(", ")
        )));
    }
    Ok(Described { person, terms })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_person_is_words_and_values() {
        let told = describe(
            "p",
            "name = \"Ada Example\"\nalso = [\"Addie\", \"A. Sample\"]\nborn = 1951-03-02\nnino = \"QQ123456C\"\n[id]\npnc-id = \"12/345X\"\n",
        )
        .unwrap();
        assert_eq!(told.person.names.len(), 3);
        let kinds: Vec<_> = told.terms.iter().map(|(kind, _)| kind.as_str()).collect();
        assert_eq!(kinds, ["also", "also", "born", "name", "nino", "pnc-id"]);
    }

    #[test]
    fn what_is_wrong_is_said_without_the_value() {
        for text in [
            "name = Ada Example",
            "",
            "name = \"\"",
            "name = 3",
            "nino = [1]",
        ] {
            let error = match describe("person.toml", text) {
                Err(error) => error.to_string(),
                Ok(_) => panic!("{text} was taken"),
            };
            assert!(
                error.starts_with("person.toml: ") && !error.contains("Example\n"),
                "{error}"
            );
            assert!(!error.contains("name = Ada Example"), "{error}");
        }
    }
}
