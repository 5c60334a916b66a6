//! Lines about a scan on the error output: for people, or as one JSON object a line for a log collector.

use clap::ValueEnum;
use serde_json::{Map, Value, json};

use crate::cli::terminal;

/// How lines are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum LogFormat {
    /// `domesday: …`
    #[default]
    Text,
    /// One object a line: `time`, `level`, `event`, `message`, and the event's figures
    Json,
}

/// What a line is about: the `event` of a JSON line. The names are stable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    /// The scan began.
    Started,
    /// How far it is.
    Progress,
    /// Something went otherwise than planned, and was dealt with.
    Note,
    /// It was asked to stop, or its time is up.
    Stopping,
    /// It ended.
    Ended,
    /// It was stopped by an error.
    Failed,
    /// A report, the metrics or the command after the scan.
    After,
}

impl Event {
    fn name(self) -> &'static str {
        match self {
            Event::Started => "started",
            Event::Progress => "progress",
            Event::Note => "note",
            Event::Stopping => "stopping",
            Event::Ended => "ended",
            Event::Failed => "failed",
            Event::After => "after",
        }
    }
}

/// How serious a line is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Weight {
    /// For the record.
    Info,
    /// Somebody should look.
    Warning,
    /// It failed.
    Error,
}

/// Where lines go.
#[derive(Clone, Copy, Debug, Default)]
pub struct Log {
    /// How.
    pub format: LogFormat,
    /// Only what is wrong.
    pub quiet: bool,
}

impl Log {
    /// Writes a line. `figures` is an object, or null for none.
    pub fn line(&self, event: Event, weight: Weight, message: &str, figures: Value) {
        if let Some(line) = self.written(event, weight, message, figures) {
            terminal::complain(&line);
        }
    }

    /// The line, if it is to be written.
    pub fn written(
        &self,
        event: Event,
        weight: Weight,
        message: &str,
        figures: Value,
    ) -> Option<String> {
        if self.quiet && weight < Weight::Error {
            return None;
        }
        Some(match self.format {
            LogFormat::Text => format!("domesday: {}", crate::report::text::terminal(message)),
            LogFormat::Json => {
                let mut line = Map::new();
                line.insert("time".into(), json!(jiff::Timestamp::now().to_string()));
                line.insert(
                    "level".into(),
                    json!(match weight {
                        Weight::Info => "info",
                        Weight::Warning => "warning",
                        Weight::Error => "error",
                    }),
                );
                line.insert("event".into(), json!(event.name()));
                line.insert("message".into(), json!(message));
                if let Value::Object(figures) = figures {
                    line.extend(figures);
                }
                Value::Object(line).to_string()
            }
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_line_is_words_or_an_object() {
        let text = Log::default();
        let line = text.written(Event::Note, Weight::Info, "odd\x1b[2J", Value::Null);
        assert!(!line.unwrap().contains('\x1b'), "names are hostile");
        let json = Log {
            format: LogFormat::Json,
            quiet: false,
        };
        let line = json
            .written(
                Event::Progress,
                Weight::Info,
                "1 document",
                json!({"documents": 1}),
            )
            .unwrap();
        let line: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(
            (&line["event"], &line["documents"]),
            (&json!("progress"), &json!(1))
        );
        assert!(line["time"].as_str().unwrap().ends_with('Z'));
        let quiet = Log {
            quiet: true,
            ..json
        };
        assert!(
            quiet
                .written(Event::Note, Weight::Warning, "", Value::Null)
                .is_none()
        );
        assert!(
            quiet
                .written(Event::Failed, Weight::Error, "", Value::Null)
                .is_some()
        );
    }
}
