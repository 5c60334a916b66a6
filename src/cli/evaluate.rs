//! `domesday evaluate`: how well the rules do on documents whose content is known.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError, atomic::AtomicUsize, atomic::Ordering},
};

use anyhow::{Context, bail};
use clap::Args;
use serde_json::json;

use crate::{
    cli::{exit::Exit, inspect::level, options::ReadingArgs},
    detect::RuleSet,
    detect::{Detector, DocumentSummary},
    extract::{Flow, Head, Source},
    model::{Finding, Level, Outcome, Part, PartChain, Sensitive},
    report::{
        evaluate::{Evaluation, Found, Miss, Score, evaluate, read_truth},
        text::terminal as escaped,
    },
    scan::{
        Tools,
        document::{Desk, Notes, study, study_name},
    },
    walk::Opener,
};

/// Score the rules on labelled documents: precision, recall and F1 per rule, category and format
///
/// The truth file holds one JSON object a line, paths relative to PATH:
///   {"path": "hr/a.docx", "rule": "nino", "value": "QQ 12 34 56 C"}   a value that is there
///   {"path": "hr/a.docx", "category": "health", "document": true}     a category the document holds
///   {"path": "b.txt", "none": true}                                   a document that holds nothing
/// Documents inside others add "parts": ["member.docx"]. Values are compared without case and punctuation, each once a
/// document. Rules that no label names are not judged, except in documents that hold nothing.
#[derive(Args, Debug)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  domesday evaluate corpus/share.truth.jsonl corpus/share          the tables
  domesday evaluate --list corpus/share.truth.jsonl corpus/share   and every miss and false alarm, masked
  domesday evaluate --json truth.jsonl folder                      for machines"
)]
pub struct EvaluateArgs {
    /// The labels
    #[arg(value_name = "TRUTH.jsonl")]
    pub truth: PathBuf,

    /// The folders the labels' paths are relative to; a label is looked for in each
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Count findings from this level up: low, medium or high
    #[arg(long, value_name = "LEVEL", default_value = "medium", value_parser = level)]
    pub at_least: Level,

    /// List every miss and every false alarm
    #[arg(long)]
    pub list: bool,

    /// Show the values in that list, not only masked previews
    #[arg(long, requires = "list")]
    pub reveal: bool,

    /// One JSON object with everything
    #[arg(long)]
    pub json: bool,

    /// How documents are read.
    #[command(flatten)]
    pub reading: ReadingArgs,
}

/// Runs the command.
pub fn run(args: &EvaluateArgs) -> anyhow::Result<Exit> {
    let truth = args.truth.display();
    let bytes = fs::read(&args.truth).with_context(|| {
        format!("the truth file {truth} cannot be read: give a file that this user may read")
    })?;
    let threads = args.reading.threads();
    let tools = Tools::new(&args.reading.reading()?, threads)?;
    let builtin = RuleSet::builtin()?;
    // A rule that is switched off is still one.
    let known = |id: &str| {
        tools.detector.rules().iter().any(|rule| *rule.id == *id) || builtin.get(id).is_some()
    };
    let labels = read_truth(&bytes, known).with_context(|| format!("the truth file {truth}"))?;
    let files: BTreeSet<&str> = labels.iter().map(|l| l.path.as_str()).collect();
    let mut present = Vec::new();
    let mut absent = Vec::new();
    for file in files {
        match args
            .paths
            .iter()
            .map(|base| base.join(file))
            .find(|p| p.is_file())
        {
            Some(path) => present.push((file, path)),
            None => absent.push(file),
        }
    }
    if present.is_empty() {
        bail!(
            "none of the {} labelled documents is in {}: give the folder that their paths are relative to",
            absent.len(),
            args.paths[0].display()
        );
    }
    let found = scan(&tools, &present, threads);
    let result = evaluate(&labels, &found.findings, args.at_least);
    let page = match args.json {
        true => as_json(&result, &absent, &found.unread),
        false => as_text(args, &result, &absent, &found.unread),
    };
    let mut out = io::stdout().lock();
    out.write_all(page.as_bytes())?;
    out.flush()?;
    Ok(match absent.is_empty() && found.unread.is_empty() {
        true => Exit::Complete,
        false => Exit::Unread,
    })
}

#[derive(Default)]
struct All {
    findings: Vec<Found>,
    unread: Vec<(String, Outcome)>,
}

fn scan(tools: &Tools, files: &[(&str, PathBuf)], threads: usize) -> All {
    let (next, all) = (AtomicUsize::new(0), Mutex::new(All::default()));
    let opener = Opener::default();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut desk = Desk::default();
                while let Some((label, path)) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let one = one(tools, &opener, &mut desk, label, path);
                    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
                    all.findings.extend(one.findings);
                    all.unread.extend(one.unread);
                }
            });
        }
    });
    let mut all = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    all.unread.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

fn one(tools: &Tools, opener: &Opener, desk: &mut Desk, label: &str, path: &Path) -> All {
    let mut notes = Collected {
        detector: &tools.detector,
        label,
        open: Vec::new(),
        all: All::default(),
    };
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    study_name(&tools.detector, desk, &name, &mut |finding| {
        notes.finding(&finding)
    });
    match opener.open(path) {
        Ok((file, metadata)) => {
            let source = Source::opened(file, &metadata);
            study(
                &tools.reader,
                &tools.detector,
                desk,
                source,
                &name,
                &mut notes,
            );
        }
        Err(error) => notes
            .all
            .unread
            .push((label.to_owned(), crate::walk::refusal(&error))),
    }
    notes.all
}

