//! A request from its opening to its proof, by the program as a user runs it.

#![allow(clippy::print_stdout)]

#[path = "request/case.rs"]
mod case;
#[path = "request/documents.rs"]
mod documents;
#[path = "request/story.rs"]
mod story;
#[path = "request/support.rs"]
mod support;
#[path = "request/whole.rs"]
mod whole;
