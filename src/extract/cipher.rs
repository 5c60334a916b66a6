//! The ciphers that documents are locked with, as thin as they can be over the crates that implement them.
//!
//! Called by the readers of locked documents. They decrypt only. Nothing here tells whether a password is right: every
//! format has its own way of saying so.

use aes::cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use sha1::{Digest, Sha1};
use sha2::{Sha256, Sha384, Sha512};

/// An AES key of any of its lengths.
enum Aes {
    Short(aes::Aes128),
    Middle(aes::Aes192),
    Long(aes::Aes256),
}

impl Aes {
    fn new(key: &[u8]) -> Option<Aes> {
        Some(match key.len() {
            16 => Aes::Short(aes::Aes128::new_from_slice(key).ok()?),
            24 => Aes::Middle(aes::Aes192::new_from_slice(key).ok()?),
            32 => Aes::Long(aes::Aes256::new_from_slice(key).ok()?),
            _ => return None,
        })
    }

    fn block(&self, block: &mut [u8; 16]) {
        let mut array = Array::from(*block);
        match self {
            Aes::Short(aes) => aes.decrypt_block(&mut array),
            Aes::Middle(aes) => aes.decrypt_block(&mut array),
            Aes::Long(aes) => aes.decrypt_block(&mut array),
        }
        block.copy_from_slice(&array);
    }
}

/// AES, whole blocks, each on its own. Nothing when the key has no length of an AES key.
pub fn aes_ecb(key: &[u8], data: &mut [u8]) -> Option<()> {
    let aes = Aes::new(key)?;
    for chunk in data.chunks_exact_mut(16) {
        let mut block: [u8; 16] = (&*chunk).try_into().ok()?;
        aes.block(&mut block);
        chunk.copy_from_slice(&block);
    }
    Some(())
}

/// AES, whole blocks, each chained to the last. Nothing when key or start have the wrong length.
pub fn aes_cbc(key: &[u8], start: &[u8], data: &mut [u8]) -> Option<()> {
    let aes = Aes::new(key)?;
    let mut before: [u8; 16] = start.get(..16)?.try_into().ok()?;
    for chunk in data.chunks_exact_mut(16) {
        let locked: [u8; 16] = (&*chunk).try_into().ok()?;
        let mut block = locked;
        aes.block(&mut block);
        for (to, (b, c)) in chunk.iter_mut().zip(block.iter().zip(before)) {
            *to = b ^ c;
        }
        before = locked;
    }
    Some(())
}

/// AES in Galois counter mode with a 256-bit key; the tag ends the data. Nothing when it does not hold.
pub fn aes_gcm(key: &[u8], start: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    use aes_gcm::{Aes256Gcm, Nonce, aead::Aead};
    let nonce: [u8; 12] = start.try_into().ok()?;
    let cipher = Aes256Gcm::new_from_slice(key).ok()?;
    cipher.decrypt(&Nonce::from(nonce), data).ok()
}

/// Blowfish with feedback of whole blocks of 8 bytes, the last one cut.
pub fn blowfish_cfb(key: &[u8], start: &[u8], data: &mut [u8]) -> Option<()> {
    let cipher: blowfish::Blowfish = blowfish::Blowfish::new_from_slice(key).ok()?;
    let mut before: [u8; 8] = start.try_into().ok()?;
    for chunk in data.chunks_mut(8) {
        let mut stream = Array::from(before);
        cipher.encrypt_block(&mut stream);
        let mut locked = before;
        for ((byte, kept), mask) in chunk.iter_mut().zip(&mut locked).zip(stream) {
            *kept = *byte;
            *byte ^= mask;
        }
        before = locked;
    }
    Some(())
}

/// RC4.
#[derive(Clone)]
pub struct Rc4 {
    state: [u8; 256],
    i: u8,
    j: u8,
}

impl Rc4 {
    /// With this key, which must not be empty.
    pub fn new(key: &[u8]) -> Rc4 {
        let mut state = [0; 256];
        (0..=255).zip(&mut state).for_each(|(n, s)| *s = n);
        let mut j = 0_u8;
        for i in 0..256 {
            let byte = key.get(i % key.len().max(1)).copied().unwrap_or(0);
            j = j.wrapping_add(state[i]).wrapping_add(byte);
            state.swap(i, usize::from(j));
        }
        Rc4 { state, i: 0, j: 0 }
    }

    /// Decrypts the next bytes.
    pub fn apply(&mut self, data: &mut [u8]) {
        for byte in data {
            self.i = self.i.wrapping_add(1);
            let a = self.state[usize::from(self.i)];
            self.j = self.j.wrapping_add(a);
            let b = self.state[usize::from(self.j)];
            self.state.swap(usize::from(self.i), usize::from(self.j));
            *byte ^= self.state[usize::from(a.wrapping_add(b))];
        }
    }
}

/// A hash of the SHA family.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hash {
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Hash {
    /// Of the parts one after the other.
    pub fn digest(self, parts: &[&[u8]]) -> Vec<u8> {
        fn run<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
            let mut digest = D::new();
            parts.iter().for_each(|p| digest.update(p));
            digest.finalize().to_vec()
        }
        match self {
            Hash::Sha1 => run::<Sha1>(parts),
            Hash::Sha256 => run::<Sha256>(parts),
            Hash::Sha384 => run::<Sha384>(parts),
            Hash::Sha512 => run::<Sha512>(parts),
        }
    }
}

/// Base 64, white space passed over.
pub fn base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (mut bits, mut held) = (0_u32, 0);
    for byte in text
        .bytes()
        .filter(|b| !b.is_ascii_whitespace() && *b != b'=')
    {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read() {
        assert_eq!(base64("UVEx MjM0\nNTZD"), Some(b"QQ123456C".to_vec()));
        assert_eq!(base64("YQ=="), Some(b"a".to_vec()));
        assert_eq!(base64("*"), None);
    }

    #[test]
    fn rc4_agrees_with_its_published_vector() {
        // RFC 6229, 40-bit key 0x0102030405, offset 0.
        let mut stream = [0; 16];
        Rc4::new(&[1, 2, 3, 4, 5]).apply(&mut stream);
        let expected = [
            0xb2, 0x39, 0x63, 0x05, 0xf0, 0x3d, 0xc0, 0x27, 0xcc, 0xc3, 0x52, 0x4a, 0x0a, 0x11,
            0x18, 0xa8,
        ];
        assert_eq!(stream, expected);
    }

    #[test]
    fn wrong_lengths_give_nothing() {
        assert!(aes_ecb(&[0; 15], &mut [0; 16]).is_none());
        assert!(aes_cbc(&[0; 16], &[0; 8], &mut [0; 16]).is_none());
        assert!(aes_gcm(&[0; 32], &[0; 12], &[0; 4]).is_none());
        assert!(blowfish_cfb(&[], &[0; 8], &mut [0; 8]).is_none());
    }
}
