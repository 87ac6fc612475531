-- +goose Up
-- Attachments (vedlegg). A file is written in small sealed pieces before the act
-- that attaches it; until then record is '' and it is swept if nobody comes for
-- it. Each piece is sealed twice: with the file's own key, so that one file can be
-- shredded alone, and with the track's, whose shredding takes all.
CREATE TABLE cases_file (
	owner     TEXT   NOT NULL,
	id        TEXT   NOT NULL,
	track     TEXT   NOT NULL,
	record    TEXT   NOT NULL, -- the record that attaches it, '' until then
	kind      TEXT   NOT NULL, -- jpeg, png, pdf …
	size      BIGINT NOT NULL, -- bytes of what is read
	original  BIGINT NOT NULL, -- bytes of a picture as it came, 0 when that is what is read
	by_person TEXT   NOT NULL,
	at        BIGINT NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE INDEX cases_file_track ON cases_file (owner, track);
CREATE INDEX cases_file_loose ON cases_file (owner, at) WHERE record = '';

CREATE TABLE cases_chunk (
	owner  TEXT   NOT NULL,
	file   TEXT   NOT NULL,
	part   TEXT   NOT NULL, -- clean, original
	n      BIGINT NOT NULL,
	hash   BYTEA  NOT NULL, -- the commitment that the entry of the act carries
	sealed BYTEA  NOT NULL,
	PRIMARY KEY (owner, file, part, n)
);
