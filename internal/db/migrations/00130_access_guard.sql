-- +goose Up
-- Whom a thing is about, and the guard before what is about a person with a
-- protected address: while it stands, only who is named for her passes. A row of
-- kind 'person' is the guard of the person herself, from which those of her
-- concerns and tracks follow. until_at is the far future while it stands.
CREATE TABLE access_subject (
	owner  TEXT NOT NULL,
	kind   TEXT NOT NULL,
	thing  TEXT NOT NULL,
	person TEXT NOT NULL,
	PRIMARY KEY (owner, kind, thing, person)
);
CREATE INDEX access_subject_person ON access_subject (owner, person, kind);

CREATE TABLE access_guard (
	owner    TEXT   NOT NULL,
	kind     TEXT   NOT NULL, -- concern, track, person
	thing    TEXT   NOT NULL,
	subject  TEXT   NOT NULL,
	until_at BIGINT NOT NULL,
	PRIMARY KEY (owner, kind, thing, subject)
);
CREATE INDEX access_guard_subject ON access_guard (owner, subject);

INSERT INTO access_subject (owner, kind, thing, person) SELECT owner, 'track', id, pupil FROM cases_track WHERE pupil <> '';
INSERT INTO access_subject (owner, kind, thing, person) SELECT DISTINCT owner, 'concern', concern, person FROM concerns_pupil WHERE person <> '';
INSERT INTO access_guard (owner, kind, thing, subject, until_at)
	SELECT owner, 'person', id, id, 9223372036854775807 FROM roster_person WHERE protection <> '';
INSERT INTO access_guard (owner, kind, thing, subject, until_at)
	SELECT s.owner, s.kind, s.thing, s.person, 9223372036854775807 FROM access_subject s
	JOIN roster_person p ON p.owner = s.owner AND p.id = s.person WHERE p.protection <> '';
-- Who has a protected pupil's case keeps it: a case never has nobody. Rektor
-- names whoever else shall come to it.
INSERT INTO access_grant (owner, id, kind, thing, person, role, unit, relation, from_at, until_at, given_by)
	SELECT g.owner, 'named-' || g.id, 'person', k.subject, g.person, '', g.unit, 'named', g.from_at, g.until_at, ''
	FROM access_guard k JOIN access_grant g ON g.owner = k.owner AND g.kind = k.kind AND g.thing = k.thing
	WHERE k.kind = 'track' AND g.relation = 'handles' AND g.person <> '';

-- Counts tell nothing of a protected pupil.
DROP VIEW oversight_tracks;
CREATE VIEW oversight_tracks AS
	SELECT t.owner AS owner, t.school AS school, t.sfo AS sfo, COUNT(*) AS open_n,
		SUM(CASE WHEN EXISTS (SELECT 1 FROM duty_state s WHERE s.owner = t.owner AND s.thing = t.id AND s.state IN ('late', 'late-local')) THEN 1 ELSE 0 END) AS late_n
	FROM cases_track t WHERE t.state <> 'closed'
		AND NOT EXISTS (SELECT 1 FROM access_guard k WHERE k.owner = t.owner AND k.kind = 'track' AND k.thing = t.id AND k.until_at = 9223372036854775807)
		AND NOT EXISTS (SELECT 1 FROM cases_sealed x WHERE x.owner = t.owner AND x.track = t.id) -- nor is a sealed one (00120)
	GROUP BY t.owner, t.school, t.sfo;

DROP VIEW oversight_evaluations;
CREATE VIEW oversight_evaluations AS
	SELECT t.owner AS owner, t.school AS school, t.sfo AS sfo, s.first_on AS day, COUNT(*) AS due_n,
		SUM(CASE WHEN s.state = 'met' THEN 1 ELSE 0 END) AS on_time_n
	FROM duty_state s JOIN cases_track t ON t.owner = s.owner AND t.id = s.thing
	WHERE s.duty = 'k12.evaluate' AND s.class = 'local-plan' AND s.state IN ('met', 'met-late', 'late-local')
		AND NOT EXISTS (SELECT 1 FROM access_guard k WHERE k.owner = t.owner AND k.kind = 'track' AND k.thing = t.id AND k.until_at = 9223372036854775807)
		AND NOT EXISTS (SELECT 1 FROM cases_sealed x WHERE x.owner = t.owner AND x.track = t.id) -- nor is a sealed one (00120)
	GROUP BY t.owner, t.school, t.sfo, s.first_on;

-- Every opening of a protected pupil's case, until a named leader has seen it.
CREATE TABLE cases_alarm (
	owner   TEXT   NOT NULL,
	id      TEXT   NOT NULL,
	track   TEXT   NOT NULL,
	person  TEXT   NOT NULL,
	role    TEXT   NOT NULL,
	view    TEXT   NOT NULL,
	at      BIGINT NOT NULL,
	seen_at BIGINT,
	seen_by TEXT   NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE INDEX cases_alarm_track ON cases_alarm (owner, track, at);

-- What is printed or copied of a protected pupil's case is unlocked first, with
-- a reason: by one person, for one act, within a quarter of an hour.
CREATE TABLE cases_unlock (
	owner    TEXT   NOT NULL,
	id       TEXT   NOT NULL, -- the record with the reason
	track    TEXT   NOT NULL,
	person   TEXT   NOT NULL,
	until_at BIGINT NOT NULL,
	used_at  BIGINT,
	PRIMARY KEY (owner, id)
);
CREATE INDEX cases_unlock_track ON cases_unlock (owner, track, person);
