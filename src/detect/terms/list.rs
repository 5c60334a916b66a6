//! The form of a word list, `rules/terms/NAME.txt`, and its reader. `table` compiles what is read here for the engine.
//!
//! ```text
//! what: conditions of body and mind
//! source: composed by this project from general knowledge
//! licence: as the program
//!
//! # a comment
//! [strong dementia]
//! vascular dementia
//! [weak unions within=6]
//! Unite
//! ```
//!
//! A section opens with its tier, an optional group and options. One term stands on each line. **The case written is the
//! case asked for**: `stroke` fits any case, `Unite` needs a capital first, `MUST` capitals throughout. A term is
//! inflected and respelt by rule (see `inflect`) unless the section says `exact` or the line starts with `=`.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::detect::hash::Quickly;

/// What a term says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Tier {
    /// Sensitive by itself.
    Strong,
    /// A common word with a sensitive sense: nothing without a cue or a label.
    Weak,
    /// A phrase in which the terms it covers mean something else.
    Block,
    /// Speaks for a weak term in the same sentence.
    Cue,
    /// The name of a field, column or heading whose values are of this kind, listed or not.
    Label,
    /// Denies what follows it.
    Negation,
    /// Makes a sentence or document general: policies, training, leaflets.
    General,
    /// One particular person: a pronoun, a relation.
    Person,
    /// A person by role, particular or not.
    Role,
    /// Stands before a name.
    Honorific,
    /// Ends a letter; a name follows.
    Closing,
    /// A given name.
    Forename,
    /// A family name. Looked up when a candidate stands there, not searched for.
    Surname,
    /// A place, organisation or product word after which a name is none.
    Tail,
    /// A capitalised word that is no part of a name.
    Stop,
    /// The end of a word that makes it a medicine.
    Stem,
    /// An ordinary word: a capital makes no name of it.
    Ordinary,
}

impl Tier {
    const NAMES: &'static [(&'static str, Tier)] = &[
        ("strong", Tier::Strong),
        ("weak", Tier::Weak),
        ("block", Tier::Block),
        ("cue", Tier::Cue),
        ("label", Tier::Label),
        ("negation", Tier::Negation),
        ("general", Tier::General),
        ("person", Tier::Person),
        ("role", Tier::Role),
        ("honorific", Tier::Honorific),
        ("closing", Tier::Closing),
        ("forename", Tier::Forename),
        ("surname", Tier::Surname),
        ("tail", Tier::Tail),
        ("stop", Tier::Stop),
        ("stem", Tier::Stem),
        ("ordinary", Tier::Ordinary),
    ];
}

/// Options of a section.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// Terms stand as they are written, without inflection or respelling.
    pub exact: bool,
    /// Weak: under a label as sure as a strong term. Label: whatever stands under it is sure.
    pub firm: bool,
    /// Label: never sure, what it names may be something else. Cue: speaks for weak terms only.
    pub loose: bool,
    /// Strong: the phrase itself says that it is about one person (`UNISON member`).
    pub tied: bool,
    /// Weak: only cues of the same group speak for it.
    pub own: bool,
    /// Forename: an ordinary word, place or month as well.
    pub ambiguous: bool,
    /// Weak: the cue stands within so many words; 0 is anywhere in the sentence.
    pub within: u8,
}

/// One term as written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The term.
    pub text: String,
    /// Its tier.
    pub tier: Tier,
    /// The group of its section; empty for none.
    pub group: Arc<str>,
    /// The options of its section.
    pub options: Options,
    /// Its line in the file, from 1.
    pub line: usize,
}

/// A word list.
#[derive(Clone, Debug)]
pub struct List {
    /// Its file's name without extension.
    pub name: String,
    /// What it holds, in words.
    pub what: String,
    /// Where its terms come from.
    pub source: String,
    /// Under which licence.
    pub licence: String,
    /// The terms in the order of the file.
    pub entries: Vec<Entry>,
}

/// What is wrong with a word list. Lists hold no personal data, so their text may be quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListError {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub cure: String,
}

impl fmt::Display for ListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: {}: {}",
            self.file.display(),
            self.line,
            self.what,
            self.cure
        )
    }
}

