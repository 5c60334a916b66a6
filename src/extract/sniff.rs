//! What a document is: content first, extension second.
//!
//! One table of signatures names what the first bytes say; zip archives and compound files are told apart by the names
//! inside them; text is told by its character set. Each format then says how sure it is, and the surest reads the
//! document. Formats that nobody reads are in the table too, so that a person learns what it was.

use std::{
    io::{Read, Seek, SeekFrom},
    path::Path,
};

use memchr::memmem;

use super::{
    Format,
    decode::{self, Charset},
    error::ExtractError,
    format::{self, text::PlainText},
    source::Source,
};

/// The signature or structure leaves no doubt.
pub const SURE: u8 = 100;
/// The content looks like it.
pub const LIKELY: u8 = 70;
/// The name says so and the content does not speak against it.
pub const NAMED: u8 = 50;
/// Nothing better is known.
pub const FALLBACK: u8 = 10;
/// Not at all.
pub const NO: u8 = 0;

/// Bytes of text that formats may look at to recognise themselves.
const SAMPLE: usize = 8 << 10;

/// What formats may look at when they say how sure they are.
#[derive(Debug)]
pub struct Look<'a> {
    /// The first bytes, up to 64 KiB.
    pub head: &'a [u8],
    /// The name of the document.
    pub name: &'a str,
    /// Its extension in lower case, without the dot.
    pub extension: String,
    /// The signature found: a name of [`signatures`], or empty.
    pub magic: &'static str,
    /// Names of the members of a zip archive, or the streams of a compound file (as paths from its root).
    pub inside: Vec<String>,
    /// The beginning of a text in UTF-8; empty for what is not text.
    pub text: String,
    /// The media type its container gives it.
    pub media_type: &'a str,
}

impl Look<'_> {
    /// Whether the extension is one of these.
    pub fn named(&self, extensions: &[&str]) -> bool {
        extensions.contains(&self.extension.as_str())
    }

    /// Whether it is text of any kind.
    pub fn is_text(&self) -> bool {
        !self.text.is_empty()
    }

    /// Whether a zip member or stream of this name is inside.
    pub fn has(&self, name: &str) -> bool {
        self.inside.iter().any(|n| n.eq_ignore_ascii_case(name))
    }

    /// Whether one begins so.
    pub fn has_under(&self, prefix: &str) -> bool {
        self.inside.iter().any(|n| {
            n.get(..prefix.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        })
    }
}

