package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tilhor"
	"tilhor/internal/beside"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/lang"
	"tilhor/internal/seal"
)

// KeyCmd makes an owner's keys, keeps them from being lost, and changes them.
type KeyCmd struct {
	Init    KeyInitCmd    `cmd:"" help:"Make the keys of a school owner."`
	Public  KeyPublicCmd  `cmd:"" help:"Print the public key that checks receipts and checkpoints."`
	Backup  KeyBackupCmd  `cmd:"" help:"Split the secret keys into shares on paper: any two open, one opens nothing."`
	Restore KeyRestoreCmd `cmd:"" help:"Make the keys anew from two shares."`
	Rotate  KeyRotateCmd  `cmd:"" help:"Change the owner key, while the server runs."`
	Retire  KeyRetireCmd  `cmd:"" help:"Destroy the owner key that was in use before the last change."`
}

// KeyInitCmd makes keys; it refuses where there are some.
type KeyInitCmd struct {
	Keys  string         `default:"keys" help:"The folder of keys."`
	Owner tilhor.OwnerID `required:"" help:"The school owner's id: letters, digits, - and _."`
}

// Run makes them and says what must be done with them.
func (c KeyInitCmd) Run(app *App) error {
	if err := seal.Init(c.Keys, c.Owner); err != nil {
		return err
	}
	folder := filepath.Join(c.Keys, string(c.Owner))
	fmt.Fprintf(app.Out, "The keys of %s lie in %s.\n", c.Owner, folder)
	fmt.Fprintln(app.Out, "Without them nothing that is told can ever be read again: split them into shares today (tilhor key backup), and run tilhor backup soon.")
	fmt.Fprintf(app.Out, "The public key, for anyone who holds a receipt, is %s.\n", filepath.Join(folder, seal.PublicFile))
	return nil
}

// KeyPublicCmd prints the public key.
type KeyPublicCmd struct {
	Keys  string         `default:"keys" help:"The folder of keys."`
	Owner tilhor.OwnerID `help:"The school owner's id. Default: the only one."`
}

// Run prints it.
func (c KeyPublicCmd) Run(app *App) error {
	owner, err := Where{DB: "sqlite:x", Keys: c.Keys, Owner: c.Owner}.one()
	if err != nil {
		return err
	}
	if !seal.ValidOwner(owner) {
		return exit(2, "this is not an owner's id")
	}
	text, err := os.ReadFile(filepath.Join(c.Keys, string(owner), seal.PublicFile))
	if err != nil {
		return exit(2, "there is no public key of "+string(owner)+" in "+c.Keys)
	}
	_, err = app.Out.Write(text)
	return err
}

// KeyBackupCmd writes the shares of an owner's keys, each a page to print. They
// are never written to the screen, where they would stay in its memory.
type KeyBackupCmd struct {
	Keys   string         `default:"keys" help:"The folder of keys."`
	Owner  tilhor.OwnerID `help:"The school owner's id. Default: the only one."`
	Shares int            `default:"3" help:"How many shares; any two of them open."`
	To     string         `required:"" help:"An empty place for the shares, best in memory (/dev/shm) or on a stick."`
}

// Run writes all shares or none, and reads them back before it says so.
func (c KeyBackupCmd) Run(app *App) error {
	owner, err := Where{DB: "sqlite:x", Keys: c.Keys, Owner: c.Owner}.one()
	if err != nil {
		return err
	}
	if within(c.To, c.Keys) {
		return exit(2, "the shares would lie with the keys, and be lost with them: give another folder")
	}
	keys, err := seal.Open(c.Keys, owner)
	if err != nil {
		return exit(2, err.Error())
	}
	shares, err := seal.Shares(c.Keys, owner, c.Shares, calendar.DateOf(app.Clock()))
	if err != nil {
		return exit(2, err.Error())
	}
	files, err := writeShares(c.To, shares)
	if err != nil {
		return fmt.Errorf("write the shares: %w", err)
	}
	if err := keys.NoteShares(owner, len(shares), app.Clock()); err != nil {
		return err
	}
	for _, f := range files {
		fmt.Fprintln(app.Out, f)
	}
	fmt.Fprintf(app.Out, "%d shares of the keys of %s; any two open. Print each, give each to another person who signs for it, and delete the files.\n", len(shares), owner)
	fmt.Fprintf(app.Out, "The mark of the public key is %s: it stands on each share.\n", shares[0].Public)
	return nil
}

