//! What a look-up told, looked at again: whether each document is still as it was scanned, and the passages that speak
//! of the person, everybody else's data in them masked.
//!
//! `find` and `find --verify` print it. It reads and says; what it reads goes nowhere else.

use std::{ops::Range, path::Path};

use serde::Serialize;

use crate::{
    find::Hit,
    inventory::Place,
    model::{Anchor, Outcome},
    request::{
        RequestError,
        reread::{Found, Part, ReadFile},
        search::{RootState, Searcher},
        subject::Own,
        third,
    },
    scan::document::Desk,
};

/// Passages shown of one document.
const MOST: usize = 5;

/// Bytes of a line shown on each side of what is found; a record of a table is shown whole up to twice as much.
const AROUND: usize = 120;

/// How a document is now, beside how it was scanned.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state", content = "why")]
pub enum State {
    /// As it was.
    Same,
    /// Written to since.
    Changed,
    /// No longer there.
    Gone,
    /// The folder that was scanned is not there, as when a share is not mounted: the folder.
    NotMounted(String),
    /// It is there and cannot be read: why.
    Unreadable(String),
}

impl State {
    /// In words, to stand after the path; nothing when all is as it was.
    pub fn words(&self) -> Option<String> {
        Some(match self {
            State::Same => return None,
            State::Changed => "changed since the scan: scan again".into(),
            State::Gone => "no longer there".into(),
            State::NotMounted(root) => format!("cannot be looked at: {root} is not there"),
            State::Unreadable(why) => format!("cannot be read again: {why}"),
        })
    }
}

/// How a place is now, from its folder entry alone: nothing is opened.
pub fn state(place: &Place, roots: &[RootState]) -> State {
    let path = place.path.to_path();
    if place.gone_at.is_some() {
        return State::Gone;
    }
    let root = (roots.iter().filter(|root| !root.mounted))
        .find(|root| path.starts_with(Path::new(&root.path)));
    if let Some(root) = root {
        return State::NotMounted(root.path.clone());
    }
    match std::fs::symlink_metadata(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => State::Gone,
        Err(error) => State::Unreadable(error.to_string()),
        Ok(now) => {
            let modified = (now.modified().ok())
                .and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok())
                .and_then(|since| i64::try_from(since.as_nanos()).ok());
            let same = place.size.is_none_or(|size| size == now.len())
                && (place.modified.is_none() || place.modified == modified);
            if same { State::Same } else { State::Changed }
        }
    }
}

/// A passage that speaks of the person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Passage {
    /// Steps from the file inwards; empty for the file itself.
    pub part: String,
    /// Where.
    pub location: String,
    /// Its text, on one line, with what is not the person's masked.
    pub text: String,
}

/// A document read again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Verified {
    /// Which of its places was read.
    pub path: String,
    /// How it is now.
    #[serde(flatten)]
    pub state: State,
    /// What speaks of the person in it.
    pub passages: Vec<Passage>,
    /// Further passages.
    pub more: usize,
}

/// Reads a hit again: the first of its places that can be read.
///
/// # Errors
/// When the inventory cannot be asked; what is wrong with the document is its state.
pub fn verify(
    searcher: &Searcher<'_>,
    desk: &mut Desk,
    hit: &Hit,
    roots: &[RootState],
) -> Result<Verified, RequestError> {
    let mut verified = None;
    for place in &hit.places {
        let mut now = state(place, roots);
        let mut passages = Vec::new();
        if matches!(now, State::Same | State::Changed) {
            match searcher.read(desk, &place.path.to_path()) {
                Err(outcome) => now = State::Unreadable(why(&outcome)),
                Ok(file) => {
                    // A copy tool may keep the time and the size: the bytes decide.
                    now = match searcher.has_changed(place, &file)? {
                        true => State::Changed,
                        false => State::Same,
                    };
                    passages = told(searcher, hit, &file);
                }
            }
        }
        let done = matches!(now, State::Same);
        let more = passages.len().saturating_sub(MOST);
        passages.truncate(MOST);
        let this = Verified {
            path: place.path.display(),
            state: now,
            passages,
            more,
        };
        // A place that has changed is told only when no copy is as it was.
        if done || verified.is_none() {
            verified = Some(this);
        }
        if done {
            break;
        }
    }
    Ok(verified.unwrap_or(Verified {
        path: String::new(),
        state: State::Gone,
        passages: Vec::new(),
        more: 0,
    }))
}

