#!/bin/sh
# Every native fuzz target of the program, one after the other, each for its
# share of two hours, or for the seconds given: `make soak PART=fuzz TIMES=30`.
# The executions of each are printed, and their sum last. What a target finds
# stays in testdata/fuzz of its package and fails `make test` until it is mended.
# A second argument names only the targets that match it.
set -u
seconds=${1:-full}
only=${2:-.}
targets=$(grep -roE '^func Fuzz[A-Za-z0-9]+' --include='*_test.go' . | grep -v node_modules |
	sed 's|/[^/]*_test.go:func | |' | sort -u | grep -E "$only")
count=$(printf '%s\n' "$targets" | wc -l)
[ "$seconds" = full ] && seconds=$((7200 / count))
out=$(mktemp)
trap 'rm -f "$out"' EXIT
total=0
failed=""
while read -r package target; do
	if ! go test -run '^$' -fuzz "^$target\$" -fuzztime "${seconds}s" -fuzzminimizetime 10x -parallel "${WORKERS:-1}" "$package" >"$out" 2>&1; then
		failed="$failed $package:$target"
		cat "$out"
	fi
	n=$(sed -n 's/.*execs: \([0-9]*\).*/\1/p' "$out" | tail -1)
	total=$((total + ${n:-0}))
	printf '%-28s %-20s %12s executions in %s s\n' "$package" "$target" "${n:-none}" "$seconds"
done <<EOF
$targets
EOF
printf '%d targets, %d executions\n' "$count" "$total"
if [ -n "$failed" ]; then
	echo "found something:$failed" >&2
	exit 1
fi
