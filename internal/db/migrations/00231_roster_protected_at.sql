-- +goose Up
-- From when a person's address is protected: what was decided before about whom
-- the home is told of, was decided of another home. For those who are protected
-- already it is when somebody was named for them.
ALTER TABLE roster_person ADD COLUMN protected_at BIGINT NOT NULL DEFAULT 0;
UPDATE roster_person SET protected_at = COALESCE((SELECT MAX(d.written) FROM roster_decision d
	WHERE d.owner = roster_person.owner AND d.pupil = roster_person.id AND d.kind = 'named'), 0) WHERE protection <> '';
