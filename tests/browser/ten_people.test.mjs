// From an empty company to forty slots of two interviewers and ten booked new candidates: every press is counted.
import assert from "node:assert/strict";
import test from "node:test";
import { chromium } from "playwright-core";
import { startGreenroom } from "./greenroom.mjs";
import { inspect, watch } from "./inspector.mjs";
import { startMailServer } from "./mail_server.mjs";

const PASSWORD = "a password of many words";
const MOST_PRESSES = 60;
const MOST_MINUTES = 5;
const NAMES = ["Ada", "Ben", "Chloe", "Dilan", "Eunji", "Farah", "Gustavo", "Hannah", "Ivy", "Jakub"];

test("a week is filled and ten people are booked", { timeout: 600_000 }, async (t) => {
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
  const context = await browser.newContext({ baseURL: greenroom.url, timezoneId: "Europe/Berlin", locale: "en-GB" });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const complaints = [];
  watch(page, complaints);

  let presses = 0;
  const press = async (what) => {
    presses += 1;
    await what.click();
  };
  const tick = async (what) => {
    presses += 1;
    await what.check();
  };
  // A choice from a list is two: to open it, and to take one.
  const choose = async (what, label) => {
    presses += 2;
    await what.selectOption({ label });
  };
  const button = (name) => page.getByRole("main").getByRole("button", { name, exact: false });
  const link = (name) => page.getByRole("main").getByRole("link", { name, exact: true });
  const menu = (name) => page.getByRole("navigation", { name: "Main" }).getByRole("link", { name, exact: true });
  // A page is swapped in, and fields of two pages may share a label: nothing is typed before the new one is there.
  const heading = (name) => page.getByRole("heading", { level: 1, name }).waitFor();

  await page.goto("/setup");
  await page.getByLabel("Code").fill(await greenroom.printed(/with the code (\S+)/));
  await page.getByLabel("Company").fill("Sample Company");
  await page.getByLabel("Time zone").fill("Europe/Berlin");
  await page.getByLabel("Your name").fill("Dana Dahl");
  await page.getByLabel("Your email").fill("dana@example.com");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Set up" }).click();
  await menu("Jobs").waitFor();
  const begun = Date.now();

  await press(menu("Jobs"));
  await heading("Jobs");
  await press(link("Add job").first());
  await heading("Add job");
  await page.getByLabel("Title").fill("Cloud Architect");
  await press(button("Add job"));
  await heading("Cloud Architect");

  for (const name of ["Robin Weiss", "Lena Brandt"]) {
    await press(menu("Users"));
    await heading("Users");
    await press(link("Add user"));
    await heading("Add user");
    await page.getByLabel(/^Name/).fill(name);
    await page.getByLabel(/^Email/).fill(`${name.split(" ")[0].toLowerCase()}@example.com`);
    await tick(page.getByLabel("Interviewer", { exact: true }));
    await press(button("Add user"));
    await heading(name);
  }

  // Two weeks from now, so that nothing of it has begun: two days of ten slots for each of the two.
  const monday = new Date(Date.now() + 14 * 86_400_000);
  monday.setUTCDate(monday.getUTCDate() - ((monday.getUTCDay() + 6) % 7));
  const day = (ahead) => new Date(monday.getTime() + ahead * 86_400_000).toISOString().slice(0, 10);
  await press(menu("Slots"));
  await heading("Slots");
  await press(link("Add slots"));
  await heading("Add slots");
  await choose(page.getByLabel("Job"), "Cloud Architect");
  await page.getByLabel("Or these dates").fill(`${day(0)}, ${day(1)}`);
  await page.getByLabel("From", { exact: true }).fill(day(0));
  await page.getByLabel("To", { exact: true }).fill(day(1));
  await page.getByLabel("Hours from").fill("08:00");
  await page.getByLabel("Hours to").fill("18:00");
  await page.getByLabel("Minutes", { exact: true }).fill("45");
  await page.getByLabel("Gap in minutes").fill("15");
  await tick(page.getByLabel("Robin Weiss"));
  await tick(page.getByLabel("Lena Brandt"));
  await press(button("Preview"));
  await press(button("Add 40 slots"));
  await heading("40 slots");

  await press(menu("Candidates"));
  await heading("Candidates");
  await press(link("Book several"));
  await heading("Book several people");
  await inspect(page);
  await choose(page.getByLabel("Job"), "Cloud Architect");
  const zones = ["Europe/Lisbon", "Asia/Dubai"];
  const line = (name, at) => `${name},${name.toLowerCase()}@example.org,${zones[at % 2]}`;
  await page.getByLabel("Paste lines").fill(`Name,Email,Time zone\n${NAMES.map(line).join("\n")}`);
  await press(button("Propose slots"));
  await heading("Book 10 people");
  await inspect(page);
  await press(button("Book 10 and send"));
  await heading("Interviews booked: 10");
  await inspect(page);

  t.diagnostic(`${presses} presses, ${Math.round((Date.now() - begun) / 1000)} s`);
  assert.ok(presses < MOST_PRESSES, `${presses} presses`);
  assert.ok(Date.now() - begun < MOST_MINUTES * 60_000);
  for (const name of NAMES) {
    assert.match(await mail.messageTo(`${name.toLowerCase()}@example.org`), /^Subject: Interview Scheduled - Cloud Architect/m);
  }

  await t.test("the palette goes anywhere with the keyboard alone", async () => {
    await page.keyboard.press("Control+k");
    const line = page.getByRole("combobox", { name: "Search or book" });
    await line.fill("deliv");
    await page.getByRole("option", { name: "Delivery log", selected: true }).waitFor();
    await inspect(page);
    await page.keyboard.press("Enter");
    await heading("Delivery log");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Shortcuts" }).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("g");
    await page.keyboard.press("c");
    await heading("Candidates");
  });

  await t.test("Enter does what was typed, however late the answer comes", async () => {
    await page.keyboard.press("Control+k");
    const line = page.getByRole("combobox", { name: "Search or book" });
    await line.fill("deliv");
    await page.getByRole("option", { name: "Delivery log", selected: true }).waitFor();
    await line.fill("repor");
    await line.press("Enter");
    await page.waitForURL(/\/(reports|emails)/);
    await heading("Reports");
  });

  await t.test("people beside slots are chosen without JavaScript", async () => {
    const plain = await browser.newContext({ baseURL: greenroom.url, javaScriptEnabled: false, storageState: await context.storageState() });
    const page = await plain.newPage();
    await page.goto("/bookings/new");
    await page.getByLabel("Job").selectOption({ label: "Cloud Architect" });
    await page.getByLabel("Paste lines").fill("Kavya <kavya@example.org>\nLiam <liam@gmial.con>");
    await page.getByRole("button", { name: "Propose slots" }).click();
    await page.getByRole("button", { name: "Use gmail.com" }).click();
    const slots = page.getByLabel("Slot for Kavya");
    const other = await slots.locator("option").nth(5).getAttribute("value");
    await slots.selectOption(other);
    await page.getByRole("button", { name: "Book 2 and send" }).click();
    await page.getByRole("heading", { name: "Interviews booked: 2" }).waitFor();
    assert.match(await mail.messageTo("liam@gmail.com"), /^Subject: Interview Scheduled/m);
    await plain.close();
  });

  await t.test("no page complained", () => assert.deepEqual(complaints, []));
});
