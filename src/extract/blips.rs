//! Pictures inside of the binary formats of old Office: the records in which Word, Excel and PowerPoint keep them alike.
//!
//! The readers of doc, xls and ppt call it with the streams that hold pictures, so that a scanned page in a letter of 2003
//! is accounted for like one in a letter of today. Records are found wherever they lie: the ways to them differ, they
//! do not. Source: [MS-ODRAW] 2.2.23 and following.

use std::io::Read;

use memchr::memchr_iter;

use crate::model::Part;

use super::{
    error::ExtractError,
    format::metafile,
    guard::{Guard, Member},
    ole::{u16_at, u32_at},
    picture,
};

/// Largest metafile once unpacked.
const LARGEST: u64 = 64 << 20;

/// Pictures of one document that are looked at.
const MOST: u32 = 10_000;

/// What a picture is, by the kind of its record and its instance: its extension, the bytes before its data, and whether
/// it is packed.
fn kind(record: u16, instance: u16) -> Option<(&'static str, usize, bool)> {
    let (extension, first, head, packed) = match record {
        0xf01a => ("emf", 0x3d4, 34, true),
        0xf01b => ("wmf", 0x216, 34, true),
        0xf01d if instance & !1 == 0x6e2 => ("jpg", 0x6e2, 1, false),
        0xf01d | 0xf02a => ("jpg", 0x46a, 1, false),
        0xf01e => ("png", 0x6e0, 1, false),
        0xf01f => ("bmp", 0x7a8, 1, false),
        0xf029 => ("tif", 0x6e4, 1, false),
        _ => return None,
    };
    // One identifier of 16 bytes, or two.
    let identifiers = 16 * (1 + usize::from(instance.checked_sub(first).filter(|n| *n < 2)?));
    Some((extension, identifiers + head, packed))
}

/// Reads the pictures of a stream as members, those that may hold text. `number` counts the pictures of the document.
///
/// # Errors
/// Those that end the file.
pub fn children(stream: &[u8], number: &mut u32, out: &mut Guard<'_>) -> Result<(), ExtractError> {
    let mut next = 0;
    // The second byte of each kind of record is the same, and rare enough.
    for at in memchr_iter(0xf0, stream) {
        let Some(start) = at.checked_sub(3).filter(|start| *start >= next) else {
            continue;
        };
        let (Some(head), Some(record), Some(length)) = (
            u16_at(stream, start),
            u16_at(stream, start + 2),
            u32_at(stream, start + 4),
        ) else {
            break;
        };
        let Some((extension, skip, packed)) = kind(record, head >> 4).filter(|_| head & 15 == 0)
        else {
            continue;
        };
        let body = start + 8;
        let Some(data) = body
            .checked_add(length as usize)
            .and_then(|end| stream.get(body + skip..end))
        else {
            continue;
        };
        *number += 1;
        if *number > MOST {
            out.problem(format!("more than {MOST} pictures"));
            return Ok(());
        }
        next = body + length as usize;
        one(data, extension, packed, *number, out)?;
    }
    Ok(())
}

fn one(
    data: &[u8],
    extension: &str,
    packed: bool,
    number: u32,
    out: &mut Guard<'_>,
) -> Result<(), ExtractError> {
    out.check()?;
    let mut unpacked = Vec::new();
    let data = if packed && !metafile::is(data) {
        // What came out before a fault is still a drawing, if its reader thinks so.
        let _ = flate2::read::ZlibDecoder::new(data)
            .take(LARGEST)
            .read_to_end(&mut unpacked);
        unpacked.as_slice()
    } else {
        data
    };
    let bitmap;
    let data = if extension == "bmp" && !data.starts_with(b"BM") {
        bitmap = with_header(data);
        bitmap.as_slice()
    } else {
        data
    };
    if !picture::may_hold_text(data, true) {
        return Ok(());
    }
    let name = format!("picture {number}.{extension}");
    out.child_bytes(Member::new(Part::Attachment(name.into())), data)
}

/// A bitmap as a file of its own: in records its file header is left out.
fn with_header(data: &[u8]) -> Vec<u8> {
    let header = u32_at(data, 0).unwrap_or(40);
    let bits = u16_at(data, 14).unwrap_or(24);
    let used = u32_at(data, 32).unwrap_or(0);
    let colours = match (used, bits) {
        (0, 1..=8) => 1 << bits,
        (used, _) => used.min(256),
    };
    let mut file = b"BM".to_vec();
    file.extend((data.len() as u32 + 14).to_le_bytes());
    file.extend([0; 4]);
    file.extend((14 + header.min(256) + colours * 4).to_le_bytes());
    file.extend_from_slice(data);
    file
}
