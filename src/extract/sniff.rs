//! What a document is: content first, extension second.
//!
//! One table of signatures names what the first bytes say; zip archives and compound files are told apart by the names
//! inside them; text is told by its character set. Each format then says how sure it is, and the surest reads the
//! document. Formats that nobody reads are in the table too, so that a person learns what it was.

mod inside;
mod signature;

use std::path::Path;

use super::{
    Format,
    decode::{self, Charset},
    error::ExtractError,
    format::{self, text::PlainText},
    source::Source,
};

use inside::{cfb_names, compound_title, zip_names};
use signature::signature;

pub use signature::is_signed;

/// The signature or structure leaves no doubt.
pub const SURE: u8 = 100;
/// The content looks like it.
pub const LIKELY: u8 = 70;
/// The name says so and the content does not speak against it.
pub const NAMED: u8 = 50;
/// Nothing better is known.
pub const FALLBACK: u8 = 10;
/// Not at all.
pub const NO: u8 = 0;

/// Bytes of text that formats may look at to recognise themselves.
const SAMPLE: usize = 8 << 10;

/// What formats may look at when they say how sure they are.
#[derive(Debug)]
pub struct Look<'a> {
    /// The first bytes, up to 64 KiB.
    pub head: &'a [u8],
    /// The name of the document.
    pub name: &'a str,
    /// Its extension in lower case, without the dot.
    pub extension: String,
    /// The signature found: its name in the table, or empty.
    pub magic: &'static str,
    /// Names of the members of a zip archive, or the streams of a compound file (as paths from its root).
    pub inside: Vec<String>,
    /// The beginning of a text in UTF-8; empty for what is not text.
    pub text: String,
    /// The media type its container gives it.
    pub media_type: &'a str,
}

impl Look<'_> {
    /// Whether the extension is one of these.
    pub fn named(&self, extensions: &[&str]) -> bool {
        extensions.contains(&self.extension.as_str())
    }

    /// Whether it is text of any kind.
    pub fn is_text(&self) -> bool {
        !self.text.is_empty()
    }

    /// Whether a zip member or stream of this name is inside.
    pub fn has(&self, name: &str) -> bool {
        self.inside.iter().any(|n| n.eq_ignore_ascii_case(name))
    }

    /// Whether one begins so.
    pub fn has_under(&self, prefix: &str) -> bool {
        self.inside.iter().any(|n| {
            n.get(..prefix.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        })
    }
}

/// What was decided about a document.
pub(super) struct Choice {
    /// Who reads it.
    pub format: Option<&'static dyn Format>,
    /// What is odd about it.
    pub note: Option<String>,
    /// Why nobody reads it.
    pub verdict: Result<(), ExtractError>,
}

/// Decides who reads a document.
pub(super) fn choose(
    source: &mut Source<'_>,
    name: &str,
    media_type: Option<&str>,
    spool: &Path,
) -> Result<Choice, ExtractError> {
    let extension = extension(name);
    let whole = source.size();
    let head = source.head()?;
    if head.is_empty() {
        return Ok(Choice {
            format: Some(&PlainText),
            note: None,
            verdict: Ok(()),
        });
    }
    let found = signature(head);
    let magic = found.map_or("", |s| s.name);
    let charset = match found {
        // Text that happens to begin like something else keeps its character set for a second try.
        None => decode::detect(head, whole == Some(head.len() as u64)),
        Some(_) => None,
    };
    let text = match charset {
        Some(charset) => decode::sample(&head[..head.len().min(2 * SAMPLE)], charset),
        None => String::new(),
    };
    source.set_charset(charset);
    let inside = match magic {
        "zip" => zip_names(source, spool)?,
        "cfb" => cfb_names(source, spool)?,
        _ => Vec::new(),
    };
    let look = Look {
        head: source.head()?,
        name,
        extension,
        magic,
        inside,
        text,
        media_type: media_type.unwrap_or(""),
    };
    let best = format::formats()
        .iter()
        .map(|f| (f.sniff(&look), *f))
        .filter(|(sure, _)| *sure > NO)
        .max_by_key(|(sure, _)| *sure);
    Ok(match best {
        Some((sure, format)) => Choice {
            format: Some(format),
            note: mismatch(&look, sure, format),
            verdict: Ok(()),
        },
        None => Choice {
            format: None,
            note: None,
            verdict: Err(ExtractError::Unsupported(match found {
                Some(s) if s.name == "cfb" => {
                    format!("{}: no reader for it", compound_title(&look.inside)).into()
                }
                Some(s) => format!("{}: no reader for it", s.title).into(),
                None if look.head.iter().all(|&b| b == 0) => "nothing but zero bytes".into(),
                None => "not text, and of no known format".into(),
            })),
        },
    })
}

/// The note on a document whose extension belongs to another format.
fn mismatch(look: &Look<'_>, sure: u8, format: &'static dyn Format) -> Option<String> {
    if sure < SURE || look.extension.is_empty() || look.named(format.extensions()) {
        return None;
    }
    let other = format::formats()
        .iter()
        .find(|f| look.named(f.extensions()) && f.name() != format.name())?;
    Some(format!(
        "named .{} like {}, but its content is {}",
        look.extension,
        other.name(),
        format.name()
    ))
}

/// The extension of a name, in lower case, at most 16 characters.
pub fn extension(name: &str) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or("");
    match file.rsplit_once('.') {
        Some((_, extension)) if extension.len() <= 16 => extension.to_ascii_lowercase(),
        _ => String::new(),
    }
}

/// The character set of a document that is text, kept for whoever reads it.
impl Source<'_> {
    /// Whether sniffing found it to be text.
    pub fn is_text(&self) -> bool {
        self.charset().is_some()
    }

    /// The character set that sniffing found.
    pub fn charset(&self) -> Option<Charset> {
        self.charset
    }

    pub(super) fn set_charset(&mut self, charset: Option<Charset>) {
        self.charset = charset;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_are_of_the_last_step_of_a_name() {
        assert_eq!(extension("a.b/Staff List.XLSX"), "xlsx");
        assert_eq!(extension("dir.d/README"), "");
        assert_eq!(extension("c:\\x\\y.Txt"), "txt");
    }
}
