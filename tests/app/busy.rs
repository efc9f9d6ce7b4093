//! Nobody is in two interviews at once: slots with interviewers, and what a booking makes impossible.
use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    busy_cell,
    interview::{self, Status},
    slot, slot_interviewer,
    user::Role,
};
use greenroom::{
    domain::{
        actions::Actor as Caller,
        busy,
        interviews::{
            booking::{self, NewBooking, Refusal, Who},
            cancellation,
            change::Target,
            overlap::Overlaps,
            rescheduling::{self, Move},
            slot_choice::SlotChoice,
            telling::Telling,
        },
    },
    worker::housekeeping,
};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::support::{Actor, Answer, TestApp, builders};

const SLOTS: &str = "/api/interviews/slots/";

/// A company with a job and an interviewer, and a program of theirs.
struct Scene {
    app: TestApp,
    program: Actor,
    job: i64,
    ines: i64,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::start().await;
        app.expect_undelivered_mail();
        Self {
            program: app.program().await,
            job: builders::job(&app, app.company_id).await,
            ines: builders::user(&app, app.company_id, Role::Interviewer)
                .await
                .id,
            app,
        }
    }

    /// The fields of a slot tomorrow, so many minutes after noon in UTC.
    fn fields(&self, minutes: i64, duration: i64, interviewers: &[i64]) -> Value {
        let starts_at = noon(&self.app) + TimeDelta::minutes(minutes);
        json!({
            "interview_date": starts_at.format("%Y-%m-%d").to_string(),
            "start_time": starts_at.format("%H:%M").to_string(),
            "time_zone": "UTC",
            "duration_minutes": duration,
            "job": self.job,
            "ai_interview_type": "technical",
            "interviewers": interviewers,
        })
    }

    async fn slot(&mut self, minutes: i64, duration: i64, interviewers: &[i64]) -> i64 {
        let fields = self.fields(minutes, duration, interviewers);
        let answer = self.program.post_json(SLOTS, &fields).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["id"].as_i64().expect("an id")
    }

    /// Books somebody new.
    async fn book(&mut self, slot_id: i64) -> Answer {
        let candidate = builders::candidate(&self.app, self.app.company_id).await;
        let id = builders::interview(&self.app, self.app.company_id, candidate, self.job).await;
        let path = format!("{SLOTS}{slot_id}/book_slot/");
        let body = json!({ "interview_id": id });
        self.program.post_json(&path, &body).await
    }

    async fn booked(&mut self, slot_id: i64) -> i64 {
        let answer = self.book(slot_id).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["interview"]["id"].as_i64().expect("an id")
    }

    async fn read(&mut self, slot_id: i64) -> Value {
        self.program.get(&format!("{SLOTS}{slot_id}/")).await.json()
    }

    async fn status(&mut self, slot_id: i64) -> String {
        self.read(slot_id).await["status"]
            .as_str()
            .expect("a status")
            .to_owned()
    }
}

fn noon(app: &TestApp) -> DateTime<Utc> {
    let tomorrow = app.now().date_naive() + TimeDelta::days(1);
    tomorrow.and_hms_opt(12, 0, 0).expect("a time").and_utc()
}

#[actix_web::test]
async fn a_slot_has_the_users_who_hold_its_interview() {
    let mut scene = Scene::new().await;
    let rita = builders::user(&scene.app, scene.app.company_id, Role::Recruiter).await;
    let id = scene.slot(0, 60, &[rita.id, scene.ines, rita.id]).await;
    let mut both = vec![rita.id, scene.ines];
    both.sort_unstable();
    assert_eq!(scene.read(id).await["interviewers"], json!(both));
    let listed = scene.program.get(SLOTS).await.json();
    assert_eq!(listed["results"][0]["interviewers"], json!(both));
    let booked = scene.book(id).await.json();
    assert_eq!(booked["slot"]["interviewers"], json!(both));
}

#[actix_web::test]
async fn nobody_else_can_be_put_on_a_slot() {
    let mut scene = Scene::new().await;
    let elsewhere = builders::company(&scene.app, "Elsewhere").await;
    let foreign = builders::user(&scene.app, elsewhere, Role::Recruiter).await;
    for wrong in [
        json!([foreign.id]),
        json!([987_654]),
        json!(["7"]),
        json!(7),
    ] {
        let mut fields = scene.fields(0, 60, &[]);
        fields["interviewers"] = wrong.clone();
        let answer = scene.program.post_json(SLOTS, &fields).await;
        assert_eq!(answer.status, 422, "{wrong}: {}", answer.text);
        assert!(answer.text.contains("interviewers"), "{}", answer.text);
    }
    // Whatever else leads nowhere is named with it.
    let mut fields = scene.fields(0, 60, &[foreign.id, 987_654]);
    fields["job"] = json!(987_654);
    let errors = scene.program.post_json(SLOTS, &fields).await.json();
    let errors = errors["errors"].as_object().expect("errors").clone();
    let named: Vec<_> = errors.keys().map(String::as_str).collect();
    assert_eq!(named, ["interviewers", "job"]);
    let none = slot_interviewer::Entity::find()
        .all(scene.app.app.db.read())
        .await;
    assert!(none.expect("rows").is_empty());
}

