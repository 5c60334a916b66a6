//! Failing on purpose: what the tests of the supervisor need, because no parser may be relied on to be broken.
//!
//! Only builds for debugging can do it; others take no notice.

use serde::{Deserialize, Serialize};

/// How to fail.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// End the process, as a parser in another language does.
    Abort,
    /// Never end, and listen to nothing.
    Spin,
    /// Ask for memory without end.
    Eat,
    /// Use up the stack.
    Recurse,
    /// Panic.
    Panic,
    /// Reach for what the sandbox must refuse, and panic if it is given.
    Escape,
}

impl Fault {
    /// From a list as the environment of a test has it: `abort=bad.pdf,spin=loop.doc`.
    pub fn list(text: &str) -> Vec<(String, Fault)> {
        text.split(',')
            .filter_map(|pair| {
                let (fault, name) = pair.split_once('=')?;
                let fault = match fault {
                    "abort" => Fault::Abort,
                    "spin" => Fault::Spin,
                    "eat" => Fault::Eat,
                    "recurse" => Fault::Recurse,
                    "panic" => Fault::Panic,
                    "escape" => Fault::Escape,
                    _ => return None,
                };
                Some((name.to_owned(), fault))
            })
            .collect()
    }
}

/// Fails if this document is to fail.
#[cfg(debug_assertions)]
pub fn perhaps(faults: &[(String, Fault)], name: &std::ffi::OsStr) {
    let Some((_, fault)) = faults.iter().find(|(faulty, _)| name == faulty.as_str()) else {
        return;
    };
    match fault {
        Fault::Abort => std::process::abort(),
        Fault::Spin => loop {
            std::hint::spin_loop();
        },
        Fault::Eat => {
            let mut eaten: Vec<Vec<u8>> = Vec::new();
            loop {
                eaten.push(vec![1; 16 << 20]);
                std::hint::black_box(&eaten);
            }
        }
        Fault::Recurse => {
            recurse(0);
        }
        Fault::Panic => std::panic::panic_any("on purpose"),
        Fault::Escape => {
            // A listing of everything, and a connection: a port that nobody listens on answers otherwise than a kernel
            // that forbids to ask.
            let listed = std::fs::read_dir("/").is_ok();
            let connected = std::net::TcpStream::connect("127.0.0.1:9")
                .err()
                .is_none_or(|error| error.kind() != std::io::ErrorKind::PermissionDenied);
            if listed || connected {
                std::panic::panic_any("on purpose");
            }
        }
    }
}

#[cfg(debug_assertions)]
#[allow(unconditional_recursion)] // that is what it is for
fn recurse(depth: u64) -> u64 {
    let frame = std::hint::black_box([depth; 64]);
    recurse(depth + 1) + frame[0]
}

/// Builds for release do not fail on purpose.
#[cfg(not(debug_assertions))]
pub fn perhaps(_: &[(String, Fault)], _: &std::ffi::OsStr) {}
