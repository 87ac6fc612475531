package lang

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // a bare server has no zone files, and the law counts in Norwegian days

	"tilhor"
)

// nbsp keeps a date or a clock together on one line.
const nbsp = "\u00a0"

// Oslo is where every date and clock on the pages is read off.
var Oslo = func() *time.Location {
	z, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		panic(err)
	}
	return z
}()

// calendarWords are the names of days and months, which x/text does not have,
// and how the language puts a date and a clock together.
type calendarWords struct {
	days, months, short [12]string
	date                string // of a day and a month
	clock, hour         string // a layout of package time
	at                  string // between the date and the clock
}

var (
	norwegian = calendarWords{date: "%[1]d." + nbsp + "%[2]s", clock: "kl." + nbsp + "15.04", hour: "15", at: " "}
	british   = calendarWords{date: "%[1]d" + nbsp + "%[2]s", clock: "15:04", hour: "15:00", at: " at" + nbsp}
	colon     = calendarWords{date: "%[1]d" + nbsp + "%[2]s", clock: "15:04", hour: "15:00", at: ", "}
)

func (c calendarWords) named(days, months, short string) calendarWords {
	copy(c.days[:], strings.Fields(days))
	copy(c.months[:], strings.Fields(months))
	copy(c.short[:], strings.Fields(short))
	return c
}

const months = "januar februar mars april mai juni juli august september oktober november desember"

const shortMonths = "jan. feb. mars april mai juni juli aug. sep. okt. nov. des."

var calendars = map[tilhor.Lang]calendarWords{
	tilhor.Bokmal:  norwegian.named("søndag mandag tirsdag onsdag torsdag fredag lørdag", months, shortMonths),
	tilhor.Nynorsk: norwegian.named("søndag måndag tysdag onsdag torsdag fredag laurdag", months, shortMonths),
	tilhor.English: british.named("Sunday Monday Tuesday Wednesday Thursday Friday Saturday",
		"January February March April May June July August September October November December",
		"Jan Feb March April May June July Aug Sept Oct Nov Dec"),
	tilhor.Sami: calendarWords{date: "%[2]s" + nbsp + "%[1]d." + nbsp + "b.", clock: "dii." + nbsp + "15.04", hour: "15", at: " "}.named(
		"sotnabeaivi vuossárga maŋŋebárga gaskavahkku duorastat bearjadat lávvordat",
		"ođđajagemánu guovvamánu njukčamánu cuoŋománu miessemánu geassemánu suoidnemánu borgemánu čakčamánu golggotmánu skábmamánu juovlamánu",
		"ođđajagem. guovvam. njukčam. cuoŋom. miessem. geassem. suoidnem. borgem. čakčam. golggotm. skábmam. juovlam."),
	tilhor.Polish: colon.named("niedziela poniedziałek wtorek środa czwartek piątek sobota",
		"stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
		"sty. lut. mar. kwi. maja cze. lip. sie. wrz. paź. lis. gru."),
	tilhor.Ukrainian: colon.named("неділя понеділок вівторок середа четвер п’ятниця субота",
		"січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
		"січ. лют. бер. квіт. трав. черв. лип. серп. вер. жовт. лист. груд."),
	tilhor.Arabic: calendarWords{date: "%[1]d" + nbsp + "%[2]s", clock: "15:04", hour: "15:00", at: "، "}.named(
		"الأحد الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت",
		"يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
		"يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر"),
	tilhor.Somali: colon.named("Axad Isniin Talaado Arbaco Khamiis Jimce Sabti",
		"Janaayo Febraayo Maarso Abriil Maajo Juun Luuliyo Ogosto Sebtembar Oktoobar Nofembar Desembar",
		"Jan Feb Mar Abr Maj Jun Luu Ogo Seb Okt Nof Des"),
}

func (w *Words) dayMonth(d time.Time, months [12]string) string {
	return fmt.Sprintf(w.cal.date, d.Day(), months[d.Month()-1])
}

