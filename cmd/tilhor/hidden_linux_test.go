package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"testing"

	"golang.org/x/sys/unix"
)

// asHidden makes this test binary say what can be seen of it before and after.
const asHidden = "TILHOR_TEST_HIDES"

// seen is what the system says of this process.
func seen(t *testing.T) string {
	t.Helper()
	dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("dumpable %d, core %s", dumpable, coreOf(t, "self"))
}

var coreLimit = regexp.MustCompile(`(?m)^Max core file size +(\S+) +(\S+)`)

func coreOf(t *testing.T, pid string) string {
	t.Helper()
	text, err := os.ReadFile("/proc/" + pid + "/limits")
	if err != nil {
		t.Fatal(err)
	}
	m := coreLimit.FindSubmatch(text)
	if m == nil {
		t.Fatalf("%s", text)
	}
	return string(m[1]) + " " + string(m[2])
}

// No core file is written of a process that holds keys, and nobody of the same
// user may read its memory.
func TestTheProcessIsHidden(t *testing.T) {
	if os.Getenv(asHidden) != "" {
		fmt.Println("before:", seen(t))
		if err := hide(); err != nil {
			t.Fatal(err)
		}
		fmt.Println("after:", seen(t))
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestTheProcessIsHidden$")
	cmd.Env = append(os.Environ(), asHidden+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatal(err, string(out))
	}
	if !bytes.Contains(out, []byte("before: dumpable 1")) { // the control: it is not so by itself
		t.Fatalf("%s", out)
	}
	if !bytes.Contains(out, []byte("after: dumpable 0, core 0 0\n")) {
		t.Fatalf("%s", out)
	}
}

// The server has hidden itself before it answers anybody.
func TestTheServerIsHidden(t *testing.T) {
	dir := t.TempDir()
	if code, _, errs := call(t, "key", "init", "--keys", dir+"/keys", "--owner", "granvik"); code != 0 {
		t.Fatal(errs)
	}
	// By itself it might write one: the limit is what this process hands on.
	var was unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &was); err != nil {
		t.Fatal(err)
	}
	if was.Cur == 0 {
		if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{Cur: 1 << 20, Max: max(was.Max, 1<<20)}); err != nil {
			t.Fatal("the control: ", err)
		}
		t.Cleanup(func() { unix.Setrlimit(unix.RLIMIT_CORE, &was) })
	}
	if coreOf(t, "self") == "0 0" {
		t.Fatal("the control: a process that hides nothing may write no core file here either")
	}
	p := start(t, "serve", "--db", "sqlite:"+dir+"/tilhor.db", "--addr", "127.0.0.1:0", "--watch=", "--config", settingsIn(t, dir, "", ""))
	if got := coreOf(t, fmt.Sprint(p.cmd.Process.Pid)); got != "0 0" {
		t.Fatalf("the server may write a core file: %s", got)
	}
}
