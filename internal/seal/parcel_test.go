package seal

import (
	"errors"
	"strings"
	"testing"
)

// A parcel opens with its code and in no other way, and what is changed in it
// does not open.
func TestParcel(t *testing.T) {
	file, code, err := Parcel([]byte("Nora vil ha en voksen nær."))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(file, "Nora") || !strings.HasPrefix(file, "-----BEGIN AGE") {
		t.Fatalf("the file is %s", file)
	}
	for name, c := range map[string]string{"as given": code, "in groups": code[:5] + "-" + code[5:] + " ", "in capitals": strings.ToUpper(code)} {
		if b, err := OpenParcel(strings.ReplaceAll(file, "\n", "\r\n")+"  \n", c); err != nil || string(b) != "Nora vil ha en voksen nær." {
			t.Errorf("%s: %q %v", name, b, err)
		}
	}
	other, _, err := Parcel([]byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	middle := len(file) / 2
	for name, c := range map[string][2]string{
		"another's": {other, code}, "no code": {file, ""}, "no file": {"", code}, "cut off": {file[:middle], code},
		"one letter": {file[:middle] + string(file[middle]^1) + file[middle+1:], code},
	} {
		if _, err := OpenParcel(c[0], c[1]); !errors.Is(err, ErrParcel) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
