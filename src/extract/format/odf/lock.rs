//! Locked OpenDocument files: each part encrypted by itself (Blowfish of 1.0 and 1.1, AES of 1.2 and 1.3), or all of them
//! as one package (AES in counter mode, as LibreOffice 24.2 and later write it).
//!
//! What opens is put together as an unlocked package, which is read as a member. Source: OpenDocument 1.3 part 2, 3.4.

use std::io::{Cursor, Read, Write};

use flate2::read::DeflateDecoder;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::extract::{
    cipher::{Hash, aes_cbc, aes_gcm, base64, blowfish_cfb},
    error::ExtractError,
    guard::Guard,
    package::Package,
    xml::{Node, Tag, Xml},
};

/// Rounds of hashing past which a manifest is taken for hostile.
const ROUNDS: u32 = 2_000_000;

/// Most memory for the hash of a password, in KiB.
const HASH_MEMORY: u32 = 256 << 10;

/// Largest part, locked or not.
const LARGEST: u64 = 256 << 20;

/// The whole package as one part.
const WHOLE: &str = "encrypted-package";

/// How a password becomes a key.
#[derive(Clone)]
enum Derivation {
    Rounds(u32),
    Memory { passes: u32, kib: u32, lanes: u32 },
}

#[derive(Clone, Copy, PartialEq)]
enum Cipher {
    Blowfish,
    Aes,
    Counter,
}

/// A locked part as the manifest lists it.
#[derive(Clone)]
struct Part {
    name: String,
    size: Option<u64>,
    /// Hash of the first 1,024 bytes once decrypted, and its kind; none in counter mode, which has its own.
    check: Option<(Hash, Vec<u8>)>,
    cipher: Cipher,
    start: Vec<u8>,
    first: Hash,
    derivation: Derivation,
    salt: Vec<u8>,
    key_bytes: usize,
}

/// The last word of a name that may be a URL: `http://www.w3.org/2000/09/xmldsig#sha256`.
fn word(name: &str) -> String {
    let last = name.rsplit(['#', '/', ':']).next().unwrap_or("");
    last.to_ascii_lowercase().replace('-', "")
}

fn hash(name: &str) -> Option<Hash> {
    // `SHA1/1K` and `...#sha256-1k`: of the first 1,024 bytes.
    let name = name.to_ascii_lowercase();
    let name = name.strip_suffix("/1k").unwrap_or(&name);
    let name = name.strip_suffix("-1k").unwrap_or(name);
    match word(name).as_str() {
        "sha1" => Some(Hash::Sha1),
        "sha256" => Some(Hash::Sha256),
        "sha512" => Some(Hash::Sha512),
        _ => None,
    }
}

impl Part {
    fn named(tag: &Tag<'_>) -> Part {
        Part {
            name: tag.attr("full-path").unwrap_or_default(),
            size: tag.attr("size").and_then(|s| s.parse().ok()),
            check: None,
            cipher: Cipher::Aes,
            start: Vec::new(),
            first: Hash::Sha1,
            derivation: Derivation::Rounds(0),
            salt: Vec::new(),
            key_bytes: 16,
        }
    }

