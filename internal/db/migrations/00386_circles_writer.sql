-- +goose Up
-- Who wrote a line of a parent group's: the others in the group are told, and it is that
-- parent's to change, or the one's who began. "" for one from before.
ALTER TABLE circles_line ADD COLUMN person TEXT NOT NULL DEFAULT '';
