//! What needs work: a document is left alone only if it, the rules, its readers and, where they could matter, the
//! options are what they were.

use std::{collections::HashMap, path::Path};

use crate::{
    detect::Detector,
    extract,
    inventory::{
        InventoryError, Known, KnownDocument,
        gather::INDEX,
        record::{Digest, Fingerprint, Seen, Stamp},
    },
    model::Outcome,
    scan::job::Reading,
};

/// What decides whether a document is read again.
///
/// Two digests: one of the rules alone, kept with documents that were read to the end, and one that has the options in
/// it too, kept with documents in which something could not be read. So a scan with more memory or another password
/// tries those again, and only those.
#[derive(Debug)]
pub struct Fingerprints {
    rules: Fingerprint,
    options: Fingerprint,
    versions: HashMap<&'static str, u32>,
}

impl Fingerprints {
    /// Of these rules and options, and of the readers of this program.
    pub fn new(detector: &Detector, reading: &Reading) -> Fingerprints {
        // What the index keeps of a finding is part of what reading yields.
        let mut rules = blake3::Hasher::new();
        rules.update(&detector.fingerprint());
        rules.update(&INDEX.to_le_bytes());
        let rules: Fingerprint = *rules.finalize().as_bytes();
        let mut digest = blake3::Hasher::new();
        digest.update(&rules);
        digest.update(&reading.memory.to_le_bytes());
        digest.update(&reading.deadline.to_le_bytes());
        for password in &reading.passwords {
            digest.update(&(password.len() as u64).to_le_bytes());
            digest.update(password.as_bytes());
        }
        // Pictures that nobody could read are tried again once there is OCR, and by another OCR.
        if let Some(ocr) = &reading.ocr {
            for word in [&ocr.version, &ocr.languages] {
                digest.update(&(word.len() as u64).to_le_bytes());
                digest.update(word.as_bytes());
            }
        }
        Fingerprints {
            rules,
            options: *digest.finalize().as_bytes(),
            versions: extract::formats()
                .iter()
                .map(|format| (format.name(), format.version()))
                .collect(),
        }
    }

    /// A look into the inventory for one worker.
    pub fn known(&self, inventory: &Path) -> Result<Known, InventoryError> {
        Known::open(inventory)?.with_readers(|format| self.version(format))
    }

    /// What a document is kept with; `whole` says whether everything in it could be read.
    pub fn of(&self, whole: bool) -> Fingerprint {
        if whole { self.rules } else { self.options }
    }

    /// How the document counts if it can be left as it is.
    pub fn unchanged(&self, known: &KnownDocument, stamp: &Stamp) -> Option<Seen> {
        [&self.rules, &self.options]
            .into_iter()
            .find_map(|rules| known.settled(stamp, rules, |format| self.version(format)))
    }

    /// How a content ended that the inventory holds already, read as it would be read now, and whether all of it could
    /// be read.
    pub fn content(
        &self,
        known: &mut Known,
        digest: &Digest,
    ) -> Result<Option<(Outcome, bool)>, InventoryError> {
        for whole in [true, false] {
            let version = |format: &str| self.version(format);
            if let Some(outcome) = known.content(digest, &self.of(whole), version)? {
                return Ok(Some((outcome, whole)));
            }
        }
        Ok(None)
    }

    fn version(&self, format: &str) -> Option<u32> {
        self.versions.get(format).copied()
    }
}
