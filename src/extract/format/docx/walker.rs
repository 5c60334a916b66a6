//! The walk through one part of a Word document: runs, changes, fields, content controls, tables, boxes.

use std::{collections::HashSet, io::Read};

use crate::{
    extract::{
        error::ExtractError,
        story::Story,
        xml::{Node, Tag, Xml},
    },
    model::Anchor,
};

use super::PARTS;

/// A field between its begin and its end.
#[derive(Default)]
struct Field {
    code: String,
    name: Option<String>,
    labelled: bool,
}

/// Walks the XML of one part.
pub struct Walker {
    region: Option<&'static str>,
    deleted: u32,
    inserted: u32,
    fields: Vec<Field>,
    /// For each open content control: whether its label is open.
    controls: Vec<bool>,
    control_name: Option<String>,
    /// Characters written, to know whether a choice had text.
    written: u64,
    choices: Vec<u64>,
    texts: u32,
    links: HashSet<String>,
    authors: HashSet<String>,
    /// Relations to other documents that stand in the text.
    pub chunks: Vec<String>,
    drop_list: Vec<String>,
    dropped: usize,
    items: u32,
}

impl Walker {
    /// For a part; its text is called so, but for the body.
    pub fn new(region: Option<&'static str>) -> Self {
        Walker {
            region,
            deleted: 0,
            inserted: 0,
            fields: Vec::new(),
            controls: Vec::new(),
            control_name: None,
            written: 0,
            choices: Vec::new(),
            texts: 0,
            links: HashSet::new(),
            authors: HashSet::new(),
            chunks: Vec::new(),
            drop_list: Vec::new(),
            dropped: 0,
            items: 0,
        }
    }

    /// Reads the part.
    ///
    /// # Errors
    /// When it is damaged, and those of the guard.
    pub fn read<R: Read>(
        &mut self,
        xml: &mut Xml<R>,
        story: &mut Story<'_, '_>,
    ) -> Result<(), ExtractError> {
        story.region(self.region.map(|r| Anchor::Region(r.into())));
        let result = self.walk(xml, story);
        let mut authors: Vec<_> = self.authors.drain().collect();
        authors.sort_unstable();
        for author in authors {
            story.note(
                Anchor::Meta("author of changes".into()),
                Some("author"),
                &author,
            )?;
        }
        result
    }

    fn put(&mut self, text: &str, story: &mut Story<'_, '_>) {
        self.written += text.len() as u64;
        if self.deleted > 0 {
            story.deleted(text);
        } else if self.inserted > 0 {
            story.inserted(text);
        } else {
            story.text(text);
        }
    }

    fn walk<R: Read>(
        &mut self,
        xml: &mut Xml<R>,
        story: &mut Story<'_, '_>,
    ) -> Result<(), ExtractError> {
        let mut in_code = false;
        while let Some(node) = xml.step()? {
            match node {
                Node::Text(text) => {
                    if self.texts > 0 {
                        self.put(&text, story);
                    } else if in_code
                        && let Some(field) = self.fields.last_mut()
                        && field.code.len() < 4096
                    {
                        field.code.push_str(&text);
                    }
                }
                Node::Open(tag) => match tag.name() {
                    "pPr" | "sectPr" | "tblPr" | "tblGrid" | "tcPr" | "rPr" | "binaryData"
                    | "binData" | "styles" | "fonts" | "lists" | "docSuppData" | "style" => {
                        // What hides in the properties of a run is how it looks; deleted marks hold no text.
                        xml.skip()?;
                    }
                    "Fallback" => {
                        if self
                            .choices
                            .last()
                            .is_some_and(|&before| self.written > before)
                        {
                            xml.skip()?;
                        }
                    }
                    "instrText" | "delInstrText" => in_code = true,
                    "sdtPr" => self.control_name = control_name(xml)?,
                    "ffData" => self.form_field(xml)?,
                    "docVar" => {
                        let (name, value) = (tag.attr("name"), tag.attr("val"));
                        if let (Some(name), Some(value)) = (name, value) {
                            story.note(Anchor::Meta(name.as_str().into()), Some(&name), &value)?;
                        }
                    }
                    "part" => {
                        // A package written as one XML file: names of its parts are places.
                        let name = tag.attr("name").unwrap_or_default();
                        story.end_part()?;
                        let lower = name.to_ascii_lowercase();
                        if ["style", "theme", "font", "websettings", "numbering"]
                            .iter()
                            .any(|w| lower.contains(w))
                        {
                            xml.skip()?;
                            continue;
                        }
                        let region = PARTS
                            .iter()
                            .find(|p| lower.trim_start_matches('/').starts_with(p.1));
                        self.region = region.map(|p| p.2);
                        story.region(self.region.map(|r| Anchor::Region(r.into())));
                    }
                    _ => self.open(&tag, story)?,
                },
                Node::Close(end) => match end.name() {
                    "instrText" | "delInstrText" => in_code = false,
                    name => self.close(name, story)?,
                },
            }
        }
        Ok(())
    }

