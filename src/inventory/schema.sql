-- The inventory, schema 3. Printed by `domesday schema`; readable with any SQLite tool.
--
-- No value of a document is in here. A value is a keyed hash (the first 64 bits of BLAKE3 under a key that is kept
-- elsewhere, as a signed integer) and, for people, a masked preview. Paths, names of archive members, names of sheets and
-- fields are kept as they are: without them nobody could go and look.
--
-- Times of runs and look-ups are milliseconds since 1970 UTC; times of files nanoseconds, as file systems keep them.
-- Columns of type ANY hold text, or bytes where a name is not UTF-8. Numbers of rows are never given twice.

CREATE TABLE setting (            -- Facts about this inventory itself.
    name TEXT PRIMARY KEY,        -- `key_check`: tells whether a key is the right one; `created`: when.
    value ANY NOT NULL            -- The fact.
) STRICT, WITHOUT ROWID;

CREATE TABLE rule_set (           -- Sets of rules and options that documents were read with.
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- Number.
    fingerprint BLOB NOT NULL UNIQUE,     -- Digest of the rules and of the options that decide what reading yields.
    rules INTEGER NOT NULL                -- How many rules it had.
) STRICT;

CREATE TABLE reader_set (         -- Sets of readers that a file and its members went through.
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- Number.
    readers TEXT NOT NULL UNIQUE          -- `docx/2 zip/1`: format and version of its reader, sorted.
) STRICT;

CREATE TABLE run (                -- Scans.
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- Number.
    started INTEGER NOT NULL,     -- When it began.
    ended INTEGER,                -- When it ended; null while it runs, or when it died and was not resumed.
    ending TEXT CHECK (ending IN ('complete', 'interrupted', 'failed')), -- How it ended; null as above.
    version TEXT NOT NULL,        -- Version of the program.
    rules INTEGER NOT NULL REFERENCES rule_set, -- Rules and options it used.
    options TEXT NOT NULL,        -- Its options as JSON, for the record.
    host TEXT NOT NULL,           -- Machine it ran on.
    user TEXT NOT NULL,           -- Account it ran under.
    pid INTEGER NOT NULL,         -- Process.
    resumed INTEGER NOT NULL DEFAULT 0, -- How often it went on after its process had died.
    walked INTEGER,               -- Entries the walker met; the sum of `run_outcome.entries`.
    bytes INTEGER,                -- Bytes of the files read.
    text INTEGER,                 -- Bytes of text scanned.
    seconds REAL,                 -- Wall clock.
    reason TEXT                   -- Why it ended as it did: `until 06:00`, what failed, or what was not mounted; null when all was well.
) STRICT;

CREATE TABLE run_outcome (        -- How the entries of a run ended; they add up to what was walked.
    run INTEGER NOT NULL REFERENCES run, -- Which run.
    outcome TEXT NOT NULL,        -- Kind of outcome: `read`, `encrypted`, `unchanged`, …
    entries INTEGER NOT NULL,     -- Files and other entries of the walk.
    members INTEGER NOT NULL,     -- Documents inside files that were read in this run.
    PRIMARY KEY (run, outcome)
) STRICT, WITHOUT ROWID;

CREATE TABLE root (               -- Where scans start.
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- Number.
    path ANY NOT NULL UNIQUE,     -- Absolute path.
    added_run INTEGER REFERENCES run,  -- Run that first met it.
    walked_run INTEGER REFERENCES run, -- Last run that walked all of it.
    walked_at INTEGER,            -- When that was.
    name TEXT,                    -- What people call it, from `domesday.toml`; null when it has no name.
    documents INTEGER NOT NULL DEFAULT 0, -- Entries that were there when the last scan ended.
    gone INTEGER NOT NULL DEFAULT 0       -- Entries that were gone then.
) STRICT;

CREATE TABLE folder (             -- Folders that hold documents.
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- Number.
    root INTEGER NOT NULL REFERENCES root, -- Under which root.
    path ANY NOT NULL,            -- Path in the root, empty for the root itself.
    UNIQUE (root, path)
) STRICT;

