//! Moving and cancelling by programs.
use chrono::TimeDelta;
use entity::{
    email::{self, Kind, Status},
    interview,
};
use greenroom::domain::{actions, slots};
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};

use crate::support::{Actor, TestApp, builders, rows};

/// An interview that is booked for tomorrow.
struct Scene {
    app: TestApp,
    program: Actor,
    job: i64,
    slot: i64,
    interview: i64,
}

impl Scene {
    async fn set() -> Self {
        let app = TestApp::start().await;
        let program = app.program().await;
        let details = builders::booked(&app, app.company_id).await.details;
        app.expect_undelivered_mail();
        Self {
            app,
            program,
            job: details.job.expect("a job").id,
            slot: details.slot.expect("a slot").id,
            interview: details.interview.id,
        }
    }

    async fn another_slot(&self, hours: i64) -> i64 {
        let starts_at = self.app.now() + TimeDelta::days(1) + TimeDelta::hours(hours);
        builders::slot(&self.app, self.app.company_id, self.job, starts_at).await
    }

    fn path(&self, verb: &str) -> String {
        format!("/api/interviews/{}/{verb}/", self.interview)
    }

    fn new_slot(&self) -> Value {
        json!({
            "interview_date": "2027-02-01", "start_time": "10:00", "duration_minutes": 30,
            "job": self.job, "ai_interview_type": "final", "time_zone": "Asia/Kathmandu",
        })
    }
}

async fn emails(app: &TestApp) -> Vec<email::Model> {
    let rows = email::Entity::find().order_by_asc(email::Column::Id);
    rows.all(app.app.db.read()).await.expect("emails")
}

#[actix_web::test]
async fn an_interview_is_moved_into_a_slot_that_is_there() {
    let mut scene = Scene::set().await;
    scene.app.deliver().await;
    let slot = scene.another_slot(2).await;
    let path = scene.path("reschedule");
    let moved = scene
        .program
        .post_json(&path, &json!({ "slot_id": slot }))
        .await;
    assert_eq!(moved.status, 200, "{}", moved.text);
    let answer = moved.json();
    assert_eq!(answer["slot"]["id"], slot);
    assert_eq!(answer["slot"]["status"], "booked");
    assert_eq!(answer["slot"]["interview"], scene.interview);
    assert_eq!(answer["interview"]["slot"], slot);
    assert_eq!(answer["interview"]["starts_at"], "2027-01-05T10:00:00Z");
    assert_eq!(
        answer["interview"]["booking_notes"], "Bring a portfolio.",
        "as it was"
    );
    assert_eq!(answer["notification"]["status"], "queued");
    let mails = emails(&scene.app).await;
    assert_eq!(mails.len(), 2);
    assert_eq!(
        (mails[1].kind, mails[1].id),
        (
            Kind::Rescheduled,
            answer["notification"]["id"].as_i64().expect("an id")
        )
    );
    let old = format!("/api/interviews/slots/{}/", scene.slot);
    assert_eq!(scene.program.get(&old).await.json()["status"], "open");
}

#[actix_web::test]
async fn an_interview_is_moved_into_a_slot_that_is_made_for_it() {
    let mut scene = Scene::set().await;
    let mut body = scene.new_slot();
    body["booking_notes"] = json!("New notes");
    let path = scene.path("reschedule");
    let moved = scene.program.post_json(&path, &body).await;
    assert_eq!(moved.status, 200, "{}", moved.text);
    assert_eq!(moved.json()["slot"]["starts_at"], "2027-02-01T04:15:00Z");
    assert_eq!(moved.json()["interview"]["booking_notes"], "New notes");
    let mails = emails(&scene.app).await;
    let told: Vec<_> = mails.iter().map(|mail| (mail.kind, mail.status)).collect();
    assert_eq!(
        told,
        [
            (Kind::Scheduled, Status::Superseded),
            (Kind::Scheduled, Status::Queued)
        ],
        "what had not left is told from the beginning"
    );
}

