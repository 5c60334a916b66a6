//! Signatures: what the first bytes of a document say it is, whether there is a reader for it or not.
//!
//! [`super::choose`] asks; formats ask for the names in their `sniff`.

use memchr::memmem;

/// A signature: where, which bytes, the name formats ask for, and what a person calls it.
pub struct Signature {
    at: usize,
    bytes: &'static [u8],
    /// What formats ask for.
    pub name: &'static str,
    /// What a person calls it.
    pub title: &'static str,
}

macro_rules! signatures {
    ($( $at:literal $bytes:literal $name:literal $title:literal ; )*) => {
        static SIGNATURES: &[Signature] = &[
            $( Signature { at: $at, bytes: $bytes, name: $name, title: $title }, )*
        ];
    };
}

signatures! {
    0 b"PK\x03\x04" "zip" "zip archive";
    0 b"PK\x05\x06" "zip" "zip archive";
    0 b"PK\x07\x08" "zip" "zip archive";
    0 b"PK00PK\x03\x04" "zip" "zip archive";
    0 b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" "cfb" "compound file";
    0 b"%PDF-" "pdf" "PDF";
    0 b"{\\rtf" "rtf" "rich text";
    0 b"\x1f\x8b\x08" "gz" "gzip";
    0 b"\xfd7zXZ\x00" "xz" "xz";
    0 b"\x28\xb5\x2f\xfd" "zst" "zstd";
    0 b"7z\xbc\xaf\x27\x1c" "7z" "7z archive";
    0 b"SQLite format 3\0" "sqlite" "SQLite database";
    0 b"!BDN" "pst" "Outlook store";
    0 b"\x78\x9f\x3e\x22" "tnef" "winmail.dat";
    257 b"ustar" "tar" "tar archive";
    0 b"\x89PNG\r\n\x1a\n" "png" "PNG image";
    0 b"\xff\xd8\xff" "jpg" "JPEG image";
    0 b"GIF87a" "gif" "GIF image";
    0 b"GIF89a" "gif" "GIF image";
    0 b"II*\0" "tif" "TIFF image";
    0 b"MM\0*" "tif" "TIFF image";
    0 b"II+\0" "tif" "TIFF image";
    8 b"WEBP" "webp" "WebP image";
    0 b"BM" "bmp" "bitmap image";
    4 b"ftypheic" "heic" "HEIC image";
    4 b"ftypheix" "heic" "HEIC image";
    4 b"ftypmif1" "heic" "HEIC image";
    4 b"ftypmsf1" "heic" "HEIC image";
    4 b"ftypavif" "avif" "AVIF image";
    4 b"ftyp" "mp4" "video";
    0 b"8BPS" "psd" "Photoshop image";
    0 b"AT&TFORM" "djvu" "DjVu document";
    0 b"\0\0\x01\0" "ico" "icon";
    0 b"\xd7\xcd\xc6\x9a" "wmf" "Windows metafile";
    0 b"\x01\0\0\0" "emf" "Windows metafile";
    0 b"\x01\0\x09\0\0\x03" "wmf" "Windows metafile";
    0 b"\x01\0\x09\0\0\x01" "wmf" "Windows metafile";
    128 b"DICM" "dicom" "DICOM image";
    0 b"Rar!\x1a\x07" "rar" "RAR archive";
    0 b"MSCF" "cab" "cabinet archive";
    0 b"ISc(" "iscab" "InstallShield archive";
    0 b"LZIP" "lz" "lzip";
    0 b"\x04\x22\x4d\x18" "lz4" "LZ4";
    0 b"\x1f\x9d" "z" "compress (.Z)";
    0 b"!<arch>\n" "ar" "ar archive";
    0 b"070701" "cpio" "cpio archive";
    0 b"070707" "cpio" "cpio archive";
    0 b"\xed\xab\xee\xdb" "rpm" "RPM package";
    0 b"xar!" "xar" "xar archive";
    2 b"-lh" "lha" "LHA archive";
    0 b"\x60\xea" "arj" "ARJ archive";
    32769 b"CD001" "iso" "disc image";
    0 b"KDMV" "vmdk" "disk image";
    0 b"conectix" "vhd" "disk image";
    0 b"vhdxfile" "vhdx" "disk image";
    0 b"QFI\xfb" "qcow" "disk image";
    0 b"MSWIM\0\0\0" "wim" "Windows image";
    4 b"Standard Jet DB" "mdb" "Microsoft Access database";
    4 b"Standard ACE DB" "accdb" "Microsoft Access database";
    0 b"PAR1" "parquet" "Parquet data";
    0 b"PARE" "parquet" "Parquet data";
    0 b"ORC" "orc" "ORC data";
    0 b"Obj\x01" "avro" "Avro data";
    0 b"\x89HDF\r\n\x1a\n" "hdf" "HDF data";
    0 b"\x1a\0\0\x04" "nsf" "Lotus Notes database";
    0 b"\xcf\xad\x12\xfe" "dbx" "Outlook Express store";
    12 b"\x62\x31\x05\0" "bdb" "Berkeley DB";
    12 b"\0\x05\x31\x62" "bdb" "Berkeley DB";
    12 b"\x61\x15\x06\0" "bdb" "Berkeley DB";
    12 b"\0\x06\x15\x61" "bdb" "Berkeley DB";
    0 b"\xffWPC" "wpd" "WordPerfect document";
    0 b"\xdb\xa5" "doc2" "Word 2 document";
    0 b"\x9b\xa5" "doc1" "Word 1 document";
    0 b"\xfe\x37\0\x1c" "doc-mac" "Word 4 document of the Macintosh";
    0 b"\xfe\x37\0\x23" "doc-mac" "Word 5 document of the Macintosh";
    0 b"\x31\xbe\0\0" "wri" "Windows Write document";
    0 b"\x09\x00\x04\x00" "xls-old" "Excel worksheet of the first versions";
    0 b"\x09\x02\x06\x00" "xls-old" "Excel worksheet of the first versions";
    0 b"\x09\x04\x06\x00" "xls-old" "Excel worksheet of the first versions";
    0 b"\x01\xfe" "wps-old" "Works document of the first versions";
    0 b"MZ" "exe" "Windows program";
    0 b"\x7fELF" "elf" "program";
    0 b"\xca\xfe\xba\xbe" "class" "Java class or program";
    0 b"\xcf\xfa\xed\xfe" "macho" "program";
    0 b"\xce\xfa\xed\xfe" "macho" "program";
    0 b"\0asm" "wasm" "program";
    0 b"L\0\0\0\x01\x14\x02\0" "lnk" "Windows shortcut";
    0 b"ElfFile\0" "evtx" "Windows event log";
    0 b"regf" "hive" "Windows registry hive";
    0 b"MDMP" "dmp" "memory dump";
    0 b"PAGEDU" "dmp" "memory dump";
    0 b"ID3" "mp3" "sound";
    0 b"\xff\xfb" "mp3" "sound";
    0 b"OggS" "ogg" "sound or video";
    0 b"fLaC" "flac" "sound";
    8 b"WAVE" "wav" "sound";
    8 b"AVI " "avi" "video";
    0 b"\x1a\x45\xdf\xa3" "mkv" "video";
    0 b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" "wmv" "video or sound";
    0 b"FLV\x01" "flv" "video";
    0 b"\0\0\x01\xba" "mpg" "video";
    0 b"#!AMR" "amr" "sound";
    0 b"CWS" "swf" "Flash";
    0 b"FWS" "swf" "Flash";
    0 b"wOFF" "font" "font";
    0 b"wOF2" "font" "font";
    0 b"OTTO" "font" "font";
    0 b"\0\x01\0\0\0" "font" "font";
    0 b"ttcf" "font" "font";
    0 b"\x03\xd9\xa2\x9a" "kdb" "password safe";
    0 b"SIMPLE  =" "fits" "FITS image";
    0 b"bplist" "bplist" "binary property list";
}

