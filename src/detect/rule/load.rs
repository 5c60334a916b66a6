//! Reads one rule file and refuses what is wrong with it: which file, which line, what, and what to do.

use std::{fmt, ops::Range, path::PathBuf, sync::Arc};

use serde::Deserialize;
use toml::Spanned;

use super::{
    Beside, ContextWords, Guard, LEAST_MATCHES, LEAST_MISSES, LabelWords, Levels, Match, Miss,
    Origin, Pattern, Rule,
};
use crate::{
    detect::{
        normalise_name, validators,
        words::{MOST_WORDS, word_count},
    },
    model::{Category, Level, limits::OVERLAP},
};

/// What is wrong with a rule file. Rule files hold no personal data, so their text may be quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub cure: String,
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}: {}", self.what, self.cure)
    }
}

impl std::error::Error for RuleError {}

/// `<gap>` in a pattern: what people put between the groups of a number, or nothing. A line break is taken here too; the
/// detector lets one pass only under a label or context.
const GAP: &str = r"(?: ?- ?|  ?| ?\r?\n ?)?";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: Spanned<String>,
    title: Spanned<String>,
    category: Spanned<String>,
    why: String,
    #[serde(default)]
    pattern: Vec<FilePattern>,
    #[serde(default)]
    terms: Vec<String>,
    by: Option<Spanned<String>>,
    #[serde(default = "no_words")]
    context: ContextWords,
    #[serde(default)]
    labels: LabelWords,
    beside: Option<Spanned<Beside>>,
    #[serde(default)]
    placeholders: Vec<String>,
    #[serde(default)]
    yields_to: Vec<String>,
    #[serde(default)]
    people: bool,
    #[serde(default)]
    unfold: bool,
    #[serde(default, rename = "match")]
    matches: Vec<Spanned<Match>>,
    #[serde(default, rename = "miss")]
    misses: Vec<Spanned<Miss>>,
}

fn no_words() -> ContextWords {
    ContextWords {
        before: super::before(),
        after: super::after(),
        ..ContextWords::default()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FilePattern {
    regex: Spanned<String>,
    #[serde(default)]
    guard: Guard,
    check: Option<Spanned<String>>,
    #[serde(default)]
    levels: Levels,
    #[serde(default)]
    label_only: bool,
    #[serde(default)]
    misread: bool,
    #[serde(default)]
    lookahead: bool,
}

/// Where in which file, for errors.
struct Place<'a> {
    file: &'a PathBuf,
    text: &'a str,
}

impl Place<'_> {
    fn error(
        &self,
        at: Option<Range<usize>>,
        what: impl Into<String>,
        cure: impl Into<String>,
    ) -> RuleError {
        RuleError {
            file: self.file.clone(),
            line: at.map(|at| self.line(&at)),
            what: what.into(),
            cure: cure.into(),
        }
    }

    /// The line that a stretch of the text begins on, from 1.
    fn line(&self, at: &Range<usize>) -> usize {
        1 + memchr::memchr_iter(b'\n', &self.text.as_bytes()[..at.start]).count()
    }
}