#[actix_web::test]
async fn a_booking_blocks_what_its_interviewer_would_be_in_at_the_same_time() {
    let mut scene = Scene::new().await;
    let ines = scene.ines;
    let first = scene.slot(0, 60, &[ines]).await;
    let inside = scene.slot(30, 15, &[ines]).await;
    let before = scene.slot(-30, 30, &[ines]).await;
    let after = scene.slot(60, 30, &[ines]).await;
    let anybody = scene.slot(0, 60, &[]).await;
    let interview = scene.booked(first).await;
    assert_eq!(scene.status(first).await, "booked");
    assert_eq!(scene.status(inside).await, "blocked");
    for free in [before, after, anybody] {
        assert_eq!(scene.status(free).await, "open", "{free}");
    }
    let refused = scene.book(inside).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    let problem = refused.json();
    assert_eq!(problem["code"], json!("interviewer_busy"));
    assert_eq!(problem["busy"][0]["interview"], json!(interview));
    assert_eq!(problem["busy"][0]["interviewer"]["id"], json!(ines));
    for free in [before, after, anybody] {
        scene.booked(free).await;
    }
}

#[actix_web::test]
async fn what_was_blocked_opens_by_itself() {
    let mut scene = Scene::new().await;
    let ines = scene.ines;
    let first = scene.slot(0, 60, &[ines]).await;
    let beside = scene.slot(30, 60, &[ines]).await;
    let later = scene.slot(600, 60, &[ines]).await;
    let interview = scene.booked(first).await;
    assert_eq!(scene.status(beside).await, "blocked");
    let path = format!("/api/interviews/{interview}/reschedule/");
    let moved = scene
        .program
        .post_json(&path, &json!({ "slot_id": later }))
        .await;
    assert_eq!(moved.status, 200, "{}", moved.text);
    assert_eq!(scene.status(beside).await, "open");
    let other = scene.booked(beside).await;
    assert_eq!(scene.status(first).await, "blocked");
    let back = scene
        .program
        .post_json(&path, &json!({ "slot_id": first }))
        .await;
    assert_eq!(back.status, 409, "{}", back.text);
    assert_eq!(scene.status(later).await, "booked", "nothing was moved");
    let path = format!("/api/interviews/{other}/cancel/");
    assert_eq!(scene.program.post_json(&path, &json!({})).await.status, 200);
    assert_eq!(scene.status(first).await, "open");
}

#[actix_web::test]
async fn nothing_lasts_into_another_interview_of_its_interviewer() {
    let mut scene = Scene::new().await;
    let ines = scene.ines;
    let first = scene.slot(0, 60, &[ines]).await;
    let second = scene.slot(60, 60, &[ines]).await;
    let interview = scene.booked(first).await;
    scene.booked(second).await;
    let path = format!("/api/interviews/{interview}/");
    let version = scene.program.get(&path).await.json()["version"].clone();
    let longer = json!({ "version": version, "duration_minutes": 65 });
    let refused = scene.program.patch_json(&path, &longer).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    assert!(refused.text.contains("interviewer_busy"));
    let shorter = json!({ "version": version, "duration_minutes": 45 });
    assert_eq!(scene.program.patch_json(&path, &shorter).await.status, 200);
    // The quarter of an hour that it no longer takes is free.
    let third = scene.slot(45, 15, &[ines]).await;
    scene.booked(third).await;
}

#[actix_web::test]
async fn who_is_put_on_a_booked_slot_must_be_free() {
    let mut scene = Scene::new().await;
    let ines = scene.ines;
    let hers = scene.slot(0, 60, &[ines]).await;
    let nobodys = scene.slot(30, 60, &[]).await;
    scene.booked(hers).await;
    scene.booked(nobodys).await;
    let path = format!("{SLOTS}{nobodys}/");
    let version = scene.read(nobodys).await["version"].clone();
    let with_her = json!({ "version": version, "interviewers": [ines] });
    let refused = scene.program.patch_json(&path, &with_her).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    assert_eq!(scene.read(nobodys).await["interviewers"], json!([]));
    // Taken off hers, she is free.
    let version = scene.read(hers).await["version"].clone();
    let without = json!({ "version": version, "interviewers": [] });
    let path_of_hers = format!("{SLOTS}{hers}/");
    let taken_off = scene.program.patch_json(&path_of_hers, &without).await;
    assert_eq!(taken_off.status, 200, "{}", taken_off.text);
    let put_on = scene.program.patch_json(&path, &with_her).await;
    assert_eq!(put_on.status, 200, "{}", put_on.text);
    assert_eq!(scene.status(hers).await, "booked");
}

