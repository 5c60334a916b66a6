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

/// The folders given, checked.
#[derive(Debug)]
pub struct Roots {
    /// Those that can be walked, each once, in the order given.
    pub there: Vec<Root>,
    /// Those that are not there or cannot be listed, such as shares that are not mounted: what was given, and why not.
    pub away: Vec<(PathBuf, WalkError)>,
}

/// Checks the roots and drops repetitions. One that is not there does not keep the others from being walked.
///
/// A root inside another one stays a root of its own, and the outer walk passes over it: so it is visited once, also
/// when it lies on another file system or under an exclusion that the outer walk would not cross.
///
/// # Errors
/// A file where a folder is needed; the first root's trouble when none can be walked.
pub fn roots(paths: &[impl AsRef<Path>]) -> Result<Roots, WalkError> {
    let (mut there, mut away): (Vec<Root>, Vec<(PathBuf, WalkError)>) = (Vec::new(), Vec::new());
    for given in paths {
        let given = given.as_ref();
        match root(given) {
            Ok(root) if there.iter().any(|known| known.path == root.path) => {}
            Ok(root) => there.push(root),
            Err(error @ (WalkError::NotAFolder(_) | WalkError::Glob { .. })) => return Err(error),
            Err(_) if away.iter().any(|(path, _)| path == given) => {}
            Err(error) => away.push((given.to_path_buf(), error)),
        }
    }
    if there.is_empty() && !away.is_empty() {
        return Err(away.swap_remove(0).1);
    }
    Ok(Roots { there, away })
}

fn root(given: &Path) -> Result<Root, WalkError> {
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
    Ok(Root {
        path,
        device: Meta::new(&metadata).device,
        empty,
    })
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
        assert_eq!(twice.there.len(), 1);
        assert!(!twice.there[0].empty && twice.away.is_empty());
        let some = roots(&[&missing, &dir.path().to_path_buf(), &missing]).unwrap();
        assert_eq!((some.there.len(), some.away.len()), (1, 1));
        assert_eq!(some.away[0].0, missing);
        assert!(
            roots(&[dir.path(), &file]).is_err(),
            "a mistake of the command"
        );
    }
}
