// Walks the flows of pupils and parents in a real browser, as those who meet
// them, and takes a picture of every page. AT is where the made-up municipality
// is open (docs/demo.sh), OUT the folder for the pictures, ONLY a part of the
// names of the walks that are taken. A step that cannot be done, a page that
// answers with an error, one wider than the screen, or one that asks anything of
// another host ends the run with 1.
import { mkdirSync } from "node:fs";
import { launch } from "../internal/web/webtest/browser/chromium.mjs";

const { AT, OUT = "bin/shots", ONLY = "" } = process.env;
const phone = 320, desktop = 1280;

// What one does on a page: go to an address, follow a link, tick values, fill
// fields (the first text for "textarea"), press a button by its value, or that of
// a form by its address. An address that begins with + is under the one that is open;
// `of` is a word in the link, `open` unfolds what is folded, `form` is the value of its
// `do`, `leave` is the quick way out. `see` must stand there afterwards, `not` must not.
const go = (path, more = {}) => ({ go: path, ...more });
const link = (href, more = {}) => ({ link: href, ...more });
const press = (value, more = {}) => ({ press: value, ...more });

const told = "De tar alltid plassen min i ringen, og så ler de.";
const telling = (level) => [
	link("/s/", { see: "116" }), link("/si"), ...(level ? [press(`level:${level}`)] : []),
	press("next", { tick: ["self"] }), press("next", { tick: ["no"] }),
	press("next", { fill: { words: told } }), press("send", { tick: ["none"] }),
];
const code = [
	press("/kode", { keep: "code" }), go("/kode"), press("les", { fill: { kode: "@code" }, see: told }),
	press("skriv", { fill: { textarea: "Det skjedde igjen i dag." }, see: "igjen i dag" }),
];

