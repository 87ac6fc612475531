// A story in Debian's Chromium, without JavaScript and by keyboard alone. Reads
// {"base", "control", "deeds"} from stdin: see deed in site_story_test.go.
import { readFileSync } from "node:fs";
import { launch } from "../../../internal/web/webtest/browser/chromium.mjs";

const { base, control, deeds } = JSON.parse(readFileSync(0, "utf8"));
const browser = await launch();

let page, context, who = "", track = "", code = [], presses = 0;
const press = async (key) => { presses++; await page.keyboard.press(key); };

async function signIn(deed) {
  const answer = await fetch(`${control}/?who=${deed.who}&days=${deed.days}`);
  const cookie = await answer.json();
  const at = page && deed.who === who ? page.url() : "";
  await context?.close();
  context = await browser.newContext({ locale: "nb-NO", viewport: { width: 360, height: 720 }, javaScriptEnabled: false, reducedMotion: "reduce", serviceWorkers: "block" });
  if (cookie) await context.addCookies([{ ...cookie, domain: new URL(base).hostname, path: "/", httpOnly: true }]);
  page = await context.newPage();
  page.setDefaultTimeout(10000);
  who = deed.who;
  if (at) await open(at);
}

async function arrived(answer) {
  const path = new URL(page.url()).pathname;
  if (answer && answer.status() !== 200) throw new Error(`${path}: ${answer.status()} ${(await page.locator("main").innerText()).slice(0, 400)}`);
  track = path.match(/^\/saker\/[a-z2-7]{10}/)?.[0] || track;
  const shown = await page.locator(".t-code ol li").allInnerTexts();
  if (shown.length) code = shown;
}

async function open(path) { await arrived(await page.goto(path.startsWith("http") ? path : base + path, { waitUntil: "load" })); }

// reach presses Tab until the focus is on what is wanted; twice round is enough.
async function reach(what, want) {
  let last = -1, rounds = 0;
  for (let i = 0; i < 600; i++) {
    const at = await page.evaluate(look, want);
    if (at.hit) return at;
    if (at.order < last) rounds++;
    last = at.order;
    if (rounds > 2) break;
    await press("Tab");
  }
  throw new Error(`by keyboard nobody comes to ${what} on ${new URL(page.url()).pathname}`);
}

// look says where the focus is, and whether that is what is wanted.
function look(want) {
  const e = document.activeElement;
  const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary")];
  const order = all.indexOf(e);
  const words = (x) => (x.closest("label")?.innerText || x.labels?.[0]?.innerText || "").trim();
  if (want.marked) return { hit: !!e?.hasAttribute("data-wanted"), order };
  if (want.link) return { hit: e?.tagName === "A" && new RegExp(want.link).test(e.getAttribute("href")), order };
  return { hit: false, order, words: e && words(e) };
}

