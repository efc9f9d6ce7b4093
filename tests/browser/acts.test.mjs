// What candidates do on their pages: answer, ask in private, move, choose and ask for the link again; on a phone, in every
// direction of writing, with JavaScript and without.
import assert from "node:assert/strict";
import test from "node:test";
import { chromium } from "playwright-core";
import { booker, caller, setUp } from "./company.mjs";
import { startGreenroom } from "./greenroom.mjs";
import { inspect, watch } from "./inspector.mjs";
import { startMailServer, textPart } from "./mail_server.mjs";

const PHONE = { width: 360, height: 740 };
const LANGUAGES = ["en", "de", "ar"];

test("what candidates do", { timeout: 600_000 }, async (t) => {
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
      baseURL: greenroom.url, viewport: PHONE, timezoneId: "Europe/Lisbon", locale: "en-GB", ...options,
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
  const addSlot = async (startsAt) => {
    const [date, time] = startsAt.toISOString().split("T");
    return call("/api/interviews/slots/", {
      interview_date: date, start_time: time.slice(0, 5), time_zone: "UTC", duration_minutes: 60, job,
      ai_interview_type: "technical",
    });
  };

  const dana = await visitor({ viewport: { width: 1280, height: 900 } });
  await dana.goto("/login");
  await dana.getByLabel("Email").fill("dana@example.com");
  await dana.getByLabel("Password").fill("a password of many words");
  await dana.getByRole("button", { name: "Sign in" }).click();
  await dana.getByRole("heading", { level: 1 }).waitFor();
  await dana.goto("/company");
  await dana.getByLabel("Candidates may reschedule").fill("1");
  await dana.getByRole("button", { name: "Save" }).click();
  await dana.getByText("Saved.").waitFor();

  for (const tag of LANGUAGES) {
    for (const javaScriptEnabled of [true, false]) {
      const how = javaScriptEnabled ? "" : ", without JavaScript";
      await t.test(`in ${tag}${how}`, async () => {
        const page = await visitor({ javaScriptEnabled });
        const look = async () => {
          assert.equal(await page.locator("html").getAttribute("lang"), tag);
          if (javaScriptEnabled) await inspect(page);
        };
        const name = `${tag}-${javaScriptEnabled}`;
        const { link } = await book(tag, `acts-${name}@example.com`, inDays(5));

        await page.goto(link);
        await page.locator("#answer form button").click();
        await page.locator("#answer .status--good").waitFor();
        await look();
        await page.locator(".answer__no").click();
        await page.locator("select[name=reason]").selectOption("ill");
        await page.locator("textarea[name=words]").fill("Sorry.");
        await look();
        await page.locator("button[value=declined]").click();
        await page.locator("#answer .status--bad").waitFor();
        await look();

        await page.locator("#accommodation a").click();
        await page.locator("textarea[name=words]").fill("I need captions.");
        await look();
        await page.locator(".form button").click();
        await page.locator("#asked").waitFor();
        await look();

        await addSlot(inDays(6));
        await page.goto(`${link}/answer?say=another_time`);
        await look();
        await page.locator(".times__time").last().click();
        await page.locator("form[action$='/move'] button").click();
        await page.locator("#answer form button").waitFor();
        assert.notEqual(page.url(), link, "of the new time");
        await look();

        const person = { name: "Zoë Núñez", email: `choose-${name}@example.com`, locale: tag, job };
        const candidate = (await call("/api/candidates/", person)).id;
        const { id } = await call("/api/interviews/", { candidate, job });
        await addSlot(inDays(7));
        await dana.goto(`/interviews/${id}`);
        await dana.locator("#asking button").click();
        await dana.locator("#asking .status--wait").waitFor();
        const [choose] = /http\S+\/interview\/\S+/.exec(textPart(await mail.messageTo(person.email)));
        await page.goto(choose);
        await look();
        await page.locator(".times__time").last().click();
        await page.locator("form[action$='/choice'] button").click();
        await page.locator("#answer form button").waitFor();
        await dana.goto(`/interviews/${id}`);
        await dana.locator("#asking .status--good").waitFor();

        await page.goto("/link");
        if (tag !== "en") await page.locator(`.gate__languages a[hreflang=${tag}]`).click();
        await look();
        await page.locator("input[name=email]").fill("nobody@example.com");
        await page.locator(".form button").click();
        await page.locator(".gate__links a[href^='/link']").waitFor();
        await look();
        await page.context().close();
      });
    }
  }

  await t.test("what they say reaches who sits there within seconds", async () => {
    await dana.goto("/jobs");
    const { link } = await book("en", "news@example.com", inDays(9));
    const page = await visitor();
    await page.goto(`${link}/accommodation`);
    await page.locator("textarea[name=words]").fill("More time, please.");
    const line = dana.locator("#news .alerts", { hasText: "in private" });
    const before = await line.textContent();
    await page.locator(".form button").click();
    await page.locator("#asked").waitFor();
    await dana.waitForFunction((was) => document.querySelector("#news .alerts")?.textContent !== was, before);
    await page.context().close();
  });

  assert.deepEqual(complaints, []);
});
