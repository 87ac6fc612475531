package main

import "testing"

// The bound is never near what is in use, however much that is: a collector
// that cannot get below its bound runs without end.
func TestTheBoundOfMemoryGivesWay(t *testing.T) {
	for mb := uint64(0); mb < 4096; mb++ {
		inUse := mb << 20
		bound := boundFor(inUse)
		if bound < frugal || uint64(bound) < inUse+inUse/2 {
			t.Fatalf("with %d MB in use the bound is %d MB", mb, bound>>20)
		}
		if mb <= 21 && bound != frugal {
			t.Fatalf("with %d MB in use the bound is %d MB", mb, bound>>20)
		}
	}
	if inUse() == 0 {
		t.Error("what is in use is not known")
	}
}
