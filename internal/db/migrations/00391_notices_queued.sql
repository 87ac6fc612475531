-- +goose Up
-- When somebody was last found to have something to read: a parent who was barred from
-- a child since is not sent what waited then. 0 for what waited before this was kept.
ALTER TABLE notices_outbox ADD COLUMN queued_at BIGINT NOT NULL DEFAULT 0;
