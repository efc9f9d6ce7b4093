//! What recruiters do about a message that has not left, or may have.
use std::sync::Arc;

use actix_web::rt;
use chrono::TimeDelta;
use entity::{
    action,
    email::{self, Kind, Status},
};
use greenroom::worker;
use sea_orm::{ActiveEnum, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};
use tokio::sync::watch;

use crate::{
    delivery_log::{booked, put, row, steps},
    emails::app_with,
    support::{
        TestApp, builders,
        smtp_server::{Act, Hold, Script, SmtpServer, Step},
    },
};

const GREYLISTED: &str = "451 4.7.1 Greylisting in action, please come back later";

#[actix_web::test]
async fn a_message_that_waits_is_tried_at_once_when_somebody_wishes() {
    let server = SmtpServer::scripted([
        Script::at(Step::RcptTo, Act::Reply(GREYLISTED)),
        Script::accept(),
    ])
    .await;
    let app = app_with(&server, &[]).await;
    let booked = booked(&app).await;
    let path = format!("/emails/{}", booked.email.id);
    let mut rita = app.recruiter().await;
    app.deliver().await;
    assert_eq!(app.deliver().await, 0, "it waits");
    let page = rita.get(&path).await;
    let attempts = page.attribute("form[action$='/attempts']", "action");
    let answer = rita.post_form(&attempts, &[]).await;
    assert_eq!((answer.status, &answer.location), (303, &path));
    let twice = rita.post_form(&attempts, &[]).await;
    assert_eq!((twice.status, &twice.location), (303, &path));
    assert!(rita.get(&path).await.notice().contains("Trying now"));
    assert_eq!(audited(&app).await, ["email.hurried"], "once is enough");

    assert_eq!(app.deliver().await, 1, "without a minute's wait");
    assert_eq!(row(&app, booked.email.id).await.status, Status::Accepted);
    let page = rita.get(&path).await;
    assert!(!page.has("form[action$='/attempts']"));
    assert!(steps(&page).contains(&"Retried now".to_owned()));
    assert!(page.words("#story").contains("By Rita Recruiter."));
    rita.post_form(&attempts, &[]).await;
    let late = rita.get(&path).await.notice();
    assert!(
        late.contains("no longer waiting to be sent") && late.contains("Accepted by mail server")
    );
}

#[actix_web::test]
async fn a_server_that_is_left_alone_is_tried_at_once_when_somebody_wishes() {
    let server = SmtpServer::scripted([
        Script::at(
            Step::MailFrom,
            Act::Reply("530 5.7.0 Authentication required"),
        ),
        Script::accept(),
    ])
    .await;
    let app = app_with(&server, &[]).await;
    let booked = booked(&app).await;
    let path = format!("/emails/{}", booked.email.id);
    let mut rita = app.recruiter().await;
    app.deliver().await;
    app.advance(TimeDelta::minutes(1));
    assert_eq!(app.deliver().await, 0, "it is left alone");
    let page = rita.get(&path).await;
    let attempts = page.attribute("form[action$='/attempts']", "action");
    rita.post_form(&attempts, &[]).await;
    assert!(
        rita.get(&path)
            .await
            .notice()
            .contains("tries it again now")
    );
    assert_eq!(app.deliver().await, 1, "without waiting for the next probe");
    assert_eq!(row(&app, booked.email.id).await.status, Status::Accepted);
}

#[actix_web::test]
async fn nobody_is_promised_an_attempt_that_has_to_wait_for_the_server() {
    let server = SmtpServer::scripted([Script::at(Step::RcptTo, Act::Reply(GREYLISTED))]).await;
    let app = app_with(&server, &[]).await;
    app.expect_undelivered_mail();
    let greylisted = booked(&app).await;
    app.deliver().await;
    server.be_away(true);
    booked(&app).await;
    for _ in 0..3 {
        assert_eq!(app.deliver().await, 1);
        app.advance(TimeDelta::seconds(2));
    }
    let mut rita = app.recruiter().await;
    let path = format!("/emails/{}", greylisted.email.id);
    rita.post_form(&format!("{path}/attempts"), &[]).await;
    let page = rita.get(&path).await;
    let notice = page.notice();
    assert!(
        notice.contains("as soon as the server accepts it"),
        "{notice}"
    );
}

