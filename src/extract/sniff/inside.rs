//! Names of what is inside: members of a zip archive, streams of a compound file.
//!
//! [`super::choose`] asks, so that formats can tell themselves apart before anything is opened.

use std::{
    io::{Read, Seek, SeekFrom},
    path::Path,
};

use memchr::memmem;

use crate::extract::{error::ExtractError, source::Source};

/// Most names that are worth knowing; the telling ones come early or at least somewhere among these.
const NAMES: usize = 4096;

/// Names in a zip archive: those of its directory; of the local headers at its start where that is not to be had.
///
/// A member that is itself a zip lies in the file as it is when it is stored, so only the entries that follow one another
/// in the directory are the archive's own.
///
/// # Errors
/// When the source cannot be read or written to a file.
pub fn zip_names(source: &mut Source<'_>, spool: &Path) -> Result<Vec<String>, ExtractError> {
    source.make_seekable(spool)?;
    let mut names = directory_names(source)?;
    if names.is_empty() {
        let head = source.head()?;
        names.extend(
            memmem::find_iter(head, b"PK\x03\x04")
                .take(NAMES)
                .filter_map(|at| header_name(head, at, 26, 30)),
        );
    }
    source.seek(SeekFrom::Start(0))?;
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

/// How much of the end of a file may hold the end record and its comment, and how much of the directory is read.
const TAIL: u64 = 256 << 10;

/// Names in the central directory (APPNOTE 4.3.12, 4.3.16). Empty when there is no sound one. The directory is taken to
/// end where the end record begins: what stands before the archive, a self-extractor say, does not shift that.
fn directory_names(source: &mut Source<'_>) -> Result<Vec<String>, ExtractError> {
    let size = source.size().unwrap_or(0);
    let start = size.saturating_sub(TAIL);
    let mut end = Vec::new();
    source.seek(SeekFrom::Start(start))?;
    source.by_ref().take(TAIL).read_to_end(&mut end)?;
    let Some(record) = memmem::rfind(&end, b"PK\x05\x06") else {
        return Ok(Vec::new());
    };
    let Some(length) = end.get(record + 12..record + 16) else {
        return Ok(Vec::new());
    };
    let mut length = u64::from(u32::from_le_bytes([
        length[0], length[1], length[2], length[3],
    ]));
    let mut directory_end = start + record as u64;
    if let Some(zip64) = memmem::rfind(&end[..record], b"PK\x06\x06")
        && let Some(long) = end.get(zip64 + 40..zip64 + 48)
        && length == u64::from(u32::MAX)
    {
        directory_end = start + zip64 as u64;
        length = u64::from_le_bytes(long.try_into().expect("eight bytes were taken"));
    }
    let Some(first) = directory_end.checked_sub(length) else {
        return Ok(Vec::new());
    };
    let mut directory = Vec::new();
    source.seek(SeekFrom::Start(first))?;
    source
        .by_ref()
        .take(length.min(TAIL))
        .read_to_end(&mut directory)?;
    let mut names = Vec::new();
    let mut at = 0;
    while names.len() < NAMES && directory[at..].starts_with(b"PK\x01\x02") {
        let Some(name) = header_name(&directory, at, 28, 46) else {
            break;
        };
        let two =
            |from: usize| usize::from(u16::from_le_bytes([directory[from], directory[from + 1]]));
        let next = at + 46 + two(at + 28) + two(at + 30) + two(at + 32);
        names.push(name);
        if next > directory.len() {
            break;
        }
        at = next;
    }
    Ok(names)
}

fn header_name(bytes: &[u8], at: usize, length: usize, start: usize) -> Option<String> {
    let field = bytes.get(at + length..at + length + 2)?;
    let length = usize::from(u16::from_le_bytes([field[0], field[1]]));
    let name = bytes.get(at + start..at + start + length)?;
    Some(String::from_utf8_lossy(name).replace('\\', "/"))
}

/// Streams and storages of a compound file, as paths without the leading slash.
///
/// # Errors
/// When the source cannot be read or written to a file.
pub fn cfb_names(source: &mut Source<'_>, spool: &Path) -> Result<Vec<String>, ExtractError> {
    source.make_seekable(spool)?;
    let mut names = Vec::new();
    if let Ok(file) = cfb::CompoundFile::open(&mut *source) {
        for entry in file.walk().take(NAMES) {
            let path = entry.path().to_string_lossy().replace('\\', "/");
            names.push(path.trim_start_matches('/').to_owned());
        }
    }
    source.seek(SeekFrom::Start(0))?;
    if names.is_empty() {
        // Its directory is broken; the telling names are still somewhere in it.
        let mut bytes = source.head()?.to_vec();
        let size = source.size().unwrap_or(0);
        source.seek(SeekFrom::Start(size.saturating_sub(64 << 10)))?;
        source.by_ref().take(64 << 10).read_to_end(&mut bytes)?;
        source.seek(SeekFrom::Start(0))?;
        for name in [
            "WordDocument",
            "Workbook",
            "Book",
            "PowerPoint Document",
            "__properties_version1.0",
            "EncryptedPackage",
        ] {
            let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            if memmem::find(&bytes, &wide).is_some() {
                names.push(name.to_owned());
            }
        }
    }
    Ok(names)
}

/// Kinds of compound files that nobody reads, by a stream that tells them and what a person calls them.
static COMPOUNDS: &[(&str, &str)] = &[
    ("VisioDocument", "Visio drawing"),
    ("PP40", "PowerPoint 4 presentation"),
    ("PP30", "PowerPoint 3 presentation"),
    ("VBA/_VBA_PROJECT", "macros"),
    ("PROJECT", "macros"),
    ("Equation Native", "formula"),
    ("CorelDRAW", "CorelDRAW drawing"),
    ("MatOST", "Works document"),
    ("MN0", "Works document"),
    ("CONTENTSV30", "clip art"),
    ("!_Tables", "Windows installer package"),
    (
        "\u{4840}\u{3f3f}\u{4577}\u{446c}\u{3e6a}\u{44b2}\u{482f}",
        "Windows installer package",
    ),
    ("Catalog", "thumbnails of a folder"),
    ("FileHeader", "Hancom document"),
    ("SwDocContentMgr", "SolidWorks drawing"),
];

/// What a compound file is that nobody reads, as far as its streams tell.
pub fn compound_title(names: &[String]) -> &'static str {
    let is = |stream: &str| names.iter().any(|n| n.eq_ignore_ascii_case(stream));
    if names.iter().all(|n| n.is_empty()) {
        return "compound file with nothing in it";
    }
    if names.iter().any(|n| n.trim_start().contains("/TBkndTask")) {
        return "Project plan";
    }
    COMPOUNDS
        .iter()
        .find(|(stream, _)| is(stream))
        .map_or("compound file", |(_, title)| *title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_member_that_is_a_zip_lends_the_archive_none_of_its_names() {
        let zipped = |name: &str, bytes: &[u8]| {
            let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
            let stored = zip::write::SimpleFileOptions::default()
                .compression_method(zip::CompressionMethod::Stored);
            writer.start_file(name, stored).expect("memory");
            std::io::Write::write_all(&mut writer, bytes).expect("memory");
            writer.finish().expect("memory").into_inner()
        };
        let inner = zipped("xl/workbook.xml", b"<workbook/>");
        let mut outer = b"#!/bin/sh\n".to_vec();
        outer.extend(zipped("pay.xlsx", &inner));
        let mut source = Source::owned(outer);
        let names = zip_names(&mut source, Path::new("")).expect("readable");
        assert_eq!(names, ["pay.xlsx"]);
    }
}
