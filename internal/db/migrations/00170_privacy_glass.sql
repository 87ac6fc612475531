-- +goose Up
-- Emergency access (nødtilgang): who opened which track in an emergency, and
-- whether somebody else has looked at it since. track is '' for an attempt that
-- led nowhere. The reason stands sealed in the track.
CREATE TABLE privacy_glass (
	owner       TEXT   NOT NULL,
	id          TEXT   NOT NULL, -- the record of the track that says so
	track       TEXT   NOT NULL,
	school      TEXT   NOT NULL,
	person      TEXT   NOT NULL,
	role        TEXT   NOT NULL,
	opened_at   BIGINT NOT NULL,
	until_at    BIGINT NOT NULL,
	review_by   TEXT   NOT NULL, -- a date: the product's own rule, one arbeidsdag
	reviewed_at BIGINT,
	reviewed_by TEXT   NOT NULL,
	verdict     TEXT   NOT NULL, -- right, wrong
	PRIMARY KEY (owner, id)
);
CREATE INDEX privacy_glass_school ON privacy_glass (owner, school, opened_at);
CREATE INDEX privacy_glass_person ON privacy_glass (owner, person, opened_at);
