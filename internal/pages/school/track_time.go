package school

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// chronology tells everything said and done in a track, oldest first, and last
// what is planned. Of another child it tells only that the child was heard:
// the words stand in that child's own track.
func chronology(w *lang.Words, f cases.File, now time.Time) []web.Happening {
	c := chronicle{w, f, short(w, f.Track)}
	var all []web.Happening
	for i := 0; i < len(f.Records); i++ {
		if n := c.ticks(i); n > 1 {
			all = append(all, c.ticked(f.Records[i:i+n]))
			i += n - 1
			continue
		}
		all = append(all, c.tell(f.Records[i]))
	}
	return append(all, c.planned(now)...)
}

type chronicle struct {
	w    *lang.Words
	f    cases.File
	name string
}

func (c chronicle) t(key string, kv ...any) string {
	return lang.Cap(c.w.T("school.time."+key, append(kv, "name", c.name)...))
}

// tell is one record as a moment of the chronology.
func (c chronicle) tell(r cases.Record) web.Happening {
	h := web.Happening{When: c.w.Moment(r.When), DateTime: machine(r.When), Key: r.Kind == cases.Told || r.Kind == cases.Exposed}
	h.Title, h.Text, h.Amended = c.title(r), c.text(r), amended(c.w, c.f, r)
	h.Href, h.Link = c.link(r)
	if r.Late() {
		h.Late = c.t("late", "date", c.w.Date(calendar.DateOf(r.When.Written)))
	}
	return h
}

// machine is the time as a machine reads it, no closer than it is known.
func machine(at tilhor.When) string {
	switch {
	case at.Precision == tilhor.Unknown || at.At.IsZero():
		return ""
	case at.Precision == tilhor.Day:
		return string(calendar.DateOf(at.At))
	}
	return at.At.In(calendar.Oslo()).Format(time.RFC3339)
}

// other says whether a talk was with another child than the pupil.
func (c chronicle) other(r cases.Record) bool { return r.Kind == cases.Voice && !c.f.Own(r) }

func (c chronicle) title(r cases.Record) string {
	by, key := r.Name, string(r.Kind)
	switch r.Kind {
	case cases.Corrected, cases.NotCorrected, cases.GlassReviewed, cases.Asked, cases.Met, cases.Told, cases.RaisedBy, cases.Evaluated, cases.Checked, cases.Reopened, cases.Affected, cases.Ticked, cases.Packed,
		cases.Judged, cases.ToldOwner, cases.Party, cases.Recused, cases.Covered, cases.HomeInformed, cases.HomeWords, cases.HomeSaid, cases.MineSaid, cases.MineWord:
		if k := key + "." + r.Answer; c.w.Has("school.time." + k) {
			key = k
		}
	case cases.Noticed, cases.SpokeTo, cases.Resolved, cases.Reached, cases.Appealed, cases.Shielded, cases.Named, cases.Together:
		if k := key + "." + r.Answer; c.w.Has("school.time." + k) {
			key = k
		}
	case cases.Voice:
		key += "." + r.Answer
		if c.other(r) {
			key += ".other"
		}
	case cases.Appointed, cases.HandedOver, cases.LedBy, cases.AdvisedBy, cases.GivenOver, cases.AccusedNamed, cases.RecusalOver:
		by = r.Text["who"]
	case cases.Source:
		return c.t(key+"."+r.Answer, "what", strings.ToLower(c.w.T("school.source."+r.Ref)))
	case cases.Approved:
		return c.t(key, "version", r.Ref, "who", by)
	case cases.Found:
		n, _ := strconv.Atoi(r.Ref)
		return c.t(key, "n", n)
	}
	if r.Kind == cases.Recused || r.Kind == cases.Party || r.Kind == cases.Covered || r.Kind == cases.Asked || r.Kind == cases.AskWithdrawn || r.Kind == cases.HomeGiven || r.Kind == cases.HomeHeard {
		by = r.Text["who"]
	}
	if (r.Kind == cases.HomeSaid || r.Kind == cases.HomeHeard) && by == "" {
		by = c.w.T("home.protected")
	}
	if r.Kind == cases.HomeGiven && r.Ref == string(cases.NotListed) {
		key += ".not-listed"
	} else if r.Kind == cases.HomeGiven && by == "" { // barnevernet, or one who is not named on any page
		key += ".other"
	}
	return c.t(key, "who", by, "date", c.w.DayMonth(r.On))
}

