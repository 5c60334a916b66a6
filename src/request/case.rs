//! A case: its folder, what its log says it is, and the folder of all cases.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use jiff::civil::Date;
use serde::Serialize;

use crate::request::{
    Kind, RequestError,
    calendar::Nation,
    clock::{self, Clock, Pause, Stop},
    event::{Entry, Event, Outcome, Term},
    files::{self, Staged},
    log::{self, Chain, Hand, Head},
};

/// How what is made for a case and recorded in its log is called, before its number.
const MADE: &[&str] = &["pack-", "portable-", "disclosure-", "certificate-"];

/// The log of a case.
pub const LOG: &str = "log.jsonl";
/// Who is looked for.
pub const PERSON: &str = "person.toml";
/// The key that terms are hashed under in the log.
const KEY: &str = "case.key";

/// The folder of all cases.
#[derive(Clone, Debug)]
pub struct Cases(PathBuf);

/// What `open` is told.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Name of the case; the next number of the year when none.
    pub case: Option<String>,
    /// What is asked.
    pub kind: Kind,
    /// The day the request came.
    pub received: Date,
    /// How it came.
    pub channel: String,
    /// Whose bank holidays count.
    pub nation: Nation,
    /// Whether it is known that the person asks.
    pub identity_checked: bool,
    /// Who is looked for: the text of `person.toml`.
    pub person: String,
    /// The terms in it, by kind.
    pub terms: Vec<(String, String)>,
}

/// The first day the GDPR applied: no request can be older.
const GDPR: Date = Date::constant(2018, 5, 25);

impl Cases {
    /// The cases in a folder; it need not be there yet.
    pub fn in_folder(path: &Path) -> Cases {
        Cases(path.to_owned())
    }

