//! Dumps of databases in SQL: the tuples of `INSERT` and the lines of `COPY` as rows under their columns' names, and
//! everything else as text.

use std::{collections::HashMap, sync::Arc};

use crate::{
    extract::{
        ExtractError, Format, Guard, Look, Source,
        compose::{Composer, Rows},
        decode::Text,
        sniff::{LIKELY, NAMED, NO},
        split::floor,
    },
    model::{Anchor, limits::SEGMENT},
};

/// SQL.
pub struct Sql;

/// Bytes looked at in one go.
const BLOCK: usize = 256 << 10;

/// Tables and columns that are kept in mind.
const TABLES: usize = 10_000;

impl Format for Sql {
    fn name(&self) -> &'static str {
        "sql"
    }

    fn version(&self) -> u32 {
        1
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["sql", "dump", "psql", "ddl"]
    }

    fn about(&self) -> &'static str {
        "SQL dumps: rows of INSERT and COPY under their columns' names, the rest as text"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if !look.is_text() {
            NO
        } else if look.named(self.extensions()) {
            NAMED + 1
        } else if [
            "-- MySQL dump",
            "-- PostgreSQL database dump",
            "-- MariaDB dump",
            "PRAGMA foreign_keys",
        ]
        .iter()
        .any(|s| look.text.get(..200).unwrap_or(&look.text).contains(s))
        {
            LIKELY
        } else {
            NO
        }
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let mut text = Text::new(source, out.buffer());
        let result = Dump::default().read(&mut text, out);
        out.recycle(text.into_buffer());
        result
    }
}

/// What the next bytes are.
#[derive(Clone, Default, PartialEq, Debug)]
enum At {
    /// The start of a line that begins a statement.
    #[default]
    Statement,
    /// In the list of tuples of an INSERT.
    Tuples,
    /// In the lines of a COPY.
    Copy,
    /// In the columns of a CREATE TABLE.
    Columns(String),
}

#[derive(Default)]
struct Dump {
    at: At,
    columns: HashMap<String, Vec<Arc<str>>>,
    /// Rows of each table so far.
    counts: HashMap<String, u64>,
    table: String,
    rows: Option<Rows>,
    text: Composer,
    line: u64,
}

impl Dump {
    fn read(mut self, text: &mut Text<'_, '_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        self.line = 1;
        let mut want = BLOCK;
        while text.fill(want)? {
            let ends = text.at_end();
            let window = text.text();
            let mut at = 0;
            while at < window.len() {
                let used = self.step(&window[at..], ends, out)?;
                if used == 0 {
                    break;
                }
                self.line +=
                    memchr::memchr_iter(b'\n', &window.as_bytes()[at..at + used]).count() as u64;
                at += used;
            }
            if at == 0 && (window.len() >= SEGMENT || ends) {
                at = floor(window, window.len().min(SEGMENT));
                self.text.mark(Anchor::Line(self.line));
                self.text.push(&window[..at]);
                self.at = At::Statement;
            }
            want = if at == 0 { SEGMENT + 4 } else { BLOCK };
            text.consume(at);
            self.text.end_block(out)?;
            out.check()?;
        }
        self.leave(out)?;
        self.text.finish(out)
    }

    /// Takes in the next piece; 0 when more of it is needed.
    fn step(&mut self, rest: &str, ends: bool, out: &mut Guard<'_>) -> Result<usize, ExtractError> {
        match self.at.clone() {
            At::Tuples => {
                let lead = rest.len() - rest.trim_start_matches([' ', ',', '\n', '\r', '\t']).len();
                let body = &rest[lead..];
                if body.starts_with('(') {
                    let Some(length) = tuple(body) else {
                        if ends || rest.len() >= SEGMENT {
                            self.leave(out)?;
                        }
                        return Ok(0);
                    };
                    self.row(&body[..length], out)?;
                    return Ok(lead + length);
                }
                if body.is_empty() && !ends {
                    return Ok(0);
                }
                self.leave(out)?;
                Ok(lead + usize::from(body.starts_with(';')))
            }
            At::Copy => {
                let Some(line) = line_of(rest, ends) else {
                    return Ok(0);
                };
                let content = line.trim_end_matches(['\r', '\n']);
                if content == "\\." {
                    self.leave(out)?;
                } else {
                    self.copied(content, out)?;
                }
                Ok(line.len())
            }
            At::Columns(table) => {
                let Some(line) = line_of(rest, ends) else {
                    return Ok(0);
                };
                self.verbatim(line);
                let content = line.trim();
                if content.starts_with(')') || content.ends_with(';') {
                    self.at = At::Statement;
                } else if let Some(name) = column_name(content)
                    && let Some(columns) = self.columns.get_mut(&table)
                    && columns.len() < TABLES
                {
                    columns.push(name.into());
                }
                Ok(line.len())
            }
            At::Statement => self.statement(rest, ends, out),
        }
    }

