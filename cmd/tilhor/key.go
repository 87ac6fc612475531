package main

import (
	"fmt"
	"os"
	"path/filepath"

	"tilhor"
	"tilhor/internal/seal"
)

// KeyCmd makes an owner's keys and shows the public one.
type KeyCmd struct {
	Init   KeyInitCmd   `cmd:"" help:"Make the keys of a school owner."`
	Public KeyPublicCmd `cmd:"" help:"Print the public key that checks receipts and checkpoints."`
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
	fmt.Fprintln(app.Out, "Without them nothing that is told can ever be read again: run tilhor backup soon, and keep the archive of keys apart from the data.")
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
