#!/bin/sh
# The fault tests of `make test`, at length. Each part is a named set of tests;
# `make soak PART=kill TIMES=500` runs one 500 times instead of its full length.
# The last line is the runner's own count.
set -eu
part=${1:-}
export TILHOR_SOAK="${2:-full}"
run() { # run PATTERN PACKAGE...
	pattern=$1
	shift
	exec go run ./internal/db/dbtest/cluster go tool gotestsum --format testname -- -timeout 0 -count 1 -run "$pattern" "$@"
}
case $part in
# part) what it does: the test, where
kill) run 'TestKill' ./fault ;;                                       # kill -9 under mixed load, both engines
restart) run 'TestRestart' ./fault ;;                                 # PostgreSQL stopped, fast and at once, under load
failover) run 'TestFailover' ./fault ;;                              # PostgreSQL's machine lost under load, its standby takes over
two) run 'TestTwo' ./fault ;;                                         # two processes on one PostgreSQL, either dies
twice) run 'TestSentTwice' ./fault ;;                                 # a form sent twice, cut off, or answered by nobody
disk) run 'TestDisk|TestTwice' ./fault ;;                             # a crash, a full disk, an I/O error at every write and sync
tamper) run 'TestTamper' ./internal/journal ;;                        # flips, deletions, insertions, reorderings
backup) run 'TestEveryBackup' ./cmd/tilhor ;;                         # a backup a day for a year, each restored
keys) run 'TestKilledWhileTheOwnerKey' ./cmd/tilhor ;;                # kill -9 in the midst of a change of the owner key
upgrade) run 'TestAStepCutOff|TestEveryTableTravels' ./internal/db ;; # every statement of every step cut off; every table to the other engine
probe) run 'TestProbe' ./cmd/tilhor ;;                                # random ids by everybody against every route
scan) exec ./scan.sh "${2:-8}" ;;                                     # wapiti and sqlmap against the demo (TIMES= minutes)
flood) run 'TestFlood' ./cmd/tilhor ;;                                # floods and slow clients
fuzz) exec ./fuzz.sh "$TILHOR_SOAK" ;;                                # every reader of outside data, two hours in all (TIMES: seconds each)
*)
	echo "want PART= one of:" >&2
	sed -n 's/^\([a-z]*\)) .*# /\t\1\t/p' "$0" >&2
	exit 2
	;;
esac
