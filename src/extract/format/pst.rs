//! Outlook stores (pst, ost): every folder, every message as a document of its own named by its folder and number, with
//! its attachments and the messages inside it.
//!
//! Why not Microsoft's open reader (`outlook-pst` 1.2), which served here before: it looks for a message inside a message
//! beside the attachment that holds it and not in it, so that none is found, and one damaged node ends a folder.

mod cipher;
mod heap;
mod nodes;

use std::collections::BTreeSet;

use crate::{
    extract::{
        ExtractError, Format, Guard, Look, Member, Source,
        mapi::{self, Item, Properties, Value, tag},
        sniff::{NO, SURE},
    },
    model::Part,
};

use heap::Heap;
use nodes::{Inside, Node, Nodes};

/// An Outlook store.
pub struct Pst;

/// The node that all folders hang from ([MS-PST] 2.4.1).
const ROOT_FOLDER: u32 = 0x122;

/// Folders within folders.
const DEEPEST: usize = 64;

/// Kinds of nodes, the low bits of their number ([MS-PST] 2.2.2.1).
const KIND: u32 = 0x1f;
const ATTACHMENT: u32 = 0x05;
const FOLDERS: u32 = 0x0d;
const MESSAGES: u32 = 0x0e;
const HIDDEN_MESSAGES: u32 = 0x0f;
const RECIPIENTS: u32 = 0x12;

/// How an attachment is kept (MS-OXCMSG 2.2.2.9): a value, a message, an object of a program.
const BY_VALUE: i64 = 1;
const MESSAGE: i64 = 5;
const OBJECT: i64 = 6;
const METHOD: u16 = 0x3705;

impl Format for Pst {
    fn name(&self) -> &'static str {
        "pst"
    }

    fn version(&self) -> u32 {
        2
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["pst", "ost"]
    }

    fn about(&self) -> &'static str {
        "Outlook stores: every message as a document of its own, with its attachments and the messages inside it"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if look.magic == "pst" { SURE } else { NO }
    }

    fn seeks(&self) -> bool {
        true
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let nodes = Nodes::open(source.owned_reader(out)?, out.deadline())?;
        if nodes.node(ROOT_FOLDER).is_none() {
            return Err(damaged());
        }
        folder(&nodes, ROOT_FOLDER, "", 0, &mut BTreeSet::new(), out)
    }
}

fn damaged() -> ExtractError {
    ExtractError::corrupt("its store is damaged")
}

/// The rows of a table that belongs to a folder: a node of the folder's number and another kind.
fn listed(nodes: &Nodes, folder: u32, kind: u32, out: &mut Guard<'_>) -> Vec<u32> {
    let Some(node) = nodes.node(folder & !KIND | kind) else {
        return Vec::new();
    };
    match Heap::open(nodes, node) {
        Some(heap) => heap.row_numbers(),
        None => {
            out.problem("a folder of it is damaged");
            Vec::new()
        }
    }
}

fn folder(
    nodes: &Nodes,
    number: u32,
    path: &str,
    depth: usize,
    seen: &mut BTreeSet<u32>,
    out: &mut Guard<'_>,
) -> Result<(), ExtractError> {
    out.check()?;
    if depth > DEEPEST || !seen.insert(number) {
        return Ok(());
    }
    let properties = nodes
        .node(number)
        .and_then(|node| Heap::open(nodes, node))
        .and_then(|heap| heap.properties());
    let Some((properties, _)) = properties else {
        out.problem("a folder of it is damaged");
        return Ok(());
    };
    let name = Item::default()
        .text(&properties, tag::DISPLAY_NAME)
        .unwrap_or_default();
    let path = match path {
        "" => name,
        path => format!("{path}/{name}"),
    };
    for kind in [MESSAGES, HIDDEN_MESSAGES] {
        for (index, message) in listed(nodes, number, kind, out).into_iter().enumerate() {
            out.check()?;
            let member = Member::new(Part::Message(format!("{path}/{}", index + 1).into()));
            self::message(nodes, nodes.node(message), member, out)?;
        }
    }
    for inner in listed(nodes, number, FOLDERS, out) {
        folder(nodes, inner, &path, depth + 1, seen, out)?;
    }
    Ok(())
}

