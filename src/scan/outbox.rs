//! Records on their way to the writer, many at a time.

use crossbeam_channel::Sender;

use crate::{
    inventory::record::{Digest, DocumentRecord, Seen},
    scan::{
        contents::End,
        worker::{Halt, Message},
    },
};

/// Documents sent at once, at most.
const SENT: usize = 64;

/// Documents seen unchanged that are told of at once, at most.
const SEEN: usize = 16 * SENT;

/// Rough bytes of records after which they go.
const WEIGHT: usize = 1 << 20;

/// Records on their way, with the contents that count as sent once they are.
pub(super) struct Outbox<'a> {
    to: &'a Sender<Message>,
    documents: Vec<DocumentRecord>,
    seen: Vec<Seen>,
    contents: Vec<(Digest, End)>,
    weight: usize,
}

impl<'a> Outbox<'a> {
    /// An empty one that sends there.
    pub fn new(to: &'a Sender<Message>) -> Self {
        Outbox {
            to,
            documents: Vec::new(),
            seen: Vec::new(),
            contents: Vec::new(),
            weight: 0,
        }
    }

    /// Where it sends, for what does not wait.
    pub fn channel(&self) -> &'a Sender<Message> {
        self.to
    }

    /// Takes a document; with it, when it was read, the content that others may wait for.
    pub fn put(&mut self, record: DocumentRecord, content: Option<(Digest, End)>) {
        self.weight += weight(&record);
        self.documents.push(record);
        self.contents.extend(content);
    }

    /// Takes a document left as it was.
    pub fn put_seen(&mut self, seen: Seen) {
        self.seen.push(seen);
    }

    /// A content that counts as sent with what is in here now.
    pub fn put_content(&mut self, digest: Digest, end: End) {
        self.contents.push((digest, end));
    }

    /// Whether it is time to send.
    pub fn is_full(&self) -> bool {
        self.documents.len() >= SENT || self.weight >= WEIGHT || self.seen.len() >= SEEN
    }

    /// Whether it is worth sending between two folders: somebody may wait for a content.
    pub fn is_worth_sending(&self) -> bool {
        !self.contents.is_empty() || self.documents.len() + self.seen.len() >= SENT / 2
    }

    /// Sends everything; returns the contents that count as sent now.
    pub fn send(&mut self) -> Result<Vec<(Digest, End)>, Halt> {
        if !(self.documents.is_empty() && self.seen.is_empty()) {
            let message = Message::Documents(
                std::mem::take(&mut self.documents),
                std::mem::take(&mut self.seen),
            );
            self.weight = 0;
            self.to.send(message).map_err(|_| Halt::Writer)?;
        }
        Ok(std::mem::take(&mut self.contents))
    }
}

/// Rough bytes of memory of a record.
pub(super) fn weight(record: &DocumentRecord) -> usize {
    let parts = record
        .content
        .iter()
        .flat_map(|content| content.parts.iter().flatten())
        .chain(&record.name);
    512 + parts
        .map(|part| {
            256 + part
                .rules
                .iter()
                .map(|rule| 128 + 200 * rule.shown.len() + 96 * rule.values.len())
                .sum::<usize>()
        })
        .sum::<usize>()
}
