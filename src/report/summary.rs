//! The summary: what a data protection officer reads after a scan, on one screen.

use std::{
    collections::{BTreeMap, HashMap},
    io::{self, Write},
};

use serde::Serialize;

use crate::{
    inventory::{
        CategoryFigures, FolderFigures, Health, Inventory, Key, Overview, Root, Run,
        record::RawPath,
    },
    model::{Category, Class, Level, OutcomeKind},
    report::{
        Options, Report, ReportError,
        risk::{self, FolderRisk},
        text,
        tree::Labels,
    },
};

/// Columns of a terminal that sentences and tables fit into; paths are as long as they are.
const WIDTH: usize = 80;

/// Folders named.
const FOLDERS: usize = 10;

/// Reasons named for each way of not being read.
const REASONS: usize = 3;

/// The figures of the summary.
#[derive(Clone, Debug, Serialize)]
pub struct Model {
    /// The file.
    pub inventory: RawPath,
    /// The file of its key, where there is one: the key may live in the environment instead.
    pub key: Option<RawPath>,
    /// How it is.
    pub health: Health,
    /// The latest run.
    pub run: Option<Run>,
    /// Where scans start.
    pub roots: Vec<Root>,
    /// Documents there now, without what was excluded.
    pub documents: u64,
    /// Members inside them.
    pub members: u64,
    /// Documents that are gone.
    pub gone: u64,
    /// Bytes of the documents.
    pub bytes: u64,
    /// Different contents among them.
    pub contents: u64,
    /// Documents with personal data of medium or high confidence.
    pub holding: u64,
    /// Of these, those with special category or criminal offence data.
    pub special: u64,
    /// Of those with personal data, the ones that everyone can read.
    pub exposed: u64,
    /// Of those with special category or criminal offence data, the ones that everyone can read.
    pub special_exposed: u64,
    /// Class by class, special and criminal first; categories in which nothing was found are left out.
    pub classes: Vec<(Class, Vec<(Category, CategoryFigures)>)>,
    /// Findings of low confidence, in no other figure.
    pub hints: u64,
    /// Findings that are examples, of organisations, or public, in no other figure.
    pub other: u64,
    /// Findings that people marked as false positives and as accepted; in no other figure.
    pub reviewed: [u64; 2],
    /// The riskiest folders, the riskiest first.
    pub folders: Vec<Hot>,
    /// What could not be read: documents, members, and the commonest reasons.
    pub unread: Vec<Unread>,
    /// Documents and members by outcome.
    pub outcomes: BTreeMap<OutcomeKind, (u64, u64)>,
}

/// A folder to see to first, its subfolders apart.
#[derive(Clone, Debug, Serialize)]
pub struct Hot {
    /// The sum of its documents' [risks](crate::report::risk).
    pub risk: u64,
    /// What it holds.
    pub figures: FolderFigures,
}

/// One way of not being read.
#[derive(Clone, Debug, Serialize)]
pub struct Unread {
    /// Which.
    pub outcome: OutcomeKind,
    /// Documents.
    pub documents: u64,
    /// Members of documents.
    pub members: u64,
    /// Reasons, commonest first.
    pub reasons: Vec<(String, u64)>,
}

/// Works the figures out.
pub fn model(inventory: &Inventory, options: &Options) -> Result<Model, ReportError> {
    let risks = risk::folders(inventory, options)?.folders();
    model_of(inventory, inventory.overview()?, &risks)
}

