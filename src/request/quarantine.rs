//! Moving whole files out of the way, and back: the one thing done to documents, when asked for, and never a deletion.
//!
//! The plan is written to `quarantine.json` in the folder before the first file is moved, so that whatever stops the
//! work half way, [`undo`] knows where everything came from. A file that is not the one of the worklist any more is left.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    inventory::record::RawPath,
    request::{
        Case, Event, RequestError,
        erase::{Action, items},
        files,
        log::Hand,
        pack::json,
    },
};

/// The plan in a quarantine.
const PLAN: &str = "quarantine.json";

/// What lies in a quarantine and where it came from.
#[derive(Debug, Serialize, Deserialize)]
struct Plan {
    case: String,
    made_at: String,
    files: Vec<Moved>,
}

/// A file and where it came from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Moved {
    /// Lines of the worklist.
    pub items: Vec<u32>,
    /// Where it was.
    pub from: RawPath,
    /// Its name in the quarantine.
    pub name: String,
    /// BLAKE3.
    pub digest: String,
}

/// What was moved, and what was left with the reason.
#[derive(Debug, Default)]
pub struct Moves {
    /// Moved.
    pub moved: Vec<Moved>,
    /// Left where it was: path and why.
    pub left: Vec<(String, String)>,
}

/// Moves the files of a case's worklist that are about the person as a whole, or those of the lines named.
pub fn quarantine(
    case: &mut Case,
    folder: &Path,
    numbers: &[u32],
    roots: &[RawPath],
    hand: &Hand,
) -> Result<Moves, RequestError> {
    case.must_be_open()?;
    let all = items(case)?;
    if let Some(unknown) = numbers
        .iter()
        .find(|n| all.iter().all(|item| item.item != **n))
    {
        return Err(RequestError::refused(format!(
            "there is no item {unknown} in the worklist of case {}",
            case.name()
        )));
    }
    if folder.symlink_metadata().is_ok() {
        return Err(RequestError::refused(format!(
            "{} is there already: name a folder that is not; nothing was moved",
            folder.display()
        )));
    }
    let parent = match folder.parent().filter(|p| !p.as_os_str().is_empty()) {
        Some(parent) => parent,
        None => Path::new("."),
    };
    let real = fs::canonicalize(parent).map_err(RequestError::io(parent, "used"))?;
    if let Some(root) = roots.iter().find(|root| real.starts_with(root.to_path())) {
        return Err(RequestError::refused(format!(
            "{} lies in {}, which is scanned: the files would be found there again; name a folder outside",
            folder.display(),
            root.display()
        )));
    }
    let mut wanted: Vec<Moved> = Vec::new();
    for item in &all {
        let named = numbers.contains(&item.item);
        let whole = item.action == Action::DeleteFile && item.chain.is_root();
        if !(named || numbers.is_empty() && whole) {
            continue;
        }
        match wanted.iter_mut().find(|moved| moved.from == item.place) {
            Some(moved) => moved.items.push(item.item),
            None => wanted.push(Moved {
                items: vec![item.item],
                from: item.place.clone(),
                name: format!("{:06}", item.item),
                digest: item.digest.clone().unwrap_or_default(),
            }),
        }
    }
    // Every line of a moved file goes with it.
    for moved in &mut wanted {
        moved.items = all
            .iter()
            .filter(|i| i.place == moved.from)
            .map(|i| i.item)
            .collect();
    }
    let mut result = Moves::default();
    wanted.retain(|moved| match same(&moved.from.to_path(), &moved.digest) {
        Ok(()) => true,
        Err(why) => {
            result.left.push((moved.from.display(), why));
            false
        }
    });
    if wanted.is_empty() {
        let why = result.left.first().map_or_else(
            || "no line of the worklist is a whole file: name lines with --item".to_owned(),
            |(path, why)| format!("{path}: {why}"),
        );
        return Err(RequestError::refused(format!("nothing to move: {why}")));
    }
    files::private_folder(folder)?;
    let plan = Plan {
        case: case.name().to_owned(),
        made_at: jiff::Timestamp::now().to_string(),
        files: wanted.clone(),
    };
    files::replace(&folder.join(PLAN), &json(&plan)?)?;
    for moved in wanted {
        match relocate(
            &moved.from.to_path(),
            &folder.join(&moved.name),
            &moved.digest,
        ) {
            Ok(()) => result.moved.push(moved),
            Err(why) => result.left.push((moved.from.display(), why.to_string())),
        }
    }
    let event = Event::Quarantined {
        folder: shown(folder),
        items: numbers_of(&result.moved),
    };
    if let Err(error) = case.record(hand, event) {
        for moved in &result.moved {
            let _ = relocate(
                &folder.join(&moved.name),
                &moved.from.to_path(),
                &moved.digest,
            );
        }
        return Err(error);
    }
    Ok(result)
}

