//! zip archives (and jar, war, apk): every member streamed, locked ones tried with the list of passwords. An archive
//! whose directory is missing is read from header to header.

pub mod salvage;

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use memchr::memmem;
use zip::{
    ZipArchive, ZipReadOptions, read::Config, result::ZipError, unstable::read::ZipIterable,
};

use crate::{
    extract::{
        ExtractError, Format, Guard, Look, Member, Source, decode,
        sniff::{LIKELY, NO},
    },
    model::{Anchor, Layout, Mark, Part},
};

/// zip.
pub struct Zip;

impl Format for Zip {
    fn name(&self) -> &'static str {
        "zip"
    }

    fn version(&self) -> u32 {
        2
    }

    fn extensions(&self) -> &'static [&'static str] {
        &[
            "zip", "jar", "war", "ear", "apk", "zipx", "kmz", "xpi", "epub",
        ]
    }

    fn about(&self) -> &'static str {
        "zip, jar, epub: every member, as a document of its own; locked ones with the passwords given"
    }

    // Likely and not sure: formats that are zips inside know themselves by their members.
    fn sniff(&self, look: &Look<'_>) -> u8 {
        if look.magic == "zip" { LIKELY } else { NO }
    }

    fn seeks(&self) -> bool {
        true
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        comment(source, out)?;
        let directory = ZipIterable::try_new(BufReader::new(&mut *source), Config::default());
        let locked = match directory {
            Ok(mut directory) => members(&mut directory, out)?,
            Err(ZipError::Io(error)) if ours(&error) => return Err(error.into()),
            Err(_) => {
                return salvage::members(source, out);
            }
        };
        if locked { unlock(source, out) } else { Ok(()) }
    }
}

fn ours(error: &io::Error) -> bool {
    error
        .get_ref()
        .is_some_and(|inner| inner.is::<ExtractError>())
}

/// What the reader of zips says, in our words.
pub fn reason(error: ZipError) -> ExtractError {
    match error {
        ZipError::Io(error) => error.into(),
        ZipError::InvalidPassword => ExtractError::encrypted(),
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => ExtractError::encrypted(),
        ZipError::UnsupportedArchive(_) => {
            ExtractError::unsupported("a kind of zip that is not read")
        }
        ZipError::CompressionMethodNotSupported(n) => {
            ExtractError::unsupported(format!("zip compression method {n}"))
        }
        ZipError::InvalidArchive(_) => {
            ExtractError::corrupt("its zip headers contradict themselves")
        }
        _ => ExtractError::corrupt("not a sound zip member"),
    }
}

/// The comment that an archive ends with.
fn comment(source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
    const LONGEST: u64 = 22 + 0xffff;
    let size = source.size().unwrap_or(0);
    source.seek(SeekFrom::Start(size.saturating_sub(LONGEST)))?;
    let mut tail = Vec::new();
    source.by_ref().take(LONGEST).read_to_end(&mut tail)?;
    source.seek(SeekFrom::Start(0))?;
    let Some(at) = memmem::rfind(&tail, b"PK\x05\x06") else {
        return Ok(());
    };
    let text = decode::guess(tail.get(at + 22..).unwrap_or(&[]));
    if text.trim().is_empty() {
        return Ok(());
    }
    let layout = Layout::Marked {
        marks: vec![Mark {
            at: 0,
            anchor: Anchor::Meta("comment".into()),
        }],
        labels: Vec::new(),
    };
    out.segment(&text, &layout)
}

/// Reads all members that are not locked, in the order of the directory; two may have one name. True when some are
/// locked and there are passwords to try on them.
fn members<R: Read + Seek>(
    directory: &mut ZipIterable<R>,
    out: &mut Guard<'_>,
) -> Result<bool, ExtractError> {
    let mut locked = false;
    let entries = directory.files().map_err(reason)?;
    while let Some(entry) = entries.next() {
        out.check()?;
        let entry = match entry {
            Ok(entry) if entry.is_dir() || entry.is_symlink() => continue,
            Ok(entry) => entry,
            Err(error) => return Err(reason(error)),
        };
        let member = Member::new(Part::Member(name(entry.name_raw()).into())).size(entry.size());
        if entry.encrypted() {
            if out.passwords().is_empty() {
                out.closed_child(member, ExtractError::encrypted())?;
            }
            locked = true;
            continue;
        }
        match entry.with_reader(entries.reader_mut(), ZipReadOptions::new()) {
            Ok(mut file) => out.child(member, &mut file)?,
            Err(error) => out.closed_child(member, file_wide(reason(error))?)?,
        }
    }
    Ok(locked && !out.passwords().is_empty())
}

/// Passes errors on that end the file.
fn file_wide(error: ExtractError) -> Result<ExtractError, ExtractError> {
    if error.ends_file() {
        Err(error)
    } else {
        Ok(error)
    }
}

/// Reads the locked members with the passwords given.
fn unlock(source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
    source.seek(SeekFrom::Start(0))?;
    let mut archive = ZipArchive::new(BufReader::new(source)).map_err(reason)?;
    for index in 0..archive.len() {
        out.check()?;
        let member = match archive.by_index_data(index) {
            Ok(entry) if entry.encrypted() && !entry.is_dir() => {
                Member::new(Part::Member(name(entry.name_raw()).into())).size(entry.size())
            }
            _ => continue,
        };
        match password(&mut archive, index, out) {
            Ok(password) => match archive.by_index_decrypt(index, password.as_bytes()) {
                Ok(mut file) => out.child(member, &mut file)?,
                Err(error) => out.closed_child(member, file_wide(reason(error))?)?,
            },
            Err(error) => out.closed_child(member, file_wide(error)?)?,
        }
    }
    Ok(())
}

/// The password that opens a member. The old cipher accepts one wrong password in 256, so the member is read through.
fn password<'p, R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    index: usize,
    out: &Guard<'p>,
) -> Result<&'p str, ExtractError> {
    for password in out.passwords() {
        out.check()?;
        let password = password.expose();
        match archive.by_index_decrypt(index, password.as_bytes()) {
            Ok(mut file) => {
                if io::copy(&mut file, &mut io::sink()).is_ok() {
                    return Ok(password);
                }
            }
            Err(ZipError::InvalidPassword) => {}
            Err(error) => return Err(reason(error)),
        }
    }
    Err(ExtractError::encrypted())
}

/// A member's name. Without the flag for UTF-8 it should be code page 437, and is often UTF-8 all the same.
fn name(raw: &[u8]) -> String {
    decode::guess(raw).replace('\\', "/")
}
