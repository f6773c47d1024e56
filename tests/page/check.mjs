// Looks at pages in Chromium as their readers do: node check.mjs WIDTH:SCHEME,… PAGE.html…
//
// At each of these widths, in the colours of its scheme, `light` or `dark`, and in print: nothing is asked of the
// network, nothing goes wrong, nothing runs, nothing sticks out, axe-core finds nothing, and, in light, the keyboard
// reaches and works all there is. Prints a line for each fault; exit status 1 where there is one.
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { axe, launch, tab } from "./browser.mjs";

const [looks, ...files] = process.argv.slice(2);
const faults = [];
const browser = await launch();
const source = axe();

for (const file of files) {
    const url = pathToFileURL(resolve(file)).href;
    for (const [digits, scheme] of looks.split(",").map((one) => one.split(":"))) {
        const width = Number(digits);
        const told = (what) => faults.push(`${basename(file)}, ${width}, ${scheme}: ${what}`);
        const page = await tab(browser, width, 900, scheme);
        page.on("console", (message) => told(`console: ${message.text()}`));
        page.on("pageerror", (error) => told(`error: ${error}`));
        page.on("request", (asked) => asked.url() === url || told(`asks for ${asked.url()}`));
        page.on("dialog", (dialog) => (told(`dialog: ${dialog.message()}`), dialog.dismiss()));
        await page.goto(url);
        await look(page, width, told);
        if (scheme === "light") {
            await keyboard(page, told);
            await links(page, told);
        }
        await print(page, told);
        await accessible(page, width, told);
        await page.close();
    }
}
await browser.close();
console.log(faults.join("\n"));
process.exit(faults.length > 0 ? 1 : 0);

/** Closed and open; on a narrow page only open, which is the wider. */
async function folds(page, width, look) {
    for (const open of width === 400 ? [true] : [false, true]) {
        await page.$$eval("details", (all, open) => all.forEach((one) => (one.open = open)), open);
        await look();
    }
    await page.$$eval("details", (all) => all.forEach((one) => (one.open = false)));
}

/** What runs, and what sticks out. */
async function look(page, width, told) {
    const active = await page.evaluate(() => {
        const handlers = [...document.querySelectorAll("*")].flatMap((element) =>
            element.getAttributeNames().filter((name) => name.startsWith("on")),
        );
        const loads = document.querySelectorAll("img, iframe, object, embed, link, script, svg, form");
        return [...handlers, ...[...loads].map((element) => element.tagName)];
    });
    active.forEach((what) => told(`could run or load: ${what}`));
    await folds(page, width, async () => {
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        if (wide > width) told(`is ${wide} pixels wide`);
    });
}

/** What axe finds. Of long texts it sees the first lines: the others, which are like them, are taken away first. */
async function accessible(page, width, told) {
    await page.evaluate(() => {
        const others = ".l:nth-child(n + 30), pre > code:nth-child(n + 30)";
        document.querySelectorAll(others).forEach((one) => one.remove());
    });
    await page.evaluate(source);
    await folds(page, width, async () => {
        const { violations } = await page.evaluate(() => window.axe.run());
        for (const { id, help, nodes } of violations) told(`axe: ${id}: ${help}: ${nodes[0].html} (${nodes.length})`);
    });
}

/** The tabulator reaches each control that is shown, and shows where it is; Enter opens and closes. */
async function keyboard(page, told) {
    const all = await page.$$eval("a[href], summary", (found) => {
        const shown = found.filter((one) => one.checkVisibility());
        shown.forEach((one, at) => (one.dataset.control = at));
        return shown.length;
    });
    const reached = new Set();
    await page.evaluate(() => (document.activeElement?.blur(), window.scrollTo(0, 0)));
    for (let steps = 0; steps <= all; steps++) {
        await page.keyboard.press("Tab");
        const at = await page.evaluate(() => document.activeElement?.dataset.control);
        if (at === undefined || reached.has(at)) break;
        reached.add(at);
        const before = await state(page);
        if (!before.outlined) told(`no focus is seen at ${before.text}`);
        if (before.open === undefined) continue;
        await page.keyboard.press("Enter");
        const after = await state(page);
        await page.keyboard.press("Enter");
        const again = await state(page);
        if (after.open === before.open || again.open !== before.open) told(`Enter does not open ${before.text}`);
    }
    if (reached.size !== all) told(`the keyboard reaches ${reached.size} of ${all} controls`);
    if (all < 2) told(`only ${all} controls`);
}

/** What has the focus: whether one sees that, and whether it is open. */
function state(page) {
    return page.evaluate(() => {
        const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
        const outlined = outlineStyle !== "none" && outlineWidth !== "0px";
        const fold = document.activeElement.closest("summary")?.parentElement;
        return { outlined, open: fold?.open, text: document.activeElement.textContent.slice(0, 60) };
    });
}

/** Each link leads to something that is then seen, though it stood in a fold. */
async function links(page, told) {
    for (const link of await page.$$("a[href]")) {
        if (!(await link.evaluate((one) => one.checkVisibility()))) continue;
        await link.focus();
        await page.keyboard.press("Enter");
        const seen = await link.evaluate((one) => {
            const target = document.getElementById(decodeURIComponent(one.hash.slice(1)));
            return target !== null && target.checkVisibility();
        });
        if (!seen) told(`${await link.evaluate((one) => one.href)} leads nowhere`);
    }
}

/** On paper everything is open. */
async function print(page, told) {
    await page.$$eval("details", (all) => all.forEach((one) => (one.open = false)));
    await page.emulateMediaType("print");
    const closed = await page.$$eval("details > :not(summary)", (inside) =>
        inside.filter((one) => one.getBoundingClientRect().height === 0 && one.textContent !== "").length,
    );
    if (closed > 0) told(`${closed} folds are closed in print`);
    await page.emulateMediaType(null);
}
