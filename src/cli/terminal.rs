//! Where the program prints. Names that others chose pass through [`text::terminal`](crate::report::text::terminal).

use std::io::{self, IsTerminal, Write};

use crate::report::ReportError;

/// Whether an error is only that nobody reads any more: `domesday report csv | head`.
pub fn nobody_reads(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
            || cause
                .downcast_ref::<ReportError>()
                .is_some_and(ReportError::is_broken_pipe)
    })
}

/// The standard output, buffered; flush it before the end.
pub fn output() -> io::BufWriter<io::StdoutLock<'static>> {
    io::BufWriter::with_capacity(64 << 10, io::stdout().lock())
}

/// One line on the error output. If even that fails there is nobody left to tell.
pub fn complain(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Whether the error output is a person's terminal.
pub fn err_is_terminal() -> bool {
    io::stderr().is_terminal()
}