#[actix_web::test]
async fn a_reminder_does_not_leave_before_its_hour() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let booked = booked(&app).await;
    let mut rita = app.recruiter().await;
    let hour = app.now() + TimeDelta::hours(3);
    set(&app, booked.email.id, Kind::Reminder, hour).await;
    let path = format!("/emails/{}", booked.email.id);
    assert!(!rita.get(&path).await.has("form[action$='/attempts']"));
    rita.post_form(&format!("{path}/attempts"), &[]).await;
    assert!(
        rita.get(&path)
            .await
            .notice()
            .contains("This email is sent at its set time, not before.")
    );
    assert_eq!(row(&app, booked.email.id).await.due_at, hour);

    // Whatever else waits, for corrections say, may leave earlier.
    set(&app, booked.email.id, Kind::Updated, hour).await;
    assert!(rita.get(&path).await.has("form[action$='/attempts']"));
    rita.post_form(&format!("{path}/attempts"), &[]).await;
    assert_eq!(row(&app, booked.email.id).await.due_at, app.now());
}

#[actix_web::test]
async fn what_has_not_left_is_called_off_after_it_was_said_what_that_means() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let booked = booked(&app).await;
    let path = format!("/emails/{}", booked.email.id);
    let mut rita = app.recruiter().await;
    let page = rita.get(&path).await;
    let meaning = page.words("form[action$='/cancellation']");
    assert!(
        meaning.contains("Zoë Núñez will not get this invitation"),
        "{meaning}"
    );
    let cancellation = page.attribute("form[action$='/cancellation']", "action");
    for _ in 0..2 {
        let answer = rita.post_form(&cancellation, &[]).await;
        assert_eq!((answer.status, &answer.location), (303, &path));
        let page = rita.get(&path).await;
        assert!(
            page.notice().contains("will not be told about this change"),
            "twice is once"
        );
    }
    assert_eq!(app.deliver().await, 0);
    assert_eq!(server.taken(), []);
    let email = row(&app, booked.email.id).await;
    assert_eq!(email.status, Status::Cancelled);
    assert_eq!(email.finished_at, Some(app.now()));
    assert_eq!(audited(&app).await, ["email.cancelled"]);

    let page = rita.get(&path).await;
    assert_eq!(page.words("#standing .status"), "Cancelled before sending");
    assert!(page.words("#story").contains("By Rita Recruiter."));
    assert!(!page.has("form[action$='/cancellation']"));
    // Nobody has it, so that it can be sent again without a question.
    let key = [("key", page.value_of("key"))];
    let fields: Vec<_> = key.iter().map(|(k, v)| (*k, v.as_str())).collect();
    rita.post_form(&format!("{path}/resend"), &fields).await;
    assert_eq!(app.deliver().await, 1);
    assert_eq!(server.taken().len(), 1);
}

#[actix_web::test]
async fn every_kind_of_message_says_what_its_absence_means() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let booked = booked(&app).await;
    let mut rita = app.recruiter().await;
    let path = format!("/emails/{}", booked.email.id);
    let mut seen = Vec::new();
    for kind in [
        Kind::Scheduled,
        Kind::Rescheduled,
        Kind::Updated,
        Kind::Cancelled,
        Kind::Reminder,
        Kind::LinkReplaced,
    ] {
        set(&app, booked.email.id, kind, app.now()).await;
        let meaning = rita.get(&path).await.words("#cancelling p");
        assert!(meaning.contains("Zoë Núñez"), "{kind:?}: {meaning}");
        assert!(!seen.contains(&meaning), "{kind:?}");
        seen.push(meaning);
    }
}

