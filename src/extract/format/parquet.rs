//! Apache Parquet: rows of all columns under their names, nested ones under dotted names, and documents in cells.
//!
//! The library `parquet` decodes the pages; rows are put together here, column beside column, because a cell that
//! holds a list is read as one cell and needs no tree. One row group after another is read, a few hundred rows at a
//! time; what a page may need in memory is asked of the budget before the library sees it ([`pages`]).

mod cell;
mod column;
mod pages;
mod schema;
mod thrift;

use std::{
    io::{self, BufReader, Read},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use parquet::{
    basic::Compression,
    errors::ParquetError,
    file::reader::{ChunkReader, FileReader, Length, SerializedFileReader},
};

use crate::{
    extract::{
        ExtractError, Format, Guard, Look, Member, Source,
        compose::{Composer, Rows},
        sniff::{NO, SURE},
        source::Owned,
    },
    model::{Anchor, Part},
};

use column::Column;

/// Parquet.
pub struct Parquet;

impl Format for Parquet {
    fn name(&self) -> &'static str {
        "parquet"
    }

    fn version(&self) -> u32 {
        1
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["parquet", "parq", "pq"]
    }

    fn about(&self) -> &'static str {
        "Parquet tables: rows under their columns' names, nested ones too; documents in cells"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if look.magic == "parquet" { SURE } else { NO }
    }

    fn seeks(&self) -> bool {
        true
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let stem = out.name().rsplit(['/', '\\']).next().unwrap_or("");
        let name = stem.split('.').next().unwrap_or("").to_owned();
        let chunks = Chunks(Arc::new(source.owned_reader(out)?));
        let footer = pages::footer(&chunks.0)?;
        // What the library makes of a footer is some thirty times its size at most.
        let _footer = out.permit(footer.size.saturating_mul(30))?;
        let reader = SerializedFileReader::new(chunks.clone()).map_err(reason)?;
        let file = reader.metadata().file_metadata();
        let schema = file.schema_descr();
        let headings = schema::headings(schema.root_schema());
        if headings.len() != schema.num_columns() {
            return Err(ExtractError::corrupt("its schema contradicts itself"));
        }
        notes(file.key_value_metadata().map_or(&[], Vec::as_slice), out)?;
        let mut rows = Rows::new(&name);
        rows.headings(headings.iter().map(|h| h.as_str().into()).collect(), out)?;
        let mut number = 0_u64;
        for group in 0..reader.num_row_groups() {
            let rows_of_it = reader.metadata().row_group(group).num_rows();
            let ends = u64::try_from(rows_of_it).map_or(number, |n| number.saturating_add(n));
            match row_group(&reader, group, number, &headings, &chunks.0, &mut rows, out) {
                Err(ExtractError::Corrupt(_)) => out.problem("a part of its rows is damaged"),
                other => other?,
            }
            number = ends;
        }
        rows.finish(out)
    }
}

/// What its writer noted about the file, but for what programs note for themselves.
fn notes(
    notes: &[parquet::file::metadata::KeyValue],
    out: &mut Guard<'_>,
) -> Result<(), ExtractError> {
    let mut composer = Composer::new();
    for note in notes {
        let own = note.key.starts_with("ARROW:")
            || note.key.starts_with("org.apache.")
            || ["pandas", "huggingface", "geo"].contains(&note.key.as_str());
        if let (Some(value), false) = (&note.value, own) {
            composer.mark(Anchor::Meta(note.key.as_str().into()));
            composer.labelled(&note.key, value);
            composer.line();
        }
    }
    composer.finish(out)
}

/// Rows read of every column before the next: text of so many is held.
const BATCH: usize = 256;

