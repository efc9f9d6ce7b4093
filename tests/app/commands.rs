//! Commands: refused without a trace, and answered alike when they come twice at one moment.
use chrono::TimeDelta;
use entity::{email, interview, job};
use futures_util::future::join_all;
use greenroom::{db, error::Error};
use sea_orm::{ActiveValue::Set, EntityTrait, IntoActiveModel, PaginatorTrait};
use serde_json::json;

use crate::support::{
    Actor, Answer, TestApp,
    builders::{self, Booked},
    rows,
};

/// As many as press one button at one moment.
const MANY: usize = 6;

async fn booked(app: &TestApp) -> (Booked, String) {
    let booked = builders::booked(app, app.company_id).await;
    app.expect_undelivered_mail();
    let path = format!("/interviews/{}", booked.details.interview.id);
    (booked, path)
}

/// The same form, sent by many at one moment.
async fn sent_by_many(app: &TestApp, path: &str, fields: &[(&str, &str)]) -> Vec<(Actor, Answer)> {
    let mut people = Vec::new();
    for _ in 0..MANY {
        people.push(app.recruiter().await);
    }
    let answers = join_all(
        people
            .iter_mut()
            .map(|rita: &mut Actor| rita.post_form(path, fields)),
    );
    let answers = answers.await;
    people.into_iter().zip(answers).collect()
}

async fn version(app: &TestApp, booked: &Booked) -> i32 {
    let row = interview::Entity::find_by_id(booked.details.interview.id);
    let row = row.one(app.app.db.read()).await.expect("a query");
    row.expect("an interview").version
}

async fn emails(app: &TestApp) -> u64 {
    let emails = email::Entity::find().count(app.app.db.read());
    emails.await.expect("a count")
}

#[actix_web::test]
async fn one_change_sent_by_many_at_one_moment_is_one_change() {
    for (noun, typed) in [
        ("cancellation", vec![("reason", "Filled.")]),
        (
            "edit",
            vec![
                ("interview_type", "final"),
                ("duration_minutes", "30"),
                ("notes", "Bring a pen."),
            ],
        ),
        ("link", vec![]),
        ("reschedule", vec![("slot", "2"), ("notes", "")]),
    ] {
        let app = TestApp::start().await;
        let (booked, path) = booked(&app).await;
        let job = booked.details.job.as_ref().expect("a job").id;
        let later = app.now() + TimeDelta::days(2);
        let slot = builders::slot(&app, app.company_id, job, later).await;
        assert_eq!(slot, 2, "as the form says");
        let mut fields = vec![("key", "one-key"), ("version", "2")];
        fields.extend(typed);
        let answers = sent_by_many(&app, &format!("{path}/{noun}"), &fields).await;
        for (mut rita, answer) in answers {
            assert_eq!(answer.status, 303, "{noun}: {}", answer.words("main"));
            let said = rita.get(&path).await.notice();
            assert!(!said.contains("was changed"), "{noun}: {said}");
        }
        assert_eq!(version(&app, &booked).await, 3, "{noun}");
        assert!(emails(&app).await <= 2, "{noun}");
    }
}

#[actix_web::test]
async fn a_key_that_stands_for_another_change_is_refused_on_the_page() {
    for (noun, first, second) in [
        ("cancellation", ("reason", "Filled."), ("reason", "Moved.")),
        ("edit", ("notes", "A pen."), ("notes", "A pencil.")),
    ] {
        let app = TestApp::start().await;
        let (booked, path) = booked(&app).await;
        let path = format!("{path}/{noun}");
        let mut rita = app.recruiter().await;
        let typed = |field| {
            vec![
                ("key", "one-key"),
                ("version", "2"),
                ("interview_type", "final"),
                ("duration_minutes", "30"),
                field,
            ]
        };
        let done = rita.post_form(&path, &typed(first)).await;
        assert_eq!(done.status, 303, "{}", done.words("main"));
        let before = rows::all(&app).await;
        let again = rita.post_form(&path, &typed(second)).await;
        assert_eq!(again.status, 422, "{noun}");
        assert!(
            again.words("main").contains("already sent this form"),
            "{noun}"
        );
        assert_ne!(again.value_of("key"), "one-key", "{noun}");
        assert_eq!(before, rows::all(&app).await, "{noun}");
        assert_eq!(version(&app, &booked).await, 3, "{noun}");
    }
}