// mark finds the form that has every field and button of the deed, and marks
// the next control to go to. It changes nothing that is sent.
function mark({ deed, step }) {
  const words = (x) => (x.closest("label")?.innerText || "").trim();
  const named = (f, n) => [...f.elements].filter((e) => e.name === n);
  const fits = (f) => deed.fill.every(([n, v]) => {
    const es = named(f, n);
    if (!es.length) return false;
    if (es[0].type === "hidden") return es[0].value === v;
    return true;
  }) && (!deed.press || [...f.querySelectorAll("button[type=submit]")].some((b) => `${b.name}=${b.value}` === deed.press));
  const form = [...document.querySelectorAll("form[method=post]")].find(fits);
  document.querySelectorAll("[data-wanted]").forEach((e) => e.removeAttribute("data-wanted"));
  if (!form) return { none: true };
  const hidden = (e) => { for (let d = e.closest("details"); d; d = d.parentElement.closest("details")) if (!d.open && !(e.tagName === "SUMMARY" && e.parentElement === d)) return d.querySelector("summary"); return null; };
  let e, kind = "button", index = -1;
  if (step < deed.fill.length) {
    const [n, v] = deed.fill[step];
    const es = named(form, n);
    if (es[0].type === "hidden") return { skip: true };
    e = es[0];
    kind = e.tagName === "SELECT" ? "select" : e.type === "radio" || e.type === "checkbox" ? e.type : "text";
    if (kind === "select") index = [...e.options].findIndex((o) => o.value === v || o.text.trim().startsWith(v));
    if (kind === "radio" || kind === "checkbox") {
      index = es.findIndex((x) => x.value === v || words(x).startsWith(v) || v === "*");
      e = kind === "checkbox" ? es[index] : es.find((x) => x.checked) || es[0];
    }
    if (kind !== "text" && index < 0) return { none: true };
  } else {
    const all = [...form.querySelectorAll("button[type=submit]")];
    e = deed.press ? all.find((b) => `${b.name}=${b.value}` === deed.press) : all[0];
  }
  const fold = hidden(e);
  if (fold) { fold.setAttribute("data-wanted", ""); return { fold: true }; }
  if (kind === "radio") named(form, e.name).forEach((x) => x.setAttribute("data-wanted", ""));
  e.setAttribute("data-wanted", "");
  return { kind, index };
}

const state = () => { const e = document.activeElement; return { checked: e.checked, index: e.selectedIndex, radio: e.type === "radio" ? [...e.form.elements].filter((x) => x.name === e.name).indexOf(e) : -1 }; };

async function fill(deed, step) {
  const name = step < deed.fill.length ? deed.fill[step][0] : deed.press || "the button";
  for (let folds = 0; folds < 3; folds++) {
    const m = await page.evaluate(mark, { deed, step });
    if (m.none) throw new Error(`no form on ${new URL(page.url()).pathname} has ${name}: ${(await page.locator("main").innerText()).slice(0, 600)}`);
    if (m.skip) return;
    await reach(name, { marked: true });
    if (m.fold) { await press("Enter"); continue; }
    return act(m, typed(deed.fill[step]?.[1] || ""));
  }
  throw new Error(`${name} stays folded away`);
}

// typed is what is written: $code is the code that was shown, and $3 a word of it.
const typed = (value) => value.replace("$code", code.join(" ")).replace(/^\$(\d)$/, (_, n) => code[n - 1]);

async function act({ kind, index }, value) {
  switch (kind) {
    case "text":
      await press("Control+A");
      presses += value.length;
      await page.keyboard.type(value);
      return;
    case "checkbox":
      if (!(await page.evaluate(state)).checked) await press("Space");
      return;
    case "select":
      await press("Home");
      for (let i = 0; i < 500 && (await page.evaluate(state)).index !== index; i++) await press("ArrowDown");
      return;
    case "radio":
      await press("Space");
      for (let i = 0; i < 30 && (await page.evaluate(state)).radio !== index; i++) await press("ArrowDown");
      return;
    default: {
      const landed = page.waitForNavigation({ waitUntil: "load" });
      await press("Enter");
      await arrived(await landed);
    }
  }
}

try {
  for (const deed of deeds) {
    const sends = deed.fill || deed.press;
    deed.fill ||= [];
    if (deed.who !== who || deed.days) await signIn(deed);
    if (deed.at) await open(deed.at.replace("$track", track));
    if (deed.link) {
      await reach(deed.link, { link: deed.link });
      const landed = page.waitForNavigation({ waitUntil: "load" });
      await press("Enter");
      await arrived(await landed);
    }
    if (!sends) continue;
    for (let step = 0; step <= deed.fill.length; step++) await fill(deed, step);
    const words = await page.locator("body").innerText();
    if (deed.sees && !words.includes(deed.sees)) throw new Error(`${deed.sees} is not on ${new URL(page.url()).pathname}: ${words.slice(0, 600)}`);
  }
  console.log(`${deeds.length} deeds, ${presses} keys`);
} catch (e) {
  console.log(String(e.message || e));
  process.exitCode = 1;
} finally {
  await browser.close();
}
