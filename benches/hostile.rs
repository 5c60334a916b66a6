//! What a folder of files made to hurt costs a scan: the outcome of each, and the peak resident memory of the process that
//! reads them, beside the budget it was given. `cargo bench --bench hostile`
//!
//! The folder is made anew in the temporary folder: a bomb of 10 GB of zeros, zips within zips, a line of 2 GiB, a PDF that
//! leads back to itself, entities that multiply, deep nests, a cut workbook, locked documents, a FIFO, a socket, a device node
//! where the user may make one, a folder without permission, a loop of links, a file that is cut while it is read.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]

#[path = "../tests/hostile/made.rs"]
mod made;

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    os::unix::{fs::symlink, net::UnixListener},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::fs::{CWD, FileType, Mode, makedev, mknodat};

const BUDGET: &str = "256MiB";

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let share = folder.path().join("share");
    fs::create_dir(&share).expect("made");
    let _socket = make(&share);
    let inventory = folder.path().join("hostile.db");
    let start = Instant::now();
    let mut scan = domesday()
        .args(["scan", "--quiet", "--threads", "2", "--memory", BUDGET])
        .arg(&share)
        .arg("--inventory")
        .arg(&inventory)
        .stdout(Stdio::null())
        .spawn()
        .expect("domesday runs");
    // A log that another program keeps cutting.
    let log = share.join("cut while read.log");
    let mut peak = 0;
    let status = loop {
        if let Some(status) = scan.try_wait().expect("it can be waited for") {
            break status;
        }
        peak = peak.max(resident(scan.id()));
        let _ = File::options()
            .write(true)
            .open(&log)
            .and_then(|f| f.set_len(64 << 20));
        thread::sleep(Duration::from_millis(10));
        let _ = File::options()
            .write(true)
            .open(&log)
            .and_then(|f| f.set_len(1 << 20));
    };
    let took = start.elapsed();
    let report = domesday()
        .args(["report", "coverage", "--inventory"])
        .arg(&inventory)
        .output()
        .expect("domesday runs");
    let shown = String::from_utf8_lossy(&report.stdout).replace(&*share.to_string_lossy(), "");
    // A nest of archives has thousands of members that end as promised; each is in the inventory, a line each is too much.
    let (members, files): (Vec<&str>, Vec<&str>) =
        shown.lines().partition(|line| line.contains(" › "));
    println!("{}", files.join("\n"));
    println!("and {} members of those that hold others", members.len());
    println!(
        "ended with {status} after {took:.1?}; peak resident memory of the scanner {} MiB, its budget {BUDGET}",
        peak >> 20
    );
    let _ = fs::set_permissions(
        share.join("closed"),
        std::os::unix::fs::PermissionsExt::from_mode(0o700),
    );
}

fn domesday() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_domesday"));
    command.env("DOMESDAY_KEY", "5a".repeat(32));
    command
}

/// The largest resident memory so far of the children of a process, in bytes.
fn resident(pid: u32) -> u64 {
    let children =
        fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    let of = |child: &str| {
        let status = fs::read_to_string(format!("/proc/{child}/status")).ok()?;
        let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    };
    children
        .split_whitespace()
        .filter_map(of)
        .max()
        .unwrap_or(0)
        << 10
}

fn make(share: &Path) -> UnixListener {
    let put = |name: &str, bytes: &[u8]| fs::write(share.join(name), bytes).expect("written");
    put(
        "10 GB of zeros.zip",
        &made::zip(&[("zeros.txt", 8, &made::zeros(10 << 10), 10 << 30)]),
    );
    put("zips in zips.zip", &made::nest());
    put("round and round.pdf", &made::loops());
    let mut bomb = String::from("<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY e0 \"ha\">");
    for i in 1..30 {
        bomb.push_str(&format!(
            "<!ENTITY e{i} \"{}\">",
            format!("&e{};", i - 1).repeat(10)
        ));
    }
    put("entities.xml", format!("{bomb}]><a>&e29;</a>").as_bytes());
    put("deep.json", &b"[".repeat(64 << 20));
    put(
        "deep.rtf",
        &[b"{\\rtf1 ".to_vec(), b"{\\b ".repeat(4 << 20)].concat(),
    );
    put("deep.html", &b"<table><tr><td>".repeat(2 << 20));
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for (case, name) in [
        ("docx/locked.docx", "locked.docx"),
        ("pdf/locked.pdf", "locked.pdf"),
    ] {
        put(
            name,
            &fs::read(corpus.join(case)).expect("a case of the corpus"),
        );
    }
    let book = fs::read(corpus.join("xlsx/openpyxl.xlsx")).expect("a case of the corpus");
    put("cut.xlsx", &book[..book.len() / 2]);
    let mut line = BufWriter::new(File::create(share.join("a line of 2 GiB.txt")).expect("made"));
    let piece = "no end of it, ".repeat(1 << 16);
    for _ in 0..(2_u64 << 30) / piece.len() as u64 {
        line.write_all(piece.as_bytes()).expect("written");
    }
    line.flush().expect("written");
    put("cut while read.log", &b"a line of a log\n".repeat(4 << 20));
    for (name, kind, device) in [
        ("fifo", FileType::Fifo, 0),
        ("device", FileType::CharacterDevice, makedev(1, 5)),
    ] {
        if let Err(error) = mknodat(CWD, share.join(name), kind, Mode::from(0o600), device) {
            println!("no {name}: {error}");
        }
    }
    let closed = share.join("closed");
    fs::create_dir(&closed).expect("made");
    fs::write(closed.join("inside.txt"), "QQ123456C").expect("written");
    fs::set_permissions(&closed, std::os::unix::fs::PermissionsExt::from_mode(0o000)).expect("set");
    symlink(share, share.join("loop")).expect("made");
    UnixListener::bind(share.join("socket")).expect("bound")
}