CREATE TABLE principal (          -- Accounts, groups and access-control lists, each once.
    id INTEGER PRIMARY KEY,       -- Number.
    name TEXT NOT NULL UNIQUE     -- Name, number or list as text.
) STRICT;

CREATE TABLE document (           -- Places: what the walker met, one row a path. Vanished ones stay.
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- Number.
    folder INTEGER NOT NULL REFERENCES folder, -- Folder it lies in.
    name ANY NOT NULL,            -- Its name there.
    size INTEGER,                 -- Bytes; null (and so the next five) when the system refused to say.
    mtime INTEGER,                -- Content last changed.
    ctime INTEGER,                -- Content or metadata last changed.
    inode INTEGER,                -- Inode or file index.
    device INTEGER,               -- Device or volume.
    links INTEGER,                -- Hard links.
    accessed INTEGER,             -- Last read, where the system keeps it.
    owner INTEGER REFERENCES principal, -- Owner.
    grp INTEGER REFERENCES principal,   -- Group.
    acl INTEGER REFERENCES principal,   -- Access-control list.
    mode INTEGER,                 -- Permission bits.
    exposure INTEGER NOT NULL,    -- Who can read it: 0 unknown, 1 owner, 2 a group, 3 everyone.
    outcome TEXT NOT NULL,        -- How reading it ended, last time.
    reason TEXT NOT NULL,         -- Why, in words.
    content INTEGER REFERENCES content, -- What its bytes were; kept from before when it could not be opened this time.
    rules INTEGER NOT NULL REFERENCES rule_set, -- Rules and options when it was last looked at.
    first_run INTEGER NOT NULL REFERENCES run,  -- Run that first met it.
    met_run INTEGER NOT NULL REFERENCES run,    -- Last run that recorded it; runs that found it unchanged do not.
    gone_run INTEGER REFERENCES run, -- Run that no longer found it; null while it is there.
    gone_at INTEGER,              -- When that was.
    UNIQUE (folder, name)
) STRICT;
CREATE INDEX document_content ON document (content);
CREATE INDEX document_gone ON document (gone_run) WHERE gone_run IS NOT NULL;
CREATE INDEX document_unread ON document (outcome) WHERE outcome <> 'read' AND gone_run IS NULL;

CREATE TABLE content (            -- What was read, once, however many places hold it.
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- Number.
    digest BLOB UNIQUE,           -- BLAKE3 of the bytes; null while its reading is not finished.
    size INTEGER NOT NULL,        -- Bytes.
    rules INTEGER REFERENCES rule_set,     -- Rules and options it was read with.
    readers INTEGER REFERENCES reader_set, -- Readers it went through.
    read_run INTEGER NOT NULL REFERENCES run, -- Run that read it.
    live INTEGER NOT NULL DEFAULT 0, -- Documents that hold it and are not gone.
    high INTEGER NOT NULL DEFAULT 0,   -- Sum of `finding.high` over its parts.
    medium INTEGER NOT NULL DEFAULT 0, -- The same of `medium`.
    low INTEGER NOT NULL DEFAULT 0,    -- The same of `low`.
    categories INTEGER NOT NULL DEFAULT 0, -- Categories of its high and medium findings: the sum of 1 << `category.bit`.
    people INTEGER NOT NULL DEFAULT 0, -- The most of `part.people`.
    members INTEGER NOT NULL DEFAULT 0, -- Documents inside it.
    unread INTEGER NOT NULL DEFAULT 0  -- Of these, those that could not be read, or only in part.
) STRICT;
CREATE INDEX content_dead ON content (id) WHERE live <= 0;
CREATE INDEX content_unread ON content (live, unread) WHERE unread > 0;

CREATE TABLE category (           -- Categories of personal data that were found, with their place in `content.categories`.
    bit INTEGER PRIMARY KEY,      -- From 0; never given twice.
    name TEXT NOT NULL UNIQUE     -- Stable id, as in `rule.category`.
) STRICT;

