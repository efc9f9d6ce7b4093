//! How interviews ended: said by recruiters and programs, one by one and together, corrected, taken back, made up for.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    busy_cell, email,
    interview::{self, Status},
};
use greenroom::{
    domain::interviews::{self, join_link::Ticket},
    zones::Tz,
};
use sea_orm::{EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

use crate::support::{
    Actor, Answer, TestApp,
    app::PASSWORD,
    builders::{self, Booked},
};

const NOTE: &str = "Sharp on networks, weak on budgets.";
const PROBLEM: &str = ".notice--problem:not([hidden])";

async fn booked(app: &TestApp) -> (Booked, String) {
    let booked = builders::booked(app, app.company_id).await;
    app.expect_undelivered_mail();
    let path = format!("/interviews/{}", booked.details.interview.id);
    (booked, path)
}

fn starts_at(booked: &Booked) -> DateTime<Utc> {
    booked.details.slot.as_ref().expect("a slot").starts_at
}

fn go_to(app: &TestApp, at: DateTime<Utc>) {
    app.advance(at - app.now());
}

async fn row(app: &TestApp, id: i64) -> interview::Model {
    let row = interviews::find(app.app.db.read(), app.company_id, id).await;
    row.expect("the interview")
}

async fn end(rita: &mut Actor, path: &str, ending: &str, note: &str) -> Answer {
    let path = format!("{path}/ending");
    let page = rita.get(&path).await;
    let [version, key] = ["version", "key"].map(|name| page.value_of(name));
    let fields = [
        ("version", version.as_str()),
        ("key", &key),
        ("ending", ending),
        ("private_note", note),
    ];
    rita.post_form(&path, &fields).await
}

#[actix_web::test]
async fn an_interview_that_has_begun_gets_an_outcome_and_a_note() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let ending = format!("{path}/ending");
    go_to(&app, starts_at(&booked) - TimeDelta::seconds(1));
    let mut rita = app.recruiter().await;
    assert!(!rita.get(&path).await.has(&format!("a[href='{ending}']")));
    let early = rita.get(&ending).await;
    assert_eq!(early.status, 200);
    assert!(!early.has("input[name=ending]"));
    assert!(
        early
            .words(PROBLEM)
            .contains("starts Tue 5 January 2027, 09:00")
    );
    let version = row(&app, booked.details.interview.id).await.version;
    let version = version.to_string();
    let fields = [("version", version.as_str()), ("ending", "no_show")];
    assert_eq!(rita.post_form(&ending, &fields).await.status, 409);

    go_to(&app, starts_at(&booked));
    assert!(rita.get(&path).await.has(&format!("a[href='{ending}']")));
    let nothing = end(&mut rita, &path, "", NOTE).await;
    assert_eq!(nothing.status, 422);
    assert!(nothing.error_of("ending").contains("Choose"));
    assert_eq!(nothing.value_of("private_note"), NOTE);
    let unknown = end(&mut rita, &path, "outcome:Promote", NOTE).await;
    assert_eq!(unknown.status, 422);
    let done = end(&mut rita, &path, "outcome:Advance", NOTE).await;
    assert_eq!((done.status, done.location.as_str()), (303, path.as_str()));
    let page = rita.get(&path).await;
    assert_eq!(page.words("h2 .status"), "Completed: Advance");
    assert!(
        page.words(".facts")
            .contains(&format!("Private note {NOTE}"))
    );
    let steps = page.all_words(".timeline strong");
    assert!(
        steps.contains(&"Completed: Advance, with a private note".into()),
        "{steps:?}"
    );
    let row = row(&app, booked.details.interview.id).await;
    assert_eq!(
        (
            row.status,
            row.outcome.as_deref(),
            row.private_note.as_str()
        ),
        (Status::Completed, Some("Advance"), NOTE)
    );
    let list = rita
        .get("/interviews?status=completed&outcome=Advance")
        .await;
    assert!(list.words("main").contains("Zoë Núñez"));
    assert!(list.words("main").contains("Completed: Advance"));
    let other = rita.get("/interviews?status=completed&outcome=Hold").await;
    assert!(!other.words("main").contains("Zoë Núñez"));
    let today = rita.get("/").await;
    assert!(today.words("#board").contains("Completed"));
}

