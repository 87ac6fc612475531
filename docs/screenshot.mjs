// Makes docs/screenshot.png: the made-up municipality, signed in as a rektor, on
// the page of today.
//   docs/demo.sh node docs/screenshot.mjs [FILE]
import { launch } from "../internal/web/webtest/browser/chromium.mjs";

const { AT } = process.env;
const path = process.argv[2] ?? "docs/screenshot.png";
const browser = await launch();
const page = await browser.newPage({ viewport: { width: 1280, height: 960 }, deviceScaleFactor: 1, locale: "nb-NO", colorScheme: "light" });
await page.goto(AT + "/");
await page.getByRole("link", { name: "Kari Lund" }).click();
await page.waitForURL(AT + "/i-dag");
await page.screenshot({ path });
await browser.close();
console.log(path);
