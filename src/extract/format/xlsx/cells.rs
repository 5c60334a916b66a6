//! The cells of one sheet, its page headers, and the choices and prompts of its cells.

use std::io::Read;

use crate::extract::{
    error::ExtractError,
    numfmt::NumberFormat,
    sheet::Sheet,
    story::Story,
    xml::{Node, Xml},
};

use super::book::Strings;

/// Rows and columns that a sheet may have.
pub(super) const ROWS: u64 = 1 << 20;
pub(super) const COLUMNS: u32 = 1 << 14;

/// Row from 1 and column from 0 of a reference such as `AB12`.
pub(super) fn reference(text: &str) -> Option<(u64, u32)> {
    let mut column: u32 = 0;
    let mut bytes = text.bytes().filter(|&b| b != b'$').peekable();
    while let Some(&b) = bytes.peek() {
        if !b.is_ascii_alphabetic() {
            break;
        }
        column = column
            .checked_mul(26)?
            .checked_add(u32::from(b.to_ascii_uppercase() - b'A') + 1)?;
        bytes.next();
    }
    let mut row: u64 = 0;
    for b in bytes {
        if !b.is_ascii_digit() {
            break;
        }
        row = row.checked_mul(10)?.checked_add(u64::from(b - b'0'))?;
    }
    ((1..=COLUMNS).contains(&column) && (1..=ROWS).contains(&row)).then(|| (row, column - 1))
}

/// Walks one sheet.
pub(super) struct SheetReader<'b> {
    pub strings: &'b Strings,
    pub formats: &'b [NumberFormat],
    pub since_1904: bool,
    /// Page headers and footers.
    pub asides: Vec<String>,
    /// Choices and prompts of cells, with the cells they are for.
    pub prompts: Vec<(String, String)>,
}

