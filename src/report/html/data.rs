//! What the page shows of the documents, gathered in one pass and cut to what a browser holds well.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    inventory::{Inventory, Overview, PartRow, Place, Which, record::Exposure},
    model::{Category, Class},
    report::{Options, ReportError, text},
};

/// Documents in the table.
const DOCUMENTS: usize = 50_000;

/// Findings told per rule and part in the drill-down.
const FINDINGS: usize = 3;

/// Documents with a drill-down into findings; the others have their counts.
const DETAILED: usize = 5_000;

/// Everything the page is drawn from.
pub(super) struct Data {
    pub(super) overview: Overview,
    pub(super) table: Table,
    /// What the table leaves out, in words.
    pub(super) note: String,
    /// Documents with personal data by year of last change: other, special or criminal.
    pub(super) ages: BTreeMap<String, (u64, u64)>,
    /// The same by who can read them.
    pub(super) exposures: BTreeMap<Exposure, (u64, u64)>,
}

/// What the script reads.
#[derive(Serialize)]
pub(super) struct Table {
    categories: Vec<(&'static str, &'static str)>,
    exposures: Vec<&'static str>,
    documents: Vec<Row>,
}

/// A document.
#[derive(Serialize)]
struct Row {
    /// Path.
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
    /// Categories, by index.
    c: Vec<u8>,
    /// Special or criminal.
    x: bool,
    /// Drill-down: part, rule, counts, findings.
    d: Vec<(String, String, [u64; 3], Vec<Detail>)>,
}

/// A finding: location, level, preview, evidence, id.
type Detail = (String, &'static str, String, String, String);

pub(super) fn gather(inventory: &Inventory, _options: &Options) -> Result<Data, ReportError> {
    let mut rows: Vec<Row> = Vec::new();
    let (mut ages, mut exposures) = (BTreeMap::new(), BTreeMap::new());
    let mut left_out = 0_u64;
    inventory.places::<ReportError>(Which::Live, |place| {
        let parts = inventory.parts(place)?;
        let row = row(place, &parts);
        let holds = row.f[0] + row.f[1] > 0;
        if holds {
            let year = row.m.get(..4).unwrap_or("unknown").to_owned();
            for (other, special) in [
                ages.entry(year).or_insert((0, 0)),
                exposures.entry(place.exposure).or_insert((0, 0)),
            ] {
                *(if row.x { special } else { other }) += 1;
            }
        }
        if !holds && row.f[2] == 0 && row.u.is_empty() {
            return Ok(());
        }
        rows.push(row);
        if rows.len() >= DOCUMENTS * 2 {
            left_out += cut(&mut rows);
        }
        Ok(())
    })?;
    left_out += cut(&mut rows);
    details(inventory, &mut rows)?;
    let mut note = "Documents in which something was found or that could not be read.".to_owned();
    if left_out > 0 {
        note.push_str(&format!(
            " The {} that hold least are left out: `report documents` lists all.",
            text::number(left_out)
        ));
    }
    if rows.len() > DETAILED {
        note.push_str(&format!(
            " Locations are told for the {} that hold most: `report csv` has all.",
            text::number(DETAILED as u64)
        ));
    }
    Ok(Data {
        overview: inventory.overview()?,
        table: Table {
            categories: Category::ALL
                .iter()
                .map(|c| (c.title(), super::super::csv::class(c.class())))
                .collect(),
            exposures: Exposure::ALL.iter().map(|e| e.name()).collect(),
            documents: rows,
        },
        note,
        ages,
        exposures,
    })
}

/// Keeps the documents that hold most; returns how many went.
fn cut(rows: &mut Vec<Row>) -> u64 {
    rows.sort_by(|a, b| weight(b).cmp(&weight(a)).then_with(|| a.p.cmp(&b.p)));
    let over = rows.len().saturating_sub(DOCUMENTS);
    rows.truncate(DOCUMENTS);
    over as u64
}

fn weight(row: &Row) -> (bool, u64, u64) {
    (row.x, row.f[0] + row.f[1], row.f[2])
}

fn row(place: &Place, parts: &[PartRow]) -> Row {
    let (mut findings, mut special) = ([0; 3], false);
    let mut categories = Vec::new();
    for rule in parts.iter().flat_map(|part| &part.rules) {
        let [low, medium, high] = rule.counts;
        for (sum, count) in findings.iter_mut().zip([high, medium, low]) {
            *sum += count;
        }
        if medium + high > 0 {
            special |= rule.category.class() != Class::Standard;
            let index = Category::ALL.iter().position(|c| *c == rule.category);
            categories.extend(index.map(|index| index as u8));
        }
    }
    categories.sort_unstable();
    categories.dedup();
    let path = place.path.display();
    let outcome = if place.outcome.kind.is_problem() {
        place.outcome.to_string()
    } else {
        let inside = parts
            .iter()
            .filter(|part| part.ordinal > 0 && part.outcome.kind.is_problem())
            .count() as u64;
        match inside {
            0 => String::new(),
            n => format!("{} inside not read", text::number(n)),
        }
    };
    Row {
        p: text::terminal(&path).into_owned(),
        s: place.size,
        m: place
            .modified
            .map(text::file_time)
            .and_then(|time| time.get(..10).map(str::to_owned))
            .unwrap_or_default(),
        o: text::terminal(&place.owner).into_owned(),
        e: place.exposure as u8,
        u: text::terminal(&outcome).into_owned(),
        f: findings,
        n: parts.iter().map(|part| part.people).max().unwrap_or(0),
        k: place.copies,
        c: categories,
        x: special,
        d: Vec::new(),
    }
}

/// Fills in the drill-down of the first documents of the list.
fn details(inventory: &Inventory, rows: &mut [Row]) -> Result<(), ReportError> {
    let wanted: BTreeMap<String, usize> = rows
        .iter()
        .take(DETAILED)
        .enumerate()
        .map(|(at, row)| (row.p.clone(), at))
        .collect();
    inventory.places::<ReportError>(Which::Live, |place| {
        let path = place.path.display();
        let Some(&at) = wanted.get(&*text::terminal(&path)) else {
            return Ok(());
        };
        let mut detail = Vec::new();
        for part in inventory.parts(place)? {
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
                let findings = shown
                    .into_iter()
                    .take(FINDINGS)
                    .map(|finding| {
                        let evidence = &finding.evidence;
                        let words = [
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
                        (
                            text::terminal(&finding.anchor.to_string()).into_owned(),
                            finding.confidence.level().name(),
                            text::terminal(&finding.preview).into_owned(),
                            words.join(", "),
                            part.id_of(place, rule, finding.number).to_string(),
                        )
                    })
                    .collect();
                let [low, medium, high] = rule.counts;
                detail.push((
                    within.clone(),
                    rule.rule.to_string(),
                    [high, medium, low],
                    findings,
                ));
            }
        }
        rows[at].d = detail;
        Ok(())
    })
}
