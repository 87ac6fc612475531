package tilhor

import "errors"

// What a caller can be told. Who may not know that a thing exists gets
// ErrNotFound, never ErrForbidden.
var (
	ErrNotFound  = errors.New("not found")
	ErrForbidden = errors.New("forbidden")
	ErrConflict  = errors.New("someone else wrote meanwhile")
)

// A Plain error is one whose text is the program's own, tells of nobody, and may so
// stand in a log: what whoever runs it must know, and do. Of any other error only the
// types are logged.
type Plain string

func (p Plain) Error() string { return string(p) }

// A Fault is one thing wrong with what a person typed: the field, and the key
// of a kind text in the reader's language. It never carries what was typed.
type Fault struct {
	Field string
	Key   string
}

func (f Fault) Error() string { return "fault at " + f.Field + ": " + f.Key }

// Faults are all the things wrong at once, in the order of the form.
type Faults []Fault

func (f Faults) Error() string {
	if len(f) == 0 {
		return "no fault"
	}
	return f[0].Error()
}

// Add notes a fault when wrong is true.
func (f *Faults) Add(wrong bool, field, key string) {
	if wrong {
		*f = append(*f, Fault{field, key})
	}
}

// Err is nil when nothing is wrong.
func (f Faults) Err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// FaultsOf digs the faults out of an error, nil when it has none.
func FaultsOf(err error) Faults {
	var fs Faults
	if errors.As(err, &fs) {
		return fs
	}
	var f Fault
	if errors.As(err, &f) {
		return Faults{f}
	}
	return nil
}
