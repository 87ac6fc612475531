-- +goose Up
-- Whom a concern is about, when that is somebody who works there
-- (opplæringslova § 12-5): a person, or words that are sealed with the rest.
CREATE TABLE concerns_accused (
	owner   TEXT   NOT NULL,
	concern TEXT   NOT NULL,
	n       BIGINT NOT NULL,
	person  TEXT   NOT NULL, -- '' for one who is described in words
	PRIMARY KEY (owner, concern, n)
);

-- A track that is closed to all at the school but who is named, or leads it.
CREATE TABLE cases_sealed (
	owner   TEXT   NOT NULL,
	track   TEXT   NOT NULL,
	accused TEXT   NOT NULL, -- employee, leadership
	at      BIGINT NOT NULL,
	PRIMARY KEY (owner, track)
);

-- Who is accused in a track: barred from it, and told of it by a person.
CREATE TABLE cases_accused (
	owner  TEXT NOT NULL,
	track  TEXT NOT NULL,
	person TEXT NOT NULL,
	PRIMARY KEY (owner, track, person)
);

-- What rektor has told the owner: a serious case (§ 12-4), an employee who is
-- accused, or why a report is evidently groundless (§ 12-5). Its words stand
-- sealed in the track, under the record of the same id.
CREATE TABLE cases_notice (
	owner   TEXT   NOT NULL,
	id      TEXT   NOT NULL,
	track   TEXT   NOT NULL,
	kind    TEXT   NOT NULL, -- serious, employee, groundless, no-lead
	at      BIGINT NOT NULL,
	by_person TEXT NOT NULL,
	entry   TEXT   NOT NULL, -- for the receipt
	seen_at BIGINT,
	seen_by TEXT   NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE INDEX cases_notice_track ON cases_notice (owner, track, at);
CREATE INDEX cases_notice_at ON cases_notice (owner, at);
CREATE INDEX cases_child_matter ON cases_child (owner, matter);

-- A sealed track is in no count: a small number could tell of it. The views of
-- the owner's counts are made anew in 00130, for this and for protected pupils.
