//! What people wrote into the workbook, read back and kept.
//!
//! A hidden sheet has what was generated last. A cell that differs from that was edited, and stays as it is. When the new
//! scan or the configuration would now say something else than last time, the edit still stays and the two are shown as a
//! conflict, in every workbook until the cell says the new words or somebody writes `keep` beside the conflict.

use std::{collections::HashMap, path::Path};

use calamine::{Data, Reader, Xlsx};

use super::{
    columns::{COLUMNS, TO_COMPLETE},
    rows::Row,
};
use crate::report::ReportError;

/// The sheet people work in.
pub(super) const SHEET: &str = "RoPA";
/// The sheet with what was generated.
pub(super) const GENERATED: &str = "domesday";
/// The sheet of conflicts.
pub(super) const CONFLICTS: &str = "Conflicts";
/// The sheet with the controller and how to read it.
pub(super) const ABOUT: &str = "About";
/// The heading of the ids, and of what stands beside a conflict.
pub(super) const ID: &str = "Row id (do not change)";
pub(super) const DECISION: &str = "Decision (write keep)";

/// A workbook as it was found.
#[derive(Default)]
pub(super) struct Before {
    /// Headings of columns that are not ours, in their order.
    pub(super) columns: Vec<String>,
    /// Rows in their order: id and cells by heading.
    rows: Vec<(String, HashMap<String, String>)>,
    /// What was generated, by id and name of column.
    generated: HashMap<(String, String), String>,
    /// Conflicts that were decided: id and heading.
    decided: Vec<(String, String)>,
    /// Sheets that are not ours, as words.
    pub(super) sheets: Vec<(String, Vec<Vec<String>>)>,
}

/// An edit that the record would now say otherwise.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Conflict {
    pub(super) id: String,
    pub(super) heading: &'static str,
    pub(super) written: String,
    pub(super) now: String,
}

/// A row of the new workbook.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Merged {
    pub(super) id: String,
    /// A cell for each of [`COLUMNS`], then one for each column of theirs.
    pub(super) cells: Vec<String>,
    /// What is generated, for the hidden sheet; none for a row that people added.
    pub(super) generated: Vec<String>,
    /// What is to be known of the row.
    pub(super) state: &'static str,
}

fn words(cell: &Data) -> String {
    match cell {
        Data::Float(n) if n.fract() == 0.0 && n.abs() < 1e15 => format!("{n:.0}"),
        Data::DateTime(time) => {
            let (year, month, day, hour, minute, ..) = time.to_ymd_hms_milli();
            match (hour, minute) {
                (0, 0) => format!("{year:04}-{month:02}-{day:02}"),
                _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}"),
            }
        }
        Data::Empty => String::new(),
        other => other.to_string(),
    }
}

impl Before {
    /// Reads it. What cannot be read is an error: nothing that people wrote may be lost.
    pub(super) fn read(file: &Path) -> Result<Before, ReportError> {
        let bad = |why: String| ReportError::Workbook {
            file: file.to_owned(),
            why,
        };
        let mut book: Xlsx<_> =
            calamine::open_workbook(file).map_err(|e: calamine::XlsxError| bad(e.to_string()))?;
        let names = book.sheet_names();
        if !names.iter().any(|name| name == SHEET) {
            return Err(bad(format!("it has no sheet `{SHEET}`")));
        }
        let mut before = Before::default();
        for name in names {
            let range = book
                .worksheet_range(&name)
                .map_err(|e| bad(e.to_string()))?;
            // A range begins at the first cell in use; a sheet at its corner.
            let (down, right) = range.start().unwrap_or_default();
            let blank = std::iter::repeat_n(Vec::new(), down as usize);
            let rows: Vec<Vec<String>> = blank
                .chain(range.rows().map(|row| {
                    let left = std::iter::repeat_n(String::new(), right as usize);
                    left.chain(row.iter().map(words)).collect()
                }))
                .collect();
            match name.as_str() {
                SHEET => before.people(rows, &bad)?,
                GENERATED => {
                    for row in rows {
                        if let [id, column, text, ..] = &row[..] {
                            before
                                .generated
                                .insert((id.clone(), column.clone()), text.clone());
                        }
                    }
                }
                CONFLICTS => before.decisions(&rows),
                ABOUT => {}
                _ => before.sheets.push((name, rows)),
            }
        }
        Ok(before)
    }

