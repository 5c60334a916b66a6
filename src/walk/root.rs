//! The folders a scan starts from: checked before anything else, each visited once.

use std::{fs, io, path::Path, path::PathBuf};

use crate::walk::{Meta, WalkError};

/// A folder to walk.
#[derive(Clone, Debug)]
pub struct Root {
    /// Its path with links resolved: what the inventory knows it by.
    pub path: PathBuf,
    /// The device it lies on; 0 where unknown.
    pub device: u64,
    /// Whether nothing at all lies in it: an unmounted share looks like this.
    pub empty: bool,
}

/// Checks the roots and drops repetitions, in the order given.
///
/// A root inside another one stays a root of its own, and the outer walk passes over it: so it is visited once, also
/// when it lies on another file system or under an exclusion that the outer walk would not cross.
pub fn roots(paths: &[impl AsRef<Path>]) -> Result<Vec<Root>, WalkError> {
    let mut roots: Vec<Root> = Vec::new();
    for given in paths {
        let given = given.as_ref();
        let unreadable = |why: io::Error| match why.kind() {
            io::ErrorKind::NotFound => WalkError::Missing(given.to_path_buf()),
            _ => WalkError::Unreadable {
                path: given.to_path_buf(),
                why,
            },
        };
        let path = fs::canonicalize(given).map_err(unreadable)?;
        let metadata = fs::metadata(&path).map_err(unreadable)?;
        if !metadata.is_dir() {
            return Err(WalkError::NotAFolder(given.to_path_buf()));
        }
        let empty = match fs::read_dir(&path).map_err(unreadable)?.next() {
            None => true,
            Some(first) => first.map(|_| false).map_err(unreadable)?,
        };
        if roots.iter().all(|known| known.path != path) {
            roots.push(Root {
                path,
                device: Meta::new(&metadata).device,
                empty,
            });
        }
    }
    Ok(roots)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_missing_root_a_file_and_a_repeated_root_are_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        let missing = dir.path().join("none");
        assert!(matches!(roots(&[&missing]), Err(WalkError::Missing(_))));
        let file = dir.path().join("file");
        fs::write(&file, "x").unwrap();
        let error = roots(&[&file]).unwrap_err();
        assert!(error.to_string().contains("is not a folder"), "{error}");
        let twice = roots(&[dir.path(), &dir.path().join(".")]).unwrap();
        assert_eq!(twice.len(), 1);
        assert!(!twice[0].empty);
    }
}
