//! `domesday review`: what people said of findings, kept across scans and counted apart.

use std::{io::Write, path::PathBuf};

use anyhow::bail;
use clap::{Args, Subcommand};

use crate::{
    cli::{exit::Exit, options, terminal},
    inventory::{FindingId, Inventory, Review, Verdict, add_review, undo_review},
    report::text,
};

/// Mark findings as mistakes of the rules or as known and accepted; rescans keep it, reports count them apart
///
/// A review speaks of one finding where it lies, of its value wherever it turns up (by its keyed hash), or of all that
/// lies under a path. Nothing is deleted, and every review can be taken back.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  domesday review false 9f3a2c1b/nino/3 --why 'a part number'             this finding, in this document
  domesday review false 9f3a2c1b/nino/3 --everywhere --why 'dummy value'  this value, wherever it is
  domesday review accept --path '/share/HR/Archive' --why 'kept until 2031'
  domesday review accept --path '*/test data/*' --rule payment-card --why 'test cards'
  domesday review list
  domesday review undo 4")]
pub struct ReviewArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ReviewCommand,
}

/// What `review` does.
#[derive(Subcommand, Debug)]
pub enum ReviewCommand {
    /// The rules were mistaken: it is no personal data
    False(MarkArgs),
    /// It is known, and may be there
    Accept(MarkArgs),
    /// Every review: what, who, when, why
    List(ListArgs),
    /// Take a review back
    Undo(UndoArgs),
}

/// What a review speaks of.
#[derive(Args, Debug)]
pub struct MarkArgs {
    /// The finding's id, as `report csv`, `report jsonl` and `find` print it
    #[arg(value_name = "FINDING", required_unless_present = "path")]
    pub finding: Option<FindingId>,

    /// The finding's value wherever it is, not only in this document
    #[arg(long, requires = "finding")]
    pub everywhere: bool,

    /// All findings in a file, in a folder, or at paths that fit a pattern with `*`
    #[arg(long, value_name = "PATH", conflicts_with = "finding")]
    pub path: Option<String>,

    /// With --path: only those of this rule
    #[arg(long, value_name = "RULE", requires = "path")]
    pub rule: Option<String>,

    /// Why, for whoever asks later
    #[arg(long, value_name = "WORDS")]
    pub why: String,

    /// The inventory
    #[arg(short, long, value_name = "FILE", default_value = "domesday.db")]
    pub inventory: PathBuf,
}

/// Options of `review list`.
#[derive(Args, Debug)]
pub struct ListArgs {
    /// As one JSON array
    #[arg(long)]
    pub json: bool,

    /// The inventory
    #[arg(short, long, value_name = "FILE", default_value = "domesday.db")]
    pub inventory: PathBuf,
}

/// Options of `review undo`.
#[derive(Args, Debug)]
pub struct UndoArgs {
    /// Its number, from `review list`
    #[arg(value_name = "NUMBER")]
    pub number: i64,

    /// The inventory
    #[arg(short, long, value_name = "FILE", default_value = "domesday.db")]
    pub inventory: PathBuf,
}

/// Runs the command.
pub fn run(args: &ReviewArgs) -> anyhow::Result<Exit> {
    match &args.command {
        ReviewCommand::False(args) => mark(args, Verdict::FalsePositive),
        ReviewCommand::Accept(args) => mark(args, Verdict::Accepted),
        ReviewCommand::List(args) => list(args),
        ReviewCommand::Undo(args) => {
            if !undo_review(&args.inventory, args.number)? {
                bail!(
                    "no review {} holds: `domesday review list` prints their numbers",
                    args.number
                );
            }
            let mut out = terminal::output();
            writeln!(out, "Review {} no longer holds", args.number)?;
            out.flush()?;
            Ok(Exit::Complete)
        }
    }
}

fn mark(args: &MarkArgs, verdict: Verdict) -> anyhow::Result<Exit> {
    if args.why.trim().is_empty() {
        bail!("--why is empty: say why, for whoever asks later");
    }
    let inventory = Inventory::open(&args.inventory)?;
    let mut review = Review {
        id: 0,
        at: 0,
        user: options::user(),
        host: options::host(),
        verdict,
        rule: args.rule.clone(),
        hash: None,
        path: args.path.clone(),
        why: args.why.clone(),
        undone: None,
    };
    if let Some(finding) = &args.finding {
        let explained = inventory.explain(finding)?;
        review.rule = Some(explained.id.rule.to_string());
        review.hash = Some(explained.finding.value);
        if !args.everywhere {
            let Some(place) = explained.places.first() else {
                bail!("the document of this finding is gone: use --everywhere, or scan again");
            };
            review.path = Some(place.path.display());
        }
    }
    drop(inventory);
    let number = add_review(&args.inventory, &review)?;
    let mut out = terminal::output();
    writeln!(
        out,
        "Review {number}: {}. `domesday review undo {number}` takes it back",
        text::terminal(&said(&review))
    )?;
    out.flush()?;
    Ok(Exit::Complete)
}

/// What a review says, in a line.
fn said(review: &Review) -> String {
    let what = match (&review.hash, &review.rule) {
        (Some(_), Some(rule)) => format!("a value of {rule}"),
        (_, Some(rule)) => format!("all of {rule}"),
        (_, None) => "everything".to_owned(),
    };
    let place = match &review.path {
        Some(path) => format!(" in {path}"),
        None => " wherever it is".to_owned(),
    };
    let verdict = review.verdict.id().replace('-', " ");
    format!("{what}{place} counts as {verdict}")
}

fn list(args: &ListArgs) -> anyhow::Result<Exit> {
    let reviews = Inventory::open(&args.inventory)?.reviews()?;
    let mut out = terminal::output();
    if args.json {
        serde_json::to_writer(&mut out, &reviews)?;
        writeln!(out)?;
    } else {
        let zone = jiff::tz::TimeZone::system();
        for review in &reviews {
            writeln!(
                out,
                "{:>4}  {}{}\n      {} by {}: {}",
                review.id,
                text::terminal(&said(review)),
                match review.undone {
                    Some(at) => format!(" (taken back {})", text::moment(at, &zone)),
                    None => String::new(),
                },
                text::moment(review.at, &zone),
                text::terminal(&review.user),
                text::terminal(&review.why)
            )?;
        }
        if reviews.is_empty() {
            writeln!(out, "Nothing has been reviewed")?;
        }
    }
    out.flush()?;
    Ok(Exit::Complete)
}