#[actix_web::test]
async fn moving_to_where_it_is_changes_nothing_but_the_notes() {
    let mut scene = Scene::set().await;
    let path = scene.path("reschedule");
    let before = rows::all(&scene.app).await;
    let same = scene
        .program
        .post_json(&path, &json!({ "slot_id": scene.slot }))
        .await;
    assert_eq!(same.status, 200, "{}", same.text);
    assert_eq!(before, rows::all(&scene.app).await, "nothing to do");
    scene.app.deliver().await;
    let noted = json!({ "slot_id": scene.slot, "booking_notes": "Two pens" });
    let noted = scene.program.post_json(&path, &noted).await;
    assert_eq!(noted.json()["interview"]["booking_notes"], "Two pens");
    let mails = emails(&scene.app).await;
    assert_eq!(
        (mails.len(), mails[1].kind, mails[1].revision),
        (2, Kind::Updated, 1)
    );
}

#[actix_web::test]
async fn an_interview_is_cancelled() {
    let mut scene = Scene::set().await;
    scene.app.deliver().await;
    let path = scene.path("cancel");
    let cancelled = scene
        .program
        .post_json(&path, &json!({ "reason": "The position\r\nis filled." }))
        .await;
    assert_eq!(cancelled.status, 200, "{}", cancelled.text);
    let interview = cancelled.json();
    assert_eq!(interview["id"], scene.interview);
    assert_eq!(interview["status"], "cancelled");
    assert_eq!(interview["cancel_reason"], "The position\nis filled.");
    let mails = emails(&scene.app).await;
    assert_eq!((mails.len(), mails[1].kind), (2, Kind::Cancelled));
    for (verb, body) in [
        ("cancel", json!({})),
        ("reschedule", json!({ "slot_id": scene.slot })),
    ] {
        let again = scene.program.post_json(&scene.path(verb), &body).await;
        assert_eq!(again.status, 409, "{}", again.text);
        assert_eq!(again.json()["code"], "not_booked");
        assert_eq!(again.json()["interview"]["status"], "cancelled");
    }
    let book = format!("/api/interviews/slots/{}/book_slot/", scene.slot);
    let anew = scene
        .program
        .post_json(&book, &json!({ "interview_id": scene.interview }))
        .await;
    assert_eq!(anew.status, 200, "{}", anew.text);
    assert_eq!(
        anew.json()["interview"]["cancel_reason"],
        "",
        "that is past"
    );
}

#[actix_web::test]
async fn a_wrong_call_is_refused_field_by_field() {
    let mut scene = Scene::set().await;
    let other_job = builders::job(&scene.app, scene.app.company_id).await;
    let starts_at = scene.app.now() + TimeDelta::days(3);
    let other_slot = builders::slot(&scene.app, scene.app.company_id, other_job, starts_at).await;
    let mut for_other_job = scene.new_slot();
    for_other_job["job"] = json!(other_job);
    let mut past = scene.new_slot();
    past["interview_date"] = json!("2027-01-04");
    let mut both = scene.new_slot();
    both["slot_id"] = json!(scene.slot);
    let before = rows::all(&scene.app).await;
    for (verb, body, fields) in [
        ("reschedule", json!({}), vec!["slot_id"]),
        ("reschedule", json!({ "slot_id": "7" }), vec!["slot_id"]),
        (
            "reschedule",
            json!({ "slot_id": 7, "interview_id": 1 }),
            vec!["interview_id"],
        ),
        (
            "reschedule",
            json!({ "slot_id": 7, "version": 1 }),
            vec!["version"],
        ),
        (
            "reschedule",
            json!({ "slot_id": 7, "booking_notes": "a\u{0}b" }),
            vec!["booking_notes"],
        ),
        (
            "reschedule",
            json!({ "slot_id": other_slot }),
            vec!["slot_id"],
        ),
        ("reschedule", for_other_job, vec!["job"]),
        ("reschedule", past, vec!["start_time"]),
        (
            "reschedule",
            both,
            vec![
                "ai_interview_type",
                "duration_minutes",
                "interview_date",
                "job",
                "start_time",
                "time_zone",
            ],
        ),
        ("cancel", json!({ "reason": 7 }), vec!["reason"]),
        (
            "cancel",
            json!({ "reason": "x".repeat(2001) }),
            vec!["reason"],
        ),
        ("cancel", json!({ "why": "Ill" }), vec!["why"]),
    ] {
        let answer = scene.program.post_json(&scene.path(verb), &body).await;
        assert_eq!(answer.status, 422, "{body}: {}", answer.text);
        let problem = answer.json();
        let errors = problem["errors"].as_object().expect("errors");
        assert_eq!(errors.keys().collect::<Vec<_>>(), fields, "{body}");
    }
    assert_eq!(before, rows::all(&scene.app).await, "nothing was changed");
}

