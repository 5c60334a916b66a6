//! Roots → entries: what lies on a share, who owns it, and what is passed over and why.
//!
//! `scan` and `cli inspect` call it. It opens no document; it says how one is to be opened ([`open`]). Nothing that
//! it meets is dropped: an entry it will not hand on for reading carries its outcome.
//!
//! The walk is its own, not that of the `ignore` crate: that one lists a folder before it asks whether to enter it
//! (which would mount, recall or cross what must be left alone), keeps every name of a folder in memory, and drops
//! what is ignored without a word. Its glob matchers are used, in [`exclude`].

pub mod acl;
pub mod entry;
pub mod exclude;
pub mod open;
pub mod owner;
pub mod root;
pub mod traverse;
pub mod unread;

pub use acl::{Acl, Acls, Readers};
pub use entry::{Entry, Kind, Listing, Meta};
pub use exclude::Exclusions;
pub use open::Opener;
pub use owner::Owners;
pub use root::{Root, Roots, roots};
pub use traverse::{Options, Walk};
pub use unread::refusal;

use std::{io, path::PathBuf};

/// Why a walk cannot start. Each is one clear line.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// The folder to scan is not there.
    #[error("{} does not exist: check the spelling, or whether the share is mounted", .0.display())]
    Missing(PathBuf),
    /// A file was given where a folder is needed.
    #[error("{} is not a folder: give the folder that holds it, or look at one file with `domesday inspect`", .0.display())]
    NotAFolder(PathBuf),
    /// The system refuses to list it.
    #[error("{} cannot be listed ({why}): run as an account that may read it", .path.display())]
    Unreadable {
        /// The root.
        path: PathBuf,
        /// The system's reason.
        why: io::Error,
    },
    /// An exclusion that is no glob.
    #[error("bad exclusion `{glob}`: {why}")]
    Glob {
        /// As written.
        glob: String,
        /// What is wrong with it.
        why: String,
    },
}
