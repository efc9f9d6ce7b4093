// The working day: its five main flows with JavaScript and without, and every page of it looked at.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import test from "node:test";
import { chromium } from "playwright-core";
import { startGreenroom } from "./greenroom.mjs";
import { inspect, watch } from "./inspector.mjs";
import { startMailServer } from "./mail_server.mjs";

const PASSWORD = "a password of many words";
const ZONE = "Europe/Berlin";
const JOB = "Cloud Architect";
const DATABASE = "data/greenroom.db";
const NAMES = ["Ada", "Ben", "Chloe", "Dilan", "Eunji", "Farah", "Gustavo", "Hannah", "Ivy", "Jakub"];

test("the working day", { timeout: 600_000 }, async (t) => {
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
    const context = await browser.newContext({ baseURL: greenroom.url, timezoneId: ZONE, locale: "en-GB", ...options });
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();
    watch(page, complaints);
    return page;
  };
  const scripted = await visitor();
  await setUp(scripted, await greenroom.printed(/with the code (\S+)/));
  const storageState = await scripted.context().storageState();
  const plain = await visitor({ javaScriptEnabled: false, storageState });

  for (const [page, with_, weeks] of [[scripted, "with JavaScript", 2], [plain, "without JavaScript", 3]]) {
    const day = dayAhead(weeks);
    const people = NAMES.map((name) => `${name} ${weeks}`);

    await t.test(`a series is made ${with_}`, async () => {
      await page.goto("/series/new");
      await page.getByLabel("Job").selectOption({ label: JOB });
      await page.getByLabel("Or these dates").fill(day);
      await page.getByLabel("From", { exact: true }).fill(day);
      await page.getByLabel("To", { exact: true }).fill(day);
      await page.getByLabel("Hours from").fill("08:00");
      await page.getByLabel("Hours to").fill("18:00");
      await page.getByLabel("Minutes", { exact: true }).fill("30");
      await page.getByLabel("Gap in minutes").fill("0");
      await page.getByLabel("Dana Dahl").check();
      await main(page).getByRole("button", { name: "Preview" }).click();
      await page.getByRole("button", { name: "Add 20 slots" }).click();
      await heading(page, "20 slots");
    });

    await t.test(`ten people are booked ${with_}`, async () => {
      await page.goto("/bookings/new");
      await page.getByLabel("Job").selectOption({ label: JOB });
      await page.getByLabel("Paste lines").fill(people.map((name) => `${name} <${addressOf(name)}>`).join("\n"));
      await page.getByRole("button", { name: "Propose slots" }).click();
      await page.getByRole("button", { name: "Book 10 and send" }).click();
      await heading(page, "Interviews booked: 10");
      for (const name of people) await mail.messageTo(addressOf(name));
    });

    await t.test(`somebody new is booked from a slot in five clicks at most, somebody known in three, ${with_}`, async () => {
      const known = `Known ${weeks}`;
      await addCandidate(page, known);
      for (const [name, most] of [[`New ${weeks}`, 5], [known, 3]]) {
        let clicks = 0;
        const click = async (what) => {
          clicks += 1;
          // Out from under the bar that stays at the foot of the page.
          await what.evaluate((element) => element.scrollIntoView({ block: "center" }));
          await what.click();
        };
        await page.goto(`/slots?from=${day}&to=${day}`);
        await click(main(page).getByRole("link", { name: "Book", exact: true }).first());
        if (name === known) {
          await click(page.getByRole("radio", { name: known }));
        } else {
          await click(page.getByLabel("New candidate"));
          await page.getByLabel(/^Name/).fill(name);
          await page.getByLabel(/^Email/).fill(addressOf(name));
        }
        await click(page.getByRole("button", { name: "Book and send invitation" }));
        await heading(page, name);
        assert.ok(clicks <= most, `${clicks} clicks`);
        await mail.messageTo(addressOf(name));
      }
    });

    await t.test(`an interview is moved without telling the candidate ${with_}`, async () => {
      await openInterview(page, people[0]);
      await page.getByRole("link", { name: "Reschedule" }).click();
      await page.locator("input[name=slot]:not([value=new])").first().check();
      await page.locator("input[name=tell][value=no]").check();
      await page.getByLabel("Why not?").fill("Agreed by phone");
      await page.getByRole("button", { name: "Reschedule", exact: true }).click();
      await heading(page, people[0]);
      await page.getByText("Reason: Agreed by phone").first().waitFor();
      await page.waitForTimeout(500);
      const letters = mail.messages.filter((message) => message.recipients.includes(addressOf(people[0])));
      assert.equal(letters.length, 1, "only the invitation");
    });

    await t.test(`what is over gets its outcome ${with_}`, async () => {
      const [came, missed] = [`Came ${weeks}`, `Missed ${weeks}`];
      for (const [name, hoursAgo] of [[came, 27 + weeks * 2], [missed, 28 + weeks * 2]]) {
        await addPastInterview(page, name, day, hoursAgo, greenroom.directory);
      }
      await page.goto("/");
      const owed = page.getByRole("listitem").filter({ hasText: came });
      await owed.getByRole("button", { name: "Advance" }).click();
      await owed.getByRole("button", { name: "Advance" }).waitFor({ state: "detached" });
      await page.goto("/interviews/endings");
      await page.getByRole("checkbox", { name: new RegExp(missed) }).check();
      await page.getByLabel("Outcome of selected").selectOption("no_show");
      await page.getByRole("button", { name: "Save for selected" }).click();
      await page.getByRole("checkbox", { name: new RegExp(missed) }).waitFor({ state: "detached" });
      await openInterview(page, missed);
      await main(page).getByText("No-show").first().waitFor();
      await openInterview(page, came);
      await main(page).getByText("Advance").first().waitFor();
    });
  }

  await openInterview(scripted, "Ben 2");
  const interview = new URL(scripted.url()).pathname;
  await openInterview(scripted, "Missed 2");
  const over = new URL(scripted.url()).pathname;
  const id = interview.split("/").at(-1);
  const day = dayAhead(2);
  const series = `dates=${day}&from=${day}&until=${day}&from_1=08:00&until_1=12:00&duration_minutes=30&gap_minutes=0&job=1&interview_type=technical&time_zone=${ZONE}`;
  for (const [name, address] of Object.entries({
    "the calendar's week": `/calendar?day=${day}`,
    "the calendar's day": `/calendar?day=${day}&view=day`,
    "a series in the calendar": `/calendar?day=${day}&preview=on&${series}`,
    "the form of a series": "/series/new",
    "the preview of a series": `/series/new?preview=on&${series}`,
    "a series": "/series/1",
    "booking several people": "/bookings/new",
    "a list with its result": "/batches/1",
    "reports by job": `/reports?from=${dayAhead(-1)}&to=${dayAhead(5)}`,
    "reports by week": `/reports?by=week&from=${dayAhead(-1)}&to=${dayAhead(5)}`,
    "a dossier": `${interview}/dossier`,
    "interviews without an outcome": "/interviews/endings",
    "the outcome of an interview": `${over}/ending`,
    "moving an interview": `${interview}/reschedule`,
    "cancelling an interview": `${interview}/cancellation`,
    "an import of candidates": "/candidates/import",
    "an import of jobs": "/jobs/import",
    "the search": "/search",
    "what a search found": "/search?q=ben",
    "an interview for its interviewer": `/my-interviews/${id}`,
    "an own calendar": "/account/own-calendar",
    "a feed": "/account/calendar",
    "the slots of a day": `/slots?from=${day}&to=${day}`,
    "Today": "/",
  })) {
    await t.test(`${name} is in order`, async () => {
      const answer = await scripted.goto(address);
      assert.equal(answer.status(), 200);
      await inspect(scripted);
    });
  }

  await t.test("a report and a dossier are whole on paper", async () => {
    for (const address of [`/reports?from=${dayAhead(-1)}&to=${dayAhead(5)}`, `${interview}/dossier`]) {
      await scripted.goto(address);
      await scripted.emulateMedia({ media: "print" });
      // A4 without its margins.
      await scripted.setViewportSize({ width: 718, height: 1000 });
      assert.equal(await scripted.getByRole("navigation", { name: "Main" }).isVisible(), false, "no menu");
      const hidden = await main(scripted).locator("table").evaluate((table) => {
        const room = document.documentElement.clientWidth;
        return [...table.querySelectorAll("th, td")].filter((cell) => cell.getBoundingClientRect().right > room + 1 || cell.scrollWidth > cell.clientWidth + 1).map((cell) => cell.textContent);
      });
      assert.deepEqual(hidden, [], `${address} is cut off`);
      await scripted.emulateMedia({ media: null });
      await scripted.setViewportSize({ width: 1280, height: 720 });
    }
  });

  await t.test("no page complained", () => assert.deepEqual(complaints, []));
});

