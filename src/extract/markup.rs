//! The tags of HTML and XML, one after the other, found at the speed of `memchr`. Knows nothing of what they mean: the
//! formats `html` and `xml` do. No entity is ever fetched or defined: the built-in ones are all there is.

use std::borrow::Cow;

/// What comes next in marked-up text. Offsets are of the window.
#[derive(Debug, PartialEq, Clone, Copy)]
pub enum Token<'t> {
    /// Text between tags, entities not yet resolved.
    Text(&'t str),
    /// A start tag: its name, its attributes as written, and whether it is its own end.
    Open(&'t str, &'t str, bool),
    /// An end tag.
    Close(&'t str),
    /// A comment.
    Comment(&'t str),
    /// A literal section.
    Literal(&'t str),
    /// A processing instruction or declaration.
    Other(&'t str),
}

/// Bytes of a token that has not ended before it is cut.
pub const LONGEST: usize = 256 << 10;

/// The token at the start of a window and its length. `None` when the window may end within it; `ends` says that
/// nothing follows the window.
pub fn next(window: &str, ends: bool) -> Option<(Token<'_>, usize)> {
    let bytes = window.as_bytes();
    let first = *bytes.first()?;
    let cut = ends || bytes.len() >= LONGEST;
    if first != b'<' {
        return match memchr::memchr(b'<', bytes) {
            Some(n) => Some((Token::Text(&window[..n]), n)),
            None if cut => {
                // Not within an entity.
                let end = match memchr::memrchr(b'&', bytes) {
                    Some(n) if !ends && n > 0 && bytes.len() - n < 12 => n,
                    _ => bytes.len(),
                };
                Some((Token::Text(&window[..end]), end))
            }
            None => None,
        };
    }
    match bytes.get(1) {
        None if !ends => None,
        Some(b'!') => {
            if window.starts_with("<!--") {
                wrapped(window, 4, "-->", cut, Token::Comment)
            } else if window.starts_with("<![CDATA[") {
                wrapped(window, 9, "]]>", cut, Token::Literal)
            } else if bytes.len() < 9 && !ends {
                None
            } else {
                declaration(window, cut)
            }
        }
        Some(b'?') => wrapped(window, 2, ">", cut, Token::Other),
        Some(b'/') => {
            let end = memchr::memchr(b'>', bytes);
            match end {
                Some(n) => Some((Token::Close(window[2..n].trim()), n + 1)),
                None if cut => Some((Token::Text(window), bytes.len())),
                None => None,
            }
        }
        Some(c) if c.is_ascii_alphabetic() || *c == b'_' || *c >= 0x80 => {
            let Some(end) = tag_end(bytes) else {
                return if cut {
                    // A tag without end is text: nothing is lost.
                    Some((Token::Text(window), bytes.len()))
                } else {
                    None
                };
            };
            let inner = &window[1..end];
            let own = inner.ends_with('/');
            let inner = inner.strip_suffix('/').unwrap_or(inner);
            let split = inner
                .find(|c: char| c.is_ascii_whitespace() || c == '/')
                .unwrap_or(inner.len());
            Some((Token::Open(&inner[..split], &inner[split..], own), end + 1))
        }
        // A lone `<` is text.
        _ => Some((Token::Text(&window[..1]), 1)),
    }
}

/// What stands between an opening of `open` bytes and `close`.
fn wrapped<'t>(
    window: &'t str,
    open: usize,
    close: &str,
    cut: bool,
    make: impl Fn(&'t str) -> Token<'t>,
) -> Option<(Token<'t>, usize)> {
    match memchr::memmem::find(&window.as_bytes()[open..], close.as_bytes()) {
        Some(n) => Some((make(&window[open..open + n]), open + n + close.len())),
        None if cut => Some((make(&window[open..]), window.len())),
        None => None,
    }
}

/// A declaration, whose internal part may hold brackets: it is skipped whole, definitions of entities with it.
fn declaration(window: &str, cut: bool) -> Option<(Token<'_>, usize)> {
    let bytes = window.as_bytes();
    let stop = memchr::memchr2(b'>', b'[', bytes);
    let end = match stop {
        Some(n) if bytes[n] == b'[' => memchr::memmem::find(&bytes[n..], b"]>").map(|m| n + m + 1),
        other => other,
    };
    match end {
        Some(n) => Some((Token::Other(&window[2..n]), n + 1)),
        None if cut => Some((Token::Other(&window[2..]), bytes.len())),
        None => None,
    }
}

/// Offset of the `>` that ends a tag; those in quoted attributes do not.
fn tag_end(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        let n = at + memchr::memchr3(b'>', b'"', b'\'', &bytes[at..])?;
        if bytes[n] == b'>' {
            return Some(n);
        }
        // A quote counts only where a value begins; elsewhere it is a stray one.
        let opens = bytes[..n]
            .iter()
            .rev()
            .find(|b| !b.is_ascii_whitespace())
            .is_some_and(|&b| b == b'=');
        at = n + 1;
        if opens {
            match memchr::memchr(bytes[n], &bytes[at..]) {
                Some(m) => at += m + 1,
                None if bytes.len() < LONGEST => return None,
                None => {}
            }
        }
    }
}

/// The attributes of a tag: name and value, entities not yet resolved.
pub fn attributes(raw: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = raw;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return None;
        }
        let end = rest
            .find(|c: char| c == '=' || c.is_ascii_whitespace())
            .unwrap_or(rest.len());
        let name = &rest[..end];
        rest = rest[end..].trim_start();
        if name.is_empty() {
            // A stray `=`.
            rest = rest.get(1..).unwrap_or("");
            return Some(("", ""));
        }
        let Some(value) = rest.strip_prefix('=') else {
            return Some((name, ""));
        };
        let value = value.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (value, after) = match quote {
            Some(q) => {
                let inner = &value[1..];
                let end = inner.find(q).unwrap_or(inner.len());
                (&inner[..end], inner.get(end + 1..).unwrap_or(""))
            }
            None => {
                let end = value
                    .find(|c: char| c.is_ascii_whitespace())
                    .unwrap_or(value.len());
                value.split_at(end)
            }
        };
        rest = after;
        Some((name, value))
    })
}

