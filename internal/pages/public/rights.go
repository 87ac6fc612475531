package public

import (
	"slices"

	"tilhor"
	"tilhor/internal/web"
)

var (
	rightsPage  = page("rights")
	privacyPage = page("privacy_level")
)

// levels are whom a page is written for (nivå): a pupil of about that age, or
// parents. What it says is the same; the words are not.
var levels = []string{"7", "11", "15", "foresatt"}

// ages are how the pages for pupils of each level are drawn.
var ages = map[string]string{"7": "6-8", "11": "9-12", "15": "13+", "foresatt": "voksen"}

// A right is one of them: the Convention on the Rights of the Child, and the
// chapter of the act about the school environment.
type right struct {
	Key     string
	Picture string // for those who do not read much yet
}

// rights are what each level is told, in the order it matters to them.
var rights = map[string][]right{
	"7": {{"safe", "face-glad"}, {"harm", "hand"}, {"equal", "together"}, {"heard", "talk"}, {"best", "heart"}, {"private", "lock"}, {"plan", "book"}, {"adult", "face-afraid"}},
	"11": {
		{Key: "safe"}, {Key: "harm"}, {Key: "heard"}, {Key: "best"}, {Key: "equal"}, {Key: "private"}, {Key: "plan"}, {Key: "adult"},
	},
	"15": {
		{Key: "safe"}, {Key: "harm"}, {Key: "heard"}, {Key: "best"}, {Key: "equal"}, {Key: "private"}, {Key: "plan"}, {Key: "age"}, {Key: "adult"},
	},
	"foresatt": {
		{Key: "safe"}, {Key: "plan"}, {Key: "heard"}, {Key: "best"}, {Key: "harm"}, {Key: "equal"}, {Key: "private"}, {Key: "age"}, {Key: "adult"},
	},
}

// A levelView is a page that is written once for each level.
type levelView struct {
	web.Frame
	Lead    string
	Items   []levelItem
	More    []string // what to do if it does not get better
	Week    string   // where the week of § 12-6 stands
	Levels  []levelLink
	Rights  string
	Privacy string
	Schools string
	DPO     string
	Phone   *phone
	Reach   *web.Facts // Statsforvalteren and the ombud
}

// A levelItem is one thing that is said; Ref is where it stands.
type levelItem struct{ Picture, Term, Text, Ref string }

type levelLink struct {
	Href, Text string
	Current    bool
}

func levelOf(q *web.Req, all []string) (string, error) {
	level := q.Path("nivaa")
	if !slices.Contains(all, level) {
		return "", tilhor.ErrNotFound
	}
	return level, nil
}

// levelled is what such pages share.
func levelled(q *web.Req, area, level string) levelView {
	w := q.T
	key := area + "." + level
	v := levelView{
		Frame: q.Frame(w.T(key + ".title")), Lead: w.T(key+".lead", "owner", q.Kit.Owner.Name), Schools: q.Link("/"),
		Rights: q.Link("/rettigheter/" + level), Privacy: q.Link("/personvern/" + level), DPO: q.Kit.Owner.DPO, Phone: phoneOf(q),
	}
	if level == "foresatt" {
		v.Privacy = q.Link("/personvern")
	}
	v.Level = ages[level]
	return v
}

// rights tells a pupil, or parents, what the pupil has a right to and where to
// go when it is not kept (opplæringslova kapittel 12, barnekonvensjonen).
func (p *Pages) rights(q *web.Req) error {
	level, err := levelOf(q, levels)
	if err != nil {
		return err
	}
	w, key := q.T, "rights."+q.Path("nivaa")
	v := levelled(q, "rights", level)
	for _, l := range levels {
		v.Levels = append(v.Levels, levelLink{q.Link("/rettigheter/" + l), w.T("rights.level." + l), l == level})
	}
	for _, r := range rights[level] {
		item := levelItem{Picture: r.Picture, Term: w.T(key + "." + r.Key)}
		if level != "7" {
			item.Text, item.Ref = w.T(key+"."+r.Key+"-text"), w.T("rights.ref."+r.Key)
		}
		v.Items = append(v.Items, item)
	}
	for _, n := range []string{"1", "2", "3", "4"} {
		if w.Has(key + ".more-" + n) {
			v.More = append(v.More, w.T(key+".more-"+n))
		}
	}
	if level != "7" {
		v.Week, v.Reach = w.T("rights.ref.week"), q.Kit.Owner.Reach()
	}
	return q.Render(rightsPage, v)
}

var privacyItems = []string{"what", "why", "who", "passed", "anonymous", "keep", "right", "ask"}

// privacyFor tells a pupil what is written down and who reads it (personvern).
// What adults are told stands on the page of privacy itself.
func (p *Pages) privacyFor(q *web.Req) error {
	level, err := levelOf(q, levels[:3])
	if err != nil {
		return err
	}
	w, key := q.T, "privacy."+q.Path("nivaa")
	v := levelled(q, "privacy", level)
	v.Levels = privacyLevels(q, level)
	for _, name := range privacyItems {
		if !w.Has(key + "." + name) {
			continue
		}
		item := levelItem{Term: w.T(key + "." + name)}
		if level != "7" {
			item.Text = w.T(key + "." + name + "-text")
		}
		v.Items = append(v.Items, item)
	}
	return q.Render(privacyPage, v)
}

// privacyLevels are the pages of privacy by whom they are written for: adults
// have the whole of it.
func privacyLevels(q *web.Req, now string) (all []levelLink) {
	for _, l := range levels {
		href := "/personvern"
		if l != "foresatt" {
			href += "/" + l
		}
		all = append(all, levelLink{q.Link(href), q.T.T("rights.level." + l), l == now})
	}
	return all
}
