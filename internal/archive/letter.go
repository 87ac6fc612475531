package archive

import (
	"time"

	"tilhor"
)

// A letter is one document that is of no case: a statement, an answer, minutes. What it
// is of is public, and so are the titles; the document itself may be shielded.
type letter struct {
	track         tilhor.TrackID // what the mappe is of
	doc           string
	folder        string // the title of the mappe
	begun         time.Time
	unit, by      string
	title, public string
	kind, of      string // journalposttype, dokumenttype
	when          time.Time
	on            tilhor.Date
	who           []xmlWho
	page          []byte
	shut          bool
}

func (d *Desk) letterPack(owner tilhor.OwnerID, set set, l letter) (pack, error) {
	id := func(what, of string) string { return d.systemID(owner, what, string(l.track)+of) }
	folder := id("mappe", "") // what a receipt is held against
	p := pack{folder: folder, id: id("journalpost", l.doc)}
	written := local(l.when)
	f := xmlFolder{
		Type: "saksmappe", SystemID: folder, Title: l.folder, Public: l.folder,
		Medium: xmlCode{"E", "Elektronisk arkiv"}, Created: local(l.begun), CreatedBy: l.by,
		Key: xmlKey{system, folder}, Date: date(l.begun), Unit: xmlNamed{l.unit}, State: xmlCode{"B", "Under behandling"},
	}
	if set["part"] != "" {
		f.Part = &xmlCode{Code: set["part"]}
	}
	if set["class"] != "" {
		f.Class = []xmlClass{{set["class-system"], set["class"]}}
	}
	post := xmlPost{
		Type: "journalpost", SystemID: p.id, Created: written, CreatedBy: l.by, In: xmlIn{xmlKey{system, folder}},
		Title: l.title, Public: l.public, Medium: xmlCode{"E", "Elektronisk arkiv"}, Who: l.who, Key: xmlKey{system, p.id},
		Kind: xmlCode{Code: l.kind}, State: xmlCode{"J", "Journalført"}, Date: l.on,
	}
	switch l.kind {
	case "I":
		post.Received = written
	case "U":
		post.Sent = written
	}
	post.Documents = []xmlDoc{{
		SystemID: id("dokumentbeskrivelse", l.doc), Kind: xmlCode{Code: l.of}, State: xmlCode{"F", "Dokumentet er ferdigstilt"}, Title: l.title,
		Created: written, CreatedBy: l.by, As: xmlCode{"H", "Hoveddokument"}, N: 1,
		Objects: []xmlFile{{
			SystemID: id("dokumentobjekt", l.doc), Version: 1, Variant: xmlCode{Code: set["variant"]}, Format: xmlCode{"HTML", "HTML, skrevet som XML"},
			Detail: "HTML (XML-syntaks), UTF-8", Mime: "application/xhtml+xml", Created: written, Name: "dokument.html", Ref: "dokument.html", Sum: sum(l.page), How: "SHA-256", Size: len(l.page),
		}},
	}}
	if l.shut {
		post.Shield = &xmlShield{xmlCode{Code: set["restriction"]}, set["hjemmel"]}
		post.Documents[0].Shield = post.Shield
	}
	data, err := marshal(xmlMessage{spaces: spacesOf(nsCreate), System: system, Files: 1, Folder: f, Post: post})
	p.files = []packed{{"dokument.html", l.page}, {createFile, data}}
	return p, err
}
