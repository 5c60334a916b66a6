//! What reading will need, learnt from the footer and the heads of pages before the library sees them: a few bytes can
//! claim a page of gigabytes, millions of empty values, or groups without end inside one another.

use std::io;

use parquet::file::metadata::ColumnChunkMetaData;

use crate::extract::{ExtractError, Guard, source::Owned};

use super::thrift::{Compact, I32, LIST, STRUCT};

/// The end of the file: length of the footer and the mark.
const TAIL: u64 = 8;

/// Groups of the schema inside one another, at most.
const DEEPEST: usize = 64;

/// Bytes that the head of a page usually fits in, and those it may have.
const HEADS: [usize; 2] = [2 << 10, 1 << 20];

/// Memory for each value of a page while it is read: levels, the value and its text's allocation.
const VALUE: u64 = 48;

/// What is known of the footer.
pub struct Footer {
    /// Its size in bytes.
    pub size: u64,
}

/// Reads exactly as much as asked for.
pub fn fill(bytes: &Owned, mut at: u64, mut into: &mut [u8]) -> io::Result<()> {
    while !into.is_empty() {
        match bytes.read_from(at, into)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n => {
                at += n as u64;
                into = &mut into[n..];
            }
        }
    }
    Ok(())
}

/// Looks at the footer.
///
/// # Errors
/// When there is none, when it is locked, or when its schema nests too deep.
pub fn footer(bytes: &Owned) -> Result<Footer, ExtractError> {
    let end = bytes.size().checked_sub(TAIL).ok_or_else(cut)?;
    let mut tail = [0; TAIL as usize];
    fill(bytes, end, &mut tail)?;
    match &tail[4..] {
        b"PAR1" => {}
        b"PARE" => return Err(ExtractError::Encrypted("key needed".into())),
        _ => return Err(cut()),
    }
    let size = u64::from(u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]));
    let start = end.checked_sub(size).ok_or_else(cut)?;
    let mut footer = Vec::new();
    footer
        .try_reserve_exact(size as usize)
        .map_err(|_| ExtractError::TooLarge("the system has not enough memory".into()))?;
    footer.resize(size as usize, 0);
    fill(bytes, start, &mut footer)?;
    look(&footer)
        .ok_or_else(|| ExtractError::corrupt("its Parquet footer contradicts itself"))??;
    Ok(Footer { size })
}

fn cut() -> ExtractError {
    ExtractError::corrupt("its Parquet footer is missing: it may be cut")
}

/// Fields of the footer that are looked at.
const SCHEMA: i64 = 2;
const ENCRYPTION: i64 = 8;
/// Of an element of the schema.
const CHILDREN: i64 = 5;

fn look(footer: &[u8]) -> Option<Result<(), ExtractError>> {
    let mut compact = Compact::new(footer);
    let mut last = 0;
    loop {
        match compact.field(&mut last)? {
            (_, 0) => return Some(Ok(())),
            (SCHEMA, LIST) => {
                let (count, kind) = compact.list()?;
                let mut open: Vec<i64> = Vec::new();
                for _ in 0..count {
                    let children = if kind == STRUCT {
                        children(&mut compact)?
                    } else {
                        return None;
                    };
                    while open.last() == Some(&0) {
                        open.pop();
                    }
                    if let Some(left) = open.last_mut() {
                        *left -= 1;
                    }
                    if children > 0 {
                        open.push(children);
                    }
                    if open.len() > DEEPEST {
                        let reason = format!("its columns nest deeper than {DEEPEST}");
                        return Some(Err(ExtractError::Unsupported(reason.into())));
                    }
                }
            }
            (ENCRYPTION, _) => return Some(Err(ExtractError::Encrypted("key needed".into()))),
            (_, kind) => compact.skip(kind)?,
        }
    }
}

fn children(compact: &mut Compact<'_>) -> Option<i64> {
    let mut children = 0;
    let mut last = 0;
    loop {
        match compact.field(&mut last)? {
            (_, 0) => return Some(children),
            (CHILDREN, I32) => children = compact.number()?,
            (_, kind) => compact.skip(kind)?,
        }
    }
}