/// The signature that a document begins with.
pub fn signature(head: &[u8]) -> Option<&'static Signature> {
    let found = SIGNATURES.iter().find(|s| {
        head.get(s.at..)
            .is_some_and(|rest| rest.starts_with(s.bytes))
            && plausible(s.name, head)
    });
    if found.is_none() && head.starts_with(b"BZh") && head.get(4..10) == Some(b"1AY&SY") {
        return Some(&BZIP2);
    }
    // Some writers put a few bytes before the header; a PDF may have up to 1 KiB.
    let start = &head[..head.len().min(1 << 10)];
    if found.is_none() && memmem::find_iter(start, b"%PDF-").any(|at| begins_pdf(start, at)) {
        return SIGNATURES.iter().find(|s| s.name == "pdf");
    }
    if found.is_none() && old_tar(head) {
        return SIGNATURES.iter().find(|s| s.name == "tar");
    }
    found
}

/// Whether a PDF begins here, behind other bytes, and not a text that speaks of PDF: programs quote the header in a line.
fn begins_pdf(head: &[u8], at: usize) -> bool {
    let version = head.get(at + 5).is_some_and(u8::is_ascii_digit);
    let before = at.checked_sub(1).and_then(|i| head.get(i));
    version && before.is_none_or(|b| !(b' '..=b'~').contains(b))
}

