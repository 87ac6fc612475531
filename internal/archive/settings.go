package archive

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/journal"
)

// A Setting is one thing that the owner decides: how the archive wants its
// packages, or how long something is kept.
type Setting struct {
	Name     string
	Proposal string
	Means    string
	Days     bool // a number of days: a local retention time
}

// Settings are everything that can be set, with the proposals. The times are
// local: no act or regulation gives them (arkivforskrifta § 3 leaves them to the
// owner). What is kept for ever has no setting.
var Settings = []Setting{
	{"part", "", "arkivdel: the code of the part of the archive; empty leaves it to the archive", false},
	{"class-system", "", "klassifikasjonssystem: the id of the system of classes", false},
	{"class", "", "klasse: the class that the cases belong to; empty sends none", false},
	{"restriction", "UO", "tilgangsrestriksjon: the archive's code for exempt from public access", false},
	{"hjemmel", "Offl. § 13, jf. fvl. § 13 første ledd nr. 1", "skjermingshjemmel: what the shielding rests on", false},
	{"ended", "S", "saksstatus of a case that is closed: S (avsluttet av saksbehandler) or A (avsluttet)", false},
	{"variant", "P", "variantformat of the files: P (produksjonsformat) or A, if the archive takes HTML as its archive format", false},
	{"language", "nb", "the language of the documents: nb or nn", false},
	{"keep-anonymous", "365", "days until an anonymous tip that became no case is shredded, from the last message of its talk (local)", true},
	{"keep-aside", "365", "days until a concern that was set aside is restricted, for the archivist to decide (local)", true},
	{"keep-ideas", "1096", "days until a suggestion that was answered, or not carried on, is shredded, from the last that was written of it (local)", true},
	{"keep-circles", "1096", "days until a parent group in which nothing is written is shredded (local)", true},
	{"keep-readings", "1826", "days until what a list showed to its reader is shredded (local)", true},
}

// set are the owner's settings: what is not stored has its proposal.
type set map[string]string

// Nothing is thrown away within a month, whatever is set, and a time that is
// longer than a life is no time.
const (
	minDays = 30
	maxDays = 36500
)

var (
	selectSettings = db.SQL(`SELECT name, value FROM archive_setting WHERE owner = $1`)
	putSetting     = db.SQL(`INSERT INTO archive_setting (owner, name, value) VALUES ($1, $2, $3)
		ON CONFLICT (owner, name) DO UPDATE SET value = excluded.value`)
)

func settings(tx *db.Tx, owner tilhor.OwnerID) (set, error) {
	s := set{}
	for _, k := range Settings {
		s[k.Name] = k.Proposal
	}
	err := tx.Each(selectSettings, func(scan db.Scan) error {
		var name, value string
		err := scan(&name, &value)
		s[name] = value
		return err
	}, owner)
	return s, err
}

// SettingsOf gives every setting in force, and which are the owner's own.
func SettingsOf(tx *db.Tx, owner tilhor.OwnerID) (values map[string]string, own map[string]bool, err error) {
	values, err = settings(tx, owner)
	if err != nil {
		return nil, nil, err
	}
	own = map[string]bool{}
	err = tx.Each(selectSettings, func(scan db.Scan) error {
		var name, value string
		err := scan(&name, &value)
		own[name] = true
		return err
	}, owner)
	return values, own, err
}

// Set stores one setting of the owner's. That it was changed stands in the
// record; what it was is in the settings themselves.
func (d *Desk) Set(tx *db.Tx, by tilhor.Actor, name, value string) error {
	value = strings.TrimSpace(value)
	if err := checkSetting(name, value); err != nil {
		return err
	}
	if _, err := tx.Exec(putSetting, by.Owner, name, value); err != nil {
		return err
	}
	_, err := d.Journal.Append(tx, journal.Entry{
		Stream: "owner", Act: "archive.setting", Subject: name, When: tilhor.Now(d.Clock()), By: by, Rule: "operator",
	})
	return err
}

var oneOf = map[string][]string{"ended": {"S", "A"}, "variant": {"P", "A"}, "language": {"nb", "nn"}}

func checkSetting(name, value string) error {
	for _, k := range Settings {
		if k.Name != name {
			continue
		}
		if n, err := strconv.Atoi(value); k.Days && (err != nil || n < minDays || n > maxDays) {
			return fmt.Errorf("%s is a number of days, from %d to %d", name, minDays, maxDays)
		}
		if all := oneOf[name]; all != nil && !strings.Contains(" "+strings.Join(all, " ")+" ", " "+value+" ") {
			return fmt.Errorf("%s is one of %s", name, strings.Join(all, ", "))
		}
		if (name == "restriction" || name == "hjemmel") && value == "" {
			return fmt.Errorf("%s cannot be empty: every case is shielded", name)
		}
		if utf8.RuneCountInString(value) > 200 || clean(value) != value || strings.ContainsAny(value, "\r\n\t") {
			return errors.New("the value is too long, or holds what XML cannot")
		}
		return nil
	}
	return fmt.Errorf("there is no setting %q: tilhor archive settings shows them", name)
}
