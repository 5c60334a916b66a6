//! Why a document could not be read, in words for the person who has to do something about it.
//!
//! Formats return these; the guard turns them into outcomes. A reason is written by us and never holds text of the
//! document: the messages of parsers often quote what they stumbled over, so they are not passed on.

use std::{borrow::Cow, io};

use crate::model::{Outcome, OutcomeKind};

/// A reason in plain words, without the kind: `password needed`.
pub type Reason = Cow<'static, str>;

/// Why reading a document ended early.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExtractError {
    /// A password is needed that was not in the list.
    #[error("encrypted: {0}")]
    Encrypted(Reason),
    /// There are only pictures of text in it.
    #[error("needs OCR: {0}")]
    NeedsOcr(Reason),
    /// No reader for it.
    #[error("unsupported: {0}")]
    Unsupported(Reason),
    /// The bytes are not what the format says.
    #[error("corrupt: {0}")]
    Corrupt(Reason),
    /// This one document needs more than it may have; its neighbours go on.
    #[error("too large: {0}")]
    TooLarge(Reason),
    /// The whole file passed a limit of the guard: nothing more of it is read.
    #[error("too large: {0}")]
    Limit(Reason),
    /// The system refused a read.
    #[error("denied: {0}")]
    Denied(Reason),
    /// The file changed under the reader.
    #[error("changed: {0}")]
    Changed(Reason),
    /// The file's deadline passed.
    #[error("timed out: {0}")]
    TimedOut(Reason),
    /// Its parser panicked; where, by file and line of the program.
    #[error("crashed: {0}")]
    Crashed(Reason),
    /// The visitor wants no more.
    #[error("stopped")]
    Stopped,
}

impl ExtractError {
    /// The bytes are not what the format says they are.
    pub fn corrupt(reason: impl Into<Reason>) -> Self {
        ExtractError::Corrupt(reason.into())
    }

    /// There is no reader for this kind of document.
    pub fn unsupported(reason: impl Into<Reason>) -> Self {
        ExtractError::Unsupported(reason.into())
    }

    /// A password is needed.
    pub fn encrypted() -> Self {
        ExtractError::Encrypted("password needed".into())
    }

    /// Whether it ends the whole file and not only the document it happened in.
    pub fn ends_file(&self) -> bool {
        matches!(
            self,
            ExtractError::Limit(_)
                | ExtractError::TimedOut(_)
                | ExtractError::Changed(_)
                | ExtractError::Stopped
        )
    }

    /// The outcome of a document that ended so. `some` says whether text or members came out of it before: then what
    /// is wrong with its bytes makes it `partial`, while limits, deadlines and changes keep their own kind.
    pub fn outcome(&self, some: bool) -> Outcome {
        use ExtractError as E;
        let (kind, reason) = match self {
            E::Encrypted(r) => (OutcomeKind::Encrypted, r),
            E::Unsupported(r) => (OutcomeKind::Unsupported, r),
            E::Corrupt(r) => (OutcomeKind::Corrupt, r),
            E::Denied(r) => (OutcomeKind::Denied, r),
            E::Crashed(r) => (OutcomeKind::Crashed, r),
            // Its author and title were read perhaps; what it says was not.
            E::NeedsOcr(r) => return Outcome::new(OutcomeKind::NeedsOcr, r.as_ref()),
            E::TooLarge(r) | E::Limit(r) => return Outcome::new(OutcomeKind::TooLarge, r.as_ref()),
            E::Changed(r) => return Outcome::new(OutcomeKind::Changed, r.as_ref()),
            E::TimedOut(r) => return Outcome::new(OutcomeKind::TimedOut, r.as_ref()),
            E::Stopped => return Outcome::new(OutcomeKind::Partial, "reading was stopped"),
        };
        if some {
            Outcome::new(OutcomeKind::Partial, self.to_string())
        } else {
            Outcome::new(kind, reason.as_ref())
        }
    }
}

/// Carries an error of ours through a parser that only knows `io::Error`; [`From`] takes it out again.
impl From<ExtractError> for io::Error {
    fn from(error: ExtractError) -> Self {
        let kind = match error {
            ExtractError::TimedOut(_) => io::ErrorKind::TimedOut,
            ExtractError::Denied(_) => io::ErrorKind::PermissionDenied,
            _ => io::ErrorKind::Other,
        };
        io::Error::new(kind, error)
    }
}

/// What a decoder says about its input; errors of the file itself were made ours where they happened (`Source`).
impl From<io::Error> for ExtractError {
    fn from(error: io::Error) -> Self {
        if let Some(ours) = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<ExtractError>())
        {
            return ours.clone();
        }
        match error.kind() {
            io::ErrorKind::UnexpectedEof => ExtractError::corrupt("ends early"),
            io::ErrorKind::OutOfMemory => {
                ExtractError::TooLarge("its parser asked for too much memory".into())
            }
            io::ErrorKind::Unsupported => {
                ExtractError::unsupported("uses a feature of its format that is not read")
            }
            _ if error.raw_os_error().is_some() => system(&error),
            _ => ExtractError::corrupt("its data does not decode"),
        }
    }
}

/// What the system says about a file.
pub fn system(error: &io::Error) -> ExtractError {
    match error.kind() {
        io::ErrorKind::PermissionDenied => ExtractError::Denied("no permission to read it".into()),
        io::ErrorKind::NotFound | io::ErrorKind::StaleNetworkFileHandle => {
            ExtractError::Changed("it vanished".into())
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ExtractError::TooLarge(
            "no space left for its temporary copy: free space or set another temporary folder"
                .into(),
        ),
        _ => match error.raw_os_error() {
            Some(code) => ExtractError::Denied(
                format!("the system could not read it (os error {code})").into(),
            ),
            None => ExtractError::Denied("the system could not read it".into()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_survives_the_way_through_io() {
        let error = ExtractError::Limit("expands past 100:1".into());
        let through: ExtractError = io::Error::from(error.clone()).into();
        assert_eq!(through, error);
        assert_eq!(
            error.outcome(true).to_string(),
            "too large: expands past 100:1"
        );
    }

    #[test]
    fn what_was_read_before_bad_bytes_counts() {
        let error = ExtractError::corrupt("ends early");
        assert_eq!(error.outcome(false).to_string(), "corrupt: ends early");
        assert_eq!(
            error.outcome(true).to_string(),
            "read in part: corrupt: ends early"
        );
    }
}
