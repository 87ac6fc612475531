package web

// A Latch stands before what a pupil told: it says whether that stands open, and when it
// was opened before, or has answered itself. Nil keeps nothing shut.
type Latch func(q *Req) (last string, open bool, err error)

// Behind is a page behind the latch: it is not drawn when that has answered.
func (l Latch) Behind(serve func(q *Req, last string) error) func(*Req) error {
	return func(q *Req) error {
		if l == nil {
			return serve(q, "")
		}
		last, open, err := l(q)
		if err != nil || !open {
			return err
		}
		return serve(q, last)
	}
}
