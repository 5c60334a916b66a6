//! Rich text: an own lexer for control words, groups and bytes in code pages.
//!
//! Text in the code page of its font or of the document, Unicode by `\u`, hidden text, tables, footnotes, headers, comments,
//! form fields as labels, document information, where links lead; `\bin` and pictures are passed over; embedded
//! objects are members. Broken nesting costs the text no more than its place.

use std::collections::HashMap;

use encoding_rs::{Encoding, WINDOWS_1252};

use crate::{
    extract::{
        Format, Guard, Source, codepage,
        error::ExtractError,
        guard::Member,
        ole,
        sniff::{Look, NO, SURE},
        story::Story,
    },
    model::{Anchor, Part},
};

/// Rich text.
pub struct Rtf;

impl Format for Rtf {
    fn name(&self) -> &'static str {
        "rtf"
    }

    fn version(&self) -> u32 {
        1
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["rtf", "doc"]
    }

    fn about(&self) -> &'static str {
        "Rich text: paragraphs, tables, notes, headers, comments, hidden text, fields, information, embedded objects"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if look.magic == "rtf" { SURE } else { NO }
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let whole = source.whole(out, 1)?;
        let mut objects = Vec::new();
        {
            let mut story = Story::new(out);
            let mut reader = Reader::new(&whole);
            reader.read(&mut story)?;
            story.finish()?;
            std::mem::swap(&mut objects, &mut reader.objects);
        }
        for (number, object) in objects.iter().enumerate() {
            let name = format!("embedded object {}", number + 1);
            embedded(&name, object, out)?;
        }
        Ok(())
    }
}

/// Most embedded objects that are kept, and bytes of one.
const OBJECTS: usize = 1000;
const OBJECT: usize = 64 << 20;

/// Deepest nesting of groups.
const DEEPEST: usize = 10_000;

/// An OLE 1 object: version, format, class name, two more names, then the data.
fn embedded(name: &str, object: &[u8], out: &mut Guard<'_>) -> Result<(), ExtractError> {
    let data = (|| {
        let mut at = 8;
        let mut class = String::new();
        for i in 0..3 {
            let length = ole::u32_at(object, at)? as usize;
            let raw = object.get(at + 4..(at + 4).checked_add(length)?)?;
            if i == 0 {
                class = String::from_utf8_lossy(raw)
                    .trim_end_matches('\0')
                    .to_owned();
            }
            at += 4 + length;
        }
        let length = ole::u32_at(object, at)? as usize;
        let data = object.get(at + 4..(at + 4).checked_add(length)?.min(object.len()))?;
        Some((class, data))
    })();
    match data {
        Some((class, data)) if class == "Package" => {
            // The stream of a packaged file without its total size.
            let mut wrapped = (data.len() as u32).to_le_bytes().to_vec();
            wrapped.extend_from_slice(data);
            match ole::native(&wrapped) {
                Some((inner, content)) => {
                    let name = inner.unwrap_or_else(|| name.to_owned());
                    out.child_bytes(Member::new(Part::Attachment(name.into())), content)
                }
                None => out.child_bytes(Member::new(Part::Attachment(name.into())), data),
            }
        }
        Some((_, data)) if data.len() > 8 => ole::child(name, data, out),
        _ => Ok(()),
    }
}

/// Where text goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum To {
    /// The document.
    Body,
    /// Nowhere.
    Nothing,
    /// The font table.
    Fonts,
    /// The information group; its field is named by the group inside.
    Info,
    /// The code of a field.
    Code,
    /// The name of a form field.
    FieldName,
    /// The data of an object, in hexadecimal.
    Object,
}

/// What a group inherits and restores.
#[derive(Clone)]
struct State {
    to: To,
    encoding: &'static Encoding,
    /// Bytes after `\u` that stand for the same character in old readers.
    skip: usize,
    /// Started a box, a label, or a region, to be ended with the group.
    boxed: bool,
    label: bool,
    region: bool,
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
    state: State,
    stack: Vec<State>,
    document: &'static Encoding,
    fonts: HashMap<i32, &'static Encoding>,
    font: i32,
    default_font: i32,
    /// Bytes in the code page that are not yet text.
    raw: Vec<u8>,
    raw_encoding: &'static Encoding,
    skipping: usize,
    high: Option<u16>,
    info: String,
    info_name: &'static str,
    code: String,
    field_name: String,
    star: bool,
    /// Nothing has come since the last group began.
    fresh: bool,
    row_open: bool,
    /// The paragraph says that it is in a table; a table, a row, a cell are open.
    in_table: bool,
    table_open: bool,
    cell_open: bool,
    objects: Vec<Vec<u8>>,
    nibble: Option<u8>,
}

