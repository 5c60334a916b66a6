//! Documents and findings one by one, in the order of their paths; and one finding by its id.

use std::{collections::HashMap, fmt, str::FromStr, sync::Arc};

use rusqlite::OptionalExtension as _;
use serde::{Serialize, Serializer};

use crate::{
    inventory::{
        error::InventoryError,
        pack::Names,
        read::{Inventory, count, joined, name, outcome_kind},
        record::{Digest, DocumentId, Exposure, FindingRecord, RawPath},
    },
    model::{Category, Level, Outcome, PartChain},
};

/// A place, as reports speak of it.
#[derive(Clone, Debug, Serialize)]
pub struct Place {
    /// Its number.
    pub document: DocumentId,
    /// Root and path in it as one path.
    pub path: RawPath,
    /// Size in bytes, where known.
    pub size: Option<u64>,
    /// Content last changed, nanoseconds since 1970.
    pub modified: Option<i64>,
    /// Owner, empty where unknown.
    pub owner: Arc<str>,
    /// Who can read it.
    pub exposure: Exposure,
    /// How reading it ended.
    #[serde(flatten, serialize_with = "flat_outcome")]
    pub outcome: Outcome,
    /// Other places with the same content.
    pub copies: u64,
    /// When it was found gone, milliseconds since 1970.
    pub gone_at: Option<i64>,
    #[serde(skip)]
    pub(super) content: Option<i64>,
    #[serde(skip)]
    pub(super) digest: Option<[u8; 4]>,
}

/// `outcome` and `reason`, as two fields.
fn flat_outcome<S: Serializer>(outcome: &Outcome, serializer: S) -> Result<S::Ok, S::Error> {
    use serde::ser::SerializeMap as _;
    let mut map = serializer.serialize_map(Some(2))?;
    map.serialize_entry("outcome", outcome.kind.id())?;
    map.serialize_entry("reason", &outcome.reason)?;
    map.end()
}

/// What one rule found in one part of a document.
#[derive(Clone, Debug, Serialize)]
pub struct RuleCount {
    #[serde(skip)]
    pub(super) id: i64,
    /// Rule.
    pub rule: Arc<str>,
    /// Its category.
    pub category: Category,
    /// Findings by level: low, medium, high.
    pub counts: [u64; 3],
    /// Findings that are not of a living person.
    pub other: u64,
    /// Different values of medium or high level.
    pub different: u64,
}

/// A document or a member of one.
#[derive(Clone, Debug)]
pub struct PartRow {
    pub(super) id: i64,
    /// Whether these are findings in the place's own name.
    pub in_name: bool,
    /// Order in its file, 0 for the file itself.
    pub ordinal: u32,
    /// Steps from the file inwards.
    pub chain: PartChain,
    /// Format it was read as.
    pub format: String,
    /// How reading it ended.
    pub outcome: Outcome,
    /// Different people it is about.
    pub people: u64,
    /// What was found.
    pub rules: Vec<RuleCount>,
    pub(super) places: Names,
}

impl PartRow {
    /// The id of a finding in this part of a place.
    pub fn id_of(&self, place: &Place, rule: &RuleCount, number: u64) -> FindingId {
        finding_id(place, self, rule, number)
    }

    /// What the ids of findings in this part of a place begin with: `9f3a2c1b.2`.
    pub fn base_of(&self, place: &Place, rule: &RuleCount) -> String {
        let id = self.id_of(place, rule, 0).to_string();
        id.split('/').next().unwrap_or_default().to_owned()
    }
}

/// A finding with its place: a line of the exports.
#[derive(Clone, Debug)]
pub struct FindingRow<'a> {
    /// Its id.
    pub id: FindingId,
    /// The document.
    pub place: &'a Place,
    /// The part.
    pub part: &'a PartRow,
    /// The rule.
    pub rule: &'a RuleCount,
    /// The rest.
    pub finding: FindingRecord,
}

/// The name of a finding, short and the same in every scan of the same bytes: `9f3a2c1b/nino/3`, the start of the
/// content's BLAKE3, the rule and the how-manieth it is; with `.2` after the content for its second member; `@71/nino/1`
/// when it lies in the name of document 71.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FindingId {
    /// What it lies in.
    pub within: Within,
    /// Member, 0 for the file itself.
    pub ordinal: u32,
    /// Rule.
    pub rule: Arc<str>,
    /// From 1.
    pub number: u64,
}

/// What a finding lies in.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Within {
    /// A content, by the first hexadecimal digits of its digest.
    Content(String),
    /// A document's name.
    Name(DocumentId),
}

impl FindingId {
    /// The id of a finding in a content with this digest.
    pub fn in_content(digest: &[u8], ordinal: u32, rule: Arc<str>, number: u64) -> FindingId {
        let digits = digest[..digest.len().min(4)]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        FindingId {
            within: Within::Content(digits),
            ordinal,
            rule,
            number,
        }
    }
}

impl fmt::Display for FindingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.within {
            Within::Content(digits) => f.write_str(digits)?,
            Within::Name(document) => write!(f, "@{}", document.0)?,
        }
        if self.ordinal > 0 {
            write!(f, ".{}", self.ordinal)?;
        }
        write!(f, "/{}/{}", self.rule, self.number)
    }
}

