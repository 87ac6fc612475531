-- +goose Up
-- Who may do what with which thing. Rooms write these rows in the act's own
-- transaction; scope and Decide read nothing else. until_at is the far future
-- for what has no end.
CREATE TABLE access_grant (
	owner    TEXT   NOT NULL,
	id       TEXT   NOT NULL,
	kind     TEXT   NOT NULL, -- concern, track, school
	thing    TEXT   NOT NULL,
	person   TEXT   NOT NULL, -- '' when a role is meant
	role     TEXT   NOT NULL, -- '' when a person is meant
	unit     TEXT   NOT NULL, -- the school the grant holds at
	relation TEXT   NOT NULL, -- reporter, intake, leads, handles, carries
	from_at  BIGINT NOT NULL,
	until_at BIGINT NOT NULL,
	given_by TEXT   NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE INDEX access_grant_thing ON access_grant (owner, kind, thing, unit);
CREATE INDEX access_grant_person ON access_grant (owner, person, kind, unit);

-- A bar beats every grant: an accused employee, kin, a conflict of interest.
CREATE TABLE access_bar (
	owner    TEXT   NOT NULL,
	id       TEXT   NOT NULL,
	kind     TEXT   NOT NULL,
	thing    TEXT   NOT NULL,
	person   TEXT   NOT NULL,
	role     TEXT   NOT NULL,
	unit     TEXT   NOT NULL,
	from_at  BIGINT NOT NULL,
	until_at BIGINT NOT NULL,
	reason   TEXT   NOT NULL, -- a key, never free text
	PRIMARY KEY (owner, id)
);
CREATE INDEX access_bar_thing ON access_bar (owner, kind, thing);
