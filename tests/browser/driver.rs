//! A real browser, driven: chromium through its driver, by the WebDriver protocol (W3C, 2018) over a local connection.
//!
//! For the tests and the bench of the page. Only what they need; no crate, because the protocol is JSON over HTTP.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};

/// A browser with one window.
pub struct Browser {
    driver: Child,
    port: u16,
    session: String,
    /// Its profile; goes with it.
    _profile: tempfile::TempDir,
}

fn program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
        .find(|file| file.is_file())
}

impl Browser {
    /// Starts one; `None` where chromium or its driver is not installed.
    pub fn start() -> Option<Browser> {
        let binary = program(&["chromium", "chromium-browser", "google-chrome"])?;
        let mut driver = Command::new(program(&["chromedriver", "chromium.chromedriver"])?)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the driver starts");
        let said = BufReader::new(driver.stdout.take().expect("it was piped"));
        let port = said
            .lines()
            .map_while(Result::ok)
            .find_map(|line| {
                let (_, port) = line.split_once("started successfully on port ")?;
                port.trim_end_matches('.').parse().ok()
            })
            .expect("the driver says its port");
        let profile = tempfile::tempdir().expect("a temporary folder");
        let mut browser = Browser {
            driver,
            port,
            session: String::new(),
            _profile: profile,
        };
        let session = browser.call("POST", "/session", &json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {
                "binary": binary,
                "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                    "--hide-scrollbars", "--window-size=1300,1000",
                    format!("--user-data-dir={}", browser._profile.path().display())],
            },
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }}}));
        session["sessionId"]
            .as_str()
            .expect("a session has an id")
            .clone_into(&mut browser.session);
        Some(browser)
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if method == "GET" {
            String::new()
        } else {
            body.to_string()
        };
        let mut stream =
            TcpStream::connect(("127.0.0.1", self.port)).expect("the driver is listening");
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.port,
            body.len()
        )
        .expect("the driver listens");
        let mut reader = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).expect("the driver answers");
            if line.trim().is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().expect("a length");
            }
        }
        let mut answer = vec![0; length];
        reader.read_exact(&mut answer).expect("a whole answer");
        let answer: Value = serde_json::from_slice(&answer).expect("an answer in JSON");
        let value = answer["value"].clone();
        assert!(value.get("error").is_none(), "{path}: {value}");
        value
    }

    fn command(&self, path: &str, body: &Value) -> Value {
        self.call("POST", &format!("/session/{}{path}", self.session), body)
    }

    /// Opens a file.
    pub fn open(&self, file: &Path) {
        let file = file.canonicalize().expect("the page is there");
        self.command(
            "/url",
            &json!({"url": format!("file://{}", file.display())}),
        );
    }

    /// What a script returns.
    pub fn run(&self, script: &str) -> Value {
        self.command("/execute/sync", &json!({"script": script, "args": []}))
    }

    /// What a script returns that calls `done`.
    pub fn wait(&self, script: &str) -> Value {
        let script = format!("const done = arguments[arguments.length - 1]; {script}");
        self.command("/execute/async", &json!({"script": script, "args": []}))
    }

    /// A command of the browser's own protocol.
    pub fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.command(
            "/goog/cdp/execute",
            &json!({"cmd": command, "params": parameters}),
        )
    }

    /// Keys pressed one after the other; WebDriver's private characters for those that are no letters.
    pub fn press(&self, keys: &str) {
        let actions: Vec<Value> = keys
            .chars()
            .flat_map(|key| {
                [
                    json!({"type": "keyDown", "value": key}),
                    json!({"type": "keyUp", "value": key}),
                ]
            })
            .collect();
        self.command(
            "/actions",
            &json!({"actions": [{"type": "key", "id": "keyboard", "actions": actions}]}),
        );
    }

    /// What the browser has logged since it was last asked: `browser` for the console, `performance` for the network.
    pub fn log(&self, kind: &str) -> Vec<Value> {
        let entries = self.command("/se/log", &json!({"type": kind}));
        entries.as_array().cloned().unwrap_or_default()
    }

    /// Addresses asked for since the last time.
    pub fn requests(&self) -> Vec<String> {
        self.log("performance")
            .iter()
            .filter_map(|entry| serde_json::from_str::<Value>(entry["message"].as_str()?).ok())
            .filter(|event| event["message"]["method"] == "Network.requestWillBeSent")
            .filter_map(|event| {
                let asked = &event["message"]["params"];
                // The browser's own page of a new tab is not ours.
                let own = asked["documentURL"].as_str()?.starts_with("chrome:");
                let url = asked["request"]["url"].as_str()?;
                (!own).then(|| url.to_owned())
            })
            .collect()
    }

    /// A picture of the whole page, kept where `DOMESDAY_SCREENSHOTS` names a folder; its size in bytes.
    pub fn picture(&self, name: &str) -> usize {
        let shot = self.devtools(
            "Page.captureScreenshot",
            json!({"format": "png", "captureBeyondViewport": true}),
        );
        let png = from_base64(shot["data"].as_str().expect("a picture"));
        if let Some(folder) = std::env::var_os("DOMESDAY_SCREENSHOTS") {
            std::fs::write(Path::new(&folder).join(format!("{name}.png")), &png)
                .expect("the folder for pictures can be written to");
        }
        png.len()
    }
}

/// RFC 4648 §4.
pub fn from_base64(text: &str) -> Vec<u8> {
    let digit = |c: u8| match c {
        b'A'..=b'Z' => Some(c - b'A'),
        b'a'..=b'z' => Some(c - b'a' + 26),
        b'0'..=b'9' => Some(c - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let (mut bits, mut count, mut out) = (0_u32, 0, Vec::with_capacity(text.len() / 4 * 3));
    for six in text.bytes().filter_map(digit) {
        bits = bits << 6 | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    out
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                self.call("DELETE", &format!("/session/{}", self.session), &json!({}))
            }));
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
