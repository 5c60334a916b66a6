//! `domesday inspect`: what is in a file or folder, finding by finding, without an inventory.

use std::{
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::{Context, bail};
use clap::Args;
use crossbeam_channel::bounded;
use serde_json::json;

use crate::{
    cli::{exit::Exit, options::ReadingArgs, terminal},
    detect::{Detector, DocumentSummary},
    extract::{Flow, Head, Source},
    model::{Evidence, Finding, Level, Outcome, OutcomeKind, PartChain},
    report::text::terminal as escaped,
    scan::{
        Tools,
        ahead::Cores,
        document::{Desk, Notes, study, study_large, study_name},
    },
    walk::{Exclusions, Kind, Opener, Options, Walk, refusal, roots},
};

/// Show what is in files and folders, finding by finding, without an inventory
///
/// Prints each finding with its place, rule, confidence, the reasons to believe it, and a masked preview. The value
/// itself is shown only with --reveal. Nothing is stored.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  domesday inspect letter.docx             findings of one document
  domesday inspect --at-least medium HR/   of a folder, without the hints
  domesday inspect --json export.zip       one JSON object a line, members included
  domesday inspect --json --reveal x.csv   with the values: mind where the output goes
  cat dump.txt | domesday inspect -        from the standard input")]
pub struct InspectArgs {
    /// Files or folders; `-` is the standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// One JSON object a line: path, parts, location, rule, category, confidence, level, status, preview, evidence
    #[arg(long)]
    pub json: bool,

    /// Show the values themselves, not only masked previews
    #[arg(long)]
    pub reveal: bool,

    /// Leave out findings below this level: low, medium or high
    #[arg(long, value_name = "LEVEL", default_value = "low", value_parser = level)]
    pub at_least: Level,

    /// How documents are read.
    #[command(flatten)]
    pub reading: ReadingArgs,
}

/// A level by its name.
pub fn level(text: &str) -> Result<Level, String> {
    Level::ALL
        .into_iter()
        .find(|level| level.name() == text)
        .ok_or_else(|| "write low, medium or high".to_owned())
}

/// Bytes of a file past which several threads look at its text.
const LARGE: u64 = 4 << 20;

/// What is looked at: how it is shown, and how it is had.
struct Item {
    shown: String,
    path: PathBuf,
    name: String,
    outcome: Option<Outcome>,
}

struct Inspection<'a> {
    args: &'a InspectArgs,
    tools: &'a Tools,
    cores: Cores,
    opener: &'a Opener,
    printing: Mutex<()>,
    unread: AtomicBool,
    failure: Mutex<Option<io::Error>>,
    stop: AtomicBool,
}

/// Runs the command.
pub fn run(args: &InspectArgs) -> anyhow::Result<Exit> {
    let threads = args.reading.threads();
    let tools = Tools::new(&args.reading.reading()?, threads)?;
    let opener = Opener::default();
    let inspection = Inspection {
        args,
        tools: &tools,
        cores: Cores::new(threads),
        opener: &opener,
        printing: Mutex::new(()),
        unread: AtomicBool::new(false),
        failure: Mutex::new(None),
        stop: AtomicBool::new(false),
    };
    for path in &args.paths {
        if path.as_os_str() == "-" {
            let mut bytes = Vec::new();
            io::stdin()
                .lock()
                .take(args.reading.memory / 2)
                .read_to_end(&mut bytes)
                .context("the standard input cannot be read")?;
            let mut desk = Desk::default();
            inspection.look(&mut desk, Source::owned(bytes), "-", "", None);
            continue;
        }
        let metadata = match std::fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                bail!("{} does not exist", path.display())
            }
            Err(error) => bail!("{} cannot be looked at: {}", path.display(), error.kind()),
        };
        if metadata.is_dir() {
            inspection.folder(path, threads)?;
        } else if metadata.is_file() {
            // A link that the user named is followed; links met in folders are not.
            let real = std::fs::canonicalize(path)
                .with_context(|| format!("{} cannot be opened", path.display()))?;
            inspection.item(
                &mut Desk::default(),
                &Item {
                    shown: path.to_string_lossy().into_owned(),
                    name: file_name(path),
                    path: real,
                    outcome: None,
                },
            );
        } else {
            bail!("{} is neither a file nor a folder", path.display());
        }
    }
    if let Some(error) = inspection
        .failure
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
    {
        return Err(error.into());
    }
    Ok(match inspection.unread.into_inner() {
        true => Exit::Unread,
        false => Exit::Complete,
    })
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

