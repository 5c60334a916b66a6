//! Words ⇄ typed options, one file per command; the only room that prints, reads the environment or exits.

pub mod exit;
pub mod terminal;

/// Runs the program.
pub fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
