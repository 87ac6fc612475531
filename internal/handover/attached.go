package handover

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"

	"tilhor/internal/cases"
	"tilhor/internal/seal"
)

// Attachments go with what Statsforvalteren asks for: the bytes as the school
// reads them, and beside the words of each a fingerprint that its entry in the
// record commits to.

// fileAttached is what the manifest calls an attachment.
const fileAttached = "attachment"

// attachedName is where an attachment lies in a package: numbered in the order
// they came, and nothing of what it was called.
func attachedName(n int, a cases.Attachment) string {
	return fmt.Sprintf("vedlegg/%02d.%s", n+1, a.Kind.Ext())
}

// attachedOf are the attachments of a folder as files of the package. Each is
// read, measured and let go of, and read again when it is written.
func attachedOf(f *cases.Folder) (all []item, err error) {
	for n, a := range f.Files {
		body, err := a.Read()
		if err != nil {
			return nil, err
		}
		i := itemOf(attachedName(n, a.Attachment), fileAttached, body)
		i.part = seal.Label("about", string(a.Record))
		i.write = func(w io.Writer) error {
			body, err := a.Read()
			if err == nil && crc32.ChecksumIEEE(body) != i.crc {
				err = fmt.Errorf("%s is not what it was when it was measured", i.name)
			}
			if err == nil {
				_, err = w.Write(body)
			}
			return err
		}
		all = append(all, i)
	}
	return all, nil
}

// attached holds each attachment up against the fingerprint that the record has.
func (c *checker) attached() {
	for _, f := range c.m.Files {
		if f.What != fileAttached && f.Part == "" {
			continue
		}
		at := Place{File: f.Name, Part: f.Part}
		text, shown := c.shown[f.Part]
		if field, _, ok := seal.SplitLabel(f.Part); !ok || field != "about" || !shown || f.What != fileAttached || c.m.Kind != ForState {
			c.wrong(at, "attached-unknown")
			continue
		}
		var about struct {
			SHA256 string `json:"sha256"`
		}
		switch err := json.Unmarshal([]byte(text), &about); {
		case err != nil:
			c.wrong(at, "attached-unknown")
		case about.SHA256 == "":
			c.Unproven++
		case about.SHA256 != c.sums[f.Name].SHA256:
			c.wrong(at, "attached-other")
		default:
			c.Attached++
		}
	}
}

// attachments is the page of them, each with its words and the way to the file.
func (t *teller) attachments() (all []section) {
	for n, a := range t.f.Files {
		r := t.f.Record(a.Record)
		if r == nil {
			continue
		}
		s := section{
			Title: t.t("attached.title", "n", n+1, "when", t.w.Moment(r.When)),
			Links: []link{{Href: attachedName(n, a.Attachment), Text: t.t("attached.open", "n", n+1)}},
		}
		for _, name := range []string{"shows", "giver", "needed"} {
			if text := r.Text[name]; text != "" {
				s.Facts = append(s.Facts, t.passage(t.t("attached."+name), text, seal.Label(name, string(r.ID))))
			}
		}
		if a.Has && t.s.why(seal.Label("about", string(r.ID))) == "" {
			s.Facts = append(s.Facts, fact{Term: t.t("attached.came"), Text: t.t("attached.came-text")})
		}
		all = append(all, s)
	}
	return all
}
