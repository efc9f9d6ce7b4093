//! Calendars that interviewers keep elsewhere: read by the worker and before a booking; they warn, and never refuse.
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    busy_span, calendar,
    user::{self, Role},
};
use greenroom::calendars;
use sea_orm::EntityTrait;
use serde_json::json;

use crate::support::{
    Actor, Answer, TestApp, builders,
    https_server::{HttpsServer, Received, Says, client},
    rows,
};

const PAGE: &str = "/account/own-calendar";

/// What the calendar's server says, as the test changes it.
type Said = Arc<Mutex<Says>>;

/// A company whose interviewer keeps a calendar elsewhere.
struct Scene {
    owner: TestApp,
    app: TestApp,
    server: HttpsServer,
    said: Said,
    ines: user::Model,
    herself: Actor,
}

fn document(status: &str, headers: &str, body: &str) -> Says {
    let length = body.len();
    Says::text(&format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/calendar\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    ))
}

fn calendar_of(events: &str) -> Says {
    let body = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n");
    document("200 OK", "ETag: \"one\"\r\n", &body)
}

fn meeting(starts_at: DateTime<Utc>) -> String {
    let starts_at = starts_at.format("%Y%m%dT%H%M%SZ");
    format!(
        "BEGIN:VEVENT\r\nUID:1@elsewhere\r\nSUMMARY:Dentist\r\nDTSTART:{starts_at}\r\nDURATION:PT1H\r\nEND:VEVENT\r\n"
    )
}

impl Scene {
    async fn new() -> Self {
        let owner = TestApp::start().await;
        owner.expect_undelivered_mail();
        let said: Said = Arc::new(Mutex::new(calendar_of("")));
        let says = Arc::clone(&said);
        let answer = move |received: &Received| {
            let is_known = |line: &String| line == "If-None-Match: \"one\"";
            match received.headers.iter().any(is_known) {
                true => document("304 Not Modified", "", ""),
                false => says.lock().expect("nobody panicked").clone(),
            }
        };
        let server = HttpsServer::start(answer).await;
        let app = owner.second_process_with(|app| app.http = client()).await;
        let ines = builders::user(&app, app.company_id, Role::Interviewer).await;
        Self {
            herself: app.signed_in_as(&ines).await,
            owner,
            app,
            server,
            said,
            ines,
        }
    }

    fn says(&self, says: Says) {
        *self.said.lock().expect("nobody panicked") = says;
    }

    /// Its secret address; the port is this test's.
    fn address(&self) -> String {
        let shown = self.server.url("/private-7f3a/basic.ics").to_string();
        shown.replacen("https://", "webcal://", 1)
    }

    async fn connect(&mut self) -> Answer {
        let address = self.address();
        let fields = [("calendar_address", &*address)];
        let saved = self.herself.save_form(PAGE, &fields).await;
        assert_eq!(saved.status, 303, "{}", saved.text);
        self.herself.get(PAGE).await
    }

    /// A slot of hers, so many hours from now.
    async fn slot(&self, hours: i64) -> i64 {
        let (app, company_id) = (&self.app, self.app.company_id);
        let job = builders::job(app, company_id).await;
        let at = app.now() + TimeDelta::hours(hours);
        let slot = builders::slot(app, company_id, job, at).await;
        builders::put(app, (company_id, slot), self.ines.id).await;
        slot
    }

    async fn spans(&self) -> Vec<DateTime<Utc>> {
        let all = busy_span::Entity::find().all(self.app.app.db.read()).await;
        let all = all.expect("spans").into_iter();
        all.map(|span| span.starts_at).collect()
    }

    async fn row(&self) -> Option<calendar::Model> {
        let found = calendar::Entity::find().one(self.app.app.db.read()).await;
        found.expect("a calendar")
    }
}

