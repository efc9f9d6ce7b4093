// The whole main job, as a recruiter and a candidate live it: in a real browser, over a real mail server's words.
import assert from "node:assert/strict";
import test from "node:test";
import { chromium } from "playwright-core";
import { startGreenroom } from "./greenroom.mjs";
import { inspect, watch } from "./inspector.mjs";
import { startMailServer, textPart } from "./mail_server.mjs";

const PASSWORD = "a password of many words";
const RECRUITER_ZONE = "Europe/Berlin";
const MEETING_URL = "https://meet.example.com/lighthouse";

test("the main job", { timeout: 900_000 }, async (t) => {
  const mail = await startMailServer();
  t.after(() => mail.stop());
  const greenroom = await startGreenroom(mail.port);
  t.after(() => greenroom.stop());
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    // The sandbox does not work for root, which is what runs the tests in a container.
    chromiumSandbox: process.getuid() !== 0,
    args: ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
  });
  t.after(() => browser.close());

  const complaints = [];
  const visitor = async (timezoneId, options = {}) => {
    const context = await browser.newContext({ baseURL: greenroom.url, timezoneId, locale: "en-GB", ...options });
    context.setDefaultTimeout(60_000);
    const page = await context.newPage();
    watch(page, complaints);
    return page;
  };
  const recruiter = await visitor(RECRUITER_ZONE);
  const candidate = await visitor("America/New_York");
  // What follows a step that failed could only fail, too.
  let broken = false;
  const step = (name, work) =>
    t.test(name, { skip: broken && "an earlier step failed" }, async () => {
      broken = true;
      await work();
      broken = false;
    });
  let opensAt;
  let interviewPath;

  await step("the first page sets the company up", async () => {
    const code = await greenroom.printed(/with the code (\S+)/);
    await recruiter.goto("/setup");
    await inspect(recruiter);
    await recruiter.getByLabel("Code").fill(code);
    await recruiter.getByLabel("Company").fill("Sample Company");
    await recruiter.getByLabel("Time zone").fill(RECRUITER_ZONE);
    await recruiter.getByLabel("Your name").fill("Dana Dahl");
    await recruiter.getByLabel("Your email").fill("dana@example.com");
    await recruiter.getByLabel("Password").fill(PASSWORD);
    await recruiter.getByRole("button", { name: "Set up" }).click();
    await recruiter.getByRole("button", { name: "Sign out" }).click();
    await recruiter.getByRole("heading", { name: "Sign in" }).waitFor();
  });

  await step("the recruiter signs in", async () => {
    await inspect(recruiter);
    await signIn(recruiter);
    await recruiter.getByRole("navigation", { name: "Main" }).waitFor();
    await inspect(recruiter);
  });

  await step("the recruiter creates a job", async () => {
    await recruiter.goto("/jobs/new");
    await inspect(recruiter);
    await recruiter.getByLabel("Title").fill("Senior Cloud Architect");
    await recruiter.getByLabel("Description").fill("## The role\n\nYou keep the light on.");
    await recruiter.getByRole("button", { name: /job/i }).click();
    await recruiter.getByRole("heading", { name: "Senior Cloud Architect" }).waitFor();
    await inspect(recruiter);
    await recruiter.goto("/jobs");
    await inspect(recruiter);
  });

  await step("the recruiter creates a slot whose link opens within two minutes", async () => {
    opensAt = minuteAfter(25_000);
    await enterSlot(recruiter, startOf(opensAt), inspect);
    await inspect(recruiter);
    await recruiter.goto("/slots");
    await inspect(recruiter);
  });

  await step("the recruiter books a candidate into it", async () => {
    await recruiter.getByRole("main").getByRole("link", { name: /Senior Cloud Architect/ }).first().click();
    await recruiter.getByRole("link", { name: "Book candidate" }).click();
    await recruiter.getByRole("heading", { level: 1 }).waitFor();
    await inspect(recruiter);
    await book(recruiter, "Zoë Núñez", "zoe@example.com");
    interviewPath = new URL(recruiter.url()).pathname;
    assert.match(interviewPath, /^\/interviews\/\d+$/);
    await inspect(recruiter);
  });

  await step("the candidate gets the e-mail and opens its link too early", async () => {
    const message = await mail.messageTo("zoe@example.com");
    assert.match(message, /^Subject: Interview Scheduled - Senior Cloud Architect at Sample Company\r$/m);
    const text = textPart(message);
    assert.match(text, /Dear Zoë Núñez,/);
    let link = linkIn(text);
    assert.ok(link.startsWith(`${greenroom.url}/interview/`), link);
    // On a busy machine it may have opened by now: then another slot is booked, further ahead.
    for (let margin = 60_000; !(await isEarly(candidate, link, opensAt)); margin *= 2) {
      opensAt = minuteAfter(margin);
      await enterSlot(recruiter, startOf(opensAt));
      await recruiter.getByRole("link", { name: "Book candidate" }).click();
      await book(recruiter, "Zoë Núñez", `zoe+${margin}@example.com`);
      interviewPath = new URL(recruiter.url()).pathname;
      link = linkIn(textPart(await mail.messageTo(`zoe+${margin}@example.com`)));
    }
    assert.ok(!(await candidate.content()).includes(MEETING_URL), "the meeting's address is shown too early");
    await inspect(candidate);
  });

  await step("the page opens by itself when it is time", async () => {
    const join = candidate.locator("form[action$='/join'] button");
    await join.waitFor({ timeout: opensAt.getTime() - Date.now() + 60_000 });
    assert.ok(Date.now() >= opensAt.getTime(), "it opened too early");
    assert.ok(!(await candidate.content()).includes(MEETING_URL), "the meeting's address is shown before joining");
    await inspect(candidate);
    await join.click();
    const meeting = candidate.getByRole("link", { name: /Open meeting/ });
    assert.equal(await meeting.getAttribute("href"), MEETING_URL);
    await inspect(candidate);
  });

  await step("the recruiter's page rings within five seconds, until the recruiter comes", async () => {
    await recruiter.locator("#bell").getByText("Zoë Núñez").waitFor({ timeout: 5_000 });
    assert.match(await recruiter.title(), /^● (?!Waiting now)/, "the tab says so, and keeps its name");
    // Behind the candidate's page nothing is drawn, and what is animated never ends.
    await recruiter.bringToFront();
    await inspect(recruiter);
    await recruiter.getByRole("button", { name: "I'm there" }).click();
    await recruiter.waitForURL("/");
    await recruiter.waitForTimeout(5_000);
    assert.equal(await recruiter.locator("#bell").textContent(), "");
  });

  await step("the recruiter sees that the candidate joined", async () => {
    await recruiter.goto(interviewPath);
    await recruiter.getByText("Joined").first().waitFor();
    await inspect(recruiter);
    await recruiter.goto("/");
    await recruiter.getByText("Zoë Núñez").first().waitFor();
    await inspect(recruiter);
  });

  await step("a short link that is read out and typed leads to the same page", async () => {
    await recruiter.goto(interviewPath);
    await recruiter.getByText("Show join link").click();
    await recruiter.getByRole("button", { name: "Show link" }).click();
    await recruiter.getByRole("heading", { level: 1, name: "Join link of Zoë Núñez" }).waitFor();
    await inspect(recruiter);
    const link = await recruiter.locator("#short-link").innerText();
    await recruiter.reload();
    await recruiter.getByText("Short join link shown").first().waitFor();
    assert.ok(!(await recruiter.content()).includes(link), "it is shown once");
    await candidate.goto(link.toLowerCase().replaceAll("-", " "));
    await candidate.locator("form[action$='/join'] button").waitFor();
    await inspect(candidate);
    await candidate.goto("/i/");
    await candidate.getByRole("heading", { level: 1, name: "Part of the link is missing" }).waitFor();
    await inspect(candidate);
  });

  await step("the delivery log says what became of the e-mail", async () => {
    await recruiter.goto("/emails");
    await inspect(recruiter);
    const line = recruiter.getByRole("row").filter({ hasText: "Zoë Núñez" });
    await line.getByText("Accepted by mail server").first().waitFor();
    await line.getByRole("link").first().click();
    await recruiter.getByText(/250/).first().waitFor();
    await inspect(recruiter);
  });

  await step("a message unfolds as mail programs show it", async () => {
    await recruiter.getByText("As displayed").click();
    await recruiter.frameLocator("#design iframe").getByText("Zoë Núñez").first().waitFor();
  });

  await step("the texts of a mail are shown as they are typed", async () => {
    await recruiter.goto("/company/texts");
    await recruiter.getByRole("link", { name: "Invitation, English" }).click();
    await recruiter.getByLabel("Greeting").fill("Good day {candidate_name},");
    await recruiter.locator("#preview").getByText(/^Good day /).waitFor();
    await recruiter.getByRole("button", { name: "Show current draft" }).click();
    await recruiter.frameLocator("iframe[name=design]").getByText(/^Good day /).first().waitFor();
    await inspect(recruiter);
  });

  await step("the checks of mail run stage by stage to their end", async () => {
    await recruiter.goto("/mail");
    await recruiter.getByRole("button", { name: "Run check", exact: true }).click();
    await recruiter.locator("#checks[aria-busy=false]").getByText("21. Queue").waitFor({ timeout: 120_000 });
    await inspect(recruiter);
  });

  const others = ["/candidates", "/candidates/new", "/interviews", "/users", "/users/new", "/company", "/tokens", "/account"];
  for (const path of [...others, "/alerts", "/company/texts", "/company/logo"]) {
    await step(`${path} is in order`, async () => {
      const answer = await recruiter.goto(path);
      assert.equal(answer.status(), 200);
      await inspect(recruiter);
    });
  }

  await step("a form that is refused keeps what was typed", async () => {
    await recruiter.goto("/candidates/new");
    await recruiter.getByLabel(/^Name/).fill("Jane Roe");
    await recruiter.getByLabel(/^Email/).fill("jane at example");
    await recruiter.locator("form[method=post]").last().evaluate((form) => (form.noValidate = true));
    await recruiter.getByLabel(/^Email/).press("Enter");
    await recruiter.getByText("This is not an email address").waitFor();
    assert.equal(await recruiter.getByLabel(/^Name/).inputValue(), "Jane Roe");
    assert.equal(await recruiter.getByLabel(/^Email/).getAttribute("aria-invalid"), "true");
    await inspect(recruiter);
  });

  await step("who books while the page still looks things up is told of the booking alone", async () => {
    await enterSlot(recruiter, new Date(Date.now() + 2 * 86_400_000));
    await recruiter.getByRole("link", { name: "Book candidate" }).click();
    await recruiter.getByRole("heading", { level: 1 }).waitFor();
    let answers = 0;
    const lookUps = [];
    // As on a slow line: each look-up is under way until the booking is done.
    await recruiter.route(/\/booking/, async (route) => {
      if (isLookUp(route.request())) lookUps.push(route);
      else await route.continue();
    });
    recruiter.on("response", (answer) => (answers += isLookUp(answer.request())));
    const asked = recruiter.waitForRequest((request) => `${request.postData()}`.includes("act=search"));
    await recruiter.getByLabel("New candidate").check();
    await asked;
    await book(recruiter, "Ann Other", "ann@example.com");
    assert.ok(lookUps.length > 0);
    await Promise.all(lookUps.map((route) => route.continue().catch(() => {})));
    await recruiter.waitForTimeout(500);
    assert.equal(answers, 0, "a look-up was answered after its page was left");
    await recruiter.unrouteAll();
  });

  await step("it all works without JavaScript", async () => {
    const plain = await visitor(RECRUITER_ZONE, { javaScriptEnabled: false });
    await plain.goto("/login");
    await signIn(plain);
    await enterSlot(plain, new Date(Date.now() + 86_400_000));
    await plain.getByRole("link", { name: "Book candidate" }).click();
    await book(plain, "John Doe", "john@example.com");
    assert.match(await mail.messageTo("john@example.com"), /^Subject: Interview Scheduled/m);
    await plain.getByRole("button", { name: "Sign out" }).click();
    await plain.getByRole("heading", { name: "Sign in" }).waitFor();
  });

  await t.test("no page complained", () => assert.deepEqual(complaints, []));
});