/// What the head of a page says.
#[derive(Debug, Default, PartialEq)]
struct Page {
    /// Bytes of the head itself.
    head: u64,
    /// Bytes after decompression.
    size: u64,
    /// Bytes in the file, without the head.
    stored: u64,
    /// Values, the missing ones too.
    values: u64,
    dictionary: bool,
}

fn page(head: &[u8]) -> Option<Page> {
    /// Fields of a page's head: sizes, and what it says of each kind of page.
    const SIZE: i64 = 2;
    const STORED: i64 = 3;
    const DATA: i64 = 5;
    const DICTIONARY: i64 = 7;
    const DATA_2: i64 = 8;
    let mut compact = Compact::new(head);
    let mut page = Page::default();
    let mut last = 0;
    loop {
        match compact.field(&mut last)? {
            (_, 0) => break,
            (SIZE, I32) => page.size = u64::try_from(compact.number()?).ok()?,
            (STORED, I32) => page.stored = u64::try_from(compact.number()?).ok()?,
            (field @ (DATA | DICTIONARY | DATA_2), STRUCT) => {
                page.dictionary = field == DICTIONARY;
                let mut inner = 0;
                loop {
                    match compact.field(&mut inner)? {
                        (_, 0) => break,
                        (1, I32) => page.values = u64::try_from(compact.number()?).ok()?,
                        (_, kind) => compact.skip(kind)?,
                    }
                }
            }
            (_, kind) => compact.skip(kind)?,
        }
    }
    page.head = compact.at as u64;
    Some(page)
}

/// What reading a column of a row group may need in memory: its dictionary, its largest page twice, and what stands
/// for the values of a page when a row may have many.
///
/// # Errors
/// When the heads of its pages contradict the file.
pub fn largest(
    bytes: &Owned,
    column: &ColumnChunkMetaData,
    out: &Guard<'_>,
) -> Result<u64, ExtractError> {
    let broken = || ExtractError::corrupt("a column of it is damaged");
    let first = column
        .dictionary_page_offset()
        .map_or(column.data_page_offset(), |d| {
            d.min(column.data_page_offset())
        });
    let mut at = u64::try_from(first).map_err(|_| broken())?;
    let length = u64::try_from(column.compressed_size()).map_err(|_| broken())?;
    let end = at
        .checked_add(length)
        .filter(|&end| end <= bytes.size())
        .ok_or_else(broken)?;
    let repeats = column.column_descr().max_rep_level() > 0;
    let (mut dictionary, mut data) = (0, 0);
    let mut buffer = Vec::new();
    while at < end {
        out.check()?;
        let mut found = None;
        for size in HEADS {
            buffer.resize((end - at).min(size as u64) as usize, 0);
            fill(bytes, at, &mut buffer)?;
            found = page(&buffer);
            if found.is_some() {
                break;
            }
        }
        let page = found.ok_or_else(broken)?;
        let values = if repeats || page.dictionary {
            page.values.saturating_mul(VALUE)
        } else {
            0
        };
        let need = page.size.saturating_add(page.stored).saturating_add(values);
        let most = if page.dictionary {
            &mut dictionary
        } else {
            &mut data
        };
        *most = need.max(*most);
        at = at.saturating_add(page.head).saturating_add(page.stored);
    }
    Ok(dictionary.saturating_add(data.saturating_mul(2)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_a_page_says_what_it_needs() {
        // Kind 0, 1000 bytes that are 300 in the file, a data page of 42 values and more that is passed over.
        let head = [
            0x15, 0x00, 0x15, 0xd0, 0x0f, 0x15, 0xd8, 0x04, 0x2c, 0x15, 0x54, 0x15, 0x00, 0x00,
            0x00, 0xff,
        ];
        let page = page(&head).expect("a page");
        assert_eq!(
            page,
            Page {
                head: 15,
                size: 1000,
                stored: 300,
                values: 42,
                dictionary: false
            }
        );
    }

    #[test]
    fn a_schema_without_bottom_is_refused() {
        // A list of a hundred groups of one child each.
        let mut footer = vec![0x15, 2, 0x19, 0xfc, 100];
        for _ in 0..100 {
            footer.extend([0x55, 2, 0]);
        }
        footer.push(0);
        let refused = look(&footer).expect("read");
        assert!(
            matches!(refused, Err(ExtractError::Unsupported(_))),
            "{refused:?}"
        );
    }
}
