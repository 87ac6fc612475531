-- +goose Up
-- When something that was decided about a home is looked at again: secrecy
-- towards a parent stands until a person lifts it, and has a date on which
-- somebody asks whether it must ('' for what has none).
ALTER TABLE roster_decision ADD COLUMN review_on TEXT NOT NULL DEFAULT '';
CREATE INDEX roster_decision_review ON roster_decision (owner, review_on) WHERE review_on <> '';
