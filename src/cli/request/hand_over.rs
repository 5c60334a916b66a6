//! What is handed over: the pack of evidence, the worksheet of other people, the copies, their check.

use std::{collections::BTreeSet, io::Write, path::PathBuf};

use clap::Args;

use super::{Desk, searching};
use crate::{
    cli::{exit::Exit, options::ReadingArgs, terminal},
    find::Band,
    report::text,
    request::{
        pack::{self, PackOptions},
        redact::{self, Decisions},
        release,
    },
};

/// A band by its name.
pub fn band(text: &str) -> Result<Band, String> {
    [Band::Possible, Band::Probable, Band::Certain]
        .into_iter()
        .find(|band| band.name() == text)
        .ok_or_else(|| "write possible, probable or certain".to_owned())
}

/// What every command says that looks for the person and reads documents again.
#[derive(Args, Debug)]
pub struct SearchArgs {
    /// Take documents that are this sure or surer: possible, probable or certain
    #[arg(long, value_name = "BAND", default_value = "probable", value_parser = band)]
    pub at_least: Band,

    /// Go on although a folder is missing, a scan is old or a document changed; what is made says so
    #[arg(long)]
    pub anyway: bool,

    /// How documents are read.
    #[command(flatten)]
    pub reading: ReadingArgs,
}

/// Make the evidence pack: every document that answers or the part on the person, and how the search was made
///
/// A folder (or with --zip one archive) for its owner alone, written whole or not at all: `manifest.html` for people,
/// `manifest.json` and `manifest.csv` for machines, the text of each document that answers (of a register the person's rows
/// alone), and the file itself where it is about few people. It names what could not be searched and why. It is for the
/// responder: other people are in it.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  domesday request collect 2026-001
  domesday request collect 2026-001 --zip --output sar-2026-001.zip --at-least possible")]
pub struct CollectArgs {
    /// The case
    pub case: String,

    /// Where it goes [default: the next free name in the case's folder]
    #[arg(short, long, value_name = "PATH")]
    pub output: Option<PathBuf>,

    /// One zip archive instead of a folder
    #[arg(long)]
    pub zip: bool,

    /// Copy every file as it is, registers of many people too
    #[arg(long)]
    pub originals: bool,

    /// Days after which a scan is too old to answer from
    #[arg(long, value_name = "DAYS", default_value_t = pack::MAX_AGE)]
    pub max_age: u64,

    /// The search.
    #[command(flatten)]
    pub search: SearchArgs,
}

/// Runs `collect`.
pub fn collect(args: &CollectArgs, desk: &Desk) -> anyhow::Result<Exit> {
    let mut case = desk.case(&args.case)?;
    let packed = searching(desk, &mut case, &args.search, |searcher, case| {
        let options = PackOptions {
            target: args.output.clone(),
            zip: args.zip,
            originals: args.originals,
            anyway: args.search.anyway,
            max_age: args.max_age,
        };
        Ok(pack::collect(searcher, case, &options, &desk.hand)?)
    })?;
    let manifest = &packed.manifest;
    let mut out = terminal::output();
    for warning in manifest.warnings.iter().chain(&manifest.coverage.problems) {
        terminal::complain(&format!("domesday: {}", text::terminal(warning)));
    }
    for document in &manifest.documents {
        for (n, place) in document
            .places
            .iter()
            .filter(|place| place.gone_at.is_none())
            .enumerate()
        {
            let band = if n == 0 { document.band.name() } else { "copy" };
            writeln!(out, "{band:<9} {}", text::terminal(&place.path.display()))?;
        }
    }
    writeln!(
        out,
        "{} in {}",
        text::plural(manifest.documents.len() as u64, "document", "documents"),
        text::terminal(&packed.path.to_string_lossy())
    )?;
    if !manifest.left.is_empty() {
        writeln!(
            out,
            "{} that agree less were left out and are listed: --at-least possible takes them",
            text::plural(manifest.left.len() as u64, "document", "documents")
        )?;
    }
    if manifest.coverage.unread > 0 {
        writeln!(
            out,
            "{} could not be read by any scan, and are listed",
            text::plural(manifest.coverage.unread, "document", "documents")
        )?;
    }
    out.flush()?;
    Ok(match manifest.coverage.problems.is_empty() {
        true => Exit::Complete,
        false => Exit::Unread,
    })
}

/// List everybody else in the documents that answer, and make disclosure copies by what was decided
///
/// Without --apply: writes a worksheet (CSV) with a line for each document and for each value in it that is or may be
/// somebody else's, a suggestion and why. Write `disclose`, `redact` or `withhold` and a reason beside each. A line of your
/// own (no id, a value, `redact`) takes that text out of every document.
///
/// With --apply: makes a text copy of each document by those decisions and reads it again. A copy that still holds
/// somebody nobody decided to disclose is not released: status 3, and it is listed with what was found.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  domesday request redact 2026-001
  domesday request redact 2026-001 --apply domesday.db.requests/2026-001/worksheet-1.csv")]
