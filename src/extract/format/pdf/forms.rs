//! Forms of a PDF: the fields with their names and values, and the data of an XFA form.

use hayro_interpret::hayro_syntax::{
    Pdf,
    object::{Array, Dict, Name, Object, String as PdfString},
};

use crate::{
    extract::{
        error::ExtractError,
        story::Story,
        xml::{Node, Xml},
    },
    model::Anchor,
};

use super::structure::{DEEPEST, NODES, root, string, text_of};

/// Values of form fields with their names, and the data of an XFA form. Returns the values, so that their
/// appearances are not read again.
///
/// # Errors
/// Those of the guard.
pub fn fields(pdf: &Pdf, story: &mut Story<'_, '_>) -> Result<Vec<String>, ExtractError> {
    let mut values = Vec::new();
    let Some(form) = root(pdf).and_then(|r| r.get::<Dict<'_>>("AcroForm")) else {
        return Ok(values);
    };
    if let Some(fields) = form.get::<Array<'_>>("Fields") {
        let mut budget = NODES;
        for field in fields.iter::<Dict<'_>>() {
            one_field(&field, "", None, 0, &mut budget, &mut values, story)?;
        }
    }
    for data in xfa(&form) {
        if let Err(error) = xfa_data(&data, story) {
            if error.ends_file() {
                return Err(error);
            }
            story.out.problem("its XFA form is damaged");
        }
    }
    Ok(values)
}

fn one_field<'a>(
    field: &Dict<'a>,
    above: &str,
    inherited: Option<&str>,
    depth: u32,
    budget: &mut usize,
    values: &mut Vec<String>,
    story: &mut Story<'_, '_>,
) -> Result<(), ExtractError> {
    if depth > DEEPEST || *budget == 0 {
        return Ok(());
    }
    *budget -= 1;
    if budget.is_multiple_of(1024) {
        story.out.check()?;
    }
    let own = string(field, "T").unwrap_or_default();
    let name = match (above.is_empty(), own.is_empty()) {
        (_, true) => above.to_owned(),
        (true, false) => own,
        (false, false) => format!("{above}.{own}"),
    };
    let kind = field
        .get::<Name<'_>>("FT")
        .map(|n| n.as_str().to_owned())
        .or(inherited.map(str::to_owned));
    let tip = string(field, "TU");
    let label = tip.clone().unwrap_or_else(|| plain_name(&name));
    let value = match field.get::<Object<'_>>("V") {
        Some(Object::String(text)) => Some(text_of(text.as_bytes())),
        Some(Object::Name(name)) => Some(text_of(name.as_ref())).filter(|n| n != "Off"),
        Some(Object::Stream(stream)) => stream.decoded_data().ok().map(|d| text_of(&d)),
        Some(Object::Array(array)) => {
            let all: Vec<String> = array
                .iter::<PdfString<'_>>()
                .take(1000)
                .map(|s| text_of(s.as_bytes()))
                .collect();
            Some(all.join(", ")).filter(|t| !t.is_empty())
        }
        _ => None,
    };
    // A ticked box says `Yes` or `1`: its name is the text then.
    if let Some(value) = value.filter(|v| !v.trim().is_empty()) {
        let text = if kind.as_deref() == Some("Btn") {
            format!("{label}: {value}")
        } else {
            value
        };
        let place = Anchor::Region(format!("form field {name}").into());
        story.note(place, Some(&label), text.trim())?;
        values.push(text);
    }
    let choices = choices(field);
    if !choices.is_empty() {
        let place = Anchor::Region(format!("choices of form field {name}").into());
        story.note(place, Some(&label), &choices.join("\n"))?;
        values.extend(choices);
    }
    if let Some(kids) = field.get::<Array<'_>>("Kids") {
        for kid in kids.iter::<Dict<'_>>() {
            // Widgets of this field have no name of their own.
            if kid.contains_key("T") || kid.contains_key("Kids") {
                one_field(
                    &kid,
                    &name,
                    kind.as_deref(),
                    depth + 1,
                    budget,
                    values,
                    story,
                )?;
            }
            if *budget == 0 {
                break;
            }
        }
    }
    Ok(())
}

/// What a field lets choose from, as it is shown: a list of people is one of people, whoever was chosen.
fn choices(field: &Dict<'_>) -> Vec<String> {
    let Some(options) = field.get::<Array<'_>>("Opt") else {
        return Vec::new();
    };
    let shown = |option: Object<'_>| match option {
        Object::String(text) => Some(text_of(text.as_bytes())),
        // What is sent, and what is shown.
        Object::Array(pair) => {
            let shown = pair.iter::<PdfString<'_>>().last()?;
            Some(text_of(shown.as_bytes()))
        }
        _ => None,
    };
    let options = options.iter::<Object<'_>>().take(1000);
    options
        .filter_map(shown)
        .filter(|text| !text.trim().is_empty())
        .collect()
}

/// The last step of a field's name without its index: `form1[0].page[0].Surname[0]` → `Surname`.
fn plain_name(name: &str) -> String {
    let last = name.rsplit('.').next().unwrap_or(name);
    last.split('[').next().unwrap_or(last).replace('_', " ")
}

/// The data sets of an XFA form.
fn xfa<'a>(form: &Dict<'a>) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    match form.get::<Object<'_>>("XFA") {
        Some(Object::Stream(stream)) => {
            found.extend(stream.decoded_data().ok().map(|d| d.into_owned()))
        }
        Some(Object::Array(array)) => {
            let mut wanted = false;
            for item in array.iter::<Object<'_>>().take(64) {
                match item {
                    Object::String(name) => wanted = name.as_bytes() == b"datasets",
                    Object::Stream(stream) if wanted => {
                        found.extend(stream.decoded_data().ok().map(|d| d.into_owned()));
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
    found
}

fn xfa_data(data: &[u8], story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
    let mut xml = Xml::new(data)?;
    let mut names: Vec<String> = Vec::new();
    let mut text = String::new();
    // Of a whole template, only the data is of interest.
    let mut inside = u32::from(memchr::memmem::find(data, b"<template").is_none());
    while let Some(node) = xml.step()? {
        match node {
            Node::Open(tag) => {
                if matches!(tag.name(), "datasets" | "data") {
                    inside += 1;
                }
                if tag.name() == "dataDescription" {
                    xml.skip()?;
                    continue;
                }
                names.push(tag.name().to_owned());
                text.clear();
            }
            Node::Text(more) => {
                if inside > 0 {
                    text.push_str(&more);
                }
            }
            Node::Close(end) => {
                if matches!(end.name(), "datasets" | "data") {
                    inside = inside.saturating_sub(1);
                }
                if let Some(name) = names.pop() {
                    let place = Anchor::Region(format!("form field {name}").into());
                    story.note(place, Some(&name), text.trim())?;
                }
                text.clear();
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_called_by_the_last_step_of_its_name() {
        assert_eq!(
            plain_name("form1[0].p[0].Date_of_birth[0]"),
            "Date of birth"
        );
    }
}
