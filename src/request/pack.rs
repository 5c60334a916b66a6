//! The evidence pack: what was found, where, by what search, and what could not be searched.
//!
//! It is for the responder, not for the person: others are in it until `redact` has taken them out. Each document that
//! answers is read again; the pack holds its text, or the part that concerns the person, the file itself when it is
//! about few people or is asked for, and a manifest in HTML, JSON and CSV. Made whole or not at all.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde::Serialize;

use crate::{
    find::{Band, Confusable, Hit, Mention},
    inventory::{Inventory, InventoryError, Place, Which},
    report::text,
    request::{
        Case, Event, RequestError,
        files::{Staged, digest},
        log::{Hand, Head},
        page::Page,
        reread::{Part, ReadFile},
        search::{RootState, Searcher},
    },
    scan::document::Desk,
};

/// Days after which a scan is too old to answer from, where nothing else is said.
pub const MAX_AGE: u64 = 7;

/// Unread documents named in a manifest; beyond it they are counted, and `report coverage` has them all.
const UNREAD: usize = 10_000;

/// What the responder decides about a pack.
#[derive(Clone, Debug)]
pub struct PackOptions {
    /// Where it goes; into the case when none.
    pub target: Option<PathBuf>,
    /// One zip archive instead of a folder.
    pub zip: bool,
    /// Copy every responsive file as it is, registers of many people too.
    pub originals: bool,
    /// Make it although roots are missing or stale or documents have changed; the manifest says so.
    pub anyway: bool,
    /// Days after which a scan is stale.
    pub max_age: u64,
}

/// The manifest.
#[derive(Debug, Serialize)]
pub struct Manifest {
    /// The case.
    pub case: String,
    /// What was asked.
    pub kind: &'static str,
    /// When the pack was made.
    pub made_at: String,
    /// The program and its version.
    pub program: String,
    /// Digest of the rules that read the documents again.
    pub rules: String,
    /// The end of the case's log when the pack was made.
    pub log: Head,
    /// Who was looked for: kind and value.
    pub terms: Vec<(String, String)>,
    /// The band from which documents were taken.
    pub least: Band,
    /// What the search said about the terms and the answer.
    pub warnings: Vec<String>,
    /// What was searched and what could not be.
    pub coverage: Coverage,
    /// Documents in the pack.
    pub documents: Vec<Document>,
    /// Documents that agree less, not in the pack: for a person to look at.
    pub left: Vec<Left>,
    /// Documents about somebody who could be mistaken for the person.
    pub confusable: Vec<Confusable>,
    /// Documents that answer but could not be read again.
    pub missing: Vec<Missing>,
    /// Each file of the pack with its BLAKE3.
    pub files: BTreeMap<String, String>,
}

/// What was searched and what could not be.
#[derive(Debug, Serialize)]
pub struct Coverage {
    /// The inventory asked.
    pub inventory: String,
    /// When its last complete scan ended.
    pub scanned_at: Option<String>,
    /// The roots.
    pub roots: Vec<RootState>,
    /// Files and members by how reading them ended.
    pub outcomes: BTreeMap<&'static str, (u64, u64)>,
    /// Documents and members that no scan could read.
    pub unread: u64,
    /// The first of them by name, with the reason.
    pub unread_documents: Vec<(String, String)>,
    /// What stands in the way of a search of everything, in sentences.
    pub problems: Vec<String>,
}

/// A document in the pack.
#[derive(Debug, Serialize)]
pub struct Document {
    /// Its number.
    pub number: usize,
    /// How likely it is the person's.
    pub band: Band,
    /// The same as a probability.
    pub probability: f64,
    /// Every place it lies at, the one that was read first.
    pub places: Vec<Place>,
    /// BLAKE3 of its bytes now.
    pub digest: String,
    /// Its size in bytes.
    pub size: u64,
    /// Whether its bytes are others than when it was scanned.
    pub changed: bool,
    /// People it is about, estimated.
    pub people: u64,
    /// Why it is taken for the person's.
    pub mentions: Vec<Mention>,
    /// The documents in it that are in the pack.
    pub parts: Vec<PartEntry>,
    /// The file as it is.
    pub original: Option<String>,
}