impl Rule {
    /// Reads a rule from the text of the file `path`, whose name must be the rule's id.
    pub fn parse(path: &std::path::Path, text: &str, origin: Origin) -> Result<Rule, RuleError> {
        let path = path.to_path_buf();
        let place = Place { file: &path, text };
        let file: File = toml::from_str(text).map_err(|e| {
            let what = e.message().replace('\n', " ");
            place.error(
                e.span(),
                what,
                "write it as the other rule files do (`domesday rules show nino` prints one)",
            )
        })?;
        let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned());
        let id = file.id.get_ref();
        if stem.as_deref() != Some(id.as_str()) {
            return Err(place.error(
                Some(file.id.span()),
                format!("the id `{id}` is not the file's name"),
                format!("name the file {id}.toml, or change the id"),
            ));
        }
        if id.is_empty()
            || !id
                .bytes()
                .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        {
            return Err(place.error(
                Some(file.id.span()),
                format!("`{id}` cannot be an id"),
                "use lower-case letters, digits and hyphens",
            ));
        }
        if file.title.get_ref().trim().is_empty() {
            return Err(place.error(
                Some(file.title.span()),
                "the title is empty",
                "say what is found",
            ));
        }
        let Some(category) = Category::from_id(file.category.get_ref()) else {
            let all: Vec<_> = Category::ALL.iter().map(|c| c.id()).collect();
            return Err(place.error(
                Some(file.category.span()),
                format!("there is no category `{}`", file.category.get_ref()),
                format!("choose one of {}", all.join(", ")),
            ));
        };
        if let Some(by) = &file.by
            && by.get_ref() != "names"
        {
            return Err(place.error(
                Some(by.span()),
                format!("nothing finds values by `{}`", by.get_ref()),
                "leave `by` out, or write by = \"names\"",
            ));
        }
        if file.pattern.is_empty() && file.terms.is_empty() && file.by.is_none() {
            return Err(place.error(
                None,
                "it has no [[pattern]]",
                "add one, or name word lists in `terms`",
            ));
        }
        let mut patterns = Vec::with_capacity(file.pattern.len());
        for pattern in &file.pattern {
            let parsed = parse_pattern(&place, pattern)?;
            if pattern.misread {
                patterns.push(misread(&parsed));
            }
            patterns.push(parsed);
        }
        for (count, least, name) in [
            (file.matches.len(), LEAST_MATCHES, "match"),
            (file.misses.len(), LEAST_MISSES, "miss"),
        ] {
            if count < least {
                return Err(place.error(
                    None,
                    format!("{count} [[{name}]] examples"),
                    format!("give at least {least}: they are the rule's tests"),
                ));
            }
        }
        for example in &file.matches {
            let e = example.get_ref();
            if e.find.is_empty() || !e.text.contains(&e.find) {
                return Err(place.error(
                    Some(example.span()),
                    "`find` does not stand in `text`",
                    "copy it from there, as it is written",
                ));
            }
        }
        if let Some(beside) = &file.beside
            && beside.get_ref().within > OVERLAP / 8
        {
            return Err(place.error(
                Some(beside.span()),
                format!("beside.within = {} is too far", beside.get_ref().within),
                format!("at most {}", OVERLAP / 8),
            ));
        }
        if file.context.before > 200 || file.context.after > 200 {
            return Err(place.error(
                None,
                "context.before and context.after reach too far",
                "200 characters at most: further off, words speak of something else",
            ));
        }
        let phrases = [
            &file.context.words,
            &file.context.against,
            &file.labels.words,
            &file.labels.not,
            &file.labels.other,
        ];
        // Ours are known to fit; the program starts too often to look again.
        let own = origin != Origin::BuiltIn;
        for phrase in phrases.into_iter().flatten().filter(|_| own) {
            // What is quoted stands somewhere; written with escapes it stands nowhere, and has no line.
            let quoted = [format!("\"{phrase}\""), format!("'{phrase}'")];
            let at = quoted.iter().find_map(|q| text.find(q.as_str()));
            if !phrase_fits(phrase) {
                return Err(place.error(
                    at.map(|at| at..at),
                    format!("the phrase \"{phrase}\" has no word, or more than {MOST_WORDS}"),
                    format!("write one to {MOST_WORDS} words of letters and digits"),
                ));
            }
        }
        Ok(Rule {
            id: Arc::from(id.as_str()),
            title: file.title.into_inner(),
            category,
            why: file.why,
            patterns,
            terms: file.terms,
            by: file.by.map(Spanned::into_inner),
            context: file.context,
            labels: file.labels,
            beside: file.beside.map(Spanned::into_inner),
            placeholders: file.placeholders.iter().map(|p| p.to_lowercase()).collect(),
            yields_to: file.yields_to,
            matches: file
                .matches
                .into_iter()
                .map(|example| Match {
                    line: place.line(&example.span()),
                    ..example.into_inner()
                })
                .collect(),
            misses: file
                .misses
                .into_iter()
                .map(|example| Miss {
                    line: place.line(&example.span()),
                    ..example.into_inner()
                })
                .collect(),
            people: file.people,
            unfold: file.unfold,
            origin,
            digest: *blake3::hash(text.as_bytes()).as_bytes(),
        })
    }
}

/// Whether a phrase can be looked up: as it stands, and as names of columns are read.
fn phrase_fits(phrase: &str) -> bool {
    [phrase.to_owned(), normalise_name(phrase)]
        .iter()
        .all(|text| (1..=MOST_WORDS).contains(&word_count(text)))
}

/// What a digit is mistaken for on paper, and the digits themselves.
const MISREAD: &str = "[0-9OoIlSBZG]";

/// The same pattern where every digit may be a letter that looks like one.
fn misread(pattern: &Pattern) -> Pattern {
    Pattern {
        regex: pattern.regex.replace(r"\d", MISREAD),
        levels: Levels {
            check_context: Some(Level::Medium),
            ..Levels::default()
        },
        misread: true,
        ..pattern.clone()
    }
}

