//! Texts, presentations, drawings, and whatever of a spreadsheet is no cell.

use std::{collections::HashSet, io::Read};

use crate::{
    extract::{
        error::ExtractError,
        story::Story,
        xml::{Node, Tag, Xml},
    },
    model::Anchor,
};

/// Walks one part.
#[derive(Default)]
pub struct Walker {
    /// For each open paragraph, whether it is a box inside another one.
    paragraphs: Vec<bool>,
    /// What a paragraph inside a paragraph is.
    kinds: Vec<&'static str>,
    slide: u32,
    notes: u32,
    head: bool,
    links: HashSet<String>,
    /// Only headers and footers are of interest.
    only_masters: bool,
    master: u32,
    keep_region: bool,
}

impl Walker {
    /// For the styles part: headers and footers.
    pub fn styles() -> Self {
        Walker {
            only_masters: true,
            ..Walker::default()
        }
    }

    /// For an object inside the document, whose region was set already.
    pub fn embedded() -> Self {
        Walker {
            keep_region: true,
            ..Walker::default()
        }
    }

    /// Reads to the end of the part.
    ///
    /// # Errors
    /// Those of the guard, and what is wrong with the part.
    pub fn read<R: Read>(
        &mut self,
        xml: &mut Xml<R>,
        story: &mut Story<'_, '_>,
    ) -> Result<(), ExtractError> {
        while let Some(node) = xml.step()? {
            match node {
                Node::Text(text) => {
                    if !self.paragraphs.is_empty() && self.wanted() {
                        self.words(&text, story);
                    }
                }
                Node::Open(tag) => match tag.name() {
                    "automatic-styles" | "font-face-decls" | "scripts" | "settings"
                    | "event-listeners" | "binary-data" | "sequence-decls" | "forms-layout" => {
                        xml.skip()?
                    }
                    "styles" => xml.skip()?,
                    "meta" => super::meta_inside(xml, story)?,
                    "creator" | "creator-initials" | "date" | "date-string"
                        if !self.kinds.is_empty() =>
                    {
                        let who = tag.name() == "creator";
                        let text = xml.text()?;
                        if who {
                            let place =
                                Anchor::Region((*self.kinds.last().unwrap_or(&"comment")).into());
                            story.note(place, Some("author"), text.trim())?;
                        }
                    }
                    "title" | "desc" => {
                        let text = xml.text()?;
                        story.note(
                            Anchor::Region("picture description".into()),
                            None,
                            text.trim(),
                        )?;
                    }
                    "note-citation" => xml.skip()?,
                    "s" => {
                        let count = tag
                            .attr("c")
                            .and_then(|c| c.parse().ok())
                            .unwrap_or(1_usize);
                        story.text(&" ".repeat(count.min(64)));
                        xml.skip()?;
                    }
                    _ => self.open(&tag, story)?,
                },
                Node::Close(end) => self.close(end.name(), story)?,
            }
        }
        Ok(())
    }

    fn wanted(&self) -> bool {
        !self.only_masters || self.master > 0
    }

    /// White space of the file counts once.
    fn words(&self, text: &str, story: &mut Story<'_, '_>) {
        if text.contains(['\n', '\r', '\t']) || text.contains("  ") {
            let mut out = String::with_capacity(text.len());
            let mut space = false;
            for c in text.chars() {
                if matches!(c, ' ' | '\n' | '\r' | '\t') {
                    if !space {
                        out.push(' ');
                    }
                    space = true;
                } else {
                    out.push(c);
                    space = false;
                }
            }
            story.text(&out);
        } else {
            story.text(text);
        }
    }

