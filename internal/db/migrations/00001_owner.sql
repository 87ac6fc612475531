-- +goose Up
-- The owner (skoleeier) comes first in every key, so that a table can be
-- placed by owner. db_meta marks a database as made up (demo) or real.
CREATE TABLE db_meta (
	owner TEXT NOT NULL,
	name  TEXT NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (owner, name)
);
