#!/bin/sh
# Two scanners from Debian against the demo on this machine, signed out, signed
# in as rektor, a parent and a pupil, and from the shared machine at SFO: wapiti
# for what pages give away, sqlmap for what reaches the database. Each is bounded in time (some MINUTES for all of it, 8 unless told; twice
# that and a little at most, when sqlmap is slow),
# and each must first find the hole in a server made for it: a scanner that
# finds nothing there has not looked. The last line says what was found.
set -eu
minutes=${1:-8}
dir=$(mktemp -d)
pids=
stop() {
	for p in $pids; do kill "$p" 2>/dev/null || true; done
	rm -rf "$dir"
}
trap stop EXIT INT TERM

for tool in wapiti sqlmap curl; do
	command -v $tool >/dev/null || { apt-get update && apt-get install -y --no-install-recommends $tool; } >"$dir/apt" 2>&1 ||
		{ echo "scan: $tool is not here and cannot be installed (apt-get install $tool, as root)" >&2; exit 1; }
done

# waits SECONDS COMMAND...: until the command is true.
waits() {
	left=$1
	shift
	until "$@"; do
		left=$((left - 1))
		[ $left -gt 0 ] || { echo "scan: waited too long for: $*" >&2; exit 1; }
		sleep 1
	done
}

# The server with the holes: it prints what it is given, and asks a database
# with it.
cat >"$dir/holes.py" <<'PY'
import http.server, sqlite3, sys, urllib.parse
db = sqlite3.connect(":memory:", check_same_thread=False)
db.execute("CREATE TABLE pupil (id INTEGER, name TEXT)")
db.execute("INSERT INTO pupil VALUES (1, 'Nora')")
class Holes(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        q = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query)
        out = '<a href="/name?name=x">n</a> <a href="/id?id=1">i</a>'
        if "name" in q: out = "<p>" + q["name"][0] + "</p>"
        if "id" in q:
            try: out = "<p>%s</p>" % db.execute("SELECT name FROM pupil WHERE id = " + q["id"][0]).fetchall()
            except Exception as e: out = "<p>sqlite3.OperationalError: %s</p>" % e
        self.send_response(200); self.send_header("Content-Type", "text/html"); self.end_headers()
        self.wfile.write(("<html><body>" + out + "</body></html>").encode())
    def log_message(self, *a): pass
s = http.server.HTTPServer(("127.0.0.1", 0), Holes)
print(s.server_port, flush=True)
s.serve_forever()
PY

# Scanners for what must be kept by more than one answer (sites of others, a
# login to guess) and for known programs are left out; csrf looks for a token in
# each form, where we look at who sent it (TestAttackForgedForms).
modules=backup,blindsql,cookieflags,crlf,csp,exec,file,htaccess,http_headers,methods,permanentxss,redirect,shellshock,sql,xss

# Debian's wapiti writes a pattern that its own Python refuses, as soon as an
# address is left out; the pattern is the same with its flags beside it.
cat >"$dir/wapiti.py" <<'PY'
import re
real = re.compile
def gentle(pattern, flags=0):
    if isinstance(pattern, str) and pattern.endswith("(?ms)"): pattern, flags = pattern[:-5], flags | re.M | re.S
    return real(pattern, flags)
re.compile = gentle
from wapitiCore.main.wapiti import wapiti_main
wapiti_main()
PY

