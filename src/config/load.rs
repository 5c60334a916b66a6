//! The file itself: read, parsed, judged. Every error names the file and the line and says what to do.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use ignore::gitignore::GitignoreBuilder;
use toml::de::{DeTable, DeValue};

use super::Config;

/// What the file is called where it is looked for.
pub const FILE_NAME: &str = "domesday.toml";

/// The file that `domesday init` writes: every key, explained.
pub const TEMPLATE: &str = include_str!("template.toml");

/// What is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{}: {what}; {cure}", file.display(), line.map(|line| format!(", line {line}")).unwrap_or_default())]
pub struct ConfigError {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1, where it can be told.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub cure: String,
}

/// A value as the file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// One for a plain value, any number for a list.
    pub values: Vec<String>,
    /// Where, from 1.
    pub line: usize,
}

/// A configuration that was read.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The file; none was there when empty.
    pub file: Option<PathBuf>,
    /// What it says.
    pub config: Config,
    /// Every value that is not in a `[[list]]`, by `section.key`.
    pub written: BTreeMap<String, Written>,
}

impl Loaded {
    /// Reads a file.
    pub fn read(file: &Path) -> Result<Loaded, ConfigError> {
        let text = fs::read_to_string(file).map_err(|error| ConfigError {
            file: file.to_owned(),
            line: None,
            what: match error.kind() {
                io::ErrorKind::NotFound => "is not there".to_owned(),
                io::ErrorKind::InvalidData => "is not UTF-8 text".to_owned(),
                _ => format!("cannot be read ({error})"),
            },
            cure: "name another with --config, or make one with `domesday init`".to_owned(),
        })?;
        Loaded::parse(file, &text)
    }

    /// Judges the text of a file.
    pub fn parse(file: &Path, text: &str) -> Result<Loaded, ConfigError> {
        let place = Place { file, text };
        let mut config: Config = toml::from_str(text).map_err(|error| {
            place.error(
                error.span().map(|span| span.start),
                error.message().replace('\n', " "),
                "`domesday init --print` shows every key and how it is written",
            )
        })?;
        let mut written = BTreeMap::new();
        let mut lists = BTreeMap::new();
        // It was TOML a moment ago.
        if let Ok(table) = DeTable::parse(text) {
            for (key, value) in table.get_ref() {
                let name = key.get_ref().to_string();
                match value.get_ref() {
                    DeValue::Table(section) => {
                        for (key, value) in section {
                            written.insert(
                                format!("{name}.{}", key.get_ref()),
                                Written {
                                    values: words(value.get_ref()),
                                    line: place.line(key.span().start),
                                },
                            );
                        }
                    }
                    DeValue::Array(items)
                        if items
                            .iter()
                            .any(|item| matches!(item.get_ref(), DeValue::Table(_))) =>
                    {
                        let starts: Vec<usize> = items.iter().map(|i| i.span().start).collect();
                        lists.insert(name, starts);
                    }
                    other => {
                        written.insert(
                            name,
                            Written {
                                values: words(other),
                                line: place.line(key.span().start),
                            },
                        );
                    }
                }
            }
        }
        judge(&config, &written, &lists, &place)?;
        resolve(&mut config, &mut written, file);
        Ok(Loaded {
            file: Some(file.to_owned()),
            config,
            written,
        })
    }
}

/// Where an error is.
struct Place<'t> {
    file: &'t Path,
    text: &'t str,
}

impl Place<'_> {
    fn line(&self, at: usize) -> usize {
        let before = &self.text.as_bytes()[..at.min(self.text.len())];
        1 + before.iter().filter(|&&byte| byte == b'\n').count()
    }

    fn error(
        &self,
        at: Option<usize>,
        what: impl Into<String>,
        cure: impl Into<String>,
    ) -> ConfigError {
        ConfigError {
            file: self.file.to_owned(),
            line: at.map(|at| self.line(at)),
            what: what.into(),
            cure: cure.into(),
        }
    }
}

fn words(value: &DeValue<'_>) -> Vec<String> {
    match value {
        DeValue::String(text) => vec![text.to_string()],
        DeValue::Integer(number) => vec![number.to_string()],
        DeValue::Float(number) => vec![number.to_string()],
        DeValue::Boolean(yes) => vec![yes.to_string()],
        DeValue::Datetime(time) => vec![time.to_string()],
        DeValue::Array(items) => items
            .iter()
            .flat_map(|item| words(item.get_ref()))
            .collect(),
        DeValue::Table(_) => Vec::new(),
    }
}

