//! Agile encryption (Office 2010 and later): parameters in XML, AES in chained blocks. Source: [MS-OFFCRYPTO] 2.3.4.10
//! to 2.3.4.15.

use crate::extract::{
    cipher::{Hash, aes_cbc, base64},
    xml::{Node, Xml},
};

/// Rounds of hashing past which a header is taken for hostile.
const ROUNDS: u32 = 10_000_000;

/// A hash by the name that the header gives it.
fn hash(name: &str) -> Option<Hash> {
    Some(match name {
        "SHA1" | "SHA-1" => Hash::Sha1,
        "SHA256" | "SHA-256" => Hash::Sha256,
        "SHA384" | "SHA-384" => Hash::Sha384,
        "SHA512" | "SHA-512" => Hash::Sha512,
        _ => return None,
    })
}

/// What the header says.
pub struct Agile {
    data_salt: Vec<u8>,
    data_hash: Hash,
    salt: Vec<u8>,
    hash: Hash,
    rounds: u32,
    key_bytes: usize,
    verifier: Vec<u8>,
    verifier_hash: Vec<u8>,
    key: Vec<u8>,
}

impl Agile {
    /// Reads the header; nothing when it is not AES in chained blocks, or locked by something else than a password.
    pub fn read(info: &[u8]) -> Option<Self> {
        let mut xml = Xml::new(info).ok()?;
        let mut data = None;
        while let Ok(Some(node)) = xml.step() {
            let Node::Open(tag) = node else { continue };
            let get = |name: &str| tag.attr(name);
            let bytes = |name: &str| base64(&get(name)?);
            let aes = || {
                get("cipherAlgorithm").as_deref() == Some("AES")
                    && get("cipherChaining").as_deref() == Some("ChainingModeCBC")
            };
            match tag.name() {
                "keyData" => {
                    data =
                        aes().then(|| Some((bytes("saltValue")?, hash(&get("hashAlgorithm")?)?)))?
                }
                "encryptedKey" => {
                    let (data_salt, data_hash) = data?;
                    let rounds = get("spinCount")?.parse().ok().filter(|&r| r <= ROUNDS)?;
                    return aes().then_some(Agile {
                        data_salt,
                        data_hash,
                        salt: bytes("saltValue")?,
                        hash: hash(&get("hashAlgorithm")?)?,
                        rounds,
                        key_bytes: get("keyBits")?.parse::<usize>().ok()? / 8,
                        verifier: bytes("encryptedVerifierHashInput")?,
                        verifier_hash: bytes("encryptedVerifierHashValue")?,
                        key: bytes("encryptedKeyValue")?,
                    });
                }
                _ => {}
            }
        }
        None
    }

    /// The key of the data, when the password (in UTF-16) is right.
    pub fn key(&self, password: &[u8]) -> Option<Vec<u8>> {
        let mut hash = self.hash.digest(&[&self.salt, password]);
        for i in 0..self.rounds {
            hash = self.hash.digest(&[&i.to_le_bytes(), &hash]);
        }
        let open = |block: [u8; 8], locked: &[u8]| {
            let mut key = self.hash.digest(&[&hash, &block]);
            key.resize(self.key_bytes, 0x36);
            let mut start = self.salt.clone();
            start.resize(16, 0x36);
            let mut data = locked.to_vec();
            aes_cbc(&key, &start, &mut data)?;
            Some(data)
        };
        let verifier = open(
            [0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79],
            &self.verifier,
        )?;
        let expected = open(
            [0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e],
            &self.verifier_hash,
        )?;
        let verifier = &verifier[..self.salt.len().min(verifier.len())];
        let found = self.hash.digest(&[verifier]);
        if expected.get(..found.len()) != Some(&found[..]) {
            return None;
        }
        let mut key = open([0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6], &self.key)?;
        key.truncate(self.key_bytes);
        Some(key)
    }

    /// Decrypts the package in its segments.
    pub fn decrypt(&self, key: &[u8], data: &mut [u8]) -> Option<()> {
        for (number, segment) in data.chunks_mut(4096).enumerate() {
            let mut start = self
                .data_hash
                .digest(&[&self.data_salt, &(number as u32).to_le_bytes()]);
            start.resize(16, 0x36);
            aes_cbc(key, &start, segment)?;
        }
        Some(())
    }
}