#[actix_web::test]
async fn a_note_is_kept_when_its_writer_was_signed_out() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    go_to(&app, starts_at(&booked));
    let mut rita = app.recruiter().await;
    let ending = format!("{path}/ending");
    let version = rita.get(&ending).await.value_of("version");
    app.advance(TimeDelta::hours(12));
    let fields = [
        ("version", version.as_str()),
        ("ending", "no_show"),
        ("private_note", NOTE),
    ];
    let answer = rita.post_form(&ending, &fields).await;
    let next = rita.get(&answer.location).await.value_of("next");
    let email = rita.user.as_ref().expect("a user").email.clone();
    let fields = [
        ("email", email.as_str()),
        ("password", PASSWORD),
        ("next", &next),
    ];
    let signed_in = rita.post_form("/login", &fields).await;
    let page = rita.get(&signed_in.location).await;
    assert_eq!(page.value_of("private_note"), NOTE);
    assert!(page.has("input[value=no_show][checked]"));
    assert_eq!(
        row(&app, booked.details.interview.id).await.status,
        Status::Scheduled
    );
}

#[actix_web::test]
async fn a_private_note_stays_with_recruiters() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let id = booked.details.interview.id;
    go_to(&app, starts_at(&booked));
    let mut rita = app.recruiter().await;
    end(&mut rita, &path, "completed", NOTE).await;
    let link = link(&app, &row(&app, id).await);
    assert!(!app.candidate().get(&link).await.text.contains("Sharp"));
    // Whatever is sent of it from now on.
    rita.press(&path, &format!("{path}/reopening")).await;
    assert!(rita.get(&path).await.words(".facts").contains(NOTE));
    app.deliver().await;
    let emails = email::Entity::find().all(app.app.db.read()).await;
    for email in emails.expect("emails") {
        let all = format!(
            "{:?}{:?}{:?}{:?}",
            email.text, email.html, email.ics, email.facts
        );
        assert!(!all.contains("Sharp"), "{all}");
    }
    let log = rita.get(&path).await;
    assert!(log.has(".timeline"));
    let audit = app.admin().await.get("/actions").await;
    assert!(!audit.text.contains("Sharp"), "the audit log keeps no note");
}

#[actix_web::test]
async fn what_was_said_of_an_end_can_be_corrected_and_taken_back() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let id = booked.details.interview.id;
    go_to(&app, starts_at(&booked) + TimeDelta::hours(2));
    let mut rita = app.recruiter().await;
    let missed = rita.press(&path, &format!("{path}/no-show")).await;
    assert_eq!(
        (missed.status, missed.location.as_str()),
        (303, path.as_str())
    );
    assert_eq!(row(&app, id).await.status, Status::NoShow);
    let stale = format!("{path}/ending");
    let page = rita.get(&stale).await;
    let old = page.value_of("version");
    end(&mut rita, &path, "outcome:hold", "").await;
    assert_eq!(row(&app, id).await.outcome.as_deref(), Some("Hold"));
    let late = rita
        .post_form(
            &stale,
            &[
                ("version", &old),
                ("ending", "no_show"),
                ("private_note", "x"),
            ],
        )
        .await;
    assert_eq!(late.status, 409);
    assert!(
        late.words(PROBLEM)
            .contains("Completed: Hold; was No-show by Rita Recruiter")
    );
    assert!(
        late.has("input[name=ending][value=no_show][checked]"),
        "what was chosen is there"
    );
    assert_eq!(row(&app, id).await.status, Status::Completed);
    let same = row(&app, id).await;
    end(&mut rita, &path, "outcome:Hold", "").await;
    assert_eq!(row(&app, id).await, same, "nothing is written for nothing");
    let back = rita.press(&path, &format!("{path}/reopening")).await;
    assert_eq!(back.status, 303);
    let reopened = row(&app, id).await;
    assert_eq!(
        (reopened.status, reopened.outcome),
        (Status::Scheduled, None)
    );
    let page = rita.get(&path).await;
    assert_eq!(page.notice(), "Reopened. It needs an outcome again.");
    assert!(
        page.all_words(".timeline strong")
            .contains(&"Reopened; was Completed: Hold".into())
    );
    // A button of its own says nothing of the note, which stays.
    end(&mut rita, &path, "outcome:Hold", "Ask for a reference.").await;
    rita.press(&path, &format!("{path}/reopening")).await;
    let version = row(&app, id).await.version.to_string();
    let pressed = [
        ("ending", "outcome:Advance"),
        ("version", &*version),
        ("next", "//evil.example"),
    ];
    let answer = rita.post_form(&stale, &pressed).await;
    assert_eq!((answer.status, answer.location.as_str()), (303, "/"));
    let noted = row(&app, id).await;
    assert_eq!(noted.outcome.as_deref(), Some("Advance"));
    assert_eq!(noted.private_note, "Ask for a reference.");
    rita.press(&path, &format!("{path}/reopening")).await;
    let unversioned = rita.post_form(&format!("{path}/no-show"), &[]).await;
    assert_eq!(unversioned.status, 303);
    assert_eq!(row(&app, id).await.status, Status::Scheduled);
}

