//! A data-subject request as a case: its clock, its log, what is handed over, what is erased, and the proof of each.
//!
//! A case is a folder of its own, for its owner alone (mode 0700), and not a table of the inventory: it holds the
//! person's values in the clear, and the inventory holds none. What happened stands in `log.jsonl`, one line an event,
//! each chained to the one before ([`log`]); everything that is known of a case is read off those events ([`case`]), so
//! a command that fails has changed nothing unless its last act, one line at the end of the log, was done. Values are in
//! `person.toml` and in what is made for the person (packs, copies, certificates), never in the log.
//!
//! Called by `cli`. It reads documents again through [`scan`](crate::scan), on whose shoulders it stands, and deletes
//! nothing on its own.

pub mod calendar;
pub mod case;
pub mod clock;
pub mod erase;
mod error;
pub mod event;
pub mod files;
pub mod log;
pub mod pack;
pub mod page;
pub mod passage;
pub mod person;
pub mod portability;
pub mod quarantine;
pub mod redact;
pub mod redactor;
pub mod release;
pub mod reread;
pub mod search;
pub mod sheet;
pub mod subject;
pub mod third;
pub mod verify;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

pub use case::{Case, Cases, State};
pub use error::RequestError;
pub use event::{Entry, Event};

/// What the person asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A copy of the data: Article 15.
    Access,
    /// That data be erased: Article 17.
    Erasure,
    /// That data be put right: Article 16.
    Rectification,
    /// That data be kept but not used: Article 18.
    Restriction,
    /// The data in a form for machines: Article 20.
    Portability,
    /// That data not be used so: Article 21.
    Objection,
}

impl Kind {
    /// All, with the word the command line and the log use and the article of the UK GDPR.
    pub const ALL: &'static [(Kind, &'static str, u8)] = &[
        (Kind::Access, "access", 15),
        (Kind::Erasure, "erasure", 17),
        (Kind::Rectification, "rectification", 16),
        (Kind::Restriction, "restriction", 18),
        (Kind::Portability, "portability", 20),
        (Kind::Objection, "objection", 21),
    ];

    /// The word.
    pub fn word(self) -> &'static str {
        let found = Kind::ALL.iter().find(|(kind, ..)| *kind == self);
        found.map_or("", |(_, word, _)| word)
    }

    /// The article of the UK GDPR.
    pub fn article(self) -> u8 {
        let found = Kind::ALL.iter().find(|(kind, ..)| *kind == self);
        found.map_or(0, |(.., article)| *article)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Kind, String> {
        let found = Kind::ALL.iter().find(|(_, word, _)| *word == text);
        found.map(|(kind, ..)| *kind).ok_or_else(|| {
            let words: Vec<_> = Kind::ALL.iter().map(|(_, word, _)| *word).collect();
            format!("write one of: {}", words.join(", "))
        })
    }
}
