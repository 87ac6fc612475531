package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tilhor/internal/lang"
	"tilhor/internal/web/signin"

	"filippo.io/age"
)

// root is the project, seen from here.
const root = "../.."

// readers are the pages that tell people what to type.
var readers = []string{
	"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "deploy/README.md",
	"docs/README.md", "docs/guide/run.md", "docs/guide/record.md", "docs/guide/keys.md", "docs/guide/roster.md", "docs/guide/signin.md",
}

// TestTheDocumentsNameWhatExists holds every command, flag, make target, link
// and test that the documents name against the program and the tree.
func TestTheDocumentsNameWhatExists(t *testing.T) {
	records, err := filepath.Glob(filepath.Join(root, "docs/decisions/*.md"))
	if err != nil || len(records) == 0 {
		t.Fatal("no decisions", err)
	}
	pages := readers
	for _, r := range records {
		pages = append(pages, strings.TrimPrefix(r, root+"/"))
	}
	for _, page := range pages {
		for _, wrong := range untrue(t, page, read(t, page)) {
			t.Errorf("%s: %s", page, wrong)
		}
	}
}

// The control: everything here is made up, and each must be caught.
func TestTheDocumentsNameWhatExistsCatches(t *testing.T) {
	for _, made := range []string{
		"`tilhor reap --all`", "`tilhor journal rewrite`", "`journal forget`", "```sh\nsudo -u tilhor tilhor backup --upside-down\n```",
		"`make coffee`", "```sh\nmake tea     # warm\n```", "[see](docs/nowhere.md)", "`TestThatNobodyWrote`", "`tilhor doctor --fix`",
		"![picture](docs/lacks.jpg)",
	} {
		if len(untrue(t, "README.md", made)) == 0 {
			t.Errorf("not caught: %s", made)
		}
	}
}

func read(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, page))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var (
	codeFence = regexp.MustCompile("(?s)```[a-z]*\n(.*?)```")
	codeSpan  = regexp.MustCompile("`([^`\n]+)`")
	pageLink  = regexp.MustCompile(`\]\(([^)#\s]+)[^)]*\)`)
	aWord     = regexp.MustCompile(`^[a-z][a-z-]*$`)
	aFlag     = regexp.MustCompile(`--[a-z][a-z-]*`)
	ofTests   = regexp.MustCompile(`^(Test|Fuzz)[A-Z]\w+$`)
)

// untrue lists what a page says that is not so.
func untrue(t *testing.T, page, text string) (wrong []string) {
	t.Helper()
	for _, l := range code(text) {
		fields := strings.Fields(l)
		if len(fields) > 1 && fields[0] == "make" && aWord.MatchString(fields[1]) && !slices.Contains(targets(t), fields[1]) {
			wrong = append(wrong, "no such target: make "+fields[1])
		}
		if ofTests.MatchString(l) && !tests(t)[l] {
			wrong = append(wrong, "no such test: "+l)
		}
		if args := command(fields); args != nil {
			wrong = append(wrong, unknown(args)...)
		}
	}
	for _, m := range pageLink.FindAllStringSubmatch(codeFence.ReplaceAllString(text, ""), -1) {
		if strings.Contains(m[1], "://") || m[1] == "docs/screenshot.png" { // the picture is made by docs/screenshot.mjs
			continue
		}
		if _, err := os.Stat(filepath.Join(root, filepath.Dir(page), m[1])); err != nil {
			wrong = append(wrong, "a link to what is not there: "+m[1])
		}
	}
	return wrong
}

// code gives the lines of fenced code, and the spans of code in the prose.
func code(text string) (lines []string) {
	for _, m := range codeFence.FindAllStringSubmatch(text, -1) {
		for _, l := range strings.Split(m[1], "\n") {
			lines = append(lines, strings.TrimSpace(strings.Split(l, " #")[0]))
		}
	}
	for _, m := range codeSpan.FindAllStringSubmatch(codeFence.ReplaceAllString(text, ""), -1) {
		lines = append(lines, m[1])
	}
	return lines
}

