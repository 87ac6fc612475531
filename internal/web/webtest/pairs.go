package webtest

import "net/http"

// A Visit is one page as one person sees it.
type Visit struct {
	Name   string // of the page, in what is printed
	Who    string // the persona
	Path   string
	Cookie *http.Cookie
}

// A Job is a visit in one set of circumstances.
type Job struct {
	Name   string `json:"name"`
	URL    string `json:"url"`
	Cookie string `json:"cookie,omitempty"` // name=value
	Lang   string `json:"lang"`
	Scheme string `json:"scheme"`
	Width  int    `json:"width"`
	JS     bool   `json:"js"`
	Status int    `json:"status,omitempty"` // 200 unless said
}

var (
	langs   = []string{"nb", "nn", "en"}
	schemes = []string{"light", "dark"}
	widths  = []int{320, 768, 1280}
	scripts = []bool{true, false}
)

// Pairs plans a browser's visits: every page once, and so that any two of
// persona, language, scheme, width and script meet on some page. The whole
// product would be 36 times as many.
func Pairs(base string, visits []Visit) []Job {
	met := map[[2]string]bool{}
	var jobs []Job
	for _, v := range visits {
		jobs = append(jobs, best(base, v, met))
	}
	for grew := true; grew; {
		grew = false
		for _, v := range visits {
			if !lacks(v.Who, met) {
				continue
			}
			jobs, grew = append(jobs, best(base, v, met)), true
		}
	}
	return jobs
}

// All plans the whole product, for make soak.
func All(base string, visits []Visit) []Job {
	var jobs []Job
	for _, v := range visits {
		each(func(l, s string, w int, js bool) { jobs = append(jobs, job(base, v, l, s, w, js)) })
	}
	return jobs
}

func each(fn func(l, s string, w int, js bool)) {
	for _, l := range langs {
		for _, s := range schemes {
			for _, w := range widths {
				for _, js := range scripts {
					fn(l, s, w, js)
				}
			}
		}
	}
}

// best is the circumstances in which a visit makes most new pairs meet.
func best(base string, v Visit, met map[[2]string]bool) Job {
	var won Job
	most := -1
	each(func(l, s string, w int, js bool) {
		j := job(base, v, l, s, w, js)
		n := 0
		for _, p := range pairsOf(v.Who, j) {
			if !met[p] {
				n++
			}
		}
		if n > most {
			won, most = j, n
		}
	})
	for _, p := range pairsOf(v.Who, won) {
		met[p] = true
	}
	return won
}

func lacks(who string, met map[[2]string]bool) bool {
	missing := false
	each(func(l, s string, w int, js bool) {
		for _, p := range pairsOf(who, job("", Visit{}, l, s, w, js)) {
			missing = missing || !met[p]
		}
	})
	return missing
}

func pairsOf(who string, j Job) [][2]string {
	js := "no script"
	if j.JS {
		js = "script"
	}
	f := []string{"who " + who, j.Lang, j.Scheme, "w" + string(rune(j.Width)), js}
	var all [][2]string
	for a := range f {
		for b := a + 1; b < len(f); b++ {
			all = append(all, [2]string{f[a], f[b]})
		}
	}
	return all
}

func job(base string, v Visit, l, s string, w int, js bool) Job {
	j := Job{Name: v.Who + ": " + v.Name, URL: base + v.Path, Lang: l, Scheme: s, Width: w, JS: js}
	if v.Cookie != nil {
		j.Cookie = v.Cookie.Name + "=" + v.Cookie.Value
	}
	return j
}