    fn people(
        &mut self,
        rows: Vec<Vec<String>>,
        bad: &impl Fn(String) -> ReportError,
    ) -> Result<(), ReportError> {
        let mut rows = rows
            .into_iter()
            .skip_while(|row| !row.iter().any(|cell| cell == ID));
        let Some(headings) = rows.next() else {
            return Err(bad(format!("the column `{ID}` is missing from `{SHEET}`")));
        };
        let ours = |heading: &str| {
            heading.is_empty()
                || heading == ID
                || heading == STATE
                || COLUMNS.iter().any(|column| column.title == heading)
        };
        self.columns = headings.iter().filter(|h| !ours(h)).cloned().collect();
        for row in rows {
            if row.iter().all(|cell| cell.is_empty()) {
                continue;
            }
            let cells: HashMap<String, String> = headings.iter().cloned().zip(row).collect();
            let id = cells.get(ID).cloned().unwrap_or_default();
            self.rows.push((id, cells));
        }
        Ok(())
    }

    fn decisions(&mut self, rows: &[Vec<String>]) {
        let Some(head) = rows.first() else { return };
        let at = |heading: &str| head.iter().position(|cell| cell == heading);
        let (Some(id), Some(column), Some(decision)) = (at(ID), at("Column"), at(DECISION)) else {
            return;
        };
        for row in rows {
            let cell = |at: usize| row.get(at).map(String::as_str).unwrap_or_default();
            if cell(decision).trim().eq_ignore_ascii_case("keep") {
                self.decided
                    .push((cell(id).to_owned(), cell(column).to_owned()));
            }
        }
    }

    /// Lays what was written over what is generated now.
    pub(super) fn merge(&self, now: Vec<Row>) -> (Vec<Merged>, Vec<Conflict>) {
        let mut conflicts = Vec::new();
        let mut merged = Vec::new();
        let mut of_people: HashMap<&str, &HashMap<String, String>> = HashMap::new();
        for (id, cells) in &self.rows {
            of_people.entry(id).or_insert(cells);
        }
        let theirs = |cells: Option<&HashMap<String, String>>| {
            self.columns
                .iter()
                .map(|heading| {
                    cells
                        .and_then(|c| c.get(heading).cloned())
                        .unwrap_or_default()
                })
                .collect::<Vec<_>>()
        };
        for row in now {
            let written = of_people.get(row.id.as_str()).copied();
            let known_before = self.generated.keys().any(|(id, _)| *id == row.id);
            let (mut cells, mut generated) = (Vec::new(), Vec::new());
            for (column, now) in COLUMNS.iter().zip(row.cells) {
                let before = self
                    .generated
                    .get(&(row.id.clone(), column.name.to_owned()));
                let written = written.and_then(|cells| cells.get(column.title));
                match (written, before) {
                    // Cleared on purpose or edited: theirs. A cell back at the marker asks to be filled again.
                    (Some(written), Some(before))
                        if written != before && written != TO_COMPLETE =>
                    {
                        let decided = self
                            .decided
                            .iter()
                            .any(|(id, heading)| *id == row.id && heading == column.title);
                        if now == *before || now == *written || decided {
                            generated.push(now);
                        } else {
                            conflicts.push(Conflict {
                                id: row.id.clone(),
                                heading: column.title,
                                written: written.clone(),
                                now,
                            });
                            // So that it is shown again until it is decided.
                            generated.push(before.clone());
                        }
                        cells.push(written.clone());
                    }
                    // Without what was generated before nobody can tell an edit: what stands there is one.
                    (Some(written), None) if !written.is_empty() && *written != now => {
                        cells.push(written.clone());
                        generated.push(now);
                    }
                    _ => {
                        cells.push(now.clone());
                        generated.push(now);
                    }
                }
            }
            cells.extend(theirs(written));
            let state = match (written, known_before) {
                (None, true) => "was deleted from the workbook; there is still evidence of it",
                _ => "",
            };
            merged.push(Merged {
                id: row.id,
                cells,
                generated,
                state,
            });
        }
        self.rest(&mut merged);
        (merged, conflicts)
    }

    /// Rows that people added, second rows of an id, and edited ones of which nothing is declared or found any more.
    fn rest(&self, merged: &mut Vec<Merged>) {
        let mut taken: Vec<String> = Vec::new();
        let mut added = 0;
        for (id, cells) in &self.rows {
            let again = taken.contains(id);
            taken.push(id.clone());
            if !id.is_empty() && !again && merged.iter().any(|row| row.id == *id) {
                continue;
            }
            let cell = |heading: &str| cells.get(heading).cloned().unwrap_or_default();
            let before = |name: &str| self.generated.get(&(id.clone(), name.to_owned()));
            let generated_before = COLUMNS.iter().any(|column| before(column.name).is_some());
            let edited = COLUMNS.iter().any(|column| {
                before(column.name).is_none_or(|before| *before != cell(column.title))
            }) || self.columns.iter().any(|heading| !cell(heading).is_empty());
            if generated_before && !again && !edited {
                continue;
            }
            let mut all: Vec<String> = COLUMNS.iter().map(|column| cell(column.title)).collect();
            all.extend(self.columns.iter().map(|heading| cell(heading)));
            let fresh = id.is_empty() || again;
            let new_id = if fresh {
                loop {
                    added += 1;
                    let id = format!("added-{added}");
                    let used = self.rows.iter().any(|(other, _)| *other == id);
                    if !used && merged.iter().all(|row| row.id != id) {
                        break id;
                    }
                }
            } else {
                id.clone()
            };
            merged.push(Merged {
                id: new_id,
                cells: all,
                generated: Vec::new(),
                state: if generated_before && !again {
                    "no longer declared, and nothing is found there"
                } else {
                    ""
                },
            });
        }
    }
}

