//! Tables of IWA objects: rows of cells under their headings, in the layout of 2013 and in that since 2016.

use std::collections::HashMap;

use crate::extract::{error::ExtractError, numfmt, sheet::Sheet, story::Story};

use super::{
    iwa::{Objects, Value, fields, first, kind, reference, references},
    text::paragraphs,
};

/// Cells that one row may have: what the program itself allows, and some more.
const WIDEST: usize = 4096;

/// Writes every table.
///
/// # Errors
/// Those of the guard.
pub fn tables(objects: &Objects, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
    let sheets = sheets(objects);
    for (number, table) in objects.of(&[kind::TABLE]) {
        let name = first(&table.body, 8)
            .and_then(Value::text)
            .unwrap_or_default();
        let (title, hidden) = match sheets.get(&number) {
            Some((sheet, hidden)) if name.is_empty() => (sheet.clone(), *hidden),
            Some((sheet, hidden)) => (format!("{sheet}, {name}"), *hidden),
            None => (name, false),
        };
        let mut sheet = Sheet::new(&title, hidden);
        let stored = first(&table.body, 4).and_then(Value::bytes);
        if let Some(store) = stored {
            rows(objects, store, &mut sheet, story)?;
        }
        sheet.finish(story)?;
    }
    Ok(())
}

/// Names of the sheets that tables stand on and whether they are hidden, by the number of the table.
fn sheets(objects: &Objects) -> HashMap<u64, (String, bool)> {
    let mut found = HashMap::new();
    for (_, sheet) in objects.of(&[kind::SHEET]) {
        let Some(name) = first(&sheet.body, 1).and_then(Value::text) else {
            continue;
        };
        let hidden = first(&sheet.body, 25).and_then(Value::number) == Some(1);
        for info in references(&sheet.body, 2) {
            if let Some(info) = objects.get(info, &kind::TABLE_INFO) {
                for table in references(info, 2) {
                    found.insert(table, (name.clone(), hidden));
                }
            }
        }
    }
    found
}

/// Writes the rows of a table's store.
fn rows(
    objects: &Objects,
    store: &[u8],
    sheet: &mut Sheet,
    story: &mut Story<'_, '_>,
) -> Result<(), ExtractError> {
    let list = |field| {
        references(store, field)
            .next()
            .map(|number| objects.list(number))
            .unwrap_or_default()
    };
    let values = Values {
        objects,
        strings: list(4),
        rich: list(17),
    };
    let Some(storage) = first(store, 3).and_then(Value::bytes) else {
        return Ok(());
    };
    let height = first(storage, 2).and_then(Value::number).unwrap_or(256);
    let mut tiles: Vec<(u64, u64)> = fields(storage)
        .filter(|(field, _)| *field == 1)
        .filter_map(|(_, tile)| {
            let tile = tile.bytes()?;
            let place = first(tile, 1).and_then(Value::number).unwrap_or(0);
            Some((place, reference(first(tile, 2)?.bytes()?)?))
        })
        .collect();
    tiles.sort_unstable();
    for (place, tile) in tiles {
        let Some(tile) = objects.get(tile, &[kind::TILE]) else {
            story.out.problem("rows of a table are missing");
            continue;
        };
        story.out.check()?;
        let mut infos: Vec<(u64, &[u8])> = fields(tile)
            .filter(|(field, _)| *field == 5)
            .filter_map(|(_, row)| row.bytes())
            .map(|row| (first(row, 1).and_then(Value::number).unwrap_or(0), row))
            .collect();
        infos.sort_by_key(|(index, _)| *index);
        for (index, row) in infos {
            let number = place.saturating_mul(height).saturating_add(index);
            for (column, (text, is_text)) in cells(row, &values) {
                sheet.cell(number.saturating_add(1), column, &text, is_text, story)?;
            }
        }
    }
    Ok(())
}

/// What cells refer to.
struct Values<'o> {
    objects: &'o Objects,
    strings: HashMap<u64, &'o [u8]>,
    rich: HashMap<u64, &'o [u8]>,
}

impl Values<'_> {
    fn string(&self, key: u32) -> Option<String> {
        let entry = self.strings.get(&u64::from(key))?;
        first(entry, 3)?.text()
    }

    fn rich(&self, key: u32) -> Option<String> {
        let entry = self.rich.get(&u64::from(key))?;
        let payload = references(entry, 9).next()?;
        let storage = references(self.objects.get(payload, &[kind::RICH])?, 1).next()?;
        Some(paragraphs(self.objects.get(storage, &kind::STORAGE)?).join(" "))
    }
}

/// The cells of a row by column, as a person reads them, and whether they are text.
fn cells(row: &[u8], values: &Values<'_>) -> Vec<(u32, (String, bool))> {
    let new = first(row, 6)
        .and_then(Value::bytes)
        .filter(|b| !b.is_empty());
    let (buffer, offsets) = match new {
        Some(buffer) => (Some(buffer), first(row, 7)),
        None => (first(row, 3).and_then(Value::bytes), first(row, 4)),
    };
    let (Some(buffer), Some(offsets)) = (buffer, offsets.and_then(Value::bytes)) else {
        return Vec::new();
    };
    let wide = new.is_some() && first(row, 8).and_then(Value::number) == Some(1);
    let mut found = Vec::new();
    for (column, offset) in offsets.chunks_exact(2).take(WIDEST).enumerate() {
        let offset = u16::from_le_bytes([offset[0], offset[1]]);
        if offset == u16::MAX {
            continue;
        }
        let offset = usize::from(offset) * if wide { 4 } else { 1 };
        let cell = buffer.get(offset..).and_then(|cell| value(cell, values));
        found.extend(cell.map(|cell| (column as u32, cell)));
    }
    found
}

