//! XML of any vocabulary: the text of every element under its tag as label and its path as place, and every attribute.
//! Leaves of one element make one line. Nothing outside is fetched, and no entity but the built-in ones is resolved, so
//! there is nothing to expand.

use crate::{
    extract::{
        ExtractError, Format, Guard, Look, Source,
        compose::{Composer, push_number},
        decode::{Charset, Text},
        format::html::stated,
        label::label,
        markup::{self, LONGEST, Token, attributes, unescape},
        sniff::{LIKELY, NAMED, NO},
    },
    model::Anchor,
};

/// XML.
pub struct Xml;

/// Bytes looked at in one go.
const BLOCK: usize = 128 << 10;

/// Elements open at a time that are kept track of.
const DEEPEST: usize = 512;

/// Steps of a path that are written.
const STEPS: usize = 12;

const EXTENSIONS: &[&str] = &[
    "xml", "svg", "xsd", "xsl", "xslt", "rss", "atom", "kml", "gpx", "plist", "opml", "rdf",
    "resx", "wsdl", "xmp", "ncx", "opf", "dita", "fb2", "gml",
];

impl Format for Xml {
    fn name(&self) -> &'static str {
        "xml"
    }

    fn version(&self) -> u32 {
        2
    }

    fn extensions(&self) -> &'static [&'static str] {
        EXTENSIONS
    }

    fn about(&self) -> &'static str {
        "XML of any vocabulary: text and attributes with their tags as labels"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if !look.is_text() {
            return NO;
        }
        let start = look.text.trim_start();
        if start.starts_with("<?xml") {
            // Below what knows its own vocabulary.
            LIKELY
        } else if look.named(EXTENSIONS) || look.media_type.ends_with("xml") {
            if start.starts_with('<') {
                LIKELY
            } else {
                NAMED
            }
        } else {
            NO
        }
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let charset = match source.charset() {
            Some(Charset::Other(guess)) => stated(source.head()?).unwrap_or(Charset::Other(guess)),
            Some(known) => known,
            None => Charset::Utf8,
        };
        let mut text = Text::with(source, charset, out.buffer());
        let result = read(&mut text, out);
        out.recycle(text.into_buffer());
        result
    }
}

/// An element that is open.
#[derive(Default)]
struct Element {
    /// Where in the path its step begins.
    step: usize,
    /// Name and number of its last child.
    child: String,
    children: u32,
    /// Whether it held an element.
    parent: bool,
}

#[derive(Default)]
struct Reader {
    text: Composer,
    /// Steps to the innermost open element: `/staff/person[2]/name`.
    path: String,
    open: Vec<Element>,
    /// Elements that ended, whose memory is used again.
    spare: Vec<Element>,
    /// Elements beyond `DEEPEST`.
    deeper: u64,
    after_tag: bool,
    /// What an element or attribute is called whose tag says nothing by itself.
    called: String,
    /// Whether text lies elsewhere than the last mark says. White space needs no place.
    moved: bool,
}

fn read(text: &mut Text<'_, '_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
    let mut reader = Reader::default();
    let mut want = BLOCK;
    while text.fill(want)? {
        let ends = text.at_end();
        let window = text.text();
        let mut at = 0;
        while at < window.len() {
            let Some((token, used)) = markup::next(&window[at..], ends) else {
                break;
            };
            reader.step(token);
            at += used;
        }
        let stuck = at == 0;
        text.consume(at);
        want = if stuck {
            (want * 2).min(2 * LONGEST)
        } else {
            BLOCK
        };
        reader.text.end_block(out)?;
        out.check()?;
        if stuck && ends {
            break;
        }
    }
    if reader.open.len() as u64 + reader.deeper > 0 {
        out.remark("XML that ends early");
    }
    reader.text.finish(out)
}

/// The tags of the open elements without their prefixes, innermost first.
fn tags<'a>(path: &'a str, open: &'a [Element]) -> impl Iterator<Item = &'a str> {
    let mut end = path.len();
    open.iter().rev().map(move |element| {
        let step = &path[element.step + 1..end];
        end = element.step;
        let tag = step.split_once('[').map_or(step, |(tag, _)| tag);
        tag.rsplit(':').next().unwrap_or(tag)
    })
}

impl Reader {
    fn step(&mut self, token: Token<'_>) {
        match token {
            Token::Text(raw) => {
                if raw.bytes().all(|b| b.is_ascii_whitespace()) {
                    if !self.text.at_space() {
                        self.text.push(" ");
                    }
                } else {
                    self.place();
                    self.text.push(&unescape(raw));
                    self.after_tag = false;
                }
            }
            Token::Literal(raw) => {
                self.place();
                self.text.push(raw);
                self.after_tag = false;
            }
            Token::Open(name, raw, own) => {
                self.element(name);
                self.attributes(raw);
                if own {
                    self.end();
                }
            }
            Token::Close(_) => self.end(),
            Token::Comment(raw) => {
                if !raw.trim().is_empty() {
                    self.text.line();
                    self.text.mark(Anchor::Region("comment".into()));
                    self.text.push(raw.trim());
                    self.text.line();
                    self.moved = true;
                }
            }
            Token::Other(_) => {}
        }
    }

    fn element(&mut self, name: &str) {
        if self.open.len() >= DEEPEST {
            self.deeper += 1;
            return;
        }
        if self.after_tag && !self.text.at_space() {
            self.text.push(" ");
        }
        let mut number = 1;
        if let Some(parent) = self.open.last_mut() {
            if parent.child == name {
                parent.children += 1;
            } else {
                name.clone_into(&mut parent.child);
                parent.children = 1;
            }
            number = parent.children;
            parent.parent = true;
        }
        let mut element = self.spare.pop().unwrap_or_default();
        element.child.clear();
        (element.children, element.parent) = (0, false);
        element.step = self.path.len();
        self.path.push('/');
        self.path.push_str(name);
        if number > 1 {
            self.path.push('[');
            push_number(&mut self.path, number.into());
            self.path.push(']');
        }
        self.open.push(element);
        self.moved = true;
        let mut above = tags(&self.path, &self.open);
        let local = above.next().unwrap_or_default();
        self.text.open(label(local, above, &mut self.called));
        self.after_tag = true;
    }

    fn end(&mut self) {
        if self.deeper > 0 {
            self.deeper -= 1;
            return;
        }
        if let Some(element) = self.open.pop() {
            self.text.close();
            if element.parent {
                self.text.line();
            }
            self.path.truncate(element.step);
            self.spare.push(element);
            self.moved = true;
        }
        self.after_tag = true;
    }

    fn attributes(&mut self, raw: &str) {
        for (name, value) in attributes(raw) {
            if value.is_empty() || name.starts_with("xmlns") {
                continue;
            }
            if !self.text.at_space() {
                self.text.push(" ");
            }
            self.place();
            let local = name.rsplit(':').next().unwrap_or(name);
            let above = tags(&self.path, &self.open);
            let name = label(local, above, &mut self.called);
            self.text.labelled(name, &unescape(value));
            self.text.push(" ");
        }
    }

    /// Text that follows lies in the innermost open element.
    fn place(&mut self) {
        if !std::mem::take(&mut self.moved) {
            return;
        }
        let first = self.open.len().saturating_sub(STEPS);
        let path = match self.open.get(first) {
            None => "/".into(),
            Some(_) if first == 0 => self.path.as_str().into(),
            Some(element) => format!("…{}", &self.path[element.step..]).into(),
        };
        self.text.mark(Anchor::Region(path));
    }
}
