//! The lowest layer of an Outlook store: nodes and blocks, found through two trees of pages. Source: [MS-PST] 2.2.
//!
//! Damaged pages and blocks give nothing; loops end at a depth. Stores of both widths are read: ANSI (Outlook 97 to 2002)
//! and Unicode.

use std::collections::BTreeMap;

use crate::extract::{
    ExtractError,
    ole::{u16_at, u32_at},
    source::{Deadline, Owned},
};

use super::cipher::Cipher;

/// Bytes of a page of the trees.
const PAGE: usize = 512;

/// Levels of a tree, of a tree of blocks, and of nodes in nodes.
const DEEPEST: u32 = 8;

/// Nodes inside one node, at most.
const NODES: usize = 100_000;

/// A node: the block that holds its data, and the one that lists the nodes inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its data.
    pub data: u64,
    /// The nodes inside it; 0 for none.
    pub inside: u64,
}

/// Nodes inside a node, by number.
pub type Inside = BTreeMap<u32, Node>;

/// An open store.
pub struct Nodes {
    bytes: Owned,
    deadline: Deadline,
    /// Whether numbers and places have 64 bits.
    wide: bool,
    cipher: Cipher,
    nodes: u64,
    blocks: u64,
}

/// Where a block lies.
struct Place {
    at: u64,
    length: usize,
}

impl Nodes {
    /// Opens a store by its header.
    ///
    /// # Errors
    /// In words, when it is none, or one of a kind that is not read.
    pub fn open(bytes: Owned, deadline: Deadline) -> Result<Self, ExtractError> {
        /// Versions of the narrow store, the wide one, and the one with pages of 4 KiB.
        const NARROW: std::ops::RangeInclusive<u16> = 14..=15;
        const LARGE: u16 = 36;
        let broken = || ExtractError::corrupt("the header of its store is damaged");
        let mut head = [0; 564];
        let mut filled = 0;
        while filled < head.len() {
            match bytes.read_from(filled as u64, &mut head[filled..])? {
                0 => return Err(broken()),
                n => filled += n,
            }
        }
        let version = u16_at(&head, 10).ok_or_else(broken)?;
        if version >= LARGE {
            return Err(ExtractError::unsupported(
                "Outlook store with large pages (the offline copy of Outlook 2013 and later): export it to pst",
            ));
        }
        let wide = !NARROW.contains(&version);
        let (nodes, blocks, cipher) = if wide {
            (224, 240, 513)
        } else {
            (188, 196, 461)
        };
        let mut store = Nodes {
            bytes,
            deadline,
            wide,
            cipher: Cipher::numbered(head[cipher]).ok_or(ExtractError::Encrypted(
                "locked by Windows for one account".into(),
            ))?,
            nodes: 0,
            blocks: 0,
        };
        store.nodes = store.number(&head, nodes).ok_or_else(broken)?;
        store.blocks = store.number(&head, blocks).ok_or_else(broken)?;
        Ok(store)
    }

    /// A number or place of the store's width.
    fn number(&self, bytes: &[u8], at: usize) -> Option<u64> {
        let low = u64::from(u32_at(bytes, at)?);
        match self.wide {
            true => Some(low | u64::from(u32_at(bytes, at + 4)?) << 32),
            false => Some(low),
        }
    }

    /// Bytes of such a number.
    fn width(&self) -> usize {
        if self.wide { 8 } else { 4 }
    }

    fn read(&self, at: u64, into: &mut [u8]) -> Option<()> {
        if self.deadline.passed() {
            return None;
        }
        let mut filled = 0;
        while filled < into.len() {
            match self
                .bytes
                .read_from(at.checked_add(filled as u64)?, &mut into[filled..])
            {
                Ok(0) | Err(_) => return None,
                Ok(n) => filled += n,
            }
        }
        Some(())
    }

