package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"tilhor"
	"tilhor/internal/journal"
	"tilhor/internal/lang"
)

// ReceiptCmd is for who holds a receipt.
type ReceiptCmd struct {
	Check ReceiptCheckCmd `cmd:"" help:"Check a receipt, with nothing but the owner's public key."`
}

// ReceiptCheckCmd checks a receipt, or an attestation of a public act, offline.
type ReceiptCheckCmd struct {
	File       string      `arg:"" help:"The receipt; - for standard input."`
	Key        string      `required:"" help:"The owner's public key: the file owner.pub, or its text."`
	Checkpoint string      `help:"A later checkpoint with the entry's proof: also check that the entry is in the tree."`
	Lang       tilhor.Lang `default:"nb" enum:"nb,nn,en" help:"The language of the words."`
}

// Run says in words what the receipt states; exit 1 when it is not genuine.
func (c ReceiptCheckCmd) Run(app *App) error {
	file, err := readSmall(app.In, c.File)
	if err != nil {
		return exit(2, err.Error())
	}
	public := c.Key
	if text, err := readSmall(nil, c.Key); err == nil {
		public = string(text)
	} else if !strings.Contains(public, "+") {
		return exit(2, err.Error())
	}
	w := lang.For(c.Lang)
	var r interface {
		CheckIn(public string, file []byte) (journal.Checkpoint, error)
	}
	if journal.IsAttestation(file) {
		a, err := journal.CheckAttestation(public, file)
		if err != nil {
			return exit(1, c.File+": "+err.Error())
		}
		fmt.Fprintln(app.Out, w.T("receipt.check.act", "owner", string(a.Owner), "act", a.Act, "when", w.DateTime(a.At)))
		for _, s := range a.Words { // as they are signed: a word may hold what moves a terminal
			fmt.Fprintln(app.Out, strconv.Quote(s))
		}
		r = a
	} else {
		told, err := journal.CheckReceipt(public, file)
		if err != nil {
			return exit(1, c.File+": "+err.Error())
		}
		fmt.Fprintln(app.Out, w.T("receipt.check.good", "owner", string(told.Owner)))
		fmt.Fprintln(app.Out, told.Text(w, string(told.School)))
		r = told
	}
	if c.Checkpoint == "" {
		return nil
	}
	proof, err := readSmall(nil, c.Checkpoint)
	if err != nil {
		return exit(2, err.Error())
	}
	in, err := r.CheckIn(public, proof)
	if err != nil {
		return exit(1, c.Checkpoint+": "+err.Error())
	}
	fmt.Fprintln(app.Out, w.T("receipt.check.in-tree", "when", w.DateTime(in.Time), "n", in.Size))
	return nil
}

const maxSmall = 64 << 20

// readSmall reads a file that cannot be large: 64 MiB holds a hundred thousand checkpoints.
func readSmall(stdin io.Reader, name string) ([]byte, error) {
	in := stdin
	if name != "-" || stdin == nil {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("%s cannot be opened", name)
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, maxSmall+1))
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read", name)
	}
	if len(text) > maxSmall { // its end would be missing, unseen
		return nil, fmt.Errorf("%s is larger than %d MiB", name, maxSmall>>20)
	}
	return text, nil
}