/// The same, from figures at hand.
pub(super) fn model_of(
    inventory: &Inventory,
    overview: Overview,
    risks: &[FolderRisk],
) -> Result<Model, ReportError> {
    let mut classes = Vec::new();
    for class in [Class::Special, Class::Criminal, Class::Standard] {
        let categories: Vec<_> = Category::ALL
            .iter()
            .filter(|category| category.class() == class)
            .filter_map(|category| Some((*category, overview.categories.get(category)?.clone())))
            .filter(|(_, figures)| figures.documents > 0)
            .collect();
        if !categories.is_empty() {
            classes.push((class, categories));
        }
    }
    let unread = overview
        .outcomes
        .iter()
        .filter(|(kind, _)| kind.is_problem())
        .map(|(&outcome, &(documents, members))| {
            let mut reasons: Vec<(String, u64)> = overview
                .reasons
                .get(&outcome)
                .map(|reasons| reasons.iter().map(|(r, n)| (r.clone(), *n)).collect())
                .unwrap_or_default();
            reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            Unread {
                outcome,
                documents,
                members,
                reasons,
            }
        })
        .collect();
    let by_path: HashMap<&RawPath, &FolderFigures> = overview
        .folders
        .iter()
        .map(|figures| (&figures.path, figures))
        .collect();
    let folders = risks
        .iter()
        .filter_map(|risk| {
            Some(Hot {
                risk: risk.score.round() as u64,
                figures: (*by_path.get(&risk.folder.whole())?).clone(),
            })
        })
        .take(FOLDERS)
        .collect();
    Ok(Model {
        inventory: RawPath::new(inventory.path()),
        key: Some(Key::path_for(inventory.path()))
            .filter(|path| path.exists())
            .map(RawPath::new),
        health: inventory.health()?,
        run: inventory.runs(1)?.into_iter().next(),
        roots: inventory.roots()?,
        documents: overview.documents,
        members: overview.outcomes.values().map(|(_, members)| members).sum(),
        gone: overview.gone,
        bytes: overview.bytes,
        contents: overview.contents,
        holding: overview.holding,
        special: overview.special,
        exposed: overview.exposed,
        special_exposed: overview.special_exposed,
        classes,
        hints: overview.findings(Level::Low),
        other: overview.categories.values().map(|c| c.other).sum(),
        reviewed: overview.reviewed,
        folders,
        unread,
        outcomes: overview.outcomes,
    })
}

/// What makes a folder hot: special data before all, then how much there is.
pub(super) fn weight(folder: &FolderFigures) -> (u64, u64, u64) {
    (folder.special, folder.findings, folder.holding)
}

/// The report.
pub struct Summary;

impl Report for Summary {
    fn name(&self) -> &'static str {
        "summary"
    }

    fn help(&self) -> &'static str {
        "What is held, of which category, where most of it is, and what could not be read"
    }

    fn write(
        &self,
        inventory: &Inventory,
        options: &Options,
        out: &mut dyn Write,
    ) -> Result<(), ReportError> {
        Ok(render(&model(inventory, options)?, options, out)?)
    }
}

/// Writes the figures for a terminal.
pub fn render(model: &Model, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    heading(model, options, out)?;
    categories(model, out)?;
    folders(model, out)?;
    unread(model, options, out)?;
    footing(model, options, out)
}

fn heading(model: &Model, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let roots: Vec<_> = model
        .roots
        .iter()
        .map(|root| text::terminal(&root.path.display()).into_owned())
        .collect();
    writeln!(out, "Personal data in {}", roots.join(", "))?;
    if let Some(run) = &model.run {
        let ending = match run.ending.as_deref() {
            Some("complete") => "complete",
            Some("interrupted") => "interrupted: the same command goes on with it",
            Some(_) => "failed: the same command goes on with it",
            None => "not finished",
        };
        let started = text::moment(run.started, &options.timezone);
        writeln!(out, "Scan of {started}, {ending}")?;
    }
    writeln!(out)?;
    if model.special_exposed > 0 {
        writeln!(
            out,
            "EVERYONE CAN READ {} with special category or criminal offence data\n",
            text::plural(model.special_exposed, "file", "files")
        )?;
    }
    let inside = match model.members {
        0 => String::new(),
        n => format!(
            " and {} inside them",
            text::plural(n, "document", "documents")
        ),
    };
    writeln!(
        out,
        "{}{inside}, {}",
        text::plural(model.documents, "file", "files"),
        text::bytes(model.bytes)
    )?;
    writeln!(
        out,
        "{} personal data, {} special category or criminal offence data",
        text::plural(model.holding, "file holds", "files hold"),
        text::number(model.special)
    )?;
    if model.exposed > 0 {
        writeln!(
            out,
            "{} with personal data can be read by everyone",
            text::plural(model.exposed, "file", "files")
        )?;
    }
    writeln!(out)
}

