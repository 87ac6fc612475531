// The battery in a real browser. Reads {"jobs": [...]} from stdin, visits each
// in Debian's Chromium, and writes what it found as JSON to stdout. For every
// job: axe (WCAG 2.0 to 2.2, A and AA), no sideways scrolling, everything
// reached and seen by keyboard alone, no breach of our own policy, nothing
// fetched from elsewhere; without script, the page says and does the same.
import { join } from "node:path";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { launch } from "./chromium.mjs";

const require = createRequire(import.meta.url);
const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const { jobs, workers = 2, shots = "" } = JSON.parse(readFileSync(0, "utf8"));

const counts = { pages: 0, axe: 0, reflow: 0, keyboard: 0, stops: 0, script: 0, noscript: 0, rules: 0 };
const faults = [];

const browser = await launch();

// pageFor is a page in which those seen alike are seen, one after the other: a new
// one costs more than what is looked at. Who is signed in does not stay in it.
async function pageFor(pages, job) {
  const key = [job.lang, job.scheme, job.width, job.js].join(" ");
  pages[key] ??= await browser.newContext({
    locale: { nb: "nb-NO", nn: "nn-NO", en: "en-GB", ar: "ar" }[job.lang] || "nb-NO",
    colorScheme: job.scheme, viewport: { width: job.width, height: 720 },
    javaScriptEnabled: job.js, reducedMotion: "reduce", serviceWorkers: "block",
  }).then((context) => context.newPage());
  await pages[key].context().clearCookies();
  return pages[key];
}

async function visit(pages, job) {
  const page = await pageFor(pages, job);
  const say = (kind, text) => faults.push({ kind, job: label(job), text });
  try {
    const { origin, hostname } = new URL(job.url);
    if (job.cookie) {
      const at = job.cookie.indexOf("=");
      await page.context().addCookies([{ name: job.cookie.slice(0, at), value: job.cookie.slice(at + 1), domain: hostname, path: "/", httpOnly: true }]);
    }
    page.on("request", (r) => {
      const to = r.url();
      if (!to.startsWith(origin + "/") && !to.startsWith("data:")) say("fetch", `asks ${to}`);
    });
    page.on("requestfailed", (r) => say("fetch", `${new URL(r.url()).pathname}: ${r.failure()?.errorText}`));
    page.on("response", (r) => {
      if (r.status() >= 400 && r.request().resourceType() !== "document") say("fetch", `${new URL(r.url()).pathname} gives ${r.status()}`);
    });
    page.on("console", (m) => {
      if (m.type() === "error" && !/status of 4\d\d/.test(m.text())) say("console", m.text().slice(0, 300));
    });
    page.on("pageerror", (e) => say("console", String(e).slice(0, 300)));
    const answer = await page.goto(job.url, { waitUntil: "load" });
    if (!answer || answer.status() !== (job.status || 200)) return say("status", String(answer?.status()));
    counts.pages++;
    const dir = await page.evaluate(() => document.documentElement.dir);
    if ((job.lang === "ar") !== (dir === "rtl")) say("direction", `${job.lang} is written ${dir || "from left to right"}`);
    await page.evaluate(() => window.scrollTo(0, 0)); // axe sees what is in the window; a form that came back stands at its faults
    if (job.js) await axe(page, say);
    await reflow(page, job, say);
    await keyboard(page, say);
    await plain(page, job, say);
    if (shots) await page.evaluate(() => window.scrollTo(0, 0));
    if (shots) await page.screenshot({ path: join(shots, label(job).replace(/[^\w.-]+/g, "_") + ".png"), fullPage: true });
  } catch (e) {
    say("broken", String(e).slice(0, 400));
  } finally {
    page.removeAllListeners();
    await page.goto("about:blank"); // what it still fetches is nobody else's
  }
}

const label = (j) => `${j.name} [${j.lang} ${j.scheme} ${j.width} ${j.js ? "script" : "no script"}]`;

