-- +goose Up
-- The talk between who told something and who handles it. The words lie in the
-- lines, sealed with the concern's own key; what stands open here says neither
-- who told it nor what. On the anonymous route every time is the hour.
CREATE TABLE dialogue_thread (
	owner     TEXT    NOT NULL,
	concern   TEXT    NOT NULL,
	slug      TEXT    NOT NULL, -- the concern's address, for who is signed in
	school    TEXT    NOT NULL,
	code      BYTEA,            -- keyed hash of the seven words; NULL for who is signed in, and when it is let go of
	sender    TEXT    NOT NULL, -- '' for who has a code
	role      TEXT    NOT NULL, -- in which the sender told it
	named     BOOLEAN NOT NULL, -- who had a code has said who it is
	opened_at BIGINT  NOT NULL,
	last_at   BIGINT  NOT NULL, -- of the last message
	said_n    BIGINT  NOT NULL, -- the sender's last line
	answer_n  BIGINT  NOT NULL, -- the last line to the sender
	read_n    BIGINT  NOT NULL, -- the last line that the school has read; -1 when not what was told either
	read_at   BIGINT,
	PRIMARY KEY (owner, concern)
);
CREATE UNIQUE INDEX dialogue_code ON dialogue_thread (owner, code);
CREATE UNIQUE INDEX dialogue_slug ON dialogue_thread (owner, slug);
CREATE INDEX dialogue_school ON dialogue_thread (owner, school, last_at);

CREATE TABLE dialogue_line (
	owner   TEXT   NOT NULL,
	concern TEXT   NOT NULL,
	n       BIGINT NOT NULL, -- its place in the talk
	id      TEXT   NOT NULL,
	entry   TEXT   NOT NULL,
	sealed  BYTEA  NOT NULL, -- who, to whom, when, and the words
	PRIMARY KEY (owner, concern, n)
);
CREATE UNIQUE INDEX dialogue_line_id ON dialogue_line (owner, id);

-- What the concern became: who handles one of these has the talk as well.
CREATE TABLE dialogue_track (
	owner   TEXT NOT NULL,
	concern TEXT NOT NULL,
	track   TEXT NOT NULL,
	PRIMARY KEY (owner, track, concern)
);
CREATE INDEX dialogue_track_of ON dialogue_track (owner, concern, track);
