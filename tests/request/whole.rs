//! What is made is made whole or not at all: on a disk that fills, when the program is killed; and a log that somebody
//! has changed is found, whatever was changed.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use crate::support::Office;

const PERSON: &str = "name = \"Margaret Okafor\"\nborn = \"1951-03-02\"\nnino = \"QQ123456C\"\n";

/// A share of letters to the person, and her case.
fn office(letters: usize) -> Office {
    let office = Office::new();
    office.write("person.toml", PERSON);
    for n in 0..letters {
        office.write(
            &format!("share/letter {n}.txt"),
            &format!(
                "Dear Mrs Okafor\n\nRe: Margaret Okafor, date of birth 02/03/1951, National Insurance number QQ 12 34 56 C\n\n{}\n",
                format!("We write to you for the {n}th time about the same thing.\n").repeat(400)
            ),
        );
    }
    office.ok(&["scan", "share", "--quiet"]);
    office.ok(&[
        "request",
        "open",
        "--type",
        "access",
        "--received",
        "2026-06-01",
        "--person",
        "person.toml",
        "--reference",
        "A",
        "--identity-checked",
    ]);
    office
}

/// Whether a pack that is there is whole: every file of its manifest, with its hash.
fn is_whole(pack: &Path) -> bool {
    let Ok(manifest) = fs::read(pack.join("manifest.json")) else {
        return false;
    };
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("JSON");
    let files = manifest["files"].as_object().expect("files");
    files.iter().all(|(name, digest)| {
        fs::read(pack.join(name))
            .is_ok_and(|bytes| *digest == *blake3::hash(&bytes).to_hex().as_str())
    })
}

#[test]
fn a_pack_is_whole_or_not_there_when_the_program_is_killed() {
    let office = office(40);
    let log = "domesday.db.requests/A/log.jsonl";
    let before = office.read(log);
    let mut killed = 0;
    for round in 0..12 {
        let out = format!("pack-{round}");
        let mut child = Command::new(env!("CARGO_BIN_EXE_domesday"))
            .args(["request", "collect", "A", "--output", &out])
            .current_dir(office.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        // Until it has begun to write, then a little longer each time.
        let begun = |office: &Office| {
            fs::read_dir(office.path())
                .expect("ours")
                .filter_map(Result::ok)
                .any(|entry| entry.file_name().to_string_lossy().contains(&out))
        };
        while !begun(&office) && child.try_wait().expect("ours").is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(round * 7));
        killed += u32::from(child.try_wait().expect("ours").is_none());
        let _ = child.kill();
        let _ = child.wait();
        let pack = office.path().join(&out);
        let entries = office.read(log).lines().count() - before.lines().count();
        match pack.exists() {
            true => assert!(is_whole(&pack), "round {round} left half a pack"),
            false => assert_eq!(
                entries, 0,
                "round {round} recorded a pack that is not there"
            ),
        }
        if entries > 0 {
            break;
        }
    }
    assert!(killed > 0, "it was never killed while it wrote");
    // What was left lying about is in nobody's way.
    office.ok(&["request", "audit", "A"]);
    office.ok(&["request", "collect", "A", "--output", "last"]);
    assert!(is_whole(&office.path().join("last")));
}

/// A disk of its own, so small that nothing fits, for one command; none where this account may not mount one.
#[cfg(target_os = "linux")]
#[test]
fn on_a_full_disk_nothing_is_left_and_nothing_is_recorded() {
    let office = office(60);
    fs::create_dir(office.path().join("disk")).expect("ours");
    let before = office.cases();
    let script = "mount -t tmpfs -o size=256k tmpfs disk || exit 77\n\
                  \"$1\" request collect A --output disk/pack; code=$?\n\
                  echo \"left: $(ls -A disk)\"\n\
                  \"$1\" request collect A --zip --output disk/pack.zip; echo \"left: $(ls -A disk)\"\n\
                  exit $code\n";
    let ran = Command::new("unshare")
        .args([
            "--user",
            "--map-root-user",
            "--mount",
            "sh",
            "-c",
            script,
            "sh",
        ])
        .arg(env!("CARGO_BIN_EXE_domesday"))
        .current_dir(office.path())
        .output();
    let Ok(ran) = ran else {
        println!("passed over: there is no `unshare` here");
        return;
    };
    let (out, err) = (
        String::from_utf8_lossy(&ran.stdout),
        String::from_utf8_lossy(&ran.stderr),
    );
    if ran.status.code() == Some(77) || err.contains("unshare") {
        println!(
            "passed over: this account may not mount a disk of its own ({})",
            err.trim()
        );
        return;
    }
    assert_eq!(ran.status.code(), Some(2), "{out}{err}");
    assert_eq!(out.matches("left: \n").count(), 2, "{out}{err}");
    assert!(err.contains("No space left on device"), "{err}");
    assert_eq!(office.cases(), before, "the case was changed");
}

#[test]
fn a_log_is_found_out_whatever_was_changed() {
    let office = office(1);
    for note in ["rang the person", "wrote to the person", "waited"] {
        office.ok(&["request", "note", "A", note]);
    }
    let audit = office.ok(&["request", "audit", "A"]);
    let head = audit.split_whitespace().last().expect("a hash").to_owned();
    let path = office.path().join("domesday.db.requests/A/log.jsonl");
    let log = fs::read_to_string(&path).expect("there");
    let lines: Vec<&str> = log.split_inclusive('\n').collect();
    let mut ways: Vec<(String, String)> = Vec::new();
    for n in 0..lines.len() {
        let mut without = lines.clone();
        without.remove(n);
        ways.push((format!("line {n} taken out"), without.concat()));
        let mut twice = lines.clone();
        twice.insert(n, lines[n]);
        ways.push((format!("line {n} twice"), twice.concat()));
        if n > 0 {
            let mut swapped = lines.clone();
            swapped.swap(n - 1, n);
            ways.push((format!("lines {} and {n} swapped", n - 1), swapped.concat()));
        }
        // Each byte of the line changed, a few at a time.
        for at in (0..lines[n].len() - 1).step_by(17) {
            let mut bytes = lines[n].as_bytes().to_vec();
            bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(bytes).expect("still text");
            let mut all = lines.clone();
            all[n] = &changed;
            ways.push((format!("byte {at} of line {n}"), all.concat()));
        }
        let short = &lines[n][..lines[n].len() / 2];
        let cut: String = lines[..n].concat() + short;
        ways.push((format!("cut in line {n}"), cut));
    }
    let forged = lines
        .last()
        .expect("there are some")
        .replace("waited", "asked again");
    ways.push(("a line made up".into(), format!("{log}{forged}")));
    ways.push(("an empty line".into(), format!("{log}\n")));
    ways.push(("nothing left".into(), String::new()));
    for (way, text) in &ways {
        fs::write(&path, text).expect("writable");
        let audit = office.run(&["request", "audit", "A", "--head", &head]);
        assert_ne!(audit.code, 0, "{way} was not found: {}", audit.out);
        assert!(
            audit.out.contains("BROKEN")
                || audit.out.contains("NO ENTRY HAS THAT HASH")
                || !audit.err.is_empty(),
            "{way}: {}",
            audit.out
        );
    }
    fs::remove_file(&path).expect("ours");
    assert_ne!(office.run(&["request", "audit", "A"]).code, 0);
    fs::write(&path, &log).expect("writable");
    office.ok(&["request", "audit", "A", "--head", &head]);
}
