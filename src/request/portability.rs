//! The person's data for machines: JSON and CSV by category, each value with where it comes from.
//!
//! UK GDPR Article 20 covers what the person provided; which values those are the responder knows. What is known to be
//! somebody else's is left out: a value is taken when it is the person's own, or stands in the person's record.

use std::{collections::BTreeMap, path::PathBuf};

use serde::Serialize;

use crate::{
    model::{Category, Level},
    request::{
        Case, Event, RequestError,
        files::{Staged, digest},
        log::Hand,
        pack::{finish, hex, json, problems, refuse},
        search::Searcher,
        sheet,
        subject::Own,
        third::{self, Decision},
    },
    scan::document::Desk,
};

/// What is handed to the person or to another controller.
#[derive(Debug, Serialize)]
pub struct Portable {
    /// Name of this form.
    pub format: &'static str,
    /// The case.
    pub case: String,
    /// When.
    pub made_at: String,
    /// Values by category, the categories in the words of a privacy notice.
    pub categories: BTreeMap<&'static str, Vec<Value>>,
    /// Rows of registers on the person, whole.
    pub records: Vec<Record>,
}

/// A value and where it is held.
#[derive(Debug, Serialize)]
pub struct Value {
    /// What it is: the rule that found it.
    pub kind: String,
    /// As it is written.
    pub value: String,
    /// The form that all spellings share.
    pub normal: String,
    /// Where.
    pub sources: Vec<Source>,
}

/// A place in a document.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Source {
    /// The file.
    pub file: String,
    /// Steps from the file inwards.
    pub part: String,
    /// Where in it.
    pub location: String,
    /// BLAKE3 of the file.
    pub blake3: String,
}

/// A row of a register.
#[derive(Debug, Serialize)]
pub struct Record {
    /// Where.
    pub source: Source,
    /// Cells under their headings, in their order.
    pub fields: Vec<(String, String)>,
}

/// Written and recorded.
#[derive(Debug)]
pub struct Ported {
    /// The folder.
    pub path: PathBuf,
    /// Values.
    pub values: u64,
    /// Rows.
    pub records: u64,
}

/// Writes the data of a case's person.
pub fn export(
    searcher: &Searcher<'_>,
    case: &mut Case,
    target: Option<PathBuf>,
    anyway: bool,
    hand: &Hand,
) -> Result<Ported, RequestError> {
    case.must_be_open()?;
    let target = target.unwrap_or_else(|| case.fresh("portable", ""));
    let searched = searcher.search()?;
    let mut problems = problems(&searcher.roots()?, u64::MAX);
    let staged = Staged::new(&target)?;
    let mut values: BTreeMap<(Category, String, String), Value> = BTreeMap::new();
    let mut records = Vec::new();
    let mut desk = Desk::default();
    let detector = &searcher.tools.detector;
    for hit in &searched.taken {
        let Ok((at, file)) = searcher.read_hit_or_say(&mut desk, hit, &mut problems) else {
            continue;
        };
        let source = |part: &str, location: String| Source {
            file: hit.places[at].path.display(),
            part: part.to_owned(),
            location,
            blake3: hex(&file.digest),
        };
        for part in &file.parts {
            let stretches = searcher.concerning(hit, part);
            if stretches.is_empty() {
                continue;
            }
            let chain = part.chain.to_string();
            for stretch in &stretches {
                let row = part
                    .row_at(stretch.start)
                    .filter(|row| row.range == *stretch);
                if let Some(row) = row {
                    records.push(Record {
                        source: source(
                            &chain,
                            format!("{} row {}", row.sheet, row.number)
                                .trim()
                                .to_owned(),
                        ),
                        fields: part.cells(row),
                    });
                }
            }
            let others = third::others(detector, &searcher.subject, part, &stretches);
            for found in &part.findings {
                let finding = &found.finding;
                let Some(range) = &found.range else { continue };
                let within = stretches.iter().any(|s| s.contains(&range.start));
                if !within || finding.confidence.level() < Level::Medium {
                    continue;
                }
                let rule = detector.rule(finding.rule);
                let own = searcher.subject.owns(rule, finding);
                let other = others.iter().find(|other| other.ranges.contains(range));
                let taken = match (own, other) {
                    (Some(own), _) if own > Own::Perhaps => true,
                    (_, Some(other)) => {
                        other.suggestion == Decision::Disclose && finding.category != Category::Name
                    }
                    (None, None) => !third::identifies(finding.category),
                    _ => false,
                };
                if !taken {
                    continue;
                }
                let normal = finding.normal.expose().to_owned();
                let key = (finding.category, rule.id.to_string(), normal.clone());
                let value = values.entry(key).or_insert_with(|| Value {
                    kind: rule.id.to_string(),
                    value: finding.value.expose().to_owned(),
                    normal,
                    sources: Vec::new(),
                });
                let source = source(&chain, finding.location.anchor.to_string());
                if !value.sources.contains(&source) {
                    value.sources.push(source);
                }
            }
        }
    }
    refuse(&problems, anyway)?;
    let mut rows = Vec::new();
    let (values_count, records_count) = (values.len() as u64, records.len() as u64);
    let mut categories: BTreeMap<&'static str, Vec<Value>> = BTreeMap::new();
    for ((category, ..), value) in values {
        for source in &value.sources {
            rows.push(vec![
                category.title().to_owned(),
                value.kind.clone(),
                value.value.clone(),
                source.file.clone(),
                source.part.clone(),
                source.location.clone(),
                source.blake3.clone(),
            ]);
        }
        categories.entry(category.title()).or_default().push(value);
    }
    let portable = Portable {
        format: "domesday-portable-1",
        case: case.name().to_owned(),
        made_at: jiff::Timestamp::now()
            .strftime("%Y-%m-%dT%H:%M:%SZ")
            .to_string(),
        categories,
        records,
    };
    let bytes = json(&portable)?;
    staged.write("data.json", &bytes)?;
    let head = [
        "category", "kind", "value", "file", "part", "location", "blake3",
    ];
    staged.write("data.csv", &sheet::write(&head, &rows)?)?;
    let event = Event::Ported {
        folder: target.display().to_string(),
        digest: digest(&bytes),
        values: values_count,
    };
    finish(staged, &target, false, case, hand, event)?;
    Ok(Ported {
        path: target,
        values: values_count,
        records: records_count,
    })
}
