//! What is left after an erasure: every line of the worklist read again, then the whole inventory asked again.
//!
//! A certificate is written only when nothing is left that is not kept under an exemption, and when what says so is new
//! enough: every folder scanned after the last outcome was recorded. It names no value.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use serde::Serialize;

use crate::{
    find::Hit,
    inventory::record::RawPath,
    model::OutcomeKind,
    report::text,
    request::{
        Case, Event, RequestError,
        clock::shown,
        erase::{Item, items},
        event::{Done, Term},
        files::{self, digest},
        log::{Hand, Head},
        pack::{hex, json},
        page::Page,
        quarantine,
        search::{RootState, Searcher},
        subject::Own,
    },
    scan::document::Desk,
};

/// How a line of the worklist was found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Checked {
    /// Its number.
    pub item: u32,
    /// The file.
    pub place: String,
    /// Steps inwards.
    pub part: String,
    /// What was recorded: `deleted`, `kept`, …; empty when nothing was.
    pub outcome: String,
    /// The note with it.
    pub note: String,
    /// What is there now.
    pub state: Left,
    /// In words.
    pub words: String,
}

/// What is left.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Left {
    /// Nothing.
    Gone,
    /// It is kept under an exemption.
    Kept,
    /// The person is still there, or it cannot be told.
    Remains,
}

/// What was found to be left.
#[derive(Debug, Serialize)]
pub struct Verification {
    /// The case.
    pub case: String,
    /// When.
    pub made_at: String,
    /// The program.
    pub program: String,
    /// Digest of the rules.
    pub rules: String,
    /// The end of the log before.
    pub log: Head,
    /// Who was looked for: kinds, and hashes under the key of the case.
    pub terms: Vec<Term>,
    /// The lines.
    pub items: Vec<Checked>,
    /// Places that are not in the worklist and hold the person.
    pub new: Vec<(String, String)>,
    /// What keeps this from being complete, in sentences.
    pub incomplete: Vec<String>,
    /// Documents that agree less and are not taken for the person's.
    pub possible: u64,
    /// Documents no scan could read.
    pub unread: u64,
    /// The folders.
    pub roots: Vec<RootState>,
    /// Backups that hold the data, beyond use until a day: name, day, note.
    pub backups: Vec<(String, String, String)>,
}

impl Verification {
    fn count(&self, state: Left) -> u64 {
        self.items.iter().filter(|item| item.state == state).count() as u64
    }

    /// Places where the person is left without an exemption, and reasons why it cannot be told.
    pub fn remaining(&self) -> u64 {
        self.count(Left::Remains) + self.new.len() as u64 + self.incomplete.len() as u64
    }
}

/// Verified and recorded.
#[derive(Debug)]
pub struct Verified {
    /// What was found.
    pub verification: Verification,
    /// The certificate, when nothing remained: HTML, with the same as JSON beside it.
    pub certificate: Option<PathBuf>,
}

