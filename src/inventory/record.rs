//! What a scan commits, as plain values that serde can write.
//!
//! `scan` fills these (findings through [`Gather`](crate::inventory::gather::Gather)) and hands them to the
//! writer; later the same values may travel over a queue to an inventory elsewhere. They
//! hold no value of a document in the clear: a preview is masked, everything else is a keyed hash.
//!
//! The shape, from the outside in: a [`DocumentRecord`] is a place (a path in a root), a [`ContentRecord`] what its
//! bytes were, a [`PartRecord`] one document inside those bytes (the file itself first, then its members), a
//! [`RuleRecord`] what one rule found there. Findings hang on the content, so a copy is one more place and nothing else.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::{
    Anchor, Category, Confidence, Evidence, Outcome, OutcomeKind, PartChain, Status,
};

/// Locations kept for people per rule and part; the counts stay true beyond it.
pub const SHOWN: usize = 100;

/// Places kept per distinct value of a part in the blind index; the count stays true beyond it.
pub const PLACES: usize = 10_000;

/// Digest of a rule set, with whatever else decides what reading a document yields (options, passwords, OCR).
pub type Fingerprint = [u8; 32];

/// BLAKE3 of a file's bytes.
pub type Digest = [u8; 32];

/// Number of a root in an inventory, from the writer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RootId(pub i64);

/// Number of a document (a place) in an inventory; never given to another one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DocumentId(pub i64);

/// Number of a run in an inventory.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub i64);

/// Keyed hash of a normalised value or name token: the first 64 bits of BLAKE3 under the inventory's key.
///
/// 64 bits: two different values among ten million meet with a chance of one in 370,000, a look-up meets a stranger's
/// with one in 10^12, and a row of the index stays half the size it would have with 128.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ValueHash(pub u64);

/// A path relative to its root, byte for byte as the system gave it; need not be UTF-8.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct RawPath(pub Vec<u8>);

impl RawPath {
    /// From a path of this system.
    pub fn new(path: impl AsRef<Path>) -> Self {
        RawPath(path.as_ref().as_os_str().as_encoded_bytes().to_vec())
    }

    /// As a path of this system.
    pub fn to_path(&self) -> PathBuf {
        PathBuf::from(os_string(&self.0))
    }

    /// As text for people; bytes that are not UTF-8 become `�`.
    pub fn display(&self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }

    /// The folder and the name, split at the last separator; the folder of a top file is empty.
    pub fn split(&self) -> (&[u8], &[u8]) {
        let separator = |b: &u8| *b == b'/' || (cfg!(windows) && *b == b'\\');
        match self.0.iter().rposition(separator) {
            Some(at) => (&self.0[..at], &self.0[at + 1..]),
            None => (&[], &self.0),
        }
    }
}

#[cfg(unix)]
fn os_string(bytes: &[u8]) -> std::ffi::OsString {
    use std::os::unix::ffi::OsStrExt;
    OsStr::from_bytes(bytes).to_os_string()
}

/// Elsewhere a name that is not Unicode cannot be made again from bytes without `unsafe`; it is shown, not opened.
#[cfg(not(unix))]
fn os_string(bytes: &[u8]) -> std::ffi::OsString {
    OsStr::new(&*String::from_utf8_lossy(bytes)).to_os_string()
}

/// A string where the bytes are UTF-8, `{"bytes": […]}` where not.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum RawPathForm {
    Text(String),
    Bytes { bytes: Vec<u8> },
}

impl Serialize for RawPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => RawPathForm::Bytes {
                bytes: self.0.clone(),
            }
            .serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for RawPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(RawPath(match RawPathForm::deserialize(deserializer)? {
            RawPathForm::Text(text) => text.into_bytes(),
            RawPathForm::Bytes { bytes } => bytes,
        }))
    }
}

/// What says whether a file is the one we knew. Times in nanoseconds since 1970.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Stamp {
    /// Size in bytes.
    pub size: u64,
    /// Content last changed.
    pub mtime: i64,
    /// Content or metadata last changed; 0 where the system has none.
    pub ctime: i64,
    /// Inode or file index; 0 where unknown.
    pub inode: u64,
    /// Device or volume; 0 where unknown.
    pub device: u64,
    /// Hard links; 1 where unknown.
    pub links: u64,
}

