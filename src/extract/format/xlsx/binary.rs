//! Parts of binary workbooks: records of a type, a length and bytes. Source: [MS-XLSB] 2.1.4 and 2.4.

use std::{
    collections::HashMap,
    io::{BufReader, Read},
};

use crate::{
    extract::{
        error::ExtractError,
        numfmt::NumberFormat,
        ole::{u16_at, u32_at},
        package::Package,
        sheet::{Sheet, fault},
        story::Story,
    },
    model::Anchor,
};

use super::{
    book::{Book, Strings},
    cells::{COLUMNS, ROWS, SheetReader, page_text},
};

/// Bytes of one record; a cell holds 64 KiB at most.
const LONGEST: u64 = 16 << 20;

/// Records one after the other.
struct Records<R> {
    from: BufReader<R>,
    data: Vec<u8>,
}

impl<R: Read> Records<R> {
    fn new(from: R) -> Self {
        Records {
            from: BufReader::with_capacity(64 << 10, from),
            data: Vec::new(),
        }
    }

    /// The type and bytes of the next record; none at the end of the part.
    fn step(&mut self) -> Result<Option<(u32, &[u8])>, ExtractError> {
        let Some(kind) = self.number(2)? else {
            return Ok(None);
        };
        let length = self
            .number(4)?
            .ok_or_else(|| ExtractError::corrupt("ends early"))?;
        let length = u64::from(length);
        if length > LONGEST {
            return Err(ExtractError::corrupt(
                "a record says that it is longer than any",
            ));
        }
        self.data.clear();
        (&mut self.from).take(length).read_to_end(&mut self.data)?;
        if (self.data.len() as u64) < length {
            return Err(ExtractError::corrupt("ends early"));
        }
        Ok(Some((kind, &self.data)))
    }

    /// A number of at most so many bytes, seven bits in each; none at the end of the part.
    fn number(&mut self, most: u32) -> Result<Option<u32>, ExtractError> {
        let mut number = 0;
        for i in 0..most {
            let mut byte = [0];
            if self.from.read(&mut byte)? == 0 {
                return Ok(None);
            }
            number |= u32::from(byte[0] & 0x7f) << (7 * i);
            if byte[0] & 0x80 == 0 {
                break;
            }
        }
        Ok(Some(number))
    }
}

/// A string with its count of characters before it, and what follows; an absent one is empty.
fn string(data: &[u8]) -> Option<(String, &[u8])> {
    let count = u32_at(data, 0)?;
    if count == u32::MAX {
        return Some((String::new(), &data[4..]));
    }
    let end = (count as usize).checked_mul(2)?.checked_add(4)?;
    let units = data.get(4..end)?.chunks_exact(2);
    let units = units.map(|b| u16::from_le_bytes([b[0], b[1]]));
    let text = char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}'));
    Some((text.collect(), &data[end..]))
}

/// A number packed in 30 bits: a whole one or the upper half of a float, perhaps in hundredths.
fn packed(raw: u32) -> f64 {
    let value = if raw & 2 == 0 {
        f64::from_bits(u64::from(raw & !3) << 32)
    } else {
        f64::from((raw as i32) >> 2)
    };
    if raw & 1 == 0 { value } else { value / 100.0 }
}

/// The workbook part.
pub(super) fn book<R: Read>(part: R) -> Result<Book, ExtractError> {
    let mut book = Book::default();
    let mut records = Records::new(part);
    while let Some((kind, data)) = records.step()? {
        match kind {
            153 => book.since_1904 = data.first().is_some_and(|b| b & 1 == 1),
            156 if book.sheets.len() < 10_000 => {
                let hidden = u32_at(data, 0) != Some(0);
                if let Some((id, rest)) = data.get(8..).and_then(string)
                    && let Some((name, _)) = string(rest)
                {
                    book.sheets.push((name, hidden, id));
                }
            }
            39 if book.names.len() < 10_000 => {
                // Flags, a key, the sheet; then the name and its formula, of which a text is one token.
                let builtin = u32_at(data, 0).is_some_and(|flags| flags & 0x20 != 0);
                if let Some((name, rest)) = data.get(9..).and_then(string)
                    && !builtin
                    && !name.starts_with("_xl")
                {
                    book.names
                        .push((name, text_token(rest).unwrap_or_default()));
                }
            }
            _ => {}
        }
    }
    Ok(book)
}

fn text_token(formula: &[u8]) -> Option<String> {
    if *formula.get(4)? != 0x17 {
        return None;
    }
    let count = usize::from(u16_at(formula, 5)?);
    let units: Vec<u16> = formula
        .get(7..7 + count * 2)?
        .chunks_exact(2)
        .map(|b| u16::from_le_bytes([b[0], b[1]]))
        .collect();
    Some(String::from_utf16_lossy(&units))
}

