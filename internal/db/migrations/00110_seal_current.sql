-- +goose Up
-- Which owner key wraps the keys in seal_key, by its mark, once it has been
-- changed: a process that holds only an older one writes nothing with it.
CREATE TABLE seal_current (
	owner TEXT   NOT NULL,
	id    TEXT   NOT NULL,
	since BIGINT NOT NULL,
	PRIMARY KEY (owner)
);