#[actix_web::test]
async fn emails_that_wait_are_cancelled_with_the_end_and_queued_again_with_the_reopening() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let id = booked.details.interview.id;
    go_to(&app, starts_at(&booked) + TimeDelta::minutes(10));
    let mut rita = app.recruiter().await;
    rita.press(&path, &format!("{path}/no-show")).await;
    let of_interview = async || {
        let emails = email::Entity::find().filter(email::COLUMN.interview_id.eq(id));
        let emails = emails.all(app.app.db.read()).await.expect("emails");
        let mut all: Vec<_> = emails
            .into_iter()
            .map(|it| (it.id, it.status, it.reason))
            .collect();
        all.sort_by_key(|(id, ..)| *id);
        all.into_iter()
            .map(|(_, status, reason)| (status, reason))
            .collect::<Vec<_>>()
    };
    let cancelled = (
        email::Status::Cancelled,
        "The interview was marked as a no-show.".to_owned(),
    );
    assert_eq!(of_interview().await, std::slice::from_ref(&cancelled));
    assert!(!rita.get("/alerts").await.words("main").contains("Zoë"));
    rita.press(&path, &format!("{path}/reopening")).await;
    assert_eq!(
        of_interview().await,
        [cancelled, (email::Status::Queued, String::new())],
        "whoever was never told is told while there is time"
    );
    app.deliver().await;
}

#[actix_web::test]
async fn the_link_of_an_interview_that_was_closed_early_lets_nobody_in() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let id = booked.details.interview.id;
    let link = link(&app, &booked.details.interview);
    go_to(&app, starts_at(&booked) + TimeDelta::minutes(10));
    let mut rita = app.recruiter().await;
    rita.press(&path, &format!("{path}/no-show")).await;
    let late = app.candidate().get(&link).await;
    assert_eq!(late.status, 410);
    assert!(
        late.words("main").contains("have closed this interview"),
        "{}",
        late.text
    );
    let join = format!("{link}/join");
    assert_eq!(app.candidate().post_form(&join, &[]).await.status, 410);
    assert_eq!(
        app.candidate()
            .get(&format!("{link}/invite.ics"))
            .await
            .status,
        410
    );
    assert_eq!(row(&app, id).await.joined_at, None);
    rita.press(&path, &format!("{path}/reopening")).await;
    assert_eq!(app.candidate().post_form(&join, &[]).await.status, 200);
    go_to(&app, starts_at(&booked) + TimeDelta::minutes(45));
    let over = app.candidate().get(&link).await;
    assert!(over.words("main").contains("worked until the end"));
}