    /// Takes what one element of its description says; false when it is of a kind that is not read.
    fn take(&mut self, tag: &Tag<'_>) -> bool {
        let get = |name: &str| tag.attr(name);
        let number = |name: &str| get(name).and_then(|n| n.parse::<u32>().ok());
        match tag.name() {
            "encryption-data" => {
                let kind = get("checksum-type").and_then(|kind| hash(&kind));
                let check = get("checksum").and_then(|check| base64(&check));
                self.check = kind.zip(check);
                true
            }
            "algorithm" => {
                let start = get("initialisation-vector").and_then(|start| base64(&start));
                self.start = start.unwrap_or_default();
                let cipher = get("algorithm-name").unwrap_or_default();
                self.cipher = match word(&cipher).as_str() {
                    "blowfish cfb" | "blowfish" => Cipher::Blowfish,
                    "aes128cbc" | "aes192cbc" | "aes256cbc" => Cipher::Aes,
                    "aes256gcm" => Cipher::Counter,
                    _ => return false,
                };
                true
            }
            "start-key-generation" => {
                let kind = get("start-key-generation-name");
                match kind.and_then(|kind| hash(&kind)) {
                    Some(hash) => self.first = hash,
                    None => return false,
                }
                true
            }
            "key-derivation" => {
                let salt = get("salt").and_then(|salt| base64(&salt));
                self.salt = salt.unwrap_or_default();
                self.key_bytes = number("key-size").unwrap_or(16) as usize;
                let kind = get("key-derivation-name").unwrap_or_default();
                self.derivation = match word(&kind).as_str() {
                    "pbkdf2" => Derivation::Rounds(number("iteration-count").unwrap_or(0)),
                    "argon2id" => Derivation::Memory {
                        passes: number("argon2-iterations").unwrap_or(3),
                        kib: number("argon2-memory").unwrap_or(64 << 10),
                        lanes: number("argon2-lanes").unwrap_or(4),
                    },
                    _ => return false,
                };
                matches!(self.key_bytes, 16 | 24 | 32)
            }
            _ => true,
        }
    }

    fn key(&self, password: &str, out: &mut Guard<'_>) -> Result<Vec<u8>, ExtractError> {
        let first = self.first.digest(&[password.as_bytes()]);
        let mut key = vec![0; self.key_bytes];
        match self.derivation {
            Derivation::Rounds(rounds) if (1..=ROUNDS).contains(&rounds) => {
                pbkdf2::pbkdf2_hmac::<sha1::Sha1>(&first, &self.salt, rounds, &mut key);
            }
            Derivation::Memory { passes, kib, lanes } if kib <= HASH_MEMORY && passes <= 20 => {
                let _permit = out.permit(u64::from(kib) << 10)?;
                let settings = argon2::Params::new(kib, passes, lanes, Some(self.key_bytes));
                let settings = settings.map_err(|_| not_read())?;
                argon2::Argon2::new(
                    argon2::Algorithm::Argon2id,
                    argon2::Version::V0x13,
                    settings,
                )
                .hash_password_into(&first, &self.salt, &mut key)
                .map_err(|_| not_read())?;
            }
            _ => return Err(not_read()),
        }
        out.check()?;
        Ok(key)
    }

    /// The part as it was before it was locked (still deflated); nothing when the password is another one.
    fn open(
        &self,
        mut data: Vec<u8>,
        password: &str,
        out: &mut Guard<'_>,
    ) -> Result<Option<Vec<u8>>, ExtractError> {
        let key = self.key(password, out)?;
        match self.cipher {
            Cipher::Counter => {
                // The start stands before the data as well.
                let data = data.strip_prefix(&self.start[..]).unwrap_or(&data);
                return Ok(aes_gcm(&key, &self.start, data));
            }
            Cipher::Aes => aes_cbc(&key, &self.start, &mut data),
            Cipher::Blowfish => blowfish_cfb(&key, &self.start, &mut data),
        }
        .ok_or_else(not_read)?;
        if self.cipher == Cipher::Aes {
            // The last byte says how many were added to fill a block.
            let added = data.last().map_or(0, |&n| usize::from(n));
            if (1..=16).contains(&added) {
                data.truncate(data.len().saturating_sub(added));
            }
        }
        let Some((hash, expected)) = &self.check else {
            return Ok(Some(data));
        };
        let start = &data[..data.len().min(1024)];
        Ok((hash.digest(&[start]) == *expected).then_some(data))
    }
}

fn not_read() -> ExtractError {
    ExtractError::Encrypted("in a way that is not read".into())
}

