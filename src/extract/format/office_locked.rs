//! Locked Word, Excel and PowerPoint documents of 2007 and later: a compound file around an encrypted package.
//!
//! The password that Excel itself uses when nobody gave one is tried, then those of the list; what opens is read as a
//! member, everything else is `encrypted`. Source: [MS-OFFCRYPTO], standard and agile encryption.

mod agile;
mod standard;

use std::io::Cursor;

use crate::{
    extract::{
        Format, Guard, Source,
        binary_lock::candidates,
        cipher::aes_ecb,
        compound::Compound,
        error::ExtractError,
        guard::Member,
        ole::u16_at,
        sniff::{Look, NO, SURE},
    },
    model::Part,
};

/// Locked office packages.
pub struct OfficeLocked;

impl Format for OfficeLocked {
    fn name(&self) -> &'static str {
        "office-locked"
    }

    fn version(&self) -> u32 {
        1
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["docx", "xlsx", "pptx", "xlsb"]
    }

    fn about(&self) -> &'static str {
        "Locked Word, Excel and PowerPoint documents: opened with --passwords, otherwise accounted for as encrypted"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if look.magic == "cfb" && look.has("EncryptedPackage") {
            SURE
        } else {
            NO
        }
    }

    fn seeks(&self) -> bool {
        true
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let whole = source.whole(out, 2)?;
        let file = Compound::of(&whole)?;
        let missing = || ExtractError::corrupt("its encryption header is missing");
        let info = file.stream("/EncryptionInfo").ok_or_else(missing)?;
        let lock = Lock::read(&info)?;
        let mut key = None;
        for password in candidates(out) {
            out.check()?;
            key = lock.key(password);
            if key.is_some() {
                break;
            }
        }
        let key = key.ok_or_else(ExtractError::encrypted)?;
        let package = file.stream("/EncryptedPackage").ok_or_else(missing)?;
        let plain = lock
            .open(&key, package)
            .ok_or_else(|| ExtractError::corrupt("its package ends early"))?;
        out.child(
            Member::new(Part::Decoded("unlocked".into())),
            &mut Cursor::new(plain),
        )
    }
}

/// How a document is locked.
enum Lock {
    Standard(standard::Standard),
    Agile(Box<agile::Agile>),
}

impl Lock {
    fn read(info: &[u8]) -> Result<Lock, ExtractError> {
        let other = || ExtractError::Encrypted("in a way that is not read".into());
        match (u16_at(info, 0), u16_at(info, 2)) {
            (Some(4), Some(4)) => agile::Agile::read(info.get(8..).unwrap_or(&[]))
                .map(|a| Lock::Agile(Box::new(a)))
                .ok_or_else(other),
            (Some(2..=4), Some(2)) => standard::Standard::read(info)
                .map(Lock::Standard)
                .ok_or_else(other),
            _ => Err(other()),
        }
    }

    /// The key, when the password is right.
    fn key(&self, password: &str) -> Option<Vec<u8>> {
        let wide: Vec<u8> = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
        match self {
            Lock::Standard(lock) => lock.key(&wide),
            Lock::Agile(lock) => lock.key(&wide),
        }
    }

    /// The package in the clear.
    fn open(&self, key: &[u8], package: Vec<u8>) -> Option<Vec<u8>> {
        let size = u64::from_le_bytes(package.get(..8)?.try_into().ok()?);
        let mut data = package;
        data.drain(..8);
        match self {
            Lock::Standard(_) => aes_ecb(key, &mut data)?,
            Lock::Agile(lock) => lock.decrypt(key, &mut data)?,
        }
        data.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        Some(data)
    }
}
