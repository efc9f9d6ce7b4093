// The check of a candidate's device, with Chromium's fake camera and microphone, and with all that can be wrong with them.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { chromium } from "playwright-core";
import { booker, caller, setUp } from "./company.mjs";
import { startGreenroom } from "./greenroom.mjs";
import { inspect, watch } from "./inspector.mjs";
import { startMailServer } from "./mail_server.mjs";

const PHONE = { width: 360, height: 740 };
const PARTS = ["camera", "microphone", "speaker", "connection", "clock"];
const FAKE = "--use-fake-device-for-media-stream";
const ALLOW = "--use-fake-ui-for-media-stream";

test("the check of a device", { timeout: 600_000 }, async (t) => {
  const mail = await startMailServer();
  t.after(() => mail.stop());
  const greenroom = await startGreenroom(mail.port);
  t.after(() => greenroom.stop());
  const complaints = [];
  const launched = [];
  t.after(() => Promise.all(launched.map((browser) => browser.close())));
  // What a device can do is said when its browser starts.
  const launch = async (...flags) => {
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      chromiumSandbox: process.getuid() !== 0,
      args: ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", ...flags],
    });
    launched.push(browser);
    return async (options = {}) => {
      const context = await browser.newContext({
        baseURL: greenroom.url, viewport: PHONE, timezoneId: "Europe/Lisbon", locale: "en-GB", ...options,
      });
      context.setDefaultTimeout(30_000);
      const page = await context.newPage();
      watch(page, complaints);
      return page;
    };
  };
  const visitor = await launch(FAKE, ALLOW);
  await setUp(await visitor(), await greenroom.printed(/with the code (\S+)/));
  const call = caller(greenroom);
  const job = (await call("/api/jobs/", { title: "Senior Cloud Architect" })).id;
  const book = booker(call, mail, job);
  const tomorrow = () => new Date(Date.now() + 86_400_000);
  const { interview, link } = await book("en", "zoe@example.com", tomorrow());

  const open = async (page, address = link) => {
    await page.goto(`${address}/check`);
    await page.locator("[data-start]").click();
  };
  const says = (page, part, name) => page.locator(`#${part} [data-says=${name}]`).waitFor();
  const answer = async (page, name) => {
    await page.locator("[data-play]").click();
    await page.locator(`[data-heard=${name}]`).click();
  };

  for (const [tag, dir] of Object.entries({ en: "ltr", de: "ltr", ar: "rtl" })) {
    await t.test(`all works in ${tag}, on a phone, light and dark, and only that is sent`, async () => {
      const own = await book(tag, `${tag}@example.com`, tomorrow());
      const page = await visitor();
      await page.goto(own.link);
      await page.locator("#device a").click();
      await page.locator(`html[lang=${tag}][dir=${dir}] #check`).waitFor();
      assert.equal(await page.locator("#by-hand").isVisible(), false);
      await inspect(page);
      const sent = [];
      page.on("request", (request) => sent.push(`${request.method()} ${request.postData() ?? ""}`));
      await page.locator("[data-start]").click();
      for (const part of PARTS.filter((part) => part !== "speaker")) await says(page, part, "works");
      assert.ok(await page.locator("video").evaluate((video) => video.videoWidth > 0 && !video.paused));
      await page.waitForFunction(() => document.querySelector("meter").value > .4);
      assert.equal(await page.locator("#save").isVisible(), false, "the speaker is not known");
      await answer(page, "works");
      await page.locator("[data-sum=passed]").waitFor();
      await inspect(page);
      await page.locator("#save button").click();
      await page.locator(".device__found").waitFor();
      assert.equal(await page.locator(".device__result--works").count(), 5);
      await inspect(page);
      const posted = sent.filter((line) => line.startsWith("POST") && line !== "POST ");
      assert.deepEqual(posted, [`POST ${PARTS.map((part) => `${part}=passed`).join("&")}`]);
      const kept = (await call(`/api/interviews/${own.interview}/`)).device_check;
      assert.deepEqual([kept.browser, ...PARTS.map((part) => kept[part])], ["chrome", ...PARTS.map(() => "passed")]);
      await page.context().close();
    });
  }

  await t.test("who is denied, hears nothing and has a wrong clock is told what to do", async () => {
    const page = await (await launch(FAKE, "--deny-permission-prompts"))();
    await page.addInitScript(() => {
      const now = Date.now;
      Date.now = () => now() + 600_000;
    });
    await open(page);
    for (const part of ["camera", "microphone"]) await says(page, part, "denied");
    await says(page, "clock", "wrong");
    await says(page, "connection", "works");
    await answer(page, "unheard");
    await page.locator("[data-sum=failed]").waitFor();
    assert.match(await page.locator("#camera [role=status]").innerText(), /allow the camera/);
    await inspect(page);
    await page.locator("#save button").click();
    await page.locator(".device__found").waitFor();
    assert.equal(await page.locator(".device__result--fails").count(), 4);
    await inspect(page);
    const kept = (await call(`/api/interviews/${interview}/`)).device_check;
    assert.deepEqual(PARTS.filter((part) => kept[part] === "failed"), ["camera", "microphone", "speaker", "clock"]);
    await page.context().close();
  });

  await t.test("a device that has neither is told so, and what works after that counts", async () => {
    const page = await (await launch(ALLOW))();
    await open(page);
    for (const part of ["camera", "microphone"]) await says(page, part, "missing");
    await inspect(page);
    await page.evaluate(() => {
      const context = new AudioContext();
      const tone = context.createOscillator();
      const voice = context.createMediaStreamDestination();
      tone.connect(voice);
      tone.start();
      const canvas = document.createElement("canvas");
      const paint = canvas.getContext("2d");
      setInterval(() => {
        paint.fillStyle = "#1f5f4a";
        paint.fillRect(0, 0, canvas.width, canvas.height);
      }, 50);
      navigator.mediaDevices.getUserMedia = async ({ video }) => (video ? canvas.captureStream() : voice.stream);
    });
    await page.locator("[data-start]").click();
    for (const part of ["camera", "microphone"]) await says(page, part, "works");
    await page.context().close();
  });

  await t.test("a covered camera and a silent microphone are found", async () => {
    const directory = await mkdtemp(path.join(tmpdir(), "greenroom-device-"));
    t.after(() => rm(directory, { recursive: true }));
    const [picture, sound] = ["black.y4m", "silent.wav"].map((name) => path.join(directory, name));
    await writeFile(picture, blackVideo());
    await writeFile(sound, silence());
    const page = await (await launch(
      FAKE, ALLOW, `--use-file-for-fake-video-capture=${picture}`, `--use-file-for-fake-audio-capture=${sound}`,
    ))();
    await open(page);
    await says(page, "camera", "blank");
    await says(page, "microphone", "silent");
    await inspect(page);
    await page.context().close();
  });

  await t.test("a camera that another program uses, and one that this browser cannot use", async () => {
    const page = await visitor();
    await page.addInitScript(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("in use", "NotReadableError"));
    });
    await open(page);
    for (const part of ["camera", "microphone"]) await says(page, part, "busy");
    await page.evaluate(() => Object.defineProperty(navigator, "mediaDevices", { value: undefined }));
    await page.locator("[data-start]").click();
    for (const part of ["camera", "microphone"]) await says(page, part, "unsupported");
    await page.context().close();
  });

  await t.test("a page without https says why", async () => {
    const page = await (await launch(FAKE, ALLOW, "--host-resolver-rules=MAP interviews.example 127.0.0.1"))();
    const { port, pathname } = new URL(link);
    await open(page, `http://interviews.example:${port}${pathname}`);
    for (const part of ["camera", "microphone"]) await says(page, part, "insecure");
    await says(page, "connection", "works");
    // A browser complains of what it ignores there.
    complaints.splice(0, complaints.length, ...complaints.filter((line) => !line.includes("interviews.example")));
    await page.context().close();
  });

  await t.test("a slow connection is found, and one that is lost", async () => {
    const page = await visitor();
    let slow = true;
    await page.route("**/check", async (route) => {
      if (route.request().resourceType() !== "fetch") return route.continue();
      if (!slow) return route.abort();
      await new Promise((over) => setTimeout(over, 1_100));
      return route.continue();
    });
    await open(page);
    await says(page, "connection", "weak");
    await says(page, "clock", "works");
    slow = false;
    await page.locator("[data-start]").click();
    await says(page, "connection", "runs");
    await says(page, "connection", "weak");
    await says(page, "clock", "works");
    await page.context().close();
    complaints.splice(0, complaints.length, ...complaints.filter((line) => !line.includes("ERR_FAILED")));
  });

  await t.test("no other page may use the camera", async () => {
    const page = await visitor();
    await page.goto(link);
    const denied = await page.evaluate(() => navigator.mediaDevices.getUserMedia({ video: true }).catch((error) => error.name));
    assert.equal(denied, "NotAllowedError");
    await page.context().close();
    complaints.splice(0, complaints.length, ...complaints.filter((line) => !line.includes("Permissions policy violation")));
  });

  await t.test("without JavaScript the page says what to check by hand, and nothing is kept", async () => {
    const page = await visitor({ javaScriptEnabled: false });
    const before = (await call(`/api/interviews/${interview}/`)).device_check;
    await page.goto(`${link}/check`);
    await page.getByText("nothing has been checked").waitFor();
    assert.equal(await page.getByRole("button", { name: /check|save/i }).count(), 0);
    await page.getByRole("link", { name: "Back to your interview" }).click();
    await page.locator("#device").waitFor();
    assert.deepEqual((await call(`/api/interviews/${interview}/`)).device_check, before);
    await page.context().close();
  });

  assert.deepEqual(complaints, []);
});

// Some frames of black, as YUV4MPEG2.
function blackVideo() {
  const [width, height] = [64, 48];
  const frame = [Buffer.from("FRAME\n"), Buffer.alloc(width * height, 16), Buffer.alloc((width * height) / 2, 128)];
  const frames = Array.from({ length: 10 }, () => frame).flat();
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420\n`), ...frames]);
}

// A second of silence, as WAVE.
function silence() {
  const [rate, bytes] = [48_000, 96_000];
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + bytes, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(bytes, 40);
  return Buffer.concat([head, Buffer.alloc(bytes)]);
}
