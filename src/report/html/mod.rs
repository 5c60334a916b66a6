//! The page: one self-contained HTML file for a person, from a share or a mail, without network.
//!
//! What it shows is gathered in one pass over the inventory ([`data`]); the charts are drawn here as SVG ([`charts`]); the
//! table of documents is drawn by the script in `page.js` from JSON in the page, a hundred rows at a time, so that it
//! stays quick at fifty thousand. A content-security policy lets nothing run but that script and nothing load at all; every
//! name that came from a file system is escaped where it enters the page, and the script writes text, never markup.

mod changes;
mod charts;
mod data;
mod drill;
mod risks;
mod top;
mod treemap;

use std::{fmt, io::Write};

use crate::{
    inventory::{Inventory, record::Exposure},
    model::Category,
    report::{Options, Report, ReportError, risk::Band, summary, text},
};
use data::Data;

/// Years after which the page points out that documents are old: no law, but what many policies have for most records.
const OLD: i16 = 6;

/// The report.
pub struct Html;

/// Text for HTML, in content and in quoted attributes.
pub struct Escaped<'a>(pub &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        for c in text::terminal(self.0).chars() {
            match c {
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '&' => f.write_str("&amp;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

impl Report for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn help(&self) -> &'static str {
        "One page to open in a browser: figures, charts, a searchable table of documents, what was not read"
    }

    fn write(
        &self,
        inventory: &Inventory,
        options: &Options,
        out: &mut dyn Write,
    ) -> Result<(), ReportError> {
        let overview = inventory.overview()?;
        let data = data::gather(inventory, options, &overview.folders)?;
        let model = summary::model_of(inventory, overview, &data.risks)?;
        let nonce = nonce();
        head(&model, options, &nonce, out)?;
        figures(&model, out)?;
        stands_out(&model, &data, options, out)?;
        categories(&model, out)?;
        section(out, "where", "Where", |out| {
            charts::heat(&data.tree, out)?;
            treemap::treemap(&data.tree, out)
        })?;
        section(out, "risk", "Risk", |out| risks::risks(&data, options, out))?;
        let this_year = options
            .now
            .to_zoned_datetime(options.timezone.clone())
            .year();
        section(out, "age", "Age", |out| {
            charts::ages(&data.ages, this_year, out)
        })?;
        section(out, "exposure", "Exposure", |out| {
            charts::exposures(&data.exposures, out)
        })?;
        documents(&data, out)?;
        unread(&model, out)?;
        section(out, "changes", "Changes", |out| {
            changes::changes(inventory, options, &data.labels, out)
        })?;
        notes(&model, options, out)?;
        foot(&data, &nonce, out)
    }
}

/// A part of the page under a heading.
fn section(
    out: &mut dyn Write,
    id: &str,
    title: &str,
    body: impl FnOnce(&mut dyn Write) -> Result<(), ReportError>,
) -> Result<(), ReportError> {
    writeln!(
        out,
        "<section id=\"{id}\" aria-labelledby=\"{id}-title\"><h2 id=\"{id}-title\">{title}</h2>"
    )?;
    body(out)?;
    writeln!(out, "</section>")?;
    Ok(())
}