const walks = [
	{ name: "7-pictures", width: phone, js: false, steps: [
		link("/s/"), link("/si/bilder"), press("next", { tick: ["sad"] }), press("next", { tick: ["break"] }),
		press("next", { tick: [""] }), press("send"),
	] },
	{ name: "7-own-case-together", who: "Ina Moe", width: phone, js: false, steps: [
		go("/saker"), link("/saker/", { of: "Leah" }), go("+/sammen", { see: "Se på dette sammen", not: "Leah" }), press("", { see: "Dette er ditt, Leah" }),
		link("/ord", { see: "Er det riktig?" }), press("", { tick: ["right"], see: "Vi har skrevet det ned" }), link("/trygt"), press("", { tick: ["partly"], see: "Litt bedre" }),
	] },
	{ name: "11-own-case-together", who: "Ina Moe", width: phone, js: true, steps: [
		go("/saker"), link("/saker/", { of: "Nora" }), go("+/sammen", { see: "Se på dette sammen", not: "Nora" }), press("", { see: "Dette er ditt, Nora" }), link("/trygt", { see: "trygt og bra" }),
	] },
	{ name: "7-rights", width: phone, js: true, steps: [go("/rettigheter/7"), go("/personvern/7")] },
	{ name: "11-no-name", width: phone, js: false, steps: [...telling(""), ...code, press("navn", { open: true, fill: { name: "Ada i 6B" }, see: "Ada i 6B" })] },
	{ name: "11-leaves", width: phone, js: true, steps: [link("/s/"), link("/si"), { leave: true }] },
	{ name: "11-own-page", who: "Nora Dahl", width: phone, js: true, steps: [go("/min"), go("/min/si"), go("/min/sagt"), go("/rettigheter/11"), go("/personvern/11"), go("/varsler")] },
	{ name: "12-told", who: "Hanna Lunde", width: phone, js: true, scheme: "dark", steps: [go("/min/sagt")] },
	{ name: "15-no-name-dark", width: phone, js: true, scheme: "dark", steps: telling("13+") },
	{ name: "15-keyboard", width: desktop, js: true, keys: true, steps: telling("13+") },
	{ name: "15-own-case", who: "Maryam Ali", width: phone, js: false, pictures: true, steps: [go("/min/apne"), go("/min/sak"), go("/min/sak/trygt"), go("/min/sagt"), go("/rettigheter/15"), go("/personvern/15")] },
	{ name: "parent", who: "Lene Dahl", width: phone, js: true, steps: [
		{ see: "Nora" }, link("/skriv"), press("", { fill: { textarea: "Hun sover dårlig før gym." } }), go("/foresatt", { see: "Nora" }), link("/rektor"), go("/foresatt/statsforvalteren"),
	] },
	{ name: "parent-answers", who: "Lene Dahl", width: phone, js: false, steps: [
		go("/foresatt"), link("/rett"), press("", { fill: { textarea: "Det var onsdag, ikke tirsdag." }, see: "Nora" }), link("/uenig"), press("", { fill: { textarea: "Hun bør ikke flyttes." }, see: "Nora" }),
		link("/mote"), press("", { see: "Nora" }), link("/tolk"), press("", { fill: { language: "Polsk" }, see: "Nora" }),
		link("/rektor"), press("", { fill: { textarea: "Det skjer fortsatt." }, see: "Nora" }), link("/kvittering/"), go("/varsler", { see: "Varsler" }),
	] },
	{ name: "school-shows-the-draft", who: "Ina Moe", width: desktop, js: false, steps: [
		go("/saker"), link("/saker/", { of: "Nora" }), go("+/hjemmet/informer"), press("", { form: "utkast", open: true, fill: { "utkast-until": "@soon" } }),
	] },
	{ name: "parent-hears-the-plan", who: "Lene Dahl", width: phone, js: false, steps: [go("/foresatt"), link("/plan"), press("", { fill: { textarea: "Vi er enige i det meste." }, see: "Nora" })] },
	{ name: "parent-desktop-dark", who: "Lene Dahl", width: desktop, js: true, scheme: "dark", steps: [{ see: "Nora" }, link("/mote"), go("/foresatt"), link("/tolk")] },
	{ name: "parent-polish", who: "Sahra Yusuf", width: phone, js: false, lang: "pl", steps: [go("/foresatt?l=pl"), link("/rektor"), go("/rettigheter/foresatt?l=pl")] },
	{ name: "parent-arabic", who: "Lene Dahl", width: phone, js: false, lang: "ar", steps: [go("/foresatt?l=ar", { rtl: true }), link("/skriv", { rtl: true }), go("/rettigheter/foresatt?l=ar", { rtl: true })] },
	{ name: "arabic-tells", width: phone, js: false, lang: "ar", steps: [
		link("/s/"), go("?l=ar", { rtl: true }), link("/si", { rtl: true }), press("next", { tick: ["self"], rtl: true }), press("next", { tick: ["no"], rtl: true }),
		press("next", { fill: { words: "لا أريد الذهاب إلى المدرسة." }, rtl: true }), press("send", { tick: ["none"], rtl: true }),
	] },
	{ name: "sami-tells", width: phone, js: false, lang: "se", steps: [...telling(""), ...code] },
	{ name: "sami-pictures", width: phone, js: false, lang: "se", steps: [link("/s/", { see: "Muital" }), link("/si/bilder"), press("next", { tick: ["angry"] }), go("/rettigheter/7?l=se"), go("/personvern?l=se"), go("/logg-inn?l=se")] },
	{ name: "parent-sami", who: "Lene Dahl", width: phone, js: false, lang: "se", steps: [go("/foresatt?l=se"), link("/skriv"), go("/foresatt/statsforvalteren"), go("/min/sagt")] },
	{ name: "parent-barred", who: "Roger Vik", width: phone, js: true, steps: [
		{ see: "Her er det ingenting å vise", not: "Emil" }, go("/min/sagt", { see: "Det du har sagt", not: "Emil" }), go("/foresatt/rektor", { see: "Ta opp med rektor", not: "Emil" }),
	] },
	{ name: "parent-desktop-somali", who: "Hassan Yusuf", width: desktop, js: true, lang: "so", steps: [go("/foresatt?l=so"), go("/personvern?l=so")] },
	{ name: "sfo-machine", who: "Kari Lund", width: phone, js: false, steps: [
		go("/skolen/sfo"), press("/dag", { fill: { day: "@today", opens: "00.00", closes: "23.59" } }), press("/skolen/sfo/kode", { keep: "pin", at: ".t-card p.t-h1" }),
		press("/maskin", { fill: { name: "Nettbrettet på Base 1" } }), link("/sfo-enhet/kode/", { of: "Mona" }), press("", { fill: { code: "@pin", pin: "739152", again: "739152" }, see: "Mona" }),
		link("/sfo-enhet/avtaler/"), go("/sfo-enhet/her"), link("/sfo-enhet/meld"),
	] },
	{ name: "rektor-answers", who: "Kari Lund", width: desktop, js: true, steps: [go("/i-dag"), link("/samtale")] },
	{ name: "hearing-adviser", who: "Anne Sæther", width: desktop, js: true, steps: [
		go("/eier/horinger"), link("/eier/horinger/", { see: "har svart" }), link("/matrise", { see: "delt om" }), link("/matrise/", { see: "Av tallene følger" }),
		press("", { tick: ["yes"] }), link("/utkast", { see: "setning" }), link("/send", { see: "mangler" }), link("/oppfolging"),
	] },
	{ name: "hearing-adviser-phone-dark", who: "Anne Sæther", width: phone, js: false, scheme: "dark", steps: [
		go("/eier/horinger"), link("/eier/horinger/"), link("/matrise"), link("/utkast"), go("/eier/horinger/ny"),
	] },
	{ name: "su-answers-a-hearing", who: "Lene Dahl", width: phone, js: false, steps: [
		go("/rad", { see: "Samarbeidsutvalget" }), link("/rad/"), link("/horinger"), link("/horinger/", { see: "levert" }),
	] },
	{ name: "elevrad-room", who: "Hanna Lunde", width: phone, js: true, steps: [go("/rad", { see: "Elevrådet" }), link("/rad/"), go("/elevrad"), go("/innspill")] },
	{ name: "parents-group", who: "Marte Olsen", width: phone, js: true, scheme: "dark", steps: [go("/foreldregruppe"), go("/rad"), link("/rad/")] },
	{ name: "fau-meets", who: "Marte Olsen", width: phone, js: false, steps: [go("/rad", { see: "FAU" }), link("/rad/"), link("/moter/"), link("/saker/")] },
	{ name: "parents-agree", who: "Anita Vik", width: phone, js: true, steps: [
		go("/foreldregruppe", { see: "Opplegg for foreldremøter" }), link("/foreldregruppe/", { see: "Forslag til nye avtaler" }), press("", { see: "Slik var avtalene før" }),
	] },
	{ name: "elevrad-votes", who: "Hanna Lunde", width: phone, js: false, steps: [go("/elevrad", { see: "Skolen svarer innen" }), link("/elevrad/")] },
	{ name: "rektor-suggestions", who: "Kari Lund", width: desktop, js: true, steps: [go("/skolen/innspill", { see: "Elevrådet har" }), link("/skolen/innspill/")] },
	{ name: "did", width: phone, js: false, steps: [link("/s/"), link("/dere-sa"), go("/kommunens-rad"), link("/horinger")] },
	{ name: "poster", width: desktop, js: true, steps: [link("/s/"), link("/plakat")] },
];