CREATE TABLE part (               -- Documents inside a content: the file itself and its members. Also: a place's own name.
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- Number.
    content INTEGER REFERENCES content,   -- Content it is part of; null for a name.
    document INTEGER REFERENCES document, -- For a name: the place that has it.
    ordinal INTEGER NOT NULL,     -- Order of opening in the file, 0 for the file itself.
    chain TEXT,                   -- Steps from the file inwards, JSON; null for the file itself.
    format TEXT NOT NULL,         -- Format it was read as; empty when none.
    extractor INTEGER NOT NULL,   -- Version of that reader.
    outcome TEXT NOT NULL,        -- How reading it ended.
    reason TEXT NOT NULL,         -- Why, in words.
    size INTEGER,                 -- Bytes, where known.
    people INTEGER NOT NULL,      -- Different people it is about, estimated.
    places TEXT,                  -- Names of sheets, headers and fields that packed places speak of, JSON; null when none.
    CHECK ((content IS NULL) <> (document IS NULL))
) STRICT;
CREATE INDEX part_content ON part (content, ordinal) WHERE content IS NOT NULL;
CREATE INDEX part_document ON part (document) WHERE document IS NOT NULL;

CREATE TABLE rule (               -- Rules that found something, as they were when they did.
    id INTEGER PRIMARY KEY,       -- Number.
    name TEXT NOT NULL UNIQUE,    -- The rule's stable id.
    category TEXT NOT NULL,       -- Category of personal data.
    kind TEXT NOT NULL            -- Kind of value: rules of one kind share hashes.
) STRICT;

CREATE TABLE finding (            -- What one rule found in one part: true counts.
    part INTEGER NOT NULL REFERENCES part, -- Part.
    rule INTEGER NOT NULL REFERENCES rule, -- Rule.
    high INTEGER NOT NULL,        -- Findings of a living person's data that are as sure as a scanner gets.
    medium INTEGER NOT NULL,      -- The same, probable.
    low INTEGER NOT NULL,         -- The same, hints; not part of any total unless it says so.
    other INTEGER NOT NULL,       -- Findings that are examples, of organisations, or in public registers.
    different INTEGER NOT NULL,   -- Different values among high and medium.
    PRIMARY KEY (part, rule)
) STRICT, WITHOUT ROWID;

CREATE TABLE shown (              -- Findings kept to be shown: at most a hundred a rule and part, surest first.
    part INTEGER PRIMARY KEY REFERENCES part, -- Part.
    packed BLOB NOT NULL          -- Rule, place, confidence, evidence and masked preview of each, in domesday's packed form.
) STRICT;

CREATE TABLE value (              -- The blind index: every different value of every part.
    part INTEGER NOT NULL REFERENCES part, -- Part.
    rule INTEGER NOT NULL REFERENCES rule, -- Rule.
    hash INTEGER NOT NULL,        -- Keyed hash of the kind and the normalised value.
    count INTEGER NOT NULL,       -- How often it is there.
    confidence INTEGER NOT NULL,  -- The surest it was, 0 to 100.
    status INTEGER NOT NULL,      -- 0 a living person's, 1 an example, 2 an organisation's, 3 in a public register.
    places BLOB NOT NULL,         -- Where, in domesday's packed form.
    PRIMARY KEY (part, rule, hash)
) STRICT, WITHOUT ROWID;
-- The index value_hash ON value (hash) is built when a scan has written much, so that writing stays fast.

CREATE TABLE name (               -- Different names of people, as tokens; found through value.hash = name.hash.
    hash INTEGER PRIMARY KEY,     -- Keyed hash of the whole name.
    tokens BLOB NOT NULL          -- Keyed hashes of its tokens in their order, eight bytes each, little-endian.
) STRICT;

