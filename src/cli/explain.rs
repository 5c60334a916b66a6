//! `domesday explain`: why one finding is believed.

use std::{io::Write, path::PathBuf};

use clap::Args;

use crate::{
    cli::{exit::Exit, inspect::words, rules::lines, terminal},
    inventory::{FindingId, Inventory},
    report::text,
    scan::{RuleChoice, tools::detector},
};

/// Tell why a finding is believed: its rule, the check, the words nearby, and who else claimed the text
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  domesday explain 9f3a2c1b/nino/3            by the id that `report` and `find` print
  domesday explain @71/person-name/1          a finding in a file's name")]
pub struct ExplainArgs {
    /// The finding's id, as `report csv`, `report jsonl` and `find` print it
    #[arg(value_name = "FINDING")]
    pub finding: FindingId,

    /// The inventory
    #[arg(short, long, value_name = "FILE", default_value = "domesday.db")]
    pub inventory: PathBuf,

    /// Your own rules: a folder of TOML files laid over the built-in ones, with word lists in its `terms`
    #[arg(long, value_name = "DIR")]
    pub rules: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &ExplainArgs) -> anyhow::Result<Exit> {
    let inventory = Inventory::open(&args.inventory)?;
    let explained = inventory.explain(&args.finding)?;
    let detector = detector(&RuleChoice::with_dir(args.rules.as_deref()))?;
    let finding = &explained.finding;
    let mut out = terminal::output();
    writeln!(out, "{}", explained.id)?;
    for place in explained.places.iter().take(PLACES) {
        let mut shown = text::terminal(&place.path.display()).into_owned();
        if !explained.part.chain.is_root() {
            shown.push_str(" › ");
            shown.push_str(&text::terminal(&explained.part.chain.to_string()));
        }
        writeln!(
            out,
            "  in {shown}, {}",
            text::terminal(&finding.anchor.to_string())
        )?;
    }
    if explained.places.len() > PLACES {
        let more = (explained.places.len() - PLACES) as u64;
        writeln!(out, "  and in {}", text::plural(more, "copy", "copies"))?;
    }
    writeln!(out)?;
    let rule = detector
        .rules()
        .iter()
        .find(|rule| rule.id == explained.id.rule);
    let title = rule.map_or("a rule this program does not have", |rule| &*rule.title);
    writeln!(
        out,
        "Rule        {} ({})",
        explained.id.rule,
        text::terminal(title)
    )?;
    writeln!(out, "Category    {}", explained.rule.category.title())?;
    if !finding.preview.is_empty() {
        writeln!(out, "Preview     {}", text::terminal(&finding.preview))?;
    }
    writeln!(
        out,
        "Confidence  {} ({} of 100), {}",
        finding.confidence.level().name(),
        finding.confidence.0,
        finding.status.id().replace('-', " ")
    )?;
    let evidence = words(&finding.evidence);
    writeln!(
        out,
        "Because     {}",
        match evidence.is_empty() {
            true => "its shape alone".to_owned(),
            false => text::terminal(&evidence.join(", ")).into_owned(),
        }
    )?;
    for (rule, confidence) in &finding.also {
        writeln!(
            out,
            "Also        {rule} would have said {} ({})",
            confidence.level().name(),
            confidence.0
        )?;
    }
    writeln!(
        out,
        "Same value  in {}",
        text::plural(explained.documents_with_value, "document", "documents")
    )?;
    if inventory.is_own(finding.value)? {
        writeln!(
            out,
            "Ours        yes: it is of a person of a list that was loaded"
        )?;
    }
    let reviews = inventory.reviewed()?;
    if let Some(verdict) = explained.row().and_then(|row| reviews.of_row(&row)) {
        writeln!(out, "Reviewed    {}", verdict.id().replace('-', " "))?;
    }
    if let Some(rule) = rule {
        writeln!(out, "\n{}", lines(&rule.why))?;
    }
    out.flush()?;
    Ok(Exit::Complete)
}

/// Places printed.
const PLACES: usize = 10;
