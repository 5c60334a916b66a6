//! The middle layer of an Outlook store: the heap in a node's data, and in it properties by number and tables of them.
//! Source: [MS-PST] 2.3.

use crate::extract::{
    mapi::{Properties, Value},
    ole::{u16_at, u32_at},
};

use super::nodes::{Inside, Node, Nodes};

/// Bytes of one property past which it is not believed.
const LARGEST: u64 = 256 << 20;

/// Bytes of a heap: what is larger lies in nodes of its own.
const HEAP: u64 = 64 << 20;

/// Levels of the tree in a heap.
const DEEPEST: u32 = 8;

/// Records of a tree, rows and columns of a table.
const RECORDS: usize = 200_000;

/// The data of a node as a heap.
pub struct Heap<'n> {
    nodes: &'n Nodes,
    blocks: Vec<Vec<u8>>,
    /// The nodes inside the node.
    pub inside: Inside,
}

/// A property that is a node of its own.
const OBJECT: u16 = 0x0d;

impl<'n> Heap<'n> {
    /// Opens a node's heap.
    pub fn open(nodes: &'n Nodes, node: Node) -> Option<Self> {
        let blocks = nodes.data(node.data, HEAP)?;
        // The mark of a heap.
        (blocks.first()?.get(2) == Some(&0xec)).then_some(())?;
        let inside = nodes.inside(node);
        Some(Heap {
            nodes,
            blocks,
            inside,
        })
    }

    /// A piece of the heap.
    fn item(&self, id: u32) -> Option<&[u8]> {
        let (block, index) = ((id >> 16) as usize, (id >> 5 & 0x7ff) as usize);
        let block = self.blocks.get(block)?;
        let map = usize::from(u16_at(block, 0)?);
        let count = usize::from(u16_at(block, map)?);
        if index == 0 || index > count {
            return None;
        }
        let at = map + 4 + (index - 1) * 2;
        block.get(usize::from(u16_at(block, at)?)..usize::from(u16_at(block, at + 2)?))
    }

    /// What a number of the heap or of a node inside stands for.
    fn value(&self, id: u32) -> Option<Vec<u8>> {
        if id == 0 {
            return Some(Vec::new());
        }
        if id & 0x1f == 0 {
            return self.item(id).map(<[u8]>::to_vec);
        }
        let node = self.inside.get(&id)?;
        Some(self.nodes.data(node.data, LARGEST)?.concat())
    }

