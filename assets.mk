# What a browser fetches, and what a machine must have to build and test it all.
# Included by the Makefile.

ASSET_SOURCES := $(shell find internal/web/assets internal/web/bundle -type f) package-lock.json

.PHONY: deps assets theme

# The programs that the build and the tests call, and the Debian packages that hold them.
deps: ## install what is missing on this machine (apt; sudo when not root)
	@missing=""; \
	command -v node >/dev/null || missing="$$missing nodejs"; \
	command -v npm >/dev/null || missing="$$missing npm"; \
	command -v xmllint >/dev/null || missing="$$missing libxml2-utils"; \
	command -v chromium-headless-shell >/dev/null || missing="$$missing chromium-headless-shell"; \
	command -v systemd-analyze >/dev/null || missing="$$missing systemd"; \
	command -v buildah >/dev/null || missing="$$missing buildah"; \
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$$missing postgresql"; \
	[ -z "$$missing" ] && exit 0; \
	sudo=""; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	echo "installing:$$missing"; \
	$$sudo apt-get update -qq && $$sudo apt-get install -y -qq --no-install-recommends $$missing

# Style sheets, fonts, icons and script, stamped into internal/web/dist. Does
# nothing when nothing has changed.
assets: internal/web/dist/manifest.json

node_modules/.package-lock.json: package.json package-lock.json .npmrc
	@command -v npm >/dev/null || { echo "npm is missing: run make deps" >&2; exit 1; }
	npm ci --ignore-scripts --silent
	@touch $@

internal/web/dist/manifest.json: node_modules/.package-lock.json $(ASSET_SOURCES)
	go run ./internal/web/bundle
	@touch $@

# The colours, made anew from theme.config.json; the result is committed.
theme: ## make internal/web/assets/theme.css anew
	@dir=$$(mktemp -d) && cp internal/web/assets/theme.config.json $$dir/designsystemet.config.json && cd $$dir && \
	npx --yes @digdir/designsystemet@1.15.0 tokens create && npx --yes @digdir/designsystemet@1.15.0 tokens build -o out && \
	cp out/tilhor.css $(CURDIR)/internal/web/assets/theme.css; rm -rf $$dir
