-- Version 2 in PostgreSQL: version 4 in SQLite. The content is compressed already.
CREATE TABLE block (
    revision      bigint  NOT NULL,
    first         bigint  NOT NULL,
    rows          bigint  NOT NULL,
    content       bytea   NOT NULL,
    PRIMARY KEY (revision, first)
);
ALTER TABLE block ALTER COLUMN content SET STORAGE EXTERNAL;