/// A document inside a file, in the pack.
#[derive(Debug, Serialize)]
pub struct PartEntry {
    /// Steps from the file inwards; empty for the file itself.
    pub chain: String,
    /// Format it was read as.
    pub format: &'static str,
    /// Whether all of its text is in the pack, or the part that concerns the person.
    pub whole: bool,
    /// Not seen by who just opens the container.
    pub hidden: bool,
    /// Text in it of kinds that are easily missed: comments, deleted text, properties, hidden sheets.
    pub unseen: Vec<String>,
    /// Its text in the pack.
    pub text: String,
    /// How reading it ended.
    pub outcome: String,
}

/// A document that agrees less.
#[derive(Debug, Serialize)]
pub struct Left {
    /// How likely it is the person's.
    pub band: Band,
    /// Where.
    pub places: Vec<String>,
    /// Why not more.
    pub reasons: Vec<String>,
}

/// A document that could not be read again.
#[derive(Debug, Serialize)]
pub struct Missing {
    /// Where.
    pub places: Vec<String>,
    /// Why.
    pub reason: String,
}

/// Made and recorded.
#[derive(Debug)]
pub struct Packed {
    /// Where it lies.
    pub path: PathBuf,
    /// What it says.
    pub manifest: Manifest,
}

/// Makes the pack of a case and records it.
pub fn collect(
    searcher: &Searcher<'_>,
    case: &mut Case,
    options: &PackOptions,
    hand: &Hand,
) -> Result<Packed, RequestError> {
    case.must_be_open()?;
    let searched = searcher.search()?;
    let roots = searcher.roots()?;
    let mut problems = problems(&roots, options.max_age);
    refuse(&problems, options.anyway)?;
    let extension = if options.zip { ".zip" } else { "" };
    let target = match &options.target {
        Some(target) => target.clone(),
        None => case.fresh("pack", extension),
    };
    let mut pack = Pack {
        staged: Staged::new(&target)?,
        files: BTreeMap::new(),
    };
    let mut desk = Desk::default();
    let (mut documents, mut missing) = (Vec::new(), Vec::new());
    for hit in &searched.taken {
        match searcher.read_hit(&mut desk, hit) {
            Ok((at, file)) => {
                let number = documents.len() + 1;
                documents.push(pack.document(searcher, number, hit, at, &file, options)?);
            }
            Err(outcome) => missing.push(Missing {
                places: paths(hit),
                reason: outcome.to_string(),
            }),
        }
    }
    for document in documents.iter().filter(|document| document.changed) {
        problems.push(format!(
            "{} has changed since it was scanned",
            document
                .places
                .first()
                .map_or(String::new(), |p| p.path.display())
        ));
    }
    for missing in &missing {
        problems.push(format!(
            "{} answers and cannot be read again: {}",
            missing.places.join(", "),
            missing.reason
        ));
    }
    refuse(&problems, options.anyway)?;
    let state = case.state();
    let mut manifest = Manifest {
        case: state.case.clone(),
        kind: state.kind.word(),
        made_at: jiff::Timestamp::now()
            .strftime("%Y-%m-%dT%H:%M:%SZ")
            .to_string(),
        program: format!("domesday {}", env!("CARGO_PKG_VERSION")),
        rules: hex(&searcher.tools.detector.fingerprint()),
        log: case.head(),
        terms: searcher.terms().to_vec(),
        least: searcher.least,
        warnings: searched.answer.warnings.clone(),
        coverage: coverage(
            searcher.inventory,
            roots,
            problems,
            searched.answer.scanned_at,
        )?,
        documents,
        left: searched.left.iter().map(left).collect(),
        confusable: searched.answer.confusable,
        missing,
        files: BTreeMap::new(),
    };
    pack.write("manifest.csv", &table(&manifest)?)?;
    pack.write("manifest.html", &page(&manifest)?)?;
    manifest.files = pack.files.clone();
    let json = json(&manifest)?;
    pack.staged.write("manifest.json", &json)?;
    let event = Event::Collected {
        pack: target.display().to_string(),
        manifest: digest(&json),
        terms: case.hashed(searcher.terms())?,
        documents: manifest.documents.len() as u64,
        places: manifest.documents.iter().map(|d| live(&d.places)).sum(),
        missing: manifest.missing.len() as u64,
        unsearched: manifest.coverage.unread,
    };
    finish(pack.staged, &target, options.zip, case, hand, event)?;
    Ok(Packed {
        path: target,
        manifest,
    })
}

