//! What is erased: the worklist, its outcomes, backups, the quarantine, and the proof; and the data for machines.

use std::{io::Write, path::PathBuf};

use anyhow::bail;
use clap::Args;
use jiff::civil::Date;

use super::{Desk, case::date, hand_over::SearchArgs, searching, show};
use crate::{
    cli::{exit::Exit, terminal},
    inventory::Inventory,
    report::text,
    request::{
        erase, portability,
        quarantine::{self, Moves},
        verify::{self, Left},
    },
};

/// List every place and copy of the person's data with what could be done there; nothing is deleted
///
/// Writes a worklist (CSV) with a line for each place: files, rows of registers, messages in mailboxes, members of
/// archives, names of files. Do the work, then record what became of each line with `request outcome`, scan again, and
/// prove it with `request verify`.
///
/// With --quarantine: moves the files that are about the person as a whole (or the lines named with --item) into a new
/// folder, with a plan by which --undo moves them back.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  domesday request erase 2026-002
  domesday request erase 2026-002 --quarantine /srv/quarantine/2026-002
  domesday request erase 2026-002 --undo /srv/quarantine/2026-002")]
pub struct EraseArgs {
    /// The case
    pub case: String,

    /// Move whole files of the worklist into this new folder
    #[arg(long, value_name = "DIR", conflicts_with = "undo")]
    pub quarantine: Option<PathBuf>,

    /// Lines of the worklist to move; without it, those that are whole files about the person
    #[arg(long, value_name = "N", requires = "quarantine")]
    pub item: Vec<u32>,

    /// Move back what lies in this quarantine
    #[arg(long, value_name = "DIR")]
    pub undo: Option<PathBuf>,

    /// Write the worklist as a workbook, not as CSV
    #[arg(long, conflicts_with_all = ["quarantine", "undo"])]
    pub xlsx: bool,

    /// The search.
    #[command(flatten)]
    pub search: SearchArgs,
}

/// Runs `erase`.
pub fn erase(args: &EraseArgs, desk: &Desk) -> anyhow::Result<Exit> {
    let mut case = desk.case(&args.case)?;
    if let Some(folder) = &args.undo {
        let moves = quarantine::undo(&mut case, folder, &desk.hand)?;
        return moved(&moves, "moved back");
    }
    if let Some(folder) = &args.quarantine {
        let roots = Inventory::open(&desk.inventory)?.roots()?;
        let roots: Vec<_> = roots.into_iter().map(|root| root.path).collect();
        let moves = quarantine::quarantine(&mut case, folder, &args.item, &roots, &desk.hand)?;
        return moved(&moves, "moved to the quarantine");
    }
    let worklist = searching(desk, &mut case, &args.search, |searcher, case| {
        Ok(erase::worklist(
            searcher,
            case,
            if args.xlsx { ".xlsx" } else { ".csv" },
            args.search.anyway,
            &desk.hand,
        )?)
    })?;
    let mut out = terminal::output();
    for item in &worklist.items {
        let shown = crate::scan::document::shown(&item.place.display(), &item.chain);
        writeln!(
            out,
            "{:>4}  {:<32} {}",
            item.item,
            item.action.words(),
            text::terminal(&shown)
        )?;
    }
    writeln!(
        out,
        "{} to work through: {}",
        text::plural(worklist.items.len() as u64, "line", "lines"),
        text::terminal(&worklist.path.to_string_lossy())
    )?;
    out.flush()?;
    Ok(Exit::Complete)
}

fn moved(moves: &Moves, words: &str) -> anyhow::Result<Exit> {
    let mut out = terminal::output();
    for moved in &moves.moved {
        writeln!(out, "{words}  {}", text::terminal(&moved.from.display()))?;
    }
    for (path, why) in &moves.left {
        writeln!(
            out,
            "LEFT  {}: {}",
            text::terminal(path),
            text::terminal(why)
        )?;
    }
    out.flush()?;
    Ok(match moves.left.is_empty() {
        true => Exit::Complete,
        false => Exit::Unread,
    })
}

/// Record what became of lines of the worklist
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  domesday request outcome 2026-002 --apply worklist-1.csv          the table, its column `outcome` filled in
  domesday request outcome 2026-002 --item 3 --item 4 --done deleted
  domesday request outcome 2026-002 --item 5 --done kept --note 'Article 17(3)(b): payroll, six years'")]
pub struct OutcomeArgs {
    /// The case
    pub case: String,

    /// The worklist, filled in: deleted, edited, kept or quarantined
    #[arg(long, value_name = "FILE", conflicts_with_all = ["item", "done", "rest"])]
    pub apply: Option<PathBuf>,

    /// A line of the worklist
    #[arg(long, value_name = "N", requires = "done")]
    pub item: Vec<u32>,

    /// Every line that has no outcome yet
    #[arg(long, requires = "done", conflicts_with = "item")]
    pub rest: bool,

    /// What was done: deleted, edited, kept or quarantined
    #[arg(long, value_name = "WORD")]
    pub done: Option<String>,

    /// For what is kept, under which exemption
    #[arg(long, value_name = "WORDS", default_value = "")]
    pub note: String,
}

