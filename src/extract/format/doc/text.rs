//! Text with Word's control characters on its way out: paragraphs, cells, fields, breaks.

use crate::{
    extract::{error::ExtractError, story::Story},
    model::Anchor,
};

use super::{
    marks::{Change, form_field},
    pieces::Run,
};

/// What a paragraph is made of.
enum Item {
    Text(String, Change),
    /// What follows is called so.
    Label(String),
    EndLabel,
}

/// A paragraph that has not ended.
#[derive(Default)]
struct Paragraph {
    items: Vec<Item>,
}

impl Paragraph {
    fn push(&mut self, c: char, change: Change) {
        match self.items.last_mut() {
            Some(Item::Text(text, of)) if *of == change => text.push(c),
            _ => self.items.push(Item::Text(c.to_string(), change)),
        }
    }

    fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    fn write(&mut self, story: &mut Story<'_, '_>) {
        for item in self.items.drain(..) {
            match item {
                Item::Text(text, Change::None) => story.text(&text),
                Item::Text(text, Change::Inserted) => story.inserted(&text),
                Item::Text(text, Change::Deleted) => story.deleted(&text),
                Item::Label(label) => story.open_label(&label),
                Item::EndLabel => story.close_label(),
            }
        }
    }

    fn end(&mut self, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        self.write(story);
        story.end_paragraph()
    }
}

/// A field between its begin and its end.
#[derive(Default)]
struct Field {
    code: String,
    /// Its result has begun.
    begun: bool,
    name: Option<String>,
    chosen: Option<String>,
    labelled: bool,
}

/// Fields inside fields; deeper ones are text of the last.
const DEEPEST: usize = 64;

/// Paragraphs held until it is known whether they belong to a table.
const WAITING: usize = 64;

/// Writes one part of a document.
pub struct Writer<'d> {
    /// The data stream, where form fields are described.
    data: &'d [u8],
    fields: Vec<Field>,
    in_table: bool,
    cells: u32,
    paragraph: Paragraph,
    /// A paragraph with a cell mark after it belongs to a table: the text is cut at marks, and rows are known by them.
    waiting: Vec<Paragraph>,
    steps: u32,
}

impl<'d> Writer<'d> {
    /// For one part.
    pub fn new(data: &'d [u8]) -> Self {
        Writer {
            data,
            fields: Vec::new(),
            in_table: false,
            cells: 0,
            paragraph: Paragraph::default(),
            waiting: Vec::new(),
            steps: 0,
        }
    }

    /// Writes the next characters.
    ///
    /// # Errors
    /// Those of the guard.
    pub fn run(&mut self, run: &Run, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        for c in run.text.chars() {
            self.steps = self.steps.wrapping_add(1);
            if self.steps.is_multiple_of(1 << 16) {
                story.out.check()?;
            }
            self.character(c, run, story)?;
        }
        Ok(())
    }

    fn character(
        &mut self,
        c: char,
        run: &Run,
        story: &mut Story<'_, '_>,
    ) -> Result<(), ExtractError> {
        let in_code = self.fields.last().is_some_and(|f| !f.begun);
        match c {
            '\u{13}' => {
                if self.fields.len() < DEEPEST {
                    self.fields.push(Field::default());
                }
            }
            '\u{14}' => self.result(story)?,
            '\u{15}' => self.end_field(run.change, story)?,
            // The character that stands for the description of a form field.
            '\u{1}' if in_code && run.data.is_some() => {
                let found = run.data.and_then(|at| form_field(self.data, at));
                if let (Some(field), Some(found)) = (self.fields.last_mut(), found) {
                    field.name = Some(found.name);
                    field.chosen = found.chosen;
                }
            }
            _ if in_code => {
                if let Some(field) = self.fields.last_mut()
                    && field.code.len() < 4096
                {
                    field.code.push(c);
                }
            }
            '\r' | '\u{c}' | '\u{e}' => {
                if self.in_table {
                    // Either another paragraph of a cell, or the table is over: the next mark will tell.
                    self.waiting.push(std::mem::take(&mut self.paragraph));
                } else {
                    self.paragraph.end(story)?;
                }
                if self.in_table && self.waiting.len() > WAITING {
                    self.end_table(story)?;
                }
            }
            '\u{7}' => self.cell_mark(story)?,
            '\u{b}' => self.paragraph.push('\n', run.change),
            '\u{1e}' => self.paragraph.push('-', run.change),
            '\u{1f}' => self.paragraph.push('\u{ad}', run.change),
            '\u{a0}' => self.paragraph.push(' ', run.change),
            '\t' => self.paragraph.push('\t', run.change),
            '\u{1}'..='\u{8}' | '\0' | '\u{f}'..='\u{12}' | '\u{16}'..='\u{1d}' | '\n' => {}
            c => self.paragraph.push(c, run.change),
        }
        Ok(())
    }

