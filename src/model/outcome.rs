//! How a document ended. Every entry the walker met, and every member inside one, ends in exactly one outcome.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! outcomes {
    ($( $(#[doc = $doc:literal])* $name:ident $id:literal $title:literal $read:literal $problem:literal ; )*) => {
        /// The kinds of outcome. Ids are stable: they are stored in inventories.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        pub enum OutcomeKind { $( $(#[doc = $doc])* #[serde(rename = $id)] $name, )* }

        impl OutcomeKind {
            /// Every kind, in the order reports show them.
            pub const ALL: &'static [OutcomeKind] = &[ $( OutcomeKind::$name, )* ];
            /// The stable id.
            pub fn id(self) -> &'static str { match self { $( OutcomeKind::$name => $id, )* } }
            /// The words a person reads.
            pub fn title(self) -> &'static str { match self { $( OutcomeKind::$name => $title, )* } }
            /// Whether its text was read, at least in part.
            pub fn was_read(self) -> bool { match self { $( OutcomeKind::$name => $read, )* } }
            /// Whether data may lie there unseen, so that the scan ends with exit status 3.
            pub fn is_problem(self) -> bool { match self { $( OutcomeKind::$name => $problem, )* } }
        }
    };
}

outcomes! {
    /// All its text was read.
    Read "read" "read" true false;
    /// Some of its text was read; the reason says what was not.
    Partial "partial" "read in part" true true;
    /// It is locked with a password that was not given.
    Encrypted "encrypted" "encrypted" false true;
    /// It holds pictures of text only.
    NeedsOcr "needs-ocr" "needs OCR" false true;
    /// No reader for its format.
    Unsupported "unsupported" "unsupported format" false true;
    /// Its format is known, its bytes are not what the format says.
    Corrupt "corrupt" "corrupt" false true;
    /// It would pass a limit; the reason says which.
    TooLarge "too-large" "too large" false true;
    /// The system refused to open it.
    Denied "denied" "access denied" false true;
    /// It changed or vanished under the reader.
    Changed "changed" "changed while read" false true;
    /// The deadline passed.
    TimedOut "timed-out" "timed out" false true;
    /// The parser died on it, twice.
    Crashed "crashed" "crashed the parser" false true;
    /// A placeholder whose content is elsewhere; reading would recall it.
    Offline "offline" "offline placeholder" false true;
    /// An exclusion asked for by the user; the reason names it.
    Excluded "excluded" "excluded by rule" false false;
    /// A link, pipe, socket or device: nothing of its own to read.
    NotAFile "not-a-file" "not a regular file" false false;
    /// Nothing changed since it was last read; its findings stand.
    Unchanged "unchanged" "unchanged" true false;
}

impl OutcomeKind {
    /// Whether there is a document at all: not an entry that the user excluded, nor a link, a socket or a device.
    pub fn is_document(self) -> bool {
        !matches!(self, OutcomeKind::Excluded | OutcomeKind::NotAFile)
    }

    /// The kind with this id.
    pub fn from_id(id: &str) -> Option<OutcomeKind> {
        OutcomeKind::ALL.iter().copied().find(|k| k.id() == id)
    }
}

/// A kind and, in words a person understands, the reason. The reason never holds text of the document.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// What happened.
    pub kind: OutcomeKind,
    /// Why, without the kind: `password needed`, `zip central directory missing`. Empty when there is nothing to say.
    pub reason: String,
}

impl Outcome {
    /// An outcome with its reason.
    pub fn new(kind: OutcomeKind, reason: impl Into<String>) -> Self {
        Outcome {
            kind,
            reason: reason.into(),
        }
    }

    /// Read in full.
    pub fn read() -> Self {
        Outcome::new(OutcomeKind::Read, "")
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.title())?;
        if !self.reason.is_empty() {
            write!(f, ": {}", self.reason)?;
        }
        Ok(())
    }
}
