package hearing

import (
	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/db"
	"tilhor/internal/figures"
)

// A Register and a Figure are what rooms offer of numbers: a claim of fact is bound to
// one, and checked when it is written and again when the answer is sent.
type (
	Register = figures.Register
	Figure   = figures.Figure
)

// Schools are the registers that the lists and the bodies give: how many schools
// there are, and how many have a body of a kind.
func (d *Desk) Schools() []Register {
	all := []Register{{Name: "schools", Figure: func(tx *db.Tx, owner tilhor.OwnerID, _ tilhor.Date) (Figure, error) {
		schools, err := d.Roster.Schools(tx, owner)
		return Figure{N: len(schools)}, err
	}}}
	for _, k := range []bodies.Kind{bodies.Council, bodies.FAU, bodies.SU, bodies.SMU} {
		all = append(all, Register{Name: "schools-with-" + string(k), Figure: func(tx *db.Tx, owner tilhor.OwnerID, on tilhor.Date) (Figure, error) {
			return d.having(tx, owner, k, on)
		}})
	}
	return all
}

func (d *Desk) having(tx *db.Tx, owner tilhor.OwnerID, k bodies.Kind, on tilhor.Date) (f Figure, err error) {
	schools, err := d.Roster.Schools(tx, owner)
	if err != nil {
		return f, err
	}
	all, err := d.Bodies.All(tx, owner)
	if err != nil {
		return f, err
	}
	has := map[tilhor.SchoolID]bool{}
	for _, b := range all {
		if b.Kind != k || has[b.School] {
			continue
		}
		members, err := d.Bodies.Members(tx, owner, b, on) // a body without anybody in it is none
		if err != nil {
			return f, err
		}
		has[b.School] = len(members) > 0
	}
	f.Of = len(schools)
	for _, s := range schools {
		if has[s.ID] {
			f.N++
		} else {
			f.Lack = append(f.Lack, s.Name)
		}
	}
	return f, nil
}

// register finds one by its name.
func (d *Desk) register(name string) *Register {
	for i := range d.Registers {
		if d.Registers[i].Name == name {
			return &d.Registers[i]
		}
	}
	return nil
}