/// Whether bytes begin with the signature of a document, so that they are worth a look of their own.
pub fn is_signed(bytes: &[u8]) -> bool {
    bytes.len() >= 64 && signature(bytes).is_some()
}

static BZIP2: Signature = Signature {
    at: 0,
    bytes: b"BZh",
    name: "bz2",
    title: "bzip2",
};

/// Second thoughts on signatures that ordinary text may begin with.
fn plausible(name: &str, head: &[u8]) -> bool {
    match name {
        // Offset of the pixels within the file, and two reserved zeros.
        "bmp" => head.get(6..10) == Some(&[0; 4]),
        "exe" => head.len() > 64 && memchr::memchr(0, &head[..64]).is_some(),
        "ico" => head.get(4).is_some_and(|&n| n > 0) && head.get(5) == Some(&0),
        "orc" | "swf" | "mp3" | "arj" | "wps-old" | "hive" => {
            memchr::memchr(0, &head[..head.len().min(256)]).is_some()
        }
        "emf" => head.get(40..44) == Some(b" EMF"),
        "doc2" | "doc1" => head.get(3) == Some(&0) && head.len() > 0x200,
        "lha" => head.get(6) == Some(&b'-'),
        "cpio" | "fits" | "nsf" => head.len() > 76,
        "pst" => head.len() >= 16,
        _ => true,
    }
}

/// A tar archive of the time before `ustar`: the checksum of its first header holds.
fn old_tar(head: &[u8]) -> bool {
    let Some(block) = head.get(..512) else {
        return false;
    };
    if block[0] == 0 || block[156] > b'7' {
        return false;
    }
    let field = block[148..156]
        .split(|&b| b == 0 || b == b' ')
        .find(|digits| !digits.is_empty())
        .unwrap_or(&[]);
    let stated = field.iter().try_fold(0_u32, |n, &b| {
        (b'0'..=b'7')
            .contains(&b)
            .then(|| n * 8 + u32::from(b - b'0'))
    });
    let sum: u32 = block
        .iter()
        .enumerate()
        .map(|(i, &b)| u32::from(if (148..156).contains(&i) { b' ' } else { b }))
        .sum();
    !field.is_empty() && stated == Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_need_more_than_two_letters_of_prose() {
        assert_eq!(signature(b"BMW drivers' list").map(|s| s.name), None);
        assert_eq!(signature(b"MZ is a code").map(|s| s.name), None);
        assert_eq!(signature(b"PK\x03\x04rest").map(|s| s.name), Some("zip"));
        assert_eq!(signature(b"junk\n%PDF-1.4").map(|s| s.name), Some("pdf"));
        assert!(signature(b"if (head != \"%PDF-1.4\") return;").is_none());
    }

    #[test]
    fn metafiles_are_known_by_more_than_their_first_bytes() {
        let mut emf = vec![1, 0, 0, 0, 0x6c, 0, 0, 0];
        emf.resize(40, 0);
        assert_eq!(signature(&emf).map(|s| s.name), None);
        emf.extend_from_slice(b" EMF");
        assert_eq!(signature(&emf).map(|s| s.name), Some("emf"));
    }
}
