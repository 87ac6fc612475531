-- +goose Up
-- What is about one person is found by the person, with all that is asked of it: it
-- is looked up when she is protected, and every ten seconds while she is.
CREATE INDEX access_subject_whose ON access_subject (owner, person, kind, thing);
DROP INDEX access_subject_person;
