-- +goose Up
-- What somebody was given, in the order of the things: to find the tracks that a
-- person has elsewhere, one grant each, SQLite read every grant of the owner's in
-- that order instead of the few of the person.
CREATE INDEX access_grant_whose ON access_grant (owner, person, kind, unit, thing);
DROP INDEX access_grant_person;
