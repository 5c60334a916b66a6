//! One workbook stream: its globals, then its sheets.

use std::collections::HashMap;

use encoding_rs::WINDOWS_1252;

use crate::{
    extract::{
        codepage,
        error::ExtractError,
        format::xlsx::page_text,
        numfmt::NumberFormat,
        ole::{u16_at, u32_at},
        sheet::{Sheet, fault},
        story::Story,
    },
    model::Anchor,
};

use super::{
    asides::Asides,
    biff::{self, Strings, continued, float, record, rk, shared_strings},
};

/// One workbook stream.
pub struct Book<'b> {
    stream: &'b [u8],
    strings: Strings,
    shared: Vec<String>,
    codes: HashMap<u16, NumberFormat>,
    /// The number format of each cell style.
    styles: Vec<u16>,
    since_1904: bool,
    /// Place, hidden, name.
    sheets: Vec<(usize, bool, String)>,
    /// BIFF 2 to 4 have one sheet and formats numbered as they come.
    old: bool,
    version: u16,
}

impl<'b> Book<'b> {
    /// Of a stream.
    pub fn new(stream: &'b [u8]) -> Self {
        Book {
            stream,
            strings: Strings {
                unicode: true,
                encoding: WINDOWS_1252,
            },
            shared: Vec::new(),
            codes: HashMap::new(),
            styles: Vec::new(),
            since_1904: false,
            sheets: Vec::new(),
            old: false,
            version: 0x600,
        }
    }

    /// Reads it.
    ///
    /// # Errors
    /// When it is no workbook, and those of the guard.
    pub fn read(mut self, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        let first = record(self.stream, 0)
            .ok_or_else(|| ExtractError::corrupt("its workbook stream is empty"))?;
        self.version = match first.id {
            0x0809 => u16_at(first.data, 0).unwrap_or(0x600),
            0x0009 => 0x200,
            0x0209 => 0x300,
            0x0409 => 0x400,
            _ => {
                return Err(ExtractError::corrupt(
                    "its workbook stream begins with no workbook",
                ));
            }
        };
        self.strings.unicode = self.version >= 0x600;
        self.old = self.version < 0x500;
        self.globals(story)?;
        if self.sheets.is_empty() {
            self.sheets.push((0, false, "Sheet1".to_owned()));
        }
        let sheets = std::mem::take(&mut self.sheets);
        for (index, (at, hidden, name)) in sheets.iter().enumerate() {
            story.out.check()?;
            if sheets[..index].iter().any(|s| s.0 == *at) {
                continue;
            }
            let name = if name.is_empty() { "Chart data" } else { name };
            let mut sheet = Sheet::new(name, *hidden);
            let shown = sheet.name().to_owned();
            let mut asides = Asides::default();
            self.sheet(*at, &mut sheet, &mut asides, story)?;
            sheet.finish(story)?;
            asides.write(&shown, story)?;
        }
        Ok(())
    }

