//! Who is looked for, as a file says it ([`Person::from_toml`]), so that no value lands in a shell's history; and the
//! terms of the search that follow from it.

use crate::{
    find::{KINDS, Person},
    request::RequestError,
};

/// Who is looked for, and the terms by kind as written.
pub struct Described {
    /// For the look-up.
    pub person: Person,
    /// Kind and value of each term.
    pub terms: Vec<(String, String)>,
}

/// Reads a description. `path` is for the message, which never holds a value.
pub fn describe(path: &str, text: &str) -> Result<Described, RequestError> {
    let wrong = |what: String| RequestError::Person(path.to_owned(), what);
    let person = Person::from_toml(text).map_err(wrong)?;
    let names = person.names.iter().map(|name| ("name", name));
    let also = person.also.iter().map(|name| ("also", name));
    let identifiers = person.identifiers.iter();
    let terms: Vec<(String, String)> = names
        .chain(also)
        .chain(identifiers.map(|(kind, value)| (kind.as_str(), value)))
        .map(|(kind, value)| (kind.to_owned(), value.expose().trim().to_owned()))
        .collect();
    if let Some((kind, _)) = terms.iter().find(|(_, value)| value.is_empty()) {
        return Err(wrong(format!(
            "{kind} is empty: leave it out, or fill it in"
        )));
    }
    if person.names.is_empty() && person.identifiers.is_empty() {
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
            "name = \"Ada Example\"\nalso = [\"Addie\", \"A. Sample\"]\nborn = 1951-03-02\nnino = \"QQ123456C\"\n",
        )
        .unwrap();
        let kinds: Vec<_> = told.terms.iter().map(|(kind, _)| kind.as_str()).collect();
        assert_eq!(kinds, ["name", "also", "also", "born", "nino"]);
    }

    #[test]
    fn what_is_wrong_is_said_without_the_value() {
        for text in [
            "name = Ada Example",
            "",
            "name = \"\"",
            "also = \"Ada Example\"",
        ] {
            let Err(error) = describe("person.toml", text) else {
                panic!("{text} was taken");
            };
            let error = error.to_string();
            assert!(error.starts_with("person.toml: "), "{error}");
            assert_eq!(error.matches("Ada Example").count(), 0, "{error}");
        }
    }
}
