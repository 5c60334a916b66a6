//! A folder of the user's: rules in it, word lists in its `terms`. Everything is read and judged before anything is used.
//!
//! A rule of a known id replaces the one there was. A list of a known name adds its terms to those there are: a site has
//! medicines, nicknames and places of its own, and should not have to copy ours to say so. Other files are passed over
//! (the banks' weight table lies there too).

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Origin, Rule, RuleError, set::TERM_FILES};
use crate::detect::terms::list::List;

/// The most that a rule file or a list may have: more is some other file.
const LARGEST: u64 = 16 << 20;

/// A word list of the user's.
#[derive(Clone, Debug)]
pub struct OwnList {
    /// Its file's name without extension.
    pub name: Arc<str>,
    /// Its file.
    pub file: PathBuf,
    /// Its text.
    pub text: Arc<str>,
}

/// What a folder holds.
pub(super) struct Folder {
    /// By file name.
    pub rules: Vec<Rule>,
    /// By name.
    pub lists: Vec<OwnList>,
}

impl Folder {
    /// Reads all of it; the first mistake stops.
    pub fn read(folder: &Path) -> Result<Folder, RuleError> {
        let mut rules = Vec::new();
        for path in files(folder, "toml")? {
            let text = text(&path)?;
            rules.push(Rule::parse(&path, &text, Origin::File(path.clone()))?);
        }
        let terms = folder.join("terms");
        let mut lists = Vec::new();
        let there = match fs::metadata(&terms) {
            Ok(_) => true,
            Err(e) if e.kind() == io::ErrorKind::NotFound => false,
            Err(e) => return Err(unreadable(&terms, &e)),
        };
        if there {
            for path in files(&terms, "txt")? {
                let text = text(&path)?;
                let name = path
                    .file_stem()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned();
                List::own(&name, &path, &text).map_err(|e| RuleError {
                    file: e.file,
                    line: Some(e.line),
                    what: e.what,
                    cure: e.cure,
                })?;
                lists.push(OwnList {
                    name: name.into(),
                    file: path,
                    text: text.into(),
                });
            }
        }
        let read = Folder { rules, lists };
        read.lists_and_rules_fit(folder)?;
        Ok(read)
    }

    /// A rule that names a list nobody has finds nothing, and a list that no rule names does nothing: both are slips.
    fn lists_and_rules_fit(&self, folder: &Path) -> Result<(), RuleError> {
        let builtin = |name: &str| TERM_FILES.iter().any(|(n, _)| *n == name);
        for rule in &self.rules {
            let Origin::File(file) = &rule.origin else {
                continue;
            };
            for name in &rule.terms {
                if builtin(name) || self.lists.iter().any(|list| *list.name == **name) {
                    continue;
                }
                let misplaced = folder.join(format!("{name}.txt"));
                return Err(RuleError {
                    file: file.clone(),
                    line: line_of(file, "terms"),
                    what: format!("there is no word list `{name}`"),
                    cure: match misplaced.exists() {
                        true => format!("move {name}.txt into {}", folder.join("terms").display()),
                        false => format!(
                            "put {name}.txt into {}, or name one of ours",
                            folder.join("terms").display()
                        ),
                    },
                });
            }
        }
        for list in &self.lists {
            let named = self
                .rules
                .iter()
                .any(|rule| rule.terms.iter().any(|name| **name == *list.name));
            if !named && !builtin(&list.name) {
                return Err(RuleError {
                    file: list.file.clone(),
                    line: None,
                    what: "no rule names this word list, so it does nothing".to_owned(),
                    cure: format!(
                        "write terms = [\"{}\"] in a rule beside it, or name the file like the list of ours that it adds to",
                        list.name
                    ),
                });
            }
        }
        Ok(())
    }
}

/// The line on which a key stands, as far as can be told without reading the file as the parser does.
fn line_of(file: &Path, key: &str) -> Option<usize> {
    let text = fs::read_to_string(file).ok()?;
    let at = text.lines().position(|line| {
        line.trim_start()
            .strip_prefix(key)
            .is_some_and(|rest| rest.trim_start().starts_with('='))
    })?;
    Some(at + 1)
}

fn unreadable(path: &Path, error: &io::Error) -> RuleError {
    RuleError {
        file: path.to_path_buf(),
        line: None,
        what: format!("cannot be read ({error})"),
        cure: "give a folder of rule files that this user may read".to_owned(),
    }
}

/// The files of a folder with this extension, by name.
fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, RuleError> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(|e| unreadable(folder, &e))? {
        let path = entry.map_err(|e| unreadable(folder, &e))?.path();
        let fits = path
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case(extension));
        // Editors leave `.name.toml.swp` and the like.
        let hidden = path
            .file_name()
            .is_some_and(|n| n.to_string_lossy().starts_with('.'));
        if fits && !hidden {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// The text of a file; a byte order mark is dropped.
fn text(path: &Path) -> Result<String, RuleError> {
    let size = fs::metadata(path).map_err(|e| unreadable(path, &e))?;
    if !size.is_file() || size.len() > LARGEST {
        return Err(RuleError {
            file: path.to_path_buf(),
            line: None,
            what: match size.is_file() {
                true => format!("has {} bytes", size.len()),
                false => "is no file".to_owned(),
            },
            cure: "a rule or a word list is a text of 16 MiB at most: move it out of the folder"
                .to_owned(),
        });
    }
    let bytes = fs::read(path).map_err(|e| unreadable(path, &e))?;
    let text = String::from_utf8(bytes).map_err(|e| {
        let good = e.utf8_error().valid_up_to();
        let line = 1 + e.as_bytes()[..good].iter().filter(|&&b| b == b'\n').count();
        RuleError {
            file: path.to_path_buf(),
            line: Some(line),
            what: "is not UTF-8".to_owned(),
            cure: "save it as UTF-8 (in Notepad: Save as, Encoding UTF-8)".to_owned(),
        }
    })?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}
