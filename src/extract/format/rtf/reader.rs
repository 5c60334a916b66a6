//! The lexer: control words, groups, bytes in code pages, and where text goes.

use std::collections::HashMap;

use encoding_rs::{Encoding, WINDOWS_1252};

use crate::{
    extract::{error::ExtractError, story::Story},
    model::Anchor,
};

/// Bytes of one embedded object.
pub(super) const OBJECT: usize = 64 << 20;

/// Deepest nesting of groups.
const DEEPEST: usize = 10_000;

/// Where text goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum To {
    /// The document.
    Body,
    /// Nowhere.
    Nothing,
    /// The font table.
    Fonts,
    /// The information group; its field is named by the group inside.
    Info,
    /// The code of a field.
    Code,
    /// The name of a form field.
    FieldName,
    /// The data of an object, in hexadecimal.
    Object,
    /// The name of a property that the author made, and its value.
    PropertyName,
    PropertyValue,
}

/// What a group inherits and restores.
#[derive(Clone)]
pub(super) struct State {
    pub(super) to: To,
    pub(super) encoding: &'static Encoding,
    /// Bytes after `\u` that stand for the same character in old readers.
    pub(super) skip: usize,
    /// Started a box, a label, or a region, to be ended with the group.
    pub(super) boxed: bool,
    pub(super) label: bool,
    pub(super) region: bool,
    pub(super) change: Change,
}

/// What a tracked change did to text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Change {
    None,
    Inserted,
    Deleted,
}

/// An embedded object or a picture, as its bytes.
pub(super) struct Object {
    pub(super) picture: bool,
    pub(super) bytes: Vec<u8>,
}

pub(super) struct Reader<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) at: usize,
    pub(super) state: State,
    pub(super) stack: Vec<State>,
    pub(super) document: &'static Encoding,
    pub(super) fonts: HashMap<i32, &'static Encoding>,
    pub(super) font: i32,
    pub(super) default_font: i32,
    /// Bytes in the code page that are not yet text.
    pub(super) raw: Vec<u8>,
    pub(super) raw_encoding: &'static Encoding,
    pub(super) skipping: usize,
    pub(super) high: Option<u16>,
    pub(super) info: String,
    pub(super) info_name: &'static str,
    /// The property that the author made, its name known.
    pub(super) property: String,
    pub(super) value: String,
    /// The shape has said its text; what old readers are given instead says it again.
    pub(super) shape_read: bool,
    pub(super) code: String,
    pub(super) field_name: String,
    pub(super) star: bool,
    /// Nothing has come since the last group began.
    pub(super) fresh: bool,
    pub(super) row_open: bool,
    /// The paragraph says that it is in a table; a table, a row, a cell are open.
    pub(super) in_table: bool,
    pub(super) table_open: bool,
    pub(super) cell_open: bool,
    pub(super) objects: Vec<Object>,
    pub(super) nibble: Option<u8>,
}

