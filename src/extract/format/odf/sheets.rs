//! Cells of OpenDocument spreadsheets.

use std::{collections::HashSet, io::Read};

use crate::{
    extract::{
        error::ExtractError,
        sheet::Sheet,
        story::Story,
        xml::{Node, Xml},
    },
    model::Anchor,
};

/// How often a repeated cell or row is written; rows of empty cells repeat to the end of the sheet.
const REPEATS: u64 = 32;

/// One cell on its way.
#[derive(Default, Clone)]
struct Cell {
    text: String,
    value: Option<String>,
    is_text: bool,
    is_date: bool,
    repeat: u64,
}

/// Walks the content of a spreadsheet.
#[derive(Default)]
pub struct Walker {
    hidden_styles: HashSet<String>,
    sheet: Option<Sheet>,
    sheets: u32,
    row: u64,
    row_repeat: u64,
    column: u64,
    cells: Vec<(u64, Cell)>,
    cell: Option<Cell>,
    comment: Option<(String, String)>,
    comments: Vec<(u64, u64, String, String)>,
    in_p: u32,
    aside: String,
    /// The page header or footer that is open.
    page: Option<&'static str>,
}

impl Walker {
    /// Reads to the end of the part.
    ///
    /// # Errors
    /// Those of the guard, and what is wrong with the part.
    pub fn read<R: Read>(
        &mut self,
        xml: &mut Xml<R>,
        story: &mut Story<'_, '_>,
    ) -> Result<(), ExtractError> {
        let result = self.walk(xml, story);
        if let Some(sheet) = self.sheet.take() {
            sheet.finish(story)?;
        }
        result
    }

    fn walk<R: Read>(
        &mut self,
        xml: &mut Xml<R>,
        story: &mut Story<'_, '_>,
    ) -> Result<(), ExtractError> {
        let mut style = None;
        let mut in_comment_creator = false;
        while let Some(node) = xml.step()? {
            match node {
                Node::Text(text) => {
                    if in_comment_creator {
                        if let Some((author, _)) = &mut self.comment {
                            author.push_str(&text);
                        }
                    } else if self.in_p > 0 {
                        match (&mut self.comment, &mut self.cell) {
                            (Some((_, comment)), _) => comment.push_str(&text),
                            (None, Some(cell)) => cell.text.push_str(&text),
                            (None, None) => self.aside.push_str(&text),
                        }
                    }
                }
                Node::Open(tag) => match tag.name() {
                    "style" => style = tag.attr_full("style:name"),
                    "table-properties"
                        if tag.attr_full("table:display").as_deref() == Some("false") =>
                    {
                        self.hidden_styles.extend(style.clone());
                    }
                    "font-face-decls" | "scripts" | "settings" | "styles" | "binary-data" => {
                        xml.skip()?
                    }
                    "meta" => super::meta_inside(xml, story)?,
                    "table" if self.sheet.is_none() => {
                        self.sheets += 1;
                        let name = tag
                            .attr_full("table:name")
                            .unwrap_or_else(|| format!("Sheet{}", self.sheets));
                        let hidden = tag
                            .attr_full("table:style-name")
                            .is_some_and(|s| self.hidden_styles.contains(&s));
                        self.sheet = Some(Sheet::new(&name, hidden));
                        self.row = 0;
                    }
                    "table-row" => {
                        self.row_repeat = repeat(tag.attr_full("table:number-rows-repeated"));
                        self.column = 0;
                        self.cells.clear();
                    }
                    "table-cell" | "covered-table-cell" => {
                        let kind = tag
                            .attr_full("office:value-type")
                            .or_else(|| tag.attr_full("table:value-type"));
                        let kind = kind.as_deref().unwrap_or("");
                        let value = [
                            "date-value",
                            "time-value",
                            "value",
                            "boolean-value",
                            "string-value",
                        ]
                        .iter()
                        .find_map(|n| {
                            tag.attr_full(&format!("office:{n}"))
                                .or_else(|| tag.attr_full(&format!("table:{n}")))
                        });
                        self.cell = Some(Cell {
                            text: String::new(),
                            value,
                            is_text: matches!(kind, "string" | ""),
                            is_date: kind == "date",
                            repeat: repeat(tag.attr_full("table:number-columns-repeated")),
                        });
                    }
                    "annotation" => self.comment = Some((String::new(), String::new())),
                    "creator" if self.comment.is_some() => in_comment_creator = true,
                    "date" if self.comment.is_some() => xml.skip()?,
                    "p" => {
                        self.in_p += 1;
                        let text = match (&mut self.comment, &mut self.cell) {
                            (Some((_, comment)), _) => comment,
                            (None, Some(cell)) => &mut cell.text,
                            (None, None) => &mut self.aside,
                        };
                        if !text.is_empty() {
                            text.push(' ');
                        }
                    }
                    "s" | "tab" | "line-break" => {
                        if let Some(cell) = &mut self.cell {
                            cell.text.push(' ');
                        }
                    }
                    "a" => {
                        if let Some(href) = tag.attr("href").filter(|h| h.contains(':')) {
                            let text = href.strip_prefix("mailto:").unwrap_or(&href);
                            story.note(Anchor::Region("link".into()), None, text)?;
                        }
                    }
                    "header" | "header-left" | "header-first" => self.page = Some("header"),
                    "footer" | "footer-left" | "footer-first" => self.page = Some("footer"),
                    "named-range" | "named-expression" => {
                        if let Some(name) = tag.attr("name") {
                            let value = tag.attr("cell-range-address");
                            let value = value.or_else(|| tag.attr("expression"));
                            let text = format!("{name}: {}", value.unwrap_or_default());
                            let place = Anchor::Region("defined name".into());
                            story.note(place, Some(&name), &text)?;
                        }
                    }
                    _ => {}
                },
                Node::Close(end) => match end.name() {
                    "creator" => in_comment_creator = false,
                    "p" => {
                        self.in_p = self.in_p.saturating_sub(1);
                        if self.in_p == 0 && self.cell.is_none() && self.comment.is_none() {
                            let text = std::mem::take(&mut self.aside);
                            let place = self.page.unwrap_or("drawing");
                            story.note(Anchor::Region(place.into()), None, &text)?;
                        }
                    }
                    "annotation" => {
                        if let Some((author, text)) = self.comment.take() {
                            self.comments
                                .push((self.row + 1, self.column + 1, author, text));
                        }
                    }
                    "table-cell" | "covered-table-cell" => {
                        if let Some(cell) = self.cell.take() {
                            let width = cell.repeat;
                            if !cell.text.is_empty() || cell.value.is_some() {
                                self.cells.push((self.column, cell));
                            }
                            self.column = self.column.saturating_add(width);
                        }
                    }
                    "header" | "header-left" | "header-first" | "footer" | "footer-left"
                    | "footer-first" => self.page = None,
                    "table-row" => self.end_row(story)?,
                    "table" => {
                        if let Some(sheet) = self.sheet.take() {
                            let name = sheet.name().to_owned();
                            sheet.finish(story)?;
                            self.write_comments(&name, story)?;
                        }
                    }
                    _ => {}
                },
            }
        }
        Ok(())
    }

