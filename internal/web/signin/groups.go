package signin

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/roster"
	"tilhor/internal/web"

	"golang.org/x/oauth2"
)

// told adds to the refusal of somebody in no list which school of ours Feide's
// groups say they have. It gives no access: who is whose pupil or teacher is
// for the roster to say, not for a sign-in.
func (d *Desk) told(ctx context.Context, s *source, token *oauth2.Token, err error) error {
	var r Refusal
	if s.Kind != Feide || s.Groups == "" || !errors.As(err, &r) || r.Page != PageUnknown {
		return err
	}
	var places []roster.FeidePlace
	ok := false
	asked := web.Aside(ctx, func() error {
		places, ok = s.places(ctx, token)
		return nil
	})
	if asked != nil || !ok {
		return err
	}
	readErr := d.db.Read(ctx, func(tx *db.Tx) error {
		schools, err := d.roster.Schools(tx, d.owner)
		r.School = oneSchool(schools, places, calendar.DateOf(d.clock()))
		return err
	})
	if readErr != nil {
		return readErr
	}
	return r
}

// oneSchool is the first of the places that is a school of ours on the day.
func oneSchool(ours []roster.School, places []roster.FeidePlace, on tilhor.Date) string {
	for _, p := range places {
		if !p.Until.IsZero() && calendar.DateOf(p.Until) < on {
			continue
		}
		for _, s := range ours {
			if s.OrgNumber != "" && s.OrgNumber == p.OrgNumber {
				return s.Name
			}
		}
	}
	return ""
}

// places asks Feide's Groups API. That it does not answer is no reason to tell
// a person anything else than that they are in no list.
func (s *source) places(ctx context.Context, token *oauth2.Token) ([]roster.FeidePlace, bool) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(s.Groups, "/")+"/me/groups", nil)
	if err != nil {
		return nil, false
	}
	token.SetAuthHeader(r)
	resp, err := s.client.Do(r)
	if err != nil {
		return nil, false
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		return nil, false
	}
	places, err := roster.FromFeideGroups(b)
	return places, err == nil
}