/// A word that the policy and the script tag share and that a file name cannot know.
fn nonce() -> String {
    let mut bytes = [0; 16];
    // Without randomness the page is written all the same; its policy is then as good as a fixed word.
    let _ = getrandom::fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn head(
    model: &summary::Model,
    options: &Options,
    nonce: &str,
    out: &mut dyn Write,
) -> Result<(), ReportError> {
    let roots: Vec<_> = model
        .roots
        .iter()
        .map(|root| root.name.clone().unwrap_or_else(|| root.path.display()))
        .collect();
    let roots = roots.join(", ");
    let scanned = match &model.run {
        Some(run) => {
            let ending = match run.ending.as_deref() {
                Some("complete") => "complete",
                Some("interrupted") => "interrupted before its end",
                Some(_) => "failed before its end",
                None => "not finished",
            };
            let started = text::moment(run.started, &options.timezone);
            format!("Scan of {started}, {ending}, by domesday {}", run.version)
        }
        None => "Never scanned".into(),
    };
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'nonce-{0}'; script-src 'nonce-{0}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>Personal data in {1}</title>\n<style nonce=\"{0}\">\n{2}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#documents\">Skip to the documents</a>\n\
         <header><h1>Personal data in {1}</h1>\n<p>{3}. This page holds previews with the middle masked, and no value in full; names of files and folders are as they are.</p>\n\
         <nav aria-label=\"Sections\"><a href=\"#categories\">Categories</a> <a href=\"#where\">Where</a> <a href=\"#risk\">Risk</a> <a href=\"#age\">Age</a> \
         <a href=\"#exposure\">Exposure</a> <a href=\"#documents\">Documents</a> <a href=\"#unread\">Not read</a> <a href=\"#changes\">Changes</a> \
         <a href=\"#notes\">How to read it</a></nav></header>\n<main>",
        nonce,
        Escaped(&roots),
        include_str!("page.css"),
        Escaped(&scanned),
    )?;
    Ok(())
}

fn figures(model: &summary::Model, out: &mut dyn Write) -> Result<(), ReportError> {
    let unread: u64 = model.unread.iter().map(|u| u.documents + u.members).sum();
    writeln!(out, "<section aria-label=\"Figures\" class=\"figures\">")?;
    for (number, words, alarming) in [
        (model.documents, "files", false),
        (model.holding, "hold personal data", false),
        (
            model.special,
            "hold special category or criminal offence data",
            model.special > 0,
        ),
        (
            model.exposed,
            "with personal data can be read by everyone",
            model.exposed > 0,
        ),
        (
            model.special_exposed,
            "of these with special category or criminal offence data",
            model.special_exposed > 0,
        ),
        (unread, "could not be read, or only in part", unread > 0),
    ] {
        writeln!(
            out,
            "<p{}><strong>{}</strong> {words}</p>",
            if alarming { " class=\"alarm\"" } else { "" },
            text::number(number)
        )?;
    }
    writeln!(out, "</section>")?;
    Ok(())
}

/// What wants doing first, each with a way to the documents.
fn stands_out(
    model: &summary::Model,
    data: &Data,
    options: &Options,
    out: &mut dyn Write,
) -> Result<(), ReportError> {
    let everyone = Exposure::Everyone as u8;
    let credential = charts::index(Category::Credential);
    let unread: u64 = model.unread.iter().map(|u| u.documents + u.members).sum();
    let this_year = options
        .now
        .to_zoned_datetime(options.timezone.clone())
        .year();
    let old: u64 = data
        .ages
        .iter()
        .filter(|(year, _)| year.is_some_and(|year| year < this_year - OLD))
        .map(|(_, (other, special))| other + special)
        .sum();
    let (some, verb) = (
        |n| text::plural(n, "file", "files"),
        |n| if n == 1 { "holds" } else { "hold" },
    );
    let told = [
        (
            model.special_exposed,
            format!("data-special=\"1\" data-exposed=\"{everyone}\""),
            format!(
                "{} with special category or criminal offence data can be read by everyone",
                some(model.special_exposed)
            ),
        ),
        (
            data.bands[Band::Critical as usize],
            format!("data-band=\"{}\"", Band::Critical.id()),
            format!(
                "{} {} of critical risk: what they hold × how many people × who can read them × how old they are",
                some(data.bands[Band::Critical as usize]),
                if data.bands[Band::Critical as usize] == 1 {
                    "is"
                } else {
                    "are"
                }
            ),
        ),
        (
            data.credentials,
            format!("data-category=\"{credential}\""),
            format!(
                "{} {} passwords or keys",
                some(data.credentials),
                verb(data.credentials)
            ),
        ),
        (
            unread,
            "data-unread=\"1\"".to_owned(),
            format!(
                "{} could not be read, or only in part: what is in them is not known",
                some(unread)
            ),
        ),
        (
            old,
            String::new(),
            format!(
                "{} with personal data {} last changed before {}",
                some(old),
                if old == 1 { "was" } else { "were" },
                this_year - OLD
            ),
        ),
        (
            data.copies,
            String::new(),
            format!(
                "{} with personal data {} held somewhere else as well: what is erased at one place is still held at the other",
                some(data.copies),
                if data.copies == 1 { "is" } else { "are" }
            ),
        ),
    ];
    if told.iter().all(|(count, ..)| *count == 0) {
        return Ok(());
    }
    section(out, "first", "What stands out", |out| {
        writeln!(out, "<ul class=\"out\">")?;
        for (count, to, sentence) in told {
            match (count, to.is_empty()) {
                (0, _) => {}
                (_, true) => writeln!(out, "<li>{}.</li>", Escaped(&sentence))?,
                (_, false) => writeln!(
                    out,
                    "<li><a href=\"#documents\" {to}>{}</a>.</li>",
                    Escaped(&sentence)
                )?,
            }
        }
        writeln!(out, "</ul>")?;
        Ok(())
    })
}

