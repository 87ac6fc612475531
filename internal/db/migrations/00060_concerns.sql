-- +goose Up
-- What somebody told. Words, names and descriptions are sealed under the
-- concern's own key; what stands open here says nothing of a child.
CREATE TABLE concerns_concern (
	owner              TEXT    NOT NULL,
	id                 TEXT    NOT NULL,
	slug               TEXT    NOT NULL, -- its address
	link               BYTEA,            -- keyed hash of the secret address of one who has no account
	school             TEXT    NOT NULL,
	reporter           TEXT    NOT NULL, -- '' when without an account
	reporter_role      TEXT    NOT NULL,
	channel            TEXT    NOT NULL, -- staff, open, voice
	arena              TEXT    NOT NULL,
	happened_at        BIGINT  NOT NULL,
	happened_precision TEXT    NOT NULL,
	known_at           BIGINT  NOT NULL,
	known_precision    TEXT    NOT NULL,
	written_at         BIGINT  NOT NULL,
	pupil_says         BOOLEAN NOT NULL, -- the pupil says so itself: it cannot be set aside
	accused            TEXT    NOT NULL, -- none, pupil, employee, leadership
	state              TEXT    NOT NULL, -- new, taken, set-aside
	why                TEXT    NOT NULL, -- twice, wrong-school: why it was set aside
	read_at            BIGINT,
	decided_at         BIGINT,
	decided_by         TEXT    NOT NULL,
	entry              TEXT    NOT NULL, -- the entry in the record, for the receipt
	PRIMARY KEY (owner, id)
);
CREATE UNIQUE INDEX concerns_slug ON concerns_concern (owner, slug);
CREATE INDEX concerns_link ON concerns_concern (owner, link);
CREATE INDEX concerns_new ON concerns_concern (owner, school, state, written_at);
CREATE INDEX concerns_mine ON concerns_concern (owner, reporter, written_at);

CREATE TABLE concerns_pupil (
	owner   TEXT   NOT NULL,
	concern TEXT   NOT NULL,
	n       BIGINT NOT NULL,
	person  TEXT   NOT NULL, -- '' for one who is described in words
	track   TEXT   NOT NULL, -- '' until it is taken up
	PRIMARY KEY (owner, concern, n)
);
CREATE INDEX concerns_pupil_track ON concerns_pupil (owner, track);

CREATE TABLE concerns_text (
	owner   TEXT  NOT NULL,
	concern TEXT  NOT NULL,
	field   TEXT  NOT NULL, -- said, saw, place, pupil-1 …, reporter, reason, ask
	sealed  BYTEA NOT NULL,
	PRIMARY KEY (owner, concern, field)
);
