-- +goose Up
-- What waits in a case because of the home is found without reading every record
-- of every case: what parents wrote, and whether the home is informed.
CREATE INDEX cases_record_home_said ON cases_record (owner, track) WHERE kind = 'home-said';
CREATE INDEX cases_record_home_informed ON cases_record (owner, track) WHERE kind = 'home-informed';
