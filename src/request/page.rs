//! Pages for people: one self-contained HTML file each, without script, that loads nothing.
//!
//! Manifests and certificates are put together here. Whatever came from a document or a file system is escaped on its
//! way in; a content-security policy lets no script run should that ever fail.

use std::fmt::{Display, Write as _};

use crate::{report::Escaped, request::RequestError};

const STYLE: &str = "\
:root { color-scheme: light dark; --soft: #5b636b; --line: #d5dade; --panel: #f4f6f8; --alarm: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --soft: #a3abb3; --line: #3a4148; --panel: #1f2428; --alarm: #f2857d; } }
body { margin: 0 auto; padding: 1rem 1.5rem 4rem; max-width: 78rem; font: 16px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.6rem; } h2 { margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); }
h1, h2, td, th, dd, li { overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
caption { text-align: left; color: var(--soft); }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid var(--line); }
dt { color: var(--soft); } dd { margin: 0 0 .5rem; }
code { font-size: .86em; } .alarm { color: var(--alarm); font-weight: 600; }
.wide { overflow-x: auto; }
@media print { body { max-width: none; } }
";

/// A page that is being written.
pub struct Page(String);

impl Page {
    /// Begins a page.
    pub fn new(title: &str) -> Result<Page, RequestError> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|e| {
            RequestError::refused(format!("the system gives no random numbers: {e}"))
        })?;
        let nonce: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let title = Escaped(title);
        Ok(Page(format!(
            "<!doctype html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
             <title>{title}</title>\n<style nonce=\"{nonce}\">\n{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n<main>\n"
        )))
    }

    fn add(&mut self, markup: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.0.write_fmt(markup);
    }

    /// A heading.
    pub fn heading(&mut self, text: &str) {
        self.add(format_args!("<h2>{}</h2>\n", Escaped(text)));
    }

    /// A paragraph.
    pub fn say(&mut self, text: &str) {
        self.add(format_args!("<p>{}</p>\n", Escaped(text)));
    }

    /// A paragraph that should be seen.
    pub fn alarm(&mut self, text: &str) {
        self.add(format_args!("<p class=\"alarm\">{}</p>\n", Escaped(text)));
    }

    /// Names and what they are.
    pub fn facts<V: Display>(&mut self, facts: &[(&str, V)]) {
        self.add(format_args!("<dl>\n"));
        for (name, value) in facts {
            let value = value.to_string();
            self.add(format_args!(
                "<dt>{}</dt><dd>{}</dd>\n",
                Escaped(name),
                Escaped(&value)
            ));
        }
        self.add(format_args!("</dl>\n"));
    }

    /// A table; with the first column as row headings, linked where a link is given.
    pub fn table(&mut self, caption: &str, head: &[&str], rows: &[(Option<String>, Vec<String>)]) {
        self.add(format_args!(
            "<div class=\"wide\"><table>\n<caption>{}</caption>\n<thead><tr>",
            Escaped(caption)
        ));
        for word in head {
            self.add(format_args!("<th scope=\"col\">{}</th>", Escaped(word)));
        }
        self.add(format_args!("</tr></thead>\n<tbody>\n"));
        for (link, cells) in rows {
            self.add(format_args!("<tr>"));
            for (n, cell) in cells.iter().enumerate() {
                match (n, link) {
                    (0, Some(link)) => self.add(format_args!(
                        "<th scope=\"row\"><a href=\"{}\">{}</a></th>",
                        Escaped(link),
                        Escaped(cell)
                    )),
                    (0, None) => {
                        self.add(format_args!("<th scope=\"row\">{}</th>", Escaped(cell)));
                    }
                    _ => {
                        self.add(format_args!("<td>"));
                        for (n, line) in cell.split('\n').enumerate() {
                            let rule = if n > 0 { "<br>" } else { "" };
                            self.add(format_args!("{rule}{}", Escaped(line)));
                        }
                        self.add(format_args!("</td>"));
                    }
                }
            }
            self.add(format_args!("</tr>\n"));
        }
        self.add(format_args!("</tbody></table></div>\n"));
    }

    /// The page.
    pub fn finish(mut self) -> Vec<u8> {
        self.add(format_args!("</main>\n</body>\n</html>\n"));
        self.0.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn nothing_that_comes_in_is_markup() {
        let evil = "<script>alert(1)</script>\"'&\u{202e}";
        let mut page = Page::new(evil).unwrap();
        page.heading(evil);
        page.say(evil);
        page.alarm(evil);
        page.facts(&[(evil, evil)]);
        page.table(
            evil,
            &[evil],
            &[(
                Some(evil.to_owned()),
                vec![evil.to_owned(), format!("{evil}\n{evil}")],
            )],
        );
        let text = String::from_utf8(page.finish()).unwrap();
        assert!(!text.contains("<script") && !text.contains('\u{202e}'));
        assert_eq!(text.matches("&lt;script&gt;").count(), 13);
        assert!(text.contains("default-src 'none'") && !text.contains("script-src"));
    }
}
