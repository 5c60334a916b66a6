//! The key of the blind index: where it lives, and the hashes made with it.
//!
//! The inventory holds no value, only keyed hashes of normalised values. A national insurance number has some 10^9
//! forms, so an unkeyed hash could be turned back by trying them all; with a key that lives apart from the database it
//! cannot. `cli` opens the key (from its file, or from bytes it found in the environment), the scan hashes what it finds
//! and `find` what it is asked for. Nothing here prints, logs or reads the environment.

use std::{
    fmt, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use thiserror::Error;

use crate::inventory::{
    record::{TokenKey, TokenRecord, ValueHash},
    sound,
};

/// First word of a key file, so that a wrong file is recognised.
const HEADER: &str = "domesday-key-1";

/// Why there is no key.
#[derive(Debug, Error)]
pub enum KeyError {
    /// The file is not there.
    #[error(
        "the key {0} is missing; without it the inventory's hashes cannot be read: restore it from its backup, or scan into a new inventory"
    )]
    Missing(PathBuf),
    /// Others can read the file.
    #[error(
        "the key {0} can be read by other accounts (mode {1:03o}); run `chmod 600` on it, or keep the key in the environment where the file system has no permissions"
    )]
    Open(PathBuf, u32),
    /// The content is not a key.
    #[error("{0} is not a key: expected `domesday-key-1` and 64 hexadecimal digits")]
    NotAKey(String),
    /// The system refused.
    #[error("the key {0} cannot be {1}: {2}")]
    Io(PathBuf, &'static str, io::Error),
    /// The system gave no random bytes.
    #[error("no random bytes from the system for a new key: {0}")]
    Random(String),
}

/// The key. It cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

impl Key {
    /// Where an inventory's key lives: beside it, `domesday.db` → `domesday.db.key`.
    pub fn path_for(inventory: &Path) -> PathBuf {
        let mut name = inventory.as_os_str().to_os_string();
        name.push(".key");
        PathBuf::from(name)
    }

    /// A new random key.
    pub fn random() -> Result<Key, KeyError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|e| KeyError::Random(e.to_string()))?;
        Ok(Key(bytes))
    }

    /// From the text of a key file, or the same text held in the environment; the header may be left out there.
    pub fn from_text(text: &[u8], origin: &str) -> Result<Key, KeyError> {
        let bad = || KeyError::NotAKey(origin.to_owned());
        let text = std::str::from_utf8(text).map_err(|_| bad())?.trim();
        let digits = text.strip_prefix(HEADER).unwrap_or(text).trim();
        if digits.len() != 64 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(bad());
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| bad())?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| bad())?;
        }
        Ok(Key(bytes))
    }

    /// The text of a key file: the backup.
    pub fn to_text(&self) -> String {
        let mut text = String::from(HEADER);
        text.push(' ');
        for byte in self.0 {
            text.push_str(&format!("{byte:02x}"));
        }
        text.push('\n');
        text
    }

    /// Reads a key file. Refuses one that other accounts can read.
    pub fn read(path: &Path) -> Result<Key, KeyError> {
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                return Err(KeyError::Missing(path.to_owned()));
            }
            Err(e) => return Err(KeyError::Io(path.to_owned(), "read", e)),
        };
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let mode = fs::metadata(path)
                .map_err(|e| KeyError::Io(path.to_owned(), "read", e))?
                .mode();
            if mode & 0o077 != 0 {
                return Err(KeyError::Open(path.to_owned(), mode & 0o777));
            }
        }
        Key::from_text(&text, &path.display().to_string())
    }

    /// Makes a key file, for its owner alone. Never replaces one.
    pub fn create(path: &Path) -> Result<Key, KeyError> {
        let key = Key::random()?;
        key.write_new(path)?;
        Ok(key)
    }

    /// Writes this key to a new file, for its owner alone. Never replaces one.
    pub fn write_new(&self, path: &Path) -> Result<(), KeyError> {
        let io = |e| KeyError::Io(path.to_owned(), "written", e);
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let mut file = options.open(path).map_err(io)?;
        let written = file
            .write_all(self.to_text().as_bytes())
            .and_then(|()| file.sync_all());
        if let Err(e) = written {
            // Half a key is worse than none: the next run would stop at it.
            drop(file);
            let _ = fs::remove_file(path);
            return Err(io(e));
        }
        Ok(())
    }

    /// A value that tells whether this is the key an inventory was written with, and nothing else about it.
    pub fn check(&self) -> [u8; 16] {
        let mut check = [0; 16];
        check.copy_from_slice(&self.hash("domesday", "key check").as_bytes()[..16]);
        check
    }

    fn hash(&self, kind: &str, normal: &str) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(kind.as_bytes());
        // No kind holds a zero byte, so no two pairs run together.
        hasher.update(&[0]);
        hasher.update(normal.as_bytes());
        hasher.finalize()
    }

    /// Hash of a value in its normal form. The kind keeps `10-11-12` the sort code apart from the date.
    pub fn value(&self, kind: &str, normal: &str) -> ValueHash {
        let hash = self.hash(kind, normal);
        let mut first = [0; 8];
        first.copy_from_slice(&hash.as_bytes()[..8]);
        ValueHash(u64::from_le_bytes(first))
    }

    /// Hash of a folded name token: lower case, no diacritics.
    pub fn token(&self, folded: &str) -> ValueHash {
        self.value("name-token", folded)
    }

    /// Hash by which a name token, or a value, is found otherwise than whole.
    pub fn token_key(&self, how: TokenKey, text: &str) -> ValueHash {
        let kind = match how {
            TokenKey::Initial => "name-initial",
            TokenKey::Phonetic => "name-phonetic",
            TokenKey::Deletion => "name-deletion",
            TokenKey::Account => "bank-account",
            TokenKey::Mailbox => "mailbox",
            TokenKey::Pair => "bank-pair",
            TokenKey::House => "house",
            TokenKey::HouseNumber => "house-number",
            TokenKey::Handle => "handle",
        };
        self.value(kind, text)
    }

    /// A name token with all hashes that lead to it.
    pub fn token_record(&self, folded: &str) -> TokenRecord {
        let mut keys = Vec::new();
        let mut add = |how, text: &str| keys.push((how, self.token_key(how, text)));
        if let Some(initial) = folded.chars().next()
            && folded.chars().nth(1).is_some()
        {
            add(TokenKey::Initial, initial.encode_utf8(&mut [0; 4]));
            for sound in sound::keys(folded) {
                add(TokenKey::Phonetic, &sound);
            }
            for shorter in deletions(folded) {
                add(TokenKey::Deletion, &shorter);
            }
        }
        TokenRecord {
            hash: self.token(folded),
            keys,
        }
    }
}

