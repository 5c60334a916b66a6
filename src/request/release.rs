//! Disclosure copies: made by the decisions of a worksheet, then checked, and only released when they pass.
//!
//! A copy is plain text, so it has no hidden sheet, comment, tracked change, property or text under a box of its own; what
//! the document had of those stands in the copy in the open, decided on like the rest. Each copy is then read again as a
//! scan would read it: a value of somebody else that was not decided to be disclosed fails it. [`check`] does the same to
//! a file that was redacted by another program, and there it does look for what a reader does not see.

use std::{collections::BTreeSet, path::PathBuf};

use serde::Serialize;

use crate::{
    model::Category,
    request::{
        Case, Event, RequestError,
        files::Staged,
        log::{Hand, Head},
        pack::{excerpt_as, finish, json, problems, refuse, source_line},
        redact::{Decisions, questions},
        redactor::{Redactor, cut},
        reread::{self, Part},
        search::Searcher,
        third::{Decision, counts, identifies},
    },
    scan::document::Desk,
};

/// What the copies came to.
#[derive(Debug, Serialize)]
pub struct Release {
    /// The case.
    pub case: String,
    /// When.
    pub made_at: String,
    /// The program.
    pub program: String,
    /// The end of the log before.
    pub log: Head,
    /// BLAKE3 of the worksheet.
    pub decisions: String,
    /// Copies that were released.
    pub released: Vec<Copy>,
    /// Documents that stay here, with the reason.
    pub withheld: Vec<(String, String)>,
    /// Copies that failed the check, with what was found.
    pub failed: Vec<(String, Vec<Issue>)>,
    /// Marks that stand for what was taken out.
    pub removed: u64,
}

/// A copy.
#[derive(Debug, Serialize)]
pub struct Copy {
    /// The file in the folder for the person.
    pub file: String,
    /// Where it comes from.
    pub source: String,
    /// BLAKE3 of the copy.
    pub digest: String,
    /// Marks in it.
    pub removed: u64,
}

/// Something that should not be in a copy.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Issue {
    /// What it is: a rule, or `hidden`, `comment`, `property`, …
    pub what: String,
    /// Where.
    pub place: String,
    /// Masked.
    pub preview: String,
}

/// Copies made and recorded.
#[derive(Debug)]
pub struct Released {
    /// The folder.
    pub path: PathBuf,
    /// What is in it.
    pub release: Release,
}

/// Folder, inside what is made, of the files that go to the person; beside it lies the record for the responder.
pub const FOR_THE_PERSON: &str = "for-the-person";

/// Makes the copies of a case by the decisions taken.
pub fn apply(
    searcher: &Searcher<'_>,
    case: &mut Case,
    decisions: &Decisions,
    target: Option<PathBuf>,
    anyway: bool,
    hand: &Hand,
) -> Result<Released, RequestError> {
    case.must_be_open()?;
    let target = target.unwrap_or_else(|| case.fresh("disclosure", ""));
    let searched = searcher.search()?;
    let mut problems = problems(&searcher.roots()?, u64::MAX);
    let staged = Staged::new(&target)?;
    let mut release = Release {
        case: case.name().to_owned(),
        made_at: jiff::Timestamp::now()
            .strftime("%Y-%m-%dT%H:%M:%SZ")
            .to_string(),
        program: format!("domesday {}", env!("CARGO_PKG_VERSION")),
        log: case.head(),
        decisions: decisions.sheet.digest.clone(),
        released: Vec::new(),
        withheld: Vec::new(),
        failed: Vec::new(),
        removed: 0,
    };
    let mut desk = Desk::default();
    for (number, hit) in searched.taken.iter().enumerate() {
        let Ok((at, file)) = searcher.read_hit_or_say(&mut desk, hit, &mut problems) else {
            continue;
        };
        let path = hit.places[at].path.display();
        let questions = questions(searcher, hit, &file);
        let (mut withheld, mut out, mut kept) = (None, Vec::new(), BTreeSet::new());
        let (whole, why) = decisions.of(&questions.whole, &path)?;
        if *whole == Decision::Withhold {
            withheld = Some(why.clone());
        }
        let mut cuts: Vec<Vec<std::ops::Range<usize>>> = Vec::new();
        for piece in &questions.pieces {
            let mut ranges = Vec::new();
            for item in &piece.items {
                let (Some(other), (decision, why)) = (&item.other, decisions.of(&item.id, &path)?)
                else {
                    continue;
                };
                match decision {
                    Decision::Disclose => {
                        kept.insert((other.rule.clone(), other.normal.clone()));
                    }
                    Decision::Redact => {
                        out.push((other.category, other.value.clone()));
                        ranges.extend(other.ranges.iter().cloned());
                    }
                    Decision::Withhold => withheld = Some(why.clone()),
                }
            }
            cuts.push(ranges);
        }
        if let Some(why) = withheld {
            release.withheld.push((path, why));
            continue;
        }
        out.extend(
            decisions
                .extra
                .iter()
                .map(|text| (Category::Name, text.clone())),
        );
        let redactor = Redactor::new(&out, &searcher.subject)?;
        for (n, (piece, mut ranges)) in questions.pieces.iter().zip(cuts).enumerate() {
            ranges.extend(redactor.cuts(&piece.part.text));
            let marks = std::cell::Cell::new(0);
            let show = |stretch: std::ops::Range<usize>| {
                let (text, n) = cut(&piece.part.text, stretch, &ranges);
                marks.set(marks.get() + n);
                text
            };
            let source = redactor.clean(&source_line(&hit.places[at], piece.part));
            let text = excerpt_as(&source, piece.part, &piece.stretches, &show, &|words| {
                redactor.clean(words)
            });
            let name = format!("{FOR_THE_PERSON}/{:04}-{n:02}.txt", number + 1);
            let issues = examine(searcher, &mut desk, &text, &redactor, &kept);
            if !issues.is_empty() {
                release.failed.push((
                    crate::scan::document::shown(&path, &piece.part.chain),
                    issues,
                ));
                continue;
            }
            staged.write(&name, text.as_bytes())?;
            release.removed += marks.get();
            release.released.push(Copy {
                file: name,
                source,
                digest: crate::request::files::digest(text.as_bytes()),
                removed: marks.get(),
            });
        }
    }
    refuse(&problems, anyway)?;
    staged.write("record.json", &json(&release)?)?;
    let event = Event::Redacted {
        folder: target.display().to_string(),
        decisions: release.decisions.clone(),
        released: release.released.len() as u64,
        withheld: release.withheld.len() as u64,
        failed: release.failed.len() as u64,
        removed: release.removed,
    };
    finish(staged, &target, false, case, hand, event)?;
    Ok(Released {
        path: target,
        release,
    })
}