/// A signature: where, which bytes, the name formats ask for, and what a person calls it.
struct Signature {
    at: usize,
    bytes: &'static [u8],
    name: &'static str,
    title: &'static str,
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
    0 b"\x01\0\0\0\x58\0\0\0" "emf" "Windows metafile";
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
    0 b"\xdb\xa5\x2d\0" "doc2" "Word 2 document";
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

/// Every signature known: its name, and what a person calls it.
pub fn signatures() -> impl Iterator<Item = (&'static str, &'static str)> {
    SIGNATURES.iter().map(|s| (s.name, s.title))
}

fn signature(head: &[u8]) -> Option<&'static Signature> {
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

/// What was decided about a document.
pub(super) struct Choice {
    /// Who reads it.
    pub format: Option<&'static dyn Format>,
    /// What is odd about it.
    pub note: Option<String>,
    /// Why nobody reads it.
    pub verdict: Result<(), ExtractError>,
}

/// Decides who reads a document.
pub(super) fn choose(
    source: &mut Source<'_>,
    name: &str,
    media_type: Option<&str>,
    spool: &Path,
) -> Result<Choice, ExtractError> {
    let extension = extension(name);
    let whole = source.size();
    let head = source.head()?;
    if head.is_empty() {
        return Ok(Choice {
            format: Some(&PlainText),
            note: None,
            verdict: Ok(()),
        });
    }
    let found = signature(head);
    let magic = found.map_or("", |s| s.name);
    let charset = match found {
        // Text that happens to begin like something else keeps its character set for a second try.
        None => decode::detect(head, whole == Some(head.len() as u64)),
        Some(_) => None,
    };
    let text = match charset {
        Some(charset) => decode::sample(&head[..head.len().min(2 * SAMPLE)], charset),
        None => String::new(),
    };
    source.set_charset(charset);
    let inside = match magic {
        "zip" => zip_names(source, spool)?,
        "cfb" => cfb_names(source, spool)?,
        _ => Vec::new(),
    };
    let look = Look {
        head: source.head()?,
        name,
        extension,
        magic,
        inside,
        text,
        media_type: media_type.unwrap_or(""),
    };
    let best = format::formats()
        .iter()
        .map(|f| (f.sniff(&look), *f))
        .filter(|(sure, _)| *sure > NO)
        .max_by_key(|(sure, _)| *sure);
    Ok(match best {
        Some((sure, format)) => Choice {
            format: Some(format),
            note: mismatch(&look, sure, format),
            verdict: Ok(()),
        },
        None => Choice {
            format: None,
            note: None,
            verdict: Err(ExtractError::Unsupported(match found {
                Some(s) => format!("{}: no reader for it", s.title).into(),
                None if look.head.iter().all(|&b| b == 0) => "nothing but zero bytes".into(),
                None => "not text, and of no known format".into(),
            })),
        },
    })
}

/// The note on a document whose extension belongs to another format.
fn mismatch(look: &Look<'_>, sure: u8, format: &'static dyn Format) -> Option<String> {
    if sure < SURE || look.extension.is_empty() || look.named(format.extensions()) {
        return None;
    }
    let other = format::formats()
        .iter()
        .find(|f| look.named(f.extensions()) && f.name() != format.name())?;
    Some(format!(
        "named .{} like {}, but its content is {}",
        look.extension,
        other.name(),
        format.name()
    ))
}

/// The extension of a name, in lower case, at most 16 characters.
pub fn extension(name: &str) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or("");
    match file.rsplit_once('.') {
        Some((_, extension)) if extension.len() <= 16 => extension.to_ascii_lowercase(),
        _ => String::new(),
    }
}

/// Most names that are worth knowing; the telling ones come early or at least somewhere among these.
const NAMES: usize = 4096;