    /// The code of a field is known, its result follows.
    fn result(&mut self, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        let Some(field) = self.fields.last_mut().filter(|f| !f.begun) else {
            return Ok(());
        };
        field.begun = true;
        link(&field.code, story)?;
        if let Some(label) = label(field) {
            field.labelled = true;
            self.paragraph.items.push(Item::Label(label));
        }
        Ok(())
    }

    fn end_field(&mut self, change: Change, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        let Some(field) = self.fields.pop() else {
            return Ok(());
        };
        if field.begun {
            if field.labelled {
                self.paragraph.items.push(Item::EndLabel);
            }
            return Ok(());
        }
        link(&field.code, story)?;
        let shown = field.chosen.clone().unwrap_or_else(|| formula(&field.code));
        let label = label(&field).filter(|_| !shown.is_empty());
        let labelled = label.is_some();
        self.paragraph.items.extend(label.map(Item::Label));
        shown.chars().for_each(|c| self.paragraph.push(c, change));
        if labelled {
            self.paragraph.items.push(Item::EndLabel);
        }
        Ok(())
    }

    /// A cell ends; two marks in a row end the row.
    fn cell_mark(&mut self, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        if !self.in_table {
            story.open_table()?;
            self.in_table = true;
            self.cells = 0;
        }
        if self.paragraph.is_empty() && self.waiting.is_empty() && self.cells > 0 {
            self.cells = 0;
            return Ok(());
        }
        if self.cells == 0 {
            story.open_row(false)?;
        }
        story.open_cell()?;
        for mut paragraph in self.waiting.drain(..) {
            paragraph.end(story)?;
        }
        self.paragraph.write(story);
        story.close_cell()?;
        self.cells += 1;
        Ok(())
    }

    fn end_table(&mut self, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        self.in_table = false;
        story.close_table()?;
        for mut paragraph in self.waiting.drain(..) {
            paragraph.end(story)?;
        }
        Ok(())
    }

    /// The part ends.
    ///
    /// # Errors
    /// Those of the guard.
    pub fn finish(mut self, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        if self.in_table {
            self.waiting.push(std::mem::take(&mut self.paragraph));
            self.end_table(story)
        } else {
            self.paragraph.end(story)
        }
    }
}

/// What the result of a field is called.
fn label(field: &Field) -> Option<String> {
    let mut words = field.code.split_whitespace();
    let label = match words.next()?.to_ascii_uppercase().as_str() {
        "FORMTEXT" | "FORMDROPDOWN" | "FORMCHECKBOX" => field.name.clone()?,
        "MERGEFIELD" | "DOCPROPERTY" | "DOCVARIABLE" => words.next()?.trim_matches('"').to_owned(),
        _ => return None,
    };
    Some(label).filter(|l| !l.trim().is_empty())
}

/// What an `EQ` field shows, which has no result: reading aids over words are written so.
fn formula(code: &str) -> String {
    let code = code.trim();
    if !code.get(..2).is_some_and(|w| w.eq_ignore_ascii_case("EQ")) {
        return String::new();
    }
    code.split(['(', ')', ','])
        .skip(1)
        .map(|part| part.split('\\').next().unwrap_or("").trim())
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Where a link leads.
fn link(code: &str, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
    let code = code.trim();
    if code
        .get(..9)
        .is_some_and(|w| w.eq_ignore_ascii_case("HYPERLINK"))
        && let Some(target) = code[9..].split('"').nth(1)
        && target.contains(':')
    {
        let text = target.strip_prefix("mailto:").unwrap_or(target);
        story.note(Anchor::Region("link".into()), None, text)?;
    }
    Ok(())
}
