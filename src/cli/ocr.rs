//! Finds Tesseract for `--ocr`, and asks it once what it is and which languages it has.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, bail};

use crate::{
    cli::terminal,
    extract::outside::{self, Bounds},
    inventory::record::RawPath,
    scan::job::OcrReading,
};

/// The program.
const PROGRAM: &str = "tesseract";

/// How long it may take to answer, and how much it may say.
const BOUNDS: Bounds = Bounds {
    time: Duration::from_secs(20),
    output: 1 << 20,
};

/// Whether the program is there.
pub fn at_hand() -> bool {
    on_the_path(PROGRAM).is_some()
}

/// What `--ocr` asks for. Without the program there is a line on the error output and no OCR: the scan is worth having
/// all the same, and says what it could not read.
pub fn reading(languages: &str) -> anyhow::Result<Option<OcrReading>> {
    let Some(program) = on_the_path(PROGRAM) else {
        terminal::complain(
            "domesday: --ocr needs the program tesseract, which is not on the path (install tesseract-ocr): pictures of \
             text end as `needs OCR`",
        );
        return Ok(None);
    };
    let version = ask(&program, "--version")?;
    let version = version.lines().next().unwrap_or("").trim().to_owned();
    let list = ask(&program, "--list-langs")?;
    let mut installed: Vec<&str> = list.lines().skip(1).map(str::trim).collect();
    installed.retain(|name| !name.is_empty() && *name != "osd");
    for language in languages.split('+') {
        if !installed.is_empty() && !installed.contains(&language) {
            bail!(
                "tesseract has no language `{language}` (it has {}): install tesseract-ocr-{language}, or name another \
                 with --ocr-languages",
                installed.join(", ")
            );
        }
    }
    let itself = env::current_exe().context("the program cannot find itself")?;
    Ok(Some(OcrReading {
        program: RawPath::new(program),
        version,
        languages: languages.to_owned(),
        launcher: vec![RawPath::new(itself), RawPath::new("outside")],
    }))
}

fn ask(program: &Path, question: &str) -> anyhow::Result<String> {
    let mut command = Command::new(program);
    command.arg(question);
    let said = outside::run(command, Vec::new(), BOUNDS, &|| true)
        .with_context(|| format!("{} {question}", program.display()))?;
    Ok(String::from_utf8_lossy(&said).into_owned())
}

/// The first program of this name on the path, links resolved.
fn on_the_path(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(&file))
        .find(|path| may_run(path))
        .and_then(|path| std::fs::canonicalize(path).ok())
}

fn may_run(path: &Path) -> bool {
    let Ok(metadata) = std::fs::metadata(path) else {
        return false;
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        metadata.is_file() && metadata.permissions().mode() & 0o111 != 0
    }
    #[cfg(not(unix))]
    metadata.is_file()
}

/// Names of languages as Tesseract writes them.
pub fn languages(text: &str) -> Result<String, String> {
    let good = |name: &str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'/' | b'-'))
            && !name.starts_with(['-', '/'])
    };
    match text.split('+').all(good) {
        true => Ok(text.to_owned()),
        false => Err("write names as tesseract has them, joined by `+`: eng+cym".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_no_way_to_other_arguments() {
        assert!(languages("eng").is_ok() && languages("eng+script/Latin+chi_sim").is_ok());
        for bad in ["", "eng+", "-c", "eng deu", "/etc/passwd", "eng;x"] {
            assert!(languages(bad).is_err(), "{bad}");
        }
    }
}