impl Stamp {
    /// Whether a file with this stamp may be taken for the one with `other`: size, mtime, ctime and inode agree.
    /// The device is left out: its number changes when a share is mounted again.
    pub fn same_file(&self, other: &Stamp) -> bool {
        (self.size, self.mtime, self.ctime, self.inode)
            == (other.size, other.mtime, other.ctime, other.inode)
    }
}

/// Who owns an entry and who may read it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Access {
    /// Owner by name, else by number; empty where unknown.
    pub owner: Arc<str>,
    /// Group by name, else by number; empty where unknown.
    pub group: Arc<str>,
    /// Permission bits (`0o7777`); `None` where the system has none.
    pub mode: Option<u32>,
    /// Access-control list in one line, where one was readable; empty otherwise.
    pub acl: Arc<str>,
    /// Who can read it, when the list or the folders above say more than the mode; `None`: judged from the mode.
    pub exposure: Option<Exposure>,
    /// Last read, nanoseconds since 1970, where the system keeps it.
    pub accessed: Option<i64>,
}

impl Access {
    /// Who can read it: what the walker judged, else the read bits of the mode, else unknown.
    pub fn exposure(&self) -> Exposure {
        match (self.exposure, self.mode) {
            (Some(exposure), _) => exposure,
            (None, Some(mode)) if mode & 0o004 != 0 => Exposure::Everyone,
            (None, Some(mode)) if mode & 0o040 != 0 => Exposure::Group,
            (None, Some(_)) => Exposure::Owner,
            (None, None) => Exposure::Unknown,
        }
    }
}

/// Who can read a document, narrowest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exposure {
    /// The system did not say.
    Unknown = 0,
    /// The owner alone.
    Owner = 1,
    /// A group.
    Group = 2,
    /// Everyone with an account.
    Everyone = 3,
}

impl Exposure {
    /// All of them, narrowest first.
    pub const ALL: [Exposure; 4] = [
        Exposure::Unknown,
        Exposure::Owner,
        Exposure::Group,
        Exposure::Everyone,
    ];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Exposure::Unknown => "unknown",
            Exposure::Owner => "owner",
            Exposure::Group => "group",
            Exposure::Everyone => "everyone",
        }
    }

    /// The words a person reads.
    pub fn words(self) -> &'static str {
        match self {
            Exposure::Unknown => "unknown",
            Exposure::Owner => "the owner only",
            Exposure::Group => "a group",
            Exposure::Everyone => "everyone",
        }
    }

    /// From the number stored.
    pub fn from_number(number: i64) -> Exposure {
        Exposure::ALL
            .get(number as usize)
            .copied()
            .unwrap_or(Exposure::Unknown)
    }
}

/// What the writer takes at a time: one transaction.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Batch {
    /// Parts of documents that are not finished, sent ahead to keep memory bounded. Nobody sees them before their
    /// document comes.
    pub early: Vec<Early>,
    /// Documents that ended.
    pub documents: Vec<DocumentRecord>,
    /// Documents met again and left as they are.
    pub seen: Vec<Seen>,
}

impl Batch {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.early.is_empty() && self.documents.is_empty() && self.seen.is_empty()
    }
}

/// Parts of a document still being read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Early {
    /// The ticket its [`ContentRecord`] will carry; unique in the run.
    pub ticket: u64,
    /// The parts, complete or in pieces.
    pub parts: Vec<PartRecord>,
}

/// A document that needed no work: unchanged, or with the same outcome as before.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Seen {
    /// Which.
    pub document: DocumentId,
    /// How it counts in this run: `Unchanged` if its text was read before, else the outcome it had and still has.
    pub outcome: OutcomeKind,
}

