//! What the control words do: breaks, tables, fonts and code pages, and where the text of their group goes.

use encoding_rs::{Encoding, WINDOWS_1252};

use crate::{
    extract::{codepage, error::ExtractError, story::Story},
    model::Anchor,
};

use super::{
    reader::{Change, OBJECT, Object, Reader, To},
    words::{KNOWN_STARS, NOTHING, character, name_of},
};

/// Most embedded objects that are kept.
const OBJECTS: usize = 1000;

impl Reader<'_> {
    /// A field whose code is known: where a link leads, what a merge field is called.
    pub(super) fn field_code(&mut self, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        let code = std::mem::take(&mut self.code);
        let (word, rest) = code
            .trim()
            .split_once(char::is_whitespace)
            .unwrap_or((code.trim(), ""));
        let rest = rest.trim();
        let argument = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next().unwrap_or(""),
            None => rest.split_whitespace().next().unwrap_or(""),
        };
        match word.to_ascii_uppercase().as_str() {
            "HYPERLINK" if argument.contains(':') => {
                let text = argument.strip_prefix("mailto:").unwrap_or(argument);
                story.note(Anchor::Region("link".into()), None, text)?;
            }
            "MERGEFIELD" if self.field_name.is_empty() => self.field_name = argument.to_owned(),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn word(
        &mut self,
        word: &str,
        number: Option<i32>,
        story: &mut Story<'_, '_>,
    ) -> Result<(), ExtractError> {
        if word == "u" {
            self.flush(story)?;
            self.unicode(number.unwrap_or(0), story)?;
            self.skipping = self.state.skip;
            return Ok(());
        }
        if word == "bin" {
            let count = number.unwrap_or(0).max(0) as usize;
            let end = (self.at + count).min(self.bytes.len());
            if self.state.to == To::Object
                && let Some(object) = self.objects.last_mut()
                && object.bytes.len() < OBJECT
            {
                object.bytes.extend_from_slice(&self.bytes[self.at..end]);
            }
            self.at = end;
            return Ok(());
        }
        // Formatting does not end a run of bytes in a character set of two bytes; what follows may.
        if let Some(character) = character(word) {
            return self.special(character, story);
        }
        let body = self.state.to == To::Body;
        match word {
            "par" | "sect" | "page" | "column" | "pagebb" | "softpage" if body => {
                self.flush(story)?;
                if matches!(word, "par" | "sect" | "page" | "column") {
                    story.end_paragraph()?;
                }
            }
            "line" | "softline" | "lbr" if body => self.special("\n", story)?,
            "intbl" if body => {
                self.flush(story)?;
                self.in_table = true;
            }
            "pard" if body => {
                self.flush(story)?;
                self.in_table = false;
            }
            "cell" | "nestcell" if body => {
                self.flush(story)?;
                self.in_table = true;
                self.place(story)?;
                story.close_cell()?;
                self.cell_open = false;
            }
            "row" | "nestrow" if body => {
                self.flush(story)?;
                if self.row_open && self.cell_open {
                    story.close_cell()?;
                }
                self.row_open = false;
                self.cell_open = false;
            }
            "trhdr" if body => story.head_row(),
            "ansi" => self.set_document(WINDOWS_1252),
            "mac" => self.set_document(encoding_rs::MACINTOSH),
            "pc" | "pca" => self.set_document(WINDOWS_1252),
            "ansicpg" => self.set_document(codepage::encoding(number.unwrap_or(1252) as u16)),
            "uc" => self.state.skip = number.unwrap_or(1).clamp(0, 16) as usize,
            "deff" => self.default_font = number.unwrap_or(0),
            "f" => {
                self.flush(story)?;
                self.font = number.unwrap_or(0);
                if self.state.to != To::Fonts {
                    self.state.encoding =
                        self.fonts.get(&self.font).copied().unwrap_or(self.document);
                }
            }
            "fcharset" => {
                if let Some(encoding) = number.and_then(|n| codepage::of_charset(n as u16)) {
                    // The default font's `0` means the code page of the document.
                    let encoding = if number == Some(0) {
                        self.document
                    } else {
                        encoding
                    };
                    self.fonts.insert(self.font, encoding);
                }
            }
            "cpg" if self.state.to == To::Fonts => {
                self.fonts
                    .insert(self.font, codepage::encoding(number.unwrap_or(1252) as u16));
            }
            "plain" => {
                self.flush(story)?;
                self.font = self.default_font;
                self.state.change = Change::None;
                self.state.encoding = self.fonts.get(&self.font).copied().unwrap_or(self.document);
            }
            "deleted" | "revised" if body => {
                self.flush(story)?;
                self.state.change = match (word, number) {
                    (_, Some(0)) => Change::None,
                    ("deleted", _) => Change::Deleted,
                    _ => Change::Inserted,
                };
            }
            "propname" => {
                self.state.to = To::PropertyName;
                self.property.clear();
            }
            "staticval" => {
                self.state.to = To::PropertyValue;
                self.value.clear();
            }
            "fonttbl" => self.state.to = To::Fonts,
            "info" | "userprops" => self.state.to = To::Nothing,
            "shp" => self.shape_read = false,
            "shprslt" if self.shape_read => self.state.to = To::Nothing,
            "title" | "subject" | "author" | "manager" | "company" | "operator" | "category"
            | "keywords" | "comment" | "doccomm"
                if self.state.to == To::Nothing || self.state.to == To::Info =>
            {
                self.state.to = To::Info;
                self.info.clear();
                self.info_name = name_of(word);
            }
            "footnote" if body => self.open_box("note", story)?,
            "annotation" if body => self.open_box("comment", story)?,
            "shptxt" if self.state.to != To::Object => {
                self.state.to = To::Body;
                self.shape_read = true;
                self.open_box("text box", story)?;
            }
            "atnauthor" => {
                self.state.to = To::Info;
                self.info.clear();
                self.info_name = "comment author";
            }
            "header" | "headerl" | "headerr" | "headerf" | "footer" | "footerl" | "footerr"
            | "footerf"
                if body =>
            {
                self.flush(story)?;
                if !story.at_start() {
                    story.end_paragraph()?;
                }
                let name = if word.starts_with('h') {
                    "header"
                } else {
                    "footer"
                };
                if !self.row_open {
                    story.region(Some(Anchor::Region(name.into())));
                    self.state.region = true;
                }
            }
            "fldinst" => {
                self.state.to = To::Code;
                self.code.clear();
                self.field_name.clear();
            }
            "ffname" => {
                self.state.to = To::FieldName;
                self.field_name.clear();
            }
            "fldrslt" => {
                let name = std::mem::take(&mut self.field_name);
                if !name.is_empty() && body {
                    story.open_label(&name);
                    self.state.label = true;
                }
            }
            // What is passed over has pictures too: the same ones for older readers.
            "pict" if self.state.to == To::Nothing => {}
            "objdata" | "pict" => {
                self.flush(story)?;
                self.nibble = None;
                if self.objects.len() < OBJECTS {
                    self.objects.push(Object {
                        picture: word == "pict",
                        bytes: Vec::new(),
                    });
                    self.state.to = To::Object;
                } else {
                    self.state.to = To::Nothing;
                }
            }
            _ if NOTHING.contains(&word) => {
                self.flush(story)?;
                self.state.to = To::Nothing;
            }
            // An unknown destination that says it may be passed over.
            _ if self.star => {
                self.flush(story)?;
                if !KNOWN_STARS.contains(&word) {
                    self.state.to = To::Nothing;
                }
            }
            _ => {}
        }
        self.star = false;
        Ok(())
    }

    fn set_document(&mut self, encoding: &'static Encoding) {
        self.document = encoding;
        self.state.encoding = encoding;
    }

    fn open_box(
        &mut self,
        kind: &'static str,
        story: &mut Story<'_, '_>,
    ) -> Result<(), ExtractError> {
        self.flush(story)?;
        story.open_box(kind);
        self.state.boxed = true;
        Ok(())
    }
}