/// What a cell shows, and whether it is text.
fn value(cell: &[u8], values: &Values<'_>) -> Option<(String, bool)> {
    let parts = Parts::of(cell)?;
    let number = |parts: &Parts| {
        parts
            .decimal
            .map(decimal)
            .or_else(|| parts.double.map(numfmt::general))
    };
    match cell[1] {
        // Text, and text with styles.
        3 => Some((values.string(parts.string?)?, true)),
        9 => Some((values.rich(parts.rich?)?, true)),
        // A number, an amount.
        2 | 10 => Some((number(&parts)?, false)),
        5 => Some((date(parts.seconds?)?, false)),
        6 => Some((
            if parts.double? == 0.0 {
                "FALSE"
            } else {
                "TRUE"
            }
            .into(),
            false,
        )),
        7 => Some((format!("{} s", numfmt::general(parts.double?)), false)),
        _ => None,
    }
}

/// The values stored in a cell.
#[derive(Default)]
struct Parts {
    decimal: Option<[u8; 16]>,
    double: Option<f64>,
    seconds: Option<f64>,
    string: Option<u32>,
    rich: Option<u32>,
}

impl Parts {
    fn of(cell: &[u8]) -> Option<Parts> {
        let mut parts = Parts::default();
        let four = |at: usize| -> Option<u32> {
            Some(u32::from_le_bytes(cell.get(at..at + 4)?.try_into().ok()?))
        };
        let eight = |at: usize| -> Option<f64> {
            Some(f64::from_le_bytes(cell.get(at..at + 8)?.try_into().ok()?))
        };
        let mut at = 12;
        match *cell.first()? {
            5 => {
                let flags = four(8)?;
                if flags & 1 != 0 {
                    parts.decimal = cell.get(at..at + 16)?.try_into().ok();
                    at += 16;
                }
                if flags & 2 != 0 {
                    parts.double = eight(at);
                    at += 8;
                }
                if flags & 4 != 0 {
                    parts.seconds = eight(at);
                    at += 8;
                }
                if flags & 8 != 0 {
                    parts.string = four(at);
                    at += 4;
                }
                if flags & 0x10 != 0 {
                    parts.rich = four(at);
                }
            }
            // Styles and formats come first, four bytes each, then the value.
            ..=4 => {
                let flags = four(4)?;
                at += 4 * (flags & 0x0d8e).count_ones() as usize;
                if flags & 0x200 != 0 {
                    parts.rich = four(at);
                    at += 4;
                }
                if flags & 0x10 != 0 {
                    parts.string = four(at);
                    at += 4;
                }
                if flags & 0x20 != 0 {
                    parts.double = eight(at);
                    at += 8;
                }
                if flags & 0x40 != 0 {
                    parts.seconds = eight(at);
                }
            }
            _ => return None,
        }
        Some(parts)
    }
}

/// A decimal of IEEE 754-2008 in binary encoding, with all its digits.
fn decimal(bytes: [u8; 16]) -> String {
    let exponent = ((i32::from(bytes[15] & 0x7f) << 7) | i32::from(bytes[14] >> 1)) - 0x1820;
    let mut mantissa = u128::from(bytes[14] & 1);
    for byte in bytes[..14].iter().rev() {
        mantissa = (mantissa << 8) | u128::from(*byte);
    }
    let mut digits = mantissa.to_string();
    if mantissa == 0 {
        return digits;
    }
    if (0..=40).contains(&exponent) {
        digits.extend(std::iter::repeat_n('0', exponent as usize));
    } else if (-40..0).contains(&exponent) {
        let after = exponent.unsigned_abs() as usize;
        if digits.len() <= after {
            digits.insert_str(0, &"0".repeat(after + 1 - digits.len()));
        }
        digits.insert(digits.len() - after, '.');
        digits.truncate(digits.trim_end_matches('0').trim_end_matches('.').len());
    } else {
        digits.push_str(&format!("e{exponent}"));
    }
    if bytes[15] & 0x80 != 0 {
        digits.insert(0, '-');
    }
    digits
}

/// A date from the seconds since the beginning of 2001.
fn date(seconds: f64) -> Option<String> {
    /// Days from the beginning of a spreadsheet's calendar to that of these dates.
    const DAYS: f64 = 36_892.0;
    let days = DAYS + seconds / 86_400.0;
    numfmt::date_time(days, false, true, days.fract() != 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mantissa times ten to the power.
    fn stored(mantissa: u64, power: i32) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&mantissa.to_le_bytes());
        let biased = (power + 0x1820) as u16;
        bytes[15] = (biased >> 7) as u8;
        bytes[14] = ((biased & 0x7f) << 1) as u8;
        bytes
    }

    #[test]
    fn decimals_keep_their_digits() {
        assert_eq!(decimal(stored(12_345_678, 0)), "12345678");
        assert_eq!(decimal(stored(312_505, -1)), "31250.5");
        assert_eq!(decimal(stored(5, -3)), "0.005");
        assert_eq!(decimal(stored(250, -2)), "2.5");
        assert_eq!(decimal(stored(0, -2)), "0");
        assert_eq!(
            decimal(stored(4_929_123_412_341_234, 0)),
            "4929123412341234"
        );
    }

    #[test]
    fn dates_count_from_2001() {
        assert_eq!(date(0.0).as_deref(), Some("2001-01-01"));
        assert_eq!(date(-776_131_200.0).as_deref(), Some("1976-05-29"));
    }
}
