//! What a look-up answers: documents, the mentions in each, and why each is taken for the person.
//!
//! Plain models that serde can write; `cli` prints them, `request` collects what they point at. No value of a document is
//! in them: words name kinds of identifier and forms of agreement, previews are masked.

use serde::{Serialize, Serializer};

use super::{band::Band, identity::Strength};
use crate::{
    inventory::{Place, Root},
    model::{Anchor, Category, Confidence, Level, PartChain, Status},
};

/// What was found.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// Documents that hold the person, the surest first.
    pub hits: Vec<Hit>,
    /// Further documents that agree less and were left out.
    pub more: u64,
    /// Documents that are about somebody who could be mistaken for the person, and why they are not counted as hits.
    pub confusable: Vec<Confusable>,
    /// Identifiers that stand beside the person's in documents of the hits and were not asked for.
    pub offers: Vec<Offer>,
    /// What the user should know about the question and the answer.
    pub warnings: Vec<String>,
    /// Kinds of identifier asked for.
    pub kinds: Vec<String>,
    /// Different people in the inventory, estimated: what decides how much a name says.
    pub people: u64,
    /// Documents and members that no scan could read, so that the person may be in them unseen.
    pub unread: (u64, u64),
    /// When the last complete scan ended, milliseconds since 1970.
    pub scanned_at: Option<i64>,
    /// The roots the inventory speaks of, with when each was last walked to its end.
    pub roots: Vec<Root>,
}

/// A document that holds the person.
#[derive(Clone, Debug, Serialize)]
pub struct Hit {
    /// How likely it is the person: the band of its best mention.
    pub band: Band,
    /// Weight of the evidence of its best mention in bits: log₂ of the odds that it is the person.
    pub bits: f64,
    /// The same as a probability, 0 to 1.
    pub probability: f64,
    /// Places with this content, copies included: those that are there first, then those that are gone.
    pub places: Vec<Place>,
    /// Different people it is about, as estimated.
    pub people: u64,
    /// Where in it the person is, the surest first.
    pub mentions: Vec<Mention>,
}

impl Hit {
    /// Others who have the name that is all there is; 0 where something tells whose it is.
    pub fn alike(&self) -> u64 {
        self.mentions.first().map_or(0, |mention| mention.alike)
    }

    /// All reasons, those of the surest mention first.
    pub fn reasons(&self) -> impl Iterator<Item = &Reason> {
        self.mentions.iter().flat_map(|mention| &mention.reasons)
    }
}

/// The person in one record of a document: a row, an object, a letter's heading.
#[derive(Clone, Debug, Serialize)]
pub struct Mention {
    /// How likely it is the person.
    pub band: Band,
    /// Weight of the evidence in bits.
    pub bits: f64,
    /// The same as a probability.
    pub probability: f64,
    /// The document inside the file.
    pub part: PartRef,
    /// What in it agrees or disagrees, the heaviest first.
    pub reasons: Vec<Reason>,
    /// Sentences on what limits the band.
    pub notes: Vec<String>,
    /// Others here who are known to have the name as it stands, where the name is all there is: nothing tells whose it is.
    pub alike: u64,
}

/// A document inside a file, or the file itself, or its name.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PartRef {
    /// Order of opening in its file, 0 for the file itself.
    pub ordinal: u32,
    /// Steps from the file inwards; empty for the file itself.
    #[serde(serialize_with = "as_text")]
    pub chain: PartChain,
    /// Whether it is the file's own name or path.
    pub in_name: bool,
    /// Format it was read as.
    pub format: String,
}

/// One agreement or disagreement.
#[derive(Clone, Debug, Serialize)]
pub struct Reason {
    /// Kind of identifier, as asked: `name`, `nino`, `born`.
    pub kind: String,
    /// How it agrees.
    pub how: How,
    /// What agreement on this kind says.
    pub strength: Strength,
    /// Its weight in bits; negative when it speaks against the person.
    pub bits: f64,
    /// The reason in words: `forename as an initial, surname the same`. Never a value.
    pub words: String,
    /// Rule that found it.
    pub rule: String,
    /// Its category.
    pub category: Category,
    /// How often it is in this record.
    pub count: u64,
    /// The surest it was.
    pub confidence: Confidence,
    /// The same as a level.
    pub level: Level,
    /// Whose value it is.
    pub status: Status,
    /// Where.
    #[serde(serialize_with = "all_as_text")]
    pub locations: Vec<Anchor>,
}

/// How a value agrees with what was asked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// It speaks against the person.
    Against,
    /// In part: an initial, a nickname, a slip of typing, half of a double name, a birth date with day and month swapped.
    Partly,
    /// Forename and surname in two cells of one row.
    Row,
    /// The same value.
    Exact,
}

/// Somebody who could be mistaken for the person, in one document.
#[derive(Clone, Debug, Serialize)]
pub struct Confusable {
    /// Who it is taken for.
    pub who: Who,
    /// Why, in words.
    pub words: String,
    /// Places with this content.
    pub places: Vec<Place>,
    /// The document inside the file.
    pub part: PartRef,
    /// Where the name or identifier is.
    #[serde(serialize_with = "all_as_text")]
    pub locations: Vec<Anchor>,
}

/// Who is mistaken for the person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// Same name, but another birth date or number.
    Namesake,
    /// Another forename at the same address, telephone or e-mail.
    Relative,
    /// An identifier of the person beside somebody else's name or number.
    Conflict,
}

/// An identifier seen beside the person's that was not asked for.
#[derive(Clone, Debug, Serialize)]
pub struct Offer {
    /// What to say to have it searched: `nino-3fa9c2`. It is the same in every run with the same key.
    pub id: String,
    /// Rule that found it.
    pub rule: String,
    /// Masked.
    pub preview: String,
    /// What agreement on it would say.
    pub strength: Strength,
    /// Documents of the hits in which it stands beside the person's evidence.
    pub documents: u64,
    /// How it was reached, outermost first: `nino, in Payroll/march.xlsx`.
    pub chain: Vec<String>,
    /// Whether it was searched in this look-up.
    pub searched: bool,
}

fn as_text<S: Serializer>(chain: &PartChain, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(chain)
}

fn all_as_text<S: Serializer>(anchors: &[Anchor], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(anchors.iter().map(ToString::to_string))
}
