//! Clocks that are wrong: of one process among several, or of the machine for a while.
use std::sync::Arc;

use actix_web::rt;
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    company,
    email::{self, Status},
    session, transport,
};
use greenroom::{
    clock::Clock,
    worker::{self, housekeeping},
};
use sea_orm::{ActiveEnum, EntityTrait, sea_query::Expr};
use tokio::sync::watch;

use crate::{
    emails::app_with,
    support::{
        TestApp,
        app::PASSWORD,
        builders,
        smtp_server::{Act, Hold, Script, SmtpServer, Step},
    },
};

/// A second process whose clock differs by this; both share the clock of the first as that of their database.
async fn with_another(app: &TestApp, by: TimeDelta) -> TestApp {
    let shared = app.app.clock.clone();
    app.second_process_with(|other| {
        other.clock = Clock::fixed(shared.now() + by);
        other.db = other.db.clone().with_clock(Some(shared));
    })
    .await
}

#[actix_web::test]
async fn twenty_minutes_between_two_processes_send_nothing_twice() {
    for by in [TimeDelta::minutes(20), TimeDelta::minutes(-20)] {
        for step in [Step::RcptTo, Step::Dot] {
            let hold = Arc::new(Hold::default());
            let server = SmtpServer::scripted([Script::at(step, Act::Hold(hold.clone()))]).await;
            let app = app_with(&server, &[]).await;
            let other = with_another(&app, by).await;
            builders::booked(&app, app.company_id).await;
            let (stop, stopped) = watch::channel(false);
            let sending = rt::spawn(worker::run(other.app.clone(), stopped));
            hold.reached.notified().await;
            for _ in 0..3 {
                assert_eq!(app.deliver().await, 0, "{by}: the other one has it");
                app.advance(TimeDelta::minutes(4));
                other.advance(TimeDelta::minutes(4));
            }
            hold.release.notify_one();
            while status(&app).await == Status::Sending {
                tokio::task::yield_now().await;
            }
            stop.send(true).expect("a worker");
            sending.await.expect("an end");
            app.deliver().await;
            assert_eq!(status(&app).await, Status::Accepted, "{by}");
            assert_eq!(server.taken().len(), 1, "{by}");
        }
    }
}

#[actix_web::test]
async fn ten_seconds_between_two_processes_do_not_quicken_the_pace() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[("EMAIL_MAX_PER_SECOND", "1")]).await;
    let ahead = with_another(&app, TimeDelta::seconds(10)).await;
    for _ in 0..30 {
        builders::booked(&app, app.company_id).await;
    }
    for _ in 0..5 {
        ahead.deliver().await;
        app.deliver().await;
        app.advance(TimeDelta::seconds(1));
        ahead.advance(TimeDelta::seconds(1));
    }
    // The burst after a quiet time, and one in each of the four seconds after that.
    assert_eq!(server.taken().len(), 9);
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn what_was_queued_by_a_clock_that_was_ahead_leaves_when_it_is_right_again() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let ahead = TimeDelta::days(400);
    app.advance(ahead);
    builders::booked(&app, app.company_id).await;
    app.advance(-ahead);
    assert_eq!(app.deliver().await, 1);
    let email = email::Entity::find().one(app.app.db.read()).await;
    let email = email.expect("rows").expect("a message");
    assert_eq!(email.status, Status::Accepted);
    assert!(email.first_due_at <= app.now(), "it would be late too late");
}

#[actix_web::test]
async fn what_was_put_off_by_a_clock_that_was_ahead_is_tried_when_it_is_right_again() {
    let greylisted = Script::at(Step::RcptTo, Act::Reply("451 4.2.0 not now"));
    let server = SmtpServer::scripted([greylisted]).await;
    let app = app_with(&server, &[("EMAIL_MAX_PER_SECOND", "1")]).await;
    let ahead = TimeDelta::hours(20);
    builders::booked(&app, app.company_id).await;
    app.advance(ahead);
    assert_eq!(app.deliver().await, 1);
    app.advance(-ahead);
    assert_eq!(app.deliver().await, 1);
    assert_eq!(server.taken().len(), 1);
}

#[actix_web::test]
async fn a_server_that_was_left_alone_by_a_clock_that_was_ahead_is_asked_when_it_is_right_again() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let ahead = TimeDelta::hours(20);
    builders::booked(&app, app.company_id).await;
    app.advance(ahead);
    server.be_away(true);
    for _ in 0..3 {
        assert_eq!(app.deliver().await, 1);
        app.advance(TimeDelta::seconds(3));
    }
    server.be_away(false);
    app.advance(-ahead);
    assert_eq!(app.deliver().await, 1);
    assert_eq!(server.taken().len(), 1);
}

