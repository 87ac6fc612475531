package signin

import "testing"

func TestNextStaysOnThisSite(t *testing.T) {
	cases := []struct{ raw, want string }{
		{"/i-dag", "/i-dag"},
		{"/saker/k3j9x2m4qa/plan?side=2", "/saker/k3j9x2m4qa/plan?side=2"},
		{"/", "/"},
		{"/skoler/%C3%A5s", "/skoler/%C3%A5s"},
		{"/søk?q=a%2Fb", "/s%C3%B8k?q=a%2Fb"},
		{"/saker/", "/saker/"},
		{"", ""},
		{"i-dag", ""},
		{"//evil.example/", ""},
		{"///evil.example/", ""},
		{`/\evil.example/`, ""},
		{`\\evil.example/`, ""},
		{"/\t/evil.example/", ""},
		{"/\n/evil.example/", ""},
		{"\t//evil.example/", ""},
		{" //evil.example", ""},
		{"/ /evil.example", ""},
		{"/%5Cevil.example", ""},
		{"/%09/evil.example", ""},
		{"/%2F/evil.example", ""},
		{"/%2Fevil.example", ""},
		{"/..//evil.example", ""},
		{"/./", ""},
		{"https://evil.example/", ""},
		{"javascript:alert(1)", ""},
		{"/i-dag#x", ""},
		{"/x%zz", ""},
		{"/\x00", ""},
		{"/\xff", ""},
		{"/logg-inn", ""},
		{"/logg-inn/feide?neste=/x", ""},
		{"/logg-ut", ""},
		{"/ut", ""},
		{"/utflukt", "/utflukt"},
		{"/" + string(make([]byte, 600)), ""},
	}
	for _, c := range cases {
		if got := next(c.raw); got != c.want {
			t.Errorf("%q: got %q, want %q", c.raw, got, c.want)
		}
	}
}

// Whatever is asked for, a browser that follows it stays here.
func FuzzNext(f *testing.F) {
	for _, s := range []string{"/i-dag", "//evil", `/\evil`, "/%2F%2Fevil", "/a//b", "/..", "/\t/x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		got := next(raw)
		if got == "" {
			return
		}
		if got[0] != '/' || len(got) > 1 && (got[1] == '/' || got[1] == '\\') {
			t.Errorf("%q gives %q", raw, got)
		}
		for _, r := range got {
			if r <= ' ' || r == 0x7f || r == '\\' {
				t.Errorf("%q gives %q", raw, got)
			}
		}
		if again := next(got); again != got {
			t.Errorf("%q gives %q, and that gives %q", raw, got, again)
		}
	})
}
