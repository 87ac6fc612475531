package archive_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/archive"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/duty"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/web/webtest"
)

// A message is what a package says, read by somebody who knows the format and
// not the program.
type message struct {
	XMLName xml.Name
	System  string `xml:"system"`
	Files   int    `xml:"antallFiler"`
	Folder  struct {
		Type    string   `xml:"type,attr"`
		ID      string   `xml:"systemID"`
		Title   string   `xml:"tittel"`
		Public  string   `xml:"offentligTittel"`
		Part    string   `xml:"arkivdel>kode"`
		Class   string   `xml:"klassifikasjon>klasseID"`
		Parties []party  `xml:"part"`
		Shield  []shield `xml:"skjerming"`
		Key     string   `xml:"referanseEksternNoekkel>noekkel"`
		State   string   `xml:"saksstatus>kode"`
	} `xml:"mappe"`
	Post struct {
		Type   string   `xml:"type,attr"`
		ID     string   `xml:"systemID"`
		In     string   `xml:"referanseForelderMappe>referanseEksternNoekkel>noekkel"`
		Shield []shield `xml:"skjerming"`
		Title  string   `xml:"tittel"`
		Public string   `xml:"offentligTittel"`
		Who    []party  `xml:"korrespondansepart"`
		Key    string   `xml:"referanseEksternNoekkel>noekkel"`
		Kind   string   `xml:"journalposttype>kode"`
		Date   string   `xml:"dokumentetsDato"`
		Docs   []struct {
			ID      string   `xml:"systemID"`
			Title   string   `xml:"tittel"`
			Shield  []shield `xml:"skjerming"`
			Objects []struct {
				ID   string `xml:"systemID"`
				Name string `xml:"filnavn"`
				Ref  string `xml:"referanseDokumentfil"`
				Sum  string `xml:"sjekksum"`
				How  string `xml:"sjekksumAlgoritme"`
				Size int    `xml:"filstoerrelse"`
			} `xml:"dokumentobjekt"`
		} `xml:"dokumentbeskrivelse"`
	} `xml:"registrering"`
	Change struct {
		Which string `xml:"referanseTilMappe>referanseEksternNoekkel>noekkel"`
		Ended string `xml:"avsluttetDato"`
		State string `xml:"saksstatus>kode"`
	} `xml:"mappeOppdateringer"`
}

type party struct {
	Name     string `xml:"partNavn"`
	Who      string `xml:"korrespondansepartNavn"`
	Shielded bool   `xml:"erSkjermet"`
}

type shield struct {
	Code    string `xml:"tilgangsrestriksjon>kode"`
	Hjemmel string `xml:"skjermingshjemmel"`
}

func readMessage(path string) (m message, err error) {
	data, err := os.ReadFile(path)
	if err == nil {
		err = xml.Unmarshal(data, &m)
	}
	return m, err
}

// broken says what is not whole about a package: "" when nothing is.
func broken(dir string) string {
	if m, err := readMessage(filepath.Join(dir, "arkivmelding-oppdatering.xml")); err == nil {
		if m.Change.Which == "" || m.Change.State == "" {
			return "a change of nothing"
		}
		return ""
	}
	m, err := readMessage(filepath.Join(dir, "arkivmelding.xml"))
	if err != nil {
		return "no arkivmelding that can be read"
	}
	n := 0
	for _, doc := range m.Post.Docs {
		for _, o := range doc.Objects {
			n++
			data, err := os.ReadFile(filepath.Join(dir, o.Ref))
			s := sha256.Sum256(data)
			if err != nil || len(data) != o.Size || hex.EncodeToString(s[:]) != o.Sum || o.How != "SHA-256" {
				return "a file is not the one that the message tells of"
			}
		}
	}
	list, err := os.ReadDir(dir)
	if err != nil || n != m.Files || len(list) != n+1 {
		return "not as many files as the message tells of"
	}
	return ""
}

