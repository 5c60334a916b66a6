//! JSON and JSON lines: values with their keys as labels and their paths as places. One object makes one line of
//! text, so that what belongs together stays together. It is read as it streams by; where it stops being JSON, the
//! rest is read as text.

use std::sync::Arc;

use crate::{
    extract::{
        ExtractError, Format, Guard, Look, Source,
        compose::{Composer, push_number},
        decode::Text,
        format::text::lines,
        label::label,
        sniff::{LIKELY, NAMED, NO, SURE},
    },
    model::Anchor,
};

/// JSON.
pub struct Json;

const EXTENSIONS: &[&str] = &[
    "json",
    "jsonl",
    "ndjson",
    "geojson",
    "har",
    "ipynb",
    "webmanifest",
    "topojson",
];

/// Bytes looked at in one go.
const BLOCK: usize = 256 << 10;

/// Depth past which nobody's data lies, and a nest of brackets does.
const DEEPEST: usize = 4096;

/// Steps of a path that are written.
const STEPS: usize = 16;

/// Bytes of a key that are kept.
const LONGEST_KEY: usize = 256;

impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn version(&self) -> u32 {
        2
    }

    fn extensions(&self) -> &'static [&'static str] {
        EXTENSIONS
    }

    fn about(&self) -> &'static str {
        "JSON and JSON lines: values with their keys and paths; broken files as text"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if !look.is_text() {
            return NO;
        }
        let start = look.text.trim_start();
        let open = start.starts_with(['{', '[']);
        if look.named(EXTENSIONS) || look.media_type.ends_with("json") {
            return if open { SURE } else { NAMED };
        }
        let inner = start.get(1..).unwrap_or("").trim_start();
        let object = start.starts_with('{') && inner.starts_with('"') && start.contains("\":");
        let object =
            object || (start.starts_with('{') && inner.starts_with('"') && start.contains("\" :"));
        let array =
            start.starts_with('[') && inner.starts_with(['{', '[', '"']) && start.contains('"');
        if object {
            LIKELY
        } else if array && inner.starts_with('{') && start.contains("\":") {
            LIKELY - 5
        } else {
            NO
        }
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let mut text = Text::new(source, out.buffer());
        let mut parser = Parser::default();
        let result = parser.read(&mut text, out);
        out.recycle(text.into_buffer());
        result
    }
}

/// One open bracket.
#[derive(Default)]
struct Open {
    /// An object's current key; an array's is empty.
    key: String,
    /// Elements before the current one.
    index: u64,
    object: bool,
    /// Where in the path its current step ends, once it is there.
    end: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum State {
    /// A value has to come; or the end of an empty array.
    #[default]
    Value,
    /// A key or the end of the object has to come.
    Key,
    /// After a key.
    Colon,
    /// After a value.
    After,
    /// In a string.
    String { key: bool },
    /// After a backslash in a string.
    Escape { key: bool },
    /// In a number or a word.
    Bare,
}

#[derive(Default)]
struct Parser {
    state: State,
    stack: Vec<Open>,
    /// Brackets that were shut, whose memory is used again.
    spare: Vec<Open>,
    /// The steps to the value that is being read, as far as they have come: `$.people[3].dob`.
    path: String,
    /// How many open brackets have their current step in the path.
    steps: usize,
    /// The last place as it was written.
    shown: String,
    /// What a value is called whose key says nothing by itself.
    called: String,
    text: Composer,
    key: String,
    /// Digits of `\u` still to come, and their value so far.
    unicode: Option<(u8, u32)>,
    /// The first half of a surrogate pair.
    high: Option<u32>,
    line: u64,
    /// Values at the outermost level so far.
    outer: u64,
}

impl Parser {
    fn read(&mut self, text: &mut Text<'_, '_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        self.line = 1;
        while text.fill(BLOCK)? {
            let window = text.text();
            let length = window.len();
            match self.window(window) {
                Ok(()) => {
                    text.consume(length);
                    self.text.end_block(out)?;
                }
                Err(at) => {
                    text.consume(at);
                    self.text.finish(out)?;
                    out.remark("not valid JSON to its end: the rest was read as text");
                    return lines(text, out, self.line);
                }
            }
            out.check()?;
        }
        if !self.stack.is_empty() {
            out.remark("JSON that ends early");
        }
        self.text.finish(out)
    }