const browser = await launch();
mkdirSync(OUT, { recursive: true });
let shots = 0, failed = 0;
const taken = walks.filter((w) => w.name.includes(ONLY));
for (const w of taken) {
	try {
		await walk(w);
	} catch (e) {
		failed++;
		console.error(`${w.name}: ${e.message.split("\n")[0]}`);
	}
}
await browser.close();
console.log(`${taken.length} walks, ${shots} pictures in ${OUT}, ${failed} failed`);
process.exit(failed ? 1 : 0);

async function walk(w) {
	const context = await browser.newContext({
		viewport: { width: w.width, height: w.width < 600 ? 640 : 900 }, locale: w.lang ?? "nb-NO",
		colorScheme: w.scheme ?? "light", javaScriptEnabled: w.js, extraHTTPHeaders: { "Accept-Language": w.lang ?? "nb" },
	});
	const page = await context.newPage(), kept = { today: day(0), soon: day(4) };
	let outside = "", refused = "";
	page.on("request", (r) => { if (!/^(data:|http:\/\/127\.0\.0\.1)/.test(r.url())) outside = r.url(); });
	page.on("response", (r) => { if (r.request().isNavigationRequest() && r.status() >= 400) refused = `${r.status()} at ${new URL(r.url()).pathname}`; });
	let n = 0;
	const done = async (s) => {
		await page.waitForLoadState();
		const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth).catch(() => false);
		await page.screenshot({ path: `${OUT}/${w.name}-${String(++n).padStart(2, "0")}.png`, fullPage: true });
		shots++;
		const text = await page.locator("body").innerText();
		const at = `step ${n}, ${new URL(page.url()).pathname}`;
		if (refused) throw new Error(`${at}: ${refused}`);
		if (outside) throw new Error(`${at}: asked ${outside}`);
		if (wide) throw new Error(`${at}: wider than ${w.width} px`);
		if (s.see && !text.includes(s.see)) throw new Error(`${at}: "${s.see}" is not there`);
		if (s.not && text.includes(s.not)) throw new Error(`${at}: "${s.not}" is there`);
		if (s.rtl && (await page.locator("html").getAttribute("dir")) !== "rtl") throw new Error(`${at}: not from right to left`);
	};
	await page.goto(AT + "/");
	if (w.who) {
		await page.getByRole("link", { name: w.who }).first().click();
		await page.waitForURL((u) => u.origin === AT && !u.pathname.startsWith("/logg-inn"));
		await done({});
	}
	for (const s of w.steps) {
		if (s.go !== undefined) await page.goto(/^[?+]/.test(s.go) ? page.url().split("?")[0] + s.go.replace("+", "") : AT + s.go);
		const of = s.of ?? (s.link === "/s/" ? "Solbakken" : "");
		if (s.link) await act(page, w, page.locator(`main a[href*="${s.link}"]${of && `:has-text("${of}")`}`).first());
		if (s.leave) {
			await context.route(AT + "/ut", (r) => r.fulfill({ body: "<!doctype html><title>Ute</title>", contentType: "text/html" })); // from where the server sends on
			const left = page.url();
			await page.locator(".t-exit").click();
			await page.waitForURL(AT + "/ut");
			await page.goBack();
			if (page.url() === left) throw new Error("the way back leads to the page that was left");
		}
		if (s.open) await page.evaluate(() => document.querySelectorAll("main details").forEach((d) => { d.open = true; }));
		for (const v of s.tick ?? []) await page.locator(`main input[value="${v}"]`).first().check({ force: true });
		for (const [name, v] of Object.entries(s.fill ?? {})) await page.locator(name === "textarea" ? "main textarea" : `main [name="${name}"]`).first().fill(v.startsWith("@") ? kept[v.slice(1)] : v);
		if (s.press !== undefined) await act(page, w, s.form ? page.locator(`main form:has(input[name="do"][value="${s.form}"]) button[type=submit]`).first() : button(page, s.press));
		await done(s);
		if (s.keep) kept[s.keep] = (await page.locator(s.at ?? "main ol").first().innerText()).replace(/\s+/g, " ");
		if (w.pictures && page.url().endsWith("/apne")) await openWithPictures(page, w, done);
	}
	await context.close();
}

