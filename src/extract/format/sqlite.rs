//! SQLite databases: every table's rows under its columns' names, and documents that lie in its cells. The file is
//! opened read-only and immutable, with nothing of its schema trusted: no view, no virtual table, no function of it runs.

use std::{sync::Arc, time::Duration};

use rusqlite::{Connection, OpenFlags, config::DbConfig, types::ValueRef};

use crate::{
    extract::{
        ExtractError, Format, Guard, Look, Member, Source,
        compose::Rows,
        decode,
        sniff::{NO, SURE, is_signed},
    },
    model::Part,
};

/// SQLite.
pub struct Sqlite;

impl Format for Sqlite {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn version(&self) -> u32 {
        1
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["sqlite", "sqlite3", "db", "db3", "s3db", "sl3"]
    }

    fn about(&self) -> &'static str {
        "SQLite databases: rows of all tables under their columns' names; documents in cells"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if look.magic == "sqlite" { SURE } else { NO }
    }

    fn seeks(&self) -> bool {
        true
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        // Held in memory, so that reading leaves no trace on the file; a large one is opened through its handle.
        #[cfg(target_os = "linux")]
        if source.size().unwrap_or(0) > out.options().limits.memory / 4
            && let Some(file) = source.duplicate()
        {
            use std::os::fd::AsRawFd;
            let file = file?;
            let uri = format!("file:/proc/self/fd/{}?immutable=1", file.as_raw_fd());
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
                | OpenFlags::SQLITE_OPEN_URI
                | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            if let Ok(mut connection) = Connection::open_with_flags(uri, flags)
                && connection
                    .query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))
                    .is_ok()
            {
                return tables(&mut connection, out);
            }
        }
        let whole = source.whole(out, 1)?;
        let mut connection = Connection::open_in_memory().map_err(reason)?;
        let length = whole.len();
        connection
            .deserialize_read_exact("main", &*whole, length, true)
            .map_err(reason)?;
        tables(&mut connection, out)
    }
}

fn reason(error: rusqlite::Error) -> ExtractError {
    use rusqlite::ErrorCode as Code;
    match error.sqlite_error_code() {
        Some(Code::OutOfMemory) => ExtractError::TooLarge("needs more memory than there is".into()),
        Some(Code::OperationInterrupted) => {
            ExtractError::TimedOut("took longer than its deadline".into())
        }
        _ => ExtractError::corrupt("not a sound SQLite database"),
    }
}

/// Rows between two looks at the clock.
const INSTRUCTIONS: i32 = 10_000;

fn tables(connection: &mut Connection, out: &mut Guard<'_>) -> Result<(), ExtractError> {
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)
        .map_err(reason)?;
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)
        .map_err(reason)?;
    connection.busy_timeout(Duration::ZERO).map_err(reason)?;
    let deadline = out.deadline();
    connection
        .progress_handler(INSTRUCTIONS, Some(move || deadline.passed()))
        .map_err(reason)?;
    // A pragma of 8 MiB of pages bounds what the file can make it hold.
    connection
        .execute_batch("PRAGMA cell_size_check=ON; PRAGMA cache_size=-8192;")
        .map_err(reason)?;
    let names: Vec<String> = connection
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0 ORDER BY rootpage")
        .and_then(|mut s| s.query_map([], |r| r.get(0))?.collect())
        .map_err(reason)?;
    for name in names {
        match table(connection, &name, out) {
            Err(ExtractError::Corrupt(_)) => out.problem("a table of it is damaged"),
            other => other?,
        }
    }
    Ok(())
}

fn table(connection: &Connection, name: &str, out: &mut Guard<'_>) -> Result<(), ExtractError> {
    let quoted = name.replace('"', "\"\"");
    let mut statement = connection
        .prepare(&format!("SELECT * FROM \"{quoted}\""))
        .map_err(reason)?;
    let headings: Vec<Arc<str>> = statement.column_names().map(Arc::from).collect();
    let mut rows = Rows::new(name);
    rows.headings(headings.clone(), out)?;
    let mut found = statement.query([]).map_err(reason)?;
    let mut number = 0_u64;
    let result = loop {
        let row = match found.next() {
            Ok(Some(row)) => row,
            Ok(None) => break Ok(()),
            Err(error) => break Err(reason(error)),
        };
        number += 1;
        rows.row(number, out)?;
        for (column, heading) in headings.iter().enumerate() {
            match row.get_ref(column) {
                Ok(ValueRef::Integer(n)) => rows.cell(&n.to_string()),
                Ok(ValueRef::Real(n)) => rows.cell(&n.to_string()),
                Ok(ValueRef::Text(text)) => match std::str::from_utf8(text) {
                    Ok(text) => rows.cell(text),
                    Err(_) => rows.cell(&decode::guess(text)),
                },
                Ok(ValueRef::Blob(bytes)) if is_signed(bytes) => {
                    rows.cell("");
                    let step = format!("{name}.{heading} row {number}");
                    let member =
                        Member::new(Part::Attachment(step.into())).size(bytes.len() as u64);
                    out.child_bytes(member, bytes)?;
                }
                Ok(ValueRef::Blob(bytes)) => match decode::detect(bytes, true) {
                    Some(charset) => rows.cell(&decode::string(bytes, charset)),
                    None => rows.cell(""),
                },
                Ok(ValueRef::Null) | Err(_) => rows.cell(""),
            }
        }
    };
    rows.finish(out)?;
    result
}
