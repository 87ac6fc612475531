-- +goose Up
-- How a track stands the three tests of an audit (rektor told in time, findings
-- written, measures concrete): numbers that are written with the act they are
-- about, so that no list and no count opens a sealed word. Whether rektor was
-- told in time stands in duty_state.
CREATE TABLE cases_audit (
	owner       TEXT    NOT NULL,
	track       TEXT    NOT NULL,
	school      TEXT    NOT NULL,
	opened_at   BIGINT  NOT NULL,
	unknown     BOOLEAN NOT NULL, -- nobody knows when the first adult knew
	finished_at BIGINT  NOT NULL, -- when the inquiry was called finished, 0 until then
	planned_at  BIGINT  NOT NULL, -- when the plan in force was approved, 0 until then
	findings    BIGINT  NOT NULL, -- written when it was
	measures    BIGINT  NOT NULL, -- in it
	concrete    BIGINT  NOT NULL, -- of them; -1 for a plan from before this was looked at
	PRIMARY KEY (owner, track)
);
CREATE INDEX cases_audit_school ON cases_audit (owner, school, opened_at, track);

INSERT INTO cases_audit (owner, track, school, opened_at, unknown, finished_at, planned_at, findings, measures, concrete)
SELECT t.owner, t.id, t.school, t.opened_at,
	EXISTS (SELECT 1 FROM duty_fact f WHERE f.owner = t.owner AND f.thing = t.id AND f.kind = 'known' AND f.precision = 'unknown'),
	COALESCE((SELECT MAX(r.written_at) FROM cases_record r WHERE r.owner = t.owner AND r.track = t.id AND r.kind = 'found'), 0),
	COALESCE((SELECT MAX(p.approved_at) FROM cases_plan p WHERE p.owner = t.owner AND p.track = t.id AND p.state = 'approved'), 0),
	(SELECT COUNT(*) FROM cases_record r WHERE r.owner = t.owner AND r.track = t.id AND r.kind = 'finding'
		AND r.written_at <= (SELECT MAX(p.approved_at) FROM cases_plan p WHERE p.owner = t.owner AND p.track = t.id AND p.state = 'approved')),
	0, -1
FROM cases_track t;

-- What the owner's adviser may know of it: of the plans of a day, in how many
-- each test is met. As in every other count, nothing of a protected pupil and
-- nothing that is closed to the school (§ 12-5) is in it.
CREATE VIEW oversight_audit AS
	SELECT a.owner AS owner, a.school AS school, t.sfo AS sfo, a.planned_at / 86400000 AS day, COUNT(*) AS plans_n,
		SUM(CASE WHEN a.unknown OR EXISTS (SELECT 1 FROM duty_state s WHERE s.owner = a.owner AND s.thing = a.track AND s.duty IN ('k12.report', 'k12.staff_report')
			AND s.state IN ('open', 'late', 'late-local', 'met-late')) THEN 0 ELSE 1 END) AS told_n,
		SUM(CASE WHEN a.findings > 0 THEN 1 ELSE 0 END) AS found_n,
		SUM(CASE WHEN a.concrete = a.measures THEN 1 ELSE 0 END) AS concrete_n
	FROM cases_audit a JOIN cases_track t ON t.owner = a.owner AND t.id = a.track
	WHERE a.planned_at > 0 AND a.concrete >= 0
		AND NOT EXISTS (SELECT 1 FROM access_guard k WHERE k.owner = a.owner AND k.kind = 'track' AND k.thing = a.track AND k.until_at = 9223372036854775807)
		AND NOT EXISTS (SELECT 1 FROM cases_sealed x WHERE x.owner = a.owner AND x.track = a.track)
	GROUP BY a.owner, a.school, t.sfo, a.planned_at / 86400000;