/// What in a copy should not be there: read again as a scan would read it.
fn examine(
    searcher: &Searcher<'_>,
    desk: &mut Desk,
    text: &str,
    redactor: &Redactor,
    kept: &BTreeSet<(String, String)>,
) -> Vec<Issue> {
    let mut issues = BTreeSet::new();
    for part in reread::read_text(searcher.tools, desk, text, "copy.txt") {
        strangers(searcher, &part, kept, &mut issues);
    }
    if redactor.remains(text) {
        issues.insert(Issue {
            what: "a value that was to be taken out".to_owned(),
            place: "in another spelling".to_owned(),
            preview: String::new(),
        });
    }
    issues.into_iter().collect()
}

/// Values of other people in a part that nobody decided to disclose.
fn strangers(
    searcher: &Searcher<'_>,
    part: &Part,
    kept: &BTreeSet<(String, String)>,
    issues: &mut BTreeSet<Issue>,
) {
    let detector = &searcher.tools.detector;
    let names: Vec<&str> = kept
        .iter()
        .filter(|(rule, _)| rule == "person-name")
        .map(|(_, normal)| normal.as_str())
        .collect();
    for found in part.findings.iter().filter(|f| counts(&f.finding)) {
        let finding = &found.finding;
        let rule = detector.rule(finding.rule);
        let value = finding.value.expose();
        if searcher.subject.owns(rule, finding).is_some()
            || finding.category != Category::Name
                && finding.confidence.level() < crate::model::Level::Medium
            || value.contains("redacted")
        {
            continue;
        }
        let lower = value.to_lowercase();
        let known = kept.contains(&(rule.id.to_string(), finding.normal.expose().to_owned()))
            || kept
                .iter()
                .any(|(_, normal)| *normal == lower || *normal == finding.normal.expose())
            || finding.category == Category::Name && names.iter().any(|name| name.contains(&lower));
        if !known && identifies(finding.category) {
            issues.insert(Issue {
                what: rule.id.to_string(),
                place: finding.location.anchor.to_string(),
                preview: finding.value.masked(),
            });
        }
    }
}

/// Checks a file that was redacted by another program: values of other people wherever they lie in it, and text that a
/// reader does not see. With a worksheet, what was decided to be disclosed is allowed.
pub fn check(
    searcher: &Searcher<'_>,
    file: &std::path::Path,
    allowed: &BTreeSet<(String, String)>,
) -> Result<Vec<Issue>, RequestError> {
    let mut desk = Desk::default();
    let read = searcher.read(&mut desk, file).map_err(|outcome| {
        RequestError::refused(format!("{} cannot be checked: {outcome}", file.display()))
    })?;
    let mut issues = BTreeSet::new();
    for part in &read.parts {
        strangers(searcher, part, allowed, &mut issues);
        let chain = part.chain.to_string();
        if part.hidden {
            issues.insert(Issue {
                what: "hidden".to_owned(),
                place: chain.clone(),
                preview: String::new(),
            });
        }
        for anchor in &part.unseen {
            issues.insert(Issue {
                what: "text that is easily missed".to_owned(),
                place: anchor.to_string(),
                preview: String::new(),
            });
        }
        if let Some(outcome) = part
            .outcome
            .as_ref()
            .filter(|outcome| outcome.kind.is_problem())
        {
            issues.insert(Issue {
                what: "not read".to_owned(),
                place: format!("{chain} {outcome}"),
                preview: String::new(),
            });
        }
    }
    Ok(issues.into_iter().collect())
}
