package archive

import (
	"encoding/xml"
	"fmt"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
)

// The namespaces of Fiks Arkiv V1.
const (
	nsCreate  = "https://ks-no.github.io/standarder/fiks-protokoll/fiks-arkiv/arkivmelding/opprett/v1"
	nsUpdate  = "https://ks-no.github.io/standarder/fiks-protokoll/fiks-arkiv/arkivmelding/oppdater/v1"
	nsReceipt = "https://ks-no.github.io/standarder/fiks-protokoll/fiks-arkiv/arkivmelding/opprett/kvittering/v1"
	nsWords   = "https://ks-no.github.io/standarder/fiks-protokoll/fiks-arkiv/metadatakatalog/v1"
	nsXSI     = "http://www.w3.org/2001/XMLSchema-instance"
)

// The names of the files of a package.
const (
	createFile = "arkivmelding.xml"
	updateFile = "arkivmelding-oppdatering.xml"
)

// The fields below stand in the order of the schema: it is a sequence, and a
// field that is moved makes a package that no archive takes.

type spaces struct {
	NS  string `xml:"xmlns,attr"`
	M   string `xml:"xmlns:m,attr"`
	XSI string `xml:"xmlns:xsi,attr"`
}

// xmlMessage is an arkivmelding that creates: a saksmappe, and one journalpost
// in it. The archive answers that the mappe exists already from the second on.
type xmlMessage struct {
	XMLName xml.Name `xml:"arkivmelding"`
	spaces
	System string    `xml:"system"`
	Files  int       `xml:"antallFiler"`
	Folder xmlFolder `xml:"mappe"`
	Post   xmlPost   `xml:"registrering"`
}

type xmlCode struct {
	Code string `xml:"m:kode"`
	Says string `xml:"m:beskrivelse,omitempty"`
}

type xmlKey struct {
	System string `xml:"m:fagsystem"`
	Key    string `xml:"m:noekkel"`
}

type xmlNamed struct {
	Name string `xml:"m:navn"`
}

type xmlShield struct {
	Restriction xmlCode `xml:"tilgangsrestriksjon"`
	Hjemmel     string  `xml:"skjermingshjemmel"`
}

type xmlClass struct {
	System string `xml:"klassifikasjonssystemID,omitempty"`
	Class  string `xml:"klasseID"`
}

type xmlParty struct {
	Name     string  `xml:"partNavn"`
	Role     xmlCode `xml:"partRolle"`
	Shielded bool    `xml:"erSkjermet"`
	Person   bool    `xml:"erPersonnavn"`
}

type xmlFolder struct {
	Type      string      `xml:"xsi:type,attr"`
	SystemID  string      `xml:"systemID"`
	Title     string      `xml:"tittel"`
	Public    string      `xml:"offentligTittel"`
	Medium    xmlCode     `xml:"dokumentmedium"`
	Created   string      `xml:"opprettetDato"`
	CreatedBy string      `xml:"opprettetAv"`
	Part      *xmlCode    `xml:"arkivdel"`
	Parties   []xmlParty  `xml:"part"`
	Shield    *xmlShield  `xml:"skjerming"`
	Class     []xmlClass  `xml:"klassifikasjon"`
	Key       xmlKey      `xml:"referanseEksternNoekkel"`
	Date      tilhor.Date `xml:"saksdato"`
	Unit      xmlNamed    `xml:"administrativEnhet"`
	Has       *xmlNamed   `xml:"saksansvarlig"`
	State     xmlCode     `xml:"saksstatus"`
}

type xmlIn struct {
	Key xmlKey `xml:"m:referanseEksternNoekkel"`
}

type xmlPost struct {
	Type      string      `xml:"xsi:type,attr"`
	SystemID  string      `xml:"systemID"`
	Created   string      `xml:"opprettetDato"`
	CreatedBy string      `xml:"opprettetAv"`
	In        xmlIn       `xml:"referanseForelderMappe"`
	Shield    *xmlShield  `xml:"skjerming"`
	Documents []xmlDoc    `xml:"dokumentbeskrivelse"`
	Title     string      `xml:"tittel"`
	Public    string      `xml:"offentligTittel"`
	Medium    xmlCode     `xml:"dokumentmedium"`
	Who       []xmlWho    `xml:"korrespondansepart"`
	Key       xmlKey      `xml:"referanseEksternNoekkel"`
	Kind      xmlCode     `xml:"journalposttype"`
	State     xmlCode     `xml:"journalstatus"`
	Date      tilhor.Date `xml:"dokumentetsDato"`
	Received  string      `xml:"mottattDato,omitempty"`
	Sent      string      `xml:"sendtDato,omitempty"`
}

type xmlWho struct {
	Kind     xmlCode   `xml:"korrespondanseparttype"`
	Name     string    `xml:"korrespondansepartNavn"`
	Unit     *xmlNamed `xml:"administrativEnhet"`
	Shielded bool      `xml:"erSkjermet"`
	Person   bool      `xml:"erPersonnavn"`
}

