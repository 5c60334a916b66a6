//! Texts, presentations, drawings, and whatever of a spreadsheet is no cell.

use std::{
    collections::{HashMap, HashSet},
    io::Read,
};

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
    changes: Changes,
    /// For each open change in the running text, whether it took text out.
    changing: Vec<(String, bool)>,
    /// Master pages are being read: of these only what every page shows.
    in_masters: bool,
    /// For each open shape of a master page, whether its text counts.
    shapes: Vec<bool>,
    /// Names of page styles that hide a slide, and the style being read.
    hidden: HashSet<String>,
    style: String,
    place: Option<Anchor>,
}

/// What tracked changes took out, to be put back where it was; the markup keeps it apart from the text.
#[derive(Default)]
struct Changes {
    removed: HashMap<String, String>,
    deletions: HashSet<String>,
    held: usize,
}

impl Changes {
    /// Bytes of deleted text held; more is written where it is met.
    const MOST: usize = 4 << 20;

    /// Reads the list of changes, up to the end of the element just opened.
    fn read<R: Read>(
        &mut self,
        xml: &mut Xml<R>,
        story: &mut Story<'_, '_>,
    ) -> Result<(), ExtractError> {
        let mut authors: HashSet<String> = HashSet::new();
        let (mut id, mut text) = (String::new(), String::new());
        let (mut depth, mut deleting, mut in_p) = (1, false, 0);
        while depth > 0 {
            match xml.step()? {
                None => break,
                Some(Node::Text(more)) => {
                    if deleting && in_p > 0 {
                        text.push_str(&more);
                    }
                }
                Some(Node::Open(tag)) => {
                    depth += 1;
                    match tag.name() {
                        "changed-region" => id = tag.attr("id").unwrap_or_default(),
                        "deletion" => deleting = true,
                        "p" | "h" => in_p += 1,
                        "s" | "tab" | "line-break" if deleting => text.push(' '),
                        "creator" => {
                            let author = xml.text()?;
                            depth -= 1;
                            if authors.len() < 256 && authors.insert(author.clone()) {
                                let place = Anchor::Meta("author of changes".into());
                                story.note(place, Some("author"), author.trim())?;
                            }
                        }
                        "date" => {
                            xml.skip()?;
                            depth -= 1;
                        }
                        _ => {}
                    }
                }
                Some(Node::Close(end)) => {
                    depth -= 1;
                    match end.name() {
                        "p" | "h" => {
                            in_p -= 1;
                            if deleting {
                                text.push('\n');
                            }
                        }
                        "deletion" => {
                            deleting = false;
                            let gone = std::mem::take(&mut text).trim_end_matches('\n').to_owned();
                            self.keep(std::mem::take(&mut id), gone, story)?;
                        }
                        _ => {}
                    }
                }
            }
        }
        Ok(())
    }

    fn keep(
        &mut self,
        id: String,
        text: String,
        story: &mut Story<'_, '_>,
    ) -> Result<(), ExtractError> {
        self.held += id.len() + text.len() + 64;
        if self.held > Self::MOST {
            return story.note(Anchor::Region("deleted text".into()), None, &text);
        }
        self.deletions.insert(id.clone());
        if !text.is_empty() {
            self.removed.insert(id, text);
        }
        Ok(())
    }

    /// Deleted text whose place was not met.
    fn rest(&mut self, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        let mut rest: Vec<_> = self.removed.drain().collect();
        rest.sort_unstable();
        for (_, text) in rest {
            story.note(Anchor::Region("deleted text".into()), None, &text)?;
        }
        Ok(())
    }
}

/// Elements that are shapes on a page.
const SHAPES: &[&str] = &[
    "frame",
    "custom-shape",
    "rect",
    "ellipse",
    "circle",
    "line",
    "polyline",
    "polygon",
    "regular-polygon",
    "path",
    "connector",
    "measure",
    "caption",
];

