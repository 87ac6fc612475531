-- +goose Up
-- What has been handed to the archive: one row for each document of a track
-- that was written as a package, and what the archive's receipt said of it.
CREATE TABLE archive_item (
	owner       TEXT   NOT NULL,
	track       TEXT   NOT NULL,
	doc         TEXT   NOT NULL, -- the record it is of, or a word and that record
	n           BIGINT NOT NULL, -- its number in the track's folder
	kind        TEXT   NOT NULL, -- post (a journalpost), state (that the mappe is ended or opened)
	system_id   TEXT   NOT NULL, -- what we call it in the package
	state       TEXT   NOT NULL, -- exported, archived
	hash        BYTEA  NOT NULL, -- SHA-256 of its arkivmelding, which holds those of the files
	exported_at BIGINT NOT NULL,
	archived_at BIGINT,
	archive_id  TEXT   NOT NULL, -- what the archive calls it, '' until its receipt is read
	entry       TEXT   NOT NULL, -- the newest entry of it in the record
	PRIMARY KEY (owner, track, doc)
);
CREATE UNIQUE INDEX archive_item_n ON archive_item (owner, track, n);
CREATE UNIQUE INDEX archive_item_system ON archive_item (owner, system_id);

-- What the archive calls the mappe of a track.
CREATE TABLE archive_folder (
	owner      TEXT NOT NULL,
	track      TEXT NOT NULL,
	archive_id TEXT NOT NULL,
	number     TEXT NOT NULL, -- its number there, '' when it said none
	PRIMARY KEY (owner, track)
);

-- How the owner's archive wants it, and how long what is not kept for ever is
-- kept. A name that is not here has its proposal.
CREATE TABLE archive_setting (
	owner TEXT NOT NULL,
	name  TEXT NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (owner, name)
);