    fn statement(
        &mut self,
        rest: &str,
        ends: bool,
        out: &mut Guard<'_>,
    ) -> Result<usize, ExtractError> {
        let start = rest.trim_start();
        let lead = rest.len() - start.len();
        let upper = start
            .get(..floor(start, start.len().min(64)))
            .unwrap_or("")
            .to_ascii_uppercase();
        let insert = upper.starts_with("INSERT ") || upper.starts_with("REPLACE INTO");
        if insert {
            // Up to the first tuple: the table and its columns.
            let head = start
                .get(..floor(start, start.len().min(64 << 10)))
                .unwrap_or(start);
            match values(head) {
                Some(n) => {
                    let (table, columns) = target(&head[..n]);
                    self.enter(&table, columns, out)?;
                    self.at = At::Tuples;
                    return Ok(lead + n);
                }
                None if !ends && head.len() < 64 << 10 && !head.contains(';') => return Ok(0),
                None => {}
            }
        }
        let Some(line) = line_of(rest, ends) else {
            return Ok(0);
        };
        if upper.starts_with("COPY ")
            && line
                .trim_end()
                .to_ascii_uppercase()
                .ends_with("FROM STDIN;")
        {
            let (table, columns) = target(line);
            self.enter(&table, columns, out)?;
            self.at = At::Copy;
        } else if upper.starts_with("CREATE ") && upper.contains("TABLE") {
            let (table, columns) = target(line);
            if !table.is_empty() && self.columns.len() < TABLES {
                let whole = line.trim_end().ends_with(';');
                let columns = columns
                    .iter()
                    .filter_map(|c| column_name(c).map(Arc::from))
                    .collect();
                self.columns.insert(table.clone(), columns);
                if !whole {
                    self.at = At::Columns(table);
                }
            }
        }
        self.verbatim(line);
        Ok(line.len())
    }

    fn verbatim(&mut self, line: &str) {
        self.text.mark(Anchor::Line(self.line));
        self.text.push(line);
    }

    /// Rows of a table follow.
    fn enter(
        &mut self,
        table: &str,
        columns: Vec<String>,
        out: &mut Guard<'_>,
    ) -> Result<(), ExtractError> {
        let names: Vec<Arc<str>> = if columns.is_empty() {
            self.columns.get(table).cloned().unwrap_or_default()
        } else {
            columns.iter().map(|c| Arc::from(plain(c))).collect()
        };
        if self.table != table {
            self.leave(out)?;
        }
        if self.rows.is_none() {
            let mut rows = Rows::new(table);
            rows.headings(names, out)?;
            self.rows = Some(rows);
            table.clone_into(&mut self.table);
        }
        Ok(())
    }

    /// The statement is over; the rows go out when the next table comes.
    fn leave(&mut self, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        self.at = At::Statement;
        if let Some(mut rows) = self.rows.take() {
            rows.finish(out)?;
        }
        Ok(())
    }

    fn number(&mut self) -> u64 {
        if self.counts.len() >= TABLES && !self.counts.contains_key(&self.table) {
            return 1;
        }
        let count = self.counts.entry(self.table.clone()).or_default();
        *count += 1;
        *count
    }

    fn row(&mut self, tuple: &str, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let number = self.number();
        if let Some(rows) = &mut self.rows {
            rows.row(number, out)?;
            for cell in cells(&tuple[1..tuple.len() - 1]) {
                rows.cell(&literal(cell));
            }
        }
        Ok(())
    }

    fn copied(&mut self, line: &str, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let number = self.number();
        if let Some(rows) = &mut self.rows {
            rows.row(number, out)?;
            for cell in line.split('\t') {
                rows.cell(if cell == "\\N" { "" } else { cell });
            }
        }
        Ok(())
    }
}

fn line_of(text: &str, ends: bool) -> Option<&str> {
    match memchr::memchr(b'\n', text.as_bytes()) {
        Some(n) => Some(&text[..=n]),
        None if ends => Some(text),
        None => None,
    }
}

/// Offset behind the word VALUES.
fn values(head: &str) -> Option<usize> {
    let upper = head.to_ascii_uppercase();
    let end = upper.find(';').unwrap_or(upper.len());
    // The word, not a column's name.
    upper
        .match_indices("VALUES")
        .find(|(n, _)| {
            let before = upper[..*n].chars().next_back();
            let after = upper[n + 6..].trim_start().chars().next();
            before.is_some_and(|c| c.is_whitespace() || c == ')') && after.is_none_or(|c| c == '(')
        })
        .map(|(n, _)| n + 6)
        .filter(|n| *n <= end || end < 6)
}

/// The table and the columns of `INSERT INTO t (a, b)`, `COPY t (a, b) FROM` or `CREATE TABLE t (`.
fn target(head: &str) -> (String, Vec<String>) {
    let open = head.find('(');
    let before = &head[..open.unwrap_or(head.len())];
    let name = before
        .split_whitespace()
        .rfind(|word| {
            ![
                "VALUES", "FROM", "STDIN;", "EXISTS", "TABLE", "INTO", "COPY", "NOT", "IF",
            ]
            .iter()
            .any(|k| word.eq_ignore_ascii_case(k))
        })
        .unwrap_or("");
    let name = plain(name.rsplit('.').next().unwrap_or(name));
    let columns = open.map_or_else(Vec::new, |open| {
        let inner = &head[open + 1..];
        let inner = &inner[..inner.rfind(')').unwrap_or(inner.len())];
        cells(inner).map(|c| c.trim().to_owned()).collect()
    });
    (name, columns)
}

