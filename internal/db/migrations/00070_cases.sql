-- +goose Up
-- A matter (sak) is one situation; a track is one pupil's own part of it, with
-- its own hearing, plan, evaluation and clocks. Access, print and closing
-- follow the track. All words are sealed under the track's key.
CREATE TABLE cases_case (
	owner     TEXT   NOT NULL,
	id        TEXT   NOT NULL,
	number    TEXT   NOT NULL, -- random, never serial: a gap would tell of a sealed case
	school    TEXT   NOT NULL,
	opened_at BIGINT NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE UNIQUE INDEX cases_case_number ON cases_case (owner, number);

CREATE TABLE cases_track (
	owner      TEXT    NOT NULL,
	id         TEXT    NOT NULL,
	slug       TEXT    NOT NULL, -- its address
	matter     TEXT    NOT NULL,
	school     TEXT    NOT NULL,
	pupil      TEXT    NOT NULL, -- '' while nobody knows who it is
	arena      TEXT    NOT NULL,
	sfo        BOOLEAN NOT NULL, -- it happened at SFO: counted on a line of its own
	state      TEXT    NOT NULL, -- open, closed, stepped-down
	handler    TEXT    NOT NULL,
	opened_at  BIGINT  NOT NULL,
	written_at BIGINT  NOT NULL, -- when something was last written in it
	due_on     TEXT    NOT NULL, -- the first open date, or '9999-12-31'
	check_on   TEXT    NOT NULL, -- after-check or re-check, '' when none
	ended_at   BIGINT,
	PRIMARY KEY (owner, id)
);
CREATE UNIQUE INDEX cases_track_slug ON cases_track (owner, slug);
CREATE INDEX cases_track_matter ON cases_track (owner, matter);
CREATE INDEX cases_track_pupil ON cases_track (owner, pupil);
CREATE INDEX cases_track_school ON cases_track (owner, school, state, due_on, id);

-- Children of a matter and what they are in it: exposed, affected, alleged,
-- witness. The word about each child stands in one track only.
CREATE TABLE cases_child (
	owner  TEXT   NOT NULL,
	track  TEXT   NOT NULL,
	code   TEXT   NOT NULL, -- random; what the duties call the child
	matter TEXT   NOT NULL,
	person TEXT   NOT NULL, -- '' for one who is described in words
	role   TEXT   NOT NULL,
	record TEXT   NOT NULL,
	PRIMARY KEY (owner, track, code)
);

-- One thing said or done in a track: insert only. Two instants, never mixed:
-- when it happened and when it was written.
CREATE TABLE cases_record (
	owner      TEXT   NOT NULL,
	id         TEXT   NOT NULL,
	track      TEXT   NOT NULL,
	kind       TEXT   NOT NULL,
	at         BIGINT NOT NULL,
	precision  TEXT   NOT NULL,
	written_at BIGINT NOT NULL,
	by_person  TEXT   NOT NULL,
	by_role    TEXT   NOT NULL,
	ref        TEXT   NOT NULL, -- a child's code, a measure, a concern, a plan version
	on_date    TEXT   NOT NULL,
	answer     TEXT   NOT NULL, -- a key: safe, declined, parent, done …
	entry      TEXT   NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE INDEX cases_record_track ON cases_record (owner, track, at, id);

CREATE TABLE cases_text (
	owner  TEXT  NOT NULL,
	track  TEXT  NOT NULL,
	record TEXT  NOT NULL, -- a record, a measure or a plan version
	field  TEXT  NOT NULL,
	sealed BYTEA NOT NULL,
	PRIMARY KEY (owner, track, record, field)
);

CREATE TABLE cases_plan (
	owner       TEXT   NOT NULL,
	track       TEXT   NOT NULL,
	version     BIGINT NOT NULL,
	state       TEXT   NOT NULL, -- draft, approved
	rev         BIGINT NOT NULL, -- of the draft: two who write at once are told
	saved_at    BIGINT NOT NULL,
	saved_by    TEXT   NOT NULL,
	approved_at BIGINT,
	approved_by TEXT   NOT NULL,
	sealed      BYTEA  NOT NULL, -- the whole plan, as it was saved
	PRIMARY KEY (owner, track, version)
);

CREATE TABLE cases_measure (
	owner       TEXT    NOT NULL,
	id          TEXT    NOT NULL,
	track       TEXT    NOT NULL,
	version     BIGINT  NOT NULL, -- 0 for an urgent measure before any plan
	school      TEXT    NOT NULL,
	doer        TEXT    NOT NULL,
	start_on    TEXT    NOT NULL,
	until_on    TEXT    NOT NULL, -- '' when it goes on
	weekdays    TEXT    NOT NULL, -- '135' for Monday, Wednesday, Friday; '' for every school day
	evaluate_on TEXT    NOT NULL,
	state       TEXT    NOT NULL, -- running, ended
	PRIMARY KEY (owner, id)
);
CREATE INDEX cases_measure_doer ON cases_measure (owner, doer, state);
CREATE INDEX cases_measure_track ON cases_measure (owner, track, state, doer);
