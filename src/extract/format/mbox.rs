//! Mailboxes of Unix and of Thunderbird: one message after the other, each a document of its own, streamed.

use std::io::{self, BufRead, BufReader, Read};

use crate::{
    extract::{
        ExtractError, Format, Guard, Look, Member, Source,
        format::mail::known_headers,
        sniff::{NO, SURE},
    },
    model::Part,
};

/// mbox.
pub struct Mbox;

impl Format for Mbox {
    fn name(&self) -> &'static str {
        "mbox"
    }

    fn version(&self) -> u32 {
        1
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["mbox", "mbx"]
    }

    fn about(&self) -> &'static str {
        "mailboxes: every message, as a document of its own"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        let starts = look.head.starts_with(b"From ");
        let line = look.head.split(|&b| b == b'\n').next().unwrap_or(&[]);
        let named = look.named(self.extensions()) && is_separator(line);
        if look.magic.is_empty() && starts && (named || known_headers(look.head) > 0) {
            SURE
        } else {
            NO
        }
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let mut mailbox = Mailbox {
            lines: BufReader::with_capacity(64 << 10, source),
            line: Vec::new(),
            at: 0,
            blank: true,
            between: true,
            continued: false,
        };
        let mut number = 0_u64;
        while mailbox.next_message()? {
            number += 1;
            out.check()?;
            let member = Member::new(Part::Message(number.to_string().into()))
                .media_type("message/rfc822")
                .name(format!("{number}.eml"));
            out.child(member, &mut mailbox)?;
        }
        Ok(())
    }
}

/// Longest piece of a line that is looked at in one go.
const PIECE: u64 = 64 << 10;

struct Mailbox<R: Read> {
    lines: BufReader<R>,
    line: Vec<u8>,
    at: usize,
    /// Whether the line before was blank, as it is before each message.
    blank: bool,
    /// Whether the line held begins a message.
    between: bool,
    /// Whether the next piece goes on with a line.
    continued: bool,
}

impl<R: Read> Mailbox<R> {
    /// Goes to the start of the next message, passing over what is left of this one.
    fn next_message(&mut self) -> io::Result<bool> {
        while !self.between || self.line.is_empty() {
            if !self.next_line()? {
                return Ok(false);
            }
        }
        // The separator itself names the sender, which the headers do as well.
        self.between = false;
        self.at = self.line.len();
        Ok(true)
    }

    /// Takes in the next line, or a piece of it. False at the end.
    fn next_line(&mut self) -> io::Result<bool> {
        let whole_before = !self.continued;
        let blank_before = self.blank;
        self.line.clear();
        self.at = 0;
        (&mut self.lines)
            .take(PIECE)
            .read_until(b'\n', &mut self.line)?;
        if self.line.is_empty() {
            return Ok(false);
        }
        self.continued = !self.line.ends_with(b"\n");
        self.blank = whole_before && matches!(&self.line[..], b"\n" | b"\r\n");
        self.between = whole_before && blank_before && is_separator(&self.line);
        if whole_before && self.line.starts_with(b">From ") {
            self.at = 1;
        }
        Ok(true)
    }
}

/// `From sender Sat Jan  3 01:05:34 1996`: a line of the body may begin with the word, but has no year.
fn is_separator(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"From ") else {
        return false;
    };
    rest.split(|b| b.is_ascii_whitespace() || *b == b',')
        .any(|word| {
            word.len() == 4
                && (word.starts_with(b"19") || word.starts_with(b"20"))
                && word.iter().all(u8::is_ascii_digit)
        })
        || !rest.contains(&b' ')
        || rest.starts_with(b"- ")
}

impl<R: Read> Read for Mailbox<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < into.len() {
            if self.at == self.line.len() {
                if self.between && !self.line.is_empty() {
                    break;
                }
                if !self.next_line()? {
                    break;
                }
            }
            if self.between {
                break;
            }
            let rest = &self.line[self.at..];
            let n = rest.len().min(into.len() - filled);
            into[filled..filled + n].copy_from_slice(&rest[..n]);
            self.at += n;
            filled += n;
        }
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_end_where_the_next_begins() {
        let text = "From a@example.com Sat Jan  3 01:05:34 1996\nSubject: one\n\nbody\n>From here on\n\n\
                    From b@example.com Sat Jan  3 01:05:34 1996\nSubject: two\n\nFrom the start, no\n";
        let mut mailbox = Mailbox {
            lines: BufReader::with_capacity(7, text.as_bytes()),
            line: Vec::new(),
            at: 0,
            blank: true,
            between: true,
            continued: false,
        };
        let mut all = Vec::new();
        while mailbox.next_message().expect("in memory") {
            let mut one = String::new();
            mailbox.read_to_string(&mut one).expect("in memory");
            all.push(one);
        }
        assert_eq!(
            all,
            [
                "Subject: one\n\nbody\nFrom here on\n\n",
                "Subject: two\n\nFrom the start, no\n"
            ]
        );
    }
}