#[actix_web::test]
async fn a_slot_that_cannot_be_had_is_refused_with_what_is_free() {
    let mut scene = Scene::set().await;
    let (taken, closed, free) = (
        scene.another_slot(1).await,
        scene.another_slot(2).await,
        scene.another_slot(3).await,
    );
    let candidate = builders::candidate(&scene.app, scene.app.company_id).await;
    let other = builders::interview(&scene.app, scene.app.company_id, candidate, scene.job).await;
    let book = format!("/api/interviews/slots/{taken}/book_slot/");
    scene
        .program
        .post_json(&book, &json!({ "interview_id": other }))
        .await;
    let actor = actions::Actor::system(scene.app.company_id);
    let done = slots::close(
        &scene.app.app.db,
        &actor,
        &builders::seen(closed),
        scene.app.now(),
    )
    .await;
    done.expect("closed");
    let path = scene.path("reschedule");
    for (slot, code) in [(taken, "slot_taken"), (closed, "slot_closed")] {
        let refused = scene
            .program
            .post_json(&path, &json!({ "slot_id": slot }))
            .await;
        assert_eq!(refused.status, 409, "{}", refused.text);
        let problem = refused.json();
        assert_eq!(problem["code"], code);
        assert_eq!(problem["free_slots"][0]["id"], free);
        assert_eq!(problem["free_slots"].as_array().map(Vec::len), Some(1));
        if code == "slot_taken" {
            assert_eq!(problem["taken_by"]["interview"], other);
            assert_eq!(problem["taken_by"]["booked_by"], "Rita Recruiter");
        }
    }
    let soon = builders::slot(
        &scene.app,
        scene.app.company_id,
        scene.job,
        scene.app.now() + TimeDelta::hours(1),
    )
    .await;
    scene.app.advance(TimeDelta::hours(1));
    let begun = scene
        .program
        .post_json(&path, &json!({ "slot_id": soon }))
        .await;
    assert_eq!(
        (begun.status, &begun.json()["code"]),
        (409, &json!("slot_past"))
    );
}

#[actix_web::test]
async fn what_is_over_can_neither_be_moved_nor_cancelled() {
    let mut scene = Scene::set().await;
    let later = scene.another_slot(30).await;
    scene
        .app
        .advance(TimeDelta::days(1) + TimeDelta::minutes(45));
    for (verb, body) in [
        ("cancel", json!({})),
        ("reschedule", json!({ "slot_id": later })),
    ] {
        let refused = scene.program.post_json(&scene.path(verb), &body).await;
        assert_eq!(
            (refused.status, &refused.json()["code"]),
            (409, &json!("not_booked"))
        );
        assert_eq!(refused.json()["interview"]["status"], "scheduled");
    }
}

