-- +goose Up
-- What was told by each way in, by time: how soon it is read, and many reports in
-- a short time. The times of what was told without a name are whole hours.
CREATE INDEX concerns_said ON concerns_concern (owner, channel, written_at);
