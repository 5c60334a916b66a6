//! Mail messages and saved web archives (both MIME): headers with their names as labels, text and HTML bodies, and
//! every attachment and nested message as a document of its own.

use std::fmt::Write as _;

use mail_parser::{Address, HeaderName, HeaderValue, MessageParser, MimeHeaders, PartType};

use crate::{
    extract::{
        ExtractError, Format, Guard, Look, Member, Source,
        compose::Composer,
        format::html,
        sniff::{LIKELY, NO, SURE},
    },
    model::{Anchor, Layout, Part},
};

/// A message, or a page saved with its pictures.
pub struct Mail {
    name: &'static str,
    extensions: &'static [&'static str],
    about: &'static str,
}

/// A mail message.
pub static EML: Mail = Mail {
    name: "eml",
    extensions: &["eml", "emlx", "mim", "mime", "nws"],
    about: "mail: headers by name, text and HTML bodies; attachments and nested messages as documents of their own",
};

/// A saved web page.
pub static MHT: Mail = Mail {
    name: "mht",
    extensions: &["mht", "mhtml"],
    about: "web archives: the page; its parts as documents of their own",
};

/// Nested messages past which a message is a bomb: the parser would take its own stack for each.
const MOST_NESTED: usize = 1000;

impl Format for Mail {
    fn name(&self) -> &'static str {
        self.name
    }

    fn version(&self) -> u32 {
        1
    }

    fn extensions(&self) -> &'static [&'static str] {
        self.extensions
    }

    fn about(&self) -> &'static str {
        self.about
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if !look.magic.is_empty() {
            return NO;
        }
        let named = look.named(self.extensions);
        if self.name == MHT.name {
            let page = named && known_headers(look.head) > 0;
            return if page { SURE } else { NO };
        }
        let given = look.media_type.eq_ignore_ascii_case("message/rfc822");
        match known_headers(look.head) {
            0 => NO,
            _ if named || given => SURE - 1,
            n if n >= 3 => LIKELY + 5,
            _ => NO,
        }
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        if source.size().is_some_and(|n| n >= u64::from(u32::MAX)) {
            return Err(ExtractError::TooLarge(
                "a message of more than 4 GiB".into(),
            ));
        }
        let whole = source.whole(out, 2)?;
        let bytes = without_count(&whole);
        if memchr::memmem::find_iter(bytes, b"essage/rfc822").count() > MOST_NESTED {
            out.problem("more than 1000 messages within each other: read as text");
            let text = super::super::decode::guess(bytes);
            return out.segment(&text, &Layout::Lines { first: 1 });
        }
        let message = MessageParser::new()
            .default_header_text()
            .parse(bytes)
            .ok_or_else(|| ExtractError::corrupt("no mail headers"))?;
        read(&message, out)
    }
}

/// Apple's mail puts the length of the message on a line before it.
fn without_count(bytes: &[u8]) -> &[u8] {
    match memchr::memchr(b'\n', &bytes[..bytes.len().min(16)]) {
        Some(n) if bytes[..n].iter().all(|b| b.is_ascii_digit() || *b == b' ') => &bytes[n + 1..],
        _ => bytes,
    }
}

/// How many lines at the start are headers of mail.
pub fn known_headers(head: &[u8]) -> usize {
    const KNOWN: &[&str] = &[
        "from",
        "to",
        "cc",
        "bcc",
        "subject",
        "date",
        "received",
        "return-path",
        "message-id",
        "mime-version",
        "content-type",
        "delivered-to",
        "reply-to",
        "in-reply-to",
        "references",
        "sender",
        "x-mailer",
        "newsgroups",
        "path",
        "content-transfer-encoding",
        "envelope-to",
        "dkim-signature",
        "x-originating-ip",
        "importance",
        "x-mozilla-status",
        "x-mozilla-status2",
        "user-agent",
        "thread-topic",
        "thread-index",
        "x-priority",
        "snapshot-content-location",
    ];
    let head = without_count(&head[..head.len().min(8 << 10)]);
    let mut known = 0;
    for (i, line) in head.split(|&b| b == b'\n').enumerate().take(60) {
        if line.is_empty() || line == b"\r" {
            break;
        }
        if matches!(line[0], b' ' | b'\t') {
            continue;
        }
        // The line that mailboxes begin messages with.
        if i == 0 && line.starts_with(b"From ") {
            continue;
        }
        let Some(colon) = memchr::memchr(b':', line) else {
            return if i < 2 { 0 } else { known };
        };
        let name = &line[..colon];
        if !name.iter().all(|b| b.is_ascii_graphic()) {
            return if i < 2 { 0 } else { known };
        }
        known += usize::from(
            KNOWN
                .iter()
                .any(|k| k.as_bytes().eq_ignore_ascii_case(name)),
        );
    }
    known
}

