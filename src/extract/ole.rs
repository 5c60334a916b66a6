//! OLE: what is wrapped in the objects that office documents embed, and the property sets of compound files.
//!
//! The office packages, doc, xls and ppt call it.

use std::io::Cursor;

use crate::model::{Anchor, Part};

use super::{
    compound::Compound,
    error::ExtractError,
    guard::{Guard, Member},
    sniff::extension,
    story::Story,
};

/// Whether a member of this name may be an OLE object with a file inside.
pub fn may_wrap(name: &str) -> bool {
    matches!(extension(name).as_str(), "bin" | "ole" | "obj" | "")
}

/// Reads an embedded object as a member, without its wrapping.
///
/// # Errors
/// Those that end the file.
pub fn child(name: &str, bytes: &[u8], out: &mut Guard<'_>) -> Result<(), ExtractError> {
    if let Some(file) = Compound::open(bytes)
        && let Some((inner, content)) = unwrap(&file)
    {
        let name = inner.unwrap_or_else(|| name.to_owned());
        return out.child_bytes(Member::new(Part::Attachment(name.into())), &content);
    }
    if let Some((inner, content)) = native(bytes) {
        let name = inner.unwrap_or_else(|| name.to_owned());
        return out.child_bytes(Member::new(Part::Attachment(name.into())), content);
    }
    out.child_bytes(Member::new(Part::Attachment(name.into())), bytes)
}

/// The file inside an object's storage: its name, where known, and its bytes.
fn unwrap(file: &Compound<'_>) -> Option<(Option<String>, Vec<u8>)> {
    for path in [
        "/\u{1}Ole10Native",
        "/Package",
        "/CONTENTS",
        "/EmbeddedOdf",
        "/Contents",
    ] {
        if !file.is_stream(path) {
            continue;
        }
        let bytes = file.stream(path)?;
        if path.ends_with("Native") {
            let (name, content) = native(&bytes)?;
            return Some((name, content.to_vec()));
        }
        if bytes.len() > 8 {
            return Some((None, bytes));
        }
    }
    None
}

/// The layout of `\1Ole10Native`: total size, a flag, label, path, and then the content with its size.
pub fn native(bytes: &[u8]) -> Option<(Option<String>, &[u8])> {
    let total = u32_at(bytes, 0)? as usize;
    if total + 4 > bytes.len() || total < 8 {
        return None;
    }
    let flag = u16_at(bytes, 4)?;
    if flag != 2 {
        // No names: the content follows at once.
        return Some((None, &bytes[4..4 + total])).filter(|_| total + 4 == bytes.len());
    }
    let mut at = 6;
    let label = zero_ended(bytes, &mut at)?;
    let _path = zero_ended(bytes, &mut at)?;
    // Two reserved words, then the temporary path with its length.
    at += 4;
    let length = u32_at(bytes, at)? as usize;
    at = at.checked_add(4)?.checked_add(length)?;
    let size = u32_at(bytes, at)? as usize;
    let content = bytes.get(at + 4..(at + 4).checked_add(size)?)?;
    let name = label.rsplit(['/', '\\']).next().unwrap_or("").to_owned();
    Some((Some(name).filter(|n| !n.is_empty()), content))
}

fn zero_ended(bytes: &[u8], at: &mut usize) -> Option<String> {
    let rest = bytes.get(*at..)?;
    let end = memchr::memchr(0, rest)?;
    *at += end + 1;
    Some(
        encoding_rs::WINDOWS_1252
            .decode_without_bom_handling(&rest[..end])
            .0
            .into_owned(),
    )
}

/// Little-endian 16 bits.
pub fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let b = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes([b[0], b[1]]))
}

/// Little-endian 32 bits.
pub fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let b = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
}

/// Names of the properties of `SummaryInformation` and `DocumentSummaryInformation` that may speak of people.
const SUMMARY: &[(u32, &str)] = &[
    (2, "title"),
    (3, "subject"),
    (4, "author"),
    (5, "keywords"),
    (6, "comments"),
    (8, "last modified by"),
];
const DOCUMENT_SUMMARY: &[(u32, &str)] = &[
    (2, "category"),
    (14, "manager"),
    (15, "company"),
    (26, "content type"),
    (27, "content status"),
];

