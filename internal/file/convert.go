package file

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os/exec"
	"syscall"
	"time"
)

// convertFor is how long a converter may take, and convertMost how much it may give.
const (
	convertFor  = 30 * time.Second
	convertMost = 50 << 20
)

// ErrConvert says that the municipality's converter made no document.
var ErrConvert = errors.New("the converter made no PDF")

// ToPDF makes a PDF of a page with the municipality's own converter: a command that
// reads HTML and writes PDF. It gets no shell, nothing of our surroundings, and what
// it says is not kept. It is given only what everybody may read.
func ToPDF(ctx context.Context, command []string, page []byte) ([]byte, error) {
	if len(command) == 0 {
		return nil, ErrConvert
	}
	ctx, stop := context.WithTimeout(ctx, convertFor)
	defer stop()
	var out bytes.Buffer
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.WaitDelay = time.Second // what it started does not keep us
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
	c.Env = []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"}
	c.Stdin, c.Stdout = bytes.NewReader(page), &limited{&out, convertMost}
	if err := c.Run(); err != nil || !bytes.HasPrefix(out.Bytes(), []byte("%PDF-")) {
		return nil, ErrConvert
	}
	return out.Bytes(), nil
}

// limited takes no more than it may.
type limited struct {
	w    io.Writer
	left int
}

func (l *limited) Write(b []byte) (int, error) {
	if l.left -= len(b); l.left < 0 {
		return 0, io.ErrShortWrite
	}
	return l.w.Write(b)
}