fn read(message: &mail_parser::Message<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
    let mut headers = Composer::new();
    for header in message.headers() {
        let value = header_text(&header.value, &header.name);
        if value.trim().is_empty() {
            continue;
        }
        let name = header.name();
        headers.mark(Anchor::Header(name.into()));
        headers.push(name);
        headers.push(": ");
        headers.labelled(name, value.trim());
        headers.line();
        headers.end_block(out)?;
    }
    headers.finish(out)?;
    let mut attachments = 0;
    for (index, part) in message.parts.iter().enumerate() {
        out.check()?;
        let body = message.text_body.contains(&(index as u32))
            || message.html_body.contains(&(index as u32))
            || index == 0;
        let name = part.attachment_name();
        let attached = !body
            || part
                .content_disposition()
                .is_some_and(mail_parser::ContentType::is_attachment);
        match &part.body {
            PartType::Multipart(_) => {}
            PartType::Text(text) if !attached => {
                out.segment(text, &Layout::Lines { first: 1 })?;
            }
            PartType::Html(page) if !attached => html::fragment(page, out)?,
            body => {
                attachments += 1;
                let kind = part.content_type().map(|c| match c.subtype() {
                    Some(sub) => format!("{}/{sub}", c.ctype()).to_ascii_lowercase(),
                    None => c.ctype().to_ascii_lowercase(),
                });
                let step = match name {
                    Some(name) if !name.trim().is_empty() => name.trim().to_owned(),
                    _ => format!("attachment {attachments}"),
                };
                let mut member = Member::new(Part::Attachment(step.into()));
                member.media_type = kind;
                let bytes = match body {
                    PartType::Message(nested) => {
                        if member.media_type.is_none() {
                            member.media_type = Some("message/rfc822".into());
                        }
                        nested.raw_message()
                    }
                    other => other_bytes(other),
                };
                member.size = Some(bytes.len() as u64);
                out.child_bytes(member, bytes)?;
            }
        }
    }
    Ok(())
}

fn other_bytes<'p>(body: &'p PartType<'_>) -> &'p [u8] {
    match body {
        PartType::Text(text) | PartType::Html(text) => text.as_bytes(),
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => bytes,
        PartType::Message(nested) => nested.raw_message(),
        PartType::Multipart(_) => &[],
    }
}

/// A header as a person reads it.
fn header_text(value: &HeaderValue<'_>, name: &HeaderName<'_>) -> String {
    let mut text = String::new();
    match value {
        HeaderValue::Text(t) => text.push_str(t),
        HeaderValue::TextList(list) => text = list.join(", "),
        HeaderValue::DateTime(date) => text = date.to_rfc822(),
        HeaderValue::Address(Address::List(list)) => addresses(list, &mut text),
        HeaderValue::Address(Address::Group(groups)) => {
            for group in groups {
                if let Some(name) = &group.name {
                    let _ = write!(text, "{name}: ");
                }
                addresses(&group.addresses, &mut text);
                text.push_str("; ");
            }
        }
        HeaderValue::ContentType(content) => {
            // Names of attachments stand here as well as on the attachment.
            if *name != HeaderName::ContentType {
                text.push_str(content.ctype());
            }
        }
        HeaderValue::Received(hop) => {
            for host in [hop.from(), hop.by()].into_iter().flatten() {
                match host {
                    mail_parser::Host::Name(name) => {
                        let _ = write!(text, "{name} ");
                    }
                    mail_parser::Host::IpAddr(ip) => {
                        let _ = write!(text, "{ip} ");
                    }
                }
            }
            if let Some(ip) = hop.from_ip() {
                let _ = write!(text, "[{ip}] ");
            }
            if let Some(to) = hop.for_() {
                let _ = write!(text, "for {to}");
            }
        }
        HeaderValue::Empty => {}
    }
    text
}

fn addresses(list: &[mail_parser::Addr<'_>], text: &mut String) {
    for one in list {
        if !text.is_empty() && !text.ends_with(": ") {
            text.push_str(", ");
        }
        match (&one.name, &one.address) {
            (Some(name), Some(address)) => {
                let _ = write!(text, "{name} <{address}>");
            }
            (Some(only), None) | (None, Some(only)) => text.push_str(only),
            (None, None) => {}
        }
    }
}
