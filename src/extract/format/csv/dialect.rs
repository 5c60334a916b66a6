//! How the rows of a delimited text are cut, and what its columns are called.

use std::{borrow::Cow, ops::Range, sync::Arc};

/// What splits the cells of a row. Quotes are the double ones, doubled inside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Dialect {
    /// The byte between cells.
    pub delimiter: u8,
}

/// A row of a form: its number, its name, its values.
pub(super) type Field = (u64, Range<usize>, Vec<Range<usize>>);

/// Where the names of the values stand.
#[derive(Debug, PartialEq)]
pub(super) enum Headings {
    /// Nowhere.
    None,
    /// In the first rows.
    Above(Vec<Arc<str>>),
    /// In the first column: each row's number, name and values.
    Beside(Vec<Field>),
}

/// Rows looked at.
const ROWS: usize = 60;

/// Bytes that a quoted cell may have before its quote counts as a stray one.
const LONGEST_QUOTED: usize = 256 << 10;

impl Dialect {
    pub(super) const COMMA: Dialect = Dialect { delimiter: b',' };

    /// The dialect whose rows agree best on a number of cells.
    pub(super) fn of(sample: &[u8]) -> Option<Dialect> {
        // Excel's own hint.
        if let Some(rest) = sample.strip_prefix(b"sep=") {
            return rest.first().map(|&delimiter| Dialect { delimiter });
        }
        [b',', b'\t', b';', b'|']
            .into_iter()
            .map(|delimiter| Dialect { delimiter })
            .map(|d| (d.agreement(sample).0, d))
            .filter(|(score, _)| *score > 0)
            .max_by_key(|(score, _)| *score)
            .map(|(_, d)| d)
    }

    /// How well the rows agree (0 to about 100 times the number of cells), the commonest number of cells, and the rows.
    fn agreement(self, sample: &[u8]) -> (usize, usize, usize) {
        let mut counts: Vec<usize> = Vec::new();
        let mut starts = Vec::new();
        let end = self.rows(sample, true, usize::MAX, &mut starts);
        starts.push(end as u32);
        for row in starts.windows(2).take(ROWS) {
            let row = row[0] as usize..row[1] as usize;
            if sample[row.clone()].iter().any(|b| !b.is_ascii_whitespace()) {
                counts.push(self.cells(sample, row).count());
            }
        }
        let rows = counts.len();
        counts.sort_unstable();
        let usual = counts
            .chunk_by(|a, b| a == b)
            .map(|run| (run.len(), run[0]))
            .filter(|(_, cells)| *cells > 1)
            .max();
        match usual {
            Some((agree, cells)) => (agree * 100 / rows * cells.min(20), cells, rows),
            None => (0, 1, rows),
        }
    }

    /// The starts of the rows that are whole, and the end of the last of them. Stops before `most` bytes. At the end
    /// of the text, what is left is a row too.
    pub(super) fn rows(self, text: &[u8], ends: bool, most: usize, starts: &mut Vec<u32>) -> usize {
        let (mut start, mut at) = (0, 0);
        while let Some(n) = memchr::memchr2(b'"', b'\n', &text[at..]) {
            let found = at + n;
            at = found + 1;
            if text[found] == b'\n' {
                if at > most {
                    break;
                }
                starts.push(start as u32);
                start = at;
            } else if found == start || text[found - 1] == self.delimiter {
                match closing(&text[at..]) {
                    Some(n) => at += n,
                    // Its end may still come. If it is too far, the quote is a stray one.
                    None if !ends && text.len() - found < LONGEST_QUOTED => break,
                    None => {}
                }
            }
        }
        if ends && start < text.len() && text.len() <= most {
            starts.push(start as u32);
            start = text.len();
        }
        start
    }

    /// Length up to and with the line end that ends a row, when it is there. `quoted` is carried from call to call.
    pub(super) fn row_end(self, text: &[u8], quoted: &mut bool) -> Option<usize> {
        let mut at = 0;
        while let Some(n) = memchr::memchr2(b'"', b'\n', &text[at..]) {
            at += n;
            if text[at] == b'"' {
                *quoted = !*quoted;
            } else if !*quoted {
                return Some(at + 1);
            }
            at += 1;
        }
        None
    }