/// Text properties of a compound file: name and value. Source of the layout: [MS-OLEPS].
pub fn properties(file: &Compound<'_>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (path, names) in [
        ("/\u{5}SummaryInformation", SUMMARY),
        ("/\u{5}DocumentSummaryInformation", DOCUMENT_SUMMARY),
    ] {
        if let Some(bytes) = file.stream(path) {
            property_sets(&bytes, names, &mut found);
        }
    }
    found
}

fn property_sets(
    bytes: &[u8],
    names: &[(u32, &str)],
    found: &mut Vec<(String, String)>,
) -> Option<()> {
    let sets = u32_at(bytes, 24)?.min(2);
    for set in 0..sets as usize {
        let offset = u32_at(bytes, 28 + set * 20 + 16)? as usize;
        let custom = set == 1;
        let _ = property_set(
            bytes.get(offset..)?,
            if custom { &[] } else { names },
            custom,
            found,
        );
    }
    Some(())
}

fn property_set(
    set: &[u8],
    names: &[(u32, &str)],
    custom: bool,
    found: &mut Vec<(String, String)>,
) -> Option<()> {
    let count = u32_at(set, 4)?.min(4096) as usize;
    let entry = |i: usize| Some((u32_at(set, 8 + i * 8)?, u32_at(set, 12 + i * 8)? as usize));
    let mut page = 1252;
    for i in 0..count {
        if let Some((1, at)) = entry(i) {
            page = u16_at(set, at + 4).unwrap_or(1252);
        }
    }
    let mut given: Vec<(u32, String)> = Vec::new();
    if custom {
        for i in 0..count {
            if let Some((0, at)) = entry(i) {
                given = dictionary(set, at, page).unwrap_or_default();
            }
        }
    }
    for i in 0..count {
        let (id, at) = entry(i)?;
        let name = match names.iter().find(|(n, _)| *n == id) {
            Some((_, name)) => (*name).to_owned(),
            None => match given.iter().find(|(n, _)| *n == id) {
                Some((_, name)) => name.clone(),
                None => continue,
            },
        };
        if let Some(text) = property_text(set, at, page)
            && !text.trim().is_empty()
            && found.len() < 10_000
        {
            found.push((name, text));
        }
    }
    Some(())
}

fn property_text(set: &[u8], at: usize, page: u16) -> Option<String> {
    let kind = u32_at(set, at)? & 0xffff;
    let value = at + 4;
    Some(match kind {
        0x1e => {
            let length = u32_at(set, value)? as usize;
            let raw = set.get(value + 4..(value + 4).checked_add(length)?)?;
            code_page_text(raw, page)
        }
        0x1f => {
            let length = (u32_at(set, value)? as usize).checked_mul(2)?;
            let raw = set.get(value + 4..(value + 4).checked_add(length)?)?;
            utf16(raw)
        }
        0x03 => (u32_at(set, value)? as i32).to_string(),
        0x05 => {
            let raw = set.get(value..value + 8)?;
            f64::from_le_bytes(raw.try_into().ok()?).to_string()
        }
        _ => return None,
    })
}

fn dictionary(set: &[u8], at: usize, page: u16) -> Option<Vec<(u32, String)>> {
    let count = u32_at(set, at)?.min(4096);
    let mut names = Vec::new();
    let mut at = at + 4;
    for _ in 0..count {
        let id = u32_at(set, at)?;
        let length = u32_at(set, at + 4)? as usize;
        at += 8;
        if page == 1200 {
            let bytes = length.checked_mul(2)?;
            names.push((id, utf16(set.get(at..at.checked_add(bytes)?)?)));
            at += bytes.next_multiple_of(4);
        } else {
            names.push((
                id,
                code_page_text(set.get(at..at.checked_add(length)?)?, page),
            ));
            at += length;
        }
    }
    Some(names)
}

fn code_page_text(raw: &[u8], page: u16) -> String {
    if page == 1200 {
        return utf16(raw);
    }
    let end = memchr::memchr(0, raw).unwrap_or(raw.len());
    super::codepage::encoding(page)
        .decode_without_bom_handling(&raw[..end])
        .0
        .into_owned()
}

