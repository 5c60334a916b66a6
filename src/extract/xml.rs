//! Reads XML parts of office documents as a stream of opens, closes and text.
//!
//! The office formats call it. It decodes whatever character set the part declares, mends bad UTF-8 instead of failing,
//! looks at local names only (strict and transitional files use other namespaces for the same words), resolves the five
//! entities and character references and no others: there is no DTD, so nothing expands.
//! A single tag or text longer than [`LONGEST`] and nesting deeper than [`DEEPEST`] are refused.

use std::{
    borrow::Cow,
    io::{self, BufRead, Read},
};

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use quick_xml::{
    Reader,
    events::{BytesEnd, BytesStart, Event},
};

use super::error::ExtractError;

/// The longest single tag or text, in bytes.
const LONGEST: u64 = 64 << 20;

/// The deepest nesting of elements.
const DEEPEST: u32 = 4_000;

/// One step through a document. Empty elements come as an open and a close.
pub enum Node<'b> {
    /// A start tag.
    Open(Tag<'b>),
    /// An end tag.
    Close(End<'b>),
    /// Text, entities resolved; a run of text may come in several pieces.
    Text(Cow<'b, str>),
}

/// A start tag.
pub struct Tag<'b>(BytesStart<'b>);

/// An end tag.
pub struct End<'b>(BytesEnd<'b>);

impl End<'_> {
    /// The name without its prefix.
    pub fn name(&self) -> &str {
        local(self.0.name().into_inner())
    }
}

impl Tag<'_> {
    /// The name without its prefix.
    pub fn name(&self) -> &str {
        local(self.0.name().into_inner())
    }

    /// The value of the first attribute with this local name.
    pub fn attr(&self, name: &str) -> Option<String> {
        self.attrs().find(|(n, _)| *n == name).map(|(_, v)| v)
    }

    /// The value of the attribute with this full name, prefix included.
    pub fn attr_full(&self, name: &str) -> Option<String> {
        let mut attributes = self.0.attributes();
        attributes.with_checks(false);
        attributes
            .flatten()
            .find(|a| a.key.into_inner() == name)
            .map(|a| unescape(&a.value).into_owned())
    }

    /// All attributes that parse: local name and value.
    pub fn attrs(&self) -> impl Iterator<Item = (&str, String)> {
        let mut attributes = self.0.attributes();
        attributes.with_checks(false);
        attributes
            .flatten()
            .map(|a| (local(a.key.into_inner()), unescape(&a.value).into_owned()))
    }
}

/// The part of a name after its prefix.
fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, l)| l)
}