// day is a date some days from today, as a form takes it.
function day(n) {
	return new Date(Date.now() + n * 864e5).toLocaleDateString("nb-NO", { day: "2-digit", month: "2-digit", year: "numeric", timeZone: "Europe/Oslo" });
}

function button(page, which) {
	return page.locator(which.startsWith("/") ? `main form[action*="${which}"] button[type=submit]`
	: which ? `main button[value="${which}"]` : "main form[method=post] button[type=submit]").first();
}

// act presses as a mouse does, or by keyboard alone.
async function act(page, w, target) {
	if (!w.keys) return target.click();
	await target.focus();
	await Promise.all([page.waitForEvent("framenavigated"), page.keyboard.press("Enter")]); // a press of keys waits for no page
}

// openWithPictures signs in anew, as the page asks, and gives the four pictures
// of the demo's code.
async function openWithPictures(page, w, done) {
	await act(page, w, page.locator('main a[href*="niva=ny"]').first());
	await done({});
	await act(page, w, page.locator('main a[href^="/logg-inn/feide"]').first());
	await page.getByRole("link", { name: w.who }).first().click();
	await page.waitForURL((u) => u.origin === AT && u.pathname === "/min/apne");
	for (const p of ["book", "door", "house", "trip"]) {
		await done({});
		await page.locator(`main input[value="${p}"]`).first().check({ force: true });
		await act(page, w, button(page, ""));
	}
	await done({ see: "Maryam" });
}
