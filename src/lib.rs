//! domesday: a Domesday Book for personal data.
//!
//! One way through the house: `walk` meets entries, `extract` turns bytes into segments of text, `detect` turns text
//! into findings, `inventory` keeps them, `report` and `find` read them. `scan` alone knows the first three and drives
//! them; `cli` alone prints, reads the environment and exits. A room may use only rooms on a lower floor.

pub mod cli;
pub mod config;
pub mod detect;
pub mod extract;
pub mod find;
pub mod inventory;
pub mod model;
pub mod report;
pub mod request;
pub mod scan;
pub mod walk;
