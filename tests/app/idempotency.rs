//! Calls with an `Idempotency-Key`: a repetition is answered word for word like the first.
use chrono::TimeDelta;
use entity::one_time_key;
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde_json::{Value, json};

use crate::support::{Actor, Answer, TestApp, builders, rows};

struct Scene {
    app: TestApp,
    job: i64,
    slot: i64,
    interview: i64,
}

impl Scene {
    async fn set() -> Self {
        let app = TestApp::start().await;
        let job = builders::job(&app, app.company_id).await;
        let slot = builders::slot(&app, app.company_id, job, app.now() + TimeDelta::days(2)).await;
        let interview = another_interview(&app, job).await;
        app.expect_undelivered_mail();
        Self {
            app,
            job,
            slot,
            interview,
        }
    }

    fn booking(&self) -> (String, Value) {
        let path = format!("/api/interviews/slots/{}/book_slot/", self.slot);
        (path, json!({ "interview_id": self.interview }))
    }

    async fn keyed(&self, key: &str) -> Actor {
        self.app.program().await.with_header("Idempotency-Key", key)
    }
}

async fn another_interview(app: &TestApp, job: i64) -> i64 {
    let candidate = builders::candidate(app, app.company_id).await;
    builders::interview(app, app.company_id, candidate, job).await
}

fn all(answer: &Answer) -> (u16, &str, &str, &str) {
    let media_type = answer.header("content-type");
    (answer.status, media_type, &answer.location, &answer.text)
}

#[actix_web::test]
async fn a_booking_is_answered_as_it_was_first_whatever_has_happened_since() {
    let scene = Scene::set().await;
    let (path, body) = scene.booking();
    let mut program = scene.keyed("k").await;
    let first = program.post_json(&path, &body).await;
    assert_eq!(first.json()["notification"]["status"], "queued");
    scene.app.deliver().await;
    let again = program.post_json(&path, &body).await;
    assert_eq!(all(&again), all(&first), "though its mail has left");
    let mut other = scene.app.program().await;
    let cancel = format!("/api/interviews/{}/cancel/", scene.interview);
    let cancelled = other.post_json(&cancel, &json!({ "reason": "Ill" })).await;
    assert_eq!(cancelled.status, 200);
    let before = rows::all(&scene.app).await;
    let again = program.post_json(&path, &body).await;
    assert_eq!(all(&again), all(&first), "though it was called off");
    assert_eq!(before, rows::all(&scene.app).await, "nothing more was done");
    scene.app.advance(TimeDelta::days(3));
    let again = program.post_json(&path, &body).await;
    assert_eq!(all(&again), all(&first), "though the slot is past");
}

#[actix_web::test]
async fn what_was_made_is_answered_as_it_was_made() {
    let scene = Scene::set().await;
    let mut program = scene.keyed("k").await;
    let slot = json!({
        "interview_date": "2027-01-05", "start_time": "10:00", "duration_minutes": 30,
        "job": scene.job, "ai_interview_type": "final",
    });
    let first = program.post_json("/api/interviews/slots/", &slot).await;
    assert_eq!(
        (first.status, first.json()["status"].as_str()),
        (201, Some("open"))
    );
    scene.app.advance(TimeDelta::days(2));
    let again = program.post_json("/api/interviews/slots/", &slot).await;
    assert_eq!(all(&again), all(&first));
    // The same call without a key is another one.
    let now = scene
        .app
        .program()
        .await
        .post_json("/api/interviews/slots/", &slot)
        .await;
    assert_eq!(now.status, 422);
}

#[actix_web::test]
async fn a_refusal_is_repeated_as_well() {
    let scene = Scene::set().await;
    let (path, body) = scene.booking();
    let holder = json!({ "interview_id": another_interview(&scene.app, scene.job).await });
    let mut other = scene.app.program().await;
    assert_eq!(other.post_json(&path, &holder).await.status, 200);
    let mut program = scene.keyed("k").await;
    let refused = program.post_json(&path, &body).await;
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (409, &json!("slot_taken"))
    );
    let cancel = format!("/api/interviews/{}/cancel/", holder["interview_id"]);
    assert_eq!(other.post_json(&cancel, &json!({})).await.status, 200);
    let before = rows::all(&scene.app).await;
    let again = program.post_json(&path, &body).await;
    assert_eq!(all(&again), all(&refused), "though the slot is free by now");
    assert_eq!(before, rows::all(&scene.app).await, "nothing was done");
    let elsewhere = program
        .post_json("/api/interviews/slots/999999/book_slot/", &body)
        .await;
    assert_eq!(elsewhere.json()["code"], "idempotency_key_reused");
    let anew = scene.keyed("another").await.post_json(&path, &body).await;
    assert_eq!(anew.status, 200, "{}", anew.text);
}

#[actix_web::test]
async fn what_is_not_there_stays_so_under_its_key() {
    let scene = Scene::set().await;
    let mut program = scene.keyed("k").await;
    let path = "/api/interviews/999999/cancel/";
    let first = program.post_json(path, &json!({})).await;
    assert_eq!(first.status, 404, "{}", first.text);
    let again = program.post_json(path, &json!({})).await;
    assert_eq!(all(&again), all(&first));
    let kept = one_time_key::Entity::find()
        .all(scene.app.app.db.read())
        .await;
    let kept: Vec<_> = kept
        .expect("keys")
        .iter()
        .map(|row| row.answer_status)
        .collect();
    assert_eq!(kept, [Some(404)]);
}

