//! What the page shows of the documents, gathered in one pass and cut to what a browser holds well.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::{
    charts,
    drill::{self, Drills},
    top::Top,
};
use crate::{
    inventory::{FolderFigures, Held, Inventory, record::Exposure},
    model::{Category, Class, Outcome},
    report::{
        Options, ReportError,
        ages::Ages,
        risk::{Band, FolderRisk, Risk, Sums},
        text,
        tree::{Labels, Tree},
    },
};

/// Documents in the table.
const DOCUMENTS: usize = 50_000;

/// Of these, those in which nothing was found because they could not be read, where not all have room.
const UNREAD: usize = 5_000;

/// Everything the page is drawn from.
pub(super) struct Data {
    pub(super) tree: Tree,
    pub(super) labels: Labels,
    pub(super) table: Table,
    /// What the table leaves out, in words.
    pub(super) note: String,
    /// Documents with personal data by year of last change (`None`: unknown): other, special or criminal.
    pub(super) ages: BTreeMap<Option<i16>, (u64, u64)>,
    /// The same by who can read them.
    pub(super) exposures: BTreeMap<Exposure, (u64, u64)>,
    /// Documents with passwords or keys.
    pub(super) credentials: u64,
    /// Documents with personal data that other places hold as well.
    pub(super) copies: u64,
    /// Documents by band of risk, the least first.
    pub(super) bands: [u64; 4],
    /// Folders by risk, the riskiest first.
    pub(super) risks: Vec<FolderRisk>,
}

