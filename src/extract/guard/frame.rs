//! One open document: what it gave so far and what was wrong with it, until both are its outcome.

use crate::{
    extract::error::ExtractError,
    model::{Outcome, OutcomeKind},
};

/// One open document.
#[derive(Default)]
pub struct Frame {
    /// Bytes of text out so far.
    pub(super) offset: u64,
    /// Members opened.
    pub(super) children: u64,
    pub(super) problems: Vec<String>,
    pub(super) more_problems: u64,
    /// Said about a document that was read all the same.
    pub(super) remark: Option<String>,
}

impl Frame {
    pub(super) fn gave_something(&self) -> bool {
        self.offset > 0 || self.children > 0
    }

    pub(super) fn outcome(self, result: Result<(), ExtractError>) -> Outcome {
        let some = self.gave_something();
        let mut outcome = match result {
            Err(error) => error.outcome(some),
            Ok(()) if self.problems.is_empty() => {
                Outcome::new(OutcomeKind::Read, self.remark.unwrap_or_default())
            }
            Ok(()) => Outcome::new(OutcomeKind::Partial, ""),
        };
        for problem in self.problems {
            if !outcome.reason.is_empty() {
                outcome.reason.push_str("; ");
            }
            outcome.reason.push_str(&problem);
        }
        if self.more_problems > 0 {
            outcome
                .reason
                .push_str(&format!("; and {} more", self.more_problems));
        }
        outcome
    }
}
