package seal

import (
	"os"
	"path/filepath"

	"tilhor"
)

// writeNew makes a file that was not there, for its owner's eyes only, on disk
// before it answers.
func writeNew(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return finish(f, text)
}

func finish(f *os.File, text string) error {
	_, err := f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// Append adds text to one of the owner's files beside the key (checkpoints,
// shredded) and answers when it is on disk.
func (k *Keys) Append(owner tilhor.OwnerID, name, text string) error {
	if _, err := k.ring(owner); err != nil {
		return err
	}
	path := filepath.Join(k.Folder(owner), name)
	_, missing := os.Stat(path)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	if err := finish(f, text); err != nil || missing == nil {
		return err
	}
	return syncDir(k.Folder(owner))
}

// File reads one of the owner's files beside the key; empty when there is none.
func (k *Keys) File(owner tilhor.OwnerID, name string) ([]byte, error) {
	b, err := os.ReadFile(filepath.Join(k.Folder(owner), name))
	if os.IsNotExist(err) {
		return nil, nil
	}
	return b, err
}