#[actix_web::test]
async fn it_is_read_at_once_and_whoever_books_is_warned() {
    let mut scene = Scene::new().await;
    let at = scene.app.now() + TimeDelta::hours(24);
    scene.says(calendar_of(&meeting(at)));
    let page = scene.connect().await;
    assert!(
        page.words("main").contains("Busy times as of"),
        "{}",
        page.words("main")
    );
    assert!(
        !page.text.contains("private-7f3a"),
        "the address is not shown again"
    );
    assert_eq!(scene.spans().await, [at]);
    let mut rita = scene.app.recruiter().await;
    let (meets, free) = (scene.slot(24).await, scene.slot(48).await);
    let page = rita.get(&format!("/slots/{meets}/booking")).await;
    let warned = page.words("#preview");
    assert!(warned.contains("is busy as of 09:00"), "{warned}");
    assert!(
        !page.text.contains("Dentist"),
        "what for is nobody's business"
    );
    let page = rita.get(&format!("/slots/{free}/booking")).await;
    let warned = page.words("#preview");
    assert!(
        warned.contains("is free by their own calendar as of 09:00"),
        "{warned}"
    );
    let page = rita.get(&format!("/slots/{meets}")).await;
    assert!(
        page.words("main").contains("is busy as of"),
        "{}",
        page.words("main")
    );
}

#[actix_web::test]
async fn it_is_read_again_before_a_booking_which_it_never_refuses() {
    let mut scene = Scene::new().await;
    scene.connect().await;
    let slot = scene.slot(24).await;
    let candidate = builders::candidate(&scene.app, scene.app.company_id).await;
    // Since the page was shown, somebody else took the time.
    scene.says(calendar_of(&meeting(
        scene.app.now() + TimeDelta::hours(24),
    )));
    scene.app.advance(TimeDelta::hours(13));
    let mut rita = scene.app.recruiter().await;
    let path = format!("/slots/{slot}/booking?candidate={candidate}");
    let candidate = candidate.to_string();
    let fields = [("candidate", &*candidate), ("act", "book")];
    let shown = rita.get(&path).await;
    assert_eq!(shown.status, 200);
    let booked = rita.save_form(&path, &fields).await;
    assert_eq!(booked.status, 303, "{}", booked.text);
    let notice = rita.get(&booked.location).await.notice();
    assert!(
        notice.contains("Booked") && notice.contains("is busy"),
        "{notice}"
    );
}

#[actix_web::test]
async fn whoever_moves_an_interview_is_warned_as_well() {
    let mut scene = Scene::new().await;
    let at = scene.app.now() + TimeDelta::hours(48);
    scene.says(calendar_of(&meeting(at)));
    scene.connect().await;
    let company_id = scene.app.company_id;
    let booked = builders::booked(&scene.app, company_id).await;
    let job = booked.details.slot.as_ref().expect("a slot").job_id;
    let slot = builders::slot(&scene.app, company_id, job, at).await;
    builders::put(&scene.app, (company_id, slot), scene.ines.id).await;
    let mut rita = scene.app.recruiter().await;
    let path = format!("/interviews/{}/reschedule", booked.details.interview.id);
    let slot = slot.to_string();
    let look = [("slot", &*slot), ("act", "preview")];
    let look = rita.save_form(&path, &look).await;
    assert_eq!(look.status, 200, "{}", look.text);
    assert!(
        look.words("main").contains("is busy as of"),
        "{}",
        look.words("main")
    );
    let moved = rita
        .save_form(&path, &[("slot", &*slot), ("act", "move")])
        .await;
    assert_eq!(moved.status, 303, "{}", moved.text);
    let notice = rita.get(&moved.location).await.notice();
    assert!(
        notice.contains("Rescheduled") && notice.contains("is busy"),
        "{notice}"
    );
}

