//! One column of a row group: its values as the texts of cells, a few hundred rows at a time. What repeats within a row
//! shares a cell.

use parquet::{
    column::reader::{ColumnReader, ColumnReaderImpl},
    data_type::{ByteArray, DataType},
    errors::Result,
    schema::types::ColumnDescriptor,
};

use crate::extract::sniff::is_signed;

use super::cell::Kind;

/// Between the values of one cell.
const BETWEEN: &str = "; ";

/// A column.
pub struct Column {
    reader: ColumnReader,
    kind: Kind,
    /// Levels: a value is there when its definition reaches this one.
    defined: i16,
    repeats: bool,
    /// Texts of the rows read last.
    pub cells: Vec<String>,
    /// Documents in them, by row from 0.
    pub documents: Vec<(usize, ByteArray)>,
    /// Whether it cannot be read on.
    pub damaged: bool,
}

/// Levels of the values of some rows.
#[derive(Default)]
struct Levels {
    definition: Vec<i16>,
    repetition: Vec<i16>,
}

impl Column {
    /// A column from its first row on.
    pub fn new(reader: ColumnReader, descriptor: &ColumnDescriptor) -> Self {
        Column {
            reader,
            kind: Kind::of(descriptor),
            defined: descriptor.max_def_level(),
            repeats: descriptor.max_rep_level() > 0,
            cells: Vec::new(),
            documents: Vec::new(),
            damaged: false,
        }
    }

    /// Reads the next rows into `cells`: how many there were.
    ///
    /// # Errors
    /// When the pages do not decode.
    pub fn read(&mut self, rows: usize) -> Result<usize> {
        self.cells.clear();
        self.documents.clear();
        let kind = self.kind;
        let place = Place {
            defined: self.defined,
            repeats: self.repeats,
            cells: &mut self.cells,
        };
        match &mut self.reader {
            ColumnReader::BoolColumnReader(r) => place.read(r, rows, |_, v| v.to_string()),
            ColumnReader::Int32ColumnReader(r) => {
                place.read(r, rows, |_, v| kind.number(i64::from(*v)))
            }
            ColumnReader::Int64ColumnReader(r) => place.read(r, rows, |_, v| kind.number(*v)),
            ColumnReader::Int96ColumnReader(r) => {
                place.read(r, rows, |_, v| super::cell::moment(v.to_millis(), 1000))
            }
            ColumnReader::FloatColumnReader(r) => place.read(r, rows, |_, v| v.to_string()),
            ColumnReader::DoubleColumnReader(r) => place.read(r, rows, |_, v| v.to_string()),
            ColumnReader::ByteArrayColumnReader(r) => {
                let documents = &mut self.documents;
                place.read(r, rows, |row, v| bytes(kind, row, v, documents))
            }
            ColumnReader::FixedLenByteArrayColumnReader(r) => {
                let documents = &mut self.documents;
                place.read(r, rows, |row, v| {
                    let v: ByteArray = v.clone().into();
                    bytes(kind, row, &v, documents)
                })
            }
        }
    }
}

fn bytes(
    kind: Kind,
    row: usize,
    value: &ByteArray,
    documents: &mut Vec<(usize, ByteArray)>,
) -> String {
    if kind == Kind::Bytes && is_signed(value.data()) {
        documents.push((row, value.clone()));
        return String::new();
    }
    kind.bytes(value.data())
}

/// Where values go.
struct Place<'c> {
    defined: i16,
    repeats: bool,
    cells: &'c mut Vec<String>,
}

impl Place<'_> {
    fn read<T: DataType>(
        self,
        reader: &mut ColumnReaderImpl<T>,
        rows: usize,
        mut text: impl FnMut(usize, &T::T) -> String,
    ) -> Result<usize> {
        let mut levels = Levels::default();
        let mut values = Vec::new();
        let (_, read, _) = reader.read_records(
            rows,
            (self.defined > 0).then_some(&mut levels.definition),
            self.repeats.then_some(&mut levels.repetition),
            &mut values,
        )?;
        let mut values = values.iter();
        let count = if self.defined > 0 {
            levels.definition.len()
        } else {
            read.max(values.len())
        };
        for at in 0..count {
            let goes_on = self.repeats && levels.repetition.get(at).is_some_and(|&r| r > 0);
            if !goes_on || self.cells.is_empty() {
                self.cells.push(String::new());
            }
            let there = levels.definition.get(at).is_none_or(|&d| d == self.defined);
            if !there {
                continue;
            }
            let row = self.cells.len() - 1;
            if let (Some(value), Some(cell)) = (values.next(), self.cells.last_mut()) {
                let text = text(row, value);
                if !cell.is_empty() && !text.is_empty() {
                    cell.push_str(BETWEEN);
                }
                cell.push_str(&text);
            }
        }
        Ok(self.cells.len())
    }
}