#[actix_web::test]
async fn a_change_with_a_key_may_be_repeated() {
    let mut scene = Scene::set().await;
    let (first, second) = (scene.another_slot(1).await, scene.another_slot(2).await);
    let program = std::mem::replace(&mut scene.program, scene.app.stranger());
    let mut program = program.with_header("Idempotency-Key", "k");
    for (verb, body, other) in [
        (
            "reschedule",
            json!({ "slot_id": first }),
            json!({ "slot_id": second }),
        ),
        (
            "cancel",
            json!({ "reason": "Ill" }),
            json!({ "reason": "Other" }),
        ),
    ] {
        let path = scene.path(verb);
        let done = program.post_json(&path, &body).await;
        assert_eq!(done.status, 200, "{}", done.text);
        let before = rows::all(&scene.app).await;
        let again = program.post_json(&path, &body).await;
        assert_eq!((again.status, again.text), (200, done.text));
        let misused = program.post_json(&path, &other).await;
        assert_eq!(misused.status, 422, "{}", misused.text);
        assert_eq!(misused.json()["code"], "idempotency_key_reused");
        assert_eq!(before, rows::all(&scene.app).await, "nothing more was done");
    }
}

#[actix_web::test]
async fn of_many_that_move_it_at_one_moment_each_is_told_what_came_of_it() {
    let mut scene = Scene::set().await;
    let user = scene.program.user.take().expect("a user");
    let mut programs = Vec::new();
    for hours in 1..=8 {
        let body = json!({ "slot_id": scene.another_slot(hours).await });
        programs.push((scene.app.program_of(&user).await, body));
    }
    let path = scene.path("reschedule");
    let calls = programs
        .iter_mut()
        .map(|(program, body)| program.post_json(&path, body));
    let answers = futures_util::future::join_all(calls).await;
    let moved = answers.iter().filter(|answer| answer.status == 200).count();
    for answer in &answers {
        let is_told = answer.status == 200 || answer.json()["code"] == "changed";
        assert!(is_told, "{}", answer.text);
    }
    let id = scene.interview;
    let row = interview::Entity::find_by_id(id)
        .one(scene.app.app.db.read())
        .await;
    let row = row.expect("a query").expect("the interview");
    assert_eq!(
        row.revision,
        1 + i32::try_from(moved).expect("a few"),
        "each that was told so moved it"
    );
}

#[actix_web::test]
async fn nothing_of_another_company_can_be_changed() {
    let mut scene = Scene::set().await;
    let eve = scene.app.other_company().await;
    let their_job = builders::job(&scene.app, eve.company_id()).await;
    let starts_at = scene.app.now() + TimeDelta::days(2);
    let their_slot = builders::slot(&scene.app, eve.company_id(), their_job, starts_at).await;
    let mut theirs = scene
        .app
        .program_of(eve.user.as_ref().expect("a user"))
        .await;
    let before = rows::all(&scene.app).await;
    for (verb, body) in [
        ("cancel", json!({})),
        ("reschedule", json!({ "slot_id": their_slot })),
    ] {
        let foreign = theirs.post_json(&scene.path(verb), &body).await;
        let missing = theirs
            .post_json(&format!("/api/interviews/999999/{verb}/"), &body)
            .await;
        assert_eq!((foreign.status, foreign.text), (404, missing.text));
    }
    let path = scene.path("reschedule");
    let mut with_their_job = scene.new_slot();
    with_their_job["job"] = json!(their_job);
    let mut with_no_job = scene.new_slot();
    with_no_job["job"] = json!(999_999);
    for (field, theirs, missing) in [
        (
            "slot_id",
            json!({ "slot_id": their_slot }),
            json!({ "slot_id": 999_999 }),
        ),
        ("job", with_their_job, with_no_job),
    ] {
        let foreign = scene.program.post_json(&path, &theirs).await;
        let missing = scene.program.post_json(&path, &missing).await;
        assert_eq!((foreign.status, &foreign.text), (422, &missing.text));
        assert!(
            foreign.json()["errors"][field].is_array(),
            "{}",
            foreign.text
        );
    }
    assert_eq!(before, rows::all(&scene.app).await, "nothing was changed");
}
