//! Who is looked for, asked of the inventory, and each document that answers read again.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

use serde::Serialize;

use crate::{
    detect::Facts,
    find::{Answer, Band, Hit, search},
    inventory::{Inventory, Key, Place},
    model::{Anchor, Category, Level, Outcome},
    request::{
        RequestError,
        person::Described,
        reread::{self, Part, ReadFile},
        subject::{Own, Subject},
    },
    scan::{Tools, document::Desk},
    walk::Opener,
};

/// Documents looked up at most: more is no person, and is refused rather than cut.
const MOST: usize = 100_000;

/// People in a part up to which all of it is taken to concern the person.
const FEW: u64 = 3;

/// People in a letter on one person: the person, relatives, whoever writes, by all their spellings.
const HANDFUL: u64 = 6;

/// Lines kept around a mention in a text about many people.
const AROUND: usize = 6;

/// What is needed to look for somebody and read again what is found.
pub struct Searcher<'a> {
    /// The inventory.
    pub inventory: &'a Inventory,
    /// Its key.
    pub key: &'a Key,
    /// What reads and detects.
    pub tools: &'a Tools,
    /// The person.
    pub subject: Subject,
    /// Documents and mentions below this band are left for a person to look at.
    pub least: Band,
    described: Described,
    opener: Opener,
}

/// What the search itself came to.
pub struct Searched {
    /// The answer of the index; its hits have been taken out.
    pub answer: Answer,
    /// Documents taken: those of the band asked for or better.
    pub taken: Vec<Hit>,
    /// Documents left out because they agree less: for a person to look at.
    pub left: Vec<Hit>,
}

/// A root that was looked at when the search was made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RootState {
    /// Where.
    pub path: String,
    /// Whole days since it was last walked to its end; none: it never was.
    pub days: Option<u64>,
    /// Whether it is there to be read.
    pub mounted: bool,
    /// Documents the inventory knows there.
    pub documents: u64,
}