/// Destinations whose text is none of the document's.
const NOTHING: &[&str] = &[
    "colortbl",
    "stylesheet",
    "listtable",
    "listoverridetable",
    "rsidtbl",
    "generator",
    "pict",
    "themedata",
    "colorschememapping",
    "datastore",
    "latentstyles",
    "xmlnstbl",
    "filetbl",
    "revtbl",
    "mmathPr",
    "fldtype",
    "pntext",
    "pntxta",
    "pntxtb",
    "listtext",
    "objclass",
    "objname",
    "blipuid",
    "panose",
    "falt",
    "fontemb",
    "bkmkstart",
    "bkmkend",
    "template",
    "wgrffmtfilter",
    "pgptbl",
    "atnid",
    "atndate",
    "atnref",
    "formatconverter",
    "defchp",
    "defpap",
    "mailmerge",
    "nonshppict",
    "factoidname",
    "passwordhash",
    "protusertbl",
    "ffexittext",
    "ffentrytext",
    "ffhelptext",
    "ffformat",
    "fname",
    "fontfile",
    "keycode",
    "oldcprops",
    "oldpprops",
    "oldsprops",
    "oldtprops",
    "picprop",
    "svb",
    "sp",
    "wptab",
    "hlinkbase",
];

impl<'b> Reader<'b> {
    fn new(bytes: &'b [u8]) -> Self {
        Reader {
            bytes,
            at: 0,
            state: State {
                to: To::Body,
                encoding: WINDOWS_1252,
                skip: 1,
                boxed: false,
                label: false,
                region: false,
            },
            stack: Vec::new(),
            document: WINDOWS_1252,
            fonts: HashMap::new(),
            font: 0,
            default_font: 0,
            raw: Vec::new(),
            raw_encoding: WINDOWS_1252,
            skipping: 0,
            high: None,
            info: String::new(),
            info_name: "",
            code: String::new(),
            field_name: String::new(),
            star: false,
            fresh: false,
            row_open: false,
            in_table: false,
            table_open: false,
            cell_open: false,
            objects: Vec::new(),
            nibble: None,
        }
    }

    fn read(&mut self, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        let mut steps = 0_u32;
        while let Some(&byte) = self.bytes.get(self.at) {
            steps = steps.wrapping_add(1);
            if steps.is_multiple_of(1 << 16) {
                story.out.check()?;
            }
            self.at += 1;
            let fresh = std::mem::take(&mut self.fresh);
            match byte {
                b'{' => {
                    self.fresh = true;
                    self.flush(story)?;
                    self.star = false;
                    if self.stack.len() >= DEEPEST {
                        story.out.problem("its groups are nested too deep");
                        break;
                    }
                    self.stack.push(self.state.clone());
                    self.state.boxed = false;
                    self.state.label = false;
                    self.state.region = false;
                    self.skipping = 0;
                }
                b'}' => {
                    self.flush(story)?;
                    self.skipping = 0;
                    self.end_group(story)?;
                }
                b'\\' => self.control(fresh, story)?,
                b'\r' | b'\n' | 0 => self.fresh = fresh,
                byte => self.byte(byte, story)?,
            }
        }
        self.flush(story)?;
        let ends = self
            .bytes
            .iter()
            .rev()
            .find(|b| !b.is_ascii_whitespace() && **b != 0);
        if !self.stack.is_empty() && self.stack.len() < DEEPEST && ends != Some(&b'}') {
            story
                .out
                .problem("it breaks off before its last group ends");
        }
        story.end_part()
    }

