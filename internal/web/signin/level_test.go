package signin

import (
	"testing"

	"tilhor"
)

func TestLevelOf(t *testing.T) {
	cases := []struct {
		kind Kind
		acr  string
		want Level
	}{
		{Feide, "", LevelOne},
		{Feide, "urn:mace:feide.no:auth:level:fad08:3", LevelTwo},
		{Feide, "urn:mace:feide.no:auth:level:fad08:4", LevelHigh},
		{Feide, "idporten-loa-high", LevelOne}, // another provider's word
		{IDPorten, "", LevelNone},
		{IDPorten, "Level4", LevelNone},
		{IDPorten, "idporten-loa-low", LevelOne},
		{IDPorten, "idporten-loa-substantial", LevelTwo},
		{IDPorten, "idporten-loa-high", LevelHigh},
		{Entra, methods([]string{"pwd"}), LevelOne},
		{Entra, methods([]string{"pwd", "mfa"}), LevelTwo},
		{Entra, methods(nil), LevelOne},
	}
	for _, c := range cases {
		if got := levelOf(c.kind, c.acr); got != c.want {
			t.Errorf("%s %q: got %d, want %d", c.kind, c.acr, got, c.want)
		}
	}
}

// every role there is, so that a new one is not forgotten.
var everyRole = append([]tilhor.Role{tilhor.RolePupil, tilhor.RoleParent, tilhor.RolePPT, tilhor.RoleOwnerAdviser, tilhor.RoleDPO}, tilhor.StaffRoles...)

func TestMinLevel(t *testing.T) {
	one := map[tilhor.Role]bool{tilhor.RolePupil: true, tilhor.RoleTeacher: true, tilhor.RoleEmployee: true, tilhor.RoleSFO: true}
	for _, r := range everyRole {
		want := LevelTwo
		if one[r] {
			want = LevelOne
		}
		if got := (Config{}).MinLevel(r); got != want {
			t.Errorf("%s: got %d, want %d", r, got, want)
		}
	}
	c := Config{Levels: map[tilhor.Role]Level{tilhor.RoleTeacher: LevelTwo, tilhor.RoleRektor: LevelNone}}
	if c.MinLevel(tilhor.RoleTeacher) != LevelTwo {
		t.Error("the owner raised what a teacher needs")
	}
	if c.MinLevel(tilhor.RoleRektor) != LevelTwo {
		t.Error("the owner cannot lower what a rektor needs")
	}
	if c.MinLevel("ny rolle") != LevelHigh {
		t.Error("a role nobody thought of needs the most")
	}
}

func TestEnoughForSensitivePages(t *testing.T) {
	const two = "urn:mace:feide.no:auth:level:fad08:3"
	d := &Desk{cfg: Config{Levels: map[tilhor.Role]Level{tilhor.RoleNurse: LevelHigh}, Providers: []Provider{{Kind: Feide, Issuer: "https://f"}, {Kind: IDPorten, Issuer: "https://i"}}}}
	cases := []struct {
		role        tilhor.Role
		issuer, acr string
		want, act   bool // for sensitive pages, and in the role at all
	}{
		{tilhor.RoleTeacher, "https://f", two, true, true},
		{tilhor.RoleTeacher, "https://f", "", false, true}, // may tell, may not open a case
		{tilhor.RolePupil, "https://f", "", true, true},    // its own
		{tilhor.RoleRektor, "https://f", "", false, false},
		{tilhor.RoleRektor, "https://f", two, true, true},
		{tilhor.RoleRektor, "https://other", two, false, false}, // a provider we have left
		{tilhor.RoleTeacher, "https://other", two, false, false},
		{tilhor.RoleRektor, "", two, false, false},
		{tilhor.RoleParent, "https://i", "idporten-loa-substantial", true, true},
		{tilhor.RoleParent, "https://i", two, false, false}, // Feide's word from ID-porten
		{tilhor.RoleParent, "https://f", "", false, false},  // a teacher's password is no parent's sign-in
		{tilhor.RoleNurse, "https://f", two, false, false},  // the owner has raised it
		{tilhor.RoleAnyone, "https://f", two, false, false},
	}
	for _, c := range cases {
		if got := d.Enough(c.role, c.issuer, c.acr); got != c.want {
			t.Errorf("%s at %q with %q: got %v", c.role, c.issuer, c.acr, got)
		}
		if got := d.Reaches(c.role, c.issuer, c.acr); got != c.act {
			t.Errorf("to act as %s at %q with %q: got %v", c.role, c.issuer, c.acr, got)
		}
	}
}