func TestACaseBecomesPackagesOfFiksArkivV1(t *testing.T) {
	each(t, func(w *world) {
		w.whole(w.nora)
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			if err := w.desk.Set(tx, w.op, "part", "ELEV"); err != nil {
				return err
			}
			return w.desk.Set(tx, w.op, "class", "B45")
		}))
		dir := filepath.Join(w.TempDir(), "ut")
		r := w.export(dir, archive.Export{})
		all := packages(w.T, dir)
		// told, urgent, talk, inquiry, best interest, parents, plan, evaluation, plan,
		// evaluation, closing, overview; and that the mappe is ended.
		if r.Written != 13 || len(all) != 13 || r.Left != 0 {
			w.Fatalf("%+v, %d packages", r, len(all))
		}
		ids, public := map[string]int{}, map[string]bool{}
		var titles []string
		for i, p := range all {
			if !strings.HasPrefix(filepath.Base(p), fmt.Sprintf("%04d-", i+1)) {
				w.Errorf("the package %d is called %s", i+1, filepath.Base(p))
			}
			if why := broken(p); why != "" {
				w.Errorf("%s: %s", filepath.Base(p), why)
			}
			if i == len(all)-1 {
				continue
			}
			m, err := readMessage(filepath.Join(p, "arkivmelding.xml"))
			w.must(err)
			w.reveals(p, m)
			titles, public[m.Folder.Public+"/"+m.Post.Public] = append(titles, m.Post.Title), true
			ids[m.Post.ID]++
			ids[m.Post.Docs[0].ID]++
			ids[m.Post.Docs[0].Objects[0].ID]++
			if m.Folder.Key != m.Folder.ID || m.Post.In != m.Folder.Key || m.Folder.Part != "ELEV" || m.Folder.Class != "B45" || m.Folder.State != "B" || m.System != "Tilhør" {
				w.Errorf("%s: %+v", filepath.Base(p), m.Folder)
			}
		}
		if got := strings.Join(titles, "; "); got != "Melding om bekymring; Strakstiltak; Samtale med elev; Undersøkelse; Vurdering av det beste for eleven; "+
			"Informasjon til foreldre; Aktivitetsplan, versjon 1; Evaluering; Aktivitetsplan, versjon 2; Evaluering; Avslutning; Oversikt over saken" {
			w.Error(got)
		}
		if len(public) != 1 || !public["Elevsak/Dokument i elevsak"] {
			w.Errorf("the public titles tell documents apart: %v", public)
		}
		if len(ids) != 36 {
			w.Errorf("%d ids of 36 objects", len(ids))
		}
		last, err := readMessage(filepath.Join(all[12], "arkivmelding-oppdatering.xml"))
		w.must(err)
		if last.Change.State != "S" || !strings.HasPrefix(last.Change.Ended, "2026-12-13T10:") || !strings.HasSuffix(last.Change.Ended, "+01:00") {
			w.Errorf("%+v", last.Change)
		}
		w.says(all)
		again := filepath.Join(w.TempDir(), "igjen")
		if r := w.export(dir, archive.Export{}); r.Written != 0 {
			w.Errorf("written twice: %+v", r)
		}
		w.days(2)
		if r := w.export(again, archive.Export{Again: true}); r.Written != 13 || !maps.Equal(bytesOf(w.T, dir), bytesOf(w.T, again)) {
			w.Errorf("the same case again is another package: %+v", r)
		}
	})
}

// reveals complains about a package whose outside tells anything.
func (w *world) reveals(p string, m message) {
	w.T.Helper()
	name := regexp.MustCompile(`(?i)nora|dahl|ina\b|lund|kari|mona|jonas|solbakken`)
	for _, s := range []string{p[strings.Index(p, "/ut/"):], m.Folder.Title, m.Folder.Public, m.Post.Title, m.Post.Public, m.Post.Docs[0].Title, m.Post.Docs[0].Objects[0].Name} {
		if name.MatchString(s) {
			w.Errorf("%s: a title tells who: %q", filepath.Base(p), s)
		}
	}
	shields := append(append(m.Folder.Shield, m.Post.Shield...), m.Post.Docs[0].Shield...)
	if len(shields) != 3 {
		w.Errorf("%s: %d shieldings", filepath.Base(p), len(shields))
	}
	for _, s := range shields {
		if s.Code != "UO" || !strings.HasPrefix(s.Hjemmel, "Offl. § 13, jf. fvl. § 13") {
			w.Errorf("%s: shielded by %+v", filepath.Base(p), s)
		}
	}
	for _, x := range append(m.Folder.Parties, m.Post.Who...) {
		if !x.Shielded || x.Name+x.Who == "" {
			w.Errorf("%s: not shielded: %+v", filepath.Base(p), x)
		}
	}
	for _, f := range []string{p, filepath.Join(p, "arkivmelding.xml"), filepath.Join(p, "dokument.html")} {
		if st, err := os.Stat(f); err != nil || st.Mode().Perm()&0o077 != 0 {
			w.Errorf("others can read %s", f)
		}
	}
}

