-- +goose Up
-- What an employee keeps of a report to barnevern or the police, made as a
-- personal duty (opplæringslova § 24-3, straffeloven § 196). Nothing stands
-- open: who wrote, when, of whom and to whom lie in the sealed line, and reader
-- is a keyed hash, so that a copy of these tables names nobody. It belongs to no
-- track and no school.
CREATE TABLE danger_line (
	owner  TEXT   NOT NULL,
	paper  TEXT   NOT NULL,
	n      BIGINT NOT NULL, -- its place in the paper
	id     TEXT   NOT NULL,
	entry  TEXT   NOT NULL,
	sealed BYTEA  NOT NULL,
	PRIMARY KEY (owner, paper, n)
);
CREATE UNIQUE INDEX danger_line_id ON danger_line (owner, id);

CREATE TABLE danger_reader (
	owner  TEXT  NOT NULL,
	reader BYTEA NOT NULL,
	paper  TEXT  NOT NULL,
	PRIMARY KEY (owner, reader, paper)
);
