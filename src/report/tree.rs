//! Folders as a tree with sums, cut to the few rows that a person can take in. For charts and workbooks; it draws nothing.
//!
//! The inventory's figures are by folder without its subfolders. A share has thousands of those; a person thinks of "HR"
//! and "Care". The tree sums upwards, and [`Tree::cut`] opens the hottest folders until a number of rows is reached.

use std::{borrow::Cow, collections::HashMap};

use crate::{
    inventory::{FolderFigures, Root},
    report::summary::weight,
};

/// The folders of an inventory.
pub struct Tree {
    /// All of them; a child comes after its parent.
    pub nodes: Vec<Node>,
    tops: Vec<usize>,
}

/// A folder.
pub struct Node {
    /// Its whole path.
    pub path: String,
    /// Its path as short as it is clear: from the root where there is one root.
    pub label: String,
    /// The last step of it.
    pub name: String,
    /// What it holds itself.
    pub own: FolderFigures,
    /// What it and all below it hold.
    pub all: FolderFigures,
    /// The folders in it.
    pub children: Vec<usize>,
}

/// A row of a cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row {
    /// Which folder.
    pub node: usize,
    /// With all below it; else only what lies in it directly, its subfolders having rows of their own.
    pub whole: bool,
}

/// Shortens paths for people.
pub struct Labels {
    /// The only root, with a separator at its end; empty where there are several.
    base: String,
    /// Where there are several: path and name of each that has a name.
    names: Vec<(String, String)>,
}

impl Labels {
    /// For these roots.
    pub fn new(roots: &[Root]) -> Labels {
        let bare = |root: &Root| root.path.display().trim_end_matches(separator).to_owned();
        match roots {
            [root] => Labels {
                base: format!("{}/", bare(root)),
                names: Vec::new(),
            },
            _ => Labels {
                base: String::new(),
                names: roots
                    .iter()
                    .filter_map(|root| Some((bare(root), root.name.clone()?)))
                    .collect(),
            },
        }
    }

    /// What is left out before every path; empty where there are several roots.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Paths of roots and what stands for them.
    pub fn names(&self) -> &[(String, String)] {
        &self.names
    }

    /// A path of a document or a folder: from the root where there is one root, else with the root's name before it.
    pub fn label<'a>(&self, path: &'a str) -> Cow<'a, str> {
        if !self.base.is_empty() && path == self.base.trim_end_matches(separator) {
            return Cow::Borrowed("(top folder)");
        }
        for (root, name) in &self.names {
            match path.strip_prefix(root.as_str()) {
                Some(rest) if rest.is_empty() || rest.starts_with(separator) => {
                    return Cow::Owned(format!("{name}{rest}"));
                }
                _ => {}
            }
        }
        match path.strip_prefix(&self.base) {
            Some(rest) if !rest.is_empty() => Cow::Borrowed(rest),
            _ => Cow::Borrowed(path),
        }
    }
}

fn separator(c: char) -> bool {
    c == '/' || (cfg!(windows) && c == '\\')
}

impl Tree {
    /// Sums the folders up.
    pub fn new(folders: &[FolderFigures], roots: &[Root]) -> Tree {
        let labels = Labels::new(roots);
        let mut tree = Tree {
            nodes: Vec::new(),
            tops: Vec::new(),
        };
        let mut index: HashMap<String, usize> = HashMap::new();
        for root in roots {
            let path = root.path.display();
            index.entry(path.clone()).or_insert_with(|| {
                let at = tree.push(path.clone(), path, &labels);
                tree.tops.push(at);
                at
            });
        }
        let mut sorted: Vec<_> = folders.iter().collect();
        sorted.sort_by(|a, b| a.path.cmp(&b.path));
        for folder in sorted {
            let at = tree.node(&folder.path.display(), &mut index, &labels);
            tree.nodes[at].own.add(folder);
        }
        for at in (0..tree.nodes.len()).rev() {
            let mut all = tree.nodes[at].own.clone();
            for &child in &tree.nodes[at].children {
                all.add(&tree.nodes[child].all);
            }
            tree.nodes[at].all = all;
        }
        tree
    }

    fn push(&mut self, path: String, name: String, labels: &Labels) -> usize {
        self.nodes.push(Node {
            label: labels.label(&path).into_owned(),
            path,
            name,
            own: FolderFigures::default(),
            all: FolderFigures::default(),
            children: Vec::new(),
        });
        self.nodes.len() - 1
    }

    /// The node of a path, made with those above it up to a root when it is not there.
    fn node(&mut self, path: &str, index: &mut HashMap<String, usize>, labels: &Labels) -> usize {
        // Upwards to what is there, then down again. A path under no root is a top of its own.
        let mut missing = Vec::new();
        let mut rest = path;
        let mut parent = loop {
            if let Some(&at) = index.get(rest) {
                break Some(at);
            }
            missing.push(rest);
            match rest.rfind(separator) {
                Some(0) if rest.len() > 1 => rest = &rest[..1],
                Some(at) if at > 0 => rest = &rest[..at],
                _ => break None,
            }
        };
        if parent.is_none() {
            missing.truncate(1);
        }
        while let Some(path) = missing.pop() {
            let name = path.rsplit(separator).next().unwrap_or(path).to_owned();
            let at = self.push(path.to_owned(), name, labels);
            match parent {
                Some(parent) => self.nodes[parent].children.push(at),
                None => self.tops.push(at),
            }
            index.insert(path.to_owned(), at);
            parent = Some(at);
        }
        parent.unwrap_or_default()
    }

