//! A document read again: its words, its records, and what is found in them with the values.
//!
//! The inventory holds no value, so whatever hands something over or checks what is left reads the documents anew, by
//! the same way a scan does. One file at a time is held in memory; text past [`MOST`] is not kept and the part says so.

use std::{collections::BTreeMap, fs::File, io, ops::Range, path::Path, sync::Arc};

use crate::{
    detect::DocumentSummary,
    extract::{Flow, Head, Source},
    model::{Anchor, Finding, Layout, Outcome, PartChain, Segment, Table},
    scan::{
        Tools,
        document::{Desk, Notes, study, study_name},
    },
    walk::{Opener, refusal},
};

/// Bytes of text kept of one part.
pub const MOST: usize = 64 << 20;

/// A file with everything inside it.
pub struct ReadFile {
    /// BLAKE3 of its bytes.
    pub digest: [u8; 32],
    /// Its size in bytes.
    pub size: u64,
    /// The file itself and its members, in the order of opening.
    pub parts: Vec<Part>,
    /// What is found in its own name.
    pub in_name: Vec<Finding>,
}

/// A document: the file itself or a member.
#[derive(Default)]
pub struct Part {
    /// Steps from the file inwards.
    pub chain: PartChain,
    /// Format it was read as.
    pub format: &'static str,
    /// Whether a person who opens the container does not see it.
    pub hidden: bool,
    /// All its text, pieces divided by line breaks.
    pub text: String,
    /// Rows of its tables.
    pub rows: Vec<Row>,
    /// How each of its tables is written, by sheet; no rows.
    pub tables: BTreeMap<Arc<str>, Table>,
    /// Where it has text of a kind a reader may not see: comments, deleted text, hidden sheets, properties.
    pub unseen: Vec<Anchor>,
    /// What is found in it.
    pub findings: Vec<Found>,
    /// How reading it ended.
    pub outcome: Option<Outcome>,
    /// Different people it is about, estimated.
    pub people: u64,
    /// Where stretches of the document's text lie in `text`: offset there, offset here.
    map: Vec<(u64, usize)>,
}

/// A row of a table.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// Its bytes in the text of the part.
    pub range: Range<usize>,
    /// Its sheet.
    pub sheet: Arc<str>,
    /// Its number, from 1.
    pub number: u64,
}

/// A finding and where its text lies.
pub struct Found {
    /// The finding.
    pub finding: Finding,
    /// Its bytes in the text of the part; none when it lies in the name of the member, or beyond the text kept.
    pub range: Option<Range<usize>>,
}

impl Part {
    /// Whether not all of its text was kept.
    pub fn is_cut(&self) -> bool {
        self.text.len() >= MOST
    }

    /// The row that holds a byte.
    pub fn row_at(&self, byte: usize) -> Option<&Row> {
        let after = self.rows.partition_point(|row| row.range.start <= byte);
        let row = self.rows.get(after.checked_sub(1)?)?;
        (byte < row.range.end).then_some(row)
    }

    /// The cells of a row under their headings; the column's letter where it has none.
    pub fn cells(&self, row: &Row) -> Vec<(String, String)> {
        let Some(table) = self.tables.get(&row.sheet) else {
            return Vec::new();
        };
        table
            .cells(&self.text, row.range.clone())
            .enumerate()
            .map(|(n, cell)| {
                let heading = table.headings.get(n).filter(|h| !h.trim().is_empty());
                let heading = heading.map_or_else(
                    || crate::model::segment::column_letters(n as u32 + 1),
                    |heading| heading.to_string(),
                );
                let text = &self.text[cell];
                let text = match table.quoted {
                    true => text
                        .strip_prefix('"')
                        .and_then(|text| text.strip_suffix('"'))
                        .map_or_else(|| text.to_owned(), |text| text.replace("\"\"", "\"")),
                    false => text.to_owned(),
                };
                (heading, text)
            })
            .collect()
    }