#[actix_web::test]
async fn a_claim_by_a_clock_that_was_ahead_is_taken_back_when_it_is_right_again() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    builders::booked(&app, app.company_id).await;
    let lease = app.now() + TimeDelta::days(2);
    let claimed = email::Entity::update_many()
        .col_expr(
            email::Column::Status,
            Expr::value(Status::Sending.to_value()),
        )
        .col_expr(email::Column::LeaseUntil, Expr::value(lease));
    builders::write(&app, async |txn| Ok(claimed.exec(txn).await?)).await;
    assert_eq!(app.deliver().await, 1);
    assert_eq!(server.taken().len(), 1);
}

#[actix_web::test]
async fn a_pace_by_a_clock_that_was_ahead_begins_anew() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[("EMAIL_MAX_PER_SECOND", "1")]).await;
    builders::booked(&app, app.company_id).await;
    app.deliver().await;
    for _ in 0..3 {
        builders::booked(&app, app.company_id).await;
    }
    let until = app.now() + TimeDelta::days(2);
    let paced = transport::Entity::update_many()
        .col_expr(transport::Column::PacedUntil, Expr::value(until));
    builders::write(&app, async |txn| Ok(paced.exec(txn).await?)).await;
    assert_eq!(app.deliver().await, 1, "one, and no burst");
    assert_eq!(app.deliver().await, 0);
    app.advance(TimeDelta::seconds(1));
    assert_eq!(app.deliver().await, 1);
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn nobody_is_locked_out_until_the_wrong_time_comes() {
    let app = TestApp::start().await;
    let user = builders::user(&app, app.company_id, entity::user::Role::Recruiter).await;
    let ahead = TimeDelta::days(30);
    app.advance(ahead);
    let mut stranger = app.stranger();
    for _ in 0..11 {
        stranger.sign_in(&user.email, "a wrong password").await;
    }
    assert_eq!(stranger.sign_in(&user.email, PASSWORD).await.status, 429);
    app.advance(-ahead);
    assert_eq!(stranger.sign_in(&user.email, PASSWORD).await.status, 303);
}

#[actix_web::test]
async fn a_session_that_began_in_the_future_lasts_no_longer_than_another() {
    let app = TestApp::start().await;
    let ahead = TimeDelta::days(30);
    app.advance(ahead);
    let mut used = app.recruiter().await;
    let mut unused = app.recruiter().await;
    app.advance(-ahead);
    assert_eq!(used.get("/").await.status, 200);
    housekeeping::run_steps(&app.app).await.expect("kept");
    let all = session::Entity::find().all(app.app.db.read()).await;
    for row in all.expect("rows") {
        let most = app.now() + TimeDelta::hours(12);
        assert!(row.expires_at <= most, "{}", row.expires_at);
    }
    app.advance(TimeDelta::hours(12));
    assert_eq!(unused.get("/").await.status, 303);
    assert_eq!(used.get("/").await.status, 303);
}

async fn status(app: &TestApp) -> Status {
    let email = email::Entity::find().one(app.app.db.read()).await;
    email.expect("rows").expect("a message").status
}

/// Says of every message that a worker has it until then.
async fn claim_until(app: &TestApp, lease: DateTime<Utc>) {
    let claimed = email::Entity::update_many()
        .col_expr(
            email::Column::Status,
            Expr::value(Status::Sending.to_value()),
        )
        .col_expr(email::Column::LeaseUntil, Expr::value(lease));
    builders::write(app, async |txn| Ok(claimed.clone().exec(txn).await?)).await;
}

#[actix_web::test]
async fn a_claim_that_began_anew_a_moment_later_is_left_alone() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    builders::booked(&app, app.company_id).await;
    let lease = TimeDelta::minutes(15);
    let tolerated = TimeDelta::minutes(1);
    for later in [TimeDelta::milliseconds(50), tolerated] {
        claim_until(&app, app.now() + lease + later).await;
        assert_eq!(app.deliver().await, 0, "{later}");
        assert_eq!(status(&app).await, Status::Sending, "{later}");
    }
    claim_until(&app, app.now() + lease + tolerated + TimeDelta::seconds(1)).await;
    assert_eq!(app.deliver().await, 1, "a clock that was wrong");
}

#[actix_web::test]
async fn the_longest_undo_window_holds_though_the_booking_clock_is_a_little_ahead() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let ahead = with_another(&app, TimeDelta::seconds(30)).await;
    builders::write(&app, async |txn| {
        let longest =
            company::Entity::update_many().col_expr(company::Column::UndoSeconds, Expr::value(600));
        Ok(longest.exec(txn).await?)
    })
    .await;
    builders::booked(&ahead, app.company_id).await;
    assert_eq!(app.deliver().await, 0);
    app.advance(TimeDelta::seconds(629));
    assert_eq!(app.deliver().await, 0);
    app.advance(TimeDelta::seconds(1));
    assert_eq!(app.deliver().await, 1);
}
