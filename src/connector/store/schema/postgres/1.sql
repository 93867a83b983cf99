-- The store of a connection in PostgreSQL, version 1: the tables of version 3 in SQLite, in a schema of their own.
-- The files of the folder above say what each column means.
--
-- A text of any length can be in `reason`, `name` and `columns`, and an index of PostgreSQL takes only short ones. So
-- these are not part of a unique index. Only the holder of the lease of a connection writes here, one change at a
-- time, and looks before it adds. Names are compared by their bytes, as in SQLite.

CREATE TABLE source (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name          text COLLATE "C" NOT NULL UNIQUE,
    begins        bigint  NOT NULL,
    watermark     bigint,
    hour_checked  bigint,
    day_checked   bigint,
    nulls_swept   bigint
);

CREATE TABLE shape (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    about         text COLLATE "C" NOT NULL,
    columns       text    NOT NULL
);
CREATE INDEX shape_by_about ON shape USING hash (about);

-- Rows that were there already leave holes in `seq`.
CREATE TABLE event (
    seq           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source        bigint  NOT NULL,
    time          bigint,
    key           text COLLATE "C",
    revision      bigint,
    number        bigint,
    shape         bigint  NOT NULL,
    payload       text    NOT NULL,
    CHECK ((key IS NULL) = (revision IS NOT NULL)),
    CHECK ((revision IS NULL) = (number IS NULL))
);
CREATE UNIQUE INDEX event_by_key  ON event (source, key)      WHERE key      IS NOT NULL;
CREATE UNIQUE INDEX event_by_file ON event (revision, number) WHERE revision IS NOT NULL;
CREATE INDEX        event_by_time ON event (source, time, seq);

CREATE TABLE "window" (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source        bigint  NOT NULL REFERENCES source,
    purpose       text    NOT NULL CHECK (purpose IN ('collect', 'reread', 'nulls')),
    starts        bigint,
    ends          bigint,
    expected      bigint,
    received      bigint  NOT NULL DEFAULT 0,
    stored        bigint  NOT NULL DEFAULT 0,
    after_time    bigint,
    after_key     text,
    opened        bigint  NOT NULL,
    closed        bigint,
    CHECK ((purpose = 'nulls') = (starts IS NULL)),
    CHECK ((starts IS NULL) = (ends IS NULL)),
    CHECK (starts IS NULL OR starts < ends)
);
CREATE INDEX window_by_span ON "window" (source, starts);
CREATE INDEX window_open ON "window" (source) WHERE closed IS NULL;

CREATE TABLE reconciliation (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source        bigint  NOT NULL REFERENCES source,
    starts        bigint  NOT NULL,
    ends          bigint  NOT NULL,
    method        text    NOT NULL CHECK (method IN ('count-hour', 'read-hour', 'count-day')),
    expected      bigint  NOT NULL,
    found         bigint  NOT NULL,
    repaired      bigint  NOT NULL,
    at            bigint  NOT NULL
);
CREATE INDEX reconciliation_by_span ON reconciliation (source, starts);

CREATE TABLE file (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sf_id         text    NOT NULL UNIQUE,
    event_type    text COLLATE "C" NOT NULL,
    interval      text    NOT NULL CHECK (interval IN ('Hourly', 'Daily')),
    sequence      bigint  NOT NULL,
    log_date      bigint  NOT NULL,
    created       bigint  NOT NULL,
    listed        bigint  NOT NULL,
    seen          bigint  NOT NULL,
    gone          bigint
);
CREATE INDEX file_by_date ON file (log_date, event_type);

CREATE TABLE revision (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    file          bigint  NOT NULL REFERENCES file,
    number        bigint  NOT NULL,
    length        bigint  NOT NULL,
    modified      bigint  NOT NULL,
    state         text    NOT NULL CHECK (state IN ('listed', 'stored', 'aside', 'lost')),
    superseded    bigint  NOT NULL DEFAULT 0,
    damaged       bigint  NOT NULL DEFAULT 0,
    problem       text,
    bytes         bigint,
    sha256        text,
    rows          bigint,
    changed       bigint  NOT NULL,
    UNIQUE (file, number),
    UNIQUE (file, length, modified)
);
CREATE INDEX revision_pending ON revision (state) WHERE state = 'listed';

CREATE TABLE daily (
    sf_id         text    PRIMARY KEY,
    event_type    text COLLATE "C" NOT NULL,
    log_date      bigint  NOT NULL,
    length        bigint  NOT NULL,
    modified      bigint  NOT NULL,
    rows          bigint  NOT NULL,
    hourly        bigint  NOT NULL,
    compared      bigint  NOT NULL
);
CREATE INDEX daily_by_date ON daily (log_date);

CREATE TABLE gap (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source        bigint  NOT NULL REFERENCES source,
    starts        bigint  NOT NULL,
    ends          bigint  NOT NULL,
    subject       text    NOT NULL DEFAULT '',
    reason        text    NOT NULL,
    found         bigint  NOT NULL,
    closed        bigint
);
CREATE INDEX gap_by_span ON gap (source, starts, ends);
CREATE INDEX gap_open ON gap (found) WHERE closed IS NULL;

CREATE TABLE drift (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    about         text COLLATE "C" NOT NULL,
    kind          text    NOT NULL,
    name          text    NOT NULL,
    found         bigint  NOT NULL
);
CREATE INDEX drift_by_name ON drift USING hash (name);

CREATE TABLE setting (
    name          text COLLATE "C" PRIMARY KEY,
    value         text    NOT NULL
);

CREATE TABLE configuration (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    setting       text    NOT NULL,
    old           text,
    new           text,
    local_at      bigint  NOT NULL
);

CREATE TABLE sink (
    name          text COLLATE "C" PRIMARY KEY,
    cursor        bigint  NOT NULL DEFAULT 0,
    delivered     bigint  NOT NULL DEFAULT 0,
    position      text,
    problem       text,
    local_moved   bigint  NOT NULL
);

CREATE TABLE attempt (
    source        text COLLATE "C" PRIMARY KEY,
    local_at      bigint  NOT NULL,
    local_worked  bigint,
    failures      bigint  NOT NULL,
    problem       text,
    advice        text
);

CREATE TABLE refusal (
    about         text COLLATE "C" NOT NULL,
    field         text COLLATE "C" NOT NULL,
    refused       bigint  NOT NULL,
    PRIMARY KEY (about, field)
);

CREATE TABLE usage (
    id            bigint  PRIMARY KEY CHECK (id = 1),
    used          bigint  NOT NULL,
    allowed       bigint  NOT NULL,
    local_at      bigint  NOT NULL
);
