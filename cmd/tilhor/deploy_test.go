package main

import (
	"bytes"
	"errors"
	"net"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// How the program is run for real: the unit for systemd and the container file. What
// they set must be what serve takes, and what keeps the program in must not fall out
// unseen. The unit is read by systemd too; what the container file makes is run in
// TestTheContainersProgramRunsByItself.

var envName = regexp.MustCompile(`\$(TILHOR_[A-Z_]+)`)

// taken are the variables that serve says it takes.
func taken(t *testing.T) map[string]bool {
	t.Helper()
	var said bytes.Buffer
	if code := run(&App{Out: &said, Err: &said, Clock: time.Now}, []string{"serve", "--help"}); code != 0 {
		t.Fatal(said.String())
	}
	all := map[string]bool{}
	for _, m := range envName.FindAllStringSubmatch(said.String(), -1) {
		all[m[1]] = true
	}
	if !all["TILHOR_DB"] || !all["TILHOR_KEYS"] {
		t.Fatalf("serve says nothing of its options: %s", said.String())
	}
	return all
}

func deployed(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, "deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A fault is looked for by changing the file; want stands in one of the faults.
type spoiled struct{ old, now, want string }

func holds(t *testing.T, text string, faults func(string) []string, all []spoiled) {
	t.Helper()
	for _, f := range faults(text) {
		t.Error(f)
	}
	for _, s := range all {
		if !strings.Contains(text, s.old) {
			t.Errorf("%q is not there to be spoiled", s.old)
			continue
		}
		if got := faults(strings.Replace(text, s.old, s.now, 1)); !strings.Contains(strings.Join(got, "\n"), s.want) {
			t.Errorf("with %q for %q: %q is not among %q", s.now, s.old, s.want, got)
		}
	}
}

// environment reads pairs of a name and a value, and says what serve does not take.
func environment(pairs []string, takes map[string]bool) (env map[string]string, faults []string) {
	env = map[string]string{}
	for _, p := range pairs {
		name, value, ok := strings.Cut(p, "=")
		switch {
		case !ok || value == "":
			faults = append(faults, p+" sets nothing")
		case strings.HasPrefix(name, "TILHOR_") && !takes[name]:
			faults = append(faults, name+" is nothing that serve takes")
		}
		env[name] = value
	}
	for _, must := range []string{"TILHOR_DB", "TILHOR_KEYS", "TILHOR_CONFIG", "TILHOR_ADDR", "TILHOR_WATCH"} {
		if env[must] == "" {
			faults = append(faults, must+" is not set")
		}
	}
	db, keys := path.Dir(strings.TrimPrefix(env["TILHOR_DB"], "sqlite:")), env["TILHOR_KEYS"]
	if liesIn(db, keys) || liesIn(keys, db) {
		faults = append(faults, "keys and data lie in one folder")
	}
	return env, faults
}

// liesIn says whether a file lies in a folder.
func liesIn(file, folder string) bool {
	return folder != "" && (file == folder || strings.HasPrefix(file, strings.TrimSuffix(folder, "/")+"/"))
}

func port(addr string) string { _, p, _ := net.SplitHostPort(addr); return p }

// The image has the program and nothing else, runs as nobody that exists outside,
// writes only into its volumes, and serves the ports it shows.
func TestTheContainerFileIsSound(t *testing.T) {
	takes, text := taken(t), deployed(t, "Containerfile")
	made, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	faults := func(text string) []string { return containerFaults(text, string(made), takes) }
	holds(t, text, faults, []spoiled{
		{"USER 10001:10001", "USER root", "user"},
		{"USER 10001:10001\n", "", "user"},
		{"FROM scratch", "FROM debian:latest", "more than the program"},
		{"TILHOR_KEYS=/keys", "TILHOR_KEY=/keys", "TILHOR_KEY is nothing that serve takes"},
		{"TILHOR_KEYS=/keys", "TILHOR_KEYS=/data/keys", "one folder"},
		{`VOLUME ["/data", "/keys"]`, `VOLUME ["/data"]`, "in no volume"},
		{"folders /", "holders /", "does not make holders"},
		{"--chown=10001:10001", "--chown=0:0", "belong to another"},
		{"--chmod=0700", "--chmod=0755", "read by others"},
		{`VOLUME ["/data", "/keys"]`, `VOLUME ["/data", "/keys", "/more"]`, "no folder of the image"},
		{"TMPDIR=/data", "TMPDIR=/tmp", "in no volume"},
		{"EXPOSE 8080 8081", "EXPOSE 80 8081", "port 8080"},
		{`CMD ["serve"]`, `CMD ["server"]`, "no command"},
		{`ENTRYPOINT ["/usr/local/bin/tilhor"]`, `ENTRYPOINT /usr/local/bin/tilhor`, "needs a shell"},
		{"COPY tilhor /usr/local/bin/tilhor", "COPY tilhor /bin/tilhor", "is not copied"},
		{"--read-only", "--rm", "--read-only"},
		{"--cap-drop all", "", "--cap-drop all"},
		{"/etc/tilhor:/etc/tilhor:ro", "/etc/tilhor:/etc/tilhor", "settings"},
		{"-p 127.0.0.1:8080:8080", "-p 8080:8080", "everybody"},
	})
}

// containerLines are the lines of a container file by their first word, and its notes.
func containerLines(text string) (lines map[string][]string, notes string) {
	lines = map[string][]string{}
	for _, l := range strings.Split(text, "\n") {
		if strings.HasPrefix(l, "#") {
			notes += strings.TrimSuffix(strings.TrimPrefix(l, "#"), `\`) + " "
			continue
		}
		if word, rest, ok := strings.Cut(l, " "); ok {
			lines[word] = append(lines[word], rest)
		}
	}
	return lines, notes
}

func containerFaults(text, made string, takes map[string]bool) (faults []string) {
	add := func(wrong bool, what string) {
		if wrong {
			faults = append(faults, what)
		}
	}
	lines, notes := containerLines(text)
	one := func(word string) string {
		if len(lines[word]) != 1 {
			faults = append(faults, word+" stands not once")
			return ""
		}
		return lines[word][0]
	}
	add(one("FROM") != "scratch" || len(lines["RUN"])+len(lines["ADD"]) > 0, "the image has more than the program")
	uid, _, _ := strings.Cut(one("USER"), ":")
	add(uid == "" || uid == "0" || strings.Trim(uid, "0123456789") != "", "the user is "+uid)
	volumes := list(one("VOLUME"))
	env, more := environment(strings.Fields(one("ENV")), takes)
	faults = append(faults, more...)
	for _, name := range []string{"TILHOR_DB", "TILHOR_KEYS", "TMPDIR"} {
		file := strings.TrimPrefix(env[name], "sqlite:")
		add(!slices.ContainsFunc(volumes, func(v string) bool { return liesIn(file, v) }), name+" lies in no volume")
	}
	exposed := strings.Fields(one("EXPOSE"))
	for _, name := range []string{"TILHOR_ADDR", "TILHOR_WATCH"} {
		add(!slices.Contains(exposed, port(env[name])), "port "+port(env[name])+" of "+name+" is not shown")
	}
	var to []string
	for _, c := range lines["COPY"] {
		f := strings.Fields(c)
		from, dest := f[len(f)-2], f[len(f)-1]
		to = append(to, dest)
		add(!strings.Contains(made, from) || !strings.Contains(made, "bin/container"), "make container does not make "+from)
	}
	folders := slices.IndexFunc(lines["COPY"], func(c string) bool { return strings.HasSuffix(c, " folders /") })
	if add(folders < 0, "the folders of the volumes are not copied"); folders >= 0 {
		add(!strings.Contains(lines["COPY"][folders], "--chown="+uid+":"), "the volumes belong to another than who runs it")
		add(!strings.Contains(lines["COPY"][folders], "--chmod=0700"), "the volumes can be read by others")
	}
	for _, v := range volumes {
		add(!strings.Contains(made, "folders"+v), v+" is no folder of the image")
	}
	program := list(one("ENTRYPOINT"))
	add(len(program) != 1, "the program needs a shell")
	add(len(program) == 1 && !slices.Contains(to, program[0]), "what is run is not copied in")
	faults = append(faults, commandFaults(list(one("CMD")))...)
	add(one("STOPSIGNAL") != "SIGTERM", "it is not stopped gently")
	for _, must := range []string{"--read-only", "--cap-drop all", "--security-opt no-new-privileges", "--memory 1g --memory-swap 1g"} {
		add(!strings.Contains(notes, must), "how to run it lacks "+must)
	}
	folder := path.Dir(env["TILHOR_CONFIG"])
	add(!strings.Contains(notes, folder+":"+folder+":ro"), "the settings can be written to")
	add(!strings.Contains(notes, "-p 127.0.0.1:"+port(env["TILHOR_ADDR"])+":"+port(env["TILHOR_ADDR"])), "it is open to everybody beside the proxy")
	return faults
}

var quoted = regexp.MustCompile(`"([^"]*)"`)

// list reads ["a", "b"]; what is written otherwise has none.
func list(s string) (all []string) {
	if !strings.HasPrefix(s, "[") {
		return nil
	}
	for _, m := range quoted.FindAllStringSubmatch(s, -1) {
		all = append(all, m[1])
	}
	return all
}

// commandFaults asks the program itself whether it has such a command.
func commandFaults(args []string) []string {
	var said bytes.Buffer
	if code := run(&App{Out: &said, Err: &said, Clock: time.Now}, append(slices.Clone(args), "--help")); code != 0 || len(args) == 0 {
		return []string{strings.Join(args, " ") + " is no command"}
	}
	return nil
}

// What keeps the program in under systemd, to the letter.
var keptIn = map[string]string{
	"NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "ProtectProc": "invisible", "ProcSubset": "pid", "ProtectClock": "yes", "ProtectHostname": "yes",
	"ProtectKernelLogs": "yes", "ProtectKernelModules": "yes", "ProtectKernelTunables": "yes", "ProtectControlGroups": "yes", "PrivateTmp": "yes", "PrivateDevices": "yes", "PrivateUsers": "yes",
	"RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX", "RestrictNamespaces": "yes", "RestrictRealtime": "yes", "RestrictSUIDSGID": "yes", "LockPersonality": "yes", "MemoryDenyWriteExecute": "yes",
	"RemoveIPC": "yes", "KeyringMode": "private", "CapabilityBoundingSet": "", "AmbientCapabilities": "", "LimitCORE": "0", "MemorySwapMax": "0", "UMask": "0077", "StateDirectoryMode": "0700", "SystemCallArchitectures": "native",
}

// systemdFaults are what systemd itself says of a unit: a name that is spelt wrong is
// passed over with a warning that nobody reads.
func systemdFaults(t *testing.T, text string) []string {
	t.Helper()
	unit := filepath.Join(t.TempDir(), "tilhor.service")
	text = strings.Replace(text, "ExecStart=/usr/local/bin/tilhor", "ExecStart=/bin/true", 1) // it is not installed here
	if err := os.WriteFile(unit, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := exec.Command("systemd-analyze", "verify", "--man=no", unit).CombinedOutput()
	if missing := (*exec.Error)(nil); errors.As(err, &missing) {
		t.Fatalf("%v (try make deps)", err)
	}
	var faults []string
	for _, l := range strings.Split(string(said), "\n") {
		if strings.Contains(l, "tilhor.service") { // and not of another unit of this machine
			faults = append(faults, l)
		}
	}
	return faults
}

// The unit runs the program as its own user, which may write into two folders and
// listens to this machine alone.
func TestTheUnitIsSound(t *testing.T) {
	takes, text := taken(t), deployed(t, "tilhor.service")
	faults := func(text string) []string { return append(unitFaults(text, takes), systemdFaults(t, text)...) }
	holds(t, text, faults, []spoiled{
		{"User=tilhor", "User=root", "user"},
		{"User=tilhor\n", "", "user"},
		{"ProtectSystem=strict", "ProtectSystem=full", "ProtectSystem"},
		{"MemoryDenyWriteExecute=yes\n", "", "MemoryDenyWriteExecute"},
		{"LimitCORE=0", "LimitCORE=infinity", "LimitCORE"},
		{"CapabilityBoundingSet=\n", "CapabilityBoundingSet=CAP_NET_BIND_SERVICE\n", "CapabilityBoundingSet"},
		{"PrivateTmp=yes", "PrivateTemp=yes", "PrivateTemp'"},
		{"TILHOR_KEYS=/var/lib/tilhor-keys", "TILHOR_KEYS=/etc/tilhor-keys", "not be written"},
		{"TILHOR_KEYS=/var/lib/tilhor-keys", "TILHOR_KEYS=/var/lib/tilhor/keys", "one folder"},
		{"StateDirectory=tilhor tilhor-keys", "StateDirectory=tilhor", "not be written"},
		{"TILHOR_ADDR=127.0.0.1:8080", "TILHOR_ADDR=0.0.0.0:8080", "other machines"},
		{"TILHOR_WATCH=127.0.0.1:8081", "TILHOR_WATCHER=127.0.0.1:8081", "TILHOR_WATCHER is nothing that serve takes"},
		{"ExecStart=/usr/local/bin/tilhor serve", "ExecStart=/usr/local/bin/tilhor run", "no command"},
		{"TILHOR_CONFIG=%d/tilhor.json", "TILHOR_CONFIG=%d/settings.json", "credential"},
		{"Type=notify", "Type=simple", "ready"},
		{"SystemCallFilter=~@privileged", "SystemCallFilter=@privileged", "calls"},
		{"WantedBy=multi-user.target", "", "never started"},
	})
}

func unitFaults(text string, takes map[string]bool) (faults []string) {
	add := func(wrong bool, what string) {
		if wrong {
			faults = append(faults, what)
		}
	}
	set := map[string][]string{}
	for _, l := range strings.Split(text, "\n") {
		if l == "" || strings.HasPrefix(l, "#") || strings.HasPrefix(l, "[") {
			continue
		}
		name, value, ok := strings.Cut(l, "=")
		add(!ok, l+" is no setting")
		set[name] = append(set[name], value)
	}
	one := func(name string) string { return strings.Join(set[name], "\n") }
	for name, want := range keptIn {
		add(len(set[name]) != 1 || set[name][0] != want, name+" is not "+want)
	}
	add(one("User") == "" || one("User") == "root" || one("Group") != one("User"), "the user is "+one("User"))
	add(one("Type") != "notify", "nobody is told when it is ready")
	add(one("WantedBy") == "", "it is never started")
	add(!slices.Contains(set["SystemCallFilter"], "@system-service") || !strings.HasPrefix(set["SystemCallFilter"][len(set["SystemCallFilter"])-1], "~@privileged"), "all system calls may be made")
	run := strings.Fields(one("ExecStart"))
	add(len(run) < 2 || !path.IsAbs(run[0]), "what is run is "+one("ExecStart"))
	faults = append(faults, commandFaults(run[min(1, len(run)):])...)
	env, more := environment(set["Environment"], takes)
	faults = append(faults, more...)
	var may []string
	for _, s := range strings.Fields(one("StateDirectory")) {
		may = append(may, "/var/lib/"+s)
	}
	for _, file := range []string{strings.TrimPrefix(env["TILHOR_DB"], "sqlite:"), env["TILHOR_KEYS"], one("WorkingDirectory")} {
		add(!slices.ContainsFunc(may, func(dir string) bool { return liesIn(file, dir) }), file+" may not be written to")
	}
	for _, name := range []string{"TILHOR_ADDR", "TILHOR_WATCH"} {
		host, _, err := net.SplitHostPort(env[name])
		add(err != nil || !net.ParseIP(host).IsLoopback(), name+" can be asked from other machines")
	}
	credential, file, _ := strings.Cut(one("LoadCredential"), ":")
	add(env["TILHOR_CONFIG"] != "%d/"+credential || !path.IsAbs(file), "the settings are no credential")
	return faults
}
