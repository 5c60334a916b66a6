//! Outlook stores (pst, ost): every folder, every message as a document of its own named by its folder and number, with
//! its attachments inside. The store's own structures are read by Microsoft's open reader.

use std::{
    collections::BTreeSet,
    io::{self, Read, Seek, SeekFrom},
    rc::Rc,
};

use outlook_pst::{
    AnsiPstFile, UnicodePstFile,
    ltp::{prop_context::PropertyValue, table_context::TableContext},
    messaging::{
        attachment::{AnsiAttachment, Attachment, AttachmentData, UnicodeAttachment},
        message::{AnsiMessage, Message, UnicodeMessage},
        store::{AnsiStore, EntryId, Store, UnicodeStore},
    },
    ndb::node_id::NodeId,
};

use crate::{
    extract::{
        ExtractError, Format, Guard, Look, Member, Source,
        mapi::{self, Item, Properties, Value, tag},
        sniff::{NO, SURE},
        source::{Deadline, Owned},
    },
    model::Part,
};

/// An Outlook store.
pub struct Pst;

/// The node that all folders hang from (MS-PST 2.4.1).
const ROOT_FOLDER: u32 = 0x122;

/// Folders within folders.
const DEEPEST: usize = 64;

impl Format for Pst {
    fn name(&self) -> &'static str {
        "pst"
    }

    fn version(&self) -> u32 {
        1
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["pst", "ost"]
    }

    fn about(&self) -> &'static str {
        "Outlook stores: every message as a document of its own, with its attachments"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if look.magic == "pst" { SURE } else { NO }
    }

    fn seeks(&self) -> bool {
        true
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        // Version 23 and above are Unicode; bytes 10 and 11 of the header.
        let head = source.head()?;
        let version = head
            .get(10..12)
            .map_or(0, |v| u16::from_le_bytes([v[0], v[1]]));
        let reader = Clocked {
            inner: source.owned_reader(out)?,
            deadline: out.deadline(),
        };
        let reader = Box::new(io::BufReader::with_capacity(16 << 10, reader));
        if version >= 23 {
            let file = UnicodePstFile::read_from(reader).map_err(broken)?;
            let store = UnicodeStore::read(Rc::new(file)).map_err(broken)?;
            folders(&Unicode(store), out)
        } else {
            let file = AnsiPstFile::read_from(reader).map_err(broken)?;
            let store = AnsiStore::read(Rc::new(file)).map_err(broken)?;
            folders(&Ansi(store), out)
        }
    }
}

/// A reader that stops at the deadline: the structures of a damaged store may lead in circles.
struct Clocked {
    inner: Owned,
    deadline: Deadline,
}

impl Read for Clocked {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.deadline.passed() {
            return Err(ExtractError::TimedOut("took longer than its deadline".into()).into());
        }
        self.inner.read(into)
    }
}

impl Seek for Clocked {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

fn broken(error: io::Error) -> ExtractError {
    match ExtractError::from(error) {
        ExtractError::Corrupt(_) => ExtractError::corrupt("its store is damaged"),
        other => other,
    }
}

/// What a store of either kind can do.
trait Mailbox {
    /// A message with all its properties.
    type Message: Message + 'static;
    fn store(&self) -> &dyn Store;
    fn message(&self, entry: &EntryId) -> io::Result<Rc<Self::Message>>;
    fn attachment(&self, of: &Rc<Self::Message>, node: NodeId) -> io::Result<Rc<dyn Attachment>>;
}

struct Unicode(Rc<UnicodeStore>);

impl Mailbox for Unicode {
    type Message = UnicodeMessage;

    fn store(&self) -> &dyn Store {
        &*self.0
    }

    fn message(&self, entry: &EntryId) -> io::Result<Rc<UnicodeMessage>> {
        UnicodeMessage::read(self.0.clone(), entry, None)
    }

    fn attachment(&self, of: &Rc<UnicodeMessage>, node: NodeId) -> io::Result<Rc<dyn Attachment>> {
        Ok(UnicodeAttachment::read(of.clone(), node, None)?)
    }
}

struct Ansi(Rc<AnsiStore>);

impl Mailbox for Ansi {
    type Message = AnsiMessage;

    fn store(&self) -> &dyn Store {
        &*self.0
    }

    fn message(&self, entry: &EntryId) -> io::Result<Rc<AnsiMessage>> {
        AnsiMessage::read(self.0.clone(), entry, None)
    }

