-- +goose Up
-- The record: body is one entry as it is hashed, hash is SHA-256 of it, mark is
-- an HMAC of the hash under a key outside the database, ready is when the entry
-- may enter the tree, leaf is its place there. The other columns only find it.
CREATE TABLE journal_entry (
	owner   TEXT NOT NULL,
	stream  TEXT NOT NULL,
	seq     BIGINT NOT NULL,
	id      TEXT NOT NULL,
	person  TEXT NOT NULL,
	view    TEXT,
	written BIGINT NOT NULL,
	ready   BIGINT NOT NULL,
	leaf    BIGINT,
	hash    BYTEA NOT NULL,
	mark    BYTEA NOT NULL,
	body    BYTEA NOT NULL,
	PRIMARY KEY (owner, stream, seq)
);
CREATE UNIQUE INDEX journal_entry_id ON journal_entry (owner, id);
CREATE UNIQUE INDEX journal_entry_leaf ON journal_entry (owner, leaf);
CREATE INDEX journal_entry_pending ON journal_entry (owner, ready, stream, seq) WHERE leaf IS NULL;
CREATE INDEX journal_entry_seen ON journal_entry (owner, stream, person, view, written) WHERE view IS NOT NULL;

-- The newest entry of each stream: its update is where two acts on one stream meet.
CREATE TABLE journal_head (
	owner  TEXT NOT NULL,
	stream TEXT NOT NULL,
	seq    BIGINT NOT NULL,
	ready  BIGINT NOT NULL,
	hash   BYTEA NOT NULL,
	PRIMARY KEY (owner, stream)
);

-- What a list showed, sealed: which tracks stood in it.
CREATE TABLE journal_listed (
	owner  TEXT NOT NULL,
	id     TEXT NOT NULL,
	entry  TEXT NOT NULL,
	school TEXT NOT NULL,
	sealed BYTEA NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE UNIQUE INDEX journal_listed_entry ON journal_listed (owner, entry);

-- The Merkle tree's hashes, numbered as tlog does, and the signed checkpoints.
CREATE TABLE journal_hash (
	owner TEXT NOT NULL,
	idx   BIGINT NOT NULL,
	hash  BYTEA NOT NULL,
	PRIMARY KEY (owner, idx)
);
CREATE TABLE journal_checkpoint (
	owner TEXT NOT NULL,
	size  BIGINT NOT NULL,
	note  BYTEA NOT NULL,
	PRIMARY KEY (owner, size)
);
