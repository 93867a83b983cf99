-- Version 4: the values of the rows of a log file are in blocks, because they need a fifth of the space if they are
-- compressed together, and because the blocks of a revision are its file, byte for byte.
--
-- `event.payload` is empty for these rows. Rows of log files that an earlier version stored have their values there.
CREATE TABLE block (
    revision      INTEGER NOT NULL,         -- revision.id
    first         INTEGER NOT NULL,         -- the number of its first row; 0 for the header
    rows          INTEGER NOT NULL,
    content       BLOB    NOT NULL,         -- a part of the CSV file, as a frame of LZ4
    PRIMARY KEY (revision, first)
) STRICT;
