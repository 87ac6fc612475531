package roster

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"time"

	"tilhor"
)

// A FeidePlace is one place that Feide's groups say somebody has: at a school,
// and perhaps in one of its classes.
type FeidePlace struct {
	OrgNumber string // of the school
	School    string // its name
	Class     string // "" for the school as a whole
	Role      tilhor.Role
	From      time.Time // zero when Feide does not say
	Until     time.Time
}

// FromFeideGroups reads the answer of Feide's groups service (/me/groups). A
// pilot can do without a roster by it: it tells school, class and whether
// somebody is a pupil or a teacher, and never who leads a school or who is
// whose parent. Where the roster has the person, the roster is what counts.
func FromFeideGroups(answer []byte) ([]FeidePlace, error) {
	var groups []feideGroup
	if len(answer) > 1<<20 {
		return nil, errors.New("the answer on groups is too large")
	}
	if err := json.Unmarshal(answer, &groups); err != nil {
		return nil, errors.New("the answer on groups cannot be read")
	}
	byID := map[string]feideGroup{}
	affiliation := tilhor.Role("")
	for _, g := range groups {
		byID[g.ID] = g
		if g.Type == "fc:org" && g.Parent == "" {
			affiliation = role(g.Membership)
		}
	}
	var out []FeidePlace
	for _, g := range groups {
		switch {
		case g.Type == "fc:org" && g.Parent != "":
			r := role(g.Membership)
			if r == "" {
				r = affiliation // the school owner's group tells what somebody is
			}
			out = g.place(out, g, "", r)
		case g.Type == "fc:gogroup" && (g.GoType == "b" || g.Kind() == "b"):
			school, ok := byID[g.Parent]
			if !ok {
				school = feideGroup{ID: g.Parent}
			}
			out = g.place(out, school, g.Name, role(g.Membership))
		}
	}
	return out, nil
}

type feideGroup struct {
	ID         string    `json:"id"`
	Type       string    `json:"type"`
	Name       string    `json:"displayName"`
	Parent     string    `json:"parent"`
	GoType     string    `json:"go_type"`
	From       time.Time `json:"notBefore"`
	Until      time.Time `json:"notAfter"`
	Membership struct {
		Affiliation texts  `json:"affiliation"`
		Primary     string `json:"primaryAffiliation"`
	} `json:"membership"`
}

// texts is one text or a list of them: Feide sends both.
type texts []string

func (t *texts) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*t = texts{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(t))
}

// Kind is the letter in the id of a group, when go_type is not sent.
func (g feideGroup) Kind() string {
	if p := strings.Split(g.ID, ":"); len(p) > 3 {
		return p[3]
	}
	return ""
}

func role(m struct {
	Affiliation texts  `json:"affiliation"`
	Primary     string `json:"primaryAffiliation"`
},
) tilhor.Role {
	is := map[string]bool{}
	for _, a := range m.Affiliation {
		is[a] = true
	}
	switch {
	case m.Primary == "student" || m.Primary == "" && is["student"]:
		return tilhor.RolePupil
	case is["faculty"] || m.Primary == "faculty":
		return tilhor.RoleTeacher
	case is["employee"] || is["staff"] || m.Primary == "employee" || m.Primary == "staff":
		return tilhor.RoleEmployee
	}
	return ""
}

func (g feideGroup) place(out []FeidePlace, school feideGroup, class string, r tilhor.Role) []FeidePlace {
	_, unit, _ := strings.Cut(school.ID, ":unit:")
	if u, err := url.PathUnescape(unit); err == nil {
		unit = u
	}
	org, ok := ParseOrgNumber(unit)
	if !ok || r == "" {
		return out
	}
	return append(out, FeidePlace{org, tidy(school.Name), tidy(class), r, g.From, g.Until})
}
