-- Version 3: the API calls of the org, as it reported them last, and what to do about a
-- failed attempt. Gaps that are open are found without those that were filled.
CREATE TABLE usage (
    id            INTEGER PRIMARY KEY CHECK (id = 1),
    used          INTEGER NOT NULL,
    allowed       INTEGER NOT NULL,
    local_at      INTEGER NOT NULL
) STRICT;

ALTER TABLE attempt ADD COLUMN advice TEXT;  -- what to do about the problem, where the connector knows

CREATE INDEX gap_open ON gap (found) WHERE closed IS NULL;
