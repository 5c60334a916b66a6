//! The worksheet of other people, and what was decided on each.
//!
//! Written from the documents as they are now; read back when copies are made. A line is known by its id, which comes
//! from the document's bytes, the part, the rule and the value, so that sorting, filtering and other columns do no harm
//! and a document that changed meanwhile asks anew.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use crate::{
    find::Hit,
    model::Category,
    request::{
        Case, Event, RequestError,
        files::{self, digest},
        log::Hand,
        pack::{problems, refuse},
        reread::{Part, ReadFile},
        search::Searcher,
        sheet::{self, Filled},
        third::{Decision, Other, counts, others},
    },
    scan::document::Desk,
};

/// Columns of the worksheet. The first is what a line is known by.
const COLUMNS: &[&str] = &[
    "id",
    "document",
    "part",
    "what",
    "value",
    "times",
    "where",
    "beside the person",
    "suggestion",
    "because",
    "decision",
    "reason",
];

/// What is asked of a document as a whole.
pub(super) const WHOLE: &str = "whole document";

/// A line to decide.
pub(super) struct Item {
    /// What it is known by.
    pub id: String,
    /// The value, or none for the document as a whole.
    pub other: Option<Other>,
}

/// A part with the stretches that concern the person and everybody else in them.
pub(super) struct Piece<'f> {
    /// The part.
    pub part: &'f Part,
    /// Stretches of its text.
    pub stretches: Vec<std::ops::Range<usize>>,
    /// Everybody else.
    pub items: Vec<Item>,
}

/// What is to be decided on a file: the file as a whole, its name, its parts.
pub(super) struct Questions<'f> {
    /// The line of the file as a whole.
    pub whole: String,
    /// Its parts that concern the person.
    pub pieces: Vec<Piece<'f>>,
}

/// The questions of a file.
pub(super) fn questions<'f>(
    searcher: &Searcher<'_>,
    hit: &Hit,
    file: &'f ReadFile,
) -> Questions<'f> {
    let detector = &searcher.tools.detector;
    let mut pieces = Vec::new();
    for part in &file.parts {
        let stretches = searcher.concerning(hit, part);
        if stretches.is_empty() {
            continue;
        }
        let items = others(detector, &searcher.subject, part, &stretches)
            .into_iter()
            .map(|other| Item {
                id: id(
                    &file.digest,
                    &part.chain.to_string(),
                    &other.rule,
                    &other.normal,
                ),
                other: Some(other),
            })
            .collect();
        pieces.push(Piece {
            part,
            stretches,
            items,
        });
    }
    // Names in the name of the file belong to its first part: that is where its path is shown.
    if let Some(first) = pieces.first_mut() {
        for finding in file.in_name.iter().filter(|finding| counts(finding)) {
            let rule = detector.rule(finding.rule);
            if finding.category != Category::Name || searcher.subject.owns(rule, finding).is_some()
            {
                continue;
            }
            let normal = finding.value.expose().to_lowercase();
            let id = id(&file.digest, "name", &rule.id, &normal);
            first.items.push(Item {
                id,
                other: Some(Other {
                    rule: rule.id.to_string(),
                    category: finding.category,
                    value: finding.value.expose().to_owned(),
                    normal,
                    ranges: Vec::new(),
                    places: std::iter::once("file name".to_owned()).collect(),
                    beside: false,
                    suggestion: Decision::Redact,
                    because: "another person's name",
                }),
            });
        }
    }
    Questions {
        whole: id(&file.digest, "", WHOLE, ""),
        pieces,
    }
}

