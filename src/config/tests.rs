//! What a configuration may say, what is refused with which line, and that the template shows every key.
#![allow(clippy::unwrap_used)]

use super::*;

fn parse(text: &str) -> Result<Loaded, ConfigError> {
    Loaded::parse(Path::new("domesday.toml"), text)
}

/// The template with every key in use.
fn all_keys() -> String {
    TEMPLATE
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(rest) if !rest.starts_with(' ') => rest,
            _ => line,
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// Keys with nothing in them, by their names.
fn empty_keys(value: &serde_json::Value, name: &str, found: &mut Vec<String>) {
    use serde_json::Value;
    match value {
        Value::Null => found.push(name.to_owned()),
        Value::Array(items) if items.is_empty() => found.push(name.to_owned()),
        Value::Array(items) => items.iter().for_each(|item| empty_keys(item, name, found)),
        Value::Object(map) => {
            for (key, value) in map {
                empty_keys(value, &format!("{name}.{key}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn the_template_changes_nothing_and_shows_every_key() {
    assert_eq!(parse(TEMPLATE).unwrap().config, Config::default());
    let all = parse(&all_keys()).unwrap();
    let mut missing = Vec::new();
    let json = serde_json::to_value(&all.config).unwrap();
    empty_keys(&json, "", &mut missing);
    assert!(missing.is_empty(), "not in the template: {missing:?}");
}

#[test]
fn what_is_wrong_is_said_with_its_line_and_what_to_do() {
    for (text, line, words) in [
        ("rots = []", 1, "unknown field `rots`"),
        ("[scan]\n\nthread = 2\n", 3, "unknown field `thread`"),
        ("[[root]]\npath = 3\n", 2, "invalid type"),
        ("[[root]]\nname = \"a\"\n", 1, "missing field `path`"),
        ("[scan]\nmemory = \"1 parsec\"\n", 2, "`parsec` is no unit"),
        ("[scan]\nuntil = \"6am\"\n", 2, "like 06:00"),
        ("[scan]\nuntil = 06:00:00\n", 2, "in quotes"),
        ("[scan]\nmax_duration = 2\n", 2, "a length of time"),
        (
            "[scan]\nmax_rate = \"0\"\n",
            2,
            "nothing would ever be read",
        ),
        ("\n[scan]\nnice = 20", 3, "0 to 19"),
        ("[scan]\nthreads = 0", 2, "1 to 256"),
        ("exclude = [\"[a\"]", 1, "bad pattern `[a`"),
        (
            "[[retention]]\nkeep = \"6 years\"\n",
            1,
            "neither where nor what",
        ),
        (
            "[[retention]]\npaths = [\"a\"]\nkeep = \"6\"\n",
            3,
            "like 6 years",
        ),
        (
            "[[retention]]\ncategories = [\"helth\"]\nkeep = \"1y\"\n",
            2,
            "unknown variant `helth`",
        ),
        (
            "[[retention]]\npaths=[\"a\"]\nkeep=\"1y\"\nfrom=\"birth\"",
            4,
            "unknown variant",
        ),
        (
            "[[root]]\npath=\"a\"\nname=\"x\"\n\n[[root]]\npath=\"b\"\nname=\"x\"\n",
            5,
            "two roots have one name",
        ),
        ("a = ", 1, ""),
    ] {
        let error = parse(text).unwrap_err();
        assert_eq!(error.line, Some(line), "{text:?}: {error}");
        let said = error.to_string();
        assert!(said.contains(words), "{text:?}: {said}");
        assert!(said.starts_with("domesday.toml, line "), "{said}");
        assert!(said.contains("; "), "what to do: {said}");
    }
}

#[test]
fn relative_paths_start_at_the_folder_of_the_file() {
    let text = "inventory = \"i.db\"\n[[root]]\npath = \"share\"\n[[root]]\npath = \"/srv\"\n";
    let loaded = Loaded::parse(Path::new("/etc/domesday/domesday.toml"), text).unwrap();
    assert_eq!(loaded.config.inventory, Some("/etc/domesday/i.db".into()));
    assert_eq!(
        loaded.config.roots[0].path,
        Path::new("/etc/domesday/share")
    );
    assert_eq!(loaded.config.roots[1].path, Path::new("/srv"));
    let written = &loaded.written["inventory"];
    assert_eq!(
        (written.values[0].as_str(), written.line),
        ("/etc/domesday/i.db", 1)
    );
    assert_eq!(parse(text).unwrap().config.inventory, Some("i.db".into()));
}

#[test]
fn values_are_kept_with_their_lines() {
    let loaded =
        parse("exclude = [\"a\", \"b\"]\n[scan]\n# two\nthreads = 2\nquiet = true\n").unwrap();
    assert_eq!(loaded.written["exclude"].values, ["a", "b"]);
    assert_eq!(
        loaded.written["scan.threads"],
        Written {
            values: vec!["2".into()],
            line: 4
        }
    );
    assert_eq!(loaded.config.scan.quiet, Some(true));
}

#[test]
fn a_file_that_is_not_there_or_no_text_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("domesday.toml");
    assert!(
        Loaded::read(&file)
            .unwrap_err()
            .to_string()
            .contains("is not there")
    );
    fs::write(&file, [0xff, 0xfe, 0]).unwrap();
    assert!(
        Loaded::read(&file)
            .unwrap_err()
            .to_string()
            .contains("UTF-8")
    );
}
