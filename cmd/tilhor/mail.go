package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/dialogue"
	"tilhor/internal/ideas"
	"tilhor/internal/notices"
	"tilhor/internal/web"

	"github.com/wneessen/go-mail"
)

// mailSettings say who carries mail (varsler): the municipality's own relay, by
// SMTP with STARTTLS.
type mailSettings struct {
	Server   string `json:"server"`       // host:port
	From     string `json:"from"`         // nobody reads what is answered to it
	User     string `json:"user"`         // none: the relay asks for none
	Password string `json:"passwordFile"` // the file that holds the password, not the password
	Plain    bool   `json:"plain"`        // without TLS: only for a relay on the same machine
}

func (s *mailSettings) check() error {
	host, port, err := net.SplitHostPort(s.Server)
	switch n, _ := strconv.Atoi(port); {
	case err != nil || host == "" || n < 1 || n > 65535:
		return errors.New("mail.server wants host:port, as smtp.kommune.no:587")
	case !strings.Contains(s.From, "@"):
		return errors.New("mail.from wants an address")
	case (s.User == "") != (s.Password == ""):
		return errors.New("mail wants user and passwordFile together, or neither")
	case s.Plain && host != "localhost" && !net.ParseIP(host).IsLoopback():
		return errors.New("mail.plain is only for a relay on this machine")
	}
	return nil
}

// smtp hands mail to a relay.
type smtp struct {
	client *mail.Client
	from   string
}

func newSMTP(s mailSettings) (*smtp, error) {
	host, port, err := net.SplitHostPort(s.Server)
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return nil, err
	}
	options := []mail.Option{mail.WithPort(n), mail.WithTimeout(20 * time.Second), mail.WithTLSPolicy(mail.TLSMandatory), mail.WithHELO("tilhor")}
	if s.Plain {
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	}
	if s.User != "" {
		secret, err := os.ReadFile(s.Password)
		if err != nil {
			return nil, fmt.Errorf("read the password of the mail relay: %w", err)
		}
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(s.User), mail.WithPassword(strings.TrimSpace(string(secret))))
	}
	c, err := mail.NewClient(host, options...)
	return &smtp{c, s.From}, err
}

// Mail hands one mail over. What a relay answers may hold the address, so only
// that it failed is passed on.
func (s *smtp) Mail(ctx context.Context, to, subject, text string) error {
	m := mail.NewMsg()
	if m.From(s.from) != nil || m.To(to) != nil {
		return tilhor.Plain("an address that no mail can be sent to")
	}
	m.Subject(subject)
	m.SetBodyString(mail.TypeTextPlain, text)
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	if err := s.client.DialAndSendWithContext(ctx, m); err != nil {
		var refused *mail.SendError
		if errors.As(err, &refused) {
			return tilhor.Plain(fmt.Sprintf("the relay refused a mail: %s", refused.Reason))
		}
		return tilhor.Plain("the mail relay cannot be reached")
	}
	return nil
}

// logged is the mailer of a demo: it says that a mail would have been sent, and
// neither to whom nor what.
type logged struct{ log *slog.Logger }

func (l logged) Mail(_ context.Context, _, _, text string) error {
	l.log.Info("a mail would have been sent", "bytes", len(text))
	return nil
}

// notices is the room that tells people that there is something to read.
func (h *house) notices() *notices.Desk {
	told := &concerns.Desk{DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Clock: h.clock}
	worked := &cases.Desk{DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Concerns: told, Clock: h.clock}
	talks := &dialogue.Desk{DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Concerns: told, Clock: h.clock, Child: cases.ChildOf}
	formal := &bodies.Desk{DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Clock: h.clock}
	said := &ideas.Desk{DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Bodies: formal, Clock: h.clock}
	return &notices.Desk{
		DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Clock: h.clock,
		Family: worked.Readers, May: worked.MayMail, Kept: told.Kept, Answered: worked.Answered, Days: worked.Days, Talk: talks.Hears, Hearing: h.hearings().Runs,
		Called: formal.Called, Suggested: said.Suggested,
	}
}

// sendNotices gathers who shall be told, and tells them. Without a mailer nobody
// is: what happens meanwhile is not told of later either.
func (h *house) sendNotices(ctx context.Context, o web.Owner) error {
	m := h.mailers[o.ID]
	if m == nil {
		return nil
	}
	host := ""
	if len(o.Hosts) > 0 {
		host = o.Hosts[0]
	}
	n := h.notices()
	if err := n.Gather(ctx, o.ID); err != nil {
		return err
	}
	if _, err := n.Send(ctx, o.ID, o.Name, host, m); err != nil {
		return err
	}
	return n.Sweep(ctx, o.ID)
}