#[actix_web::test]
async fn pages_say_who_holds_a_slot_and_what_blocks_it() {
    let mut scene = Scene::new().await;
    let mut rita = scene.app.recruiter().await;
    let ines = scene.ines;
    let page = rita.get("/slots/new").await;
    let seat = format!("with_{ines}");
    assert!(page.has(&format!("input[name={seat}]")), "{}", page.text);
    let starts_at = noon(&scene.app);
    let date = starts_at.format("%Y-%m-%d").to_string();
    let job = scene.job.to_string();
    let fields = [
        ("job", job.as_str()),
        ("date", &date),
        ("time", "12:00"),
        ("time_zone", "UTC"),
        ("duration_minutes", "60"),
        ("interview_type", "technical"),
        (&seat, "on"),
    ];
    let added = rita.save_form("/slots/new", &fields).await;
    assert_eq!(added.status, 303, "{}", added.text);
    let page = rita.get(&added.location).await;
    assert!(
        page.words(".facts").contains("Interviewers"),
        "{}",
        page.words("main")
    );
    let other = scene.slot(30, 60, &[ines]).await;
    let interview = scene.booked(other).await;
    let page = rita.get(&added.location).await;
    assert!(
        page.words("main").contains("Blocked"),
        "{}",
        page.words("main")
    );
    assert!(page.has(&format!("main a[href='/interviews/{interview}']")));
    let booking = format!("{}/booking", added.location);
    let page = rita.get(&booking).await;
    assert_eq!(page.status, 409, "{}", page.words("main"));
    assert!(
        page.words("main")
            .contains("in another interview at this time")
    );
    let blocked = rita.get("/slots?state=blocked").await;
    assert!(
        blocked.has(&format!("main a[href='{}']", added.location)),
        "{}",
        blocked.words("main")
    );
    let open = rita.get("/slots?state=open").await;
    assert!(!open.has(&format!("main a[href='{}']", added.location)));
}

#[actix_web::test]
async fn interviewers_see_what_they_hold_and_nothing_else() {
    let mut scene = Scene::new().await;
    let ines = builders::user(&scene.app, scene.app.company_id, Role::Interviewer).await;
    let hers = scene.slot(0, 60, &[ines.id]).await;
    let others = scene.slot(120, 60, &[scene.ines]).await;
    scene.booked(hers).await;
    scene.booked(others).await;
    let mut ines = scene.app.signed_in_as(&ines).await;
    let page = ines.get("/").await;
    assert_eq!(
        page.all_words("main .agenda li").len(),
        1,
        "{}",
        page.words("main")
    );
    assert!(page.words("main .agenda").contains("Technical"));
    assert!(
        !page.has("main a[href^='/']:not([href^='/my-interviews/'])"),
        "{}",
        page.words("main")
    );
}

#[actix_web::test]
async fn a_clock_that_was_ahead_frees_nobody() {
    let mut scene = Scene::new().await;
    let ines = scene.ines;
    let first = scene.slot(0, 60, &[ines]).await;
    let beside = scene.slot(30, 60, &[ines]).await;
    scene.booked(first).await;
    scene.app.advance(TimeDelta::days(400));
    housekeeping::run_steps(&scene.app.app).await.expect("done");
    scene.app.advance(TimeDelta::days(-400));
    assert_eq!(cells(&scene.app).await, 12);
    assert_eq!(scene.book(beside).await.status, 409);
}

async fn cells(app: &TestApp) -> usize {
    let all = busy_cell::Entity::find().all(app.app.db.read()).await;
    all.expect("cells").len()
}