// groups are the commands that have commands of their own, which the pages
// write without the program's name in a list.
var groups = []string{"roster", "law", "journal", "receipt", "key", "closed", "norm"}

// command gives the words after the program's name; nil when a line calls
// something else.
func command(fields []string) []string {
	if len(fields) == 2 && slices.Contains(groups, fields[0]) && aWord.MatchString(fields[1]) {
		return fields
	}
	for i, f := range fields {
		if (f == "tilhor" || strings.HasSuffix(f, "bin/tilhor")) && i+1 < len(fields) && aWord.MatchString(fields[i+1]) && fields[i+1] != "tilhor" {
			if i+2 < len(fields) && fields[i+2] == "1" {
				return nil // the name of a format: tilhor sealed 1
			}
			return fields[i+1:]
		}
	}
	return nil
}

// unknown says what of a command line the program does not know.
func unknown(args []string) (wrong []string) {
	name := args[:1]
	if slices.Contains(groups, args[0]) && len(args) > 1 && aWord.MatchString(args[1]) {
		name = args[:2]
	}
	var out, errs bytes.Buffer
	code := run(&App{In: strings.NewReader(""), Out: &out, Err: &errs}, append(slices.Clone(name), "--help"))
	if code != 0 || !strings.HasPrefix(out.String(), "Usage: tilhor "+strings.Join(name, " ")) {
		return []string{"no such command: tilhor " + strings.Join(name, " ")}
	}
	known := aFlag.FindAllString(out.String(), -1)
	for _, f := range aFlag.FindAllString(strings.Join(args, " "), -1) {
		if !slices.Contains(known, f) {
			wrong = append(wrong, fmt.Sprintf("tilhor %s has no %s", strings.Join(name, " "), f))
		}
	}
	return wrong
}

var target = regexp.MustCompile(`(?m)^([a-z]+):`)

func targets(t *testing.T) (all []string) {
	for _, m := range target.FindAllStringSubmatch(read(t, "Makefile")+read(t, "assets.mk"), -1) {
		all = append(all, m[1])
	}
	return all
}

var declared = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)

