// The candidate's pages on a phone: in every direction of writing, light and dark, with JavaScript and without.
import assert from "node:assert/strict";
import test from "node:test";
import { chromium } from "playwright-core";
import { booker, caller, setUp } from "./company.mjs";
import { startGreenroom } from "./greenroom.mjs";
import { inspect, watch } from "./inspector.mjs";
import { startMailServer } from "./mail_server.mjs";

const PHONE = { width: 360, height: 740 };
const LANGUAGES = { en: "ltr", de: "ltr", ar: "rtl" };

test("the candidate's pages", { timeout: 600_000 }, async (t) => {
  const mail = await startMailServer();
  t.after(() => mail.stop());
  const greenroom = await startGreenroom(mail.port);
  t.after(() => greenroom.stop());
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    chromiumSandbox: process.getuid() !== 0,
    args: ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
  });
  t.after(() => browser.close());
  const complaints = [];
  const visitor = async (options = {}) => {
    const context = await browser.newContext({
      baseURL: greenroom.url, viewport: PHONE, timezoneId: "Europe/Madrid", locale: "en-GB", ...options,
    });
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();
    watch(page, complaints);
    return page;
  };
  await setUp(await visitor(), await greenroom.printed(/with the code (\S+)/));
  const call = caller(greenroom);
  const job = (await call("/api/jobs/", { title: "Senior Cloud Architect (m/w/d)" })).id;

  const book = booker(call, mail, job);
  const inDays = (days) => new Date(Date.now() + days * 86_400_000);

  for (const [tag, direction] of Object.entries(LANGUAGES)) {
    await t.test(`every page in ${tag}, light and dark`, async () => {
      const page = await visitor();
      const isIn = async (language) => {
        await page.locator(`html[lang=${language}][dir=${LANGUAGES[language]}]`).waitFor({ state: "attached" });
      };
      const early = await book(tag, `early-${tag}@example.com`, inDays(3));
      await page.goto(early.link);
      await isIn(tag);
      assert.equal(await page.evaluate(() => getComputedStyle(document.body).direction), direction);
      await page.locator("#device-zone").waitFor();
      await inspect(page);

      // The countdown goes on in the words of the language.
      const clock = page.locator("[data-countdown]");
      const words = (text) => text.replace(/[\d:]+$/, "");
      const before = await clock.textContent();
      await page.waitForFunction((was) => document.querySelector("[data-countdown]").textContent !== was, before);
      assert.equal(words(await clock.textContent()), words(before));

      const other = Object.keys(LANGUAGES).find((language) => language !== tag);
      await page.locator(`.gate__languages button[value=${other}]`).click();
      await isIn(other);
      await page.locator(`.gate__languages button[value=${tag}]`).click();
      await isIn(tag);

      await page.locator("#device-zone button").click();
      await page.locator("#interview[data-zone='Europe/Madrid']").waitFor();
      assert.equal(await page.locator("#device-zone").count(), 0, "the two are one now");
      await page.locator("#interview a[href$='/zone']").click();
      await page.locator("input[name=zone]").waitFor();
      await inspect(page);
      await page.locator("input[name=zone]").fill("Nowhere");
      await page.locator(".form button").click();
      await page.locator("#zone-error").waitFor();
      await inspect(page);

      const open = await book(tag, `open-${tag}@example.com`, new Date(Date.now() + 10 * 60_000));
      await page.goto(open.link);
      await inspect(page);
      await page.locator("form[action$='/join'] button").click();
      await page.locator("#meeting").waitFor();
      await inspect(page);
      await page.locator("#trouble button").click();
      await page.locator("[role=alert]").waitFor();
      await inspect(page);

      await call(`/api/interviews/${early.interview}/cancel/`, {});
      await page.goto(early.link);
      await isIn(tag);
      await inspect(page);
      for (const lost of ["/interview/wrong", "/interview"]) {
        await page.goto(lost);
        await isIn("en");
        if (tag !== "en") await page.locator(`.gate__languages a[hreflang=${tag}]`).click();
        await isIn(tag);
        await inspect(page);
      }
      await page.context().close();
    });
  }

  await t.test("without JavaScript, the language and the time zone are chosen all the same", async () => {
    const page = await visitor({ javaScriptEnabled: false });
    const { link } = await book("en", "plain@example.com", inDays(3));
    await page.goto(link);
    await page.getByRole("button", { name: "Deutsch" }).click();
    await page.getByRole("link", { name: "Zeitzone ändern" }).click();
    await page.getByLabel("Ihre Zeitzone").fill("tokyo");
    await page.getByRole("button", { name: "Speichern" }).click();
    await page.locator("#interview[data-zone='Asia/Tokyo']").waitFor();
    assert.equal(await page.locator("html").getAttribute("lang"), "de");
  });

  assert.deepEqual(complaints, []);
});
