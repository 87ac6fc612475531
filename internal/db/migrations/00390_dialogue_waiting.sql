-- +goose Up
-- The talks in which the sender has the last word, the longest wait first: what is
-- answered takes no room in the list of those that wait.
CREATE INDEX dialogue_waiting ON dialogue_thread (owner, school, last_at, slug) WHERE said_n > answer_n;