#[actix_web::test]
async fn wrong_fields_leave_the_key_free() {
    let scene = Scene::set().await;
    let mut program = scene.keyed("k").await;
    let wrong = program
        .post_json("/api/jobs/", &json!({ "title": "" }))
        .await;
    assert_eq!(wrong.status, 422);
    let right = program
        .post_json("/api/jobs/", &json!({ "title": "One" }))
        .await;
    assert_eq!(right.status, 201, "{}", right.text);
    let wrong = program
        .post_json("/api/jobs/", &json!({ "title": "" }))
        .await;
    assert_eq!(wrong.json()["code"], "idempotency_key_reused");
}

#[actix_web::test]
async fn an_id_that_leads_to_nothing_leaves_the_key_free() {
    let scene = Scene::set().await;
    let mut program = scene.keyed("k").await;
    let wrong = json!({ "candidate": 999_999 });
    let refused = program.post_json("/api/interviews/", &wrong).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    let candidate = builders::candidate(&scene.app, scene.app.company_id).await;
    let right = json!({ "candidate": candidate });
    let made = program.post_json("/api/interviews/", &right).await;
    assert_eq!(made.status, 201, "{}", made.text);
}

#[actix_web::test]
async fn a_change_with_null_for_what_it_does_not_empty_is_the_same_change() {
    let scene = Scene::set().await;
    let mut program = scene.keyed("k").await;
    let job = format!("/api/jobs/{}/", scene.job);
    let change = json!({ "version": 1, "title": "Chef" });
    let first = program.patch_json(&job, &change).await;
    assert_eq!(first.status, 200, "{}", first.text);
    let with_null = json!({ "version": 1, "title": "Chef", "domain": null, "nothing": null });
    let again = program.patch_json(&job, &with_null).await;
    assert_eq!(all(&again), all(&first));
    let emptied = json!({ "version": 1, "title": "Chef", "salary_min": null });
    let other = program.patch_json(&job, &emptied).await;
    assert_eq!(other.json()["code"], "idempotency_key_reused");
}

#[actix_web::test]
async fn a_field_that_is_null_is_as_good_as_left_out() {
    let scene = Scene::set().await;
    let mut program = scene.keyed("k").await;
    let first = program
        .post_json("/api/jobs/", &json!({ "title": "One" }))
        .await;
    let with_null = json!({ "location": null, "title": "One", "domain": null });
    let again = program.post_json("/api/jobs/", &with_null).await;
    assert_eq!(all(&again), all(&first));
}

#[actix_web::test]
async fn a_key_lasts_seven_days_to_the_second() {
    let scene = Scene::set().await;
    let mut program = scene.keyed("k").await;
    let one = json!({ "title": "One" });
    let first = program.post_json("/api/jobs/", &one).await;
    scene
        .app
        .advance(TimeDelta::days(7) - TimeDelta::seconds(1));
    let again = program.post_json("/api/jobs/", &one).await;
    assert_eq!(all(&again), all(&first), "a second before");
    scene.app.advance(TimeDelta::seconds(1));
    let anew = program
        .post_json("/api/jobs/", &json!({ "title": "Two" }))
        .await;
    assert_eq!(anew.status, 201, "{}", anew.text);
    assert_ne!(anew.json()["id"], first.json()["id"]);
}

#[actix_web::test]
async fn a_key_counts_for_one_operation_and_all_tokens_of_a_company() {
    let scene = Scene::set().await;
    let one = json!({ "title": "One" });
    let first = scene.keyed("k").await.post_json("/api/jobs/", &one).await;
    // A token that was replaced meanwhile must not carry the call out twice.
    let again = scene.keyed("k").await.post_json("/api/jobs/", &one).await;
    assert_eq!(all(&again), all(&first));
    let (path, body) = scene.booking();
    let booked = scene.keyed("k").await.post_json(&path, &body).await;
    assert_eq!(booked.status, 200, "{}", booked.text);
    let other = scene.app.other_company().await;
    let other = scene
        .app
        .program_of(other.user.as_ref().expect("a user"))
        .await;
    let mut other = other.with_header("Idempotency-Key", "k");
    let theirs = other.post_json("/api/jobs/", &one).await;
    assert_ne!(theirs.json()["id"], first.json()["id"]);
}

/// The process died between the booking and its answer: what is answered then is the first answer.
#[actix_web::test]
async fn an_answer_that_was_never_given_is_given_once() {
    let scene = Scene::set().await;
    let (path, body) = scene.booking();
    let mut program = scene.keyed("k").await;
    assert_eq!(program.post_json(&path, &body).await.status, 200);
    builders::write(&scene.app, async |txn| {
        let unanswered = one_time_key::ActiveModel {
            answer_status: Set(None),
            answer_body: Set(None),
            ..Default::default()
        };
        let update = one_time_key::Entity::update_many().set(unanswered);
        update.exec(txn).await?;
        Ok(())
    })
    .await;
    scene.app.deliver().await;
    let first = program.post_json(&path, &body).await;
    assert_eq!(first.json()["notification"]["status"], "printed");
    let cancel = format!("/api/interviews/{}/cancel/", scene.interview);
    scene
        .app
        .program()
        .await
        .post_json(&cancel, &json!({}))
        .await;
    let again = program.post_json(&path, &body).await;
    assert_eq!(all(&again), all(&first));
}

#[actix_web::test]
async fn many_at_one_moment_are_refused_alike() {
    let scene = Scene::set().await;
    let (path, body) = scene.booking();
    let holder = json!({ "interview_id": another_interview(&scene.app, scene.job).await });
    let booked = scene.app.program().await.post_json(&path, &holder).await;
    assert_eq!(booked.status, 200);
    let mut programs = Vec::new();
    for _ in 0..8 {
        programs.push(scene.keyed("k").await);
    }
    let calls = programs
        .iter_mut()
        .map(|program| program.post_json(&path, &body));
    let answers = futures_util::future::join_all(calls).await;
    for answer in &answers {
        assert_eq!(all(answer), all(&answers[0]));
        assert_eq!(answer.status, 409);
    }
}
