-- +goose Up
-- The days without school as duties are counted by them: all of a school's in one
-- row, since each act of a case asks for them all. Made anew from duty_closed with
-- each change of it.
CREATE TABLE duty_shut (
	owner  TEXT NOT NULL,
	school TEXT NOT NULL, -- '' for every school of the owner
	days   TEXT NOT NULL, -- with a space between, the first first
	PRIMARY KEY (owner, school)
);
INSERT INTO duty_shut (owner, school, days)
	SELECT owner, school, string_agg(day, ' ' ORDER BY day) FROM duty_closed GROUP BY owner, school;
