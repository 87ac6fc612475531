package db

// Pressure is how hard the database is worked just now, for whoever runs it.
type Pressure struct {
	Waiting int // writes that wait for the next commit (SQLite)
	Open    int // connections open
	InUse   int // of them at work
}

// Pressure reads the counters; it asks the database nothing.
func (d *DB) Pressure() Pressure {
	s := d.pool.Stats()
	p := Pressure{Open: s.OpenConnections, InUse: s.InUse}
	if d.writer != nil {
		p.Waiting = len(d.writer.queue)
		p.Open++
	}
	return p
}