impl Inspection<'_> {
    fn folder(&self, given: &Path, threads: usize) -> anyhow::Result<()> {
        let roots = roots(&[given])?.there;
        let exclusions = Exclusions::new(&roots, &[])?;
        let options = Options::default();
        let walk = Walk::new(&roots, &exclusions, &options, self.opener);
        let (to, listings) = bounded(16);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                walk.run(1, &self.stop, || {
                    let to = to.clone();
                    move |listing| to.send(listing).is_ok()
                });
                drop(to);
            });
            for _ in 0..threads {
                let (listings, roots) = (listings.clone(), &roots);
                scope.spawn(move || {
                    let mut desk = Desk::default();
                    for listing in listings {
                        for entry in &listing.entries {
                            let relative = listing.path(entry);
                            if entry.kind == Kind::Folder && entry.outcome.is_none() {
                                self.folder_name(&mut desk, given, &relative);
                                continue;
                            }
                            self.item(
                                &mut desk,
                                &Item {
                                    shown: given.join(&relative).to_string_lossy().into_owned(),
                                    path: roots[listing.root].path.join(&relative),
                                    name: file_name(&relative),
                                    outcome: entry.outcome.clone(),
                                },
                            );
                            if self.stop.load(Ordering::Relaxed) {
                                return;
                            }
                        }
                    }
                });
            }
            drop(listings);
        });
        Ok(())
    }

    fn folder_name(&self, desk: &mut Desk, given: &Path, relative: &Path) {
        let mut page = Page::new(self, given.join(relative).to_string_lossy().into_owned());
        study_name(
            &self.tools.detector,
            desk,
            &file_name(relative),
            &mut |finding| page.found(&finding),
        );
        self.print(page);
    }

    fn item(&self, desk: &mut Desk, item: &Item) {
        let opened = match &item.outcome {
            Some(outcome) => Err(outcome.clone()),
            None => self.opener.open(&item.path).map_err(|e| refusal(&e)),
        };
        match opened {
            Ok((file, metadata)) => {
                let source = Source::opened(file, &metadata);
                self.look(desk, source, &item.shown, &item.name, None);
            }
            Err(outcome) => {
                self.look(
                    desk,
                    Source::bytes(&[]),
                    &item.shown,
                    &item.name,
                    Some(outcome),
                );
            }
        }
    }

    fn look(
        &self,
        desk: &mut Desk,
        source: Source<'_>,
        shown: &str,
        name: &str,
        outcome: Option<Outcome>,
    ) {
        let mut page = Page::new(self, shown.to_owned());
        if outcome.as_ref().map(|o| o.kind) != Some(OutcomeKind::Excluded) {
            study_name(&self.tools.detector, desk, name, &mut |finding| {
                page.found(&finding);
            });
        }
        match outcome {
            Some(outcome) => page.ended(&PartChain::default(), &outcome),
            None => {
                let (reader, detector) = (&self.tools.reader, &self.tools.detector);
                match source.size().is_some_and(|size| size > LARGE) {
                    true => {
                        let cores = &self.cores;
                        study_large(cores, reader, detector, desk, source, name, &mut page);
                    }
                    false => study(reader, detector, desk, source, name, &mut page),
                }
            }
        }
        self.print(page);
    }

    /// Nobody reads any more, or nothing more can be written.
    fn give_up(&self, error: io::Error) {
        self.stop.store(true, Ordering::Relaxed);
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    /// Prints what one document gave, in one piece, so that two documents never mix.
    fn print(&self, page: Page<'_>) {
        if page.unread {
            self.unread.store(true, Ordering::Relaxed);
        }
        let _one = self.printing.lock().unwrap_or_else(PoisonError::into_inner);
        if self.stop.load(Ordering::Relaxed) {
            return;
        }
        if let Some(error) = page.failure {
            self.give_up(error);
            return;
        }
        let mut out = io::stdout().lock();
        if let Err(error) = out.write_all(&page.text).and_then(|()| out.flush()) {
            self.give_up(error);
            return;
        }
        for line in &page.complaints {
            terminal::complain(line);
        }
    }
}

/// What one file gives, to be printed.
struct Page<'a> {
    args: &'a InspectArgs,
    detector: &'a Detector,
    file: String,
    open: Vec<PartChain>,
    /// The document whose heading was printed last.
    headed: Option<PartChain>,
    text: Vec<u8>,
    complaints: Vec<String>,
    unread: bool,
    failure: Option<io::Error>,
}

/// Text of one document held back at most, in bytes: a million findings are not kept in memory.
const HELD: usize = 4 << 20;

impl<'a> Page<'a> {
    fn new(inspection: &Inspection<'a>, file: String) -> Self {
        Page {
            args: inspection.args,
            detector: &inspection.tools.detector,
            file,
            open: Vec::new(),
            headed: None,
            text: Vec::new(),
            complaints: Vec::new(),
            unread: false,
            failure: None,
        }
    }