/// Names in a zip archive: those of its directory; of the local headers at its start where that is not to be had.
///
/// A member that is itself a zip lies in the file as it is when it is stored, so only the entries that follow one another
/// in the directory are the archive's own.
fn zip_names(source: &mut Source<'_>, spool: &Path) -> Result<Vec<String>, ExtractError> {
    source.make_seekable(spool)?;
    let mut names = directory_names(source)?;
    if names.is_empty() {
        let head = source.head()?;
        names.extend(
            memmem::find_iter(head, b"PK\x03\x04")
                .take(NAMES)
                .filter_map(|at| header_name(head, at, 26, 30)),
        );
    }
    source.seek(SeekFrom::Start(0))?;
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

/// How much of the end of a file may hold the end record and its comment, and how much of the directory is read.
const TAIL: u64 = 256 << 10;

/// Names in the central directory (APPNOTE 4.3.12, 4.3.16). Empty when there is no sound one. The directory is taken to
/// end where the end record begins: what stands before the archive, a self-extractor say, does not shift that.
fn directory_names(source: &mut Source<'_>) -> Result<Vec<String>, ExtractError> {
    let size = source.size().unwrap_or(0);
    let start = size.saturating_sub(TAIL);
    let mut end = Vec::new();
    source.seek(SeekFrom::Start(start))?;
    source.by_ref().take(TAIL).read_to_end(&mut end)?;
    let Some(record) = memmem::rfind(&end, b"PK\x05\x06") else {
        return Ok(Vec::new());
    };
    let Some(length) = end.get(record + 12..record + 16) else {
        return Ok(Vec::new());
    };
    let mut length = u64::from(u32::from_le_bytes([
        length[0], length[1], length[2], length[3],
    ]));
    let mut directory_end = start + record as u64;
    if let Some(zip64) = memmem::rfind(&end[..record], b"PK\x06\x06")
        && let Some(long) = end.get(zip64 + 40..zip64 + 48)
        && length == u64::from(u32::MAX)
    {
        directory_end = start + zip64 as u64;
        length = u64::from_le_bytes(long.try_into().expect("eight bytes were taken"));
    }
    let Some(first) = directory_end.checked_sub(length) else {
        return Ok(Vec::new());
    };
    let mut directory = Vec::new();
    source.seek(SeekFrom::Start(first))?;
    source
        .by_ref()
        .take(length.min(TAIL))
        .read_to_end(&mut directory)?;
    let mut names = Vec::new();
    let mut at = 0;
    while names.len() < NAMES && directory[at..].starts_with(b"PK\x01\x02") {
        let Some(name) = header_name(&directory, at, 28, 46) else {
            break;
        };
        let two =
            |from: usize| usize::from(u16::from_le_bytes([directory[from], directory[from + 1]]));
        let next = at + 46 + two(at + 28) + two(at + 30) + two(at + 32);
        names.push(name);
        if next > directory.len() {
            break;
        }
        at = next;
    }
    Ok(names)
}

fn header_name(bytes: &[u8], at: usize, length: usize, start: usize) -> Option<String> {
    let field = bytes.get(at + length..at + length + 2)?;
    let length = usize::from(u16::from_le_bytes([field[0], field[1]]));
    let name = bytes.get(at + start..at + start + length)?;
    Some(String::from_utf8_lossy(name).replace('\\', "/"))
}

/// Streams and storages of a compound file, as paths without the leading slash.
fn cfb_names(source: &mut Source<'_>, spool: &Path) -> Result<Vec<String>, ExtractError> {
    source.make_seekable(spool)?;
    let mut names = Vec::new();
    if let Ok(file) = cfb::CompoundFile::open(&mut *source) {
        for entry in file.walk().take(NAMES) {
            let path = entry.path().to_string_lossy().replace('\\', "/");
            names.push(path.trim_start_matches('/').to_owned());
        }
    }
    source.seek(SeekFrom::Start(0))?;
    if names.is_empty() {
        // Its directory is broken; the telling names are still somewhere in it.
        let mut bytes = source.head()?.to_vec();
        let size = source.size().unwrap_or(0);
        source.seek(SeekFrom::Start(size.saturating_sub(64 << 10)))?;
        source.by_ref().take(64 << 10).read_to_end(&mut bytes)?;
        source.seek(SeekFrom::Start(0))?;
        for name in [
            "WordDocument",
            "Workbook",
            "Book",
            "PowerPoint Document",
            "__properties_version1.0",
            "EncryptedPackage",
        ] {
            let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            if memmem::find(&bytes, &wide).is_some() {
                names.push(name.to_owned());
            }
        }
    }
    Ok(names)
}

/// The character set of a document that is text, kept for whoever reads it.
impl Source<'_> {
    /// Whether sniffing found it to be text.
    pub fn is_text(&self) -> bool {
        self.charset().is_some()
    }

    /// The character set that sniffing found.
    pub fn charset(&self) -> Option<Charset> {
        self.charset
    }

    pub(super) fn set_charset(&mut self, charset: Option<Charset>) {
        self.charset = charset;
    }
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
    fn a_stored_member_that_is_a_zip_lends_the_archive_none_of_its_names() {
        let zipped = |name: &str, bytes: &[u8]| {
            let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
            let stored = zip::write::SimpleFileOptions::default()
                .compression_method(zip::CompressionMethod::Stored);
            writer.start_file(name, stored).expect("memory");
            std::io::Write::write_all(&mut writer, bytes).expect("memory");
            writer.finish().expect("memory").into_inner()
        };
        let inner = zipped("xl/workbook.xml", b"<workbook/>");
        let mut outer = b"#!/bin/sh\n".to_vec();
        outer.extend(zipped("pay.xlsx", &inner));
        let mut source = Source::owned(outer);
        let names = zip_names(&mut source, Path::new("")).expect("readable");
        assert_eq!(names, ["pay.xlsx"]);
    }

    #[test]
    fn extensions_are_of_the_last_step_of_a_name() {
        assert_eq!(extension("a.b/Staff List.XLSX"), "xlsx");
        assert_eq!(extension("dir.d/README"), "");
        assert_eq!(extension("c:\\x\\y.Txt"), "txt");
    }
}
