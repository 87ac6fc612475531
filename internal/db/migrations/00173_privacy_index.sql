-- +goose Up
-- What is asked for by something else than the key.
CREATE INDEX privacy_part_block ON privacy_part (owner, block);
CREATE INDEX cases_measure_version ON cases_measure (owner, track, version, id);