// Date is the whole date: «23. november 2026».
func (w *Words) Date(d tilhor.Date) string {
	if d == "" {
		return ""
	}
	t := d.Time()
	return w.dayMonth(t, w.cal.months) + nbsp + strconv.Itoa(t.Year())
}

// DayMonth leaves out the year where nobody can doubt it: «23. november».
func (w *Words) DayMonth(d tilhor.Date) string {
	if d == "" {
		return ""
	}
	return w.dayMonth(d.Time(), w.cal.months)
}

// DateShort is for rows and small text: «23. nov.».
func (w *Words) DateShort(d tilhor.Date) string {
	if d == "" {
		return ""
	}
	return w.dayMonth(d.Time(), w.cal.short)
}

// Weekday is the name of the day: «mandag», «måndag», «Monday».
func (w *Words) Weekday(d tilhor.Date) string {
	if d == "" {
		return ""
	}
	return w.cal.days[d.Time().Weekday()]
}

// Day is the date with its weekday: «mandag 23. november 2026».
func (w *Words) Day(d tilhor.Date) string {
	if d == "" {
		return ""
	}
	return w.Weekday(d) + " " + w.Date(d)
}

// Week is the ISO week schools plan by: «uke 48».
func (w *Words) Week(d tilhor.Date) string {
	_, n := d.Time().ISOWeek()
	return w.T("date.week", "week", strconv.Itoa(n))
}

// NearDay names the days people have words for, «i dag», «i morgen», «i går»,
// and else the short date, with its year when it is not this one.
func (w *Words) NearDay(d, today tilhor.Date) string {
	switch d {
	case "":
		return ""
	case today:
		return w.T("date.today")
	case today.Add(1):
		return w.T("date.tomorrow")
	case today.Add(-1):
		return w.T("date.yesterday")
	}
	if d[:4] == today[:4] {
		return w.DateShort(d)
	}
	return w.DateShort(d) + nbsp + string(d[:4])
}

// Time is the clock on the wall in Oslo: «kl. 13.05», in English «13:05».
func (w *Words) Time(t time.Time) string {
	return t.In(Oslo).Format(w.cal.clock)
}

// DateTime is an instant in full: «23. november 2026 kl. 13.05».
func (w *Words) DateTime(t time.Time) string {
	return w.at(w.Date(tilhor.DateOf(t, Oslo)), w.Time(t))
}

// Near is an instant as one says it today: «i dag kl. 08.10», «20. nov. kl. 14.00».
func (w *Words) Near(t, now time.Time) string {
	return w.at(w.NearDay(tilhor.DateOf(t, Oslo), tilhor.DateOf(now, Oslo)), w.Time(t))
}

func (w *Words) at(day, clock string) string { return day + w.cal.at + clock }

// Moment says when something happened and no more exactly than it is known.
// What is not known is called that: the written time stands elsewhere and is
// never passed off as the time it happened.
func (w *Words) Moment(m tilhor.When) string {
	if m.Precision == tilhor.Unknown || m.At.IsZero() {
		return w.T("date.unknown")
	}
	day := tilhor.DateOf(m.At, Oslo)
	switch m.Precision {
	case tilhor.Day:
		return w.Date(day)
	case tilhor.Hour:
		return w.T("date.about", "date", w.Date(day), "hour", w.hour(m.At))
	}
	return w.DateTime(m.At)
}

// NearMoment is Moment as one says it today: «i dag omtrent kl. 11».
func (w *Words) NearMoment(m tilhor.When, now time.Time) string {
	if m.At.IsZero() {
		return w.Moment(m)
	}
	day := w.NearDay(tilhor.DateOf(m.At, Oslo), tilhor.DateOf(now, Oslo))
	switch m.Precision {
	case tilhor.Day:
		return day
	case tilhor.Hour:
		return w.T("date.about", "date", day, "hour", w.hour(m.At))
	case tilhor.Exact:
		return w.Near(m.At, now)
	}
	return w.Moment(m)
}

