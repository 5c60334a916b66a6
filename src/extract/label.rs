//! What a value in nested data is called. Keys such as `number`, `line` or `value` say nothing by themselves: with the
//! key above them they do (`passport number`, `address line`). The readers of JSON and XML ask.

/// Keys that stand for the value of the one above.
const VALUE: &[&str] = &[
    "value", "values", "val", "text", "display", "content", "#text", "_text",
];

/// Keys that need the one above.
const GENERAL: &[&str] = &["line", "lines", "number", "num", "no", "id", "code", "date"];

/// Parts of a name, when a name stands above.
const NAMES: &[(&str, &str)] = &[
    ("family", "family name"),
    ("given", "given name"),
    ("first", "first name"),
    ("middle", "middle name"),
    ("last", "last name"),
    ("full", "full name"),
    ("fore", "forename"),
    ("sur", "surname"),
];

/// How far up the keys are asked.
const UP: usize = 3;

/// The name of the value whose keys are given, innermost first. It is `own` as it stands unless that says too little;
/// then `made` holds the longer one.
pub fn label<'a>(
    own: &'a str,
    above: impl Iterator<Item = &'a str>,
    made: &'a mut String,
) -> &'a str {
    let is = |name: &str, list: &[&str]| list.iter().any(|w| w.eq_ignore_ascii_case(name));
    if !is(own, VALUE) && !is(own, GENERAL) && !NAMES.iter().any(|n| n.0.eq_ignore_ascii_case(own))
    {
        return own;
    }
    let mut above = above.filter(|name| !name.is_empty()).take(UP);
    let mut own = own;
    while is(own, VALUE) {
        match above.next() {
            Some(next) => own = next,
            None => return own,
        }
    }
    let Some(parent) = above.next() else {
        return own;
    };
    let part = NAMES.iter().find(|n| n.0.eq_ignore_ascii_case(own));
    let named = parent.len() >= 4
        && parent.is_char_boundary(parent.len() - 4)
        && parent[parent.len() - 4..].eq_ignore_ascii_case("name");
    match part {
        Some((_, whole)) if named => whole,
        None if is(own, GENERAL) => {
            made.clear();
            made.push_str(parent);
            made.push(' ');
            made.push_str(own);
            made
        }
        _ => own,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_says_nothing_is_called_by_those_above_it() {
        for (keys, name) in [
            (&["dob"][..], "dob"),
            (&["number", "passport"], "passport number"),
            (&["line", "address", "patient"], "address line"),
            (&["value", "birthDate", "Patient"], "birthDate"),
            (&["value", "line", "address"], "address line"),
            (&["family", "name"], "family name"),
            (&["value", "family", "name"], "family name"),
            (&["given", "legalName"], "given name"),
            (&["family", "font"], "family"),
            (&["name", "product"], "name"),
            (&["value"], "value"),
            (&["id", ""], "id"),
        ] {
            let mut made = String::new();
            let above = keys[1..].iter().copied();
            assert_eq!(label(keys[0], above, &mut made), name, "{keys:?}");
        }
    }
}
