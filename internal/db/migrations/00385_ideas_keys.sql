-- +goose Up
-- Each suggestion has a key of its own, so that it can be let go of alone (kassasjon)
-- when its time is over: whose key opens a text about it. Those from before were sealed
-- with their school's.
ALTER TABLE ideas_line ADD COLUMN secret TEXT NOT NULL DEFAULT '';
UPDATE ideas_line SET secret = school;