struct Collected<'a> {
    detector: &'a Detector,
    label: &'a str,
    open: Vec<PartChain>,
    all: All,
}

impl Notes for Collected<'_> {
    fn open(&mut self, head: &Head<'_>) {
        self.open.push(head.parts.clone());
    }

    fn finding(&mut self, finding: &Finding) {
        let parts = self.open.last().map(names).unwrap_or_default();
        self.all.findings.push(Found {
            path: self.label.to_owned(),
            parts,
            rule: self.detector.rule(finding.rule).id.to_string(),
            category: finding.category.id().to_owned(),
            level: finding.confidence.level(),
            value: finding.value.expose().to_owned(),
            location: finding.location.anchor.to_string(),
        });
    }

    fn close(&mut self, outcome: Outcome, _: DocumentSummary) {
        let parts = self.open.pop().unwrap_or_default();
        if outcome.kind.is_problem() {
            self.all
                .unread
                .push((crate::scan::document::shown(self.label, &parts), outcome));
        }
    }

    fn read(&mut self, _: usize) -> Flow {
        Flow::Continue
    }
}

fn names(parts: &PartChain) -> Vec<String> {
    // A compressed file and what is in it are one to whoever labels it.
    let layered = |part: &&Part| !matches!(part, Part::Decoded(_));
    let parts = parts.0.iter().filter(layered);
    parts.map(|part| part.name().to_owned()).collect()
}

fn as_text(
    args: &EvaluateArgs,
    result: &Evaluation,
    absent: &[&str],
    unread: &[(String, Outcome)],
) -> String {
    let mut page = String::new();
    let (documents, empty) = result.documents;
    let _ = writeln!(
        page,
        "{documents} labelled documents, {empty} of them hold nothing; findings of level {} and above count.",
        args.at_least.name()
    );
    for (title, scores) in [
        ("rule", &result.rules),
        ("category, by document", &result.categories),
        ("format", &result.formats),
    ] {
        if scores.is_empty() {
            continue;
        }
        let _ = writeln!(
            page,
            "\n{title:<26} {:>9} {:>9} {:>9}  {:>7} {:>7} {:>7}",
            "right", "missed", "false", "P", "R", "F1"
        );
        for (name, score) in scores {
            line(&mut page, name, score);
        }
    }
    counts(
        &mut page,
        "false alarms in documents that hold nothing",
        &result.in_empty,
    );
    counts(
        &mut page,
        "found by rules that no label names (not judged)",
        &result.unjudged,
    );
    for (file, outcome) in unread {
        let _ = writeln!(
            page,
            "not read: {}: {}",
            escaped(file),
            escaped(&outcome.to_string())
        );
    }
    for file in absent {
        let _ = writeln!(page, "labelled, but not there: {}", escaped(file));
    }
    if args.list {
        list(&mut page, "missed", &result.misses, args.reveal);
        list(&mut page, "false alarm", &result.false_alarms, args.reveal);
    }
    page
}

fn line(page: &mut String, name: &str, score: &Score) {
    let _ = writeln!(
        page,
        "{name:<26} {:>9} {:>9} {:>9}  {:>7.4} {:>7.4} {:>7.4}",
        score.right,
        score.missed,
        score.false_alarms,
        score.precision(),
        score.recall(),
        score.f1()
    );
}

fn counts(page: &mut String, title: &str, counts: &std::collections::BTreeMap<String, usize>) {
    if counts.is_empty() {
        return;
    }
    let all: Vec<String> = counts
        .iter()
        .map(|(rule, n)| format!("{rule} {n}"))
        .collect();
    let _ = writeln!(page, "\n{title}: {}", all.join(", "));
}

fn list(page: &mut String, title: &str, misses: &[Miss], reveal: bool) {
    for miss in misses {
        let value = match reveal {
            true => miss.value.clone(),
            false => Sensitive::new(miss.value.as_str()).masked(),
        };
        let _ = writeln!(
            page,
            "{title}: {:<20} {} {} {}",
            miss.what,
            escaped(&miss.document),
            escaped(&miss.location),
            escaped(&value)
        );
    }
}

fn as_json(result: &Evaluation, absent: &[&str], unread: &[(String, Outcome)]) -> String {
    let table = |scores: &std::collections::BTreeMap<String, Score>| {
        scores
            .iter()
            .map(|(name, s)| {
                (
                    name.clone(),
                    json!({"right": s.right, "missed": s.missed, "false_alarms": s.false_alarms,
                           "precision": s.precision(), "recall": s.recall(), "f1": s.f1()}),
                )
            })
            .collect::<serde_json::Map<_, _>>()
    };
    let unread: Vec<_> = unread
        .iter()
        .map(|(file, outcome)| json!({"document": file, "outcome": outcome.kind, "reason": outcome.reason}))
        .collect();
    let mut page = json!({
        "documents": result.documents.0,
        "documents_without_data": result.documents.1,
        "rules": table(&result.rules),
        "categories": table(&result.categories),
        "formats": table(&result.formats),
        "in_empty_documents": result.in_empty,
        "not_judged": result.unjudged,
        "unread": unread,
        "absent": absent,
    })
    .to_string();
    page.push('\n');
    page
}
