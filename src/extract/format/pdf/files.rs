//! Files embedded in a PDF or attached to its pages: a portfolio is nothing but such files.

use std::collections::HashSet;

use hayro_interpret::hayro_syntax::{
    Pdf,
    object::{Array, Dict, Object, Stream},
};

use crate::{
    extract::{
        error::ExtractError,
        guard::{Guard, Member},
    },
    model::{Anchor, Part},
};

use super::structure::{DEEPEST, NODES, root, string};

/// Reads every file that is embedded in the document or attached to a page; of those that are `locked`, only that they
/// are there.
///
/// # Errors
/// Those that end the file.
pub fn files(pdf: &Pdf, locked: bool, out: &mut Guard<'_>) -> Result<(), ExtractError> {
    let mut found: Vec<Dict<'_>> = Vec::new();
    if let Some(root) = root(pdf) {
        let tree = root
            .get::<Dict<'_>>("Names")
            .and_then(|n| n.get::<Dict<'_>>("EmbeddedFiles"));
        let mut budget = NODES;
        if let Some(tree) = tree {
            name_tree(&tree, 0, &mut budget, &mut found);
        }
        if let Some(associated) = root.get::<Array<'_>>("AF") {
            found.extend(associated.iter::<Dict<'_>>().take(10_000));
        }
    }
    for page in pdf.pages().iter().take(NODES) {
        let Some(list) = page.raw().get::<Array<'_>>("Annots") else {
            continue;
        };
        for annotation in list.iter::<Dict<'_>>().take(10_000) {
            found.extend(annotation.get::<Dict<'_>>("FS"));
        }
    }
    let mut seen = HashSet::new();
    let mut number = 0;
    for file in found {
        let Some(embedded) = file.get::<Dict<'_>>("EF") else {
            continue;
        };
        let stream = ["UF", "F", "Unix", "DOS", "Mac"]
            .iter()
            .find_map(|k| embedded.get::<Stream<'_>>(k));
        let Some(stream) = stream else { continue };
        if !seen.insert(stream.obj_id()) {
            continue;
        }
        number += 1;
        let name = ["UF", "F", "Unix", "DOS"]
            .iter()
            .find_map(|k| string(&file, k));
        let name = name.unwrap_or_else(|| format!("attachment {number}"));
        let name = name.rsplit(['/', '\\']).next().unwrap_or(&name).to_owned();
        if let Some(description) = string(&file, "Desc") {
            out.segment(
                &description,
                &crate::model::Layout::Marked {
                    marks: vec![crate::model::Mark {
                        at: 0,
                        anchor: Anchor::Region(format!("description of {name}").into()),
                    }],
                    labels: Vec::new(),
                },
            )?;
        }
        let member = Member::new(Part::Attachment(name.into()));
        if locked {
            out.closed_child(member, ExtractError::encrypted())?;
            continue;
        }
        match stream.decoded_data() {
            Ok(data) => out.child_bytes(member, &data)?,
            Err(_) => match stream.decoded() {
                Ok(data) => out.child_bytes(member, &data)?,
                Err(_) => {
                    out.closed_child(member, ExtractError::corrupt("its data does not decode"))?
                }
            },
        }
    }
    Ok(())
}

fn name_tree<'a>(node: &Dict<'a>, depth: u32, budget: &mut usize, found: &mut Vec<Dict<'a>>) {
    if depth > DEEPEST || *budget == 0 {
        return;
    }
    *budget -= 1;
    if let Some(names) = node.get::<Array<'_>>("Names") {
        for item in names.iter::<Object<'_>>().take(NODES) {
            if let Object::Dict(dict) = item {
                found.push(dict);
            }
        }
    }
    if let Some(kids) = node.get::<Array<'_>>("Kids") {
        for kid in kids.iter::<Dict<'_>>() {
            name_tree(&kid, depth + 1, budget, found);
            if *budget == 0 {
                return;
            }
        }
    }
}