type xmlDoc struct {
	SystemID  string     `xml:"systemID"`
	Kind      xmlCode    `xml:"dokumenttype"`
	State     xmlCode    `xml:"dokumentstatus"`
	Title     string     `xml:"tittel"`
	Created   string     `xml:"opprettetDato"`
	CreatedBy string     `xml:"opprettetAv"`
	As        xmlCode    `xml:"tilknyttetRegistreringSom"`
	N         int        `xml:"dokumentnummer"`
	Shield    *xmlShield `xml:"skjerming"`
	Objects   []xmlFile  `xml:"dokumentobjekt"`
}

type xmlFile struct {
	SystemID string  `xml:"systemID"`
	Version  int     `xml:"versjonsnummer"`
	Variant  xmlCode `xml:"variantformat"`
	Format   xmlCode `xml:"format"`
	Detail   string  `xml:"formatDetaljer,omitempty"`
	Mime     string  `xml:"mimeType"`
	Created  string  `xml:"opprettetDato"`
	Name     string  `xml:"filnavn"`
	Ref      string  `xml:"referanseDokumentfil"`
	Sum      string  `xml:"sjekksum"`
	How      string  `xml:"sjekksumAlgoritme"`
	Size     int     `xml:"filstoerrelse"`
}

// xmlUpdate says that a mappe is ended, or opened again.
type xmlUpdate struct {
	XMLName xml.Name `xml:"arkivmeldingOppdatering"`
	spaces
	Folder xmlChange `xml:"mappeOppdateringer"`
}

type xmlChange struct {
	Type  string  `xml:"xsi:type,attr"`
	Which xmlIn   `xml:"referanseTilMappe"`
	Ended string  `xml:"avsluttetDato,omitempty"`
	State xmlCode `xml:"saksstatus"`
}

// A pack is the files of one package, in the order they are written.
type pack struct {
	folder string // of the track
	id     string // systemID of the journalpost, or of the change
	files  []packed
}

type packed struct {
	name string
	data []byte
}

// A maker makes the packages of one track.
type maker struct {
	d      *Desk
	owner  tilhor.OwnerID
	f      cases.File
	school roster.School
	set    set
	w      *lang.Words
}

func (m maker) id(what, of string) string { return m.d.systemID(m.owner, what, of) }

func (m maker) folderID() string { return m.id("mappe", string(m.f.ID)) }

func (m maker) in() xmlIn { return xmlIn{xmlKey{system, m.folderID()}} }

func (m maker) shield() *xmlShield {
	return &xmlShield{xmlCode{Code: m.set["restriction"]}, m.set["hjemmel"]}
}

func spacesOf(ns string) spaces { return spaces{NS: ns, M: nsWords, XSI: nsXSI} }

// pack makes the package of an item. The same item gives the same bytes, unless
// the name of a person or a school has been put right since.
func (m maker) pack(it item, attached ...enclosed) (pack, error) {
	p := pack{folder: m.folderID()}
	if it.item == itemState {
		p.id = m.id("state", it.doc)
		data, err := marshal(m.change(it))
		p.files = []packed{{updateFile, data}}
		return p, err
	}
	p.id = m.id("journalpost", it.doc)
	r, _ := find(m.f, it.record)
	title := m.title(it, r)
	all := append([]enclosed{{
		packed: packed{"dokument.html", file(m.w, m.f, it, title)}, what: title,
		format: xmlCode{"HTML", "HTML, skrevet som XML"}, detail: "HTML (XML-syntaks), UTF-8, uten skript og stil", mime: "application/xhtml+xml",
	}}, attached...)
	data, err := marshal(xmlMessage{spaces: spacesOf(nsCreate), System: system, Files: len(all), Folder: m.folder(), Post: m.post(it, r, title, all)})
	for _, e := range all {
		p.files = append(p.files, e.packed)
	}
	p.files = append(p.files, packed{createFile, data})
	return p, err
}

// An enclosed file is one that a message tells of: the document, and what is
// attached to it.
type enclosed struct {
	packed
	what   string // its title
	format xmlCode
	detail string
	mime   string
}

func marshal(v any) ([]byte, error) {
	data, err := xml.MarshalIndent(v, "", "  ")
	return append([]byte(xml.Header), append(data, '\n')...), err
}

// title is what stands in the register for those who may see it: what kind of
// document it is, and no name. The public title is the same for every document.
func (m maker) title(it item, r cases.Record) string {
	key := "archive.title." + string(it.kind)
	if !m.w.Has(key) {
		key = "archive.title.other"
	}
	return m.w.T(key, "n", r.Ref)
}

// party is a name of the register, or what stands for one that is not known.
func (m maker) party(name, otherwise string) string {
	if name == "" {
		name = m.w.T(otherwise)
	}
	return clean(name)
}

