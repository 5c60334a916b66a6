//! What the columns are called.

use parquet::{
    basic::{ConvertedType, LogicalType},
    schema::types::Type,
};

/// A heading for each leaf of the schema, in the order of its columns: `patient.name`. A list has the name of the field
/// that holds it, not those of the groups that Parquet needs to tell a list.
pub fn headings(root: &Type) -> Vec<String> {
    let mut names = Vec::new();
    if root.is_group() {
        for field in root.get_fields() {
            leaves(field, field.name().to_owned(), &mut names);
        }
    }
    names
}

fn leaves(node: &Type, name: String, names: &mut Vec<String>) {
    if node.is_primitive() {
        names.push(name);
        return;
    }
    let info = node.get_basic_info();
    let logical = info.logical_type_ref();
    let list =
        matches!(logical, Some(LogicalType::List)) || info.converted_type() == ConvertedType::LIST;
    let map = matches!(logical, Some(LogicalType::Map))
        || matches!(
            info.converted_type(),
            ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE
        );
    match node.get_fields() {
        [only] if (list || map) && only.is_primitive() => leaves(only, name, names),
        [only] if list && only.get_fields().len() == 1 => {
            for element in only.get_fields() {
                leaves(element, name.clone(), names);
            }
        }
        [only] if list || map => below(only, &name, names),
        _ => below(node, &name, names),
    }
}

fn below(node: &Type, name: &str, names: &mut Vec<String>) {
    for field in node.get_fields() {
        leaves(field, format!("{name}.{}", field.name()), names);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::schema::parser::parse_message_type;

    #[test]
    fn lists_and_maps_are_called_by_their_field() {
        let schema = "message m {
            required int64 id;
            optional group phones (LIST) { repeated group list { optional binary element (UTF8); } }
            optional group kin (LIST) { repeated group list { optional group element {
                optional binary name (UTF8); optional binary born (UTF8); } } }
            optional group extra (MAP) { repeated group key_value { required binary key (UTF8); optional binary value (UTF8); } }
            optional group address { optional binary postcode (UTF8); }
            optional group old (LIST) { repeated binary array (UTF8); }
        }";
        let schema = parse_message_type(schema).expect("a schema");
        assert_eq!(
            headings(&schema),
            [
                "id",
                "phones",
                "kin.name",
                "kin.born",
                "extra.key",
                "extra.value",
                "address.postcode",
                "old"
            ]
        );
    }
}