/// The value of one attribute, by its name without regard to case.
pub fn attribute<'t>(raw: &'t str, name: &str) -> Option<&'t str> {
    attributes(raw)
        .find(|(n, _)| n.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// Text with its entities resolved. Unknown ones stay as they are written.
pub fn unescape(text: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'&', text.as_bytes()) else {
        return Cow::Borrowed(text);
    };
    let mut out = String::with_capacity(text.len());
    let (start, mut rest) = text.split_at(first);
    out.push_str(start);
    while !rest.is_empty() {
        let body = &rest[1..];
        let (c, used) = entity(body).unwrap_or((None, 0));
        match c {
            Some(c) => {
                out.push(c);
                rest = &body[used..];
            }
            None => {
                out.push('&');
                rest = body;
            }
        }
        let n = memchr::memchr(b'&', rest.as_bytes()).unwrap_or(rest.len());
        out.push_str(&rest[..n]);
        rest = &rest[n..];
    }
    Cow::Owned(out)
}

/// The character of an entity and the length of its name, the semicolon included. The text begins behind the `&`.
fn entity(body: &str) -> Option<(Option<char>, usize)> {
    if let Some(number) = body.strip_prefix('#') {
        let (digits, radix, skip) = match number.strip_prefix(['x', 'X']) {
            Some(hex) => (hex, 16, 2),
            None => (number, 10, 1),
        };
        let length = digits
            .bytes()
            .take(8)
            .take_while(|b| char::from(*b).is_digit(radix))
            .count();
        let code = u32::from_str_radix(&digits[..length], radix).ok()?;
        let semicolon = usize::from(digits[length..].starts_with(';'));
        let c = match code {
            // What pages say and what they mean: Windows-1252.
            0x80..=0x9f => encoding_rs::WINDOWS_1252
                .decode_without_bom_handling(&[code as u8])
                .0
                .chars()
                .next(),
            0 => Some(char::REPLACEMENT_CHARACTER),
            code => char::from_u32(code),
        };
        return Some((c, skip + length + semicolon));
    }
    let length = body
        .bytes()
        .take(32)
        .take_while(u8::is_ascii_alphanumeric)
        .count();
    let name = &body[..length];
    let semicolon = body[length..].starts_with(';');
    if let Some(c) = named(name) {
        // Without the semicolon only the old ones count, so that `&copyright=` in a link stays.
        return (semicolon || OLD.contains(&name))
            .then_some((Some(c), length + usize::from(semicolon)));
    }
    None
}

/// Entities that browsers accept without a semicolon and that stand in real text.
const OLD: &[&str] = &["amp", "lt", "gt", "quot", "nbsp", "pound", "copy", "reg"];

