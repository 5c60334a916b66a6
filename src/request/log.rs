//! The log of a case: one line of JSON an event, never changed, each chained to the one before.
//!
//! A line ends `,"prev":"…","hash":"…"}`. The hash is BLAKE3 of the line up to the comma before `"hash"`, and `prev` is
//! the hash of the line before (64 zeros for the first), so that a change, a gap or another order breaks the chain at
//! the first line that does not follow. Anybody can check that with a text editor and `b3sum`. What the chain cannot
//! show is that its end was cut off or that all of it was written anew: for that, packs and certificates carry the
//! number and the hash of the log's last line when they were made ([`Head`]), and `request audit --head` looks for it.

use std::{
    fs::{File, OpenOptions},
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
};

use serde::{Deserialize, Serialize};

use crate::request::{
    error::RequestError,
    event::{Entry, Event},
    files::{digest, private_file},
};

/// The hash before the first line.
const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The end of a log: how many lines it had, and the hash of the last.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Head {
    /// Lines.
    pub entries: u64,
    /// Hash of the last.
    pub hash: String,
}

/// What a log was found to be.
#[derive(Debug, Default)]
pub struct Chain {
    /// The events in their order.
    pub entries: Vec<Entry>,
    /// The hash of each.
    pub hashes: Vec<String>,
}

impl Chain {
    /// Its end.
    pub fn head(&self) -> Head {
        Head {
            entries: self.entries.len() as u64,
            hash: self.hashes.last().map_or(START, String::as_str).to_owned(),
        }
    }
}

/// The first line that does not follow from the ones before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Break {
    /// Its number, from 1.
    pub entry: u64,
    /// Why it does not follow.
    pub what: &'static str,
}

/// The hash fields of a line.
#[derive(Deserialize)]
struct Links {
    prev: String,
    hash: String,
}

/// Who writes, and with what.
#[derive(Clone, Debug, Default)]
pub struct Hand {
    /// Account.
    pub user: String,
    /// Machine.
    pub host: String,
}

/// Checks a whole log.
pub fn check(text: &[u8]) -> Result<Chain, Break> {
    let mut chain = Chain::default();
    let mut rest = text;
    while !rest.is_empty() {
        let entry = chain.entries.len() as u64 + 1;
        let broken = |what| Break { entry, what };
        let end = memchr::memchr(b'\n', rest).ok_or(broken("the line is cut short"))?;
        let (line, after) = (&rest[..end], &rest[end + 1..]);
        rest = after;
        let line = std::str::from_utf8(line).map_err(|_| broken("the line is not text"))?;
        let body = line
            .rfind(",\"hash\":\"")
            .map(|at| &line[..at])
            .ok_or(broken("the line has no hash"))?;
        let links: Links =
            serde_json::from_str(line).map_err(|_| broken("the line is not an entry"))?;
        if links.hash != digest(body.as_bytes()) {
            return Err(broken("its text was changed after it was written"));
        }
        if links.prev != chain.head().hash {
            return Err(broken("it does not follow the entry before it"));
        }
        let parsed: Entry = serde_json::from_str(line)
            .map_err(|_| broken("it was written by a newer domesday, or not by domesday"))?;
        if parsed.n != entry {
            return Err(broken("its number is not the next one"));
        }
        chain.entries.push(parsed);
        chain.hashes.push(links.hash);
    }
    Ok(chain)
}

fn line(chain: &Chain, hand: &Hand, event: Event) -> Result<String, serde_json::Error> {
    let entry = Entry {
        n: chain.entries.len() as u64 + 1,
        at: jiff::Timestamp::now(),
        user: hand.user.clone(),
        host: hand.host.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        event,
    };
    let json = serde_json::to_string(&entry)?;
    // An object without its closing brace, so that the links stand last.
    let open = json.strip_suffix('}').unwrap_or(&json);
    let body = format!("{open},\"prev\":\"{}\"", chain.head().hash);
    let hash = digest(body.as_bytes());
    Ok(format!("{body},\"hash\":\"{hash}\"}}\n"))
}