fn parse_pattern(place: &Place<'_>, pattern: &FilePattern) -> Result<Pattern, RuleError> {
    let source = pattern.regex.get_ref();
    let at = || Some(pattern.regex.span());
    let expanded = source.replace("<gap>", GAP);
    let hir = regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(&expanded)
        .map_err(|e| {
            let what = match e {
                regex_syntax::Error::Parse(e) => e.kind().to_string(),
                regex_syntax::Error::Translate(e) => e.kind().to_string(),
                _ => "it is no regular expression".to_owned(),
            };
            place.error(
                at(),
                format!("the pattern does not parse: {what}"),
                "patterns are regular expressions of the `regex` crate over ASCII, without look-around",
            )
        })?;
    let properties = hir.properties();
    match properties.maximum_len() {
        Some(most) if most <= OVERLAP / 8 => {}
        most => {
            return Err(place.error(
                at(),
                match most {
                    Some(most) => format!("the pattern may be {most} bytes long"),
                    None => "the pattern has no upper length".to_owned(),
                },
                format!(
                    "bound every repetition (`{{1,20}}` for `+`), {} bytes at most in all",
                    OVERLAP / 8
                ),
            ));
        }
    }
    if properties.minimum_len().unwrap_or(0) < 2 {
        return Err(place.error(
            at(),
            "the pattern matches less than two characters",
            "ask for more",
        ));
    }
    let check = match &pattern.check {
        None => None,
        Some(name) => Some(validators::check(name.get_ref()).ok_or_else(|| {
            let all: Vec<_> = validators::CHECKS.iter().map(|c| c.name).collect();
            place.error(
                Some(name.span()),
                format!("there is no check `{}`", name.get_ref()),
                format!("choose one of {}", all.join(", ")),
            )
        })?),
    };
    if pattern.misread && (check.is_none() || pattern.levels.check_context.is_none()) {
        return Err(place.error(
            at(),
            "misread = true without a check digit",
            "only a check that holds can tell a letter read for a digit: leave it out",
        ));
    }
    if pattern.lookahead && !expanded.contains("<value>") {
        return Err(place.error(
            at(),
            "lookahead = true without a value",
            "write the part that is the value as (?<value>…), or leave lookahead out",
        ));
    }
    if pattern.levels == Levels::default() {
        return Err(place.error(
            at(),
            "the pattern has no levels, so it finds nothing",
            "add levels = { shape = …, context = …, check = …, check_context = …, fail_context = … } with \"low\", \"medium\" or \"high\"",
        ));
    }
    let value = if expanded.contains("(?<value>") || expanded.contains("(?P<value>") {
        let anchored = format!("(?-u)^(?:{expanded})$");
        Some(regex::bytes::Regex::new(&anchored).map_err(|_| {
            place.error(
                at(),
                "the pattern is too large",
                "make its repetitions shorter",
            )
        })?)
    } else {
        None
    };
    Ok(Pattern {
        source: source.clone(),
        wraps: source.contains("<gap>"),
        regex: expanded,
        guard: pattern.guard,
        check,
        levels: pattern.levels,
        label_only: pattern.label_only,
        misread: false,
        lookahead: pattern.lookahead,
        value,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::path::Path;

    use super::*;

    const GOOD: &str = r#"
id = "badge"
title = "Staff badge"
category = "employment"
why = "test"
match = [{ text = "badge B-1234", find = "B-1234", level = "high" }, { text = "badge B-2", find = "B-2", level = "low" }, { text = "B-3", find = "B-3", level = "low" }]
miss = [{ text = "a", because = "" }, { text = "b", because = "" }, { text = "c", because = "" }, { text = "d", because = "" }, { text = "e", because = "" }]
[[pattern]]
regex = 'B-\d{1,4}'
levels = { shape = "low" }
"#;

    fn fails(text: &str) -> String {
        Rule::parse(Path::new("badge.toml"), text, Origin::BuiltIn)
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_mistake_is_named_with_its_line_and_a_cure() {
        Rule::parse(Path::new("badge.toml"), GOOD, Origin::BuiltIn).unwrap();
        for (from, to, expected) in [
            ("levels =", "level =", "badge.toml:10"),
            (r"\d{1,4}", r"\d+", "no upper length"),
            (r"\d{1,4}", r"(\d{1,4}", "does not parse"),
            ("'B-\\d{1,4}'", "'\\d'", "less than two"),
            (
                "\"employment\"",
                "\"work\"",
                "badge.toml:4: there is no category `work`: choose one of",
            ),
            ("id = \"badge\"", "id = \"Badge\"", "badge.toml:2"),
            ("find = \"B-1234\"", "find = \"B-9\"", "does not stand in"),
            ("shape = \"low\"", "shape = \"lo\"", "badge.toml:10"),
            ("{ text = \"a\", because = \"\" }, ", "", "at least 5"),
            (
                "levels",
                "check = \"nope\"\nlevels",
                "there is no check `nope`",
            ),
            ("why = \"test\"", "why = \"test", "badge.toml:5"),
        ] {
            let said = fails(&GOOD.replacen(from, to, 1));
            assert!(said.contains(expected), "{from} → {to}: {said}");
        }
    }
}
