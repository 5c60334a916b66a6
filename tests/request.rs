//! A request from its opening to its proof, by the program as a user runs it.

#[path = "request/case.rs"]
mod case;
#[path = "request/support.rs"]
mod support;