#[actix_web::test]
async fn the_worker_reads_it_every_ten_minutes_and_asks_only_for_what_is_new() {
    let mut scene = Scene::new().await;
    scene.connect().await;
    let asked = scene.server.received().len();
    assert_eq!(asked, 1);
    assert_eq!(calendars::read_due(&scene.app.app).await.expect("read"), 0);
    scene.app.advance(TimeDelta::minutes(10));
    assert_eq!(calendars::read_due(&scene.app.app).await.expect("read"), 1);
    // Another process has nothing to do.
    assert_eq!(calendars::read_due(&scene.app.app).await.expect("read"), 0);
    let received = scene.server.received();
    let again = received.last().expect("a request");
    assert!(
        again
            .headers
            .iter()
            .any(|it| it == "If-None-Match: \"one\"")
    );
    assert!(
        again
            .headers
            .iter()
            .any(|it| it.starts_with("Accept: text/calendar"))
    );
    let row = scene.row().await.expect("a calendar");
    assert_eq!(
        row.succeeded_at,
        Some(scene.app.now()),
        "it is as it was, as of now"
    );
    // Once in a while all of it is read: a year ahead is another year then.
    scene.app.advance(TimeDelta::hours(13));
    calendars::read_due(&scene.app.app).await.expect("read");
    let received = scene.server.received();
    let whole = received.last().expect("a request");
    assert!(
        !whole
            .headers
            .iter()
            .any(|it| it.starts_with("If-None-Match"))
    );
}

#[actix_web::test]
async fn one_that_fails_is_a_warning_and_what_it_said_stays() {
    let mut scene = Scene::new().await;
    let at = scene.app.now() + TimeDelta::hours(24);
    scene.says(calendar_of(&meeting(at)));
    scene.connect().await;
    let slot = scene.slot(24).await;
    let wrong = [
        (
            document("404 Not Found", "", ""),
            "no calendar at this address",
        ),
        (document("401 Unauthorized", "", ""), "wants a sign-in"),
        (
            document("302 Found", "Location: https://10.0.0.1/\r\n", ""),
            "another address",
        ),
        (document("500 Oops", "", ""), "error 500"),
        (
            document("200 OK", "", "<!doctype html><title>Sign in</title>"),
            "not a calendar",
        ),
        (
            document("200 OK", "", &"x".repeat(2 * 1024 * 1024 + 1)),
            "larger than 2 MB",
        ),
        (Says::text("nonsense"), "can't be"),
    ];
    scene.app.advance(TimeDelta::hours(13));
    for (says, why) in wrong {
        scene.says(says);
        scene.app.advance(TimeDelta::minutes(10));
        assert_eq!(calendars::read_due(&scene.app.app).await.expect("read"), 1);
        let row = scene.row().await.expect("a calendar");
        assert!(row.failure.contains(why), "{why}: {}", row.failure);
    }
    assert_eq!(scene.spans().await, [at], "what it said stays");
    let mut rita = scene.app.recruiter().await;
    let page = rita.get(&format!("/slots/{slot}/booking")).await;
    let warned = page.words("#preview");
    assert!(warned.contains("is busy as of 09:00"), "{warned}");
    assert!(warned.contains("hasn't been read since"), "{warned}");
    let page = scene.app.signed_in_as(&scene.ines).await.get(PAGE).await;
    assert!(page.words("main").contains("Greenroom keeps trying"));
    // It is well again.
    scene.says(calendar_of(""));
    scene.app.advance(TimeDelta::minutes(10));
    calendars::read_due(&scene.app.app).await.expect("read");
    assert_eq!(scene.row().await.expect("a calendar").failure, "");
    assert_eq!(scene.spans().await, Vec::<DateTime<Utc>>::new());
}

#[actix_web::test]
async fn thirty_minutes_are_fresh_and_a_second_more_is_stale() {
    let mut scene = Scene::new().await;
    scene.connect().await;
    let slot = scene.slot(24).await;
    let mut rita = scene.app.recruiter().await;
    let path = format!("/slots/{slot}/booking");
    scene.app.advance(TimeDelta::minutes(30));
    let page = rita.get(&path).await;
    assert!(
        page.words("#preview").contains("is free"),
        "{}",
        page.words("#preview")
    );
    scene.app.advance(TimeDelta::seconds(1));
    let warned = rita.get(&path).await.words("#preview");
    assert!(
        warned.contains("hasn't been read since") && !warned.contains("is free"),
        "{warned}"
    );
}

