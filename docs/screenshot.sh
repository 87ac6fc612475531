#!/bin/sh
# Makes docs/screenshot.png: the made-up municipality, signed in as a rektor, on
# the page of today. Wants bin/tilhor (make build) and Debian's Chromium.
#   docs/screenshot.sh [FILE]
set -eu
cd "$(dirname "$0")/.."
out=${1:-docs/screenshot.png}
[ -x bin/tilhor ] || { echo "bin/tilhor is missing: run make build" >&2; exit 1; }

said=$(mktemp)
bin/tilhor demo --addr 127.0.0.1:0 >"$said" 2>&1 &
demo=$!
trap 'kill "$demo" 2>/dev/null; wait "$demo" 2>/dev/null; rm -f "$said"' EXIT INT TERM

at=""
while [ -z "$at" ]; do
	kill -0 "$demo" 2>/dev/null || { cat "$said" >&2; exit 1; }
	sleep 0.2
	at=$(sed -n 's/.*open at \(http[^ ]*\).*/\1/p' "$said")
done

AT="$at" OUT="$out" node --input-type=module - <<'JS'
import { chromium } from "playwright-core";
const { AT, OUT, CHROMIUM = "/usr/bin/chromium" } = process.env;
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
const page = await browser.newPage({ viewport: { width: 1280, height: 960 }, deviceScaleFactor: 1, locale: "nb-NO", colorScheme: "light" });
await page.goto(AT + "/");
await page.getByRole("link", { name: "Kari Lund" }).click();
await page.waitForURL(AT + "/i-dag");
await page.screenshot({ path: OUT });
await browser.close();
JS
echo "$out"
