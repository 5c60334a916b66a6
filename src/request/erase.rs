//! The worklist of an erasure: every place and every copy, with what could be done there. Nothing is deleted here.
//!
//! The worklist is a table for people (`worklist-N.csv`) and, beside it in the case, the same for the program
//! (`worklist-N.json`); the log holds a digest of each line, so that a line cannot vanish from the work to be verified.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    find::Hit,
    inventory::{Place, record::RawPath},
    model::{Anchor, Part as Step, PartChain},
    request::{
        Case, Event, RequestError,
        event::{Done, Outcome},
        files::{self, digest},
        log::Hand,
        pack::{hex, json, problems, refuse},
        reread::ReadFile,
        search::Searcher,
        sheet,
    },
    scan::document::Desk,
};

/// Columns of the worklist.
const COLUMNS: &[&str] = &[
    "item",
    "place",
    "part",
    "where",
    "how sure",
    "copies",
    "suggested action",
    "because",
    "outcome",
    "note",
];

/// People in a document up to which it is about the person as a whole.
const FEW: u64 = 3;

/// A line of the worklist.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Item {
    /// Its number, from 1.
    pub item: u32,
    /// The file.
    pub place: RawPath,
    /// The folder that was scanned and holds it.
    pub root: Option<RawPath>,
    /// Steps inwards.
    pub chain: PartChain,
    /// Whether it is the file's own name that holds the person.
    pub in_name: bool,
    /// BLAKE3 of the file when the worklist was made; none when it could not be read.
    pub digest: Option<String>,
    /// What could be done.
    pub action: Action,
}

/// What could be done with a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// The file is about the person.
    DeleteFile,
    /// The person has rows in a register of many.
    DeleteRow,
    /// The person is spoken of in a text about others.
    Edit,
    /// A message of a mailbox.
    DeleteMessage,
    /// A member of an archive.
    RewriteArchive,
    /// The name of the file.
    Rename,
    /// It could not be read again.
    Look,
}

impl Action {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Action::DeleteFile => "delete file",
            Action::DeleteRow => "delete row",
            Action::Edit => "edit",
            Action::DeleteMessage => "delete message from mailbox",
            Action::RewriteArchive => "rewrite archive without the member",
            Action::Rename => "rename file",
            Action::Look => "look: cannot be read now",
        }
    }
}

/// A worklist that was written.
#[derive(Debug)]
pub struct Worklist {
    /// The table.
    pub path: PathBuf,
    /// Its lines.
    pub items: Vec<Item>,
}

/// Writes the worklist of a case, with `extension` `.csv` or `.xlsx`. An older one is superseded, and its outcomes with it.
pub fn worklist(
    searcher: &Searcher<'_>,
    case: &mut Case,
    extension: &str,
    anyway: bool,
    hand: &Hand,
) -> Result<Worklist, RequestError> {
    case.must_be_open()?;
    let searched = searcher.search()?;
    let roots = searcher.inventory.roots()?;
    refuse(&problems(&searcher.roots()?, u64::MAX), anyway)?;
    let mut desk = Desk::default();
    let (mut items, mut rows) = (Vec::new(), Vec::new());
    for hit in &searched.taken {
        for place in hit.places.iter().filter(|place| place.gone_at.is_none()) {
            let file = searcher.read(&mut desk, &place.path.to_path());
            for found in lines(searcher, hit, file.as_ref().ok()) {
                let number = items.len() as u32 + 1;
                let because = match &file {
                    Ok(_) => found.because,
                    Err(outcome) => outcome.to_string(),
                };
                let root = roots
                    .iter()
                    .filter(|root| place.path.to_path().starts_with(root.path.to_path()))
                    .max_by_key(|root| root.path.0.len());
                rows.push(row(
                    number,
                    hit,
                    place,
                    &found.chain,
                    &found.places,
                    found.action,
                    because,
                ));
                items.push(Item {
                    item: number,
                    place: place.path.clone(),
                    root: root.map(|root| root.path.clone()),
                    chain: found.chain,
                    in_name: found.in_name,
                    digest: file.as_ref().ok().map(|file| hex(&file.digest)),
                    action: found.action,
                });
            }
        }
    }
    let path = case.fresh("worklist", extension);
    let beside = path.with_extension("json");
    let words = Done::ALL.iter().map(|(_, word)| *word).collect();
    let bytes = sheet::write_as(&path, COLUMNS, &rows, &[("outcome", words)])?;
    files::replace(&path, &bytes)?;
    let written = files::replace(&beside, &json(&items)?).and_then(|()| {
        let digests = items
            .iter()
            .map(|item| (item.item, item_digest(item)))
            .collect();
        let sheet = beside
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        case.record(
            hand,
            Event::Worklist {
                sheet,
                items: digests,
            },
        )
    });
    if let Err(error) = written {
        let _ = std::fs::remove_file(&path);
        let _ = std::fs::remove_file(&beside);
        return Err(error);
    }
    Ok(Worklist { path, items })
}

