//! A page as its tags and texts come: lines, tables with headings, terms, hidden text, what stands in attributes.

use std::{cell::OnceCell, sync::Arc};

use crate::{
    extract::{
        compose::Composer,
        markup::{self, Token, attribute, attributes, unescape},
        naming::{is_name, name_score},
    },
    model::Anchor,
};

use super::tags::{NAME, SHOWN, is_block, lowered};

/// Columns whose headings are kept of one table.
const COLUMNS: usize = 256;

/// Whether the plain cells of a first row name the columns: all of them could, and there are some. Two may as well be the
/// first line of a form, so both have to say what is usually asked for.
fn names_columns(cells: &[Arc<str>]) -> bool {
    match cells.len() {
        0 | 1 => false,
        2 => cells
            .iter()
            .all(|c| name_score(c) == 2 && !c.ends_with([':', '?'])),
        _ => cells.iter().all(|c| c.is_empty() || is_name(c)),
    }
}

/// One table: its headings by column, and where we are in it.
#[derive(Default)]
struct Grid {
    headings: Vec<Arc<str>>,
    column: usize,
    row: u64,
    /// Whether a cell's label is open.
    labelled: bool,
    /// Where the heading being read began.
    heading: Option<usize>,
    /// Whether the headings are the plain cells of the first row, which may yet be data.
    guessed: bool,
    /// Whether the first cell of a row of a table without headings is being read.
    asking: bool,
    /// What stood there: a form of two columns asks on the left and is answered on the right.
    question: Option<Arc<str>>,
}

/// The page that is being read.
pub struct Page {
    /// Its text on its way out.
    pub text: Composer,
    line: u64,
    marked: u64,
    /// Content to be taken as it stands until this end tag: `script`, `style`.
    raw: Option<(&'static str, bool)>,
    grids: Vec<Grid>,
    /// Text of the heading cell being read.
    heading: String,
    /// Text of the term or label last read, and whether it is being read.
    term: String,
    in_term: bool,
    /// Whether the label of a definition is open.
    defined: bool,
    /// Whether white space is text.
    pre: u32,
}

impl Page {
    /// An empty one.
    pub fn new() -> Self {
        Page {
            text: Composer::new(),
            line: 1,
            marked: 0,
            raw: None,
            grids: Vec::new(),
            heading: String::new(),
            term: String::new(),
            in_term: false,
            defined: false,
            pre: 0,
        }
    }

    /// Takes in the next token; its length, or `None` when more of the page is needed.
    pub fn step(&mut self, window: &str, ends: bool) -> Option<usize> {
        if window.is_empty() {
            return None;
        }
        if let Some((tag, kept)) = self.raw {
            return self.verbatim(window, ends, tag, kept);
        }
        let (token, used) = markup::next(window, ends)?;
        match token {
            Token::Text(text) => self.words(text),
            Token::Literal(text) => self.words(text),
            Token::Open(name, raw, own) => self.open(name, raw, own),
            Token::Close(name) => self.close(name),
            Token::Comment(text) => {
                // Conditional comments hold markup; whatever it is, its text is text.
                if !text.trim().is_empty() {
                    self.break_line();
                    self.text.mark(Anchor::Region("comment".into()));
                    self.text.push(&unescape(text.trim()));
                    self.break_line();
                    self.marked = 0;
                }
            }
            Token::Other(_) => {}
        }
        self.line += memchr::memchr_iter(b'\n', &window.as_bytes()[..used]).count() as u64;
        Some(used)
    }

    /// The content of a script or style sheet.
    fn verbatim(
        &mut self,
        window: &str,
        ends: bool,
        tag: &'static str,
        kept: bool,
    ) -> Option<usize> {
        let mut from = 0;
        let stop = loop {
            let Some(n) = memchr::memmem::find(&window.as_bytes()[from..], b"</") else {
                break None;
            };
            let at = from + n;
            match window.get(at + 2..at + 2 + tag.len()) {
                Some(name) if name.eq_ignore_ascii_case(tag) => break Some(at),
                _ => from = at + 2,
            }
        };
        let used = match stop {
            Some(n) => {
                self.raw = None;
                n
            }
            None if ends => window.len(),
            // The end tag may lie over the cut.
            None if window.len() > 64 => crate::extract::split::floor(window, window.len() - 16),
            None => return None,
        };
        if kept {
            self.text.push(&window[..used]);
        }
        if stop.is_some() {
            self.break_line();
            self.marked = 0;
        }
        self.line += memchr::memchr_iter(b'\n', &window.as_bytes()[..used]).count() as u64;
        Some(used)
    }

