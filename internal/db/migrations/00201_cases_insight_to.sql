-- +goose Up
-- Which of the parents a copy was decided to be given to ('' for who is none of
-- them): whether that one may be told is asked again when it is given.
ALTER TABLE cases_insight ADD COLUMN guardian TEXT NOT NULL DEFAULT '';
