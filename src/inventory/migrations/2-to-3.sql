-- Schema 2 → 3. What reports ask of every document (how much of what is in it) is kept with the content, and how many
-- documents a root has with the root, so that no report goes through every finding. Worked out here for what is there.

ALTER TABLE root ADD COLUMN documents INTEGER NOT NULL DEFAULT 0;
ALTER TABLE root ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
ALTER TABLE content ADD COLUMN high INTEGER NOT NULL DEFAULT 0;
ALTER TABLE content ADD COLUMN medium INTEGER NOT NULL DEFAULT 0;
ALTER TABLE content ADD COLUMN low INTEGER NOT NULL DEFAULT 0;
ALTER TABLE content ADD COLUMN categories INTEGER NOT NULL DEFAULT 0;
ALTER TABLE content ADD COLUMN people INTEGER NOT NULL DEFAULT 0;
ALTER TABLE content ADD COLUMN members INTEGER NOT NULL DEFAULT 0;
ALTER TABLE content ADD COLUMN unread INTEGER NOT NULL DEFAULT 0;

CREATE TABLE category (
    bit INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO category
    SELECT row_number() OVER (ORDER BY min(id)) - 1, category FROM rule GROUP BY category;

UPDATE content SET
    (high, medium, low) = (
        SELECT COALESCE(SUM(f.high), 0), COALESCE(SUM(f.medium), 0), COALESCE(SUM(f.low), 0)
        FROM part p JOIN finding f ON f.part = p.id WHERE p.content = content.id),
    (people, members, unread) = (
        SELECT COALESCE(MAX(people), 0), COALESCE(SUM(ordinal > 0), 0),
               COALESCE(SUM(ordinal > 0 AND outcome NOT IN ('read', 'excluded', 'not-a-file', 'unchanged')), 0)
        FROM part p WHERE p.content = content.id),
    categories = (
        SELECT COALESCE(SUM(1 << bit), 0) FROM (
            SELECT DISTINCT c.bit FROM part p JOIN finding f ON f.part = p.id
            JOIN rule r ON r.id = f.rule JOIN category c ON c.name = r.category
            WHERE p.content = content.id AND f.high + f.medium > 0));
CREATE INDEX content_unread ON content (live, unread) WHERE unread > 0;
-- What the end of a run looks for is little of much.
CREATE INDEX content_dead ON content (id) WHERE live <= 0;
CREATE INDEX document_gone ON document (gone_run) WHERE gone_run IS NOT NULL;

-- Counted from the index alone; what is inside a content is counted above.
DROP INDEX document_unread;
CREATE INDEX document_unread ON document (outcome) WHERE outcome <> 'read' AND gone_run IS NULL;
DROP INDEX part_unread;

UPDATE root SET
    (documents, gone) = (
        SELECT COUNT(d.id) - COUNT(d.gone_run), COUNT(d.gone_run)
        FROM folder f JOIN document d ON d.folder = f.id WHERE f.root = root.id);