    fn globals(&mut self, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        let mut at = 0;
        let mut ordinal = 0;
        let mut depth = 0;
        while let Some(found) = record(self.stream, at) {
            at = found.next;
            let data = found.data;
            match found.id {
                0x809 | 0x009 | 0x209 | 0x409 => depth += 1,
                0x0a => {
                    depth -= 1;
                    if depth <= 0 {
                        break;
                    }
                }
                0x2f => return Err(ExtractError::encrypted()),
                0x42 => {
                    let page = u16_at(data, 0).unwrap_or(1252);
                    let page = match page {
                        0x8001 => 1252,
                        0x8000 => 10000,
                        page => page,
                    };
                    if page != 1200 {
                        self.strings.encoding = codepage::encoding(page);
                    }
                }
                0x22 => self.since_1904 = u16_at(data, 0) == Some(1),
                0x85 if self.sheets.len() < 10_000 => {
                    let place = u32_at(data, 0).unwrap_or(0) as usize;
                    let hidden = data.get(4).is_some_and(|v| v & 3 != 0);
                    let name = data.get(6..).and_then(|d| self.strings.read(d, true));
                    self.sheets.push((place, hidden, name.unwrap_or_default()));
                }
                0x41e | 0x1e => {
                    let (id, text) = match self.version {
                        0x200 | 0x300 => (ordinal, self.strings.read(data, true)),
                        0x600.. => (
                            u16_at(data, 0).unwrap_or(0),
                            data.get(2..).and_then(|d| self.strings.read(d, false)),
                        ),
                        _ => (
                            u16_at(data, 0).unwrap_or(0),
                            data.get(2..).and_then(|d| self.strings.read(d, true)),
                        ),
                    };
                    let id = if self.version == 0x400 { ordinal } else { id };
                    ordinal += 1;
                    if let Some(text) = text {
                        self.codes.insert(id, NumberFormat::parse(&text));
                    }
                }
                0xe0 => self.styles.push(u16_at(data, 2).unwrap_or(0)),
                0x243 | 0x443 => self.styles.push(data.get(1).map_or(0, |&b| u16::from(b))),
                0x43 => self
                    .styles
                    .push(data.get(2).map_or(0, |&b| u16::from(b & 0x3f))),
                0xfc => {
                    let (parts, next) = continued(self.stream, found);
                    self.shared = shared_strings(parts);
                    at = next;
                }
                0x18 => {
                    if let Some((name, value)) = self.name(data) {
                        let place = Anchor::Region("defined name".into());
                        story.note(place, Some(&name), &format!("{name}: {value}"))?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// A defined name and its text, where it stands for a text; built-in ones have a single character.
    fn name(&self, data: &[u8]) -> Option<(String, String)> {
        if self.old || u16_at(data, 0)? & 0x20 != 0 {
            return None;
        }
        let count = usize::from(*data.get(3)?);
        let text = self.strings.characters(data.get(14..)?, count)?;
        // The formula follows the name: a text is one token.
        let width = 1 + usize::from(data.get(14)? & 1);
        let value = data
            .get(15 + count * width..)
            .filter(|formula| formula.first() == Some(&0x17))
            .and_then(|formula| {
                let count = usize::from(*formula.get(1)?);
                self.strings.characters(formula.get(2..)?, count)
            });
        (text.chars().count() > 1).then(|| (text, value.unwrap_or_default()))
    }

    fn format(&self, style: u16) -> NumberFormat {
        let id = self.styles.get(usize::from(style)).copied().unwrap_or(0);
        match self.codes.get(&id) {
            Some(code) => code.clone(),
            None => NumberFormat::builtin(u32::from(id)),
        }
    }

    fn number(
        &self,
        row: u16,
        column: u16,
        style: u16,
        value: f64,
        sheet: &mut Sheet,
        story: &mut Story<'_, '_>,
    ) -> Result<(), ExtractError> {
        let shown = self.format(style).show(value, self.since_1904);
        sheet.cell(u64::from(row) + 1, u32::from(column), &shown, false, story)
    }

    fn sheet(
        &mut self,
        start: usize,
        sheet: &mut Sheet,
        asides: &mut Asides,
        story: &mut Story<'_, '_>,
    ) -> Result<(), ExtractError> {
        let mut at = start;
        let mut depth = 0;
        // A formula whose text follows.
        let mut waiting: Option<(u16, u16)> = None;
        let mut object = 0;
        let mut steps = 0_u32;
        while let Some(found) = record(self.stream, at) {
            at = found.next;
            let data = found.data;
            steps += 1;
            if steps.is_multiple_of(4096) {
                story.out.check()?;
            }
            // Row, column, style; BIFF 2 has attributes of three bytes instead of a style.
            let place = || Some((u16_at(data, 0)?, u16_at(data, 2)?, u16_at(data, 4)?));
            match found.id {
                0x809 | 0x009 | 0x209 | 0x409 => depth += 1,
                0x0a => {
                    depth -= 1;
                    if depth <= 0 {
                        break;
                    }
                }
                0xfd => {
                    if let (Some((row, column, _)), Some(index)) = (place(), u32_at(data, 6))
                        && let Some(text) = self.shared.get(index as usize)
                    {
                        sheet.cell(u64::from(row) + 1, u32::from(column), text, true, story)?;
                    }
                }
                0x204 | 0xd6 => {
                    if let Some((row, column, _)) = place() {
                        let (parts, next) = continued(self.stream, found);
                        at = next;
                        let text = if parts.len() > 1 && self.strings.unicode {
                            let mut cursor = biff::Cursor::new(parts);
                            cursor.skip(6);
                            cursor.u16().and_then(|n| cursor.string(usize::from(n)))
                        } else {
                            data.get(6..).and_then(|d| self.strings.read(d, false))
                        };
                        sheet.cell(
                            u64::from(row) + 1,
                            u32::from(column),
                            &text.unwrap_or_default(),
                            true,
                            story,
                        )?;
                    }
                }
                0x203 => {
                    if let (Some((row, column, style)), Some(value)) = (place(), float(data, 6)) {
                        self.number(row, column, style, value, sheet, story)?;
                    }
                }
                0x27e => {
                    if let (Some((row, column, style)), Some(raw)) = (place(), u32_at(data, 6)) {
                        self.number(row, column, style, rk(raw), sheet, story)?;
                    }
                }
                0xbd => {
                    let (row, first) = (u16_at(data, 0).unwrap_or(0), u16_at(data, 2).unwrap_or(0));
                    let count = data.len().saturating_sub(6) / 6;
                    for i in 0..count {
                        let style = u16_at(data, 4 + i * 6).unwrap_or(0);
                        let raw = u32_at(data, 6 + i * 6).unwrap_or(0);
                        self.number(
                            row,
                            first.saturating_add(i as u16),
                            style,
                            rk(raw),
                            sheet,
                            story,
                        )?;
                    }
                }
                0x205 => {
                    if let (Some((row, column, _)), Some(&value), Some(&error)) =
                        (place(), data.get(6), data.get(7))
                    {
                        let text = match (error, value) {
                            (0, 0) => "FALSE",
                            (0, _) => "TRUE",
                            (_, code) => fault(code),
                        };
                        sheet.cell(u64::from(row) + 1, u32::from(column), text, false, story)?;
                    }
                }
                0x06 | 0x206 | 0x406 => {
                    let value_at = if self.version == 0x200 { 7 } else { 6 };
                    if let (Some((row, column, style)), Some(value)) =
                        (place(), data.get(value_at..value_at + 8))
                    {
                        waiting = None;
                        if value[6] == 0xff && value[7] == 0xff {
                            let text = match (value[0], value[2]) {
                                (0, _) => {
                                    waiting = Some((row, column));
                                    ""
                                }
                                (1, 0) => "FALSE",
                                (1, _) => "TRUE",
                                (2, code) => fault(code),
                                _ => "",
                            };
                            let row = u64::from(row) + 1;
                            sheet.cell(row, u32::from(column), text, false, story)?;
                        } else if let Some(number) = float(data, value_at) {
                            self.number(row, column, style, number, sheet, story)?;
                        }
                    }
                }
                0x207 | 0x07 => {
                    if let Some((row, column)) = waiting.take() {
                        let (parts, next) = continued(self.stream, found);
                        at = next;
                        let text = if self.strings.unicode {
                            let mut cursor = biff::Cursor::new(parts);
                            cursor.u16().and_then(|n| cursor.string(usize::from(n)))
                        } else {
                            self.strings.read(data, self.version == 0x200)
                        };
                        sheet.cell(
                            u64::from(row) + 1,
                            u32::from(column),
                            &text.unwrap_or_default(),
                            true,
                            story,
                        )?;
                    }
                }
                // BIFF 2, and the data of charts that Microsoft Graph put into documents.
                0x02..=0x04 if self.version == 0x200 || self.version >= 0x500 => {
                    let (row, column) =
                        (u16_at(data, 0).unwrap_or(0), u16_at(data, 2).unwrap_or(0));
                    let style = data.get(4).map_or(0, |&b| u16::from(b & 0x3f));
                    match found.id {
                        0x02 => {
                            let value = u16_at(data, 7).unwrap_or(0);
                            self.number(row, column, style, f64::from(value), sheet, story)?;
                        }
                        0x03 => {
                            self.number(
                                row,
                                column,
                                style,
                                float(data, 7).unwrap_or(0.0),
                                sheet,
                                story,
                            )?;
                        }
                        _ => {
                            let text = data
                                .get(7..)
                                .and_then(|d| self.strings.read(d, true))
                                .unwrap_or_default();
                            sheet.cell(
                                u64::from(row) + 1,
                                u32::from(column),
                                &text,
                                true,
                                story,
                            )?;
                        }
                    }
                }
                0x14 | 0x15 => {
                    if let Some(text) = self.strings.read(data, !self.strings.unicode) {
                        asides.pages.push(page_text(&text));
                    }
                }
                0x1c => self.comment(data, asides),
                0x5d => object = u16_at(data, 6).unwrap_or(0),
                0x1b6 => {
                    let (parts, next) = continued(self.stream, found);
                    at = next;
                    let count = u16_at(data, 10).unwrap_or(0);
                    if count > 0 && parts.len() > 1 {
                        let mut cursor = biff::Cursor::new(parts[1..].to_vec());
                        if let Some(text) = cursor.string(usize::from(count)) {
                            asides.boxes.push((object, text));
                        }
                    }
                }
                0x1b8 => asides.links.extend(biff::hyperlink(data)),
                0x100d => {
                    // Titles in charts.
                    if let Some(text) = data.get(2..).and_then(|d| self.strings.read(d, true)) {
                        asides.charts.push(text);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn comment(&self, data: &[u8], asides: &mut Asides) {
        let (Some(row), Some(column)) = (u16_at(data, 0), u16_at(data, 2)) else {
            return;
        };
        if self.strings.unicode {
            let id = u16_at(data, 6).unwrap_or(0);
            let author = data
                .get(8..)
                .and_then(|d| self.strings.read(d, false))
                .unwrap_or_default();
            asides.comments.push((row, column, id, author));
        } else if let Some(text) = data.get(4..).and_then(|d| self.strings.read(d, false)) {
            asides.old_comments.push((row, column, text));
        }
    }
}
