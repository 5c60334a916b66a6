//! Standard encryption (Office 2007): SHA-1 and AES block by block. Source: [MS-OFFCRYPTO] 2.3.4.5 to 2.3.4.9.

use sha1::{Digest, Sha1};

use crate::extract::{cipher::aes_ecb, ole::u32_at};

/// What the header says.
pub struct Standard {
    salt: Vec<u8>,
    verifier: Vec<u8>,
    verifier_hash: Vec<u8>,
    key_bytes: usize,
}

impl Standard {
    /// Reads the header; nothing when it is not AES.
    pub fn read(info: &[u8]) -> Option<Self> {
        let header_size = u32_at(info, 8)? as usize;
        let header = info.get(12..12_usize.checked_add(header_size)?)?;
        if !matches!(u32_at(header, 8)?, 0x660e..=0x6610) {
            return None;
        }
        let key_bytes = u32_at(header, 16)? as usize / 8;
        let verifier = info.get(12 + header_size..)?;
        (u32_at(verifier, 0)? == 16 && matches!(key_bytes, 16 | 24 | 32)).then_some(())?;
        Some(Standard {
            salt: verifier.get(4..20)?.to_vec(),
            verifier: verifier.get(20..36)?.to_vec(),
            verifier_hash: verifier.get(40..72)?.to_vec(),
            key_bytes,
        })
    }

    /// The key, when the password (in UTF-16) is right.
    pub fn key(&self, password: &[u8]) -> Option<Vec<u8>> {
        let mut hash = Sha1::digest([&self.salt, password].concat());
        for i in 0..50_000_u32 {
            hash = Sha1::new()
                .chain_update(i.to_le_bytes())
                .chain_update(hash)
                .finalize();
        }
        let last = Sha1::new()
            .chain_update(hash)
            .chain_update([0; 4])
            .finalize();
        let half = |pad: u8| {
            let mut block = [pad; 64];
            for (b, h) in block.iter_mut().zip(last) {
                *b ^= h;
            }
            Sha1::digest(block)
        };
        let mut key = half(0x36).to_vec();
        key.extend(half(0x5c));
        key.truncate(self.key_bytes);
        let mut verifier = self.verifier.clone();
        let mut expected = self.verifier_hash.clone();
        aes_ecb(&key, &mut verifier)?;
        aes_ecb(&key, &mut expected)?;
        (Sha1::digest(&verifier)[..] == expected[..20]).then_some(key)
    }
}
