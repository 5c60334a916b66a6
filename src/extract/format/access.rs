//! Microsoft Access databases (mdb, accdb): rows of all tables under their columns' names, the texts of saved queries,
//! attachments and embedded objects as members. Access 97 to 2019, locked ones with a password of the list.
//!
//! The library `jetdb` reads pages and rows; no query runs. System tables are passed over: what they hold is about the
//! tables. Tables linked from elsewhere hold nothing here, and the document says so.

use std::{collections::HashMap, sync::Arc};

use jetdb::{
    CatalogEntry, ColumnType, ComplexColumn, ComplexValues, FileError, ObjectType, PageReader,
    TableDef, TableRows, Value, calculated_column_types_in, query_to_sql, read_catalog,
    read_complex_column, read_queries_in, read_table_def,
};

use crate::{
    extract::{
        ExtractError, Format, Guard, Look, Member, Source,
        compose::{Composer, Rows},
        markup::{self, Token},
        moment, ole,
        sniff::{NO, SURE, is_signed},
    },
    model::{Anchor, Part},
};

/// Access.
pub struct Access;

impl Format for Access {
    fn name(&self) -> &'static str {
        "access"
    }

    fn version(&self) -> u32 {
        1
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["accdb", "mdb", "accde", "mde", "accdt", "accda", "mda"]
    }

    fn about(&self) -> &'static str {
        "Access databases from 97 on: rows of all tables under their columns' names, saved queries, attachments and \
         embedded objects"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if ["mdb", "accdb"].contains(&look.magic) {
            SURE
        } else {
            NO
        }
    }

    fn seeks(&self) -> bool {
        true
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let mut reader = open(source, out)?;
        let catalog = read_catalog(&mut reader).map_err(|e| reason(&e))?;
        let tables = catalog
            .iter()
            .filter(|e| e.object_type == ObjectType::Table);
        for entry in tables.filter(|e| !e.is_system() && !e.name.starts_with("MSys")) {
            let result = read_table_def(&mut reader, &entry.name, entry.table_page)
                .map_err(|e| reason(&e))
                .and_then(|definition| table(&mut reader, &catalog, &definition, out));
            match result {
                Err(ExtractError::Corrupt(_)) => out.problem("a table of it is damaged"),
                other => other?,
            }
        }
        let linked = [ObjectType::LinkedTable, ObjectType::LinkedOdbcTable];
        if catalog.iter().any(|e| linked.contains(&e.object_type)) {
            out.remark("it links to tables of other databases, which are read where they are");
        }
        queries(&mut reader, &catalog, out)
    }
}

