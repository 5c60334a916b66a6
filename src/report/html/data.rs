//! What the page shows of the documents, gathered in one pass and cut to what a browser holds well.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::charts;
use crate::{
    inventory::{Held, Inventory, record::Exposure},
    model::{Category, Class, Evidence, Outcome, Status},
    report::{
        Options, ReportError, text,
        tree::{Labels, Tree},
    },
};

/// Documents in the table.
const DOCUMENTS: usize = 50_000;

/// Findings told per rule and part in the drill-down.
const FINDINGS: usize = 5;

/// Bytes of text that the drill-downs may take: what a browser opens from a share without a person waiting.
const DETAILS: usize = 16 << 20;

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
    /// Contents with personal data held at more than one place: their further places.
    pub(super) copies: u64,
}

/// What the script reads. Rows come hottest first.
#[derive(Serialize)]
pub(super) struct Table {
    /// What every path begins with.
    base: String,
    /// Names of roots and the paths they stand for.
    roots: Vec<(String, String)>,
    categories: Vec<(&'static str, &'static str)>,
    exposures: Vec<&'static str>,
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
    /// Drill-down: part, rule, counts, findings; empty when the page has none of it.
    d: Vec<(String, String, [u64; 3], Vec<Detail>)>,
}

/// A finding: location, level, preview, evidence, id.
type Detail = (String, &'static str, String, String, String);

pub(super) fn gather(inventory: &Inventory, options: &Options) -> Result<Data, ReportError> {
    let roots = inventory.roots()?;
    let tree = Tree::new(&inventory.overview()?.folders, &roots);
    let labels = Labels::new(&roots);
    let mut folders = Folders::default();
    let (mut ages, mut exposures) = (BTreeMap::new(), BTreeMap::new());
    let (mut left_out, mut credentials, mut copies) = (0_u64, 0, 0);
    let mut kept: Vec<Held> = Vec::new();
    inventory.held::<ReportError>(|held| {
        if !held.categories.is_empty() {
            let year = held
                .modified
                .and_then(|at| text::year(at, &options.timezone));
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
        }
        if held.high + held.medium + held.hints + held.unread_inside > 0
            || held.outcome.is_problem()
        {
            kept.push(held);
        }
        if kept.len() >= DOCUMENTS * 2 {
            left_out += cut(&mut kept);
        }
        Ok(())
    })?;
    left_out += cut(&mut kept);
    let mut rows = Vec::with_capacity(kept.len());
    let mut details = Details::default();
    for held in kept {
        let mut row = row(&held, &labels, &mut folders);
        details.fill(inventory, &held, &mut row)?;
        rows.push(row);
    }
    let detailed = details.documents;
    let mut note =
        "Every document in which something was found or that could not be read, those with special category data and \
         most findings first. Open one to see where in it, and why."
            .to_owned();
    if left_out > 0 {
        note.push_str(&format!(
            " The {} that hold least are left out: `{} report documents` lists all.",
            text::number(left_out),
            options.program,
        ));
    }
    if detailed < rows.len() {
        note.push_str(&format!(
            " Locations are told for the {} that hold most: `{} report csv` has all.",
            text::number(detailed as u64),
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
    })
}

/// Folders by number, each written once.
#[derive(Default)]
struct Folders {
    names: Vec<String>,
    index: HashMap<String, u32>,
}

impl Folders {
    fn number(&mut self, name: &str) -> u32 {
        if let Some(&at) = self.index.get(name) {
            return at;
        }
        let at = self.names.len() as u32;
        self.names.push(text::terminal(name).into_owned());
        self.index.insert(name.to_owned(), at);
        at
    }
}

/// Keeps the documents that hold most; returns how many went.
fn cut(kept: &mut Vec<Held>) -> u64 {
    let weight = |held: &Held| (held.categories.is_special(), held.findings(), held.hints);
    kept.sort_by(|a, b| weight(b).cmp(&weight(a)).then_with(|| a.by_path(b)));
    let over = kept.len().saturating_sub(DOCUMENTS);
    kept.truncate(DOCUMENTS);
    over as u64
}

fn row(held: &Held, labels: &Labels, folders: &mut Folders) -> Row {
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
        g: folders.number(&labels.label(&held.folder.whole().display())),
        p: text::terminal(&held.name.display()).into_owned(),
        s: held.size,
        m: held
            .modified
            .map(text::file_time)
            .and_then(|time| time.get(..10).map(str::to_owned))
            .unwrap_or_default(),
        o: text::terminal(&held.owner).into_owned(),
        e: held.exposure as u8,
        u: text::terminal(&outcome).into_owned(),
        f: [held.high, held.medium, held.hints],
        n: held.people,
        k: held.copies,
        c: categories,
        x: u8::from(held.categories.is_special()),
        d: Vec::new(),
    }
}

/// Fills in the drill-downs of the first documents of the list, as long as the page has room.
#[derive(Default)]
struct Details {
    bytes: usize,
    documents: usize,
}

impl Details {
    fn fill(
        &mut self,
        inventory: &Inventory,
        held: &Held,
        row: &mut Row,
    ) -> Result<(), ReportError> {
        if self.bytes > DETAILS {
            return Ok(());
        }
        self.documents += 1;
        // It may have gone since it was counted.
        let Some(place) = inventory.place(held.document)? else {
            return Ok(());
        };
        for part in inventory.parts(&place)? {
            let within = if part.in_name {
                "in its name".to_owned()
            } else {
                text::terminal(&part.chain.to_string()).into_owned()
            };
            let mut by_rule = inventory.shown(&part)?;
            for rule in &part.rules {
                // The surest, in the order of their places.
                let mut shown = by_rule.remove(&rule.rule).unwrap_or_default();
                shown.sort_by_key(|f| std::cmp::Reverse(f.confidence.level()));
                let findings: Vec<Detail> = shown
                    .into_iter()
                    .take(FINDINGS)
                    .map(|finding| {
                        (
                            text::terminal(&finding.anchor.to_string()).into_owned(),
                            finding.confidence.level().name(),
                            text::terminal(&finding.preview).into_owned(),
                            why(finding.status, &finding.evidence),
                            part.id_of(&place, rule, finding.number).to_string(),
                        )
                    })
                    .collect();
                self.bytes += findings
                    .iter()
                    .map(|f| 40 + f.0.len() + f.2.len() + f.3.len() + f.4.len())
                    .sum::<usize>();
                let [low, medium, high] = rule.counts;
                row.d.push((
                    within.clone(),
                    rule.rule.to_string(),
                    [high, medium, low],
                    findings,
                ));
            }
        }
        Ok(())
    }
}

/// Whose it is, where it is nobody's, and the evidence, in words.
fn why(status: Status, evidence: &Evidence) -> String {
    let words = [
        match status {
            Status::Live => None,
            Status::Example => Some("an example".to_owned()),
            Status::Organisation => Some("an organisation's".to_owned()),
            Status::PublicRegister => Some("in a public register".to_owned()),
        },
        evidence.checked.map(|ok| {
            if ok {
                "check passed".to_owned()
            } else {
                "check failed".to_owned()
            }
        }),
        evidence.label.as_ref().map(|w| format!("label “{w}”")),
        evidence.context.as_ref().map(|w| format!("near “{w}”")),
        evidence.against.as_ref().map(|w| format!("against: “{w}”")),
        evidence.near_person.then(|| "near a person".to_owned()),
    ];
    let words: Vec<_> = words.into_iter().flatten().collect();
    text::terminal(&words.join(", ")).into_owned()
}
