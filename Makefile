# Tilhør. `make demo` shows it, `make test` proves it; both set up what they need.

include assets.mk

SIZE ?= small
BUILDER ?= podman
VERSION ?= $(shell git describe --always --dirty 2>/dev/null || echo dev)
BUILD = CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)"

.PHONY: demo dev build test check soak bench container fmt help pages shots clean
.DEFAULT_GOAL := help

demo: build ## the product on made-up people: sign in as anyone (SIZE=full for 43 schools)
	bin/tilhor demo --size $(SIZE) $(if $(DIR),--dir $(DIR)) $(if $(ADDR),--addr $(ADDR))

build: deps assets ## the whole program at bin/tilhor
	@mkdir -p bin
	$(BUILD) -o bin/tilhor ./cmd/tilhor

test: deps assets ## everything that is proved, as CI runs it
	@./test.sh

soak: deps assets ## the faults at length: PART=kill, restart, disk … (TIMES=n for n times)
	@./soak.sh "$(PART)" "$(TIMES)"

bench: deps assets ## speed against the limit of each engine, as ratios (FULL=1 takes its time)
	go run ./bench $(if $(FULL),-full)

pages: deps assets ## every page alone: who may come, as everyone, in a browser
	go test ./cmd/tilhor -v -run 'WhoMay|Refused|Ahead|EveryPage|TheStory'

shots: build ## the flows of pupils and parents walked in a browser, a picture of each page in bin/shots (ONLY=parent)
	@docs/demo.sh node docs/shots.mjs

check: test ## the same as test

container: build ## the program as a container image named tilhor (podman, or BUILDER=docker or buildah)
	@mkdir -p bin/container/folders/data bin/container/folders/keys
	cp bin/tilhor /etc/ssl/certs/ca-certificates.crt bin/container/
	$(BUILDER) build -f deploy/Containerfile -t tilhor bin/container

fmt: ## format the code
	go tool gofumpt -w $$(git ls-files '*.go')

help: ## what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sort | sed 's/:.*## /\t/' | expand -t 12

clean: ## remove what was built
	rm -rf bin internal/web/dist/[a-z]* node_modules