    /// The folders at the top.
    pub fn tops(&self) -> &[usize] {
        &self.tops
    }

    /// The children of a node that hold personal data, hottest first.
    pub fn hot_children(&self, node: usize) -> Vec<usize> {
        let mut hot: Vec<usize> = self.nodes[node].children.to_vec();
        hot.retain(|&child| self.nodes[child].all.holding > 0);
        hot.sort_by(|&a, &b| {
            let (a, b) = (&self.nodes[a], &self.nodes[b]);
            weight(&b.all)
                .cmp(&weight(&a.all))
                .then(a.path.cmp(&b.path))
        });
        hot
    }

    /// About so many rows that cover all personal data once: the hottest folders are opened first. In the order of their
    /// paths. Where there are few rows yet, a folder of many is opened all the same: one row for a share tells nothing.
    pub fn cut(&self, most: usize) -> Vec<Row> {
        let mut rows: Vec<Row> = self
            .tops
            .iter()
            .filter(|&&top| self.nodes[top].all.holding > 0)
            .map(|&node| Row { node, whole: true })
            .collect();
        let mut shut: Vec<usize> = Vec::new();
        loop {
            let hottest = rows
                .iter()
                .enumerate()
                .filter(|(_, row)| row.whole && !shut.contains(&row.node))
                .max_by_key(|(_, row)| weight(&self.nodes[row.node].all))
                .map(|(at, row)| (at, row.node));
            let Some((at, node)) = hottest else { break };
            let children = self.hot_children(node);
            let own = self.nodes[node].own.holding > 0;
            let room = if rows.len() < most / 4 {
                5 * most
            } else {
                most
            };
            if children.is_empty() || rows.len() - 1 + children.len() + usize::from(own) > room {
                shut.push(node);
                continue;
            }
            rows.remove(at);
            rows.extend(own.then_some(Row { node, whole: false }));
            rows.extend(children.iter().map(|&node| Row { node, whole: true }));
        }
        rows.sort_by(|a, b| self.nodes[a.node].path.cmp(&self.nodes[b.node].path));
        rows
    }

    /// The figures of a row.
    pub fn figures(&self, row: Row) -> &FolderFigures {
        let node = &self.nodes[row.node];
        if row.whole { &node.all } else { &node.own }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::record::{RawPath, RootId};

    fn folder(path: &str, holding: u64) -> FolderFigures {
        FolderFigures {
            path: RawPath::new(path),
            documents: holding + 1,
            holding,
            findings: holding * 2,
            ..FolderFigures::default()
        }
    }

    fn root(path: &str) -> Root {
        Root {
            id: RootId(1),
            path: RawPath::new(path),
            name: (path == "/b").then(|| "Archive".to_owned()),
            walked_at: None,
            documents: 0,
            gone: 0,
        }
    }

    #[test]
    fn sums_go_up_and_rows_cover_all_once() {
        let folders = [
            folder("/s", 1),
            folder("/s/HR/2024", 5),
            folder("/s/HR/2025", 7),
            folder("/s/Care", 2),
            folder("/s/IT", 0),
        ];
        let tree = Tree::new(&folders, &[root("/s")]);
        assert_eq!(tree.nodes[tree.tops()[0]].all.holding, 15);
        for most in 1..8 {
            let rows = tree.cut(most);
            assert!(rows.len() <= most.max(1), "{most}");
            let sum: u64 = rows.iter().map(|&row| tree.figures(row).holding).sum();
            assert_eq!(sum, 15, "{most}");
        }
        let labels: Vec<_> = tree
            .cut(4)
            .iter()
            .map(|row| (tree.nodes[row.node].label.clone(), row.whole))
            .collect();
        assert_eq!(
            labels,
            [
                ("(top folder)".to_owned(), false),
                ("Care".to_owned(), true),
                ("HR/2024".to_owned(), true),
                ("HR/2025".to_owned(), true)
            ]
        );
    }

    #[test]
    fn a_share_of_many_folders_is_more_than_one_row() {
        let folders: Vec<_> = (0..60).map(|n| folder(&format!("/s/{n}"), 1)).collect();
        let tree = Tree::new(&folders, &[root("/s")]);
        assert_eq!(tree.cut(40).len(), 60);
        let folders: Vec<_> = (0..999).map(|n| folder(&format!("/s/{n}"), 1)).collect();
        assert_eq!(Tree::new(&folders, &[root("/s")]).cut(40).len(), 1);
    }

    #[test]
    fn several_roots_keep_whole_paths_and_none_is_lost() {
        let folders = [
            folder("/a/x", 1),
            folder("/b/z", 2),
            folder("/bb", 1),
            folder("/elsewhere/y", 3),
        ];
        let tree = Tree::new(&folders, &[root("/a"), root("/b")]);
        let sum: u64 = tree.cut(9).iter().map(|&r| tree.figures(r).holding).sum();
        assert_eq!(sum, 7);
        let labels: Vec<_> = tree.nodes.iter().map(|node| &*node.label).collect();
        assert!(
            labels.contains(&"/a/x") && labels.contains(&"Archive/z"),
            "{labels:?}"
        );
        assert!(labels.contains(&"/bb"), "{labels:?}");
    }
}