CREATE TABLE name_token (         -- Names by token.
    token INTEGER NOT NULL,       -- Keyed hash of a folded token.
    name INTEGER NOT NULL,        -- A name that has it.
    PRIMARY KEY (token, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE token_key (          -- Other ways to a name token (initial, sound, slips of typing) or to a value.
    hash INTEGER NOT NULL,        -- Keyed hash of the initial, the sound, the token less a letter, the account …
    how INTEGER NOT NULL,         -- 1 initial, 3 phonetic, 4 one letter left out, 5 account of a pair, 6 mailbox without tag, 7 pair of an IBAN, 8 house and street, 9 house, 10 letters of a mailbox or user name.
    token INTEGER NOT NULL,       -- The token, or the value.
    PRIMARY KEY (hash, how, token)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollup (             -- The figures of reports, worked out when a run ended; empty while one writes.
    run INTEGER PRIMARY KEY REFERENCES run, -- Run whose end they tell.
    figures TEXT NOT NULL         -- Counts by outcome, category, rule and folder, JSON.
) STRICT;

CREATE TABLE suspect (            -- Documents that were being read when the scanner died.
    root INTEGER NOT NULL REFERENCES root, -- Root.
    path BLOB NOT NULL,           -- Path in it.
    deaths INTEGER NOT NULL,      -- How often.
    PRIMARY KEY (root, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE change (             -- What happened to documents after they were first met.
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- Number.
    run INTEGER NOT NULL REFERENCES run,  -- Run that noticed.
    document INTEGER NOT NULL REFERENCES document, -- Document.
    what TEXT NOT NULL,           -- `changed`, `gone`, `returned`, `moved`, `exposed`, `closed`, `readable`, `unreadable`.
    before ANY,                   -- What it was: an exposure, an outcome, the number of the document it moved from.
    after ANY                     -- What it became.
) STRICT;
CREATE INDEX change_run ON change (run);

CREATE TABLE lookup (             -- Who looked for somebody, when, with what kinds of identifier. Never the values.
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- Number.
    at INTEGER NOT NULL,          -- When.
    user TEXT NOT NULL,           -- Account.
    host TEXT NOT NULL,           -- Machine.
    kinds TEXT NOT NULL,          -- Kinds of identifier asked for, JSON list.
    purpose TEXT NOT NULL,        -- What the user said it was for; empty when nothing.
    hits INTEGER NOT NULL         -- Documents found.
) STRICT;

CREATE TABLE audit (              -- Who did what else with the inventory, when: reports made, persons forgotten, keys changed.
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- Number.
    at INTEGER NOT NULL,          -- When.
    user TEXT NOT NULL,           -- Account.
    host TEXT NOT NULL,           -- Machine.
    action TEXT NOT NULL,         -- `report`, `explain`, `forget`, `key`, …
    detail TEXT NOT NULL,         -- What of it, JSON: which report, how much. Never a value.
    purpose TEXT NOT NULL         -- What the user said it was for; empty when nothing.
) STRICT;

CREATE TABLE own_list (           -- Lists of the organisation's own people, loaded to tell their data from others'.
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- Number.
    name TEXT NOT NULL UNIQUE,    -- What it is called.
    at INTEGER NOT NULL,          -- When it was loaded.
    user TEXT NOT NULL,           -- Account that did.
    people INTEGER NOT NULL       -- Rows it had.
) STRICT;

CREATE TABLE own (                -- Their values, as keyed hashes of the same form as value.hash. Never in the clear.
    hash INTEGER NOT NULL,        -- Keyed hash of the kind and the normalised value.
    list INTEGER NOT NULL REFERENCES own_list, -- List it is in.
    PRIMARY KEY (hash, list)
) STRICT, WITHOUT ROWID;

CREATE TABLE review (             -- What people said of findings: a mistake of the rules, or known and accepted.
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- Number.
    at INTEGER NOT NULL,          -- When.
    user TEXT NOT NULL,           -- Account.
    host TEXT NOT NULL,           -- Machine.
    verdict TEXT NOT NULL CHECK (verdict IN ('false-positive', 'accepted')), -- What was said.
    rule TEXT,                    -- Rule it speaks of; null for all.
    hash INTEGER,                 -- Value it speaks of; null for all.
    path TEXT,                    -- Where: a path, or a pattern with `*`; null for everywhere.
    why TEXT NOT NULL,            -- The reason given.
    undone INTEGER                -- When it was taken back; null while it holds.
) STRICT;

-- For people with a SQL tool: each document with its whole path.
CREATE VIEW place AS
SELECT d.id AS document, r.path AS root,
       CASE WHEN f.path = '' THEN d.name ELSE f.path || '/' || d.name END AS path,
       d.size, d.mtime, d.exposure, d.outcome, d.reason, d.content, d.gone_at
FROM document d JOIN folder f ON f.id = d.folder JOIN root r ON r.id = f.root;
