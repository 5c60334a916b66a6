//! Windows code pages by number, as rtf and compound files name them.

use encoding_rs::{self as e, Encoding};

/// The character set of a Windows or Macintosh code page; Windows-1252 where it is unknown.
pub fn encoding(page: u16) -> &'static Encoding {
    match page {
        65001 => e::UTF_8,
        1200 => e::UTF_16LE,
        874 => e::WINDOWS_874,
        932 => e::SHIFT_JIS,
        936 | 54936 => e::GBK,
        949 | 1361 => e::EUC_KR,
        950 => e::BIG5,
        1250 => e::WINDOWS_1250,
        1251 => e::WINDOWS_1251,
        1253 => e::WINDOWS_1253,
        1254 => e::WINDOWS_1254,
        1255 => e::WINDOWS_1255,
        1256 => e::WINDOWS_1256,
        1257 => e::WINDOWS_1257,
        1258 => e::WINDOWS_1258,
        866 => e::IBM866,
        10000 => e::MACINTOSH,
        10007 => e::X_MAC_CYRILLIC,
        20866 => e::KOI8_R,
        21866 => e::KOI8_U,
        28592 => e::ISO_8859_2,
        28595 => e::ISO_8859_5,
        28597 => e::ISO_8859_7,
        28605 => e::ISO_8859_15,
        51932 => e::EUC_JP,
        _ => e::WINDOWS_1252,
    }
}

/// The character set of a font, by the number that Windows and rtf give it; none for the default.
pub fn of_charset(charset: u16) -> Option<&'static Encoding> {
    Some(match charset {
        0 => e::WINDOWS_1252,
        77 => e::MACINTOSH,
        128 => e::SHIFT_JIS,
        129 | 130 => e::EUC_KR,
        134 => e::GBK,
        136 => e::BIG5,
        161 => e::WINDOWS_1253,
        162 => e::WINDOWS_1254,
        163 => e::WINDOWS_1258,
        177 => e::WINDOWS_1255,
        178..=180 => e::WINDOWS_1256,
        181 => e::WINDOWS_1255,
        186 => e::WINDOWS_1257,
        204 => e::WINDOWS_1251,
        222 => e::WINDOWS_874,
        238 => e::WINDOWS_1250,
        254 => e::IBM866,
        _ => return None,
    })
}

/// The character set of the Windows of a language, by the number that documents give it; Windows-1252 for western ones.
pub fn of_language(language: u16) -> &'static Encoding {
    match (language & 0x3ff, language) {
        (0x04, 0x0404 | 0x0c04 | 0x1404) => e::BIG5,
        (0x04, _) => e::GBK,
        (0x11, _) => e::SHIFT_JIS,
        (0x12, _) => e::EUC_KR,
        (0x1a, 0x0c1a | 0x1c1a) => e::WINDOWS_1251,
        (0x02 | 0x19 | 0x22 | 0x23 | 0x2f, _) => e::WINDOWS_1251,
        (0x05 | 0x0e | 0x15 | 0x18 | 0x1a | 0x1b | 0x1c | 0x24, _) => e::WINDOWS_1250,
        (0x08, _) => e::WINDOWS_1253,
        (0x1f | 0x2c, _) => e::WINDOWS_1254,
        (0x0d, _) => e::WINDOWS_1255,
        (0x01 | 0x20 | 0x29, _) => e::WINDOWS_1256,
        (0x25..=0x27, _) => e::WINDOWS_1257,
        (0x2a, _) => e::WINDOWS_1258,
        (0x1e, _) => e::WINDOWS_874,
        _ => e::WINDOWS_1252,
    }
}
