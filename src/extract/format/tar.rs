//! tar archives, read in one go from start to end. Names are labels; links and devices have nothing to read.

use tar::Archive;

use crate::{
    extract::{
        ExtractError, Format, Guard, Look, Member, Source, decode,
        sniff::{NO, SURE},
    },
    model::Part,
};

/// tar.
pub struct Tar;

impl Format for Tar {
    fn name(&self) -> &'static str {
        "tar"
    }

    fn version(&self) -> u32 {
        1
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["tar", "ova"]
    }

    fn about(&self) -> &'static str {
        "tar: every file inside, as a document of its own"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if look.magic == "tar" { SURE } else { NO }
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let mut archive = Archive::new(source);
        for entry in archive.entries()? {
            let mut entry = entry?;
            out.check()?;
            let kind = entry.header().entry_type();
            if !(kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse()) {
                continue;
            }
            let name = decode::guess(&entry.path_bytes());
            let size = entry.size();
            let member = Member::new(Part::Member(name.into())).size(size);
            out.child(member, &mut entry)?;
        }
        Ok(())
    }
}