/// Runs `outcome`.
pub fn outcome(args: &OutcomeArgs, desk: &Desk) -> anyhow::Result<Exit> {
    let mut case = desk.case(&args.case)?;
    match (&args.apply, &args.done) {
        (Some(path), _) => erase::outcomes_from(&mut case, path, &desk.hand)?,
        (None, Some(done)) => {
            let items = match args.rest {
                true => erase::open_items(&case)?,
                false => args.item.clone(),
            };
            erase::outcomes_of(&mut case, &items, done, &args.note, &desk.hand)?
        }
        (None, None) => bail!("say which lines, --item N --done WORD, or the table: --apply FILE"),
    };
    show::one(&case, desk)
}

/// Enter a backup that still holds the data into the register, beyond use until it is replaced
#[derive(Args, Debug)]
pub struct BackupArgs {
    /// The case
    pub case: String,

    /// Which backup
    #[arg(long, value_name = "NAME")]
    pub name: String,

    /// The day from which it holds the data no more
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub until: Date,

    /// Why it can go no sooner, and that it is not used
    #[arg(long, value_name = "WORDS", default_value = "")]
    pub note: String,
}

/// Runs `backup`.
pub fn backup(args: &BackupArgs, desk: &Desk) -> anyhow::Result<Exit> {
    let mut case = desk.case(&args.case)?;
    erase::backup(
        &mut case,
        args.name.clone(),
        args.until,
        args.note.clone(),
        &desk.hand,
    )?;
    show::one(&case, desk)
}

/// Read every place of the worklist again, search the inventory again, and certify it when nothing is left
///
/// Scan again first: a folder that was not scanned since the last outcome was recorded may hold copies nobody knows of.
/// Writes a dated certificate (HTML and JSON) only when nothing remains that is not kept under an exemption; otherwise
/// lists what remains, with status 1.
#[derive(Args, Debug)]
pub struct VerifyArgs {
    /// The case
    pub case: String,

    /// The search.
    #[command(flatten)]
    pub search: SearchArgs,
}

/// Runs `verify`.
pub fn verify(args: &VerifyArgs, desk: &Desk) -> anyhow::Result<Exit> {
    let mut case = desk.case(&args.case)?;
    let verified = searching(desk, &mut case, &args.search, |searcher, case| {
        Ok(verify::verify(searcher, case, &desk.hand)?)
    })?;
    let v = &verified.verification;
    let mut out = terminal::output();
    for item in v.items.iter().filter(|item| item.state != Left::Gone) {
        let word = match item.state {
            Left::Kept => "kept",
            _ => "REMAINS",
        };
        let mut place = item.place.clone();
        if !item.part.is_empty() {
            place.push_str(&format!(" › {}", item.part));
        }
        writeln!(
            out,
            "{word:<8} item {}: {}: {}",
            item.item,
            text::terminal(&place),
            text::terminal(&item.words)
        )?;
    }
    for (path, why) in &v.new {
        writeln!(
            out,
            "REMAINS  {}: {}",
            text::terminal(path),
            text::terminal(why)
        )?;
    }
    for sentence in &v.incomplete {
        writeln!(out, "OPEN     {}", text::terminal(sentence))?;
    }
    let gone = v
        .items
        .iter()
        .filter(|item| item.state == Left::Gone)
        .count();
    writeln!(
        out,
        "{} of {} gone, {} remaining",
        text::number(gone as u64),
        text::plural(v.items.len() as u64, "place", "places"),
        text::number(v.remaining()),
    )?;
    if v.unread > 0 {
        writeln!(
            out,
            "{} could not be read by any scan: the certificate says so",
            text::plural(v.unread, "document", "documents")
        )?;
    }
    match &verified.certificate {
        Some(path) => writeln!(
            out,
            "Certificate: {}",
            text::terminal(&path.to_string_lossy())
        )?,
        None => writeln!(out, "No certificate.")?,
    }
    out.flush()?;
    Ok(match verified.certificate {
        Some(_) => Exit::Complete,
        None => Exit::Met,
    })
}

/// Write the person's data for machines: JSON and CSV by category, each value with where it comes from
#[derive(Args, Debug)]
pub struct PortabilityArgs {
    /// The case
    pub case: String,

    /// Where it goes [default: the next free name in the case's folder]
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,

    /// The search.
    #[command(flatten)]
    pub search: SearchArgs,
}

/// Runs `portability`.
pub fn portability(args: &PortabilityArgs, desk: &Desk) -> anyhow::Result<Exit> {
    let mut case = desk.case(&args.case)?;
    let ported = searching(desk, &mut case, &args.search, |searcher, case| {
        let (target, anyway) = (args.output.clone(), args.search.anyway);
        Ok(portability::export(
            searcher, case, target, anyway, &desk.hand,
        )?)
    })?;
    let mut out = terminal::output();
    writeln!(
        out,
        "{}, {}: {}",
        text::plural(ported.values, "value", "values"),
        text::plural(ported.records, "row of registers", "rows of registers"),
        text::terminal(&ported.path.to_string_lossy())
    )?;
    out.flush()?;
    Ok(Exit::Complete)
}