    /// Text between tags: white space folded as a browser does.
    fn words(&mut self, raw: &str) {
        if raw.is_empty() {
            return;
        }
        self.place();
        let text = unescape(raw);
        if self.in_term && self.term.len() < 200 {
            self.term.push_str(text.trim());
        }
        let kept = |g: &Grid| g.heading.is_some() || g.asking;
        if self.grids.last().is_some_and(kept) && self.heading.len() < 200 {
            self.heading.push_str(&text);
        }
        if self.pre > 0 {
            self.text.push(&text);
            return;
        }
        let mut rest = &*text;
        while !rest.is_empty() {
            let space = |b: &u8| matches!(b, b' ' | b'\n' | b'\t' | b'\r' | 0x0c);
            let bytes = rest.as_bytes();
            if space(&bytes[0]) {
                let n = bytes.iter().position(|b| !space(b)).unwrap_or(bytes.len());
                if !self.text.at_space() {
                    self.text.push(" ");
                }
                rest = &rest[n..];
                continue;
            }
            // Up to white space that a single space does not stand for.
            let mut n = 0;
            let end = loop {
                match bytes[n..].iter().position(space) {
                    None => break bytes.len(),
                    Some(m) => {
                        let at = n + m;
                        if bytes[at] == b' ' && bytes.get(at + 1).is_some_and(|b| !space(b)) {
                            n = at + 1;
                        } else {
                            break at;
                        }
                    }
                }
            };
            self.text.push(&rest[..end]);
            rest = &rest[end..];
        }
    }

    fn place(&mut self) {
        if self.marked != self.line {
            self.text.mark(Anchor::Line(self.line));
            self.marked = self.line;
        }
    }

    fn end_definition(&mut self) {
        if std::mem::take(&mut self.defined) {
            self.text.close();
        }
    }

    fn break_line(&mut self) {
        self.text.line();
    }

    fn open(&mut self, name: &str, raw: &str, own: bool) {
        let mut lower = [0; NAME];
        let tag = lowered(name, &mut lower);
        // Within a row of a table cells stay on one line: a row is a record.
        let in_cell = self.grids.last().is_some_and(|g| g.column > 0);
        if in_cell && !matches!(tag, "tr" | "table" | "tbody" | "thead" | "tfoot") {
            if is_block(tag) && !self.text.at_space() {
                self.text.push(" ");
            }
        } else if is_block(tag) {
            self.break_line();
        }
        match tag {
            "script" if !own => {
                self.break_line();
                self.text.mark(Anchor::Region("script".into()));
                self.raw = Some(("script", true));
            }
            "style" if !own => self.raw = Some(("style", false)),
            "pre" | "textarea" | "listing" | "xmp" => self.pre += 1,
            "table" if self.grids.len() < 64 => self.grids.push(Grid::default()),
            "tr" => {
                self.end_cell();
                if let Some(grid) = self.grids.last_mut() {
                    grid.row += 1;
                    // A first row of plain cells names the columns when all of it could and there are some.
                    if grid.row == 2 && grid.guessed && !names_columns(&grid.headings) {
                        grid.headings.clear();
                        grid.guessed = false;
                    }
                    grid.column = 0;
                }
            }
            "td" | "th" => self.cell(tag, raw),
            "dt" | "label" => {
                self.end_definition();
                self.term.clear();
                self.in_term = true;
            }
            "dd" => {
                self.in_term = false;
                self.end_definition();
                let term = std::mem::take(&mut self.term);
                self.text.open(term.trim_end_matches([':', ' ']));
                self.defined = true;
            }
            _ => {}
        }
        if !raw.trim().is_empty() {
            self.attributes(tag, raw);
        }
    }

    fn close(&mut self, name: &str) {
        let mut lower = [0; NAME];
        let tag = lowered(name, &mut lower);
        match tag {
            "pre" | "textarea" | "listing" | "xmp" => self.pre = self.pre.saturating_sub(1),
            "td" | "th" => {
                self.end_cell();
                return;
            }
            "table" => {
                self.end_cell();
                self.grids.pop();
            }
            "tr" => {
                self.end_cell();
                if let Some(grid) = self.grids.last_mut() {
                    grid.column = 0;
                }
            }
            "dd" | "dl" => self.end_definition(),
            "dt" | "label" => self.in_term = false,
            _ => {}
        }
        let in_cell = self.grids.last().is_some_and(|g| g.column > 0);
        if is_block(tag) {
            if in_cell {
                if !self.text.at_space() {
                    self.text.push(" ");
                }
            } else {
                self.break_line();
            }
        }
    }