/// How one entry of the walk ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DocumentRecord {
    /// The root it was met under.
    pub root: RootId,
    /// Its path there.
    pub path: RawPath,
    /// Its stamp, taken before it was read; `None` when the system refused.
    pub stamp: Option<Stamp>,
    /// Owner and permissions.
    pub access: Access,
    /// How it ended.
    pub outcome: Outcome,
    /// What was read; `None` when it was not opened (denied, excluded, offline, …).
    pub content: Option<ContentRecord>,
    /// What the rules found in the path itself.
    pub name: Option<PartRecord>,
}

/// The bytes of a document.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ContentRecord {
    /// BLAKE3 of the bytes. Where they could not be read to the end, anything unique to this reading.
    pub digest: Digest,
    /// Size in bytes.
    pub size: u64,
    /// Rule set and options it was read with.
    pub rules: Fingerprint,
    /// Links the parts sent [`Early`]; unique in the run.
    pub ticket: u64,
    /// What was in it; `None` when this content with this fingerprint is in the inventory already (a copy).
    pub parts: Option<Vec<PartRecord>>,
}

/// One document inside a content: the file itself (empty chain) or a member.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PartRecord {
    /// Order of opening in its file, from 0: the file itself.
    pub ordinal: u32,
    /// Steps from the file inwards.
    pub chain: PartChain,
    /// How it ended. `None`: more of this part follows; only values and names count, which add up.
    pub outcome: Option<Outcome>,
    /// Name of the format that read it; empty when none did.
    pub format: Arc<str>,
    /// Version of that reader.
    pub extractor: u32,
    /// Size in bytes, where known.
    pub size: Option<u64>,
    /// How many different people it is about, as the detector estimates.
    pub people: u64,
    /// Names of sheets, headers and regions that packed anchors speak of.
    pub places: Vec<String>,
    /// What the rules found, one entry a rule.
    pub rules: Vec<RuleRecord>,
    /// The distinct names of people in it, as tokens; mailboxes that read like names too.
    pub names: Vec<NameRecord>,
    /// Other hashes that lead to its values.
    pub aliases: Vec<TokenRecord>,
}

/// What one rule found in one part.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RuleRecord {
    /// The rule's id.
    pub rule: Arc<str>,
    /// Its category.
    pub category: Category,
    /// What kind of value it finds: the namespace of its hashes. Rules that find the same kind share it.
    pub kind: Arc<str>,
    /// True counts of live findings by level: low, medium, high.
    pub counts: [u64; 3],
    /// True count of findings that are not of a living person: examples, organisations, public registers.
    pub other: u64,
    /// Different live values of medium or high level. Of a part that came in pieces the writer counts its index instead.
    pub distinct: u64,
    /// Where, with why: the first [`SHOWN`].
    pub shown: Vec<FindingRecord>,
    /// Every distinct value.
    pub values: Vec<ValueRecord>,
}

/// One finding, to be shown to people.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct FindingRecord {
    /// The how-manieth of its rule in its part, from 1, in the order the detector gives them. Part of its id.
    pub number: u64,
    /// Where.
    pub anchor: Anchor,
    /// Byte offset in the part's extracted text.
    pub offset: u64,
    /// Length in bytes.
    pub length: u32,
    /// How sure.
    pub confidence: Confidence,
    /// Whose.
    pub status: Status,
    /// Why.
    pub evidence: Evidence,
    /// Ids of the rules that lost, with what they would have said.
    pub also: Vec<(Arc<str>, Confidence)>,
    /// Masked; empty under `--no-preview`.
    pub preview: String,
    /// Which value, in the blind index.
    pub value: ValueHash,
}

/// One distinct value of a part in the blind index.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ValueRecord {
    /// The value.
    pub hash: ValueHash,
    /// How often.
    pub count: u64,
    /// The best confidence it had.
    pub confidence: Confidence,
    /// Whose it is.
    pub status: Status,
    /// Where: packed anchors, the first [`PLACES`]. See [`pack`](crate::inventory::pack).
    pub places: Vec<u8>,
}

/// A distinct name of a person, as tokens in the order of its normal form.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct NameRecord {
    /// Hash of the whole, the same as its [`ValueRecord`]'s.
    pub hash: ValueHash,
    /// Its tokens.
    pub tokens: Vec<TokenRecord>,
}

