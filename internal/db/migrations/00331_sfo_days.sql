-- +goose Up
-- SFO's own days: open though the school is shut (planleggingsdag, holidays), or
-- closed though it is not.
CREATE TABLE sfo_day (
	owner     TEXT   NOT NULL,
	school    TEXT   NOT NULL,
	day       TEXT   NOT NULL,
	opens     BIGINT NOT NULL, -- minutes after midnight in Oslo
	closes    BIGINT NOT NULL, -- the same as opens: closed that day
	by_person TEXT   NOT NULL,
	at        BIGINT NOT NULL,
	PRIMARY KEY (owner, school, day)
);

-- When a start code was made, and when a PIN was chosen, now and the time before:
-- whose it is, is told on the shared machine.
ALTER TABLE sfo_pin ADD COLUMN code_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sfo_pin ADD COLUMN chosen_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sfo_pin ADD COLUMN before_at BIGINT NOT NULL DEFAULT 0;
