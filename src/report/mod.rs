//! One report per file behind one trait.
