-- +goose Up
-- What stands at a school is found by its date, and in the index alone of which thing
-- it is: however many concerns are told there, none of their duties is looked up for
-- what is due of something else. Only what stands is in it; if all were, SQLite would
-- look for what is late of one case here, through all that an owner has.
CREATE INDEX duty_state_due ON duty_state (owner, school, first_on, thing, state)
	WHERE state IN ('open', 'late', 'late-local', 'not-due');
DROP INDEX duty_state_school;
