//! A small pretend scan: documents with invented findings, gathered and committed as a real one would.

use std::path::{Path, PathBuf};

use domesday::{
    inventory::{
        Gather, Key, RuleInfo, Writer,
        record::{
            Access, Batch, ContentRecord, DocumentRecord, RawPath, RootId, RunEnd, RunStart,
            RunTotals, Stamp,
        },
    },
    model::{
        Anchor, Category, Evidence, Finding, Level, Location, Outcome, Part, PartChain, RuleIx,
        Sensitive, Status,
    },
};

/// The rules of the pretend detector: id, kind, category, whether names.
pub const RULES: &[(&str, &str, Category, bool)] = &[
    ("nino", "nino", Category::NationalId, false),
    ("email-address", "email-address", Category::Contact, false),
    ("person-name", "person-name", Category::Name, true),
    (
        "date-of-birth",
        "date-of-birth",
        Category::Demographic,
        false,
    ),
    (
        "health-condition",
        "health-condition",
        Category::Health,
        false,
    ),
    ("mobile", "phone", Category::Contact, false),
    ("landline", "phone", Category::Contact, false),
    (
        "offence-conviction",
        "offence-conviction",
        Category::Criminal,
        false,
    ),
];

/// The key of all tests.
pub fn key() -> Key {
    Key::from_text("5a".repeat(32).as_bytes(), "test").unwrap()
}

/// A gatherer for the rules above.
pub fn gather() -> Gather {
    let rules: Vec<RuleInfo> = RULES
        .iter()
        .map(|(id, kind, _, names)| RuleInfo {
            id: (*id).into(),
            kind: (*kind).into(),
            names: *names,
        })
        .collect();
    Gather::new(key(), rules.into(), true)
}

/// A high finding of a rule on a line.
pub fn finding(rule: &str, value: &str, line: u64) -> Finding {
    let index = RULES.iter().position(|r| r.0 == rule).unwrap();
    Finding {
        rule: RuleIx(index as u16),
        category: RULES[index].2,
        location: Location {
            anchor: Anchor::Line(line),
            offset: line * 80,
            length: value.len() as u32,
        },
        value: Sensitive::new(value),
        normal: Sensitive::new(value),
        confidence: Level::High.confidence(),
        status: Status::Live,
        evidence: Evidence {
            context: Some("ni number".into()),
            ..Evidence::default()
        },
        also: Vec::new(),
    }
}

/// An inventory in a folder of its own.
pub struct Desk {
    /// Kept for its drop: the folder goes with it.
    _dir: tempfile::TempDir,
    pub path: PathBuf,
}

impl Desk {
    pub fn new() -> Desk {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("domesday.db");
        Desk { _dir: dir, path }
    }

    /// A writer with a run started, and the number of the root `/share`.
    pub fn scan(&self) -> (Writer, RootId) {
        self.scan_with([1; 32])
    }

    /// The same with another rule set.
    pub fn scan_with(&self, rules: [u8; 32]) -> (Writer, RootId) {
        let mut writer = Writer::open(&self.path, &key(), "a test").unwrap();
        writer.start(&start(rules)).unwrap();
        let root = writer.root(Path::new("/share")).unwrap();
        (writer, root)
    }

    /// One whole scan of these documents.
    pub fn scanned(&self, documents: impl FnOnce(RootId) -> Vec<DocumentRecord>) {
        let (mut writer, root) = self.scan();
        let documents = documents(root);
        let walked = documents.len() as u64;
        writer
            .commit(&Batch {
                documents,
                ..Batch::default()
            })
            .unwrap();
        writer.root_walked(root).unwrap();
        let totals = RunTotals {
            walked,
            ..RunTotals::default()
        };
        let sum = writer.finish(RunEnd::Complete, &totals).unwrap();
        assert!(sum.holds(), "{sum:?}");
    }
}

pub fn start(rules: [u8; 32]) -> RunStart {
    RunStart {
        version: "test".into(),
        rules,
        rule_count: RULES.len() as u32,
        options: "{}".into(),
        host: "fileserver".into(),
        user: "scan".into(),
        pid: 1,
    }
}

/// A stamp that follows from the bytes.
pub fn stamp(bytes: &str) -> Stamp {
    Stamp {
        size: bytes.len() as u64,
        mtime: 1_700_000_000_000_000_000,
        ctime: 1_700_000_000_000_000_000 + bytes.len() as i64,
        inode: 7,
        device: 1,
        links: 1,
    }
}

/// A text file that was read, with its findings.
pub fn document(root: RootId, path: &str, bytes: &str, findings: &[Finding]) -> DocumentRecord {
    let mut gather = gather();
    gather.open(PartChain::default(), "text", 1, Some(bytes.len() as u64));
    for finding in findings {
        gather.finding(finding);
    }
    gather.close(Outcome::read(), u64::from(!findings.is_empty()));
    let (parts, name) = gather.finish();
    DocumentRecord {
        root,
        path: RawPath::new(path),
        stamp: Some(stamp(bytes)),
        access: Access {
            owner: "hr".into(),
            group: "staff".into(),
            mode: Some(0o640),
            ..Access::default()
        },
        outcome: Outcome::read(),
        content: Some(ContentRecord {
            digest: *blake3(bytes),
            size: bytes.len() as u64,
            rules: [1; 32],
            ticket: 0,
            parts: Some(parts),
        }),
        name,
    }
}

/// A zip of one member with findings.
pub fn archive(root: RootId, path: &str, bytes: &str, findings: &[Finding]) -> DocumentRecord {
    let mut gather = gather();
    gather.open(PartChain::default(), "zip", 1, Some(bytes.len() as u64));
    let chain = PartChain(vec![Part::Member("pay.csv".into())]);
    gather.open(chain, "csv", 2, Some(10));
    for finding in findings {
        gather.finding(finding);
    }
    gather.close(Outcome::read(), 1);
    gather.close(Outcome::read(), 0);
    let mut record = document(root, path, bytes, &[]);
    record.content.as_mut().unwrap().parts = Some(gather.finish().0);
    record
}

/// The same bytes at another place, not read again.
pub fn copy(root: RootId, path: &str, bytes: &str) -> DocumentRecord {
    let mut record = document(root, path, bytes, &[]);
    record.content.as_mut().unwrap().parts = None;
    record
}

/// An entry that was not opened.
pub fn unopened(root: RootId, path: &str, outcome: Outcome) -> DocumentRecord {
    let mut record = document(root, path, "", &[]);
    record.content = None;
    record.outcome = outcome;
    record
}

/// Any 32 bytes that follow from the content; the inventory does not care how they are made.
fn blake3(bytes: &str) -> Box<[u8; 32]> {
    let mut digest = [0_u8; 32];
    for (n, byte) in bytes.bytes().enumerate() {
        let at = n % 32;
        digest[at] = digest[at].rotate_left(3) ^ byte ^ (n as u8);
    }
    digest[31] = bytes.len() as u8;
    Box::new(digest)
}
