-- +goose Up
-- What somebody was given by name to lead or to advise in: few, however many cases the
-- same person has handled through the years.
CREATE INDEX access_grant_lent ON access_grant (owner, person, kind, unit, thing) WHERE relation IN ('leads', 'advises');
