package web

import (
	"bytes"
	"errors"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"tilhor"
)

// posted is a form with a file as a browser sends it.
func posted(t testing.TB, file []byte, pairs ...string) *http.Request {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i := 0; i+1 < len(pairs); i += 2 {
		if err := m.WriteField(pairs[i], pairs[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if file != nil {
		p, err := m.CreateFormFile("fil", `C:\bilder\Nora Dahl.jpg`)
		if err != nil {
			t.Fatal(err)
		}
		p.Write(file)
	}
	m.Close()
	r := httptest.NewRequest(http.MethodPost, "/", &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return r
}

func form(t *testing.T, r *http.Request, person bool) (*Form, error) {
	t.Helper()
	l := NewLimits(UsualBounds())
	done, err := l.receiveFile(r, 1, person)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		done()
		if l.uploads.left != UsualBounds().Files || l.strangerForms.left != UsualBounds().Forms {
			t.Error("the room was not given back")
		}
	}()
	return readFileForm(r)
}

func TestAFormWithAFile(t *testing.T) {
	f, err := form(t, posted(t, []byte("bytes"), "ord", "Blå\r\nlue", "ord", "to"), true)
	if err != nil || f.Get("ord") != "Blå\nlue" || len(f.All("ord")) != 2 || f.File == nil || string(f.File.Bytes) != "bytes" || f.File.Name != "Nora Dahl.jpg" {
		t.Fatalf("%+v %v", f, err)
	}
	other, _ := form(t, posted(t, []byte("others"), "ord", "Blå\r\nlue", "ord", "to"), true)
	if f.content() == other.content() {
		t.Error("two files are the same form")
	}
	if f, err := form(t, posted(t, []byte{}, "ord", "x"), true); err != nil || f.File == nil || len(f.File.Bytes) != 0 {
		t.Errorf("an empty file: %+v %v", f, err)
	}
	if f, err := form(t, posted(t, nil, "ord", "x"), true); err != nil || f.File != nil {
		t.Errorf("no file: %+v %v", f, err)
	}
}

// The words before a file that is too large, or that is not kept of a stranger,
// are there; what is kept never passes the bound.
func TestTheWordsOutliveTheFile(t *testing.T) {
	for name, c := range map[string]struct {
		size   int
		person bool
		big    bool
	}{
		"as large as may be":  {MaxFile, true, false},
		"one byte more":       {MaxFile + 1, true, true},
		"much more":           {30 << 20, true, true},
		"of a stranger":       {2 << 20, false, true},
		"a stranger's little": {1 << 10, false, false},
	} {
		f, err := form(t, posted(t, make([]byte, c.size), "ord", "Nora sto alene"), c.person)
		if err != nil || f.Get("ord") != "Nora sto alene" || f.File == nil || f.File.TooBig != c.big || !c.big && len(f.File.Bytes) != c.size || c.big && f.File.Bytes != nil {
			t.Errorf("%s: %+v %v", name, f, err)
		}
	}
	// words alone that are too many
	if _, err := form(t, posted(t, nil, "ord", strings.Repeat("a", maxForm+1)), true); !errors.Is(err, errTooLong) {
		t.Errorf("too many words: %v", err)
	}
	many := make([]string, 2*(maxFields+1))
	for i := range many {
		many[i] = "a"
	}
	if _, err := form(t, posted(t, nil, many...), true); !errors.Is(err, errTooLong) {
		t.Errorf("too many fields: %v", err)
	}
	r := posted(t, []byte("x"), "ord", "x")
	r.ContentLength = maxDrain + 1
	if _, err := form(t, r, true); !errors.Is(err, errTooLong) {
		t.Errorf("too much to throw away: %v", err)
	}
}

func TestFormsWithFilesThatAreNone(t *testing.T) {
	for name, body := range map[string]string{
		"no end":          "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nord",
		"no name":         "--x\r\nContent-Disposition: form-data\r\n\r\nord\r\n--x--\r\n",
		"not text":        "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\xff\xfe\r\n--x--\r\n",
		"two files":       "--x\r\nContent-Disposition: form-data; name=\"fil\"; filename=\"a\"\r\n\r\nx\r\n--x\r\nContent-Disposition: form-data; name=\"fil\"; filename=\"b\"\r\n\r\ny\r\n--x--\r\n",
		"another's field": "--x\r\nContent-Disposition: form-data; name=\"annen\"; filename=\"a\"\r\n\r\nx\r\n--x--\r\n",
	} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		if f, err := form(t, r, true); !errors.Is(err, errUnreadable) {
			t.Errorf("%s: %+v %v", name, f, err)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/", iotest.ErrReader(errors.New("the line broke")))
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	if _, err := form(t, r, true); !errors.Is(err, errUnreadable) {
		t.Errorf("a broken line: %v", err)
	}
}

// One person cannot hold more than two at once, and nobody's is kept past the
// room there is.
func TestFilesShareTheRoomThereIs(t *testing.T) {
	l := NewLimits(UsualBounds())
	take := func(who client) error {
		r := posted(t, make([]byte, 10<<20), "ord", "x")
		_, err := l.receiveFile(r, who, true)
		return err
	}
	if err := take(1); err != nil {
		t.Fatal(err)
	}
	if err := take(1); !errors.Is(err, errLeft) {
		t.Errorf("a second at once: %v", err)
	}
	for who := client(2); who < 5; who++ {
		if err := take(who); err != nil {
			t.Errorf("of %d: %v", who, err)
		}
	}
	if err := take(9); !errors.Is(err, errLeft) {
		t.Errorf("more than there is room for: %v", err)
	}
}

// A file is read only where one is asked for.
func TestAFileElsewhereIsNotRead(t *testing.T) {
	s := &Site{mux: http.NewServeMux(), files: map[string][]tilhor.Role{}}
	for _, r := range []Route{{Method: "POST", Path: "/med", File: true}, {Method: "POST", Path: "/uten"}} {
		s.mux.HandleFunc(r.pattern(), func(http.ResponseWriter, *http.Request) {})
		if r.File {
			s.files[r.pattern()] = r.Roles
		}
	}
	for path, want := range map[string]bool{"/med": true, "/uten": false, "/": false} {
		r := posted(t, []byte("x"))
		r.URL.Path = path
		if _, is := s.takesFile(r); is != want {
			t.Errorf("%s: %v", path, !want)
		}
	}
	q := &Req{R: posted(t, []byte("x"), "a", "b"), Route: &Route{Method: "POST", Path: "/uten"}}
	if _, err := q.Form(); !errors.Is(err, errUnreadable) {
		t.Errorf("a file in a form of words: %v", err)
	}
}

// FuzzFileForm: whatever is sent, what is kept is bounded and is text.
func FuzzFileForm(f *testing.F) {
	f.Add("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nord\r\n--x\r\nContent-Disposition: form-data; name=\"fil\"; filename=\"../a\x01b.jpg\"\r\n\r\nx\r\n--x--\r\n")
	f.Add("--x\r\nContent-Disposition: form-data; name=\"fil\"; filename*=UTF-8''%2e%2e%2fa\r\n\r\n\r\n--x--")
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		got, err := readFileForm(r)
		if err != nil {
			return
		}
		if u := got.File; u != nil && (len(u.Bytes) > MaxFile || strings.ContainsAny(u.Name, "/\\\x00\n\r")) {
			t.Fatalf("a file called %q of %d bytes", u.Name, len(u.Bytes))
		}
		if strings.ContainsRune(got.content(), '\r') {
			t.Fatal("a break of another kind")
		}
	})
}
