//! What the user asked to leave out: `--exclude GLOB` for every root, and `.domesdayignore` files in the folders.
//!
//! Both are written as in a `.gitignore`: the last rule that matches decides, `!` takes back. The rule's own words
//! become the reason of the outcome. `.gitignore` itself is not obeyed: the data is held all the same.

use std::{io::Read, path::Path, path::PathBuf, sync::Arc};

use ignore::{
    Match,
    gitignore::{Gitignore, GitignoreBuilder},
};

use crate::walk::{Opener, Root, WalkError};

/// Name of the file that holds the exclusions of its folder.
pub const IGNORE_FILE: &str = ".domesdayignore";

/// Bytes of an ignore file that are looked at.
const IGNORE_FILE_MOST: u64 = 1 << 20;

/// The exclusions given for the whole scan, one matcher a root.
#[derive(Debug, Default)]
pub struct Exclusions {
    matchers: Vec<Gitignore>,
}

impl Exclusions {
    /// Compiles globs for these roots.
    pub fn new(roots: &[Root], globs: &[String]) -> Result<Exclusions, WalkError> {
        let matchers = roots
            .iter()
            .map(|root| {
                let mut builder = GitignoreBuilder::new(&root.path);
                builder.allow_unclosed_class(false);
                for glob in globs {
                    let bad = |why: ignore::Error| WalkError::Glob {
                        glob: glob.clone(),
                        why: reason(&why),
                    };
                    // A line feed would make two rules of one; a comment would make none.
                    if glob.trim().is_empty() || glob.starts_with('#') || glob.contains('\n') {
                        return Err(WalkError::Glob {
                            glob: glob.clone(),
                            why: "it matches nothing".to_owned(),
                        });
                    }
                    builder.add_line(None, glob).map_err(bad)?;
                }
                builder.build().map_err(|why| WalkError::Glob {
                    glob: globs.join(", "),
                    why: reason(&why),
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Exclusions { matchers })
    }

    /// The rule that leaves out this path (relative to the root), if one does.
    pub(super) fn excluded(
        &self,
        root: usize,
        path: &Path,
        folder: bool,
        chain: Option<&Chain>,
    ) -> Option<String> {
        let matcher = &self.matchers[root];
        if !matcher.is_empty() {
            match matcher.matched(path, folder) {
                Match::Ignore(rule) => return Some(format!("--exclude {}", rule.original())),
                Match::Whitelist(_) => return None,
                Match::None => {}
            }
        }
        let mut link = chain;
        while let Some(here) = link {
            let inside = path.strip_prefix(&here.folder).unwrap_or(path);
            match here.matcher.matched(inside, folder) {
                Match::Ignore(rule) => {
                    return Some(format!("{} in {}", rule.original(), here.shown()));
                }
                Match::Whitelist(_) => return None,
                Match::None => link = here.outer.as_deref(),
            }
        }
        None
    }
}

/// The glob crate repeats the glob in its message; the caller names it already.
fn reason(error: &ignore::Error) -> String {
    match error {
        ignore::Error::Glob { err, .. } => err.clone(),
        ignore::Error::WithLineNumber { err, .. }
        | ignore::Error::WithPath { err, .. }
        | ignore::Error::WithDepth { err, .. } => reason(err),
        other => other.to_string(),
    }
}

/// The ignore files from a folder up to its root, innermost first.
#[derive(Debug)]
pub(super) struct Chain {
    /// Where the file lies, relative to the root.
    folder: PathBuf,
    matcher: Gitignore,
    outer: Option<Arc<Chain>>,
}

impl Chain {
    fn shown(&self) -> String {
        self.folder.join(IGNORE_FILE).to_string_lossy().into_owned()
    }
}

/// The chain of a folder: with its own ignore file, if it has one, before those of the folders above.
pub(super) fn enter(
    opener: &Opener,
    absolute: &Path,
    folder: &Path,
    outer: Option<Arc<Chain>>,
) -> Option<Arc<Chain>> {
    let Ok((file, _)) = opener.open(&absolute.join(IGNORE_FILE)) else {
        return outer;
    };
    let mut bytes = Vec::new();
    if file.take(IGNORE_FILE_MOST).read_to_end(&mut bytes).is_err() {
        return outer;
    }
    // A bad line excludes nothing: what it was meant to leave out is scanned, which is the safe side.
    let mut builder = GitignoreBuilder::new("");
    for line in String::from_utf8_lossy(&bytes).lines() {
        let _ = builder.add_line(None, line);
    }
    match builder.build() {
        Ok(matcher) if !matcher.is_empty() => Some(Arc::new(Chain {
            folder: folder.to_path_buf(),
            matcher,
            outer,
        })),
        _ => outer,
    }
}
