//! The exit statuses, in one table: what a scheduler or a script may rely on.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Exit {
    /// Done, and nothing to say.
    Complete,
    /// Done, and what `--fail-on` names was found; or a look-up that found nobody, a check that failed.
    Met,
    /// Not done: a wrong argument, or something that stopped it. One line on the error output says what.
    Fatal,
    /// Done, but data may lie where it could not be read.
    Unread,
    /// Stopped because its time was up; the same command goes on.
    TimeUp,
    /// Stopped on request; the same command goes on.
    Interrupted,
}

impl Exit {
    /// Each with its number and its meaning, as `--help` prints them.
    pub const TABLE: &'static [(Exit, u8, &'static str)] = &[
        (Exit::Complete, 0, "complete"),
        (
            Exit::Met,
            1,
            "what --fail-on names was found; nothing was found by `find`; a rule check failed",
        ),
        (
            Exit::Fatal,
            2,
            "wrong usage, or an error that stopped the command",
        ),
        (
            Exit::Unread,
            3,
            "complete, but some documents could not be read, or one of several folders to scan was not there",
        ),
        (
            Exit::TimeUp,
            4,
            "the time of --until or --max-duration was up; the same command goes on where it stopped",
        ),
        (
            Exit::Interrupted,
            130,
            "interrupted; the same command goes on where it stopped",
        ),
    ];

    /// The number.
    pub fn code(self) -> u8 {
        Exit::TABLE
            .iter()
            .find(|(exit, _, _)| *exit == self)
            .map_or(2, |(_, code, _)| *code)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

impl Exit {
    /// In a word, for the command after a scan: `complete`.
    pub fn word(self) -> &'static str {
        match self {
            Exit::Complete => "complete",
            Exit::Met => "met",
            Exit::Fatal => "failed",
            Exit::Unread => "unread",
            Exit::TimeUp => "time-up",
            Exit::Interrupted => "interrupted",
        }
    }
}

/// The table as text for `--help`.
pub fn help() -> String {
    let mut text = String::from("Exit status:\n");
    for (_, code, meaning) in Exit::TABLE {
        text.push_str(&format!("  {code:>3}  {meaning}\n"));
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exit_has_its_own_number() {
        let codes: Vec<u8> = [
            Exit::Complete,
            Exit::Met,
            Exit::Fatal,
            Exit::Unread,
            Exit::TimeUp,
            Exit::Interrupted,
        ]
        .into_iter()
        .map(Exit::code)
        .collect();
        assert_eq!(codes, [0, 1, 2, 3, 4, 130]);
        assert_eq!(codes.len(), Exit::TABLE.len());
    }
}