func (w *Words) hour(t time.Time) string { return t.In(Oslo).Format(w.cal.hour) }

// Ago says how long since: «for 31 minutter siden», «for 4 dager siden». Days
// are counted as dates, as people count them, not as 24 hours.
func (w *Words) Ago(t, now time.Time) string {
	d := now.Sub(t)
	days := tilhor.DateOf(now, Oslo).Sub(tilhor.DateOf(t, Oslo))
	switch {
	case d < time.Minute:
		return w.T("ago.now")
	case d < time.Hour:
		return w.T("ago.minutes", "n", int(d/time.Minute))
	case days == 0 || d < 12*time.Hour:
		return w.T("ago.hours", "n", int(d/time.Hour))
	}
	return w.T("ago.days", "n", days)
}

// Since is Ago for what is known no more exactly than to the hour or the day: then it is
// said when it was, and not a number of minutes that nobody knows.
func (w *Words) Since(m tilhor.When, now time.Time) string {
	if m.Precision == tilhor.Exact {
		return w.Ago(m.At, now)
	}
	return w.NearMoment(m, now)
}

// SchoolYear is the school year (skoleåret, 1 August to 31 July) a date lies
// in: «2026/27».
func SchoolYear(d tilhor.Date) string {
	t := d.Time()
	y := t.Year()
	if t.Month() < time.August {
		y--
	}
	return fmt.Sprintf("%d/%02d", y, (y+1)%100)
}

var (
	dotted = regexp.MustCompile(`^(\d{1,2})[.,/ -]\s*(\d{1,2})[.,/ -]\s*(\d{4})$`)
	joined = regexp.MustCompile(`^(\d{2})(\d{2})(\d{4})$`)
	clock  = regexp.MustCompile(`^(?:kl\.?\s*)?(\d{1,2})[.,:]?(\d{2})?$`)
)

// ReadDate reads a date as a browser sends it (2026-11-23) or as a person
// writes it (23.11.2026, 3. 2. 2027, 23112026). Day first in every language: a
// form that guessed the month's place would be wrong half the year.
func ReadDate(s string) (tilhor.Date, error) {
	s = strings.TrimSpace(s)
	m := dotted.FindStringSubmatch(s)
	if m == nil {
		m = joined.FindStringSubmatch(s)
	}
	if m == nil {
		return tilhor.ParseDate(s)
	}
	return tilhor.ParseDate(fmt.Sprintf("%s-%02s-%02s", m[3], m[2], m[1]))
}

// TypedDate is a date as a field of a form holds it, for ReadDate to read again.
func TypedDate(d tilhor.Date) string {
	if d == "" {
		return ""
	}
	return d.Time().Format("02.01.2006")
}

// TypedTime is a clock as a field of a form holds it, for ReadTime to read again.
func TypedTime(t time.Time) string { return t.In(Oslo).Format("15.04") }

// ReadTime reads a clock time on a date in Oslo: 08:10, 8.10, 0810, «kl. 8».
// A clock that the night to summer time skips is refused.
func ReadTime(d tilhor.Date, s string) (time.Time, error) {
	m := clock.FindStringSubmatch(strings.ToLower(strings.TrimSpace(s)))
	if m == nil {
		return time.Time{}, fmt.Errorf("no such time: want HH.MM")
	}
	hour, _ := strconv.Atoi(m[1])
	minute, _ := strconv.Atoi(m[2])
	day := d.Time()
	t := time.Date(day.Year(), day.Month(), day.Day(), hour, minute, 0, 0, Oslo)
	if day.IsZero() || t.Hour() != hour || t.Minute() != minute || t.Day() != day.Day() {
		return time.Time{}, fmt.Errorf("no such time on that day")
	}
	return t, nil
}
