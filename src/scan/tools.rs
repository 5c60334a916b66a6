//! What reads and what detects, made once from the options of a scan or a look.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    detect::{Detector, Facts, Modulus, RuleSet},
    extract::{Options, Reader},
    inventory::{Journal, Key, RuleInfo, record::RawPath},
    model::Sensitive,
    scan::{
        ScanError,
        job::{Reading, RuleChoice},
    },
};

/// The least memory a scan works in, in bytes.
pub const LEAST_MEMORY: u64 = 256 << 20;

/// What the program itself takes of the memory: rules, database, and for each worker its buffers.
const HOUSE: u64 = 96 << 20;
const DESK: u64 = 24 << 20;

/// Findings of one document that are held before they go ahead of it, as a share of the memory: the more of them come
/// at once, the fewer pages of the inventory each batch touches. Each worker may hold one lot, and the way to the writer
/// as many again, and two.
const EARLY_SHARE: u64 = 128;

/// The most memory that is kept from documents, as a share of all.
const HOUSE_SHARE: u64 = 2;

/// Reader and detector.
pub struct Tools {
    /// Reads documents.
    pub reader: Reader,
    /// Finds what is in them.
    pub detector: Detector,
    /// Folder for anonymous temporary files.
    pub temporary: PathBuf,
}

impl Tools {
    /// Compiles the rules and makes the reader.
    pub fn new(reading: &Reading, threads: usize) -> Result<Tools, ScanError> {
        let defaults = Options::default();
        let temporary = reading
            .temporary
            .as_ref()
            .map_or(defaults.spool, RawPath::to_path);
        let detector = detector(&reading.rules)?;
        let reader = Reader::new(Options {
            limits: reading.limits(for_documents(reading.memory, threads)),
            spool: temporary.clone(),
            passwords: reading
                .passwords
                .iter()
                .map(|password| Sensitive::new(password.as_str()))
                .collect(),
            ocr: reading.ocr.as_ref().map(|ocr| Arc::new(ocr.made(threads))),
        });
        Ok(Tools {
            reader,
            detector,
            temporary,
        })
    }
}

/// The rules that were chosen, with the banks' weight table where there is one.
pub fn detector(choice: &RuleChoice) -> Result<Detector, ScanError> {
    let rule = crate::detect::DetectError::from;
    let mut rules = RuleSet::builtin().map_err(rule)?;
    let dir = choice.dir.as_ref().map(RawPath::to_path);
    if let Some(dir) = &dir {
        rules = rules.with_dir(dir).map_err(rule)?;
    }
    rules = rules.without(&choice.off).map_err(rule)?;
    let mut facts = Facts::now();
    let table = choice.modulus_table.as_ref().map(RawPath::to_path);
    if let Some(folder) = table.as_ref().or(dir.as_ref()) {
        match Modulus::in_folder(folder).map_err(rule)? {
            Some(found) => facts = facts.with_modulus(found),
            None if table.is_some() => return Err(ScanError::NoTable(folder.clone())),
            None => {}
        }
    }
    Ok(Detector::new(rules, facts)?)
}

/// Rough bytes of findings that a worker holds before they go ahead of their document.
pub fn early(memory: u64) -> usize {
    (memory / EARLY_SHARE).clamp(1 << 20, 32 << 20) as usize
}

/// What is left of the memory for documents in flight.
pub fn for_documents(memory: u64, threads: usize) -> u64 {
    let threads = threads as u64;
    let house = HOUSE + DESK * threads + early(memory) as u64 * (2 * threads + 2);
    memory - house.min(memory / HOUSE_SHARE)
}

/// What the inventory must know of each rule, by its index.
pub fn rules_of(detector: &Detector) -> Arc<[RuleInfo]> {
    detector
        .rules()
        .iter()
        .map(|rule| RuleInfo {
            id: rule.id.clone(),
            kind: rule.id.clone(),
            names: rule.by.as_deref() == Some("names"),
        })
        .collect()
}

/// The files of an inventory, which no scan looks at: absolute, links resolved as far as they exist.
pub fn own_files(inventory: &Path) -> Vec<PathBuf> {
    let inventory = absolute(inventory);
    let beside = |suffix: &str| {
        let mut name = inventory.as_os_str().to_os_string();
        name.push(suffix);
        PathBuf::from(name)
    };
    let mut files: Vec<PathBuf> = ["", "-wal", "-shm", "-journal", ".lock"]
        .iter()
        .map(|suffix| beside(suffix))
        .collect();
    files.push(Journal::path_for(&inventory));
    files.push(Key::path_for(&inventory));
    files
}

fn absolute(path: &Path) -> PathBuf {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    match (std::fs::canonicalize(folder), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_path_buf(),
    }
}
