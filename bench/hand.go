package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"os"
	"time"

	"tilhor/internal/db"
	"tilhor/internal/demo"
)

// handEnv makes this program serve the list of cases as one would write it by
// hand, beside which ours is put.
const handEnv = "TILHOR_BENCH_HAND"

// A handWorld is what that list is told: nobody signs in to it.
type handWorld struct {
	Engine               db.Engine
	DSN, Addr            string
	Person, Role, School string
}

// startHand serves the list by hand from a world, for a person.
func (m *measurer) startHand(w *world, who person) (*child, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	dsn := m.store.dsn(w.name)
	if m.store.engine == db.SQLite {
		dsn = m.store.liteDSN(w.name, false)
	}
	told, err := json.Marshal(handWorld{m.store.engine, dsn, addr, string(who.Actor.Person), string(who.Actor.Role), string(who.Actor.School)})
	if err != nil {
		return nil, err
	}
	c, _, err := startSelf(addr, handEnv+"="+string(told))
	return c, err
}

// The list by hand: the open cases of a school that somebody may read, by a
// grant to the person or to the role and no bar, with number, class and the
// handler's and pupil's sealed names; and the duties that stand of the fifty.
// Nobody is signed in, nothing is opened, recorded or packed.
const (
	handRows = `SELECT t.id, t.slug, c.number, t.arena, t.state, t.due_on, p.name, h.name,
		(SELECT g.name FROM roster_member m JOIN roster_group g ON g.owner = m.owner AND g.id = m.grp
			WHERE m.owner = t.owner AND m.person = t.pupil AND m.role = 'pupil' AND g.kind = 'class' AND m.until_date = '' LIMIT 1)
		FROM cases_track t JOIN cases_case c ON c.owner = t.owner AND c.id = t.matter
		LEFT JOIN roster_person p ON p.owner = t.owner AND p.id = t.pupil
		LEFT JOIN roster_person h ON h.owner = t.owner AND h.id = t.handler
		WHERE t.owner = $1 AND t.school = $2 AND t.state IN ('open', 'stepped-down')
		AND EXISTS (SELECT 1 FROM access_grant g WHERE g.owner = t.owner AND g.kind = 'track' AND g.thing = t.id AND g.unit = $2
			AND g.from_at <= $5 AND g.until_at > $5 AND (g.person = $3 OR (g.person = '' AND g.role = $4)))
		AND NOT EXISTS (SELECT 1 FROM access_bar b WHERE b.owner = t.owner AND b.kind = 'track' AND b.thing = t.id
			AND b.from_at <= $5 AND b.until_at > $5 AND (b.person = $3 OR (b.role = $4 AND b.unit = $2)))
		ORDER BY t.due_on, t.id LIMIT 50`
	handDuties = `SELECT thing, duty, state, first_on FROM duty_state
		WHERE owner = $1 AND state IN ('open', 'late', 'late-local', 'not-due') AND thing IN (%s) ORDER BY first_on, duty`
)

var handPage = template.Must(template.New("hand").Parse(`<!doctype html><html lang="nb"><head><meta charset="utf-8"><title>Saker</title><link rel="stylesheet" href="/style.css"></head>
<body><header><a href="/">Tilhør</a> <nav><a href="/">I dag</a> <a href="/saker">Saker</a> <a href="/bekymringer">Bekymringer</a></nav></header>
<main><h1>{{len .}} saker</h1><table><caption>Saker</caption><thead><tr><th>Elev</th><th>Hvor saken er</th><th>Neste</th><th>Har saken</th></tr></thead><tbody>
{{range .}}<tr><td><a href="/saker/{{.Slug}}">{{.Pupil}}, {{.Class}}</a> <small>Sak {{.Number}}, {{.Arena}}</small></td><td>{{.State}}</td>
<td>{{with .Next}}{{.Duty}}: {{.On}} ({{.State}}){{end}} <small>{{len .Duties}}</small></td><td>{{.Handler}}</td></tr>
{{end}}</tbody></table></main></body></html>`))

type handRow struct {
	ID, Slug, Number, Arena, State, Due, Class, Pupil, Handler string
	Duties                                                     []handDuty
	Next                                                       *handDuty
}

type handDuty struct{ Duty, State, On string }

func serveHand(told string) {
	var w handWorld
	if err := json.Unmarshal([]byte(told), &w); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	driver := "sqlite"
	if w.Engine == db.Postgres {
		driver = "pgx"
	}
	c, err := sql.Open(driver, w.DSN)
	if err == nil {
		c.SetMaxOpenConns(readers)
		c.SetMaxIdleConns(readers)
		var rows, duties *sql.Stmt
		if rows, err = c.Prepare(handRows); err == nil {
			if duties, err = c.Prepare(fmt.Sprintf(handDuties, marks(51)[len("$1, "):])); err == nil {
				http.HandleFunc("GET /", func(out http.ResponseWriter, r *http.Request) {
					all, err := w.list(r.Context(), rows, duties)
					if err == nil {
						err = handPage.Execute(out, all)
					}
					if err != nil {
						http.Error(out, err.Error(), http.StatusInternalServerError)
					}
				})
				err = http.ListenAndServe(w.Addr, nil)
			}
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func (w handWorld) list(ctx context.Context, rows, duties *sql.Stmt) (all []handRow, err error) {
	found, err := rows.QueryContext(ctx, string(demo.Owner), w.School, w.Person, w.Role, time.Now().UnixMilli())
	if err != nil {
		return nil, err
	}
	defer found.Close()
	at := map[string]int{}
	args := make([]any, 51)
	args[0] = string(demo.Owner)
	for i := range args[1:] {
		args[1+i] = ""
	}
	for found.Next() {
		var r handRow
		var pupil, handler []byte
		var class *string
		if err := found.Scan(&r.ID, &r.Slug, &r.Number, &r.Arena, &r.State, &r.Due, &pupil, &handler, &class); err != nil {
			return nil, err
		}
		if class != nil {
			r.Class = *class
		}
		r.Pupil, r.Handler = fmt.Sprintf("%x", pupil[:min(8, len(pupil))]), fmt.Sprintf("%x", handler[:min(8, len(handler))])
		at[r.ID] = len(all)
		all = append(all, r)
		args[len(all)] = r.ID
	}
	if err := found.Err(); err != nil {
		return nil, err
	}
	stand, err := duties.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	defer stand.Close()
	for stand.Next() {
		var thing string
		var d handDuty
		if err := stand.Scan(&thing, &d.Duty, &d.State, &d.On); err != nil {
			return nil, err
		}
		r := &all[at[thing]]
		r.Duties = append(r.Duties, d)
		r.Next = &r.Duties[0]
	}
	return all, stand.Err()
}