/// UTF-16 up to its first zero.
pub fn utf16(raw: &[u8]) -> String {
    let units: Vec<u16> = raw
        .chunks_exact(2)
        .map(|b| u16::from_le_bytes([b[0], b[1]]))
        .take_while(|&u| u != 0)
        .collect();
    String::from_utf16_lossy(&units)
}

/// UTF-16 to the end of the bytes.
pub fn utf16_all(raw: &[u8]) -> String {
    let units: Vec<u16> = raw
        .chunks_exact(2)
        .map(|b| u16::from_le_bytes([b[0], b[1]]))
        .collect();
    String::from_utf16_lossy(&units)
}

/// Streams that only documents have: those that are read, and those that a person has to be told of.
const DOCUMENTS: &[&str] = &[
    "WordDocument",
    "Workbook",
    "Book",
    "PowerPoint Document",
    "EncryptedPackage",
    "__properties_version1.0",
    "VisioDocument",
    "Quill/QuillSub/CONTENTS",
];

/// Reads the embedded objects whose storages are asked for, each as a member.
///
/// # Errors
/// Those that end the file.
pub fn storages(
    file: &Compound<'_>,
    wanted: impl Fn(&str) -> bool,
    out: &mut Guard<'_>,
) -> Result<(), ExtractError> {
    let all: Vec<String> = file.paths().map(str::to_owned).collect();
    let mut number = 0;
    let storages: Vec<&String> = all
        .iter()
        .filter(|p| wanted(p) && file.is_storage(p))
        .collect();
    for storage in storages {
        number += 1;
        let below: Vec<&String> = all
            .iter()
            .filter(|p| {
                p.strip_prefix(storage.as_str())
                    .is_some_and(|r| r.starts_with('/'))
            })
            .collect();
        let at = |name: &str| format!("{storage}/{name}");
        let name = format!("embedded object {number}");
        let plain = ["\u{1}Ole10Native", "Package", "CONTENTS", "EmbeddedOdf"]
            .iter()
            .map(|n| at(n))
            .find(|p| file.is_stream(p));
        if let Some(path) = plain
            && let Some(bytes) = file.stream(&path)
        {
            if path.ends_with("Native") {
                match native(&bytes) {
                    Some((inner, content)) => {
                        let member = Member::new(Part::Attachment(inner.unwrap_or(name).into()));
                        out.child_bytes(member, content)?;
                    }
                    None => out.closed_child(
                        Member::new(Part::Attachment(name.into())),
                        ExtractError::unsupported("what another program keeps in a way of its own"),
                    )?,
                }
            } else {
                out.child_bytes(Member::new(Part::Attachment(name.into())), &bytes)?;
            }
            continue;
        }
        let is_document = DOCUMENTS.iter().any(|n| file.is_stream(&at(n)));
        if is_document && let Some(bytes) = lift(file, storage, &below) {
            out.child_bytes(Member::new(Part::Attachment(name.into())), &bytes)?;
        }
    }
    Ok(())
}

/// Writes what a compound file says about itself: title, author and what else was filled in.
///
/// # Errors
/// Those of the guard.
pub fn tell_properties(file: &Compound<'_>, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
    for (name, value) in properties(file) {
        let place = Anchor::Meta(name.as_str().into());
        story.note(place, Some(&name), value.trim())?;
    }
    Ok(())
}

/// What can be found in a damaged compound file, as a sound one.
pub fn rebuilt(file: &Compound<'_>) -> Option<Vec<u8>> {
    let paths: Vec<String> = file.paths().map(str::to_owned).collect();
    let mut paths: Vec<&String> = paths.iter().filter(|p| *p != "/").collect();
    paths.sort_unstable();
    lift(file, "", &paths)
}

/// A storage as a compound file of its own.
fn lift(file: &Compound<'_>, storage: &str, below: &[&String]) -> Option<Vec<u8>> {
    let mut lifted = cfb::CompoundFile::create(Cursor::new(Vec::new())).ok()?;
    for path in below {
        let inner = &path[storage.len()..];
        if file.is_storage(path) {
            lifted.create_storage_all(inner).ok()?;
        } else if let Some(bytes) = file.stream(path) {
            let mut to = lifted.create_stream(inner).ok()?;
            std::io::Write::write_all(&mut to, &bytes).ok()?;
        }
    }
    lifted.flush().ok()?;
    Some(lifted.into_inner().into_inner())
}
