package roster

import "tilhor"

// RoleSeat marks a seat in a formal body. It lets nobody do anything by
// itself, so it is never among the roles a person may act in.
const RoleSeat tilhor.Role = "seat"

// What a membership may say beyond its role.
const (
	detailContact    = "contact"    // kontaktlærer for the group
	detailSubstitute = "substitute" // vikar
	detailLeader     = "leader"     // SFO-leder, leder av et organ
)

// placed is a membership where it is known what kind of place it points to.
type placed struct {
	role    tilhor.Role
	detail  string
	atGroup bool // else at the school as a whole
	keep    bool
}

// place says what a function means at a kind of place. Nobody becomes part of
// the leadership by a guess: a file that says "leader" of a school gives a
// deputy, who is leadership but not rektor; only "rektor" gives rektor.
func place(kind Kind, f Function) placed {
	switch {
	case f == FuncNone, kind == kindNone:
		return placed{}
	case kind == kindOwner:
		return placeOwner(f)
	case kind.Body():
		return placed{role: RoleSeat, detail: seatDetail(f), atGroup: true, keep: true}
	case kind == kindTeaching:
		return placeTeaching(f)
	case f == FuncParentRep:
		return placed{}
	}
	p := placed{role: staffRoles[f], atGroup: kind.Kept(), keep: staffRoles[f] != ""}
	switch f {
	case FuncContact:
		if kind == KindClass || kind == KindContact {
			p.detail = detailContact
		}
	case FuncSubstitute:
		p.detail = detailSubstitute
	case FuncSFOLeader:
		p.detail = detailLeader
	}
	if (kind == KindSFO || kind == kindSFOUnit) && p.keep && p.role != tilhor.RolePupil {
		if p.role == tilhor.RoleRektor || p.role == tilhor.RoleDeputy {
			p.detail = detailLeader
		}
		p.role = tilhor.RoleSFO
	}
	return p
}

var staffRoles = map[Function]tilhor.Role{
	FuncPupil:         tilhor.RolePupil,
	FuncTeacher:       tilhor.RoleTeacher,
	FuncContact:       tilhor.RoleTeacher,
	FuncSubstitute:    tilhor.RoleTeacher,
	FuncAssistant:     tilhor.RoleEmployee,
	FuncEmployee:      tilhor.RoleEmployee,
	FuncAdviser:       tilhor.RoleEmployee,
	FuncOther:         tilhor.RoleEmployee,
	FuncSFO:           tilhor.RoleSFO,
	FuncSFOLeader:     tilhor.RoleSFO,
	FuncRektor:        tilhor.RoleRektor,
	FuncDeputy:        tilhor.RoleDeputy,
	FuncLeader:        tilhor.RoleDeputy,
	FuncSocialTeacher: tilhor.RoleSocialTeacher,
	FuncNurse:         tilhor.RoleNurse,
	FuncPPT:           tilhor.RolePPT,
}

// placeOwner: of those who stand at the municipality itself, only those whose
// work needs the product get a role there.
func placeOwner(f Function) placed {
	switch f {
	case FuncLeader, FuncAdviser, FuncOwnerAdviser:
		return placed{role: tilhor.RoleOwnerAdviser, keep: true}
	case FuncPPT:
		return placed{role: tilhor.RolePPT, keep: true}
	case FuncDPO:
		return placed{role: tilhor.RoleDPO, keep: true}
	}
	return placed{}
}

// placeTeaching: a teaching group tells that an adult works at the school. Who
// is taught what is not kept; some such groups tell of health or language.
func placeTeaching(f Function) placed {
	switch f {
	case FuncTeacher, FuncContact:
		return placed{role: tilhor.RoleTeacher, keep: true}
	case FuncSubstitute:
		return placed{role: tilhor.RoleTeacher, detail: detailSubstitute, keep: true}
	case FuncAssistant:
		return placed{role: tilhor.RoleEmployee, keep: true}
	}
	return placed{}
}

func seatDetail(f Function) string {
	switch f {
	case FuncPupil, FuncParentRep, FuncRektor:
		return string(f)
	case FuncLeader:
		return detailLeader
	case FuncOther:
		return ""
	}
	return "employee"
}
