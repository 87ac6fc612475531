// The quick way out, as a child takes it. Reads {"at", "words"} from stdin: goes from
// the page of a school to the third screen of telling, with words typed on the way,
// leaves by the button and by Escape three times, with the browser's memory of pages
// (bfcache) and without, and then presses "back" until nothing is left to go back to.
// Writes what was seen after each press.
import { readFileSync } from "node:fs";
import { launch } from "./chromium.mjs";

const { at, words } = JSON.parse(readFileSync(0, "utf8"));
const seen = [];

for (const memory of [true, false]) {
  const browser = await launch({ ignoreDefaultArgs: memory ? ["--disable-back-forward-cache"] : [] });
  for (const by of ["button", "escape"]) {
    const page = await (await browser.newContext({ locale: "nb-NO" })).newPage();
    const look = async (press) => {
      await page.waitForTimeout(400); // "back" has no end one could wait for: an answer of the browser's own loads nothing
      const text = await page.evaluate(() => document.body?.hidden ? "" : document.body?.innerText ?? "").catch((e) => String(e));
      const form = await page.evaluate(() => !!document.querySelector("form input[name=step]")).catch(() => false);
      seen.push({ way: `${by}, ${memory ? "with" : "without"} bfcache`, press, url: page.url(), words: text.includes(words), form, text: text.slice(0, 200) });
    };
    const next = async () => {
      await Promise.all([page.waitForNavigation(), page.click("button[value=next]")]);
    };
    await page.goto(at);
    await Promise.all([page.waitForNavigation(), page.click('main a[href$="/si"]')]);
    await page.check("input[name=for][value=self]", { force: true });
    await next();
    await page.check("input[name=sign][value=no]", { force: true });
    await next();
    await page.fill("textarea[name=words]", words);
    await next();
    await look("telling");
    if (by === "button") await page.click("a.t-exit");
    else for (let i = 0; i < 3; i++) await page.keyboard.press("Escape");
    await page.waitForURL("**/ut");
    await look("left");
    for (let i = 1; i <= 5; i++) {
      await page.goBack({ waitUntil: "commit", timeout: 2000 }).catch(() => {});
      await look(`back ${i}`);
    }
    for (let i = 1; i <= 2; i++) {
      await page.goForward({ waitUntil: "commit", timeout: 2000 }).catch(() => {});
      await look(`forward ${i}`);
    }
    await page.context().close();
  }
  await browser.close();
}
process.stdout.write(JSON.stringify(seen));