    fn found(&mut self, finding: &Finding) {
        if finding.confidence.level() < self.args.at_least {
            return;
        }
        let parts = self.open.last().cloned().unwrap_or_default();
        if self.args.json {
            self.object(&parts, finding);
        } else {
            self.line(&parts, finding);
        }
    }

    fn object(&mut self, parts: &PartChain, finding: &Finding) {
        let rule = self.detector.rule(finding.rule);
        let names: Vec<&str> = parts.0.iter().map(|part| part.name()).collect();
        let also: Vec<_> = finding
            .also
            .iter()
            .map(|also| {
                json!({"rule": self.detector.rule(also.rule).id, "confidence": also.confidence})
            })
            .collect();
        let mut object = json!({
            "path": self.file,
            "parts": names,
            "location": finding.location.anchor.to_string(),
            "offset": finding.location.offset,
            "length": finding.location.length,
            "rule": rule.id,
            "category": finding.category.id(),
            "confidence": finding.confidence,
            "level": finding.confidence.level().name(),
            "status": finding.status.id(),
            "preview": finding.value.masked(),
            "evidence": finding.evidence,
            "also": also,
        });
        if self.args.reveal {
            object["value"] = json!(finding.value.expose());
        }
        // Writing to memory cannot fail, and the value has string keys only.
        if serde_json::to_writer(&mut self.text, &object).is_ok() {
            self.text.push(b'\n');
        }
    }

    fn line(&mut self, parts: &PartChain, finding: &Finding) {
        if self.headed.as_ref() != Some(parts) {
            let heading = crate::scan::document::shown(&self.file, parts);
            let _ = writeln!(self.text, "{}", escaped(&heading));
            self.headed = Some(parts.clone());
        }
        let rule = self.detector.rule(finding.rule);
        let value = if self.args.reveal {
            finding.value.expose().to_owned()
        } else {
            finding.value.masked()
        };
        let _ = writeln!(
            self.text,
            "  {:<18} {:<24} {:<6} {:<26} {}",
            escaped(&finding.location.anchor.to_string()),
            rule.id,
            finding.confidence.level().name(),
            escaped(&value),
            reasons(finding),
        );
    }

    fn ended(&mut self, parts: &PartChain, outcome: &Outcome) {
        if outcome.kind.is_problem() {
            self.unread = true;
        }
        if outcome.kind == OutcomeKind::Read && outcome.reason.is_empty() {
            return;
        }
        let shown = crate::scan::document::shown(&self.file, parts);
        let line = format!("{}: {}", escaped(&shown), escaped(&outcome.to_string()));
        if self.args.json {
            self.complaints.push(line);
        } else {
            let _ = writeln!(self.text, "{line}");
            self.headed = None;
        }
    }
}

impl Notes for Page<'_> {
    fn open(&mut self, head: &Head<'_>) {
        self.open.push(head.parts.clone());
    }

    fn finding(&mut self, finding: &Finding) {
        self.found(finding);
    }

    fn close(&mut self, outcome: Outcome, _: DocumentSummary) {
        let parts = self.open.last().cloned().unwrap_or_default();
        self.ended(&parts, &outcome);
        self.open.pop();
    }

    fn read(&mut self, _: usize) -> Flow {
        if self.text.len() >= HELD {
            // Too much to hold back: it goes out now, and may stand between lines of another document.
            if let Err(error) = io::stdout().lock().write_all(&self.text) {
                self.failure = Some(error);
                return Flow::Stop;
            }
            self.text.clear();
        }
        Flow::Continue
    }
}

/// The reasons to believe a finding, in words.
pub fn reasons(finding: &Finding) -> String {
    let mut reasons = words(&finding.evidence);
    if finding.status != crate::model::Status::Live {
        reasons.push(finding.status.id().replace('-', " "));
    }
    reasons.join(", ")
}

/// Evidence in words. They are the rule's own words, never the document's.
pub fn words(evidence: &Evidence) -> Vec<String> {
    let mut words = Vec::new();
    match evidence.checked {
        Some(true) => words.push("check passed".to_owned()),
        Some(false) => words.push("check failed".to_owned()),
        None => {}
    }
    if let Some(label) = &evidence.label {
        words.push(format!("label `{label}`"));
    }
    if let Some(context) = &evidence.context {
        words.push(format!("near `{context}`"));
    }
    if let Some(against) = &evidence.against {
        words.push(format!("against it: `{against}`"));
    }
    for (holds, word) in [
        (evidence.near_person, "by a person's name"),
        (evidence.corroborated, "others like it"),
        (evidence.repaired, "letters read as digits"),
        (evidence.negated, "negated"),
    ] {
        if holds {
            words.push(word.to_owned());
        }
    }
    words
}
