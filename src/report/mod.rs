//! One report per file behind one trait.

pub mod evaluate;
