-- +goose Up
-- Several cases that were given on at once: one receipt for all of them. The note
-- that went with each stands sealed in its track, under the record.
CREATE TABLE cases_giveover (
	owner     TEXT   NOT NULL,
	id        TEXT   NOT NULL, -- its address
	school    TEXT   NOT NULL,
	person    TEXT   NOT NULL, -- who had them
	by_person TEXT   NOT NULL,
	at        BIGINT NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE INDEX cases_giveover_at ON cases_giveover (owner, school, at);

CREATE TABLE cases_given (
	owner    TEXT NOT NULL,
	giveover TEXT NOT NULL,
	track    TEXT NOT NULL,
	person   TEXT NOT NULL, -- who has it from then on
	record   TEXT NOT NULL,
	PRIMARY KEY (owner, giveover, track)
);
