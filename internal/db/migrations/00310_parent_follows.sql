-- +goose Up
-- Who took a matter up on a parent's own page follows it in a role that is at no
-- school: what was given at the school's unit so far let nobody in.
UPDATE access_grant SET unit = ''
	WHERE kind = 'concern' AND relation = 'reporter' AND unit <> '' AND EXISTS (
		SELECT 1 FROM concerns_concern c WHERE c.owner = access_grant.owner AND c.id = access_grant.thing
			AND c.reporter = access_grant.person AND c.reporter_role = 'parent');