/// Puts what was made in its place and records it; what cannot be recorded is taken away again.
pub(super) fn finish(
    staged: Staged,
    target: &Path,
    zip: bool,
    case: &mut Case,
    hand: &Hand,
    event: Event,
) -> Result<(), RequestError> {
    match zip {
        true => staged.finish_as_zip()?,
        false => staged.finish()?,
    }
    if let Err(error) = case.record(hand, event) {
        let _ = match zip {
            true => fs::remove_file(target),
            false => fs::remove_dir_all(target),
        };
        return Err(error);
    }
    Ok(())
}

/// A value as indented JSON.
pub(super) fn json(value: &impl Serialize) -> Result<Vec<u8>, RequestError> {
    serde_json::to_vec_pretty(value)
        .map_err(|e| RequestError::io("the manifest", "written")(io::Error::from(e)))
}

/// Bytes as hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn live(places: &[Place]) -> u64 {
    places
        .iter()
        .filter(|place| place.gone_at.is_none())
        .count() as u64
}

fn paths(hit: &Hit) -> Vec<String> {
    hit.places
        .iter()
        .filter(|place| place.gone_at.is_none())
        .map(|place| place.path.display())
        .collect()
}

/// What stands in the way of a search of everything.
pub(super) fn problems(roots: &[RootState], max_age: u64) -> Vec<String> {
    let mut problems = Vec::new();
    if roots.is_empty() {
        problems.push("no scan has looked at anything yet: `domesday scan` first".to_owned());
    }
    for root in roots {
        if !root.mounted {
            problems.push(format!(
                "{} is not mounted, or empty: {} there cannot be read again",
                root.path,
                text::plural(root.documents, "document", "documents")
            ));
        }
        match root.days {
            None => problems.push(format!("{} was never scanned to its end", root.path)),
            Some(days) if days > max_age => problems.push(format!(
                "{} was last scanned {} ago: what came since is not known",
                root.path,
                text::plural(days, "day", "days")
            )),
            Some(_) => {}
        }
    }
    problems
}

/// Problems told in one refusal; the rest is counted.
const TOLD: usize = 5;

/// Refuses in one line when there are problems that are not accepted.
pub(super) fn refuse(problems: &[String], anyway: bool) -> Result<(), RequestError> {
    if problems.is_empty() || anyway {
        return Ok(());
    }
    let mut told = problems[..problems.len().min(TOLD)].join("; ");
    if problems.len() > TOLD {
        told.push_str(&format!("; and {} more", problems.len() - TOLD));
    }
    Err(RequestError::refused(format!(
        "{told}. Nothing was made and the case is as it was: scan again, or say --anyway to have it with that on record"
    )))
}

fn coverage(
    inventory: &Inventory,
    roots: Vec<RootState>,
    problems: Vec<String>,
    scanned_at: Option<i64>,
) -> Result<Coverage, RequestError> {
    let overview = inventory.overview()?;
    let mut unread_documents = Vec::new();
    inventory.places::<InventoryError>(Which::Live, |place| {
        if unread_documents.len() >= UNREAD {
            return Ok(());
        }
        if place.outcome.kind.is_problem() {
            unread_documents.push((place.path.display(), place.outcome.to_string()));
        }
        for part in inventory.parts(place)? {
            if part.ordinal > 0 && part.outcome.kind.is_problem() {
                let path = format!("{} › {}", place.path.display(), part.chain);
                unread_documents.push((path, part.outcome.to_string()));
            }
        }
        Ok(())
    })?;
    let (files, members) = inventory.unread()?;
    Ok(Coverage {
        inventory: inventory.path().display().to_string(),
        scanned_at: scanned_at
            .and_then(|at| jiff::Timestamp::from_millisecond(at).ok())
            .map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
        roots,
        outcomes: overview
            .outcomes
            .iter()
            .map(|(kind, counts)| (kind.title(), *counts))
            .collect(),
        unread: files + members,
        unread_documents,
        problems,
    })
}

fn left(hit: &Hit) -> Left {
    Left {
        band: hit.band,
        places: paths(hit),
        reasons: hit
            .reasons()
            .map(|reason| format!("{} {}", reason.kind, reason.words))
            .collect(),
    }
}

/// A pack that is being filled.
struct Pack {
    staged: Staged,
    files: BTreeMap<String, String>,
}