// says looks into the documents: everything is there, and XML tools read it.
func (w *world) says(all []string) {
	w.T.Helper()
	var files []string
	texts := make([]string, len(all))
	for i, p := range all[:len(all)-1] {
		f := filepath.Join(p, "dokument.html")
		data, err := os.ReadFile(f)
		w.must(err)
		files, texts[i] = append(files, f), string(data)
	}
	formed(w.T, files...)
	for _, row := range []struct {
		doc   int
		wants []string
	}{
		{0, []string{"Sto alene.", "Fra en som arbeider på skolen", "Nora Dahl", "Mona Lund"}},
		{2, []string{"<p>Han sa &#34;&lt;b&gt;gå &amp; dø&lt;/b&gt;&#34; ]]&gt; \ufffd\ufffd og lo.</p><p>Så gikk han. \ufffd 🙂</p>", "Tolk", "polsk", "Være med.", "Lest opp for barnet"}},
		{3, []string{"Samtale med ansatte", "Så det samme.", "Han blir holdt utenfor."}},
		{6, []string{"Alene ute.", "Voksen ved ballbingen.", "før gym", "mandag, onsdag og fredag", "Jonas Lund"}},
		{7, []string{"Voksen ved ballbingen. Delvis. Endres. Bare om morgenen.", "Det er ikke trygt", "Eleven svarte selv"}},
		{11, []string{"Sto alene.", "Ringte mor.", "Versjon 1", "Versjon 2", "Det er trygt nå.", "Rektor tok det opp som sak"}},
	} {
		for _, want := range row.wants {
			if !strings.Contains(texts[row.doc], want) {
				w.Errorf("document %d does not say %q:\n%s", row.doc, want, texts[row.doc])
			}
		}
	}
	for i, s := range texts {
		if strings.Contains(s, "⟦") || strings.Contains(s, "<script") || strings.Contains(s, "style=") {
			w.Errorf("document %d holds what it must not:\n%s", i, s)
		}
	}
}

// The schemas of Fiks Arkiv V1 allow every package; and a package with its
// fields in another order is caught.
func TestPackagesFollowTheSchema(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	slug := w.whole(w.nora)
	w.days(40)
	w.must(w.cases.AskAgain(w.ctx, w.ina, slug, cases.Asking{At: w.now(), Way: "self", Answer: cases.NotSafe, Words: "Det har begynt igjen."}))
	w.must(w.cases.Raise(w.ctx, w.kari, slug, cases.Raise{By: "parent", At: w.now(), Text: "Mor ringte."}))
	w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
		for name, value := range map[string]string{"part": "ELEV", "class": "B45", "class-system": "K-koder", "ended": "A", "variant": "A", "language": "nn"} {
			if err := w.desk.Set(tx, w.op, name, value); err != nil {
				return err
			}
		}
		return nil
	}))
	w.taken(w.elias)
	dir := filepath.Join(t.TempDir(), "ut")
	w.export(dir, archive.Export{})
	var create, update []string
	for _, p := range packages(t, dir) {
		if f := filepath.Join(p, "arkivmelding.xml"); broken(p) == "" && exists(f) {
			create = append(create, f)
		} else {
			update = append(update, filepath.Join(p, "arkivmelding-oppdatering.xml"))
		}
	}
	if len(create) < 15 || len(update) != 2 {
		t.Fatalf("%d and %d packages", len(create), len(update))
	}
	if said := valid(t, createXSD, create...); said != "" {
		t.Error(said)
	}
	if said := valid(t, updateXSD, update...); said != "" {
		t.Error(said)
	}
	data, err := os.ReadFile(create[0])
	w.must(err)
	for name, bad := range map[string]string{
		"a field moved":        strings.Replace(string(data), "<antallFiler>1</antallFiler>", "", 1) + "",
		"an id that is not":    regexp.MustCompile(`<systemID>[^<]*`).ReplaceAllString(string(data), "<systemID>1"),
		"a code with no space": strings.ReplaceAll(string(data), "m:kode", "kode"),
	} {
		f := filepath.Join(t.TempDir(), "bad.xml")
		w.must(os.WriteFile(f, []byte(bad), 0o600))
		if valid(t, createXSD, f) == "" {
			t.Errorf("%s is not caught", name)
		}
	}
}