async function axe(page, say) {
  await page.evaluate(axeSource);
  const r = await page.evaluate((values) => window.axe.run(document, { runOnly: { type: "tag", values }, resultTypes: ["violations"] }), tags);
  counts.axe++;
  counts.rules += r.passes.length;
  for (const v of r.violations) say("axe", `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target.join(" ")).join(", ")}`);
}

// WCAG 1.4.10: nothing is wider than the window, but what scrolls in itself.
async function reflow(page, job, say) {
  counts.reflow++;
  const wide = await page.evaluate(() => {
    const root = document.documentElement;
    const own = (e) => {
      for (let p = e.parentElement; p; p = p.parentElement) {
        const o = getComputedStyle(p).overflowX;
        if ((o === "auto" || o === "scroll") && p.clientWidth <= root.clientWidth) return true;
        if (getComputedStyle(p).clipPath !== "none" || getComputedStyle(p).position === "absolute" && p.clientWidth <= 1) return true;
      }
      return false;
    };
    const out = [];
    for (const e of document.body.querySelectorAll("*")) {
      const b = e.getBoundingClientRect();
      if (b.width > 1 && b.height > 1 && (b.right > root.clientWidth + 1 || root.dir === "rtl" && b.left < -1) && !own(e) && getComputedStyle(e).visibility !== "hidden") out.push(`${e.tagName.toLowerCase()}.${e.className?.baseVal ?? e.className} ${Math.round(b.right)}`);
    }
    return { scroll: root.scrollWidth, width: root.clientWidth, out: out.slice(0, 4) };
  });
  const turned = await page.evaluate(() => [...document.querySelectorAll('a[href^="tel:"]')].filter((a) => getComputedStyle(a).direction !== "ltr").map((a) => a.innerText));
  if (turned.length) say("direction", `numbers are turned: ${turned.join(", ")}`);
  if (wide.scroll > wide.width + 1 || wide.out.length) say("reflow", `${wide.scroll} in ${wide.width}: ${wide.out.join(", ")}`);
}

// By keyboard alone: Tab comes to all that can be pressed, shows where it is,
// and what it stands on is not hidden by something else.
async function keyboard(page, say) {
  counts.keyboard++;
  const wanted = await page.evaluate(() => {
    const all = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex], [role=button], [role=link], [role=tab], [onclick]";
    const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0;
    let n = 0;
    const groups = new Set();
    const names = [];
    for (const e of document.querySelectorAll(all)) {
      if (!seen(e) || e.disabled || e.closest("[inert]") || (e.getAttribute("tabindex") === "-1" && !e.matches("a,button,input,select,textarea,[role=button],[role=link]"))) continue;
      if (e.type === "radio") { // one stop a group
        const g = e.form?.action + " " + e.name;
        if (groups.has(g)) continue;
        groups.add(g);
        e.closest("form, fieldset, body").setAttribute("data-probe-group", "");
        names.push(["radio", e.name]);
        continue;
      }
      e.setAttribute("data-probe", String(n));
      names.push(["el", String(n), e.outerHTML.slice(0, 90)]);
      n++;
    }
    document.body.tabIndex = -1; // the next stop is the first one, wherever a script had put the focus
    document.body.focus({ preventScroll: true });
    document.body.removeAttribute("tabindex");
    window.scrollTo(0, 0);
    return names;
  });
  const met = new Set();
  const most = wanted.length * 3 + 20; // a date field has several stops
  let away = 0;
  for (let i = 0; i < most && away < 3; i++) { // leaving it once more than needed
    await page.keyboard.press("Tab");
    const at = await page.evaluate(stop);
    if (at.left && !at.left.shown) say("keyboard", `the focus is not seen on ${at.left.what}`);
    if (!at.what) {
      away++;
      continue;
    }
    const key = at.radio ? "radio " + at.radio : "el " + at.probe;
    if (!met.has(key)) {
      counts.stops++;
      if (at.covered) say("keyboard", `the focus is hidden behind ${at.covered} on ${at.what}`);
    }
    met.add(key);
    if (met.size >= wanted.length) away++; // one more, to see the last one left
  }
  for (const [kind, name, what] of wanted) {
    if (!met.has(kind + " " + name)) say("keyboard", `never reached: ${what || "the choice " + name}`);
  }
}