/// Resolves entities; what cannot be resolved stays as it is written.
pub fn unescape(raw: &str) -> Cow<'_, str> {
    let Some(mut amp) = memchr::memchr(b'&', raw.as_bytes()) else {
        return Cow::Borrowed(raw);
    };
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    loop {
        out.push_str(&rest[..amp]);
        rest = &rest[amp..];
        let semicolon = rest.bytes().take(12).position(|b| b == b';');
        match semicolon.and_then(|s| Some((s, entity(&rest[1..s])?))) {
            Some((s, c)) => {
                out.push(c);
                rest = &rest[s + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
        match memchr::memchr(b'&', rest.as_bytes()) {
            Some(n) => amp = n,
            None => break,
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn entity(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}

/// A reader of one XML part.
pub struct Xml<R: Read> {
    reader: Reader<Decoded<R>>,
    buf: Vec<u8>,
    depth: u32,
}

impl<R: Read> Xml<R> {
    /// Begins to read; looks at the first bytes for a byte-order mark or a declared character set.
    ///
    /// # Errors
    /// What reading gives.
    pub fn new(source: R) -> Result<Self, ExtractError> {
        let mut reader = Reader::from_reader(Decoded::new(source)?);
        let config = reader.config_mut();
        config.allow_dangling_amp = true;
        config.allow_unmatched_ends = true;
        config.check_end_names = false;
        config.expand_empty_elements = true;
        Ok(Xml {
            reader,
            buf: Vec::new(),
            depth: 0,
        })
    }

    /// The next step, or `None` at the end. What carries no text (comments, instructions) comes as an empty text.
    ///
    /// # Errors
    /// `Corrupt` where the part stops being XML; what reading gives.
    pub fn step(&mut self) -> Result<Option<Node<'_>>, ExtractError> {
        self.buf.clear();
        if self.buf.capacity() > 1 << 20 {
            self.buf.shrink_to(64 << 10);
        }
        self.reader.get_mut().since = 0;
        Ok(Some(match self.reader.read_event_into(&mut self.buf) {
            Ok(Event::Start(tag)) => {
                self.depth += 1;
                if self.depth > DEEPEST {
                    return Err(ExtractError::corrupt("its XML is nested too deep"));
                }
                Node::Open(Tag(tag))
            }
            Ok(Event::End(tag)) => {
                self.depth = self.depth.saturating_sub(1);
                Node::Close(End(tag))
            }
            Ok(Event::Text(text)) => Node::Text(text.into_inner()),
            Ok(Event::CData(text)) => Node::Text(text.into_inner()),
            Ok(Event::GeneralRef(name)) => Node::Text(Cow::Owned(match entity(&name) {
                Some(c) => c.to_string(),
                None => format!("&{};", &*name),
            })),
            Ok(Event::Eof) => return Ok(None),
            Ok(_) => Node::Text(Cow::Borrowed("")),
            Err(quick_xml::Error::Io(error)) => return Err(through(&error)),
            Err(_) => return Err(ExtractError::corrupt("its XML breaks off")),
        }))
    }

    /// Reads to the end of the element that was just opened, for what it holds as text alone.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn text(&mut self) -> Result<String, ExtractError> {
        let mut out = String::new();
        let mut depth = 1;
        while depth > 0 {
            match self.step()? {
                None => break,
                Some(Node::Open(_)) => depth += 1,
                Some(Node::Close(_)) => depth -= 1,
                Some(Node::Text(text)) => {
                    if out.len() < LONGEST as usize {
                        out.push_str(&text);
                    }
                }
            }
        }
        Ok(out)
    }

    /// Passes over the element that was just opened.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn skip(&mut self) -> Result<(), ExtractError> {
        let mut depth = 1;
        while depth > 0 {
            match self.step()? {
                None => break,
                Some(Node::Open(_)) => depth += 1,
                Some(Node::Close(_)) => depth -= 1,
                Some(Node::Text(_)) => {}
            }
        }
        Ok(())
    }
}

/// An error that the XML reader wrapped and shares.
fn through(error: &io::Error) -> ExtractError {
    match error
        .get_ref()
        .and_then(|e| e.downcast_ref::<ExtractError>())
    {
        Some(ours) => ours.clone(),
        None => io::Error::from(error.kind()).into(),
    }
}

/// Turns the bytes of a part into UTF-8, and counts what one step takes.
struct Decoded<R> {
    source: R,
    decoder: Decoder,
    raw: Vec<u8>,
    raw_at: usize,
    raw_end: usize,
    out: Vec<u8>,
    out_at: usize,
    out_end: usize,
    ended: bool,
    done: bool,
    since: u64,
}

impl<R: Read> Decoded<R> {
    fn new(mut source: R) -> Result<Self, ExtractError> {
        let mut raw = vec![0; 32 << 10];
        let mut raw_end = 0;
        // Enough to see a declaration.
        while raw_end < 256 {
            match source.read(&mut raw[raw_end..]) {
                Ok(0) => break,
                Ok(n) => raw_end += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e.into()),
            }
        }
        let head = &raw[..raw_end];
        let encoding = match Encoding::for_bom(head) {
            Some((encoding, _)) => encoding,
            None if head.starts_with(b"<\0") => UTF_16LE,
            None if head.starts_with(b"\0<") => UTF_16BE,
            None => declared(head).unwrap_or(UTF_8),
        };
        Ok(Decoded {
            source,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw,
            raw_at: 0,
            raw_end,
            out: vec![0; 64 << 10],
            out_at: 0,
            out_end: 0,
            ended: raw_end == 0,
            done: false,
            since: 0,
        })
    }
}

/// The character set named in an XML declaration.
fn declared(head: &[u8]) -> Option<&'static Encoding> {
    let head = &head[..head.len().min(256)];
    let end = memchr::memchr(b'>', head)?;
    let declaration = &head[..end];
    if !declaration.starts_with(b"<?xml") {
        return None;
    }
    let at = memchr::memmem::find(declaration, b"encoding")? + 8;
    let rest = &declaration[at..];
    let open = rest.iter().position(|b| matches!(b, b'"' | b'\''))?;
    let rest = &rest[open + 1..];
    let close = rest.iter().position(|b| matches!(b, b'"' | b'\''))?;
    let encoding = Encoding::for_label(&rest[..close])?;
    // It was read as bytes that look like ASCII, so it is not UTF-16 whatever it says.
    (!std::ptr::eq(encoding, UTF_16LE) && !std::ptr::eq(encoding, UTF_16BE)).then_some(encoding)
}

