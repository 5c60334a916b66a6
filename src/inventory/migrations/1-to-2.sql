-- Schema 1 → 2. Runs in one transaction with the other steps; the result has the same tables as `schema.sql`, which a
-- test holds. Only adds: rows that are there stay as they are.

ALTER TABLE root ADD COLUMN name TEXT;
ALTER TABLE run ADD COLUMN reason TEXT;

CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    user TEXT NOT NULL,
    host TEXT NOT NULL,
    action TEXT NOT NULL,
    detail TEXT NOT NULL,
    purpose TEXT NOT NULL
) STRICT;
