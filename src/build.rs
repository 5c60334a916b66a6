//! Embeds `rules/` in the program: every `rules/*.toml` and `rules/terms/*.txt`, found by its folder, listed nowhere.

use std::{env, fmt::Write as _, fs, path::Path};

fn main() {
    println!("cargo:rerun-if-changed=src/build.rs");
    println!("cargo:rerun-if-changed=rules");
    println!("cargo:rerun-if-changed=rules/terms");
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it for build scripts");
    let out = env::var("OUT_DIR").expect("cargo sets it for build scripts");
    let mut code = String::new();
    for (name, folder, extension) in [
        ("RULE_FILES", "rules", "toml"),
        ("TERM_FILES", "rules/terms", "txt"),
    ] {
        let folder = Path::new(&root).join(folder);
        let mut files: Vec<_> = fs::read_dir(&folder)
            .expect("the rules folder is part of the source")
            .map(|entry| entry.expect("a readable folder").path())
            .filter(|path| path.extension().is_some_and(|e| e == extension))
            .collect();
        files.sort();
        writeln!(
            code,
            "/// Name without extension, and text, of each file, by name."
        )
        .expect("memory");
        writeln!(code, "pub static {name}: &[(&str, &str)] = &[").expect("memory");
        for path in files {
            println!("cargo:rerun-if-changed={}", path.display());
            let stem = path
                .file_stem()
                .expect("a file has a name")
                .to_string_lossy();
            writeln!(
                code,
                "    ({stem:?}, include_str!({:?})),",
                path.display().to_string()
            )
            .expect("memory");
        }
        code.push_str("];\n");
    }
    fs::write(Path::new(&out).join("rules.rs"), code).expect("the build folder is writable");
}
