//! Word documents of before 2007: the piece table of Word 97 to 2003, and the plain text of Word 6 and 95.
//!
//! Body with tables, footnotes, endnotes, headers, comments, text boxes; results of fields and where links lead; properties;
//! embedded objects are members. Source: [MS-DOC]. Older versions than Word 6 are met by their signature and not read.

mod pieces;

use crate::{
    extract::{
        Format, Guard, Source,
        compound::Compound,
        error::ExtractError,
        ole::{self, u16_at},
        sniff::{Look, NO, SURE},
        story::Story,
    },
    model::Anchor,
};

use pieces::Pieces;

/// Word documents of before 2007.
pub struct Doc;

impl Format for Doc {
    fn name(&self) -> &'static str {
        "doc"
    }

    fn version(&self) -> u32 {
        1
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["doc", "dot"]
    }

    fn about(&self) -> &'static str {
        "Word 6 to 2003: body, tables, notes, headers, comments, text boxes, properties, embedded objects"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if look.magic == "cfb" && look.has("WordDocument") {
            SURE
        } else {
            NO
        }
    }

    fn seeks(&self) -> bool {
        true
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let whole = source.whole(out, 3)?;
        let file = Compound::open(&whole)
            .ok_or_else(|| ExtractError::corrupt("its compound file directory is damaged"))?;
        let main = file
            .stream("/WordDocument")
            .ok_or_else(|| ExtractError::corrupt("its document stream cannot be read"))?;
        let flags =
            u16_at(&main, 0x0a).ok_or_else(|| ExtractError::corrupt("its header is missing"))?;
        let version = u16_at(&main, 2).unwrap_or(0);
        if flags & 0x0100 != 0 {
            return Err(ExtractError::encrypted());
        }
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
        let table = file.stream(name).or_else(|| file.stream(other));
        {
            let mut story = Story::new(out);
            let pieces = if version >= 0xc1 {
                Pieces::of_97(&main, table.as_deref().unwrap_or(&[]))
            } else {
                Pieces::of_95(&main)
            };
            let (pieces, whole) = match pieces {
                Some(pieces) => (pieces, true),
                None => (Pieces::guess(&main), false),
            };
            for part in pieces.parts() {
                story.region(part.region.map(|r| Anchor::Region(r.into())));
                write(&pieces.text(part.start, part.end), &mut story)?;
                story.end_part()?;
            }
            if !whole {
                story
                    .out
                    .problem("its piece table is damaged: text was read where it lies");
            }
            for (name, value) in ole::properties(&file) {
                story.note(
                    Anchor::Meta(name.as_str().into()),
                    Some(&name),
                    value.trim(),
                )?;
            }
            story.finish()?;
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

/// Writes text with Word's control characters: paragraphs, cells, fields, breaks.
fn write(text: &str, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
    // For each open field: its code so far, and whether its result has begun.
    let mut fields: Vec<(String, bool)> = Vec::new();
    let mut in_table = false;
    let mut cells = 0_u32;
    let mut run = String::new();
    let mut steps = 0_u32;
    // A paragraph with a cell mark after it belongs to a table: the text is cut at marks, and rows are known by them.
    let mut waiting: Vec<String> = Vec::new();
    for c in text.chars() {
        steps = steps.wrapping_add(1);
        if steps.is_multiple_of(1 << 16) {
            story.out.check()?;
        }
        let in_code = fields.last().is_some_and(|f| !f.1);
        match c {
            '\u{13}' => {
                if fields.len() < 64 {
                    fields.push((String::new(), false));
                }
            }
            '\u{14}' => {
                if let Some((code, begun)) = fields.last_mut()
                    && !*begun
                {
                    *begun = true;
                    link(code, story)?;
                }
            }
            '\u{15}' => {
                if let Some((code, false)) = fields.pop() {
                    link(&code, story)?;
                    run.push_str(&formula(&code));
                }
            }
            _ if in_code => {
                if let Some((code, _)) = fields.last_mut()
                    && code.len() < 4096
                {
                    code.push(c);
                }
            }
            '\r' | '\u{c}' | '\u{e}' => {
                if in_table {
                    // Either another paragraph of a cell, or the table is over: the next mark will tell.
                    waiting.push(std::mem::take(&mut run));
                } else {
                    paragraph(&mut run, story)?;
                }
                if in_table && waiting.len() > 64 {
                    end_table(&mut waiting, story)?;
                    in_table = false;
                }
            }
            '\u{7}' => {
                if !in_table {
                    story.open_table()?;
                    in_table = true;
                    cells = 0;
                }
                let empty = run.is_empty() && waiting.is_empty();
                if empty && cells > 0 && c == '\u{7}' && row_ended(&mut cells) {
                    continue;
                }
                if cells == 0 {
                    story.open_row(false)?;
                }
                story.open_cell()?;
                for text in waiting.drain(..) {
                    story.text(&text);
                    story.end_paragraph()?;
                }
                story.text(&run);
                run.clear();
                story.close_cell()?;
                cells += 1;
            }
            '\u{b}' => run.push('\n'),
            '\u{1e}' => run.push('-'),
            '\u{1f}' => run.push('\u{ad}'),
            '\u{a0}' => run.push(' '),
            '\t' => run.push('\t'),
            '\u{1}'..='\u{8}' | '\0' | '\u{f}'..='\u{12}' | '\u{16}'..='\u{1d}' | '\n' => {}
            c => run.push(c),
        }
    }
    if in_table {
        waiting.push(std::mem::take(&mut run));
        end_table(&mut waiting, story)?;
    } else {
        paragraph(&mut run, story)?;
    }
    Ok(())
}

/// Two cell marks in a row end the row. Says so, and makes ready for the next.
fn row_ended(cells: &mut u32) -> bool {
    *cells = 0;
    true
}

fn end_table(waiting: &mut Vec<String>, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
    story.close_table()?;
    for mut text in waiting.drain(..) {
        paragraph(&mut text, story)?;
    }
    Ok(())
}

fn paragraph(run: &mut String, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
    story.text(run);
    run.clear();
    story.end_paragraph()
}

/// What an `EQ` field shows, which has no result: reading aids over words are written so.
fn formula(code: &str) -> String {
    let code = code.trim();
    if !code.get(..2).is_some_and(|w| w.eq_ignore_ascii_case("EQ")) {
        return String::new();
    }
    code.split(['(', ')', ','])
        .skip(1)
        .map(|part| part.split('\\').next().unwrap_or("").trim())
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Where a link leads.
fn link(code: &str, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
    let code = code.trim();
    if code
        .get(..9)
        .is_some_and(|w| w.eq_ignore_ascii_case("HYPERLINK"))
        && let Some(target) = code[9..].split('"').nth(1)
        && target.contains(':')
    {
        let text = target.strip_prefix("mailto:").unwrap_or(target);
        story.note(Anchor::Region("link".into()), None, text)?;
    }
    Ok(())
}