fn row_group(
    reader: &SerializedFileReader<Chunks>,
    index: usize,
    before: u64,
    headings: &[String],
    bytes: &Owned,
    rows: &mut Rows,
    out: &mut Guard<'_>,
) -> Result<(), ExtractError> {
    let group = reader.get_row_group(index).map_err(reason)?;
    let mut need = 0_u64;
    let mut columns = Vec::new();
    for at in 0..group.num_columns() {
        let metadata = group.metadata().column(at);
        let column = match unread(metadata.compression()) {
            Some(codec) => {
                out.problem(format!(
                    "columns compressed with {codec}, which is not read"
                ));
                None
            }
            None => match pages::largest(bytes, metadata, out) {
                Err(error @ ExtractError::Corrupt(_)) => {
                    out.problem(error.to_string());
                    None
                }
                other => {
                    need = need.saturating_add(other?);
                    let descriptor = metadata.column_descr_ptr();
                    let found = group.get_column_reader(at).ok();
                    found.map(|reader| Column::new(reader, &descriptor))
                }
            },
        };
        columns.push(column);
    }
    let _pages = out.permit(need)?;
    let mut left = u64::try_from(group.metadata().num_rows()).unwrap_or(0);
    let mut number = before;
    while left > 0 {
        out.check()?;
        let batch = left.min(BATCH as u64) as usize;
        let mut most = 0;
        for column in columns.iter_mut().flatten() {
            // The library asserts what damaged pages do not keep: that costs the column and not its neighbours.
            match catch_unwind(AssertUnwindSafe(|| column.read(batch))) {
                Ok(Ok(read)) => most = most.max(read),
                _ => {
                    out.problem("a column of it is damaged");
                    most = most.max(column.cells.len());
                    column.damaged = true;
                }
            }
        }
        if most == 0 {
            break;
        }
        for at in 0..most {
            number += 1;
            write(&columns, at, number, rows, out)?;
        }
        documents(&columns, number - most as u64, headings, out)?;
        for slot in &mut columns {
            if slot.as_ref().is_some_and(|c| c.damaged) {
                *slot = None;
            }
        }
        left = left.saturating_sub(most as u64);
    }
    if left > 0 && !columns.is_empty() {
        out.problem("it has fewer rows than it says");
    }
    Ok(())
}

/// A row; one of nothing but empty cells is counted alone.
fn write(
    columns: &[Option<Column>],
    at: usize,
    number: u64,
    rows: &mut Rows,
    out: &mut Guard<'_>,
) -> Result<(), ExtractError> {
    let mut begun = false;
    for (index, column) in columns.iter().enumerate() {
        let text = column.as_ref().and_then(|c| c.cells.get(at));
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            continue;
        };
        if !begun {
            rows.row(number, out)?;
            begun = true;
        }
        rows.cell_at(index, text);
    }
    Ok(())
}

/// Documents that lie in cells of the rows just read.
fn documents(
    columns: &[Option<Column>],
    before: u64,
    headings: &[String],
    out: &mut Guard<'_>,
) -> Result<(), ExtractError> {
    for (column, heading) in columns.iter().zip(headings) {
        for (row, document) in column.iter().flat_map(|c| &c.documents) {
            let step = format!("{heading} row {}", before + *row as u64 + 1);
            let member = Member::new(Part::Attachment(step.into())).size(document.len() as u64);
            out.child_bytes(member, document.data())?;
        }
    }
    Ok(())
}

/// The name of a method that is not read.
fn unread(compression: Compression) -> Option<&'static str> {
    match compression {
        Compression::UNCOMPRESSED
        | Compression::SNAPPY
        | Compression::GZIP(_)
        | Compression::ZSTD(_)
        | Compression::LZ4
        | Compression::LZ4_RAW => None,
        Compression::BROTLI(_) => Some("Brotli"),
        _ => Some("an old method (LZO)"),
    }
}

/// Messages of the library may quote the document: they are not passed on.
fn reason(error: ParquetError) -> ExtractError {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => ExtractError::from(*error),
            Err(_) => ExtractError::corrupt("not sound Parquet data"),
        },
        _ => ExtractError::corrupt("not sound Parquet data"),
    }
}

/// The bytes of the file, as the library asks for them.
#[derive(Clone)]
struct Chunks(Arc<Owned>);

/// A reader from a place on.
struct Onward {
    bytes: Arc<Owned>,
    at: u64,
}

impl Read for Onward {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.bytes.read_from(self.at, into)?;
        self.at += n as u64;
        Ok(n)
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.0.size()
    }
}

impl ChunkReader for Chunks {
    type T = BufReader<Onward>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        let bytes = self.0.clone();
        Ok(BufReader::new(Onward { bytes, at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<bytes::Bytes> {
        let end = start.saturating_add(length as u64);
        if end > self.0.size() {
            return Err(ParquetError::EOF("points outside of itself".into()));
        }
        let mut bytes = vec![0; length];
        pages::fill(&self.0, start, &mut bytes)?;
        Ok(bytes.into())
    }
}