// within says whether path is dir or lies in it.
func within(path, dir string) bool {
	p, err1 := filepath.Abs(path)
	d, err2 := filepath.Abs(dir)
	rel, err3 := filepath.Rel(d, p)
	return errors.Join(err1, err2, err3) == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

func writeShares(dir string, shares []seal.Share) (files []string, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			for _, f := range files {
				os.Remove(f)
			}
		}
	}()
	for _, s := range shares {
		path := filepath.Join(dir, fmt.Sprintf("tilhor-%s-%s-share-%d-of-%d.txt", s.Owner, s.Made, s.Number, s.Of))
		f, err := beside.Open(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL)
		if err != nil {
			return files, err
		}
		files = append(files, path)
		if err := f.Finish([]byte(sharePage(s))); err != nil {
			return files, err
		}
		back, err := os.ReadFile(path)
		if err != nil {
			return files, err
		}
		if got, err := seal.ReadShare(back); err != nil || got.Text() != s.Text() {
			return files, errors.Join(err, errors.New("a share does not read back as it was written"))
		}
	}
	return files, beside.SyncDir(dir)
}

// restoreLine is what is typed to use the shares, in every language.
const restoreLine = "tilhor key restore --share FILE --share FILE --keys DIR"

// sharePage is a share with the words that an office needs around it.
func sharePage(s seal.Share) string {
	var b strings.Builder
	for _, l := range []tilhor.Lang{tilhor.Bokmal, tilhor.Nynorsk, tilhor.English} {
		w := lang.For(l)
		b.WriteString(strings.ToUpper(w.T("key.share.title", "n", s.Number, "of", s.Of, "owner", string(s.Owner))) + "\n\n")
		for _, text := range []string{
			w.T("key.share.what", "of", s.Of, "owner", string(s.Owner)), w.T("key.share.keep"),
			w.T("key.share.use", "command", "tilhor key restore"), w.T("key.share.renew"),
		} {
			b.WriteString(folded(text, 76) + "\n")
		}
		b.WriteString("\n")
	}
	b.WriteString("    " + restoreLine + "\n\n" + s.Text())
	return b.String()
}

