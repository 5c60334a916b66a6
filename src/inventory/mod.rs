//! The store: SQLite, and the only room that speaks SQL.