/// What a line is known by: 16 hexadecimal digits.
fn id(file: &[u8; 32], chain: &str, rule: &str, normal: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    for field in [
        &file[..],
        chain.as_bytes(),
        rule.as_bytes(),
        normal.as_bytes(),
    ] {
        hasher
            .update(&(field.len() as u64).to_le_bytes())
            .update(field);
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

/// A worksheet that was written.
#[derive(Debug)]
pub struct Listed {
    /// Where.
    pub path: PathBuf,
    /// Documents in it.
    pub documents: u64,
    /// Values of other people.
    pub values: u64,
    /// Documents that could not be read again.
    pub missing: Vec<String>,
}

/// Writes the worksheet of a case. A file that is there is not written over.
pub fn list(
    searcher: &Searcher<'_>,
    case: &mut Case,
    target: Option<&Path>,
    anyway: bool,
    hand: &Hand,
) -> Result<Listed, RequestError> {
    case.must_be_open()?;
    let path = match target {
        Some(path) => path.to_owned(),
        None => case.fresh("worksheet", ".csv"),
    };
    if path.symlink_metadata().is_ok() {
        return Err(RequestError::refused(format!(
            "{} is there already: name another file; nothing was changed",
            path.display()
        )));
    }
    let searched = searcher.search()?;
    let mut problems = problems(&searcher.roots()?, u64::MAX);
    let mut desk = Desk::default();
    let (mut rows, mut missing, mut values) = (Vec::new(), Vec::new(), 0);
    for hit in &searched.taken {
        let (at, file) = match searcher.read_hit_or_say(&mut desk, hit, &mut problems) {
            Ok(read) => read,
            Err(path) => {
                missing.push(path);
                continue;
            }
        };
        let path = hit.places[at].path.display();
        let questions = questions(searcher, hit, &file);
        let mut unseen: Vec<String> = Vec::new();
        for piece in &questions.pieces {
            unseen.extend(piece.part.unseen.iter().map(ToString::to_string));
            if piece.part.hidden {
                unseen.push(format!("{} is hidden", piece.part.chain));
            }
        }
        unseen.truncate(8);
        rows.push(vec![
            questions.whole.clone(),
            path.clone(),
            String::new(),
            WHOLE.to_owned(),
            String::new(),
            String::new(),
            unseen.join("; "),
            String::new(),
            Decision::Disclose.word().to_owned(),
            match unseen.is_empty() {
                true => "",
                false => "it has text that is easily missed: see `where`",
            }
            .to_owned(),
            String::new(),
            String::new(),
        ]);
        for piece in &questions.pieces {
            for item in &piece.items {
                let Some(other) = &item.other else { continue };
                values += 1;
                rows.push(vec![
                    item.id.clone(),
                    path.clone(),
                    piece.part.chain.to_string(),
                    other.rule.clone(),
                    other.value.clone(),
                    other.ranges.len().max(1).to_string(),
                    other
                        .places
                        .iter()
                        .take(8)
                        .cloned()
                        .collect::<Vec<_>>()
                        .join("; "),
                    if other.beside { "yes" } else { "" }.to_owned(),
                    other.suggestion.word().to_owned(),
                    other.because.to_owned(),
                    String::new(),
                    String::new(),
                ]);
            }
        }
    }
    refuse(&problems, anyway)?;
    let words = Decision::ALL.iter().map(|(_, word)| *word).collect();
    let bytes = sheet::write_as(&path, COLUMNS, &rows, &[("decision", words)])?;
    files::replace(&path, &bytes)?;
    let event = Event::Listed {
        sheet: path.display().to_string(),
        digest: digest(&bytes),
        items: rows.len() as u64,
    };
    if let Err(error) = case.record(hand, event) {
        let _ = std::fs::remove_file(&path);
        return Err(error);
    }
    Ok(Listed {
        path,
        documents: rows.len() as u64 - values,
        values,
        missing,
    })
}

/// What was decided.
pub struct Decisions {
    /// The sheet.
    pub sheet: Filled,
    by_id: BTreeMap<String, (Decision, String)>,
    /// Texts to take out of every document, beyond what was found.
    pub extra: Vec<String>,
}

impl Decisions {
    /// Reads a worksheet that was filled in. With `accept`, a line without a decision has the one that was suggested.
    pub fn read(path: &Path, accept: bool) -> Result<Decisions, RequestError> {
        let sheet = sheet::read(path, &["id", "value", "suggestion", "decision", "reason"])?;
        let mut by_id = BTreeMap::new();
        let mut extra = Vec::new();
        let mut open = Vec::new();
        for row in &sheet.rows {
            let written = row.get("decision");
            let decision = match written {
                "" if accept => Decision::from_word(row.get("suggestion")),
                "" => {
                    open.push(row.line);
                    continue;
                }
                word => Some(Decision::from_word(word).ok_or_else(|| {
                    sheet.wrong(
                        row.line,
                        "the decision must be disclose, redact or withhold",
                    )
                })?),
            };
            let Some(decision) = decision else {
                open.push(row.line);
                continue;
            };
            if row.get("id").is_empty() {
                if decision != Decision::Redact || row.text("value").chars().count() < 3 {
                    return Err(sheet.wrong(
                        row.line,
                        "a line of your own needs a value of three characters or more and the decision redact",
                    ));
                }
                extra.push(row.text("value").to_owned());
                continue;
            }
            if decision == Decision::Redact && row.get("what") == WHOLE {
                return Err(sheet.wrong(row.line, "a whole document is disclosed or withheld"));
            }
            if decision == Decision::Withhold && row.get("reason").is_empty() && !accept {
                return Err(
                    sheet.wrong(row.line, "what is withheld needs a reason: which exemption")
                );
            }
            let entry = (decision, row.get("reason").to_owned());
            if let Some((before, _)) = by_id.insert(row.get("id").to_owned(), entry)
                && before != decision
            {
                return Err(sheet.wrong(row.line, "the same id is decided differently further up"));
            }
        }
        if let Some(first) = open.first() {
            return Err(sheet.wrong(
                *first,
                format!(
                    "{} without a decision: write disclose, redact or withhold, or say --accept-suggestions; nothing was made",
                    crate::report::text::plural(open.len() as u64, "line is", "lines are")
                ),
            ));
        }
        Ok(Decisions {
            sheet,
            by_id,
            extra,
        })
    }

    /// Rule and value of what is disclosed, values in lower case.
    pub fn disclosed(&self) -> std::collections::BTreeSet<(String, String)> {
        self.sheet
            .rows
            .iter()
            .filter(|row| {
                let decision = self.by_id.get(row.get("id"));
                decision.is_some_and(|(decision, _)| *decision == Decision::Disclose)
            })
            .filter(|row| !row.text("value").is_empty())
            .map(|row| (row.get("what").to_owned(), row.text("value").to_lowercase()))
            .collect()
    }

    /// What was decided on a line; an error when the sheet does not have it.
    pub(super) fn of(&self, id: &str, path: &str) -> Result<&(Decision, String), RequestError> {
        self.by_id.get(id).ok_or_else(|| {
            RequestError::refused(format!(
                "{} does not cover {path} as it is now: it changed, or more was found since. Write the worksheet anew; nothing was made",
                self.sheet.path.display()
            ))
        })
    }
}
