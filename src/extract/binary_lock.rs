//! Locks of the binary office formats (Word, Excel and PowerPoint of before 2007): RC4 with a key of 40 bits, RC4 by the
//! system's cryptography, and the exclusive-or of Excel.
//!
//! The readers of doc, xls and ppt give the header and the list of passwords and get a [`Key`] that decrypts. Source:
//! [MS-OFFCRYPTO] 2.3.5 to 2.3.7.

use md5::Md5;
use sha1::{Digest, Sha1};

use super::{
    cipher::Rc4,
    error::ExtractError,
    guard::Guard,
    ole::{u16_at, u32_at},
};

/// What Excel locks a workbook with that has protected parts but no password to open it.
pub const OF_EXCEL: &str = "VelvetSweatshop";

/// How a document is locked, as its header says.
enum Lock {
    /// MD5 and RC4 with 40 bits.
    Plain { salt: [u8; 16], check: [u8; 32] },
    /// SHA-1 and RC4 of a length that is given.
    System {
        salt: [u8; 16],
        check: [u8; 36],
        bytes: usize,
    },
}

/// What opens a document.
#[derive(Clone)]
pub struct Key {
    hash: Vec<u8>,
    /// Bytes of the key of each block under the system's cryptography; none under the plain one.
    system: Option<usize>,
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

impl Lock {
    /// Reads the header, which begins with its version.
    fn read(header: &[u8]) -> Option<Lock> {
        match (u16_at(header, 0)?, u16_at(header, 2)?) {
            (1, 1) => Some(Lock::Plain {
                salt: array(header, 4)?,
                check: array(header, 20)?,
            }),
            (2..=4, 2) => {
                let size = u32_at(header, 8)? as usize;
                let inner = header.get(12..12_usize.checked_add(size)?)?;
                let verifier = header.get(12 + size..)?;
                let (cipher, bits) = (u32_at(inner, 8)?, u32_at(inner, 16)? as usize);
                let bits = if bits == 0 { 40 } else { bits };
                let good = cipher == 0x6801 && bits.is_multiple_of(8) && (40..=128).contains(&bits);
                (good && u32_at(verifier, 0)? == 16).then_some(())?;
                let mut check = [0; 36];
                check[..16].copy_from_slice(verifier.get(20..36)?);
                check[16..].copy_from_slice(verifier.get(40..60)?);
                Some(Lock::System {
                    salt: array(verifier, 4)?,
                    check,
                    bytes: bits / 8,
                })
            }
            _ => None,
        }
    }

    /// The key, when the password is right.
    fn key(&self, password: &str) -> Option<Key> {
        let wide: Vec<u8> = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
        match self {
            Lock::Plain { salt, check } => {
                let first = Md5::digest(&wide);
                let mut hash = Md5::new();
                for _ in 0..16 {
                    hash.update(&first[..5]);
                    hash.update(salt);
                }
                let key = Key {
                    hash: hash.finalize()[..5].to_vec(),
                    system: None,
                };
                let mut check = *check;
                key.block(0).apply(&mut check);
                (Md5::digest(&check[..16])[..] == check[16..]).then_some(key)
            }
            Lock::System { salt, check, bytes } => {
                let key = Key {
                    hash: Sha1::new()
                        .chain_update(salt)
                        .chain_update(&wide)
                        .finalize()
                        .to_vec(),
                    system: Some(*bytes),
                };
                let mut check = *check;
                key.block(0).apply(&mut check);
                (Sha1::digest(&check[..16])[..] == check[16..]).then_some(key)
            }
        }
    }
}

impl Key {
    /// Finds the password of the list that opens what this header locks.
    ///
    /// # Errors
    /// `Encrypted`, when none does or the lock is of a kind that is not read.
    pub fn find(header: &[u8], out: &Guard<'_>) -> Result<Key, ExtractError> {
        let lock = Lock::read(header)
            .ok_or_else(|| ExtractError::Encrypted("in a way that is not read".into()))?;
        for password in candidates(out) {
            out.check()?;
            if let Some(key) = lock.key(password) {
                return Ok(key);
            }
        }
        Err(ExtractError::encrypted())
    }

