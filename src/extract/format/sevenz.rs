//! 7z archives: members streamed block by block, locked ones tried with the list of passwords.

use std::io::{self, Read, Seek, SeekFrom};

use sevenz_rust2::{Archive, BlockDecoder, Error, Password};

use crate::{
    extract::{
        ExtractError, Format, Guard, Look, Member, Source,
        sniff::{NO, SURE},
    },
    model::{OutcomeKind, Part},
};

/// 7z.
pub struct SevenZ;

/// Memory for one decoder's dictionary, in KiB.
const DICTIONARY: usize = 128 << 10;

/// Bytes of a block that are read to see whether a password is right.
const TRIAL: u64 = 1 << 20;

impl Format for SevenZ {
    fn name(&self) -> &'static str {
        "7z"
    }

    fn version(&self) -> u32 {
        1
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["7z"]
    }

    fn about(&self) -> &'static str {
        "7z: every member, as a document of its own; locked ones with the passwords given"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if look.magic == "7z" { SURE } else { NO }
    }

    fn seeks(&self) -> bool {
        true
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let mut passwords = vec![Password::empty()];
        passwords.extend(out.passwords().iter().map(|p| Password::new(p.expose())));
        let (archive, from) = open(source, &passwords)?;
        for (index, entry) in archive.files.iter().enumerate() {
            if !entry.has_stream && !entry.is_directory && !entry.is_anti_item {
                let member = Member::new(Part::Member(archive.files[index].name().into())).size(0);
                out.child_bytes(member, &[])?;
            }
        }
        for block in 0..archive.blocks.len() {
            out.check()?;
            let first = archive.stream_map.block_first_file_index[block];
            let locked = archive.files.get(first).is_some() && archive.is_file_encrypted(first);
            let fit = if locked {
                passwords[from..]
                    .iter()
                    .skip(usize::from(from == 0))
                    .find(|p| opens(&archive, block, p, source))
            } else {
                passwords.first()
            };
            let Some(password) = fit else {
                for entry in BlockDecoder::new(1, block, &archive, &passwords[0], source).entries()
                {
                    let member = member(entry.name(), entry.size());
                    out.closed_child(member, ExtractError::encrypted())?;
                }
                continue;
            };
            read(&archive, block, password, source, out)?;
        }
        Ok(())
    }
}

fn member(name: &str, size: u64) -> Member {
    Member::new(Part::Member(name.replace('\\', "/").into())).size(size)
}

/// The directory, and the index of the password that opened it.
fn open(source: &mut Source<'_>, passwords: &[Password]) -> Result<(Archive, usize), ExtractError> {
    let mut last = ExtractError::encrypted();
    for (index, password) in passwords.iter().enumerate() {
        source.seek(SeekFrom::Start(0))?;
        match Archive::read_with_memory_limit(source, password, DICTIONARY) {
            Ok(archive) => return Ok((archive, index)),
            Err(error) => {
                let wrong = matches!(error, Error::PasswordRequired | Error::MaybeBadPassword(_));
                // A wrong password makes noise of the directory, and noise fails in many ways.
                if index == 0 || wrong {
                    last = reason(error);
                }
                if index == 0 && !wrong {
                    return Err(last);
                }
            }
        }
    }
    if OutcomeKind::Corrupt == last.outcome(false).kind {
        last = ExtractError::encrypted();
    }
    Err(last)
}

/// Whether a password makes sense of the start of a block.
fn opens(archive: &Archive, block: usize, password: &Password, source: &mut Source<'_>) -> bool {
    let decoder =
        BlockDecoder::new_with_memory_limit(1, DICTIONARY, block, archive, password, source);
    let mut good = false;
    let result = decoder.for_each_entries(&mut |_, data| {
        let copied = io::copy(&mut data.take(TRIAL), &mut io::sink());
        good = copied.is_ok();
        Ok(false)
    });
    good && !matches!(
        result,
        Err(Error::PasswordRequired | Error::MaybeBadPassword(_))
    )
}

fn read(
    archive: &Archive,
    block: usize,
    password: &Password,
    source: &mut Source<'_>,
    out: &mut Guard<'_>,
) -> Result<(), ExtractError> {
    let decoder =
        BlockDecoder::new_with_memory_limit(1, DICTIONARY, block, archive, password, source);
    let mut ended = None;
    let result = decoder.for_each_entries(&mut |entry, data| {
        if !entry.has_stream || entry.is_directory {
            return Ok(true);
        }
        match out.child(member(entry.name(), entry.size()), data) {
            Ok(()) => Ok(true),
            Err(error) => {
                ended = Some(error);
                Ok(false)
            }
        }
    });
    if let Some(error) = ended {
        return Err(error);
    }
    match result {
        Ok(_) => Ok(()),
        Err(error) => {
            let error = reason(error);
            if error.ends_file() {
                return Err(error);
            }
            // Other blocks may be sound.
            out.problem(error.to_string());
            Ok(())
        }
    }
}

/// What the reader of 7z says, in our words.
fn reason(error: Error) -> ExtractError {
    match error {
        Error::Io(error, _) | Error::FileOpen(error, _) => error.into(),
        Error::MaybeBadPassword(_) | Error::PasswordRequired => ExtractError::encrypted(),
        Error::UnsupportedCompressionMethod(_)
        | Error::Unsupported(_)
        | Error::ExternalUnsupported
        | Error::UnsupportedVersion { .. } => {
            ExtractError::unsupported("a kind of 7z that is not read")
        }
        Error::MaxMemLimited { .. } => {
            ExtractError::TooLarge("its dictionary needs more than 128 MiB".into())
        }
        Error::ChecksumVerificationFailed | Error::NextHeaderCrcMismatch => {
            ExtractError::corrupt("a checksum of the archive does not hold")
        }
        _ => ExtractError::corrupt("its 7z headers contradict themselves"),
    }
}
