//! The program: everything it can do is in the library, so that it can be tested there.
fn main() {}