impl Serialize for FindingId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for FindingId {
    type Err = InventoryError;

    fn from_str(text: &str) -> Result<Self, InventoryError> {
        let parse = || {
            let mut steps = text.trim().split('/');
            let (first, rule, number) = (steps.next()?, steps.next()?, steps.next()?);
            if steps.next().is_some() || rule.is_empty() {
                return None;
            }
            let (base, ordinal) = match first.split_once('.') {
                Some((base, ordinal)) => (base, ordinal.parse().ok()?),
                None => (first, 0),
            };
            let within = match base.strip_prefix('@') {
                Some(document) => Within::Name(DocumentId(document.parse().ok()?)),
                None if (4..=64).contains(&base.len())
                    && base.bytes().all(|b| b.is_ascii_hexdigit()) =>
                {
                    Within::Content(base.to_ascii_lowercase())
                }
                None => return None,
            };
            Some(FindingId {
                within,
                ordinal,
                rule: rule.into(),
                number: number.parse().ok()?,
            })
        };
        parse().ok_or_else(|| {
            InventoryError::Finding(format!(
                "`{text}` is not the id of a finding: they look like `9f3a2c1b/nino/3`"
            ))
        })
    }
}

/// Which documents to go through.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Which {
    /// Those that are there.
    Live,
    /// Those that are gone as well.
    All,
}

const PLACE: &str = "d.id, r.path, f.path, d.name, d.size, d.mtime, o.name, d.exposure, d.outcome, d.reason, \
     c.live, d.gone_at, d.content, substr(c.digest, 1, 4), d.gone_run IS NULL";

const PLACE_JOINS: &str =
    "LEFT JOIN principal o ON o.id = d.owner LEFT JOIN content c ON c.id = d.content";

pub(super) fn place(row: &rusqlite::Row<'_>) -> rusqlite::Result<Place> {
    let path = joined(&name(row, 1)?, &joined(&name(row, 2)?, &name(row, 3)?));
    let live: bool = row.get(14)?;
    Ok(Place {
        document: DocumentId(row.get(0)?),
        path,
        size: row.get::<_, Option<i64>>(4)?.map(|n| n as u64),
        modified: row.get(5)?,
        owner: row.get::<_, Option<String>>(6)?.unwrap_or_default().into(),
        exposure: Exposure::from_number(row.get(7)?),
        outcome: Outcome::new(
            outcome_kind(row.get_ref(8)?.as_str()?),
            row.get::<_, String>(9)?,
        ),
        copies: count(row, 10)?.saturating_sub(u64::from(live)),
        gone_at: row.get(11)?,
        content: row.get(12)?,
        digest: row.get(13)?,
    })
}

impl Inventory {
    /// Goes through the documents in the order of their paths. Memory: one document at a time.
    pub fn places<E: From<InventoryError>>(
        &self,
        which: Which,
        mut each: impl FnMut(&Place) -> Result<(), E>,
    ) -> Result<(), E> {
        let gone = match which {
            Which::Live => "WHERE d.gone_run IS NULL",
            Which::All => "",
        };
        // CROSS JOIN fixes the order of the loops, so that every step follows an index and nothing is sorted.
        let mut statement = self
            .db
            .prepare(&format!(
                "SELECT {PLACE} FROM root r CROSS JOIN folder f ON f.root = r.id
                 CROSS JOIN document d ON d.folder = f.id {PLACE_JOINS} {gone}
                 ORDER BY r.id, f.path, d.name"
            ))
            .map_err(|e| self.sql(e))?;
        let mut rows = statement.query([]).map_err(|e| self.sql(e))?;
        while let Some(row) = rows.next().map_err(|e| self.sql(e))? {
            each(&place(row).map_err(|e| self.sql(e))?)?;
        }
        Ok(())
    }

    /// One document by its number.
    pub fn place(&self, document: DocumentId) -> Result<Option<Place>, InventoryError> {
        self.db
            .prepare_cached(&format!(
                "SELECT {PLACE} FROM document d JOIN folder f ON f.id = d.folder
                 JOIN root r ON r.id = f.root {PLACE_JOINS} WHERE d.id = ?1"
            ))
            .and_then(|mut s| s.query_row([document.0], place).optional())
            .map_err(|e| self.sql(e))
    }

    /// BLAKE3 of a place's content when it was scanned; none when it was never read to its end.
    pub fn digest_of(&self, place: &Place) -> Result<Option<Digest>, InventoryError> {
        let Some(content) = place.content else {
            return Ok(None);
        };
        self.db
            .prepare_cached("SELECT digest FROM content WHERE id = ?1")
            .and_then(|mut s| s.query_row([content], |row| row.get(0)).optional())
            .map(Option::flatten)
            .map_err(|e| self.sql(e))
    }