# wapitis NAME SECONDS URL [ARGUMENT...]: what wapiti found, one line each.
wapitis() {
	name=$1 seconds=$2 url=$3
	shift 3
	timeout $((2 * seconds + 120)) /usr/bin/python3 "$dir/wapiti.py" -u "$url/" --flush-session --store-session "$dir/$name.session" --no-bugreport --verbose 1 --store-config "$dir/wapiti" \
		-m "$modules" --scope folder --max-scan-time $((seconds / 3)) --max-attack-time $((seconds / 10)) --max-links-per-page 60 --max-files-per-dir 40 -S normal -t 15 \
		-x "$url/logg-ut" -x "$url/logg-ut/overalt" -x "$url/ut" -x "$url/rolle" "$@" \
		-f json -o "$dir/$name.json" >"$dir/$name.log" 2>&1 || true
	[ -s "$dir/$name.json" ] || { echo "scan: wapiti ($name) left no report:" >&2; tail -5 "$dir/$name.log" >&2; exit 1; }
	python3 - "$dir/$name.json" <<'PY'
import json, sys
# The demo speaks plain HTTP to this machine: what only TLS has is proved of
# serve (internal/web). The filter of old browsers did harm, and is gone.
ours = ("Strict-Transport-Security is not set", "Secure flag is not set", "X-XSS-Protection is not set")
r = json.load(open(sys.argv[1]))
for kind in ("vulnerabilities", "anomalies"):
    for what, all in r[kind].items():
        for one in all:
            if not one["info"].startswith(ours): print("%s: %s %s %s: %s" % (kind, what, one["method"], one["path"], one["info"]))
PY
}

# sqlmaps NAME SECONDS (-u ADDRESS | -m LIST) ARGUMENT...: the places where sqlmap came
# through; and what it did not come to, or left because nothing is there, which is not
# clean but not looked at.
sqlmaps() {
	name=$1 seconds=$2
	shift 2
	timeout "$seconds" sqlmap --batch --disable-coloring --output-dir "$dir/sqlmap-$name" --level 2 --risk 1 --timeout 15 --retries 1 --threads 1 \
		--ignore-code 404,422,429 --flush-session "$@" >"$dir/sqlmap-$name.log" 2>&1 || true
	grep -q 'testing if' "$dir/sqlmap-$name.log" || { echo "scan: sqlmap ($name) tried nothing:" >&2; tail -5 "$dir/sqlmap-$name.log" >&2; exit 1; }
	grep -A4 'identified the following injection point' "$dir/sqlmap-$name.log" || true
	if [ "$1" = -m ]; then
		awk -F"'" '/testing URL / { at = $2 } /testing for SQL injection/ { print at }' "$dir/sqlmap-$name.log" >"$dir/tried"
		while read -r at; do
			grep -qxF "$at" "$dir/tried" || echo "the scan is not whole: sqlmap ($name) did not try /${at#*//*/}"
		done <"$2"
	fi
	grep -q '^\[\*\] ending @' "$dir/sqlmap-$name.log" || echo "the scan is not whole: sqlmap ($name) was cut off after $seconds s"
}

python3 "$dir/holes.py" >"$dir/holes.port" 2>"$dir/holes.err" &
pids="$pids $!"
waits 20 test -s "$dir/holes.port"
holes=http://127.0.0.1:$(cat "$dir/holes.port")
wapitis holes 30 "$holes" >"$dir/holes.found"
grep -q 'Cross Site Scripting' "$dir/holes.found" || { echo "scan: wapiti did not find the hole it was shown" >&2; cat "$dir/holes.found" "$dir/holes.log" >&2; exit 1; }
sqlmaps holes 90 -u "$holes/id?id=1" >"$dir/holes.sql"
grep -q 'injection point' "$dir/holes.sql" || { echo "scan: sqlmap did not find the hole it was shown" >&2; tail -20 "$dir/sqlmap-holes.log" >&2; exit 1; }
echo "scan: both scanners find the holes they are shown"