    /// The cipher of a block.
    pub fn block(&self, number: u32) -> Rc4 {
        let number = number.to_le_bytes();
        match self.system {
            None => Rc4::new(
                &Md5::new()
                    .chain_update(&self.hash)
                    .chain_update(number)
                    .finalize(),
            ),
            Some(bytes) => {
                let hash = Sha1::new()
                    .chain_update(&self.hash)
                    .chain_update(number)
                    .finalize();
                let mut key = hash[..bytes].to_vec();
                // A key of 40 bits is one of 128 with zeros.
                key.resize(if bytes == 5 { 16 } else { bytes }, 0);
                Rc4::new(&key)
            }
        }
    }

    /// Decrypts a stream in blocks of `size` bytes from its start.
    pub fn decrypt(&self, data: &mut [u8], size: usize) {
        for (block, number) in data.chunks_mut(size).zip(0..) {
            self.block(number).apply(block);
        }
    }
}

/// The passwords to try: Excel's own, then those of the list.
pub fn candidates<'p>(out: &Guard<'p>) -> impl Iterator<Item = &'p str> + use<'p> {
    let given = out.passwords().iter().map(|p| p.expose());
    [OF_EXCEL].into_iter().chain(given)
}

/// The exclusive-or of Excel: sixteen bytes made of the password.
pub struct Mask([u8; 16]);

/// Fills a password up to fifteen characters.
const FILL: [u8; 15] = [
    0xbb, 0xff, 0xff, 0xba, 0xff, 0xff, 0xb9, 0x80, 0x00, 0xbe, 0x0f, 0x00, 0xbf, 0x0f, 0x00,
];

impl Mask {
    /// Of the password whose key and check are these; nothing when it is another one.
    pub fn of(password: &str, key: u16, check: u16) -> Option<Mask> {
        let (bytes, ..) = encoding_rs::WINDOWS_1252.encode(password);
        if bytes.is_empty() || bytes.len() > 15 {
            return None;
        }
        (mask_key(&bytes) == key && mask_check(&bytes) == check).then(|| {
            let mut mask = [0; 16];
            let filled = bytes.iter().chain(&FILL);
            for (n, (to, byte)) in mask.iter_mut().zip(filled).enumerate() {
                *to = (byte ^ key.to_le_bytes()[n % 2]).rotate_left(2);
            }
            Some(Mask(mask))
        })?
    }

    /// Decrypts the bytes of a record that lies at this place of its stream.
    pub fn apply(&self, data: &mut [u8], at: usize) {
        let first = at + data.len();
        for (n, byte) in data.iter_mut().enumerate() {
            *byte = byte.rotate_left(3) ^ self.0[(first + n) % 16];
        }
    }
}

/// The key of a password: a register with feedback, run once for the password and once for its length.
fn mask_key(password: &[u8]) -> u16 {
    let step = |register: u16| {
        let turned = register.rotate_left(1);
        if turned & 1 == 1 {
            turned ^ 0x1020
        } else {
            turned
        }
    };
    let (mut key, mut base, mut end) = (0, 0x8000_u16, 0xffff_u16);
    for &byte in password.iter().rev() {
        for bit in 0..8 {
            base = step(base);
            if (byte & 0x7f) >> bit & 1 == 1 {
                key ^= base;
            }
            end = step(end);
        }
    }
    key ^ end
}

/// The check of a password: its characters turned in fifteen bits by their places.
fn mask_check(password: &[u8]) -> u16 {
    let turned = password.iter().zip(1_u32..).map(|(&byte, place)| {
        let (wide, by) = (u32::from(byte), place % 15);
        ((wide << by | wide >> (15 - by)) & 0x7fff) as u16
    });
    turned.fold(password.len() as u16 ^ 0xce4b, |all, byte| all ^ byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_of_a_password_is_that_of_excel() {
        // The value that Excel writes for its own password.
        assert_eq!(mask_check(OF_EXCEL.as_bytes()), 0x9a0a);
    }

    #[test]
    fn headers_that_are_none_give_no_lock() {
        for header in [
            &b""[..],
            b"\x01\0\x01\0",
            &[2, 0, 2, 0, 0, 0, 0, 0, 255, 255, 255, 255],
        ] {
            assert!(Lock::read(header).is_none());
        }
    }
}
