//! One stream behind a compressor: gzip, bzip2, xz, zstd. What comes out is a document of its own.

use std::io::Read;

use crate::{
    extract::{
        ExtractError, Format, Guard, Look, Member, Source,
        sniff::{NO, SURE},
    },
    model::Part,
};

/// Memory that a decoder may take for its window.
const WINDOW: u32 = 128 << 20;

/// A compressor and its extensions.
pub struct Compressed {
    name: &'static str,
    extensions: &'static [&'static str],
    about: &'static str,
    decoder: Decoder,
}

/// Makes a decoder over the compressed bytes.
type Decoder = for<'r> fn(&'r mut dyn Read) -> Result<Box<dyn Read + 'r>, ExtractError>;

/// gzip.
pub static GZIP: Compressed = Compressed {
    name: "gz",
    extensions: &["gz", "tgz", "svgz", "emz", "wmz"],
    about: "gzip: what is inside, as a document of its own",
    decoder: |r| Ok(Box::new(flate2::read::MultiGzDecoder::new(r))),
};

/// bzip2.
pub static BZIP2: Compressed = Compressed {
    name: "bz2",
    extensions: &["bz2", "tbz", "tbz2"],
    about: "bzip2: what is inside, as a document of its own",
    decoder: |r| Ok(Box::new(bzip2::read::MultiBzDecoder::new(r))),
};

/// xz.
pub static XZ: Compressed = Compressed {
    name: "xz",
    extensions: &["xz", "txz"],
    about: "xz: what is inside, as a document of its own",
    decoder: |r| {
        Ok(Box::new(lzma_rust2::XzReader::new_mem_limit(
            r,
            true,
            WINDOW >> 10,
        )))
    },
};

/// zstd.
pub static ZSTD: Compressed = Compressed {
    name: "zst",
    extensions: &["zst", "tzst"],
    about: "zstd: what is inside, as a document of its own",
    decoder: |r| {
        let mut decoder = zstd::stream::read::Decoder::new(r)?;
        decoder.window_log_max(WINDOW.ilog2())?;
        Ok(Box::new(decoder))
    },
};

impl Format for Compressed {
    fn name(&self) -> &'static str {
        self.name
    }

    fn version(&self) -> u32 {
        1
    }

    fn extensions(&self) -> &'static [&'static str] {
        self.extensions
    }

    fn about(&self) -> &'static str {
        self.about
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if look.magic == self.name { SURE } else { NO }
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let name = self.inner_name(out.name());
        let mut decoder = (self.decoder)(source)?;
        let member = Member::new(Part::Decoded(self.name.into())).name(name);
        out.child(member, &mut *decoder)
    }
}

impl Compressed {
    /// The name without what the compressor added: `pay.csv.gz` → `pay.csv`, `backup.tgz` → `backup.tar`.
    fn inner_name(&self, name: &str) -> String {
        let Some((stem, extension)) = name.rsplit_once('.') else {
            return name.to_owned();
        };
        let extension = extension.to_ascii_lowercase();
        match extension.as_str() {
            "svgz" => format!("{stem}.svg"),
            "emz" => format!("{stem}.emf"),
            "wmz" => format!("{stem}.wmf"),
            e if e == self.name => stem.to_owned(),
            e if e.starts_with('t') && self.extensions.contains(&e) => format!("{stem}.tar"),
            e if self.extensions.contains(&e) => stem.to_owned(),
            _ => name.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_inside_is_the_name_without_the_compressor() {
        assert_eq!(GZIP.inner_name("pay.csv.gz"), "pay.csv");
        assert_eq!(GZIP.inner_name("backup.TGZ"), "backup.tar");
        assert_eq!(GZIP.inner_name("nothing"), "nothing");
        assert_eq!(BZIP2.inner_name("a.tbz2"), "a.tar");
    }
}