/// The locked parts. `None` when one is locked in a way that is not read.
fn manifest(package: &mut Package<'_, '_>) -> Result<Option<Vec<Part>>, ExtractError> {
    let mut xml = Xml::new(package.part("META-INF/manifest.xml")?)?;
    let mut parts: Vec<Part> = Vec::new();
    let (mut entry, mut locked) = (None::<Part>, false);
    while let Some(node) = xml.step()? {
        let Node::Open(tag) = node else { continue };
        if tag.name() == "file-entry" {
            parts.extend(entry.take().filter(|_| locked));
            (entry, locked) = (Some(Part::named(&tag)), false);
        } else if let Some(part) = &mut entry {
            locked |= tag.name() == "encryption-data";
            if locked && !part.take(&tag) {
                return Ok(None);
            }
        }
    }
    parts.extend(entry.filter(|_| locked));
    Ok(Some(parts))
}

fn locked_bytes(package: &mut Package<'_, '_>, name: &str) -> Result<Vec<u8>, ExtractError> {
    let mut bytes = Vec::new();
    package
        .part(name)?
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(ExtractError::TooLarge(
            "a locked part is past 256 MiB".into(),
        ));
    }
    Ok(bytes)
}

/// The package without its locks, as the bytes of a zip archive.
///
/// # Errors
/// `Encrypted` when no password of the list opens it.
pub fn open(package: &mut Package<'_, '_>, out: &mut Guard<'_>) -> Result<Vec<u8>, ExtractError> {
    if out.passwords().is_empty() {
        return Err(ExtractError::encrypted());
    }
    let parts = manifest(package)?.ok_or_else(not_read)?;
    // The smallest part tells whether a password is right.
    let smallest = parts
        .iter()
        .filter(|part| package.has(&part.name))
        .min_by_key(|part| package.size(&part.name).unwrap_or(u64::MAX))
        .ok_or_else(|| ExtractError::corrupt("its locked parts are missing"))?;
    let first = locked_bytes(package, &smallest.name)?;
    let mut right = None;
    for password in out.passwords() {
        if smallest
            .open(first.clone(), password.expose(), out)?
            .is_some()
        {
            right = Some(password.expose());
            break;
        }
    }
    let password = right.ok_or_else(ExtractError::encrypted)?;
    if let Some(whole) = parts.iter().find(|part| part.name == WHOLE) {
        let data = locked_bytes(package, WHOLE)?;
        let _permit = out.permit(data.len() as u64)?;
        let data = whole.open(data, password, out)?;
        return inflated(&data.ok_or_else(ExtractError::encrypted)?, whole.size, out);
    }
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let broken = |_| ExtractError::corrupt("its parts do not fit together");
    let mut total = 0_u64;
    for name in package.names().to_vec() {
        out.check()?;
        // The manifest would say that the parts are locked still.
        if name.ends_with('/') || name.starts_with("META-INF/") {
            continue;
        }
        let data = locked_bytes(package, &name)?;
        let data = match parts.iter().find(|part| part.name == name) {
            None => data,
            Some(part) => match part.open(data, password, out)? {
                Some(data) => inflated(&data, part.size, out)?,
                None => {
                    out.problem("a part of it is locked with another password");
                    continue;
                }
            },
        };
        total += data.len() as u64;
        if total > LARGEST {
            return Err(ExtractError::TooLarge("its parts are past 256 MiB".into()));
        }
        zip.start_file(name, stored).map_err(broken)?;
        zip.write_all(&data).map_err(|e| broken(e.into()))?;
    }
    Ok(zip.finish().map_err(broken)?.into_inner())
}

fn inflated(data: &[u8], size: Option<u64>, out: &mut Guard<'_>) -> Result<Vec<u8>, ExtractError> {
    let most = size.unwrap_or(LARGEST).min(LARGEST);
    let _permit = out.permit(most)?;
    let mut bytes = Vec::new();
    DeflateDecoder::new(data)
        .take(most)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}
