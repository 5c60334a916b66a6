//! How likely a document is about the person, in three words.

use serde::Serialize;

/// How likely a document is about the person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Band {
    /// Somebody who shares a name may be meant.
    Possible,
    /// Most likely the person; somebody should look.
    Probable,
    /// Two independent kinds of evidence agree on the person in one record and nothing disagrees.
    Certain,
}

impl Band {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Band::Possible => "possible",
            Band::Probable => "probable",
            Band::Certain => "certain",
        }
    }
}