fn why(outcome: &Outcome) -> String {
    match outcome.reason.is_empty() {
        true => outcome.kind.id().to_owned(),
        false => outcome.reason.to_string(),
    }
}

fn told(searcher: &Searcher<'_>, hit: &Hit, file: &ReadFile) -> Vec<Passage> {
    let mut passages: Vec<Passage> = Vec::new();
    for part in &file.parts {
        let mentions: Vec<&Anchor> = (hit.mentions.iter())
            .filter(|mention| !mention.part.in_name && mention.part.chain == part.chain)
            .flat_map(|mention| &mention.reasons)
            .filter(|reason| reason.bits > 0.0)
            .flat_map(|reason| &reason.locations)
            .collect();
        if mentions.is_empty() {
            continue;
        }
        let own: Vec<(&Found, Range<usize>)> = (part.findings.iter())
            .filter(|found| owns(searcher, found) >= Some(Own::Perhaps))
            .filter_map(|found| Some((found, found.range.clone()?)))
            .collect();
        let there =
            (own.iter()).any(|(found, _)| mentions.contains(&&found.finding.location.anchor));
        let mut shown: Vec<Range<usize>> = Vec::new();
        for (found, range) in &own {
            let anchor = &found.finding.location.anchor;
            if there && !mentions.contains(&anchor) {
                continue;
            }
            let stretch = stretch(part, range);
            if shown
                .iter()
                .any(|before| before.start < stretch.end && stretch.start < before.end)
            {
                continue;
            }
            passages.push(Passage {
                part: part.chain.to_string(),
                location: anchor.to_string(),
                text: masked(searcher, part, &stretch, &mentions),
            });
            shown.push(stretch);
        }
    }
    passages
}

fn owns(searcher: &Searcher<'_>, found: &Found) -> Option<Own> {
    let rule = searcher.tools.detector.rule(found.finding.rule);
    searcher.subject.owns(rule, &found.finding)
}

/// The row, or as much of the line as says what it is about.
fn stretch(part: &Part, range: &Range<usize>) -> Range<usize> {
    let record = part.record_at(range.start);
    let most = if part.row_at(range.start).is_some() {
        4 * AROUND
    } else {
        2 * AROUND
    };
    if record.len() <= most {
        return record.start..record.end.max(range.end);
    }
    let mut start = range.start.saturating_sub(AROUND).max(record.start);
    let mut end = (range.end + AROUND).min(record.end.max(range.end));
    while !part.text.is_char_boundary(start) {
        start -= 1;
    }
    while !part.text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}

/// A stretch with everything masked that is found in it and is not the person's, and what may be a name.
fn masked(
    searcher: &Searcher<'_>,
    part: &Part,
    stretch: &Range<usize>,
    mentions: &[&Anchor],
) -> String {
    let touches = |range: &Range<usize>| range.start < stretch.end && stretch.start < range.end;
    let mut theirs: Vec<Range<usize>> = Vec::new();
    let mut ours: Vec<Range<usize>> = Vec::new();
    for found in &part.findings {
        let Some(range) = found.range.clone().filter(touches) else {
            continue;
        };
        // A forename alone may be anybody's, but where the look-up took it for the person's, as in two cells of a row.
        let taken = mentions.contains(&&found.finding.location.anchor);
        match owns(searcher, found) {
            Some(own) if own > Own::Perhaps || taken => ours.push(range),
            _ => theirs.push(range),
        }
    }
    let names = third::perhaps_names(&part.text, stretch.clone());
    theirs.extend(names.into_iter().filter(|range| {
        let name = &part.text[range.clone()];
        searcher.subject.is_named(name).is_none()
    }));
    // The name in somebody else's e-mail address is part of the address.
    ours.retain(|own| {
        !theirs.iter().any(|other| {
            other.start <= own.start && own.end <= other.end && other.len() > own.len()
        })
    });
    let mut text = String::new();
    for (at, letter) in part.text[stretch.clone()].char_indices() {
        let at = stretch.start + at;
        let hidden = theirs.iter().any(|range| range.contains(&at))
            && !ours.iter().any(|range| range.contains(&at));
        match letter {
            '\n' | '\r' | '\t' => text.push(' '),
            letter if hidden && letter.is_alphanumeric() => text.push('•'),
            letter => text.push(letter),
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