/// A part of a file that needs work.
struct Line {
    chain: PartChain,
    in_name: bool,
    places: Vec<String>,
    action: Action,
    because: String,
}

/// The parts of a place that hold the person.
fn lines(searcher: &Searcher<'_>, hit: &Hit, file: Option<&ReadFile>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for mention in hit.mentions.iter().filter(|m| m.band >= searcher.least) {
        let (chain, in_name) = (&mention.part.chain, mention.part.in_name);
        let at = match lines
            .iter()
            .position(|l| l.chain == *chain && l.in_name == in_name)
        {
            Some(at) => at,
            None => {
                lines.push(Line {
                    chain: chain.clone(),
                    in_name,
                    places: Vec::new(),
                    action: Action::Look,
                    because: String::new(),
                });
                lines.len() - 1
            }
        };
        let anchors = mention.reasons.iter().flat_map(|reason| &reason.locations);
        for anchor in anchors.filter(|anchor| !matches!(anchor, Anchor::Name)) {
            let place = match anchor {
                Anchor::Cell { sheet, row, .. } => format!("{sheet} row {row}").trim().to_owned(),
                other => other.to_string(),
            };
            if !lines[at].places.contains(&place) {
                lines[at].places.push(place);
            }
        }
    }
    let Some(file) = file else {
        return lines;
    };
    // What the index does not know because the file changed, it must not hide.
    for part in &file.parts {
        let known = lines
            .iter()
            .any(|line| !line.in_name && line.chain == part.chain);
        if !known && !searcher.concerning(hit, part).is_empty() {
            lines.push(Line {
                chain: part.chain.clone(),
                in_name: false,
                places: Vec::new(),
                action: Action::Look,
                because: String::new(),
            });
        }
    }
    for line in &mut lines {
        let part = file.parts.iter().find(|part| part.chain == line.chain);
        let people = part.map_or(hit.people, |part| part.people);
        let few = part.map_or(people <= FEW, |part| searcher.is_about(part));
        let rows = part.is_some_and(|part| !part.rows.is_empty());
        (line.action, line.because) = match (line.in_name, line.chain.0.last()) {
            (true, _) => (
                Action::Rename,
                "the name of the file holds the person".to_owned(),
            ),
            (_, Some(_))
                if line
                    .chain
                    .0
                    .iter()
                    .any(|step| matches!(step, Step::Message(_))) =>
            {
                (
                    Action::DeleteMessage,
                    format!("{} in this message", people_in_words(people)),
                )
            }
            (_, Some(_)) if few => (
                Action::RewriteArchive,
                format!("{} in this member", people_in_words(people)),
            ),
            (_, Some(_)) => (
                Action::Edit,
                format!(
                    "{} in this member: only the person goes",
                    people_in_words(people)
                ),
            ),
            (_, None) if rows && people > 1 => (
                Action::DeleteRow,
                format!("a register of {}", people_in_words(people)),
            ),
            (_, None) if few => (Action::DeleteFile, people_in_words(people)),
            (_, None) => (
                Action::Edit,
                format!("{}: only the person goes", people_in_words(people)),
            ),
        };
    }
    lines
}

fn people_in_words(people: u64) -> String {
    match people {
        0 | 1 => "one person".to_owned(),
        n => format!("{n} people"),
    }
}

fn row(
    number: u32,
    hit: &Hit,
    place: &Place,
    chain: &PartChain,
    places: &[String],
    action: Action,
    because: String,
) -> Vec<String> {
    let copies: Vec<String> = hit
        .places
        .iter()
        .filter(|other| other.gone_at.is_none() && other.document != place.document)
        .map(|other| other.path.display())
        .collect();
    vec![
        number.to_string(),
        place.path.display(),
        chain.to_string(),
        places
            .iter()
            .take(12)
            .cloned()
            .collect::<Vec<_>>()
            .join("; "),
        hit.band.name().to_owned(),
        copies.join("\n"),
        action.words().to_owned(),
        because,
        String::new(),
        String::new(),
    ]
}

/// What the log holds of a line.
fn item_digest(item: &Item) -> String {
    digest(&serde_json::to_vec(item).unwrap_or_default())
}