#[actix_web::test]
async fn what_has_ended_keeps_its_slot_and_its_interviewers_time() {
    let app = TestApp::start().await;
    let ines = app.interviewer().await;
    let mut program = app.program().await;
    let job = builders::job(&app, app.company_id).await;
    let fields = json!({
        "interview_date": "2027-01-05", "start_time": "10:00", "duration_minutes": 60, "job": job,
        "ai_interview_type": "technical", "interviewers": [ines.user_id()],
    });
    let slot = program
        .post_json("/api/interviews/slots/", &fields)
        .await
        .json();
    let candidate = builders::candidate(&app, app.company_id).await;
    let id = builders::interview(&app, app.company_id, candidate, job).await;
    let book = format!("/api/interviews/slots/{}/book_slot/", slot["id"]);
    assert_eq!(
        program
            .post_json(&book, &json!({ "interview_id": id }))
            .await
            .status,
        200
    );
    app.expect_undelivered_mail();
    app.advance(TimeDelta::hours(26));
    let missed = program
        .post_json(&format!("/api/interviews/{id}/no_show/"), &json!({}))
        .await;
    assert_eq!(missed.status, 200, "{}", missed.text);
    let cells = busy_cell::Entity::find().count(app.app.db.read()).await;
    assert_eq!(cells.expect("a count"), 12);
    let read = program
        .get(&format!("/api/interviews/slots/{}/", slot["id"]))
        .await
        .json();
    assert_eq!(read["status"], "booked");
    let other = builders::interview(&app, app.company_id, candidate, job).await;
    let taken = program
        .post_json(&book, &json!({ "interview_id": other }))
        .await;
    assert_eq!(taken.status, 409);
    let free = builders::slot(&app, app.company_id, job, app.now() + TimeDelta::days(1)).await;
    let elsewhere = format!("/api/interviews/slots/{free}/book_slot/");
    let again = program
        .post_json(&elsewhere, &json!({ "interview_id": id }))
        .await;
    assert_eq!(again.json()["code"], "already_booked");
    for (call, body) in [
        ("cancel", json!({})),
        ("reschedule", json!({ "slot_id": free })),
    ] {
        let path = format!("/api/interviews/{id}/{call}/");
        let refused = program.post_json(&path, &body).await;
        assert_eq!(refused.json()["code"], "not_booked", "{call}");
    }
}

#[actix_web::test]
async fn a_missed_interview_is_made_up_for_once() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let missed = booked.details.interview.id;
    let rebooking = format!("{path}/rebooking");
    let form = format!("form[action='{rebooking}']");
    go_to(&app, starts_at(&booked) + TimeDelta::minutes(20));
    let mut rita = app.recruiter().await;
    assert!(
        !rita.get(&path).await.has(&form),
        "nobody has missed it yet"
    );
    rita.press(&path, &format!("{path}/no-show")).await;
    let page = rita.get(&path).await;
    assert!(page.has(&form));
    let version = page.attribute(&format!("{form} input[name=version]"), "value");
    let answer = rita.post_form(&rebooking, &[("version", &version)]).await;
    assert_eq!(answer.status, 303);
    let (_, new_id) = answer.location.rsplit_once('/').expect("an interview");
    let new_id: i64 = new_id.parse().expect("a number");
    assert_ne!(new_id, missed);
    let new = row(&app, new_id).await;
    assert_eq!(
        (new.status, new.rebook_of, new.candidate_id),
        (
            Status::Unscheduled,
            Some(missed),
            booked.details.candidate.id
        )
    );
    assert_eq!(new.job_id, booked.details.job.as_ref().map(|job| job.id));
    assert_eq!(
        row(&app, missed).await.status,
        Status::NoShow,
        "it stays what it is"
    );
    let shown = rita.get(&answer.location).await;
    assert!(
        shown
            .words(".facts")
            .contains(&format!("Replaces no-show Interview {missed}"))
    );
    assert!(
        shown.has("a[href^='/slots?interview=']"),
        "it leads to a slot"
    );
    let again = rita.post_form(&rebooking, &[("version", &version)]).await;
    assert_eq!(
        again.location, answer.location,
        "a second click is harmless"
    );
    let page = rita.get(&path).await;
    assert!(
        page.words(".facts")
            .contains(&format!("Rebooked as Interview {new_id}"))
    );
    assert!(!page.has(&form));
    assert!(
        page.all_words(".timeline strong")
            .contains(&format!("Rebooked as interview {new_id}"))
    );
    let version = row(&app, missed).await.version.to_string();
    rita.post_form(&format!("{path}/reopening"), &[("version", &version)])
        .await;
    assert!(rita.get(&path).await.notice().contains("has been rebooked"));
    assert_eq!(row(&app, missed).await.status, Status::NoShow);
    // But what is said of it can still be put right.
    end(&mut rita, &path, "completed", "").await;
    assert_eq!(row(&app, missed).await.status, Status::Completed);
}