impl Walker {
    /// For the styles part: headers and footers.
    pub fn styles() -> Self {
        Walker {
            only_masters: true,
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
        let result = self.walk(xml, story);
        story.end_part()?;
        self.changes.rest(story)?;
        result
    }

    fn walk<R: Read>(
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
                    "font-face-decls" | "scripts" | "settings" | "event-listeners"
                    | "binary-data" | "sequence-decls" | "forms-layout" | "styles" | "theme" => {
                        xml.skip()?
                    }
                    "style" if !self.in_masters => {
                        self.style = tag.attr_full("style:name").unwrap_or_default();
                    }
                    "drawing-page-properties"
                        if tag.attr_full("presentation:visibility").as_deref()
                            == Some("hidden")
                            && self.hidden.len() < 10_000 =>
                    {
                        self.hidden.insert(self.style.clone());
                    }
                    "tracked-changes" => self.changes.read(xml, story)?,
                    "footer-decl" | "header-decl" => {
                        let text = xml.text()?;
                        story.note(Anchor::Region("footer".into()), None, text.trim())?;
                    }
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
                        self.put(&" ".repeat(count.min(64)), story);
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
        !(self.only_masters || self.in_masters) || self.master > 0
    }

    fn put(&self, text: &str, story: &mut Story<'_, '_>) {
        match self.changing.last() {
            Some((_, true)) => story.deleted(text),
            Some((_, false)) => story.inserted(text),
            None => story.text(text),
        }
    }

    /// What follows, up to the end of the region, is shown on every page of a master.
    fn open_master(&mut self, name: &str, story: &mut Story<'_, '_>) {
        self.master += 1;
        story.region(Some(Anchor::Region(name.into())));
    }

    fn close_master(&mut self, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        self.master -= 1;
        story.end_part()
    }

    /// White space of the file counts once, and not at the start of a paragraph.
    fn words(&self, text: &str, story: &mut Story<'_, '_>) {
        if text.contains(['\n', '\r', '\t']) || text.contains("  ") {
            let mut out = String::with_capacity(text.len());
            let mut space = story.at_start();
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
            self.put(&out, story);
        } else {
            self.put(text, story);
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
            "tab" => self.put("\t", story),
            "line-break" => self.put("\n", story),
            "change" => {
                if let Some(text) = tag
                    .attr("change-id")
                    .and_then(|id| self.changes.removed.remove(&id))
                {
                    story.deleted(&text);
                }
            }
            "change-start" if self.changing.len() < 1024 => {
                let id = tag.attr("change-id").unwrap_or_default();
                let deletes = self.changes.deletions.contains(&id);
                self.changing.push((id, deletes));
            }
            "change-end" => {
                let id = tag.attr("change-id").unwrap_or_default();
                self.changing.retain(|(open, _)| *open != id);
            }
            "fieldmark-start" => story.open_label(&tag.attr_full("text:name").unwrap_or_default()),
            "fieldmark-end" => story.close_label(),
            "content-control" => {
                let name = ["alias", "title", "tag"].iter().find_map(|n| tag.attr(n));
                story.open_label(&name.unwrap_or_default());
            }
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
            "annotation" => {
                self.kinds.push("comment");
                if self.slide > 0 && self.paragraphs.is_empty() {
                    let place = format!("comment on slide {}", self.slide);
                    story.region(Some(Anchor::Region(place.into())));
                }
            }
            "master-styles" => self.in_masters = true,
            name if self.in_masters && SHAPES.contains(&name) => {
                // Placeholders hold prompts; footers that were typed in are text.
                let class = tag.attr_full("presentation:class");
                let counts = matches!(class.as_deref(), None | Some("footer" | "header"))
                    && tag.attr_full("presentation:placeholder").is_none();
                self.shapes.push(counts);
                if counts {
                    self.open_master("master", story);
                }
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
                let hidden = tag
                    .attr_full("draw:style-name")
                    .is_some_and(|s| self.hidden.contains(&s));
                let place = Anchor::slide(self.slide, hidden);
                self.place = Some(place.clone());
                story.region(Some(place));
            }
            "notes" if self.slide > 0 => {
                self.notes += 1;
                story.region(Some(Anchor::Notes(self.slide)));
            }
            "header" | "footer" | "header-left" | "footer-left" | "header-first"
            | "footer-first"
                if self.in_masters =>
            {
                let name = if tag.name().starts_with('h') {
                    "header"
                } else {
                    "footer"
                };
                self.open_master(name, story);
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
            "note" => {
                self.kinds.pop();
            }
            "annotation" => {
                self.kinds.pop();
                if self.slide > 0 && self.paragraphs.is_empty() {
                    story.region(self.place.clone());
                }
            }
            "master-styles" => self.in_masters = false,
            name if self.in_masters
                && SHAPES.contains(&name)
                && self.shapes.pop() == Some(true) =>
            {
                self.close_master(story)?;
            }
            "content-control" => story.close_label(),
            "table" if self.wanted() => story.close_table()?,
            "table-header-rows" => self.head = false,
            "table-cell" | "covered-table-cell" if self.wanted() => story.close_cell()?,
            "page" if self.slide > 0 => story.end_part()?,
            "notes" if self.notes > 0 => {
                self.notes -= 1;
                story.region(self.place.clone());
            }
            "header" | "footer" | "header-left" | "footer-left" | "header-first"
            | "footer-first"
                if self.in_masters && self.master > 0 =>
            {
                self.close_master(story)?;
            }
            "text-input" | "placeholder" | "user-field-get" | "database-display" => {
                story.close_label()
            }
            _ => {}
        }
        Ok(())
    }
}
