//! Excel workbooks of before 2007: BIFF 8 and 5 in compound files, BIFF 2 to 4 bare.
//!
//! Calamine reads these too, but without number formats, and it panics or aborts on damaged files. Every sheet, hidden
//! ones marked; cached values as their format shows them; comments at their cells, text boxes, page headers, links, defined
//! names, pivot caches, properties; embedded files are members.

mod biff;
mod lock;

use std::collections::HashMap;

use encoding_rs::WINDOWS_1252;

use crate::{
    extract::{
        Format, Guard, Source, blips, codepage,
        compound::Compound,
        error::ExtractError,
        numfmt::NumberFormat,
        ole::{self, u16_at, u32_at},
        sheet::Sheet,
        sniff::{LIKELY, Look, NO, SURE},
        story::Story,
    },
    model::Anchor,
};

use biff::{Strings, continued, float, record, rk, shared_strings};

/// Excel workbooks of before 2007.
pub struct Xls;

impl Format for Xls {
    fn name(&self) -> &'static str {
        "xls"
    }

    fn version(&self) -> u32 {
        2
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["xls", "xlt", "xla", "xlw"]
    }

    fn about(&self) -> &'static str {
        "Excel 2 to 2003: every sheet with its headings, comments, text boxes, names, properties, embedded files; locked ones with --passwords"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if look.magic == "cfb" {
            let book = look.has("Workbook") || look.has("Book");
            let other = look.has("WordDocument") || look.has("EncryptedPackage");
            return if book && !other { SURE } else { NO };
        }
        // A bare stream begins with the record that every sheet begins with.
        let bare = matches!(
            look.head.get(..4),
            Some([
                0x09,
                0x00 | 0x02 | 0x04 | 0x08,
                0x04 | 0x06 | 0x08 | 0x10,
                0x00
            ])
        ) && !look.is_text();
        match (bare, look.named(self.extensions())) {
            (true, true) => SURE,
            (true, false) => LIKELY,
            _ => NO,
        }
    }

    fn seeks(&self) -> bool {
        true
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        if !source.head()?.starts_with(b"\xd0\xcf\x11\xe0") {
            let whole = source.whole(out, 1)?;
            let mut story = Story::new(out);
            let result = Book::new(&whole).read(&mut story);
            story.finish()?;
            return result;
        }
        let whole = source.whole(out, 2)?;
        let file = Compound::open(&whole)
            .ok_or_else(|| ExtractError::corrupt("its compound file directory is damaged"))?;
        let name = ["/Workbook", "/Book", "/WORKBOOK", "/BOOK"]
            .into_iter()
            .find(|n| file.is_stream(n));
        let name = name.ok_or_else(|| ExtractError::corrupt("its workbook stream is missing"))?;
        let stream = file
            .stream(name)
            .ok_or_else(|| ExtractError::corrupt("its workbook stream cannot be read"))?;
        let locked = lock::Locked::find(&stream, out)?;
        let open = |stream: Vec<u8>| match &locked {
            Some(locked) => locked.open(&stream),
            None => stream,
        };
        let stream = open(stream);
        {
            let mut story = Story::new(out);
            Book::new(&stream).read(&mut story)?;
            let caches: Vec<String> = file
                .paths()
                .filter(|p| p.starts_with("/_SX_DB"))
                .map(str::to_owned)
                .collect();
            for path in caches {
                if let Some(bytes) = file.stream(&path) {
                    pivot_cache(&open(bytes), &mut story)?;
                }
            }
            for (name, value) in ole::properties(&file) {
                story.note(
                    Anchor::Meta(name.as_str().into()),
                    Some(&name),
                    value.trim(),
                )?;
            }
            story.finish()?;
        }
        blips::children(&biff::drawings(&stream), &mut 0, out)?;
        ole::storages(&file, |path| path.starts_with("/MBD"), out)
    }
}

/// Strings kept of the source data of a pivot table.
fn pivot_cache(bytes: &[u8], story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
    let strings = Strings {
        unicode: true,
        encoding: WINDOWS_1252,
    };
    let mut at = 0;
    while let Some(found) = record(bytes, at) {
        at = found.next;
        if found.id == 0xcd
            && let Some(text) = strings.read(found.data, false)
        {
            story.note(Anchor::Region("pivot cache".into()), None, &text)?;
        }
    }
    Ok(())
}

/// One workbook stream.
struct Book<'b> {
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
    fn new(stream: &'b [u8]) -> Self {
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

    fn read(mut self, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
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
                            _ => "#N/A",
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
                            match value[0] {
                                0 => waiting = Some((row, column)),
                                1 => {
                                    let text = if value[2] == 0 { "FALSE" } else { "TRUE" };
                                    sheet.cell(
                                        u64::from(row) + 1,
                                        u32::from(column),
                                        text,
                                        false,
                                        story,
                                    )?;
                                }
                                _ => {}
                            }
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
                        asides.pages.push(super::xlsx::page_text(&text));
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

/// What a sheet holds beside its cells.
#[derive(Default)]
struct Asides {
    pages: Vec<String>,
    /// Row, column, object, author.
    comments: Vec<(u16, u16, u16, String)>,
    old_comments: Vec<(u16, u16, String)>,
    /// Object, text.
    boxes: Vec<(u16, String)>,
    links: Vec<String>,
    charts: Vec<String>,
}

impl Asides {
    fn write(mut self, sheet: &str, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        let cell = |row: u16, column: u16| Anchor::Cell {
            sheet: sheet.into(),
            row: u64::from(row) + 1,
            column: u32::from(column) + 1,
        };
        for (row, column, id, author) in &self.comments {
            let text = self
                .boxes
                .iter()
                .position(|b| b.0 == *id)
                .map(|i| self.boxes.remove(i).1);
            story.note(cell(*row, *column), Some("author"), author)?;
            story.note(
                cell(*row, *column),
                Some("comment"),
                text.as_deref().unwrap_or(""),
            )?;
        }
        for (row, column, text) in &self.old_comments {
            story.note(cell(*row, *column), Some("comment"), text)?;
        }
        let named = |what: &str| Anchor::Region(format!("{what} on {sheet}").into());
        for (_, text) in &self.boxes {
            story.note(named("text box"), None, text)?;
        }
        for text in &self.pages {
            story.note(
                Anchor::Region(format!("header or footer of {sheet}").into()),
                None,
                text,
            )?;
        }
        for text in &self.charts {
            story.note(named("chart"), None, text)?;
        }
        self.links.sort_unstable();
        self.links.dedup();
        for text in &self.links {
            let text = text.strip_prefix("mailto:").unwrap_or(text);
            story.note(Anchor::Region("link".into()), None, text)?;
        }
        Ok(())
    }
}