// folded breaks a text into lines of at most n letters.
func folded(text string, n int) string {
	var b strings.Builder
	at := 0
	for i, word := range strings.Fields(text) {
		size := len([]rune(word))
		switch {
		case i == 0:
		case at+1+size > n:
			b.WriteByte('\n')
			at = 0
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at += size
	}
	return b.String()
}

// KeyRestoreCmd joins two shares. It never touches keys that are there.
type KeyRestoreCmd struct {
	Share []string `required:"" help:"The file of a share; give it twice, with two different shares."`
	Keys  string   `default:"keys" help:"The folder of keys."`
}

// Run writes the owner's folder of keys, whole or not at all.
func (c KeyRestoreCmd) Run(app *App) error {
	if len(c.Share) != 2 {
		return exit(2, "give two shares: --share FILE --share FILE")
	}
	var shares [2]seal.Share
	for i, name := range c.Share {
		text, err := readSmall(nil, name)
		if err != nil {
			return exit(2, err.Error())
		}
		if shares[i], err = seal.ReadShare(text); err != nil {
			return exit(1, name+": "+err.Error())
		}
	}
	owner, err := seal.Rejoin(c.Keys, shares[0], shares[1])
	if err != nil {
		return exit(1, err.Error())
	}
	fmt.Fprintf(app.Out, "The keys of %s lie in %s again. The mark of the public key is %s.\n", owner, filepath.Join(c.Keys, string(owner)), shares[0].Public)
	fmt.Fprintf(app.Out, "Everything opens again. Put the files %s and %s of the newest archive of keys there too, and run tilhor journal verify. If they are lost as well, compare the newest checkpoint with one that somebody outside holds, and begin a new file with tilhor journal checkpoint.\n", seal.CheckpointsFile, seal.ShreddedFile)
	return nil
}

// KeyRotateCmd makes a new owner key and wraps every key of the database anew
// with it. What people told is not touched. It may be cut off and run again.
type KeyRotateCmd struct {
	Where
	Prepare bool `help:"Only make the next key, so that it can be copied to other machines first."`
}

// Run does the steps that are left.
func (c KeyRotateCmd) Run(app *App) error {
	ctx := context.Background()
	owner, keys, d, err := c.single(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := keys.Fit(ctx, d, owner); err != nil {
		return exit(1, err.Error())
	}
	folder := keys.Folder(owner)
	if !seal.Changing(c.keysDir(), owner) || c.Prepare {
		if err := seal.Prepare(c.keysDir(), owner); err != nil {
			return exit(1, err.Error())
		}
	}
	if c.Prepare {
		fmt.Fprintf(app.Out, "The next owner key lies in %s. Copy that folder's owner.next.key to every machine that serves %s, then run tilhor key rotate on this one.\n", folder, owner)
		return nil
	}
	resumed, err := seal.Advance(c.keysDir(), owner)
	if err != nil {
		return exit(1, err.Error())
	}
	if resumed {
		fmt.Fprintln(app.Out, "Going on with the change that was begun.")
	} else {
		fmt.Fprintf(app.Out, "The new owner key of %s is in use. Wrapping the keys of the database with it.\n", owner)
	}
	if keys, err = seal.Open(c.keysDir(), owner); err != nil {
		return exit(1, err.Error())
	}
	return rewrap(ctx, app, d, keys, owner)
}

// rewrap tells the database which key is in use, in the record too, and wraps.
func rewrap(ctx context.Context, app *App, d *db.DB, keys *seal.Keys, owner tilhor.OwnerID) error {
	h := newHouse(d, keys, app.Clock, nil)
	err := d.Write(ctx, func(tx *db.Tx) error {
		fresh, err := keys.Current(tx, owner, app.Clock())
		if err != nil || !fresh {
			return err
		}
		return h.noted(tx, owner, "key.rotated", app.Clock())
	})
	if err != nil {
		return err
	}
	w, err := keys.Rewrap(ctx, d, owner, nil)
	if err != nil {
		return err
	}
	fmt.Fprintf(app.Out, "%s: %d keys are under the new owner key, %d of them wrapped just now.\n", owner, w.Current+w.Moved, w.Moved)
	if w.Broken > 0 {
		return exit(1, fmt.Sprintf("%d keys open with neither owner key: tilhor journal verify says which words they belong to. The old owner key is kept", w.Broken))
	}
	fmt.Fprintln(app.Out, "Now: make new shares (tilhor key backup) and a new backup (tilhor backup), and shred the old shares. Copy the new files to other machines that serve the owner. When that is done, end with tilhor key retire.")
	return nil
}

// KeyRetireCmd ends a change of the owner key.
type KeyRetireCmd struct{ Where }

// Run destroys the old key when nothing needs it any more.
func (c KeyRetireCmd) Run(app *App) error {
	ctx := context.Background()
	owner, keys, d, err := c.single(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	if _, ok, err := keys.Shared(owner); err != nil || !ok {
		return errors.Join(err, exit(1, "no shares have been made of the new owner key: run tilhor key backup first"))
	}
	if _, err := keys.Retire(ctx, d, owner, app.Clock()); err != nil {
		return exit(1, err.Error())
	}
	fmt.Fprintf(app.Out, "The old owner key of %s is destroyed here. Delete owner.old.key and owner.next.key on other machines too, and restart the servers: they hold it in memory until then.\n", owner)
	fmt.Fprintln(app.Out, "Backups made before the change are opened by the archive of keys that was made with them, and by nothing else.")
	return nil
}
