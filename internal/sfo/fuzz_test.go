package sfo

import (
	"context"
	"errors"
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/seal/sealtest"
)

// FuzzDigits: a code or a PIN is six figures from 0 to 9 and nothing that looks
// like them; what is refused is told at its field and never repeated; and the hash
// of one person's fits nobody else's.
func FuzzDigits(f *testing.F) {
	keys := sealtest.Keys(f, "granvik")
	for _, s := range []string{"739152", "000000", "123456", "311290", " 73915", "٧٣٩١٥٢", "７３９", "73915\x00", "7391520", "\xff\xfe\xfd\xfc\xfb\xfa", "-12345", "1e5000", ""} {
		f.Add("482915", s, s)
		f.Add(s, "739152", "739153")
	}
	f.Fuzz(func(t *testing.T, code, pin, again string) {
		d := &Desk{Keys: keys} // no database: the machine is shut, so nothing may come that far
		figures := func(s string) bool {
			n := 0
			for _, r := range s {
				if r < '0' || r > '9' {
					return false
				}
				n++
			}
			return n == 6
		}
		_, err := d.Choose(context.Background(), Place{Owner: "granvik"}, "mona", code, pin, again)
		right := figures(code) && figures(pin) && pin == again && !weak(pin)
		if refused := tilhor.FaultsOf(err); right != errors.Is(err, tilhor.ErrNotFound) || right == (len(refused) > 0) {
			t.Fatalf("%q and %q are answered by %v", code, pin, err)
		}
		for _, x := range tilhor.FaultsOf(err) {
			if x.Field != "code" && x.Field != "pin" && x.Field != "again" || !strings.HasPrefix(x.Key, "sfo.fault.") {
				t.Fatalf("%+v", x)
			}
		}
		if _, err := d.Enter(context.Background(), Place{Owner: "granvik"}, "mona", pin); figures(pin) != errors.Is(err, tilhor.ErrNotFound) {
			t.Fatalf("%q is answered by %v", pin, err)
		}
		if !figures(pin) {
			return
		}
		kept := keys.Hash("granvik", purposePIN, bound("solbakken", "mona", pin))
		for name, other := range map[string]bool{
			"another's":      keys.Fits("granvik", purposePIN, bound("solbakken", "kari", pin), kept),
			"at a school":    keys.Fits("granvik", purposePIN, bound("fjellvik", "mona", pin), kept),
			"as a code":      keys.Fits("granvik", purposeCode, bound("solbakken", "mona", pin), kept),
			"another number": again != pin && keys.Fits("granvik", purposePIN, bound("solbakken", "mona", again), kept),
			"no PIN at all":  keys.Fits("granvik", purposePIN, bound("solbakken", "mona", pin), nil),
		} {
			if other {
				t.Fatalf("%q fits %s", pin, name)
			}
		}
		if !keys.Fits("granvik", purposePIN, bound("solbakken", "mona", pin), kept) {
			t.Fatalf("%q does not fit itself", pin)
		}
	})
}