#[actix_web::test]
async fn a_key_that_stands_for_another_change_is_refused_to_a_program() {
    let app = TestApp::start().await;
    let (booked, _) = booked(&app).await;
    let id = booked.details.interview.id;
    let cancel = format!("/api/interviews/{id}/cancel/");
    let mut program = app.program().await.with_header("idempotency-key", "one");
    let first = json!({ "reason": "Filled." });
    assert_eq!(program.post_json(&cancel, &first).await.status, 200);
    let before = rows::all(&app).await;
    let second = json!({ "reason": "Moved." });
    let again = program.post_json(&cancel, &second).await;
    assert_eq!(again.status, 422, "{}", again.text);
    assert_eq!(again.json()["code"], "idempotency_key_reused");
    assert_eq!(before, rows::all(&app).await);
}

#[actix_web::test]
async fn a_refused_booking_takes_back_the_slot_that_was_made_for_it() {
    let app = TestApp::start().await;
    let (booked, _) = booked(&app).await;
    let details = &booked.details;
    let mut program = app.program().await;
    let before = rows::all(&app).await;
    let body = json!({
        "interview_id": details.interview.id,
        "interview_date": "2027-02-01", "start_time": "10:00", "duration_minutes": 30,
        "job": details.job.as_ref().expect("a job").id,
        "ai_interview_type": "final", "time_zone": "Asia/Kathmandu",
    });
    let path = "/api/interviews/schedules/book_interview/";
    let answer = program.post_json(path, &body).await;
    assert_eq!(answer.status, 409, "{}", answer.text);
    assert_eq!(answer.json()["code"], "already_booked");
    assert_eq!(before, rows::all(&app).await);
}

#[actix_web::test]
async fn a_refused_move_takes_back_the_slot_that_was_made_for_it() {
    let app = TestApp::start().await;
    let (booked, _) = booked(&app).await;
    let other_job = builders::job(&app, app.company_id).await;
    let mut program = app.program().await;
    let before = rows::all(&app).await;
    let body = json!({
        "interview_date": "2027-02-01", "start_time": "10:00", "duration_minutes": 30,
        "job": other_job, "ai_interview_type": "final", "time_zone": "Asia/Kathmandu",
    });
    let path = format!(
        "/api/interviews/{}/reschedule/",
        booked.details.interview.id
    );
    let answer = program.post_json(&path, &body).await;
    assert_eq!(answer.status, 422, "{}", answer.text);
    assert_eq!(before, rows::all(&app).await);
}

/// What a transaction may end with, besides what the database says.
#[derive(Debug)]
enum Ended {
    Refused,
    #[expect(dead_code, reason = "a test that fails prints it")]
    Failed(Error),
}

impl<E: Into<Error>> From<E> for Ended {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

#[actix_web::test]
async fn a_refusal_of_the_callers_own_rolls_a_transaction_back() {
    let app = TestApp::start().await;
    let id = builders::job(&app, app.company_id).await;
    let refused = db::transaction(&app.app.db, async |txn| {
        job::Entity::delete_by_id(id).exec(txn).await?;
        Err::<(), _>(Ended::Refused)
    });
    assert!(matches!(refused.await, Err(Ended::Refused)));
    let job = job::Entity::find_by_id(id).one(app.app.db.read()).await;
    assert!(job.expect("a query").is_some());
}

#[actix_web::test]
async fn a_duplicate_is_tried_again_whatever_the_callers_error_is() {
    let app = TestApp::start().await;
    let id = builders::job(&app, app.company_id).await;
    let row = job::Entity::find_by_id(id).one(app.app.db.read()).await;
    let row = row.expect("a query").expect("a job");
    let tries = std::cell::Cell::new(0);
    let done = db::transaction_retrying_duplicates(&app.app.db, async |txn| {
        tries.set(tries.get() + 1);
        if tries.get() == 1 {
            let mut twin = row.clone().into_active_model();
            twin.id = Set(id);
            job::Entity::insert(twin).exec(txn).await?;
        }
        Ok::<_, Ended>(tries.get())
    });
    assert_eq!(done.await.expect("the second look"), 2);
    let refused = db::transaction_retrying_duplicates(&app.app.db, async |_| {
        tries.set(tries.get() + 1);
        Err::<(), _>(Ended::Refused)
    });
    assert!(matches!(refused.await, Err(Ended::Refused)));
    assert_eq!(tries.get(), 3, "a refusal is tried once");
}