    /// The folder of the cases that belong to an inventory, beside it: `domesday.db.requests`.
    pub fn of_inventory(inventory: &Path) -> Cases {
        let mut name = inventory.as_os_str().to_os_string();
        name.push(".requests");
        Cases(name.into())
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The names of the cases, sorted.
    pub fn names(&self) -> Result<Vec<String>, RequestError> {
        let mut names = Vec::new();
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(names),
            Err(e) => return Err(RequestError::io(&self.0, "read")(e)),
        };
        for entry in entries {
            let entry = entry.map_err(RequestError::io(&self.0, "read"))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if check_name(&name).is_ok() && entry.path().join(LOG).is_file() {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    /// Opens a case that is there.
    pub fn case(&self, name: &str) -> Result<Case, RequestError> {
        let path = self.log_of(name)?;
        let folder = self.0.join(name);
        let chain = log::read(name, &path)?;
        let state = State::of(&chain.entries).ok_or_else(|| RequestError::Broken {
            case: name.to_owned(),
            entry: 1,
            what: "it is not the opening of a case".to_owned(),
            path,
        })?;
        Ok(Case {
            name: name.to_owned(),
            folder,
            chain,
            state,
        })
    }

    /// The log of a case that is there.
    pub fn log_of(&self, name: &str) -> Result<PathBuf, RequestError> {
        check_name(name)?;
        let log = self.0.join(name).join(LOG);
        match log.is_file() {
            true => Ok(log),
            false => Err(RequestError::NoCase(name.to_owned(), self.0.clone())),
        }
    }

    /// What was made for a case (packs, copies, certificates) and stands in its folder, but in no entry of its log: the log
    /// was cut short or written anew since. In the order of their names.
    pub fn unlogged(&self, name: &str) -> Result<Vec<String>, RequestError> {
        let log = self.log_of(name)?;
        let text = fs::read_to_string(&log).map_err(RequestError::io(log, "read"))?;
        let folder = self.0.join(name);
        let entries = fs::read_dir(&folder).map_err(RequestError::io(folder, "read"))?;
        let mut unlogged: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|made| {
                // The certificate for machines stands beside the one that the log names.
                let made = made.replace(".json", ".html");
                MADE.iter().any(|kind| made.starts_with(kind))
                    && !["/", "\\\\", "\""]
                        .iter()
                        .any(|before| text.contains(&format!("{before}{made}\"")))
            })
            .collect();
        unlogged.sort();
        Ok(unlogged)
    }

    /// Begins a case: a folder with its log, whole or not at all.
    pub fn open(&self, opening: Opening, today: Date, hand: &Hand) -> Result<Case, RequestError> {
        check_day("the day it was received", opening.received, GDPR, today)?;
        let name = match opening.case {
            Some(name) => name,
            None => self.next_name(opening.received)?,
        };
        check_name(&name)?;
        let folder = self.0.join(&name);
        if folder.symlink_metadata().is_ok() {
            return Err(RequestError::Exists(name));
        }
        let staged = Staged::new(&folder)?;
        let mut key = [0; 32];
        getrandom::fill(&mut key)
            .map_err(|e| RequestError::io(&folder, "made")(std::io::Error::other(e.to_string())))?;
        staged.write(KEY, &key)?;
        staged.write(PERSON, opening.person.as_bytes())?;
        let event = Event::Opened {
            case: name.clone(),
            kind: opening.kind,
            received: opening.received,
            channel: opening.channel,
            nation: opening.nation,
            identity_checked: opening.identity_checked,
            terms: hashed(&key, &opening.terms),
        };
        log::begin(&staged.path().join(LOG), hand, event)?;
        staged.finish()?;
        self.case(&name)
    }

    fn next_name(&self, received: Date) -> Result<String, RequestError> {
        let year = format!("{}-", received.year());
        let taken = self
            .names()?
            .iter()
            .filter_map(|name| name.strip_prefix(&year)?.parse::<u32>().ok())
            .max();
        Ok(format!("{year}{:03}", taken.unwrap_or(0) + 1))
    }
}

fn check_name(name: &str) -> Result<(), RequestError> {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    match (1..=64).contains(&name.len()) && name.chars().all(good) && !name.starts_with('.') {
        true => Ok(()),
        false => Err(RequestError::Name(name.to_owned())),
    }
}

/// That a day lies between two others, both included.
fn check_day(what: &str, day: Date, from: Date, to: Date) -> Result<(), RequestError> {
    let shown = clock::shown;
    if day > to {
        return Err(RequestError::Date(format!(
            "{what}, {}, lies in the future: today is {}; nothing was changed",
            shown(day),
            shown(to)
        )));
    }
    if day < from {
        return Err(RequestError::Date(format!(
            "{what}, {}, is before {}; nothing was changed",
            shown(day),
            shown(from)
        )));
    }
    Ok(())
}

fn hashed(key: &[u8; 32], terms: &[(String, String)]) -> Vec<Term> {
    terms
        .iter()
        .map(|(kind, value)| {
            let mut hasher = blake3::Hasher::new_keyed(key);
            hasher
                .update(kind.as_bytes())
                .update(&[0])
                .update(value.as_bytes());
            Term {
                kind: kind.clone(),
                hash: hasher.finalize().to_hex().to_string(),
            }
        })
        .collect()
}

/// A case that was read.
pub struct Case {
    name: String,
    folder: PathBuf,
    chain: Chain,
    state: State,
}

/// What the log says of a case.
#[derive(Clone, Debug, Serialize)]
pub struct State {
    /// Its name.
    pub case: String,
    /// What is asked.
    pub kind: Kind,
    /// The day the request came.
    pub received: Date,
    /// How it came.
    pub channel: String,
    /// Whose bank holidays count.
    pub nation: Nation,
    /// Whether it is known that the person asks.
    pub identity_checked: bool,
    /// When the clock stood still.
    #[serde(skip)]
    pub pauses: Vec<Pause>,
    /// Whether it was extended, when and why.
    pub extended: Option<(Date, String)>,
    /// Whether it is closed, when and how.
    pub closed: Option<(Date, String)>,
    /// Backups that hold the data until a day.
    pub backups: Vec<(String, Date, String)>,
    /// The worklist: its lines with their digests.
    #[serde(skip)]
    pub worklist: Option<(String, BTreeMap<u32, String>)>,
    /// What became of its lines.
    #[serde(skip)]
    pub outcomes: BTreeMap<u32, Outcome>,
    /// Packs made.
    pub packs: u64,
    /// Disclosure copies made.
    pub disclosures: u64,
    /// The last certificate.
    pub certificate: Option<String>,
    /// Places that remained when it was last verified.
    pub remaining: Option<u64>,
}

impl State {
    fn of(entries: &[Entry]) -> Option<State> {
        let (first, rest) = entries.split_first()?;
        let Event::Opened {
            case,
            kind,
            received,
            channel,
            nation,
            identity_checked,
            ..
        } = first.event.clone()
        else {
            return None;
        };
        let mut state = State {
            case,
            kind,
            received,
            channel,
            nation,
            identity_checked,
            pauses: Vec::new(),
            extended: None,
            closed: None,
            backups: Vec::new(),
            worklist: None,
            outcomes: BTreeMap::new(),
            packs: 0,
            disclosures: 0,
            certificate: None,
            remaining: None,
        };
        for entry in rest {
            state.take(&entry.event);
        }
        Some(state)
    }

    fn take(&mut self, event: &Event) {
        match event {
            Event::Opened { .. } | Event::Person { .. } | Event::Noted { .. } => {}
            Event::Identity { .. } => self.identity_checked = true,
            Event::Stopped { on, why, .. } => self.pauses.push(Pause {
                why: *why,
                from: *on,
                to: None,
            }),
            Event::Resumed { on, .. } => {
                if let Some(pause) = self.pauses.last_mut() {
                    pause.to = Some(*on);
                    self.identity_checked |= pause.why == Stop::Identity;
                }
            }
            Event::Extended { on, reason } => self.extended = Some((*on, reason.clone())),
            Event::Collected { .. } => self.packs += 1,
            Event::Listed { .. } | Event::Ported { .. } => {}
            Event::Redacted { .. } => self.disclosures += 1,
            Event::Worklist { sheet, items } => {
                self.worklist = Some((sheet.clone(), items.iter().cloned().collect()));
                self.outcomes.clear();
                self.certificate = None;
            }
            Event::Outcomes { outcomes } => self.outcomes.extend(outcomes.clone()),
            Event::Backup { name, until, note } => {
                self.backups.retain(|(known, ..)| known != name);
                self.backups.push((name.clone(), *until, note.clone()));
            }
            Event::Quarantined { items, folder } => {
                for item in items {
                    let outcome = Outcome {
                        done: crate::request::event::Done::Quarantined,
                        note: folder.clone(),
                    };
                    self.outcomes.insert(*item, outcome);
                }
            }
            Event::Restored { items, .. } => {
                self.outcomes.retain(|item, _| !items.contains(item));
                self.certificate = None;
            }
            Event::Verified {
                remaining,
                certificate,
                ..
            } => {
                self.remaining = Some(*remaining);
                self.certificate = certificate.clone();
            }
            Event::Closed { on, outcome } => self.closed = Some((*on, outcome.clone())),
            Event::Reopened { .. } => self.closed = None,
        }
    }

    /// What the clock says.
    pub fn clock(&self) -> Clock {
        clock::clock(&clock::Facts {
            kind: self.kind,
            received: self.received,
            nation: self.nation,
            pauses: &self.pauses,
            extended: self.extended.is_some(),
        })
    }

    /// The pause that is not over.
    pub fn waiting(&self) -> Option<&Pause> {
        self.pauses.last().filter(|pause| pause.to.is_none())
    }
}

impl Case {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What its log says.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Its log.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The end of its log.
    pub fn head(&self) -> Head {
        self.chain.head()
    }

    /// The text of its `person.toml`.
    pub fn person(&self) -> Result<String, RequestError> {
        let path = self.folder.join(PERSON);
        fs::read_to_string(&path).map_err(RequestError::io(path, "read"))
    }

    /// Terms of a search as the log may have them.
    pub fn hashed(&self, terms: &[(String, String)]) -> Result<Vec<Term>, RequestError> {
        let path = self.folder.join(KEY);
        let key = fs::read(&path).map_err(RequestError::io(path.clone(), "read"))?;
        let key: [u8; 32] = key.try_into().map_err(|_| {
            RequestError::refused(format!(
                "{} is not the key of a case: restore it from a copy",
                path.display()
            ))
        })?;
        Ok(hashed(&key, terms))
    }

    /// Refuses a case that is closed.
    pub fn must_be_open(&self) -> Result<(), RequestError> {
        match &self.state.closed {
            None => Ok(()),
            Some((on, _)) => Err(RequestError::refused(format!(
                "case {} was closed on {}: `domesday request reopen` first",
                self.name,
                clock::shown(*on)
            ))),
        }
    }

    /// Writes an event at the end of the log.
    pub fn record(&mut self, hand: &Hand, event: Event) -> Result<(), RequestError> {
        let path = self.folder.join(LOG);
        log::append(&self.name, &path, hand, &self.head(), event)?;
        self.chain = log::read(&self.name, &path)?;
        if let Some(state) = State::of(&self.chain.entries) {
            self.state = state;
        }
        Ok(())
    }

    /// The last day on which anything was said to happen.
    fn last_day(&self) -> Date {
        let mut last = self.state.received;
        for pause in &self.state.pauses {
            last = last.max(pause.from).max(pause.to.unwrap_or(last));
        }
        last
    }

    /// Stops the clock.
    pub fn stop(
        &mut self,
        why: Stop,
        on: Date,
        note: String,
        today: Date,
        hand: &Hand,
    ) -> Result<(), RequestError> {
        self.must_be_open()?;
        if let Some(pause) = self.state.waiting() {
            return Err(RequestError::refused(format!(
                "the clock of case {} stands still already: {} is awaited since {}; `domesday request resume` first",
                self.name,
                pause.why.word(),
                clock::shown(pause.from)
            )));
        }
        check_day("the day it was asked", on, self.last_day(), today)?;
        if let Some(due) = self.state.clock().due.filter(|due| on > *due) {
            return Err(RequestError::refused(format!(
                "the time of case {} ended {}: a clock that has run out cannot be stopped",
                self.name,
                clock::shown(due)
            )));
        }
        self.record(hand, Event::Stopped { on, why, note })
    }

    /// Lets the clock go on.
    pub fn resume(
        &mut self,
        on: Date,
        note: String,
        today: Date,
        hand: &Hand,
    ) -> Result<(), RequestError> {
        self.must_be_open()?;
        let Some(pause) = self.state.waiting() else {
            return Err(RequestError::refused(format!(
                "the clock of case {} is running: there is nothing to resume",
                self.name
            )));
        };
        check_day("the day the answer came", on, pause.from, today)?;
        self.record(hand, Event::Resumed { on, note })
    }

    /// Takes two further months.
    pub fn extend(
        &mut self,
        on: Date,
        reason: String,
        today: Date,
        hand: &Hand,
    ) -> Result<(), RequestError> {
        self.must_be_open()?;
        if reason.trim().is_empty() {
            return Err(RequestError::refused(
                "an extension needs its reason, as the person was told it: --reason",
            ));
        }
        if let Some((when, _)) = &self.state.extended {
            return Err(RequestError::refused(format!(
                "case {} was extended on {} already, and can be once",
                self.name,
                clock::shown(*when)
            )));
        }
        check_day(
            "the day the person was told",
            on,
            self.state.received,
            today,
        )?;
        let clock = self.state.clock();
        if clock.waiting.is_none() && on > clock.extend_by {
            return Err(RequestError::refused(format!(
                "the person had to be told of an extension by {}: case {} can no longer be extended",
                clock::shown(clock.extend_by),
                self.name
            )));
        }
        self.record(hand, Event::Extended { on, reason })
    }

    /// Records that identity was shown.
    pub fn identity(
        &mut self,
        on: Date,
        note: String,
        today: Date,
        hand: &Hand,
    ) -> Result<(), RequestError> {
        self.must_be_open()?;
        if self
            .state
            .waiting()
            .is_some_and(|p| p.why == Stop::Identity)
        {
            return self.resume(on, note, today, hand);
        }
        check_day("the day it was shown", on, self.state.received, today)?;
        self.record(hand, Event::Identity { on, note })
    }

    /// Describes anew who is looked for.
    pub fn describe(
        &mut self,
        text: &str,
        terms: &[(String, String)],
        hand: &Hand,
    ) -> Result<(), RequestError> {
        self.must_be_open()?;
        let terms = self.hashed(terms)?;
        let before = self.person()?;
        let path = self.folder.join(PERSON);
        files::replace(&path, text.as_bytes())?;
        if let Err(error) = self.record(hand, Event::Person { terms }) {
            files::replace(&path, before.as_bytes())?;
            return Err(error);
        }
        Ok(())
    }

    /// Closes the case.
    pub fn close(
        &mut self,
        on: Date,
        outcome: String,
        today: Date,
        hand: &Hand,
    ) -> Result<(), RequestError> {
        self.must_be_open()?;
        if outcome.trim().is_empty() {
            return Err(RequestError::refused("say how the case ended: --outcome"));
        }
        check_day("the day it was closed", on, self.last_day(), today)?;
        self.record(hand, Event::Closed { on, outcome })
    }

    /// Opens a closed case again.
    pub fn reopen(&mut self, reason: String, hand: &Hand) -> Result<(), RequestError> {
        if self.state.closed.is_none() {
            return Err(RequestError::refused(format!("case {} is open", self.name)));
        }
        self.record(hand, Event::Reopened { reason })
    }

    /// A name in the folder that is not taken: `pack-1`, `pack-2`, …
    pub fn fresh(&self, stem: &str, extension: &str) -> PathBuf {
        (1u32..)
            .find(|n| {
                // A table and what stands beside it share a number.
                [extension, ".csv", ".xlsx", ".json"]
                    .iter()
                    .all(|extension| {
                        let path = self.folder.join(format!("{stem}-{n}{extension}"));
                        path.symlink_metadata().is_err()
                    })
            })
            .map_or_else(
                || self.folder.join(stem),
                |n| self.folder.join(format!("{stem}-{n}{extension}")),
            )
    }
}
