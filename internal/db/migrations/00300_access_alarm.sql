-- +goose Up
-- Every opening of a concern or an intervention about a protected pupil, until
-- somebody who is named to lead has seen it. Those of tracks are in cases_alarm.
CREATE TABLE access_alarm (
	owner   TEXT   NOT NULL,
	id      TEXT   NOT NULL,
	kind    TEXT   NOT NULL, -- concern, force
	thing   TEXT   NOT NULL,
	person  TEXT   NOT NULL,
	role    TEXT   NOT NULL,
	view    TEXT   NOT NULL,
	at      BIGINT NOT NULL,
	seen_at BIGINT,
	seen_by TEXT   NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE INDEX access_alarm_unseen ON access_alarm (owner, kind, thing) WHERE seen_at IS NULL;

-- Whom the interventions so far are about: those of a protected pupil are
-- guarded from now on, and who is named to lead for her at the school has them.
INSERT INTO access_subject (owner, kind, thing, person) SELECT owner, 'force', id, pupil FROM interventions_event WHERE pupil <> '';
INSERT INTO access_guard (owner, kind, thing, subject, until_at)
	SELECT s.owner, s.kind, s.thing, k.subject, k.until_at FROM access_subject s
	JOIN access_guard k ON k.owner = s.owner AND k.kind = 'person' AND k.thing = s.person
	WHERE s.kind = 'force' AND k.until_at = 9223372036854775807;
INSERT INTO access_grant (owner, id, kind, thing, person, role, unit, relation, from_at, until_at, given_by)
	SELECT g.owner, 'force-' || e.id || '-' || g.id, 'force', e.id, g.person, '', g.unit, 'leads', g.from_at, g.until_at, g.given_by
	FROM interventions_event e JOIN access_guard k ON k.owner = e.owner AND k.kind = 'force' AND k.thing = e.id
	JOIN access_grant g ON g.owner = k.owner AND g.kind = 'person' AND g.thing = k.subject AND g.relation = 'leads' AND g.unit = e.school
	WHERE g.until_at = 9223372036854775807;
