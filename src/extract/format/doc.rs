//! Word documents of before 2007: the piece table of Word 97 to 2003, and the plain text of Word 2, 6 and 95.
//!
//! Body with tables, footnotes, endnotes, headers, comments, text boxes, tracked insertions and deletions (a changed
//! paragraph is written again as it was before), form fields as labels; results of fields and where links lead; properties;
//! embedded objects are members. Source: [MS-DOC]. Older versions, and those of the Macintosh before Word 6, are
//! told by their signature and not read.

mod marks;
mod pieces;
mod text;

use crate::{
    extract::{
        Format, Guard, Source,
        binary_lock::Key,
        blips,
        compound::Compound,
        error::ExtractError,
        ole::{self, u16_at},
        sniff::{Look, NO, SURE},
        story::Story,
    },
    model::Anchor,
};

use pieces::Pieces;
use text::Writer;

/// Word documents of before 2007.
pub struct Doc;

/// Flags of the header: the document is locked, and by what.
const LOCKED: u16 = 0x0100;
const MASKED: u16 = 0x8000;

/// Bytes at the start of the main stream that are not locked.
const HEADER: usize = 68;

/// Decrypts the streams of a locked document in place. The header of the lock begins the table stream. Source: [MS-DOC]
/// 2.2.6.
fn unlock(
    main: &mut [u8],
    table: &mut [u8],
    data: &mut [u8],
    out: &Guard<'_>,
) -> Result<(), ExtractError> {
    const BLOCK: usize = 512;
    let key = Key::find(table, out)?;
    let start: Vec<u8> = main.iter().take(HEADER).copied().collect();
    key.decrypt(main, BLOCK);
    main[..start.len()].copy_from_slice(&start);
    key.decrypt(table, BLOCK);
    key.decrypt(data, BLOCK);
    Ok(())
}

/// What a document of Word 2 begins with.
const WORD_2: &[u8] = b"\xdb\xa5";

/// A document of Word 2, which is no compound file.
fn of_2(bytes: &[u8], out: &mut Guard<'_>) -> Result<(), ExtractError> {
    let flags = u16_at(bytes, 0x0a).unwrap_or(0);
    if flags & LOCKED != 0 {
        return Err(ExtractError::Encrypted(
            "by the lock of Word 2, which is not read".into(),
        ));
    }
    let mut story = Story::new(out);
    write(Pieces::of_95(bytes), bytes, &[], &mut story)?;
    story.finish()
}

/// Writes the parts of the text; where the pieces are lost, what looks like text.
fn write(
    pieces: Option<Pieces<'_>>,
    main: &[u8],
    data: &[u8],
    story: &mut Story<'_, '_>,
) -> Result<(), ExtractError> {
    let (pieces, whole) = match pieces {
        Some(pieces) => (pieces, true),
        None => (Pieces::guess(main), false),
    };
    for part in pieces.parts() {
        story.region(part.region.map(|r| Anchor::Region(r.into())));
        let mut writer = Writer::new(data);
        for run in pieces.runs(part.start, part.end) {
            writer.run(&run, story)?;
        }
        writer.finish(story)?;
        story.end_part()?;
    }
    if !whole {
        story
            .out
            .problem("its piece table is damaged: text was read where it lies");
    }
    Ok(())
}

impl Format for Doc {
    fn name(&self) -> &'static str {
        "doc"
    }

    fn version(&self) -> u32 {
        4
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["doc", "dot"]
    }

    fn about(&self) -> &'static str {
        "Word 2 to 2003: body, tables, notes, headers, comments, text boxes, tracked changes, form fields, properties, embedded objects; locked ones with --passwords"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        // Around a locked package Word puts a stream of this name that says so, for versions that cannot read it.
        let compound = look.magic == "cfb" && look.has("WordDocument");
        if (compound && !look.has("EncryptedPackage")) || look.magic == "doc2" {
            SURE
        } else {
            NO
        }
    }

    fn seeks(&self) -> bool {
        true
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let whole = source.whole(out, 4)?;
        if whole.starts_with(WORD_2) {
            return of_2(&whole, out);
        }
        let file = Compound::of(&whole)?;
        let mut main = file
            .stream("/WordDocument")
            .ok_or_else(|| ExtractError::corrupt("its document stream cannot be read"))?;
        let flags =
            u16_at(&main, 0x0a).ok_or_else(|| ExtractError::corrupt("its header is missing"))?;
        let version = u16_at(&main, 2).unwrap_or(0);
        let name = if flags & 0x0200 != 0 {
            "/1Table"
        } else {
            "/0Table"
        };
        let other = if flags & 0x0200 != 0 {
            "/0Table"
        } else {
            "/1Table"
        };
        let mut table = file.stream(name).or_else(|| file.stream(other));
        let mut data = file.stream("/Data").unwrap_or_default();
        if flags & LOCKED != 0 {
            if flags & MASKED != 0 || version < 0xc1 {
                return Err(ExtractError::Encrypted(
                    "by the exclusive-or of old Word, which is not read".into(),
                ));
            }
            unlock(
                &mut main,
                table.as_deref_mut().unwrap_or(&mut []),
                &mut data,
                out,
            )?;
        }
        {
            let mut story = Story::new(out);
            let pieces = if version >= 0xc1 {
                Pieces::of_97(&main, table.as_deref().unwrap_or(&[]))
            } else {
                Pieces::of_95(&main)
            };
            write(pieces, &main, &data, &mut story)?;
            ole::tell_properties(&file, &mut story)?;
            story.finish()?;
        }
        let mut pictures = 0;
        for stream in [&data, &main] {
            blips::children(stream, &mut pictures, out)?;
        }
        ole::storages(
            &file,
            |path| {
                path.strip_prefix("/ObjectPool/")
                    .is_some_and(|r| !r.contains('/'))
            },
            out,
        )
    }
}
