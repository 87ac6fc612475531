-- +goose Up
-- What one school hands to another when a pupil changes school. Its words lie in
-- cases_text under a key of its own, so that who receives it reads that and
-- nothing else. to_school is '' when it went to another municipality; from_track
-- is '' when it came from one.
CREATE TABLE cases_transfer (
	owner       TEXT   NOT NULL,
	id          TEXT   NOT NULL,
	slug        TEXT   NOT NULL,
	from_track  TEXT   NOT NULL,
	from_school TEXT   NOT NULL,
	to_school   TEXT   NOT NULL,
	pupil       TEXT   NOT NULL,
	record      TEXT   NOT NULL, -- where its words lie
	state       TEXT   NOT NULL, -- offered, received
	made_at     BIGINT NOT NULL,
	received_at BIGINT NOT NULL, -- 0 while nobody has
	to_track    TEXT   NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE UNIQUE INDEX cases_transfer_slug ON cases_transfer (owner, slug);
CREATE INDEX cases_transfer_to ON cases_transfer (owner, to_school, state, made_at);
CREATE INDEX cases_transfer_from ON cases_transfer (owner, from_track, made_at);