CGO_ENABLED=0 go build -o "$dir/tilhor" ./cmd/tilhor
"$dir/tilhor" demo --addr 127.0.0.1:0 --dir "$dir/demo" >"$dir/out" 2>"$dir/err" &
pids="$pids $!"
waits 120 grep -q 'open at' "$dir/out"
base=$(sed -n 's/.*open at //p' "$dir/out")
# enters NAME: signs somebody in by the list of people on the front page.
enters() {
	in=$(curl -s "$base/" | grep -o "/logg-inn/[a-z]*?som=[^\"]*\">$1<" | head -1 | sed 's/".*//')
	rm -f "$dir/jar"
	curl -sL -o "$dir/today" -c "$dir/jar" -b "$dir/jar" "$base$in"
	awk '$6 == "tilhor" { print "tilhor=" $7 }' "$dir/jar"
}
get() { curl -s -H "Cookie: ${2:-$cookie}" -H 'Accept-Language: nb' "$base$1"; }
cookie=$(enters 'Kari Lund')
parent=$(enters 'Lene Dahl')
pupil=$(enters 'Nora Dahl')
get /saker >"$dir/cases"
track=$(grep -o '/saker/[a-z2-7]\{10\}' "$dir/cases" | head -1)
school=$(curl -s "$base/" | grep -o '/s/[^"?]*' | head -1)
[ -n "$track" ] && [ -n "$school" ] && get "$track/plan" | grep -q '<h1' || { echo "scan: rektor is not signed in" >&2; exit 1; }
ward=$(curl -s -o /dev/null -w '%{redirect_url}' -H "Cookie: $parent" "$base/foresatt" | grep -o '/foresatt/[a-z2-7]*$' || true)
[ -n "$ward" ] && get "$ward" "$parent" | grep -q '<h1' || { echo "scan: the parent is not signed in, or has nothing to see" >&2; exit 1; }
get /min "$pupil" | grep -q '<h1' || { echo "scan: the pupil is not signed in" >&2; exit 1; }
# A machine is let in by a sign-in of its own, which ends with it.
machine=$(curl -s -i -H 'Sec-Fetch-Site: same-origin' -H "Cookie: $(enters 'Kari Lund')" -d 'name=Base 1' "$base/skolen/sfo/maskin" | sed -n 's/^Set-Cookie: \(tilhor-enhet=[^;]*\).*/\1/p')
[ -n "$machine" ] && get /sfo-enhet "$machine" | grep -q '<h1' || { echo "scan: no machine at SFO" >&2; exit 1; }