func exists(path string) bool { _, err := os.Stat(path); return err == nil }

func bytesOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, p := range packages(t, dir) {
		list, err := os.ReadDir(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range list {
			data, err := os.ReadFile(filepath.Join(p, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			rel, _ := filepath.Rel(dir, p)
			all[filepath.Join(rel, e.Name())] = string(data)
		}
	}
	return all
}

var errKilled = errors.New("killed")

var (
	forgetItems = db.SQL(`DELETE FROM archive_item WHERE owner = $1`)
	countItems  = db.SQL(`SELECT COUNT(*) FROM archive_item WHERE owner = $1`)
)

// TestExportKilledBetweenAnyTwoWrites: whatever has its own name is whole, what
// has a row is there, and the next run ends with just what an unbroken run
// gives. The control writes straight under the package's own name, and must be
// caught half.
func TestExportKilledBetweenAnyTwoWrites(t *testing.T) {
	each(t, func(w *world) {
		w.taken(w.nora)
		w.taken(w.elias)
		ref := filepath.Join(w.TempDir(), "hel")
		steps := 0
		w.desk.Fault(func(string) error { steps++; return nil })
		w.export(ref, archive.Export{})
		want := bytesOf(w.T, ref)
		if steps < 25 || len(want) != 8 {
			w.Fatalf("%d steps, %d files", steps, len(want))
		}
		half := 0
		for k := 1; k <= steps; k++ {
			if why := w.killedAt(k, nil, want); why != "" {
				w.Fatalf("killed at step %d: %s", k, why)
			}
			if w.DB.Engine() == db.SQLite && w.killedAt(k, straight, want) != "" {
				half++
			}
		}
		if w.DB.Engine() == db.SQLite && half == 0 {
			w.Fatal("the control was not caught")
		}
	})
}

// straight is the sabotage: no name for what is half.
func straight(dir, name string, files map[string][]byte, step func(string) error) error {
	if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
		return err
	}
	for f, data := range files {
		if err := step("file"); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name, f), data, 0o600); err != nil {
			return err
		}
	}
	return step("named")
}

func (w *world) killedAt(k int, put func(string, string, map[string][]byte, func(string) error) error, want map[string]string) string {
	w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error { _, err := tx.Exec(forgetItems, webtest.Owner); return err }))
	dir := filepath.Join(w.TempDir(), "ut")
	d, n := w.newDesk(), 0
	if put != nil {
		d.Sabotage(put)
	}
	d.Fault(func(string) error {
		if n++; n == k {
			return errKilled
		}
		return nil
	})
	if _, err := d.Export(w.ctx, w.op, archive.Export{To: dir}); !errors.Is(err, errKilled) && err != nil {
		return err.Error()
	}
	whole := packages(w.T, dir)
	for _, p := range whole {
		if why := broken(p); why != "" {
			return why
		}
	}
	var rows int
	w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error { return tx.One(countItems, db.Args(webtest.Owner), &rows) }))
	if rows > len(whole) {
		return fmt.Sprintf("%d rows of %d packages", rows, len(whole))
	}
	r, err := w.newDesk().Export(w.ctx, w.op, archive.Export{To: dir})
	if err != nil || r.Written != 4-rows {
		return fmt.Sprintf("the next run: %+v %v", r, err)
	}
	if got := bytesOf(w.T, dir); !maps.Equal(got, want) {
		return fmt.Sprintf("%d files, not the %d of an unbroken run", len(got), len(want))
	}
	left, err := filepath.Glob(filepath.Join(dir, "*", ".part-*"))
	if err != nil || len(left) > 0 {
		return "half a package was left"
	}
	return ""
}

