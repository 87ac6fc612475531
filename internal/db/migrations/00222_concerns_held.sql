-- +goose Up
-- A concern whose words nobody reads any more: what was told stands in a track
-- too, and is blocked there. It stays so, whatever is decided about it.
CREATE TABLE concerns_held (
	owner   TEXT   NOT NULL,
	concern TEXT   NOT NULL,
	at      BIGINT NOT NULL,
	PRIMARY KEY (owner, concern)
);