    /// The places that hold a content, those that are there first.
    pub(super) fn places_of(&self, content: i64) -> rusqlite::Result<Vec<Place>> {
        self.db
            .prepare_cached(&format!(
                "SELECT {PLACE} FROM document d JOIN folder f ON f.id = d.folder
                 JOIN root r ON r.id = f.root {PLACE_JOINS}
                 WHERE d.content = ?1 ORDER BY d.gone_run IS NOT NULL, d.id"
            ))?
            .query_map([content], place)?
            .collect()
    }

    /// The parts of a document: what was found in its name, if anything, then the file itself and its members.
    pub fn parts(&self, place: &Place) -> Result<Vec<PartRow>, InventoryError> {
        let read = || -> rusqlite::Result<Vec<PartRow>> {
            let mut parts = self.read_parts("document", place.document.0)?;
            if let Some(content) = place.content {
                parts.extend(self.read_parts("content", content)?);
            }
            Ok(parts)
        };
        read().map_err(|e| self.sql(e))
    }

    fn read_parts(&self, owner: &str, id: i64) -> rusqlite::Result<Vec<PartRow>> {
        let mut parts: Vec<PartRow> = self
            .db
            .prepare_cached(&format!(
                "SELECT id, document IS NOT NULL, ordinal, chain, format, outcome, reason, people, places
                 FROM part WHERE {owner} = ?1 ORDER BY ordinal"
            ))?
            .query_map([id], part)?
            .collect::<Result<_, _>>()?;
        let mut statement = self.db.prepare_cached(
            "SELECT r.name, r.category, f.low, f.medium, f.high, f.other, f.different, r.id
             FROM finding f JOIN rule r ON r.id = f.rule WHERE f.part = ?1 ORDER BY f.rule",
        )?;
        for part in &mut parts {
            part.rules = statement
                .query_map([part.id], |row| {
                    Ok(RuleCount {
                        id: row.get(7)?,
                        rule: row.get::<_, String>(0)?.into(),
                        category: category(row.get_ref(1)?.as_str()?),
                        counts: [count(row, 2)?, count(row, 3)?, count(row, 4)?],
                        other: count(row, 5)?,
                        different: count(row, 6)?,
                    })
                })?
                .collect::<Result<_, _>>()?;
        }
        Ok(parts)
    }

    /// The findings kept to be shown of a part, by rule.
    pub fn shown(
        &self,
        part: &PartRow,
    ) -> Result<HashMap<Arc<str>, Vec<FindingRecord>>, InventoryError> {
        let packed: Option<Vec<u8>> = self
            .db
            .prepare_cached("SELECT packed FROM shown WHERE part = ?1")
            .and_then(|mut s| s.query_row([part.id], |row| row.get(0)).optional())
            .map_err(|e| self.sql(e))?;
        Ok(part.places.unpack_findings(&packed.unwrap_or_default()))
    }

    /// Goes through the findings kept to be shown, of at least a level, in the order of paths.
    pub fn findings<E: From<InventoryError>>(
        &self,
        least: Level,
        mut each: impl FnMut(&FindingRow<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.places(Which::Live, |place| {
            for part in self.parts(place)? {
                if part.rules.is_empty() {
                    continue;
                }
                let mut shown = self.shown(&part)?;
                for rule in &part.rules {
                    for finding in shown.remove(&rule.rule).unwrap_or_default() {
                        if finding.confidence.level() < least {
                            continue;
                        }
                        each(&FindingRow {
                            id: finding_id(place, &part, rule, finding.number),
                            place,
                            part: &part,
                            rule,
                            finding,
                        })?;
                    }
                }
            }
            Ok(())
        })
    }
}

pub(super) fn finding_id(
    place: &Place,
    part: &PartRow,
    rule: &RuleCount,
    number: u64,
) -> FindingId {
    match place.digest {
        Some(digest) if !part.in_name => {
            FindingId::in_content(&digest, part.ordinal, rule.rule.clone(), number)
        }
        _ => FindingId {
            within: Within::Name(place.document),
            ordinal: part.ordinal,
            rule: rule.rule.clone(),
            number,
        },
    }
}

pub(super) fn part(row: &rusqlite::Row<'_>) -> rusqlite::Result<PartRow> {
    let chain = row.get::<_, Option<String>>(3)?;
    let places = row.get::<_, Option<String>>(8)?;
    Ok(PartRow {
        id: row.get(0)?,
        in_name: row.get(1)?,
        ordinal: row.get(2)?,
        // Written by us; a chain that does not parse is shown as the file itself rather than hiding the findings.
        chain: chain
            .and_then(|json| serde_json::from_str(&json).ok())
            .unwrap_or_default(),
        format: row.get(4)?,
        outcome: Outcome::new(
            outcome_kind(row.get_ref(5)?.as_str()?),
            row.get::<_, String>(6)?,
        ),
        people: count(row, 7)?,
        rules: Vec::new(),
        places: Names::from_list(
            places
                .and_then(|json| serde_json::from_str(&json).ok())
                .unwrap_or_default(),
        ),
    })
}

/// The category with a stored id. A newer program may know more of them; to this one they are names.
pub(super) fn category(id: &str) -> Category {
    Category::from_id(id).unwrap_or(Category::Name)
}