// stop tells where the focus is, and of the element it left whether one saw it
// there: how it (or what stands around it) looked with the focus and looks
// without.
function stop() {
  const line = (s) => (s.outlineStyle === "none" || s.outlineWidth === "0px" ? "none" : `${s.outlineStyle} ${s.outlineWidth} ${s.outlineColor}`);
  const look = (e) => {
    const out = [];
    for (let p = e, i = 0; p && p !== document.body && i < 4; p = p.parentElement, i++) {
      const s = getComputedStyle(p);
      out.push([line(s), s.boxShadow, s.borderColor, s.borderWidth, s.backgroundColor, s.textDecorationLine, s.color, s.clipPath, s.position].join("|"));
    }
    for (const q of e.parentElement?.children || []) {
      const s = getComputedStyle(q);
      out.push([line(s), s.boxShadow, s.borderColor].join("|"));
    }
    return out.join("~");
  };
  const e = document.activeElement;
  const none = !e || e === document.body || e === document.documentElement;
  let left = null;
  const last = window.__lastStop;
  if (last && last.e !== e) {
    left = { shown: look(last.e) !== last.look, what: last.e.outerHTML.slice(0, 90) };
    window.__lastStop = null;
  }
  if (none) return { left };
  if (!window.__lastStop) window.__lastStop = { e, look: look(e) };
  const b = e.getBoundingClientRect();
  const label = e.closest("label") || (e.labels && e.labels[0]);
  let covered = "";
  const points = [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.1], [0.5, 0.9]].map(([x, y]) => [b.left + b.width * x, b.top + b.height * y]);
  const inside = points.filter(([x, y]) => x >= 0 && y >= 0 && x < innerWidth && y < innerHeight);
  const free = inside.some(([x, y]) => {
    const top = document.elementFromPoint(x, y);
    if (top && (e.contains(top) || top.contains(e) || label?.contains(top))) return true;
    covered = top ? `${top.tagName.toLowerCase()}.${top.className?.baseVal ?? top.className}` : "";
    return false;
  });
  if (free) covered = "";
  else if (!inside.length) covered = "the edge of the window";
  return { left, probe: e.getAttribute("data-probe"), radio: e.type === "radio" ? e.name : "", what: e.outerHTML.slice(0, 90), covered };
}

// Without script the page must say all it says with it.
async function plain(page, job, say) {
  counts[job.js ? "script" : "noscript"]++;
  const p = await page.evaluate(() => {
    for (const d of document.querySelectorAll("details")) d.open = true; // opens without script, in every browser
    const main = document.querySelector("main");
    const seen = (e) => e && e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0;
    const forms = [...document.querySelectorAll("form")].filter((f) => ![...f.querySelectorAll("[type=submit]")].some(seen)).map((f) => f.getAttribute("action"));
    const fields = [...document.querySelectorAll("input:not([type=hidden]), select, textarea")].filter((f) => !seen(f) && !seen(f.closest("label")) && !seen(document.querySelector(`label[for="${f.id}"]`))).map((f) => f.name);
    return { h1: seen(document.querySelector("h1")), words: (main?.innerText || "").trim().split(/\s+/).filter(Boolean).length, forms, fields };
  });
  const kind = job.js ? "script" : "noscript";
  if (!p.h1) say(kind, "no h1 is seen");
  if (p.words < 3) say(kind, `main says ${p.words} words`);
  if (p.forms.length) say(kind, `nothing sends ${p.forms.join(", ")}`);
  if (p.fields.length) say(kind, `not seen: ${p.fields.join(", ")}`);
}

const queue = [...jobs];
await Promise.all(Array.from({ length: workers }, async () => {
  const pages = {};
  for (let j = queue.shift(); j; j = queue.shift()) await visit(pages, j);
}));
await browser.close();
process.stdout.write(JSON.stringify({ counts, faults }));
