package webtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"testing"
)

// Seen is what the browser found.
type Seen struct {
	Counts map[string]int `json:"counts"`
	Faults []SeenFault    `json:"faults"`
}

// A SeenFault is one thing wrong: axe, reflow, keyboard, script, noscript,
// console, fetch, status or broken.
type SeenFault struct{ Kind, Job, Text string }

// String is one line of the counts.
func (s Seen) String() string {
	var names []string
	for k := range s.Counts {
		names = append(names, k)
	}
	sort.Strings(names)
	var b strings.Builder
	for _, k := range names {
		fmt.Fprintf(&b, "%s %d, ", k, s.Counts[k])
	}
	fmt.Fprintf(&b, "faults %d", len(s.Faults))
	return b.String()
}

// Browse visits every job in Chromium and fails on every fault.
func Browse(t testing.TB, jobs []Job) Seen {
	t.Helper()
	s := See(t, jobs)
	for _, f := range s.Faults {
		t.Errorf("%s: %s: %s", f.Job, f.Kind, f.Text)
	}
	if s.Counts["pages"] != len(jobs) {
		t.Errorf("%d of %d pages were looked at", s.Counts["pages"], len(jobs))
	}
	t.Log("in the browser:", s)
	return s
}

// See visits every job in Chromium and gives what was found. With TILHOR_SHOTS
// set to a folder it leaves a picture of each there.
func See(t testing.TB, jobs []Job) Seen {
	t.Helper()
	var s Seen
	Script(t, "battery.mjs", map[string]any{"jobs": jobs, "shots": os.Getenv("TILHOR_SHOTS")}, &s)
	return s
}

// Script runs a script for the browser: a path, or the name of one of ours. It reads
// in from its stdin and writes out, both as JSON.
func Script(t testing.TB, script string, in, out any) {
	t.Helper()
	if !strings.Contains(script, "/") {
		_, file, _, _ := runtime.Caller(0)
		script = filepath.Join(filepath.Dir(file), "browser", script)
	}
	told, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", script)
	var said, complaint bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(told), &said, &complaint
	if err := cmd.Run(); err != nil {
		t.Fatalf("the browser (try make deps): %v\n%s", err, complaint.String())
	}
	if err := json.Unmarshal(said.Bytes(), out); err != nil {
		t.Fatalf("the browser's answer: %v\n%s", err, complaint.String())
	}
}
