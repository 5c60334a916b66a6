//! Text in drawings of Office packages: diagrams and charts are parts of their own.

use std::io::Read;

use crate::{
    extract::{
        error::ExtractError,
        package::Package,
        story::Story,
        xml::{Node, Xml},
    },
    model::Anchor,
};

use super::{Relation, tolerate};

/// Kinds of relations that lead to drawings, with what they are called.
const KINDS: &[(&str, &str)] = &[
    ("diagramData", "diagram"),
    ("chart", "chart"),
    ("chartEx", "chart"),
    ("chartUserShapes", "chart"),
    ("drawing", "drawing"),
];

/// Reads every diagram, chart and drawing part.
///
/// # Errors
/// Those of the guard.
pub fn parts(
    package: &mut Package<'_, '_>,
    relations: &[Relation],
    story: &mut Story<'_, '_>,
) -> Result<(), ExtractError> {
    let mut done = Vec::new();
    for (kind, title) in KINDS {
        let mut number = 0;
        for relation in relations {
            if relation.kind != *kind || relation.external || done.contains(&relation.to) {
                continue;
            }
            done.push(relation.to.clone());
            number += 1;
            story.region(Some(Anchor::Region(format!("{title} {number}").into())));
            let result = package
                .xml(&relation.to)
                .and_then(|mut xml| text(&mut xml, story));
            story.end_part()?;
            tolerate(result, story, title)?;
        }
    }
    Ok(())
}

/// Writes the paragraphs of a DrawingML part, and the cached values of a chart.
///
/// # Errors
/// Those of the guard, and what is wrong with the part.
pub fn text<R: Read>(xml: &mut Xml<R>, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
    let mut on = 0;
    let mut choices: Vec<bool> = Vec::new();
    while let Some(node) = xml.step()? {
        match node {
            Node::Open(tag) => match tag.name() {
                "t" | "v" => on += 1,
                "br" => story.text("\n"),
                "tbl" => story.open_table()?,
                "tr" => story.open_row(false)?,
                "tc" => story.open_cell()?,
                "AlternateContent" => choices.push(false),
                "Choice" => {
                    if let Some(chosen) = choices.last_mut() {
                        *chosen = true;
                    }
                }
                "Fallback" if choices.last() == Some(&true) => xml.skip()?,
                "cNvPr" => {
                    for name in ["title", "descr"] {
                        if let Some(text) = tag.attr(name) {
                            story.note(
                                Anchor::Region("picture description".into()),
                                None,
                                &text,
                            )?;
                        }
                    }
                }
                _ => {}
            },
            Node::Text(text) => {
                if on > 0 {
                    story.text(&text);
                }
            }
            Node::Close(end) => match end.name() {
                "t" => on -= 1.min(on),
                "v" => {
                    on -= 1.min(on);
                    story.end_paragraph()?;
                }
                "p" => story.end_paragraph()?,
                "tc" => story.close_cell()?,
                "tbl" => story.close_table()?,
                "AlternateContent" => {
                    choices.pop();
                }
                _ => {}
            },
        }
    }
    Ok(())
}