impl SheetReader<'_> {
    pub fn read<R: Read>(
        &mut self,
        xml: &mut Xml<R>,
        sheet: &mut Sheet,
        story: &mut Story<'_, '_>,
    ) -> Result<(), ExtractError> {
        let (mut row, mut column) = (0_u64, 0_u32);
        let (mut kind, mut style) = (String::new(), 0_usize);
        let mut value = String::new();
        let (mut in_value, mut in_text, mut phonetic) = (false, false, false);
        let mut steps = 0_u32;
        let mut at_prompt = String::new();
        while let Some(node) = xml.step()? {
            match node {
                Node::Text(text) => {
                    if (in_value || in_text) && !phonetic {
                        value.push_str(&text);
                    }
                }
                Node::Open(tag) => match tag.name() {
                    "row" => {
                        row = tag
                            .attr("r")
                            .and_then(|r| r.parse().ok())
                            .unwrap_or(row + 1);
                        column = 0;
                        steps += 1;
                        if steps.is_multiple_of(1024) {
                            story.out.check()?;
                        }
                    }
                    "c" => {
                        kind.clear();
                        style = 0;
                        for (name, text) in tag.attrs() {
                            match name {
                                "r" => {
                                    if let Some((r, c)) = reference(&text) {
                                        row = r;
                                        column = c;
                                    }
                                }
                                "t" => kind = text,
                                "s" => style = text.parse().unwrap_or(0),
                                _ => {}
                            }
                        }
                        value.clear();
                    }
                    "v" => in_value = true,
                    "t" => in_text = true,
                    "rPh" => phonetic = true,
                    "dataValidation" if self.prompts.len() < 10_000 => {
                        at_prompt = tag.attr("sqref").unwrap_or_default();
                        for name in ["promptTitle", "prompt", "errorTitle", "error"] {
                            if let Some(text) = tag.attr(name) {
                                self.prompts.push((at_prompt.clone(), text));
                            }
                        }
                    }
                    "formula1" if !at_prompt.is_empty() => {
                        // A list of choices that was typed in stands in quotes.
                        let text = xml.text()?;
                        if let Some(list) = text.trim().strip_prefix('"') {
                            let list = list.strip_suffix('"').unwrap_or(list).to_owned();
                            self.prompts.push((std::mem::take(&mut at_prompt), list));
                        }
                    }
                    "f" | "extLst" => xml.skip()?,
                    "oddHeader" | "oddFooter" | "evenHeader" | "evenFooter" | "firstHeader"
                    | "firstFooter" => {
                        let text = page_text(&xml.text()?);
                        if !text.trim().is_empty() && self.asides.len() < 16 {
                            self.asides.push(text);
                        }
                    }
                    _ => {}
                },
                Node::Close(end) => match end.name() {
                    "v" => in_value = false,
                    "t" => in_text = false,
                    "rPh" => phonetic = false,
                    "c" => {
                        if row == 0 {
                            row = 1;
                        }
                        if !value.is_empty() && row <= ROWS && column < COLUMNS {
                            self.cell(&kind, style, &value, row, column, sheet, story)?;
                        }
                        column = column.saturating_add(1);
                    }
                    _ => {}
                },
            }
        }
        Ok(())
    }

    #[allow(clippy::too_many_arguments)]
    fn cell(
        &self,
        kind: &str,
        style: usize,
        value: &str,
        row: u64,
        column: u32,
        sheet: &mut Sheet,
        story: &mut Story<'_, '_>,
    ) -> Result<(), ExtractError> {
        match kind {
            "s" => {
                let text = value
                    .trim()
                    .parse()
                    .ok()
                    .and_then(|i| self.strings.get(i))
                    .unwrap_or("");
                sheet.cell(row, column, text, true, story)
            }
            "inlineStr" | "str" => sheet.cell(row, column, value, true, story),
            "b" => sheet.cell(
                row,
                column,
                if value == "1" { "TRUE" } else { "FALSE" },
                false,
                story,
            ),
            "e" => sheet.cell(row, column, value, false, story),
            "d" => sheet.cell(
                row,
                column,
                value.trim_end_matches("T00:00:00"),
                false,
                story,
            ),
            _ => {
                let format = self.formats.get(style).unwrap_or(&NumberFormat::General);
                match value.trim().parse::<f64>() {
                    // Whole numbers past what a float holds keep the digits that the file writes.
                    Ok(_)
                        if *format == NumberFormat::General
                            && value.bytes().all(|b| b.is_ascii_digit()) =>
                    {
                        sheet.cell(row, column, value, false, story)
                    }
                    Ok(number) => sheet.cell(
                        row,
                        column,
                        &format.show(number, self.since_1904),
                        false,
                        story,
                    ),
                    Err(_) => sheet.cell(row, column, value, true, story),
                }
            }
        }
    }
}

/// A page header without its codes: `&L`, `&"Arial"`, `&12`.
pub(in crate::extract::format) fn page_text(code: &str) -> String {
    let mut out = String::new();
    let mut chars = code.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '&' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('&') => out.push('&'),
            Some('"') => while chars.next().is_some_and(|c| c != '"') {},
            Some(d) if d.is_ascii_digit() => {
                while chars.peek().is_some_and(char::is_ascii_digit) {
                    chars.next();
                }
            }
            Some('L' | 'C' | 'R') => out.push(' '),
            Some('K') => {
                for _ in 0..6 {
                    chars.next();
                }
            }
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_and_impossible_ones_refused() {
        assert_eq!(reference("C14"), Some((14, 2)));
        assert_eq!(reference("$AA$1"), Some((1, 26)));
        assert_eq!(reference("XFD1048576"), Some((ROWS, COLUMNS - 1)));
        assert_eq!(reference("XFE1"), None);
        assert_eq!(reference("A99999999999999999999"), None);
        assert_eq!(reference("12"), None);
    }

    #[test]
    fn page_headers_lose_their_codes() {
        assert_eq!(
            page_text("&L&\"Arial,Bold\"&12Staff && pay&C&P&R&KFF0000Q&&A").trim(),
            "Staff & pay  Q&A"
        );
    }
}
