package roster

import (
	"strings"
	"unicode"
)

// A Number is what the form of a person number (fødselsnummer or D-nummer)
// tells. It tells nothing of birth date or sex: from 2032 new numbers do not
// carry them, so the number is an opaque name here and nothing is read out of
// it.
type Number struct {
	Digits    string
	D         bool // D-nummer: day + 40
	Synthetic bool // made up for tests: month + 40 or + 80
}

var (
	weights1 = [10]int{3, 7, 6, 1, 8, 9, 4, 5, 2, 1}
	weights2 = [11]int{5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1}
	daysIn   = [13]int{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
)

// ParseNumber reads a person number, with or without a space in it. Numbers
// given out before 2032 leave no remainder at the first check digit; those
// given out after may leave 0 to 3, so that there are numbers enough. Both
// kinds live side by side, so both are read at any time.
func ParseNumber(s string) (Number, bool) {
	s = digitsOf(s)
	if len(s) != 11 {
		return Number{}, false
	}
	var d [11]int
	for i := range d {
		d[i] = int(s[i] - '0')
	}
	day, month := d[0]*10+d[1], d[2]*10+d[3]
	n := Number{Digits: s}
	if day > 40 {
		day, n.D = day-40, true
	}
	switch {
	case month > 80:
		month, n.Synthetic = month-80, true
	case month > 40:
		month, n.Synthetic = month-40, true
	}
	if month < 1 || month > 12 || day < 1 || day > daysIn[month] {
		return Number{}, false
	}
	if weigh(d[:], weights1[:])%11 > 3 || weigh(d[:], weights2[:])%11 != 0 {
		return Number{}, false
	}
	return n, true
}

func weigh(d, weights []int) int {
	sum := 0
	for i, w := range weights {
		sum += w * d[i]
	}
	return sum
}

// digitsOf takes the spaces out, and gives "" for anything but digits.
func digitsOf(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
		case r < '0' || r > '9':
			return ""
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// ParseOrgNumber reads an organisation number (organisasjonsnummer), with or
// without the letters NO before it.
func ParseOrgNumber(s string) (string, bool) {
	s = digitsOf(strings.TrimPrefix(strings.TrimSpace(s), "NO"))
	if len(s) != 9 {
		return "", false
	}
	sum := 0
	for i, w := range [8]int{3, 2, 7, 6, 5, 4, 3, 2} {
		sum += w * int(s[i]-'0')
	}
	check := (11 - sum%11) % 11
	return s, check != 10 && check == int(s[8]-'0')
}