/// Reads the worklist of a case as the program wrote it, and checks it against the log.
pub fn items(case: &Case) -> Result<Vec<Item>, RequestError> {
    let Some((sheet, digests)) = &case.state().worklist else {
        return Err(RequestError::refused(format!(
            "case {} has no worklist: `domesday request erase {}` writes one",
            case.name(),
            case.name()
        )));
    };
    let path = case.folder().join(sheet);
    let bytes = std::fs::read(&path).map_err(RequestError::io(path.clone(), "read"))?;
    let changed = || {
        RequestError::refused(format!(
            "{} is not as it was written: restore it from a copy, or write the worklist anew; nothing was changed",
            path.display()
        ))
    };
    let items: Vec<Item> = serde_json::from_slice(&bytes).map_err(|_| changed())?;
    let now: BTreeMap<u32, String> = items.iter().map(|i| (i.item, item_digest(i))).collect();
    match now == *digests {
        true => Ok(items),
        false => Err(changed()),
    }
}

/// Records what became of lines, from the table as it was filled in. Lines without an outcome are left as they are.
pub fn outcomes_from(case: &mut Case, path: &Path, hand: &Hand) -> Result<u64, RequestError> {
    case.must_be_open()?;
    let items = items(case)?;
    let filled = sheet::read(path, &["item", "outcome", "note"])?;
    let mut outcomes = BTreeMap::new();
    for row in &filled.rows {
        if row.get("outcome").is_empty() {
            continue;
        }
        let item = row.get("item").parse::<u32>().ok();
        let Some(item) = item.filter(|n| items.iter().any(|item| item.item == *n)) else {
            return Err(filled.wrong(
                row.line,
                "there is no such item in the worklist of the case",
            ));
        };
        let outcome = outcome(row.get("outcome"), row.text("note"))
            .map_err(|what| filled.wrong(row.line, what))?;
        outcomes.insert(item, outcome);
    }
    record(case, outcomes, hand)
}

/// Records what became of some lines.
pub fn outcomes_of(
    case: &mut Case,
    numbers: &[u32],
    word: &str,
    note: &str,
    hand: &Hand,
) -> Result<u64, RequestError> {
    case.must_be_open()?;
    let items = items(case)?;
    let mut outcomes = BTreeMap::new();
    for number in numbers {
        if !items.iter().any(|item| item.item == *number) {
            return Err(RequestError::refused(format!(
                "there is no item {number} in the worklist of case {}",
                case.name()
            )));
        }
        let outcome = outcome(word, note).map_err(RequestError::refused)?;
        outcomes.insert(*number, outcome);
    }
    record(case, outcomes, hand)
}

/// The lines of a worklist that have no outcome yet.
pub fn open_items(case: &Case) -> Result<Vec<u32>, RequestError> {
    let outcomes = &case.state().outcomes;
    Ok(items(case)?
        .iter()
        .map(|item| item.item)
        .filter(|item| !outcomes.contains_key(item))
        .collect())
}

fn outcome(word: &str, note: &str) -> Result<Outcome, String> {
    let word = word.to_lowercase();
    let Some((done, _)) = Done::ALL.iter().find(|(_, known)| *known == word) else {
        let words: Vec<_> = Done::ALL.iter().map(|(_, word)| *word).collect();
        return Err(format!("the outcome must be one of: {}", words.join(", ")));
    };
    if *done == Done::Kept && note.trim().is_empty() {
        return Err("what is kept needs a note: under which exemption".to_owned());
    }
    Ok(Outcome {
        done: *done,
        note: note.trim().to_owned(),
    })
}

fn record(
    case: &mut Case,
    outcomes: BTreeMap<u32, Outcome>,
    hand: &Hand,
) -> Result<u64, RequestError> {
    let count = outcomes.len() as u64;
    if count == 0 {
        return Err(RequestError::refused(
            "there is no outcome to record: name items that are done, or write deleted, edited, kept or quarantined beside them",
        ));
    }
    let outcomes = outcomes.into_iter().collect();
    case.record(hand, Event::Outcomes { outcomes })?;
    Ok(count)
}

/// Enters a backup that still holds the data into the register: beyond use until a day.
pub fn backup(
    case: &mut Case,
    name: String,
    until: Date,
    note: String,
    hand: &Hand,
) -> Result<(), RequestError> {
    case.must_be_open()?;
    if name.trim().is_empty() {
        return Err(RequestError::refused("say which backup it is: --name"));
    }
    if until < case.state().received {
        return Err(RequestError::Date(format!(
            "a backup that held the data no more before the request came needs no entry: {} is before {}",
            crate::request::clock::shown(until),
            crate::request::clock::shown(case.state().received)
        )));
    }
    case.record(hand, Event::Backup { name, until, note })
}
