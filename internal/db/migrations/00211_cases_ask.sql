-- +goose Up
-- What a colleague is asked about a track: for a short observation, or for
-- advice. The question stands sealed in the track, under the record of the same
-- id; who is asked sees that question, and nothing else of the case.
CREATE TABLE cases_ask (
	owner    TEXT   NOT NULL,
	id       TEXT   NOT NULL,
	track    TEXT   NOT NULL,
	kind     TEXT   NOT NULL, -- observation, advice, advice-named
	person   TEXT   NOT NULL,
	due_on   TEXT   NOT NULL,
	state    TEXT   NOT NULL, -- open, answered, declined, withdrawn
	asked_at BIGINT NOT NULL,
	ended_at BIGINT NOT NULL, -- 0 while it is open
	answer   TEXT   NOT NULL, -- the record that answers it, '' until then
	PRIMARY KEY (owner, id)
);
CREATE INDEX cases_ask_person ON cases_ask (owner, person, state);
CREATE INDEX cases_ask_track ON cases_ask (owner, track);
