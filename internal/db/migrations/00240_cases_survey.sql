-- +goose Up
-- A survey that was decided on at a school before anything is known (forebyggende
-- kartlegging, opplæringsforskrifta § 20-5): who is asked and when. What is asked
-- stands sealed under the school's key, and in no such survey do pupils name each
-- other in what is bad between them. One that does stands in the track it is for.
CREATE TABLE cases_survey (
	owner     TEXT   NOT NULL,
	id        TEXT   NOT NULL,
	school    TEXT   NOT NULL,
	on_date   TEXT   NOT NULL, -- from when it is done
	by_person TEXT   NOT NULL,
	at        BIGINT NOT NULL,
	whom      BYTEA  NOT NULL,
	questions BYTEA  NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE INDEX cases_survey_school ON cases_survey (owner, school, at);
