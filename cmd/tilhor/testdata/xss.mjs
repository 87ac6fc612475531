// Visits pages full of poison in Debian's Chromium, one after another, and says
// what came alive. Reads {"base", "visits": [{"name", "who", "path", "cookies"}],
// "poisons": [...]} from stdin: see site_xss_test.go.
import { readFileSync } from "node:fs";
import { launch } from "../../../internal/web/webtest/browser/chromium.mjs";

const { base, visits, poisons } = JSON.parse(readFileSync(0, "utf8"));
const browser = await launch();

const faults = [];
let pages = 0, shown = 0, kinds = new Set();
let say = () => {};

const contexts = new Map();
async function pageOf(who, cookies) {
  if (contexts.has(who)) return contexts.get(who);
  const context = await browser.newContext({ locale: "nb-NO", viewport: { width: 360, height: 720 }, reducedMotion: "reduce", serviceWorkers: "block" });
  if (cookies) await context.addCookies(cookies.map((c) => ({ ...c, domain: "127.0.0.1", httpOnly: true })));
  await context.addInitScript(() => {
    window.seenViolations = [];
    document.addEventListener("securitypolicyviolation", (e) => window.seenViolations.push(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  page.on("dialog", (d) => { say("dialog", d.message()); d.dismiss(); });
  page.on("console", (m) => { if (m.type() === "error" && !/status of 4\d\d/.test(m.text())) say("console", m.text().slice(0, 200)); });
  page.on("pageerror", (e) => say("script", String(e).slice(0, 200)));
  page.on("request", (r) => { if (!r.url().startsWith(base + "/") && !r.url().startsWith("data:")) say("fetch", r.url()); });
  contexts.set(who, page);
  return page;
}

// look reads the whole page: what became an element or an attribute, and
// whether each poison that is shown is shown sign by sign.
function look(poisons) {
  const found = [], kinds = [];
  let shown = 0;
  if (document.documentElement.dataset.pwned) found.push(["ran", "a script of the poison"]);
  for (const v of window.seenViolations) found.push(["policy", v]);
  for (const e of document.querySelectorAll("[data-pwned], base, iframe, object, embed, meta[http-equiv], style, script:not([src])")) found.push(["element", e.outerHTML.slice(0, 120)]);
  const check = (where, text) => {
    for (const m of text.matchAll(/Ond(\d\d)\(/g)) {
      const whole = poisons[Number(m[1])], rest = text.slice(m.index);
      if (rest.startsWith(whole)) {
        shown++;
        kinds.push(m[1]);
      } else if (!/^.{4,}…/.test(rest) || !whole.startsWith(rest.slice(0, rest.indexOf("…")).trimEnd())) found.push(["verbatim", `${where}: ${rest.slice(0, 120)}`]);
    }
  };
  for (const e of document.querySelectorAll("*")) {
    for (const a of e.attributes) {
      if (/^on/i.test(a.name) || /^(style|srcdoc)$/i.test(a.name)) found.push(["attribute", `${e.tagName} ${a.name}=${a.value.slice(0, 80)}`]);
      if (/^(href|src|action|formaction|xlink:href|poster|data)$/i.test(a.name)) {
        if (/^[\s\x00-\x1f]*(javascript|vbscript|data:text)/i.test(a.value) || a.value.includes("ond.example")) found.push(["address", `${e.tagName} ${a.name}=${a.value.slice(0, 80)}`]);
      } else check(`${e.tagName} ${a.name}`, a.value);
    }
    if (e.tagName === "TEXTAREA" || e.tagName === "INPUT") check(e.tagName, e.value);
  }
  check("title", document.title);
  check("text", document.body.textContent);
  return { found, shown, kinds };
}

for (const v of visits) {
  say = (kind, text) => faults.push({ kind, page: `${v.who}: ${v.name}`, text });
  try {
    const page = await pageOf(v.who, v.cookies);
    const answer = await page.goto(base + v.path, { waitUntil: "load" });
    if (!answer) say("status", "no answer");
    const at = await page.evaluate(look, poisons);
    for (const [kind, text] of at.found) say(kind, text);
    shown += at.shown;
    at.kinds.forEach((k) => kinds.add(k));
    pages++;
  } catch (e) {
    say("broken", String(e).slice(0, 300));
  }
}
await browser.close();
process.stdout.write(JSON.stringify({ pages, shown, kinds: kinds.size, faults }));