    /// Takes in a window; fails with the offset where it is no JSON.
    fn window(&mut self, window: &str) -> Result<(), usize> {
        let bytes = window.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            match self.state {
                State::String { key } => {
                    let run =
                        memchr::memchr2(b'"', b'\\', &bytes[at..]).unwrap_or(bytes.len() - at);
                    self.take(&window[at..at + run], key);
                    at += run;
                    match bytes.get(at) {
                        Some(b'"') if key => self.state = State::Colon,
                        Some(b'"') => {
                            self.text.close();
                            self.state = State::After;
                        }
                        Some(_) => self.state = State::Escape { key },
                        None => {}
                    }
                    at += 1;
                }
                State::Escape { key } => {
                    self.escape(bytes[at], key).map_err(|()| at)?;
                    // What follows a backslash is ASCII or the error above.
                    at += 1;
                }
                State::Bare => {
                    let run = bytes[at..]
                        .iter()
                        .position(|b| !(b.is_ascii_alphanumeric() || b"+-._".contains(b)))
                        .unwrap_or(bytes.len() - at);
                    self.text.push(&window[at..at + run]);
                    at += run;
                    if at < bytes.len() {
                        self.text.close();
                        self.state = State::After;
                    }
                }
                _ => {
                    match bytes[at] {
                        b'\n' => self.line += 1,
                        b' ' | b'\t' | b'\r' => {}
                        0 | 0x1e => {}
                        byte => self.structure(byte).map_err(|()| at)?,
                    }
                    if self.state != State::Bare {
                        at += 1;
                    }
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, piece: &str, key: bool) {
        if !key {
            self.text.push(piece);
        } else if self.key.len() < LONGEST_KEY {
            let end = crate::extract::split::floor(piece, piece.len().min(LONGEST_KEY));
            self.key.push_str(&piece[..end]);
        }
    }

    fn structure(&mut self, byte: u8) -> Result<(), ()> {
        match (self.state, byte) {
            (State::Value, b'{') => self.open(true)?,
            (State::Value, b'[') => self.open(false)?,
            (State::Value, b'"') => {
                self.begin();
                self.state = State::String { key: false };
            }
            (State::Value | State::After, b']') => self.shut(false)?,
            (State::Key | State::After, b'}') => self.shut(true)?,
            (State::Value, b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z') => {
                self.begin();
                self.state = State::Bare;
            }
            (State::Key, b'"') => {
                self.key.clear();
                self.state = State::String { key: true };
            }
            (State::Colon, b':') => {
                if let Some(open) = self.stack.last_mut() {
                    open.key.clone_from(&self.key);
                }
                self.moved();
                self.state = State::Value;
            }
            (State::After, b',') => match self.stack.last_mut() {
                Some(open) => {
                    open.index += 1;
                    self.state = if open.object {
                        State::Key
                    } else {
                        State::Value
                    };
                    self.moved();
                }
                None => self.state = State::Value,
            },
            // Lines of JSON: another value at the outermost level.
            (State::After, _) if self.stack.is_empty() => {
                self.outer += 1;
                self.text.line();
                self.state = State::Value;
                return self.structure(byte);
            }
            _ => return Err(()),
        }
        Ok(())
    }

    fn open(&mut self, object: bool) -> Result<(), ()> {
        if self.stack.len() >= DEEPEST {
            return Err(());
        }
        if object {
            self.text.line();
        }
        let mut open = self.spare.pop().unwrap_or_default();
        open.key.clear();
        (open.index, open.object) = (0, object);
        self.stack.push(open);
        self.state = if object { State::Key } else { State::Value };
        Ok(())
    }

    fn shut(&mut self, object: bool) -> Result<(), ()> {
        let top = self.stack.pop().ok_or(())?;
        if top.object != object {
            self.stack.push(top);
            return Err(());
        }
        if object {
            self.text.line();
        }
        self.steps = self.steps.min(self.stack.len());
        self.spare.push(top);
        self.state = State::After;
        Ok(())
    }

    /// A scalar begins: its place, its label, and its key as text.
    fn begin(&mut self) {
        if !self.text.at_space() {
            self.text.push("; ");
        }
        let place = self.place();
        self.text.mark(Anchor::Region(place));
        let mut keys = self.stack.iter().rev().filter(|o| o.object);
        let key = keys.next().map_or("", |o| &o.key);
        if self.stack.last().is_some_and(|o| o.object || o.index == 0) && !key.is_empty() {
            self.text.push(key);
            self.text.push(": ");
        }
        let above = keys.map(|o| o.key.as_str());
        self.text.open(label(key, above, &mut self.called));
    }

    /// The innermost bracket's step is another.
    fn moved(&mut self) {
        self.steps = self.steps.min(self.stack.len().saturating_sub(1));
    }

    /// The place of the value that begins. Only the steps that are new since the last one are written.
    fn place(&mut self) -> Arc<str> {
        let end = |stack: &[Open], steps: usize| match steps {
            0 => 0,
            n => stack[n - 1].end,
        };
        self.path.truncate(end(&self.stack, self.steps));
        for open in &mut self.stack[self.steps..] {
            if open.object {
                self.path.push('.');
                self.path.push_str(&open.key);
            } else {
                self.path.push('[');
                push_number(&mut self.path, open.index);
                self.path.push(']');
            }
            open.end = self.path.len();
        }
        self.steps = self.stack.len();
        self.shown.clear();
        if self.stack.is_empty() || self.outer > 0 {
            self.shown.push_str("line ");
            push_number(&mut self.shown, self.line);
            self.shown.push(' ');
        }
        self.shown.push('$');
        let first = self.stack.len().saturating_sub(STEPS);
        if first > 0 {
            self.shown.push('…');
        }
        self.shown.push_str(&self.path[end(&self.stack, first)..]);
        self.shown.as_str().into()
    }

    fn escape(&mut self, byte: u8, key: bool) -> Result<(), ()> {
        if let Some((left, value)) = self.unicode {
            let digit = char::from(byte).to_digit(16).ok_or(())?;
            let value = value << 4 | digit;
            if left > 1 {
                self.unicode = Some((left - 1, value));
                return Ok(());
            }
            self.unicode = None;
            self.state = State::String { key };
            let c = match (self.high.take(), value) {
                (_, 0xD800..0xDC00) => {
                    self.high = Some(value);
                    return Ok(());
                }
                (Some(high), 0xDC00..0xE000) => {
                    0x10000 + ((high - 0xD800) << 10) + (value - 0xDC00)
                }
                (_, value) => value,
            };
            let c = char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER);
            self.take(c.encode_utf8(&mut [0; 4]), key);
            return Ok(());
        }
        let c = match byte {
            b'n' => "\n",
            b't' => "\t",
            b'r' => "\r",
            b'b' | b'f' => " ",
            b'"' => "\"",
            b'\\' => "\\",
            b'/' => "/",
            b'\'' => "'",
            b'u' => {
                self.unicode = Some((4, 0));
                return Ok(());
            }
            _ => return Err(()),
        };
        self.take(c, key);
        self.state = State::String { key };
        Ok(())
    }
}