/// A generator that gives the same numbers each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// A number from the environment.
fn count(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

/// Programs that book, move and cancel at random, all at once; then every pair is compared.
/// `BUSY_PROGRAMS=64 BUSY_ACTS=1000` takes minutes.
#[actix_web::test]
async fn whatever_many_do_at_once_no_interviewer_is_in_two_places() {
    let (programs, acts) = (count("BUSY_PROGRAMS", 8), count("BUSY_ACTS", 30));
    let mut scene = Scene::new().await;
    let app = &scene.app;
    let (company_id, job) = (app.company_id, scene.job);
    let mut users = vec![scene.ines];
    for _ in 0..3 {
        users.push(builders::user(app, company_id, Role::Interviewer).await.id);
    }
    let mut dice = Dice(88_172_645_463_325_252);
    let mut slots = Vec::new();
    for _ in 0..60 {
        let minutes = dice.roll(240) as i64;
        let duration = 5 + dice.roll(90) as i64;
        let panel: Vec<i64> = users
            .iter()
            .copied()
            .filter(|_| dice.roll(2) == 0)
            .collect();
        slots.push(scene.slot(minutes, duration, &panel).await);
    }
    let app = &scene.app;
    let mut people = Vec::new();
    for _ in 0..programs * 4 {
        let candidate = builders::candidate(app, company_id).await;
        people.push(builders::interview(app, company_id, candidate, job).await);
    }
    let programs = (0..programs).map(|number| {
        let (slots, people) = (&slots, &people);
        let mut dice = Dice(number * 7_919 + 1);
        async move {
            for _ in 0..acts {
                let mine = &people[number as usize * 4..][..4];
                let interview = mine[dice.roll(4) as usize];
                let slot = slots[dice.roll(slots.len() as u64) as usize];
                act(app, (interview, slot), dice.roll(5)).await;
            }
        }
    });
    futures_util::future::join_all(programs).await;
    let held = held(app).await;
    assert!(held.len() > 5, "{} were booked", held.len());
    let pairs = held.iter().enumerate();
    for (n, (user, one)) in pairs {
        for (other_user, other) in &held[n + 1..] {
            let meet = one.starts_at < other.ends_at() && other.starts_at < one.ends_at();
            assert!(user != other_user || !meet, "{user}: {one:?} and {other:?}");
        }
    }
}

/// Books, moves or cancels; refused is fine, failed is not.
async fn act(app: &TestApp, (interview_id, slot_id): (i64, i64), what: u64) {
    let caller = Caller::system(app.company_id);
    let (db, now) = (&app.app.db, app.now());
    match what {
        0 | 1 => {
            let new = NewBooking {
                slot: SlotChoice::Existing(slot_id),
                who: Who::Interview(interview_id),
                notes: String::new(),
                overlaps: Overlaps::Any,
                idempotency_key: None,
            };
            let booked = booking::book(db, &caller, new, now)
                .await
                .expect("an answer");
            assert!(!matches!(booked, Err(Refusal::KeyConflict)));
        }
        2 | 3 => {
            let new = Move {
                reason: String::new(),
                telling: Telling::everybody(),
                interview_id,
                version: None,
                slot: SlotChoice::Existing(slot_id),
                notes: None,
                overlaps: Overlaps::Any,
                idempotency_key: None,
            };
            let moved = rescheduling::reschedule(db, &caller, new, now).await;
            drop(moved.expect("an answer"));
        }
        _ => {
            let target = Target {
                interview_id,
                version: None,
                idempotency_key: None,
            };
            let cancelled =
                cancellation::cancel(db, &caller, &target, ("", &Telling::everybody()), now).await;
            drop(cancelled.expect("an answer"));
        }
    }
}

/// Every booked slot with each of its interviewers.
async fn held(app: &TestApp) -> Vec<(i64, slot::Model)> {
    let db = app.app.db.read();
    let slots = slot::Entity::find().all(db).await.expect("slots");
    let slots: HashMap<i64, slot::Model> = slots.into_iter().map(|slot| (slot.id, slot)).collect();
    let panel = slot_interviewer::Entity::find()
        .all(db)
        .await
        .expect("panels");
    let interviews = interview::Entity::find().all(db).await.expect("interviews");
    let booked = interviews
        .iter()
        .filter(|it| it.status == Status::Scheduled);
    let booked = booked.filter_map(|it| slots.get(&it.slot_id?));
    let each = booked.flat_map(|slot| {
        let theirs = panel.iter().filter(|seat| seat.slot_id == slot.id);
        theirs.map(|seat| (seat.user_id, slot.clone()))
    });
    each.collect()
}

#[actix_web::test]
async fn of_what_touches_a_time_all_is_known() {
    let mut scene = Scene::new().await;
    let slot = scene.slot(0, 60, &[scene.ines]).await;
    scene.booked(slot).await;
    let noon = noon(&scene.app);
    let (minutes, ines) = (TimeDelta::minutes, [scene.ines]);
    for (from, until, touches) in [
        (20, 30, true),
        (-60, 5, true),
        (55, 200, true),
        (-60, 0, false),
        (60, 120, false),
    ] {
        let between = (noon + minutes(from), noon + minutes(until));
        let spans = busy::spans(
            scene.app.app.db.read(),
            scene.app.company_id,
            &ines,
            between,
        );
        let spans = spans.await.expect("spans").into_iter();
        let spans: Vec<_> = spans.map(|span| (span.from, span.until)).collect();
        let whole = (noon, noon + minutes(60));
        assert_eq!(spans, Vec::from_iter(touches.then_some(whole)), "{from}");
    }
}
