//! The rows of the record, from the configuration and the findings. Nothing is guessed: what neither says is marked.
//!
//! A row for every function and purpose that is declared, with the documents under its paths; a document may belong to
//! several. What lies under no function's paths has a row for each folder at the top of a root, so that nothing that was
//! found is without a row.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::columns::{COLUMNS, TO_COMPLETE};
use crate::{
    inventory::{Held, Inventory, record::Exposure},
    model::Category,
    report::{
        Options, ReportError,
        retention::{Places, Policy, Verdict},
        text,
        tree::Labels,
    },
};

/// Folders named in a row.
const FOLDERS: usize = 8;

/// Folders with a row of their own that no function speaks of; what lies elsewhere has one row together.
const UNASSIGNED: usize = 200;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Its id, the same from scan to scan.
    pub(super) id: String,
    /// A cell for each of [`COLUMNS`].
    pub(super) cells: Vec<String>,
}

/// What was found for a row.
#[derive(Default)]
struct Evidence {
    files: u64,
    special: u64,
    people: u64,
    exposed: u64,
    unread: u64,
    overdue: u64,
    contents: HashSet<i64>,
    categories: BTreeMap<Category, u64>,
    folders: HashMap<i64, (String, u64)>,
    rules: BTreeSet<usize>,
    oldest: Option<i64>,
    newest: Option<i64>,
}

impl Evidence {
    fn add(&mut self, held: &Held, verdict: Option<&Verdict>, labels: &Labels) {
        self.unread += u64::from(held.outcome.is_problem());
        if held.categories.is_empty() {
            return;
        }
        self.files += 1;
        self.special += u64::from(held.categories.is_special());
        self.exposed += u64::from(held.exposure == Exposure::Everyone);
        // A copy is about the same people.
        if held
            .content
            .is_none_or(|content| self.contents.insert(content))
        {
            self.people += held.people;
        }
        for category in held.categories.iter() {
            *self.categories.entry(category).or_default() += 1;
        }
        self.folders
            .entry(held.folder.id)
            .or_insert_with(|| {
                let whole = held.folder.whole().display();
                (labels.label(&whole).into_owned(), 0)
            })
            .1 += 1;
        match verdict {
            Some(Verdict::Overdue(rule, ..)) => {
                self.overdue += 1;
                self.rules.insert(*rule);
            }
            Some(Verdict::InTime(rule, ..) | Verdict::Undated(rule, _)) => {
                self.rules.insert(*rule);
            }
            Some(Verdict::NoRule) | None => {}
        }
        if let Some(at) = held.modified {
            self.oldest = Some(self.oldest.map_or(at, |oldest| oldest.min(at)));
            self.newest = Some(self.newest.map_or(at, |newest| newest.max(at)));
        }
    }
}

/// A word for ids: small letters and figures, joined by hyphens.
fn slug(text: &str) -> String {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("-")
}

/// All rows.
pub(super) fn rows(inventory: &Inventory, options: &Options) -> Result<Vec<Row>, ReportError> {
    let labels = Labels::new(&inventory.roots()?);
    let policy = Policy::new(options);
    let functions = &options.config.functions;
    let places: Vec<Option<Places>> = functions
        .iter()
        .map(|function| (!function.paths.is_empty()).then(|| Places::new(&function.paths)))
        .collect();
    let mut evidence: Vec<Evidence> = functions.iter().map(|_| Evidence::default()).collect();
    let mut elsewhere: BTreeMap<String, Evidence> = BTreeMap::new();
    inventory.held::<ReportError>(|held| {
        let verdict = policy.judge(&held);
        let mut placed = false;
        for (places, evidence) in places.iter().zip(&mut evidence) {
            if places.as_ref().is_some_and(|places| places.fit(&held)) {
                evidence.add(&held, verdict.as_ref(), &labels);
                placed = true;
            }
        }
        if !placed && (!held.categories.is_empty() || held.outcome.is_problem()) {
            let top = top(&held);
            let room = elsewhere.len() < UNASSIGNED || elsewhere.contains_key(&top);
            elsewhere
                .entry(if room { top } else { String::new() })
                .or_default()
                .add(&held, verdict.as_ref(), &labels);
        }
        Ok(())
    })?;
    elsewhere.retain(|_, evidence| evidence.files > 0);
    let scanned = match inventory.runs(1)?.first() {
        Some(run) => text::moment(run.started, &options.timezone),
        None => "never scanned".to_owned(),
    };
    let mut rows = Vec::new();
    let mut ids: HashMap<String, u32> = HashMap::new();
    for ((function, evidence), places) in functions.iter().zip(&evidence).zip(&places) {
        let purpose = function.purpose.as_deref().unwrap_or_default();
        let id = format!("{}/{}", slug(&function.name), slug(purpose));
        // Two of one name and purpose are told apart by their order.
        let count = ids.entry(id.clone()).or_default();
        *count += 1;
        let id = match *count {
            1 => id,
            n => format!("{id}/{n}"),
        };
        let evidence = places.is_some().then_some(evidence);
        let declared = |column: &super::columns::Column| (column.declared)(function);
        rows.push(row(id, declared, evidence, &policy, &scanned));
    }
    for (top, evidence) in &elsewhere {
        let id = match top.as_str() {
            "" => "folder:*".to_owned(),
            top => format!("folder:{top}"),
        };
        let declared = |_: &super::columns::Column| String::new();
        rows.push(row(id, declared, Some(evidence), &policy, &scanned));
    }
    Ok(rows)
}

