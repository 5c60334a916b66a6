//! The walk on a tree made to mislead it: every name comes once, with what is to become of it.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stdout)] // what is passed over is said

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    os::unix::{ffi::OsStrExt, fs::symlink, net::UnixListener},
    path::Path,
    sync::{Mutex, atomic::AtomicBool},
};

use domesday::{
    model::OutcomeKind,
    walk::{Exclusions, Kind, Opener, Options, Walk, roots},
};

/// Root-relative path (escaped) → kind, outcome and reason. Panics if a name comes twice.
fn walk(
    paths: &[&Path],
    globs: &[&str],
    options: &Options,
) -> BTreeMap<String, (Kind, Option<(OutcomeKind, String)>)> {
    let roots = roots(paths).unwrap().there;
    let globs: Vec<String> = globs.iter().map(|g| (*g).to_owned()).collect();
    let exclusions = Exclusions::new(&roots, &globs).unwrap();
    let opener = Opener::default();
    let found = Mutex::new(BTreeMap::new());
    Walk::new(&roots, &exclusions, options, &opener).run(3, &AtomicBool::new(false), || {
        |listing| {
            for entry in &listing.entries {
                let path = listing.path(entry);
                let shown = format!(
                    "{}:{}",
                    listing.root,
                    path.as_os_str().as_bytes().escape_ascii()
                );
                let outcome = entry.outcome.clone().map(|o| (o.kind, o.reason));
                let before = found
                    .lock()
                    .unwrap()
                    .insert(shown.clone(), (entry.kind, outcome));
                assert!(before.is_none(), "{shown} came twice");
            }
            true
        }
    });
    found.into_inner().unwrap()
}

#[test]
fn every_name_comes_once_with_what_is_to_become_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    for folder in [
        "HR/.hidden",
        "$RECYCLE.BIN",
        ".snapshot/hourly.0",
        "old/deep",
    ] {
        fs::create_dir_all(root.join(folder)).unwrap();
    }
    for file in [
        "HR/.hidden/pay.csv",
        "$RECYCLE.BIN/x.txt",
        ".snapshot/hourly.0/x",
        "old/deep/x",
        "keep.tmp",
        "HR/drop.tmp",
        ".gitignore",
    ] {
        fs::write(root.join(file), "*").unwrap();
    }
    fs::write(root.join("HR/.domesdayignore"), "*.tmp\n").unwrap();
    fs::write(root.join(OsStr::from_bytes(b"caf\xe9.txt")), "x").unwrap();
    fs::write(root.join("line\nbreak.txt"), "x").unwrap();
    symlink(root, root.join("loop")).unwrap();
    symlink("/etc/passwd", root.join("escape")).unwrap();
    let _socket = UnixListener::bind(root.join("socket")).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        root.join("pipe"),
        rustix::fs::FileType::Fifo,
        0o644.into(),
        0,
    )
    .unwrap();

    let own = vec![fs::canonicalize(root).unwrap().join("keep.tmp")];
    let options = Options {
        own,
        ..Options::default()
    };
    let found = walk(&[root, &root.join("HR/.hidden"), root], &["old/"], &options);
    let outcome = |path: &str| found[path].1.clone();
    let why = |path: &str| outcome(path).map(|o| o.1).unwrap();

    assert_eq!(found["0:$RECYCLE.BIN/x.txt"], (Kind::File, None));
    assert_eq!(found["0:.gitignore"], (Kind::File, None));
    assert_eq!(found["0:caf\\xe9.txt"], (Kind::File, None));
    assert_eq!(found["0:line\\nbreak.txt"], (Kind::File, None));
    assert_eq!(found["0:HR"], (Kind::Folder, None));
    // A root inside a root is visited as itself, and only so.
    assert_eq!(found["1:pay.csv"], (Kind::File, None));
    assert!(!found.contains_key("0:HR/.hidden/pay.csv"));
    // Excluded folders are one entry each, with the rule.
    assert_eq!(why("0:old"), "--exclude old/");
    assert!(!found.keys().any(|path| path.starts_with("0:old/")));
    assert_eq!(why("0:HR/drop.tmp"), "*.tmp in HR/.domesdayignore");
    assert_eq!(why("0:keep.tmp"), "a file of this inventory");
    assert!(why("0:.snapshot").contains("--snapshots"));
    for (path, reason) in [
        ("0:loop", "symbolic link, not followed"),
        ("0:escape", "symbolic link, not followed"),
        ("0:pipe", "pipe"),
        ("0:socket", "socket"),
    ] {
        assert_eq!(
            outcome(path),
            Some((OutcomeKind::NotAFile, reason.to_owned()))
        );
    }
    let told = Options {
        snapshots: true,
        ..Options::default()
    };
    assert!(walk(&[root], &[], &told).contains_key("0:.snapshot/hourly.0/x"));
}

#[test]
fn nothing_but_a_regular_file_is_opened_and_nothing_is_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let opener = Opener::default();
    let pipe = dir.path().join("pipe");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        0o644.into(),
        0,
    )
    .unwrap();
    assert!(opener.open(&pipe).is_err());
    assert!(opener.open(dir.path()).is_err());
    let file = dir.path().join("file");
    fs::write(&file, "x").unwrap();
    assert!(opener.open(&file).is_ok());
    symlink(&file, dir.path().join("link")).unwrap();
    assert!(opener.open(&dir.path().join("link")).is_err());
}

#[test]
fn a_placeholder_is_known_by_its_mark_and_not_by_its_emptiness() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["sparse", "placeholder"] {
        fs::File::create(dir.path().join(name))
            .unwrap()
            .set_len(1 << 20)
            .unwrap();
    }
    let marked = rustix::fs::setxattr(
        dir.path().join("placeholder"),
        "user.DOSATTRIB",
        b"0x1020\0",
        rustix::fs::XattrFlags::empty(),
    );
    if let Err(error) = marked {
        println!("passed over: no extended attributes here ({error})");
        return;
    }
    let found = walk(&[dir.path()], &[], &Options::default());
    assert_eq!(found["0:sparse"], (Kind::File, None));
    assert_eq!(
        found["0:placeholder"].1.as_ref().map(|o| o.0),
        Some(OutcomeKind::Offline)
    );
}

#[test]
fn a_folder_without_permission_is_an_entry_of_its_own() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let closed = dir.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o0)).unwrap();
    if fs::read_dir(&closed).is_ok() {
        println!("passed over: this account reads everything");
        return;
    }
    let found = walk(&[dir.path()], &[], &Options::default());
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(
        found["0:closed"].1.as_ref().map(|o| o.0),
        Some(OutcomeKind::Denied)
    );
}

#[test]
fn a_bad_glob_says_what_is_wrong() {
    let dir = tempfile::tempdir().unwrap();
    let roots = roots(&[dir.path()]).unwrap().there;
    for glob in ["[a", "", "#x"] {
        let error = Exclusions::new(&roots, &[glob.to_owned()]).unwrap_err();
        assert!(error.to_string().starts_with("bad exclusion `"), "{error}");
    }
}