/// Whether a folder is a quarantine that still holds something.
pub fn is_there(folder: &Path) -> bool {
    folder.join(PLAN).is_file()
}

fn shown(folder: &Path) -> String {
    fs::canonicalize(folder)
        .unwrap_or_else(|_| folder.to_owned())
        .display()
        .to_string()
}

fn numbers_of(moved: &[Moved]) -> Vec<u32> {
    let numbers: BTreeSet<u32> = moved.iter().flat_map(|m| m.items.iter().copied()).collect();
    numbers.into_iter().collect()
}

/// Moves everything in a quarantine back to where it was. What cannot go back stays, with the reason.
pub fn undo(case: &mut Case, folder: &Path, hand: &Hand) -> Result<Moves, RequestError> {
    case.must_be_open()?;
    let path = folder.join(PLAN);
    let bytes = fs::read(&path).map_err(RequestError::io(path.clone(), "read"))?;
    let plan: Plan = serde_json::from_slice(&bytes).map_err(|_| {
        RequestError::refused(format!(
            "{} is not the plan of a quarantine",
            path.display()
        ))
    })?;
    if plan.case != case.name() {
        return Err(RequestError::refused(format!(
            "{} belongs to case {}, not to {}; nothing was moved",
            folder.display(),
            plan.case,
            case.name()
        )));
    }
    let mut result = Moves::default();
    for moved in plan.files {
        // A name from the plan is ours or nothing.
        if !moved.name.bytes().all(|b| b.is_ascii_digit()) {
            continue;
        }
        let from = folder.join(&moved.name);
        if from.symlink_metadata().is_err() {
            continue;
        }
        let to = moved.from.to_path();
        let back = match to.symlink_metadata() {
            Ok(_) => Err("something else is there now".to_owned()),
            Err(_) => relocate(&from, &to, &moved.digest).map_err(|e| e.to_string()),
        };
        match back {
            Ok(()) => result.moved.push(moved),
            Err(why) => result.left.push((moved.from.display(), why)),
        }
    }
    if result.moved.is_empty() {
        let why = result.left.first().map_or_else(
            || "nothing of it is in there".to_owned(),
            |(path, why)| format!("{path}: {why}"),
        );
        return Err(RequestError::refused(format!(
            "nothing was moved back: {why}"
        )));
    }
    let event = Event::Restored {
        folder: shown(folder),
        items: numbers_of(&result.moved),
    };
    case.record(hand, event)?;
    if result.left.is_empty() {
        let _ = fs::remove_file(&path);
        let _ = fs::remove_dir(folder);
    }
    Ok(result)
}

/// That a file is still the one that was listed.
fn same(path: &Path, digest: &str) -> Result<(), String> {
    let metadata = path
        .symlink_metadata()
        .map_err(|_| "it is not there any more".to_owned())?;
    if !metadata.is_file() {
        return Err("it is no longer a file".to_owned());
    }
    match hash(path) {
        Ok(now) if now == digest => Ok(()),
        Ok(_) => Err("it changed since the worklist was made: write the worklist anew".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn hash(path: &Path) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(fs::File::open(path)?)?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// Moves a file; onto another file system by a copy that is compared before the original goes.
fn relocate(from: &Path, to: &Path, digest: &str) -> io::Result<()> {
    match fs::hard_link(from, to) {
        // Linked first, so that a file that appeared meanwhile at the target is never written over.
        Ok(()) => return fs::remove_file(from),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => return Err(e),
        Err(_) => {}
    }
    let staged: PathBuf = to.with_extension("part");
    let copied = copy_new(from, &staged).and_then(|()| match hash(&staged)? == *digest {
        true => fs::hard_link(&staged, to).or_else(|_| fs::rename(&staged, to)),
        false => Err(io::Error::other("it changed while it was copied")),
    });
    let _ = fs::remove_file(&staged);
    copied?;
    fs::remove_file(from)
}

fn copy_new(from: &Path, to: &Path) -> io::Result<()> {
    let mut source = fs::File::open(from)?;
    let mut target = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(to)?;
    io::copy(&mut source, &mut target)?;
    let metadata = source.metadata()?;
    target.set_permissions(metadata.permissions())?;
    if let Ok(modified) = metadata.modified() {
        target.set_modified(modified)?;
    }
    target.sync_all()
}
