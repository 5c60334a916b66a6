//! Options that several commands share, and the words they are written in.

use std::{env, fs, path::Path, path::PathBuf, thread};

use anyhow::{Context, bail};
use clap::Args;

use crate::{
    config::value::size,
    inventory::record::RawPath,
    scan::{Reading, RuleChoice, tools::LEAST_MEMORY},
};

/// How documents are read.
#[derive(Args, Debug, Clone)]
#[command(next_help_heading = "How documents are read")]
pub struct ReadingArgs {
    /// Memory for everything, rules and buffers included (least 256MiB)
    ///
    /// A document that needs more than its share waits; one that needs more than there is ends as `too large`, with the
    /// figure that would be enough.
    #[arg(long, value_name = "SIZE", default_value = "1GiB", value_parser = memory)]
    pub memory: u64,

    /// Seconds that one document may take, before what its size adds (1 s for each MiB)
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    pub deadline: u64,

    /// Passwords to try on locked documents: a file with one a line
    #[arg(long, value_name = "FILE")]
    pub passwords: Option<PathBuf>,

    /// Read the text in pictures and scanned pages, with the program tesseract (install tesseract-ocr)
    ///
    /// A page takes a second or more and up to 60 s, a file at most an hour; each page being read takes up to 1 GiB beside
    /// --memory. What was read so is marked `by OCR`, and trusted less unless a check digit confirms it. Switched on for
    /// the first time, it reads again what ended as `needs OCR`.
    #[arg(long)]
    pub ocr: bool,

    /// Languages of the text in pictures, as tesseract names them: `eng+cym`
    #[arg(long, value_name = "NAMES", default_value = "eng", value_parser = super::ocr::languages)]
    pub ocr_languages: String,

    /// Your own rules: a folder of TOML files laid over the built-in ones, with word lists in its `terms`
    #[arg(long, value_name = "DIR")]
    pub rules: Option<PathBuf>,

    /// A rule not to use, by its id; may be given more than once
    #[arg(long, value_name = "ID")]
    pub rules_off: Vec<String>,

    /// Folder with the UK banks' weight table, valacdos.txt [default: that of --rules]
    #[arg(long, value_name = "DIR")]
    pub modulus_table: Option<PathBuf>,

    /// Folder for temporary copies of archive members (they have no name and vanish by themselves)
    #[arg(long, value_name = "DIR")]
    pub temporary: Option<PathBuf>,

    /// Documents read at the same time [default: one a processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
}

impl ReadingArgs {
    /// As the scan takes it.
    pub fn reading(&self) -> anyhow::Result<Reading> {
        let passwords = match &self.passwords {
            None => Vec::new(),
            Some(file) => passwords(file)?,
        };
        Ok(Reading {
            rules: RuleChoice {
                dir: self.rules.as_ref().map(RawPath::new),
                off: self.rules_off.clone(),
                modulus_table: self.modulus_table.as_ref().map(RawPath::new),
            },
            passwords,
            memory: self.memory,
            deadline: self.deadline,
            temporary: self.temporary.as_ref().map(RawPath::new),
            ocr: match self.ocr {
                true => super::ocr::reading(&self.ocr_languages)?,
                false => None,
            },
        })
    }

    /// How many workers.
    pub fn threads(&self) -> usize {
        match self.threads {
            Some(threads) => usize::from(threads),
            None => thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

/// The passwords of a file, one a line. What is wrong with it is said without a word of it.
fn passwords(file: &Path) -> anyhow::Result<Vec<String>> {
    let bytes = fs::read(file).map_err(|error| {
        let why = error.kind();
        anyhow::anyhow!(
            "the password file {} cannot be read ({why})",
            file.display()
        )
    })?;
    let Ok(text) = String::from_utf8(bytes) else {
        bail!(
            "the password file {} is not text in UTF-8: save it as such, one password a line",
            file.display()
        );
    };
    Ok(text
        .trim_start_matches('\u{feff}')
        .lines()
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect())
}

fn memory(text: &str) -> Result<u64, String> {
    let bytes = size(text)?;
    if bytes < LEAST_MEMORY {
        return Err(format!("the least is {} MiB", LEAST_MEMORY >> 20));
    }
    Ok(bytes)
}

/// The key of the blind index given in the environment, where a key file is not wanted.
pub const KEY_VARIABLE: &str = "DOMESDAY_KEY";

/// That key's text.
pub fn key_from_environment() -> Option<Vec<u8>> {
    let text = env::var_os(KEY_VARIABLE)?;
    Some(text.into_encoded_bytes())
}

/// The machine's name, for the record.
pub fn host() -> String {
    #[cfg(unix)]
    {
        rustix::system::uname()
            .nodename()
            .to_string_lossy()
            .into_owned()
    }
    #[cfg(not(unix))]
    {
        env::var("COMPUTERNAME").unwrap_or_else(|_| "this machine".to_owned())
    }
}

/// The account's name, for the record.
pub fn user() -> String {
    #[cfg(unix)]
    {
        uzers::get_current_username().map_or_else(
            || uzers::get_current_uid().to_string(),
            |name| name.to_string_lossy().into_owned(),
        )
    }
    #[cfg(not(unix))]
    {
        env::var("USERNAME").unwrap_or_default()
    }
}

/// The values of an option that may hold personal data: as written, or, so that they stand in no process list and no
/// shell history, `@FILE` for one a line, or `-` for the standard input.
pub fn private_values(given: &[String]) -> anyhow::Result<Vec<String>> {
    let mut values = Vec::new();
    for value in given {
        let text = if value == "-" {
            std::io::read_to_string(std::io::stdin())
                .context("the standard input cannot be read")?
        } else if let Some(file) = value.strip_prefix('@') {
            fs::read_to_string(file).with_context(|| format!("{file} cannot be read"))?
        } else {
            values.push(value.clone());
            continue;
        };
        values.extend(
            text.lines()
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .map(str::to_owned),
        );
    }
    Ok(values)
}

/// That a folder to write in exists, before anything is done.
pub fn check_folder_of(file: &Path) -> anyhow::Result<()> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => return Ok(()),
    };
    if !folder.is_dir() {
        bail!(
            "the folder {} does not exist: make it, or name another file",
            folder.display()
        );
    }
    Ok(())
}
