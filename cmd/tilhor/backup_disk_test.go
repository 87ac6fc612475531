package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tilhor/internal/beside"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/db/dbtest/disk"
	"tilhor/internal/soak"
)

// archivesIn says what lies in the folder of a backup.
func archivesIn(t *testing.T, out string) (all []string) {
	t.Helper()
	list, err := os.ReadDir(out)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, e := range list {
		all = append(all, e.Name())
	}
	return all
}

// A backup on a disk that fails, at every write and sync of its two archives: it says
// so, leaves no archive that anybody could take for a backup, and the next try goes
// through. What fails after both are whole is told as that. The control is a disk that
// says it has written, and has written half: such a backup is not restored.
func TestABackupOnADiskThatFails(t *testing.T) {
	b, _ := lived(t, dbtest.SQLiteDSN(t))
	public, identity := b.recipient()
	back := func(out string) (code int, said string) {
		return b.runs(b.with("backup", "--to", out, "--recipient", public)...)
	}
	restored := func(out string) int {
		to := b.fresh()
		code, _ := to.runs(to.with("restore", "--from", out, "--identity", identity)...)
		return code
	}
	whole := filepath.Join(b.dir, "whole")
	ops, writes := 0, []int{}
	off := beside.On(whole, func(o beside.Op, path string) (bool, error) {
		if ops++; o == beside.Writes && strings.HasSuffix(path, dataSuffix+".part") {
			writes = append(writes, ops)
		}
		return false, nil
	})
	if code, said := back(whole); code != 0 || restored(whole) != 0 {
		t.Fatal(said)
	}
	off()
	k, err := disk.New()
	if err != nil {
		t.Fatal(err)
	}
	defer k.Remove()
	for n := 1; n <= ops; n++ {
		for _, kind := range []disk.Kind{disk.Broken, disk.Half, disk.Full}[:soak.Times(2, 3)] {
			out := filepath.Join(b.dir, fmt.Sprint("out", n, kind[:3]))
			off := k.Beside(out)
			k.Break(disk.Fault{At: k.Ops() + n, Kind: kind, Once: true})
			code, said := back(out)
			if k.Mend() == 0 {
				off() // what needs no room does not fail for want of it, and nothing came after
				continue
			}
			if left := archivesIn(t, out); code == 0 || len(left) > 0 {
				t.Errorf("%s at operation %d: exit %d, left %v: %s", kind, n, code, left, said)
			}
			if code, said := back(out); code != 0 {
				t.Errorf("%s at operation %d, and the disk is whole again: %s", kind, n, said)
			}
			off()
		}
	}
	keys := k.Beside(b.keys)
	k.Break(disk.Fault{Kind: disk.Full})
	out := filepath.Join(b.dir, "noted")
	code, said := back(out)
	k.Mend()
	keys()
	if code == 0 || !strings.Contains(said, "are whole") || restored(out) != 0 {
		t.Errorf("that it could not be noted beside the keys: exit %d, %s", code, said)
	}
	for _, at := range []int{writes[0], writes[len(writes)-1]} {
		out, n := filepath.Join(b.dir, fmt.Sprint("half", at)), 0
		off := beside.On(out, func(beside.Op, string) (bool, error) { n++; return n == at, nil })
		back(out)
		off()
		if restored(out) == 0 {
			t.Errorf("the control: a backup of which half of operation %d was written is restored", at)
		}
	}
}
