//! Names of tags and attributes and what they mean for text.

/// The longest name of a tag or attribute that means something here.
pub const NAME: usize = 16;

/// A name in lower case; a longer one than any that means something as nothing.
pub fn lowered<'b>(name: &str, into: &'b mut [u8; NAME]) -> &'b str {
    let Some(space) = into.get_mut(..name.len()) else {
        return "";
    };
    space.copy_from_slice(name.as_bytes());
    space.make_ascii_lowercase();
    std::str::from_utf8(space).unwrap_or("")
}

/// What begins a new line.
pub fn is_block(tag: &str) -> bool {
    const BLOCKS: &[&str] = &[
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "frame",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "hr",
        "html",
        "iframe",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "select",
        "summary",
        "table",
        "tbody",
        "textarea",
        "tfoot",
        "thead",
        "title",
        "tr",
        "ul",
    ];
    BLOCKS.binary_search(&tag).is_ok()
}

/// Attributes that hold text.
pub const SHOWN: &[&str] = &[
    "alt",
    "title",
    "placeholder",
    "summary",
    "label",
    "aria-label",
    "content",
    "value",
    "data-value",
];