#[actix_web::test]
async fn an_interview_that_waits_for_a_time_already_makes_up_for_a_missed_one() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let details = &booked.details;
    let job = details.job.as_ref().expect("a job").id;
    let mut program = app.program().await;
    go_to(&app, starts_at(&booked));
    let rebook = format!("/api{path}/rebook/");
    let early = program.post_json(&rebook, &json!({})).await;
    assert_eq!(
        (early.status, &early.json()["code"]),
        (409, &json!("not_booked"))
    );
    let waiting = builders::interview(&app, app.company_id, details.candidate.id, job).await;
    program
        .post_json(&format!("/api{path}/no_show/"), &json!({}))
        .await;
    let answer = program.post_json(&rebook, &json!({})).await;
    assert_eq!(
        (answer.status, &answer.json()["id"]),
        (201, &json!(waiting))
    );
    assert_eq!(answer.json()["rebook_of"], json!(details.interview.id));
    assert_eq!(answer.location, format!("/api/interviews/{waiting}/"));
    let again = program.post_json(&rebook, &json!({})).await;
    assert_eq!(again.json()["id"], json!(waiting));
    let reopened = program
        .post_json(&format!("/api{path}/reopen/"), &json!({}))
        .await;
    assert_eq!(reopened.json()["code"], "rebooked");
    assert_eq!(reopened.json()["rebooked_as"], json!(waiting));
}

#[actix_web::test]
async fn several_are_closed_together_and_each_is_told_for_itself() {
    let app = TestApp::start().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let (booked, _) = booked(&app).await;
        ids.push(booked.details.interview.id);
    }
    app.advance(TimeDelta::hours(25));
    let mut rita = app.recruiter().await;
    let list = rita.get("/interviews?from=2027-01-05&to=2027-01-05").await;
    let boxes = list.all_attributes("input[type=checkbox][form=endings]", "name");
    let mut expected: Vec<String> = ids.iter().map(|id| format!("pick_{id}")).collect();
    expected.sort();
    let mut found = boxes.clone();
    found.sort();
    assert_eq!(found, expected);
    let next = list.attribute("#endings input[name=next]", "value");
    assert_eq!(next, "/interviews?from=2027-01-05&to=2027-01-05");
    let select_all = list.attribute("#endings a", "href");
    let all = rita.get(&select_all).await;
    assert_eq!(all.all_words("input[form=endings][checked]").len(), 3);
    let values: Vec<String> = boxes
        .iter()
        .map(|name| list.attribute(&format!("input[name={name}]"), "value"))
        .collect();
    let mut fields: Vec<(&str, &str)> = boxes
        .iter()
        .map(String::as_str)
        .zip(values.iter().map(String::as_str))
        .collect();
    fields.push(("next", &next));
    let nothing = rita.post_form("/interviews/endings", &fields).await;
    assert_eq!(nothing.status, 422);
    fields.push(("ending", "outcome:Advance"));
    // Somebody changes one of them meanwhile.
    let path = format!("/interviews/{}", ids[1]);
    end(&mut app.admin().await, &path, "no_show", "").await;
    let some = rita.post_form("/interviews/endings", &fields).await;
    assert_eq!(some.status, 409);
    let told = some.all_words("section li");
    assert_eq!(
        told.iter()
            .filter(|row| row.contains("Saved as Completed: Advance."))
            .count(),
        2
    );
    assert_eq!(
        told.iter()
            .filter(|row| row.contains("changed while you had it open"))
            .count(),
        1
    );
    let statuses = [
        row(&app, ids[0]).await.status,
        row(&app, ids[1]).await.status,
        row(&app, ids[2]).await.status,
    ];
    assert_eq!(
        statuses,
        [Status::Completed, Status::NoShow, Status::Completed]
    );
    fields.retain(|(name, _)| *name != format!("pick_{}", ids[1]));
    let again = rita.post_form("/interviews/endings", &fields).await;
    assert_eq!(
        (again.status, again.location.as_str()),
        (303, next.as_str()),
        "a second click is harmless"
    );
    let foreign = app
        .other_company()
        .await
        .post_form("/interviews/endings", &fields)
        .await;
    assert_eq!(foreign.status, 404);
    let none = [("ending", "no_show"), ("next", "//evil.example")];
    assert_eq!(
        rita.post_form("/interviews/endings", &none).await.status,
        422
    );
}

