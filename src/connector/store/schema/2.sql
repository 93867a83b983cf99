-- Version 2 of the connector's store.

-- Fields that the service refused. They are left out of queries, and asked for again after a day or when
-- the connection is tested.
CREATE TABLE refusal (
    about         TEXT    NOT NULL,         -- an sObject
    field         TEXT    NOT NULL,
    refused       INTEGER NOT NULL,         -- when
    PRIMARY KEY (about, field)
) STRICT, WITHOUT ROWID;

-- An hour with few rows is not counted but read again.
CREATE TABLE reconciliation_2 (
    id            INTEGER PRIMARY KEY,
    source        INTEGER NOT NULL REFERENCES source,
    starts        INTEGER NOT NULL,
    ends          INTEGER NOT NULL,
    method        TEXT    NOT NULL CHECK (method IN ('count-hour', 'read-hour', 'count-day')),
    expected      INTEGER NOT NULL,         -- what the service says, or how many rows it sent again
    found         INTEGER NOT NULL,         -- what the store held before
    repaired      INTEGER NOT NULL,         -- rows that reading again added
    at            INTEGER NOT NULL
) STRICT;
INSERT INTO reconciliation_2 SELECT * FROM reconciliation;
DROP TABLE reconciliation;
ALTER TABLE reconciliation_2 RENAME TO reconciliation;
CREATE INDEX reconciliation_by_span ON reconciliation (source, starts);