    fn open(&mut self, tag: &Tag<'_>, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        match tag.name() {
            "t" | "delText" => {
                self.texts += 1;
                if tag.name() == "delText" {
                    self.deleted += 1;
                }
            }
            "del" | "moveFrom" => {
                self.deleted += 1;
                self.author(tag);
            }
            "ins" | "moveTo" => {
                self.inserted += 1;
                self.author(tag);
            }
            "tab" | "ptab" => self.put("\t", story),
            "br" | "cr" => self.put("\n", story),
            "noBreakHyphen" => self.put("-", story),
            "softHyphen" => self.put("\u{ad}", story),
            "sym" => {
                // Symbol fonts hold letters in the private area at F000.
                let code = tag
                    .attr("char")
                    .and_then(|c| u32::from_str_radix(&c, 16).ok());
                if let Some(c) = code
                    .filter(|c| *c < 0xe000 || *c > 0xf8ff)
                    .and_then(char::from_u32)
                {
                    self.put(c.encode_utf8(&mut [0; 4]), story);
                }
            }
            "tbl" => story.open_table()?,
            "tr" => story.open_row(false)?,
            "tblHeader" if !matches!(tag.attr("val").as_deref(), Some("0" | "false" | "off")) => {
                story.head_row();
            }
            "tc" => story.open_cell()?,
            "txbxContent" => story.open_box("text box"),
            "AlternateContent" => self.choices.push(self.written),
            "Choice" => {
                if let Some(before) = self.choices.last_mut() {
                    *before = self.written;
                }
            }
            "sdt" => self.control_name = None,
            "sdtContent" => {
                let name = self.control_name.take().filter(|n| !n.trim().is_empty());
                if let Some(name) = &name {
                    story.open_label(name);
                }
                self.controls.push(name.is_some());
            }
            "customXml" => {
                let name = tag.attr("element").unwrap_or_default();
                story.open_label(&name);
            }
            "fldChar" => match tag.attr("fldCharType").as_deref() {
                Some("begin") if self.fields.len() < 64 => self.fields.push(Field::default()),
                Some("separate") => self.field_result(story)?,
                Some("end") => self.field_end(story)?,
                _ => {}
            },
            "fldSimple" => {
                self.fields.push(Field {
                    code: tag.attr("instr").unwrap_or_default(),
                    ..Field::default()
                });
                self.field_result(story)?;
            }
            "footnote" | "endnote" | "comment" => {
                self.items += 1;
                let id = tag.attr("id").unwrap_or_else(|| self.items.to_string());
                if let Some(region) = self.region {
                    story.region(Some(Anchor::Region(format!("{region} {id}").into())));
                    if let Some(author) = tag.attr("author") {
                        let place = Anchor::Region(format!("{region} {id}").into());
                        story.note(place, Some("author"), &author)?;
                    }
                }
            }
            "person" => {
                if let Some(author) = tag.attr("author") {
                    self.authors.insert(author);
                }
            }
            "docPr" => {
                for name in ["title", "descr"] {
                    if let Some(text) = tag.attr(name) {
                        story.note(Anchor::Region("picture description".into()), None, &text)?;
                    }
                }
            }
            "altChunk" => self.chunks.extend(tag.attr("id")),
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, name: &str, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        match name {
            "t" => self.texts = self.texts.saturating_sub(1),
            "delText" => {
                self.texts = self.texts.saturating_sub(1);
                self.deleted = self.deleted.saturating_sub(1);
            }
            "del" | "moveFrom" => self.deleted = self.deleted.saturating_sub(1),
            "ins" | "moveTo" => self.inserted = self.inserted.saturating_sub(1),
            "p" => story.end_paragraph()?,
            "tbl" => story.close_table()?,
            "tc" => story.close_cell()?,
            "txbxContent" => story.close_box()?,
            "AlternateContent" => {
                self.choices.pop();
            }
            "sdtContent" if self.controls.pop() == Some(true) => story.close_label(),
            "customXml" => story.close_label(),
            "fldSimple" => self.field_end(story)?,
            _ => {}
        }
        Ok(())
    }