impl Pack {
    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), RequestError> {
        self.staged.write(name, bytes)?;
        self.files.insert(name.to_owned(), digest(bytes));
        Ok(())
    }

    fn document(
        &mut self,
        searcher: &Searcher<'_>,
        number: usize,
        hit: &Hit,
        at: usize,
        file: &ReadFile,
        options: &PackOptions,
    ) -> Result<Document, RequestError> {
        let mut places = hit.places.clone();
        places.swap(0, at);
        let place = places[0].clone();
        let mut parts = Vec::new();
        for (n, part) in file.parts.iter().enumerate() {
            let concerning = searcher.concerning(hit, part);
            if concerning.is_empty() {
                continue;
            }
            let name = format!("documents/{number:04}-{n:02}.txt");
            let all = concerning.first() == Some(&(0..part.text.len()));
            let whole = all && concerning.len() == 1 && !part.is_cut();
            let source = source_line(&place, part);
            self.write(&name, excerpt(&source, part, &concerning).as_bytes())?;
            parts.push(PartEntry {
                chain: part.chain.to_string(),
                format: part.format,
                whole,
                hidden: part.hidden,
                unseen: part
                    .unseen
                    .iter()
                    .take(20)
                    .map(ToString::to_string)
                    .collect(),
                text: name,
                outcome: part
                    .outcome
                    .as_ref()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
            });
        }
        let people = hit
            .people
            .max(file.parts.iter().map(|part| part.people).max().unwrap_or(0));
        let about = file.parts.iter().all(|part| searcher.is_about(part));
        let original = match options.originals || about {
            true => Some(self.original(number, &place.path.to_path())?),
            false => None,
        };
        Ok(Document {
            number,
            band: hit.band,
            probability: hit.probability,
            digest: hex(&file.digest),
            size: file.size,
            changed: searcher.has_changed(&place, file)?,
            people,
            mentions: hit.mentions.clone(),
            places,
            parts,
            original,
        })
    }

    /// Copies a file as it is, under a name of ours.
    fn original(&mut self, number: usize, path: &Path) -> Result<String, RequestError> {
        let extension: String = path
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(8)
            .collect();
        let name = match extension.is_empty() {
            true => format!("originals/{number:04}"),
            false => format!("originals/{number:04}.{}", extension.to_ascii_lowercase()),
        };
        let mut from = File::open(path).map_err(RequestError::io(path, "read"))?;
        let mut to = self.staged.file(&name)?;
        let mut hasher = blake3::Hasher::new();
        let mut buffer = vec![0; 128 << 10];
        loop {
            let n =
                io::Read::read(&mut from, &mut buffer).map_err(RequestError::io(path, "read"))?;
            if n == 0 {
                break;
            }
            hasher.update(&buffer[..n]);
            to.write_all(&buffer[..n])
                .map_err(RequestError::io(name.clone(), "written"))?;
        }
        to.sync_all()
            .map_err(RequestError::io(name.clone(), "written"))?;
        self.files
            .insert(name.clone(), hasher.finalize().to_hex().to_string());
        Ok(name)
    }
}

/// Where a text comes from, for its first line.
pub(super) fn source_line(place: &Place, part: &Part) -> String {
    crate::scan::document::shown(&place.path.display(), &part.chain)
}

/// The stretches of a part that concern the person, with the headings of tables and where each lies.
fn excerpt(source: &str, part: &Part, ranges: &[std::ops::Range<usize>]) -> String {
    excerpt_as(
        source,
        part,
        ranges,
        &|range| part.text[range].to_owned(),
        &str::to_owned,
    )
}

/// The same, stretches and headings as they are to be shown.
pub(super) fn excerpt_as(
    source: &str,
    part: &Part,
    ranges: &[std::ops::Range<usize>],
    show: &dyn Fn(std::ops::Range<usize>) -> String,
    words: &dyn Fn(&str) -> String,
) -> String {
    let mut out = format!("Source: {}\n", text::terminal(source));
    let mut sheet = None;
    for (n, range) in ranges.iter().enumerate() {
        match part
            .row_at(range.start)
            .filter(|_| *range != (0..part.text.len()))
        {
            Some(row) => {
                if sheet != Some(&row.sheet) {
                    let headings = part.tables.get(&row.sheet);
                    let headings = headings.map_or(String::new(), |t| t.headings.join(" | "));
                    out.push_str(&format!(
                        "\n{}\n",
                        words(&format!("{} {headings}", row.sheet))
                    ));
                    sheet = Some(&row.sheet);
                }
                out.push_str(&format!("row {}: ", row.number));
            }
            None if n > 0 => out.push_str("\n[…]\n"),
            None => out.push('\n'),
        }
        out.push_str(&show(range.clone()));
        if !out.ends_with('\n') {
            out.push('\n');
        }
    }
    if part.is_cut() {
        out.push_str("[the text is longer than is kept: see the file itself]\n");
    }
    out
}

