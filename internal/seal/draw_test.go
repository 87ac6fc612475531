package seal_test

import (
	"slices"
	"testing"

	"tilhor"
	"tilhor/internal/seal/sealtest"
)

// The same token draws the same numbers; another token, purpose or owner draws
// others, and every number comes up.
func TestDraw(t *testing.T) {
	k := sealtest.Keys(t, "granvik", "fjellby")
	same := k.Draw("granvik", "code", "a", 7, 2757)
	if !slices.Equal(same, k.Draw("granvik", "code", "a", 7, 2757)) || len(same) != 7 {
		t.Fatalf("drawn %v", same)
	}
	for name, other := range map[string][]int{
		"token": k.Draw("granvik", "code", "b", 7, 2757), "purpose": k.Draw("granvik", "card", "a", 7, 2757), "owner": k.Draw("fjellby", "code", "a", 7, 2757),
	} {
		if slices.Equal(same, other) {
			t.Errorf("another %s draws the same", name)
		}
	}
	met := map[int]int{}
	for i := range 1000 {
		for _, n := range k.Draw("granvik", "code", string(tilhor.OwnerID(rune('a'+i%26)))+string(rune('a'+i/26)), 7, 10) {
			met[n]++
		}
	}
	for n := range 10 {
		if met[n] < 550 || met[n] > 850 { // 700 of 7000, each as likely as the others
			t.Errorf("%d was drawn %d times", n, met[n])
		}
	}
	if len(met) != 10 {
		t.Errorf("drew %v", met)
	}
}