impl std::error::Error for ListError {}

/// The longest term, in bytes. The engine looks no further.
const LONGEST: usize = 80;

impl List {
    /// Reads a list of the program.
    pub fn parse(name: &str, text: &str) -> Result<List, ListError> {
        let file = PathBuf::from(format!("rules/terms/{name}.txt"));
        let list = List::own(name, &file, text)?;
        for (field, value) in [
            ("what", &list.what),
            ("source", &list.source),
            ("licence", &list.licence),
        ] {
            if value.is_empty() {
                return Err(ListError {
                    file,
                    line: 1,
                    what: format!("the head does not say `{field}:`"),
                    cure: "say what the list holds, where it comes from and under which licence"
                        .to_owned(),
                });
            }
        }
        Ok(list)
    }

    /// Reads a list of the user's, which need not say where it comes from.
    pub fn own(name: &str, file: &Path, text: &str) -> Result<List, ListError> {
        let fail = |line: usize, what: String, cure: &str| ListError {
            file: file.to_path_buf(),
            line,
            what,
            cure: cure.to_owned(),
        };
        let mut list = List {
            name: name.to_owned(),
            what: String::new(),
            source: String::new(),
            licence: String::new(),
            entries: Vec::new(),
        };
        let mut section: Option<(Tier, Arc<str>, Options)> = None;
        let mut seen = std::collections::HashMap::with_hasher(Quickly::default());
        let mut last = 0;
        for (at, raw) in text.lines().enumerate() {
            let at = at + 1;
            last = at;
            let line = raw.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            if let Some(head) = line.strip_prefix('[') {
                let Some(head) = head.strip_suffix(']') else {
                    return Err(fail(
                        at,
                        "the section has no `]`".to_owned(),
                        "write it as [strong] or [weak group option]",
                    ));
                };
                section = Some(parse_section(head).map_err(|(what, cure)| ListError {
                    file: file.to_path_buf(),
                    line: at,
                    what,
                    cure,
                })?);
                continue;
            }
            let Some((tier, group, options)) = &section else {
                let Some((key, value)) = line.split_once(':') else {
                    return Err(fail(
                        at,
                        format!("`{line}` stands before the first section"),
                        "open a section first, such as [strong]",
                    ));
                };
                let field = match key.trim() {
                    "what" => &mut list.what,
                    "source" => &mut list.source,
                    "licence" => &mut list.licence,
                    other => {
                        return Err(fail(
                            at,
                            format!("the head has no field `{other}`"),
                            "the head says what, source and licence",
                        ));
                    }
                };
                if !field.is_empty() {
                    field.push(' ');
                }
                field.push_str(value.trim());
                continue;
            };
            // Names come many to a line, split by spaces: a line for each would bury the file.
            let many = matches!(
                tier,
                Tier::Forename | Tier::Surname | Tier::Stem | Tier::Ordinary
            );
            let terms: Vec<&str> = if many {
                line.split_ascii_whitespace().collect()
            } else {
                vec![line]
            };
            for term in terms {
                let (term, exact) = match term.strip_prefix('=') {
                    Some(rest) => (rest.trim(), true),
                    None => (term, options.exact),
                };
                if term.is_empty() || !term.is_ascii() || term.contains("  ") {
                    return Err(fail(
                        at,
                        format!("`{term}` cannot be matched"),
                        "write terms in ASCII, words apart by one space, without accents",
                    ));
                }
                if term.len() > LONGEST {
                    return Err(fail(
                        at,
                        format!("a term of {} characters", term.len()),
                        "80 at most: leave out the words that do not decide",
                    ));
                }
                if let Some(first) = seen.insert((term, *tier, group.clone()), at) {
                    return Err(fail(
                        at,
                        format!("`{term}` stands in line {first} already"),
                        "take one out",
                    ));
                }
                list.entries.push(Entry {
                    text: term.to_owned(),
                    tier: *tier,
                    group: group.clone(),
                    options: Options { exact, ..*options },
                    line: at,
                });
            }
        }
        if list.entries.is_empty() {
            return Err(fail(
                last.max(1),
                "it has no terms".to_owned(),
                "add a section such as [strong], and terms under it",
            ));
        }
        Ok(list)
    }
}