func TestExportIsStoppedAndGoesOn(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.taken(w.nora)
	w.taken(w.elias)
	dir := filepath.Join(t.TempDir(), "ut")
	ctx, stop := context.WithCancel(context.Background())
	r, err := w.desk.Export(ctx, w.op, archive.Export{To: dir, Tell: func(done, total int) {
		if total != 4 {
			t.Errorf("of %d", total)
		}
		if done == 1 {
			stop()
		}
	}})
	if !errors.Is(err, context.Canceled) || r.Written != 1 || r.Left != 3 {
		t.Fatalf("%+v %v", r, err)
	}
	if r := w.export(dir, archive.Export{}); r.Written != 3 || len(packages(t, dir)) != 4 {
		t.Fatalf("%+v", r)
	}
}

// A run keeps others out of its folder, and a folder that others can read is
// refused.
func TestExportKeepsItsFolder(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.taken(w.nora)
	dir := filepath.Join(t.TempDir(), "ut")
	w.desk.Fault(func(string) error {
		if _, err := w.newDesk().Export(w.ctx, w.op, archive.Export{To: dir}); err == nil {
			t.Error("two runs in one folder")
		}
		return nil
	})
	w.export(dir, archive.Export{})
	w.must(os.Chmod(dir, 0o755))
	if _, err := w.newDesk().Export(w.ctx, w.op, archive.Export{To: dir}); err == nil || !strings.Contains(err.Error(), "chmod 700") {
		t.Fatal(err)
	}
}

// Each document before the closing is handed over as it comes, and a case that
// is opened again goes on in the same mappe.
func TestDocumentsAreHandedOverAsTheyCome(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		dir := filepath.Join(w.TempDir(), "ut")
		w.export(dir, archive.Export{})
		w.must(w.cases.Write(w.ctx, w.ina, slug, cases.Line{What: "note", Text: "Skrevet sent.", At: tilhor.When{At: w.Now().AddDate(0, 0, -9), Precision: tilhor.Day}}))
		if r := w.export(dir, archive.Export{}); r.Written != 1 {
			w.Fatalf("%+v", r)
		}
		all := packages(w.T, dir)
		m, err := readMessage(filepath.Join(all[len(all)-1], "arkivmelding.xml"))
		w.must(err)
		if m.Post.Title != "Notat" || m.Post.Date != "2026-11-14" || len(all) != 3 {
			w.Fatalf("%d packages, the last %+v", len(all), m.Post)
		}
		w.must(w.cases.Reopen(w.ctx, w.ina, w.whole(w.elias), "Det har begynt igjen."))
		w.export(dir, archive.Export{})
		all = packages(w.T, dir)
		state := ""
		for _, p := range all {
			if m, err := readMessage(filepath.Join(p, "arkivmelding-oppdatering.xml")); err == nil {
				state += m.Change.State
			}
		}
		if state != "SB" {
			w.Fatalf("the mappe went through %q", state)
		}
	})
}

// A case that ends because the pupil left is ended in the archive as well, with an
// overview: what an inquiry found that was never finished stands there.
func TestAPupilWhoLeftEndsTheMappe(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		w.must(w.cases.Inquire(w.ctx, w.ina, slug, cases.SourceOf{Kind: "talk-staff", Who: "Mona", Text: "Så det samme.", At: w.now()}))
		w.must(w.cases.Find(w.ctx, w.ina, slug, "Hun blir holdt utenfor.", w.sources(slug)))
		w.must(w.cases.Leave(w.ctx, w.kari, slug, cases.Leaving{Why: "moved", At: w.now(), Open: "Undersøkelsen.", Sure: true}))
		w.days(91)
		unsent := func() int {
			n, err := w.desk.Unsent(w.ctx, w.op.Owner, 90, w.Now())
			w.must(err)
			return n
		}
		if n := unsent(); n != 1 {
			w.Errorf("%d are told not to be in the archive", n)
		}
		dir := filepath.Join(w.TempDir(), "ut")
		w.export(dir, archive.Export{})
		titles, ended, found := "", "", false
		for _, p := range packages(w.T, dir) {
			if m, err := readMessage(filepath.Join(p, "arkivmelding-oppdatering.xml")); err == nil {
				ended += m.Change.State + m.Change.Ended[:10]
				continue
			}
			m, err := readMessage(filepath.Join(p, "arkivmelding.xml"))
			w.must(err)
			w.reveals(p, m)
			titles += m.Post.Title + "; "
			data, err := os.ReadFile(filepath.Join(p, "dokument.html"))
			w.must(err)
			found = found || strings.Contains(string(data), "Hun blir holdt utenfor.")
		}
		if titles != "Melding om bekymring; Strakstiltak; Eleven sluttet; Oversikt over saken; " || ended != "S2026-11-23" || !found {
			w.Errorf("%s ended %q, what was found goes with it: %v", titles, ended, found)
		}
		_, _, err := w.desk.Receive(w.ctx, w.op, w.receipts(dir)...)
		w.must(err)
		if n := unsent(); n != 0 {
			w.Errorf("%d are left", n)
		}
	})
}

