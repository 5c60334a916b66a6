//! Roots → entries: exclusions, metadata, owners, links, what is skipped and why.
