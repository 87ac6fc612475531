package cases_test

import (
	"fmt"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/cases"
)

// What the pupil and the home see of the reading log: staff, day and one of a few
// reasons; never the other parent, the pupil, school health or PPT, and nothing
// of a sealed matter.
func TestFamilyLog(t *testing.T) {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	may := []cases.Entitled{
		{Role: tilhor.RoleRektor, Relation: access.Leads},
		{Person: "ina", Relation: access.Handles},
		{Person: "jonas", Relation: access.Carries},
		{Person: "hilde", Relation: access.Glass, From: at, Until: at.Add(time.Hour)},
		{Person: "siri", Relation: access.Handles},
		{Person: "even", Relation: access.Handles},
	}
	see := func(id, name string, role tilhor.Role, after time.Duration) cases.Seen {
		return cases.Seen{Person: tilhor.PersonID(id), Name: name, Role: role, View: "whole", At: at.Add(after)}
	}
	for _, row := range []struct {
		name   string
		seen   []cases.Seen
		sealed bool
		want   string
	}{
		{"rektor", []cases.Seen{see("kari", "Kari", tilhor.RoleRektor, 0)}, false, "Kari 2026-11-23 decides"},
		{"twice a day is once", []cases.Seen{see("ina", "Ina", tilhor.RoleSocialTeacher, 0), see("ina", "Ina", tilhor.RoleSocialTeacher, time.Hour)}, false, "Ina 2026-11-23 handles"},
		{"the newest day first", []cases.Seen{see("ina", "Ina", tilhor.RoleSocialTeacher, 0), see("jonas", "Jonas", tilhor.RoleTeacher, 24*time.Hour)}, false, "Jonas 2026-11-24 carries, Ina 2026-11-23 handles"},
		{"emergency", []cases.Seen{see("hilde", "Hilde", tilhor.RoleDeputy, time.Minute)}, false, "Hilde 2026-11-23 emergency"},
		{"the same, after the hour", []cases.Seen{see("hilde", "Hilde", tilhor.RoleDeputy, 3*time.Hour)}, false, "Hilde 2026-11-23 other"},
		{"without the case", []cases.Seen{see("per", "Per", tilhor.RoleTeacher, 0)}, false, "Per 2026-11-23 other"},
		{"the other parent", []cases.Seen{see("ali", "Ali", tilhor.RoleParent, 0)}, false, ""},
		{"the pupil", []cases.Seen{see("nora", "Nora", tilhor.RolePupil, 0)}, false, ""},
		{"school health", []cases.Seen{see("siri", "Siri", tilhor.RoleNurse, 0)}, false, ""},
		{"PPT", []cases.Seen{see("even", "Even", tilhor.RolePPT, 0)}, false, ""},
		{"the data protection officer", []cases.Seen{see("vern", "Per Vern", tilhor.RoleDPO, 0)}, false, ""},
		{"a role nobody has thought of", []cases.Seen{see("x", "X", "barnevern", 0)}, false, ""},
		{"a sealed matter", []cases.Seen{see("kari", "Kari", tilhor.RoleRektor, 0)}, true, ""},
	} {
		got := ""
		for _, r := range cases.FamilyLog(row.seen, may, row.sealed) {
			if got != "" {
				got += ", "
			}
			got += fmt.Sprintf("%s %s %s", r.Name, r.Day, r.Why)
		}
		if got != row.want {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}