// text is what was said and done, the child's own words in quotes.
func (c chronicle) text(r cases.Record) string {
	t := r.Text
	switch r.Kind {
	case cases.Corrected, cases.NotCorrected:
		return c.corrected(r)
	case cases.HandedOn:
		return c.handedOn(r)
	case cases.Glass, cases.GlassReviewed:
		return c.glass(r)
	case cases.Told, cases.Exposed:
		return lines(c.own(t["said"]), c.from(t["saw"], t["from"]), c.named("hope", t["hope"]), t["place"], c.named("wish", t["wish"]), c.named("pen", t["pen"]))
	case cases.RaisedBy, cases.Wrote, cases.Informed, cases.Rights:
		return t["text"]
	case cases.Protected:
		return lines(t["what"], c.labelled("from", r.On))
	case cases.Voice:
		if c.other(r) {
			return ""
		}
		return lines(c.own(t["words"]), c.named("wants", t["wants"]), c.labelled("again", r.On))
	case cases.Source:
		if r.OtherChildren() { // what other children said stands in their own tracks
			return ""
		}
		return lines(append([]string{t["who"], t["place"], t["text"], c.named("seemed", t["seemed"])}, digitalLines(c.w, r)...)...)
	case cases.Finding:
		return t["finding"]
	case cases.Interest:
		return t["conclusion"]
	case cases.Approved:
		return lines(t["why"], c.labelled("evaluate", r.On))
	case cases.Ticked:
		return lines(c.measure(r.Ref), t["line"], c.named("told-by", t["told-by"]))
	case cases.Evaluated:
		return lines(c.own(t["words"]), t["why"], c.named("saw", t["saw"]), c.labelled("evaluate", r.On))
	case cases.NotReached:
		return c.labelled("hear-by", r.On)
	case cases.Ended:
		return lines(c.own(t["words"]), t["weight"], c.labelled("check", r.On))
	case cases.SteppedDownK:
		return lines(c.named("view", t["view"]), c.named("reasons", t["reason"]), c.labelled("check", r.On))
	case cases.Checked:
		return lines(c.own(t["words"]), c.labelled("check", r.On))
	case cases.Reopened:
		return lines(t["reason"], c.t("label.same-story"))
	case cases.Packed, cases.Shielded, cases.Named, cases.Unnamed, cases.Unlocked:
		return t["reason"]
	case cases.Judged, cases.Recused, cases.RecusalOver, cases.Together:
		return t["reason"]
	case cases.ToldOwner:
		return t["words"]
	case cases.Party:
		return t["text"]
	case cases.GivenOver:
		return t["note"]
	}
	if slices.Contains(cases.StateKinds, r.Kind) {
		return c.stateText(r)
	}
	return lines(c.lifeText(r), c.crafted(r), c.fromHome(r))
}

func (c chronicle) own(words string) string {
	if words == "" {
		return ""
	}
	return c.w.T("school.quote", "text", words)
}

func (c chronicle) from(saw, who string) string {
	if saw == "" || who == "" {
		return saw
	}
	return who + ": " + saw
}

func (c chronicle) named(key, text string) string {
	if text == "" {
		return ""
	}
	return c.t("label."+key) + " " + text
}

func (c chronicle) labelled(key string, on tilhor.Date) string {
	if on == "" {
		return ""
	}
	return c.t("label."+key, "date", c.w.Date(on))
}

// measure is what a ticked measure is about.
func (c chronicle) measure(id string) string {
	for _, m := range c.f.Measures {
		if string(m.ID) == id {
			return m.What
		}
	}
	return ""
}

func (c chronicle) link(r cases.Record) (href, text string) {
	switch r.Kind {
	case cases.Voice:
		if c.f.Works { // a page with forms: who only reads has it in print
			return path(c.f.Track, stageTalks) + "#" + string(r.ID), c.t("link.talk")
		}
	case cases.Approved:
		return path(c.f.Track, stagePlan, "utskrift") + "?versjon=" + r.Ref, c.t("link.plan")
	case cases.HomeDecided:
		if !c.f.Home {
			return "", ""
		}
		return path(c.f.Track, "hjemmet"), c.t("link.home")
	case cases.HomeSaid, cases.HomeDisagree:
		if c.f.Works {
			return path(c.f.Track, informPath), c.t("link.inform")
		}
	case cases.Follows, cases.FollowedBy:
		if s := r.Text["slug"]; s != "" {
			return "/saker/" + s, c.t("link.other-story")
		}
	}
	return c.craftLink(r)
}

// ticks is how many records from i on are measures carried out with nothing to
// say about it: they are told together.
func (c chronicle) ticks(i int) (n int) {
	for _, r := range c.f.Records[i:] {
		if r.Kind != cases.Ticked || r.Answer != "done" || r.Text["line"] != "" || r.Text["told-by"] != "" || len(c.f.Corrections(r.ID)) > 0 {
			break
		}
		n++
	}
	return n
}

func (c chronicle) ticked(all []cases.Record) web.Happening {
	first, last := all[0].On, all[len(all)-1].On
	h := web.Happening{DateTime: string(first), When: c.w.Date(first), Title: c.t("ticked.times", "n", len(all))}
	if last != first {
		h.When = c.t("span", "from", c.w.Date(first), "until", c.w.Date(last))
	}
	return h
}

// planned is what comes next, with a date.
func (c chronicle) planned(now time.Time) (all []web.Happening) {
	add := func(on tilhor.Date, key string) {
		if on != "" && on >= calendar.DateOf(now) {
			all = append(all, web.Happening{When: c.w.Date(on), DateTime: string(on), Title: c.t(key), Next: true})
		}
	}
	if r := ownTalk(c.f); r != nil && r.Answer == cases.Declined {
		add(r.On, "planned.talk")
	}
	add(evaluateOn(c.f), "planned.evaluation")
	add(c.f.CheckOn, "planned.check")
	return append(all, c.agreedAhead(calendar.DateOf(now))...)
}

// lines are the passages that were written, each on its line.
func lines(all ...string) string {
	var kept []string
	for _, s := range all {
		if s = strings.TrimSpace(s); s != "" {
			kept = append(kept, s)
		}
	}
	return strings.Join(kept, "\n")
}
