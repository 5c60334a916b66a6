//! What the name of a column, field, key or header says about the values under it (detection specification §7).
//!
//! A name is normalised, its phrases looked up, and the answer for all rules kept: names repeat, in a document and
//! from document to document.

use std::{collections::HashMap, sync::Arc};

use super::words::{PhraseHit, Reader, Role, Words};

/// What one name says: for each rule it means something to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    /// Rule, role (never `ForWhole`), phrase; by rule.
    pub rules: Vec<(u16, Role, u16)>,
}

impl Said {
    /// What it says to a rule.
    pub fn to(&self, rule: u16) -> Option<(Role, u16)> {
        let at = self.rules.binary_search_by_key(&rule, |r| r.0).ok()?;
        Some((self.rules[at].1, self.rules[at].2))
    }
}

/// The names met so far by one thread.
#[derive(Default)]
pub(crate) struct Labels {
    known: HashMap<Box<str>, Arc<Said>>,
}

/// So many names are kept; then it starts anew, since a hostile file may have a million keys.
const MOST: usize = 4096;

impl Labels {
    /// What a name says.
    pub fn said(&mut self, words: &Words, name: &str) -> Arc<Said> {
        if let Some(said) = self.known.get(name) {
            return said.clone();
        }
        if self.known.len() >= MOST {
            self.known.clear();
        }
        let said = Arc::new(read(words, name));
        self.known.insert(name.into(), said.clone());
        said
    }
}

/// A name in the form that label phrases are written in: bracketed units dropped, diacritics and odd spaces folded,
/// camel and snake case split, `no`, `num`, `nr` and `#` → `number`, `ref` → `reference`, `tel` → `telephone` and the
/// other short forms of [`SHORT`] and [`APART`] written out; lower case.
pub fn normalise_name(name: &str) -> String {
    let mut normaliser = super::normalise::Normaliser::default();
    let folded = normaliser.run(name);
    let folded = String::from_utf8_lossy(folded.text);
    let mut out = String::with_capacity(folded.len() + 8);
    let mut word = String::new();
    let mut depth = 0;
    let mut before = ' ';
    let chars: Vec<char> = folded.chars().take(200).collect();
    for (at, &c) in chars.iter().enumerate() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' if depth > 0 => depth -= 1,
            _ => {}
        }
        let next_is_lower = chars.get(at + 1).is_some_and(|n| n.is_lowercase());
        let splits = c.is_uppercase()
            && (before.is_lowercase() || before.is_uppercase() && next_is_lower)
            || c.is_ascii_digit() && before.is_alphabetic()
            || c.is_alphabetic() && before.is_ascii_digit();
        if splits && word.len() > 1 {
            put(&mut out, &mut word);
        }
        if c == '#' && depth == 0 {
            put(&mut out, &mut word);
            word.push_str("number");
            put(&mut out, &mut word);
        } else if c.is_alphanumeric() && depth == 0 {
            word.extend(c.to_lowercase());
        } else if c != '\'' {
            put(&mut out, &mut word);
        }
        before = c;
    }
    put(&mut out, &mut word);
    join_apart(out)
}

/// Short forms of one word.
const SHORT: &[(&str, &str)] = &[
    ("no", "number"),
    ("num", "number"),
    ("nr", "number"),
    ("nos", "number"),
    ("numbers", "number"),
    ("ref", "reference"),
    ("refs", "reference"),
    ("tel", "telephone"),
    ("nm", "name"),
    ("fname", "first name"),
    ("firstname", "first name"),
    ("sname", "surname"),
    ("lname", "last name"),
    ("lastname", "last name"),
    ("fullname", "full name"),
    ("emp", "employee"),
    ("pcode", "postcode"),
    ("postcd", "postcode"),
    ("acct", "account"),
    ("natins", "national insurance"),
    ("eth", "ethnicity"),
    ("diag", "diagnosis"),
    ("diags", "diagnosis"),
    ("addr", "address"),
    ("adr", "address"),
];