/// Letters a token must have for a slip of typing to be looked for: in shorter ones it makes another name.
pub const LEAST_FOR_SLIPS: usize = 5;

/// A token with each of its letters left out, each form once; none of a short or a very long one. Two tokens that differ
/// by one letter more, less, otherwise, or by two neighbours swapped share a form, or one is a form of the other
/// (neighbourhoods of deletions, as in Wolf Garbe's SymSpell, 2012).
pub fn deletions(token: &str) -> Vec<String> {
    let letters: Vec<char> = token.chars().collect();
    let long_enough = (LEAST_FOR_SLIPS..=24).contains(&letters.len());
    if !long_enough || !letters.iter().all(|letter| letter.is_alphabetic()) {
        return Vec::new();
    }
    let mut forms: Vec<String> = (0..letters.len())
        .map(|left_out| {
            (letters.iter().enumerate())
                .filter(|(n, _)| *n != left_out)
                .map(|(_, letter)| letter)
                .collect()
        })
        .collect();
    forms.dedup();
    forms
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_key_survives_its_text_and_its_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("domesday.db.key");
        let key = Key::create(&path).unwrap();
        assert_eq!(Key::read(&path).unwrap(), key);
        assert_eq!(
            Key::from_text(key.to_text().as_bytes(), "env").unwrap(),
            key
        );
        assert!(Key::create(&path).is_err(), "an old key is never replaced");
        assert_eq!(
            Key::read(&path).unwrap(),
            key,
            "and stays where it was when that is tried"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_key_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        Key::create(&path).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = Key::read(&path).unwrap_err().to_string();
        assert!(
            error.contains("640") && error.contains("chmod 600"),
            "{error}"
        );
    }

    #[test]
    fn what_is_no_key_is_refused_in_a_sentence_without_its_text() {
        for text in ["", "domesday-key-1 12", "not a key at all", &"g".repeat(64)] {
            let error = Key::from_text(text.as_bytes(), "DOMESDAY_KEY").unwrap_err();
            assert_eq!(
                error.to_string(),
                "DOMESDAY_KEY is not a key: expected `domesday-key-1` and 64 hexadecimal digits"
            );
        }
        assert!(matches!(
            Key::read(Path::new("/nowhere/domesday.key")),
            Err(KeyError::Missing(_))
        ));
    }

    #[test]
    fn hashes_differ_by_key_kind_and_value() {
        let (a, b) = (Key([1; 32]), Key([2; 32]));
        let hash = a.value("nino", "QQ123456C");
        assert_eq!(hash, a.value("nino", "QQ123456C"));
        assert_ne!(hash, b.value("nino", "QQ123456C"));
        assert_ne!(hash, a.value("utr", "QQ123456C"));
        assert_ne!(hash, a.value("nino", "QQ123456D"));
        assert_ne!(a.check(), b.check());
        assert_eq!(format!("{a:?}"), "Key");
    }
}
