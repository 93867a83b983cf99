-- What all connections share: one schema in the database, `saponify`. Each connection has its store in a schema
-- of its own, `saponify_` and its id.
--
-- Leases follow the clock of this server, so that the clocks of the workers decide nothing.

CREATE SCHEMA saponify;

-- The version of these tables, and the name of this home, which no other home has.
CREATE TABLE saponify.home (
    version       bigint  NOT NULL,
    id            text    NOT NULL
);
INSERT INTO saponify.home VALUES (1, CAST(gen_random_uuid() AS text));

-- The connections, and who works on them.
-- A connection that is being made has a name with a dot in front, which no finished connection has.
CREATE TABLE saponify.connection (
    id            bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name          text COLLATE "C" NOT NULL,
    version       bigint  NOT NULL DEFAULT 0,       -- of the tables of the store; 0 if there are none yet
    deactivated   boolean NOT NULL DEFAULT false,
    token         bigint  NOT NULL DEFAULT 0,       -- grows with each lease; an earlier one is not valid any more
    holder        text,                             -- who has the lease
    since         timestamptz,                      -- since when
    until         timestamptz,                      -- until when, unless it is renewed
    asked         timestamptz                       -- somebody asks workers to leave it alone until then
) WITH (fillfactor = 50);                           -- leases are renewed in place
CREATE UNIQUE INDEX connection_by_name ON saponify.connection (lower(name));

-- The workers that share connections: `saponify connector run`.
CREATE TABLE saponify.worker (
    id            text    PRIMARY KEY,
    holder        text    NOT NULL,                 -- its name for people
    names         text,                             -- the connections that it works on, one per line; NULL for all
    refuses       text    NOT NULL DEFAULT '',      -- connections that it cannot work on now, one per line
    since         timestamptz NOT NULL,
    until         timestamptz NOT NULL
);

-- The secrets of connections and sinks, encrypted by age; its text is base64.
CREATE TABLE saponify.secret (
    name          text    PRIMARY KEY,
    age           text    NOT NULL
);

-- Other texts of the home, such as the configuration of sinks.
CREATE TABLE saponify.document (
    name          text    PRIMARY KEY,
    content       text    NOT NULL
);
