-- +goose Up
-- A track can be moved to stand in another matter, and taken out again. It keeps
-- the number it has had: that of its origin, '' while it stands where it began.
ALTER TABLE cases_track ADD COLUMN origin TEXT NOT NULL DEFAULT '';
CREATE INDEX cases_track_origin ON cases_track (owner, origin) WHERE origin <> '';

-- Whom a track has stood in a matter with and does so no longer: their names are
-- still kept out of what is given to the family.
CREATE TABLE cases_stood (
	owner TEXT NOT NULL,
	track TEXT NOT NULL,
	other TEXT NOT NULL, -- another track
	PRIMARY KEY (owner, track, other)
);
