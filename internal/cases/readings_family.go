package cases

import (
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/access"
)

// A FamilyReading is one line of the reading log as the pupil and the home see
// it: who of the staff, which day, and one of a few reasons.
type FamilyReading struct {
	Name string
	Day  tilhor.Date
	Why  string // decides, handles, carries, emergency, other
}

// familyWhy are the fixed reasons, by the relation that let somebody read.
var familyWhy = map[access.Relation]string{
	access.Leads: "decides", access.Handles: "handles", access.Covers: "handles", access.Carries: "carries", access.Glass: "emergency",
}

// familySees are the roles whose readings the family sees without asking. Those
// of school health and PPT, of barnevern, of the other parent and of the pupil
// are given on request, after a person has judged.
var familySees = []tilhor.Role{
	tilhor.RoleTeacher, tilhor.RoleEmployee, tilhor.RoleSFO, tilhor.RoleSocialTeacher, tilhor.RoleDeputy, tilhor.RoleRektor,
}

// FamilyLog is the reading log of a track for the pupil and the home: each of the
// staff once a day and reason, the newest day first, and never a reason in free
// text. A matter that is closed to the school has none.
func FamilyLog(seen []Seen, may []Entitled, sealed bool) (all []FamilyReading) {
	if sealed {
		return nil
	}
	for _, s := range seen {
		if !slices.Contains(familySees, s.Role) || s.Name == "" {
			continue
		}
		r := FamilyReading{Name: s.Name, Day: today(s.At), Why: "other"}
		for _, m := range may {
			if why := familyWhy[m.Relation]; why != "" && entitledAt(m, s) {
				r.Why = why
				break
			}
		}
		if !slices.Contains(all, r) {
			all = append(all, r)
		}
	}
	slices.SortStableFunc(all, func(a, b FamilyReading) int {
		return -slices.Compare([]string{string(a.Day)}, []string{string(b.Day)})
	})
	return all
}

func entitledAt(m Entitled, s Seen) bool {
	in := !s.At.Before(m.From.Add(-time.Minute)) && (m.Until.IsZero() || !s.At.After(m.Until.Add(time.Minute)))
	return in && (m.Person == s.Person || m.Person == "" && m.Role == s.Role)
}
