package roster

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Progress is told how far a long work has come: what is being done, how much
// of it is done, and how much there is (0 when that is not known).
type Progress func(stage string, done, total int64)

func (p Progress) say(stage string, done, total int64) {
	if p != nil {
		p(stage, done, total)
	}
}

// Bounds of what is given at once, unpacked: a zip of a few kilobytes may claim
// to be a thousand gigabytes, or to hold a million files.
const (
	maxFile  = 1 << 30
	maxFiles = 100
	maxIndex = 1 << 20 // what a zip may say of its files
)

// An input is one file, in a folder, in a zip, or by itself. It can be read
// more than once, so that its encoding is known before it is parsed.
type input struct {
	name string
	size int64
	open func() (io.ReadCloser, error)
}

// Read reads a file or folder in whatever format it turns out to hold. It
// gives a snapshot, or an Unreadable that says where the files are broken.
func Read(ctx context.Context, name string, tell Progress) (*Snapshot, error) {
	files, done, err := openInputs(name)
	if err != nil {
		return nil, err
	}
	defer done()
	return readInputs(ctx, filepath.Base(name), files, tell)
}

func readInputs(ctx context.Context, name string, files []input, tell Progress) (*Snapshot, error) {
	var tables []*table
	var xmls []input
	for _, f := range files {
		first, err := f.first()
		if err != nil {
			return nil, err
		}
		if bytes.HasPrefix(first, []byte("<")) {
			xmls = append(xmls, f)
			continue
		}
		t, err := openTable(f)
		if err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	switch {
	case len(xmls) > 0 && len(xmls)+len(tables) > 1:
		return nil, unreadable(At{File: name}, "mixed")
	case len(files) == 0:
		return nil, unreadable(At{File: name}, "nothing")
	}
	s, err := readFormat(ctx, name, xmls, tables, tell)
	if err != nil {
		return nil, err
	}
	if err := s.agrees(); err != nil {
		return nil, err
	}
	return s, nil
}

func readFormat(ctx context.Context, name string, xmls []input, tables []*table, tell Progress) (*Snapshot, error) {
	if len(xmls) > 0 {
		return readPIFU(ctx, xmls[0], tell)
	}
	for _, t := range tables {
		if t.has("sourcedid") || t.has("propertyname") {
			return readOneRoster(ctx, name, tables, tell)
		}
	}
	return readCSV(ctx, name, tables, tell)
}

// openInputs lists the files to read. What is neither XML nor CSV in a folder
// (a note, a picture) is left alone.
func openInputs(name string) (files []input, done func(), err error) {
	nothing := func() {}
	info, err := os.Stat(name)
	if err != nil {
		return nil, nil, unreadable(At{File: filepath.Base(name)}, "missing")
	}
	if info.IsDir() {
		files, err = folder(name)
		return files, nothing, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, unreadable(At{File: filepath.Base(name)}, "missing")
	}
	f := diskFile(name, info.Size())
	first, err := f.raw(4)
	if err != nil {
		return nil, nil, err
	}
	if !bytes.HasPrefix(first, []byte("PK\x03\x04")) {
		return []input{f}, nothing, nil
	}
	disk, err := os.Open(name)
	if err != nil {
		return nil, nil, unreadable(At{File: f.name}, "missing")
	}
	if files, err = zipped(disk, info.Size(), f.name); err != nil {
		disk.Close()
		return nil, nil, err
	}
	return files, func() { disk.Close() }, nil
}

func diskFile(name string, size int64) input {
	return input{plainName(name), size, func() (io.ReadCloser, error) { return os.Open(name) }}
}

// plainName is a file's name as it can stand in a message: whoever packed a zip
// chose it, and may have put signs in it that a terminal obeys.
func plainName(name string) string {
	return short(tidy(path.Base(strings.ReplaceAll(filepath.ToSlash(name), `\`, "/"))))
}

func wanted(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".csv", ".xml", ".txt":
		return !strings.HasPrefix(path.Base(name), ".") && !strings.HasPrefix(name, "__MACOSX")
	}
	return false
}

func folder(name string) ([]input, error) {
	entries, err := os.ReadDir(name)
	if err != nil {
		return nil, unreadable(At{File: filepath.Base(name)}, "missing")
	}
	var files []input
	for _, e := range entries {
		info, err := os.Stat(filepath.Join(name, e.Name()))
		if err != nil || !info.Mode().IsRegular() || !wanted(e.Name()) {
			continue
		}
		files = append(files, diskFile(filepath.Join(name, e.Name()), info.Size()))
	}
	return files, together(files)
}

// An index is a zip while the list of its files is read. That list has no bound
// of its own: no more of it is read than a zip of a hundred files can need.
type index struct {
	r    io.ReaderAt
	left int64 // below zero: no bound any more
}

func (x *index) ReadAt(b []byte, at int64) (int, error) {
	if x.left < 0 {
		return x.r.ReadAt(b, at)
	}
	if x.left -= int64(len(b)); x.left < 0 {
		x.left = 0
		return 0, errToken
	}
	return x.r.ReadAt(b, at)
}

func zipped(r io.ReaderAt, size int64, name string) ([]input, error) {
	x := &index{r, maxIndex}
	z, err := zip.NewReader(x, size)
	if errors.Is(err, errToken) {
		return nil, unreadable(At{File: name}, "too-large")
	}
	if err != nil {
		return nil, unreadable(At{File: name}, "zip")
	}
	x.left = -1
	var files []input
	for _, e := range z.File {
		if !e.Mode().IsRegular() || !wanted(e.Name) {
			continue
		}
		f := input{plainName(e.Name), int64(e.UncompressedSize64), e.Open}
		if e.UncompressedSize64 > maxFile {
			return nil, unreadable(At{File: f.name}, "too-large")
		}
		if e.Flags&1 != 0 {
			return nil, unreadable(At{File: f.name}, "locked")
		}
		files = append(files, f)
	}
	return files, together(files)
}

// together looks at files before any of them is opened: what they hold in all,
// and that no two have one name, so that it would hang on chance which is read.
func together(files []input) error {
	sort.Slice(files, func(i, j int) bool { return files[i].name < files[j].name })
	seen, total := map[string]bool{}, int64(0)
	for _, f := range files {
		name := strings.ToLower(f.name)
		if seen[name] {
			return unreadable(At{File: f.name}, "file-twice")
		}
		seen[name] = true
		if total += f.size; total > maxFile || len(seen) > maxFiles {
			return unreadable(At{File: f.name}, "too-large")
		}
	}
	return nil
}

// A guard turns the faults of a file into an Unreadable, and stops at maxFile.
type guard struct {
	name string
	r    io.ReadCloser
	left int64
}

func (g *guard) Read(b []byte) (int, error) {
	if g.left <= 0 {
		return 0, unreadable(At{File: g.name}, "too-large")
	}
	if int64(len(b)) > g.left {
		b = b[:g.left]
	}
	n, err := g.r.Read(b)
	g.left -= int64(n)
	if err != nil && err != io.EOF {
		err = unreadable(At{File: g.name}, readFault(err))
	}
	return n, err
}

func readFault(err error) string {
	if errors.Is(err, zip.ErrChecksum) || errors.Is(err, zip.ErrFormat) || errors.Is(err, zip.ErrAlgorithm) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "zip"
	}
	return "broken"
}

func (g *guard) Close() error { return g.r.Close() }

func (f input) guarded() (*guard, error) {
	r, err := f.open()
	if err != nil {
		return nil, unreadable(At{File: f.name}, readFault(err))
	}
	return &guard{f.name, r, maxFile}, nil
}

func (f input) raw(n int) ([]byte, error) {
	g, err := f.guarded()
	if err != nil {
		return nil, err
	}
	defer g.Close()
	b := make([]byte, n)
	n, err = io.ReadFull(g, b)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return b[:n], err
}

var utf8BOM = []byte("\xef\xbb\xbf")

// first gives how the file begins, after a mark of its encoding and blanks.
func (f input) first() ([]byte, error) {
	b, err := f.raw(256)
	if err != nil {
		return nil, err
	}
	return bytes.TrimLeft(bytes.TrimPrefix(b, utf8BOM), " \t\r\n"), nil
}

// A look is what the bytes of a file are like, before any of it is believed.
type look struct {
	utf8, high, zero bool
	norse            bool // a letter like æ, ø or å stands in it as UTF-8
	lines, returns   bool // lines end in it; a line begins anew at a bare return
	bad              int  // the first line that is not UTF-8
	head             []byte
}

// look reads the whole file once. It is the price for never guessing an
// encoding out of its first lines: å may stand only in the last.
func (f input) look() (look, error) {
	g, err := f.guarded()
	if err != nil {
		return look{}, err
	}
	defer g.Close()
	l, line := look{utf8: true}, 1
	r := bufio.NewReaderSize(g, 64<<10)
	l.head, _ = r.Peek(256)
	l.head = append([]byte(nil), l.head...)
	var rest []byte
	buf := make([]byte, 64<<10)
	for {
		n, err := r.Read(buf[len(rest):])
		b := buf[:len(rest)+n]
		l.zero = l.zero || bytes.IndexByte(b, 0) >= 0
		l.lines = l.lines || bytes.IndexByte(b, '\n') >= 0
		l.returns = l.returns || bytes.IndexByte(b, '\r') >= 0
		rest = l.scan(b, &line, err != nil)
		rest = buf[:copy(buf, rest)]
		if err == io.EOF {
			return l, nil
		}
		if err != nil {
			return l, err
		}
	}
}

// scan goes through one piece and gives back the part of a letter at its end.
func (l *look) scan(b []byte, line *int, last bool) []byte {
	for len(b) > 0 {
		if b[0] < utf8.RuneSelf {
			if b[0] == '\n' {
				*line++
			}
			b = b[1:]
			continue
		}
		l.high = true
		if !last && !utf8.FullRune(b) {
			return b
		}
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 && l.utf8 {
			l.utf8, l.bad = false, *line
		}
		l.norse = l.norse || r >= 0xC0 && r <= 0xFF
		b = b[n:]
	}
	return nil
}

// encoding reads the file through and settles what it is written in.
func (f input) encoding(choose func(look) (string, error)) (string, error) {
	l, err := f.look()
	if err != nil {
		return "", err
	}
	if l.zero {
		return "", unreadable(At{File: f.name}, "utf16")
	}
	enc, err := choose(l)
	var u Unreadable
	if errors.As(err, &u) {
		u.File = f.name
		return "", u
	}
	return enc, err
}

// as opens the file as UTF-8, written in what is known by now.
func (f input) as(enc string) (io.ReadCloser, error) {
	g, err := f.guarded()
	if err != nil {
		return nil, err
	}
	r := bufio.NewReaderSize(g, 64<<10)
	if b, _ := r.Peek(3); bytes.Equal(b, utf8BOM) {
		r.Discard(3)
	}
	if enc == "utf-8" {
		return struct {
			io.Reader
			io.Closer
		}{r, g}, nil
	}
	return struct {
		io.Reader
		io.Closer
	}{charmap.Windows1252.NewDecoder().Reader(r), g}, nil
}

var declared = regexp.MustCompile(`^<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']`)

// xmlEncoding believes what the document says of itself, and refuses it when
// its bytes say otherwise: guessing makes Ã¥ of å in every name. ISO-8859-1 is
// read as Windows-1252, its superset, which is what is meant by it in practice.
func xmlEncoding(l look) (string, error) {
	enc := "utf-8"
	if m := declared.FindSubmatch(bytes.TrimPrefix(l.head, utf8BOM)); m != nil {
		enc = strings.ToLower(string(m[1]))
	}
	switch enc {
	case "utf-8", "utf8", "us-ascii":
		if !l.utf8 {
			return "", unreadable(At{Line: l.bad}, "encoding")
		}
		return "utf-8", nil
	case "iso-8859-1", "latin1", "iso_8859-1", "windows-1252":
		if l.high && l.utf8 {
			return "", unreadable(At{Line: 1}, "says-latin1")
		}
		return "windows-1252", nil
	}
	return "", unreadable(At{Line: 1}, "other-encoding")
}

// csvEncoding: what is UTF-8 from end to end is UTF-8; a spreadsheet that was
// saved the old way is Windows-1252. One that is both was put together of two:
// read as either, it would have wrong letters in its names.
func csvEncoding(l look) (string, error) {
	if l.returns && !l.lines {
		return "", unreadable(At{Line: 1}, "line-ends")
	}
	if l.utf8 {
		return "utf-8", nil
	}
	if l.norse || bytes.HasPrefix(l.head, utf8BOM) {
		return "", unreadable(At{Line: l.bad}, "encoding")
	}
	return "windows-1252", nil
}