/// A name without its quotes.
fn plain(name: &str) -> String {
    name.trim_matches(['`', '"', '[', ']', '\'', ' ', ';'])
        .to_owned()
}

/// The column that a line of CREATE TABLE defines.
fn column_name(line: &str) -> Option<String> {
    const NOT: &[&str] = &[
        "PRIMARY",
        "KEY",
        "UNIQUE",
        "CONSTRAINT",
        "INDEX",
        "FOREIGN",
        "CHECK",
        "FULLTEXT",
        "SPATIAL",
        "LIKE",
        "--",
    ];
    let line = line.trim_start_matches(['(', ' ', ',']);
    let quoted = line.starts_with(['`', '"', '[']);
    let word = if quoted {
        let end = line[1..].find(['`', '"', ']'])?;
        &line[1..=end]
    } else {
        line.split([' ', '(', '\t', ',']).next()?
    };
    let known = !quoted && NOT.iter().any(|k| word.eq_ignore_ascii_case(k));
    (!word.is_empty() && !known).then(|| word.to_owned())
}

/// Length of a tuple, brackets included; those in strings do not count.
fn tuple(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0_u32);
    while at < bytes.len() {
        match bytes[at] {
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            quote @ (b'\'' | b'"' | b'`') => at = string_end(bytes, at, quote)?,
            _ => {}
        }
        at += 1;
    }
    None
}

/// Offset of the quote that ends a string; doubled and escaped ones do not.
fn string_end(bytes: &[u8], open: usize, quote: u8) -> Option<usize> {
    let mut at = open + 1;
    loop {
        at += memchr::memchr2(quote, b'\\', bytes.get(at..)?)?;
        let escaped = bytes[at] == b'\\' && quote != b'`';
        let doubled = bytes[at] == quote && bytes.get(at + 1) == Some(&quote);
        if escaped || doubled {
            at += 2;
        } else if bytes[at] == quote {
            return Some(at);
        } else {
            at += 1;
        }
    }
}

/// What stands between the commas of a tuple.
fn cells(inner: &str) -> impl Iterator<Item = &str> {
    let mut next = Some(0);
    std::iter::from_fn(move || {
        let start = next?;
        let bytes = inner.as_bytes();
        let (mut at, mut depth) = (start, 0_u32);
        while at < bytes.len() {
            match bytes[at] {
                b'(' => depth += 1,
                b')' => depth = depth.saturating_sub(1),
                b',' if depth == 0 => break,
                quote @ (b'\'' | b'"' | b'`') => {
                    at = string_end(bytes, at, quote).unwrap_or(bytes.len() - 1);
                }
                _ => {}
            }
            at += 1;
        }
        next = (at < bytes.len()).then_some(at + 1);
        Some(&inner[start..at.min(bytes.len())])
    })
}

/// A value as a person reads it.
fn literal(cell: &str) -> String {
    let cell = cell.trim();
    let Some(open) = cell.find('\'').filter(|n| *n <= 8) else {
        return if cell.eq_ignore_ascii_case("null") {
            String::new()
        } else {
            cell.to_owned()
        };
    };
    let inner = &cell[open + 1..];
    let inner = &inner[..inner.rfind('\'').unwrap_or(inner.len())];
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' if chars.peek() == Some(&'\'') => {
                chars.next();
                out.push('\'');
            }
            '\\' => match chars.next() {
                Some('n' | 'r' | 't') => out.push(' '),
                Some(other) => out.push(other),
                None => {}
            },
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tuples_end_outside_of_strings() {
        let text = "(1,'O''Brien (\\'Mags\\'), x',NULL),(2";
        assert_eq!(tuple(text), Some(text.len() - 3));
        let all: Vec<String> = cells(&text[1..text.len() - 4]).map(literal).collect();
        assert_eq!(all, ["1", "O'Brien ('Mags'), x", ""]);
    }

    #[test]
    fn tables_and_columns_are_found_in_all_spellings() {
        for head in [
            "INSERT INTO `hr`.`staff` (`name`, `ni number`) VALUES",
            "insert into \"staff\"(name,\"ni number\") values",
            "COPY public.staff (name, \"ni number\") FROM stdin;",
        ] {
            let (table, columns) = target(head);
            assert_eq!(table, "staff", "{head}");
            let names: Vec<_> = columns.iter().map(|c| plain(c)).collect();
            assert_eq!(names, ["name", "ni number"], "{head}");
        }
        assert_eq!(
            column_name("  `ni_number` varchar(9) NOT NULL,").as_deref(),
            Some("ni_number")
        );
        assert_eq!(column_name("PRIMARY KEY (`id`)"), None);
    }
}
