//! Rows of cells in text: comma, semicolon, tab or bar between them, quoted or not. The dialect and the headings are
//! found in the first rows; the text itself is handed on as it stands, in blocks of whole rows.

mod dialect;

use crate::{
    extract::{
        ExtractError, Format, Guard, Look, Source,
        compose::Composer,
        decode::Text,
        sniff::{LIKELY, NAMED, NO, SURE},
        split::floor,
    },
    model::{
        Anchor, Layout, Table,
        limits::{OVERLAP, SEGMENT},
    },
};

use dialect::{Dialect, Headings};

/// Delimited text.
pub struct Csv;

/// Bytes of a block of rows, but for rows that are longer.
const BLOCK: usize = 512 << 10;

/// Bytes that the dialect and the headings are found in.
const SAMPLE: usize = 64 << 10;

const EXTENSIONS: &[&str] = &["csv", "tsv", "tab", "psv"];

/// Names under which rows of cells also come.
const OTHERS: &[&str] = &[
    "", "txt", "dat", "asc", "text", "out", "lst", "prn", "xls", "export", "data",
];

impl Format for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn version(&self) -> u32 {
        1
    }

    fn extensions(&self) -> &'static [&'static str] {
        EXTENSIONS
    }

    fn about(&self) -> &'static str {
        "rows of cells between commas, semicolons, tabs or bars, with their column headings"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if !look.is_text() {
            return NO;
        }
        if look.named(EXTENSIONS) || look.media_type == "text/csv" {
            // A page or a program may be called .csv; text without any delimiter is one column.
            return if look.text.trim_start().starts_with('<') {
                NAMED - 1
            } else {
                SURE - 1
            };
        }
        if look.named(OTHERS) && dialect::is_table(look.text.as_bytes()) {
            return LIKELY - 1;
        }
        NO
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let mut text = Text::new(source, out.buffer());
        let result = rows(&mut text, out);
        out.recycle(text.into_buffer());
        result
    }
}

fn rows(text: &mut Text<'_, '_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
    if !text.fill(SAMPLE)? {
        return Ok(());
    }
    let whole = text.at_end();
    let sample = text.text();
    let cut = if whole {
        sample.len()
    } else {
        sample.rfind('\n').map_or(sample.len(), |n| n + 1)
    };
    let sample = &sample[..cut];
    let dialect = Dialect::of(sample.as_bytes()).unwrap_or(Dialect::COMMA);
    let found = dialect.headings(sample);
    if whole && let Headings::Beside(fields) = &found {
        let fields = fields.clone();
        return form(sample, &fields, out);
    }
    let headings = match found {
        Headings::Above(headings) => headings,
        _ => Vec::new(),
    };
    let mut layout = Layout::Table(Table {
        name: "".into(),
        delimiter: dialect.delimiter,
        quoted: true,
        rows: Vec::new(),
        row_numbers: Vec::new(),
        first_row: 1,
        headings: headings.into(),
    });
    let mut row = 1;
    while text.fill(BLOCK)? {
        let ends = text.at_end();
        let table = text.text();
        let Layout::Table(block) = &mut layout else {
            return Ok(());
        };
        block.rows.clear();
        block.first_row = row;
        let end = dialect.rows(table.as_bytes(), ends, SEGMENT, &mut block.rows);
        if end == 0 {
            if text.bytes().len() < SEGMENT && !ends {
                text.fill(SEGMENT)?;
                continue;
            }
            long_row(text, dialect, &mut layout, out)?;
            row += 1;
            continue;
        }
        row += block.rows.len() as u64;
        out.piece(&table[..end], 0, false, &layout)?;
        text.consume(end);
    }
    Ok(())
}

/// A row that does not fit a segment: it goes on in pieces, whose columns are not known after the first.
fn long_row(
    text: &mut Text<'_, '_>,
    dialect: Dialect,
    layout: &mut Layout,
    out: &mut Guard<'_>,
) -> Result<(), ExtractError> {
    let Layout::Table(table) = &*layout else {
        return Ok(());
    };
    let mut piece_layout = Layout::Table(Table {
        rows: vec![0],
        ..table.clone()
    });
    let mut repeats = 0;
    let mut quoted = text.bytes().first() == Some(&b'"');
    while text.fill(BLOCK)? {
        let ends = text.at_end();
        let window = text.text();
        let most = floor(window, window.len().min(SEGMENT));
        let fresh = &window.as_bytes()[repeats.min(most)..most];
        // The end of the row: a line end outside of quotes.
        let stop = dialect.row_end(fresh, &mut quoted).map(|n| repeats + n);
        let end = stop.unwrap_or(most);
        let more = stop.is_none() && !(ends && end == window.len());
        out.piece(&window[..end], repeats, more, &piece_layout)?;
        if !more {
            text.consume(end);
            return Ok(());
        }
        let next = floor(window, end.saturating_sub(OVERLAP));
        repeats = end - next;
        text.consume(next);
        if let Layout::Table(table) = &mut piece_layout {
            table.headings = Vec::new().into();
        }
    }
    Ok(())
}

/// A form: names in the first column, values beside them.
fn form(text: &str, fields: &[dialect::Field], out: &mut Guard<'_>) -> Result<(), ExtractError> {
    let mut composer = Composer::new();
    let cell = |row, column| Anchor::Cell {
        sheet: "".into(),
        row,
        column,
    };
    for (row, name, values) in fields {
        composer.mark(cell(*row, 1));
        let label = dialect::unquote(&text[name.clone()]);
        composer.push(&label);
        composer.push(" ");
        for (i, value) in values.iter().enumerate() {
            composer.mark(cell(*row, i as u32 + 2));
            composer.labelled(
                label.trim_end_matches([':', ' ']),
                &dialect::unquote(&text[value.clone()]),
            );
            composer.push(" ");
        }
        composer.push("\n");
        composer.end_block(out)?;
    }
    composer.finish(out)
}