/// Opens the database, trying the passwords on a locked one.
fn open(source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<PageReader, ExtractError> {
    match PageReader::open_reader(source.owned_reader(out)?) {
        Err(FileError::PasswordRequired) => {}
        other => return other.map_err(|e| reason(&e)),
    }
    for password in out.passwords() {
        let bytes = source.owned_reader(out)?;
        match PageReader::open_reader_with_password(bytes, Some(password.expose())) {
            Err(FileError::InvalidPassword) => out.check()?,
            other => return other.map_err(|e| reason(&e)),
        }
    }
    Err(ExtractError::encrypted())
}

/// Messages of the library name tables: they are not passed on.
fn reason(error: &FileError) -> ExtractError {
    match error {
        FileError::PasswordRequired | FileError::InvalidPassword => ExtractError::encrypted(),
        FileError::UnsupportedEncryption { .. } => {
            ExtractError::Encrypted("locked in a way that is not read".into())
        }
        FileError::Format(_) => ExtractError::unsupported("Access database of an unknown version"),
        FileError::FileTooSmall { .. } | FileError::PageOutOfRange { .. } => {
            ExtractError::corrupt("the Access database is cut short")
        }
        FileError::Io(error) => match error.kind() {
            std::io::ErrorKind::UnexpectedEof => {
                ExtractError::corrupt("the Access database is cut short")
            }
            kind => std::io::Error::from(kind).into(),
        },
        _ => ExtractError::corrupt("not a sound Access database"),
    }
}

fn table(
    reader: &mut PageReader,
    catalog: &[CatalogEntry],
    definition: &TableDef,
    out: &mut Guard<'_>,
) -> Result<(), ExtractError> {
    let calculated = calculated_column_types_in(catalog, definition);
    let mut complex = complex(reader, catalog, definition, out);
    let mut rows = Rows::new(&definition.name);
    let headings: Vec<Arc<str>> = definition
        .columns
        .iter()
        .map(|c| c.name.as_str().into())
        .collect();
    rows.headings(headings.clone(), out)?;
    let mut found = TableRows::new(definition, &calculated);
    let mut number = 0;
    let result = loop {
        out.check()?;
        let row = match found.next_row(reader) {
            Ok(Some(row)) => row,
            Ok(None) => break Ok(()),
            Err(error) => break Err(reason(&error)),
        };
        number += 1;
        rows.row(number, out)?;
        for (column, value) in row.values.iter().enumerate() {
            let place = || format!("{}.{} row {number}", definition.name, headings[column]);
            match (value, complex.get_mut(&column)) {
                (Value::Long(key), Some(complex)) => {
                    let text = values(reader, complex, *key, &place, out)?;
                    rows.cell(&text);
                }
                (Value::Binary(bytes), _) => {
                    rows.cell("");
                    object(bytes, &place(), out)?;
                }
                (value, _) => rows.cell(&text(value)),
            }
        }
    };
    rows.finish(out)?;
    if found.skipped_rows() > 0 {
        out.problem("rows of it are damaged");
    }
    result
}

/// Columns that hold several values in each row, by their place.
fn complex(
    reader: &mut PageReader,
    catalog: &[CatalogEntry],
    definition: &TableDef,
    out: &mut Guard<'_>,
) -> HashMap<usize, ComplexColumn> {
    let mut found = HashMap::new();
    for (place, column) in definition.columns.iter().enumerate() {
        if column.col_type != ColumnType::ComplexType {
            continue;
        }
        match read_complex_column(reader, catalog, definition, column) {
            Ok(Some(complex)) => drop(found.insert(place, complex)),
            Ok(None) => {}
            Err(_) => out.problem("a column of attachments or of several values is damaged"),
        }
    }
    found
}

/// The values that a row has in such a column: their texts, and attachments as members.
fn values(
    reader: &mut PageReader,
    complex: &ComplexColumn,
    key: i32,
    place: &dyn Fn() -> String,
    out: &mut Guard<'_>,
) -> Result<String, ExtractError> {
    let texts: Vec<String> = match complex.values(reader, key) {
        Ok(ComplexValues::MultiValue(values)) => values.iter().map(text).collect(),
        Ok(ComplexValues::VersionHistory(versions)) => versions
            .iter()
            .map(|version| text(&version.value))
            .collect(),
        Ok(ComplexValues::Attachment(attachments)) => {
            let mut names = Vec::new();
            for attachment in attachments {
                let name = text(&attachment.name);
                if let Value::Binary(bytes) = &attachment.data {
                    let step = if name.is_empty() {
                        place()
                    } else {
                        name.clone()
                    };
                    let member =
                        Member::new(Part::Attachment(step.into())).size(bytes.len() as u64);
                    out.child_bytes(member, bytes)?;
                } else {
                    out.problem("an attachment of it is damaged");
                }
                names.push(name);
            }
            names
        }
        Ok(_) => Vec::new(),
        Err(_) => {
            out.problem("a column of attachments or of several values is damaged");
            Vec::new()
        }
    };
    Ok(texts.join("; "))
}

/// What lies in a field of objects: a document as it is, or wrapped as OLE wraps it.
fn object(bytes: &[u8], place: &str, out: &mut Guard<'_>) -> Result<(), ExtractError> {
    let (name, inner) = wrapped(bytes)
        .and_then(ole::native)
        .unwrap_or((None, bytes));
    if !is_signed(inner) && name.is_none() {
        return Ok(());
    }
    ole::child(name.as_deref().unwrap_or(place), inner, out)
}

/// What Access wraps of an OLE 1 object: its own head, whose length is at byte 2, then version and kind, three names,
/// and the object (MS-OLEDS, section 2.2.5), here with its length before it.
fn wrapped(bytes: &[u8]) -> Option<&[u8]> {
    if bytes.get(..2)? != [0x15, 0x1c] {
        return None;
    }
    let mut at = usize::from(ole::u16_at(bytes, 2)?).checked_add(8)?;
    for _ in 0..3 {
        let length = ole::u32_at(bytes, at)? as usize;
        at = at.checked_add(4)?.checked_add(length)?;
    }
    let length = ole::u32_at(bytes, at)? as usize;
    bytes.get(at..at.checked_add(4)?.checked_add(length)?)
}

/// Saved queries: their conditions name people.
fn queries(
    reader: &mut PageReader,
    catalog: &[CatalogEntry],
    out: &mut Guard<'_>,
) -> Result<(), ExtractError> {
    let Ok(queries) = read_queries_in(reader, catalog) else {
        out.problem("its saved queries are damaged");
        return Ok(());
    };
    let mut composer = Composer::new();
    for query in &queries {
        composer.mark(Anchor::Region(format!("query {}", query.name).into()));
        composer.push(&query_to_sql(query));
        composer.line();
        composer.end_block(out)?;
    }
    composer.finish(out)
}

/// A text without the tags of a rich one: Access keeps those as HTML, each paragraph in a `div`.
fn plain(text: &str) -> String {
    if !text.starts_with("<div") {
        return text.to_owned();
    }
    let (mut out, mut rest) = (String::new(), text);
    while let Some((token, used)) = markup::next(rest, true) {
        match token {
            Token::Text(words) | Token::Literal(words) => out.push_str(&markup::unescape(words)),
            Token::Open("div" | "br" | "li" | "p", ..) if !out.is_empty() => out.push('\n'),
            _ => {}
        }
        rest = &rest[used..];
    }
    out
}

/// A value as a person sees it.
fn text(value: &Value) -> String {
    match value {
        Value::Bool(true) => "Yes".into(),
        Value::Bool(false) => "No".into(),
        Value::Byte(n) => n.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Long(n) => n.to_string(),
        Value::BigInt(n) => n.to_string(),
        Value::Float(n) => n.to_string(),
        Value::Double(n) => n.to_string(),
        Value::Timestamp(days) => moment::of_1899(*days),
        Value::Text(text) => plain(text),
        Value::Money(text)
        | Value::Numeric(text)
        | Value::Guid(text)
        | Value::DateTimeExtended(text) => text.clone(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rich_text_loses_its_tags_and_nothing_else() {
        assert_eq!(
            plain("<div><strong>Okafor</strong>, M &amp; H</div>\r\n<div>07700 900123</div>"),
            "Okafor, M & H\r\n\n07700 900123"
        );
        assert_eq!(plain("1 < 2"), "1 < 2");
    }
}
