-- Version 1 of the connector's store.
--
-- There is one database per connection. Columns that hold a time are milliseconds since
-- 1970-01-01T00:00:00Z. They follow the clock of Salesforce, except those named `local_…`, which
-- follow the clock of this machine and decide nothing.

-- What is collected, and how far.
CREATE TABLE source (
    id            INTEGER PRIMARY KEY,
    name          TEXT    NOT NULL UNIQUE,  -- logins, audit, files, changes
    begins        INTEGER NOT NULL,         -- the first instant that is wanted
    watermark     INTEGER,                  -- [begins, watermark) has been collected once
    hour_checked  INTEGER,                  -- counted again up to here, an hour later
    day_checked   INTEGER,                  -- counted again up to here, a day later; of files: when all
                                            -- that the service keeps was listed last
    nulls_swept   INTEGER                   -- when the rows without a time were last read
) STRICT;

-- The columns that a set of rows has: rows hold their values only, in this order.
CREATE TABLE shape (
    id            INTEGER PRIMARY KEY,
    about         TEXT    NOT NULL,         -- an sObject (LoginHistory) or an event type (Login)
    columns       TEXT    NOT NULL,         -- a JSON array of names
    UNIQUE (about, columns)
) STRICT;

-- Every row of every source, exactly once.
-- A row of a query is known by its source and key: the Id, or for a changed record the Id and the
-- time of the change. A row of an event log file has no Id: it is known by the revision of the file
-- and its number in it. The two unique indexes enforce this.
CREATE TABLE event (
    seq           INTEGER PRIMARY KEY,                -- the order of storing, which sinks follow: no row
                                                      -- is ever deleted, so numbers only grow
    source        INTEGER NOT NULL,                   -- source.id
    time          INTEGER,                            -- NULL where the row has none
    key           TEXT,
    revision      INTEGER,                            -- revision.id
    number        INTEGER,                            -- the number of the row in the file, from 1
    shape         INTEGER NOT NULL,                   -- shape.id
    payload       TEXT    NOT NULL,                   -- a JSON array of strings and nulls
    CHECK ((key IS NULL) = (revision IS NOT NULL)),
    CHECK ((revision IS NULL) = (number IS NULL))
) STRICT;
CREATE UNIQUE INDEX event_by_key  ON event (source, key)      WHERE key      IS NOT NULL;
CREATE UNIQUE INDEX event_by_file ON event (revision, number) WHERE revision IS NOT NULL;
CREATE INDEX        event_by_time ON event (source, time);

-- The spans of time that were asked for. A window never crosses midnight UTC, so that days add up.
CREATE TABLE window (
    id            INTEGER PRIMARY KEY,
    source        INTEGER NOT NULL REFERENCES source,
    purpose       TEXT    NOT NULL CHECK (purpose IN ('collect', 'reread', 'nulls')),
    starts        INTEGER,                  -- [starts, ends); NULL for 'nulls', rows without a time
    ends          INTEGER,
    expected      INTEGER,                  -- rows that the service announced
    received      INTEGER NOT NULL DEFAULT 0,
    stored        INTEGER NOT NULL DEFAULT 0,  -- rows that were new
    after_time    INTEGER,                  -- the last row that is stored
    after_key     TEXT,
    opened        INTEGER NOT NULL,
    closed        INTEGER,                  -- NULL while it is being read
    CHECK ((purpose = 'nulls') = (starts IS NULL)),
    CHECK ((starts IS NULL) = (ends IS NULL)),
    CHECK (starts IS NULL OR starts < ends)
) STRICT;
CREATE INDEX window_by_span ON window (source, starts);
CREATE INDEX window_open ON window (source) WHERE closed IS NULL;

-- Counts that were compared with the service: of an hour one hour later, of a day one day later.
CREATE TABLE reconciliation (
    id            INTEGER PRIMARY KEY,
    source        INTEGER NOT NULL REFERENCES source,
    starts        INTEGER NOT NULL,
    ends          INTEGER NOT NULL,
    method        TEXT    NOT NULL CHECK (method IN ('count-hour', 'count-day')),
    expected      INTEGER NOT NULL,         -- what the service says
    found         INTEGER NOT NULL,         -- what the store held before
    repaired      INTEGER NOT NULL,         -- rows that reading again added
    at            INTEGER NOT NULL
) STRICT;
CREATE INDEX reconciliation_by_span ON reconciliation (source, starts);