/// The folder at the top of its root that a document lies in; the root for what lies there directly.
fn top(held: &Held) -> String {
    let root = held.folder.root.display();
    let below = held.folder.path.display();
    match below.split('/').next() {
        Some(first) if !first.is_empty() => format!("{}/{first}", root.trim_end_matches('/')),
        _ => root,
    }
}

fn row(
    id: String,
    declared: impl Fn(&super::columns::Column) -> String,
    evidence: Option<&Evidence>,
    policy: &Policy,
    scanned: &str,
) -> Row {
    let cells: Vec<String> = COLUMNS
        .iter()
        .map(|column| {
            let declared = declared(column);
            if !declared.is_empty() {
                return declared;
            }
            match evidence.and_then(|evidence| found(column.name, evidence, policy, scanned)) {
                Some(found) => found,
                // A function without paths has no evidence, and nobody can complete that by hand.
                None if column.evidence => "no paths declared".to_owned(),
                None => TO_COMPLETE.to_owned(),
            }
        })
        .collect();
    // As it will stand in the workbook, so that an edit can be told from what was generated.
    let shown = |text: String| text::terminal(&text).into_owned();
    Row {
        id: shown(id),
        cells: cells.into_iter().map(shown).collect(),
    }
}

/// What the scan says for a column; `None` where it cannot know.
fn found(name: &str, evidence: &Evidence, policy: &Policy, scanned: &str) -> Option<String> {
    let number = |n: u64| Some(n.to_string());
    Some(match name {
        "personal_data" if !evidence.categories.is_empty() => {
            let titles: Vec<_> = evidence.categories.keys().map(|c| c.title()).collect();
            titles.join("; ")
        }
        "individuals" if evidence.people > 0 => format!(
            "{TO_COMPLETE} (the scan found at most {})",
            text::plural(evidence.people, "person", "people")
        ),
        "location" if !evidence.folders.is_empty() => folders(evidence, false),
        "retention" if !evidence.rules.is_empty() => {
            let rules: Vec<_> = evidence
                .rules
                .iter()
                .map(|&rule| {
                    let rule = &policy.rules[rule];
                    format!("{}: {}", rule.title, rule.period)
                })
                .collect();
            rules.join("; ")
        }
        "policy_kept" if evidence.rules.is_empty() => {
            format!("{TO_COMPLETE} (no retention rule speaks of these files)")
        }
        "policy_kept" => match evidence.overdue {
            0 => format!("{TO_COMPLETE} (the scan found nothing overdue by the retention rules)"),
            n => format!(
                "{TO_COMPLETE} (the scan found {} overdue by the retention rules)",
                text::plural(n, "file", "files")
            ),
        },
        "files" => return number(evidence.files),
        "special" => return number(evidence.special),
        "people" => return number(evidence.people),
        "exposed" => return number(evidence.exposed),
        "unread" => return number(evidence.unread),
        "found" => {
            let found: Vec<_> = evidence
                .categories
                .iter()
                .map(|(category, files)| format!("{} ({files})", category.title()))
                .collect();
            match found.is_empty() {
                true => "nothing".to_owned(),
                false => found.join("; "),
            }
        }
        "places" => folders(evidence, true),
        "age" => match (evidence.oldest, evidence.newest) {
            (Some(oldest), Some(newest)) => {
                let day = |at| {
                    text::file_time(at)
                        .get(..10)
                        .unwrap_or("unknown")
                        .to_owned()
                };
                format!("{} to {}", day(oldest), day(newest))
            }
            _ => "unknown".to_owned(),
        },
        "scanned" => scanned.to_owned(),
        _ => return None,
    })
}

/// The folders that hold most.
fn folders(evidence: &Evidence, counts: bool) -> String {
    let mut folders: Vec<_> = evidence.folders.values().collect();
    folders.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let mut named: Vec<String> = folders
        .iter()
        .take(FOLDERS)
        .map(|(label, files)| match counts {
            true => format!("{label} ({files})"),
            false => label.clone(),
        })
        .collect();
    let more = folders.len().saturating_sub(FOLDERS);
    if more > 0 {
        named.push(format!("and {more} more"));
    }
    if named.is_empty() {
        named.push("none".to_owned());
    }
    named.join("; ")
}
