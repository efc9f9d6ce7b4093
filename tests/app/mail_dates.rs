//! The date of a message: when it is composed for its first attempt, however long it waited before.
use std::sync::Arc;

use actix_web::rt;
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    company,
    email::{self, Status},
    suppression,
};
use greenroom::{
    domain::{
        actions::Actor,
        suppressions::{self, Released},
    },
    worker,
};
use mail_parser::MessageParser;
use sea_orm::{ActiveEnum, ActiveValue::Set, EntityTrait, QueryOrder, sea_query::Expr};
use serde_json::json;
use tokio::sync::watch;

use crate::{
    emails::app_with,
    support::{
        TestApp, builders,
        smtp_server::{Act, Hold, Script, SmtpServer, Step, Taken},
    },
};

#[actix_web::test]
async fn a_message_is_dated_by_its_first_attempt_and_keeps_that_date() {
    let greylisted = Script::at(Step::Dot, Act::Reply("451 4.7.1 not now"));
    let server = SmtpServer::scripted([greylisted]).await;
    let app = app_with(&server, &[]).await;
    builders::booked(&app, app.company_id).await;
    app.advance(TimeDelta::hours(9));
    let first_attempt = app.now();
    assert_eq!(app.deliver().await, 1);
    app.advance(TimeDelta::minutes(2));
    assert_eq!(app.deliver().await, 1);
    assert_dated(&server.taken()[0], first_attempt);
    assert_eq!(newest(&app).await.date, first_attempt);
}

#[actix_web::test]
async fn a_reminder_is_dated_when_it_leaves() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    set(&app, company::Column::ReminderLeadMinutes, json!([60])).await;
    builders::booked(&app, app.company_id).await;
    assert_eq!(app.deliver().await, 1);
    app.advance(TimeDelta::hours(23));
    assert_eq!(app.deliver().await, 1);
    assert_eq!(date(&server.taken()[1]), app.now());
    let taken = server.taken();
    let text = String::from_utf8_lossy(&taken[1].bytes);
    assert!(text.contains("Interview Reminder"), "{text}");
}

#[actix_web::test]
async fn what_waited_for_corrections_is_dated_when_it_leaves() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    set(&app, company::Column::UndoSeconds, 600).await;
    builders::booked(&app, app.company_id).await;
    assert_eq!(app.deliver().await, 0);
    app.advance(TimeDelta::minutes(10));
    assert_eq!(app.deliver().await, 1);
    assert_dated(&server.taken()[0], app.now());
}

#[actix_web::test]
async fn what_was_held_back_is_dated_when_it_leaves() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let id = builders::booked(&app, app.company_id).await.email.id;
    let held = email::Entity::update_many()
        .col_expr(email::Column::Status, Expr::value(Status::Held.to_value()));
    builders::write(&app, async |txn| Ok(held.exec(txn).await?)).await;
    let row = suppression::ActiveModel {
        company_id: Set(app.company_id),
        address: Set(newest(&app).await.recipient),
        reason: Set("Mail to this address came back.".into()),
        email_id: Set(id),
        created_at: Set(app.now()),
        expires_at: Set(app.now() + TimeDelta::days(30)),
        ..Default::default()
    };
    builders::write(&app, async |txn| {
        Ok(suppression::Entity::insert(row).exec(txn).await?)
    })
    .await;
    app.advance(TimeDelta::hours(20));
    let actor = Actor::system(app.company_id);
    let released = suppressions::release(&app.app.db, &actor, id, app.now()).await;
    assert_eq!(released.expect("an answer"), Released::Queued);
    assert_eq!(app.deliver().await, 1);
    assert_dated(&server.taken()[0], app.now());
}

#[actix_web::test]
async fn what_was_composed_and_given_back_untried_is_dated_by_its_first_attempt() {
    let hold = Arc::new(Hold::default());
    let server = SmtpServer::scripted([Script::at(Step::RcptTo, Act::Hold(hold.clone()))]).await;
    let app = app_with(&server, &[]).await;
    builders::booked(&app, app.company_id).await;
    let (stop, stopped) = watch::channel(false);
    let worker = rt::spawn(worker::run(app.app.clone(), stopped));
    hold.reached.notified().await;
    stop.send(true).expect("a worker");
    worker.await.expect("an end");
    let given_back = newest(&app).await;
    assert_eq!((given_back.status, given_back.text), (Status::Queued, None));
    app.advance(TimeDelta::hours(5));
    assert_eq!(app.deliver().await, 1);
    assert_dated(&server.taken()[0], app.now());
    let id = newest(&app).await.message_id;
    assert_eq!(id.matches('@').count(), 1, "{id}");
    assert!(id.ends_with("@sample-company.example"), "{id}");
}

#[actix_web::test]
async fn its_page_tells_no_date_before_there_is_one() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let mut rita = app.recruiter().await;
    let id = builders::booked(&app, app.company_id).await.email.id;
    let path = format!("/emails/{id}");
    assert!(!rita.get(&path).await.text.contains(">Date<"));
    assert_eq!(app.deliver().await, 1);
    assert!(rita.get(&path).await.text.contains(">Date<"));
}

/// Both the header and the stamp in the calendar.
fn assert_dated(taken: &Taken, at: DateTime<Utc>) {
    assert_eq!(date(taken), at);
    let message = MessageParser::default().parse(&taken.bytes).expect("mail");
    let calendar = message
        .parts
        .iter()
        .filter_map(|part| part.text_contents())
        .find(|text| text.starts_with("BEGIN:VCALENDAR"))
        .expect("a calendar");
    let stamp = format!("DTSTAMP:{}", at.format("%Y%m%dT%H%M%SZ"));
    assert!(calendar.contains(&stamp), "{calendar}");
}

fn date(taken: &Taken) -> DateTime<Utc> {
    let message = MessageParser::default().parse(&taken.bytes).expect("mail");
    let seconds = message.date().expect("a date").to_timestamp();
    DateTime::from_timestamp(seconds, 0).expect("an instant")
}

async fn set(app: &TestApp, column: company::Column, value: impl Into<sea_orm::Value>) {
    let update = company::Entity::update_many().col_expr(column, Expr::value(value));
    builders::write(app, async |txn| Ok(update.exec(txn).await?)).await;
}

async fn newest(app: &TestApp) -> email::Model {
    let all = email::Entity::find().order_by_desc(email::Column::Id);
    let found = all.one(app.app.db.read()).await.expect("rows");
    found.expect("a message")
}
