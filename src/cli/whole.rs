//! Files that are there whole or not at all: written beside their place, then put into it.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;

/// Writes a file by `write`. A reader meets the old one or the new one, never a part; when it fails the old one stands.
/// What is made may be read by its owner and, `shared`, by all: a collector of metrics runs under another account.
pub fn write(
    file: &Path,
    shared: bool,
    write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    // `/dev/stdout` and pipes have no place to be put into.
    if fs::metadata(file).is_ok_and(|there| !there.is_file()) {
        let mut out = File::create(file).with_context(|| cannot(file))?;
        return write(&mut out);
    }
    let beside = beside(file);
    let result = (|| {
        let made = create(&beside, shared).with_context(|| cannot(file))?;
        // Whoever might read what stood there may read what takes its place.
        if let Ok(before) = fs::metadata(file) {
            let _ = made.set_permissions(before.permissions());
        }
        let mut out = BufWriter::new(made);
        write(&mut out)?;
        out.flush()
            .and_then(|()| out.get_ref().sync_all())
            .and_then(|()| fs::rename(&beside, file))
            .with_context(|| cannot(file))
    })();
    if result.is_err() {
        let _ = fs::remove_file(&beside);
    }
    result
}

fn cannot(file: &Path) -> String {
    format!("{} cannot be written", file.display())
}

/// A name that no other run uses and that collectors, which look for an ending, pass over.
fn beside(file: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(file.file_name().unwrap_or_default());
    name.push(format!(".{}.part", std::process::id()));
    file.with_file_name(name)
}

fn create(file: &Path, shared: bool) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(if shared { 0o644 } else { 0o600 });
    }
    let _ = shared;
    options.open(file)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_or_left_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.prom");
        write(&file, true, |out| Ok(out.write_all(b"one")?)).unwrap();
        let failed = write(&file, true, |out| {
            out.write_all(b"half")?;
            anyhow::bail!("no more")
        });
        assert!(failed.is_err());
        assert_eq!(fs::read(&file).unwrap(), b"one");
        write(&file, true, |out| Ok(out.write_all(b"two")?)).unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"two");
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing is left"
        );
    }
}
