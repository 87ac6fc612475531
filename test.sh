#!/bin/sh
# The steps of `make test`, by name. Each stops the run when it fails; the last
# line is the runner's own count.
set -eu
step() { printf '\n== %s\n' "$1"; }

step "format"
bad=$(go tool gofumpt -l $(git ls-files '*.go'))
if [ -n "$bad" ]; then
	echo "not formatted (make fmt):" "$bad"
	exit 1
fi

step "vet"
go vet ./...

step "staticcheck"
go tool staticcheck ./...

step "the program builds"
mkdir -p bin
CGO_ENABLED=0 go build -trimpath -o bin/tilhor ./cmd/tilhor

# What is measured there is how long people wait: nothing else may be at work.
step "floods"
go run ./internal/db/dbtest/cluster go tool gotestsum --format pkgname -- -timeout 20m -run '^TestFlood$' ./cmd/tilhor

step "rules, stories, pages, in a real browser too: SQLite and PostgreSQL"
go run ./internal/db/dbtest/cluster go tool gotestsum --format pkgname -- -timeout 45m -shuffle on -skip '^TestFlood$' ./...
