//! The rules of a run: the built-in ones, the user's layered over them, some switched off.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::{
    Origin, Rule, RuleError,
    folder::{Folder, OwnList},
};

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/rules.rs"));
}

/// Name and text of each built-in word list.
pub use embedded::TERM_FILES;

/// Rules by id, ascending: the order that [`RuleIx`](crate::model::RuleIx) counts.
#[derive(Clone, Debug)]
pub struct RuleSet {
    rules: Vec<Rule>,
    lists: Vec<OwnList>,
}

impl RuleSet {
    /// The rules that are part of the program.
    pub fn builtin() -> Result<RuleSet, RuleError> {
        let mut set = RuleSet::empty();
        let rules: Vec<_> = embedded::RULE_FILES
            .par_iter()
            .map(|(name, text)| {
                let path = PathBuf::from(format!("rules/{name}.toml"));
                Rule::parse(&path, text, Origin::BuiltIn)
            })
            .collect();
        for rule in rules {
            set.put(rule?);
        }
        Ok(set)
    }

    /// The rules themselves, by id, and the user's word lists.
    pub fn into_parts(self) -> (Vec<Rule>, Vec<OwnList>) {
        (self.rules, self.lists)
    }

    /// No rules at all, to build a set of one's own.
    pub fn empty() -> RuleSet {
        RuleSet {
            rules: Vec::new(),
            lists: Vec::new(),
        }
    }

    /// The same with a folder laid over it: a rule of a known id replaces the one there was, and a list of a known name
    /// adds to it. Nothing of it is used unless all of it is sound.
    pub fn with_dir(mut self, folder: &Path) -> Result<RuleSet, RuleError> {
        let read = Folder::read(folder)?;
        for rule in read.rules {
            self.put(rule);
        }
        self.lists.extend(read.lists);
        self.check_names(|rule| rule.origin != Origin::BuiltIn)?;
        Ok(self)
    }

    /// The same without these rules. An id that no rule has is an error: a switch that does nothing hides a mistake.
    pub fn without<S: AsRef<str>>(mut self, ids: &[S]) -> Result<RuleSet, RuleError> {
        for id in ids {
            let id = id.as_ref();
            let Ok(at) = self.position(id) else {
                return Err(RuleError {
                    file: PathBuf::from(id),
                    line: None,
                    what: "no rule has this id".to_owned(),
                    cure: "`domesday rules` lists them".to_owned(),
                });
            };
            self.rules.remove(at);
        }
        Ok(self)
    }

    /// The rules, by id.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule with this id.
    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.position(id).ok().map(|at| &self.rules[at])
    }

    fn position(&self, id: &str) -> Result<usize, usize> {
        self.rules.binary_search_by(|rule| (*rule.id).cmp(id))
    }

    fn put(&mut self, rule: Rule) {
        match self.position(&rule.id) {
            Ok(at) => self.rules[at] = rule,
            Err(at) => self.rules.insert(at, rule),
        }
    }

    /// Rules speak of other rules by id: a name that no rule has is a slip of the pen.
    fn check_names(&self, wanted: impl Fn(&Rule) -> bool) -> Result<(), RuleError> {
        for rule in self.rules.iter().filter(|rule| wanted(rule)) {
            let beside = rule.beside.iter().flat_map(|b| &b.rules);
            for other in rule.yields_to.iter().chain(beside) {
                if self.get(other).is_none() {
                    return Err(RuleError {
                        file: rule.file(),
                        line: None,
                        what: format!("no rule has the id `{other}`"),
                        cure: "correct it in yields_to or beside.rules".to_owned(),
                    });
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn built_in_rules_load_and_name_each_other_rightly() {
        let set = RuleSet::builtin().unwrap();
        assert!(set.get("nino").is_some());
        set.check_names(|_| true).unwrap();
    }

    #[test]
    fn a_users_rule_replaces_a_built_in_one_and_can_be_switched_off() {
        let folder = tempfile::tempdir().unwrap();
        let (_, text) = embedded::RULE_FILES
            .iter()
            .find(|(name, _)| *name == "nino")
            .unwrap();
        let text = text.replace("National Insurance number\"", "Ours\"");
        std::fs::write(folder.path().join("nino.toml"), text).unwrap();
        let before = RuleSet::builtin().unwrap();
        let set = before.clone().with_dir(folder.path()).unwrap();
        assert_eq!(set.rules().len(), before.rules().len());
        assert_eq!(set.get("nino").unwrap().title, "Ours");
        assert!(
            set.clone()
                .without(&["nino"])
                .unwrap()
                .get("nino")
                .is_none()
        );
        let said = set.without(&["ninjo"]).unwrap_err().to_string();
        assert!(said.contains("ninjo"), "{said}");
        std::fs::write(folder.path().join("odd.toml"), "id = 3").unwrap();
        assert!(before.with_dir(folder.path()).is_err());
    }
}
