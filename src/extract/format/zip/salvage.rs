//! Archives whose directory is missing or cut off: every member has a header of its own before its data, so they are
//! found by walking from header to header, and where one is damaged by looking for the next.
//!
//! [`members`] reads an archive so; [`package`] puts an office document together again from what is left of it. Source:
//! APPNOTE 4.3.7, 4.4.

use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};

use flate2::read::DeflateDecoder;
use memchr::memmem;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::{
    extract::{ExtractError, Guard, Member, Source},
    model::Part,
};

/// What is said of such an archive.
pub const NO_DIRECTORY: &str = "zip central directory missing";

/// Bytes of a header before the name.
const HEADER: u64 = 30;

/// Bytes looked through at a time for a header.
const STEP: usize = 256 << 10;

/// Largest office document that is put together again.
const LARGEST: u64 = 128 << 20;

/// A header of a member.
struct Header {
    name: String,
    method: u16,
    locked: bool,
    /// Size of the data as stored; none when it only stands after it.
    stored: Option<u64>,
    /// Where the data begins.
    data: u64,
}

/// Where the next header begins, from `at` on.
fn next_header(source: &mut Source<'_>, at: u64) -> Result<Option<u64>, ExtractError> {
    let mut window = Vec::new();
    let mut start = at;
    source.seek(SeekFrom::Start(at))?;
    loop {
        // The last three bytes of a step may begin one.
        let kept = window.len().min(3);
        window.drain(..window.len() - kept);
        let read = source.by_ref().take(STEP as u64).read_to_end(&mut window)?;
        if let Some(found) = memmem::find(&window, b"PK\x03\x04") {
            return Ok(Some(start + found as u64));
        }
        if read == 0 {
            return Ok(None);
        }
        start += (window.len() - window.len().min(3)) as u64;
    }
}

/// The header at a place; nothing when it makes no sense.
fn header(source: &mut Source<'_>, at: u64) -> Result<Option<Header>, ExtractError> {
    let mut fixed = [0; HEADER as usize];
    source.seek(SeekFrom::Start(at))?;
    match source.read_exact(&mut fixed) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    let word = |at: usize| u16::from_le_bytes([fixed[at], fixed[at + 1]]);
    let long = |at: usize| u64::from(word(at)) | u64::from(word(at + 2)) << 16;
    let (flags, method) = (word(6), word(8));
    let (name_length, extra_length) = (u64::from(word(26)), u64::from(word(28)));
    let mut name = Vec::new();
    source.by_ref().take(name_length).read_to_end(&mut name)?;
    if name.is_empty() || name.len() as u64 != name_length || name.contains(&0) {
        return Ok(None);
    }
    let mut extra = Vec::new();
    source.by_ref().take(extra_length).read_to_end(&mut extra)?;
    let stored = match long(18) {
        // The size of a large member stands in a field of its own.
        0xffff_ffff => wide_size(&extra),
        0 if flags & 8 != 0 => None,
        size => Some(size),
    };
    Ok(Some(Header {
        name: super::name(&name),
        method,
        locked: flags & 1 != 0,
        stored,
        data: at + HEADER + name_length + extra_length,
    }))
}

/// The size as stored in the field for large members.
fn wide_size(mut extra: &[u8]) -> Option<u64> {
    while let Some((head, rest)) = extra.split_at_checked(4) {
        let length = usize::from(u16::from_le_bytes([head[2], head[3]]));
        if head[..2] == [1, 0] {
            let size = rest.get(8..16)?;
            return Some(u64::from_le_bytes(size.try_into().ok()?));
        }
        extra = rest.get(length..)?;
    }
    None
}

/// What is done with a member: its name, and its data or why there is none.
type Take<'t, 'g> = dyn FnMut(&mut Guard<'g>, String, Result<&mut dyn Read, ExtractError>) -> Result<(), ExtractError>
    + 't;

fn walk<'g>(
    source: &mut Source<'_>,
    out: &mut Guard<'g>,
    take: &mut Take<'_, 'g>,
) -> Result<(), ExtractError> {
    let mut at = 0;
    while let Some(found) = next_header(source, at)? {
        out.check()?;
        at = found + 4;
        let Some(header) = header(source, found)? else {
            continue;
        };
        if header.name.ends_with('/') {
            at = header.data;
            continue;
        }
        let end = match (header.stored, header.method) {
            (Some(size), _) => header.data.saturating_add(size),
            // Nothing but the next header says where it ends.
            (None, 0) => next_header(source, header.data)?.unwrap_or(u64::MAX),
            (None, _) => u64::MAX,
        };
        source.seek(SeekFrom::Start(header.data))?;
        let mut data = source.by_ref().take(end - header.data);
        at = match (header.locked, header.method) {
            (true, _) => {
                take(out, header.name, Err(ExtractError::encrypted()))?;
                header.data
            }
            (_, 0) => {
                take(out, header.name, Ok(&mut data))?;
                header.data
            }
            (_, 8) => {
                let mut data = DeflateDecoder::new(data);
                take(out, header.name, Ok(&mut data))?;
                header.data + data.total_in()
            }
            (_, method) => {
                let why = format!("zip compression method {method} without a directory");
                take(out, header.name, Err(ExtractError::unsupported(why)))?;
                header.data
            }
        };
        if header.stored.is_some() && end <= source.size().unwrap_or(0) {
            at = end;
        }
    }
    Ok(())
}

/// Reads the members of an archive without a directory.
///
/// # Errors
/// Always: `Corrupt`, or what ends the file.
pub fn members(source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
    walk(source, out, &mut |out, name, data| {
        let member = Member::new(Part::Member(name.into()));
        match data {
            Ok(mut data) => out.child(member, &mut data),
            Err(error) => out.closed_child(member, error),
        }
    })?;
    Err(ExtractError::corrupt(NO_DIRECTORY))
}

/// Puts what is left of an office document together and reads it as a member.
///
/// # Errors
/// Always: `Corrupt`, or what ends the file.
pub fn package(source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let broken = || ExtractError::corrupt(NO_DIRECTORY);
    let _permit = out.permit(source.size().unwrap_or(0).saturating_mul(8).min(LARGEST))?;
    let (mut total, mut some) = (0, false);
    walk(source, out, &mut |out, name, data| {
        let Ok(data) = data else { return Ok(()) };
        let mut bytes = Vec::new();
        // What came out before a fault is part of the document too.
        let left = LARGEST - total;
        if let Err(error) = data.take(left).read_to_end(&mut bytes) {
            let error = ExtractError::from(error);
            if error.ends_file() {
                return Err(error);
            }
        }
        total += bytes.len() as u64;
        if total >= LARGEST {
            out.problem("only its first 128 MiB were put together");
            return Err(ExtractError::TooLarge("its parts are past 128 MiB".into()));
        }
        some = true;
        // A name that comes twice is a part saved twice; the first is kept.
        if zip.start_file(name, stored).is_ok() {
            zip.write_all(&bytes).map_err(|_| broken())?;
        }
        Ok(())
    })
    .or_else(|error| match error {
        ExtractError::TooLarge(_) => Ok(()),
        other => Err(other),
    })?;
    if !some {
        return Err(broken());
    }
    let bytes = zip.finish().map_err(|_| broken())?.into_inner();
    let member = Member::new(Part::Decoded("salvaged".into())).name(out.name());
    out.child_bytes(member, &bytes)?;
    Err(broken())
}