impl<'b> Reader<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Reader {
            bytes,
            at: 0,
            state: State {
                to: To::Body,
                encoding: WINDOWS_1252,
                skip: 1,
                boxed: false,
                label: false,
                region: false,
                change: Change::None,
            },
            stack: Vec::new(),
            document: WINDOWS_1252,
            fonts: HashMap::new(),
            font: 0,
            default_font: 0,
            raw: Vec::new(),
            raw_encoding: WINDOWS_1252,
            skipping: 0,
            high: None,
            info: String::new(),
            info_name: "",
            property: String::new(),
            value: String::new(),
            shape_read: false,
            code: String::new(),
            field_name: String::new(),
            star: false,
            fresh: false,
            row_open: false,
            in_table: false,
            table_open: false,
            cell_open: false,
            objects: Vec::new(),
            nibble: None,
        }
    }

    pub(super) fn read(&mut self, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        let mut steps = 0_u32;
        while let Some(&byte) = self.bytes.get(self.at) {
            steps = steps.wrapping_add(1);
            if steps.is_multiple_of(1 << 16) {
                story.out.check()?;
            }
            self.at += 1;
            let fresh = std::mem::take(&mut self.fresh);
            match byte {
                b'{' => {
                    self.fresh = true;
                    self.flush(story)?;
                    self.star = false;
                    if self.stack.len() >= DEEPEST {
                        story.out.problem("its groups are nested too deep");
                        break;
                    }
                    self.stack.push(self.state.clone());
                    self.state.boxed = false;
                    self.state.label = false;
                    self.state.region = false;
                    self.skipping = 0;
                }
                b'}' => {
                    self.flush(story)?;
                    self.skipping = 0;
                    self.end_group(story)?;
                }
                b'\\' => self.control(fresh, story)?,
                b'\r' | b'\n' | 0 => self.fresh = fresh,
                byte => self.byte(byte, story)?,
            }
        }
        self.flush(story)?;
        let ends = self
            .bytes
            .iter()
            .rev()
            .find(|b| !b.is_ascii_whitespace() && **b != 0);
        if !self.stack.is_empty() && self.stack.len() < DEEPEST && ends != Some(&b'}') {
            story
                .out
                .problem("it breaks off before its last group ends");
        }
        story.end_part()
    }

    fn end_group(&mut self, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        let ended = std::mem::replace(
            &mut self.state,
            match self.stack.pop() {
                Some(outer) => outer,
                // One bracket too many: go on in the document.
                None => return Ok(()),
            },
        );
        if ended.label {
            story.close_label();
        }
        if ended.boxed {
            story.close_box()?;
        }
        if ended.region {
            story.end_part()?;
        }
        if ended.to == To::Info && !self.info_name.is_empty() {
            let text = std::mem::take(&mut self.info);
            let name = std::mem::take(&mut self.info_name);
            story.note(Anchor::Meta(name.into()), Some(name), text.trim())?;
        }
        if ended.to == To::PropertyValue && self.state.to != To::PropertyValue {
            let (name, text) = (&self.property, std::mem::take(&mut self.value));
            story.note(Anchor::Meta(name.trim().into()), Some(name), text.trim())?;
        }
        if ended.to == To::Code && self.state.to != To::Code {
            self.field_code(story)?;
        }
        Ok(())
    }

    fn byte(&mut self, byte: u8, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        if self.skipping > 0 {
            self.skipping -= 1;
            return Ok(());
        }
        match self.state.to {
            To::Nothing => {}
            To::Object => {
                if let Some(digit) = (byte as char).to_digit(16)
                    && let Some(object) = self.objects.last_mut()
                    && object.bytes.len() < OBJECT
                {
                    match self.nibble.take() {
                        Some(high) => object.bytes.push(high << 4 | digit as u8),
                        None => self.nibble = Some(digit as u8),
                    }
                }
            }
            _ => {
                if !std::ptr::eq(self.raw_encoding, self.state.encoding) {
                    self.flush(story)?;
                    self.raw_encoding = self.state.encoding;
                }
                self.raw.push(byte);
                if self.raw.len() > 1 << 16 {
                    self.flush(story)?;
                }
            }
        }
        Ok(())
    }

    pub(super) fn flush(&mut self, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        if self.raw.is_empty() {
            return Ok(());
        }
        let raw = std::mem::take(&mut self.raw);
        let text = self.raw_encoding.decode_without_bom_handling(&raw).0;
        self.put(&text, story)?;
        self.raw = raw;
        self.raw.clear();
        Ok(())
    }

    fn put(&mut self, text: &str, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        match self.state.to {
            To::Body => {
                self.place(story)?;
                match self.state.change {
                    Change::None => story.text(text),
                    Change::Inserted => story.inserted(text),
                    Change::Deleted => story.deleted(text),
                }
            }
            To::Info if self.info.len() < 1 << 20 => self.info.push_str(text),
            To::Code if self.code.len() < 1 << 16 => self.code.push_str(text),
            To::PropertyName if self.property.len() < 1024 => self.property.push_str(text),
            To::PropertyValue if self.value.len() < 1 << 16 => self.value.push_str(text),
            To::FieldName if self.field_name.len() < 1024 => self.field_name.push_str(text),
            _ => {}
        }
        Ok(())
    }

    /// Opens the table, row and cell that text stands in, or closes the table that it does not.
    pub(super) fn place(&mut self, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        if self.in_table && !self.row_open {
            if !self.table_open {
                story.open_table()?;
                self.table_open = true;
            }
            story.open_row(false)?;
            self.row_open = true;
            self.cell_open = false;
        }
        if self.row_open && !self.cell_open {
            story.open_cell()?;
            self.cell_open = true;
        }
        if self.table_open && !self.row_open && !self.in_table {
            story.close_table()?;
            self.table_open = false;
        }
        Ok(())
    }

    pub(super) fn special(
        &mut self,
        text: &str,
        story: &mut Story<'_, '_>,
    ) -> Result<(), ExtractError> {
        self.flush(story)?;
        if self.skipping > 0 {
            self.skipping -= 1;
            return Ok(());
        }
        self.put(text, story)
    }

    fn control(&mut self, fresh: bool, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        let Some(&first) = self.bytes.get(self.at) else {
            return Ok(());
        };
        if !first.is_ascii_alphabetic() {
            self.at += 1;
            match first {
                b'\'' => {
                    let hex = |b: Option<&u8>| b.and_then(|&b| (b as char).to_digit(16));
                    if let (Some(high), Some(low)) = (
                        hex(self.bytes.get(self.at)),
                        hex(self.bytes.get(self.at + 1)),
                    ) {
                        self.at += 2;
                        self.byte((high * 16 + low) as u8, story)?;
                    }
                }
                b'*' => self.star = fresh,
                b'~' => self.special("\u{a0}", story)?,
                b'_' => self.special("-", story)?,
                b'-' => self.special("\u{ad}", story)?,
                b'\\' | b'{' | b'}' => self.byte(first, story)?,
                b'\r' | b'\n' => self.word("par", None, story)?,
                b'\t' => self.special("\t", story)?,
                _ => {}
            }
            return Ok(());
        }
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_alphabetic) && self.at - start < 40 {
            self.at += 1;
        }
        let word = std::str::from_utf8(&self.bytes[start..self.at]).unwrap_or("");
        let number_at = self.at;
        if self.bytes.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) && self.at - number_at < 12 {
            self.at += 1;
        }
        let number = std::str::from_utf8(&self.bytes[number_at..self.at])
            .ok()
            .and_then(|n| n.parse::<i64>().ok())
            .map(|n| n as i32);
        if self.bytes.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
        self.word(word, number, story)
    }

    pub(super) fn unicode(
        &mut self,
        number: i32,
        story: &mut Story<'_, '_>,
    ) -> Result<(), ExtractError> {
        if self.skipping > 0 {
            self.skipping -= 1;
        }
        let unit = (number & 0xffff) as u16;
        let text = match (self.high.take(), unit) {
            (Some(high), 0xdc00..=0xdfff) => String::from_utf16_lossy(&[high, unit]),
            (_, 0xd800..=0xdbff) => {
                self.high = Some(unit);
                return Ok(());
            }
            // Symbol fonts put letters in the private area.
            (_, 0xf020..=0xf07e) => char::from((unit & 0xff) as u8).to_string(),
            (_, unit) => String::from_utf16_lossy(&[unit]),
        };
        self.put(&text, story)
    }
}
