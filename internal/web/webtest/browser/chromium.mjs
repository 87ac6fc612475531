// Debian's Chromium as every script here starts it: it asks nobody for anything. It is
// the one without windows, which draws the same pages in half the time.
import { chromium } from "playwright-core";

export const launch = (more = {}) => chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium-headless-shell",
  args: [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
  ],
  ...more,
});
