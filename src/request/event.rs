//! What can happen to a case: the lines of its log. Kinds, numbers, digests and the responder's own words; no value.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::request::{Kind, calendar::Nation, clock::Stop};

/// One line of the log.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Its number, from 1.
    pub n: u64,
    /// When it was written.
    pub at: Timestamp,
    /// By which account.
    pub user: String,
    /// On which machine.
    pub host: String,
    /// With which version of the program.
    pub version: String,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// A term of the search, hashed under the key of the case: which kind, and a hash that tells whether a pack's term is it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Term {
    /// `name`, `nino`, `born`, …
    pub kind: String,
    /// BLAKE3 under the key of the case of the term as given, 64 hexadecimal digits.
    pub hash: String,
}

/// What happened.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The case was opened.
    Opened {
        /// Its name.
        case: String,
        /// What is asked.
        kind: Kind,
        /// The day the request came.
        received: Date,
        /// How it came: `email`, `letter`, …
        channel: String,
        /// Whose bank holidays count.
        nation: Nation,
        /// Whether it is known that the person asks.
        identity_checked: bool,
        /// Who is looked for.
        terms: Vec<Term>,
    },
    /// Who is looked for was described anew.
    Person {
        /// Who is looked for from now on.
        terms: Vec<Term>,
    },
    /// Identity was shown.
    Identity {
        /// The day.
        on: Date,
        /// How: the responder's words.
        note: String,
    },
    /// The clock was stopped.
    Stopped {
        /// The day the person was asked.
        on: Date,
        /// For what.
        why: Stop,
        /// The responder's words.
        note: String,
    },
    /// The clock goes on.
    Resumed {
        /// The day the answer came.
        on: Date,
        /// The responder's words.
        note: String,
    },
    /// Two further months were taken.
    Extended {
        /// The day the person was told.
        on: Date,
        /// Why, as the person was told.
        reason: String,
    },
    /// A note.
    Noted {
        /// The responder's words.
        note: String,
    },
    /// An evidence pack was made.
    Collected {
        /// Its name in the case or where it was put.
        pack: String,
        /// BLAKE3 of its manifest.
        manifest: String,
        /// Who was looked for.
        terms: Vec<Term>,
        /// Documents in it.
        documents: u64,
        /// Places they lie at.
        places: u64,
        /// Documents that should be in it and could not be read again.
        missing: u64,
        /// Documents of the inventory that no scan could read.
        unsearched: u64,
    },
    /// The worksheet of third parties was written.
    Listed {
        /// The worksheet.
        sheet: String,
        /// BLAKE3 of it as written.
        digest: String,
        /// Lines to decide.
        items: u64,
    },
    /// Disclosure copies were made.
    Redacted {
        /// Where they lie.
        folder: String,
        /// BLAKE3 of the decisions they were made by.
        decisions: String,
        /// Copies released.
        released: u64,
        /// Documents withheld.
        withheld: u64,
        /// Copies that failed their check and were not released.
        failed: u64,
        /// Values taken out.
        removed: u64,
    },
    /// The person's data was written for machines.
    Ported {
        /// Where it lies.
        folder: String,
        /// BLAKE3 of the JSON.
        digest: String,
        /// Values in it.
        values: u64,
    },
    /// The worklist of an erasure was written.
    Worklist {
        /// The worklist.
        sheet: String,
        /// Lines of it: number and digest of what it says, so that a line cannot vanish.
        items: Vec<(u32, String)>,
    },
    /// What became of lines of the worklist.
    Outcomes {
        /// Number and outcome.
        outcomes: Vec<(u32, Outcome)>,
    },
    /// A backup that still holds the data.
    Backup {
        /// Which.
        name: String,
        /// The day from which it holds it no more.
        until: Date,
        /// The responder's words.
        note: String,
    },
    /// Files were moved to a quarantine.
    Quarantined {
        /// Where.
        folder: String,
        /// Lines of the worklist that were moved.
        items: Vec<u32>,
    },
    /// Files were moved back.
    Restored {
        /// From where.
        folder: String,
        /// Lines of the worklist.
        items: Vec<u32>,
    },
    /// It was checked what is left.
    Verified {
        /// Lines of the worklist where nothing is left.
        gone: u64,
        /// Lines kept under an exemption.
        kept: u64,
        /// Places where the person still is and no exemption is recorded.
        remaining: u64,
        /// The certificate, when nothing remained.
        certificate: Option<String>,
        /// BLAKE3 of the certificate.
        digest: Option<String>,
    },
    /// The case was closed.
    Closed {
        /// The day.
        on: Date,
        /// How it ended: the responder's words.
        outcome: String,
    },
    /// The case was opened again.
    Reopened {
        /// Why.
        reason: String,
    },
}

/// What became of a line of the worklist.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// What was done.
    pub done: Done,
    /// The exemption that a kept item is kept under; the responder's words.
    pub note: String,
}

/// What can be done with a line of the worklist.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Done {
    /// The file was deleted.
    Deleted,
    /// The row, message or passage was taken out.
    Edited,
    /// It stays, under the exemption in the note.
    Kept,
    /// It is in the quarantine.
    Quarantined,
}

impl Done {
    /// All, with the words of the worklist.
    pub const ALL: &'static [(Done, &'static str)] = &[
        (Done::Deleted, "deleted"),
        (Done::Edited, "edited"),
        (Done::Kept, "kept"),
        (Done::Quarantined, "quarantined"),
    ];

    /// The word.
    pub fn word(self) -> &'static str {
        let found = Done::ALL.iter().find(|(done, _)| *done == self);
        found.map_or("", |(_, word)| word)
    }
}