#[actix_web::test]
async fn what_nobody_closed_is_asked_about_from_the_next_morning_on() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let ends = starts_at(&booked) + TimeDelta::minutes(45);
    let zone = Tz::known("Europe/Berlin");
    let asked = async || {
        let found = interviews::unclosed(&app.app.db, (app.company_id, zone), 10, app.now()).await;
        found.expect("a list").rows.len()
    };
    let listed = async |rita: &mut Actor| {
        let list = rita.get("/interviews?status=unclosed").await;
        let bulk = rita.get("/interviews/endings").await;
        let both = [list, bulk].map(|page| page.words("main").contains("Zoë Núñez"));
        assert_eq!(both[0], both[1]);
        both[0]
    };
    go_to(&app, ends - TimeDelta::seconds(1));
    let mut rita = app.recruiter().await;
    assert_eq!((asked().await, listed(&mut rita).await), (0, false));
    go_to(&app, ends);
    assert_eq!((asked().await, listed(&mut rita).await), (0, true));
    let midnight = "2027-01-05T23:00:00Z".parse().expect("an instant");
    go_to(&app, midnight - TimeDelta::seconds(1));
    assert_eq!(asked().await, 0);
    go_to(&app, midnight);
    assert_eq!(asked().await, 1);
    app.advance(TimeDelta::days(13));
    assert_eq!(
        (asked().await, listed(&mut app.recruiter().await).await),
        (1, true)
    );
    app.advance(TimeDelta::days(1));
    let mut rita = app.recruiter().await;
    assert_eq!(
        (asked().await, listed(&mut rita).await),
        (0, true),
        "it is listed still"
    );
    end(&mut rita, &path, "completed", "").await;
    assert!(!listed(&mut rita).await);
}

#[actix_web::test]
async fn programs_close_interviews_as_people_do() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let mut program = app.program().await;
    let call = |name: &str| format!("/api{path}/{name}/");
    let outcomes = program.get("/api/interviews/outcomes/").await.json();
    assert_eq!(
        outcomes,
        json!({ "outcomes": ["Advance", "Hold", "Reject"] })
    );
    let early = program.post_json(&call("complete"), &json!({})).await;
    assert_eq!(
        (early.status, &early.json()["code"]),
        (409, &json!("not_started"))
    );
    go_to(&app, starts_at(&booked));
    let unknown = program
        .post_json(&call("complete"), &json!({ "outcome": "Promote" }))
        .await;
    assert_eq!(unknown.status, 422);
    assert!(
        unknown.json()["errors"]["outcome"][0]
            .as_str()
            .expect("words")
            .contains("Advance, Hold")
    );
    let body = json!({ "outcome": "advance", "private_note": NOTE });
    let done = program.post_json(&call("complete"), &body).await;
    let keep = ["status", "outcome", "private_note"].map(|name| done.json()[name].clone());
    assert_eq!(keep, [json!("completed"), json!("Advance"), json!(NOTE)]);
    for (query, count) in [
        ("outcome=Advance", 1),
        ("outcome=Hold", 0),
        ("status=completed", 1),
        ("needs_outcome=true", 0),
    ] {
        let list = program
            .get(&format!("/api/interviews/?{query}"))
            .await
            .json();
        assert_eq!(
            list["results"].as_array().expect("a list").len(),
            count,
            "{query}"
        );
    }
    assert_eq!(
        program
            .get("/api/interviews/?needs_outcome=maybe")
            .await
            .status,
        422
    );
    let reopened = program.post_json(&call("reopen"), &json!({})).await.json();
    assert_eq!(
        (&reopened["status"], &reopened["outcome"]),
        (&json!("scheduled"), &json!(null))
    );
    app.advance(TimeDelta::hours(1));
    let list = program
        .get("/api/interviews/?needs_outcome=true&from=2027-01-01")
        .await
        .json();
    assert_eq!(list["results"].as_array().expect("a list").len(), 1);
    let nothing = program.post_json(&call("reopen"), &json!({})).await;
    assert_eq!(nothing.json()["code"], "not_booked");
}

