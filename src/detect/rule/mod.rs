//! What a detector looks for, as data: one TOML file per rule in `rules/`, its file name is its id.
//!
//! `load` reads and checks a file, `folder` those of the user's, `set` layers them over the built-in ones. Nothing here looks at a
//! document; the detector compiles these values into what it runs.

mod folder;
mod load;
mod set;

use std::{path::PathBuf, sync::Arc};

use serde::Deserialize;

pub use folder::OwnList;
pub use load::RuleError;
pub use set::{RuleSet, TERM_FILES};

use crate::{
    detect::validators::Check,
    model::{Category, Level},
};

/// The least examples of each kind that a rule must carry.
pub const LEAST_MATCHES: usize = 3;
/// See [`LEAST_MATCHES`].
pub const LEAST_MISSES: usize = 5;

/// One detector.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its id, stable for ever: inventories store it.
    pub id: Arc<str>,
    /// What it finds, in words a person reads.
    pub title: String,
    /// The category of its findings.
    pub category: Category,
    /// Why it exists and what it is often mistaken for.
    pub why: String,
    /// What its values look like; each is scored by itself.
    pub patterns: Vec<Pattern>,
    /// Word lists of `rules/terms/`, when it finds words.
    pub terms: Vec<String>,
    /// The part of the program that finds it where neither patterns nor word lists do: `names`.
    pub by: Option<String>,
    /// Words around a value that speak for or against it.
    pub context: ContextWords,
    /// Names of columns and fields that hold its values.
    pub labels: LabelWords,
    /// Values of other rules nearby that lift it.
    pub beside: Option<Beside>,
    /// Values that stand for no value: `required`, `admin`. Lower case.
    pub placeholders: Vec<String>,
    /// Rules that win when both claim the same text.
    pub yields_to: Vec<String>,
    /// Texts in which it finds something.
    pub matches: Vec<Match>,
    /// Texts in which it finds nothing.
    pub misses: Vec<Miss>,
    /// Whether what its values hold inside (a name, a birth date) is found as well, each by the rule of its kind.
    pub unfold: bool,
    /// Whether people have one of it each, so that different values count people.
    pub people: bool,
    /// Where it comes from.
    pub origin: Origin,
    /// BLAKE3 of the file's text.
    pub digest: [u8; 32],
}

/// Where a rule was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Part of the program.
    BuiltIn,
    /// A file of the user's.
    File(PathBuf),
}

/// One way a value is written.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// The expression as the file has it, `<gap>` not yet expanded.
    pub source: String,
    /// The expression that runs: bytes, ASCII classes.
    pub regex: String,
    /// Whether it has a `<gap>`, so that a line break inside a match is the page's, not the value's.
    pub wraps: bool,
    /// What may stand beside a match.
    pub guard: Guard,
    /// The check its matches must stand.
    pub check: Option<&'static Check>,
    /// How sure a match is.
    pub levels: Levels,
    /// Whether only the name of its column or field can speak for it, not words in running text.
    pub label_only: bool,
    /// Whether letters that scanners of paper mistake for digits stand for them (`O` for 0): only right below its label,
    /// only when the check then holds, and never above medium.
    pub misread: bool,
    /// Whether what the match holds after its value must stand there, but is left to other rules: the postcode after an
    /// address.
    pub lookahead: bool,
    /// The part that is the value, when the expression has a group named `value`: what stands around it is support.
    pub value: Option<regex::bytes::Regex>,
}

impl Rule {
    /// The file that it was read from, for errors and reports.
    pub fn file(&self) -> PathBuf {
        match &self.origin {
            Origin::BuiltIn => PathBuf::from(format!("rules/{}.toml", self.id)),
            Origin::File(path) => path.clone(),
        }
    }
}

impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// What may stand beside a match (detection by regular expression has no look-around).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Guard {
    /// Neither a letter, a digit nor `_`.
    #[default]
    Word,
    /// As `Word`, and no other run of digits joined by `. , - / :` or one space.
    Digits,
    /// As `Word`, and no group of one to four hexadecimal digits joined by the separator that stands in the match: four
    /// octets of five are no address.
    Chain,
    /// As `Word`, and none of `. - + % @ / \\` before it, nor `- + % @ / \\` after it: it is a token by itself.
    Token,
    /// Anything.
    None,
}

/// The level of a match in each situation; absent is no finding.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Levels {
    /// The shape alone (S).
    pub shape: Option<Level>,
    /// The shape, and a word or label for it (S+C).
    pub context: Option<Level>,
    /// The check holds (K).
    pub check: Option<Level>,
    /// The check holds, and a word or label for it (K+C).
    pub check_context: Option<Level>,
    /// The check does not hold (X).
    pub fail: Option<Level>,
    /// The check does not hold, but a word or label is for it (X+C): a likely mistype.
    pub fail_context: Option<Level>,
    /// A word speaks against it, but nothing else is written so: an international telephone number after `ref`.
    pub against: Option<Level>,
}

/// Phrases around a value: whole words, in any case.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextWords {
    /// For it.
    #[serde(default)]
    pub words: Vec<String>,
    /// Against it.
    #[serde(default)]
    pub against: Vec<String>,
    /// How many characters before the value `words` may end.
    #[serde(default = "before")]
    pub before: usize,
    /// How many characters after it they may start.
    #[serde(default = "after")]
    pub after: usize,
}

fn before() -> usize {
    60
}

fn after() -> usize {
    30
}

/// Names of columns, form fields, keys and headers, normalised: lower case, camel and snake case split, `no`, `num`
/// and `#` written `number`, `ref` `reference`, `tel` `telephone`. A phrase fits when its words stand in the name; one
/// that begins with `=` only when it is the whole name.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelWords {
    /// Names that hold its values.
    #[serde(default)]
    pub words: Vec<String>,
    /// Names that look like it and do not.
    #[serde(default)]
    pub not: Vec<String>,
    /// Names of something else whose numbers stand the same check (an ISBN that of an NHS number): not even a column full of
    /// values that all hold is of this rule under one of them.
    #[serde(default)]
    pub other: Vec<String>,
}

/// Support from a value of another rule.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beside {
    /// Ids of the rules.
    pub rules: Vec<String>,
    /// How many characters away at most.
    pub within: usize,
    /// The level it lifts to.
    pub level: Level,
}

/// A text in which the rule finds something.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Match {
    /// The text.
    pub text: String,
    /// What of it is found, as it is written there.
    pub find: String,
    /// At this level.
    pub level: Level,
    /// Whether it is a value reserved for examples.
    #[serde(default)]
    pub example: bool,
    /// Its line in the file, from 1.
    #[serde(skip)]
    pub line: usize,
}

/// A text in which the rule finds nothing.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Miss {
    /// The text.
    pub text: String,
    /// Why not.
    pub because: String,
    /// Its line in the file, from 1.
    #[serde(skip)]
    pub line: usize,
}
