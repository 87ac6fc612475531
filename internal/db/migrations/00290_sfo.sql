-- +goose Up
-- A machine that those who work at SFO share. What it holds is kept as a keyed
-- hash: a copy of this table opens no door.
CREATE TABLE sfo_device (
	owner     TEXT   NOT NULL,
	id        TEXT   NOT NULL,
	school    TEXT   NOT NULL,
	name      TEXT   NOT NULL, -- what it is called there: «Nettbrettet på Base 1»
	hash      BYTEA  NOT NULL,
	by_person TEXT   NOT NULL,
	at        BIGINT NOT NULL,
	ended_at  BIGINT NOT NULL, -- 0 until it is taken back
	PRIMARY KEY (owner, id)
);
CREATE UNIQUE INDEX sfo_device_hash ON sfo_device (owner, hash);
CREATE INDEX sfo_device_school ON sfo_device (owner, school, at);

-- When SFO is open, in minutes after midnight in Oslo. No row is a closed day.
CREATE TABLE sfo_hours (
	owner   TEXT   NOT NULL,
	school  TEXT   NOT NULL,
	weekday BIGINT NOT NULL, -- 1 is Monday
	opens   BIGINT NOT NULL,
	closes  BIGINT NOT NULL,
	PRIMARY KEY (owner, school, weekday)
);

-- The six digits somebody has chosen, and the code they were chosen with, as
-- keyed hashes. stamp is new with each PIN: a sign-in made with an older one is over.
CREATE TABLE sfo_pin (
	owner      TEXT   NOT NULL,
	school     TEXT   NOT NULL,
	person     TEXT   NOT NULL,
	code       BYTEA  NOT NULL, -- empty when none waits
	code_until BIGINT NOT NULL,
	pin        BYTEA  NOT NULL, -- empty until it is chosen
	stamp      TEXT   NOT NULL,
	tries      BIGINT NOT NULL, -- wrong ones since the last right one
	locked_at  BIGINT NOT NULL, -- 0 while it is open
	PRIMARY KEY (owner, school, person)
);
