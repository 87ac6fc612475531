-- +goose Up
-- A sign-in under way: from the link until the provider sends the browser
-- back, ten minutes at most. Only hashes: the browser holds the one secret
-- that its code verifier and nonce are made from, so that nobody who reads
-- the database can finish a sign-in. step: 0 an ordinary one, 1 and 2 a
-- stronger one, which the roles or a page asked for.
CREATE TABLE signin_pending (
	owner    TEXT   NOT NULL,
	state    TEXT   NOT NULL,
	browser  TEXT   NOT NULL,
	provider TEXT   NOT NULL,
	next     TEXT   NOT NULL,
	step     BIGINT NOT NULL,
	begun    BIGINT NOT NULL,
	until    BIGINT NOT NULL,
	PRIMARY KEY (owner, state)
);
CREATE INDEX signin_pending_until ON signin_pending (owner, until);