/// The character of a named entity: those of HTML 4, sorted.
fn named(name: &str) -> Option<char> {
    ENTITIES
        .binary_search_by_key(&name, |(n, _)| n)
        .ok()
        .map(|i| ENTITIES[i].1)
}

#[rustfmt::skip]
static ENTITIES: &[(&str, char)] = &[
    ("AElig", 'Æ'), ("AMP", '&'), ("Aacute", 'Á'), ("Acirc", 'Â'), ("Agrave", 'À'), ("Alpha", 'Α'), ("Aring", 'Å'), ("Atilde", 'Ã'),
    ("Auml", 'Ä'), ("Beta", 'Β'), ("Ccedil", 'Ç'), ("Chi", 'Χ'), ("Dagger", '‡'), ("Delta", 'Δ'), ("ETH", 'Ð'), ("Eacute", 'É'),
    ("Ecirc", 'Ê'), ("Egrave", 'È'), ("Epsilon", 'Ε'), ("Eta", 'Η'), ("Euml", 'Ë'), ("GT", '>'), ("Gamma", 'Γ'), ("Iacute", 'Í'),
    ("Icirc", 'Î'), ("Igrave", 'Ì'), ("Iota", 'Ι'), ("Iuml", 'Ï'), ("Kappa", 'Κ'), ("LT", '<'), ("Lambda", 'Λ'), ("Mu", 'Μ'),
    ("Ntilde", 'Ñ'), ("Nu", 'Ν'), ("OElig", 'Œ'), ("Oacute", 'Ó'), ("Ocirc", 'Ô'), ("Ograve", 'Ò'), ("Omega", 'Ω'), ("Omicron", 'Ο'),
    ("Oslash", 'Ø'), ("Otilde", 'Õ'), ("Ouml", 'Ö'), ("Phi", 'Φ'), ("Pi", 'Π'), ("Prime", '″'), ("Psi", 'Ψ'), ("QUOT", '"'),
    ("Rho", 'Ρ'), ("Scaron", 'Š'), ("Sigma", 'Σ'), ("THORN", 'Þ'), ("Tau", 'Τ'), ("Theta", 'Θ'), ("Uacute", 'Ú'), ("Ucirc", 'Û'),
    ("Ugrave", 'Ù'), ("Upsilon", 'Υ'), ("Uuml", 'Ü'), ("Xi", 'Ξ'), ("Yacute", 'Ý'), ("Yuml", 'Ÿ'), ("Zeta", 'Ζ'), ("aacute", 'á'),
    ("acirc", 'â'), ("acute", '´'), ("aelig", 'æ'), ("agrave", 'à'), ("alpha", 'α'), ("amp", '&'), ("and", '∧'), ("apos", '\''),
    ("aring", 'å'), ("asymp", '≈'), ("atilde", 'ã'), ("auml", 'ä'), ("bdquo", '„'), ("beta", 'β'), ("brvbar", '¦'), ("bull", '•'),
    ("cap", '∩'), ("ccedil", 'ç'), ("cedil", '¸'), ("cent", '¢'), ("chi", 'χ'), ("circ", 'ˆ'), ("colon", ':'), ("comma", ','),
    ("commat", '@'), ("copy", '©'), ("cup", '∪'), ("curren", '¤'), ("dArr", '⇓'), ("dagger", '†'), ("darr", '↓'), ("deg", '°'),
    ("delta", 'δ'), ("divide", '÷'), ("dollar", '$'), ("eacute", 'é'), ("ecirc", 'ê'), ("egrave", 'è'), ("empty", '∅'), ("emsp", '\u{2003}'),
    ("ensp", '\u{2002}'), ("epsilon", 'ε'), ("equals", '='), ("equiv", '≡'), ("eta", 'η'), ("eth", 'ð'), ("euml", 'ë'), ("euro", '€'),
    ("exist", '∃'), ("fnof", 'ƒ'), ("forall", '∀'), ("frac12", '½'), ("frac14", '¼'), ("frac34", '¾'), ("frasl", '⁄'), ("gamma", 'γ'),
    ("ge", '≥'), ("gt", '>'), ("hArr", '⇔'), ("harr", '↔'), ("hearts", '♥'), ("hellip", '…'), ("hyphen", '‐'), ("iacute", 'í'),
    ("icirc", 'î'), ("iexcl", '¡'), ("igrave", 'ì'), ("infin", '∞'), ("int", '∫'), ("iota", 'ι'), ("iquest", '¿'), ("isin", '∈'),
    ("iuml", 'ï'), ("kappa", 'κ'), ("lArr", '⇐'), ("lambda", 'λ'), ("laquo", '«'), ("larr", '←'), ("lbrack", '['), ("ldquo", '“'),
    ("le", '≤'), ("lowbar", '_'), ("lpar", '('), ("lsaquo", '‹'), ("lsquo", '‘'), ("lt", '<'), ("macr", '¯'), ("mdash", '—'),
    ("micro", 'µ'), ("middot", '·'), ("minus", '−'), ("mu", 'μ'), ("nbsp", '\u{a0}'), ("ndash", '–'), ("ne", '≠'), ("newline", '\n'),
    ("not", '¬'), ("ntilde", 'ñ'), ("nu", 'ν'), ("num", '#'), ("oacute", 'ó'), ("ocirc", 'ô'), ("oelig", 'œ'), ("ograve", 'ò'),
    ("omega", 'ω'), ("omicron", 'ο'), ("ordf", 'ª'), ("ordm", 'º'), ("oslash", 'ø'), ("otilde", 'õ'), ("ouml", 'ö'), ("para", '¶'),
    ("percnt", '%'), ("period", '.'), ("permil", '‰'), ("phi", 'φ'), ("pi", 'π'), ("plus", '+'), ("plusmn", '±'), ("pound", '£'),
    ("prime", '′'), ("prod", '∏'), ("psi", 'ψ'), ("quot", '"'), ("rArr", '⇒'), ("radic", '√'), ("raquo", '»'), ("rarr", '→'),
    ("rbrack", ']'), ("rdquo", '”'), ("reg", '®'), ("rho", 'ρ'), ("rpar", ')'), ("rsaquo", '›'), ("rsquo", '’'), ("sbquo", '‚'),
    ("scaron", 'š'), ("sect", '§'), ("semi", ';'), ("shy", '\u{ad}'), ("sigma", 'σ'), ("sol", '/'), ("sum", '∑'), ("sup1", '¹'),
    ("sup2", '²'), ("sup3", '³'), ("szlig", 'ß'), ("tau", 'τ'), ("theta", 'θ'), ("thinsp", '\u{2009}'), ("thorn", 'þ'), ("tilde", '˜'),
    ("times", '×'), ("trade", '™'), ("uArr", '⇑'), ("uacute", 'ú'), ("uarr", '↑'), ("ucirc", 'û'), ("ugrave", 'ù'), ("uml", '¨'),
    ("upsilon", 'υ'), ("uuml", 'ü'), ("xi", 'ξ'), ("yacute", 'ý'), ("yen", '¥'), ("yuml", 'ÿ'), ("zeta", 'ζ'), ("zwj", '\u{200d}'),
    ("zwnj", '\u{200c}'),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(mut text: &str) -> Vec<Token<'_>> {
        let mut all = Vec::new();
        while let Some((token, n)) = next(text, true) {
            all.push(token);
            text = &text[n..];
        }
        all
    }

    #[test]
    fn tags_end_where_they_do() {
        assert_eq!(
            tokens(
                "a<p title='1>0' x>b</p ><!--c>--><br/><![CDATA[<d>]]>1 < 2<!DOCTYPE a [<!ENTITY b \"c>\">]>"
            ),
            [
                Token::Text("a"),
                Token::Open("p", " title='1>0' x", false),
                Token::Text("b"),
                Token::Close("p"),
                Token::Comment("c>"),
                Token::Open("br", "", true),
                Token::Literal("<d>"),
                Token::Text("1 "),
                Token::Text("<"),
                Token::Text(" 2"),
                Token::Other("DOCTYPE a [<!ENTITY b \"c>\">]"),
            ]
        );
    }

    #[test]
    fn entities_are_found_and_sorted() {
        assert!(ENTITIES.is_sorted_by_key(|(name, _)| name));
        assert_eq!(
            unescape("&lt;&pound;40 &#163;&#xA3;&#150; a&b &bogus; &amp &copyright=1"),
            "<£40 ££– a&b &bogus; & &copyright=1"
        );
    }

    #[test]
    fn attributes_come_with_and_without_quotes() {
        let all: Vec<_> = attributes(" a=1 b='x y' c d=\"q\" = e").collect();
        assert_eq!(
            all,
            [
                ("a", "1"),
                ("b", "x y"),
                ("c", ""),
                ("d", "q"),
                ("", ""),
                ("e", "")
            ]
        );
    }
}