#[actix_web::test]
async fn an_outcome_that_was_dropped_from_the_list_stays_in_old_interviews() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    go_to(&app, starts_at(&booked));
    let (mut rita, mut ada) = (app.recruiter().await, app.admin().await);
    end(&mut rita, &path, "outcome:Hold", "").await;
    let settings = ada.get("/company").await;
    assert_eq!(settings.value_of("outcomes"), "Advance Hold Reject");
    let kept = [
        "name",
        "time_zone",
        "contact_email",
        "brand_colour",
        "join_window_minutes",
    ]
    .map(|name| (name, settings.value_of(name)));
    let mut fields: Vec<(&str, &str)> =
        kept.iter().map(|(name, value)| (*name, &**value)).collect();
    fields.extend([("undo_seconds", "0"), ("hourly_email_limit", "20")]);
    let twice = [fields.clone(), vec![("outcomes", "Go\ngo")]].concat();
    let refused = ada.save_form("/company", &twice).await;
    assert_eq!(refused.status, 422);
    assert!(refused.error_of("outcomes").contains("twice"));
    fields.push(("outcomes", "Strong yes\nAdvance"));
    assert_eq!(ada.save_form("/company", &fields).await.status, 303);
    let page = rita.get(&format!("{path}/ending")).await;
    let offered = page.all_attributes("input[name=ending]", "value");
    assert_eq!(
        offered,
        [
            "outcome:Strong yes",
            "outcome:Advance",
            "outcome:Hold",
            "completed",
            "no_show"
        ]
    );
    assert!(page.has("input[value='outcome:Hold'][checked]"));
    end(&mut rita, &path, "outcome:Hold", NOTE).await;
    let row = row(&app, booked.details.interview.id).await;
    assert_eq!(
        (row.outcome.as_deref(), row.private_note.as_str()),
        (Some("Hold"), NOTE)
    );
    let log = ada.get("/actions?verb=company.updated").await;
    assert!(log.words("main").contains("outcomes"));
}

/// The candidate's link.
fn link(app: &TestApp, row: &interview::Model) -> String {
    let ticket = Ticket {
        public_id: &row.public_id,
        link_version: row.link_version,
        revision: row.revision,
    };
    format!(
        "/interview/{}",
        app.app.keys.token(&ticket).expect("a token")
    )
}

#[actix_web::test]
async fn a_cancelled_replacement_is_in_nobodys_place() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let missed = booked.details.interview.id;
    let mut program = app.program().await;
    go_to(&app, starts_at(&booked));
    let call = |id: i64, what: &str| format!("/api/interviews/{id}/{what}/");
    let mut post = async |path: String| program.post_json(&path, &json!({})).await;
    post(call(missed, "no_show")).await;
    let mut replacements = Vec::new();
    for _ in 0..2 {
        let rebooked = post(call(missed, "rebook")).await;
        assert_eq!(rebooked.status, 201, "{}", rebooked.text);
        let id = rebooked.json()["id"].as_i64().expect("an id");
        assert_eq!(rebooked.json()["rebook_of"], json!(missed));
        assert_eq!(post(call(id, "cancel")).await.status, 200);
        replacements.push(id);
    }
    assert_ne!(replacements[0], replacements[1]);
    assert_eq!(row(&app, replacements[0]).await.rebook_of, None);
    let page = app.recruiter().await.get(&path).await;
    assert!(page.has(&format!("form[action='{path}/rebooking']")));
    // They did come: the no-show was a mistake.
    let reopened = post(call(missed, "reopen")).await;
    assert_eq!(reopened.status, 200, "{}", reopened.text);
    assert_eq!(row(&app, missed).await.status, Status::Scheduled);
    assert_eq!(row(&app, replacements[1]).await.rebook_of, None);
}
