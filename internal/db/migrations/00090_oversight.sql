-- +goose Up
-- What the owner's adviser may know of cases: counts, and nothing else. The
-- views are the only way from a case to the owner; SFO is a line of its own,
-- apart from the school's, so that the one cannot be taken from the sum of both.
CREATE VIEW oversight_tracks AS
	SELECT t.owner AS owner, t.school AS school, t.sfo AS sfo, COUNT(*) AS open_n,
		SUM(CASE WHEN EXISTS (SELECT 1 FROM duty_state s WHERE s.owner = t.owner AND s.thing = t.id AND s.state IN ('late', 'late-local')) THEN 1 ELSE 0 END) AS late_n
	FROM cases_track t WHERE t.state <> 'closed'
	GROUP BY t.owner, t.school, t.sfo;

CREATE VIEW oversight_evaluations AS
	SELECT t.owner AS owner, t.school AS school, t.sfo AS sfo, s.first_on AS day, COUNT(*) AS due_n,
		SUM(CASE WHEN s.state = 'met' THEN 1 ELSE 0 END) AS on_time_n
	FROM duty_state s JOIN cases_track t ON t.owner = s.owner AND t.id = s.thing
	WHERE s.duty = 'k12.evaluate' AND s.class = 'local-plan' AND s.state IN ('met', 'met-late', 'late-local')
	GROUP BY t.owner, t.school, t.sfo, s.first_on;

-- What has been published, week by week. n is NULL where the figure is hidden.
CREATE TABLE oversight_shown (
	owner   TEXT    NOT NULL,
	week    TEXT    NOT NULL, -- the Monday of the week
	school  TEXT    NOT NULL,
	sfo     BOOLEAN NOT NULL,
	measure TEXT    NOT NULL, -- open, late, due, on-time
	n       BIGINT,
	PRIMARY KEY (owner, week, school, sfo, measure)
);