fn parse_section(head: &str) -> Result<(Tier, Arc<str>, Options), (String, String)> {
    let mut words = head.split_ascii_whitespace();
    let name = words.next().unwrap_or_default();
    let Some(&(_, tier)) = Tier::NAMES.iter().find(|(n, _)| *n == name) else {
        let all: Vec<_> = Tier::NAMES.iter().map(|(n, _)| *n).collect();
        return Err((
            format!("there is no tier `{name}`"),
            format!("choose one of {}", all.join(", ")),
        ));
    };
    let mut group: Arc<str> = Arc::from("");
    let mut options = Options::default();
    for word in words {
        match word {
            "exact" => options.exact = true,
            "firm" => options.firm = true,
            "loose" => options.loose = true,
            "tied" => options.tied = true,
            "own" => options.own = true,
            "ambiguous" => options.ambiguous = true,
            _ => match word.split_once('=') {
                Some(("within", n)) => {
                    options.within = n.parse().ok().filter(|&n| n > 0).ok_or_else(|| {
                        (
                            format!("`within={n}` is no number of words"),
                            "write within=6, 255 at most".to_owned(),
                        )
                    })?;
                }
                Some(_) => {
                    return Err((
                        format!("there is no option `{word}`"),
                        "options are exact, firm, loose, tied, own, ambiguous, within=N".to_owned(),
                    ));
                }
                None if group.is_empty() => group = Arc::from(word),
                None => {
                    return Err((
                        format!("`{word}` is a second group"),
                        "give a section one group, then options".to_owned(),
                    ));
                }
            },
        }
    }
    Ok((tier, group, options))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const GOOD: &str = "what: w\nsource: s\nlicence: l\n\n[strong dementia]\nvascular dementia # common\n[weak unions within=6]\nUnite\n=gmb\n[forename ambiguous]\nMark Will\n";

    #[test]
    fn sections_give_tier_group_and_options_to_their_terms() {
        let list = List::parse("x", GOOD).unwrap();
        let terms: Vec<_> = list
            .entries
            .iter()
            .map(|e| (e.text.as_str(), e.tier, &*e.group, e.options.within))
            .collect();
        assert_eq!(
            terms,
            [
                ("vascular dementia", Tier::Strong, "dementia", 0),
                ("Unite", Tier::Weak, "unions", 6),
                ("gmb", Tier::Weak, "unions", 6),
                ("Mark", Tier::Forename, "", 0),
                ("Will", Tier::Forename, "", 0),
            ]
        );
        assert!(list.entries[2].options.exact && !list.entries[1].options.exact);
        assert!(list.entries[4].options.ambiguous);
    }

    #[test]
    fn a_mistake_is_named_with_its_line_and_a_cure() {
        for (from, to, expected) in [
            (
                "[strong",
                "[stronk",
                "x.txt:5: there is no tier `stronk`: choose one of",
            ),
            ("dementia]", "dementia", "x.txt:5: the section has no `]`"),
            ("within=6", "within=six", "x.txt:7: `within=six`"),
            ("within=6", "more", "x.txt:7: `more` is a second group"),
            ("=gmb", "Unite", "x.txt:9: `Unite` stands in line 8 already"),
            ("Unite", "Unité", "x.txt:8: `Unité` cannot be matched"),
            ("licence: l", "", "the head does not say `licence:`"),
            ("licence: l", "license: l", "x.txt:3: the head has no field"),
            ("what: w", "stroke", "x.txt:1: `stroke` stands before"),
        ] {
            let said = List::parse("x", &GOOD.replacen(from, to, 1))
                .unwrap_err()
                .to_string();
            assert!(said.contains(expected), "{from} → {to}: {said}");
        }
        assert!(List::parse("x", "what: w\nsource: s\nlicence: l\n").is_err());
    }

    #[test]
    fn built_in_lists_load() {
        for (name, text) in crate::detect::rule::TERM_FILES {
            List::parse(name, text).unwrap();
        }
    }
}