pub struct RedactArgs {
    /// The case
    pub case: String,

    /// The worksheet, filled in
    #[arg(long, value_name = "FILE")]
    pub apply: Option<PathBuf>,

    /// Take the suggestion where no decision is written
    #[arg(long, requires = "apply")]
    pub accept_suggestions: bool,

    /// Write the worksheet as a workbook, not as CSV; either is read back, and what LibreOffice saves as .ods
    #[arg(long, conflicts_with = "apply")]
    pub xlsx: bool,

    /// Where the worksheet or the folder of copies goes [default: the next free name in the case's folder]
    #[arg(short, long, value_name = "PATH")]
    pub output: Option<PathBuf>,

    /// The search.
    #[command(flatten)]
    pub search: SearchArgs,
}

/// Runs `redact`.
pub fn redact(args: &RedactArgs, desk: &Desk) -> anyhow::Result<Exit> {
    let mut case = desk.case(&args.case)?;
    let mut out = terminal::output();
    let Some(sheet) = &args.apply else {
        let listed = searching(desk, &mut case, &args.search, |searcher, case| {
            let fresh = args.xlsx.then(|| case.fresh("worksheet", ".xlsx"));
            let target = args.output.as_deref().or(fresh.as_deref());
            let anyway = args.search.anyway;
            Ok(redact::list(searcher, case, target, anyway, &desk.hand)?)
        })?;
        writeln!(
            out,
            "{}, {} of other people: {}",
            text::plural(listed.documents, "document", "documents"),
            text::plural(listed.values, "value", "values"),
            text::terminal(&listed.path.to_string_lossy())
        )?;
        out.flush()?;
        return Ok(match listed.missing.is_empty() {
            true => Exit::Complete,
            false => Exit::Unread,
        });
    };
    let decisions = Decisions::read(sheet, args.accept_suggestions)?;
    let released = searching(desk, &mut case, &args.search, |searcher, case| {
        let (target, anyway) = (args.output.clone(), args.search.anyway);
        Ok(release::apply(
            searcher, case, &decisions, target, anyway, &desk.hand,
        )?)
    })?;
    let release = &released.release;
    writeln!(
        out,
        "{} released, {} taken out, {} withheld: {}",
        text::plural(release.released.len() as u64, "copy", "copies"),
        text::plural(release.removed, "mention", "mentions"),
        text::plural(release.withheld.len() as u64, "document", "documents"),
        text::terminal(
            &released
                .path
                .join(release::FOR_THE_PERSON)
                .to_string_lossy()
        )
    )?;
    for (path, issues) in &release.failed {
        writeln!(out, "NOT RELEASED {}", text::terminal(path))?;
        show_issues(issues, &mut out)?;
    }
    out.flush()?;
    Ok(match release.failed.is_empty() {
        true => Exit::Complete,
        false => Exit::Unread,
    })
}

fn show_issues(issues: &[release::Issue], out: &mut impl Write) -> std::io::Result<()> {
    for issue in issues {
        let line = format!("  {:<24} {:<20} {}", issue.what, issue.place, issue.preview);
        writeln!(out, "{}", text::terminal(line.trim_end()))?;
    }
    Ok(())
}

/// Check files that were redacted with another program before they are sent
///
/// Reads each file as a scan does: text under black boxes, hidden sheets, comments, tracked changes and properties
/// included. Says what of other people is still in it, and what a reader would not see. Status 1 when anything is.
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// The case
    pub case: String,

    /// The files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// A worksheet, filled in: what was decided to be disclosed is allowed
    #[arg(long, value_name = "FILE")]
    pub worksheet: Option<PathBuf>,

    /// The search.
    #[command(flatten)]
    pub search: SearchArgs,
}

/// Runs `check`.
pub fn check(args: &CheckArgs, desk: &Desk) -> anyhow::Result<Exit> {
    let mut case = desk.case(&args.case)?;
    let allowed: BTreeSet<(String, String)> = match &args.worksheet {
        Some(sheet) => Decisions::read(sheet, true)?.disclosed(),
        None => BTreeSet::new(),
    };
    let mut out = terminal::output();
    let mut clean = true;
    searching(desk, &mut case, &args.search, |searcher, _| {
        for file in &args.files {
            let issues = release::check(searcher, file, &allowed)?;
            let shown = file.to_string_lossy();
            match issues.is_empty() {
                true => writeln!(out, "passes {}", text::terminal(&shown))?,
                false => {
                    clean = false;
                    writeln!(out, "FAILS  {}", text::terminal(&shown))?;
                    show_issues(&issues, &mut out)?;
                }
            }
        }
        Ok(())
    })?;
    out.flush()?;
    Ok(match clean {
        true => Exit::Complete,
        false => Exit::Met,
    })
}