    /// The cells of a row.
    pub(super) fn cells(
        self,
        text: &[u8],
        row: Range<usize>,
    ) -> impl Iterator<Item = Range<usize>> + '_ {
        let mut end = row.end;
        while end > row.start && matches!(text[end - 1], b'\n' | b'\r') {
            end -= 1;
        }
        let mut next = Some(row.start);
        std::iter::from_fn(move || {
            let start = next?;
            let mut at = start;
            if start < end && text[start] == b'"' {
                at = closing(&text[start + 1..end]).map_or(start, |n| start + 1 + n);
            }
            let stop = memchr::memchr(self.delimiter, &text[at..end]).map(|n| at + n);
            next = stop.map(|s| s + 1);
            Some(start..stop.unwrap_or(end))
        })
    }

    /// What the columns (or, in a form, the rows) are called.
    pub(super) fn headings(self, sample: &str) -> Headings {
        let bytes = sample.as_bytes();
        let mut starts = Vec::new();
        let end = self.rows(bytes, true, usize::MAX, &mut starts);
        starts.push(end as u32);
        let rows: Vec<Vec<Range<usize>>> = starts
            .windows(2)
            .take(ROWS)
            .map(|row| {
                self.cells(bytes, row[0] as usize..row[1] as usize)
                    .collect()
            })
            .collect();
        let cell = |range: &Range<usize>| unquote(&sample[range.clone()]).trim().to_owned();
        if let Some(form) = form(&rows, &cell) {
            return Headings::Beside(form);
        }
        let columns = rows.iter().skip(1).map(Vec::len).max().unwrap_or(0).max(1);
        // Titles may stand above: rows with one cell, or hardly any, filled.
        let first = rows.iter().take(8).position(|row| {
            let filled = row.iter().filter(|c| !cell(c).is_empty()).count();
            filled >= 2.min(columns) && filled * 3 >= columns
        });
        let Some(first) = first else {
            return Headings::None;
        };
        if !rows[first].iter().all(|c| is_name(&cell(c))) || rows.len() <= first + 1 {
            return Headings::None;
        }
        let mut names: Vec<String> = rows[first].iter().map(&cell).collect();
        // Further heading rows: those above left blanks that these fill, and data of another kind follows.
        for row in rows.iter().skip(first + 1).take(2) {
            let fills = row.iter().enumerate().any(|(i, c)| {
                !cell(c).is_empty() && names.get(i).is_none_or(|name| name.is_empty())
            });
            let more = fills
                && names.iter().any(String::is_empty)
                && row.iter().all(|c| is_name(&cell(c)))
                && rows.len() > first + 2;
            if !more {
                break;
            }
            let mut above = String::new();
            for (i, c) in row.iter().enumerate() {
                if names.len() <= i {
                    names.push(String::new());
                }
                // A heading over several columns is written over the first of them.
                if names[i].is_empty() {
                    names[i].clone_from(&above);
                } else {
                    above.clone_from(&names[i]);
                }
                let name = cell(c);
                if !name.is_empty() {
                    if !names[i].is_empty() {
                        names[i].push(' ');
                    }
                    names[i].push_str(&name);
                }
            }
        }
        Headings::Above(names.into_iter().map(Arc::from).collect())
    }
}

/// Length up to and with the quote that closes a cell; the text begins behind the opening one.
fn closing(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let n = memchr::memchr(b'"', &text[at..])?;
        at += n + 1;
        if at > LONGEST_QUOTED {
            return None;
        }
        if text.get(at) == Some(&b'"') {
            at += 1;
        } else {
            return Some(at);
        }
    }
}

/// A cell without its quotes.
pub(super) fn unquote(cell: &str) -> Cow<'_, str> {
    let cell = cell.trim();
    match cell.strip_prefix('"') {
        Some(inner) => {
            let inner = inner.strip_suffix('"').unwrap_or(inner);
            if inner.contains("\"\"") {
                Cow::Owned(inner.replace("\"\"", "\""))
            } else {
                Cow::Borrowed(inner)
            }
        }
        None => Cow::Borrowed(cell),
    }
}

/// Whether a cell could be a heading: words, hardly any digits, not long.
fn is_name(cell: &str) -> bool {
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    let letters = cell.chars().filter(|c| c.is_alphabetic()).count();
    cell.is_empty()
        || (cell.len() <= 80
            && letters > 0
            && digits <= 2
            && digits < letters
            && !cell.contains('@'))
}

/// A form: two or three columns, the first all different names, the values beside them of several kinds.
fn form(rows: &[Vec<Range<usize>>], cell: &dyn Fn(&Range<usize>) -> String) -> Option<Vec<Field>> {
    let filled: Vec<_> = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| row.iter().any(|c| !cell(c).is_empty()))
        .collect();
    if filled.len() < 3 || filled.len() >= ROWS || filled.iter().any(|(_, row)| row.len() > 3) {
        return None;
    }
    let with_value = filled
        .iter()
        .filter(|(_, row)| row.get(1).is_some_and(|c| !cell(c).is_empty()))
        .count();
    if with_value * 3 < filled.len() * 2 {
        return None;
    }
    let mut names: Vec<String> = filled.iter().map(|(_, row)| cell(&row[0])).collect();
    let colons = names.iter().filter(|n| n.ends_with(':')).count();
    if names.iter().any(|n| n.is_empty() || !is_name(n)) {
        return None;
    }
    let total = names.len();
    names.sort_unstable();
    names.dedup();
    let values: Vec<String> = filled
        .iter()
        .filter_map(|(_, row)| row.get(1).map(cell))
        .collect();
    let words = values.iter().filter(|v| is_name(v)).count();
    // Either the names say so themselves, or the values are of several kinds and no heading stands over them.
    let first_is_data = values.first().is_some_and(|v| !is_name(v));
    let mixed = words > 0 && words < values.len();
    if names.len() < total || !(colons * 2 > total || (mixed && first_is_data)) {
        return None;
    }
    Some(
        filled
            .into_iter()
            .map(|(i, row)| (i as u64 + 1, row[0].clone(), row[1..].to_vec()))
            .collect(),
    )
}

