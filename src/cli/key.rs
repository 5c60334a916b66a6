//! `domesday key`: the key of an inventory made, checked, copied, replaced.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};

use crate::{
    cli::{exit::Exit, options, terminal},
    inventory::{Inventory, Key, KeyError, Writer, key_for},
    report::text,
};

/// Make, check, back up or replace the key of an inventory
///
/// The key lies beside the inventory in a file for its owner alone, or in DOMESDAY_KEY. Hashes of values are made with it:
/// without it nobody can be looked up, and the inventory alone tells no value to whoever steals it. Keep a copy apart.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  domesday key check                          whether the key fits the inventory
  domesday key backup /media/safe/domesday.key
  domesday key rotate --yes                   after somebody may have seen the key")]
pub struct KeyArgs {
    /// What to do
    #[command(subcommand)]
    pub action: KeyAction,

    /// The inventory
    #[arg(
        short,
        long,
        value_name = "FILE",
        default_value = "domesday.db",
        global = true
    )]
    pub inventory: PathBuf,
}

/// What is done with the key.
#[derive(Subcommand, Debug)]
pub enum KeyAction {
    /// Make the key before the first scan; one that is there is never replaced
    Make,
    /// Tell whether the key fits the inventory
    Check,
    /// Write a copy, for its owner alone, to a file that is not there yet
    Backup {
        /// Where to
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Replace the key: look-ups answer again when the next scan has read everything once more
    ///
    /// Values are not stored, so their hashes cannot be made anew without the documents. Hashes and previews made under the
    /// old key are dropped and written over; counts, outcomes and history stay. The old key is kept, with its date, for
    /// old copies of the inventory: destroy it with them.
    Rotate {
        /// Do it
        #[arg(long)]
        yes: bool,
    },
}

/// Runs the command.
pub fn run(args: &KeyArgs) -> anyhow::Result<Exit> {
    let environment = options::key_from_environment();
    let path = Key::path_for(&args.inventory);
    let mut out = terminal::output();
    match &args.action {
        KeyAction::Make => {
            if environment.is_some() {
                bail!(
                    "the key comes from {}: unset it to keep one in a file",
                    options::KEY_VARIABLE
                );
            }
            options::check_folder_of(&args.inventory)?;
            if args.inventory.exists() {
                // Says what is wrong when it is missing: a new one would not fit.
                key_for(&args.inventory, None)?;
                bail!(
                    "{} has its key already: `domesday key rotate` replaces it",
                    args.inventory.display()
                );
            }
            Key::create(&path)?;
            writeln!(
                out,
                "{} is made; keep a copy apart (`domesday key backup`)",
                shown(&path)
            )?;
        }
        KeyAction::Check => {
            let key = key_for(&args.inventory, environment.as_deref())?;
            Inventory::open(&args.inventory)?.check_key(&key)?;
            writeln!(out, "the key fits {}", shown(&args.inventory))?;
        }
        KeyAction::Backup { file } => {
            let key = key_for(&args.inventory, environment.as_deref())?;
            Inventory::open(&args.inventory)?.check_key(&key)?;
            options::check_folder_of(file)?;
            if file.exists() {
                bail!(
                    "{} is there already and was left as it is: name another file",
                    file.display()
                );
            }
            key.write_new(file)?;
            writeln!(
                out,
                "{} is written; keep it apart from the inventory",
                shown(file)
            )?;
        }
        KeyAction::Rotate { yes } => {
            if environment.is_some() {
                bail!(
                    "the key comes from {}: unset it, put the key into {} (mode 600), rotate, and take the new one from there",
                    options::KEY_VARIABLE,
                    path.display()
                );
            }
            let due = rotate(&args.inventory, &path, *yes)?;
            writeln!(
                out,
                "The key is new: {}. Look-ups answer when the next scan has read {} again.",
                shown(&path),
                text::plural(due, "document", "documents")
            )?;
        }
    }
    out.flush()?;
    Ok(Exit::Complete)
}

/// Replaces the key. Whenever it is interrupted, either the old key fits or the next one does, and doing it again goes on.
fn rotate(inventory: &Path, path: &Path, yes: bool) -> anyhow::Result<u64> {
    let mut next = path.as_os_str().to_os_string();
    next.push(".next");
    let next = PathBuf::from(next);
    let reader = Inventory::open(inventory)?;
    let prepared = match Key::read(&next) {
        Ok(key) => Some(key),
        Err(KeyError::Missing(_)) => None,
        Err(error) => return Err(error.into()),
    };
    if let Some(key) = &prepared
        && reader.check_key(key).is_ok()
    {
        // Interrupted between the inventory and the file.
        put_in_place(path, &next)?;
        return Ok(0);
    }
    let old = Key::read(path)?;
    reader.check_key(&old)?;
    drop(reader);
    if !yes {
        bail!(
            "nobody can be looked up until the next scan has read every document again: say --yes if that is what you want"
        );
    }
    let new = match prepared {
        Some(key) => key,
        None => Key::create(&next)?,
    };
    let (user, host) = (options::user(), options::host());
    let holder = format!(
        "process {} of {user} on {host}, which replaces the key",
        std::process::id()
    );
    let due = Writer::open(inventory, &old, &holder)?.rekey(&new, &user, &host)?;
    put_in_place(path, &next)?;
    Ok(due)
}

/// The old key gets a name with the time, the new one its place.
fn put_in_place(path: &Path, next: &Path) -> anyhow::Result<()> {
    if path.exists() {
        let mut retired = path.as_os_str().to_os_string();
        retired.push(format!(
            ".retired-{}",
            jiff::ZonedDateTime::now().strftime("%Y%m%dT%H%M%S")
        ));
        fs::rename(path, &retired)
            .with_context(|| format!("{} cannot be renamed", path.display()))?;
    }
    fs::rename(next, path).with_context(|| {
        format!(
            "{} cannot be put into place: rename it to {}",
            next.display(),
            path.display()
        )
    })
}

fn shown(path: &Path) -> String {
    text::terminal(&path.to_string_lossy()).into_owned()
}
