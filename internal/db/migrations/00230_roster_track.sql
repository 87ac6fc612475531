-- +goose Up
-- In which track something about a home was decided: its reason, and who wrote
-- it, are for those alone who read that track ('' for what was decided before
-- this was kept, whose reason nobody is shown).
ALTER TABLE roster_decision ADD COLUMN track TEXT NOT NULL DEFAULT '';
ALTER TABLE roster_override ADD COLUMN track TEXT NOT NULL DEFAULT '';