fn categories(model: &summary::Model, out: &mut dyn Write) -> Result<(), ReportError> {
    writeln!(
        out,
        "<section id=\"categories\" aria-labelledby=\"categories-title\"><h2 id=\"categories-title\">Categories</h2>\n<div class=\"wide\"><table><caption>Findings of medium and high confidence; {} of low confidence are apart</caption>\n\
         <thead><tr><th scope=\"col\">Category</th><th scope=\"col\" class=\"n\">Files</th><th scope=\"col\" class=\"n\">Findings</th><th scope=\"col\" class=\"n\">High</th>\
         <th scope=\"col\" class=\"n\">Medium</th><th scope=\"col\" class=\"n\">People, at most</th><th scope=\"col\" class=\"n\">Files everyone can read</th></tr></thead>",
        text::plural(model.hints, "hint", "hints")
    )?;
    for (class, categories) in &model.classes {
        writeln!(
            out,
            "<tbody><tr><th scope=\"rowgroup\" colspan=\"7\" class=\"class {}\">{}</th></tr>",
            super::csv::class(*class),
            Escaped(class.title())
        )?;
        for (category, figures) in categories {
            let [_, medium, high] = figures.findings;
            writeln!(
                out,
                "<tr><th scope=\"row\"><a href=\"#documents\" data-category=\"{}\">{}</a></th><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
                charts::index(*category),
                Escaped(category.title()),
                text::number(figures.documents),
                text::number(medium + high),
                text::number(high),
                text::number(medium),
                text::number(figures.people),
                text::number(figures.exposed),
            )?;
        }
        writeln!(out, "</tbody>")?;
    }
    writeln!(out, "</table></div></section>")?;
    Ok(())
}

fn documents(data: &Data, out: &mut dyn Write) -> Result<(), ReportError> {
    writeln!(
        out,
        "<section id=\"documents\" aria-labelledby=\"documents-title\"><h2 id=\"documents-title\">Documents</h2>\n<p>{}</p>\n\
         <form role=\"search\" id=\"filters\" aria-label=\"Documents\"><label>Search <input type=\"search\" id=\"search\" autocomplete=\"off\" placeholder=\"path, owner, why not read\"></label>\n\
         <label>Folder <input type=\"search\" id=\"folder\" autocomplete=\"off\"></label>\n\
         <label>Category <select id=\"category\"><option value=\"\">any</option></select></label>\n\
         <label>Risk <select id=\"band\"><option value=\"\">any</option></select></label>\n\
         <label>Readable by <select id=\"exposed\"><option value=\"\">anyone</option></select></label>\n\
         <label><input type=\"checkbox\" id=\"only\"> without subfolders</label>\n\
         <label><input type=\"checkbox\" id=\"special\"> special category or criminal</label>\n\
         <label><input type=\"checkbox\" id=\"unread-only\"> not read</label>\n\
         <button type=\"reset\">Show all</button></form>\n\
         <p id=\"count\" role=\"status\" aria-live=\"polite\"></p>\n\
         <div class=\"wide\" id=\"rows\"><table id=\"table\" tabindex=\"-1\" aria-label=\"Documents\"><thead><tr></tr></thead><tbody></tbody></table></div>\n\
         <nav id=\"pages\" aria-label=\"Pages of documents\"></nav>\n\
         <noscript>The table needs JavaScript, which this browser has off for this page; `domesday report documents` gives the same as CSV.</noscript></section>",
        Escaped(&data.note)
    )?;
    Ok(())
}

