// Chromium without a window, by what `.ci/run` installs.
import { createRequire } from "node:module";

const require = createRequire(new URL("../../.ci/package.json", import.meta.url));
const puppeteer = require("puppeteer-core");

/** The source of axe-core. */
export const axe = () => require("axe-core").source;

/** A browser, which `CHROMIUM` names, that reaches no network but what a page asks for, which the test sees. */
export function launch() {
    const executablePath = process.env.CHROMIUM;
    // Without a sandbox, since containers run as root; the pages are this program's own.
    return puppeteer.launch({ executablePath, headless: true, args: ["--no-sandbox"] });
}

/** A tab of this width with the colours of that scheme, `light` or `dark`. */
export async function tab(browser, width, height, scheme) {
    const page = await browser.newPage();
    await page.setViewport({ width, height });
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    return page;
}
