//! Sizes of pictures from their first bytes: a logo is not worth a word to the person who reads the report, a scanned
//! page is.

use super::format::metafile;

/// Why a picture is not read.
pub const ONLY_PICTURES: &str = "only pictures of text";

/// Smallest side, in pixels, of a picture that may hold a page or a card of text.
const SMALLEST: u32 = 400;

/// Width and height under which a picture of its own is an icon.
pub const SMALLEST_TEXT: (u32, u32) = (64, 24);

/// Whether the picture that begins so, and is all here or not, may hold text that somebody would want to read. What
/// cannot be measured may not.
pub fn may_hold_text(head: &[u8], whole: bool) -> bool {
    const GZIP: &[u8] = b"\x1f\x8b";
    size(head).is_some_and(|(w, h)| w >= SMALLEST && h >= SMALLEST)
        || metafile::may_hold_words(head, whole)
        // Metafiles are packed in some documents.
        || head.starts_with(GZIP)
}

/// Width and height of a PNG, JPEG, GIF, BMP, TIFF or WebP.
pub fn size(head: &[u8]) -> Option<(u32, u32)> {
    let be32 = |at: usize| Some(u32::from_be_bytes(head.get(at..at + 4)?.try_into().ok()?));
    let be16 = |at: usize| {
        Some(u32::from(u16::from_be_bytes(
            head.get(at..at + 2)?.try_into().ok()?,
        )))
    };
    let le32 = |at: usize| Some(u32::from_le_bytes(head.get(at..at + 4)?.try_into().ok()?));
    let le16 = |at: usize| {
        Some(u32::from(u16::from_le_bytes(
            head.get(at..at + 2)?.try_into().ok()?,
        )))
    };
    if head.starts_with(b"\x89PNG") {
        return Some((be32(16)?, be32(20)?));
    }
    if head.starts_with(b"GIF8") {
        return Some((le16(6)?, le16(8)?));
    }
    if head.starts_with(b"BM") {
        return Some((le32(18)?, (le32(22)? as i32).unsigned_abs()));
    }
    if head.starts_with(b"\xff\xd8") {
        let mut at = 2;
        loop {
            if *head.get(at)? != 0xff {
                return None;
            }
            let marker = *head.get(at + 1)?;
            match marker {
                0xff => at += 1,
                0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                    return Some((be16(at + 7)?, be16(at + 5)?));
                }
                0x01 | 0xd0..=0xd9 => at += 2,
                _ => at += 2 + (be16(at + 2)? as usize).max(2),
            }
        }
    }
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return match head.get(12..16)? {
            b"VP8 " => Some((le16(26)? & 0x3fff, le16(28)? & 0x3fff)),
            b"VP8L" => {
                let bits = le32(21)?;
                Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
            }
            b"VP8X" => Some(((le32(24)? & 0xff_ffff) + 1, (le32(26)? >> 8) + 1)),
            _ => None,
        };
    }
    if head.starts_with(b"II*\0") || head.starts_with(b"MM\0*") {
        // Scans come as TIFF; reading its directory for the size is not worth it.
        return Some((u32::MAX, u32::MAX));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logo_is_told_from_a_page() {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        png.extend([0, 0, 0, 32, 0, 0, 0, 32]);
        assert_eq!(size(&png), Some((32, 32)));
        assert!(!may_hold_text(&png, true));
        let jpeg = [
            0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 11, 8, 8, 0, 6, 0x40,
        ];
        assert_eq!(size(&jpeg), Some((1600, 2048)));
        assert!(may_hold_text(&jpeg, true));
    }
}
