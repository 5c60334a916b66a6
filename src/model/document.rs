//! Where a document is inside its file: the chain of parts from the file inwards.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

/// One step inwards. Names come from the file and are labels, never paths.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "name")]
pub enum Part {
    /// A member of an archive, by its name there.
    Member(Arc<str>),
    /// A message in a mailbox, by its number from 1, or a folder and a number.
    Message(Arc<str>),
    /// An attachment or embedded file, by its name (or `attachment 2` where it has none).
    Attachment(Arc<str>),
    /// The single content of a compressed layer, by the layer's name: `gz`, `bz2`.
    Decoded(Arc<str>),
}

impl Part {
    /// The name shown for this step.
    pub fn name(&self) -> &str {
        match self {
            Part::Member(n) | Part::Message(n) | Part::Attachment(n) | Part::Decoded(n) => n,
        }
    }
}

/// The steps from a file to a document inside it, outermost first; empty for the file itself.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PartChain(pub Vec<Part>);

impl PartChain {
    /// Whether this is the file itself.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

/// The view for people: `hr.zip › pay.xlsx` without the file. Never a key.
impl fmt::Display for PartChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, part) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(" › ")?;
            }
            f.write_str(part.name())?;
        }
        Ok(())
    }
}
