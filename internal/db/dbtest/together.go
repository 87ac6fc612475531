package dbtest

import (
	"context"
	"errors"
	"runtime"
	"sync"

	"tilhor/internal/db"
)

// Together has n acts wait for the same commit, and then done before any of them
// begins. It gives what each act answered.
func Together(d *db.DB, n int, act func(i int) error, then func()) []error {
	begun, release := make(chan bool), make(chan bool)
	var all sync.WaitGroup
	all.Go(func() {
		d.Write(context.Background(), func(*db.Tx) error {
			begun <- true
			<-release
			return errors.New("only here to be waited for")
		})
	})
	<-begun
	errs := make([]error, n)
	for i := range errs {
		all.Go(func() { errs[i] = act(i) })
	}
	for d.Pressure().Waiting < n {
		runtime.Gosched()
	}
	then()
	release <- true
	all.Wait()
	return errs
}