    fn end_group(&mut self, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        let ended = std::mem::replace(
            &mut self.state,
            match self.stack.pop() {
                Some(outer) => outer,
                // One bracket too many: go on in the document.
                None => return Ok(()),
            },
        );
        if ended.label {
            story.close_label();
        }
        if ended.boxed {
            story.close_box()?;
        }
        if ended.region {
            story.end_part()?;
        }
        if ended.to == To::Info && !self.info_name.is_empty() {
            let text = std::mem::take(&mut self.info);
            let name = std::mem::take(&mut self.info_name);
            story.note(Anchor::Meta(name.into()), Some(name), text.trim())?;
        }
        if ended.to == To::Code && self.state.to != To::Code {
            self.field_code(story)?;
        }
        Ok(())
    }

    /// A field whose code is known: where a link leads, what a merge field is called.
    fn field_code(&mut self, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        let code = std::mem::take(&mut self.code);
        let (word, rest) = code
            .trim()
            .split_once(char::is_whitespace)
            .unwrap_or((code.trim(), ""));
        let rest = rest.trim();
        let argument = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next().unwrap_or(""),
            None => rest.split_whitespace().next().unwrap_or(""),
        };
        match word.to_ascii_uppercase().as_str() {
            "HYPERLINK" if argument.contains(':') => {
                let text = argument.strip_prefix("mailto:").unwrap_or(argument);
                story.note(Anchor::Region("link".into()), None, text)?;
            }
            "MERGEFIELD" if self.field_name.is_empty() => self.field_name = argument.to_owned(),
            _ => {}
        }
        Ok(())
    }

    fn byte(&mut self, byte: u8, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        if self.skipping > 0 {
            self.skipping -= 1;
            return Ok(());
        }
        match self.state.to {
            To::Nothing => {}
            To::Object => {
                if let Some(digit) = (byte as char).to_digit(16)
                    && let Some(object) = self.objects.last_mut()
                    && object.len() < OBJECT
                {
                    match self.nibble.take() {
                        Some(high) => object.push(high << 4 | digit as u8),
                        None => self.nibble = Some(digit as u8),
                    }
                }
            }
            _ => {
                if !std::ptr::eq(self.raw_encoding, self.state.encoding) {
                    self.flush(story)?;
                    self.raw_encoding = self.state.encoding;
                }
                self.raw.push(byte);
                if self.raw.len() > 1 << 16 {
                    self.flush(story)?;
                }
            }
        }
        Ok(())
    }

    fn flush(&mut self, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        if self.raw.is_empty() {
            return Ok(());
        }
        let raw = std::mem::take(&mut self.raw);
        let text = self.raw_encoding.decode_without_bom_handling(&raw).0;
        self.put(&text, story)?;
        self.raw = raw;
        self.raw.clear();
        Ok(())
    }

    fn put(&mut self, text: &str, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        match self.state.to {
            To::Body => {
                self.place(story)?;
                story.text(text);
            }
            To::Info if self.info.len() < 1 << 20 => self.info.push_str(text),
            To::Code if self.code.len() < 1 << 16 => self.code.push_str(text),
            To::FieldName if self.field_name.len() < 1024 => self.field_name.push_str(text),
            _ => {}
        }
        Ok(())
    }

    /// Opens the table, row and cell that text stands in, or closes the table that it does not.
    fn place(&mut self, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        if self.in_table && !self.row_open {
            if !self.table_open {
                story.open_table()?;
                self.table_open = true;
            }
            story.open_row(false)?;
            self.row_open = true;
            self.cell_open = false;
        }
        if self.row_open && !self.cell_open {
            story.open_cell()?;
            self.cell_open = true;
        }
        if self.table_open && !self.row_open && !self.in_table {
            story.close_table()?;
            self.table_open = false;
        }
        Ok(())
    }

    fn special(&mut self, text: &str, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        self.flush(story)?;
        if self.skipping > 0 {
            self.skipping -= 1;
            return Ok(());
        }
        self.put(text, story)
    }

    fn control(&mut self, fresh: bool, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        let Some(&first) = self.bytes.get(self.at) else {
            return Ok(());
        };
        if !first.is_ascii_alphabetic() {
            self.at += 1;
            match first {
                b'\'' => {
                    let hex = |b: Option<&u8>| b.and_then(|&b| (b as char).to_digit(16));
                    if let (Some(high), Some(low)) = (
                        hex(self.bytes.get(self.at)),
                        hex(self.bytes.get(self.at + 1)),
                    ) {
                        self.at += 2;
                        self.byte((high * 16 + low) as u8, story)?;
                    }
                }
                b'*' => self.star = fresh,
                b'~' => self.special("\u{a0}", story)?,
                b'_' => self.special("-", story)?,
                b'-' => self.special("\u{ad}", story)?,
                b'\\' | b'{' | b'}' => self.byte(first, story)?,
                b'\r' | b'\n' => self.word("par", None, story)?,
                b'\t' => self.special("\t", story)?,
                _ => {}
            }
            return Ok(());
        }
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_alphabetic) && self.at - start < 40 {
            self.at += 1;
        }
        let word = std::str::from_utf8(&self.bytes[start..self.at]).unwrap_or("");
        let number_at = self.at;
        if self.bytes.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) && self.at - number_at < 12 {
            self.at += 1;
        }
        let number = std::str::from_utf8(&self.bytes[number_at..self.at])
            .ok()
            .and_then(|n| n.parse::<i64>().ok())
            .map(|n| n as i32);
        if self.bytes.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
        self.word(word, number, story)
    }

    fn word(
        &mut self,
        word: &str,
        number: Option<i32>,
        story: &mut Story<'_, '_>,
    ) -> Result<(), ExtractError> {
        if word == "u" {
            self.flush(story)?;
            self.unicode(number.unwrap_or(0), story)?;
            self.skipping = self.state.skip;
            return Ok(());
        }
        if word == "bin" {
            let count = number.unwrap_or(0).max(0) as usize;
            let end = (self.at + count).min(self.bytes.len());
            if self.state.to == To::Object
                && let Some(object) = self.objects.last_mut()
                && object.len() < OBJECT
            {
                object.extend_from_slice(&self.bytes[self.at..end]);
            }
            self.at = end;
            return Ok(());
        }
        // Formatting does not end a run of bytes in a character set of two bytes; what follows may.
        if let Some(character) = character(word) {
            return self.special(character, story);
        }
        let body = self.state.to == To::Body;
        match word {
            "par" | "sect" | "page" | "column" | "pagebb" | "softpage" if body => {
                self.flush(story)?;
                if matches!(word, "par" | "sect" | "page" | "column") {
                    story.end_paragraph()?;
                }
            }
            "line" | "softline" | "lbr" if body => self.special("\n", story)?,
            "intbl" if body => {
                self.flush(story)?;
                self.in_table = true;
            }
            "pard" if body => {
                self.flush(story)?;
                self.in_table = false;
            }
            "cell" | "nestcell" if body => {
                self.flush(story)?;
                self.in_table = true;
                self.place(story)?;
                story.close_cell()?;
                self.cell_open = false;
            }
            "row" | "nestrow" if body => {
                self.flush(story)?;
                if self.row_open && self.cell_open {
                    story.close_cell()?;
                }
                self.row_open = false;
                self.cell_open = false;
            }
            "trhdr" if body => story.head_row(),
            "ansi" => self.set_document(WINDOWS_1252),
            "mac" => self.set_document(encoding_rs::MACINTOSH),
            "pc" | "pca" => self.set_document(WINDOWS_1252),
            "ansicpg" => self.set_document(codepage::encoding(number.unwrap_or(1252) as u16)),
            "uc" => self.state.skip = number.unwrap_or(1).clamp(0, 16) as usize,
            "deff" => self.default_font = number.unwrap_or(0),
            "f" => {
                self.flush(story)?;
                self.font = number.unwrap_or(0);
                if self.state.to != To::Fonts {
                    self.state.encoding =
                        self.fonts.get(&self.font).copied().unwrap_or(self.document);
                }
            }
            "fcharset" => {
                if let Some(encoding) = number.and_then(|n| codepage::of_charset(n as u16)) {
                    // The default font's `0` means the code page of the document.
                    let encoding = if number == Some(0) {
                        self.document
                    } else {
                        encoding
                    };
                    self.fonts.insert(self.font, encoding);
                }
            }
            "cpg" if self.state.to == To::Fonts => {
                self.fonts
                    .insert(self.font, codepage::encoding(number.unwrap_or(1252) as u16));
            }
            "plain" => {
                self.flush(story)?;
                self.font = self.default_font;
                self.state.encoding = self.fonts.get(&self.font).copied().unwrap_or(self.document);
            }
            "fonttbl" => self.state.to = To::Fonts,
            "info" => self.state.to = To::Nothing,
            "title" | "subject" | "author" | "manager" | "company" | "operator" | "category"
            | "keywords" | "comment" | "doccomm"
                if self.state.to == To::Nothing || self.state.to == To::Info =>
            {
                self.state.to = To::Info;
                self.info.clear();
                self.info_name = name_of(word);
            }
            "footnote" if body => self.open_box("note", story)?,
            "annotation" if body => self.open_box("comment", story)?,
            "shptxt" if self.state.to != To::Object => {
                self.state.to = To::Body;
                self.open_box("text box", story)?;
            }
            "atnauthor" => {
                self.state.to = To::Info;
                self.info.clear();
                self.info_name = "comment author";
            }
            "header" | "headerl" | "headerr" | "headerf" | "footer" | "footerl" | "footerr"
            | "footerf"
                if body =>
            {
                self.flush(story)?;
                if !story.at_start() {
                    story.end_paragraph()?;
                }
                let name = if word.starts_with('h') {
                    "header"
                } else {
                    "footer"
                };
                if !self.row_open {
                    story.region(Some(Anchor::Region(name.into())));
                    self.state.region = true;
                }
            }
            "fldinst" => {
                self.state.to = To::Code;
                self.code.clear();
                self.field_name.clear();
            }
            "ffname" => {
                self.state.to = To::FieldName;
                self.field_name.clear();
            }
            "fldrslt" => {
                let name = std::mem::take(&mut self.field_name);
                if !name.is_empty() && body {
                    story.open_label(&name);
                    self.state.label = true;
                }
            }
            "objdata" => {
                self.flush(story)?;
                self.nibble = None;
                if self.objects.len() < OBJECTS {
                    self.objects.push(Vec::new());
                    self.state.to = To::Object;
                } else {
                    self.state.to = To::Nothing;
                }
            }
            _ if NOTHING.contains(&word) => {
                self.flush(story)?;
                self.state.to = To::Nothing;
            }
            // An unknown destination that says it may be passed over.
            _ if self.star => {
                self.flush(story)?;
                if !KNOWN_STARS.contains(&word) {
                    self.state.to = To::Nothing;
                }
            }
            _ => {}
        }
        self.star = false;
        Ok(())
    }

    fn set_document(&mut self, encoding: &'static Encoding) {
        self.document = encoding;
        self.state.encoding = encoding;
    }

    fn open_box(
        &mut self,
        kind: &'static str,
        story: &mut Story<'_, '_>,
    ) -> Result<(), ExtractError> {
        self.flush(story)?;
        story.open_box(kind);
        self.state.boxed = true;
        Ok(())
    }

    fn unicode(&mut self, number: i32, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        if self.skipping > 0 {
            self.skipping -= 1;
        }
        let unit = (number & 0xffff) as u16;
        let text = match (self.high.take(), unit) {
            (Some(high), 0xdc00..=0xdfff) => String::from_utf16_lossy(&[high, unit]),
            (_, 0xd800..=0xdbff) => {
                self.high = Some(unit);
                return Ok(());
            }
            // Symbol fonts put letters in the private area.
            (_, 0xf020..=0xf07e) => char::from((unit & 0xff) as u8).to_string(),
            (_, unit) => String::from_utf16_lossy(&[unit]),
        };
        self.put(&text, story)
    }
}

/// Destinations with a star that are read.
const KNOWN_STARS: &[&str] = &[
    "fldinst",
    "ffname",
    "formfield",
    "atnauthor",
    "annotation",
    "shpinst",
    "shptxt",
    "objdata",
    "footnote",
    "shppict",
    "nesttableprops",
    "company",
    "userprops",
    "manager",
];

/// Control words that are a character.
fn character(word: &str) -> Option<&'static str> {
    Some(match word {
        "tab" => "\t",
        "emdash" => "—",
        "endash" => "–",
        "lquote" => "‘",
        "rquote" => "’",
        "ldblquote" => "“",
        "rdblquote" => "”",
        "bullet" => "•",
        "emspace" | "enspace" | "qmspace" => " ",
        _ => return None,
    })
}

fn name_of(word: &str) -> &'static str {
    match word {
        "title" => "title",
        "subject" => "subject",
        "author" => "author",
        "manager" => "manager",
        "company" => "company",
        "operator" => "last modified by",
        "category" => "category",
        "keywords" => "keywords",
        _ => "comment",
    }
}