const main = (page) => page.getByRole("main");
const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();
const addressOf = (name) => `${name.toLowerCase().replace(" ", ".")}@example.org`;

// A Monday so many weeks from now.
function dayAhead(weeks) {
  const day = new Date(Date.now() + weeks * 7 * 86_400_000);
  day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
  return day.toISOString().slice(0, 10);
}

async function setUp(page, code) {
  await page.goto("/setup");
  await page.getByLabel("Code").fill(code);
  await page.getByLabel("Company").fill("Sample Company");
  await page.getByLabel("Time zone").fill(ZONE);
  await page.getByLabel("Your name").fill("Dana Dahl");
  await page.getByLabel("Your email").fill("dana@example.com");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Set up" }).click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
  await page.goto("/jobs/new");
  await page.getByLabel("Title").fill(JOB);
  await main(page).getByRole("button", { name: "Add job" }).click();
  await heading(page, JOB);
}

async function addCandidate(page, name) {
  await page.goto("/candidates/new");
  await page.getByLabel(/^Name/).fill(name);
  await page.getByLabel(/^Email/).fill(addressOf(name));
  await main(page).getByRole("button", { name: "Add candidate", exact: true }).click();
  await heading(page, name);
}

async function openInterview(page, name) {
  await page.goto(`/interviews?q=${encodeURIComponent(name)}`);
  await main(page).getByRole("link", { name }).first().click();
  await heading(page, name);
}

// Books somebody into a slot of the week after next, and lets it have been so many hours ago. Nobody books what is over.
async function addPastInterview(page, name, day, hoursAgo, directory) {
  await page.goto(`/slots?from=${day}&to=${day}`);
  await main(page).getByRole("link", { name: "Book", exact: true }).first().click();
  await page.getByLabel("New candidate").check();
  await page.getByLabel(/^Name/).fill(name);
  await page.getByLabel(/^Email/).fill(addressOf(name));
  await page.getByRole("button", { name: "Book and send invitation" }).click();
  await heading(page, name);
  const id = Number(new URL(page.url()).pathname.split("/").at(-1));
  const at = new Date(Date.now() - hoursAgo * 3_600_000).toISOString().replace(/\.\d+Z$/, "+00:00");
  const change = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], timeout=10); c.execute('UPDATE slots SET starts_at = ? WHERE id = (SELECT slot_id FROM interviews WHERE id = ?)', sys.argv[2:]); c.commit()";
  execFileSync("python3", ["-c", change, path.join(directory, DATABASE), at, `${id}`]);
}
