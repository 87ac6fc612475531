package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"tilhor"
	"tilhor/internal/handover"
	"tilhor/internal/lang"
)

// PackageCmd is for who holds a package (saksmappe).
type PackageCmd struct {
	Verify PackageVerifyCmd `cmd:"" help:"Check a package offline: exit 1 when something in it is wrong, 2 when it cannot be read as one."`
}

// PackageVerifyCmd checks a package with nothing but the owner's public key.
type PackageVerifyCmd struct {
	File string      `arg:"" help:"The package, a zip file."`
	Key  string      `help:"The owner's public key as you were given it elsewhere: the file owner.pub, or its text. Without it the key in the package is used, and its fingerprint told." placeholder:"FILE"`
	Lang tilhor.Lang `default:"nb" enum:"nb,nn,en" help:"The language of the words."`
}

// Run tells what holds and what does not, in words.
func (c PackageVerifyCmd) Run(app *App) error {
	w := lang.For(c.Lang)
	public, err := publicKey(c.Key)
	if err != nil {
		return err
	}
	f, err := os.Open(c.File)
	if err != nil {
		return exit(2, c.File+" cannot be opened")
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil || !st.Mode().IsRegular() {
		return exit(2, c.File+" is not a file")
	}
	r, err := handover.Verify(f, st.Size(), public)
	var refused handover.Unreadable
	if errors.As(err, &refused) {
		return exit(2, c.File+": "+refused.Say(w))
	}
	if err != nil {
		return exit(2, c.File+": "+err.Error())
	}
	tellPackage(app, w, r)
	if !r.Holds() {
		return exit(1, w.T("handover.check.wrong", "n", len(r.Wrong)+r.More))
	}
	return nil
}

func tellPackage(app *App, w *lang.Words, r handover.Report) {
	say := func(key string, kv ...any) { fmt.Fprintln(app.Out, w.T("handover.check."+key, kv...)) }
	say("about", "owner", r.OwnerName, "school", r.SchoolName, "number", r.Case, "kind", w.T("handover.kind."+string(r.Kind)), "when", w.DateTime(r.Made))
	if r.Tree > 0 {
		say("read", "files", r.Files, "entries", r.Entries, "when", w.DateTime(r.Signed))
	}
	held := 0
	for _, n := range r.Withheld {
		held += n
	}
	say("parts", "shown", r.Shown, "held", held, "shredded", r.Shredded)
	if r.Forces > 0 {
		say("forces", "n", r.Forces)
	}
	if r.Attached+r.Unproven > 0 {
		say("attached", "n", r.Attached, "unproven", r.Unproven)
	}
	for _, why := range handover.Reasons {
		if n := r.Withheld[why]; n > 0 {
			fmt.Fprintf(app.Out, "  %s: %s\n", w.T("handover.held."+string(why)), w.Num(n))
		}
	}
	if r.Given {
		say("given", "print", handover.Fingerprint(r.Key))
	} else {
		say("own", "print", handover.Fingerprint(r.Key))
	}
	for _, x := range r.Wrong {
		fmt.Fprintln(app.Out, "  "+x.Say(w))
	}
	if r.More > 0 {
		say("more", "n", r.More)
	}
	if r.Holds() {
		say("holds")
	}
}

// publicKey is a key that was given as a file or as its text, "" for none.
func publicKey(given string) (string, error) {
	if given == "" {
		return "", nil
	}
	text, err := readSmall(nil, given)
	if err == nil {
		return strings.TrimSpace(string(text)), nil
	}
	if strings.Contains(given, "+") {
		return given, nil
	}
	return "", exit(2, err.Error())
}