/// Words that belong together, and words that are written apart by the way their capitals fall (`DoB`).
const APART: &[(&str, &str)] = &[
    ("do b", "dob"),
    ("d o b", "dob"),
    ("do birth", "date of birth"),
    ("birth dt", "birth date"),
    ("nat ins", "national insurance"),
    ("n i number", "ni number"),
    ("post code", "postcode"),
    ("p code", "postcode"),
    ("e mail", "email"),
    ("sur name", "surname"),
    ("fore name", "forename"),
    ("s code", "sort code"),
    ("add 1", "address 1"),
    ("add 2", "address 2"),
];

/// Writes the pairs and triples of [`APART`] as one.
fn join_apart(name: String) -> String {
    let mut name = name;
    for (apart, whole) in APART {
        if let Some(at) = name.find(apart) {
            let end = at + apart.len();
            let opens = at == 0 || name.as_bytes()[at - 1] == b' ';
            let closes = end == name.len() || name.as_bytes()[end] == b' ';
            if opens && closes {
                name.replace_range(at..end, whole);
            }
        }
    }
    name
}

fn put(out: &mut String, word: &mut String) {
    if word.is_empty() {
        return;
    }
    if !out.is_empty() {
        out.push(' ');
    }
    let short = SHORT.iter().find(|(short, _)| short == word);
    out.push_str(short.map_or(word.as_str(), |(_, long)| long));
    word.clear();
}

/// Names that anything may stand under, in the form of label phrases.
const ANYTHING: &[&str] = &[
    "reference",
    "our reference",
    "your reference",
    "number",
    "code",
    "id",
];

/// Whether a phrase of names is one that anything may stand under.
pub(crate) fn says_little(phrase: &str) -> bool {
    ANYTHING
        .iter()
        .any(|word| phrase.eq_ignore_ascii_case(word))
}

/// What a name says that is not worth keeping.
pub(crate) fn read(words: &Words, name: &str) -> Said {
    let name = normalise_name(name);
    let text = name.as_bytes();
    let mut hits: Vec<PhraseHit> = Vec::new();
    Reader::default().read(words, text, 0, text.len(), &mut hits);
    let mut rules: Vec<(u16, Role, u16, u32)> = Vec::new();
    for hit in &hits {
        let phrase = words.phrase(hit.phrase);
        let length = hit.end - hit.start;
        for &(rule, role) in phrase.roles() {
            let role = match role {
                Role::ForWhole if length as usize == text.len() => Role::For,
                Role::ForWhole => continue,
                other => other,
            };
            // The longer phrase decides; of two alike, the one against.
            match rules.iter_mut().find(|r| r.0 == rule) {
                None => rules.push((rule, role, hit.phrase, length)),
                Some(r) => {
                    // Of two against, one that anything may stand under says less.
                    let little = says_little(&phrase.text);
                    if role.is_against()
                        && r.1.is_against()
                        && little != says_little(&words.phrase(r.2).text)
                    {
                        if !little {
                            *r = (rule, role, hit.phrase, length);
                        }
                        continue;
                    }
                    let stronger = length > r.3 || length == r.3 && role.is_against();
                    // A weak word does not take the place of a name.
                    let weaker = role == Role::ForWeakly && r.1 == Role::For;
                    let firmer = role == Role::For && r.1 == Role::ForWeakly;
                    if firmer || stronger && !weaker {
                        *r = (rule, role, hit.phrase, length);
                    }
                }
            }
        }
    }
    rules.sort_unstable_by_key(|r| r.0);
    Said {
        rules: rules
            .into_iter()
            .map(|(rule, role, phrase, _)| (rule, role, phrase))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_normalised() {
        for (name, normal) in [
            ("NI No.", "ni number"),
            ("niNumber", "ni number"),
            ("NHSNumber", "nhs number"),
            ("Tel (home)", "telephone"),
            ("date_of_birth", "date of birth"),
            ("Client Ref #", "client reference number"),
            ("Address 1", "address 1"),
            ("address2", "address 2"),
            ("Driver's licence", "drivers licence"),
            ("D.O.B", "dob"),
            ("DoB (dd/mm/yy)", "dob"),
            ("Ni No.", "ni number"),
            ("FNAME", "first name"),
            ("BIRTH_DT", "birth date"),
            ("S/Code", "sort code"),
            ("POSTCD", "postcode"),
            ("Prénom", "prenom"),
        ] {
            assert_eq!(normalise_name(name), normal, "{name}");
        }
    }
}
