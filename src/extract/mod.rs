//! Bytes → segments: one file per format behind one guard.