/// A message of a folder, or inside another one.
fn message(
    nodes: &Nodes,
    node: Option<Node>,
    member: Member,
    out: &mut Guard<'_>,
) -> Result<(), ExtractError> {
    let heap = node.and_then(|node| Heap::open(nodes, node));
    let Some((heap, (properties, _))) = heap.and_then(|heap| {
        let properties = heap.properties()?;
        Some((heap, properties))
    }) else {
        return out.closed_child(member, damaged());
    };
    out.composed(member, &Pst, |out| {
        let recipients = of_kind(&heap.inside, RECIPIENTS)
            .filter_map(|(_, node)| Heap::open(nodes, node))
            .flat_map(|table| table.rows());
        let item = Item {
            properties,
            recipients: recipients.collect(),
            ..Item::default()
        };
        item.write(out)?;
        for (index, (_, node)) in of_kind(&heap.inside, ATTACHMENT).enumerate() {
            out.check()?;
            attachment(nodes, node, &item, index + 1, out)?;
        }
        Ok(())
    })
}

/// Nodes of a kind inside a node, in the order of their numbers.
fn of_kind(inside: &Inside, kind: u32) -> impl Iterator<Item = (u32, Node)> {
    let wanted = move |(number, _): &(&u32, &Node)| **number & KIND == kind;
    inside
        .iter()
        .filter(wanted)
        .map(|(number, node)| (*number, *node))
}

fn attachment(
    nodes: &Nodes,
    node: Node,
    item: &Item,
    number: usize,
    out: &mut Guard<'_>,
) -> Result<(), ExtractError> {
    let _data = out.permit(inner_size(nodes, node))?;
    let heap = Heap::open(nodes, node);
    let Some((heap, (mut properties, objects))) = heap.and_then(|heap| {
        let properties = heap.properties()?;
        Some((heap, properties))
    }) else {
        let part = Part::Attachment(format!("attachment {number}").into());
        return out.closed_child(Member::new(part), damaged());
    };
    let name = mapi::attachment_name(item, &properties, number);
    let mut member = Member::new(Part::Attachment(name.into()));
    member.media_type = item.text(&properties, tag::ATTACH_MIME);
    let inner = objects.iter().find(|(id, _)| *id == tag::ATTACH_DATA);
    let inner = inner
        .and_then(|(_, number)| heap.inside.get(number))
        .copied();
    match method(&properties) {
        Some(MESSAGE) => message(nodes, inner, member, out),
        Some(OBJECT) => match inner.and_then(|node| nodes.data(node.data, LARGEST)) {
            Some(data) => out.child_bytes(member, &data.concat()),
            None => out.closed_child(member, damaged()),
        },
        Some(BY_VALUE) => match properties.remove(&tag::ATTACH_DATA) {
            Some(Value::Bytes(bytes)) => {
                member.size = Some(bytes.len() as u64);
                out.child_bytes(member, &bytes)
            }
            _ => out.closed_child(member, damaged()),
        },
        _ => {
            let reason = "kept elsewhere: the message only points to it";
            out.closed_child(member, ExtractError::unsupported(reason))
        }
    }
}

/// Bytes of one attachment, at most.
const LARGEST: u64 = 256 << 20;

/// Bytes that the nodes inside an attachment hold: its data is one of them.
fn inner_size(nodes: &Nodes, node: Node) -> u64 {
    let inside = nodes.inside(node);
    inside.values().map(|inner| nodes.size(inner.data)).sum()
}

fn method(properties: &Properties) -> Option<i64> {
    match properties.get(&METHOD) {
        Some(Value::Number(method)) => Some(*method),
        // Old stores do not say.
        _ => properties
            .contains_key(&tag::ATTACH_DATA)
            .then_some(BY_VALUE),
    }
}