-- The ledger of event log files: one row per EventLogFile that was ever listed.
CREATE TABLE file (
    id            INTEGER PRIMARY KEY,
    sf_id         TEXT    NOT NULL UNIQUE,
    event_type    TEXT    NOT NULL,
    interval      TEXT    NOT NULL CHECK (interval IN ('Hourly', 'Daily')),
    sequence      INTEGER NOT NULL,
    log_date      INTEGER NOT NULL,         -- the start of the hour or day that the file covers
    created       INTEGER NOT NULL,
    listed        INTEGER NOT NULL,         -- when a listing first had it
    seen          INTEGER NOT NULL,         -- when a listing last had it
    gone          INTEGER                   -- when a listing no longer had it
) STRICT;
CREATE INDEX file_by_date ON file (log_date, event_type);

-- A file may be made again with the same Id and other content. Each content is a revision.
CREATE TABLE revision (
    id            INTEGER PRIMARY KEY,
    file          INTEGER NOT NULL REFERENCES file,
    number        INTEGER NOT NULL,         -- from 1
    length        INTEGER NOT NULL,         -- LogFileLength
    modified      INTEGER NOT NULL,         -- SystemModstamp
    state         TEXT    NOT NULL CHECK (state IN ('listed', 'stored', 'aside', 'lost')),
    superseded    INTEGER NOT NULL DEFAULT 0,  -- 1 once a newer revision is stored, or
                                            -- the daily file in place of hourly ones
    damaged       INTEGER NOT NULL DEFAULT 0,  -- how often it came and was damaged
    problem       TEXT,                     -- why the last attempt failed
    bytes         INTEGER,                  -- the decoded length
    sha256        TEXT,
    rows          INTEGER,
    changed       INTEGER NOT NULL,         -- when the state last changed
    UNIQUE (file, number),
    UNIQUE (file, length, modified)
) STRICT;
CREATE INDEX revision_pending ON revision (state) WHERE state = 'listed';

-- Daily files whose rows were counted, as a control of the hourly files of the same day. Their rows are not
-- stored, because the hourly files have them.
CREATE TABLE daily (
    sf_id         TEXT    PRIMARY KEY,
    event_type    TEXT    NOT NULL,
    log_date      INTEGER NOT NULL,
    length        INTEGER NOT NULL,         -- LogFileLength and SystemModstamp of the content that was
    modified      INTEGER NOT NULL,         -- counted
    rows          INTEGER NOT NULL,
    hourly        INTEGER NOT NULL,         -- rows of the hourly files, when they were compared last
    compared      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX daily_by_date ON daily (log_date);

-- What was wanted and cannot be had any more, or is missing for now.
CREATE TABLE gap (
    id            INTEGER PRIMARY KEY,
    source        INTEGER NOT NULL REFERENCES source,
    starts        INTEGER NOT NULL,
    ends          INTEGER NOT NULL,
    subject       TEXT    NOT NULL DEFAULT '',  -- the Id of a file, or empty for a span of rows
    reason        TEXT    NOT NULL,
    found         INTEGER NOT NULL,
    closed        INTEGER,                  -- when what was missing arrived after all
    UNIQUE (source, starts, ends, subject, reason)
) STRICT;

-- What the service sends that it did not send before, or no longer sends.
CREATE TABLE drift (
    id            INTEGER PRIMARY KEY,
    about         TEXT    NOT NULL,         -- an sObject or an event type
    kind          TEXT    NOT NULL,         -- column-added, column-missing, field-refused, value, …
    name          TEXT    NOT NULL,
    found         INTEGER NOT NULL,
    UNIQUE (about, kind, name)
) STRICT;

-- How the connection is set up. There are no secrets here: those are in the vault.
CREATE TABLE setting (
    name          TEXT    PRIMARY KEY,
    value         TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- Changes of the connector's own configuration.
CREATE TABLE configuration (
    id            INTEGER PRIMARY KEY,
    setting       TEXT    NOT NULL,
    old           TEXT,
    new           TEXT,
    local_at      INTEGER NOT NULL
) STRICT;

-- How far each sink has acknowledged. A sink that fails keeps its cursor and stops nothing.
CREATE TABLE sink (
    name          TEXT    PRIMARY KEY,
    cursor        INTEGER NOT NULL DEFAULT 0,  -- event.seq of the last acknowledged row
    delivered     INTEGER NOT NULL DEFAULT 0,
    position      TEXT,                     -- whatever the sink needs to go on, in its own form
    problem       TEXT,
    local_moved   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How the last attempt to bring a source up to date went.
CREATE TABLE attempt (
    source        TEXT    PRIMARY KEY,      -- source.name
    local_at      INTEGER NOT NULL,         -- when it ended
    local_worked  INTEGER,                  -- when an attempt last succeeded
    failures      INTEGER NOT NULL,         -- how many failed since then
    problem       TEXT                      -- why the last one failed; NULL if it succeeded
) STRICT, WITHOUT ROWID;