/// Verifies the erasure of a case.
pub fn verify(
    searcher: &Searcher<'_>,
    case: &mut Case,
    hand: &Hand,
) -> Result<Verified, RequestError> {
    case.must_be_open()?;
    let list = items(case)?;
    let searched = searcher.search()?;
    let roots = searcher.roots()?;
    let mut desk = Desk::default();
    let checked: Vec<Checked> = list
        .iter()
        .map(|item| check(searcher, case, &mut desk, item, &searched.taken))
        .collect();
    let listed: HashSet<&RawPath> = list.iter().map(|item| &item.place).collect();
    let mut new = Vec::new();
    for hit in &searched.taken {
        for place in hit.places.iter().filter(|place| place.gone_at.is_none()) {
            if listed.contains(&place.path) {
                continue;
            }
            let path = place.path.to_path();
            if inside(case, &path) {
                continue;
            }
            match searcher.read(&mut desk, &path) {
                Ok(file) => {
                    let still = file
                        .parts
                        .iter()
                        .any(|p| !searcher.concerning(hit, p).is_empty())
                        || file.in_name.iter().any(|finding| {
                            let rule = searcher.tools.detector.rule(finding.rule);
                            searcher.subject.owns(rule, finding) >= Some(Own::Named)
                        });
                    let copy = list
                        .iter()
                        .any(|i| i.digest.as_deref() == Some(&hex(&file.digest)));
                    if still {
                        let what = match copy {
                            true => "a copy of a document of the worklist",
                            false => "not in the worklist: came or was found since",
                        };
                        new.push((place.path.display(), what.to_owned()));
                    }
                }
                // Deleted since the scan: nothing is left of it.
                Err(outcome) if outcome.kind == OutcomeKind::Changed => {}
                Err(outcome) => new.push((place.path.display(), outcome.to_string())),
            }
        }
    }
    let unread = searcher.inventory.unread()?;
    let state = case.state();
    let verification = Verification {
        case: case.name().to_owned(),
        made_at: jiff::Timestamp::now()
            .strftime("%Y-%m-%dT%H:%M:%SZ")
            .to_string(),
        program: format!("domesday {}", env!("CARGO_PKG_VERSION")),
        rules: hex(&searcher.tools.detector.fingerprint()),
        log: case.head(),
        terms: case.hashed(searcher.terms())?,
        items: checked,
        new,
        incomplete: incomplete(searcher, case)?,
        possible: searched.left.len() as u64,
        unread: unread.0 + unread.1,
        roots,
        backups: state
            .backups
            .iter()
            .map(|(name, until, note)| (name.clone(), shown(*until), note.clone()))
            .collect(),
    };
    let certificate = match verification.remaining() {
        0 => Some(case.fresh("certificate", ".html")),
        _ => None,
    };
    let mut made = None;
    if let Some(path) = &certificate {
        let bytes = page(&verification)?;
        files::replace(path, &bytes)?;
        files::replace(&path.with_extension("json"), &json(&verification)?)?;
        made = Some(digest(&bytes));
    }
    let event = Event::Verified {
        gone: verification.count(Left::Gone),
        kept: verification.count(Left::Kept),
        remaining: verification.remaining(),
        certificate: certificate.as_ref().map(|path| path.display().to_string()),
        digest: made,
    };
    if let Err(error) = case.record(hand, event) {
        if let Some(path) = &certificate {
            let _ = std::fs::remove_file(path);
            let _ = std::fs::remove_file(path.with_extension("json"));
        }
        return Err(error);
    }
    Ok(Verified {
        verification,
        certificate,
    })
}

/// Whether a path lies in the folder of the cases, which holds what was made for the person.
fn inside(case: &Case, path: &std::path::Path) -> bool {
    let cases = case.folder().parent().unwrap_or(case.folder());
    std::fs::canonicalize(cases).is_ok_and(|cases| path.starts_with(cases))
}

/// What is at a line of the worklist now.
fn check(
    searcher: &Searcher<'_>,
    case: &Case,
    desk: &mut Desk,
    item: &Item,
    hits: &[Hit],
) -> Checked {
    let outcome = case.state().outcomes.get(&item.item);
    let kept = outcome.is_some_and(|outcome| outcome.done == Done::Kept);
    let aside = outcome
        .filter(|outcome| outcome.done == Done::Quarantined)
        .filter(|outcome| quarantine::is_there(Path::new(&outcome.note)));
    let (state, words) = match there(searcher, desk, item, hits) {
        // Out of the way is not erased.
        Ok(false) if aside.is_some() => (
            Left::Remains,
            format!(
                "it lies in the quarantine {}: delete that folder when its files may go",
                aside.map_or("", |outcome| &outcome.note)
            ),
        ),
        Ok(false) => (Left::Gone, "nothing of the person is there".to_owned()),
        Ok(true) if kept => (Left::Kept, "kept under the exemption noted".to_owned()),
        Ok(true) => (Left::Remains, "the person is still there".to_owned()),
        Err(why) if kept => (
            Left::Kept,
            format!("kept under the exemption noted ({why})"),
        ),
        Err(why) => (Left::Remains, why),
    };
    Checked {
        item: item.item,
        place: item.place.display(),
        part: item.chain.to_string(),
        outcome: outcome.map_or(String::new(), |o| o.done.word().to_owned()),
        note: outcome.map_or(String::new(), |o| o.note.clone()),
        state,
        words,
    }
}

