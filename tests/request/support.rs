//! A folder to work in, and the program run in it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_domesday");

/// What a run gave.
pub struct Ran {
    /// Exit status.
    pub code: i32,
    /// Output.
    pub out: String,
    /// Error output.
    pub err: String,
}

/// A folder that vanishes, with the program at hand.
pub struct Office(tempfile::TempDir);

impl Office {
    pub fn new() -> Office {
        Office(tempfile::tempdir().expect("a temporary folder"))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("it is in the folder")).expect("writable");
        fs::write(&path, text).expect("writable");
        path
    }

    pub fn read(&self, name: &str) -> String {
        let path = self.path().join(name);
        fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    /// Runs `domesday` with these words.
    pub fn run(&self, words: &[&str]) -> Ran {
        let Output {
            status,
            stdout,
            stderr,
        } = Command::new(PROGRAM)
            .args(words)
            .current_dir(self.path())
            .output()
            .expect("the program starts");
        Ran {
            code: status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&stdout).into_owned(),
            err: String::from_utf8_lossy(&stderr).into_owned(),
        }
    }

    /// Runs `domesday` and expects status 0.
    pub fn ok(&self, words: &[&str]) -> String {
        let ran = self.run(words);
        assert_eq!(ran.code, 0, "{words:?}: {}{}", ran.out, ran.err);
        ran.out
    }

    /// Runs `domesday`, expects this status and an unchanged folder of cases, and gives the error output.
    pub fn refused(&self, code: i32, words: &[&str]) -> String {
        let before = self.cases();
        let ran = self.run(words);
        assert_eq!(ran.code, code, "{words:?}: {}{}", ran.out, ran.err);
        assert_eq!(self.cases(), before, "{words:?} changed a case");
        assert_eq!(ran.err.lines().count(), 1, "{words:?}: {}", ran.err);
        ran.err
    }

    /// Every file of every case with its bytes.
    pub fn cases(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        let mut folders = vec![self.path().join("domesday.db.requests")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten() {
                let path = entry.expect("ours").path();
                match path.is_dir() {
                    true => folders.push(path),
                    false => found.push((path.clone(), fs::read(&path).expect("ours"))),
                }
            }
        }
        found.sort();
        found
    }
}