/// Begins a log with its first event. The file must not be there.
pub fn begin(path: &Path, hand: &Hand, event: Event) -> Result<(), RequestError> {
    let line = line(&Chain::default(), hand, event).map_err(|e| RequestError::Io {
        path: path.to_owned(),
        what: "written",
        source: e.into(),
    })?;
    let mut file = private_file(path)?;
    file.write_all(line.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(RequestError::io(path, "written"))
}

/// Reads and checks a log.
pub fn read(case: &str, path: &Path) -> Result<Chain, RequestError> {
    let text = std::fs::read(path).map_err(RequestError::io(path, "read"))?;
    check(&text).map_err(|broken| broken_log(case, path, broken))
}

fn broken_log(case: &str, path: &Path, broken: Break) -> RequestError {
    RequestError::Broken {
        case: case.to_owned(),
        entry: broken.entry,
        what: broken.what.to_owned(),
        path: path.to_owned(),
    }
}

/// Adds an event, when the log still ends as `seen` says: another command may have written since. One line, on disk
/// before this returns, or the log is as it was.
pub fn append(
    case: &str,
    path: &Path,
    hand: &Hand,
    seen: &Head,
    event: Event,
) -> Result<Head, RequestError> {
    let io = |what| RequestError::io(path, what);
    let mut file: File = OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .map_err(io("written"))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(std::fs::TryLockError::WouldBlock) => return Err(RequestError::Busy(case.to_owned())),
        // A file system without locks: the check below still sees what another command wrote before.
        Err(std::fs::TryLockError::Error(_)) => {}
    }
    let mut text = Vec::new();
    file.read_to_end(&mut text).map_err(io("read"))?;
    let chain = check(&text).map_err(|broken| broken_log(case, path, broken))?;
    if chain.head() != *seen {
        return Err(RequestError::Busy(case.to_owned()));
    }
    let line = line(&chain, hand, event).map_err(|e| RequestError::Io {
        path: path.to_owned(),
        what: "written",
        source: e.into(),
    })?;
    let before = text.len() as u64;
    text.extend_from_slice(line.as_bytes());
    // Before it is written: a line that could not be read back would end the case.
    let head = check(&text)
        .map(|chain| chain.head())
        .map_err(|broken| broken_log(case, path, broken))?;
    let written = file
        .seek(SeekFrom::Start(before))
        .and_then(|_| file.write_all(line.as_bytes()))
        .and_then(|()| file.sync_all());
    if let Err(error) = written {
        // Half a line would break the chain for ever.
        let _ = file.set_len(before);
        return Err(io("written")(error));
    }
    Ok(head)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn note(text: &str) -> Event {
        Event::Noted { note: text.into() }
    }

    fn three() -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.jsonl");
        begin(&path, &Hand::default(), note("one {}} \" ,\"hash\":\"")).unwrap();
        for text in ["two", "three"] {
            let seen = read("c", &path).unwrap().head();
            append("c", &path, &Hand::default(), &seen, note(text)).unwrap();
        }
        (folder, path)
    }

    #[test]
    fn a_log_follows_and_each_kind_of_tampering_is_named_where_it_is() {
        let (_folder, path) = three();
        let text = std::fs::read_to_string(&path).unwrap();
        let chain = check(text.as_bytes()).unwrap();
        assert_eq!(chain.entries.len(), 3);
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let broken = |text: String| check(text.as_bytes()).map(|_| ()).unwrap_err();
        assert_eq!(
            broken(text.replace("two", "tow")),
            Break {
                entry: 2,
                what: "its text was changed after it was written"
            }
        );
        assert_eq!(broken(lines[0].to_owned() + lines[2]).entry, 2);
        assert_eq!(broken(lines[1].to_owned() + lines[0] + lines[2]).entry, 1);
        assert_eq!(broken(text[..text.len() - 1].to_owned()).entry, 3);
        assert_eq!(broken(format!("{}\n{}", lines[0], lines[1])).entry, 2);
        assert_eq!(broken(format!("{}{}", lines[0], "nonsense\n")).entry, 2);
        // Cut at its end it still follows: that is what heads are for.
        assert_eq!(
            check((lines[0].to_owned() + lines[1]).as_bytes())
                .unwrap()
                .head()
                .entries,
            2
        );
    }

    #[test]
    fn a_changed_line_that_is_hashed_anew_breaks_the_next() {
        let (_folder, path) = three();
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let body = lines[1].replace("two", "tow");
        let body = &body[..body.rfind(",\"hash\":\"").unwrap()];
        let forged = format!("{body},\"hash\":\"{}\"}}\n", digest(body.as_bytes()));
        let text = lines[0].to_owned() + &forged + lines[2];
        assert_eq!(
            check(text.as_bytes()).map(|_| ()).unwrap_err(),
            Break {
                entry: 3,
                what: "it does not follow the entry before it"
            }
        );
    }

    #[test]
    fn every_kind_of_event_can_be_read_back() {
        use crate::request::event::{Done, Outcome};
        let (_folder, path) = three();
        let outcome = Outcome {
            done: Done::Kept,
            note: "payroll".into(),
        };
        for event in [
            Event::Worklist {
                sheet: "w.json".into(),
                items: vec![(1, "a".into()), (2, "b".into())],
            },
            Event::Outcomes {
                outcomes: vec![(2, outcome)],
            },
            Event::Quarantined {
                folder: "q".into(),
                items: vec![1],
            },
            Event::Verified {
                gone: 1,
                kept: 1,
                remaining: 0,
                certificate: None,
                digest: None,
            },
        ] {
            let seen = read("c", &path).unwrap().head();
            append("c", &path, &Hand::default(), &seen, event.clone()).unwrap();
            let last = read("c", &path).unwrap().entries.pop().unwrap();
            assert_eq!(last.event, event);
        }
    }

    #[test]
    fn what_another_command_wrote_meanwhile_is_not_written_over() {
        let (_folder, path) = three();
        let seen = read("c", &path).unwrap().head();
        append("c", &path, &Hand::default(), &seen, note("four")).unwrap();
        let before = std::fs::read(&path).unwrap();
        let error = append("c", &path, &Hand::default(), &seen, note("five")).unwrap_err();
        assert!(matches!(error, RequestError::Busy(_)));
        assert_eq!(std::fs::read(&path).unwrap(), before);
        let held = File::open(&path).unwrap();
        held.lock().unwrap();
        let seen = read("c", &path).unwrap().head();
        assert!(append("c", &path, &Hand::default(), &seen, note("six")).is_err());
    }
}
