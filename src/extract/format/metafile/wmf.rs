//! WMF. Source: [MS-WMF] 2.3.

use crate::extract::{
    decode,
    ole::{u16_at, u32_at},
};

use super::Words;

const PLACEABLE: &[u8] = b"\xd7\xcd\xc6\x9a";
const TEXT_OUT: u16 = 0x0521;
const EXT_TEXT_OUT: u16 = 0x0a32;

/// Whether it is a WMF.
pub fn is(bytes: &[u8]) -> bool {
    bytes.starts_with(PLACEABLE) || matches!(bytes.get(..4), Some([1 | 2, 0, 9, 0]))
}

/// Takes the words of all records; false when they end before the last one.
pub fn read(bytes: &[u8], words: &mut Words) -> bool {
    let mut at = if bytes.starts_with(PLACEABLE) { 22 } else { 0 } + 18;
    while let (Some(size), Some(kind)) = (u32_at(bytes, at), u16_at(bytes, at + 4)) {
        // Sizes count words of two bytes.
        let size = (size as usize).saturating_mul(2);
        let Some(record) = at.checked_add(size).and_then(|end| bytes.get(at..end)) else {
            return false;
        };
        if size < 6 {
            return false;
        }
        match kind {
            0 => return true,
            TEXT_OUT => {
                plain(record, words);
            }
            EXT_TEXT_OUT => {
                spaced(record, words);
            }
            _ => {}
        }
        at += size;
    }
    at >= bytes.len()
}

fn number(record: &[u8], at: usize) -> Option<f64> {
    Some(f64::from(u16_at(record, at)? as i16))
}

fn plain(record: &[u8], words: &mut Words) -> Option<()> {
    let count = usize::from(u16_at(record, 6)?);
    let raw = record.get(8..8 + count)?;
    let after = 8 + count.next_multiple_of(2);
    words.push(
        &decode::guess(raw),
        number(record, after + 2)?,
        number(record, after)?,
        None,
    );
    Some(())
}

fn spaced(record: &[u8], words: &mut Words) -> Option<()> {
    const RECTANGLE: u16 = 0x6;
    const GLYPHS: u16 = 0x10;
    let (y, x) = (number(record, 6)?, number(record, 8)?);
    let count = usize::from(u16_at(record, 10)?);
    let options = u16_at(record, 12)?;
    if options & GLYPHS != 0 {
        words.unknown += 1;
        return Some(());
    }
    let start = if options & RECTANGLE != 0 { 22 } else { 14 };
    let raw = record.get(start..start + count)?;
    let distances = start + count.next_multiple_of(2);
    let width = (0..count).try_fold(0.0, |w, i| Some(w + number(record, distances + i * 2)?));
    words.push(&decode::guess(raw), x, y, width);
    Some(())
}