impl<R: Read> BufRead for Decoded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.out_at == self.out_end && !self.done {
            if self.raw_at == self.raw_end && !self.ended {
                self.raw_at = 0;
                self.raw_end = self.source.read(&mut self.raw)?;
                self.ended = self.raw_end == 0;
            }
            let (result, read, written, _) = self.decoder.decode_to_utf8(
                &self.raw[self.raw_at..self.raw_end],
                &mut self.out,
                self.ended,
            );
            self.raw_at += read;
            self.out_at = 0;
            self.out_end = written;
            self.done = self.ended && result == encoding_rs::CoderResult::InputEmpty;
        }
        if self.since > LONGEST {
            return Err(ExtractError::TooLarge("one XML tag or text is past 64 MiB".into()).into());
        }
        Ok(&self.out[self.out_at..self.out_end])
    }

    fn consume(&mut self, n: usize) {
        self.out_at += n;
        self.since += n as u64;
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(buf)?;
        self.consume(n);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn all(bytes: &[u8]) -> Result<String, ExtractError> {
        let mut xml = Xml::new(bytes)?;
        let mut out = String::new();
        while let Some(node) = xml.step()? {
            match node {
                Node::Open(tag) => {
                    out.push('<');
                    out.push_str(tag.name());
                    for (name, value) in tag.attrs() {
                        out.push_str(&format!(" {name}={value}"));
                    }
                    out.push('>');
                }
                Node::Close(end) => out.push_str(&format!("</{}>", end.name())),
                Node::Text(text) => out.push_str(&text),
            }
        }
        Ok(out)
    }

    #[test]
    fn prefixes_go_entities_resolve_and_empty_elements_close() {
        assert_eq!(
            all(b"<w:p w:val='a&amp;b'><w:t>x &lt;&#65;&#x42;&unknown; & y</w:t><w:br/></w:p>")
                .unwrap(),
            "<p val=a&b><t>x <AB&unknown; & y</t><br></br></p>"
        );
    }

    #[test]
    fn other_character_sets_and_bad_bytes_are_read() {
        let wide: Vec<u8> = "\u{feff}<a>é</a>"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(all(&wide).unwrap(), "<a>é</a>");
        assert_eq!(
            all(b"<?xml version='1.0' encoding='windows-1252'?><a>\xe9</a>").unwrap(),
            "<a>é</a>"
        );
        assert_eq!(all(b"<a>\xe9 z</a>").unwrap(), "<a>\u{fffd} z</a>");
    }

    #[test]
    fn hostile_nesting_is_refused() {
        assert!(matches!(
            all(&b"<a>".repeat(10_000)),
            Err(ExtractError::Corrupt(_))
        ));
    }
}
