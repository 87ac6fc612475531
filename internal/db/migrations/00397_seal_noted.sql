-- +goose Up
-- What was noted since a machine last looked is found by when it was noted, which is
-- later each time: who notes takes the row of owner '' in seal_current, which says of
-- no key, so that one notes after the other.
CREATE INDEX seal_key_noted ON seal_key (owner, noted) WHERE noted IS NOT NULL;
