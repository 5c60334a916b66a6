//! What a Word document says of stretches of its characters: put in or taken out by a tracked change, data of form fields.
//! Source: [MS-DOC] 2.8.5 (PlcBteChpx), 2.9.32 (ChpxFkp), 2.6.1 (character properties), 2.9.78 (FFData).

use crate::extract::ole::{u16_at, u32_at};

/// What a tracked change did to characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Change {
    /// Nothing.
    #[default]
    None,
    /// Put them in.
    Inserted,
    /// Took them out.
    Deleted,
}

/// Bytes of the document stream with something to say of them.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// First byte in the document stream.
    pub from: usize,
    /// The byte after the last.
    pub to: usize,
    /// Tracked change.
    pub change: Change,
    /// Where the data stream has more of it: a form field.
    pub data: Option<u32>,
}

/// Marks held, at most.
const MOST: usize = 1 << 20;

/// Bytes of a page of properties.
const PAGE: usize = 512;

/// Reads the marks, sorted and apart.
pub fn marks(stream: &[u8], bins: &[u8]) -> Vec<Mark> {
    let mut marks = Vec::new();
    let count = bins.len().saturating_sub(4) / 8;
    for i in 0..count {
        let Some(page) = u32_at(bins, (count + 1) * 4 + i * 4) else {
            break;
        };
        let start = (page & 0x3f_ffff) as usize * PAGE;
        if let Some(page) = stream.get(start..start + PAGE)
            && marks.len() < MOST
        {
            one_page(page, &mut marks);
        }
    }
    marks.sort_unstable_by_key(|m| m.from);
    let mut end = 0;
    marks.retain(|m| {
        let apart = m.from >= end;
        if apart {
            end = m.to;
        }
        apart
    });
    marks
}

fn one_page(page: &[u8], marks: &mut Vec<Mark>) {
    let runs = usize::from(page[PAGE - 1]);
    for run in 0..runs {
        let (Some(from), Some(to)) = (u32_at(page, run * 4), u32_at(page, run * 4 + 4)) else {
            return;
        };
        let Some(&word) = page.get((runs + 1) * 4 + run) else {
            return;
        };
        let at = usize::from(word) * 2;
        if at == 0 || to <= from {
            continue;
        }
        let length = usize::from(page.get(at).copied().unwrap_or(0));
        let Some(properties) = page.get(at + 1..(at + 1 + length).min(PAGE)) else {
            continue;
        };
        let (change, data) = read(properties);
        if change != Change::None || data.is_some() {
            marks.push(Mark {
                from: from as usize,
                to: to as usize,
                change,
                data,
            });
        }
    }
}

/// Reads a list of property modifiers: each a code that tells its length, and its operand.
fn read(mut list: &[u8]) -> (Change, Option<u32>) {
    let (mut change, mut place, mut is_data) = (Change::None, None, false);
    while let Some(code) = u16_at(list, 0) {
        let operand = &list[2..];
        let on = operand.first().is_some_and(|&b| b != 0);
        match code {
            0x0800 if on => change = Change::Deleted,
            0x0801 if on && change == Change::None => change = Change::Inserted,
            0x0806 => is_data = on,
            0x6a03 => place = u32_at(operand, 0),
            _ => {}
        }
        let length = match code >> 13 {
            0 | 1 => 1,
            2 | 4 | 5 => 2,
            3 => 4,
            7 => 3,
            _ => 1 + usize::from(operand.first().copied().unwrap_or(0)),
        };
        list = operand.get(length..).unwrap_or(&[]);
    }
    (change, place.filter(|_| is_data))
}

/// A form field as the data stream describes it.
#[derive(Debug, PartialEq, Eq)]
pub struct FormField {
    /// Its bookmark.
    pub name: String,
    /// What is chosen in a list.
    pub chosen: Option<String>,
}

/// Reads the form field at this place of the data stream.
pub fn form_field(data: &[u8], at: u32) -> Option<FormField> {
    let at = at as usize;
    let length = u32_at(data, at)? as usize;
    let head = usize::from(u16_at(data, at + 4)?);
    let field = data.get(at + head..at.checked_add(length)?.min(data.len()))?;
    let bits = u16_at(field, 4)?;
    let mut place = 10;
    let name = string(field, &mut place)?;
    // A text has a default text, the others a default number; then its format, two helps, two macros.
    let is_list = bits & 3 == 2;
    let mut chosen = None;
    if is_list {
        chosen = (|| {
            place += 2;
            for _ in 0..5 {
                string(field, &mut place)?;
            }
            let entries = u16_at(field, place + 2)?;
            place += 6;
            // 25: nothing was chosen, the first is shown.
            let wanted = match bits >> 2 & 31 {
                25 => 0,
                index => index,
            };
            (0..entries.min(64))
                .map_while(|_| entry(field, &mut place))
                .nth(usize::from(wanted))
        })();
    }
    Some(FormField { name, chosen })
}

/// A string with its length before it and a zero behind it.
fn string(bytes: &[u8], place: &mut usize) -> Option<String> {
    let text = entry(bytes, place)?;
    *place += 2;
    Some(text)
}

fn entry(bytes: &[u8], place: &mut usize) -> Option<String> {
    let count = usize::from(u16_at(bytes, *place)?);
    let raw = bytes.get(*place + 2..*place + 2 + count * 2)?;
    *place += 2 + count * 2;
    let units: Vec<u16> = raw
        .chunks_exact(2)
        .map(|b| u16::from_le_bytes([b[0], b[1]]))
        .collect();
    Some(String::from_utf16_lossy(&units))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modifiers_of_every_length_are_passed_over() {
        let list = [
            0x35, 0x08, 1, // bold
            0x43, 0x4a, 24, 0, // size
            0x70, 0x68, 1, 2, 3, 4, // colour
            0x47, 0xca, 2, 9, 9, // variable
            0x00, 0x08, 1, // deleted
        ];
        assert_eq!(read(&list), (Change::Deleted, None));
        assert_eq!(
            read(&[0x06, 0x08, 1, 0x03, 0x6a, 7, 0, 0, 0]),
            (Change::None, Some(7))
        );
        assert_eq!(read(&[0x03, 0x6a, 7, 0, 0, 0]), (Change::None, None));
        assert_eq!(read(&[0x00]), (Change::None, None));
    }

    #[test]
    fn the_chosen_entry_of_a_list() {
        let mut field = vec![0xff, 0xff, 0xff, 0xff, 2 | 1 << 2, 0, 0, 0, 0, 0];
        let put = |field: &mut Vec<u8>, text: &str, zero: bool| {
            field.extend((text.len() as u16).to_le_bytes());
            field.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
            if zero {
                field.extend([0, 0]);
            }
        };
        put(&mut field, "Team", true);
        field.extend([0, 0]);
        for _ in 0..5 {
            put(&mut field, "", true);
        }
        field.extend([0xff, 0xff, 2, 0, 0, 0]);
        put(&mut field, "North", false);
        put(&mut field, "South", false);
        let mut data = (68 + field.len() as u32).to_le_bytes().to_vec();
        data.extend([68, 0]);
        data.resize(68, 0);
        data.extend(field);
        let read = form_field(&data, 0).expect("a field");
        assert_eq!(
            (read.name.as_str(), read.chosen.as_deref()),
            ("Team", Some("South"))
        );
        assert_eq!(form_field(&data[..80], 0), None);
    }
}
