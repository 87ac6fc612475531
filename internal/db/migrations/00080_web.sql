-- +goose Up
-- A session is one sign-in. The id is a hash of what the browser holds, so a
-- copy of this table opens no door. Rows outlive their end by seven days: an
-- answer sent with an ended session is kept for the person it belonged to.
CREATE TABLE web_session (
	owner  TEXT   NOT NULL,
	id     TEXT   NOT NULL,
	person TEXT   NOT NULL,
	issuer TEXT   NOT NULL,
	sid    TEXT   NOT NULL,
	began  BIGINT NOT NULL,
	seen   BIGINT NOT NULL,
	ends   BIGINT NOT NULL,
	ended  BIGINT NOT NULL,
	data   BYTEA  NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE INDEX web_session_person ON web_session (owner, person);
CREATE INDEX web_session_sid ON web_session (owner, issuer, sid);
CREATE INDEX web_session_ends ON web_session (owner, ends);

-- A draft is a form that was sent when its sender had been signed out.
CREATE TABLE web_draft (
	owner  TEXT   NOT NULL,
	id     TEXT   NOT NULL,
	person TEXT   NOT NULL,
	at     BIGINT NOT NULL,
	ends   BIGINT NOT NULL,
	body   BYTEA  NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE INDEX web_draft_person ON web_draft (owner, person, at);
CREATE INDEX web_draft_ends ON web_draft (owner, ends);

-- A form that was sent twice is done once: its key is written in the same
-- transaction as what it did. The hour is all that is kept of the time.
CREATE TABLE web_once (
	owner   TEXT   NOT NULL,
	id      TEXT   NOT NULL,
	attempt TEXT   NOT NULL,
	answer  TEXT   NOT NULL,
	at      BIGINT NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE INDEX web_once_at ON web_once (owner, at);