fn unread(model: &summary::Model, out: &mut dyn Write) -> Result<(), ReportError> {
    writeln!(
        out,
        "<section id=\"unread\" aria-labelledby=\"unread-title\"><h2 id=\"unread-title\">Not read</h2>"
    )?;
    if model.unread.is_empty() {
        writeln!(
            out,
            "<p>Everything that was not excluded could be read.</p></section>"
        )?;
        return Ok(());
    }
    writeln!(
        out,
        "<p>Personal data may lie in these unseen. <a href=\"#documents\" data-unread=\"1\">Show them in the table of documents</a>.</p>\n\
         <div class=\"wide\"><table><thead><tr><th scope=\"col\">Outcome</th><th scope=\"col\" class=\"n\">Files</th><th scope=\"col\" class=\"n\">Inside files</th><th scope=\"col\">Reasons</th></tr></thead><tbody>"
    )?;
    for unread in &model.unread {
        let reasons: Vec<_> = unread
            .reasons
            .iter()
            .take(8)
            .map(|(reason, count)| format!("{reason} ({})", text::number(*count)))
            .collect();
        writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td></tr>",
            Escaped(unread.outcome.title()),
            text::number(unread.documents),
            text::number(unread.members),
            Escaped(&reasons.join("; "))
        )?;
    }
    writeln!(out, "</tbody></table></div></section>")?;
    Ok(())
}

/// What the words and figures mean.
fn notes(
    model: &summary::Model,
    options: &Options,
    out: &mut dyn Write,
) -> Result<(), ReportError> {
    section(out, "notes", "How to read it", |out| {
        writeln!(
            out,
            "<p>A <em>finding</em> is one piece of personal data at one place in a document. <em>High</em>: as sure as a scanner gets. \
             <em>Medium</em>: probable. <em>Hints</em> are low: they are listed at their documents and are in no other figure here, and neither \
             are {} findings that are examples, of organisations, or public. A special category is counted where it is tied to a person: a \
             sickness policy is not a health record.</p>\n\
             <p><em>People, at most</em>: the same person in two documents counts twice. A copy counts as often as it is there. Folders are those of \
             the share, with all below them. <em>Readable by everyone</em>: by every account of the system, as far as permissions told.</p>\n\
             <p>A scanner finds what its rules describe; that nothing was found in a document does not prove that nothing is in it. Of one finding, \
             <code>{} explain ID</code> tells the rule and the evidence.</p>",
            text::number(model.other),
            Escaped(&options.program),
        )?;
        Ok(())
    })
}

/// The data, then the script, which must come after all it reads. `<` is escaped in the data, so that no name can end the
/// element.
fn foot(data: &Data, nonce: &str, out: &mut dyn Write) -> Result<(), ReportError> {
    write!(
        out,
        "</main>\n<script type=\"application/json\" id=\"data\">"
    )?;
    let json = serde_json::to_vec(&data.table).map_err(std::io::Error::from)?;
    for (n, piece) in json.split(|byte| *byte == b'<').enumerate() {
        if n > 0 {
            out.write_all(b"\\u003c")?;
        }
        out.write_all(piece)?;
    }
    writeln!(
        out,
        "</script>\n<script nonce=\"{nonce}\">\n{}</script>\n</body>\n</html>",
        include_str!("page.js")
    )?;
    Ok(())
}
