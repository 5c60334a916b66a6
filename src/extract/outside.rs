//! Programs of the system that do what no library does (OCR): run with bytes in, bytes out, and a limit on everything.
//!
//! [`super::ocr`] and the command line call it. The program gets a process group of its own, so that its limit ends
//! whatever it started too; what it says on its error output is not read, because it may quote the document.

use std::{
    io::{self, Read, Write},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

/// How often the caller is asked whether to go on.
const TICK: Duration = Duration::from_millis(50);

/// How long the output may take to end after its program did: something it started may hold it open.
const LINGER: Duration = Duration::from_secs(1);

/// Why a program gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It could not be started.
    #[error("could not be started ({0})")]
    Start(io::ErrorKind),
    /// It took longer than it may.
    #[error("took longer than {} s", .0.as_secs_f64())]
    TimedOut(Duration),
    /// It ended with a status that is not 0.
    #[error("failed ({0})")]
    Status(String),
    /// It wrote more than it may.
    #[error("wrote more than {} MiB", .0 >> 20)]
    TooMuch(u64),
    /// The caller wants it no more.
    #[error("was stopped")]
    Stopped,
}

/// Limits of one run.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Time.
    pub time: Duration,
    /// Bytes of output.
    pub output: u64,
}

/// Runs a program with these bytes on its standard input, and returns what it wrote to its standard output. `go_on` is
/// asked many times a second.
///
/// # Errors
/// See [`Failure`]; the program and what it started are gone then.
pub fn run(
    mut command: Command,
    input: Vec<u8>,
    bounds: Bounds,
    go_on: &dyn Fn() -> bool,
) -> Result<Vec<u8>, Failure> {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        command.process_group(0);
    }
    let child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| Failure::Start(error.kind()))?;
    let mut program = Program(child);
    let until = Instant::now() + bounds.time;
    if let Some(mut to) = program.0.stdin.take() {
        // It may stop reading at any moment; what it then says tells.
        thread::spawn(move || to.write_all(&input));
    }
    let output = program
        .0
        .stdout
        .take()
        .map(|from| listen(from, bounds.output));
    let mut written = None;
    let status = loop {
        if let Some(output) = output.as_ref().filter(|_| written.is_none()) {
            match output.recv_timeout(TICK) {
                Ok(bytes) => written = Some(bytes),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => written = Some(Ok(Vec::new())),
            }
        } else {
            thread::sleep(Duration::from_millis(2));
        }
        if let Some(Err(failure)) = &written {
            return Err(failure.clone());
        }
        match program.0.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) => {}
            Err(error) => return Err(Failure::Start(error.kind())),
        }
        if Instant::now() > until {
            return Err(Failure::TimedOut(bounds.time));
        }
        if !go_on() {
            return Err(Failure::Stopped);
        }
    };
    if !status.success() {
        return Err(Failure::Status(ended(status)));
    }
    match written {
        Some(bytes) => bytes,
        None => match output.map(|output| output.recv_timeout(LINGER)) {
            Some(Ok(bytes)) => bytes,
            _ => Err(Failure::TimedOut(LINGER)),
        },
    }
}

/// Collects what is written, up to a limit.
fn listen(from: impl Read + Send + 'static, most: u64) -> Receiver<Result<Vec<u8>, Failure>> {
    let (to, output) = bounded(1);
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // A pipe that breaks is the end of the output; the status tells whether all is well.
        let _ = from.take(most + 1).read_to_end(&mut bytes);
        let _ = to.send(match bytes.len() as u64 > most {
            true => Err(Failure::TooMuch(most)),
            false => Ok(bytes),
        });
    });
    output
}

fn ended(status: ExitStatus) -> String {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        if let Some(signal) = status.signal() {
            return format!("ended by signal {signal}");
        }
    }
    match status.code() {
        Some(code) => format!("exit status {code}"),
        None => "no exit status".to_owned(),
    }
}

/// A running program; ended with all it started when nobody waits for it any more.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        #[cfg(unix)]
        {
            use rustix::process::{Pid, Signal, kill_process_group};
            // What it started may outlive it; the group is its own.
            if let Some(group) = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw) {
                let _ = kill_process_group(group, Signal::KILL);
            }
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds {
        time: Duration::from_millis(300),
        output: 1 << 20,
    };

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn what_goes_in_comes_out() {
        let much = vec![b'x'; 500_000];
        let bounds = Bounds {
            time: Duration::from_secs(20),
            ..BOUNDS
        };
        assert_eq!(run(shell("cat"), much.clone(), bounds, &|| true), Ok(much));
    }

    #[test]
    fn each_way_of_failing_is_told_apart() {
        let bounds = Bounds {
            time: Duration::from_secs(20),
            ..BOUNDS
        };
        let result = run(shell("exit 3"), Vec::new(), bounds, &|| true);
        assert_eq!(result, Err(Failure::Status("exit status 3".into())));
        let result = run(shell("cat /dev/zero"), Vec::new(), bounds, &|| true);
        assert_eq!(result, Err(Failure::TooMuch(1 << 20)));
        let result = run(shell("sleep 100"), Vec::new(), bounds, &|| false);
        assert_eq!(result, Err(Failure::Stopped));
        let result = run(Command::new("/no/such"), Vec::new(), bounds, &|| true);
        assert_eq!(result, Err(Failure::Start(io::ErrorKind::NotFound)));
    }

    #[test]
    fn the_limit_ends_what_it_started_as_well() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("pid");
        let script = format!("sleep 1000 & echo $! > {}; wait", file.display());
        let result = run(shell(&script), Vec::new(), BOUNDS, &|| true);
        assert_eq!(result, Err(Failure::TimedOut(BOUNDS.time)));
        let pid = std::fs::read_to_string(&file).expect("it began");
        let gone = (0..200).any(|_| {
            thread::sleep(Duration::from_millis(10));
            // A dead process that nobody has asked after yet is gone as well.
            std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()))
                .map_or(true, |stat| stat.contains(") Z "))
        });
        assert!(gone || !std::path::Path::new("/proc/self/stat").exists());
    }
}