function isLookUp(request) {
  return request.method() === "GET" ? request.url().includes("?q=") : `${request.postData()}`.includes("act=search");
}

// Whole minutes are all that the form takes.
function minuteAfter(margin) {
  return new Date(Math.ceil((Date.now() + margin) / 60_000) * 60_000);
}

function startOf(opensAt) {
  return new Date(opensAt.getTime() + 15 * 60_000);
}

function linkIn(text) {
  return /(http\S+\/interview\/\S+)/.exec(text)[1];
}

async function isEarly(page, link, opensAt) {
  if (Date.now() >= opensAt.getTime()) return false;
  await page.goto(link);
  if (await page.getByRole("timer").isVisible()) return true;
  assert.ok(Date.now() >= opensAt.getTime(), "the link opened too early");
  return false;
}

async function signIn(page) {
  await page.getByLabel("Email").fill("dana@example.com");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
}

async function enterSlot(page, startsAt, inspectForm = async () => {}) {
  const [date, time] = startsAt.toLocaleString("sv-SE", { timeZone: RECRUITER_ZONE }).split(" ");
  await page.goto("/slots/new");
  await inspectForm(page);
  await page.getByLabel("Job").selectOption({ label: "Senior Cloud Architect" });
  await page.getByLabel("Date").fill(date);
  await page.getByLabel("Start").fill(time.slice(0, 5));
  await page.getByLabel("Minutes").fill("45");
  await page.getByLabel("Meeting link").fill(MEETING_URL);
  await page.getByRole("button", { name: "Add slot" }).click();
  await page.getByText("Slot added.").waitFor();
}

async function book(page, name, email) {
  await page.getByLabel("New candidate").check();
  await page.getByLabel(/^Name/).fill(name);
  await page.getByLabel(/^Email/).fill(email);
  await page.getByRole("button", { name: "Book and send invitation" }).click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
}
