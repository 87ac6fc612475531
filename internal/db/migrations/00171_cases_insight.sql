-- +goose Up
-- A request for access (innsyn) to one track, and what a person judged of each
-- passage: what nobody has judged is not shown. The own words are sealed under
-- the track's key; once it is decided, the judgements stand in the decision's
-- own record as well, committed to.
CREATE TABLE cases_insight (
	owner       TEXT   NOT NULL,
	id          TEXT   NOT NULL, -- the record that says it was asked for
	track       TEXT   NOT NULL,
	school      TEXT   NOT NULL,
	asker       TEXT   NOT NULL, -- pupil, parent, other-parent, employee, press
	basis       TEXT   NOT NULL, -- gdpr-15, fvl-18, offl-3, bl-47
	received_on TEXT   NOT NULL,
	due_on      TEXT   NOT NULL, -- '' where the act gives no number
	state       TEXT   NOT NULL, -- open, decided
	decision    TEXT   NOT NULL, -- the record of the decision
	outcome     TEXT   NOT NULL, -- whole, part, none
	PRIMARY KEY (owner, id)
);
CREATE INDEX cases_insight_track ON cases_insight (owner, track);
CREATE INDEX cases_insight_open ON cases_insight (owner, school, state, due_on);

CREATE TABLE cases_passage (
	owner   TEXT    NOT NULL,
	insight TEXT    NOT NULL,
	passage TEXT    NOT NULL, -- record/field/number
	shown   BOOLEAN NOT NULL,
	reason  TEXT    NOT NULL, -- the provision, a key
	sealed  BYTEA   NOT NULL, -- own words
	by_person TEXT  NOT NULL,
	at      BIGINT  NOT NULL,
	PRIMARY KEY (owner, insight, passage)
);
