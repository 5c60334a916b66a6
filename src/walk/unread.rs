//! What the walker meets and will not hand on for reading, and the words for it.

use std::{ffi::OsStr, fs, io, path::Path};

use crate::{
    model::{Outcome, OutcomeKind},
    walk::Meta,
};

/// Why the system would not show something, as an outcome.
pub fn refusal(error: &io::Error) -> Outcome {
    match error.kind() {
        io::ErrorKind::PermissionDenied => Outcome::new(OutcomeKind::Denied, "permission denied"),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            Outcome::new(OutcomeKind::Changed, "it vanished while the scan ran")
        }
        io::ErrorKind::Unsupported => {
            Outcome::new(OutcomeKind::Changed, "it was replaced while the scan ran")
        }
        kind => Outcome::new(OutcomeKind::Denied, kind.to_string()),
    }
}

/// Whether a folder holds snapshots: copies of what is walked anyway.
pub(super) fn snapshot(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    let above = path.parent().and_then(Path::file_name).unwrap_or_default();
    name == ".snapshot"
        || name == ".snapshots"
        || name == "~snapshot"
        || (name == "snapshot" && above == ".zfs")
}

#[cfg(unix)]
pub(super) fn special(kind: fs::FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_symlink() {
        "symbolic link, not followed"
    } else if kind.is_fifo() {
        "pipe"
    } else if kind.is_socket() {
        "socket"
    } else {
        "device"
    }
}

#[cfg(not(unix))]
pub(super) fn special(kind: fs::FileType) -> &'static str {
    if kind.is_symlink() {
        "symbolic link, not followed"
    } else {
        "device"
    }
}

/// Windows file attributes that say the content is elsewhere: offline, recall on open, recall on data access.
#[cfg(any(target_os = "linux", windows))]
const ELSEWHERE: u32 = 0x1000 | 0x4_0000 | 0x40_0000;

/// Whether reading the file would recall it from an archive or a cloud. Never by emptiness on disk alone: that is what
/// an honest sparse file looks like too.
#[cfg(target_os = "linux")]
pub(super) fn placeholder(folder: &Path, name: &OsStr, meta: &Meta, _: &fs::Metadata) -> bool {
    if meta.size == 0 || meta.stored != Some(0) {
        return false;
    }
    let path = folder.join(name);
    let mut value = [0; 256];
    ["user.cifs.dosattrib", "user.DOSATTRIB"]
        .iter()
        .any(|attribute| {
            rustix::fs::lgetxattr(&path, *attribute, &mut value[..])
                .is_ok_and(|n| dos_attributes(&value[..n.min(256)]) & ELSEWHERE != 0)
        })
}

/// The attribute bits in what the Linux client and Samba store: a little-endian word, a hexadecimal text, or Samba's
/// record (an empty text, version and level, valid flags, attributes).
#[cfg(target_os = "linux")]
fn dos_attributes(value: &[u8]) -> u32 {
    let word = |at: usize| {
        value
            .get(at..at + 4)
            .and_then(|b| b.try_into().ok())
            .map_or(0, u32::from_le_bytes)
    };
    let text = value.split(|&b| b == 0).next().unwrap_or_default();
    if let Some(digits) = text.strip_prefix(b"0x") {
        let digits = std::str::from_utf8(digits).unwrap_or("");
        return u32::from_str_radix(digits, 16).unwrap_or(0);
    }
    match value.len() {
        4 => word(0),
        _ if value.starts_with(&[0, 0]) => word(12),
        _ => 0,
    }
}

#[cfg(windows)]
pub(super) fn placeholder(_: &Path, _: &OsStr, _: &Meta, metadata: &fs::Metadata) -> bool {
    use std::os::windows::fs::MetadataExt;
    metadata.file_attributes() & ELSEWHERE != 0
}

/// The flag of macOS on files whose content is in a cloud.
#[cfg(target_os = "macos")]
pub(super) fn placeholder(_: &Path, _: &OsStr, _: &Meta, metadata: &fs::Metadata) -> bool {
    use std::os::macos::fs::MetadataExt;
    const DATALESS: u32 = 0x4000_0000;
    metadata.st_flags() & DATALESS != 0
}

/// Other systems have no such mark.
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
pub(super) fn placeholder(_: &Path, _: &OsStr, _: &Meta, _: &fs::Metadata) -> bool {
    false
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_attributes_of_windows_are_read_from_all_three_forms() {
        assert_eq!(dos_attributes(&0x1020_u32.to_le_bytes()), 0x1020);
        assert_eq!(dos_attributes(b"0x1022\0"), 0x1022);
        let record = [
            0, 0, 3, 0, 3, 0, 0, 0, 0x11, 0, 0, 0, 0x20, 0x10, 0, 0, 9, 9,
        ];
        assert_eq!(dos_attributes(&record), 0x1020);
        assert_eq!(dos_attributes(b""), 0);
    }

    #[test]
    fn snapshots_are_known_by_name() {
        for (path, expected) in [
            (".snapshot", true),
            ("a/~snapshot", true),
            ("a/.zfs/snapshot", true),
            ("a/snapshot", false),
        ] {
            assert_eq!(snapshot(Path::new(path)), expected, "{path}");
        }
    }
}