#[actix_web::test]
async fn what_is_at_the_mail_server_at_this_moment_is_not_called_off() {
    let hold = Arc::new(Hold::default());
    let server = SmtpServer::scripted([Script::at(Step::Dot, Act::Hold(hold.clone()))]).await;
    let app = app_with(&server, &[]).await;
    let booked = booked(&app).await;
    let path = format!("/emails/{}", booked.email.id);
    let mut rita = app.recruiter().await;
    let (stop, stopped) = watch::channel(false);
    let worker = rt::spawn(worker::run(app.app.clone(), stopped));
    hold.reached.notified().await;

    rita.post_form(&format!("{path}/cancellation"), &[]).await;
    let page = rita.get(&path).await;
    assert!(page.notice().contains("Not cancelled"), "{}", page.notice());
    rita.post_form(&format!("{path}/attempts"), &[]).await;
    assert!(
        rita.get(&path)
            .await
            .notice()
            .contains("handed to a mail server right now")
    );

    stop.send(true).expect("a worker");
    hold.release.notify_one();
    worker.await.expect("an end");
    assert_eq!(row(&app, booked.email.id).await.status, Status::Accepted);
    rita.post_form(&format!("{path}/cancellation"), &[]).await;
    let late = rita.get(&path).await.notice();
    assert!(late.contains("was no longer waiting to be sent (Accepted by mail server)"));
    assert_eq!(audited(&app).await, Vec::<String>::new());
}

#[actix_web::test]
async fn a_second_copy_is_sent_only_when_it_is_meant() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let booked = booked(&app).await;
    app.deliver().await;
    let path = format!("/emails/{}", booked.email.id);
    let resend = format!("{path}/resend");
    let mut rita = app.recruiter().await;
    let page = rita.get(&path).await;
    assert!(page.has("form[action$='/resend'] [name=confirmed][required]"));
    let key = page.value_of("key");
    let answer = rita.post_form(&resend, &[("key", &key)]).await;
    assert_eq!((answer.status, &answer.location), (303, &path));
    assert!(rita.get(&path).await.notice().contains("Nothing was sent"));
    assert_eq!(app.deliver().await, 0);

    let meant = [("key", key.as_str()), ("confirmed", "on")];
    let answer = rita.post_form(&resend, &meant).await;
    assert_ne!(answer.location, path);
    assert_eq!(app.deliver().await, 1);
    assert_eq!(server.taken().len(), 2);
}

#[actix_web::test]
async fn a_message_in_doubt_is_not_sent_again_without_a_word() {
    let server = SmtpServer::scripted([Script::at(Step::Dot, Act::TakeAndDrop)]).await;
    let app = app_with(&server, &[]).await;
    let booked = booked(&app).await;
    app.deliver().await;
    let path = format!("/emails/{}", booked.email.id);
    let mut rita = app.recruiter().await;
    let waiting = rita.get(&path).await;
    assert!(waiting.words("#cancelling p").contains("may have arrived"));
    rita.post_form(&format!("{path}/cancellation"), &[]).await;
    assert_eq!(row(&app, booked.email.id).await.status, Status::Cancelled);
    let page = rita.get(&path).await;
    assert!(page.words("#again").contains("may have arrived"));
    rita.post_form(&format!("{path}/resend"), &[]).await;
    assert!(rita.get(&path).await.notice().contains("Nothing was sent"));
    assert_eq!(app.deliver().await, 0);
}

#[actix_web::test]
async fn what_is_held_back_is_called_off_but_not_hurried() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let booked = booked(&app).await;
    put(&app, booked.email.id, Status::Held).await;
    let path = format!("/emails/{}", booked.email.id);
    let mut rita = app.recruiter().await;
    rita.post_form(&format!("{path}/attempts"), &[]).await;
    assert!(rita.get(&path).await.notice().contains("Release it first"));
    rita.post_form(&format!("{path}/cancellation"), &[]).await;
    assert_eq!(row(&app, booked.email.id).await.status, Status::Cancelled);
}

/// What was written down about messages, oldest first.
async fn audited(app: &TestApp) -> Vec<String> {
    let lines = action::Entity::find()
        .filter(action::COLUMN.object_type.eq("email"))
        .order_by_asc(action::Column::Id)
        .all(app.app.db.read())
        .await
        .expect("actions");
    lines.into_iter().map(|line| line.verb).collect()
}

async fn set(app: &TestApp, id: i64, kind: Kind, due_at: chrono::DateTime<chrono::Utc>) {
    builders::write(app, async |txn| {
        email::Entity::update_many()
            .col_expr(email::Column::Kind, Expr::value(kind.to_value()))
            .col_expr(email::Column::DueAt, Expr::value(due_at))
            .col_expr(email::Column::FirstDueAt, Expr::value(due_at))
            .filter(email::COLUMN.id.eq(id))
            .exec(txn)
            .await?;
        Ok(())
    })
    .await;
}
