//! Upgrades: a database that an earlier Greenroom left keeps every row.
use entity::email::{Audience, Kind, Status};
use greenroom::db;
use migrations::{Migrator, MigratorTrait};
use sea_orm::{ActiveEnum, ConnectionTrait, EntityTrait, Iterable};
use serde_json::json;

use crate::support::{TestApp, builders};

/// The newest step that the earlier Greenroom knew.
const EARLIER: &str = "m20261129_000036_find_urgent_emails";

/// How the earlier Greenroom called where a test stands, and how it stands in the log.
const TESTS: [(&str, Status); 6] = [
    ("queued", Status::Queued),
    // Its worker is dead now; it may have arrived.
    ("sending", Status::Uncertain),
    ("accepted", Status::Accepted),
    ("printed", Status::Printed),
    ("failed", Status::Failed),
    ("uncertain", Status::Uncertain),
];

#[actix_web::test]
async fn mail_in_every_state_and_every_test_outlives_the_upgrade() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let ada = app.admin().await;
    let now = "2027-01-04 12:00:00+00:00";
    for status in Status::iter() {
        let id = builders::booked(&app, app.company_id).await.email.id;
        let lease = match status {
            Status::Sending => format!("'{now}'"),
            _ => "NULL".into(),
        };
        let sql = format!(
            "UPDATE emails SET status = '{}', lease_until = {lease} WHERE id = {id}",
            status.to_value()
        );
        builders::write(&app, async |txn| Ok(txn.execute_unprepared(&sql).await?)).await;
    }
    let mut before = emails(&app).await;
    for email in &mut before {
        // What the earlier version does not know; it is no less than accepted.
        if matches!(email.status, Status::Delivered | Status::Complained) {
            email.status = Status::Accepted;
        }
    }
    let schema = db::connect_alone(app.app.settings.database_url.expose())
        .await
        .expect("a connection");
    let later = Migrator::migrations();
    let known = later.iter().position(|step| step.name() == EARLIER);
    let later = later.len() - 1 - known.expect("the step");
    let steps = u32::try_from(later).expect("a few");
    Migrator::down(&schema, Some(steps)).await.expect("down");
    for (n, (status, _)) in TESTS.iter().enumerate() {
        let sql = format!(
            "INSERT INTO proofs (company_id, user_id, recipient, recipient_name, sender, message_id, subject, text, \
             html, status, reason, created_at) VALUES ({}, {}, 'ada@example.com', 'Ada', 'Greenroom <g@example.com>', \
             'proof-{n}@example.com', '[Test] {status}', 'Hello', '<p>Hello</p>', '{status}', '', '{now}')",
            app.company_id,
            ada.user_id(),
        );
        schema.execute_unprepared(&sql).await.expect("a test");
    }
    Migrator::up(&schema, None).await.expect("up");
    schema.close().await.expect("closed");
    let (tests, others): (Vec<_>, Vec<_>) = emails(&app)
        .await
        .into_iter()
        .partition(|email| email.kind == Kind::Test);
    assert_eq!(others, before, "no message of a candidate has changed");
    assert_eq!(tests.len(), TESTS.len());
    for (email, (was, status)) in tests.iter().zip(TESTS) {
        assert_eq!(email.status, status, "{was}");
        assert_eq!(email.subject.as_deref(), Some(&*format!("[Test] {was}")));
        assert_eq!(
            (email.audience, email.user_id, email.interview_id),
            (Audience::User, Some(ada.user_id()), None)
        );
        let page = app
            .admin()
            .await
            .get(&format!("/emails/{}", email.id))
            .await;
        assert_eq!(page.status, 200, "{was}");
    }
}

async fn emails(app: &TestApp) -> Vec<entity::email::Model> {
    let emails = entity::email::Entity::find().all(app.app.db.read()).await;
    let mut emails = emails.expect("emails");
    emails.sort_by_key(|email| email.id);
    emails
}

/// The newest step that knew only some of the slots that were booked once.
const SOME_BOOKED: &str = "m20261129_000094_know_who_attends";

#[actix_web::test]
async fn a_slot_whose_interview_was_booked_anew_elsewhere_was_booked_once() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let booked = builders::booked(&app, app.company_id).await;
    let row = &booked.details.interview;
    let (first, job) = (row.slot_id.expect("a slot"), row.job_id.expect("a job"));
    let at = app.now() + chrono::TimeDelta::days(3);
    let (other, free) = (
        builders::slot(&app, app.company_id, job, at).await,
        builders::slot(&app, app.company_id, job, at).await,
    );
    let mut program = app.program().await;
    let cancel = format!("/api/interviews/{}/cancel/", row.id);
    let book = format!("/api/interviews/slots/{other}/book_slot/");
    for (path, body) in [
        (cancel, json!({})),
        (book, json!({ "interview_id": row.id })),
    ] {
        let answer = program.post_json(&path, &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    let schema = db::connect_alone(app.app.settings.database_url.expose())
        .await
        .expect("a connection");
    let all = Migrator::migrations();
    let known = all.iter().position(|step| step.name() == SOME_BOOKED);
    let later = all.len() - 1 - known.expect("the step");
    let steps = u32::try_from(later).expect("a few");
    Migrator::down(&schema, Some(steps)).await.expect("down");
    let forget = "UPDATE slots SET was_booked = FALSE";
    schema.execute_unprepared(forget).await.expect("forgotten");
    Migrator::up(&schema, None).await.expect("up");
    schema.close().await.expect("closed");
    let slots = entity::slot::Entity::find().all(app.app.db.read()).await;
    let slots = slots.expect("slots").into_iter();
    let mut booked: Vec<i64> = slots
        .filter(|slot| slot.was_booked)
        .map(|slot| slot.id)
        .collect();
    booked.sort_unstable();
    assert_eq!(booked, [first, other]);
    assert!(!booked.contains(&free));
}