/// What the types cannot tell: patterns that are none, rules that fit nothing, figures out of range.
fn judge(
    config: &Config,
    written: &BTreeMap<String, Written>,
    lists: &BTreeMap<String, Vec<usize>>,
    place: &Place<'_>,
) -> Result<(), ConfigError> {
    let at_key = |key: &str, what: String, cure: &str| ConfigError {
        line: written.get(key).map(|written| written.line),
        ..place.error(None, what, cure)
    };
    let at_item = |list: &str, n: usize, what: String, cure: &str| {
        place.error(
            lists.get(list).and_then(|starts| starts.get(n)).copied(),
            what,
            cure,
        )
    };
    if let Some(bad) = first_bad(&config.exclude) {
        return Err(at_key("exclude", bad, "write it as in a .gitignore"));
    }
    if config.scan.threads.is_some_and(|n| !(1..=256).contains(&n)) {
        let what = "threads is out of range".to_owned();
        return Err(at_key("scan.threads", what, "write 1 to 256"));
    }
    if config.scan.nice.is_some_and(|nice| nice > 19) {
        let what = "nice is out of range".to_owned();
        return Err(at_key("scan.nice", what, "write 0 to 19"));
    }
    if config.scan.deadline == Some(0) {
        let what = "no document is read in no time".to_owned();
        return Err(at_key("scan.deadline", what, "write at least 1"));
    }
    for (n, rule) in config.retention.iter().enumerate() {
        if let Some(bad) = first_bad(&rule.paths) {
            return Err(at_item("retention", n, bad, "write it as in a .gitignore"));
        }
        if rule.paths.is_empty() && rule.categories.is_empty() {
            let what = "this retention rule says neither where nor what".to_owned();
            return Err(at_item("retention", n, what, "give it paths or categories"));
        }
    }
    for (n, function) in config.functions.iter().enumerate() {
        if let Some(bad) = first_bad(&function.paths) {
            return Err(at_item("function", n, bad, "write it as in a .gitignore"));
        }
    }
    for (n, root) in config.roots.iter().enumerate() {
        let twice = |other: &super::Root| root.name.is_some() && other.name == root.name;
        if config.roots[..n].iter().any(twice) {
            let what = "two roots have one name".to_owned();
            return Err(at_item("root", n, what, "give each a name of its own"));
        }
    }
    Ok(())
}

/// What is wrong with the first pattern that is none.
fn first_bad(patterns: &[String]) -> Option<String> {
    patterns.iter().find_map(|pattern| {
        let mut builder = GitignoreBuilder::new("");
        builder.allow_unclosed_class(false);
        let bad = match builder.add_line(None, pattern) {
            Ok(builder) => builder.build().err(),
            Err(error) => Some(error),
        };
        bad.map(|error| format!("bad pattern `{pattern}`: {error}"))
    })
}

/// Relative paths start at the folder of the file, wherever the program is started.
fn resolve(config: &mut Config, written: &mut BTreeMap<String, Written>, file: &Path) {
    let folder = file.parent().unwrap_or(Path::new(""));
    if folder.as_os_str().is_empty() {
        return;
    }
    let from_here = |path: &mut PathBuf| *path = folder.join(&*path);
    let scan = &mut config.scan;
    let named = [
        ("inventory", &mut config.inventory),
        ("scan.passwords", &mut scan.passwords),
        ("scan.temporary", &mut scan.temporary),
        ("scan.metrics", &mut scan.metrics),
        ("rules.dir", &mut config.rules.dir),
        ("rules.modulus_table", &mut config.rules.modulus_table),
        ("request.cases", &mut config.request.cases),
    ];
    for (key, path) in named {
        if let Some(path) = path {
            from_here(path);
            if let Some(written) = written.get_mut(key) {
                written.values = vec![path.to_string_lossy().into_owned()];
            }
        }
    }
    config
        .roots
        .iter_mut()
        .for_each(|root| from_here(&mut root.path));
    config
        .outputs
        .iter_mut()
        .for_each(|output| from_here(&mut output.file));
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
