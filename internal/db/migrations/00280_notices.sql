-- +goose Up
-- Who shall be told that there is something to read (varsel), and never what. At
-- most one waits for each person: several things give one mail.
CREATE TABLE notices_outbox (
	owner      TEXT    NOT NULL,
	id         TEXT    NOT NULL,
	person     TEXT    NOT NULL,
	state      TEXT    NOT NULL, -- waiting, sent, dropped (must not be told any more), given-up
	at         BIGINT  NOT NULL, -- when it is tried, or when its state was settled
	tries      BIGINT  NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE UNIQUE INDEX notices_outbox_waiting ON notices_outbox (owner, person) WHERE state = 'waiting';
CREATE INDEX notices_outbox_at ON notices_outbox (owner, state, at);

-- What a person has chosen of notices: none, or in which language.
CREATE TABLE notices_choice (
	owner  TEXT    NOT NULL,
	person TEXT    NOT NULL,
	mail   BOOLEAN NOT NULL,
	lang   TEXT    NOT NULL,
	PRIMARY KEY (owner, person)
);

-- The address of a calendar of one's own: it holds the id, and a mark of it that
-- only the owner's keys can make. A new id is a new address.
CREATE TABLE notices_feed (
	owner   TEXT   NOT NULL,
	id      TEXT   NOT NULL,
	person  TEXT   NOT NULL,
	role    TEXT   NOT NULL,
	school  TEXT   NOT NULL,
	made_at BIGINT NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE UNIQUE INDEX notices_feed_whose ON notices_feed (owner, person, role, school);