    /// Records of a tree in the heap, those of `key` bytes with `entry` bytes each.
    fn records(&self, root: u32, key: usize, entry: usize) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        let head = self.item(root).unwrap_or(&[]);
        let sizes = (head.get(1).copied(), head.get(2).copied());
        if head.first() == Some(&0xb5) && sizes == (Some(key as u8), Some(entry as u8)) {
            let (levels, top) = (u32::from(head[3]), u32_at(head, 4).unwrap_or(0));
            self.walk(top, levels.min(DEEPEST), key, entry, &mut found);
        }
        found
    }

    fn walk(&self, id: u32, level: u32, key: usize, entry: usize, found: &mut Vec<Vec<u8>>) {
        let Some(item) = self.item(id) else {
            return;
        };
        let size = key + if level > 0 { 4 } else { entry };
        for record in item.chunks_exact(size) {
            if found.len() >= RECORDS {
                return;
            }
            if level == 0 {
                found.push(record.to_vec());
            } else if let Some(next) = u32_at(record, key) {
                self.walk(next, level - 1, key, entry, found);
            }
        }
    }

    /// The number of the first thing in the heap.
    fn root(&self) -> Option<u32> {
        u32_at(self.blocks.first()?, 4)
    }

    /// The node's properties, and the nodes that are some of them.
    pub fn properties(&self) -> Option<(Properties, Vec<(u16, u32)>)> {
        let mut properties = Properties::new();
        let mut objects = Vec::new();
        for record in self.records(self.root()?, 2, 6) {
            let (Some(id), Some(kind), Some(raw)) =
                (u16_at(&record, 0), u16_at(&record, 2), u32_at(&record, 4))
            else {
                continue;
            };
            if kind == OBJECT {
                let node = self.item(raw).and_then(|object| u32_at(object, 0));
                objects.extend(node.map(|node| (id, node)));
            } else if let Some(value) = self.typed(kind, raw) {
                properties.insert(id, value);
            }
        }
        Some((properties, objects))
    }

    fn typed(&self, kind: u16, raw: u32) -> Option<Value> {
        Some(match kind {
            0x02 => Value::Number(i64::from(raw as u16 as i16)),
            0x03 => Value::Number(i64::from(raw as i32)),
            0x0b => Value::Number(i64::from(raw & 0xff)),
            0x14 => Value::Number(long(&self.value(raw)?)?),
            0x40 => Value::Time(long(&self.value(raw)?)?),
            0x1e => Value::Bytes8(self.value(raw)?),
            0x1f => Value::Text(text(&self.value(raw)?)),
            0x102 => Value::Bytes(self.value(raw)?),
            _ => return None,
        })
    }

    /// The numbers of the rows of a table: for a list of folders or messages, those of their nodes.
    pub fn row_numbers(&self) -> Vec<u32> {
        let index = self
            .table()
            .and_then(|table| u32_at(table, 10))
            .unwrap_or(0);
        let count = if self.nodes.is_wide() { 4 } else { 2 };
        let mut rows: Vec<(u32, u32)> = self
            .records(index, 4, count)
            .iter()
            .filter_map(|record| {
                let place = match count {
                    4 => u32_at(record, 4)?,
                    _ => u32::from(u16_at(record, 4)?),
                };
                Some((place, u32_at(record, 0)?))
            })
            .collect();
        rows.sort_unstable();
        rows.into_iter().map(|(_, number)| number).collect()
    }

    fn table(&self) -> Option<&[u8]> {
        self.item(self.root()?)
            .filter(|head| head.first() == Some(&0x7c))
    }

    /// The rows of a table of properties.
    pub fn rows(&self) -> Vec<Properties> {
        self.all_rows().unwrap_or_default()
    }

    fn all_rows(&self) -> Option<Vec<Properties>> {
        let head = self.table()?;
        // Where the bits begin that say which cells are there, and where a row ends.
        let (bits, size) = (usize::from(u16_at(head, 6)?), usize::from(u16_at(head, 8)?));
        let data = u32_at(head, 14)?;
        if data == 0 || size == 0 {
            return Some(Vec::new());
        }
        let blocks = if data & 0x1f == 0 {
            vec![self.item(data)?.to_vec()]
        } else {
            self.nodes.data(self.inside.get(&data)?.data, LARGEST)?
        };
        let columns: Vec<&[u8]> = head
            .get(22..)?
            .chunks_exact(8)
            .take(usize::from(head[1]))
            .collect();
        let mut rows = Vec::new();
        // A row does not run over the end of a block.
        for row in blocks
            .iter()
            .flat_map(|block| block.chunks_exact(size))
            .take(RECORDS)
        {
            let mut properties = Properties::new();
            for column in &columns {
                let (kind, id) = (u16_at(column, 0)?, u16_at(column, 2)?);
                let (at, length, bit) = (
                    usize::from(u16_at(column, 4)?),
                    usize::from(column[6]),
                    usize::from(column[7]),
                );
                let there = row
                    .get(bits + bit / 8)
                    .is_some_and(|b| b & (0x80 >> (bit % 8)) != 0);
                let raw = match length {
                    4 => u32_at(row, at),
                    2 => u16_at(row, at).map(u32::from),
                    1 => row.get(at).map(|&b| u32::from(b)),
                    _ => None,
                };
                if let (true, Some(raw)) = (there, raw)
                    && let Some(value) = self.typed(kind, raw)
                {
                    properties.insert(id, value);
                }
            }
            rows.push(properties);
        }
        Some(rows)
    }
}

fn long(bytes: &[u8]) -> Option<i64> {
    bytes.first_chunk::<8>().map(|b| i64::from_le_bytes(*b))
}

fn text(bytes: &[u8]) -> String {
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|b| u16::from_le_bytes([b[0], b[1]]))
        .collect();
    // A subject may begin with two characters that say how long its prefix is.
    let units = match units.first() {
        Some(1) => units.get(2..).unwrap_or(&[]),
        _ => &units,
    };
    String::from_utf16_lossy(units)
}