// tests are the names of every test in the tree.
func tests(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && (e.Name() == "node_modules" || strings.HasPrefix(e.Name(), ".") && e.Name() != "..") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		for _, m := range declared.FindAllSubmatch(text, -1) {
			all[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestTheSettingsInTheGuide reads the example as serve does, and holds the
// fields of the guide against those of the program.
func TestTheSettingsInTheGuide(t *testing.T) {
	guide := read(t, "docs/guide/run.md")
	_, rest, _ := strings.Cut(guide, "```json\n")
	example, _, ok := strings.Cut(rest, "```")
	path := filepath.Join(t.TempDir(), "tilhor.json")
	if err := os.WriteFile(path, []byte(example), 0o600); err != nil || !ok {
		t.Fatal("no example", err)
	}
	s, err := readSettings(path)
	if err != nil {
		t.Fatal(err)
	}
	o := s.Owners[0]
	if _, err := signin.New(o.ID, signin.Config{Base: o.Base, Providers: o.Providers, Levels: o.Levels}, nil, nil, nil, nil); err != nil {
		t.Error("serve would refuse the example:", err)
	}
	for _, typ := range []reflect.Type{reflect.TypeFor[ownerSettings](), reflect.TypeFor[signin.Provider]()} {
		for _, f := range reflect.VisibleFields(typ) {
			if name := f.Tag.Get("json"); name != "-" && !strings.Contains(guide, "`"+name+"`") {
				t.Errorf("the guide does not tell of %s of %s", name, typ)
			}
		}
	}
	for _, missing := range []string{"id", "name", "hosts", "base", "dpo", "dpia", "providers"} {
		var tree struct{ Owners []map[string]any }
		if err := json.Unmarshal([]byte(example), &tree); err != nil {
			t.Fatal(err)
		}
		delete(tree.Owners[0], missing)
		text, err := json.Marshal(map[string]any{"owners": tree.Owners})
		if err == nil {
			err = os.WriteFile(path, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := readSettings(path); err == nil || !strings.Contains(err.Error(), missing) {
			t.Errorf("serve would start without %s: %v", missing, err)
		}
	}
}

// TestTheCommandsOfTheGuideRun types the guide's own lines, from the first key
// to a restored backup, with its folders in a place of their own.
func TestTheCommandsOfTheGuideRun(t *testing.T) {
	dir, now := t.TempDir(), time.Now().UTC().Truncate(time.Second) // doctor compares it with the machine's own
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	put := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("identity", id.String()+"\n")
	put("training.csv", "ansatt-id;dato\na1;2026-08-20\na2;\n")
	here := strings.NewReplacer("/var/lib/tilhor-keys", dir+"/keys", "/var/lib/tilhor", dir, "/var/backups/tilhor", dir+"/backup", "/mnt/backup", dir+"/backup",
		"/mnt/elsewhere/tilhor-20261123T020000Z-keys.age", dir+"/away/tilhor-"+now.Format(stampForm)+keysSuffix, "/mnt/elsewhere/tilhor-keys", dir+"/away",
		"/srv/try", dir+"/try", "tilhor-identity.txt", dir+"/identity", "age1…", id.Recipient().String(),
		"lists/", root+"/internal/roster/testdata/csv", "opplæring.csv", dir+"/training.csv", " ID ", " a6 ")
	if err := os.Mkdir(filepath.Join(dir, "try"), 0o700); err != nil {
		t.Fatal(err)
	}
	ran := map[string]int{}
	for _, m := range codeFence.FindAllStringSubmatch(read(t, "docs/guide/run.md"), -1) {
		for _, l := range strings.Split(m[1], "\n") {
			args := command(strings.Fields(here.Replace(strings.Split(l, " #")[0])))
			if args == nil || args[0] == "serve" {
				continue
			}
			var out, errs bytes.Buffer
			app := &App{In: strings.NewReader(""), Out: &out, Err: &errs, Clock: func() time.Time { return now }}
			if code := run(app, args); code != 0 {
				t.Fatalf("%s\nexit %d\n%s%s", l, code, out.String(), errs.String())
			}
			ran[args[0]]++
		}
	}
	for _, must := range []string{"key", "roster", "backup", "restore", "doctor", "journal"} {
		if ran[must] == 0 {
			t.Errorf("the guide has no line for %s", must)
		}
	}
}

var (
	aShort = regexp.MustCompile(`(?m)^ +shortDescription: (.+)$`)
	aLong  = regexp.MustCompile(`(?ms)^ +longDescription: >\n(.*?)^ +features:`)
)

// TestPubliccode checks what catalogues of public software refuse: texts that
// are too long or too short, and a licence or languages that are not ours.
func TestPubliccode(t *testing.T) {
	text := read(t, "publiccode.yml")
	short, long := aShort.FindAllStringSubmatch(text, -1), aLong.FindAllStringSubmatch(text, -1)
	if len(short) != 2 || len(long) != 2 {
		t.Fatalf("%d short and %d long descriptions, want two of each", len(short), len(long))
	}
	for i := range short {
		if n := len([]rune(short[i][1])); n > 150 {
			t.Errorf("a short description of %d signs: at most 150", n)
		}
		if n := len([]rune(strings.Join(strings.Fields(long[i][1]), " "))); n < 150 || n > 10_000 {
			t.Errorf("a long description of %d signs: 150 to 10 000", n)
		}
	}
	must := []string{"publiccodeYmlVersion:", "name: Tilhør", "url:", "platforms:", "developmentStatus:", "softwareType: standalone/web", "maintenance:", "localisationReady: true"}
	for _, l := range lang.Langs {
		must = append(must, "    - "+string(l)+"\n")
	}
	_, licence, _ := strings.Cut(strings.Split(read(t, "LICENSE"), "\n")[0], "SPDX-License-Identifier: ")
	for _, m := range append(must, "  license: "+licence+"\n") {
		if !strings.Contains(text, m) {
			t.Errorf("publiccode.yml lacks %q", m)
		}
	}
}