/// The manifest for spreadsheets: a row for each place and location.
fn table(manifest: &Manifest) -> Result<Vec<u8>, RequestError> {
    let mut rows = csv::Writer::from_writer(Vec::new());
    let failed = |e: csv::Error| RequestError::io("manifest.csv", "written")(io::Error::from(e));
    rows.write_record([
        "number",
        "band",
        "place",
        "part",
        "location",
        "kind",
        "rule",
        "why",
        "modified",
        "owner",
        "size",
        "blake3",
        "changed since scan",
        "text",
        "original",
    ])
    .map_err(failed)?;
    for document in &manifest.documents {
        for place in document
            .places
            .iter()
            .filter(|place| place.gone_at.is_none())
        {
            for mention in &document.mentions {
                let chain = mention.part.chain.to_string();
                let file = document.parts.iter().find(|part| part.chain == chain);
                for reason in &mention.reasons {
                    let locations: Vec<String> =
                        reason.locations.iter().map(ToString::to_string).collect();
                    let cells = [
                        document.number.to_string(),
                        mention.band.name().to_owned(),
                        place.path.display(),
                        chain.clone(),
                        locations.join("; "),
                        reason.kind.clone(),
                        reason.rule.clone(),
                        reason.words.clone(),
                        place.modified.map(text::file_time).unwrap_or_default(),
                        place.owner.to_string(),
                        document.size.to_string(),
                        document.digest.clone(),
                        if document.changed { "yes" } else { "no" }.to_owned(),
                        file.map(|part| part.text.clone()).unwrap_or_default(),
                        document.original.clone().unwrap_or_default(),
                    ];
                    let cells: Vec<_> = cells.iter().map(|cell| text::cell(cell)).collect();
                    rows.write_record(cells.iter().map(|cell| cell.as_bytes()))
                        .map_err(failed)?;
                }
            }
        }
    }
    rows.into_inner()
        .map_err(|e| RequestError::io("manifest.csv", "written")(io::Error::other(e.to_string())))
}

