// A picture of the upper end of a page, by the Chromium that $CHROMIUM names:
// node screenshot.mjs PAGE.html PICTURE.png [WIDTH HEIGHT [SCHEME [WHOLE]]]
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { launch, tab } from "./browser.mjs";

const [file, picture, width = "1280", height = "900", scheme = "light", whole] = process.argv.slice(2);
const browser = await launch();
const page = await tab(browser, Number(width), Number(height), scheme);
await page.goto(pathToFileURL(resolve(file)).href);
await page.screenshot({ path: picture, fullPage: whole === "whole" });
await browser.close();