/// One token of a name, or one value, with the hashes it can be found by.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TokenRecord {
    /// Hash of the folded token, or of the value.
    pub hash: ValueHash,
    /// Other hashes that lead to it.
    pub keys: Vec<(TokenKey, ValueHash)>,
}

/// How a hash leads to a name token, or to a value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenKey {
    /// Its first letter.
    Initial = 1,
    /// Its sound.
    Phonetic = 3,
    /// It with one letter left out.
    Deletion = 4,
    /// Of a sort code with its account, and of an IBAN: the account alone.
    Account = 5,
    /// Of an e-mail address: the mailbox without a tag.
    Mailbox = 6,
    /// Of an IBAN: sort code and account.
    Pair = 7,
    /// Of a postal address: number or name of the house, and the street's first word.
    House = 8,
    /// Of a postal address: number or name of the house.
    HouseNumber = 9,
    /// Of an e-mail address and of a user name: its letters, without what stands behind `+`, digits, dots and dashes.
    Handle = 10,
}

/// What a run starts with.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RunStart {
    /// Version of the program.
    pub version: String,
    /// Rule set and options.
    pub rules: Fingerprint,
    /// Number of rules, for the record.
    pub rule_count: u32,
    /// The options that shaped the run, as JSON, for the record.
    pub options: String,
    /// Host name, for the lock's message.
    pub host: String,
    /// Account name, for the record.
    pub user: String,
    /// Process, for the lock's message.
    pub pid: u32,
}

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunEnd {
    /// Everything was walked.
    Complete,
    /// Stopped on request or by its time window; the next run goes on.
    Interrupted,
    /// Stopped by an error.
    Failed,
}

impl RunEnd {
    /// The stable id.
    pub fn id(self) -> &'static str {
        match self {
            RunEnd::Complete => "complete",
            RunEnd::Interrupted => "interrupted",
            RunEnd::Failed => "failed",
        }
    }
}

/// What a run did, given when it ends.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RunTotals {
    /// Entries the walker met.
    pub walked: u64,
    /// Bytes of the files read.
    pub bytes: u64,
    /// Bytes of text scanned.
    pub text: u64,
    /// Seconds of wall clock.
    pub seconds: f64,
    /// Why it ended before it was complete.
    pub reason: Option<String>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_path_keeps_its_bytes_through_serde() {
        for bytes in [&b"HR/pay.xlsx"[..], b"caf\xe9/\xff", b""] {
            let path = RawPath(bytes.to_vec());
            let json = serde_json::to_string(&path).unwrap();
            assert_eq!(serde_json::from_str::<RawPath>(&json).unwrap(), path);
        }
    }

    #[test]
    fn a_path_splits_into_folder_and_name() {
        assert_eq!(
            RawPath::new("HR/2024/pay.xlsx").split(),
            (&b"HR/2024"[..], &b"pay.xlsx"[..])
        );
        assert_eq!(RawPath::new("top").split(), (&b""[..], &b"top"[..]));
    }

    #[test]
    fn exposure_is_read_from_the_mode_unless_the_walker_knows_better() {
        let mut access = Access {
            mode: Some(0o640),
            ..Access::default()
        };
        assert_eq!(access.exposure(), Exposure::Group);
        access.mode = Some(0o604);
        assert_eq!(access.exposure(), Exposure::Everyone);
        access.exposure = Some(Exposure::Owner);
        assert_eq!(access.exposure(), Exposure::Owner);
        assert_eq!(Access::default().exposure(), Exposure::Unknown);
    }

    #[test]
    fn a_remounted_share_does_not_change_a_stamp() {
        let stamp = Stamp {
            size: 1,
            mtime: 2,
            ctime: 3,
            inode: 4,
            device: 5,
            links: 1,
        };
        assert!(stamp.same_file(&Stamp { device: 9, ..stamp }));
        assert!(!stamp.same_file(&Stamp { ctime: 9, ..stamp }));
    }
}