# What is tried: every kind of thing an address or a form can carry.
cat >"$dir/out.list" <<LIST
$base$school*
$base$school/ansatt?l=nb
$base/logg-inn?neste=/i-dag&niva=hoyt&l=nb
$base/utlogget?kladd=abcdefghijklmnopqrstuvwxyz
$base/kvittering/abcdefghijklmnopqrstuvwxyz*
$base/kvittering/abcdefghijklmnopqrstuvwxyz*/fil
$base/kalender/abcdefghijklmnopqrstuvwxyz*
$base$school/si?l=nb
$base$school/si/kode?l=nb
$base/rettigheter/foresatt*
LIST
cat >"$dir/parent.list" <<LIST
$base$ward*
$base$ward/kvittering/abcdefghijklmnopqrstuvwxyz*
$base$ward/skriv?gjort=ja
$base/foresatt/rektor?barn=abcdefghijkl
LIST
cat >"$dir/pupil.list" <<LIST
$base/min/sagt/abcdefghij*
$base/min/sagt/abcdefghij*/kvittering
$base/min/samtale/abcdefghij*
$base/min/apne?til=/min/sak
$base/min/velg?sak=abcdefghij
LIST
cat >"$dir/machine.list" <<LIST
$base/sfo-enhet/kode/abcdefghijklmnopqrstuvwxyz*
$base/sfo-enhet/sendt/abcdefghij*
$base/sfo-enhet/avtaler/abcdefghijklmnopqrstuvwxyz*
LIST
cat >"$dir/in.list" <<LIST
$base$track*
$base$track/samtaler/ikke-nadd?barn=abcdefghijkl
$base$track/plan/forskjeller?fra=1&til=2
$base/tiltak/abcdefghijklmnopqrstuvwxyz*
$base/bekymringer/abcdefghij*
$base/kladder/abcdefghijklmnopqrstuvwxyz*
$base/inngrep/abcdefghij*
$base/fare/notater/abcdefghijklmnopqrstuvwxyz*
$base/overlevering/abcdefghijklmnopqrstuvwxyz*
$base/bekymringer/abcdefghij*/samtale
LIST
each=$((minutes * 60 / 11))
same='Sec-Fetch-Site: same-origin'
# The time of sqlmap is a bound and no share: it ends by itself when it has tried all.
# Codes take longest: ten wrong ones a second are answered.
found=$dir/found
{
	wapitis signed-out $each "$base" -H "$same"
	wapitis signed-in $((2 * each)) "$base" -s "$base/i-dag" -s "$base/saker" -s "$base$track" -s "$base$track/samtaler" -s "$base/bekymringer/ny" -H "$same" -H "Cookie: $cookie"
	wapitis signed-parent $each "$base" -s "$base$ward" -s "$base$ward/skriv" -s "$base/foresatt/statsforvalteren" -s "$base/min/si" -H "$same" -H "Cookie: $parent"
	wapitis signed-pupil $each "$base" -s "$base/min" -s "$base/min/si" -s "$base/min/sagt" -s "$base/rettigheter/11" -H "$same" -H "Cookie: $pupil"
	wapitis signed-machine $each "$base" -s "$base/sfo-enhet" -H "$same" -H "Cookie: $machine"
	sqlmaps signed-out $((4 * each)) -m "$dir/out.list" --headers "$same"
	sqlmaps signed-in $((4 * each)) -m "$dir/in.list" --headers "$same" --cookie "$cookie" --param-exclude '^tilhor$'
	sqlmaps parent $((2 * each)) -m "$dir/parent.list" --headers "$same" --cookie "$parent" --param-exclude '^tilhor$'
	sqlmaps pupil $((2 * each)) -m "$dir/pupil.list" --headers "$same" --cookie "$pupil" --param-exclude '^tilhor$'
	sqlmaps machine $((2 * each)) -m "$dir/machine.list" --headers "$same" --cookie "$machine" --param-exclude '^tilhor-enhet$'
	sqlmaps code $((6 * each)) -u "$base/samtale" --data 'kode=bamse eple gitar hage lampe mygg tog&gjor=les' --headers "$same"
	sqlmaps letter $each -u "$base$ward/skriv" --data 'text=' --headers "$same" --cookie "$parent" --param-exclude '^tilhor$'
	sqlmaps search $each -u "$base/saker" --data 'sok=Nora' --headers "$same" --cookie "$cookie" --param-exclude '^tilhor$'
	sqlmaps telling $each -u "$base/bekymringer/ny" --data 'step=1&find=Nora&class=5A&go=find' --headers "$same" --cookie "$cookie" --param-exclude '^tilhor$'
	sqlmaps writing $each -u "$base$track/skriv" --data 'what=note&at=&text=' --headers "$same" --cookie "$cookie" --param-exclude '^tilhor$'
} >"$found"
get /min "$pupil" | grep -q '<h1' && get "$ward" "$parent" | grep -q '<h1' || echo "signed out before the end: the scan as parent or pupil is not whole" >>"$found"
get /i-dag | grep -q 'Kari Lund' || echo "signed out before the end: the scan as rektor is not whole" >>"$found"
grep -q 'level=ERROR' "$dir/err" && grep 'level=ERROR' "$dir/err" | sed 's/^/logged: /' >>"$found" || true
seen=$(cat "$dir"/signed-*.log | grep -c '^\[+\] [GP]' || true)
tried=$(cat "$dir"/sqlmap-[!h]*.log | grep -c 'testing ' || true)
cat "$found"
echo "scan: $(grep -c . "$found" || true) found; wapiti went over $seen addresses and forms, sqlmap made $tried kinds of tries"
[ ! -s "$found" ]
