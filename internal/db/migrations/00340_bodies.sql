-- +goose Up
-- The formal bodies (råd og utvalg) that the municipality's regulation on school
-- democracy names (opplæringslova §§ 10-4, 10-5, 10-7): what each is called, how it
-- is put together, and who sits in it by hand. Those whom the lists tell sit there
-- by the lists.
CREATE TABLE bodies_body (
	owner  TEXT   NOT NULL,
	id     TEXT   NOT NULL,
	slug   TEXT   NOT NULL,
	school TEXT   NOT NULL, -- "owner" for the municipality's own
	kind   TEXT   NOT NULL,
	grp    TEXT   NOT NULL, -- the group of the lists whose seats are its, "" for none
	entry  TEXT   NOT NULL,
	sealed BYTEA  NOT NULL,
	gone_at BIGINT NOT NULL, -- 0 while it stands
	PRIMARY KEY (owner, id)
);
CREATE UNIQUE INDEX bodies_body_slug ON bodies_body (owner, slug);
CREATE INDEX bodies_body_school ON bodies_body (owner, school, gone_at);

-- A seat given by hand. It ends by its dates, or when it is taken back.
CREATE TABLE bodies_seat (
	owner      TEXT   NOT NULL,
	id         TEXT   NOT NULL,
	body       TEXT   NOT NULL,
	person     TEXT   NOT NULL,
	part       TEXT   NOT NULL, -- pupil, parent, staff, municipality
	office     TEXT   NOT NULL, -- leader, deputy, secretary, or "" for a member
	from_date  TEXT   NOT NULL,
	until_date TEXT   NOT NULL, -- the first day it does not hold, "" for open
	PRIMARY KEY (owner, id)
);
CREATE INDEX bodies_seat_person ON bodies_seat (owner, person);
CREATE INDEX bodies_seat_body ON bodies_seat (owner, body);