func (m maker) folder() xmlFolder {
	title := "archive.folder"
	if isForce(m.f.ID) {
		title = "archive.folder.force"
	}
	f := xmlFolder{
		Type: "saksmappe", SystemID: m.folderID(), Title: m.w.T(title, "number", m.f.Number), Public: m.w.T("archive.folder.public"),
		Medium: xmlCode{"E", "Elektronisk arkiv"}, Created: local(m.f.Opened), CreatedBy: m.party(m.school.Name, "archive.school"),
		Parties: []xmlParty{{Name: m.party(m.f.Name, "archive.unknown"), Role: xmlCode{"K", "Klient"}, Shielded: true, Person: m.f.Name != ""}},
		Shield:  m.shield(), Key: xmlKey{system, m.folderID()}, Date: date(m.f.Opened),
		Unit: xmlNamed{m.party(m.school.Name, "archive.school")}, State: xmlCode{"B", "Under behandling"},
	}
	if m.set["part"] != "" {
		f.Part = &xmlCode{Code: m.set["part"]}
	}
	if m.set["class"] != "" {
		f.Class = []xmlClass{{m.set["class-system"], m.set["class"]}}
	}
	if m.f.Has != "" {
		f.Has = &xmlNamed{m.party(m.f.Has, "archive.school")}
	}
	return f
}

func (m maker) post(it item, r cases.Record, title string, all []enclosed) xmlPost {
	k := kindOf(it, r)
	written := local(it.when.Written)
	by := m.party(r.Name, "archive.school")
	p := xmlPost{
		Type: "journalpost", SystemID: m.id("journalpost", it.doc), Created: written, CreatedBy: by, In: m.in(), Shield: m.shield(),
		Title: title, Public: m.w.T("archive.post.public"), Medium: xmlCode{"E", "Elektronisk arkiv"},
		Who: m.who(k, r), Key: xmlKey{system, m.id("journalpost", it.doc)},
		Kind: xmlCode{Code: k.post}, State: xmlCode{"J", "Journalført"}, Date: date(it.when.Counts()),
	}
	switch k.post {
	case "I":
		p.Received = local(it.when.Counts())
	case "U":
		p.Sent = local(it.when.Counts())
	}
	for i, e := range all {
		of, as, typ := it.doc, xmlCode{"H", "Hoveddokument"}, k.typ
		if i > 0 {
			of, as, typ = fmt.Sprintf("%s/%d", it.doc, i), xmlCode{"V", "Vedlegg"}, "VEDLEGG"
		}
		p.Documents = append(p.Documents, xmlDoc{
			SystemID: m.id("dokumentbeskrivelse", of), Kind: xmlCode{Code: typ}, State: xmlCode{"F", "Dokumentet er ferdigstilt"}, Title: e.what,
			Created: written, CreatedBy: by, As: as, N: i + 1, Shield: m.shield(),
			Objects: []xmlFile{{
				SystemID: m.id("dokumentobjekt", of), Version: 1, Variant: xmlCode{Code: m.set["variant"]}, Format: e.format,
				Detail: e.detail, Mime: e.mime, Created: written,
				Name: e.name, Ref: e.name, Sum: sum(e.data), How: "SHA-256", Size: len(e.data),
			}},
		})
	}
	return p
}

// who wrote it, and of what came in or went out, who it came from or went to:
// shielded, all of them.
func (m maker) who(k docKind, r cases.Record) []xmlWho {
	unit := &xmlNamed{m.party(m.school.Name, "archive.school")}
	own := xmlWho{Kind: xmlCode{"IA", "Intern avsender"}, Name: m.party(r.Name, "archive.school"), Unit: unit, Shielded: true, Person: r.Name != ""}
	if k.post != "I" && k.post != "U" {
		return []xmlWho{own}
	}
	other := "archive.from.family"
	switch {
	case r.Kind == cases.InsightAsked && (r.Answer == "pupil" || r.Answer == "parent"):
		other = "archive.from." + r.Answer
	case others[r.Kind] != "":
		other = "archive.from." + others[r.Kind]
	case r.Kind == talkSaid || r.Kind == talkAnswered:
		other = "archive.from.sender"
	case r.Kind == cases.RaisedBy:
		other = "archive.from." + map[bool]string{true: "pupil", false: "parent"}[r.Answer == "pupil"]
	}
	if k.post == "U" {
		return []xmlWho{own, {Kind: xmlCode{"EM", "Mottaker"}, Name: m.w.T(other), Shielded: true}}
	}
	own.Kind = xmlCode{"IM", "Intern mottaker"}
	return []xmlWho{{Kind: xmlCode{"EA", "Avsender"}, Name: m.w.T(other), Shielded: true}, own}
}

func (m maker) change(it item) xmlUpdate {
	c := xmlChange{Type: "saksmappeOppdatering", Which: m.in(), State: xmlCode{"B", "Under behandling"}}
	if it.kind == cases.Ended || it.kind == cases.LeftK || it.kind == cases.DecisionEnded {
		c.Ended = local(it.when.Written)
		c.State = xmlCode{m.set["ended"], map[string]string{"S": "Avsluttet av saksbehandler", "A": "Avsluttet"}[m.set["ended"]]}
	}
	return xmlUpdate{spaces: spacesOf(nsUpdate), Folder: c}
}

// name is the package's folder in the track's: its number keeps the order.
func (p pack) name(n int) string { return fmt.Sprintf("%04d-%s", n, p.id) }
