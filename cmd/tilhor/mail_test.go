package main

import (
	"bufio"
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A relay speaks as much SMTP as a mail needs, and keeps what it was given. A
// refusal is what it answers to whoever a mail is to.
func relay(t *testing.T, refusal string) (address string, got chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	got = make(chan string, 10)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go answer(textproto.NewConn(c), refusal, got)
		}
	}()
	return l.Addr().String(), got
}

func answer(c *textproto.Conn, refusal string, got chan<- string) {
	defer c.Close()
	c.PrintfLine("220 relay")
	for {
		line, err := c.ReadLine()
		if err != nil {
			return
		}
		switch verb, _, _ := strings.Cut(strings.ToUpper(line), " "); verb {
		case "EHLO", "HELO":
			c.PrintfLine("250 relay")
		case "RCPT":
			if refusal != "" {
				c.PrintfLine("%s", refusal)
				continue
			}
			c.PrintfLine("250 ok")
		case "DATA":
			c.PrintfLine("354 go on")
			b, _ := c.ReadDotBytes()
			got <- string(b)
			c.PrintfLine("250 ok")
		case "QUIT":
			c.PrintfLine("221 bye")
			return
		default:
			c.PrintfLine("250 ok")
		}
	}
}

func TestMailIsHandedOver(t *testing.T) {
	address, got := relay(t, "")
	m, err := newSMTP(mailSettings{Server: address, From: "ikke-svar@granvik.example", Plain: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Mail(context.Background(), "marit@dahl.example", "Du har en beskjed", "Hei\n\nDet ligger noe til deg.\nÆØÅ"); err != nil {
		t.Fatal(err)
	}
	mail, err := textproto.NewReader(bufio.NewReader(strings.NewReader(<-got))).ReadMIMEHeader()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"From": "<ikke-svar@granvik.example>", "To": "<marit@dahl.example>", "Subject": "Du har en beskjed", "Auto-Submitted": "auto-generated",
	} {
		if mail.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, mail.Get(name), want)
		}
	}
}

// What a relay answers often repeats the address: it stands in no error, and so
// in no log.
func TestMailErrorsNameNobody(t *testing.T) {
	refuses, _ := relay(t, "550 no such user marit@dahl.example")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := l.Addr().String()
	l.Close()
	for name, server := range map[string]string{"refuses": refuses, "gone": gone} {
		m, err := newSMTP(mailSettings{Server: server, From: "ikke-svar@granvik.example", Plain: true})
		if err != nil {
			t.Fatal(err)
		}
		err = m.Mail(context.Background(), "marit@dahl.example", "Du har en beskjed", "Hei")
		if err == nil || strings.Contains(err.Error(), "marit") || strings.Contains(err.Error(), "dahl") {
			t.Errorf("%s: %v", name, err)
		}
		if err := m.Mail(context.Background(), "marit dahl", "Du har en beskjed", "Hei"); err == nil || strings.Contains(err.Error(), "dahl") {
			t.Errorf("%s, an address that is none: %v", name, err)
		}
	}
}

// Mail without TLS goes to this machine only, and a relay that asks for a name
// is given one with its password, from a file.
func TestMailSettings(t *testing.T) {
	for want, s := range map[string]mailSettings{
		"host:port":         {Server: "smtp.kommune.no", From: "a@b.no"},
		"host:port:":        {Server: "smtp.kommune.no:0", From: "a@b.no"},
		"mail.from":         {Server: "smtp.kommune.no:587", From: "kommunen"},
		"user and password": {Server: "smtp.kommune.no:587", From: "a@b.no", User: "tilhor"},
		"this machine":      {Server: "smtp.kommune.no:25", From: "a@b.no", Plain: true},
		"":                  {Server: "smtp.kommune.no:587", From: "a@b.no"},
	} {
		err := s.check()
		want = strings.TrimSuffix(want, ":")
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), strings.Fields(want)[0])) {
			t.Errorf("%+v: %v, want %q", s, err, want)
		}
	}
	file := filepath.Join(t.TempDir(), "password")
	if _, err := newSMTP(mailSettings{Server: "smtp.kommune.no:587", From: "a@b.no", User: "tilhor", Password: file}); err == nil {
		t.Error("a password that is not there was no fault")
	}
	if err := os.WriteFile(file, []byte("hemmelig\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := newSMTP(mailSettings{Server: "smtp.kommune.no:587", From: "a@b.no", User: "tilhor", Password: file}); err != nil {
		t.Error(err)
	}
}

// A relay that offers no STARTTLS is given nothing, but on this machine where it was
// asked for.
func TestMailGoesNowhereWithoutTLS(t *testing.T) {
	address, got := relay(t, "")
	m, err := newSMTP(mailSettings{Server: address, From: "ikke-svar@granvik.example"})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Mail(context.Background(), "marit@dahl.example", "Du har en beskjed", "Hei"); err == nil || strings.Contains(err.Error(), "dahl") {
		t.Errorf("a relay without TLS: %v", err)
	}
	select {
	case mail := <-got:
		t.Errorf("it was given %q", mail)
	default:
	}
}

// The mailer of a demo says that there was a mail, and neither to whom nor what.
func TestTheLoggedMailerNamesNobody(t *testing.T) {
	var log bytes.Buffer
	l := logged{slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	if err := l.Mail(context.Background(), "marit@dahl.example", "Du har en beskjed", "Det ligger noe til deg."); err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"marit", "dahl", "beskjed", "ligger"} {
		if strings.Contains(log.String(), word) {
			t.Errorf("the log says %q: %s", word, log.String())
		}
	}
	if strings.Count(log.String(), "\n") != 1 {
		t.Errorf("the log says nothing of a mail: %s", log.String())
	}
}
