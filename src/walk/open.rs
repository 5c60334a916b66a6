//! Opening a file so that nothing is left behind and nothing is waited for.
//!
//! No link is followed at the last step, a pipe put in a file's place does not block, and the time of last access is
//! left alone where the system allows it.

use std::{
    fs::File, fs::Metadata, io, path::Path, sync::atomic::AtomicBool, sync::atomic::Ordering,
};

/// Opens files; shared by all threads.
#[derive(Debug, Default)]
pub struct Opener {
    /// Set once the system refused to leave the access time alone: it does so for files of others, so asking each time
    /// would double the calls of a service account.
    touches: AtomicBool,
}

impl Opener {
    /// Opens a regular file for reading, and says what was opened; anything else is an error of kind `Unsupported`.
    pub fn open(&self, path: &Path) -> io::Result<(File, Metadata)> {
        let file = self.open_any(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "not a regular file",
            ));
        }
        Ok((file, metadata))
    }

    #[cfg(unix)]
    fn open_any(&self, path: &Path) -> io::Result<File> {
        use rustix::{
            fs::{Mode, OFlags, open},
            io::Errno,
        };
        let flags =
            OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::NOCTTY | OFlags::CLOEXEC;
        #[cfg(any(target_os = "linux", target_os = "android"))]
        if !self.touches.load(Ordering::Relaxed) {
            match open(path, flags | OFlags::NOATIME, Mode::empty()) {
                Ok(file) => return Ok(File::from(file)),
                Err(Errno::PERM) => self.touches.store(true, Ordering::Relaxed),
                Err(other) => return Err(other.into()),
            }
        }
        Ok(File::from(open(path, flags, Mode::empty())?))
    }

    #[cfg(not(unix))]
    fn open_any(&self, path: &Path) -> io::Result<File> {
        self.touches.store(true, Ordering::Relaxed);
        File::open(path)
    }
}
