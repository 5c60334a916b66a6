//! The program: everything it can do is in the library, so that it can be tested there.

fn main() -> std::process::ExitCode {
    domesday::cli::main()
}