impl<'a> Searcher<'a> {
    /// For a person.
    pub fn new(
        inventory: &'a Inventory,
        key: &'a Key,
        tools: &'a Tools,
        described: Described,
        least: Band,
    ) -> Result<Searcher<'a>, RequestError> {
        let rules = tools.detector.rules();
        Ok(Searcher {
            subject: Subject::new(&described.person, rules, &Facts::now(), key)?,
            inventory,
            key,
            tools,
            least,
            described,
            opener: Opener::default(),
        })
    }

    /// The terms, by kind, in the clear.
    pub fn terms(&self) -> &[(String, String)] {
        &self.described.terms
    }

    /// Asks the index.
    pub fn search(&self) -> Result<Searched, RequestError> {
        let rules = self.tools.detector.rules();
        let person = &self.described.person;
        let facts = Facts::now();
        let mut answer = search(self.inventory, self.key, rules, &facts, person, MOST)?;
        if answer.more > 0 {
            return Err(RequestError::refused(format!(
                "more than {MOST} documents agree with what is known of the person: that tells nobody apart. Add an identifier with `domesday request person`; nothing was changed"
            )));
        }
        let (taken, left) = std::mem::take(&mut answer.hits)
            .into_iter()
            .filter(|hit| hit.places.iter().any(|place| place.gone_at.is_none()))
            .partition(|hit| hit.band >= self.least);
        Ok(Searched {
            answer,
            taken,
            left,
        })
    }

    /// The roots, and whether each can be read now.
    pub fn roots(&self) -> Result<Vec<RootState>, RequestError> {
        roots(self.inventory)
    }

    /// Reads a file again.
    pub fn read(&self, desk: &mut Desk, path: &Path) -> Result<ReadFile, Outcome> {
        reread::read(self.tools, desk, &self.opener, path)
    }

    /// Reads the first place of a hit that can be read; which, and what became of the others tried before.
    pub fn read_hit(&self, desk: &mut Desk, hit: &Hit) -> Result<(usize, ReadFile), Outcome> {
        let mut last = None;
        for (at, place) in hit.places.iter().enumerate() {
            if place.gone_at.is_some() {
                continue;
            }
            match self.read(desk, &place.path.to_path()) {
                Ok(file) => return Ok((at, file)),
                Err(outcome) => last = Some(outcome),
            }
        }
        Err(last.unwrap_or_else(|| {
            Outcome::new(crate::model::OutcomeKind::Changed, "it is no longer there")
        }))
    }

    /// The same; a hit that cannot be read again is a problem, and its first path is given back.
    pub fn read_hit_or_say(
        &self,
        desk: &mut Desk,
        hit: &Hit,
        problems: &mut Vec<String>,
    ) -> Result<(usize, ReadFile), String> {
        self.read_hit(desk, hit).map_err(|outcome| {
            let first = hit.places.first();
            let path = first.map_or(String::new(), |place| place.path.display());
            problems.push(format!("{path} cannot be read again: {outcome}"));
            path
        })
    }

    /// Whether a file read again has other bytes than when it was scanned; false when that is not known.
    pub fn has_changed(&self, place: &Place, file: &ReadFile) -> Result<bool, RequestError> {
        let scanned = self.inventory.digest_of(place)?;
        Ok(scanned.is_some_and(|digest| digest != file.digest))
    }

    /// The stretches of a part that concern the person, ascending; none when it does not speak of the person.
    ///
    /// All of a text about few people; of a table the person's rows; of a text about many people the lines around each
    /// mention.
    pub fn concerning(&self, hit: &Hit, part: &Part) -> Vec<std::ops::Range<usize>> {
        let mentions: Vec<&Anchor> = hit
            .mentions
            .iter()
            .filter(|m| m.band >= self.least && !m.part.in_name && m.part.chain == part.chain)
            .flat_map(|mention| &mention.reasons)
            .flat_map(|reason| &reason.locations)
            .collect();
        let own: Vec<(usize, Own)> = part
            .findings
            .iter()
            .filter_map(|found| {
                let rule = self.tools.detector.rule(found.finding.rule);
                Some((
                    found.range.as_ref()?.start,
                    self.subject.owns(rule, &found.finding)?,
                ))
            })
            .collect();
        let spoken_of = own.iter().any(|(_, own)| *own >= Own::Named);
        if mentions.is_empty() && !spoken_of {
            return Vec::new();
        }
        if !part.rows.is_empty() {
            let told: HashSet<(&str, u64)> = mentions
                .iter()
                .filter_map(|anchor| match anchor {
                    Anchor::Cell { sheet, row, .. } => Some((&**sheet, *row)),
                    _ => None,
                })
                .collect();
            let rows: Vec<_> = part
                .rows
                .iter()
                .filter(|row| {
                    told.contains(&(&*row.sheet, row.number)) || self.row_is_own(&own, row)
                })
                .filter(|row| !self.is_anothers(part, &own, &row.range))
                .map(|row| row.range.clone())
                .collect();
            if !rows.is_empty() || !told.is_empty() {
                return rows;
            }
        }
        let mut lines = lines_of_records(part, &mentions);
        lines.retain(|line| !self.is_anothers(part, &own, line));
        if !lines.is_empty() {
            return lines;
        }
        if self.is_about(part) || own.is_empty() {
            return std::iter::once(0..part.text.len())
                .filter(|all| !all.is_empty())
                .collect();
        }
        // A line of an object is a record of its own; a line of prose stands in a passage.
        let structured = part.findings.iter().any(|found| {
            matches!(
                found.finding.location.anchor,
                Anchor::Cell { .. } | Anchor::Region(_)
            )
        });
        let lines = if structured { 0 } else { AROUND };
        let own = own.iter().filter(|(_, own)| *own > Own::Perhaps);
        around(&part.text, lines, own.map(|(at, _)| *at))
    }

    /// Whether a record is a namesake's: it holds another birth date or number than the person's, and nothing that is the
    /// person's alone.
    fn is_anothers(
        &self,
        part: &Part,
        own: &[(usize, Own)],
        record: &std::ops::Range<usize>,
    ) -> bool {
        let alone = own
            .iter()
            .any(|(at, own)| *own == Own::Alone && record.contains(at));
        !alone
            && part.findings.iter().any(|found| {
                let rule = self.tools.detector.rule(found.finding.rule);
                found
                    .range
                    .as_ref()
                    .is_some_and(|range| record.contains(&range.start))
                    && self.subject.denies(rule, &found.finding)
            })
    }

    /// Whether a part is about the person rather than about many: few people are in it, or a handful in running text that
    /// holds a value of the person's alone and no number of anybody else's.
    pub fn is_about(&self, part: &Part) -> bool {
        if part.people <= FEW {
            return true;
        }
        let (mut alone, mut others) = (false, false);
        for found in &part.findings {
            let rule = self.tools.detector.rule(found.finding.rule);
            match self.subject.owns(rule, &found.finding) {
                Some(own) => alone |= own == Own::Alone,
                None => {
                    others |= found.finding.category == Category::NationalId
                        && found.finding.confidence.level() >= Level::Medium;
                }
            }
        }
        part.rows.is_empty() && part.people <= HANDFUL && alone && !others
    }

    /// Whether a part that the index does not know speaks of the person: by a value of the person's alone, or by the name
    /// and a value of the person in one record.
    pub fn speaks(&self, part: &Part) -> bool {
        let mut records: HashMap<std::ops::Range<usize>, HashSet<Own>> = HashMap::new();
        let mut kinds = HashSet::new();
        for found in &part.findings {
            let rule = self.tools.detector.rule(found.finding.rule);
            let Some(own) = self.subject.owns(rule, &found.finding) else {
                continue;
            };
            if own == Own::Alone {
                return true;
            }
            kinds.insert(own);
            if let Some(range) = &found.range {
                let record = part.record_at(range.start);
                records.entry(record).or_default().insert(own);
            }
        }
        let both =
            |kinds: &HashSet<Own>| kinds.contains(&Own::Named) && kinds.contains(&Own::Shared);
        // With nothing but a name to go by, the name it is.
        let only_name = !self.subject.has_values() && kinds.contains(&Own::Named);
        only_name || part.people <= FEW && both(&kinds) || records.values().any(both)
    }

    /// Whether a row holds a value that only the person has, or the name and another value of the person.
    fn row_is_own(&self, own: &[(usize, Own)], row: &reread::Row) -> bool {
        let in_row = own.iter().filter(|(at, _)| row.range.contains(at));
        let mut kinds = HashSet::new();
        kinds.extend(in_row.map(|(_, own)| *own));
        kinds.contains(&Own::Alone) || kinds.contains(&Own::Named) && kinds.contains(&Own::Shared)
    }
}

