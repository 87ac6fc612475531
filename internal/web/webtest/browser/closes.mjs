// What stands on a page that closes, before and after its time. Reads {"at", "cookie"}
// from stdin, and writes what is seen of each: the text of the page's own part, what is
// typed in its field, and how long it was to stand.
import { readFileSync } from "node:fs";
import { launch } from "./chromium.mjs";

const { at, cookie } = JSON.parse(readFileSync(0, "utf8"));
const browser = await launch();
const page = await (await browser.newContext({ locale: "nb-NO", extraHTTPHeaders: { cookie } })).newPage();
await page.goto(at);
await page.fill("textarea", "Det var ikke slik");
const look = () => page.evaluate(() => ({ text: document.querySelector("main").innerText, typed: document.querySelector("textarea").value, form: getComputedStyle(document.querySelector("textarea")).visibility, button: getComputedStyle(document.querySelector("main form button")).visibility }));
const before = await look();
const waits = await page.evaluate(() => document.getAnimations().map((a) => a.effect.getTiming().delay / 1000));
await page.evaluate(() => document.getAnimations().forEach((a) => a.finish()));
console.log(JSON.stringify({ before, after: await look(), waits: [...new Set(waits)] }));
await browser.close();
