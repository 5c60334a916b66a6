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

CREATE TABLE own_list (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    user TEXT NOT NULL,
    people INTEGER NOT NULL
) STRICT;

CREATE TABLE own (
    hash INTEGER NOT NULL,
    list INTEGER NOT NULL REFERENCES own_list,
    PRIMARY KEY (hash, list)
) STRICT, WITHOUT ROWID;

CREATE TABLE review (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    user TEXT NOT NULL,
    host TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('false-positive', 'accepted')),
    rule TEXT,
    hash INTEGER,
    path TEXT,
    why TEXT NOT NULL,
    undone INTEGER
) STRICT;