/// The roots, and whether each can be read now.
pub fn roots(inventory: &Inventory) -> Result<Vec<RootState>, RequestError> {
    let now = jiff::Timestamp::now().as_millisecond();
    let roots = inventory.roots()?;
    Ok(roots
        .into_iter()
        .filter(|root| root.documents > 0 || root.walked_at.is_some())
        .map(|root| {
            let path = root.path.to_path();
            let holds = std::fs::read_dir(&path).is_ok_and(|mut entries| entries.next().is_some());
            RootState {
                mounted: holds || root.documents == 0 && path.is_dir(),
                days: root
                    .walked_at
                    .map(|at| u64::try_from((now - at) / 86_400_000).unwrap_or(0)),
                documents: root.documents,
                path: root.path.display(),
            }
        })
        .collect())
}

/// What holds one person's data together: a row of a table, an object: `$.people[3].dob` and `$.people[3].name` are of
/// `$.people[3]`.
fn record(anchor: &Anchor) -> Option<(String, u64)> {
    match anchor {
        Anchor::Cell { sheet, row, .. } => Some((sheet.to_string(), *row)),
        Anchor::Region(name) => Some((name[..name.rfind(['.', '/'])?].to_owned(), 0)),
        _ => None,
    }
}

/// Of a text made of records (objects of JSON, rows of a table in a document), the lines of those that hold a mention,
/// each table's first line before them. None when a mention lies in no such record, or it is the only one.
fn lines_of_records(part: &Part, mentions: &[&Anchor]) -> Vec<std::ops::Range<usize>> {
    let told: Option<HashSet<(String, u64)>> = mentions
        .iter()
        .filter(|anchor| !matches!(anchor, Anchor::Meta(_)))
        .map(|anchor| match anchor {
            Anchor::Cell { .. } | Anchor::Region(_) => record(anchor),
            _ => None,
        })
        .collect();
    let Some(told) = told.filter(|told| !told.is_empty()) else {
        return Vec::new();
    };
    let mut lines: Vec<std::ops::Range<usize>> = Vec::new();
    let mut others = false;
    for found in &part.findings {
        let Some(range) = &found.range else { continue };
        match record(&found.finding.location.anchor) {
            Some(record) if told.contains(&record) => {
                let line = part.record_at(range.start);
                if lines.last() != Some(&line) {
                    if let Some(first) = first_of_block(part, line.start)
                        && !lines.contains(&first)
                        && first != line
                    {
                        lines.push(first);
                    }
                    lines.push(line);
                }
            }
            _ => others = true,
        }
    }
    if !others {
        return Vec::new();
    }
    lines.sort_by_key(|line| (line.start, line.end));
    lines.dedup();
    lines
}

/// The first line of the block of lines that a byte lies in, when nothing is found in it: the headings of a table.
fn first_of_block(part: &Part, byte: usize) -> Option<std::ops::Range<usize>> {
    let start = part.text[..byte].rfind("\n\n").map_or(0, |n| n + 2);
    let line = part.record_at(start);
    let empty = part.findings.iter().all(|found| {
        found
            .range
            .as_ref()
            .is_none_or(|range| !line.contains(&range.start))
    });
    (empty && !line.is_empty()).then_some(line)
}

/// The lines around some bytes, stretches that touch made one.
fn around(
    text: &str,
    lines: usize,
    bytes: impl Iterator<Item = usize>,
) -> Vec<std::ops::Range<usize>> {
    let starts: Vec<usize> = std::iter::once(0)
        .chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|n| n + 1))
        .filter(|n| *n < text.len())
        .collect();
    let mut ranges: Vec<std::ops::Range<usize>> = Vec::new();
    for byte in bytes {
        let line = starts
            .partition_point(|start| *start <= byte)
            .saturating_sub(1);
        let from = starts.get(line.saturating_sub(lines)).copied().unwrap_or(0);
        let to = starts.get(line + lines + 1).copied().unwrap_or(text.len());
        match ranges.last_mut() {
            Some(last) if from <= last.end => last.end = last.end.max(to),
            _ => ranges.push(from..to),
        }
    }
    ranges
}