/// The heading of what is to be known of a row.
pub(super) const STATE: &str = "Note";

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, purpose: &str) -> Row {
        let mut cells = vec![TO_COMPLETE.to_owned(); COLUMNS.len()];
        cells[1] = purpose.to_owned();
        Row {
            id: id.to_owned(),
            cells,
        }
    }

    /// A workbook with one row, generated with one purpose and now saying another.
    fn before(generated: &str, written: &str) -> Before {
        let mut before = Before::default();
        let mut cells = HashMap::new();
        for (column, text) in COLUMNS.iter().zip(row("a/b", generated).cells) {
            before
                .generated
                .insert(("a/b".into(), column.name.into()), text.clone());
            cells.insert(column.title.to_owned(), text);
        }
        cells.insert(COLUMNS[1].title.into(), written.into());
        before.rows.push(("a/b".into(), cells));
        before
    }

    fn purpose(merged: &[Merged]) -> &str {
        &merged[0].cells[1]
    }

    #[test]
    fn an_edit_stays_and_the_rest_is_made_anew() {
        let (merged, conflicts) = before("Pay", "Pay and pensions").merge(vec![row("a/b", "Pay")]);
        assert_eq!(purpose(&merged), "Pay and pensions");
        assert!(conflicts.is_empty());
        let (merged, _) = before("Pay", "Pay").merge(vec![row("a/b", "Wages")]);
        assert_eq!(purpose(&merged), "Wages");
        let (merged, _) = before("Pay", "to complete").merge(vec![row("a/b", "Wages")]);
        assert_eq!(purpose(&merged), "Wages", "given back to be filled");
        let (merged, _) = before("Pay", "").merge(vec![row("a/b", "Pay")]);
        assert_eq!(purpose(&merged), "", "cleared on purpose");
    }

    #[test]
    fn a_conflict_is_kept_and_shown_until_it_is_decided() {
        let first = before("Pay", "Salaries");
        let (merged, conflicts) = first.merge(vec![row("a/b", "Wages")]);
        assert_eq!(purpose(&merged), "Salaries");
        assert_eq!(conflicts.len(), 1);
        assert_eq!(
            (conflicts[0].written.as_str(), conflicts[0].now.as_str()),
            ("Salaries", "Wages")
        );
        assert_eq!(
            merged[0].generated[1], "Pay",
            "the next time tells it again"
        );
        let mut decided = before("Pay", "Salaries");
        decided
            .decided
            .push(("a/b".into(), COLUMNS[1].title.into()));
        let (merged, conflicts) = decided.merge(vec![row("a/b", "Wages")]);
        assert!(conflicts.is_empty());
        assert_eq!(
            (purpose(&merged), merged[0].generated[1].as_str()),
            ("Salaries", "Wages")
        );
        let (_, conflicts) = before("Pay", "Wages").merge(vec![row("a/b", "Wages")]);
        assert!(conflicts.is_empty(), "the same words are no conflict");
    }

    #[test]
    fn rows_of_people_stay_and_so_do_edited_ones_without_evidence() {
        let mut old = before("Pay", "Pay");
        old.columns.push("Owner".into());
        let mine = HashMap::from([
            (COLUMNS[0].title.to_owned(), "Allotments".to_owned()),
            ("Owner".to_owned(), "Parks".to_owned()),
        ]);
        old.rows.push((String::new(), mine));
        let (merged, _) = old.merge(Vec::new());
        assert_eq!(
            merged.len(),
            1,
            "what nobody touched goes with its evidence"
        );
        assert_eq!(
            (merged[0].id.as_str(), merged[0].cells[0].as_str()),
            ("added-1", "Allotments")
        );
        assert_eq!(merged[0].cells.last().map(String::as_str), Some("Parks"));
        let (merged, _) = before("Pay", "Salaries").merge(Vec::new());
        assert!(merged[0].state.contains("no longer"));
        assert_eq!(purpose(&merged), "Salaries");
    }
}
