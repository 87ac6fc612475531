-- +goose Up
-- The four pictures a pupil and an adult at school have agreed on, as a keyed hash,
-- in the one case they open: who opens the own case shows that it is the pupil and
-- not somebody who found the screen. Five wrong tries, and new ones are made in
-- person. Those agreed on before stay with the case they were made in.
CREATE TABLE cases_agreed (
	owner  TEXT   NOT NULL,
	track  TEXT   NOT NULL,
	pupil  TEXT   NOT NULL,
	code   BYTEA  NOT NULL,
	tries  BIGINT NOT NULL,
	set_at BIGINT NOT NULL,
	set_by TEXT   NOT NULL,
	PRIMARY KEY (owner, track)
);

CREATE INDEX cases_agreed_pupil ON cases_agreed (owner, pupil);

INSERT INTO cases_agreed (owner, track, pupil, code, tries, set_at, set_by)
SELECT p.owner, t.id, p.pupil, p.code, p.tries, p.set_at, p.set_by FROM cases_picture p
JOIN cases_track t ON t.owner = p.owner AND t.pupil = p.pupil
WHERE t.id = (SELECT r.track FROM cases_record r JOIN cases_track o ON o.owner = r.owner AND o.id = r.track
	WHERE r.owner = p.owner AND o.pupil = p.pupil AND r.kind = 'mine-code' ORDER BY r.written_at DESC, r.track LIMIT 1);

DROP TABLE cases_picture;

-- When a pupil opened what is its own, and the time before that: what the page
-- says of it is not the opening the reader is in.
CREATE TABLE cases_opening (
	owner   TEXT   NOT NULL,
	pupil   TEXT   NOT NULL,
	at      BIGINT NOT NULL,
	earlier BIGINT NOT NULL,
	PRIMARY KEY (owner, pupil)
);
