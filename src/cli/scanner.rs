//! The hidden command that the supervisor starts: the process that does the work. See [`crate::scan::supervise`].

use std::{
    io::{self, BufReader, Write},
    sync::Mutex,
};

use clap::Args;

use crate::{
    cli::exit::Exit,
    scan::{
        alone,
        job::{Failure, Report, Task},
        pipeline, sandbox,
        supervise::listen,
    },
};

/// The scanner process: started by `scan`, not by people.
#[derive(Args, Debug)]
pub struct ScannerArgs {}

/// Runs the command. What goes wrong is a report, not an error: the supervisor tells the user.
pub fn run(_: &ScannerArgs) -> anyhow::Result<Exit> {
    sandbox::die_with_parent();
    ignore_signals();
    // A panic's message may quote the document: where it happened is said, what it says is not.
    std::panic::set_hook(Box::new(|_| {}));
    let Some((task, orders)) = listen(BufReader::new(io::stdin())) else {
        anyhow::bail!("this command is started by `domesday scan` and is of no use by itself");
    };
    let output = Mutex::new(io::stdout());
    let say = |report: &Report| {
        let Ok(mut line) = serde_json::to_vec(report) else {
            return;
        };
        line.push(b'\n');
        let mut output = output
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        // A supervisor that is gone closes the other pipe as well, and that one is listened to.
        let _ = output.write_all(&line).and_then(|()| output.flush());
    };
    match task {
        Task::Scan(job) => {
            sandbox::limit_memory(job.reading.memory);
            pipeline::run(&job, orders, &say);
        }
        Task::Alone {
            job,
            suspect,
            root,
            ticket,
        } => {
            sandbox::limit_memory(job.reading.memory);
            if let Err(error) = alone::read(&job, &suspect, &root.to_path(), ticket, &say) {
                say(&Report::Failed(Failure {
                    message: error.to_string(),
                    locked: false,
                }));
            }
        }
    }
    Ok(Exit::Complete)
}

/// ^C reaches every process of the terminal, and a service manager's stop every process of the service; the supervisor
/// alone decides what follows.
fn ignore_signals() {
    #[cfg(unix)]
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        let ignored = std::sync::Arc::default();
        // Without it the scanner dies at once, which it may at any time.
        let _ = signal_hook::flag::register(signal, ignored);
    }
}
