// What must hold on every page, whoever looks at it.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// That a form was refused, or that there is nothing here (any more), is said on the page; Chromium says it on the console as well.
const REFUSED = /status of (422|404|410)/;

// Collects what a page's console and Content-Security-Policy complain of.
export function watch(page, complaints) {
  page.on("console", (message) => {
    if (!["error", "warning"].includes(message.type()) || isAnswered(page, message)) return;
    complaints.push(`${page.url()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error}`));
}

function isAnswered(page, message) {
  return REFUSED.test(message.text()) && message.location().url === page.url();
}

// Looks at the page as it stands: accessible in light and in dark, and no wider than a phone.
export async function inspect(page) {
  await page.evaluate(axe);
  for (const colorScheme of ["dark", "light"]) {
    await page.emulateMedia({ colorScheme });
    // Colours on their way from one scheme to the other are nobody's.
    // What is animated where nothing is drawn never ends.
    await page.evaluate(() => Promise.race([
      Promise.allSettled(document.getAnimations().map((animation) => animation.finished)),
      new Promise((over) => setTimeout(over, 2_000)),
    ]));
    assert.deepEqual(await violationsOn(page), [], `accessibility of ${page.url()}, ${colorScheme}`);
  }

  const usual = page.viewportSize();
  await page.setViewportSize({ width: 360, height: 740 });
  const overhang = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  await page.setViewportSize(usual);
  assert.ok(overhang <= 0, `${page.url()} is ${overhang} px wider than a phone`);
}

async function violationsOn(page) {
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(" ")}`);
}
