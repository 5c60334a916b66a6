//! `domesday rules`: what is looked for, and whether the rules do what they say.

use std::{io::Write, path::PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;

use crate::{
    cli::{exit::Exit, terminal},
    detect::{
        self, Detector, Rule,
        rule::{Origin, Pattern},
    },
    report::text,
    scan::{RuleChoice, tools::detector},
};

/// List, show and check the rules: what is looked for
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  domesday rules                    every rule with its category
  domesday rules show nino          what one rule looks for, and why
  domesday rules check              every rule against its own examples
  domesday rules check my-rules/    the same with your rules laid over the built-in ones")]
pub struct RulesArgs {
    /// What to do with them [default: list]
    #[command(subcommand)]
    pub action: Option<RulesAction>,

    /// Your own rules: a folder of TOML files laid over the built-in ones, with word lists in its `terms`
    #[arg(long, value_name = "DIR", global = true)]
    pub rules: Option<PathBuf>,

    /// One JSON object a line
    #[arg(long, global = true)]
    pub json: bool,
}

/// What to do with the rules.
#[derive(Subcommand, Debug)]
pub enum RulesAction {
    /// List every rule: id, category, what it finds
    List,
    /// Show one rule: what it looks for, what speaks for and against it, and its examples
    Show {
        /// The rule's id
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Run every rule against its own examples, through the whole detector; status 1 if one fails
    Check {
        /// A folder of rules laid over the built-in ones
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}

/// Runs the command.
pub fn run(args: &RulesArgs) -> anyhow::Result<Exit> {
    let folder = match &args.action {
        Some(RulesAction::Check {
            folder: Some(folder),
        }) => Some(folder),
        _ => args.rules.as_ref(),
    };
    let detector = detector(&RuleChoice::with_dir(folder.map(PathBuf::as_path)))?;
    match &args.action {
        None | Some(RulesAction::List) => list(&detector, args.json),
        Some(RulesAction::Show { id }) => show(&detector, id, args.json),
        Some(RulesAction::Check { .. }) => check(&detector, args.json),
    }
}

fn list(detector: &Detector, as_json: bool) -> anyhow::Result<Exit> {
    let mut out = terminal::output();
    for rule in detector.rules() {
        if as_json {
            writeln!(out, "{}", object(rule))?;
        } else {
            writeln!(
                out,
                "{:<28} {:<20} {}",
                rule.id,
                rule.category.id(),
                text::terminal(&rule.title)
            )?;
        }
    }
    out.flush()?;
    Ok(Exit::Complete)
}

fn object(rule: &Rule) -> serde_json::Value {
    json!({
        "rule": rule.id,
        "title": rule.title,
        "category": rule.category.id(),
        "class": rule.category.class(),
        "why": rule.why,
        "patterns": rule.patterns.iter().map(|p| &p.source).collect::<Vec<_>>(),
        "terms": rule.terms,
        "labels": rule.labels.words,
        "context": rule.context.words,
        "against": rule.context.against,
        "yields_to": rule.yields_to,
        "examples": rule.matches.len() + rule.misses.len(),
    })
}

fn show(detector: &Detector, id: &str, as_json: bool) -> anyhow::Result<Exit> {
    let Some(rule) = detector.rules().iter().find(|rule| &*rule.id == id) else {
        anyhow::bail!("no rule has the id `{id}`: `domesday rules` lists them");
    };
    let mut out = terminal::output();
    if as_json {
        writeln!(out, "{}", object(rule))?;
        out.flush()?;
        return Ok(Exit::Complete);
    }
    writeln!(out, "{}: {}", rule.id, text::terminal(&rule.title))?;
    writeln!(
        out,
        "{}, {}",
        rule.category.title(),
        rule.category.class().title()
    )?;
    if let Origin::File(file) = &rule.origin {
        writeln!(out, "from {}", text::terminal(&file.display().to_string()))?;
    }
    writeln!(out, "\n{}\n", lines(&rule.why))?;
    for (heading, words) in [
        (
            "Patterns",
            rule.patterns.iter().map(pattern).collect::<Vec<_>>(),
        ),
        ("Word lists", rule.terms.clone()),
        ("Columns and fields", rule.labels.words.clone()),
        ("Words for it", rule.context.words.clone()),
        ("Words against it", rule.context.against.clone()),
        ("Gives way to", rule.yields_to.clone()),
        (
            "Found in",
            rule.matches.iter().map(|m| m.text.clone()).collect(),
        ),
        (
            "Not found in",
            rule.misses.iter().map(|m| m.text.clone()).collect(),
        ),
    ] {
        if !words.is_empty() {
            writeln!(out, "{heading}:")?;
            for word in words {
                let mut lines = word.lines();
                writeln!(
                    out,
                    "  {}",
                    text::terminal(lines.next().unwrap_or_default())
                )?;
                for line in lines {
                    writeln!(out, "  {}", text::terminal(line))?;
                }
            }
        }
    }
    out.flush()?;
    Ok(Exit::Complete)
}

/// A pattern with its check and what each outcome is worth.
fn pattern(pattern: &Pattern) -> String {
    let mut said: Vec<String> = Vec::new();
    if let Some(check) = pattern.check {
        said.push(format!("check `{}`", check.name));
    }
    let levels = &pattern.levels;
    for (name, level) in [
        ("alone", levels.shape),
        ("with a word for it", levels.context),
        ("check holds", levels.check),
        ("check holds, with a word for it", levels.check_context),
        ("check fails", levels.fail),
        ("check fails, with a word for it", levels.fail_context),
    ] {
        if let Some(level) = level {
            said.push(format!("{name}: {}", level.name()));
        }
    }
    if pattern.label_only {
        said.push("only under its column or field".to_owned());
    }
    format!("{}\n    {}", pattern.source, said.join("; "))
}

fn check(detector: &Detector, as_json: bool) -> anyhow::Result<Exit> {
    let mut out = terminal::output();
    let reports = detect::check(detector);
    let examples: usize = reports.iter().map(|report| report.examples).sum();
    let mut failures = 0;
    for report in &reports {
        failures += report.failures.len();
        if as_json {
            writeln!(out, "{}", serde_json::to_string(report)?)?;
            continue;
        }
        for slow in &report.slow {
            writeln!(out, "{}: slow: {}", report.rule, text::terminal(slow))?;
        }
        for failure in &report.failures {
            writeln!(
                out,
                "{}:{}: `{}`: wanted {}, got {}: correct the example, or what the rule looks for",
                text::terminal(&report.file.display().to_string()),
                failure.line,
                text::terminal(&failure.text),
                text::terminal(&failure.wanted),
                text::terminal(&failure.got)
            )?;
        }
    }
    if !as_json {
        let patterns: usize = detector.rules().iter().map(|r| r.patterns.len()).sum();
        let slow: usize = reports.iter().map(|report| report.slow.len()).sum();
        writeln!(
            out,
            "{} patterns: {} in the engine's fast lane, {} in the slower one{}",
            text::number(patterns as u64),
            text::number((patterns - slow) as u64),
            text::number(slow as u64),
            match slow {
                0 => "",
                _ => ": a pattern that asks for something fixed near its start runs faster",
            }
        )?;
        writeln!(
            out,
            "{} rules, {} examples, {} wrong",
            text::number(reports.len() as u64),
            text::number(examples as u64),
            text::number(failures as u64)
        )?;
    }
    out.flush()?;
    Ok(match failures {
        0 => Exit::Complete,
        _ => Exit::Met,
    })
}

/// A text of several lines for a terminal; a rule file may be anybody's.
pub fn lines(words: &str) -> String {
    let lines: Vec<_> = words.trim().lines().map(text::terminal).collect();
    lines.join("\n")
}
