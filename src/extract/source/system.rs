//! What sources ask of the operating system, each in the way that system has.

use std::{
    fs::{File, Metadata},
    io,
    path::Path,
};

/// Reads at an offset, whatever the position is.
#[cfg(unix)]
pub fn read_at(file: &File, into: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, into, offset)
}

/// Reads at an offset, whatever the position is.
#[cfg(windows)]
pub fn read_at(file: &File, into: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, into, offset)
}

/// Whether the file has stretches that were never written.
#[cfg(unix)]
pub fn has_holes(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    // File systems round and compress; only a clear difference is worth asking about.
    metadata.len() > 1 << 20 && metadata.blocks().saturating_mul(512) < metadata.len() / 10 * 9
}

/// Whether the file has stretches that were never written.
#[cfg(not(unix))]
pub fn has_holes(_: &Metadata) -> bool {
    false
}

/// The next byte that was ever written, or the end; nothing where the system does not tell.
#[cfg(target_os = "linux")]
pub fn next_data(file: &File, from: u64, size: u64) -> Option<u64> {
    match rustix::fs::seek(file, rustix::fs::SeekFrom::Data(from)) {
        Ok(next) => Some(next.min(size)),
        // No data up to the end.
        Err(rustix::io::Errno::NXIO) => Some(size),
        Err(_) => None,
    }
}

/// The next byte that was ever written, or the end; nothing where the system does not tell.
#[cfg(not(target_os = "linux"))]
pub fn next_data(_: &File, _: u64, _: u64) -> Option<u64> {
    None
}

/// A file without a name: nobody else can open it, and it is gone when this process is.
pub fn anonymous(folder: &Path) -> io::Result<File> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{Mode, OFlags, open};
        let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC | OFlags::EXCL;
        if let Ok(fd) = open(folder, flags, Mode::RUSR | Mode::WUSR) {
            return Ok(fd.into());
        }
    }
    // Elsewhere, and on file systems that cannot: named for the blink of an eye.
    let mut options = std::fs::OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    #[cfg(windows)]
    std::os::windows::fs::OpenOptionsExt::custom_flags(&mut options, 0x0400_0000);
    for _ in 0..16 {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|_| io::Error::other("no random numbers"))?;
        let path = folder.join(format!(".domesday-{:032x}", u128::from_le_bytes(random)));
        match options.open(&path) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(e),
            Ok(file) => {
                #[cfg(unix)]
                std::fs::remove_file(&path)?;
                return Ok(file);
            }
        }
    }
    Err(io::Error::from(io::ErrorKind::AlreadyExists))
}
