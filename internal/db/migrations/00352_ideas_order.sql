-- +goose Up
-- Which text about a suggestion, or of a parent group's, it is, counted from 1: of two
-- that were written in the same moment the later holds.
ALTER TABLE ideas_line ADD COLUMN n BIGINT NOT NULL DEFAULT 0;
ALTER TABLE circles_line ADD COLUMN n BIGINT NOT NULL DEFAULT 0;
