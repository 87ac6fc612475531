package main

import (
	"context"
	"fmt"
)

// process measures the start, from exec to the first page, and what the program
// holds when nobody asks it for anything.
func process(ctx context.Context, m *measurer) error {
	w, err := m.fresh(ctx, "started")
	if err != nil {
		return err
	}
	if err := w.close(); err != nil {
		return err
	}
	var ours, plain series
	var idle series
	for range m.scale.rounds {
		h, err := startHello(ctx)
		if err != nil {
			return err
		}
		h.stop()
		s, err := m.serve(ctx, w)
		if err != nil {
			return err
		}
		held, err := s.memory()
		s.stop()
		if err != nil {
			return err
		}
		idle = append(idle, held.now)
		plain, ours = append(plain, millis(h.ready)), append(ours, millis(s.ready))
	}
	m.report.ratio("start, from exec to the first page", ours.String()+" ms", fmt.Sprintf("a bare net/http program: %s ms", plain), ratios(ours, plain), nil)
	m.report.bound("memory when nobody asks", idle.median(), " MB", atMost(m.memoryAim()))
	return nil
}
