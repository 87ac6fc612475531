package signin

import (
	"errors"
	"slices"

	"tilhor"
)

// A Level is how surely a provider knows who signed in.
type Level int

// The levels. Providers have words of their own for them (acr, amr).
const (
	LevelNone Level = iota // the provider does not say anything we know
	LevelOne               // one factor, as pupils have
	LevelTwo               // two factors; eIDAS substantial (betydelig)
	LevelHigh              // eIDAS high (høyt)
)

// UnmarshalText reads a level in an owner's settings: one, two or high.
func (l *Level) UnmarshalText(text []byte) error {
	switch string(text) {
	case "one":
		*l = LevelOne
	case "two":
		*l = LevelTwo
	case "high":
		*l = LevelHigh
	default:
		return errors.New("want a level: one, two or high")
	}
	return nil
}

// levels reads the acr of Feide and ID-porten.
var levels = map[Kind]map[string]Level{
	Feide: {
		"urn:mace:feide.no:auth:level:fad08:3": LevelTwo,
		"urn:mace:feide.no:auth:level:fad08:4": LevelHigh,
	},
	IDPorten: {
		"idporten-loa-low":         LevelOne,
		"idporten-loa-substantial": LevelTwo,
		"idporten-loa-high":        LevelHigh,
	},
	Entra: {withMFA: LevelTwo},
}

// withMFA stands for the acr of an Entra sign-in with two factors: Entra says
// how in amr, and its acr says nothing.
const withMFA = "mfa"

func methods(amr []string) string {
	if slices.Contains(amr, withMFA) {
		return withMFA
	}
	return ""
}

// levelOf reads how surely. Feide and Entra say nothing of an ordinary sign-in,
// so that is one factor; ID-porten always says, so silence, or a word we do not
// know, is nothing.
func levelOf(k Kind, acr string) Level {
	if l, ok := levels[k][acr]; ok {
		return l
	}
	if k == IDPorten {
		return LevelNone
	}
	return LevelOne
}

// minLevels is what each role needs to act at all. Who leads, who works cases
// of many children, and who sees across schools needs two factors; so does a
// parent, whom ID-porten must be sure of (personvernforordningen art. 32:
// security after the risk). Pupils have one factor at Feide, and must be able
// to tell.
var minLevels = map[tilhor.Role]Level{
	tilhor.RolePupil:         LevelOne,
	tilhor.RoleParent:        LevelTwo,
	tilhor.RoleTeacher:       LevelOne,
	tilhor.RoleEmployee:      LevelOne,
	tilhor.RoleSFO:           LevelOne,
	tilhor.RoleSocialTeacher: LevelTwo,
	tilhor.RoleDeputy:        LevelTwo,
	tilhor.RoleRektor:        LevelTwo,
	tilhor.RoleNurse:         LevelTwo,
	tilhor.RolePPT:           LevelTwo,
	tilhor.RoleOwnerAdviser:  LevelTwo,
	tilhor.RoleDPO:           LevelTwo,
}

// MinLevel is what a role needs: the program's own, raised by the owner. A
// role nobody has thought of needs the most.
func (c Config) MinLevel(r tilhor.Role) Level {
	l, ok := minLevels[r]
	if !ok {
		return LevelHigh
	}
	return max(l, c.Levels[r])
}

// Enough says whether a sign-in is strong enough for sensitive pages in a role,
// for web.Kit.Level. Every adult who opens what stands in a child's case needs
// two factors, whatever the role needs otherwise.
func (d *Desk) Enough(role tilhor.Role, issuer, acr string) bool {
	need := d.cfg.MinLevel(role)
	if role != tilhor.RolePupil {
		need = max(need, LevelTwo)
	}
	return d.levelAt(issuer, acr) >= need
}

// Reaches says whether a sign-in is strong enough to act in a role at all, for
// web.Kit.Reaches. It is asked at each page: a session lives on when a role is
// chosen, and when the owner has raised what one needs.
func (d *Desk) Reaches(role tilhor.Role, issuer, acr string) bool {
	return d.levelAt(issuer, acr) >= d.cfg.MinLevel(role)
}

// levelAt reads what a session keeps of its sign-in; a provider that we have
// left is worth nothing.
func (d *Desk) levelAt(issuer, acr string) Level {
	for _, p := range d.cfg.Providers {
		if p.Issuer == issuer {
			return levelOf(p.Kind, acr)
		}
	}
	return LevelNone
}

// enough parts the roles a sign-in is strong enough for from those it is not.
func (c Config) enough(roles []tilhor.Actor, l Level) (may, not []tilhor.Actor) {
	for _, a := range roles {
		if l >= c.MinLevel(a.Role) {
			may = append(may, a)
		} else {
			not = append(not, a)
		}
	}
	return may, not
}
