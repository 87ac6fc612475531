-- +goose Up
-- A search through the texts goes through a school's tracks in the order of
-- their ids, a part at a time.
CREATE INDEX cases_track_find ON cases_track (owner, school, id);
