//! Files that only their owner may read, written whole or not at all.
//!
//! A single file is written beside itself and put in its place at the end. A folder ([`Staged`]) is filled under another
//! name in the same folder and renamed when it is complete; dropped before that, it vanishes.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use crate::request::RequestError;

/// Makes a folder for its owner alone, and the folders above it.
pub fn private_folder(path: &Path) -> Result<(), RequestError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path).map_err(RequestError::io(path, "made"))
}

/// A new file for its owner alone; never one that is there.
pub fn private_file(path: &Path) -> Result<File, RequestError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
        .open(path)
        .map_err(RequestError::io(path, "written"))
}

/// Writes a file for its owner alone in place of what was there, whole or not at all.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), RequestError> {
    let staged = beside(path)?;
    let written = private_file(&staged).and_then(|mut file| {
        file.write_all(bytes)
            .and_then(|()| file.sync_all())
            .and_then(|()| fs::rename(&staged, path))
            .map_err(RequestError::io(path, "written"))
    });
    if written.is_err() {
        let _ = fs::remove_file(&staged);
    }
    written
}

/// A name in the same folder that nobody else has.
fn beside(path: &Path) -> Result<PathBuf, RequestError> {
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|e| RequestError::Io {
        path: path.to_owned(),
        what: "written",
        source: std::io::Error::other(e.to_string()),
    })?;
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{:016x}.new", u64::from_le_bytes(random)));
    Ok(path.with_file_name(name))
}

/// A folder that is being filled.
pub struct Staged {
    staged: PathBuf,
    target: PathBuf,
    done: bool,
}

impl Staged {
    /// Begins a folder. The folder it is to be in is made; the folder itself must not be there.
    pub fn new(target: &Path) -> Result<Staged, RequestError> {
        if target.symlink_metadata().is_ok() {
            return Err(RequestError::refused(format!(
                "{} is there already: name another place; nothing was changed",
                target.display()
            )));
        }
        let parent = target.parent().filter(|p| !p.as_os_str().is_empty());
        if let Some(parent) = parent.filter(|parent| !parent.is_dir()) {
            private_folder(parent)?;
        }
        let staged = beside(target)?;
        private_folder(&staged)?;
        Ok(Staged {
            staged,
            target: target.to_owned(),
            done: false,
        })
    }

    /// Where to write.
    pub fn path(&self) -> &Path {
        &self.staged
    }

    /// A new file in it; folders on the way are made.
    pub fn file(&self, name: &str) -> Result<File, RequestError> {
        let path = self.staged.join(name);
        if let Some(parent) = path.parent() {
            private_folder(parent)?;
        }
        private_file(&path)
    }

    /// A new file in it with these bytes.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), RequestError> {
        let mut file = self.file(name)?;
        file.write_all(bytes)
            .and_then(|()| file.sync_all())
            .map_err(RequestError::io(self.target.join(name), "written"))
    }

    /// Puts the folder in its place.
    pub fn finish(mut self) -> Result<(), RequestError> {
        if let Err(error) = fs::rename(&self.staged, &self.target) {
            // Two people at once: whoever came first has it.
            return Err(match self.target.symlink_metadata() {
                Ok(_) => RequestError::refused(format!(
                    "{} was made by another command meanwhile: run this one again; nothing was changed",
                    self.target.display()
                )),
                Err(_) => RequestError::io(self.target.clone(), "put in its place")(error),
            });
        }
        self.done = true;
        Ok(())
    }

    /// Puts the folder in its place as one zip archive.
    pub fn finish_as_zip(mut self) -> Result<(), RequestError> {
        let archive = beside(&self.target)?;
        let zipped = zip_folder(&self.staged, &archive)
            .and_then(|()| fs::rename(&archive, &self.target))
            .map_err(RequestError::io(self.target.clone(), "written"));
        if zipped.is_err() {
            let _ = fs::remove_file(&archive);
            return zipped;
        }
        let _ = fs::remove_dir_all(&self.staged);
        self.done = true;
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.done {
            let _ = fs::remove_dir_all(&self.staged);
        }
    }
}

fn zip_folder(folder: &Path, archive: &Path) -> std::io::Result<()> {
    use zip::{ZipWriter, write::SimpleFileOptions};
    let file = private_file(archive).map_err(std::io::Error::other)?;
    let mut zip = ZipWriter::new(file);
    for path in files_below(folder)? {
        let name = path.strip_prefix(folder).unwrap_or(&path);
        // Names in a pack are ours: letters, digits, dots and dashes.
        let name = name.to_string_lossy().replace('\\', "/");
        let options = SimpleFileOptions::default()
            .large_file(true)
            .unix_permissions(0o600);
        zip.start_file(name, options)?;
        std::io::copy(&mut File::open(&path)?, &mut zip)?;
    }
    zip.finish()?.sync_all()
}

/// The files in a folder and the folders in it, in the order of their names.
pub fn files_below(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            match entry.file_type()?.is_dir() {
                true => folders.push(entry.path()),
                false => files.push(entry.path()),
            }
        }
    }
    files.sort();
    Ok(files)
}

/// BLAKE3 of bytes, 64 hexadecimal digits.
pub fn digest(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_folder_is_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("pack");
        let staged = Staged::new(&target).unwrap();
        staged.write("a/b.txt", b"x").unwrap();
        drop(staged);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let staged = Staged::new(&target).unwrap();
        staged.write("a/b.txt", b"x").unwrap();
        staged.finish().unwrap();
        assert_eq!(fs::read(target.join("a/b.txt")).unwrap(), b"x");
        assert!(Staged::new(&target).is_err(), "nothing is written over");
        let archive = folder.path().join("pack.zip");
        let staged = Staged::new(&archive).unwrap();
        staged.write("a/b.txt", b"x").unwrap();
        staged.finish_as_zip().unwrap();
        assert_eq!(&fs::read(&archive).unwrap()[..2], b"PK");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_written_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("pack");
        let staged = Staged::new(&target).unwrap();
        staged.write("a/b.txt", b"x").unwrap();
        staged.finish().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&target), 0o700);
        assert_eq!(mode(&target.join("a")), 0o700);
        assert_eq!(mode(&target.join("a/b.txt")), 0o600);
        let file = folder.path().join("x");
        replace(&file, b"1").unwrap();
        replace(&file, b"2").unwrap();
        assert_eq!(
            (mode(&file), fs::read(&file).unwrap()),
            (0o600, b"2".to_vec())
        );
    }
}
