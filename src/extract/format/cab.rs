//! Cabinet archives (.cab): every file inside, of one cabinet. Files that begin in another cabinet of a set are named.

use std::io::{BufReader, Read};

use cab::Cabinet;

use crate::{
    extract::{
        ExtractError, Format, Guard, Look, Member, Source,
        sniff::{NO, SURE},
    },
    model::Part,
};

/// cab.
pub struct Cab;

impl Format for Cab {
    fn name(&self) -> &'static str {
        "cab"
    }

    fn version(&self) -> u32 {
        1
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["cab", "msu"]
    }

    fn about(&self) -> &'static str {
        "cabinet archives: every file inside, as a document of its own"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if look.magic == "cab" { SURE } else { NO }
    }

    fn seeks(&self) -> bool {
        true
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let mut cabinet = Cabinet::new(BufReader::new(source)).map_err(told)?;
        let files: Vec<(String, u32)> = cabinet
            .folder_entries()
            .flat_map(|folder| folder.file_entries())
            .map(|file| (file.name().to_owned(), file.uncompressed_size()))
            .collect();
        // The reader finds files by their names; of two with one name it finds the first.
        let mut seen = std::collections::HashSet::new();
        for (name, size) in &files {
            out.check()?;
            let member =
                Member::new(Part::Member(name.replace('\\', "/").into())).size(u64::from(*size));
            if !seen.insert(name) {
                let twice = ExtractError::corrupt("another file of the same name is before it");
                out.closed_child(member, twice)?;
                continue;
            }
            match cabinet.read_file(name).map_err(told) {
                Ok(mut file) => out.child(member, &mut Told(&mut file))?,
                Err(error) if error.ends_file() => return Err(error),
                Err(error) => out.closed_child(member, error)?,
            }
        }
        Ok(())
    }
}

/// What the reader of cabinets says, in our words.
fn told(error: std::io::Error) -> ExtractError {
    if error.get_ref().is_some_and(|e| e.is::<ExtractError>()) {
        return error.into();
    }
    match error.kind() {
        std::io::ErrorKind::InvalidData => ExtractError::corrupt("its cabinet is damaged"),
        std::io::ErrorKind::InvalidInput | std::io::ErrorKind::Unsupported => {
            ExtractError::unsupported("a way of packing cabinets that is not read")
        }
        _ => error.into(),
    }
}

/// A file of a cabinet whose errors are told in our words.
struct Told<'r>(&'r mut dyn Read);

impl Read for Told<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(into).map_err(|error| match told(error) {
            error @ ExtractError::Corrupt(_) => std::io::Error::other(error),
            error => error.into(),
        })
    }
}