    /// A cell begins: it is called what its column is, or what the heading at the start of its row says.
    fn cell(&mut self, tag: &str, raw: &str) {
        self.end_cell();
        let Some(grid) = self.grids.last_mut() else {
            self.text.push(" ");
            return;
        };
        // What stands in two cells is never one word or one number: a space would make groups of one of them.
        if grid.column > 0 {
            self.text.push("\t");
        }
        let span = attribute(raw, "colspan")
            .and_then(|n| n.parse::<usize>().ok())
            .unwrap_or(1)
            .clamp(1, COLUMNS);
        if tag == "th" || grid.row == 1 && (grid.guessed || grid.headings.is_empty()) {
            grid.guessed = tag != "th";
            grid.heading = Some(grid.column);
            self.heading.clear();
            // In the first row only a colon tells a question from a heading.
            let asked = grid.headings.first().filter(|h| h.ends_with(':'));
            if let Some(label) = asked.filter(|_| grid.column == 1 && tag != "th").cloned() {
                self.text.open(label.trim_end_matches([':', ' ']));
                grid.labelled = true;
            }
        } else {
            let label = match grid.column {
                1 if grid.headings.is_empty() => grid.question.take(),
                column => grid.headings.get(column).cloned(),
            };
            if let Some(label) = label.filter(|h| !h.is_empty()) {
                self.text.open(&label);
                grid.labelled = true;
            }
            if grid.column == 0 && grid.headings.is_empty() {
                grid.asking = true;
                self.heading.clear();
            }
        }
        grid.column += span;
    }

    fn end_cell(&mut self) {
        let Some(grid) = self.grids.last_mut() else {
            return;
        };
        if let Some(first) = grid.heading.take() {
            let name: Arc<str> = self
                .heading
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .into();
            let last = grid.column.min(COLUMNS).max(first);
            // A heading at the start of a later row is the name of that row.
            let of_row = first == 0 && grid.row > 1 && grid.headings.len() <= 1;
            if of_row {
                grid.headings = vec!["".into(), name];
            } else if first < COLUMNS {
                if grid.headings.len() < last {
                    grid.headings.resize(last, "".into());
                }
                for heading in &mut grid.headings[first..last] {
                    heading.clone_from(&name);
                }
            }
        }
        if std::mem::take(&mut grid.asking) {
            let words: Vec<&str> = self.heading.split_whitespace().collect();
            let name = words.join(" ");
            grid.question = is_name(&name).then(|| name.trim_end_matches([':', ' ']).into());
        }
        if std::mem::take(&mut grid.labelled) {
            self.text.close();
        }
    }

    /// What attributes say.
    fn attributes(&mut self, tag: &str, raw: &str) {
        // Looked for once: a spoilt page may be one tag of a million attributes.
        let (field, kind) = (OnceCell::new(), OnceCell::new());
        let field = || {
            *field.get_or_init(|| {
                attribute(raw, "name")
                    .or_else(|| attribute(raw, "id"))
                    .or_else(|| attribute(raw, "property"))
            })
        };
        for (name, value) in attributes(raw) {
            if value.is_empty() {
                continue;
            }
            let mut lower = [0; NAME];
            let name = lowered(name, &mut lower);
            if matches!(name, "href" | "src" | "action" | "cite" | "longdesc") {
                let value = unescape(value);
                let lower = value.get(..7).unwrap_or("").to_ascii_lowercase();
                // Links to people are text; a link to a page may carry one as a parameter.
                if lower == "mailto:"
                    || lower.starts_with("tel:")
                    || lower.starts_with("sms:")
                    || value.contains('?')
                {
                    self.aside(&percent(&value), name);
                }
            } else if name == "srcdoc" {
                self.aside(&unescape(value), name);
            } else if SHOWN.contains(&name) {
                let kind = *kind.get_or_init(|| attribute(raw, "type").unwrap_or(""));
                let button = ["submit", "button", "reset", "image"]
                    .iter()
                    .any(|k| kind.eq_ignore_ascii_case(k));
                let label = match name {
                    "value" if button || tag == "li" => continue,
                    "value" | "content" => field().unwrap_or(name),
                    _ => name,
                };
                if tag == "meta" && name == "content" && attribute(raw, "charset").is_some() {
                    continue;
                }
                self.aside(&unescape(value), label);
            }
        }
    }

    /// A value that stands in a tag.
    fn aside(&mut self, text: &str, label: &str) {
        self.place();
        if !self.text.at_space() {
            self.text.push(" ");
        }
        self.text.labelled(&unescape(label), text);
        self.text.push(" ");
    }
}

/// A link with its `%40`s resolved.
fn percent(link: &str) -> String {
    let bytes = link.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digit = |i: usize| bytes.get(i).and_then(|&b| char::from(b).to_digit(16));
        if bytes[at] == b'%'
            && let (Some(high), Some(low)) = (digit(at + 1), digit(at + 2))
        {
            out.push((high << 4 | low) as u8);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
