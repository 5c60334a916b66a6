//! What the detector found, with the reasons to believe it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::{Anchor, Category, Confidence, Sensitive};

/// Index of a rule in the loaded rule set. Ids are what is stored; the index is for the hot path.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RuleIx(pub u16);

/// Whether a value speaks of a living person or is a known stand-in. Only `Live` counts in full.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// An ordinary value.
    #[default]
    Live,
    /// A value reserved for examples and tests.
    Example,
    /// A value of an organisation: a role mailbox, a VAT number.
    Organisation,
    /// A value anyone can look up in a public register.
    PublicRegister,
}

impl Status {
    /// The stable id.
    pub fn id(self) -> &'static str {
        match self {
            Status::Live => "live",
            Status::Example => "example",
            Status::Organisation => "organisation",
            Status::PublicRegister => "public-register",
        }
    }
}

/// Where a finding lies in its document.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Location {
    /// The place a person can go to.
    pub anchor: Anchor,
    /// Byte offset in the document's extracted text.
    pub offset: u64,
    /// Length in bytes of the text matched.
    pub length: u32,
}

/// Why a finding is believed. Words are the rule's own vocabulary, never text of the document.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Evidence {
    /// The check that the value passed (`Some(true)`) or failed; `None` when the rule has none.
    pub checked: Option<bool>,
    /// The rule's word found in a column heading or field name.
    pub label: Option<Arc<str>>,
    /// The rule's word found nearby.
    pub context: Option<Arc<str>>,
    /// The rule's counter-word found nearby.
    pub against: Option<Arc<str>>,
    /// A person is named in the same row, record or sentence.
    pub near_person: bool,
    /// Other values of the document or column lend support.
    pub corroborated: bool,
    /// Letters were read as digits, or the other way round.
    pub repaired: bool,
    /// The text denies it (`no history of`): still data about the person.
    pub negated: bool,
}

/// A rule that matched the same text and lost.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Also {
    /// The rule.
    pub rule: RuleIx,
    /// What it would have said.
    pub confidence: Confidence,
}

/// One piece of personal data at one place.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding {
    /// The rule that found it.
    pub rule: RuleIx,
    /// Its category.
    pub category: Category,
    /// Where.
    pub location: Location,
    /// The text as written.
    pub value: Sensitive,
    /// The value in the one form all spellings share (`AB123456C`), for counting, hashing and look-up.
    pub normal: Sensitive,
    /// How sure.
    pub confidence: Confidence,
    /// Whose value it is.
    pub status: Status,
    /// Why.
    pub evidence: Evidence,
    /// Who else claimed it; at most two.
    pub also: Vec<Also>,
}
