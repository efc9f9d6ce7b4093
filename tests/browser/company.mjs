// A company with one admin, who calls the API and books people.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { textPart } from "./mail_server.mjs";

const PASSWORD = "a password of many words";

export async function setUp(page, code) {
  await page.goto("/setup");
  await page.getByLabel("Code").fill(code);
  await page.getByLabel("Company").fill("Sample Company");
  await page.getByLabel("Time zone").fill("Europe/Berlin");
  await page.getByLabel("Your name").fill("Dana Dahl");
  await page.getByLabel("Your email").fill("dana@example.com");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Set up" }).click();
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.context().close();
}

// Calls the API as the first admin.
export function caller(greenroom) {
  const create = ["token", "create", "--email", "dana@example.com", "--name", "browser"];
  const options = { cwd: greenroom.directory, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] };
  const token = execFileSync(path.resolve(process.env.GREENROOM), create, options).trim();
  return async (address, body) => {
    const answer = await fetch(greenroom.url + address, {
      method: body ? "POST" : "GET",
      headers: { authorization: `Token ${token}`, "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    assert.ok(answer.ok, `${address}: ${answer.status} ${text}`);
    return JSON.parse(text);
  };
}

// Books people for a job, and says what the mail brings.
export function booker(call, mail, job) {
  return async (locale, email, startsAt) => {
    const person = { name: "Zoë Núñez", email, locale, time_zone: "Europe/Lisbon", job };
    const candidate = (await call("/api/candidates/", person)).id;
    const interview = (await call("/api/interviews/", { candidate, job })).id;
    const [date, time] = startsAt.toISOString().split("T");
    await call("/api/interviews/schedules/book_interview/", {
      interview_id: interview, interview_date: date, start_time: time.slice(0, 5), time_zone: "UTC",
      duration_minutes: 60, job, ai_interview_type: "technical", meeting_url: "https://meet.example.com/room-7",
    });
    const [link] = /http\S+\/interview\/\S+/.exec(textPart(await mail.messageTo(email)));
    return { interview, link };
  };
}