    fn attachment(&self, of: &Rc<AnsiMessage>, node: NodeId) -> io::Result<Rc<dyn Attachment>> {
        Ok(AnsiAttachment::read(of.clone(), node, None)?)
    }
}

fn folders<M: Mailbox>(mailbox: &M, out: &mut Guard<'_>) -> Result<(), ExtractError> {
    // From the root folder, so that the wastebasket and what no folder list shows are met as well. The store's own list
    // of its first folders is not asked for: the reader locks itself out on it.
    let node = NodeId::from(ROOT_FOLDER);
    let entry = mailbox
        .store()
        .properties()
        .make_entry_id(node)
        .map_err(broken)?;
    folder(mailbox, &entry, node, "", 0, &mut BTreeSet::new(), out)
}

fn rows(table: &dyn TableContext) -> Vec<NodeId> {
    table
        .rows_matrix()
        .map(|row| NodeId::from(u32::from(row.id())))
        .collect()
}

fn folder<M: Mailbox>(
    mailbox: &M,
    entry: &EntryId,
    node: NodeId,
    path: &str,
    depth: usize,
    seen: &mut BTreeSet<u32>,
    out: &mut Guard<'_>,
) -> Result<(), ExtractError> {
    out.check()?;
    if depth > DEEPEST || !seen.insert(u32::from(node)) {
        return Ok(());
    }
    let Ok(folder) = mailbox.store().open_folder(entry) else {
        out.problem("a folder of it is damaged");
        return Ok(());
    };
    let name = folder.properties().display_name().unwrap_or_default();
    let path = if path.is_empty() {
        name
    } else {
        format!("{path}/{name}")
    };
    let properties = mailbox.store().properties();
    for table in [folder.contents_table(), folder.associated_table()]
        .into_iter()
        .flatten()
    {
        for (index, node) in rows(&**table).into_iter().enumerate() {
            out.check()?;
            let read = properties
                .make_entry_id(node)
                .and_then(|entry| mailbox.message(&entry));
            let part = Part::Message(format!("{path}/{}", index + 1).into());
            match read {
                Ok(message) => {
                    out.composed(Member::new(part), &Pst, |out| item(mailbox, &message, out))?
                }
                Err(error) => out.closed_child(Member::new(part), broken(error))?,
            }
        }
    }
    if let Some(table) = folder.hierarchy_table() {
        for node in rows(&**table) {
            match properties.make_entry_id(node) {
                Ok(entry) => self::folder(mailbox, &entry, node, &path, depth + 1, seen, out)?,
                Err(_) => out.problem("a folder of it is damaged"),
            }
        }
    }
    Ok(())
}

fn item<M: Mailbox>(
    mailbox: &M,
    message: &Rc<M::Message>,
    out: &mut Guard<'_>,
) -> Result<(), ExtractError> {
    let whole = gather(&**message);
    whole.write(out)?;
    let Some(table) = message.attachment_table() else {
        return Ok(());
    };
    for (index, node) in rows(&**table).into_iter().enumerate() {
        out.check()?;
        let attachment = match mailbox.attachment(message, node) {
            Ok(attachment) => attachment,
            Err(error) => {
                let part = Part::Attachment(format!("attachment {}", index + 1).into());
                out.closed_child(Member::new(part), broken(error))?;
                continue;
            }
        };
        let properties: Properties = attachment
            .properties()
            .iter()
            .filter_map(|(id, value)| Some((*id, convert(value)?)))
            .collect();
        let name = mapi::attachment_name(&whole, &properties, index + 1);
        let mut member = Member::new(Part::Attachment(name.into()));
        member.media_type = whole.text(&properties, tag::ATTACH_MIME);
        match attachment.data() {
            Some(AttachmentData::Binary(bytes)) => {
                member.size = Some(bytes.buffer().len() as u64);
                out.child_bytes(member, bytes.buffer())?;
            }
            Some(AttachmentData::Message(inner)) => out.composed(member, &Pst, |out| {
                if inner
                    .attachment_table()
                    .is_some_and(|t| t.rows_matrix().next().is_some())
                {
                    out.problem("attachments of a message inside a message are not read");
                }
                gather(&**inner).write(out)
            })?,
            None => {
                let reason = "kept elsewhere: the message only points to it";
                out.closed_child(member, ExtractError::unsupported(reason))?;
            }
        }
    }
    Ok(())
}

/// All properties of a message and its recipients.
fn gather(message: &dyn Message) -> Item {
    let mut item = Item::default();
    for (id, value) in message.properties().iter() {
        if let Some(value) = convert(value) {
            item.properties.insert(*id, value);
        }
    }
    if let Some(table) = message.recipient_table() {
        let context = table.context();
        for row in table.rows_matrix() {
            let mut recipient = Properties::new();
            let Ok(values) = row.columns(context) else {
                continue;
            };
            for (column, value) in context.columns().iter().zip(values) {
                if let Some(value) = value
                    && let Ok(value) = table.read_column(&value, column.prop_type())
                    && let Some(value) = convert(&value)
                {
                    recipient.insert(column.prop_id(), value);
                }
            }
            item.recipients.push(recipient);
        }
    }
    item
}

fn convert(value: &PropertyValue) -> Option<Value> {
    Some(match value {
        PropertyValue::Integer16(n) => Value::Number(i64::from(*n)),
        PropertyValue::Integer32(n) => Value::Number(i64::from(*n)),
        PropertyValue::Integer64(n) => Value::Number(*n),
        PropertyValue::Boolean(b) => Value::Number(i64::from(*b)),
        PropertyValue::Time(ticks) => Value::Time(*ticks),
        PropertyValue::String8(text) => Value::Bytes8(text.buffer().to_vec()),
        PropertyValue::Unicode(text) => {
            // A subject may begin with two characters that say how long its prefix is.
            let units = text.buffer();
            let units = if units.first() == Some(&1) {
                units.get(2..).unwrap_or(&[])
            } else {
                units
            };
            Value::Text(String::from_utf16_lossy(units))
        }
        PropertyValue::Binary(bytes) => Value::Bytes(bytes.buffer().to_vec()),
        _ => return None,
    })
}
