#!/bin/sh
# Opens the made-up municipality on a free port, runs a command with its address
# in AT, and closes it again. Wants bin/tilhor (make build).
#   docs/demo.sh node docs/shots.mjs
set -eu
cd "$(dirname "$0")/.."
[ -x bin/tilhor ] || { echo "bin/tilhor is missing: run make build" >&2; exit 1; }

said=$(mktemp)
bin/tilhor demo --addr 127.0.0.1:0 >"$said" 2>&1 &
demo=$!
trap 'kill "$demo" 2>/dev/null; wait "$demo" 2>/dev/null; rm -f "$said"' EXIT INT TERM

AT=""
while [ -z "$AT" ]; do
	kill -0 "$demo" 2>/dev/null || { cat "$said" >&2; exit 1; }
	sleep 0.2
	AT=$(sed -n 's/.*open at \(http[^ ]*\).*/\1/p' "$said")
done
export AT
"$@"