// Notices, decisions and appeals, and what passes with Statsforvalteren, are
// entered as what they are: in or out, with whom, and a title of their own.
func TestDecisionsAndStatsforvalterenInTheRegister(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		w.must(w.cases.Notify(w.ctx, w.kari, slug, cases.Notice{About: duty.Expulsion, At: w.now(), Grounds: "Kastet stol.", Reply: w.in(0), Told: true}))
		w.Later(time.Minute)
		f, err := w.cases.See(w.ctx, w.kari, slug, "whole")
		w.must(err)
		id := f.Decisions()[0].ID
		for _, party := range []string{cases.PartyPupil, cases.PartyParents} {
			w.must(w.cases.HearParty(w.ctx, w.ina, slug, cases.Say{Decision: id, Party: party, At: w.now(), Words: "Jeg ble sint."}))
			w.Later(time.Minute)
		}
		w.must(w.cases.Decide(w.ctx, w.kari, slug, cases.Resolution{
			Decision: id, Imposed: true, Facts: "Kastet stol.", Tried: "Eget rom.", Best: "Veid.", Reasons: "Grovt.", From: w.in(0), Grade: "8-10", Days: 3, Before: true,
		}))
		w.Later(time.Minute)
		w.must(w.cases.ReportedToState(w.ctx, w.kari, slug, cases.StateReport{By: "parent", At: w.now(), Text: "Brevet kom."}))
		dir := filepath.Join(w.TempDir(), "ut")
		w.export(dir, archive.Export{})
		var all, xml []string
		for _, p := range packages(w.T, dir)[2:] {
			m, err := readMessage(filepath.Join(p, "arkivmelding.xml"))
			w.must(err)
			w.reveals(p, m)
			line := m.Post.Kind + " " + m.Post.Title
			for _, x := range m.Post.Who {
				line += ", " + x.Who
			}
			all, xml = append(all, line), append(xml, filepath.Join(p, "arkivmelding.xml"))
		}
		if got := strings.Join(all, "; "); got != "U Forhåndsvarsel, Kari Lund, Elev eller forelder; I Uttalelse fra part, Elev eller forelder, Ina Lund; I Uttalelse fra part, Elev eller forelder, Ina Lund; "+
			"U Vedtak, Kari Lund, Elev eller forelder; I Melding til Statsforvalteren, Statsforvalteren, Kari Lund" {
			w.Error(got)
		}
		if said := valid(w.T, createXSD, xml...); said != "" {
			w.Error(said)
		}
	})
}

// Every kind that is decided, appealed or passed with Statsforvalteren has a title
// of its own in the register, in each of the archive's languages.
func TestTitlesOfTheRegister(t *testing.T) {
	for _, k := range append([]cases.Kind{cases.Noticed, cases.SpokeTo, cases.Resolved, cases.Reached, cases.Appealed, cases.PassedOn, cases.LeftK, cases.ToldOwner}, cases.StateKinds...) {
		for _, l := range []tilhor.Lang{tilhor.Bokmal, tilhor.Nynorsk, tilhor.English} {
			if !lang.For(l).Has("archive.title." + string(k)) {
				t.Errorf("%s has no title in %s", k, l)
			}
		}
	}
}

// A case of a child with a protected address goes by explicit choice only, also
// when it is another child of the case that has it.
func TestProtectedChildrenAreLeftOut(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		w.taken(w.elias)
		w.must(w.cases.AddChild(w.ctx, w.ina, slug, cases.Child{Person: w.tuva, Role: "affected"}))
		for _, who := range []tilhor.PersonID{w.tuva, w.elias} {
			w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
				return w.Kit.Roster.Protect(tx, w.Keeper(), who, roster.StrictConfidential, w.Now())
			}))
		}
		dir := filepath.Join(w.TempDir(), "ut")
		if r := w.export(dir, archive.Export{}); r.Written != 0 || r.Protected != 2 || len(packages(w.T, dir)) != 0 {
			w.Fatalf("%+v", r)
		}
		if r := w.export(dir, archive.Export{Protected: true}); r.Written != 4 || r.Protected != 0 {
			w.Fatalf("%+v", r)
		}
	})
}

