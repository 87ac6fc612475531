package roster

import "testing"

func TestPersonNumbers(t *testing.T) {
	cases := []struct {
		name, text string
		ok         bool
		d, made    bool
	}{
		{"D-number that is also made up", "47906701517", true, true, true},
		{"made up, month + 80", "20914695016", true, false, true},
		{"with a space in it", "209146 95016", true, false, true},
		{"with a no-break space", "209146\u00a095016", true, false, true},
		{"last digit wrong", "20914695017", false, false, false},
		{"two digits changed place", "20914695106", false, false, false},
		{"ten digits", "2091469501", false, false, false},
		{"twelve digits", "209146950160", false, false, false},
		{"letters", "2091469501x", false, false, false},
		{"nothing", "", false, false, false},
		{"all zero", "00000000000", false, false, false},
		{"day 32", sealedNumber("329146000"), false, false, false},
		{"30 February", sealedNumber("308246000"), false, false, false},
		{"29 February of any year", sealedNumber("298246000"), true, false, true},
		{"month 13", sealedNumber("019346000"), false, false, false},
		{"month + 40", sealedNumber("014546001"), true, false, true},
		{"month 40 is no month", sealedNumber("014046001"), false, false, false},
	}
	for _, c := range cases {
		n, ok := ParseNumber(c.text)
		if ok != c.ok || n.D != c.d || n.Synthetic != c.made {
			t.Errorf("%s: %v %+v", c.name, ok, n)
		}
	}
}

// sealedNumber adds the check digits of before 2032 to nine digits.
func sealedNumber(nine string) string {
	d := make([]int, 11)
	for i := range 9 {
		d[i] = int(nine[i] - '0')
	}
	d[9] = (11 - weigh(d, weights1[:9])%11) % 11
	d[10] = (11 - weigh(d, weights2[:10])%11) % 11
	if d[9] > 9 || d[10] > 9 {
		last := nine[8] + 1
		return sealedNumber(nine[:8] + string(last))
	}
	return nine + string(byte('0'+d[9])) + string(byte('0'+d[10]))
}

// TestNumbersFrom2032: every nine digits have up to four right numbers, with
// the remainders 0 to 3, and no others.
func TestNumbersFrom2032(t *testing.T) {
	for _, nine := range []string{"019146000", "159246123", "288546777"} {
		found := map[int]int{}
		for k := range 100 {
			var d [11]int
			for i := range 9 {
				d[i] = int(nine[i] - '0')
			}
			d[9], d[10] = k/10, k%10
			s := nine + string(byte('0'+d[9])) + string(byte('0'+d[10]))
			if _, ok := ParseNumber(s); ok {
				found[weigh(d[:], weights1[:])%11]++
			}
		}
		for r, n := range found {
			if r > 3 || n != 1 {
				t.Errorf("%s: %d numbers with remainder %d", nine, n, r)
			}
		}
		if len(found) < 2 {
			t.Errorf("%s: only %v", nine, found)
		}
	}
}

func TestOrgNumbers(t *testing.T) {
	for text, ok := range map[string]bool{
		"974588145": true, "NO974588145": true, "964338531": true, "974 760 673": true, "991825827": true, "999999905": true,
		"987654321": false, "895395126": false, "97458814": false, "9745881455": false, "97458814x": false, "": false,
	} {
		if _, got := ParseOrgNumber(text); got != ok {
			t.Errorf("%q: %v", text, got)
		}
	}
}