/// What the script reads. Rows come riskiest first.
#[derive(Serialize)]
pub(super) struct Table {
    /// What every path begins with.
    base: String,
    /// Names of roots and the paths they stand for.
    roots: Vec<(String, String)>,
    categories: Vec<(&'static str, &'static str)>,
    exposures: Vec<&'static str>,
    /// Bands of risk, the worst first.
    bands: Vec<&'static str>,
    levels: [&'static str; 3],
    words: Vec<String>,
    folders: Vec<String>,
    documents: Vec<Row>,
}

/// A document.
#[derive(Serialize)]
struct Row {
    /// Folder, index.
    g: u32,
    /// Name.
    p: String,
    /// Size.
    s: Option<u64>,
    /// Modified, as a date.
    m: String,
    /// Owner.
    o: String,
    /// Exposure, index.
    e: u8,
    /// Outcome, with its reason, when it is not simply read.
    u: String,
    /// Findings: high, medium, low.
    f: [u64; 3],
    /// People.
    n: u64,
    /// Copies elsewhere.
    k: u64,
    /// Categories, by index, special and criminal first.
    c: Vec<u8>,
    /// Special or criminal.
    x: u8,
    /// Risk, its terms (content, linked, people, exposure, age, years) and its band; none where nothing is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    r: Option<Terms>,
    /// Findings that reviews set aside.
    #[serde(skip_serializing_if = "is_zero")]
    v: u64,
    /// Drill-down; empty when the page has none of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    d: drill::Drill,
}

type Terms = (u64, u32, f64, f64, f64, f64, Option<u32>, u8);

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde asks
fn is_zero(n: &u64) -> bool {
    *n == 0
}

pub(super) fn gather(
    inventory: &Inventory,
    options: &Options,
    figures: &[FolderFigures],
) -> Result<Data, ReportError> {
    let roots = inventory.roots()?;
    let tree = Tree::new(figures, &roots);
    let labels = Labels::new(&roots);
    let years = Ages::new(options);
    let (mut ages, mut exposures) = (BTreeMap::new(), BTreeMap::new());
    let (mut credentials, mut copies) = (0, 0);
    let (mut top, mut unread) = (Top::new(DOCUMENTS), Top::new(UNREAD));
    let mut sums = Sums::default();
    inventory.held::<ReportError>(|held| {
        let risk = Risk::of(&held, &years);
        let holds = !held.categories.is_empty();
        if holds {
            let year = held.modified.and_then(|at| years.year(at));
            for (other, special) in [
                ages.entry(year).or_insert((0, 0)),
                exposures.entry(held.exposure).or_insert((0, 0)),
            ] {
                *(if held.categories.is_special() {
                    special
                } else {
                    other
                }) += 1;
            }
            credentials += u64::from(held.categories.contains(Category::Credential));
            copies += u64::from(held.copies > 0);
            sums.add(&risk, &held);
        }
        if holds || held.hints > 0 {
            top.push(risk, held);
        } else if held.outcome.is_problem() || held.unread_inside > 0 {
            unread.push(risk, held);
        }
        Ok(())
    })?;
    // Each has the room that the other leaves.
    let room = DOCUMENTS
        - unread
            .len()
            .min(DOCUMENTS.saturating_sub(top.len()).max(UNREAD));
    let (mut kept, left_out) = top.into_list(room);
    let (unseen, unread_left_out) = unread.into_list(UNREAD);
    kept.extend(unseen);
    let mut folders = Folders::default();
    let mut rows = Vec::with_capacity(kept.len());
    let mut drills = Drills::new(inventory)?;
    for (risk, held) in kept {
        let mut row = row(&risk, &held, &labels, &mut folders);
        row.d = drills.of(&held)?;
        rows.push(row);
    }
    let mut note =
        "Every document in which something was found or that could not be read, the riskiest first. Open one to see where \
         in it, and why."
            .to_owned();
    if left_out + unread_left_out > 0 {
        note.push_str(&format!(
            " {} that hold least and {} that could not be read are left out: `{} report documents` lists all.",
            text::number(left_out),
            text::number(unread_left_out),
            options.program,
        ));
    }
    if drills.documents < rows.len() {
        note.push_str(&format!(
            " Locations are told for the {} that are riskiest: `{} report csv` has all.",
            text::number(drills.documents as u64),
            options.program,
        ));
    }
    Ok(Data {
        table: Table {
            base: text::terminal(labels.base()).into_owned(),
            roots: labels
                .names()
                .iter()
                .map(|(path, name)| {
                    let safe = |text| text::terminal(text).into_owned();
                    (safe(name), safe(path))
                })
                .collect(),
            categories: Category::ALL
                .iter()
                .map(|c| (c.title(), super::super::csv::class(c.class())))
                .collect(),
            exposures: Exposure::ALL.iter().map(|e| e.name()).collect(),
            bands: Band::ALL.iter().rev().map(|band| band.id()).collect(),
            levels: drill::LEVELS.map(|level| level.name()),
            words: drills.words.into_list(),
            folders: folders.names,
            documents: rows,
        },
        tree,
        labels,
        note,
        ages,
        exposures,
        credentials,
        copies,
        bands: Band::ALL.map(|band| sums.of(band)),
        risks: sums.folders(),
    })
}

/// Folders by their number in the inventory, each written once.
#[derive(Default)]
struct Folders {
    names: Vec<String>,
    index: HashMap<i64, u32>,
}

impl Folders {
    fn number(&mut self, held: &Held, labels: &Labels) -> u32 {
        *self.index.entry(held.folder.id).or_insert_with(|| {
            let path = held.folder.whole().display();
            self.names
                .push(text::terminal(&labels.label(&path)).into_owned());
            self.names.len() as u32 - 1
        })
    }
}

fn row(risk: &Risk, held: &Held, labels: &Labels, folders: &mut Folders) -> Row {
    let mut categories: Vec<u8> = held
        .categories
        .iter()
        .map(|c| charts::index(c) as u8)
        .collect();
    categories
        .sort_unstable_by_key(|&c| (Category::ALL[usize::from(c)].class() == Class::Standard, c));
    let outcome = if held.outcome.is_problem() {
        Outcome::new(held.outcome, &*held.reason).to_string()
    } else {
        match held.unread_inside {
            0 => String::new(),
            n => format!("{} inside not read", text::number(n)),
        }
    };
    Row {
        g: folders.number(held, labels),
        p: text::terminal(&held.name.display()).into_owned(),
        s: held.size,
        m: held.modified.map(text::file_day).unwrap_or_default(),
        o: text::terminal(&held.owner).into_owned(),
        e: held.exposure as u8,
        u: text::terminal(&outcome).into_owned(),
        f: [held.high, held.medium, held.hints],
        n: held.people,
        k: held.copies,
        c: categories,
        x: u8::from(held.categories.is_special()),
        r: (!held.categories.is_empty()).then(|| terms(risk)),
        v: held.reviewed,
        d: Vec::new(),
    }
}

/// As they are shown.
fn terms(risk: &Risk) -> Terms {
    let tenths = |x: f64| (x * 10.0).round() / 10.0;
    (
        risk.score().round() as u64,
        risk.content,
        tenths(risk.linked),
        tenths(risk.people),
        tenths(risk.exposure),
        tenths(risk.age()),
        risk.years,
        // As the script numbers them, the worst first.
        (Band::ALL.len() - 1 - risk.band() as usize) as u8,
    )
}