/// The shared strings; `most` is the size of the part as its directory says.
pub(super) fn strings<R: Read>(
    part: R,
    strings: &mut Strings,
    most: u64,
) -> Result<(), ExtractError> {
    let mut records = Records::new(part);
    while let Some((kind, data)) = records.step()? {
        if kind == 19 {
            let text = data.get(1..).and_then(string);
            strings.push(&text.unwrap_or_default().0, most)?;
        }
    }
    Ok(())
}

/// The number format of each cell style.
pub(super) fn styles<R: Read>(
    part: R,
    formats: &mut Vec<NumberFormat>,
) -> Result<(), ExtractError> {
    let mut codes: HashMap<u32, NumberFormat> = HashMap::new();
    let mut in_cells = false;
    let mut records = Records::new(part);
    while let Some((kind, data)) = records.step()? {
        match kind {
            44 if codes.len() < 10_000 => {
                if let (Some(id), Some((code, _))) =
                    (u16_at(data, 0), data.get(2..).and_then(string))
                {
                    codes.insert(u32::from(id), NumberFormat::parse(&code));
                }
            }
            617 => in_cells = true,
            618 => in_cells = false,
            47 if in_cells && formats.len() < 100_000 => {
                let id = u32::from(u16_at(data, 2).unwrap_or(0));
                let code = codes.get(&id).cloned();
                formats.push(code.unwrap_or_else(|| NumberFormat::builtin(id)));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The cells of a sheet, its page headers, and the choices and prompts of its cells.
pub(super) fn sheet<R: Read>(
    part: R,
    reader: &mut SheetReader<'_>,
    sheet: &mut Sheet,
    story: &mut Story<'_, '_>,
) -> Result<(), ExtractError> {
    let mut records = Records::new(part);
    let (mut row, mut next, mut steps) = (0_u64, 0_u32, 0_u32);
    while let Some((kind, data)) = records.step()? {
        match kind {
            0 => {
                row = u64::from(u32_at(data, 0).unwrap_or(0)) + 1;
                next = 0;
                steps += 1;
                if steps.is_multiple_of(1024) {
                    story.out.check()?;
                }
            }
            1..=18 | 62 => {
                // The short ones follow the cell before and do not say their column.
                let short = (12..=18).contains(&kind);
                let column = if short {
                    next
                } else {
                    u32_at(data, 0).unwrap_or(u32::MAX)
                };
                let start = if short { 0 } else { 4 };
                let style = u32_at(data, start).unwrap_or(0) & 0xff_ffff;
                next = column.saturating_add(1);
                if let Some(value) = data.get(start + 4..)
                    && (1..=ROWS).contains(&row)
                    && column < COLUMNS
                {
                    let kind = if short { kind - 11 } else { kind };
                    cell(
                        kind,
                        value,
                        style as usize,
                        (row, column),
                        reader,
                        sheet,
                        story,
                    )?;
                }
            }
            479 => {
                let mut rest = data.get(2..).unwrap_or(&[]);
                for _ in 0..6 {
                    let Some((text, after)) = string(rest) else {
                        break;
                    };
                    let text = page_text(&text);
                    if !text.trim().is_empty() && reader.asides.len() < 16 {
                        reader.asides.push(text);
                    }
                    rest = after;
                }
            }
            64 => prompts(data, reader),
            _ => {}
        }
    }
    Ok(())
}

fn cell(
    kind: u32,
    value: &[u8],
    style: usize,
    (row, column): (u64, u32),
    reader: &SheetReader<'_>,
    sheet: &mut Sheet,
    story: &mut Story<'_, '_>,
) -> Result<(), ExtractError> {
    let number = match kind {
        2 => u32_at(value, 0).map(packed),
        5 | 9 => value
            .first_chunk::<8>()
            .map(|bytes| f64::from_le_bytes(*bytes)),
        _ => None,
    };
    if let Some(number) = number {
        let format = reader.formats.get(style).unwrap_or(&NumberFormat::General);
        let text = format.show(number, reader.since_1904);
        return sheet.cell(row, column, &text, false, story);
    }
    match kind {
        4 | 10 => {
            let text = if value.first() == Some(&1) {
                "TRUE"
            } else {
                "FALSE"
            };
            sheet.cell(row, column, text, false, story)
        }
        3 | 11 => {
            let text = value.first().map_or("", |&code| fault(code));
            sheet.cell(row, column, text, false, story)
        }
        6 | 8 => {
            let (text, _) = string(value).unwrap_or_default();
            sheet.cell(row, column, &text, true, story)
        }
        62 => {
            let (text, _) = value.get(1..).and_then(string).unwrap_or_default();
            sheet.cell(row, column, &text, true, story)
        }
        7 => {
            let index = u32_at(value, 0).map(|i| i as usize);
            let text = index.and_then(|i| reader.strings.get(i)).unwrap_or("");
            sheet.cell(row, column, text, true, story)
        }
        _ => Ok(()),
    }
}

/// Choices and prompts: flags, the cells they are for, four texts.
fn prompts(data: &[u8], reader: &mut SheetReader<'_>) {
    let count = u32_at(data, 4).unwrap_or(0) as usize;
    let (Some(row), Some(column)) = (u32_at(data, 8), u32_at(data, 16)) else {
        return;
    };
    let start = count.checked_mul(16).and_then(|n| n.checked_add(8));
    let mut rest = start.and_then(|at| data.get(at..)).unwrap_or(&[]);
    for _ in 0..4 {
        let Some((text, after)) = string(rest) else {
            return;
        };
        if !text.is_empty() && reader.prompts.len() < 10_000 {
            let letters = crate::model::segment::column_letters(column.min(COLUMNS - 1) + 1);
            let place = format!("{letters}{}", u64::from(row) + 1);
            reader.prompts.push((place, text));
        }
        rest = after;
    }
}

/// Comments of a sheet.
pub(super) fn comments<R: Read>(
    part: R,
    sheet: &str,
    story: &mut Story<'_, '_>,
) -> Result<(), ExtractError> {
    let mut authors: Vec<String> = Vec::new();
    let mut place = Anchor::Region("comment".into());
    let mut records = Records::new(part);
    while let Some((kind, data)) = records.step()? {
        match kind {
            632 if authors.len() < 10_000 => {
                authors.push(string(data).unwrap_or_default().0);
            }
            635 => {
                if let (Some(row), Some(column)) = (u32_at(data, 4), u32_at(data, 12)) {
                    place = Anchor::Cell {
                        sheet: sheet.into(),
                        row: u64::from(row) + 1,
                        column: column.saturating_add(1),
                    };
                }
                let author = u32_at(data, 0).and_then(|i| authors.get(i as usize));
                if let Some(author) = author.filter(|a| !a.starts_with("tc={")) {
                    story.note(place.clone(), Some("author"), author)?;
                }
            }
            637 => {
                let (text, _) = data.get(1..).and_then(string).unwrap_or_default();
                story.note(place.clone(), Some("comment"), text.trim())?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Texts kept of pivot tables.
pub(super) fn caches(
    package: &mut Package<'_, '_>,
    story: &mut Story<'_, '_>,
) -> Result<(), ExtractError> {
    let parts: Vec<String> = package
        .names()
        .iter()
        .filter(|n| {
            let n = n.trim_start_matches('/').to_ascii_lowercase();
            n.ends_with(".bin") && n.starts_with("xl/pivotcache/")
        })
        .cloned()
        .collect();
    for part in parts {
        let result = package.part(&part).and_then(|part| {
            let mut records = Records::new(part);
            while let Some((kind, data)) = records.step()? {
                if matches!(kind, 24 | 31)
                    && let Some((text, _)) = string(data)
                {
                    story.note(Anchor::Region("pivot cache".into()), None, &text)?;
                }
            }
            Ok(())
        });
        crate::extract::ooxml::tolerate(result, story, "pivot cache")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_numbers() {
        assert_eq!(packed(90_126 << 2 | 2), 90_126.0);
        assert_eq!(packed(12_345 << 2 | 3), 123.45);
        assert_eq!(packed((1.5_f64.to_bits() >> 32) as u32), 1.5);
        assert_eq!(packed((-7_i32 << 2 | 2) as u32), -7.0);
    }

    #[test]
    fn records_of_one_and_two_bytes_and_lies_about_lengths() {
        let bytes = [0x07, 0x02, 1, 2, 0x9c, 0x01, 0x01, 9];
        let mut records = Records::new(&bytes[..]);
        assert_eq!(records.step().expect("whole"), Some((7, &[1, 2][..])));
        assert_eq!(records.step().expect("whole"), Some((156, &[9][..])));
        assert_eq!(records.step().expect("the end"), None);
        assert!(Records::new(&[0x07, 0x05, 1][..]).step().is_err());
        assert!(
            Records::new(&[0x07, 0xff, 0xff, 0xff, 0x7f][..])
                .step()
                .is_err()
        );
        assert!(string(&[0xff, 0xff, 0xff, 0x7f, 0]).is_none());
        assert_eq!(string(&[0xff; 4]).expect("absent").0, "");
    }
}