/// Whether the person is still at a line of the worklist; why it cannot be told, when it cannot.
fn there(
    searcher: &Searcher<'_>,
    desk: &mut Desk,
    item: &Item,
    hits: &[Hit],
) -> Result<bool, String> {
    let path = item.place.to_path();
    if let Some(root) = &item.root
        && std::fs::read_dir(root.to_path()).is_err()
    {
        return Err(format!(
            "{} is not mounted: it cannot be told",
            root.display()
        ));
    }
    match path.symlink_metadata() {
        Err(e)
            if matches!(
                e.kind(),
                std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
            ) =>
        {
            return Ok(false);
        }
        Err(e) => return Err(format!("it cannot be looked at: {}", e.kind())),
        Ok(_) if item.in_name => return Ok(true),
        Ok(_) => {}
    }
    let file = searcher
        .read(desk, &path)
        .map_err(|outcome| format!("it cannot be read: {outcome}"))?;
    if item.digest.as_deref() == Some(&hex(&file.digest)) {
        return Ok(true);
    }
    let hit = hits
        .iter()
        .find(|hit| hit.places.iter().any(|place| place.path == item.place));
    // A member may have moved within its container, so every part is looked at, not only the one that was listed.
    for part in &file.parts {
        let speaks = match hit {
            Some(hit) => !searcher.concerning(hit, part).is_empty(),
            None => searcher.speaks(part),
        };
        if speaks {
            return Ok(true);
        }
    }
    let unread = file
        .parts
        .iter()
        .filter_map(|part| part.outcome.as_ref())
        .find(|outcome| outcome.kind.is_problem());
    match unread {
        Some(outcome) => Err(format!("not all of it can be read: {outcome}")),
        None => Ok(false),
    }
}

/// What keeps a verification from being complete.
fn incomplete(searcher: &Searcher<'_>, case: &Case) -> Result<Vec<String>, RequestError> {
    let last = case
        .chain()
        .entries
        .iter()
        .filter(|entry| {
            matches!(
                entry.event,
                Event::Worklist { .. }
                    | Event::Outcomes { .. }
                    | Event::Quarantined { .. }
                    | Event::Restored { .. }
                    | Event::Person { .. }
            )
        })
        .map(|entry| entry.at.as_millisecond())
        .max()
        .unwrap_or(0);
    let mut sentences = Vec::new();
    for root in searcher.inventory.roots()? {
        if root.documents == 0 && root.walked_at.is_none() {
            continue;
        }
        if std::fs::read_dir(root.path.to_path()).is_err() {
            sentences.push(format!("{} is not mounted", root.path.display()));
        } else if root.walked_at.is_none_or(|at| at < last) {
            sentences.push(format!(
                "{} was not scanned since the last outcome was recorded: `domesday scan {}` and verify again",
                root.path.display(),
                root.path.display()
            ));
        }
    }
    Ok(sentences)
}

/// The certificate.
fn page(v: &Verification) -> Result<Vec<u8>, RequestError> {
    let mut page = Page::new(&format!("Case {}: certificate of erasure", v.case))?;
    page.say(&format!(
        "On {} every place listed for this request was read again, and the whole inventory was searched again. Nothing that identifies the person was found, but for what is listed below as kept.",
        v.made_at
    ));
    page.facts(&[
        ("By", format!("{}, rules {}", v.program, &v.rules[..16])),
        ("Log of the case", format!("{} entries, ends {}", v.log.entries, v.log.hash)),
        (
            "Searched for",
            v.terms
                .iter()
                .map(|term| format!("{} ({})", term.kind, &term.hash[..16]))
                .collect::<Vec<_>>()
                .join(", "),
        ),
        ("Places where nothing is left", v.count(Left::Gone).to_string()),
        ("Places kept under an exemption", v.count(Left::Kept).to_string()),
        (
            "Documents that no scan could read, and that may hold the person unseen",
            v.unread.to_string(),
        ),
        (
            "Documents that agree in a little with what was searched and were not taken for the person's",
            v.possible.to_string(),
        ),
    ]);
    let rows: Vec<_> = v
        .items
        .iter()
        .map(|item| {
            let cells = vec![
                item.item.to_string(),
                item.place.clone(),
                item.part.clone(),
                item.words.clone(),
                item.outcome.clone(),
                item.note.clone(),
            ];
            (None, cells)
        })
        .collect();
    page.heading("Places");
    page.table(
        &text::plural(rows.len() as u64, "place", "places"),
        &[
            "Item",
            "Place",
            "Part",
            "Found now",
            "Outcome recorded",
            "Note",
        ],
        &rows,
    );
    page.heading("Backups");
    match v.backups.is_empty() {
        true => page.say("No backup is on record."),
        false => {
            let rows: Vec<_> = v
                .backups
                .iter()
                .map(|(name, until, note)| (None, vec![name.clone(), until.clone(), note.clone()]))
                .collect();
            page.table(
                "Backups that still hold the data, put beyond use until they are replaced",
                &["Backup", "Beyond use until", "Note"],
                &rows,
            );
        }
    }
    page.heading("Folders searched");
    let rows: Vec<_> = v
        .roots
        .iter()
        .map(|root| (None, vec![root.path.clone(), text::number(root.documents)]))
        .collect();
    page.table("Folders", &["Folder", "Documents"], &rows);
    Ok(page.finish())
}