    /// The bounds of the record that holds a byte: its row, or its line.
    pub fn record_at(&self, byte: usize) -> Range<usize> {
        if let Some(row) = self.row_at(byte) {
            return row.range.clone();
        }
        let bytes = self.text.as_bytes();
        let byte = byte.min(bytes.len());
        let start = memchr::memrchr(b'\n', &bytes[..byte]).map_or(0, |n| n + 1);
        let end = memchr::memchr(b'\n', &bytes[byte..]).map_or(bytes.len(), |n| byte + n);
        start..end
    }

    fn here(&self, offset: u64, length: u32) -> Option<Range<usize>> {
        let at = self.map.partition_point(|(there, _)| *there <= offset);
        let (there, here) = *self.map.get(at.checked_sub(1)?)?;
        let start = here + usize::try_from(offset - there).ok()?;
        let end = start + length as usize;
        self.text.get(start..end).map(|_| start..end)
    }

    fn take(&mut self, segment: &Segment<'_>) {
        let fresh = &segment.text[segment.repeats..];
        if self.text.len() + fresh.len() > MOST {
            return;
        }
        if segment.repeats == 0 && !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        let here = self.text.len();
        self.map
            .push((segment.offset + segment.repeats as u64, here));
        match segment.layout {
            Layout::Lines { .. } => {}
            Layout::Table(table) => {
                self.tables
                    .entry(table.name.clone())
                    .or_insert_with(|| Table {
                        name: table.name.clone(),
                        delimiter: table.delimiter,
                        quoted: table.quoted,
                        rows: Vec::new(),
                        row_numbers: Vec::new(),
                        first_row: 1,
                        headings: table.headings.clone(),
                    });
                if table.name.ends_with("(hidden sheet)") {
                    self.unseen.push(Anchor::Region(table.name.clone()));
                }
                for (index, start) in table.rows.iter().enumerate() {
                    let end = table
                        .rows
                        .get(index + 1)
                        .map_or(segment.text.len(), |r| *r as usize);
                    let start = (*start as usize).max(segment.repeats);
                    if start >= end {
                        continue;
                    }
                    self.rows.push(Row {
                        range: here + start - segment.repeats..here + end - segment.repeats,
                        sheet: table.name.clone(),
                        number: table.row_number(index),
                    });
                }
            }
            Layout::Marked { marks, .. } => {
                self.unseen.extend(
                    marks
                        .iter()
                        .map(|mark| &mark.anchor)
                        .filter(unseen)
                        .cloned(),
                );
            }
        }
        self.text.push_str(fresh);
    }
}

/// Whether text at such a place is not seen by who just opens the document.
fn unseen(anchor: &&Anchor) -> bool {
    match anchor {
        Anchor::Meta(_) | Anchor::Notes(_) => true,
        Anchor::Region(name) => [
            "comment",
            "deleted",
            "tracked",
            "hidden",
            "defined name",
            "pivot",
            "custom XML",
            "embedded",
            "picture description",
            "slide of an earlier",
            "unlisted",
            "script",
        ]
        .iter()
        .any(|word| name.contains(word)),
        _ => false,
    }
}

/// Reads a file again.
///
/// # Errors
/// How it ended when it could not even be opened.
pub fn read(
    tools: &Tools,
    desk: &mut Desk,
    opener: &Opener,
    path: &Path,
) -> Result<ReadFile, Outcome> {
    let (file, metadata) = opener.open(path).map_err(|e| refusal(&e))?;
    let digest = hash(&file).map_err(|e| refusal(&e))?;
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let mut in_name = Vec::new();
    study_name(&tools.detector, desk, &name, &mut |finding| {
        in_name.push(finding)
    });
    let mut keeper = Keeper::default();
    let source = Source::opened(file, &metadata);
    study(
        &tools.reader,
        &tools.detector,
        desk,
        source,
        &name,
        &mut keeper,
    );
    Ok(ReadFile {
        digest,
        size: metadata.len(),
        parts: keeper.done,
        in_name,
    })
}