    fn open(&mut self, tag: &Tag<'_>, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        match tag.name() {
            "p" | "h" if self.wanted() => {
                let nested = !self.paragraphs.is_empty();
                if nested {
                    story.open_box(self.kinds.last().copied().unwrap_or("text box"));
                }
                self.paragraphs.push(nested);
            }
            "tab" => story.text("\t"),
            "line-break" => story.text("\n"),
            "soft-hyphen" => {}
            "a" => {
                if let Some(href) = tag.attr("href")
                    && href.contains(':')
                    && self.links.len() < 10_000
                    && self.links.insert(href.clone())
                {
                    let text = href.strip_prefix("mailto:").unwrap_or(&href);
                    story.note(Anchor::Region("link".into()), None, text)?;
                }
            }
            "note" => self.kinds.push("note"),
            "annotation" => self.kinds.push("comment"),
            "tracked-changes" => {
                self.kinds.push("tracked change");
                story.region(Some(Anchor::Region("deleted text".into())));
            }
            "table" if self.wanted() => story.open_table()?,
            "table-header-rows" => self.head = true,
            "table-row" if self.wanted() => story.open_row(self.head)?,
            "table-cell" | "covered-table-cell" if self.wanted() => story.open_cell()?,
            "page"
                if tag.attr_full("draw:name").is_some()
                    || tag.attr_full("draw:master-page-name").is_some() =>
            {
                story.end_part()?;
                self.slide += 1;
                story.region(Some(Anchor::Slide(self.slide)));
            }
            "notes" if self.slide > 0 => {
                self.notes += 1;
                story.region(Some(Anchor::Notes(self.slide)));
            }
            "header" | "footer" | "header-left" | "footer-left" | "header-first"
            | "footer-first"
                if self.only_masters =>
            {
                self.master += 1;
                let name = if tag.name().starts_with('h') {
                    "header"
                } else {
                    "footer"
                };
                story.region(Some(Anchor::Region(name.into())));
            }
            "user-field-decl" | "variable-decl" => {
                let value = tag.attr("string-value").or_else(|| tag.attr("value"));
                if let (Some(name), Some(value)) = (tag.attr("name"), value) {
                    story.note(Anchor::Meta(name.as_str().into()), Some(&name), &value)?;
                }
            }
            "text" | "textarea" | "formatted-text" | "combobox" | "listbox" | "number"
            | "hidden" | "generic-control"
                if tag.attr_full("form:name").is_some() =>
            {
                let name = tag.attr_full("form:name").unwrap_or_default();
                let label = tag.attr_full("form:title").unwrap_or_else(|| name.clone());
                let value = tag
                    .attr_full("form:current-value")
                    .or_else(|| tag.attr_full("form:value"));
                if let Some(value) = value {
                    let place = Anchor::Region(format!("form field {name}").into());
                    story.note(place, Some(&label), &value)?;
                }
            }
            "text-input" | "placeholder" | "user-field-get" | "database-display" => {
                let name = tag
                    .attr_full("text:name")
                    .or_else(|| tag.attr_full("text:column-name"));
                let name = name
                    .or_else(|| tag.attr_full("text:description"))
                    .unwrap_or_default();
                story.open_label(&name);
            }
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, name: &str, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        match name {
            "p" | "h" => {
                if let Some(nested) = self.paragraphs.pop() {
                    story.end_paragraph()?;
                    if nested {
                        story.close_box()?;
                    }
                }
            }
            "note" | "annotation" => {
                self.kinds.pop();
            }
            "tracked-changes" => {
                self.kinds.pop();
                if !self.keep_region {
                    story.region(None);
                }
            }
            "table" if self.wanted() => story.close_table()?,
            "table-header-rows" => self.head = false,
            "table-cell" | "covered-table-cell" if self.wanted() => story.close_cell()?,
            "page" if self.slide > 0 => story.end_part()?,
            "notes" if self.notes > 0 => {
                self.notes -= 1;
                story.region(Some(Anchor::Slide(self.slide)));
            }
            "header" | "footer" | "header-left" | "footer-left" | "header-first"
            | "footer-first"
                if self.master > 0 =>
            {
                self.master -= 1;
                story.end_part()?;
            }
            "text-input" | "placeholder" | "user-field-get" | "database-display" => {
                story.close_label()
            }
            _ => {}
        }
        Ok(())
    }
}