    fn author(&mut self, tag: &Tag<'_>) {
        if self.authors.len() < 256
            && let Some(author) = tag.attr("author")
        {
            self.authors.insert(author);
        }
    }

    /// Properties of a form field of the old kind.
    fn form_field<R: Read>(&mut self, xml: &mut Xml<R>) -> Result<(), ExtractError> {
        let mut depth = 1;
        self.drop_list.clear();
        self.dropped = 0;
        let mut name = None;
        while depth > 0 {
            match xml.step()? {
                None => break,
                Some(Node::Close(_)) => depth -= 1,
                Some(Node::Text(_)) => {}
                Some(Node::Open(tag)) => {
                    depth += 1;
                    match tag.name() {
                        "name" => name = tag.attr("val"),
                        "listEntry" => self.drop_list.extend(tag.attr("val")),
                        "result" => {
                            self.dropped =
                                tag.attr("val").and_then(|v| v.parse().ok()).unwrap_or(0);
                        }
                        _ => {}
                    }
                }
            }
        }
        if let Some(field) = self.fields.last_mut() {
            field.name = name;
        }
        Ok(())
    }

    /// The code of a field is known, its result follows.
    fn field_result(&mut self, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        let Some(field) = self.fields.last_mut() else {
            return Ok(());
        };
        let (word, rest) = match field.code.trim().split_once(char::is_whitespace) {
            Some((word, rest)) => (word.to_ascii_uppercase(), rest.trim()),
            None => (field.code.trim().to_ascii_uppercase(), ""),
        };
        let argument = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next().unwrap_or(""),
            None => rest.split_whitespace().next().unwrap_or(""),
        };
        let label = match word.as_str() {
            "FORMTEXT" | "FORMDROPDOWN" | "FORMCHECKBOX" => field.name.clone(),
            "MERGEFIELD" | "DOCPROPERTY" | "DOCVARIABLE" => Some(argument.to_owned()),
            _ => None,
        };
        if let Some(label) = label.filter(|l| !l.trim().is_empty())
            && !field.labelled
        {
            field.labelled = true;
            story.open_label(&label);
        }
        if word == "HYPERLINK" && argument.contains(':') && self.links.len() < 10_000 {
            let target = argument.to_owned();
            if self.links.insert(target.clone()) {
                story.note(Anchor::Region("link".into()), None, &target)?;
            }
        }
        Ok(())
    }

    fn field_end(&mut self, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        if self.fields.last().is_some_and(|f| {
            f.code
                .trim()
                .to_ascii_uppercase()
                .starts_with("FORMDROPDOWN")
        }) {
            self.field_result(story)?;
            if let Some(chosen) = self.drop_list.get(self.dropped).cloned() {
                self.put(&chosen, story);
            }
            self.drop_list.clear();
        }
        if let Some(field) = self.fields.pop()
            && field.labelled
        {
            story.close_label();
        }
        Ok(())
    }
}

/// The name of a content control: its title, or else its tag.
fn control_name<R: Read>(xml: &mut Xml<R>) -> Result<Option<String>, ExtractError> {
    let (mut alias, mut tag_name) = (None, None);
    let mut depth = 1;
    while depth > 0 {
        match xml.step()? {
            None => break,
            Some(Node::Close(_)) => depth -= 1,
            Some(Node::Text(_)) => {}
            Some(Node::Open(tag)) => {
                depth += 1;
                match tag.name() {
                    "alias" if depth == 2 => alias = tag.attr("val"),
                    "tag" if depth == 2 => tag_name = tag.attr("val"),
                    _ => {}
                }
            }
        }
    }
    Ok(alias.filter(|a| !a.is_empty()).or(tag_name))
}