fn categories(model: &Model, out: &mut dyn Write) -> io::Result<()> {
    if model.classes.is_empty() {
        writeln!(out, "No personal data was found in what was read.")?;
    } else {
        writeln!(
            out,
            "{:<35} {:>10} {:>10} {:>10} {:>10}",
            "", "FILES", "FINDINGS", "OF IT HIGH", "PEOPLE ≤"
        )?;
    }
    for (class, categories) in &model.classes {
        writeln!(out, "{}", class.title())?;
        for (category, figures) in categories {
            let [_, medium, high] = figures.findings;
            writeln!(
                out,
                "  {:<33} {:>10} {:>10} {:>10} {:>10}",
                category.title(),
                text::number(figures.documents),
                text::number(medium + high),
                text::number(high),
                text::number(figures.people),
            )?;
        }
    }
    let mut apart = Vec::new();
    if model.hints > 0 {
        apart.push(text::plural(
            model.hints,
            "hint of low confidence",
            "hints of low confidence",
        ));
    }
    let [mistakes, accepted] = model.reviewed;
    if mistakes > 0 {
        apart.push(format!(
            "{} marked as false positives",
            text::number(mistakes)
        ));
    }
    if accepted > 0 {
        apart.push(format!("{} accepted", text::number(accepted)));
    }
    if model.other > 0 {
        apart.push(format!(
            "{} that are examples, of organisations, or public",
            text::number(model.other)
        ));
    }
    if !apart.is_empty() {
        let apart = format!("Not counted above: {}", apart.join("; "));
        writeln!(out, "{}", text::wrap(&apart, WIDTH))?;
    }
    writeln!(out)
}

fn folders(model: &Model, out: &mut dyn Write) -> io::Result<()> {
    if model.folders.is_empty() {
        return Ok(());
    }
    let labels = Labels::new(&model.roots);
    writeln!(
        out,
        "Riskiest folders: content × people × exposure × age (domesday report risk)\n{:>10}",
        "RISK"
    )?;
    for Hot {
        risk,
        figures: folder,
    } in &model.folders
    {
        let mut names: Vec<_> = folder.categories.iter().collect();
        // Special and criminal first, then what is in most files.
        names.sort_by_key(|(category, count)| {
            (
                category.class() == Class::Standard,
                std::cmp::Reverse(**count),
            )
        });
        let names: Vec<_> = names.iter().take(4).map(|(c, _)| c.id()).collect();
        writeln!(
            out,
            "{:>10}  {:>6} of {:<14} {}  ({})",
            text::number(*risk),
            text::number(folder.holding),
            text::plural(folder.documents, "file", "files"),
            text::terminal(&labels.label(&folder.path.display())),
            names.join(", "),
        )?;
    }
    writeln!(out)
}

fn unread(model: &Model, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let (documents, members) = model
        .unread
        .iter()
        .fold((0, 0), |sum, u| (sum.0 + u.documents, sum.1 + u.members));
    if documents + members == 0 {
        writeln!(out, "Everything that was not excluded could be read.")?;
        return writeln!(out);
    }
    writeln!(
        out,
        "Not read, or only in part: {} of {}{}",
        text::number(documents),
        text::plural(model.documents, "file", "files"),
        if members > 0 {
            format!(", and {} inside files", text::number(members))
        } else {
            String::new()
        }
    )?;
    for unread in &model.unread {
        let mut reasons: Vec<_> = unread
            .reasons
            .iter()
            .take(REASONS)
            .map(|(reason, count)| format!("{} ({})", text::terminal(reason), text::number(*count)))
            .collect();
        let more = unread.reasons.len().saturating_sub(REASONS);
        if more > 0 {
            reasons.push(format!("{more} more reasons"));
        }
        let mut reasons = reasons.into_iter();
        writeln!(
            out,
            "  {:<22} {:>8}   {}",
            unread.outcome.title(),
            text::number(unread.documents + unread.members),
            reasons.next().unwrap_or_default(),
        )?;
        for reason in reasons {
            writeln!(out, "{:36}{reason}", "")?;
        }
    }
    pictures(model, options, out)?;
    writeln!(out)
}

