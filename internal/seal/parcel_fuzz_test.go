package seal

import (
	"errors"
	"strings"
	"testing"
)

// FuzzParcel: a parcel opens with its code however that is grouped and typed, and
// whatever else is typed, or is changed in the file, opens nothing.
func FuzzParcel(f *testing.F) {
	file, code, err := Parcel([]byte("Nora vil ha en voksen nær."))
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{"", "-", "  ", strings.Repeat("a", 26), "\x00", "\xff", "age-encryption.org/v1\n-> scrypt AAAA 30\n", "-----BEGIN AGE ENCRYPTED FILE-----\n-----END AGE ENCRYPTED FILE-----"} {
		f.Add(s, "", uint16(0))
		f.Add("", s, uint16(9))
	}
	f.Fuzz(func(t *testing.T, typed, put string, at uint16) {
		if _, err := OpenParcel(put, typed); err != nil && !errors.Is(err, ErrParcel) {
			t.Fatal(err)
		}
		if n := int(at) % len(code); strings.Trim(put, " -") == "" {
			if b, err := OpenParcel(file, code[:n]+put+strings.ToUpper(code[n:])); err != nil || string(b) != "Nora vil ha en voksen nær." {
				t.Fatalf("typed with %q in it, it does not open", put)
			}
			return
		}
		n := int(at) % len(file)
		if b, err := OpenParcel(file[:n]+put+file[n:], code); err == nil && string(b) != "Nora vil ha en voksen nær." {
			t.Fatal("a changed file opens as something else")
		}
	})
}