/// The manifest for people.
fn page(manifest: &Manifest) -> Result<Vec<u8>, RequestError> {
    let mut page = Page::new(&format!(
        "Case {}: what is held on the person",
        manifest.case
    ))?;
    page.say(
        "For the responder: this pack holds the data of other people too. What is sent to the person is made from it by `domesday request redact`.",
    );
    page.facts(&[
        ("Request", manifest.kind.to_owned()),
        ("Made", manifest.made_at.clone()),
        (
            "By",
            format!("{}, rules {}", manifest.program, &manifest.rules[..16]),
        ),
        (
            "Log of the case",
            format!(
                "{} entries, ends {}",
                manifest.log.entries, manifest.log.hash
            ),
        ),
        (
            "Taken",
            format!("documents that are {} or surer", manifest.least.name()),
        ),
    ]);
    page.heading("What was searched for");
    let rows: Vec<_> = manifest
        .terms
        .iter()
        .map(|(kind, value)| (None, vec![kind.clone(), value.clone()]))
        .collect();
    page.table("Terms of the search", &["Kind", "Value"], &rows);
    for warning in &manifest.warnings {
        page.alarm(warning);
    }
    page.heading("Documents");
    let rows: Vec<_> = manifest.documents.iter().map(document_row).collect();
    page.table(
        &text::plural(rows.len() as u64, "document", "documents"),
        &["Text", "Where", "How sure", "Why and where in it", "Notes"],
        &rows,
    );
    page.heading("Not in the pack");
    let left: Vec<_> = manifest
        .left
        .iter()
        .map(|left| {
            (
                None,
                vec![
                    left.places.join("\n"),
                    left.band.name().to_owned(),
                    left.reasons.join("\n"),
                ],
            )
        })
        .collect();
    page.table(
        "Documents that agree less: look at them before answering",
        &["Where", "How sure", "What agrees"],
        &left,
    );
    let others: Vec<_> = manifest
        .confusable
        .iter()
        .map(|other| {
            let places: Vec<_> = other
                .places
                .iter()
                .map(|place| place.path.display())
                .collect();
            (None, vec![places.join("\n"), other.words.clone()])
        })
        .collect();
    page.table(
        "Documents about somebody who could be mistaken for the person",
        &["Where", "Why it is not the person"],
        &others,
    );
    page.heading("What was searched, and what could not be");
    for problem in &manifest.coverage.problems {
        page.alarm(problem);
    }
    page.facts(&[
        ("Inventory", manifest.coverage.inventory.clone()),
        (
            "Last complete scan",
            manifest
                .coverage
                .scanned_at
                .clone()
                .unwrap_or_else(|| "none".into()),
        ),
        (
            "Could not be read by any scan",
            text::plural(manifest.coverage.unread, "document", "documents"),
        ),
    ]);
    let roots: Vec<_> = manifest
        .coverage
        .roots
        .iter()
        .map(|root| {
            let days = match root.days {
                Some(days) => format!("{} ago", text::plural(days, "day", "days")),
                None => "never to its end".to_owned(),
            };
            let mounted = if root.mounted { "yes" } else { "NO" }.to_owned();
            (
                None,
                vec![
                    root.path.clone(),
                    text::number(root.documents),
                    days,
                    mounted,
                ],
            )
        })
        .collect();
    page.table(
        "Folders",
        &["Folder", "Documents", "Scanned", "There now"],
        &roots,
    );
    let outcomes: Vec<_> = manifest
        .coverage
        .outcomes
        .iter()
        .map(|(title, (files, members))| {
            (
                None,
                vec![
                    (*title).to_owned(),
                    text::number(*files),
                    text::number(*members),
                ],
            )
        })
        .collect();
    page.table(
        "How reading ended",
        &["Outcome", "Files", "Inside files"],
        &outcomes,
    );
    let unread: Vec<_> = manifest
        .coverage
        .unread_documents
        .iter()
        .map(|(path, why)| (None, vec![path.clone(), why.clone()]))
        .collect();
    page.table(
        "Not read, or only in part: the person may be in them unseen",
        &["Document", "Why"],
        &unread,
    );
    Ok(page.finish())
}

fn document_row(document: &Document) -> (Option<String>, Vec<String>) {
    let places: Vec<String> = document
        .places
        .iter()
        .filter(|place| place.gone_at.is_none())
        .map(|place| place.path.display())
        .collect();
    let mut why = Vec::new();
    for mention in &document.mentions {
        for reason in &mention.reasons {
            let mut line = String::new();
            if !mention.part.chain.is_root() {
                line.push_str(&format!("{}: ", mention.part.chain));
            }
            line.push_str(&format!("{} {}", reason.kind, reason.words));
            let shown: Vec<_> = reason
                .locations
                .iter()
                .take(8)
                .map(ToString::to_string)
                .collect();
            if !shown.is_empty() {
                line.push_str(&format!(" at {}", shown.join(", ")));
            }
            if reason.locations.len() > shown.len() {
                line.push_str(&format!(
                    " and {} more",
                    reason.locations.len() - shown.len()
                ));
            }
            why.push(line);
        }
    }
    let mut notes = Vec::new();
    if document.changed {
        notes.push("changed since it was scanned".to_owned());
    }
    for part in &document.parts {
        if !part.whole {
            notes.push(format!("{}: the part on the person", part.text));
        }
        if part.hidden || !part.unseen.is_empty() {
            notes.push(format!(
                "{}: holds text easily missed ({})",
                part.text,
                part.unseen.join(", ")
            ));
        }
    }
    notes.push(format!("{} people", document.people));
    if let Some(original) = &document.original {
        notes.push(original.clone());
    }
    notes.push(format!("BLAKE3 {}", document.digest));
    let link = document.parts.first().map(|part| part.text.clone());
    (
        link,
        vec![
            format!("{:04}", document.number),
            places.join("\n"),
            document.band.name().to_owned(),
            why.join("\n"),
            notes.join("\n"),
        ],
    )
}