    /// The entry of a key in one of the two trees.
    fn find(&self, root: u64, key: u64) -> Option<Vec<u8>> {
        let mut at = root;
        for _ in 0..DEEPEST {
            let mut page = [0; PAGE];
            self.read(at, &mut page)?;
            let tail = if self.wide { 488 } else { 496 };
            let (count, size, level) = (
                usize::from(page[tail]),
                usize::from(page[tail + 2]),
                page[tail + 3],
            );
            let entries = page[..tail]
                .chunks_exact(size.max(self.width() * 2))
                .take(count);
            let key_of = |entry: &[u8]| self.number(entry, 0).unwrap_or(u64::MAX);
            if level == 0 {
                return entries
                    .into_iter()
                    .find(|e| key_of(e) == key)
                    .map(<[u8]>::to_vec);
            }
            let next = entries
                .into_iter()
                .take_while(|e| key_of(e) <= key)
                .last()?;
            at = self.number(next, 2 * self.width())?;
        }
        None
    }

    /// A node by its number.
    pub fn node(&self, number: u32) -> Option<Node> {
        let entry = self.find(self.nodes, u64::from(number))?;
        let width = self.width();
        Some(Node {
            data: self.number(&entry, width)?,
            inside: self.number(&entry, 2 * width)?,
        })
    }

    fn place(&self, block: u64) -> Option<Place> {
        // The lowest bit of a number is nobody's.
        let entry = self.find(self.blocks, block & !1)?;
        let width = self.width();
        Some(Place {
            at: self.number(&entry, width)?,
            length: usize::from(u16_at(&entry, 2 * width)?),
        })
    }

    fn block(&self, number: u64) -> Option<Vec<u8>> {
        let place = self.place(number)?;
        let mut block = vec![0; place.length];
        self.read(place.at, &mut block)?;
        // Blocks that list blocks are written as they are.
        if !listing(number) {
            self.cipher.open(&mut block, number as u32);
        }
        Some(block)
    }

    /// Bytes of a node's data.
    pub fn size(&self, data: u64) -> u64 {
        if listing(data) {
            let block = self.block(data).unwrap_or_default();
            u64::from(u32_at(&block, 4).unwrap_or(0))
        } else {
            self.place(data).map_or(0, |p| p.length as u64)
        }
    }

    /// The data of a node, block by block: up to `most` bytes.
    pub fn data(&self, data: u64, most: u64) -> Option<Vec<Vec<u8>>> {
        let mut blocks = Vec::new();
        let mut left = most;
        self.collect(data, 0, &mut left, &mut blocks)?;
        Some(blocks)
    }

    fn collect(
        &self,
        number: u64,
        depth: u32,
        left: &mut u64,
        blocks: &mut Vec<Vec<u8>>,
    ) -> Option<()> {
        let block = self.block(number)?;
        if !listing(number) {
            *left = left.checked_sub(block.len() as u64)?;
            blocks.push(block);
            return Some(());
        }
        if block.first() != Some(&1) || depth > 1 {
            return None;
        }
        let count = usize::from(u16_at(&block, 2)?);
        for index in 0..count {
            let next = self.number(&block, 8 + index * self.width())?;
            self.collect(next, depth + 1, left, blocks)?;
        }
        Some(())
    }

    /// The nodes inside a node.
    pub fn inside(&self, node: Node) -> Inside {
        let mut found = Inside::new();
        if node.inside != 0 {
            // What was found before a fault stands.
            let _ = self.list(node.inside, 0, &mut found);
        }
        found
    }

    fn list(&self, number: u64, depth: u32, found: &mut Inside) -> Option<()> {
        let block = self.block(number)?;
        if block.first() != Some(&2) || depth > 1 {
            return None;
        }
        let width = self.width();
        let (level, count) = (*block.get(1)?, usize::from(u16_at(&block, 2)?));
        let start = if self.wide { 8 } else { 4 };
        for index in 0..count {
            if level > 0 {
                let next = self.number(&block, start + index * 2 * width + width)?;
                self.list(next, depth + 1, found)?;
                continue;
            }
            let at = start + index * 3 * width;
            let node = Node {
                data: self.number(&block, at + width)?,
                inside: self.number(&block, at + 2 * width)?,
            };
            if found.len() < NODES {
                found.insert(u32_at(&block, at)?, node);
            }
        }
        Some(())
    }

    /// Whether the store's numbers have 64 bits: rows of tables are counted in 32 bits then.
    pub fn is_wide(&self) -> bool {
        self.wide
    }
}

/// Whether a block lists others.
fn listing(number: u64) -> bool {
    number & 2 != 0
}
