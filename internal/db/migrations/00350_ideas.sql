-- +goose Up
-- What pupils and parents suggest to their school (innspill), and what the elevråd
-- carries on. The words stand in ideas_line; here stands how it goes with them.
CREATE TABLE ideas_idea (
	owner       TEXT   NOT NULL,
	id          TEXT   NOT NULL,
	slug        TEXT   NOT NULL,
	school      TEXT   NOT NULL,
	side        TEXT   NOT NULL, -- pupil, parent, council
	kind        TEXT   NOT NULL, -- what it is about
	person      TEXT   NOT NULL, -- who wrote it: for that person's own page alone
	body        TEXT   NOT NULL, -- the elevråd that has or had it, "" for none
	state       TEXT   NOT NULL, -- council, left, new, answered
	said_on     TEXT   NOT NULL,
	due_on      TEXT   NOT NULL, -- the last day of the product's own norm, "" while the elevråd has it
	given_to    TEXT   NOT NULL, -- who answers in rektor's place, "" for rektor
	answered_on TEXT   NOT NULL,
	shown       BIGINT NOT NULL, -- 1 while it stands on the school's page
	votes_for   BIGINT NOT NULL, -- of the elevråd, once it has closed
	votes_against BIGINT NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE UNIQUE INDEX ideas_idea_slug ON ideas_idea (owner, slug);
CREATE INDEX ideas_idea_person ON ideas_idea (owner, person);
CREATE INDEX ideas_idea_school ON ideas_idea (owner, school, state);
CREATE INDEX ideas_idea_given ON ideas_idea (owner, given_to, state);

-- Every text about it, written once: the words, the answer, what is shown. The
-- newest of a kind holds.
CREATE TABLE ideas_line (
	owner  TEXT   NOT NULL,
	id     TEXT   NOT NULL,
	school TEXT   NOT NULL,
	idea   TEXT   NOT NULL,
	part   TEXT   NOT NULL, -- words, left, answer, shown, asked
	at     BIGINT NOT NULL,
	entry  TEXT   NOT NULL,
	sealed BYTEA  NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE INDEX ideas_line_idea ON ideas_line (owner, idea);

-- The ballots of an elevråd, until it closes: then they are counted and taken away.
CREATE TABLE ideas_vote (
	owner  TEXT   NOT NULL,
	idea   TEXT   NOT NULL,
	person TEXT   NOT NULL,
	yes    BIGINT NOT NULL,
	PRIMARY KEY (owner, idea, person)
);