/// What to do about pictures of text.
fn pictures(model: &Model, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let count: u64 = model
        .unread
        .iter()
        .filter(|unread| unread.outcome == OutcomeKind::NeedsOcr)
        .map(|unread| unread.documents + unread.members)
        .sum();
    if count == 0 {
        return Ok(());
    }
    writeln!(
        out,
        "  {} pictures of text: to have {} read,\n  {}scan with --ocr",
        match count {
            1 => "1 document holds only".to_owned(),
            n => format!("{} documents hold only", text::number(n)),
        },
        if count == 1 { "it" } else { "them" },
        if options.ocr_at_hand {
            ""
        } else {
            "install the program tesseract (tesseract-ocr) and "
        },
    )
}

/// How much was read, and how fast.
fn read(run: &Run, out: &mut dyn Write) -> io::Result<()> {
    let speed = |bytes: u64| text::bytes((bytes as f64 / run.seconds.max(0.001)) as u64);
    writeln!(
        out,
        "Read {} in {} ({}/s), {} of text ({}/s)",
        text::bytes(run.bytes),
        text::duration(run.seconds),
        speed(run.bytes),
        text::bytes(run.text),
        speed(run.text),
    )
}

fn footing(model: &Model, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    if let Some(run) = model.run.as_ref().filter(|run| run.ended.is_some()) {
        let parts: Vec<_> = run
            .outcomes
            .iter()
            .filter(|(_, (entries, _))| *entries > 0)
            .map(|(kind, (entries, _))| format!("{} {}", text::number(*entries), kind.title()))
            .collect();
        let sign = if run.accounted() == run.walked {
            "="
        } else {
            "≠"
        };
        let walked = format!(
            "Walked {} {sign} {}",
            text::plural(run.walked, "entry", "entries"),
            if parts.is_empty() {
                "0".into()
            } else {
                parts.join(" + ")
            }
        );
        writeln!(out, "{}", text::wrap(&walked, WIDTH))?;
        if run.bytes == 0 {
            writeln!(
                out,
                "No file had to be read; it took {}",
                text::duration(run.seconds)
            )?;
        } else {
            read(run, out)?;
        }
    }
    if model.gone > 0 {
        writeln!(
            out,
            "{} that an earlier scan met {} gone",
            text::plural(model.gone, "file", "files"),
            if model.gone == 1 { "is" } else { "are" }
        )?;
    }
    let inventory = model.inventory.display();
    let inventory = text::terminal(&inventory);
    writeln!(
        out,
        "Inventory: {inventory} ({}){}",
        text::bytes(model.health.bytes),
        match &model.key {
            Some(key) => format!(
                ", its key: {} (keep a copy apart)",
                text::terminal(&key.display())
            ),
            None => String::new(),
        }
    )?;
    writeln!(out)?;
    writeln!(out, "Next:")?;
    let program = &options.program;
    let exposure = ("report exposure", "what everyone can read");
    for (command, purpose) in (model.exposed > 0).then_some(exposure).into_iter().chain([
        ("report coverage", "what could not be read, file by file"),
        (
            "report html --output domesday.html",
            "the same as a page, to open in a browser",
        ),
        ("report csv", "every finding, for a spreadsheet"),
        ("find --name \"…\"", "where a person is"),
    ]) {
        writeln!(
            out,
            "  {program} {command} --inventory {inventory}   # {purpose}"
        )?;
    }
    Ok(())
}
