-- +goose Up
-- Who belongs to the municipality's schools. The source systems' own ids may be
-- person numbers, so only their keyed hash is here (source), and a keyed hash of
-- each row's content, so that an import compares without opening anything.
-- from_date is the first day something holds, until_date the first day that it
-- does not ('' while no end is known). Nobody is deleted: who leaves is ended.
-- version is moved by every change that an import has to see.
CREATE TABLE roster_state (
	owner   TEXT NOT NULL,
	version BIGINT NOT NULL,
	PRIMARY KEY (owner)
);

CREATE TABLE roster_school (
	owner      TEXT NOT NULL,
	id         TEXT NOT NULL,
	source     BYTEA NOT NULL,
	kind       TEXT NOT NULL,
	name       TEXT NOT NULL,
	org_number TEXT NOT NULL,
	has_sfo    BOOLEAN NOT NULL,
	content    BYTEA NOT NULL,
	from_date  TEXT NOT NULL,
	until_date TEXT NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE UNIQUE INDEX roster_school_source ON roster_school (owner, source);

CREATE TABLE roster_group (
	owner      TEXT NOT NULL,
	id         TEXT NOT NULL,
	source     BYTEA NOT NULL,
	school     TEXT NOT NULL,
	kind       TEXT NOT NULL,
	name       TEXT NOT NULL,
	content    BYTEA NOT NULL,
	from_date  TEXT NOT NULL,
	until_date TEXT NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE UNIQUE INDEX roster_group_source ON roster_group (owner, source);
CREATE INDEX roster_group_school ON roster_group (owner, school);

-- home is the school whose key seals the name, e-mail and person number ('' for
-- the owner's own). A person put in by hand has no source.
CREATE TABLE roster_person (
	owner      TEXT NOT NULL,
	id         TEXT NOT NULL,
	source     BYTEA,
	home       TEXT NOT NULL,
	name       BYTEA NOT NULL,
	email      BYTEA,
	pid        BYTEA,
	pid_hash   BYTEA,
	feide_hash BYTEA,
	protection TEXT NOT NULL,
	content    BYTEA NOT NULL,
	from_date  TEXT NOT NULL,
	until_date TEXT NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE UNIQUE INDEX roster_person_source ON roster_person (owner, source);
CREATE UNIQUE INDEX roster_person_pid ON roster_person (owner, pid_hash) WHERE pid_hash IS NOT NULL;
CREATE UNIQUE INDEX roster_person_feide ON roster_person (owner, feide_hash) WHERE feide_hash IS NOT NULL;

-- Other source ids of the same person, group or school: an id that was changed,
-- a duplicate, or the same person in another system.
CREATE TABLE roster_alias (
	owner  TEXT NOT NULL,
	source BYTEA NOT NULL,
	thing  TEXT NOT NULL,
	PRIMARY KEY (owner, source)
);

-- grp is '' for a place at the school as a whole, school '' for one at the owner.
CREATE TABLE roster_member (
	owner      TEXT NOT NULL,
	school     TEXT NOT NULL,
	role       TEXT NOT NULL,
	grp        TEXT NOT NULL,
	person     TEXT NOT NULL,
	from_date  TEXT NOT NULL,
	until_date TEXT NOT NULL,
	detail     TEXT NOT NULL,
	manual     BOOLEAN NOT NULL,
	PRIMARY KEY (owner, school, role, grp, person, from_date)
);
CREATE INDEX roster_member_person ON roster_member (owner, person, school, role);

CREATE TABLE roster_guardian (
	owner          TEXT NOT NULL,
	pupil          TEXT NOT NULL,
	guardian       TEXT NOT NULL,
	from_date      TEXT NOT NULL,
	until_date     TEXT NOT NULL,
	kind           TEXT NOT NULL,
	responsibility TEXT NOT NULL,
	PRIMARY KEY (owner, pupil, guardian, from_date)
);
CREATE INDEX roster_guardian_guardian ON roster_guardian (owner, guardian);

-- What a person has decided about a link (a judgment, a ban on contact): it goes
-- before what any import says. The newest that holds on a day is the one.
CREATE TABLE roster_override (
	owner          TEXT NOT NULL,
	id             TEXT NOT NULL,
	pupil          TEXT NOT NULL,
	guardian       TEXT NOT NULL,
	holds          BOOLEAN NOT NULL,
	responsibility TEXT NOT NULL,
	from_date      TEXT NOT NULL,
	until_date     TEXT NOT NULL,
	home           TEXT NOT NULL,
	reason         BYTEA NOT NULL,
	by_person      TEXT NOT NULL,
	written        BIGINT NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE INDEX roster_override_pupil ON roster_override (owner, pupil);
CREATE INDEX roster_override_guardian ON roster_override (owner, guardian);

CREATE TABLE roster_training (
	owner       TEXT NOT NULL,
	person      TEXT NOT NULL,
	on_date     TEXT NOT NULL,
	recorded_by TEXT NOT NULL,
	recorded    BIGINT NOT NULL,
	PRIMARY KEY (owner, person, on_date)
);

-- person ≠ account ≠ role: an account is bound to a person at its first sign-in.
CREATE TABLE roster_account (
	owner   TEXT NOT NULL,
	issuer  TEXT NOT NULL,
	subject BYTEA NOT NULL,
	person  TEXT NOT NULL,
	bound   BIGINT NOT NULL,
	PRIMARY KEY (owner, issuer, subject)
);
CREATE INDEX roster_account_person ON roster_account (owner, person);

-- What each import changed, in numbers only.
CREATE TABLE roster_import (
	owner   TEXT NOT NULL,
	id      TEXT NOT NULL,
	written BIGINT NOT NULL,
	format  TEXT NOT NULL,
	counts  BYTEA NOT NULL,
	PRIMARY KEY (owner, id)
);