/// Whether a text under another name is clearly rows of cells.
pub(super) fn is_table(sample: &[u8]) -> bool {
    // Whole rows only.
    let end = memchr::memrchr(b'\n', sample).map_or(sample.len(), |n| n + 1);
    let sample = &sample[..end];
    let Some(dialect) = Dialect::of(sample) else {
        return false;
    };
    let (score, cells, rows) = dialect.agreement(sample);
    let least = if dialect.delimiter == b',' { 3 } else { 2 };
    rows >= 3 && cells > least && score >= 95 * cells.min(20)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn above(sample: &str) -> Vec<String> {
        let dialect = Dialect::of(sample.as_bytes()).expect("a table");
        match dialect.headings(sample) {
            Headings::Above(names) => names.iter().map(ToString::to_string).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn delimiters_are_told_by_the_rows_that_agree() {
        for (text, delimiter) in [
            ("a,b,c\n1,2,3\n", b','),
            ("Name;Born\n\"Okafor; M\";1951\nHall;1960\n", b';'),
            ("a\tb, c\td\n1\t2\t3\n", b'\t'),
            ("x|y\n1|2\n", b'|'),
            ("sep=;\na;b\n", b';'),
        ] {
            assert_eq!(
                Dialect::of(text.as_bytes()),
                Some(Dialect { delimiter }),
                "{text}"
            );
        }
    }

    #[test]
    fn rows_with_line_ends_in_quotes_stay_whole() {
        let text = "id,note\n1,\"two\nlines, \"\"quoted\"\"\"\n2,5\" pipe\n3,last";
        let mut starts = Vec::new();
        let end = Dialect::COMMA.rows(text.as_bytes(), true, usize::MAX, &mut starts);
        assert_eq!(end, text.len());
        let rows: Vec<&str> = starts
            .iter()
            .map(|&s| &text[s as usize..s as usize + 2])
            .collect();
        assert_eq!(rows, ["id", "1,", "2,", "3,"]);
    }

    #[test]
    fn a_quote_that_never_closes_costs_one_row() {
        let text = format!("a,b\n1,\"open\n{}", "2,3\n".repeat(100_000));
        let mut starts = Vec::new();
        Dialect::COMMA.rows(text.as_bytes(), true, usize::MAX, &mut starts);
        assert_eq!(starts.len(), 100_002);
    }

    #[test]
    fn headings_may_be_under_a_title_and_over_two_rows() {
        assert_eq!(
            above("Name,Date of birth\nOkafor,1951-03-02\n"),
            ["Name", "Date of birth"]
        );
        assert_eq!(
            above("Staff list,,\n,,\nName,Born,NI number\nOkafor,1951,AB123456C\n"),
            ["Name", "Born", "NI number"]
        );
        assert_eq!(
            above("Person,,Bank,\n,Born,Sort code,Account\nOkafor,1951,112233,12345678\n"),
            ["Person", "Person Born", "Bank Sort code", "Bank Account"]
        );
    }

    #[test]
    fn data_in_the_first_row_is_no_heading() {
        let text = "Okafor,1951-03-02,AB123456C\nHall,1960-01-01,AB123456D\n";
        assert_eq!(Dialect::COMMA.headings(text), Headings::None);
    }

    #[test]
    fn a_form_has_its_names_beside() {
        let text = "Name:,Margaret Okafor\nDate of birth:,02/03/1951\nPhone:,07700 900123\n";
        let Headings::Beside(fields) = Dialect::COMMA.headings(text) else {
            panic!("a form");
        };
        assert_eq!(fields.len(), 3);
        assert_eq!(&text[fields[1].1.clone()], "Date of birth:");
    }

    #[test]
    fn prose_is_no_table() {
        let text = "Dear Sir, thank you.\nI write, as you know, of the roof.\nYours, truly\n";
        assert!(!is_table(text.as_bytes()));
        assert!(is_table(b"a,b,c,d\n1,2,3,4\n5,6,7,8\n"));
    }
}
