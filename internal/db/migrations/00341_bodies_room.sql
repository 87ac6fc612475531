-- +goose Up
-- What is written in the room of a body (råd og utvalg): meetings, agendas, minutes,
-- what is to be done, the year plan. Insert only: a change is a new version of the
-- same thing, and the one before it is ended. What is confidential is marked in a
-- column, so that no statement made for a pupil can read it (opplæringslova § 10-4).
CREATE TABLE bodies_line (
	owner   TEXT   NOT NULL,
	id      TEXT   NOT NULL,
	school  TEXT   NOT NULL, -- whose key seals it, "" for the municipality's own
	body    TEXT   NOT NULL,
	kind    TEXT   NOT NULL, -- rules, plan, meeting, call, guest, item, result, present, action, approved
	thing   TEXT   NOT NULL, -- what it is a version of
	meeting TEXT   NOT NULL, -- the meeting it hangs on, "" for none
	item    TEXT   NOT NULL, -- the item it hangs on, "" for none
	person  TEXT   NOT NULL, -- who is invited, "" for all else
	shut    BIGINT NOT NULL, -- 1 when it is confidential
	place   BIGINT NOT NULL, -- order in the agenda
	at      BIGINT NOT NULL,
	entry   TEXT   NOT NULL,
	sealed  BYTEA  NOT NULL,
	gone_at BIGINT NOT NULL, -- 0 while it stands
	PRIMARY KEY (owner, id)
);
CREATE INDEX bodies_line_body ON bodies_line (owner, body, gone_at, shut);
CREATE INDEX bodies_line_person ON bodies_line (owner, person, gone_at);
CREATE INDEX bodies_line_kind ON bodies_line (owner, kind, gone_at);
CREATE INDEX bodies_body_group ON bodies_body (owner, grp);
