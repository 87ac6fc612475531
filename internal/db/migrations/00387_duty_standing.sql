-- +goose Up
-- A list of cases shows the duties that stand, a few of each case's many: this
-- index holds them and all that the list tells of them, so that it reads no row
-- of those that are met, and none of the table.
CREATE INDEX duty_state_standing ON duty_state (owner, thing, triggered_at, duty, instance, class, bearer, state, first_on)
	WHERE state IN ('open', 'late', 'late-local', 'not-due');