#[actix_web::test]
async fn private_networks_are_not_asked_and_the_address_is_kept_sealed() {
    let mut scene = Scene::new().await;
    let mut there = scene.owner.signed_in_as(&scene.ines).await;
    let address = scene.address();
    let fields = [("calendar_address", &*address)];
    let saved = there.save_form(PAGE, &fields).await;
    assert_eq!(saved.status, 303);
    let page = there.get(PAGE).await.words("main");
    assert!(page.contains("on a private network"), "{page}");
    assert_eq!(scene.server.connections(), 0);
    let stored = format!("{:?}", rows::all(&scene.app).await);
    assert!(!stored.contains("private-7f3a"), "sealed");
    scene.connect().await;
    let gone = scene.herself.press(PAGE, &format!("{PAGE}/removal")).await;
    assert_eq!(gone.status, 303);
    assert_eq!(scene.row().await, None);
}

#[actix_web::test]
async fn what_is_no_address_is_refused_beside_the_field() {
    let mut scene = Scene::new().await;
    let long = format!("https://a.example/{}", "x".repeat(2_000));
    for typed in [
        "",
        "http://a.example/x.ics",
        "ftp://a.example",
        "webcal://",
        "javascript:1",
        &long,
    ] {
        let fields = [("calendar_address", typed)];
        let refused = scene.herself.save_form(PAGE, &fields).await;
        assert_eq!(refused.status, 422, "{typed}");
        let error = refused.error_of("calendar_address");
        assert!(error.contains("https:// or webcal://"), "{typed}: {error}");
    }
    assert_eq!(scene.row().await, None);
}

#[actix_web::test]
async fn it_is_read_again_for_many_at_once_and_for_programs() {
    let mut scene = Scene::new().await;
    scene.connect().await;
    let (app, company_id) = (&scene.app, scene.app.company_id);
    let job = builders::job(app, company_id).await;
    let at = app.now() + TimeDelta::days(10);
    let mut slots = Vec::new();
    for day in 0..3 {
        let slot = builders::slot(app, company_id, job, at + TimeDelta::days(day)).await;
        builders::put(app, (company_id, slot), scene.ines.id).await;
        slots.push(slot);
    }
    let mut interviews = Vec::new();
    for _ in 0..2 {
        let candidate = builders::candidate(app, company_id).await;
        interviews.push(builders::interview(app, company_id, candidate, job).await);
    }
    let mut program = app.program().await;
    let [first, second] = interviews[..] else {
        unreachable!("two were made")
    };
    let bulk = json!({
        "job": job,
        "rows": [{ "name": "Ada", "email": "ada@example.org" }],
        "dry_run": true,
    });
    let book = "/api/interviews/schedules/book_interview/";
    let calls = [
        ("/api/interviews/bulk_booking/".to_owned(), bulk),
        (
            format!("/api/interviews/slots/{}/book_slot/", slots[0]),
            json!({ "interview_id": first }),
        ),
        (
            book.to_owned(),
            json!({ "interview_id": second, "slot_id": slots[1] }),
        ),
        (
            format!("/api/interviews/{first}/reschedule/"),
            json!({ "slot_id": slots[2] }),
        ),
    ];
    for (hours, (path, body)) in calls.iter().enumerate() {
        let meets = scene.app.now() + TimeDelta::days(20 + hours as i64);
        scene.says(calendar_of(&meeting(meets)));
        scene.app.advance(TimeDelta::hours(13));
        let done = program.post_json(path, body).await;
        assert_eq!(done.status, 200, "{path} {}", done.text);
        assert_eq!(scene.spans().await, [meets], "{path}");
    }
}
