-- +goose Up
-- Somebody is away, from a day to a day: never why. Who stands in for the person
-- in whole is chosen once; case by case it stands in cases_cover.
CREATE TABLE cases_absence (
	owner     TEXT   NOT NULL,
	id        TEXT   NOT NULL,
	school    TEXT   NOT NULL,
	person    TEXT   NOT NULL,
	from_on   TEXT   NOT NULL,
	until_on  TEXT   NOT NULL, -- the last day
	cases     TEXT   NOT NULL, -- who has the person's cases meanwhile, '' for nobody
	measures  TEXT   NOT NULL, -- who carries out what the person had promised
	leads     TEXT   NOT NULL, -- who stands in for rektor, when it is rektor who is away
	by_person TEXT   NOT NULL,
	at        BIGINT NOT NULL,
	ended_at  BIGINT NOT NULL, -- 0 until the person is back before the time
	PRIMARY KEY (owner, id)
);
CREATE INDEX cases_absence_until ON cases_absence (owner, until_on);

-- Who stands in on one track, and from when to when: it returns by itself.
CREATE TABLE cases_cover (
	owner    TEXT   NOT NULL,
	id       TEXT   NOT NULL,
	absence  TEXT   NOT NULL,
	track    TEXT   NOT NULL,
	kind     TEXT   NOT NULL, -- handles, carries
	person   TEXT   NOT NULL, -- who is away
	standin  TEXT   NOT NULL,
	from_at  BIGINT NOT NULL,
	until_at BIGINT NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE INDEX cases_cover_track ON cases_cover (owner, track);
CREATE INDEX cases_cover_until ON cases_cover (owner, until_at);