    fn end_row(&mut self, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        let repeats = if self.cells.is_empty() {
            0
        } else {
            self.row_repeat.min(REPEATS)
        };
        if let Some(sheet) = &mut self.sheet {
            for again in 0..repeats {
                for (column, cell) in &self.cells {
                    let shown = match (&cell.value, cell.is_date) {
                        // Dates as ISO, whatever their format, as in every other spreadsheet.
                        (Some(value), true) => {
                            value.trim_end_matches("T00:00:00").replace('T', " ")
                        }
                        (Some(value), false) if cell.text.is_empty() => value.clone(),
                        _ => cell.text.clone(),
                    };
                    for copy in 0..cell.repeat.min(REPEATS) {
                        let column = u32::try_from(column + copy).unwrap_or(u32::MAX);
                        if column < 1 << 20 {
                            sheet.cell(
                                self.row + 1 + again,
                                column,
                                &shown,
                                cell.is_text,
                                story,
                            )?;
                        }
                    }
                }
            }
        }
        self.row = self.row.saturating_add(self.row_repeat.max(1));
        self.cells.clear();
        Ok(())
    }

    fn write_comments(
        &mut self,
        sheet: &str,
        story: &mut Story<'_, '_>,
    ) -> Result<(), ExtractError> {
        for (row, column, author, text) in self.comments.drain(..) {
            let place = Anchor::Cell {
                sheet: sheet.into(),
                row,
                column: u32::try_from(column).unwrap_or(u32::MAX),
            };
            story.note(place.clone(), Some("author"), author.trim())?;
            story.note(place, Some("comment"), text.trim())?;
        }
        Ok(())
    }
}

fn repeat(text: Option<String>) -> u64 {
    text.and_then(|t| t.parse().ok())
        .unwrap_or(1)
        .clamp(1, 1 << 32)
}
