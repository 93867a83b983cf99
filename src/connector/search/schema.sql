-- The search index of a connection. Everything here is made from the store, so the file can be removed at
-- any time and is made again.

-- How far the index has come, in the order of storing.
CREATE TABLE progress (
    id            INTEGER PRIMARY KEY CHECK (id = 1),
    cursor        INTEGER NOT NULL          -- event.seq of the last row that is in the index
) STRICT;
INSERT INTO progress (id, cursor) VALUES (1, 0);

-- The values that rows are searched by.
CREATE TABLE term (
    id            INTEGER PRIMARY KEY,
    facet         INTEGER NOT NULL,         -- 1 source, 2 user, 3 address, 4 type, 5 status
    value         TEXT    NOT NULL COLLATE NOCASE,
    rows          INTEGER NOT NULL,
    UNIQUE (facet, value)
) STRICT;

-- A row of the store and its terms. Each facet has an index in the order in which results are shown, so a
-- page of results is read without sorting. The place of the row ends each index.
CREATE TABLE entry (
    seq           INTEGER PRIMARY KEY,
    time          INTEGER NOT NULL,         -- milliseconds; the least number where the row has no time
    source        INTEGER NOT NULL,
    user          INTEGER,
    address       INTEGER,
    type          INTEGER,
    status        INTEGER
) STRICT;
CREATE INDEX entry_by_time    ON entry (time);
CREATE INDEX entry_by_source  ON entry (source, time);
CREATE INDEX entry_by_user    ON entry (user, time)    WHERE user    IS NOT NULL;
CREATE INDEX entry_by_address ON entry (address, time) WHERE address IS NOT NULL;
CREATE INDEX entry_by_type    ON entry (type, time)    WHERE type    IS NOT NULL;
CREATE INDEX entry_by_status  ON entry (status, time)  WHERE status  IS NOT NULL;

-- Rows of each source and UTC day.
CREATE TABLE tally (
    source        INTEGER NOT NULL,
    day           INTEGER NOT NULL,         -- days since 1970-01-01; the least number for rows without a time
    rows          INTEGER NOT NULL,
    PRIMARY KEY (source, day)
) STRICT, WITHOUT ROWID;