// Every reading for the archive stands in the record, and nobody but the
// operator can read past the scope.
func TestExportIsAReading(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		w.export(filepath.Join(w.TempDir(), "ut"), archive.Export{})
		_, _, seen, err := w.cases.Readings(w.ctx, w.kari, slug)
		w.must(err)
		if len(seen) != 1 || seen[0].View != "archive" || seen[0].Role != cases.RoleOperator {
			w.Fatalf("%+v", seen)
		}
		f, err := w.cases.See(w.ctx, w.kari, slug, "whole")
		w.must(err)
		for _, by := range []tilhor.Actor{w.kari, w.ina, w.mona, {Owner: webtest.Owner}} {
			if _, err := w.cases.Whole(w.ctx, by, f.ID, "archive", w.Now()); !errors.Is(err, tilhor.ErrNotFound) {
				w.Errorf("%s read past the scope: %v", by.Role, err)
			}
		}
		if _, err := w.cases.Whole(w.ctx, archive.Operator("annen"), f.ID, "archive", w.Now()); !errors.Is(err, tilhor.ErrNotFound) {
			w.Errorf("another owner's operator read it: %v", err)
		}
	})
}

// What a later version writes in a track is handed over as well, though this
// one has no word for it.
func TestAnUnknownRecordIsADocument(t *testing.T) {
	o := cases.Outline{Records: []cases.Record{{ID: "a", Kind: "something-new"}, {ID: "b", Kind: cases.Ticked}, {ID: "c", Kind: cases.Ended}}}
	if got := strings.Join(archive.Docs(o), "; "); got != "post something-new a; post closed c; post overview overview/c; state closed state/c" {
		t.Fatal(got)
	}
}

// What is attached goes with its words: a picture as it was made anew, without
// what the camera wrote, and its checksum.
func TestAttachmentsGoWithTheirWords(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		var b bytes.Buffer
		w.must(png.Encode(&b, image.NewGray(image.Rect(0, 0, 2, 2))))
		a := cases.Attachment{Shows: "En melding.", Giver: "Nora.", Needed: "Ordene teller.", Name: "nora.png", Checked: true, When: w.now()}
		id, err := w.cases.Put(w.ctx, w.ina, slug, a, b.Bytes())
		w.must(err)
		a.File = id
		w.must(w.cases.Attach(w.ctx, w.ina, slug, a))
		dir := filepath.Join(w.TempDir(), "ut")
		if r := w.export(dir, archive.Export{}); r.Written != 3 {
			w.Fatalf("%+v", r)
		}
		for _, p := range packages(w.T, dir) {
			m, err := readMessage(filepath.Join(p, "arkivmelding.xml"))
			w.must(err)
			if why := broken(p); why != "" {
				w.Error(why)
			}
			if m.Post.Title != "Vedlegg" {
				continue
			}
			text, err := os.ReadFile(filepath.Join(p, "dokument.html"))
			if err != nil || m.Files != 2 || len(m.Post.Docs) != 2 || m.Post.Docs[1].Objects[0].Name != "vedlegg.png" || m.Post.Docs[0].ID == m.Post.Docs[1].ID {
				w.Fatalf("%+v %v", m.Post.Docs, err)
			}
			if !strings.Contains(string(text), "En melding.") || strings.Contains(string(text), "{") {
				w.Fatal(string(text))
			}
			if said := valid(w.T, createXSD, filepath.Join(p, "arkivmelding.xml")); said != "" {
				w.Error(said)
			}
			return
		}
		w.Fatal("the attachment was not handed over")
	})
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{"a\x00b": "a\ufffdb", "æ\r\nø": "æ\nø", "\xff": "\ufffd", "🙂\ufffe": "🙂\ufffd", "a\tb": "a\tb"} {
		if got := archive.Clean(in); got != want {
			t.Errorf("%q became %q", in, got)
		}
	}
}