/// Reads text that is in memory, as a file of that name would be.
pub fn read_text(tools: &Tools, desk: &mut Desk, text: &str, name: &str) -> Vec<Part> {
    let mut keeper = Keeper::default();
    let source = Source::bytes(text.as_bytes());
    study(
        &tools.reader,
        &tools.detector,
        desk,
        source,
        name,
        &mut keeper,
    );
    keeper.done
}

/// BLAKE3 of a file, which is left at its start.
fn hash(mut file: &File) -> io::Result<[u8; 32]> {
    use std::io::Seek as _;
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(file)?;
    file.rewind()?;
    Ok(*hasher.finalize().as_bytes())
}

#[derive(Default)]
struct Keeper {
    open: Vec<(usize, Part)>,
    opened: usize,
    done: Vec<Part>,
    order: Vec<usize>,
}

impl Notes for Keeper {
    fn open(&mut self, head: &Head<'_>) {
        let part = Part {
            chain: head.parts.clone(),
            format: head.format,
            hidden: head.hidden,
            ..Part::default()
        };
        self.open.push((self.opened, part));
        self.opened += 1;
    }

    fn text(&mut self, segment: &Segment<'_>) {
        if let Some((_, part)) = self.open.last_mut() {
            part.take(segment);
        }
    }

    fn finding(&mut self, finding: &Finding) {
        if let Some((_, part)) = self.open.last_mut() {
            part.findings.push(Found {
                finding: finding.clone(),
                range: None,
            });
        }
    }

    fn close(&mut self, outcome: Outcome, summary: DocumentSummary) {
        let Some((number, mut part)) = self.open.pop() else {
            return;
        };
        part.outcome = Some(outcome);
        part.people = summary.people;
        part.unseen.sort();
        part.unseen.dedup();
        let mut findings = std::mem::take(&mut part.findings);
        for found in &mut findings {
            let location = &found.finding.location;
            let of_name = matches!(&location.anchor, Anchor::Meta(name) if &**name == "name");
            if !of_name {
                found.range = part.here(location.offset, location.length);
            }
        }
        findings.sort_by_key(|f| f.range.as_ref().map_or(usize::MAX, |range| range.start));
        part.findings = findings;
        // Members close before what holds them; they are told in the order of opening.
        let at = self.order.partition_point(|n| *n < number);
        self.order.insert(at, number);
        self.done.insert(at, part);
    }

    fn read(&mut self, _: usize) -> Flow {
        Flow::Continue
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::scan::{Reading, job::RuleChoice};

    fn tools() -> Tools {
        let reading = Reading {
            rules: RuleChoice::default(),
            passwords: Vec::new(),
            memory: 512 << 20,
            deadline: 60,
            temporary: None,
            ocr: None,
        };
        Tools::new(&reading, 1).unwrap()
    }

    #[test]
    fn what_is_found_lies_where_its_text_lies() {
        let tools = tools();
        let mut desk = Desk::default();
        let csv = "Name,NI number\nAda Example,QQ 12 34 56 C\nBen Sample,QQ 12 34 57 C\n";
        let long = format!(
            "{}NI number: QQ 12 34 56 C\n",
            "A line of nothing.\n".repeat(90_000)
        );
        for (text, name) in [(csv, "staff.csv"), (long.as_str(), "long.txt")] {
            let parts = read_text(&tools, &mut desk, text, name);
            let part = &parts[0];
            let values: Vec<&str> = part
                .findings
                .iter()
                .filter(|f| &*tools.detector.rule(f.finding.rule).id == "nino")
                .map(|f| &part.text[f.range.clone().unwrap()])
                .collect();
            assert_eq!(values[0], "QQ 12 34 56 C", "{name}");
            for found in &part.findings {
                let range = found.range.clone().unwrap();
                assert_eq!(&part.text[range], found.finding.value.expose());
            }
        }
        let parts = read_text(&tools, &mut desk, csv, "staff.csv");
        let at = parts[0].text.find("Ben").unwrap();
        assert_eq!(
            &parts[0].text[parts[0].record_at(at)],
            "Ben Sample,QQ 12 34 57 C\n"
        );
        assert_eq!(parts[0].row_at(at).unwrap().number, 3);
    }
}
